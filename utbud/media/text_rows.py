"""The rows that the editor of captions and chapters sends: what people write read as captions. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from utbud.media.captions import Chapter, Cue

MOST = 6000  # rows: ten hours of talk
LONGEST = 1000  # letters in a caption that is kept; more is a mistake
SECONDS = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,3}))?")


class Unreadable(Exception):
    """The rows as a whole cannot be read (not what the editor sends)."""


@dataclass(frozen=True)
class Row:
    """A row as it was written: of a caption, or of a chapter (``text`` is its title; no ``end``)."""

    start: str = ""
    end: str = ""
    text: str = ""
    speaker: str = ""
    deleted: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing is written in it."""
        return not any((self.start, self.end, self.text, self.speaker))


@dataclass(frozen=True)
class Mistake:
    """What cannot be kept as it is written. ``kind`` is "cue" or "chapter"; ``row`` counts from 0."""

    kind: str
    row: int
    field: str  # start, end or text
    says: str


@dataclass(frozen=True)
class Read:
    """What the rows say. With ``mistakes`` nothing is to be saved."""

    rows: tuple[Row, ...]
    chapter_rows: tuple[Row, ...]
    cues: tuple[Cue, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    places: tuple[int, ...] = field(default=())  # for each caption, its row


def as_time(second: float) -> str:
    """«1:02,500», «1:00:02,500»: as the editor writes a time."""
    minutes, thousandths = divmod(round(second * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    rest = f"{thousandths // 1000:02},{thousandths % 1000:03}"
    return f"{hours}:{minutes:02}:{rest}" if hours else f"{minutes}:{rest}"


def as_seconds(written: str) -> float | None:
    """The seconds of «62,5», «1:02,5», «1.02.500» and the like; None when it is no time."""
    found = SECONDS.fullmatch("".join(written.split()).replace(";", ":"))
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    if minutes is not None and int(seconds) > 59:
        return None
    return (
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds)
        + int((fraction or "0").ljust(3, "0")) / 1000
    )


def rows_of(cues: Sequence[Cue]) -> tuple[Row, ...]:
    """Captions as the editor shows them."""
    return tuple(Row(as_time(cue.start), as_time(cue.end), cue.text, cue.speaker) for cue in cues)


def chapter_rows_of(chapters: Sequence[Chapter]) -> tuple[Row, ...]:
    """Chapters as the editor shows them."""
    return tuple(Row(start=as_time(chapter.start), text=chapter.title) for chapter in chapters)


def from_json(raw: str) -> Read:
    """What the editor's script sends: {"cues": [[start, end, text, speaker]], "chapters": [[start, title]]}."""
    try:
        sent = json.loads(raw)
        rows = tuple(
            Row(_written(start), _written(end), _written(text), _written(speaker))
            for start, end, text, speaker in sent["cues"]
        )
        chapters = tuple(
            Row(start=_written(start), text=_written(title)) for start, title in sent["chapters"]
        )
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable from error
    return read(rows, chapters)


def from_form(sent: Mapping[str, Any]) -> Read:
    """What a plain form sends: start-0, end-0, text-0, speaker-0, delete-0; chapter-start-0 and so on."""
    rows = _numbered(sent, "")
    chapters = _numbered(sent, "chapter-")
    return read(rows, chapters)


def _numbered(sent: Mapping[str, Any], prefix: str) -> tuple[Row, ...]:
    pattern = re.compile(re.escape(prefix) + r"start-(\d{1,5})")
    numbers = sorted(int(found[1]) for name in sent if (found := pattern.fullmatch(name)))

    def one(number: int, name: str) -> str:
        return _written(sent.get(f"{prefix}{name}-{number}", ""))

    return tuple(
        Row(
            one(number, "start"),
            one(number, "end"),
            one(number, "text"),
            one(number, "speaker"),
            bool(one(number, "delete")),
        )
        for number in numbers
    )


def _written(value: Any) -> str:
    if not isinstance(value, str):
        raise Unreadable
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def read(rows: Sequence[Row], chapter_rows: Sequence[Row]) -> Read:
    """The captions and the chapters of the rows; empty and deleted ones are left out."""
    if len(rows) + len(chapter_rows) > MOST:
        raise Unreadable
    cues: list[Cue] = []
    chapters: list[Chapter] = []
    places: list[int] = []
    mistakes: list[Mistake] = []
    for at, row in enumerate(rows):
        if row.deleted or row.is_empty:
            continue
        start, end = (
            _time(row.start, "cue", at, "start", mistakes),
            _time(row.end, "cue", at, "end", mistakes),
        )
        if len(row.text) > LONGEST:
            says = _("Texten är för lång för en undertext. Dela den.")
            mistakes.append(Mistake("cue", at, "text", says))
        cues.append(Cue(start, end, row.text, " ".join(row.speaker.split())[:80]))
        places.append(at)
    for at, row in enumerate(chapter_rows):
        if row.deleted or row.is_empty:
            continue
        start = _time(row.start, "chapter", at, "start", mistakes)
        title = " ".join(row.text.split())
        if not title:
            mistakes.append(
                Mistake("chapter", at, "text", _("Kapitlet saknar rubrik. Skriv en, eller ta bort raden."))
            )
        elif len(title) > 100:
            mistakes.append(Mistake("chapter", at, "text", _("Rubriken är för lång. Hundra tecken är mest.")))
        chapters.append(Chapter(start, title))
    chapters.sort(key=lambda chapter: chapter.start)
    return Read(
        tuple(rows), tuple(chapter_rows), tuple(cues), tuple(chapters), tuple(mistakes), tuple(places)
    )


def _time(written: str, kind: str, row: int, name: str, mistakes: list[Mistake]) -> float:
    second = as_seconds(written)
    if second is None:
        says = _("«%(time)s» är ingen tid. Skriv minuter och sekunder, till exempel 1:02,5.") % {
            "time": written[:20]
        }
        if not written:
            says = _("Tiden saknas. Skriv minuter och sekunder, till exempel 1:02,5.")
        mistakes.append(Mistake(kind, row, name, says))
        return 0.0
    return second
