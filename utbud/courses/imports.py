"""Read the occasions in a file, CSV or ICS, as rows of plain words and times. Nothing is looked up or made here.

What a row lacks or says wrong is told on the row, so that the rest can be used; what makes the whole file useless is
UnreadableFile, whose text says in Swedish what to do.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from utbud.base import dates

LARGEST = 2 * 1024 * 1024
MOST = 500
COLUMNS = (
    "Kurs",
    "Dag",
    "Börjar",
    "Slutar",
    "Plats",
    "Lokal",
    "Värd",
    "Platser",
    "Anmälan",
    "Omgång",
    "Bra att veta",
)
REQUIRED = COLUMNS[:4]
JOINING = {"": "open", "öppen": "open", "ingen": "none", "personal": "staff", "förening": "host"}
DAYS = ("%Y-%m-%d", "%d/%m %Y", "%d/%m/%Y", "%d.%m.%Y")
REPEATS = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


class UnreadableFile(Exception):
    """Why nothing at all can be read, in Swedish, to be shown as it is."""


@dataclass(frozen=True)
class Wanted:
    """One occasion as a file asks for it."""

    line: int  # in the file; of an event: its number
    course: str
    starts_at: dt.datetime | None = None  # aware, UTC
    ends_at: dt.datetime | None = None
    place: str = ""
    venue: str = ""
    host: str = ""
    seats: int | None = None
    joining: str = "open"
    run: str = ""  # rows with the same course and the same word here are one run
    note: str = ""
    uid: str = ""  # of an event in a calendar
    problem: str = ""  # why it cannot be used

    def packed(self) -> dict[str, Any]:
        """As plain data, for the page that asks whether it is right."""
        data = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return data | {name: data[name].isoformat() for name in ("starts_at", "ends_at") if name in data}

    @classmethod
    def unpacked(cls, data: dict[str, Any]) -> "Wanted":
        """What ``packed`` gave."""
        values: dict[str, Any] = dict(data)
        for name in ("starts_at", "ends_at"):
            if name in data:
                values[name] = dt.datetime.fromisoformat(data[name])
        return cls(**values)


def read(name: str, content: bytes) -> list[Wanted]:
    """The occasions in a file called ``name``, in its order. Raises UnreadableFile."""
    if len(content) > LARGEST:
        raise UnreadableFile(_("Filen är för stor. Den får vara högst 2 MB. Dela upp den i flera filer."))
    if not content.strip():
        raise UnreadableFile(_("Filen är tom."))
    if content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise UnreadableFile(
            _("Det är ett kalkylblad. Öppna det och välj Spara som CSV. Välj sedan den filen här.")
        )
    text = _text(content)
    rows = _events(text) if "BEGIN:VCALENDAR" in text[:2000].upper() else _table(text)
    found = []
    for row in rows:
        found.append(row)
        if len(found) > MOST:
            raise UnreadableFile(
                _("Filen har fler än %(most)s tillfällen. Dela upp den i flera filer.") % {"most": MOST}
            )
    if not found:
        raise UnreadableFile(_("Det finns inga tillfällen i filen."))
    return found


def _text(content: bytes) -> str:
    """The text, as whoever saved it meant it: UTF-8, or what Excel writes on a Swedish Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableFile(_not_text()) from None
    if b"\x00" in content:
        raise UnreadableFile(_not_text())
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _not_text() -> str:
    return _(
        "Vi kan inte läsa filen. Välj en fil som är sparad som CSV, eller en kalenderfil som slutar på .ics."
    )


# --- a table --------------------------------------------------------------------------------------


def template() -> list[list[str]]:
    """A table to begin with: the columns, and examples."""
    return [
        list(COLUMNS),
        ["Ring med bild", "2027-03-02", "10:00", "12:00", "Huvudbiblioteket", "Studion", "", "8", "öppen", "Våren", ""],
        ["Ring med bild", "2027-03-09", "10:00", "12:00", "Huvudbiblioteket", "Studion", "", "8", "öppen", "Våren", ""],
        ["Drop-in om mobilen", "2027-03-04", "13:00", "15:00", "Huvudbiblioteket", "", "", "", "ingen", "", "Ta med laddaren"],
    ]  # fmt: skip


