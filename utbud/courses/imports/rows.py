"""What a file asks for, one occasion a row, whatever kind of file it was."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _


class UnreadableFile(Exception):
    """Why nothing at all can be read, in Swedish, to be shown as it is."""


def no_text() -> str:
    """What is said of a file that is neither a table nor a calendar."""
    return _("Vi kan inte läsa filen. Välj en fil som är sparad som CSV, eller en kalenderfil (.ics).")


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
    series: str = ""  # the name of its series, for a time of it that has a name of its own
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


class Rows(list[Wanted]):
    """The rows of a file, and what to look at in the file as a whole (Swedish)."""

    remarks: tuple[str, ...] = ()


def packed(rows: Iterable[Wanted]) -> list[dict[str, Any]]:
    """Rows as plain data."""
    return [row.packed() for row in rows]


def checked(row: Wanted) -> Wanted:
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
