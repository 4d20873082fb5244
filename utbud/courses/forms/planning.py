"""Planning a run: where, how one joins, the seats, and when."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.base import dates
from utbud.base.days import ClockField, DayField
from utbud.courses import recurrence
from utbud.courses.forms.staff import (
    ResourcesField,
    SeenForm,
    number_field,
)
from utbud.courses.models import CoursePage, Occasion, Quota, Run
from utbud.courses.models.pages import MOST_FEE
from utbud.courses.queries.planning import not_approved
from utbud.inbox.guards import OnceForm
from utbud.people.guarded import Guarded
from utbud.people.models import Organisation
from utbud.places import queries as places
from utbud.places.models import Place

Time = tuple[dt.datetime, dt.datetime]
MOST_SEATS, MOST_DAYS = 2000, 60
ADDRESS = re.compile(r"https?:|www\.|@|[<>]", re.I)  # a room has none
WEEK, FORTNIGHT, DAYS = "week", "fortnight", "days"


def _near(day: dt.date) -> dt.date:
    """``day``, unless it is a slip of the pen: nobody plans for another century."""
    if not 2020 <= day.year < 2100:
        raise forms.ValidationError(_now("Välj en dag som ligger närmare."))
    return day


class RunFields(forms.Form):
    """Where a run is and how one joins it."""

    place = forms.ModelChoiceField(
        Place.objects.filter(active=True).order_by("order", "name"),
        label=_("Plats"), required=False, empty_label=_("Ingen av våra platser"),
    )  # fmt: skip
    host = forms.ModelChoiceField(
        Organisation.objects.filter(active=True), label=_("Värd"), required=False, empty_label=_("Ingen värd"),
        help_text=_("Föreningen eller partnern som vi håller kursen hos eller med."),
    )  # fmt: skip
    venue = forms.CharField(
        label=_("Lokal"), max_length=160, required=False,
        help_text=_("Rummet, eller adressen när det inte är hos oss."),
    )  # fmt: skip
    online_url = forms.URLField(
        label=_("Adress på nätet"), required=False, assume_scheme="https",
        help_text=_("Bara den som har plats får se den."),
        error_messages={"invalid": _("Adressen är inte hel. Den ska börja med https://")},
    )  # fmt: skip
    joining = forms.ChoiceField(
        label=_("Så anmäler man sig"), choices=Run.Joining.choices, widget=forms.RadioSelect
    )
    elsewhere = forms.CharField(
        label=_("Där anmäler man sig"), max_length=200, required=False,
        help_text=_("Bara när anmälan sköts någon annanstans: hos vem, och hur."),
    )  # fmt: skip
    companions_take_seats = forms.BooleanField(
        label=_("Följeslagare tar en plats"), required=False, help_text=_("En tolk tar aldrig en plats.")
    )
    fee = number_field(_("Avgift i kronor"), 0, MOST_FEE, initial=0)
    note = forms.CharField(
        label=_("Bra att veta"),
        max_length=200,
        required=False,
        help_text=_("Syns för alla vid tiderna. Texten ska stå på kursens sida, så att den är godkänd."),
    )

    FACTS = (
        "place",
        "host",
        "venue",
        "online_url",
        "joining",
        "elsewhere",
        "companions_take_seats",
        "fee",
        "note",
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not any(data.get(name) for name in ("place", "host", "venue", "online_url")):
            self.add_error(
                "place", _now("Välj en plats eller en värd, eller skriv en lokal eller en adress på nätet.")
            )
        if data.get("joining") == Run.Joining.HOST and not data.get("host"):
            self.add_error("host", _now("Välj vilken förening man anmäler sig hos."))
        if data.get("joining") == Run.Joining.ELSEWHERE and not data.get("elsewhere"):
            self.add_error("elsewhere", _now("Skriv hos vem man anmäler sig, och hur."))
        if course := self.course_of(data):
            for name, says in not_approved(course, data, before=getattr(self, "run", None)).items():
                self.add_error(name, says)
        return data

    def clean_venue(self) -> str:
        """Where it is, and nothing else: it goes public at once (docs/adr/0022)."""
        venue: str = self.cleaned_data["venue"]
        if ADDRESS.search(venue):
            raise forms.ValidationError(_now("Skriv bara rummet eller gatuadressen, ingen adress på nätet."))
        return venue

    def course_of(self, data: dict[str, Any]) -> CoursePage | None:
        """The course that the run is of, when it is known."""
        return data.get("course")

    def facts(self) -> dict[str, Any]:
        """As ``actions.runs`` takes them."""
        return {name: self.cleaned_data[name] for name in self.FACTS}


class SeatsForm(forms.Form):
    """How many seats there are, and how many of them the web leaves."""

    seats = number_field(
        _("Antal platser"), 1, MOST_SEATS, required=False, help_text=_("Tomt betyder att alla får plats.")
    )
    kept = number_field(
        _("Platser som webben lämnar kvar"), 0, MOST_SEATS, required=False,
        help_text=_("För den som ringer, kommer hit, sms:ar eller anmäler sig på papper."),
    )  # fmt: skip
    kept_until = DayField(
        label=_("Till och med"), required=False,
        help_text=_("Efter den dagen är de för alla. Tomt betyder ända till start."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kept, seats = data.get("kept") or 0, data.get("seats")
        if kept and "seats" in data and seats is None:
            self.add_error(
                "seats", _now("Skriv hur många platser det finns. Annars går det inte att lämna några kvar.")
            )
        if kept and seats and kept > seats:
            self.add_error("kept", _now("Det kan inte vara fler än alla platser."))
        return data

    def seat_facts(self) -> dict[str, Any]:
        """As ``actions.runs`` takes them."""
        data = self.cleaned_data
        return {"seats": data["seats"], "kept": data["kept"] or 0, "kept_until": data["kept_until"]}


class TimesForm(SeenForm):
    """When: the first day, a time of day, how many times, how often."""

    first = DayField(label=_("Första dagen"))
    starts = ClockField(label=_("Börjar"))
    ends = ClockField(label=_("Slutar"))
    count = number_field(_("Hur många gånger"), 1, recurrence.MOST, initial=1)
    every = forms.ChoiceField(
        label=_("Hur ofta"), required=False, initial=WEEK, widget=forms.RadioSelect,
        choices=[(WEEK, _("En gång i veckan")), (FORTNIGHT, _("Varannan vecka")), (DAYS, _("Med så här många dagar emellan"))],
    )  # fmt: skip
    days = number_field(_("Antal dagar"), 1, MOST_DAYS, required=False, help_text=_("1 är varje dag."))
    skip_holidays = forms.BooleanField(
        label=_("Hoppa över helgdagar"), required=False, initial=True,
        help_text=_("De tider som faller bort läggs till på slutet."),
    )  # fmt: skip
    resources = ResourcesField()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("every") == DAYS and not data.get("days") and "days" not in self.errors:
            self.add_error("days", _now("Skriv hur många dagar det är emellan."))
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _now("Sluttiden ska vara efter starttiden."))
        self.times: list[Time] = []
        self.passed: list[tuple[dt.date, str]] = []
        if not self.errors:
            self._expand(data)
        return data

    def clean_first(self) -> dt.date:
        return _near(self.cleaned_data["first"])

    def _expand(self, data: dict[str, Any]) -> None:
        every = {WEEK: 7, FORTNIGHT: 14, DAYS: data.get("days") or 1}[data.get("every") or WEEK]
        try:
            self.times = recurrence.expand(
                first=data["first"], starts=data["starts"], ends=data["ends"], count=data["count"],
                every_days=every, skip=self._skip(data["skip_holidays"]),
            )  # fmt: skip
        except ValueError:  # the bounds are kept above: what is left is the night when the clock leaps ahead
            self.add_error(
                "starts", _now("Den tiden finns inte någon av dagarna, för då ställs klockan fram.")
            )

    def _skip(self, holidays: bool) -> Callable[[dt.date], object]:
        def skip(day: dt.date) -> bool:
            name = places.holiday_name(day) if holidays else ""
            if name:
                self.passed.append((day, name))
            return bool(name)

        return skip

    def passed_words(self) -> list[str]:
        """The holidays that were passed: «tisdag 6 januari 2026 (Trettondedag jul)»."""
        return [f"{dates.date_words(day)} ({name[:1].lower()}{name[1:]})" for day, name in self.passed]


class PlanForm(TimesForm, RunFields, SeatsForm, OnceForm):
    """A whole run, planned on one page."""

    course = forms.ModelChoiceField(
        CoursePage.objects.order_by("title"), label=_("Kurs"), empty_label=_("Välj en kurs"),
        error_messages={"required": _("Välj vilken kurs det gäller.")},
    )  # fmt: skip
    joins = forms.ChoiceField(
        label=_("Man anmäler sig till"), choices=Run.Joins.choices, widget=forms.RadioSelect
    )

    WHAT = ("course", "place", "host", "venue", "online_url")
    WHEN = ("first", "starts", "ends", "count", "every", "days", "skip_holidays", "resources")
    JOIN = (
        "joining",
        "elsewhere",
        "joins",
        "seats",
        "kept",
        "kept_until",
        "companions_take_seats",
        "fee",
        "note",
    )
    field_order = [*WHAT, *WHEN, *JOIN]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["joining"].initial = Run.Joining.OPEN
        self.fields["joins"].initial = Run.Joins.WHOLE

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [
            (_now("Vad och var"), [self[name] for name in self.WHAT]),
            (_now("När, med vem och i vilket rum"), [self[name] for name in self.WHEN]),
            (_now("Anmälan och platser"), [self[name] for name in self.JOIN]),
        ]


class MoreTimesForm(TimesForm, SeatsForm):
    """More occasions of a run that is planned. A run one joins as a whole keeps its seats."""

    field_order = [*PlanForm.WHEN, "seats", "kept", "kept_until"]

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_seats = run.joins == Run.Joins.SINGLE and run.joining != Run.Joining.NONE
        if not self.has_seats:
            for name in ("seats", "kept", "kept_until"):
                del self.fields[name]

    def seat_facts(self) -> dict[str, Any]:
        """As ``actions.runs`` takes them; nothing where there are seats already."""
        return super().seat_facts() if self.has_seats else {}


class OccasionForm(Guarded, SeenForm):
    """Another time, place, teacher or room for one occasion."""

    day = DayField(label=_("Dag"))
    starts = ClockField(label=_("Börjar"))
    ends = ClockField(label=_("Slutar"))
    place = forms.ModelChoiceField(
        Place.objects.filter(active=True).order_by("order", "name"), label=_("Plats"), required=False,
        empty_label=_("Samma som omgången"),
    )  # fmt: skip
    resources = ResourcesField()

    def __init__(self, *args: Any, occasion: Occasion, **kwargs: Any) -> None:
        start, end = dates.local(occasion.starts_at), dates.local(occasion.ends_at)
        chosen = [one.pk for one in occasion.resources.all()]
        kwargs["initial"] = {
            "day": start.date(), "starts": start.time(), "ends": end.time(), "place": occasion.place_id,
            "resources": chosen,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.occasion = occasion
        resources: Any = self.fields["resources"]
        resources.with_chosen(chosen)
        place: Any = self.fields["place"]
        place.queryset = Place.objects.filter(active=True) | Place.objects.filter(pk=occasion.place_id or 0)
        self.guard(dict(self.initial))

    def clean_day(self) -> dt.date:
        return _near(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        day, starts, ends = data.get("day"), data.get("starts"), data.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _now("Sluttiden ska vara efter starttiden."))
        elif day and starts and ends:
            try:
                self.time = recurrence.expand(first=day, starts=starts, ends=ends, count=1)[0]
            except ValueError:
                self.add_error("starts", _now("Den tiden finns inte den dagen, för då ställs klockan fram."))
        return data

    def is_told(self) -> bool:
        """Whether the time or the place is another one, so that people must be told."""
        place = self.cleaned_data["place"]
        old = (self.occasion.starts_at, self.occasion.ends_at, self.occasion.place_id)
        return (*self.time, place.pk if place else None) != old


class RunForm(Guarded, SeenForm, RunFields):
    """What can be changed of a whole run."""

    field_order = [
        "place",
        "host",
        "venue",
        "online_url",
        "joining",
        "elsewhere",
        "companions_take_seats",
        "fee",
        "note",
    ]

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(run, name) for name in self.FACTS}
        super().__init__(*args, **kwargs)
        self.run = run
        place: Any = self.fields["place"]
        place.queryset = Place.objects.filter(active=True) | Place.objects.filter(pk=run.place_id or 0)
        host: Any = self.fields["host"]
        host.queryset = Organisation.objects.filter(active=True) | Organisation.objects.filter(
            pk=run.host_id or 0
        )
        self.guard(dict(self.initial))

    def course_of(self, data: dict[str, Any]) -> CoursePage | None:
        return self.run.course

    def moves(self) -> bool:
        """Whether it is held somewhere else, so that people must be told."""
        return any(self.cleaned_data[name] != getattr(self.run, name) for name in ("place", "host", "venue"))


class QuotaForm(Guarded, SeatsForm):
    """The seats that there are, to be changed."""


def seats_form(quota: Quota, data: Any = None) -> QuotaForm:
    """The seats of ``quota`` as they are, to be changed."""
    initial = {"seats": quota.seats, "kept": quota.kept, "kept_until": quota.kept_until}
    form = QuotaForm(data, initial=initial)
    form.guard(dict(initial))
    return form
