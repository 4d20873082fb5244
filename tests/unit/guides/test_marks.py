"""A picture with marks: pixels at known places, and nothing left of what is hidden."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from utbud.formats.typeset import FONTS
from utbud.guides import marks
from utbud.guides.marks import Mark

ACCENT = "#0b5a5e"
COLOURS = {"accent": (11, 90, 94), "white": (255, 255, 255), "black": (0, 0, 0), "ground": (200, 180, 160)}


def picture(width=400, height=300, colour=COLOURS["ground"], text=""):
    drawn = Image.new("RGB", (width, height), colour)
    if text:
        font = ImageFont.truetype(str(FONTS / "AtkinsonHyperlegibleNext-Regular.ttf"), 28)
        ImageDraw.Draw(drawn).text((60, 60), text, fill="black", font=font)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def opened(content):
    return Image.open(io.BytesIO(content)).convert("RGB")


# The line is 4 pixels of accent, with 2 of white and then 2 of black on each side.
@pytest.mark.parametrize(
    ("mark", "place", "colour"),
    [
        (Mark("box", 100, 100, 120, 80), (160, 100), "black"),
        (Mark("box", 100, 100, 120, 80), (160, 102), "white"),
        (Mark("box", 100, 100, 120, 80), (160, 105), "accent"),
        (Mark("box", 100, 100, 120, 80), (160, 140), "ground"),
        (Mark("box", 100, 100, 120, 80), (160, 90), "ground"),
        (Mark("number", 100, 100, 60, 60), (130, 100), "black"),
        (Mark("number", 100, 100, 60, 60), (112, 130), "accent"),
        (Mark("number", 100, 100, 60, 60), (103, 103), "ground"),  # round
        (Mark("arrow", 100, 100, 100, 100, "se"), (150, 150), "accent"),
        (Mark("arrow", 100, 100, 100, 100, "se"), (192, 192), "accent"),  # its tip
        (Mark("arrow", 100, 100, 100, 100, "nw"), (108, 108), "accent"),
        (Mark("arrow", 100, 100, 100, 100, "ne"), (150, 150), "accent"),
        (Mark("arrow", 100, 100, 100, 100, "se"), (120, 180), "ground"),
    ],
)
def test_what_is_drawn(mark, place, colour):
    found = opened(marks.render(picture(), [mark], accent=ACCENT)).getpixel(place)
    assert max(abs(a - b) for a, b in zip(found, COLOURS[colour], strict=True)) <= 12, found


def test_numbers_run_in_order_whatever_lies_between():
    rows = [Mark("number", 0, 0, 40, 40), Mark("box", 0, 0, 40, 40), Mark("number", 0, 0, 40, 40)]
    assert [number for _mark, number in marks.numbered(rows)] == [1, 0, 2]


@pytest.mark.parametrize("height", [24, 60, 160])
def test_what_is_hidden_leaves_no_trace(height):
    """Whatever was there, the region becomes the same bytes."""
    hidden = Mark("blur", 50, 50, 300, height)
    contents = {
        picture(text="19121212-1212"),
        picture(text="2000"),
        picture(colour="red"),
        picture(colour="black"),
    }
    regions = set()
    for content in contents:
        made = opened(marks.render(content, [hidden], accent=ACCENT))
        regions.add(made.crop((50, 50, 350, 50 + height)).tobytes())
    assert (len(contents), len(regions)) == (4, 1)


def test_a_mark_over_what_is_hidden_does_not_bring_it_back():
    content = picture(text="19121212-1212")
    both = [Mark("box", 60, 60, 200, 40), Mark("blur", 50, 50, 300, 60)]
    made = opened(marks.render(content, both, accent=ACCENT))
    alone = opened(marks.render(picture(), both, accent=ACCENT))
    assert made.crop((50, 50, 350, 110)).tobytes() == alone.crop((50, 50, 350, 110)).tobytes()


@pytest.mark.parametrize(
    ("mark", "becomes"),
    [
        (Mark("box", -5, 290, 100, 50), Mark("box", 0, 250, 100, 50)),
        (Mark("box", 10, 10, 9999, 1), Mark("box", 0, 10, 400, 8)),
        (Mark("number", 10, 10, 60, 90), Mark("number", 10, 10, 60, 60)),
        (Mark("arrow", 10, 10, 60, 90, "x"), Mark("arrow", 10, 10, 60, 90, "se")),
    ],
)
def test_marks_are_kept_inside(mark, becomes):
    assert marks.inside(mark, 400, 300) == becomes


@pytest.mark.parametrize("kind", marks.KINDS)
def test_a_new_mark_stands_in_the_middle(kind):
    mark = marks.first_place(kind, 1200, 800)
    assert abs(mark.x + mark.width / 2 - 600) <= 1
    assert abs(mark.y + mark.height / 2 - 400) <= 1
    assert marks.inside(mark, 1200, 800) == mark


def test_what_comes_in_is_upright_small_and_tells_nothing():
    photo = Image.new("RGB", (3200, 1000), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Kamera"
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif)
    content, width, height = marks.clean(out.getvalue())
    kept = Image.open(io.BytesIO(content))
    assert (kept.format, kept.size, (width, height)) == ("PNG", (500, 1600), (500, 1600))
    assert dict(kept.getexif()) == {}
    assert b"Kamera" not in content


def test_what_is_transparent_is_white():
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    content, _width, _height = marks.clean(out.getvalue())
    assert opened(content).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:200]]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(marks.BadPicture):
        marks.clean(content)


def test_marks_survive_being_kept():
    rows = (Mark("arrow", 1, 2, 30, 40, "nw"), Mark("blur", 5, 6, 70, 80))
    assert marks.marks_of([mark.data() for mark in rows]) == rows
    assert marks.marks_of([{"kind": "circle", "x": 1}, *[mark.data() for mark in rows]]) == rows
