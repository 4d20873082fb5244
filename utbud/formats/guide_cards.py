"""Guides on paper with Typst: cards with one action at a time and room for own notes, and a folder of several. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base.dates import date_words
from utbud.base.richtext import blocks_from_text
from utbud.formats import typeset
from utbud.formats.content import Item, Partner, Picture, Section, Sender, Step, shortened, steps_section
from utbud.formats.typeset import LONGEST_TITLE, Files, compile_sheet, plain, sender_data, short_address

SHEET = "guide.typ"
SHORT_TITLE = 60  # letters of a title at the head of a card


@dataclass(frozen=True)
class Size:
    """A paper, the size of the letters, and of what is smallest on it (points)."""

    paper: str
    points: int
    small: int


# By the name that people choose by in a folder's address.
SIZES = {
    "a4-stor": Size("a4", 18, 14),
    "a4": Size("a4", 14, 12),
    "a5": Size("a5", 14, 12),
    "a5-stor": Size("a5", 18, 14),
}


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Several guides to be put in a folder, each beginning on a sheet of its own."""

    title: str
    guides: tuple[Item, ...]
    path: str  # where the same folder is made again

    @property
    def date(self) -> dt.date:
        """When the newest of them was written."""
        return max(guide.date for guide in self.guides)


def cards(item: Item, sender: Sender, files: Files, size: str) -> bytes:
    """A guide as cards: a PDF (PDF/UA-1) in one of SIZES."""
    return _pdf(lambda folder: _one(item, sender, files, size, folder), item.date)


def folder(content: Folder, sender: Sender, files: Files, size: str) -> bytes:
    """The folder: a cover, contents with page numbers, each guide from a new page (PDF/UA-1)."""
    return _pdf(lambda room: _several(content, sender, files, size, room), content.date)


def pages(
    item: Item, sender: Sender, files: Files, *, size: str = "a4-stor", pixels_per_inch: int = 80
) -> list[bytes]:
    """The cards as PNG pictures to look at on a screen."""
    made = compile_sheet(
        SHEET,
        lambda folder: _one(item, sender, files, size, folder),
        format="png",
        ppi=float(pixels_per_inch),
    )
    return made if isinstance(made, list) else [made]


def _pdf(data_in: Any, date: dt.date) -> bytes:
    # The creation date is the content's, so that the same content is the same file.
    written = dt.datetime.combine(date, dt.time(12), dt.UTC)
    return bytes(compile_sheet(SHEET, data_in, format="pdf", pdf_standards="ua-1", timestamp=written))


# --- the data -----------------------------------------------------------------------------------------


def _one(item: Item, sender: Sender, files: Files, size: str, folder: Path) -> dict[str, Any]:
    guide = _guide(item, 0, sender, files, folder)
    return _frame(guide["title"], guide["kind"], guide["lead"], sender, files, size, folder) | {
        "guides": [guide],
        "folder": None,
    }


def _several(content: Folder, sender: Sender, files: Files, size: str, room: Path) -> dict[str, Any]:
    guides = [_guide(item, number, sender, files, room) for number, item in enumerate(content.guides)]
    title = plain(content.title) or "–"
    about = ngettext("%(count)s guide, ett steg i taget.", "%(count)s guider, ett steg i taget.", len(guides))
    url = sender.base_url + content.path
    address = plain(short_address(url.partition("?")[0]))
    front = {
        "about": about % {"count": len(guides)},
        "address": address,
        "qr": typeset.qr_code(url, room, name="qr-folder")
        | {"alt": _("QR-kod till %(address)s") % {"address": address}},
        "version": date_words(content.date, weekday=False),
        "help": typeset.help_lines(sender),
    }
    return _frame(title, guides[0]["kind"], "", sender, files, size, room) | {
        "guides": guides,
        "folder": front,
    }


def _frame(
    title: str, kind: str, lead: str, sender: Sender, files: Files, size: str, folder: Path
) -> dict[str, Any]:
    chosen = SIZES[size]
    return {
        "title": title,
        "lead": lead,
        "kind": kind,
        "picture": None,
        "size": {"paper": chosen.paper, "points": chosen.points, "small": chosen.small},
        "sender": sender_data(sender, files, folder),
        "host": _partner(sender.partner, files, folder, "host") if sender.partner else None,
        "words": {
            "call": _("Ring oss"),
            "help": _("Vill du ha hjälp?"),
            "notes": _("Egna anteckningar"),
            "picture": _("Bild"),
            "page": _("Sida"),
            "of": _("av"),
            "right": _("Så ska det se ut"),
            "wrong": _("Om det inte blir så här"),
            "together": _("Gjord tillsammans med"),
            "handed": _("Du har fått den här guiden av"),
            "contents": _("Innehåll"),
            "whose": _("Den här mappen tillhör"),
        },
    }


def _guide(item: Item, number: int, sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    url, name = sender.base_url + item.path, f"guide{number}"
    title = plain(item.title) or "–"
    said = [section for section in item.sections if section != steps_section(section.heading, item.steps)]
    at = next((at for at, section in enumerate(item.sections) if section not in said), len(said))
    return {
        "number": number,
        "kind": plain(item.kind),
        "title": shortened(title, LONGEST_TITLE),
        "short_title": shortened(title, SHORT_TITLE),
        "lead": plain(item.lead),
        "picture": _picture(item.picture, item.title, files, folder, f"{name}-drawing"),
        "partners": [
            _partner(partner, files, folder, f"{name}-partner{place}")
            for place, partner in enumerate(item.partners)
            if partner != sender.partner
        ],
        "before": _parts(said[:at]),
        "steps": [
            _step(step, place, files, folder, f"{name}-step{place}")
            for place, step in enumerate(item.steps, 1)
        ],
        "after": _parts(said[at:]),
        "help": typeset.help_lines(sender),
        "address": plain(short_address(url)),
        "qr": typeset.qr_code(url, folder, name=f"{name}-qr"),
        "version": typeset.version_words(item),
    }


def _parts(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Headings, paragraphs and lists; a heading inside a section is said as a paragraph, since steps stand level with sections."""
    parts = typeset.parts_of(tuple(sections))
    return [
        {"kind": "paragraph", "runs": [{"text": part["text"], "bold": True}]}
        if part["kind"] == "heading" and part["level"] > 2
        else part
        for part in parts
    ]


def _step(step: Step, number: int, files: Files, folder: Path, name: str) -> dict[str, Any]:
    action = plain(step.action) or "–"
    return {
        "number": number,
        "action": action,
        "picture": _picture(step.picture, action, files, folder, name),
        "right": _paragraphs(step.right),
        "wrong": _paragraphs(step.wrong),
    }


def _paragraphs(text: str) -> list[str]:
    return [said for block in blocks_from_text(text) if (said := plain(block.text))]


def _picture(
    picture: Picture | None, otherwise: str, files: Files, folder: Path, name: str
) -> dict[str, Any] | None:
    if picture is None:
        return None
    shown = typeset.picture_in(files.get(picture.name), folder, name) or {"file": None}
    return shown | {"alt": plain(picture.alt) or plain(otherwise) or "–"}


def _partner(partner: Partner, files: Files, folder: Path, name: str) -> dict[str, Any]:
    logo = typeset.picture_in(files.get(partner.logo_name), folder, name) if partner.logo_name else None
    return {"name": plain(partner.name) or "–", "logo": logo}
