"""Letters: accessible, ready to fold, and the address where the window of the envelope is."""

import dataclasses
import datetime as dt
import io

import page
import pikepdf
import pytest
from PIL import Image

from tests.unit.formats.test_typeset import LONG, MARKUP, pdf, raster, tags
from utbud.formats import letters
from utbud.formats.letters import Letter, address_lines

DAY = dt.date(2026, 11, 23)
LETTER = Letter(
    name="Anna Provsson",
    address="Provgatan 12 lgh 1102, 871 31 Provstad",
    subject="Du har en plats",
    text="Hej Anna.\n\nTisdag 3 mars klockan 10 till 12\nHuvudbiblioteket\n\nVälkommen.",
)
VARIANTS = {
    "a usual letter": {},
    "nobody's name": {"name": ""},
    "no subject": {"subject": ""},
    "very long words": {"name": LONG, "address": LONG, "subject": LONG, "text": LONG},
    "very long text": {"text": "En mening som är lång. \n\n" * 120},
    "a very long address": {"address": ", ".join(["Provgatan 12"] * 12)},
    "markup in every field": {"name": MARKUP, "address": MARKUP, "subject": MARKUP, "text": MARKUP},
    "foreign signs": {"name": "Привет 😀", "address": "مرحبا", "subject": "你好", "text": "→ ≈ \x00\ufeff"},
    "old line ends": {"text": "Rad\r\nrad\r\n\r\nStycke"},
}


@pytest.fixture(params=VARIANTS)
def letter(request):
    return dataclasses.replace(LETTER, **VARIANTS[request.param])


def made(some, sender, files=None):
    return letters.letters(some, sender, files or {}, date=DAY)


def sheets(some, sender, pixels_per_inch=100, files=None):
    return [
        Image.open(io.BytesIO(one)).convert("L")
        for one in letters.pages(some, sender, files or {}, date=DAY, pixels_per_inch=pixels_per_inch)
    ]


def ink(sheet, left, top, right, bottom, *, dots):
    """The box of what is drawn within a part of ``sheet``, in mm; None when it is empty."""
    part = sheet.crop(tuple(round(edge * dots) for edge in (left, top, right, bottom)))
    box = part.point(lambda light: 255 * (light < 200)).getbbox()
    return box and tuple(
        round(edge / dots + start, 1) for edge, start in zip(box, (left, top, left, top), strict=True)
    )


def test_every_letter_is_accessible(letter, sender):
    report = page.validate_pdf_bytes(made([letter, LETTER], sender), profile="ua1")
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


def test_the_address_stands_in_the_window_and_nothing_else_does(letter, sender):
    dots = 100 / 25.4  # a millimetre
    sender = dataclasses.replace(sender, name="Bibliotek " * 6, logo_name="logo.png", logo_digest="x")
    sheet = sheets([letter], sender, files={"logo.png": raster("PNG", size=(600, 100))})[0]
    left, top, right, bottom = ink(sheet, 101, 25, 210, 91, dots=dots)
    assert left >= 111.5
    assert top >= 43.5
    assert right <= 188.5
    assert bottom <= 66
    # A window 100 mm wide and 35 mm high, wherever the sheet has slid in its envelope.
    assert ink(sheet, 101, 30, 111.5, 80, dots=dots) is None
    assert ink(sheet, 101, bottom + 0.5, 210, 80, dots=dots) is None


def test_a_usual_address_is_seen_whole_in_both_envelopes(sender):
    dots = 10
    box = ink(sheets([LETTER], sender, pixels_per_inch=254)[0], 101, 25, 210, 91, dots=dots)
    for top, slack in (
        (44, 13.5),
        (39, 15),
    ):  # C5 and C65: the upper edge of the window, how far a sheet can slide
        assert top - slack < box[1]  # at the lower edge of the envelope
        assert box[3] < top + 35 - slack
        assert top - 0.5 < box[1]  # at the upper edge
        assert box[3] < top + 35


