"""What is pressed at the desk: as a form without JavaScript, as a list of presses from a tablet, and as a sheet."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base import periods
from utbud.base.days import DayField
from utbud.helpdesk.models import LONGEST, Choice, Question
from utbud.helpdesk.queries.visits import LENGTHS, Asked
from utbud.inbox.guards import OnceForm
from utbud.places.models import Place

MOST_ERRANDS = 20  # in a visit
MOST_PRESSES = 50  # that a tablet sends at once; the rest goes with the next
MOST_MARKS = 500  # in a cell of a sheet
MOST_OF_A_KIND = 5  # of the same errand in a visit, by one press
UNKNOWN = "vet-inte"
EARLIEST = dt.timedelta(days=2 * 366)  # a sheet that is older is a slip of the finger
MINUTES_WRONG = _("Skriv minuter mellan 1 och 600.")


class MinutesField(forms.IntegerField):
    """How long it took, in minutes, where none of the buttons fits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            min_value=1,
            max_value=LONGEST,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": LONGEST}),
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), MINUTES_WRONG),
            **kwargs,
        )


class VisitForm(forms.Form):
    """What, how long, done. After ``is_valid``: ``errands``, ``answers`` and ``minutes``."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    minutes = forms.ChoiceField(
        required=False, choices=[*((str(n), n) for n in LENGTHS), (UNKNOWN, _("Vet inte"))]
    )
    other = MinutesField(label=_("Annat antal minuter"))

    def __init__(self, data: Any, *, asked: Asked, whole: bool = True) -> None:
        """``whole`` false: an errand is added to a visit that goes on, so that no length is asked for."""
        super().__init__(data, initial={"key": uuid.uuid4()})
        self.asked, self.whole = asked, whole
        kinds = {one.key: one for one in asked.kinds}
        self.fields["what"] = forms.MultipleChoiceField(
            label=asked.what.text if asked.what else "",
            choices=[(key, one.text) for key, one in kinds.items()],
            error_messages={
                "required": _("Välj vad det gällde."),
                "invalid_choice": _("Svaret finns inte kvar. Välj ett annat."),
            },
        )
        for question in (*asked.more, *asked.end):
            self.fields[f"q-{question.key}"] = forms.ChoiceField(
                label=question.text,
                required=False,
                choices=[(one.key, one.text) for one in question.choices.all()],
                error_messages={"invalid_choice": _("Svaret finns inte kvar. Välj ett annat.")},
            )
        self.known = {one.key: one for question in asked.all for one in question.choices.all()}

    def _chosen(self, questions: Sequence[Question]) -> list[Choice]:
        keys = [self.cleaned_data.get(f"q-{question.key}") for question in questions]
        return [self.known[key] for key in keys if key]

    @property
    def errands(self) -> list[list[Choice]]:
        """Each errand with its answers; what is asked once of a visit stands with the first."""
        more = self._chosen(self.asked.more)
        found = []
        for key in self.cleaned_data["what"]:
            count = self.data.get(f"n-{key}", "1")
            times = int(count) if count.isdecimal() and len(count) == 1 else 1
            found += [[self.known[key], *more] for _one in range(min(max(times, 1), MOST_OF_A_KIND))]
        found[0] = [*found[0], *self.end]
        return found[:MOST_ERRANDS]

    @property
    def end(self) -> list[Choice]:
        """What was answered in the end."""
        return self._chosen(self.asked.end)

    @property
    def length(self) -> int | None:
        """Minutes, None where nobody knows."""
        chosen = self.cleaned_data.get("minutes") or UNKNOWN
        return self.cleaned_data.get("other") or (None if chosen == UNKNOWN else int(chosen))


class EndForm(forms.Form):
    """How long a visit took that was left running: a number, or nobody knows."""

    other = MinutesField(label=_("Minuter"))


# --- from a tablet ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Press:
    """Something that was pressed on a tablet, perhaps long ago."""

    key: uuid.UUID  # of the visit
    deed: str  # note, start, pause, on, done, undo
    ago: float = 0  # seconds since, by the tablet's own clock
    place: int | None = None
    minutes: int | None = None
    errands: list[list[str]] = field(default_factory=list)  # keys of answers


def read_presses(text: str) -> list[tuple[Any, Press | None]]:
    """The presses in what a tablet sent, each with the mark that it calls it by; None for one that cannot be read.

    Raises ValueError where nothing of it can be read.
    """
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise TypeError("not a list")
    return [(row.get("id"), _press(row)) for row in rows[:MOST_PRESSES] if isinstance(row, dict)]


def _press(row: dict[str, Any]) -> Press | None:
    try:
        errands = [
            [str(key) for key in of][:MOST_ERRANDS] for of in list(row.get("errands") or [])[:MOST_ERRANDS]
        ]
        return Press(
            key=uuid.UUID(str(row["key"])),
            deed=str(row["deed"]),
            ago=float(row.get("ago") or 0),
            place=_whole(row.get("place")),
            minutes=_whole(row.get("minutes")),
            errands=errands,
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _whole(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() and len(str(value)) < 10 else None


# --- a sheet ------------------------------------------------------------------------------------


class TallyForm(OnceForm):
    """A sheet of marks: how many errands of each kind took so long, on a day."""

    day = DayField(label=_("Dag"))
    place = forms.ModelChoiceField(
        Place.objects.filter(active=True),
        label=_("Plats"),
        required=False,
        empty_label=None,
        error_messages={"invalid_choice": _("Platsen finns inte kvar. Välj en annan.")},
    )

    def __init__(
        self, data: Any, *, now: dt.datetime, today: dt.date, asked: Asked, place: Place | None
    ) -> None:
        super().__init__(data, now=now, initial={"day": today, "place": place})
        self.today, self.kinds = today, asked.kinds
        self.columns: list[int | None] = [*LENGTHS, None]
        for choice in self.kinds:
            for minutes in self.columns:
                label = f"{choice.text}, {column_words(minutes)}"
                self.fields[self.name(choice, minutes)] = forms.IntegerField(
                    label=label,
                    required=False,
                    min_value=0,
                    max_value=MOST_MARKS,
                    widget=forms.NumberInput(
                        attrs={"inputmode": "numeric", "min": 0, "max": MOST_MARKS, "aria-label": label}
                    ),
                    error_messages={
                        "invalid": _("Skriv antalet med siffror."),
                        "min_value": _("Skriv 0 eller mer."),
                        "max_value": _("Skriv högst %(limit_value)s i en ruta."),
                    },
                )

    @staticmethod
    def name(choice: Choice, minutes: int | None) -> str:
        """The field of a cell."""
        return f"{choice.key}:{minutes or 0}"

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(_now("Dagen har inte varit än. Välj i dag eller tidigare."))
        if day < self.today - EARLIEST:
            raise forms.ValidationError(_now("Dagen är mer än två år sedan. Se efter om året är rätt."))
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(self.counts(data).values()):
            raise forms.ValidationError(_now("Skriv minst ett antal."))
        return data

    def counts(self, data: dict[str, Any] | None = None) -> dict[tuple[Choice, int | None], int]:
        """How many of each kind and length."""
        found = data if data is not None else self.cleaned_data
        return {
            (choice, minutes): found.get(self.name(choice, minutes)) or 0
            for choice in self.kinds
            for minutes in self.columns
        }

    def rows(self) -> list[tuple[Choice, list[Any]]]:
        """For the page: each kind with its cells."""
        return [
            (choice, [self[self.name(choice, minutes)] for minutes in self.columns]) for choice in self.kinds
        ]

    @property
    def heads(self) -> list[str]:
        """What stands over the columns."""
        return [column_words(minutes) for minutes in self.columns]


def column_words(minutes: int | None) -> str:
    """«15 min»; «Vet inte»."""
    return _now("%(minutes)s min") % {"minutes": minutes} if minutes else _now("Vet inte")


# --- figures ------------------------------------------------------------------------------------


class PeriodForm(periods.PeriodForm):
    """Which figures to show: a period, and one place or all."""

    plats = forms.ChoiceField(label=_("Plats"), required=False)

    def prepare(self) -> None:
        self.places = {place.slug: place for place in Place.objects.all()}
        self.fields["plats"].choices = [  # type: ignore[attr-defined]
            ("", _("Alla platser")),
            *((slug, place.name) for slug, place in self.places.items()),
        ]

    @property
    def place(self) -> Place | None:
        """The place that is asked for; None for all."""
        return self.places.get(self.cleaned_data.get("plats", ""))

    def more(self) -> dict[str, Any]:
        return {"plats": self.place.slug} if self.place else {}
