"""Print and pictures with Typst: an Item and a Sender in, PDF or PNG out. Pure.

Content goes in as JSON and is only ever text. Files that the sheets show are handed in by name;
one that is missing or cannot be read is left out, with its description in words.
"""

import datetime as dt
import hashlib
import io
import json
import re
import tempfile
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from fontTools.ttLib import TTFont
from PIL import Image, ImageOps

from utbud.base.dates import date_words
from utbud.base.richtext import Block
from utbud.formats.content import WHEN, Item, Section, Sender, invitation, shortened

HERE = Path(__file__).parent
FAMILY = "Atkinson Hyperlegible Next"
FONTS, SHEETS = HERE / "fonts", HERE / "typst"
PIXELS_PER_INCH = 144  # of the cards: 600 × 315 pt becomes 1200 × 630 pixels
SHAPES = {"square": (1080, 1080), "portrait": (1080, 1350), "story": (1080, 1920)}  # pixels
LEADS = (600, 400, 250, 160, 90)  # letters: what a card shows of a sentence that never ends
LONGEST_TITLE = 120  # letters on a card
LARGEST_SIDE = 2000  # pixels of a picture on A4; more is not seen and takes space
MOST_PIXELS = 60_000_000
LARGEST_SVG = 3_000_000  # bytes
LONGEST_WORD = 30  # letters; longer ones (addresses, mistakes) may break, so that nothing is cut
LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
DATES_ON_POSTER = 4  # read from two metres
LONG_STEP = 400  # letters; a longer step may be split between sheets

Files = Mapping[str, bytes]


