"""Letters to people, ready to fold: text in, PDF (PDF/UA-1) out. Pure.

The address stands where the window of a Swedish envelope shows it, folded once for C5 or twice for C65. Window on the
right (H2): about 100 × 35 mm, 20 mm from the right edge, 39 mm (C65) or 44 mm (C5) from the upper edge. A folded A4 can slide
19 mm sideways and 14 mm upwards in its envelope; what stands 112 to 188 mm from the left and 44 to 62 mm from the top of
the sheet is seen all the same. That window stands on the right, at the same place in every size, is from
harrykuvert.se/kuvertguide (SS 61 40 20), its measures from officeconsult.no (window envelopes in the Nordic countries), the type
of the address (10 to 12 pt, a straight left margin, no empty line) from 21grams.se/adressera-ratt.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from utbud.base.dates import date_words
from utbud.formats.content import Sender
from utbud.formats.typeset import Files, compile_sheet, plain, sender_data

POSTCODE = re.compile(r"(?<=\S)[,\s]+(?=(?:SE?-)?\d{3} ?\d{2}\s+\D)")
MOST_LINES = 4  # that the window shows with the name above


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter to one person."""

    name: str  # "" when only the address is known
    address: str  # «Storgatan 1, 871 31 Härnösand», on one line or several
    subject: str
    text: str  # paragraphs with a blank line between


def address_lines(name: str, address: str) -> list[str]:
    """Who and where, a line each as the post wants it, at most as many as the window shows.

    Commas and line ends part the lines; a postcode begins one of its own.
    """
    parts = [part for line in re.split(r"[\n,]", address) for part in POSTCODE.split(plain(line)) if part]
    lines = [line for line in (plain(name), *parts) if line]
    while len(lines) > MOST_LINES + bool(plain(name)):  # what is too much stands on one line, nothing is lost
        lines[1:3] = [f"{lines[1]}, {lines[2]}"]
    return lines


def letters(letters: Sequence[Letter], sender: Sender, files: Files, *, date: dt.date) -> bytes:
    """The letters in one PDF, each on a sheet of its own (more only when its text needs it)."""
    # The creation date is the letters', so that the same letters are the same file.
    written = dt.datetime.combine(date, dt.time(12), dt.UTC)
    return bytes(_made(letters, sender, files, date, format="pdf", pdf_standards="ua-1", timestamp=written))


def pages(
    letters: Sequence[Letter], sender: Sender, files: Files, *, date: dt.date, pixels_per_inch: int = 80
) -> list[bytes]:
    """The same sheets as PNG pictures to look at on a screen."""
    made = _made(letters, sender, files, date, format="png", ppi=float(pixels_per_inch))
    return made if isinstance(made, list) else [made]


def _made(letters: Sequence[Letter], sender: Sender, files: Files, date: dt.date, **options: Any) -> Any:
    if not letters:
        raise ValueError("there is no letter to make")

    def data_in(folder: Path) -> dict[str, Any]:
        title = plain(letters[0].subject) if len(letters) == 1 else ""
        return {
            "title": title or _("Brev"),
            "lead": "",
            "kind": _("Brev"),
            "picture": None,
            "date": date_words(date, weekday=False),
            "letters": [_data(letter) for letter in letters],
            "sender": sender_data(sender, files, folder),
            "words": {"call": _("Ring oss"), "page": _("Sida")},
        }

    return compile_sheet("letter.typ", data_in, **options)


def _data(letter: Letter) -> dict[str, Any]:
    paragraphs = re.split(r"\n\s*\n", letter.text.replace("\r\n", "\n").strip())
    lines = [[plain(line) for line in paragraph.split("\n") if plain(line)] for paragraph in paragraphs]
    return {
        "to": address_lines(letter.name, letter.address),
        "subject": plain(letter.subject) or _("Brev"),
        "paragraphs": [paragraph for paragraph in lines if paragraph],
    }
