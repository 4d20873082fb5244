"""The cards for social media: whatever the text, it fits, can be read on a small phone, and is told in words."""

import dataclasses
import io
import json
import re

import pikepdf
import pytest
import typst
from PIL import Image

from tests.unit.formats.conftest import SVG, a_library, a_word
from tests.unit.formats.test_typeset import LONG, VARIANTS, raster
from utbud.formats import typeset
from utbud.formats.content import Picture, in_words, shortened
from utbud.places.colours import LEAST, WHITE, contrast

FILES = {"drawings/wifi.svg": SVG, "logo.png": raster("PNG", size=(300, 80))}
NASTY = VARIANTS | {
    "the longest of the demo": {
        "title": "Tvåstegsverifiering",
        "lead": "En deepfake är en film, en bild eller en röst som AI har gjort så att den verkar komma från en verklig person.",
    },
    "a title of 255 letters": {"title": ("Personuppgiftsbiträdesavtal " * 10)[:255].strip()},
    "a long title and a long sentence": {"title": f"{LONG} och {LONG}", "lead": "Meningen fortsätter och fortsätter " * 30},
    "a title without a letter": {"title": "…", "picture": None},
}  # fmt: skip
SENDERS = {
    "usual": {},
    "with a logotype": {"logo_name": "logo.png", "logo_digest": "x"},
    "a long name": {
        "name": "Stadsbiblioteket Arken i Örnsköldsviks kommun med filialer och bokbuss i inlandet"
    },
    "without a phone": {"phone": ""},
}
SOCIAL = ("square", "portrait", "story")


def opened(png):
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")


def colours(picture):
    """All colours of a picture."""
    return {colour for _count, colour in picture.getcolors(100_000)}


def instead_of_compiling(monkeypatch, use):
    """Have typeset hand its sheet to ``use`` in place of making a picture of it."""

    def compile_(sheet, *, root, font_paths, sys_inputs, **_options):
        return [use(sheet, root=root, font_paths=font_paths, sys_inputs=sys_inputs)]

    monkeypatch.setattr(typeset.typst, "compile", compile_)


@pytest.mark.parametrize("shape", SOCIAL)
@pytest.mark.parametrize("name", NASTY)
def test_everything_fits(item, sender, monkeypatch, name, shape):
    item = dataclasses.replace(item, **NASTY[name])
    query = typst.query
    instead_of_compiling(monkeypatch, lambda sheet, **given: query(str(sheet), "<chosen>", field="value", one=True, **given))  # fmt: skip
    chosen = json.loads(typeset.social(item, sender, FILES, shape))
    assert chosen["fits"]
    assert chosen["rest"] >= 60  # points left for the drawing
    whole = typeset.plain(item.lead)
    assert chosen["lead"] == whole or (len(whole) > 300 and chosen["lead"].endswith("…"))


@pytest.mark.parametrize("shape", SOCIAL)
@pytest.mark.parametrize("name", SENDERS)
def test_its_size_its_bytes_and_its_margins(item, sender, name, shape):
    sender = dataclasses.replace(sender, **SENDERS[name])
    png = typeset.social(item, sender, FILES, shape)
    picture = opened(png)
    assert picture.size == typeset.SHAPES[shape]
    assert len(png) < 500_000
    width, height = picture.size
    sand, accent = (0xF6, 0xEE, 0xE3), (0x0B, 0x5A, 0x5E)
    assert colours(picture.crop((0, 0, width, 250 if shape == "story" else 50))) == {sand}
    for edge in ((0, 0, 60, height), (width - 60, 0, width, height)):
        assert colours(picture.crop(edge)) == {sand, accent}  # only the ground and the foot
    if shape == "story":
        assert colours(picture.crop((0, height - 340, width, height))) == {accent}


@pytest.mark.parametrize("shape", SOCIAL)
@pytest.mark.parametrize("name", NASTY)
def test_no_text_is_under_32_pixels(item, monkeypatch, name, shape):
    sender = dataclasses.replace(a_library(), **SENDERS["a long name"])
    compile_ = typst.compile
    instead_of_compiling(monkeypatch, lambda sheet, **given: compile_(str(sheet), format="pdf", **given))
    with pikepdf.open(io.BytesIO(typeset.social(dataclasses.replace(item, **NASTY[name]), sender, FILES, shape))) as document:  # fmt: skip
        sizes = [float(operands[1]) for operands, sign in pikepdf.parse_content_stream(document.pages[0]) if str(sign) == "Tf"]  # fmt: skip
    assert min(sizes) >= 16  # points of 2 pixels


