"""A sheet to put marks on with Typst: what and how long, for a day without a screen. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from utbud.base.dates import date_words
from utbud.formats.content import Sender
from utbud.formats.programme import frame
from utbud.formats.typeset import Files, compile_sheet, plain


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The rows and columns of a sheet."""

    question: str  # «Vad gäller det?»
    rows: Sequence[str]
    minutes: Sequence[int]  # the columns; one for those whose length nobody knows comes last
    place: str  # "" for none
    path: str  # where it is typed in
    date: dt.date


def sheet(content: Sheet, sender: Sender, files: Files) -> bytes:
    """The sheet as a PDF (PDF/UA-1): A4 on its side, in black and white."""
    words = {
        "call": _("Ring oss"),
        "page": _("Sida"),
        "day": _("Dag"),
        "place": _("Plats"),
        "intro": _(
            "Ett streck för varje ärende, i rutan för hur länge. Skriv inget namn, nummer eller något om saken."
        ),
        "typed": _("Lägg in listan på skärmen efteråt. Kasta sedan papperet."),
        "heads": [
            *(_("%(minutes)s min") % {"minutes": minutes} for minutes in content.minutes),
            _("Vet inte"),
        ],
        "sum": _("Summa"),
        "made": _("Utskriven %(day)s") % {"day": date_words(content.date, weekday=False)},
    }
    made = compile_sheet(
        "tally.typ",
        lambda folder: (
            frame(_("Hjälp i disken"), _("Streckad lista"), content.path, sender, files, folder)
            | {
                "question": plain(content.question),
                "rows": [plain(row) for row in content.rows],
                "place": plain(content.place),
                "words": words,
            }
        ),
        format="pdf",
        pdf_standards="ua-1",
        timestamp=dt.datetime.combine(content.date, dt.time(12), dt.UTC),
    )
    return bytes(made)
