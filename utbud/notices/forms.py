"""What staff choose and tick among the notices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from utbud.notices.models import Notice, NoticeQuerySet, Way


class NoticeFilter(forms.Form):
    """Which notices to see."""

    way = forms.ChoiceField(label=_("Väg"), required=False, choices=[("", _("Alla")), *Way.choices])
    state = forms.ChoiceField(
        label=_("Läge"), required=False, choices=[("", _("Alla")), *Notice.STATES.items()]
    )

    def chosen(self) -> NoticeQuerySet:
        """The notices asked for, the latest first; all of them when what was asked for is not there."""
        asked = self.cleaned_data if self.is_valid() else {}
        wanted = {name: value for name, value in asked.items() if value}
        return Notice.objects.filter(**wanted).order_by("-made_at", "-pk")


class LettersForm(forms.Form):
    """The letters that were ticked, of those that wait."""

    letter = forms.ModelMultipleChoiceField(
        queryset=Notice.objects.none(), error_messages={"required": _("Kryssa för minst ett brev.")}
    )

    def __init__(self, data: Any, *, waiting: NoticeQuerySet) -> None:
        super().__init__(data)
        self.fields["letter"].queryset = waiting  # type: ignore[attr-defined]
        self.fields["letter"].error_messages["invalid_choice"] = _(
            "Ett av breven väntar inte längre. Se listan och försök igen."
        )
