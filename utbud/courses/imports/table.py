"""A table of occasions: CSV as spreadsheets, other systems and people write it."""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.base.unseen import without_unseen
from utbud.courses.imports.rows import UnreadableFile, Wanted, checked, no_text

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
DAYS = ("%Y-%m-%d", "%d/%m %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d")
TALLEST = 20  # lines that one cell may have
MORNING = dt.time(6)  # what ends by then and began the evening before goes past midnight
# Excel's own first line, also as others write it after Excel.
SEPARATOR = re.compile(r'\A\s*"?sep=.?"?[;,\t]*[ ]*(?:\n|\Z)', re.IGNORECASE)
NO_HOUR = re.compile(r"[ T]00[.:]00(?:[.:]00)?(?:\.0+)?\Z")  # that a database puts after a day
NO_DAY = re.compile(r"\A(?:1899-12-3[01]|1900-01-0[01])[ T]")  # that a spreadsheet puts before an hour


def template() -> list[list[str]]:
    """A table to begin with: the columns, and examples."""
    return [
        list(COLUMNS),
        ["Ring med bild", "2027-03-02", "10:00", "12:00", "Huvudbiblioteket", "Studion", "", "8", "öppen", "Våren", ""],
        ["Ring med bild", "2027-03-09", "10:00", "12:00", "Huvudbiblioteket", "Studion", "", "8", "öppen", "Våren", ""],
        ["Drop-in om mobilen", "2027-03-04", "13:00", "15:00", "Huvudbiblioteket", "", "", "", "ingen", "", "Ta med laddaren"],
    ]  # fmt: skip


class Record(NamedTuple):
    """What lies between two ends of a row."""

    cells: list[str]
    lines: int
    open: bool = False  # a quotation mark is never closed


def read(text: str) -> Iterator[Wanted]:
    """The rows of a table. Raises UnreadableFile."""
    whole = re.sub(r"\r+\n|\r", "\n", text)
    text = SEPARATOR.sub("", whole)
    at = whole.count("\n") - text.count("\n")  # the lines of it that are passed over
    lines = [""] * at + [line + "\n" for line in text.split("\n")]
    delimiter = max(";,\t", key=next((line for line in lines if line.strip()), "").count)
    head: list[str] = []
    try:
        while at < len(lines):
            record = _record(lines[at : at + TALLEST], delimiter, _width(head))
            at += record.lines
            cells = [without_unseen(cell, joiners=True) for cell in record.cells]
            if not any(cells):
                continue
            if not head:
                head = _head(cells)
                continue
            line = at - record.lines + 1
            row = dict(zip(head, cells, strict=False))
            if record.open:
                yield Wanted(line, row.get("kurs", "")[:160], problem=_open_quote())
            else:
                yield _row(line, row)
    except csv.Error:
        raise UnreadableFile(no_text()) from None


def _head(cells: list[str]) -> list[str]:
    head = [cell.casefold() for cell in cells]
    if lacking := [name for name in REQUIRED if name.casefold() not in head]:
        if any("\ufffd" in cell for cell in cells):
            raise UnreadableFile(no_text())
        raise UnreadableFile(
            _("Filen saknar kolumnerna %(names)s. Hämta mallen och jämför.") % {"names": ", ".join(lacking)}
        )
    return head


def _width(head: list[str]) -> int:
    """How many cells a row has at least."""
    return 1 + max(head.index(name.casefold()) for name in REQUIRED) if head else 0


def _record(lines: list[str], delimiter: str, width: int) -> Record:
    """The first record of ``lines``. A cell may have several, but not swallow the rows that follow."""
    reader = csv.reader([*lines, "\n"], delimiter=delimiter)
    cells = next(reader)
    taken = reader.line_num
    if taken == 1:
        return Record(cells, 1)
    if taken <= len(lines) and len(cells) >= width and not any(_rows_in(cell, delimiter) for cell in cells):
        try:
            return Record(next(csv.reader(lines[:taken], delimiter=delimiter, strict=True)), taken)
        except csv.Error:  # something stands after a closed quotation: it closes another
            pass
    return Record(next(csv.reader([lines[0].replace('"', "")], delimiter=delimiter)), 1, open=True)


def _rows_in(cell: str, delimiter: str) -> bool:
    """Whether a cell of several lines has swallowed a row: a day and an hour, each in its column."""
    for line in cell.split("\n") if "\n" in cell else ():
        parts = [part.strip(' "') for part in line.split(delimiter)]
        if any(map(_day, parts)) and any(_clock(part) is not None for part in parts):
            return True
    return False


def _open_quote() -> str:
    return _('Ett citattecken (") på raden stängs aldrig. Ta bort det i filen och välj filen igen.')


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
    last = day + dt.timedelta(days=ends <= starts and ends <= MORNING)
    return checked(
        replace(row, starts_at=dates.at_stockholm(day, starts), ends_at=dates.at_stockholm(last, ends))
    )


def _day(text: str) -> dt.date | None:
    bare = NO_HOUR.sub("", text)
    for form in DAYS:
        try:
            return dt.datetime.strptime(bare, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _clock(text: str) -> dt.time | None:
    match = re.fullmatch(r"(\d{1,2})(?:[.:](\d{2}))?(?:[.:]00)?", NO_DAY.sub("", text), re.ASCII)
    if match and match[1] == "24" and not int(match[2] or 0):
        return dt.time()  # midnight, as an end
    try:
        return dt.time(int(match[1]), int(match[2] or 0)) if match else None
    except ValueError:
        return None
