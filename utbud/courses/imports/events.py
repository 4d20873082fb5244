"""A calendar of events (RFC 5545), as Google, Outlook and smaller programs export it.

Each event is read by itself, so that what is odd in one is told on its row and stops no other. icalendar reads the
values. What a series becomes is told here, and not by recurring-ical-events: that gives the times between two dates,
while one who imports must see each event that could not be used, and why.
"""

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Component
from icalendar.prop import vBroken

from utbud.base import dates
from utbud.base.unseen import without_unseen
from utbud.courses.imports.rows import UnreadableFile, Wanted, checked

REPEATS = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
FOLD = re.compile(rb"(?:\r*\n|\r)[ \t]")
ZONE = re.compile(r"^BEGIN:VTIMEZONE\s*$.*?^END:VTIMEZONE\s*$", re.M | re.S | re.I)
BEGINS = re.compile(r"^BEGIN:V(?:CALENDAR|EVENT)\s*$", re.M | re.I)
ENDS = {"END:VEVENT", "BEGIN:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR"}
MOST_EVENTS = 5000  # some are called off or versions of others
EARLIEST = 2000  # a series that began before is a mistake
LONGEST = 501  # times of a series: one more than a file may have
LAST = dt.datetime(2100, 1, 1)  # noqa: DTZ001 - by the clock on the wall
# What a library of others raises for a file of others.
ODD = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, OSError)


def unfolded(content: bytes) -> bytes:
    """A calendar's bytes with its long lines whole: a fold may stand in the middle of a letter (RFC 5545, 3.1)."""
    return FOLD.sub(b"", content)


def is_calendar(text: str) -> bool:
    """Whether ``text`` is a calendar and no table."""
    return BEGINS.search(text[:2000].replace("\r", "\n")) is not None


@dataclass(frozen=True, eq=False)
class Said:
    """An event as the file has it, with its number there."""

    number: int
    event: Component
    uid: str
    instead_of: dt.datetime | dt.date | None  # which time of its series it tells of

    @property
    def row(self) -> Wanted:
        """What it says of itself, without its times."""
        title, place = _words(self.event, "SUMMARY"), _words(self.event, "LOCATION")
        return Wanted(self.number, title[:160], place=place[:160], uid=self.uid, run=self.uid)

    @property
    def is_cancelled(self) -> bool:
        """Whether it is called off, even if it says so once of several times."""
        return any(str(one).strip().upper() == "CANCELLED" for one in _all(self.event, "STATUS"))

    @property
    def version(self) -> tuple[int, float]:
        """What is higher for a later version of the same event."""
        sequence = _first(self.event, "SEQUENCE")
        changed = [_value(self.event, name) for name in ("LAST-MODIFIED", "DTSTAMP")]
        stamp = next((one for one in changed if isinstance(one, dt.datetime)), None)
        number = int(sequence) if isinstance(sequence, int) else 0
        return number, _aware(stamp).timestamp() if stamp and 1970 < stamp.year < 9999 else 0.0


def read(text: str) -> Iterator[Wanted]:
    """The times of the events in ``text``, those of a series one by one. Raises UnreadableFile."""
    text = re.sub(r"\r+\n|\r", "\n", text)
    text = re.sub(r"\n[ \t]", "", text)  # in UTF-16 no byte is a fold
    for zone in ZONE.findall(text):
        _parsed(zone)  # icalendar knows it by its name from now on
    blocks = list(_blocks(text))
    if len(blocks) > MOST_EVENTS:
        raise UnreadableFile(_("Kalendern har för många händelser. Exportera bara säsongen."))
    if blocks and not any(whole for _block, whole in blocks):
        raise UnreadableFile(_("Kalenderfilen är trasig. Exportera den en gång till."))
    said: list[Said | Wanted] = [
        _said(number, block, whole=whole) for number, (block, whole) in enumerate(blocks, start=1)
    ]
    kept = set(_latest([one for one in said if isinstance(one, Said)]))
    series = {one.uid for one in kept if one.uid and one.instead_of is None}
    changes: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        if isinstance(one, Said) and one in kept and one.instead_of is not None and one.uid in series:
            changes[one.uid].append(one)
    for one in said:
        if isinstance(one, Wanted):
            yield one
        elif one not in kept or one.is_cancelled or (one.instead_of is not None and one.uid in series):
            continue
        elif one.instead_of is not None:
            yield from _told(one.row, _single(one))
        else:
            yield from _told(one.row, _series(one, changes[one.uid]))


