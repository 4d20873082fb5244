"""Calendar files (iCalendar, RFC 5545), as phones and Outlook read them."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from functools import cache, lru_cache

from icalendar import Calendar, Component, vDatetime, vText
from icalendar import Event as Entry

from utbud.base import dates
from utbud.base.hashing import content_hash

CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESH = dt.timedelta(hours=1)
MOST_KEPT = 5000  # entries in memory, at some 700 bytes
LINE = 75  # octets
BEGIN, END = b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n"
NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"
)  # RFC 5545, section 3.1; halves of signs


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something with a time. ``uid`` never changes; ``sequence`` goes up when the time or the place does."""

    uid: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    title: str
    place: str = ""
    text: str = ""
    url: str = ""
    cancelled: bool = False
    sequence: int = 0
    changed_at: dt.datetime


def fingerprint(events: Iterable[Event], *, name: str) -> str:
    """What a calendar file says, as a hash for its ETag (unquoted): the same for the same events, whatever the clock."""
    return content_hash([name, [astuple(event) for event in events]])[:32]


def calendar_file(events: Iterable[Event], *, name: str, now: dt.datetime) -> bytes:
    """``events`` as a calendar called ``name``, made at ``now``, with what a reader needs to know of Stockholm's time."""
    calendar = Calendar()
    calendar.add("prodid", "-//Digitalt utbud//SV")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", vText(_clean(name)))  # the library does not know that this is text
    calendar.add("x-wr-calname", vText(_clean(name)))  # what Outlook and Apple read instead
    calendar.add("x-wr-timezone", "Europe/Stockholm")
    calendar.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    entries = [_lines(event) for event in events]
    if entries:
        calendar.add_component(_stockholm())
    # Each entry is written once and kept, since thousands take a second; only the stamp is the file's own.
    stamp = BEGIN + b"DTSTAMP:" + vDatetime(now.astimezone(dt.UTC)).to_ical() + b"\r\n"
    return calendar.to_ical().removesuffix(END) + b"".join(stamp + entry for entry in entries) + END


@cache
def _stockholm() -> Component:
    """The library's own description of the time zone; it takes long to work out."""
    calendar, entry = Calendar(), Entry()
    entry.add("dtstart", dt.datetime(2026, 1, 1, tzinfo=dates.STOCKHOLM))
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.timezones[0]


@lru_cache(maxsize=MOST_KEPT)
def _lines(event: Event) -> bytes:
    """``event`` as it is written, folded and escaped, without its first line and its stamp.

    Written here and not by the library, which takes a millisecond for each.
    """
    lines = [
        f"UID:{_escaped(event.uid)}",
        f"LAST-MODIFIED:{_utc(event.changed_at)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART{_time(event.starts_at)}",
        f"DTEND{_time(event.ends_at)}",
        f"SUMMARY:{_escaped(event.title)}",
    ]
    texts = (("LOCATION", event.place), ("DESCRIPTION", event.text))
    lines += [f"{name}:{_escaped(text)}" for name, text in texts if text]
    if event.url:
        lines.append("URL:" + "".join(_clean(event.url).split()))
    lines += [f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}", "END:VEVENT"]
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    """``text`` as RFC 5545, section 3.3.11 wants it."""
    text = _clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """``line`` in lines of at most 75 octets (section 3.1), no sign and no escape cut in two."""
    written = line.encode()
    parts: list[bytes] = []
    while len(written) > LINE:
        cut = LINE
        while written[cut] & 0xC0 == 0x80:
            cut -= 1
        slashes = cut - len(written[:cut].rstrip(b"\\"))
        cut -= slashes % 2
        parts.append(written[:cut])
        written = b" " + written[cut:]
    return b"\r\n".join([*parts, written]) + b"\r\n"


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _time(moment: dt.datetime) -> str:
    there = _wall_time(moment)
    return f":{_utc(there)}" if there.tzinfo is dt.UTC else f";TZID=Europe/Stockholm:{there:%Y%m%dT%H%M%S}"


def _wall_time(moment: dt.datetime) -> dt.datetime:
    """Stockholm's time; but UTC in the hour that comes a second time in autumn, which a wall clock cannot name."""
    there = dates.local(moment)
    return moment.astimezone(dt.UTC) if there.fold else there


def _clean(text: str) -> str:
    """``text`` without the signs that a calendar file cannot hold; text pasted from slides often has one."""
    return NOT_TEXT.sub(" ", text)
