"""What is asked about places: when they are open, when help is at hand, and who the library is.

All hours are wall time in Stockholm, so the nights when the clock changes need no care of their own.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import holidays
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.places import models, phones
from utbud.places.models import (
    MIDNIGHT,
    MORNING,
    LibrarySettings,
    Opening,
    OpeningHours,
    Place,
    SpecialDay,
    minutes,
)

DAY = dt.timedelta(days=1)
SMALL_HOURS = 60 * MORNING.hour  # hours from midnight until then go on from the evening before
AHEAD = dt.timedelta(days=90)  # how far we look for the next opening
KEEP_SECONDS = 20  # how long another process may show the library as it was

# De facto holidays are the eves of Midsummer, Christmas and New Year, when libraries are closed.
When = TypeVar("When", int, dt.datetime)

_HOLIDAYS = holidays.country_holidays("SE", language="sv", categories=("public", "de_facto"))


# --- days ---------------------------------------------------------------------------------------


def holiday_name(day: dt.date) -> str:
    """«Juldagen», or "" on a day that is no holiday."""
    return _HOLIDAYS.get(day, "").replace("; ", " och ")


def working_days_after(day: dt.date, count: int) -> dt.date:
    """The ``count``-th working day after ``day``: weekends and holidays are passed over."""
    while count:
        day += dt.timedelta(days=1)
        if day.weekday() < 5 and not holiday_name(day):
            count -= 1
    return day


# --- opening hours ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A time when a place is open in one way, of the day that it begins. ``end`` may be the next day's."""

    kind: Opening
    day: dt.date
    start: dt.time
    end: dt.time

    @property
    def times(self) -> tuple[dt.datetime, dt.datetime]:
        """When it begins and ends by the clock on the wall, without a zone."""
        ends = self.day + dt.timedelta(days=self.end <= self.start)
        return dt.datetime.combine(self.day, self.start), dt.datetime.combine(ends, self.end)

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """When it begins and ends, aware."""
        start, end = self.times
        return dates.at_stockholm(start.date(), start.time()), dates.at_stockholm(end.date(), end.time())

    @property
    def words(self) -> str:
        """«10–18»."""
        return dates.span_words(self.start, self.end)


@dataclass(frozen=True)
class Status:
    """Whether a place is open, whether staff are there, and both in words without a full stop."""

    open: bool
    staffed: bool
    words: str


@dataclass(frozen=True)
class DropIn:
    """The next time digital help is given without booking. ``start`` and ``end`` are aware."""

    place: Place
    start: dt.datetime
    end: dt.datetime
    words: str


@dataclass(frozen=True)
class DayRow:
    """A day in a table: times in words («10–13 och 14–18»), "" where there is nothing."""

    day: dt.date
    name: str  # «måndag 23 november»
    open: str
    unstaffed: str
    drop_in: str
    reason: str  # why the day differs, or ""

    @property
    def closed(self) -> bool:
        """Whether nothing at all is offered."""
        return not (self.open or self.unstaffed or self.drop_in)


