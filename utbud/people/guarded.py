"""Two who change the same thing in the staff side: neither loses anything without being told.

A form keeps what it showed. Saved after somebody else saved, it tells what is stored now, takes over what was not touched
here, keeps what was typed, and asks for one more «Spara».
"""

import json
from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import Page

from utbud.base.hashing import content_hash


def _plain(value: Any) -> Any:
    """A value as it is compared: an empty one is empty whatever it is, a row is its key."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, models.QuerySet | list | tuple | set):
        return sorted(str(_plain(one)) for one in value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


class GuardedForm(WagtailAdminModelForm):
    """The form of everything that is changed in place and has no versions. See the module."""

    data: Any
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored: dict[str, Any] = {}
        if self.instance.pk:
            names = [name for name in self.fields if name != "shown"]
            of_row = forms.models.model_to_dict(self.instance, fields=names)
            self.stored = {name: of_row[name] for name in names if name in of_row}
            for name in getattr(self, "formsets", {}):
                rows = getattr(self.instance, name).all()
                self.stored[name] = [json.dumps(forms.models.model_to_dict(row), default=str) for row in rows]
        self.marks = {name: content_hash(_plain(value))[:12] for name, value in self.stored.items()}
        self.initial["shown"] = json.dumps(self.marks)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        try:
            shown = json.loads(data.pop("shown", "") or "{}")
        except ValueError:
            shown = {}
        if not isinstance(shown, dict):
            shown = {}
        others = [name for name, mark in self.marks.items() if shown.get(name, mark) != mark]
        if others:
            self._tell(others, shown, data)
        return data

    def _tell(self, others: list[str], shown: dict[str, str], given: dict[str, Any]) -> None:
        told = []
        self.data = self.data.copy()
        for name in others:
            field = self.fields.get(name)
            label = str(
                field.label
                if field
                else self.instance._meta.get_field(name).related_model._meta.verbose_name_plural
            )
            stands = self._words(name)
            told.append(f"{label.capitalize()}: {stands}" if stands else label.capitalize())
            untouched = content_hash(_plain(given.get(name)))[:12] == shown[name]
            if field and untouched and isinstance(field, forms.CharField) and name not in self.errors:
                self.data[self.add_prefix(name)] = field.prepare_value(self.stored[name])
        self.data[self.add_prefix("shown")] = json.dumps(self.marks)
        self.add_error(
            None,
            _(
                "Någon annan har sparat medan du skrev, så inget är sparat än. Nu står det: %(what)s. Det du själv har "
                "skrivit är kvar i rutorna. Se efter, och spara igen."
            )
            % {"what": "; ".join(told)},
        )

    def _words(self, name: str) -> str:
        """What is stored in a field, where it can be said in a line."""
        field, value = self.fields.get(name), self.stored[name]
        if isinstance(field, forms.BooleanField):
            return str(_("ja") if value else _("nej"))
        if isinstance(value, str | int | float) and not isinstance(field, forms.ModelChoiceField):
            return str(value)[:200] or str(_("(tomt)"))
        return ""


def guard_all() -> None:
    """Let every model of ours that Wagtail's editor changes in place be changed by a guarded form. Pages have versions."""
    for model in apps.get_models():
        ours = model.__module__.startswith("utbud.") and not issubclass(model, Page)
        if ours and not hasattr(model, "base_form_class"):
            model.base_form_class = GuardedForm  # type: ignore[attr-defined]
