"""Print and pictures: whatever the text, the sheets hold, are accessible, and show what they should."""

import dataclasses
import io
import re
import shutil
import subprocess
import zlib

import page
import pikepdf
import pytest
from PIL import Image

from tests.unit.formats.conftest import SVG, steps
from utbud.base.richtext import Block, Run, blocks_from_text
from utbud.formats import typeset
from utbud.formats.content import WHEN, Section
from utbud.formats.typeset import plain, printable

FILES = {"drawings/wifi.svg": SVG}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
MARKUP = "<script>alert(1)</script> #set page(width: 1pt) *a* _b_ $c$ \\ [d] @e ```f```"
VARIANTS = {
    "a usual word": {},
    "a very long word": {"title": LONG, "lead": f"{LONG} är ett ord.", "pronunciation": LONG},
    "a long title": {"title": "Så här gör du när du vill prata med barnbarnen på skärm hemma i lugn och ro"},
    "a very long sentence": {"lead": "Den här meningen tar aldrig slut, " * 60},
    "nothing but a title": {"pronunciation": "", "lead": "", "sections": (), "sources": (), "picture": None},
    "nothing at all": {"kind": "", "title": "", "lead": "", "sections": (), "sources": (), "picture": None, "version": ""},
    "empty sections": {"sections": (Section("", ()), Section("Tom", ()), Section("", (Block("p", (Run(" "),)),)))},
    "markup in every field": {
        "kind": MARKUP, "title": MARKUP, "lead": MARKUP, "pronunciation": MARKUP, "version": MARKUP,
        "sections": (Section(MARKUP, steps(MARKUP)),), "sources": ((MARKUP, MARKUP),),
    },
    "foreign signs": {"title": "Smajl 😀 Привет 你好 مرحبا", "lead": "a\u030ar → ≈ \x00\ufeff\u200d\ufe0f"},
    "a heading first": {"sections": (Section("", (Block("h3", (Run("Först"),)), Block("h3", (Run("Sen"),)))),)},
    "all kinds of blocks": {
        "sections": (
            Section("Rubrik", (Block("h3", (Run("Under"),)), Block("li", (Run("a "), Run("b", bold=True))), Block("li", (Run("c"),)))),
            Section("", (*steps("Ett", "Två"), *blocks_from_text("Text"), *steps("Ett igen"))),
        )
    },
    "one date": {"sections": (Section(str(WHEN), blocks_from_text("Tisdag 3 mars klockan 10 till 12. Ramvik. Gratis.")),)},
    "eight dates": {"sections": (Section(str(WHEN), steps(*["4 tisdagar, första gången tisdag 3 mars klockan 10 till 12."] * 8)),)},
    "long dates": {"sections": (Section(str(WHEN), steps(*[LONG, "Tisdag 3 mars klockan 10 till 12. " * 12] * 2)),)},
    "many long steps": {"sections": (Section("Steg", steps(*["Gör så här. " * 60] * 5)),)},
}  # fmt: skip


@pytest.fixture(params=VARIANTS)
def variant(request, item):
    return dataclasses.replace(item, **VARIANTS[request.param])


def pdf(content):
    return pikepdf.open(io.BytesIO(content))