class Timetable:
    """The hours of some places from ``first`` to ``last``, read in two queries however many they are."""

    def __init__(self, places: Iterable[Place], first: dt.date, last: dt.date) -> None:
        self.places, self.first, self.last = list(places), first, last
        self._hours: dict[int, list[OpeningHours]] = defaultdict(list)
        for row in OpeningHours.objects.filter(place__in=self.places):
            self._hours[row.place_id].append(row)
        self._special: dict[tuple[int | None, dt.date], list[SpecialDay]] = defaultdict(list)
        around = (first - DAY, last + DAY)  # an evening of the day before, and the rest of the last one
        near = SpecialDay.objects.filter(date__range=around)
        for day in near.filter(Q(place=None) | Q(place__in=self.places)):
            self._special[day.place_id, day.date].append(day)

    def opening(self, place: Place, day: dt.date) -> list[Span]:
        """When ``place`` is open on ``day``, by kind and time; neighbouring times are joined."""
        return [span for kind in Opening for span in self._spans(place, day, kind)]

    def _spans(self, place: Place, day: dt.date, kind: Opening) -> list[Span]:
        return [Span(kind, day, _clock(start), _clock(end)) for start, end in self._whole(place, day, kind)]

    def _whole(self, place: Place, day: dt.date, kind: Opening) -> list[tuple[int, int]]:
        """The minutes of ``day``, with the small hours that go on from its evening, and without those of the day before."""
        found = self._minutes(place, day, kind)
        evening = found and found[-1][1] == MIDNIGHT
        after = self._minutes(place, day + DAY, kind) if evening else []
        if after and after[0][0] == 0 and after[0][1] <= SMALL_HOURS:
            found[-1] = (found[-1][0], MIDNIGHT + after[0][1])
        if found and found[0][0] == 0 and found[0][1] <= SMALL_HOURS:
            before = self._minutes(place, day - DAY, kind)
            if before and before[-1][1] >= MIDNIGHT:
                del found[0]
        return found

    def _minutes(self, place: Place, day: dt.date, kind: Opening) -> list[tuple[int, int]]:
        """What is written for ``day``, in minutes from its midnight."""
        special = self._special_rows(place, day, kind)
        if special:
            found = [minutes(row.opens, row.closes) for row in special if row.opens and row.closes]
        elif holiday_name(day):
            found = []
        else:
            found = [
                minutes(row.opens, row.closes)
                for row in self._hours[place.pk]
                if row.kind == kind and row.holds_on(day)
            ]
        if kind == Opening.DROP_IN and not special and self._special_rows(place, day, Opening.OPEN):
            # Help is given by staff: when their hours differ, we promise it only inside those.
            found = [
                (max(start, opens), min(end, closes))
                for start, end in found
                for opens, closes in self._minutes(place, day, Opening.OPEN)
                if start < closes and opens < end
            ]
        return _joined(found)

    def changes(self, place: Place, day: dt.date) -> set[dt.datetime]:
        """The moments on ``day`` when something opens or closes, those of the night before too."""
        spans = [*self.opening(place, day - DAY), *self.opening(place, day)]
        found = {moment for span in spans for moment in span.moments}
        return {moment for moment in found if dates.local(moment).date() == day}

    def _special_rows(self, place: Place, day: dt.date, kind: Opening) -> list[SpecialDay]:
        """The rows that stand for the ordinary hours: the place's own first, the exact kind first."""
        for owner in (place.pk, None):
            rows = self._special[owner, day]
            if found := [row for row in rows if row.kind == kind] or [row for row in rows if row.kind == ""]:
                return found
        return []

    def reason(self, place: Place, day: dt.date) -> str:
        """Why ``day`` differs at ``place``: what staff wrote, otherwise the holiday's name, otherwise ""."""
        rows = [row for kind in Opening for row in self._special_rows(place, day, kind)]
        written = dict.fromkeys(row.reason for row in rows if row.reason)
        return ", ".join(written) or holiday_name(day)

    def week(self, place: Place, monday: dt.date) -> list[DayRow]:
        """Seven rows from ``monday``."""
        rows = []
        for number in range(7):
            day = monday + dt.timedelta(days=number)
            spans = self.opening(place, day)
            words = {kind: joined([span.words for span in spans if span.kind == kind]) for kind in Opening}
            rows.append(
                DayRow(
                    day,
                    dates.date_words(day, year=False),
                    words[Opening.OPEN],
                    words[Opening.UNSTAFFED],
                    words[Opening.DROP_IN],
                    self.reason(place, day),
                )
            )
        return rows

    def status(self, place: Place, now: dt.datetime) -> Status:
        """How it is at ``place`` right now. Drop-in counts as staffed: somebody is there."""
        wall = dates.local(now).replace(tzinfo=None)
        today = wall.date()
        near = [span for day in (today - DAY, today) for span in self.opening(place, day)]
        for start, end in _joined(span.times for span in near if span.kind != Opening.UNSTAFFED):
            if start <= wall < end:
                return Status(
                    True, True, _("Öppet nu, stänger klockan %(end)s") % {"end": dates.end_words(end)}
                )
        staffed = self._next(place, wall, staffed=True)
        for span in near:
            if span.kind == Opening.UNSTAFFED and span.times[0] <= wall < span.times[1]:
                until = dates.end_words(span.end)
                if staffed is None:
                    return Status(
                        True, False, _("Meröppet nu till klockan %(end)s, utan personal") % {"end": until}
                    )
                words = _("Meröppet nu till klockan %(end)s. Personal finns %(when)s") % {
                    "end": until,
                    "when": _when(staffed, today),
                }
                return Status(True, False, words)
        return Status(False, False, self._closed_words(place, wall, staffed))

    def _next(self, place: Place, wall: dt.datetime, *, staffed: bool) -> tuple[dt.date, dt.time] | None:
        """The day and time when staff come next, or (not ``staffed``) when the door opens without them."""
        for day in self._days_from(wall.date()):
            spans = (span for span in self.opening(place, day) if (span.kind != Opening.UNSTAFFED) == staffed)
            starts = [span.start for span in spans if span.times[0] > wall]
            if starts:
                return day, min(starts)
        return None

    def _closed_words(self, place: Place, wall: dt.datetime, staffed: tuple[dt.date, dt.time] | None) -> str:
        today = wall.date()
        if not self._hours[place.pk] and staffed is None:
            return _("Här finns inga fasta tider. Ring oss, så berättar vi mer")
        reason = self.reason(place, today)
        if reason and not self.opening(place, today):
            said = reason if reason[1:2].isupper() else reason[0].lower() + reason[1:]
            now = _("Stängt i dag: %(reason)s.") % {"reason": said}
        else:
            now = _("Stängt nu.")
        unstaffed = self._next(place, wall, staffed=False)
        if unstaffed and (staffed is None or unstaffed[0] < staffed[0]):
            now = f"{now} " + _("Meröppet %(when)s.") % {"when": _when(unstaffed, today)}
            if staffed:
                return f"{now} " + _("Personal finns %(when)s") % {"when": _when(staffed, today)}
        elif staffed:
            return f"{now} " + _("Öppnar %(when)s") % {"when": _when(staffed, today)}
        return f"{now} " + _("Ring oss, så berättar vi när det öppnar med personal")

    def next_drop_in(self, now: dt.datetime) -> DropIn | None:
        """The drop-in that is on, or the soonest to come; None if there is none."""
        wall = dates.local(now).replace(tzinfo=None)
        today = wall.date()
        for day in (today - DAY, *self._days_from(today)):
            coming = [
                (span.start, number, place, span)
                for number, place in enumerate(self.places)
                for span in self._spans(place, day, Opening.DROP_IN)
                if wall < span.times[1]
            ]
            if coming:
                _start, _number, place, span = min(coming, key=lambda found: found[:2])
                if span.times[0] <= wall:
                    words = _("Just nu, till klockan %(end)s, på %(place)s") % {
                        "end": dates.end_words(span.end),
                        "place": place.name,
                    }
                else:
                    when = dates.near_date_words(day, today=today)
                    words = _("%(day)s klockan %(span)s på %(place)s") % {
                        "day": when[0].upper() + when[1:],
                        "span": span.words,
                        "place": place.name,
                    }
                return DropIn(place, *span.moments, words)
        return None

    def phone_words(self, now: dt.datetime) -> str:
        """When a person answers the phone, as a sentence: when staff are at the main place, or else at the first that has any."""
        wall = dates.local(now).replace(tzinfo=None)
        today = wall.date()
        main = library(now).main_place_id
        for place in sorted(self.places, key=lambda one: one.pk != main):
            near = [span for day in (today - DAY, today) for span in self.opening(place, day)]
            for start, end in _joined(span.times for span in near if span.kind != Opening.UNSTAFFED):
                if start <= wall < end:
                    return _("En människa svarar nu, till klockan %(end)s.") % {"end": dates.end_words(end)}
            if coming := self._next(place, wall, staffed=True):
                return _("Ingen svarar just nu. En människa svarar %(when)s.") % {
                    "when": _when(coming, today)
                }
        return _("En människa svarar när vi har öppet.")

    def _days_from(self, today: dt.date) -> Iterator[dt.date]:
        for number in range((self.last - today).days + 1):
            yield today + dt.timedelta(days=number)


