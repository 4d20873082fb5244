"""Two who change the same thing in the staff side: neither loses anything without being told.

A form keeps what it showed. Saved after somebody else saved, it tells what is stored now, takes over what was not touched
here, keeps what was typed, and asks for one more «Spara».
"""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
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


class Guarded(forms.BaseForm):
    """For any form of something that is there already: ``guard`` is told what is stored, and the form does the rest."""

    data: Any
    stored: Mapping[str, Any] = MappingProxyType({})
    marks: Mapping[str, str] = MappingProxyType({})

    def guard(self, stored: Mapping[str, Any]) -> None:
        """Let the form keep what it shows: ``stored``, by the names of its fields."""
        self.fields.setdefault("shown", forms.CharField(required=False, widget=forms.HiddenInput))
        self.stored = stored
        self.marks = {name: content_hash(_plain(value))[:12] for name, value in stored.items()}
        self.initial["shown"] = json.dumps(self.marks)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.marks:
            return data
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
            label = str(field.label or name) if field else self._rows_are_called(name)
            stands = self._words(name)
            told.append(f"{label.capitalize()}: {stands}" if stands else label.capitalize())
            untouched = content_hash(_plain(given.get(name)))[:12] == shown[name]
            if (
                untouched
                and isinstance(field, forms.CharField)
                and not _secret(field)
                and name not in self.errors
            ):
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
        if field is not None and _secret(field):
            return ""
        if isinstance(field, forms.BooleanField):
            return str(_("ja") if value else _("nej"))
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            said = {str(key): str(label) for key, label in _flat(field.choices)}
            return said.get(str(value), "")
        if isinstance(value, str | int | float) and not isinstance(field, forms.ModelChoiceField):
            return str(value)[:200] or str(_("(tomt)"))
        return ""

    def _rows_are_called(self, name: str) -> str:
        return name


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield key, label


def _secret(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.PasswordInput)


class GuardedRow(Guarded):
    """For the form of a row that is changed in place and has no versions."""

    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        of_row = forms.models.model_to_dict(self.instance, fields=list(self.fields))
        of_row = {**self.initial, **of_row}  # and what the form makes of the row itself
        stored = {name: of_row[name] for name in self.fields if name in of_row}
        for name in getattr(self, "formsets", {}):
            rows = getattr(self.instance, name).all()
            stored[name] = [json.dumps(forms.models.model_to_dict(row), default=str) for row in rows]
        self.guard(stored)

    def _rows_are_called(self, name: str) -> str:
        return str(self.instance._meta.get_field(name).related_model._meta.verbose_name_plural)


class GuardedForm(GuardedRow, WagtailAdminModelForm):
    """The form of everything of ours that Wagtail's editor changes in place. See the module."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)


def guard_all() -> None:
    """Let every model of ours that Wagtail's editor changes in place be changed by a guarded form. Pages have versions."""
    for model in apps.get_models():
        ours = model.__module__.startswith("utbud.") and not issubclass(model, Page)
        if not ours:
            continue
        own = getattr(model, "base_form_class", None)
        if own is None:
            model.base_form_class = GuardedForm  # type: ignore[attr-defined]
        elif not issubclass(own, GuardedForm):
            model.base_form_class = type(own.__name__, (GuardedForm, own), {})  # type: ignore[attr-defined]