@pytest.mark.parametrize("make", [typeset.print_sheet, typeset.poster])
def test_every_pdf_is_accessible(variant, sender, make):
    report = page.validate_pdf_bytes(make(variant, sender, FILES), profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


def test_a_poster_is_always_one_sheet(variant, sender):
    assert len(pdf(typeset.poster(variant, sender, FILES)).pages) == 1


@pytest.mark.parametrize(
    ("dates", "lines", "rest"), [(0, None, None), (1, 1, ""), (4, 4, ""), (5, 4, "Och 1 tid till. Fråga oss."), (8, 4, "Och 4 tider till. Fråga oss.")],
)  # fmt: skip
def test_a_poster_tells_when_it_is_rather_than_what_one_can_do(item, sender, tmp_path, dates, lines, rest):
    coming = Section(str(WHEN), tuple(Block("li", (Run(f"Tisdag {day + 1} mars"),)) for day in range(dates)))
    item = dataclasses.replace(item, sections=((coming,) if dates else ()) + item.sections)
    said = typeset._data(item, sender, FILES, tmp_path)["dates"]
    assert (said and (len(said["lines"]), said["rest"])) == (lines and (lines, rest))
    step = dataclasses.replace(item, sections=item.sections[bool(dates) :])
    same = typeset.poster(item, sender, FILES) == typeset.poster(step, sender, FILES)
    assert same is (dates == 0)


def test_a_card_is_always_1200_by_630(variant, sender):
    with Image.open(io.BytesIO(typeset.card(variant, sender, FILES))) as card:
        assert (card.format, card.size) == ("PNG", (1200, 630))


@pytest.mark.parametrize("of_poster", [False, True])
def test_nothing_stands_outside_the_paper(variant, sender, of_poster):
    for sheet in typeset.pages(variant, sender, FILES, of_poster=of_poster, pixels_per_inch=40):
        ink = Image.open(io.BytesIO(sheet)).convert("L").point(lambda light: 255 * (light < 250)).getbbox()
        margin = 40 * 8 / 25.4  # 8 mm
        assert min(ink[0], ink[1], 331 - ink[2], 468 - ink[3]) > margin


@pytest.mark.parametrize("make", [typeset.print_sheet, typeset.poster])
def test_a_pdf_tells_its_title_its_language_and_its_sender(item, sender, make):
    with pdf(make(item, sender, FILES)) as document, document.open_metadata() as metadata:
        assert (metadata["dc:title"], metadata["dc:language"]) == ("Wifi", {"sv-SE"})
        assert metadata["dc:creator"] == ["Biblioteket"]
        assert str(document.Root.Lang).startswith("sv")
        assert document.Root.ViewerPreferences.DisplayDocTitle


def tags(document):
    """The tags of a PDF in order."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append((str(node.S), str(node.get("/Alt", ""))))
            walk(node.get("/K", pikepdf.Array()))
        elif isinstance(node, pikepdf.Dictionary) and "/K" in node:
            walk(node.K)

    walk(document.Root.StructTreeRoot.K)
    return found


def test_the_print_has_headings_steps_and_a_described_drawing(item, sender):
    found = tags(pdf(typeset.print_sheet(item, sender, FILES)))
    assert [kind for kind, _alt in found if re.fullmatch("/H[1-6]", kind)] == ["/H1", "/H2"]
    assert [kind for kind, _alt in found].count("/LI") == 2
    assert [alt for kind, alt in found if kind == "/Figure"] == ["En låda med vågor"]


def test_the_same_content_is_the_same_file(item, sender):
    assert typeset.print_sheet(item, sender, FILES) == typeset.print_sheet(item, sender, FILES)


@pytest.mark.parametrize(("sentences", "sheets", "heads"), [(10, 1, 1), (30, 1, 0), (60, 2, 1)])
def test_room_for_notes_where_there_is_room(item, sender, sentences, sheets, heads):
    item = dataclasses.replace(item, sections=(Section("", blocks_from_text("Text om wifi. " * sentences)),))
    document = pdf(typeset.print_sheet(item, sender, FILES))
    assert (len(document.pages), [kind for kind, _ in tags(document)].count("/H2")) == (sheets, heads)


# --- the QR code ------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg is not installed")
@pytest.mark.parametrize("of_poster", [False, True])
@pytest.mark.parametrize(
    "base_url", ["https://digitalt.example.org", "https://digitalt-utbud.harnosand.bibliotek.example.org"]
)
def test_a_camera_reads_the_qr_code_on_every_sheet(tmp_path, item, sender, of_poster, base_url):
    sender = dataclasses.replace(sender, base_url=base_url)
    item = dataclasses.replace(item, sections=(Section("", blocks_from_text("Text om wifi. " * 150)),))
    sheets = typeset.pages(item, sender, FILES, of_poster=of_poster, pixels_per_inch=100)
    assert len(sheets) == (1 if of_poster else 2)
    for sheet in sheets:
        # As a copier in black and white leaves it.
        Image.open(io.BytesIO(sheet)).convert("L").point(lambda light: 255 * (light > 128)).save(
            tmp_path / "sheet.png"
        )
        told = subprocess.run(
            ["zbarimg", "-q", "--raw", tmp_path / "sheet.png"], capture_output=True, check=True
        ).stdout
        assert told.decode().split() == [f"{base_url}/ord/wifi/"]


def test_the_qr_code_is_30_mm_with_white_round_it(item, sender):
    dots = 10  # a millimetre
    (sheet,) = typeset.pages(item, sender, FILES, of_poster=False, pixels_per_inch=254)
    with Image.open(io.BytesIO(sheet)) as opened:
        seen = (
            opened.convert("L")
            .point(lambda light: 255 * (light < 128))
            .crop((100 * dots, 262 * dots, 210 * dots, 297 * dots))
        )
    columns = [bool(seen.crop((x, 0, x + 1, seen.height)).getbbox()) for x in range(seen.width)]
    rows = [bool(seen.crop((60 * dots, y, seen.width, y + 1)).getbbox()) for y in range(seen.height)]
    right = max(x for x, ink in enumerate(columns) if ink)
    left = max(x for x in range(right) if not any(columns[x - 2 * dots : x + 1])) + 1
    bottom = max(y for y, ink in enumerate(rows) if ink)
    assert (right - left + 1) / dots == pytest.approx(30, abs=0.2)
    quiet = 4 * 30 / 33 * dots  # four modules of a code for an address of usual length
    assert not any(columns[int(left - quiet) + 1 : left - 1])
    assert not any(columns[right + 2 : right + int(quiet)])
    assert seen.height - bottom > quiet


def test_the_address_stands_in_words_beside_the_code(item, sender, tmp_path):
    data = typeset._data(item, sender, FILES, tmp_path)
    assert (data["address"], data["version"]) == (
        "digitalt.example.org/ord/wifi",
        "Version 23 november 2026 · a1b2c3",
    )


# --- pictures ---------------------------------------------------------------------------------


def raster(kind, size=(40, 30), mode="RGB", **options):
    made = io.BytesIO()
    Image.new(mode, size, 99).save(made, kind, **options)
    return made.getvalue()


def huge_png():
    """A PNG of a few bytes that says it is 50 000 × 50 000 pixels."""
    small = raster("PNG")
    header = small[12:16] + (50_000).to_bytes(4) * 2 + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4) + small[33:]


SHOWN = {
    "svg": (SVG, 4 / 3),
    "png": (raster("PNG"), 4 / 3),
    "png with clear parts": (raster("PNG", mode="LA"), 4 / 3),
    "jpg": (raster("JPEG"), 4 / 3),
    "jpg on its side": (
        raster("JPEG", exif=(lambda exif: (exif.__setitem__(0x0112, 6), exif)[1])(Image.Exif())),
        3 / 4,
    ),
    "webp": (raster("WEBP"), 4 / 3),
    "gif": (raster("GIF", mode="L"), 4 / 3),
    "a very large jpg": (raster("JPEG", size=(4000, 3000), mode="L"), 4 / 3),
}
LEFT_OUT = {
    "not there": None,
    "empty": b"",
    "a cut svg": SVG[:150],
    "an svg without a size": b'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"></svg>',
    "an svg that swells": b'<!DOCTYPE svg [<!ENTITY a "aa">]>' + SVG,
    "a cut png": raster("PNG", size=(300, 300))[:120],
    "a cut jpg": raster("JPEG", size=(300, 300))[:400],
    "text": b"hej",
    "a picture that swells": huge_png(),
}


@pytest.mark.parametrize("name", SHOWN)
def test_pictures_that_are_shown(item, sender, tmp_path, name):
    content, ratio = SHOWN[name]
    picture = typeset._data(item, sender, {"drawings/wifi.svg": content}, tmp_path)["picture"]
    assert (picture["alt"], picture["ratio"]) == ("En låda med vågor", pytest.approx(ratio, rel=0.01))
    if not picture["file"].endswith("svg"):
        with Image.open(tmp_path / picture["file"]) as made:
            assert max(made.size) <= 2000
    assert page.is_pdf_compliant_bytes(
        typeset.poster(item, sender, {"drawings/wifi.svg": content}), profile="ua1"
    )


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_picture_that_cannot_be_shown_is_told_in_words(item, sender, tmp_path, name):
    files = {} if LEFT_OUT[name] is None else {"drawings/wifi.svg": LEFT_OUT[name]}
    assert typeset._data(item, sender, files, tmp_path)["picture"] == {
        "file": None,
        "alt": "En låda med vågor",
    }
    found = tags(pdf(typeset.print_sheet(item, sender, files)))
    assert [alt for kind, alt in found if kind == "/Figure"] == []


def test_the_logotype_is_on_the_sheets_when_there_is_one(item, sender):
    sender = dataclasses.replace(sender, logo_name="logo.png", logo_digest="x")
    found = tags(pdf(typeset.print_sheet(item, sender, FILES | {"logo.png": raster("PNG")})))
    assert [alt for kind, alt in found if kind == "/Figure"] == ["Biblioteket", "En låda med vågor"]
    assert len(pdf(typeset.poster(item, sender, FILES | {"logo.png": b"broken"})).pages) == 1


# --- text -------------------------------------------------------------------------------------

PRINTED = {
    "Räksmörgås": "Räksmörgås",
    "a\u030ar": "år",
    "Bra 😀": "Bra ",
    "i\u2011bank": "i-bank",
    "a → b": "a – b",
    "ﬁn ½ ①": "fin ½ 1",
    "Привет": "Привет",
    "محمد علي": "محمد علي",
    "Олена Шевченко": "Олена Шевченко",
    "李小龍": "李小龍",
    "Nguyễn Thị Ánh": "Nguyễn Thị Ánh",
    "ሰላም, שלום, สมชาย, अमित, Αθηνά, Հայկ, 김민수, さくら": "ሰላም, שלום, สมชาย, अमित, Αθηνά, Հայկ, 김민수, さくら",
    "ᚠᚢ": "??",
    "10\u00a0kr": "10\u00a0kr",
    "rad\nrad\tx": "rad rad x",
    "\x00\ufeff\u200b": "",
    "a" * 30: "a" * 30,
    "a" * 31: "a" * 15 + "\u200b" + "a" * 15 + "\u200b" + "a",
    "https://www.example.org/en/lang/adress/": "https:/\u200b/\u200bwww.\u200bexample.\u200borg/\u200ben/\u200blang/\u200badress/",
}


@pytest.mark.parametrize(("written", "shown"), PRINTED.items())
def test_text_in_signs_that_the_font_has(written, shown):
    assert printable(written) == shown


def test_plain_is_one_line_without_space_round_it():
    assert plain(" Bra 😀  att\nveta ") == "Bra att veta"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.internetkunskap.se/", "internetkunskap.se"),
        ("http://localhost:8000/ord/wifi/", "localhost:8000/ord/wifi"),
        ("Bok, 2025", "Bok, 2025"),
        ("", ""),
    ],
)
def test_addresses_as_people_write_them(url, address):
    assert typeset.short_address(url) == address