def test_a_sheet_each_and_more_only_when_it_must(sender):
    long = dataclasses.replace(LETTER, text="En mening som är lång nog för en rad.\n\n" * 40)
    assert len(pdf(made([LETTER], sender)).pages) == 1
    assert len(pdf(made([LETTER] * 12, sender)).pages) == 12
    assert len(pdf(made([LETTER, long, LETTER], sender)).pages) == 4


def test_folds_are_marked_and_are_not_read(sender):
    dots = 10
    sheet = sheets([LETTER], sender, pixels_per_inch=254)[0]
    found = [ink(sheet, 2, at - 2, 18, at + 2, dots=dots) for at in (99, 148.5, 198)]
    assert [round((box[1] + box[3]) / 2, 1) for box in found] == pytest.approx([99, 148.5, 198], abs=0.2)
    assert ink(sheet, 2, 0, 18, 96, dots=dots) is None


def test_the_letter_has_a_heading_a_title_and_the_day(sender):
    with pdf(made([LETTER], sender)) as document, document.open_metadata() as metadata:
        assert (metadata["dc:title"], metadata["dc:language"]) == ("Du har en plats", {"sv-SE"})
        assert [kind for kind, _alt in tags(document) if kind.startswith("/H")] == ["/H1"]
    with pdf(made([LETTER, LETTER], sender)) as document, document.open_metadata() as metadata:
        assert metadata["dc:title"] == "Brev"  # nobody's own
        assert [kind for kind, _alt in tags(document) if kind.startswith("/H")] == ["/H1", "/H1"]


def test_the_logotype_is_there_when_it_can_be_read(sender):
    sender = dataclasses.replace(sender, logo_name="logo.png", logo_digest="x")
    assert [
        alt
        for kind, alt in tags(pdf(made([LETTER], sender, {"logo.png": raster("PNG")})))
        if kind == "/Figure"
    ] == ["Biblioteket"]
    for broken in ({}, {"logo.png": b"broken"}):
        assert [alt for kind, alt in tags(pdf(made([LETTER], sender, broken))) if kind == "/Figure"] == []


def test_the_same_letters_are_the_same_file(sender):
    assert made([LETTER], sender) == made([LETTER], sender)


def test_no_letter_is_no_file(sender):
    with pytest.raises(ValueError, match="no letter"):
        made([], sender)


ADDRESSES = {
    ("Anna", "Provgatan 1, 871 31 Provstad"): ["Anna", "Provgatan 1", "871 31 Provstad"],
    ("Anna", "Provgatan 1 871 31 Provstad"): ["Anna", "Provgatan 1", "871 31 Provstad"],
    ("Anna", "Provgatan 1\n87131 Provstad\n"): ["Anna", "Provgatan 1", "87131 Provstad"],
    ("", "c/o Bo, Provgatan 1 lgh 1101, SE-871 31 Provstad"): ["c/o Bo", "Provgatan 1 lgh 1101", "SE-871 31 Provstad"],
    ("Anna", "Box 123 45, 871 31 Provstad"): ["Anna", "Box 123 45", "871 31 Provstad"],
    ("Anna", "Provgatan 123 12, 871 31 Provstad"): ["Anna", "Provgatan 123 12", "871 31 Provstad"],
    ("", "Bara en gata"): ["Bara en gata"],
    ("محمد علي", "Provgatan 1, 871 31 Provstad"): ["محمد علي", "Provgatan 1", "871 31 Provstad"],
    ("Nguyễn Thị Ánh", "Provgatan 1"): ["Nguyễn Thị Ánh", "Provgatan 1"],
    ("Anna", "a, b, c, d, e, f"): ["Anna", "a, b, c", "d", "e", "f"],
}  # fmt: skip


@pytest.mark.parametrize(("who", "lines"), ADDRESSES.items())
def test_an_address_in_lines(who, lines):
    assert address_lines(*who) == lines


def test_a_pdf_that_pikepdf_reads(sender):
    with pikepdf.open(io.BytesIO(made([LETTER], sender))) as document:
        assert [round(float(edge) / 72 * 25.4) for edge in document.pages[0].MediaBox] == [0, 0, 210, 297]