@cache
def look() -> str:
    """A digest of everything that decides how a sheet looks, so that a change of look makes new sheets."""
    digest = hashlib.sha256(f"typst {version('typst')} segno {version('segno')}".encode())
    for path in sorted([*SHEETS.iterdir(), *FONTS.glob("*.ttf"), Path(__file__), HERE / "guide_cards.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# --- the sheets -------------------------------------------------------------------------------


def print_sheet(item: Item, sender: Sender, files: Files) -> bytes:
    """The large-print PDF (PDF/UA-1), as many A4 as it takes."""
    return _pdf("print.typ", item, sender, files)


def poster(item: Item, sender: Sender, files: Files) -> bytes:
    """The poster for a notice board: a PDF (PDF/UA-1) of exactly one A4."""
    return _pdf("poster.typ", item, sender, files)


def card(item: Item, sender: Sender, files: Files) -> bytes:
    """The picture for link previews: a PNG of 1200 × 630 pixels."""
    return _pngs("card.typ", item, sender, files, PIXELS_PER_INCH)[0]


def social(item: Item, sender: Sender, files: Files, shape: str) -> bytes:
    """The picture for social media: a PNG in one of SHAPES."""
    return _pngs("social.typ", item, sender, files, PIXELS_PER_INCH, shape=shape)[0]


def slides(item: Item, sender: Sender, files: Files, captions: Sequence[Sequence[str]]) -> list[bytes]:
    """The stills of the clip, PNG of 1080 × 1920 pixels: the opening, one for each caption (its lines), the closing."""
    said = [[plain(line) for line in lines] for lines in captions]
    return _pngs("clip.typ", item, sender, files, PIXELS_PER_INCH, captions=said)


def pages(
    item: Item, sender: Sender, files: Files, *, of_poster: bool, pixels_per_inch: int = 80
) -> list[bytes]:
    """The sheets of the print, or the poster, as PNG pictures to look at on a screen."""
    return _pngs("poster.typ" if of_poster else "print.typ", item, sender, files, pixels_per_inch)


def _pdf(sheet: str, item: Item, sender: Sender, files: Files) -> bytes:
    # The creation date is the version's, so that the same content is the same file.
    written = dt.datetime.combine(item.date, dt.time(12), dt.UTC)
    return _compile(sheet, item, sender, files, format="pdf", pdf_standards="ua-1", timestamp=written)


def _pngs(
    sheet: str, item: Item, sender: Sender, files: Files, pixels_per_inch: int, **more: Any
) -> list[bytes]:
    made = _compile(sheet, item, sender, files, more, format="png", ppi=float(pixels_per_inch))
    return made if isinstance(made, list) else [made]


def _compile(
    sheet: str,
    item: Item,
    sender: Sender,
    files: Files,
    more: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    return compile_sheet(
        sheet, lambda folder: {**_data(item, sender, files, folder), **(more or {})}, **options
    )


def compile_sheet(sheet: str, data_in: Callable[[Path], Mapping[str, Any]], **options: Any) -> Any:
    """What Typst makes of one of our sheets. ``data_in`` gives what it reads, and writes its pictures to the folder."""
    with tempfile.TemporaryDirectory(prefix="utbud-typst-") as name:
        folder = Path(name)
        for path in SHEETS.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        data = json.dumps({**data_in(folder), "scripts": scripts()}, ensure_ascii=False)
        return typst.compile(
            folder / sheet, root=folder, font_paths=fonts(), sys_inputs={"data": data}, **options
        )


@cache
def fonts() -> typst.Fonts:
    """Our own fonts and no others, so that a sheet looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@cache
def scripts() -> list[str]:
    """The fonts for scripts that our own does not have, in the order that they are asked."""
    return sorted({font.family for font in fonts().fonts()} - {FAMILY})


# --- the data ---------------------------------------------------------------------------------


def _data(item: Item, sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    """What the sheets read, with pictures written to ``folder``."""
    url = sender.base_url + item.path
    picture = None
    if item.picture:
        picture = picture_in(files.get(item.picture.name), folder, "picture") or {"file": None}
        picture |= {"alt": plain(item.picture.alt) or plain(item.title)}
    return {
        "kind": plain(item.kind),
        "title": plain(item.title) or "–",
        "pronunciation": plain(item.pronunciation),
        "lead": plain(item.lead),
        "short_title": shortened(plain(item.title) or "–", LONGEST_TITLE),
        "leads": leads(plain(item.lead)),
        "initial": next((sign for sign in plain(item.title) if sign.isalnum()), "–").upper(),
        "invitation": invitation(sender),
        "picture": picture,
        "parts": parts_of(item.sections),
        "step": _first_step(item.sections),
        "dates": _dates(item.sections),
        "sources": [
            {"title": plain(title), "address": plain(short_address(link))} for title, link in item.sources
        ],
        "help": help_lines(sender),
        "address": plain(short_address(url)),
        "qr": qr_code(url, folder),
        "version": version_words(item),
        "sender": sender_data(sender, files, folder),
        "words": {
            "call": _("Ring oss"),
            "say": _("Säg så här"),
            "help": _("Vill du ha hjälp?"),
            "sources": _("Källor"),
            "notes": _("Egna anteckningar"),
            "picture": _("Bild"),
            "page": _("Sida"),
        },
    }


def version_words(item: Item) -> str:
    """Which version it is, as every sheet says it."""
    return f"Version {date_words(item.date, weekday=False)} · {plain(item.version)}"


def sender_data(sender: Sender, files: Files, folder: Path) -> dict[str, Any]:
    """Who speaks, as every sheet reads it."""
    return {
        "name": plain(sender.name),
        "phone": plain(sender.phone),
        "address": plain(sender.address),
        "drop_in": plain(sender.drop_in),
        "accent": sender.accent,
        "logo": picture_in(files.get(sender.logo_name), folder, "logo") if sender.logo_name else None,
    }


def leads(text: str) -> list[str]:
    """``text``, and shorter and shorter pieces of it for where the whole has no room."""
    return [text, *(shortened(text, letters) for letters in LEADS if letters < len(text))]


def parts_of(sections: tuple[Section, ...]) -> list[dict[str, Any]]:
    """The sections as headings, paragraphs and lists in order, with no level of heading skipped (PDF/UA)."""
    parts: list[dict[str, Any]] = []
    level = 1
    for section in sections:
        if heading := plain(section.heading):
            level = 2
            parts.append({"kind": "heading", "level": 2, "text": heading})
        for block in section.blocks:
            if not (said := _runs(block)):
                continue
            if block.kind == "h3":
                level = min(level + 1, 3)
                parts.append(
                    {"kind": "heading", "level": level, "text": "".join(run["text"] for run in said)}
                )
            elif block.kind in ("li", "ol"):
                kind = "steps" if block.kind == "ol" else "list"
                if not parts or parts[-1]["kind"] != kind or parts[-1]["of"] is not section:
                    parts.append({"kind": kind, "of": section, "items": []})
                parts[-1]["items"].append({"runs": said, "long": len(block.text) > LONG_STEP})
            else:
                parts.append({"kind": "paragraph", "runs": said})
    return [{key: value for key, value in part.items() if key != "of"} for part in parts]


def _first_step(sections: tuple[Section, ...]) -> dict[str, Any] | None:
    """The first thing one can do, for the poster: the first numbered step and the heading it stands under."""
    for section in sections:
        for block in section.blocks:
            if block.kind == "ol" and (said := _runs(block)):
                return {"heading": plain(section.heading) or _("Gör så här"), "runs": said}
    return None


def _dates(sections: tuple[Section, ...]) -> dict[str, Any] | None:
    """When it is held, for the poster: the first few lines, and how many more there are."""
    lines = [
        line
        for section in sections
        if section.heading == str(WHEN)
        for block in section.blocks
        if (line := plain(block.text))
    ]
    if not lines:
        return None
    more = len(lines) - DATES_ON_POSTER
    rest = ngettext("Och %(more)s tid till. Fråga oss.", "Och %(more)s tider till. Fråga oss.", more) % {
        "more": more
    }
    return {"heading": str(WHEN), "lines": lines[:DATES_ON_POSTER], "rest": rest if more > 0 else ""}


def _runs(block: Block) -> list[dict[str, Any]]:
    """The runs of a block. Spaces at their ends are kept, empty ones are not."""
    runs = [{"text": printable(run.text), "bold": run.bold} for run in block.runs]
    return [run for run in runs if run["text"]] if any(str(run["text"]).strip() for run in runs) else []


def help_lines(sender: Sender) -> list[str]:
    """How to reach people, as sentences."""
    lines = []
    if sender.phone:
        lines.append(_("Ring oss på %(phone)s.") % {"phone": plain(sender.phone)})
    lines += [plain(line).rstrip(".") + "." for line in (sender.drop_in, sender.address) if plain(line)]
    return lines


def short_address(url: str) -> str:
    """An address as people write it: without https://, www. and the last slash."""
    return re.sub(r"^https?://(?:www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/")


def qr_code(url: str, folder: Path, name: str = "qr") -> dict[str, Any]:
    """A QR code for ``url``: error level M, drawn without its quiet zone, which the sheets keep."""
    code = segno.make(url, error="m", micro=False)
    code.save(str(folder / f"{name}.svg"), kind="svg", border=0, dark="#000000", light="#ffffff")
    address = short_address(url)
    return {
        "file": f"{name}.svg",
        "alt": _("QR-kod till %(address)s") % {"address": address},
        "modules": code.symbol_size(1, 0)[0],
    }


# --- text that the font can show --------------------------------------------------------------


@cache
def _known() -> frozenset[int]:
    known: set[int] = set()
    for path in FONTS.glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            known.update(font.getBestCmap())
    # Fonts have entries for signs that nobody sees; of those only the one that Persian is spelled with stays.
    return frozenset(
        sign for sign in known if unicodedata.category(chr(sign))[0] != "C" or sign == NON_JOINER
    )


NON_JOINER = 0x200C
INSTEAD = {
    "\u2010": "-",
    "\u2011": "-",
    "\u2015": "–",
    "\u2192": "–",
    "\u2212": "–",
    "\u00ad": "",
    "\u2026": "…",
}


def printable(text: str) -> str:
    """``text`` in signs that the fonts have: pictures and invisible signs go.

    A letter that no font has becomes a question mark; ``lost`` tells whoever prints.
    """
    shown = []
    for sign in unicodedata.normalize("NFC", text):
        sign = INSTEAD.get(sign, sign)
        if sign.isspace():
            shown.append("\u00a0" if sign in "\u00a0\u202f" else " ")
        elif not sign or ord(sign) in _known():
            shown.append(sign)
        elif bare := [part for part in unicodedata.normalize("NFKD", sign) if ord(part) in _known()]:
            shown.extend(bare)
        elif unicodedata.category(sign)[0] in "LN":
            shown.append("?")
    return LONG_WORD.sub(_breakable, "".join(shown))


def lost(text: str) -> list[str]:
    """The letters of ``text`` that cannot be printed, once each."""
    found = dict.fromkeys(unicodedata.normalize("NFC", text))
    return [sign for sign in found if unicodedata.category(sign)[0] == "L" and "?" in printable(sign)]


def _breakable(found: re.Match[str]) -> str:
    """A very long word with places where the line may end: after signs, else every so many letters."""
    parts = re.split(r"(?<=[/.@_?&=-])", found.group())
    pieces = [
        part[at : at + LONGEST_WORD // 2] for part in parts for at in range(0, len(part), LONGEST_WORD // 2)
    ]
    return "\u200b".join(pieces)


def plain(text: str) -> str:
    """``text`` on one line, in signs that the font has."""
    return re.sub(" +", " ", printable(text)).strip()


# --- pictures ---------------------------------------------------------------------------------


def picture_in(content: bytes | None, folder: Path, name: str) -> dict[str, Any] | None:
    """Write a picture that Typst can show to ``folder``: {"file", "ratio" (width by height)}, or None."""
    if not content:
        return None
    try:
        return _svg(content, folder / f"{name}.svg") if _is_svg(content) else _raster(content, folder / name)
    except (RuntimeError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning):
        return None


def _is_svg(content: bytes) -> bool:
    return b"<svg" in content[:2000].lower()


def _svg(content: bytes, path: Path) -> dict[str, Any] | None:
    if len(content) > LARGEST_SVG or b"<!ENTITY" in content:
        return None
    path.write_bytes(content)
    # Typst itself says whether it can draw it, and in what shape.
    source = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("{path.name}")\n'
    source += f'#context [#metadata((measure(image("{path.name}")).width.pt(), measure(image("{path.name}")).height.pt())) <size>]'
    (path.parent / "try.typ").write_text(source)
    found = typst.query(
        str(path.parent / "try.typ"),
        "<size>",
        field="value",
        one=True,
        root=str(path.parent),
        font_paths=fonts(),
    )
    width, height = json.loads(found)
    if not width or not height:
        return None
    return {"file": path.name, "ratio": width / height}


def _raster(content: bytes, path: Path) -> dict[str, Any] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            picture = ImageOps.exif_transpose(opened)
    clear = picture.has_transparency_data
    path = path.with_suffix(".png" if clear else ".jpg")
    picture.convert("RGBA" if clear else "RGB").save(path, quality=88)
    return {"file": path.name, "ratio": picture.width / picture.height}
