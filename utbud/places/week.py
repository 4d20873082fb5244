"""A week's hours as people write them: «måndag-fredag 10-18, lördag 11-15»."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from utbud.base.dates import WEEKDAYS

Time = tuple[int, dt.time, dt.time]  # weekday, opens, closes
EVERY = {
    "alla dagar": range(7),
    "varje dag": range(7),
    "vardagar": range(5),
    "helger": (5, 6),
    "helg": (5, 6),
}
DASH = r"\s*(?:-|–|—|till)\s*"
CLOCK = r"(?:kl(?:ockan|\.)?\s*)?(\d{1,2})(?:[.:](\d{2}))?"
SPAN = re.compile(f"{CLOCK}{DASH}{CLOCK}")
DAYS = re.compile(rf"({'|'.join(EVERY)}|[a-zåäö]+)\.?(?:{DASH}([a-zåäö]+)\.?)?")
BETWEEN = re.compile(r"[\s,;:&]*(?:och\b)?[\s,;:&]*")


class Unclear(ValueError):
    """What of the text is not understood, in Swedish, to be shown as it is."""


def read(text: str) -> list[Time]:
    """The hours that ``text`` tells, in the order of the week. «stängt» is no hours. Raises Unclear."""
    left = " ".join(text.casefold().split())
    found: list[Time] = []
    days: list[int] = []
    has_hours = True  # of the days that are being read
    while left := left[_skip(left) :]:
        if span := SPAN.match(left):
            if not days:
                raise Unclear(_("Skriv vilka dagar före tiden: måndag-fredag 10-18."))
            opens, closes = _clock(*span.group(1, 2)), _clock(*span.group(3, 4))
            found += [(day, opens, closes) for day in days]
            has_hours, left = True, left[span.end() :]
        elif left.startswith("stängt"):
            has_hours, left = True, left.removeprefix("stängt")
        elif named := DAYS.match(left):
            days = [*([] if has_hours else days), *_days(named.group(1), named.group(2))]
            has_hours, left = False, left[named.end() :]
        else:
            raise Unclear(
                _("Vi förstår inte «%(what)s». Skriv så här: måndag-fredag 10-18.") % {"what": left[:30]}
            )
    if not has_hours:
        raise Unclear(_("Skriv en tid efter dagarna: måndag-fredag 10-18. Eller skriv stängt."))
    return sorted(found)


def _skip(text: str) -> int:
    found = BETWEEN.match(text)
    return found.end() if found else 0


def _days(first: str, last: str | None) -> Sequence[int]:
    if first in EVERY and not last:
        return list(EVERY[first])
    start = _day(first)
    if not last:
        return [start]
    length = (_day(last) - start) % 7
    return [(start + step) % 7 for step in range(length + 1)]


def _day(name: str) -> int:
    known = [number for number, day in enumerate(WEEKDAYS) if len(name) >= 2 and day.startswith(name)]
    known = known or [number for number, day in enumerate(WEEKDAYS) if name in (f"{day}ar", f"{day}en")]
    if len(known) != 1:
        raise Unclear(_("Vi känner inte igen dagen «%(what)s».") % {"what": name})
    return known[0]


def _clock(hour: str, minute: str | None) -> dt.time:
    if int(hour) == 24 and not int(minute or 0):
        return dt.time()
    try:
        return dt.time(int(hour), int(minute or 0))
    except ValueError:
        raise Unclear(
            _("Klockan %(what)s finns inte.") % {"what": f"{hour}.{minute}" if minute else hour}
        ) from None


def words(times: Iterable[Time]) -> str:
    """The same in words that ``read`` understands: «måndag-fredag 10-18, lördag 11-15»."""
    of_day: dict[int, list[str]] = {}
    for day, opens, closes in sorted(times):
        of_day.setdefault(day, []).append(f"{_short(opens)}-{_short(closes)}")
    runs: list[tuple[int, int, list[str]]] = []
    for day, spans in of_day.items():
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    said = []
    for first, last, spans in runs:
        days = WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
        said.append(f"{days} {' och '.join(spans)}")
    return ", ".join(said)


def _short(clock: dt.time) -> str:
    return f"{clock.hour}.{clock.minute:02}" if clock.minute else str(clock.hour)
