"""Dates and times as a Swede reads them, in Stockholm's wall time. ``now`` is always passed in."""

import datetime as dt
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip


def local(moment: dt.datetime) -> dt.datetime:
    """An aware ``moment`` in Stockholm's wall time."""
    return moment.astimezone(STOCKHOLM)


def date_words(day: dt.date, *, weekday: bool = True, year: bool = True) -> str:
    """``date(2026, 3, 3)`` → «tisdag 3 mars 2026»."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    if weekday:
        words = f"{WEEKDAYS[day.weekday()]} {words}"
    return f"{words} {day.year}" if year else words


def time_words(time: dt.time | dt.datetime) -> str:
    """``time(9, 0)`` → «9», ``time(9, 30)`` → «9.30», as Swedish signs write the clock."""
    return f"{time.hour}" if time.minute == 0 else f"{time.hour}.{time.minute:02}"


def end_words(time: dt.time | dt.datetime) -> str:
    """When something ends: as ``time_words``, and midnight is 24."""
    return "24" if (time.hour, time.minute) == (0, 0) else time_words(time)


def span_words(start: dt.time, end: dt.time) -> str:
    """``10:00, 12:30`` → «10–12.30»; ``18:00, 00:00`` → «18–24»."""
    return f"{time_words(start)}–{end_words(end)}"


def near_date_words(day: dt.date, *, today: dt.date) -> str:
    """«i dag», «i morgon», the weekday within a week, otherwise weekday and date."""
    ahead = (day - today).days
    if ahead == 0:
        return "i dag"
    if ahead == 1:
        return "i morgon"
    if 1 < ahead < 7:
        return f"på {WEEKDAYS[day.weekday()]}"
    return date_words(day, year=day.year != today.year)


def monday_of(year: int, week: int) -> dt.date:
    """The Monday of an ISO week. Raises ValueError for a week that the year does not have."""
    return dt.date.fromisocalendar(year, week, 1)


def weeks_in(year: int) -> int:
    """52 or 53: the ISO weeks of ``year`` (28 December is always in the last one, ISO 8601)."""
    return dt.date(year, 12, 28).isocalendar().week


def whole_day(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """When ``day`` begins and ends in Stockholm (aware, UTC): 23, 24 or 25 hours."""
    return at_stockholm(day, dt.time()), at_stockholm(day + dt.timedelta(days=1), dt.time())


def at_stockholm(day: dt.date, time: dt.time) -> dt.datetime:
    """The moment (aware, UTC) when the clock in Stockholm shows ``time`` on ``day``.

    In the hour that the autumn clock shows twice the first is meant; a time that the spring clock
    skips becomes the hour after.
    """
    return dt.datetime.combine(day, time, tzinfo=STOCKHOLM).astimezone(dt.UTC)


def length_words(seconds: float) -> str:
    """How long a film or a sound is: «40 sekunder», «1 minut», «1 och en halv minut», «12 minuter», «1 timme och 5 minuter»."""
    if seconds < 55:
        return f"{max(5, 5 * round(seconds / 5))} sekunder"
    halves = round(seconds / 30)
    if halves < 6 and halves % 2:  # told by the half minute only where that is a large part of it
        return f"{halves // 2} och en halv minut"
    minutes = max(1, round(seconds / 60))
    hours, left = divmod(minutes, 60)
    told = f"{left} minut" if left == 1 else f"{left} minuter"
    if not hours:
        return told
    whole = f"{hours} timme" if hours == 1 else f"{hours} timmar"
    return f"{whole} och {told}" if left else whole