def _blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Each event's lines, and whether it has an end. Calendars are not asked for: an event may stand alone."""
    lines: list[str] = []
    for line in text.split("\n"):
        mark = line.strip().upper()
        if lines and mark in ENDS:
            yield "\n".join([*lines, "END:VEVENT"]), mark == "END:VEVENT"
            lines = []
        if mark == "BEGIN:VEVENT":
            lines = ["BEGIN:VEVENT"]
        elif lines:
            lines.append(line)
    if lines:
        yield "\n".join([*lines, "END:VEVENT"]), False


def _said(number: int, block: str, *, whole: bool) -> "Said | Wanted":
    """The event in ``block``, or the row that tells why it cannot be used."""
    if (event := _parsed(block)) is None or not whole:
        title = re.search(r"^SUMMARY[^:\n]*:(.*)", block, re.M | re.I)
        course = without_unseen(title[1])[:160] if title else ""
        unclear = _("Vi förstår inte händelsen. Se över den i kalendern.")
        cut = _("Händelsen är inte hel. Exportera kalendern en gång till.")
        return Wanted(number, course, problem=unclear if whole else cut)
    uid = _words(event, "UID")[:200]
    try:
        return Said(number, event, uid, _moment(event, "RECURRENCE-ID"))
    except UnreadableFile as error:
        return replace(Said(number, event, uid, None).row, problem=str(error))


def _parsed(block: str) -> Component | None:
    """A component of a calendar, what is odd in its values marked as broken; None for what is none."""
    try:
        return next(iter(Component.from_ical(block, multiple=True)), None)
    except ODD:
        return None


def _latest(said: list[Said]) -> list[Said]:
    """The latest version of each event, and all of those that do not say which is."""
    versions: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in said:
        key = one.uid or f"alone {one.number}"
        versions[key, "" if one.instead_of is None else str(_utc(one.instead_of))].append(one)
    newest = {key: max(one.version for one in same) for key, same in versions.items()}
    return [one for key, same in versions.items() for one in same if one.version == newest[key]]


def _told(row: Wanted, times: Iterator[Wanted]) -> Iterator[Wanted]:
    """``times``, and what stops them as a row."""
    try:
        if not row.course:
            raise UnreadableFile(_("Händelsen har inget namn."))
        yield from map(checked, times)
    except UnreadableFile as error:  # of this event only
        yield replace(row, problem=str(error))
    except ODD:
        yield replace(row, problem=_("Vi förstår inte händelsen. Se över den i kalendern."))


def _single(one: Said) -> Iterator[Wanted]:
    start, end = _times(one.event)
    yield replace(one.row, starts_at=_aware(start), ends_at=_aware(end))


def _series(one: Said, changes: list[Said]) -> Iterator[Wanted]:
    """Each time of an event, with what is told of that time alone, and then what is told of times it does not have."""
    start, end = _times(one.event)
    length = _wall(end, start.tzinfo) - _wall(start, start.tzinfo)
    left = {_utc(change.instead_of): change for change in changes if change.instead_of is not None}
    onwards: Said | None = None  # what is told of this time and of all that follow
    for begins, lasts in _repeated(one.event, start):
        change = left.pop(_aware(begins), None) or left.pop(begins.date(), None)  # some say only the day
        if change is not None and _onwards(change):
            onwards = change
        if change is None and onwards is not None:
            yield from _shifted(one, onwards, begins)
        elif change is None:
            ends = _plus(begins, length if lasts is None else lasts)
            yield replace(one.row, starts_at=_aware(begins), ends_at=ends)
        elif not change.is_cancelled:
            yield from _told(_named(one, change), _changed(one, change))
    for change in left.values():
        if not change.is_cancelled and change.version[0] >= one.version[0]:
            yield from _told(_named(one, change), _changed(one, change))