def test_without_a_drawing_the_first_letter_stands_there(item, sender):
    without = dataclasses.replace(item, picture=None)
    lost = typeset.social(item, sender, {}, "square")
    assert typeset.social(without, sender, FILES, "square") == lost
    assert lost != typeset.social(item, sender, FILES, "square")


@pytest.mark.parametrize(
    ("title", "initial"), [("wifi", "W"), ("«Ö»", "Ö"), ("3D-skrivare", "3"), ("…", "–"), ("", "–")]
)
def test_the_first_letter(item, sender, tmp_path, title, initial):
    item = dataclasses.replace(item, title=title)
    assert typeset._data(item, sender, FILES, tmp_path)["initial"] == initial


def test_the_same_content_is_the_same_picture(item, sender):
    assert typeset.social(item, sender, FILES, "story") == typeset.social(item, sender, FILES, "story")


def test_text_stands_out_whatever_colour_the_library_chooses():
    """The lightest colours that are allowed (contrast LEAST to white), against what they meet on cards and in clips."""
    named = dict(
        re.findall(r'#let (ink|sand) = rgb\("(#\w{6})"\)', (typeset.SHEETS / "common.typ").read_text())
    )
    grey = next(f"#{v:02X}{v:02X}{v:02X}" for v in range(255, 0, -1) if contrast(f"#{v:02X}{v:02X}{v:02X}", WHITE) >= LEAST)  # fmt: skip
    assert contrast(grey, named["sand"]) >= 4.5  # the kind, in the library's colour
    assert contrast(grey, WHITE) >= 4.5  # white on the library's colour
    assert contrast(named["ink"], named["sand"]) >= 7


# --- in words ---------------------------------------------------------------------------------

WORDS = {
    "as a rule": ({}, {}, "Veckans digitala ord: Wifi. Wifi är internet genom luften. Bild: En låda med vågor. Biblioteket, 08-465 004 00."),
    "without a drawing": ({"picture": None}, {}, "Veckans digitala ord: Wifi. Wifi är internet genom luften. Biblioteket, 08-465 004 00."),
    "a question": ({"kind": "", "title": "Vad är wifi?", "picture": None}, {"phone": ""}, "Vad är wifi? Wifi är internet genom luften. Biblioteket."),
    "a stop already": ({"picture": Picture(name="x", alt="En låda.", digest="")}, {}, "Veckans digitala ord: Wifi. Wifi är internet genom luften. Bild: En låda. Biblioteket, 08-465 004 00."),
    "nothing but a title": ({"kind": "", "lead": "", "picture": None}, {"name": "", "phone": ""}, "Wifi."),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_a_card_in_words(name):
    of_item, of_sender, words = WORDS[name]
    assert (
        in_words(dataclasses.replace(a_word(), **of_item), dataclasses.replace(a_library(), **of_sender))
        == words
    )


@pytest.mark.parametrize(
    ("lead", "alt"), [(2000, 30), (300, 1500), (2000, 2000), (940, 10), (860, 100), (0, 3000)]
)
def test_in_words_is_at_most_a_thousand_letters_and_ends_with_the_number_to_ring(item, sender, lead, alt):
    picture = Picture(name="x", alt=("ruta " * 600)[:alt].strip(), digest="")
    words = in_words(
        dataclasses.replace(item, lead=("mycket " * 300)[:lead].strip(), picture=picture), sender
    )
    assert len(words) <= 1000
    assert words.startswith("Veckans digitala ord: Wifi.")
    assert words.endswith("Biblioteket, 08-465 004 00.")
    assert "Bild: ruta" in words


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("Kort.", 5, "Kort."),
        ("Ett ord till", 12, "Ett ord till"),
        ("Ett ord till", 11, "Ett ord…"),
        ("Ett, två", 7, "Ett…"),
        ("aaaaaaaaaa", 5, "aaaa…"),
        ("", 5, ""),
    ],
)
def test_shortened_at_whole_words(text, most, short):
    assert shortened(text, most) == short
