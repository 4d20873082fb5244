"""Guides on paper: every size, whatever the text; a partner's print run; a folder."""

import dataclasses
import datetime as dt
import io
import shutil
import subprocess
import zlib
from collections import Counter
from types import SimpleNamespace

import page as validator
import pikepdf
import pytest
from PIL import Image as Pillow

from tests.unit.formats.conftest import a_library, a_word
from tests.unit.guides.conftest import screenshot, step
from utbud.base.richtext import Block, Run, blocks_from_text
from utbud.formats import actions as formats
from utbud.formats import guide_cards
from utbud.formats.content import Item, Partner, Picture, Section, Step, steps_section
from utbud.formats.guide_cards import SIZES, Folder
from utbud.formats.models import Kind, Rendition
from utbud.guides import files, tasks

A4, A5 = (595.3, 841.9), (419.5, 595.3)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
MARKUP = "<script>alert(1)</script> #set page(width: 1pt) *a* _b_ $c$ \\ [d] @e ```f```"


def png(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Pillow.new("RGB", (width, height), "#DDE6EE").save(made, "PNG")
    return made.getvalue()


FILES = {"tall": png(540, 1170), "wide": png(1200, 700), "mark": png(300, 100)}


def shown(name: str) -> Picture:
    return Picture(name=name, alt="Skärmen", digest="d")


def a_guide(*steps: Step, **fields) -> Item:
    before = (Block("li", (Run("Din nya telefon"),)), *blocks_from_text("Det tar ungefär 15 minuter."))
    sections = (
        Section("Det här behöver du", before),
        steps_section("Gör så här", steps),
        Section("När det är klart", blocks_from_text("Du har BankID i din nya telefon.")),
    )
    return dataclasses.replace(
        a_word(), kind="Guide", title="Skaffa BankID", path="/guider/skaffa-bankid/", pronunciation="", picture=None,
        sections=sections, steps=steps, sources=(), **fields,
    )  # fmt: skip


USUAL = (
    Step(
        action="Öppna appen BankID.",
        picture=shown("tall"),
        right="Du ser en blå skärm.",
        wrong="Ring oss.\n\nEller kom hit.",
    ),
    Step(action="Tryck på Skaffa BankID.", picture=shown("wide"), right="Nu syns en bock."),
    Step(action="Skriv din kod."),
)
PARTNERS = (
    Partner(name="Tillväxtavdelningen", logo_name="mark", logo_digest="m"),
    Partner(name="Seniorföreningen Ekot"),
)
VARIANTS = {
    "usual": a_guide(*USUAL, partners=PARTNERS),
    "no steps": a_guide(),
    "one step with nothing": a_guide(Step(action="")),
    "thirty steps": a_guide(*(USUAL * 10)),
    "very long texts": a_guide(Step(action="Gör så här. " * 25, picture=shown("tall"), right="Så. " * 100, wrong="Annars. " * 100)),
    "very long words": dataclasses.replace(a_guide(Step(action=LONG, right=LONG, wrong=LONG)), title=LONG, lead=LONG, partners=(Partner(name=LONG),) * 4),
    "pictures that are gone": a_guide(Step(action="Öppna.", picture=shown("gone"), right="Så."), partners=(Partner(name="Ekot", logo_name="gone"),)),
    "markup": dataclasses.replace(a_guide(Step(action=MARKUP, right=MARKUP, wrong=MARKUP), partners=(Partner(name=MARKUP),)), title=MARKUP, lead=MARKUP, kind=MARKUP),
    "with a drawing": dataclasses.replace(a_guide(*USUAL), picture=shown("wide")),
}  # fmt: skip


@pytest.fixture(params=VARIANTS)
def variant(request):
    return VARIANTS[request.param]


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def sheet_size(document: pikepdf.Pdf) -> tuple[float, float]:
    box = document.pages[0].mediabox
    return round(float(box[2]), 1), round(float(box[3]), 1)


def said(content: bytes, folder) -> str:
    """The text of a PDF, a form feed between pages."""
    (folder / "a.pdf").write_bytes(content)
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    made = subprocess.run(
        ["pdftotext", "-layout", str(folder / "a.pdf"), "-"], capture_output=True, check=True
    )
    return made.stdout.decode().replace("\u200b", "")


@pytest.mark.parametrize("size", SIZES)
def test_whatever_the_text_it_is_accessible_and_of_its_size(variant, size):
    content = guide_cards.cards(variant, a_library(), FILES, size)
    report = validator.validate_pdf_bytes(content, profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert sheet_size(opened(content)) == (A5 if SIZES[size].paper == "a5" else A4)


@pytest.mark.parametrize("size", ["a4-stor", "a5-stor"])
def test_nothing_stands_outside_the_paper(variant, size):
    wide, high = (331, 468) if SIZES[size].paper == "a4" else (233, 331)
    for sheet in guide_cards.pages(variant, a_library(), FILES, size=size, pixels_per_inch=40):
        ink = Pillow.open(io.BytesIO(sheet)).convert("L").point(lambda light: 255 * (light < 250)).getbbox()
        margin = 40 * 6 / 25.4  # 6 mm
        assert min(ink[0], ink[1], wide - ink[2], high - ink[3]) > margin


@pytest.mark.parametrize(("size", "sheets"), [("a4-stor", 4), ("a4", 2), ("a5", 4), ("a5-stor", 4)])
def test_how_many_cards(size, sheets):
    document = opened(guide_cards.cards(VARIANTS["usual"], a_library(), FILES, size))
    assert len(document.pages) == sheets


@pytest.mark.parametrize("size", SIZES)
def test_every_card_has_room_for_notes_and_says_who_and_which(tmp_path, size):
    guide = dataclasses.replace(VARIANTS["usual"], title="Skaffa BankID")
    pages = said(guide_cards.cards(guide, a_library(), FILES, size), tmp_path).split("\f")[:-1]
    for number, text in enumerate(pages, 1):
        for part in (
            "Egna anteckningar", "Biblioteket", "08-465 004 00", "digitalt.example.org/guider/skaffa-bankid",
            "Version 23 november 2026", f"Sida {number} av {len(pages)}",
        ):  # fmt: skip
            assert part in text, (number, part)
    whole = " ".join(" ".join(pages).split())
    for part in (
        "Det här behöver du",
        "Så ska det se ut",
        "Om det inte blir så här",
        "Gjord tillsammans med",
        "När det är klart",
        "Vill du ha hjälp?",
    ):
        assert part in whole


def sizes_of_letters(document: pikepdf.Pdf) -> Counter[float]:
    """How often each size of letters is chosen on the pages, in points (Typst sets the size with Tf alone)."""
    found: Counter[float] = Counter()
    for sheet in document.pages:
        for operands, operator in pikepdf.parse_content_stream(sheet):
            if str(operator) == "Tf":
                found[round(float(operands[1]), 1)] += 1
    return found


@pytest.mark.parametrize("size", SIZES)
def test_letters_are_as_large_as_promised(size):
    found = sizes_of_letters(opened(guide_cards.cards(VARIANTS["usual"], a_library(), FILES, size)))
    assert SIZES[size].points in found
    assert min(found) >= 0.7 * SIZES[size].small  # a long address at the foot
    assert sum(count for letters, count in found.items() if letters < SIZES[size].small) <= len(found) * 4


def test_fonts_are_in_the_file_and_its_parts_are_tagged():
    document = opened(guide_cards.cards(VARIANTS["usual"], a_library(), FILES, "a4-stor"))
    fonts = {
        str(font.BaseFont).split("+", 1)[1]
        for sheet in document.pages
        for font in sheet.resources.Font.values()
    }
    assert {name.split("-")[0] for name in fonts} == {"AtkinsonHyperlegibleNext"}
    kinds: Counter[str] = Counter()
    alternatives: list[str] = []

    def walk(node) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                kinds[str(node.S)] += 1
            if "/Alt" in node:
                alternatives.append(str(node.Alt))
            if "/K" in node:
                walk(node.K)

    walk(document.Root.StructTreeRoot.K)
    assert (kinds["/H1"], kinds["/H2"]) == (1, 5)  # the title; what one needs, three steps, what one can do
    assert alternatives.count("Skärmen") == 2
    assert "Tillväxtavdelningen" in alternatives


def test_the_codes_are_read_back(tmp_path):
    if shutil.which("zbarimg") is None or shutil.which("pdftoppm") is None:
        pytest.skip("needs zbar-tools and poppler-utils")
    (tmp_path / "a.pdf").write_bytes(guide_cards.cards(VARIANTS["usual"], a_library(), FILES, "a5"))
    # As a photocopier sees it: grey.
    subprocess.run(["pdftoppm", "-r", "110", "-gray", "-png", "a.pdf", "a"], cwd=tmp_path, check=True)
    for sheet in sorted(tmp_path.glob("a-*.png")):
        read = subprocess.run(["zbarimg", "-q", "--raw", str(sheet)], capture_output=True, check=True)
        assert read.stdout.decode().strip() == "https://digitalt.example.org/guider/skaffa-bankid/"


def test_the_same_guide_is_the_same_file():
    one, two = (guide_cards.cards(VARIANTS["usual"], a_library(), FILES, "a4") for _time in range(2))
    assert zlib.crc32(one) == zlib.crc32(two)


def test_a_partner_stands_on_every_card_of_its_own_print_run(tmp_path):
    host = dataclasses.replace(a_library(), partner=PARTNERS[0])
    content = guide_cards.cards(VARIANTS["usual"], host, FILES, "a4-stor")
    assert validator.validate_pdf_bytes(content, profile="ua1").is_compliant
    for text in said(content, tmp_path).split("\f")[:-1]:
        assert text.strip().startswith("Tillväxtavdelningen")
        assert "Biblioteket" in text
    assert "Du har fått den här guiden av Tillväxtavdelningen." in said(content, tmp_path)


# --- a folder ------------------------------------------------------------------------------------------------


def a_folder(*titles: str) -> Folder:
    guides = tuple(
        dataclasses.replace(VARIANTS["usual"], title=title, path=f"/guider/{at}/")
        for at, title in enumerate(titles)
    )
    return Folder(title="Guider", guides=guides, path="/guider/mapp/?guide=a")


@pytest.mark.parametrize("size", SIZES)
def test_a_folder_has_a_cover_contents_that_are_true_and_each_guide_from_a_new_page(tmp_path, size):
    content = guide_cards.folder(
        a_folder("Skaffa BankID", "Swisha", "Ring med bild"), a_library(), FILES, size
    )
    assert validator.validate_pdf_bytes(content, profile="ua1").is_compliant
    assert sheet_size(opened(content)) == (A5 if SIZES[size].paper == "a5" else A4)
    pages = said(content, tmp_path).split("\f")[:-1]
    assert "3 guider, ett steg i taget." in pages[0]
    assert "Den här mappen tillhör" in pages[0]
    for title in ("Skaffa BankID", "Swisha", "Ring med bild"):
        [listed] = [row for row in pages[1].splitlines() if row.strip().startswith(title) and "Sida" in row]
        begins = int(listed.split()[-1])
        assert "Det här behöver du" in pages[begins - 1]
        assert title in pages[begins - 1]
        assert f"Sida {begins} av {len(pages)}" in pages[begins - 1]


pytestmark = pytest.mark.django_db


@pytest.fixture
def several(write_guide, publish_guide):
    """Publish so many guides; gives their slugs."""
    return lambda count: [
        publish_guide(write_guide(f"Guide {n}", steps=[step("Gör.", picture=screenshot())])).slug
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ("", 200, ""),
        ("?guide=guide-1", 200, ""),
        ("?gor=1", 422, "Välj minst en guide."),
        ("?gor=1&guide=finns-inte", 422, "Välj minst en guide."),
        ("?gor=1&guide=guide-0&storlek=a5", 302, "/guider/mapp/mapp.pdf?guide=guide-0&storlek=a5"),
        ("?gor=1&guide=guide-0&guide=guide-0&storlek=fel", 302, "/guider/mapp/mapp.pdf?guide=guide-0&storlek=a4-stor"),
    ],
)  # fmt: skip
def test_choosing(several, client, asked, status, says):
    several(2)
    answer = client.get(f"/guider/mapp/{asked}")
    assert answer.status_code == status
    assert says in (answer["Location"] if status == 302 else answer.content.decode())
    if asked == "?guide=guide-1":
        assert 'value="guide-1" id="guide-guide-1" checked' in answer.content.decode()


def test_no_more_than_twenty(several, client):
    asked = "&".join(f"guide={slug}" for slug in several(21))
    answer = client.get(f"/guider/mapp/?gor=1&{asked}")
    assert (answer.status_code, "Du har valt 21." in answer.content.decode()) == (422, True)
    answer = client.get(f"/guider/mapp/mapp.pdf?{asked}")
    assert (answer.status_code, answer["Location"].startswith("/guider/mapp/?guide=")) == (302, True)


def test_a_small_folder_is_made_at_once_and_once(several, client, write_guide):
    several(2)
    write_guide("Utkast")
    address = "/guider/mapp/mapp.pdf?guide=guide-1&guide=guide-0&guide=utkast&storlek=a5"
    answer = client.get(address)
    content = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert sheet_size(opened(content)) == A5
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert Rendition.objects.filter(kind=Kind.FOLDER).count() == 1


def test_a_large_folder_is_made_by_the_worker_while_a_page_says_so(several, client, monkeypatch):
    asked = "&".join(f"guide={slug}" for slug in several(4))
    ordered = []
    job = SimpleNamespace(
        module_path=tasks.make_folder.module_path, enqueue=lambda *what: ordered.append(what)
    )
    real = tasks.make_folder
    monkeypatch.setattr(tasks, "make_folder", job)
    for _time in range(2):
        answer = client.get(f"/guider/mapp/mapp.pdf?{asked}")
        assert (answer.status_code, answer["Refresh"], answer["Retry-After"]) == (503, "8", "8")
        assert "Mappen görs nu" in answer.content.decode()
    assert ordered == [(["guide-0", "guide-1", "guide-2", "guide-3"], "a4-stor")]
    real.func(*ordered[0])
    assert b"".join(client.get(f"/guider/mapp/mapp.pdf?{asked}").streaming_content).startswith(b"%PDF")


def test_reading_guides_for_a_folder_costs_the_same(several, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from utbud.guides.queries import chosen

    counted = []
    for count in (1, 3):
        slugs = several(count)
        with CaptureQueriesContext(connection) as asked:
            files.folder_of(chosen(slugs))
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_the_files_beside_a_guide(guide, client):
    kinds = {
        "utskrift.pdf": Kind.PRINT,
        "utskrift-a4.pdf": Kind.PRINT_A4,
        "utskrift-a5.pdf": Kind.PRINT_A5,
        "utskrift-a5-stor.pdf": Kind.PRINT_A5_LARGE,
    }
    for name, kind in kinds.items():
        answer = client.get(f"{guide.public_path}{name}")
        content = b"".join(answer.streaming_content)
        assert sheet_size(opened(content)) == (A5 if "a5" in name else A4)
        assert Rendition.objects.filter(kind=kind).count() == 1


def test_a_changed_partner_or_picture_makes_new_cards(guide):
    item, sender = guide.as_item(), a_library()
    first = formats.print_sheet(item=item, sender=sender)
    assert formats.print_sheet(item=item, sender=sender).pk == first.pk
    others = (
        dataclasses.replace(item, partners=(PARTNERS[1],)),
        dataclasses.replace(item, steps=(*item.steps, Step(action="Mer."))),
        dataclasses.replace(item, date=item.date + dt.timedelta(days=1)),
    )
    assert len({formats.print_sheet(item=other, sender=sender).pk for other in others} | {first.pk}) == 4
