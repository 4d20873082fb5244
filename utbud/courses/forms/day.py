"""What staff, a host and those who were there say of an occasion."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.courses.models import Evaluation
from utbud.courses.queries.day import Expected
from utbud.inbox.guards import GuardedForm, OnceForm

MOST_HEADS = 2000
MOST_MARKS = 200
STATES: dict[str, bool | None] = {"kom": True, "inte": False, "vet": None}
WORDS = {"kom": _("Kom"), "inte": _("Kom inte"), "vet": _("Vet inte")}
TOO_MANY = _("Det är för många. Skriv ett tal upp till %(limit_value)s.")


def state_of(came: bool | None) -> str:
    """What stands in the form for what is noted."""
    return next(state for state, value in STATES.items() if value is came)


class AttendanceForm(forms.Form):
    """Three states for each who is expected, and how many came where they are counted.

    Beside each choice stands what it was when the page was shown. Only what somebody has changed is told on, so that
    two tablets in the same room do not undo each other.
    """

    heads = forms.IntegerField(
        label=_("Hur många kom?"),
        required=False,
        min_value=0,
        max_value=MOST_HEADS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": MOST_HEADS}),
        error_messages={
            "invalid": _("Skriv antalet med siffror, till exempel 12."),
            "min_value": _("Skriv 0 eller mer."),
            "max_value": TOO_MANY,
        },
    )
    heads_was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, people: Sequence[Expected], heads: int | None) -> None:
        shown = "" if heads is None else str(heads)
        super().__init__(data, initial={"heads": shown, "heads_was": shown})
        self.people = people

    def rows(self) -> list[tuple[Expected, str, list[tuple[str, str, bool]]]]:
        """For the page: each who is expected, what was shown before, and the choices with the one that is made."""
        found = []
        for person in self.people:
            noted = state_of(person.came)
            pk = person.participant.pk
            was = self.data.get(f"was{pk}", noted) if self.is_bound else noted
            chosen = self.data.get(f"p{pk}", noted) if self.is_bound else noted
            choices = [(state, str(words), state == chosen) for state, words in WORDS.items()]
            found.append((person, was if was in STATES else noted, choices))
        return found

    def changed(self) -> dict[int, bool | None]:
        """What somebody has changed since the page was shown, by participant."""
        found = {}
        for person in self.people:
            pk = person.participant.pk
            was, chosen = self.data.get(f"was{pk}"), self.data.get(f"p{pk}")
            if chosen in STATES and chosen != was:
                found[pk] = STATES[chosen]
        return found

    def new_heads(self) -> list[int | None]:
        """The number that somebody has written since the page was shown, alone in a list; empty when it is as it was."""
        number = self.cleaned_data.get("heads")
        was = self.cleaned_data.get("heads_was", "")
        return [] if ("" if number is None else str(number)) == was else [number]


class WalkInForm(OnceForm):
    """Somebody who came without having registered."""

    name = forms.CharField(
        label=_("Namn, om personen vill säga det"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Namnet är för långt. Skriv högst 100 tecken.")},
    )
    reason = forms.CharField(
        label=_("Varför, om det är fullt"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Bara när det är fullt. Till exempel: det finns en stol till."),
        error_messages={"max_length": _("Skriv högst 200 tecken.")},
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())


# --- how it went ----------------------------------------------------------------------------------


class _Answers(forms.Form):
    """Three questions about an occasion. Whoever answers may leave any of them out, but not all."""

    task = forms.ChoiceField(
        choices=Evaluation.Task.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Välj ett av svaren.")},
    )
    mood = forms.ChoiceField(
        label=_("Hur kändes det?"),
        choices=Evaluation.Mood.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Välj ett av svaren.")},
    )
    wish = forms.CharField(
        label=_("Vad kan vi göra bättre?"),
        required=False,
        max_length=500,
        error_messages={"max_length": _("Texten är för lång. Korta den till 500 tecken.")},
    )

    def ask(self, task: str) -> None:
        """Ask about the ``task`` of the course; "" where it has none."""
        if task:
            self.fields["task"].label = _now("Klarade du att %(task)s?") % {"task": task.rstrip(".?")}
        else:
            del self.fields["task"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        said = [data.get(name) for name in ("task", "mood", "wish")]
        if not any(said) and not self.errors:
            raise forms.ValidationError(_now("Svara på minst en av frågorna."))
        return data

    @property
    def said(self) -> dict[str, str]:
        """The three answers; "" for what was left out."""
        return {name: self.cleaned_data.get(name, "") for name in ("task", "mood", "wish")}


class EvaluationForm(_Answers, GuardedForm):
    """The questions as whoever was there answers them."""

    def __init__(self, *args: Any, task: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(task)
        self.fields["wish"].widget = forms.Textarea(attrs={"rows": 3, "maxlength": 500})
        self.fields["wish"].help_text = _("Du behöver inte svara. Skriv inget namn.")


class PaperForm(_Answers, OnceForm):
    """One answer from paper, typed in by staff: Enter takes the next."""

    def __init__(self, *args: Any, task: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(task)
        first = self.fields["task" if task else "mood"]
        first.widget.attrs["autofocus"] = True
        self.fields["wish"].widget.attrs["autocomplete"] = "off"


class TallyForm(OnceForm):
    """How many marks there are on a sheet for each answer."""

    def __init__(self, data: Any, *, now: dt.datetime, with_task: bool) -> None:
        super().__init__(data, now=now)
        kinds: dict[str, Any] = {"mood": Evaluation.Mood}
        if with_task:
            kinds = {"task": Evaluation.Task} | kinds
        for kind, answers in kinds.items():
            for answer in answers:
                self.fields[f"{kind}_{answer.value}"] = forms.IntegerField(
                    label=answer.label,
                    required=False,
                    min_value=0,
                    max_value=MOST_MARKS,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": MOST_MARKS}),
                    error_messages={
                        "invalid": _("Skriv antalet med siffror."),
                        "min_value": _("Skriv 0 eller mer."),
                        "max_value": TOO_MANY,
                    },
                )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any((self.of("task") | self.of("mood")).values()):
            raise forms.ValidationError(_now("Skriv minst ett antal."))
        return data

    def of(self, kind: str) -> dict[str, int]:
        """How many of each answer to «task» or «mood»."""
        prefix = f"{kind}_"
        return {
            name.removeprefix(prefix): self.cleaned_data.get(name) or 0
            for name in self.fields
            if name.startswith(prefix)
        }
