"""Forms of the staff side: a place with its hours and special days."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm

from utbud.base import dates
from utbud.base.days import ClockField, DayField
from utbud.places import week
from utbud.places.held import Held
from utbud.places.models import Opening, OpeningHours, Place, refuse_collision


class TimesFormSet(BaseChildFormSet):
    """Rows of time of one place, where no two may promise different things at once.

    They are compared here, as they were written, since what stands in the database may be on its way out.
    """

    def clean(self) -> None:
        super().clean()
        seen: list[Any] = []
        for form in self.forms:
            if (
                form.errors
                or form in self.deleted_forms
                or (not form.has_changed() and form.instance.pk is None)
            ):
                continue
            try:
                refuse_collision(form.instance, seen)
            except ValidationError as error:
                form.add_error("opens", error)
            seen.append(form.instance)


WEEK = {f"week_{kind}": kind for kind in Opening.values}  # the fields of a place's form


class PlaceForm(WagtailAdminModelForm):
    """A place. Its hours are written as people say them, a line for each kind; those for a while stand in rows below."""

    week_open = forms.CharField(
        label=Opening.OPEN.label,
        required=False,
        help_text=_("Till exempel: måndag-fredag 10-18, lördag 11-15"),
    )
    week_unstaffed = forms.CharField(label=Opening.UNSTAFFED.label, required=False)
    week_dropin = forms.CharField(label=Opening.DROP_IN.label, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new_hours: dict[str, list[OpeningHours]] = {}
        always = [one for one in self.instance.hours.all() if _always(one)] if self.instance.pk else []
        self.was = {kind: _times(one for one in always if one.kind == kind) for kind in WEEK.values()}
        for name, kind in WEEK.items():
            self.initial[name] = week.words(self.was[kind])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, kind in WEEK.items():
            if (
                name not in self.fields
                or self.add_prefix(name) not in self.data
                or name not in self.changed_data
            ):
                continue
            try:
                rows = self._rows(kind, data.get(name) or "")
                if _times(rows) != self.was[kind]:  # else it is the same in other words
                    self.new_hours[kind] = rows
            except week.Unclear as error:
                self.add_error(name, str(error))
            except ValidationError as error:
                self.add_error(name, error.messages)
        return data

    def _rows(self, kind: str, text: str) -> list[OpeningHours]:
        rows: list[OpeningHours] = []
        for day, opens, closes in week.read(text):
            row = OpeningHours(weekday=day, kind=kind, opens=opens, closes=closes)
            row.full_clean(exclude=["place"])
            refuse_collision(row, rows)
            rows.append(row)
        return rows

    def is_valid(self) -> bool:
        """Also whether the lines agree with the rows below: both can be written at once, and then they say the same."""
        fine = bool(super().is_valid())
        if fine and "hours" in self.formsets:
            for name, kind in WEEK.items():
                if kind in self.new_hours:
                    fine = self._agrees(name, kind) and fine
        return fine

    def _agrees(self, name: str, kind: str) -> bool:
        formset = self.formsets["hours"]
        kept = [
            form
            for form in formset.forms
            if form not in formset.deleted_forms and (form.has_changed() or form.instance.pk)
        ]
        others = [form.instance for form in kept if not _always(form.instance)]
        for row in self.new_hours[kind]:
            try:
                refuse_collision(row, others)
            except ValidationError as error:
                self.add_error(name, error.messages)
                return False
        written = [form.instance for form in kept if form.instance.kind == kind and _always(form.instance)]
        of_kind = [form for form in formset.forms if kind in (form.initial.get("kind"), form.instance.kind)]
        touched = any(form.has_changed() and _always(form.instance) for form in of_kind)
        if touched and _times(written) not in (self.was[kind], _times(self.new_hours[kind])):
            self.add_error(
                name,
                _now(
                    "Raden och tiderna dag för dag säger olika. Dag för dag står det: %(rows)s. Ändra en av dem."
                )
                % {"rows": week.words(_times(written)) or _now("stängt")},
            )
            return False
        return True

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            place = super().save(commit=False)
            for kind, rows in self.new_hours.items():
                place.hours.remove(*[one for one in place.hours.all() if one.kind == kind and _always(one)])
                place.hours.add(*rows)
            if commit:
                place.save()
                self.save_m2m()
        return place


def _always(hours: OpeningHours) -> bool:
    return not hours.valid_from and not hours.valid_to


def _times(rows: Iterable[OpeningHours]) -> list[week.Time]:
    return sorted((one.weekday, one.opens, one.closes) for one in rows)


CLOSED = "closed"
REASONS = (  # public at once, so it is chosen and not written (docs/adr/0022)
    _("Planeringsdag"),
    _("Sjukdom"),
    _("Helg"),
    _("Evenemang"),
    _("Ombyggnad eller flytt"),
    _("Fel på lokalen eller tekniken"),
    _("Väder"),
)
FARTHEST = dt.timedelta(days=2 * 366)


EVERYWHERE = "all"


def _where() -> list[tuple[str, str]]:
    """Nothing is chosen to begin with: whoever forgets to choose would close every library."""
    places = Place.objects.filter(active=True)
    return [("", _now("Välj")), *((str(one.pk), str(one)) for one in places), (EVERYWHERE, _now("Överallt"))]


class DayForm(forms.Form):
    """A day that is not as the others: where, when, closed or other hours, and why."""

    place = forms.ChoiceField(
        label=_("Var"), choices=_where, error_messages={"required": _("Välj en plats, eller överallt.")}
    )
    date = DayField(label=_("Dag"))
    what = forms.ChoiceField(
        label=_("Vad gäller då"),
        choices=[(CLOSED, _("Stängt")), *Opening.choices],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj stängt, eller vad som är öppet andra tider.")},
    )
    opens = ClockField(label=_("Öppnar"), required=False)
    closes = ClockField(label=_("Stänger"), required=False, help_text=_("Kan vara efter midnatt."))
    reason = forms.ChoiceField(
        label=_("Varför"),
        choices=[("", _("Säg inget")), *((one, one) for one in REASONS)],
        required=False,
        help_text=_("Syns för besökare."),
    )

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        super().__init__(data)
        self.today = today

    def clean_date(self) -> dt.date:
        """A day that is to come, and soon enough to be meant."""
        day: dt.date = self.cleaned_data["date"]
        if day < self.today:
            raise ValidationError(_now("Dagen har varit. Skriv en dag från och med i dag."))
        if day > self.today + FARTHEST:
            raise ValidationError(_now("Välj en dag som ligger närmare."))
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("what") == CLOSED and (data.get("opens") or data.get("closes")):
            self.add_error("opens", _now("Välj stängt eller skriv tider, inte båda."))
        elif data.get("what") in Opening.values:
            for name in ("opens", "closes"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _now("Skriv en tid, till exempel 10:00."))
        return data

    def against(self, day: list[Held]) -> list[Held]:
        """What of that ``day`` is held when it would not be open. Drop-in at other hours stands in nobody's way."""
        data = self.cleaned_data
        if data["what"] == Opening.DROP_IN:
            return []
        if data["what"] == CLOSED:
            return day
        opens = dates.at_stockholm(data["date"], data["opens"])
        last = data["date"] + dt.timedelta(days=data["closes"] <= data["opens"])
        closes = dates.at_stockholm(last, data["closes"])
        return [one for one in day if one.starts_at < opens or one.ends_at > closes]

    def facts(self) -> dict[str, Any]:
        """As ``actions.set_day`` takes them."""
        data = self.cleaned_data
        closed = data["what"] == CLOSED
        return {
            "place": None
            if data["place"] == EVERYWHERE
            else Place.objects.get(pk=data["place"], active=True),
            "date": data["date"],
            "kind": "" if closed else data["what"],
            "opens": None if closed else data["opens"],
            "closes": None if closed else data["closes"],
            "reason": data["reason"],
        }
