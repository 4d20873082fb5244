"""Paper for courses with Typst: the season's programme, the list of the day, and the slip of three questions. Pure.

The programme is a leaflet: A4 folded to A5. Its pages come in the order they are read, four of them or a multiple of four;
to put them right on the sheet is the printer's own work («häfte»), and the last page says so.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from utbud.base.dates import date_words
from utbud.formats.content import Sender
from utbud.formats.typeset import Files, compile_sheet, lost, plain, qr_code, sender_data, short_address

WALK_IN_ROWS = 4  # empty rows at least, for those who come without having said so
FIRST, NEXT = 16, 20  # rows on the first sheet, and on each after it
SLIPS = 2  # on a sheet


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing to come to, as the programme tells it."""

    when: str  # «Tisdag 3 mars klockan 10 till 12»
    days: str = ""  # «Datum: 8 och 15 december.», where they follow no week
    title: str
    lead: str
    where: str
    fee: str  # «Gratis»
    join: str  # «Säg kurs 12», «Kom som du är»
    full: str = ""  # «Fullt, ställ dig i kö»


@dataclass(frozen=True, kw_only=True)
class Where:
    """A place, and how one comes there and in."""

    name: str
    address: str
    access: str


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What there is to come to in a season, and how."""

    season: str  # «December 2026 till mars 2027»
    entries: Sequence[Entry]
    places: Sequence[Where] = ()
    more: int = 0  # things to come to for which there was no room
    texts_to: str  # the number to text, "" for none
    hours: Sequence[tuple[str, str]]  # place, and when help is given there without booking
    months: int  # how long we keep the details of those who have registered
    path: str  # «/kurser/»
    date: dt.date


@dataclass(frozen=True, kw_only=True)
class Row:
    """One who is expected: a name, or what stands instead of one; and what they need."""

    name: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperList:
    """The list of an occasion, to tick by hand."""

    title: str
    when: str
    where: str
    rows: Sequence[Row]
    path: str  # that the QR code opens
    date: dt.date


@dataclass(frozen=True, kw_only=True)
class Slip:
    """Three questions after an occasion, for those who answer on paper."""

    title: str
    when: str
    task: str  # «ringa ett samtal med bild», "" for none
    path: str  # of the same questions on the web
    date: dt.date


# --- the sheets -----------------------------------------------------------------------------------


def programme(content: Programme, sender: Sender, files: Files) -> bytes:
    """The leaflet as a PDF (PDF/UA-1): A5 pages, a multiple of four."""
    return _pdf("programme.typ", lambda folder: _programme(content, sender, files, folder), content.date)


def paper_list(content: PaperList, sender: Sender, files: Files) -> bytes:
    """The list as a PDF (PDF/UA-1), as many A4 as it takes."""
    return _pdf("attendance.typ", lambda folder: _list(content, sender, files, folder), content.date)


def slips(content: Slip, sender: Sender, files: Files) -> bytes:
    """A sheet of slips to cut as a PDF (PDF/UA-1): exactly one A4."""
    return _pdf("slips.typ", lambda folder: _slips(content, sender, files, folder), content.date)


MAKERS: dict[type, Callable[[Any, Sender, Files], bytes]] = {
    Programme: programme,
    PaperList: paper_list,
    Slip: slips,
}


def pages(
    content: Programme | PaperList | Slip, sender: Sender, files: Files, *, pixels_per_inch: int = 80
) -> list[bytes]:
    """The same pages as PNG pictures to look at on a screen."""
    sheets: dict[type, tuple[str, Callable[[Any, Sender, Files, Path], dict[str, Any]]]] = {
        Programme: ("programme.typ", _programme),
        PaperList: ("attendance.typ", _list),
        Slip: ("slips.typ", _slips),
    }
    sheet, data = sheets[type(content)]
    made = compile_sheet(
        sheet, lambda folder: data(content, sender, files, folder), format="png", ppi=float(pixels_per_inch)
    )
    return made if isinstance(made, list) else [made]


def _pdf(sheet: str, data_in: Any, date: dt.date) -> bytes:
    # The creation date is the content's, so that the same content is the same file.
    written = dt.datetime.combine(date, dt.time(12), dt.UTC)
    return bytes(compile_sheet(sheet, data_in, format="pdf", pdf_standards="ua-1", timestamp=written))


# --- the data ---------------------------------------------------------------------------------


def frame(title: str, kind: str, path: str, sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    """What every sheet reads (common.typ)."""
    url = sender.base_url + path
    return {
        "title": plain(title) or "–",
        "lead": "",
        "kind": kind,
        "picture": None,
        "address": plain(short_address(url)),
        "qr": qr_code(url, folder),
        "sender": sender_data(sender, files, folder),
    }


def _programme(content: Programme, sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    phone, number = plain(sender.phone), plain(content.texts_to)
    ways = [_("Kom till biblioteket.")]
    if number:
        ways.insert(0, _("Sms:a KURS, numret och ditt namn till %(number)s.") % {"number": number})
    if phone:
        ways.insert(0, _("Ring %(phone)s och säg numret.") % {"phone": phone})
    help_lines = [_("Ta med din egen mobil, dator eller surfplatta. Du kan också låna en av oss.")]
    if phone:
        help_lines.append(_("Du kan ringa oss med frågor. Vi hjälper dig en sak i taget."))
    return frame(_("Kurser och digital hjälp"), _("Program"), content.path, sender, files, folder) | {
        "season": plain(content.season),
        "entries": [
            {
                "when": plain(one.when),
                "days": plain(one.days),
                "title": plain(one.title) or "–",
                "lead": plain(one.lead),
                "where": plain(one.where),
                "foot": [plain(text) for text in (one.join, one.full, one.fee) if plain(text)],
            }
            for one in content.entries
        ],
        "places": [
            {"name": plain(one.name) or "–", "address": plain(one.address), "access": plain(one.access)}
            for one in content.places
        ],
        "more": _("Det finns %(count)s till. Ring oss, så berättar vi.") % {"count": content.more}
        if content.more
        else "",
        "ways": ways,
        "hours": [{"place": plain(place), "when": plain(when)} for place, when in content.hours],
        "help": help_lines,
        "care": [
            _("Vi skriver upp ditt namn och ett sätt att nå dig. Mer behövs inte."),
            _("Vi använder det för att hålla din plats och höra av oss om något ändras."),
            _("Bara personal och den som leder kursen får se det."),
            _("Senast %(months)s månader efter kursen tar vi bort dina uppgifter.")
            % {"months": content.months},
            _("Du får veta vad vi har skrivit, rätta det och få det borttaget. Ring eller kom till oss."),
            _("Vi frågar aldrig efter ditt BankID, dina koder eller lösenord."),
        ],
        "version": date_words(content.date, weekday=False),
        "words": {
            "call": _("Ring oss"),
            "page": _("Sida"),
            "free": _("Du behöver ingen e-post, ingen dator och inget BankID."),
            "join": _("Så anmäler du dig"),
            "courses": _("Det här kan du vara med på"),
            "none": _("Just nu finns inga datum. Ring oss, så berättar vi när nästa kurs börjar."),
            "help": _("Vill du ha hjälp?"),
            "places": _("Så hittar du hit och kommer in"),
            "drop_in": _("Kom utan att boka"),
            "no_hours": _("Ring oss, så berättar vi när vi kan ta emot dig."),
            "care": _("Så tar vi hand om dina uppgifter"),
            "notes": _("Egna anteckningar"),
            "from": _("Program från %(day)s. Ring om du är osäker: tider kan ändras.")
            % {"day": date_words(content.date, weekday=False)},
            "print": _(
                "Till dig som skriver ut: välj häfte på A4, liggande, dubbelsidigt, och vik på mitten. Sidorna står i läsordning."
            ),
        },
    }


def _note(row: Row) -> str:
    """What stands beside a name, and that it could not be printed whole."""
    says = [_("Hela namnet finns på skärmen.")] if lost(row.name) else []
    return ". ".join([*([plain(row.note).rstrip(".")] if plain(row.note) else []), *says])


def _list(content: PaperList, sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    return frame(content.title, _("Närvarolista"), content.path, sender, files, folder) | {
        "when": plain(content.when),
        "where": plain(content.where),
        "rows": [{"name": plain(row.name), "note": _note(row)} for row in content.rows],
        "empty": _empty(len(content.rows)),
        "version": date_words(content.date, weekday=False),
        "words": {
            "call": _("Ring oss"),
            "page": _("Sida"),
            "number": _("Nr"),
            "came": _("Kom"),
            "name": _("Namn"),
            "note": _("Att tänka på"),
            "expected": _("Väntas: %(count)s") % {"count": len(content.rows)},
            "counted": _("Så många kom:"),
            "walk_in": _("De tomma raderna är för den som kommer utan anmälan. Namnet får utelämnas."),
            "open": _("Fyll i på skärm i stället: rikta mobilens kamera mot rutan och logga in."),
            "care": _(
                "Listan har namn på. Lämna den till personalen efteråt, så förstör vi den när den är inskriven."
            ),
            "made": _("Utskriven %(day)s") % {"day": date_words(content.date, weekday=False)},
        },
    }


def _empty(rows: int) -> int:
    """So many rows to write in that the last sheet is filled."""
    more = max(0, rows + WALK_IN_ROWS - FIRST)
    return FIRST + -(-more // NEXT) * NEXT - rows


def _slips(content: Slip, sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    task = plain(content.task).rstrip("?. ")
    return frame(content.title, _("Tre frågor"), content.path, sender, files, folder) | {
        "when": plain(content.when),
        "slips": SLIPS,
        "words": {
            "call": _("Ring oss"),
            "page": _("Sida"),
            "intro": _("Tre frågor om kursen. Kryssa eller ringa in. Skriv inte ditt namn."),
            "task": _("Klarade du att %(task)s?") % {"task": task}
            if task
            else _("Klarade du det vi övade på?"),
            "answers": [_("Ja, själv"), _("Ja, med hjälp"), _("Inte än")],
            "mood": _("Hur kändes det?"),
            "moods": [_("Bra"), _("Sådär"), _("Inte bra")],
            "wish": _("Vad kan vi göra bättre?"),
            "web": _("Svara hellre på webben?"),
            "thanks": _("Lägg lappen i lådan eller ge den till oss. Tack."),
            "cut": _("Klipp här"),
        },
    }