def _when(moment: tuple[dt.date, dt.time], today: dt.date) -> str:
    """«i morgon klockan 10»."""
    day, clock = moment
    return _("%(day)s klockan %(time)s") % {
        "day": dates.near_date_words(day, today=today),
        "time": dates.time_words(clock),
    }


def _clock(minute: int) -> dt.time:
    """The time so many minutes after midnight, of the next day too."""
    return dt.time(minute // 60 % 24, minute % 60)


def _joined(found: Iterable[tuple[When, When]]) -> list[tuple[When, When]]:
    """Times in order, with those that meet or overlap made one."""
    whole: list[tuple[When, When]] = []
    for start, end in sorted(found):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def joined(words: list[str]) -> str:
    """«a, b och c»."""
    return _(" och ").join(part for part in (", ".join(words[:-1]), "".join(words[-1:])) if part)


def active_places() -> list[Place]:
    """The places that visitors see, in the library's order."""
    return list(Place.objects.filter(active=True))


def timetable(places: Iterable[Place], now: dt.datetime) -> Timetable:
    """The hours of ``places`` from this week's Monday and so far ahead as anyone asks."""
    today = dates.local(now).date()
    return Timetable(places, today - dt.timedelta(days=today.weekday()), today + AHEAD)


def opening(place: Place, day: dt.date) -> list[Span]:
    """When ``place`` is open on ``day``. For many places or days make one Timetable."""
    return Timetable([place], day, day).opening(place, day)


def status(place: Place, now: dt.datetime) -> Status:
    """How it is at ``place`` right now. For many places make one ``timetable``."""
    return timetable([place], now).status(place, now)


def statuses(now: dt.datetime) -> list[tuple[Place, Status]]:
    """Every active place with how it is there right now, in three queries."""
    table = timetable(active_places(), now)
    return [(place, table.status(place, now)) for place in table.places]


def week(place: Place, monday: dt.date) -> list[DayRow]:
    """The week of ``place`` from ``monday``. For many places make one ``timetable``."""
    return Timetable([place], monday, monday + dt.timedelta(days=6)).week(place, monday)


def next_drop_in(now: dt.datetime) -> DropIn | None:
    """The drop-in that is on, or the soonest to come, at any active place."""
    return timetable(active_places(), now).next_drop_in(now)


def drop_in_summary(today: dt.date) -> str:
    """The ordinary drop-in hours: «Drop-in: måndag 13–15 och torsdag 10–12», "" if there are none.

    The place is named when there are several, or when it is another than the main one.
    """
    return _read_library(today).drop_in


def drop_in_hours(today: dt.date) -> dict[Place, list[OpeningHours]]:
    """When help is given without booking in an ordinary week, by place in their order. One query."""
    by_place: dict[Place, list[OpeningHours]] = defaultdict(list)
    rows = OpeningHours.objects.filter(kind=Opening.DROP_IN, place__active=True).select_related("place")
    for row in rows.order_by("place__order", "place__name", "weekday", "opens"):
        if (row.valid_from or today) <= today <= (row.valid_to or today):
            by_place[row.place].append(row)
    return by_place


def _drop_in_words(today: dt.date, main_place_id: int | None) -> str:
    by_place = {
        place: [f"{dates.WEEKDAYS[row.weekday]} {row.words}" for row in rows]
        for place, rows in drop_in_hours(today).items()
    }
    if not by_place:
        return ""
    if [place.pk for place in by_place] == [main_place_id]:
        said = [joined(times) for times in by_place.values()]
    else:
        said = [
            _("%(times)s på %(place)s") % {"times": joined(times), "place": place.name}
            for place, times in by_place.items()
        ]
    return _("Drop-in: %(times)s") % {"times": "; ".join(said)}


# --- the library --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Library:
    """Who speaks: on every page, on paper and in letters."""

    name: str
    programme: str
    municipality: str
    phone: str  # as people read it, or ""
    phone_link: str  # «tel:+46…», or ""
    email: str
    address: str  # one line: the main place, or the first one
    drop_in: str  # «Drop-in: måndag 13–15 …», or ""
    accent: str  # «#0B5A5E»
    help_colour: str
    logo_name: str  # in storage, or ""
    logo_digest: str
    logo_alt: str
    main_place_id: int | None
    base_url: str


_kept: tuple[tuple[int, dt.date], float, Library] | None = None


def library(now: dt.datetime | None = None) -> Library:
    """The library as it is now, in at most three queries, kept for ``KEEP_SECONDS`` in this process.

    What this process saves is seen at once. Inside a transaction the rows are always read, so that
    nobody sees what is not yet, or never, committed. ``now`` may be left out since the answer is kept by
    the clock anyway.
    """
    global _kept  # noqa: PLW0603, RUF100 - one answer for the process is the point
    today = dates.local(now or timezone.now()).date()
    if connection.in_atomic_block:
        return _read_library(today)
    key = (models.edition, today)
    if _kept and _kept[0] == key and time.monotonic() < _kept[1]:
        return _kept[2]
    found = _read_library(today)
    _kept = (key, time.monotonic() + KEEP_SECONDS, found)
    return found


def _read_library(today: dt.date) -> Library:
    row = LibrarySettings.base_queryset().first() or LibrarySettings()
    main = row.main_place or Place.objects.filter(active=True).exclude(street="").first()
    return Library(
        name=row.library_name,
        programme=row.programme_name,
        municipality=row.municipality,
        phone=row.phone,
        phone_link=phones.phone_link(row.phone),
        email=row.email,
        address=main.address if main else "",
        drop_in=_drop_in_words(today, main.pk if main else None),
        accent=row.accent,
        help_colour=row.help_colour,
        logo_name=row.logo.file.name if row.logo else "",
        logo_digest=row.logo.get_file_hash() if row.logo else "",
        logo_alt=row.logo_alt,
        main_place_id=main.pk if main else None,
        base_url=settings.BASE_URL,
    )


def help_lines() -> tuple[list[str], list[str]]:
    """What the library helps with, and what it cannot do for anyone: a line each."""
    row = LibrarySettings.objects.first() or LibrarySettings()
    return _lines(row.helps_with), _lines(row.helps_not_with)


def message_months() -> int:
    """For how many months answered messages are kept whole."""
    return (LibrarySettings.objects.first() or LibrarySettings()).message_months


@dataclass(frozen=True)
class Ceilings:
    """How much may go out in a day, and to which countries. Money in öre."""

    countries: tuple[str, ...]
    sends: int
    ore: int
    ore_all: int


def ceilings() -> Ceilings:
    """What the library has chosen."""
    row = LibrarySettings.objects.first() or LibrarySettings()
    return Ceilings(
        tuple(row.text_countries), row.sends_a_day, 100 * row.kronor_a_day, 100 * row.kronor_a_day_all
    )


def texts_go_to(number: str) -> bool:
    """Whether the library sends text messages to the country of an E.164 ``number``."""
    return phones.country_of(number) in ceilings().countries


def course_months() -> int:
    """For how many months after a course the names of those who came are kept."""
    return (LibrarySettings.objects.first() or LibrarySettings()).course_months


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def names() -> list[str]:
    """What the library, its programme, its town and its places are called."""
    lib = library()
    own = [lib.name, lib.programme, lib.municipality]
    return own + [f"{name} {city}" for name, city in Place.objects.values_list("name", "city")]


def archive_months() -> int:
    """For how many months a page that has been public is kept after staff deleted it."""
    return (LibrarySettings.objects.first() or LibrarySettings()).archive_months


# --- schema.org ---------------------------------------------------------------------------------


def schema(table: Timetable, lib: Library) -> dict[str, Any]:
    """Each place of ``table`` as a ``Library`` with the hours of the week it begins with, day by day: what holds then, holidays too."""
    return {
        "@context": "https://schema.org",
        "@graph": [_place_schema(table, one, lib) for one in table.places],
    }


def _place_schema(table: Timetable, place: Place, lib: Library) -> dict[str, Any]:
    days = [table.first + dt.timedelta(days=number) for number in range(7)]
    address = {"streetAddress": place.street, "postalCode": place.postal_code, "addressLocality": place.city}
    data: dict[str, Any] = {
        "@type": "Library",
        "@id": f"{settings.BASE_URL}/hjalp/#plats-{place.slug}",
        "name": place.name,
        "url": f"{settings.BASE_URL}/hjalp/#plats-{place.slug}",
        "telephone": place.phone or lib.phone,
        "openingHoursSpecification": [one for day in days for one in _day_schema(table, place, day)],
    }
    if place.street:
        data["address"] = {"@type": "PostalAddress", "addressCountry": "SE"} | {
            name: said for name, said in address.items() if said
        }
    return {name: said for name, said in data.items() if said}


def _day_schema(table: Timetable, place: Place, day: dt.date) -> list[dict[str, str]]:
    spans = [span for span in table.opening(place, day) if span.kind == Opening.OPEN]
    times = [(span.start, span.end) for span in spans] or [(dt.time(0), dt.time(0))]  # from 0 to 0 is closed
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"https://schema.org/{day:%A}",
            "opens": f"{start:%H:%M}",
            "closes": f"{end:%H:%M}",
            "validFrom": day.isoformat(),
            "validThrough": day.isoformat(),
        }
        for start, end in times
    ]