def _table(text: str) -> Iterator[Wanted]:
    text = re.sub(r"\Asep=.\r?\n", "", text)  # Excel's own first line
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        head = [cell.strip().casefold() for cell in next(lines, [])]
        lacking = [name for name in REQUIRED if name.casefold() not in head]
        if lacking:
            raise UnreadableFile(
                _("Filen saknar kolumnerna %(names)s. Hämta mallen och jämför.")
                % {"names": ", ".join(lacking)}
            )
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield _row(
                    lines.line_num, dict(zip(head, (" ".join(cell.split()) for cell in cells), strict=False))
                )
    except csv.Error:
        raise UnreadableFile(_not_text()) from None


def _row(line: int, cells: dict[str, str]) -> Wanted:
    def said(name: str, longest: int = 160) -> str:
        return cells.get(name.casefold(), "")[:longest]

    row = Wanted(
        line, said("Kurs"), place=said("Plats"), venue=said("Lokal"), host=said("Värd"), run=said("Omgång", 80),
        note=said("Bra att veta", 200),
    )  # fmt: skip
    if not row.course:
        return replace(row, problem=_("Kursen har inget namn."))
    joining = JOINING.get(said("Anmälan").casefold())
    if joining is None:
        return replace(row, problem=_("Anmälan ska vara öppen, ingen, personal eller förening."))
    row = replace(row, joining=joining)
    if seats := said("Platser"):
        if not (seats.isdecimal() and seats.isascii() and 0 < int(seats) <= 9999):
            return replace(
                row,
                problem=_("Platser ska vara ett antal, till exempel 12. Tomt betyder att alla får plats."),
            )
        row = replace(row, seats=int(seats))
    day, starts, ends = _day(said("Dag")), _clock(said("Börjar")), _clock(said("Slutar"))
    if day is None:
        return replace(
            row,
            problem=_("Vi förstår inte dagen «%(day)s». Skriv till exempel 2027-03-02.")
            % {"day": said("Dag")},
        )
    if starts is None or ends is None:
        return replace(row, problem=_("Vi förstår inte klockslaget. Skriv till exempel 10:00."))
    row = replace(row, starts_at=dates.at_stockholm(day, starts), ends_at=dates.at_stockholm(day, ends))
    return _checked(row)


def _day(text: str) -> dt.date | None:
    for form in DAYS:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _clock(text: str) -> dt.time | None:
    match = re.fullmatch(r"(\d{1,2})(?:[.:](\d{2}))?(?::00)?", text)
    try:
        return dt.time(int(match[1]), int(match[2] or 0)) if match else None
    except ValueError:
        return None


def _checked(row: Wanted) -> Wanted:
    """The row, with what is wrong with its times."""
    if row.starts_at is None or row.ends_at is None:
        return row
    if not 2020 <= row.starts_at.year <= 2099:
        return replace(row, problem=_("Året verkar fel."))
    if row.starts_at >= row.ends_at:
        return replace(row, problem=_("Det slutar innan det börjar."))
    if row.ends_at - row.starts_at > dt.timedelta(hours=24):
        return replace(row, problem=_("Det håller på längre än ett dygn. Dela upp det på flera tillfällen."))
    return row


# --- a calendar -----------------------------------------------------------------------------------


def _events(text: str) -> Iterator[Wanted]:
    try:
        events: list[Any] = list(Calendar.from_ical(text).walk("VEVENT"))
    except (ValueError, KeyError, IndexError, TypeError):
        raise UnreadableFile(_("Kalenderfilen är trasig. Exportera den en gång till.")) from None
    moved: dict[tuple[str, dt.datetime], Any] = {}
    for event in events:
        if (instead := event.get("RECURRENCE-ID")) is not None and isinstance(instead.dt, dt.datetime):
            moved[str(event.get("UID", "")), _aware(instead.dt)] = event
    for number, event in enumerate(events, start=1):
        if event.get("RECURRENCE-ID") is None:
            yield from _event(number, event, moved)


def _event(number: int, event: Event, moved: dict[tuple[str, dt.datetime], Event]) -> Iterator[Wanted]:
    title = " ".join(str(event.get("SUMMARY", "")).split())[:160]
    place = " ".join(str(event.get("LOCATION", "")).split())[:160]
    uid = str(event.get("UID", ""))[:200]
    row = Wanted(number, title, place=place, uid=uid, run=uid)
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    try:
        start, end = _times(event)
        if not title:
            raise UnreadableFile(_("Händelsen har inget namn."))
        for begins in _repeated(event, start):
            instead = moved.get((uid, begins.astimezone(dt.UTC)))
            if instead is None:
                yield _checked(
                    replace(row, starts_at=begins.astimezone(dt.UTC), ends_at=_plus(begins, end - start))
                )
            elif str(instead.get("STATUS", "")).upper() != "CANCELLED":
                first, last = _times(instead)
                yield _checked(
                    replace(row, starts_at=first.astimezone(dt.UTC), ends_at=last.astimezone(dt.UTC))
                )
    except UnreadableFile as error:  # of this event only
        yield replace(row, problem=str(error))