def _named(one: Said, change: Said) -> Wanted:
    """What is told of one time of a series; what it does not say is the series'."""
    row, series = change.row, one.row
    return replace(
        row, course=row.course or series.course, place=row.place or series.place,
        series=series.course if row.course else "",
    )  # fmt: skip


def _changed(one: Said, change: Said) -> Iterator[Wanted]:
    start, end = _times(change.event)
    yield replace(_named(one, change), starts_at=_aware(start), ends_at=_aware(end))


def _shifted(one: Said, change: Said, begins: dt.datetime) -> Iterator[Wanted]:
    """A time that comes after ``change``, which is told of it too."""
    if change.is_cancelled or change.instead_of is None:
        return
    start, end = _times(change.event)
    zone = begins.tzinfo
    moved = _plus(begins, _wall(start, zone) - _wall(change.instead_of, zone))
    ends = _plus(moved.astimezone(zone), _wall(end, zone) - _wall(start, zone))
    yield replace(_named(one, change), starts_at=moved, ends_at=ends)


def _onwards(change: Said) -> bool:
    given = _first(change.event, "RECURRENCE-ID")
    return str(given.params.get("RANGE", "")).upper() == "THISANDFUTURE"


# --- values ---------------------------------------------------------------------------------------


def _all(event: Component, name: str) -> list[Any]:
    """What stands under ``name``, however many times."""
    given = event.get(name)
    return given if isinstance(given, list) else [] if given is None else [given]


def _first(event: Component, name: str) -> Any:
    """What stands first under ``name`` and can be read; else what cannot."""
    given = _all(event, name)
    return next((one for one in given if not isinstance(one, vBroken)), next(iter(given), None))


def _words(event: Component, name: str) -> str:
    return without_unseen(str(_first(event, name) or ""), joiners=True)


def _value(event: Component, name: str) -> Any:
    """A day, a moment or a length; None without one or with one that cannot be read."""
    given = _first(event, name)
    return None if given is None or isinstance(given, vBroken) else given.dt


def _moment(event: Component, name: str) -> dt.datetime | dt.date | None:
    """A day or a moment. Raises UnreadableFile."""
    given = _first(event, name)
    if given is None:
        return None
    value = _value(event, name)
    if not isinstance(value, dt.date):
        raise UnreadableFile(_("Vi förstår inte tiden «%(time)s».") % {"time": str(given)[:40]})
    return value


def _aware(moment: dt.datetime) -> dt.datetime:
    """A moment with a zone, in UTC; one without is in Stockholm."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=dates.STOCKHOLM)).astimezone(dt.UTC)


def _utc(moment: dt.datetime | dt.date) -> dt.datetime | dt.date:
    return _aware(moment) if isinstance(moment, dt.datetime) else moment


def _wall(moment: dt.datetime | dt.date, zone: dt.tzinfo | None) -> dt.datetime:
    """What the clock on the wall shows in ``zone``."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time())
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _plus(moment: dt.datetime, length: dt.timedelta) -> dt.datetime:
    """``length`` later by the clock on the wall, in UTC."""
    return (moment.replace(tzinfo=None) + length).replace(tzinfo=moment.tzinfo).astimezone(dt.UTC)


def _times(event: Component) -> tuple[dt.datetime, dt.datetime]:
    """When an event begins and ends, in its own zone. Raises UnreadableFile for one that has no time of day."""
    start, ends = _moment(event, "DTSTART"), _moment(event, "DTEND")
    length = _value(event, "DURATION")
    if start is None:
        raise UnreadableFile(_("Vi förstår inte tiden. Händelsen har ingen början."))
    if not isinstance(start, dt.datetime):
        raise UnreadableFile(
            _("Händelsen gäller hela dagen. Ge den ett klockslag i kalendern och exportera igen.")
        )
    start = start if start.tzinfo else start.replace(tzinfo=dates.STOCKHOLM)
    if isinstance(ends, dt.datetime):
        return start, ends if ends.tzinfo else ends.replace(tzinfo=dates.STOCKHOLM)
    if not isinstance(length, dt.timedelta):
        raise UnreadableFile(_("Händelsen har inget slut. Ge den en sluttid i kalendern och exportera igen."))
    return start, _plus(start, length)


