"""What an editor does with the year."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from utbud.base.days import DayField
from utbud.learning.models import ServiceChange, WordPage

FIRST_YEAR, LAST_YEAR = 2000, 2200
PLAN, CLEAR, SWAP = "plan", "clear", "swap"


class WeekField(forms.CharField):
    """An ISO week as «2026-48», read as (2026, 48)."""

    default_error_messages = {"week": _("Skriv veckan som 2026-48.")}

    def to_python(self, value: str | None) -> tuple[int, int] | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        year, _dash, week = text.partition("-")
        if not re.fullmatch(r"\d{4}-\d{1,2}", text) or not FIRST_YEAR <= int(year) <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["week"], code="week")
        return int(year), int(week)


class WordField(forms.ModelChoiceField):
    """One of our words. A number that no database has room for is no word."""

    def to_python(self, value: Any) -> WordPage | None:
        try:
            found: WordPage | None = super().to_python(value)
        except (OverflowError, ValueError):
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from None
        return found


class NewWordForm(forms.Form):
    """The word that is to be written."""

    title = forms.CharField(
        label=_("Ordet"),
        help_text=_("Som man säger det, till exempel: Nätfiske."),
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": _("Skriv vilket ord det ska handla om.")},
    )


class PlanForm(forms.Form):
    """One change of the plan: put a word on a week, clear a week, or let two weeks trade words."""

    action = forms.ChoiceField(choices=[(PLAN, PLAN), (CLEAR, CLEAR), (SWAP, SWAP)])
    word = WordField(
        WordPage.objects.all(),
        label=_("Ord"),
        required=False,
        error_messages={"invalid_choice": _("Ordet finns inte längre. Välj ett annat.")},
    )
    week = WeekField(label=_("Vecka"))
    other = WeekField(label=_("Byt med vecka"), required=False)

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean() or {}
        if data.get("action") == PLAN and not data.get("word") and "word" not in self.errors:
            self.add_error("word", _("Välj ett ord."))
        if data.get("action") == SWAP and "other" not in self.errors:
            if not data.get("other"):
                self.add_error("other", _("Välj veckan som ordet ska byta med."))
            elif data["other"] == data.get("week"):
                self.add_error("other", _("Välj en annan vecka än ordets egen."))
        return data


class ServiceChangeForm(forms.ModelForm[ServiceChange]):
    """Which service has changed, and what is new in it."""

    class Meta:
        model = ServiceChange
        fields = ["service", "what"]
        labels = {"service": _("Tjänst"), "what": _("Vad har ändrats?")}
        help_texts = {
            "what": _("En kort mening, till exempel: Knappen heter nu Fortsätt. Läsaren ser den också.")
        }
        error_messages = {
            "service": {"required": _("Välj vilken tjänst det gäller.")},
            "what": {"required": _("Skriv vad som har ändrats.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].empty_label = _("Välj tjänst")  # type: ignore[attr-defined]


class CheckedForm(forms.Form):
    """By when a page that has been gone through must be looked at again."""

    review_by = DayField(label=_("Ska kontrolleras igen senast"))

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data, initial={"review_by": today + dt.timedelta(days=365)})
        self.today = today

    def clean_review_by(self) -> dt.date:
        day: dt.date = self.cleaned_data["review_by"]
        if day <= self.today:
            raise forms.ValidationError(_("Välj en dag som inte har varit."))
        return day