def _aware(moment: dt.datetime) -> dt.datetime:
    """A moment with a zone, in UTC; one without is in Stockholm."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=dates.STOCKHOLM)).astimezone(dt.UTC)


def _times(event: Event) -> tuple[dt.datetime, dt.datetime]:
    """When an event begins and ends, in its own zone. Raises UnreadableFile for one that has no time of day."""
    try:
        start = event.decoded("DTSTART")
        ends = event.decoded("DTEND") if "DTEND" in event else None
        length = event.decoded("DURATION") if "DURATION" in event else None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise UnreadableFile(_("Vi förstår inte tiden.")) from None
    if not isinstance(start, dt.datetime):
        raise UnreadableFile(
            _("Händelsen gäller hela dagen. Ge den ett klockslag i kalendern och exportera igen.")
        )
    start = start if start.tzinfo else start.replace(tzinfo=dates.STOCKHOLM)
    if isinstance(length, dt.timedelta):
        return start, _plus(start, length)
    if not isinstance(ends, dt.datetime):
        raise UnreadableFile(_("Händelsen har inget slut. Ge den en sluttid i kalendern och exportera igen."))
    return start, ends if ends.tzinfo else ends.replace(tzinfo=dates.STOCKHOLM)


def _plus(moment: dt.datetime, length: dt.timedelta) -> dt.datetime:
    """``length`` later by the clock on the wall, in UTC."""
    return (moment.replace(tzinfo=None) + length).replace(tzinfo=moment.tzinfo).astimezone(dt.UTC)


def _repeated(event: Event, start: dt.datetime) -> Iterator[dt.datetime]:
    """Each time an event begins, by the clock on the wall in its zone. Raises UnreadableFile for a series without an end."""
    rule = event.get("RRULE")
    wall = start.replace(tzinfo=None)
    left_out = _left_out(event, start)
    if rule is None:
        yield start
        return
    if isinstance(rule, list) or set(map(str, rule.get("FREQ", []))) - REPEATS:
        raise UnreadableFile(_("Vi förstår inte hur händelsen upprepas."))
    if not rule.get("COUNT") and not rule.get("UNTIL"):
        raise UnreadableFile(_("Serien har inget slut. Ge den ett slutdatum i kalendern och exportera igen."))
    try:
        moments = rrulestr(f"RRULE:{_until_on_the_wall(rule, start)}", dtstart=wall)
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(_("Vi förstår inte hur händelsen upprepas.")) from None
    for made, moment in enumerate(moments):
        if made > MOST:
            raise UnreadableFile(_("Serien är för lång."))
        if moment not in left_out and moment.date() not in left_out:
            yield moment.replace(tzinfo=start.tzinfo)


def _until_on_the_wall(rule: Any, start: dt.datetime) -> str:
    """The rule as text, with its end by the same clock as its beginning."""
    text: str = rule.to_ical().decode()
    until = next(iter(rule.get("UNTIL", [])), None)
    if until is None:
        return text
    if isinstance(until, dt.datetime):
        wall = until.astimezone(start.tzinfo).replace(tzinfo=None) if until.tzinfo else until
    else:
        wall = dt.datetime.combine(until, dt.time.max)
    return re.sub(r"UNTIL=[^;]+", f"UNTIL={wall:%Y%m%dT%H%M%S}", text)


def _left_out(event: Event, start: dt.datetime) -> set[dt.datetime | dt.date]:
    """What a series leaves out, by the clock on the wall in its zone."""
    found: set[dt.datetime | dt.date] = set()
    given = event.get("EXDATE", [])
    for dates_out in given if isinstance(given, list) else [given]:
        for one in dates_out.dts:
            moment = one.dt
            if isinstance(moment, dt.datetime) and moment.tzinfo:
                moment = moment.astimezone(start.tzinfo).replace(tzinfo=None)
            found.add(moment)
    return found


def packed(rows: Iterable[Wanted]) -> list[dict[str, Any]]:
    """Rows as plain data."""
    return [row.packed() for row in rows]