# --- what comes again -----------------------------------------------------------------------------


def _repeated(event: Component, start: dt.datetime) -> list[tuple[dt.datetime, dt.timedelta | None]]:
    """Each time an event begins, by the clock on the wall in its zone, and how long it is if that is told.

    Raises UnreadableFile for a series without an end or that cannot be understood.
    """
    zone, wall = start.tzinfo, start.replace(tzinfo=None)
    rules = _all(event, "RRULE")
    moments: dict[dt.datetime, dt.timedelta | None] = dict.fromkeys(
        _by_rule(rules, start) if rules else [wall]
    )
    moments |= _added(event, start)
    left_out = _left_out(event, zone)
    found = [
        (moment.replace(tzinfo=zone), moments[moment])
        for moment in sorted(moments)
        if moment not in left_out and moment.date() not in left_out
    ]
    return found


def _by_rule(rules: list[Any], start: dt.datetime) -> list[dt.datetime]:
    """The times that a rule gives, by the clock on the wall."""
    rule = rules[0]
    unclear = UnreadableFile(_("Vi förstår inte hur händelsen upprepas."))
    if len({str(one) for one in rules}) > 1 or isinstance(rule, vBroken):
        raise unclear
    if set(map(str, rule.get("FREQ", []))) - REPEATS or any(step < 1 for step in rule.get("INTERVAL", [])):
        raise unclear
    counts, until = rule.get("COUNT"), next(iter(rule.get("UNTIL", [])), None)
    if not counts and until is None:
        raise UnreadableFile(_("Serien har inget slut. Ge den ett slutdatum i kalendern och exportera igen."))
    wall, last = start.replace(tzinfo=None), LAST
    if isinstance(until, dt.datetime):
        last = min(last, _wall(until, start.tzinfo))
    elif until is not None:
        last = min(last, dt.datetime.combine(until, dt.time.max))
    if wall.year < EARLIEST:
        raise UnreadableFile(_("Året verkar fel."))
    text = re.sub(r"(?:COUNT|UNTIL)=[^;]*;?", "", rule.to_ical().decode()).rstrip(";")
    try:
        moments = rrulestr(f"RRULE:{text};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=wall)
        # A rule that never comes true ends too; more than a file may have is said by who reads it.
        return list(itertools.islice(moments, min(LONGEST, counts[0] if counts else LONGEST)))
    except ODD:
        raise unclear from None


def _added(event: Component, start: dt.datetime) -> dict[dt.datetime, dt.timedelta | None]:
    """What a series has beside its rule: moments, days (at the same hour) and periods."""
    found: dict[dt.datetime, dt.timedelta | None] = {}
    for one in _dates(event, "RDATE", _("Vi förstår inte vilka fler dagar händelsen har.")):
        if isinstance(one, tuple):
            begins, until = one
            wall = _wall(begins, start.tzinfo)
            found[wall] = until if isinstance(until, dt.timedelta) else _wall(until, start.tzinfo) - wall
        elif isinstance(one, dt.datetime):
            found[_wall(one, start.tzinfo)] = None
        else:
            found[dt.datetime.combine(one, start.time())] = None
    return found


def _left_out(event: Component, zone: dt.tzinfo | None) -> set[dt.datetime | dt.date]:
    """What a series leaves out, by the clock on the wall in its zone."""
    given = _dates(event, "EXDATE", _("Vi förstår inte vilka dagar serien hoppar över."))
    return {_wall(one, zone) if isinstance(one, dt.datetime) else one for one in given}


def _dates(event: Component, name: str, unclear: str) -> Iterator[Any]:
    """All that stands under ``name``; an empty one says nothing. Raises UnreadableFile with ``unclear``."""
    for given in _all(event, name):
        if not isinstance(given, vBroken):
            yield from (one.dt for one in given.dts)
        elif str(given).strip(" ,"):
            raise UnreadableFile(unclear)
