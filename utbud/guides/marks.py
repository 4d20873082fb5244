"""Marks on a picture: what they are, and the picture that readers get. Pure: bytes in, bytes out.

All measures are pixels of the picture without marks, from its upper left corner.

What is blurred is gone: the region is filled with a soft mosaic that is the same whatever was there. (A mosaic or a blur of the picture
itself can be undone by one who knows the typeface: each code is tried until one gives the same squares.)
"""

import io
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps, UnidentifiedImageError

from utbud.formats.typeset import FONTS

BOX, ARROW, NUMBER, BLUR = "box", "arrow", "number", "blur"
KINDS = (BOX, ARROW, NUMBER, BLUR)
CORNERS = ("nw", "ne", "sw", "se")  # where an arrow points
MOST_MARKS = 30
LEAST_SIZE = 8  # pixels: less is a mistake
LONGEST_SIDE = 1600  # pixels; what is larger is made smaller as it comes in
MOST_PIXELS = 60_000_000
SUPERSAMPLED = 2  # drawn larger and made smaller, for smooth edges
WHITE, BLACK = "#ffffff", "#000000"


class BadPicture(ValueError):
    """The bytes are no picture that can be marked."""


@dataclass(frozen=True)
class Mark:
    """One mark: its kind and the box it stands in. An arrow points to one of the box's corners."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    to: str = "se"

    def data(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def marks_of(data: Iterable[dict[str, Any]]) -> tuple[Mark, ...]:
    """Marks as they were kept. What no longer can be read is left out."""
    found = []
    for one in data:
        try:
            found.append(Mark(**one))
        except TypeError:
            continue
    return tuple(mark for mark in found if mark.kind in KINDS)


def numbered(marks: Iterable[Mark]) -> list[tuple[Mark, int]]:
    """Each mark with what it says: 1, 2, 3 for the numbers in order, 0 for the others."""
    number, found = 0, []
    for mark in marks:
        number += mark.kind == NUMBER
        found.append((mark, number if mark.kind == NUMBER else 0))
    return found


def inside(mark: Mark, width: int, height: int) -> Mark:
    """``mark`` moved and made smaller so that it lies within a picture of these measures."""
    wide, high = min(max(mark.width, LEAST_SIZE), width), min(max(mark.height, LEAST_SIZE), height)
    if mark.kind == NUMBER:
        wide = high = min(wide, high)
    x, y = min(max(mark.x, 0), width - wide), min(max(mark.y, 0), height - high)
    return Mark(mark.kind, x, y, wide, high, mark.to if mark.to in CORNERS else "se")


def first_place(kind: str, width: int, height: int) -> Mark:
    """Where a new mark stands: in the middle, of a fitting size."""
    wide, high = {NUMBER: (width // 14, width // 14), BLUR: (width // 4, height // 12)}.get(
        kind, (width // 4, height // 8)
    )
    wide, high = max(wide, 32), max(high, 32)
    return inside(Mark(kind, (width - wide) // 2, (height - high) // 2, wide, high), width, height)


def clean(content: bytes) -> tuple[bytes, int, int]:
    """A picture as it is kept: upright, at most ``LONGEST_SIDE``, a PNG with nothing about where and when it was taken.

    Returns its bytes, width and height. Raises BadPicture.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise BadPicture
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        UnidentifiedImageError,
        Image.DecompressionBombError,
    ) as error:
        raise BadPicture from error
    paper = Image.new("RGBA", picture.size, WHITE)
    flat = Image.alpha_composite(paper, picture).convert("RGB")
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return _png(flat), flat.width, flat.height


def render(source: bytes, marks: Iterable[Mark], *, accent: str) -> bytes:
    """The picture that readers get, a PNG: ``source`` (as ``clean`` made it) with ``marks`` in the ``accent`` colour.

    Every line is accent between white and black, so that it is seen on any ground and in black and white.
    """
    with Image.open(io.BytesIO(source)) as opened:
        picture = opened.convert("RGB")
    placed = [inside(mark, *picture.size) for mark in marks]
    for mark in placed:  # first what is to be gone, whatever lies over it
        if mark.kind == BLUR:
            _hide(picture, mark)
    stroke = stroke_of(*picture.size)
    shown = [(mark, number) for mark, number in numbered(placed) if mark.kind != BLUR]
    if shown:
        scale = SUPERSAMPLED
        over = Image.new("RGBA", (picture.width * scale, picture.height * scale), (0, 0, 0, 0))
        pen = ImageDraw.Draw(over)
        for mark, number in shown:
            DRAWN[mark.kind](pen, mark, number, stroke * scale, scale, accent)
        over = over.resize(picture.size, Image.Resampling.LANCZOS)
        picture = Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")
    return _png(picture)


def stroke_of(width: int, height: int) -> int:
    """How wide a mark's line is, in pixels."""
    return max(4, round(max(width, height) / 160))


def _hide(picture: Image.Image, mark: Mark) -> None:
    tile = max(8, min(mark.width, mark.height) // 4)
    across, down = math.ceil(mark.width / tile), math.ceil(mark.height / tile)
    mosaic = Image.new("L", (across, down))
    for row in range(down):
        for column in range(across):
            mosaic.putpixel((column, row), 150 + ((row * 7 + column * 5 + row * column * 3) % 5 - 2) * 12)
    large = mosaic.resize((across * tile, down * tile), Image.Resampling.NEAREST)
    large = large.crop((0, 0, mark.width, mark.height)).filter(ImageFilter.GaussianBlur(tile / 6))
    picture.paste(large.convert("RGB"), (mark.x, mark.y))


def _box(pen: ImageDraw.ImageDraw, mark: Mark, number: int, stroke: int, scale: int, accent: str) -> None:
    left, top = mark.x * scale, mark.y * scale
    right, bottom = left + mark.width * scale - 1, top + mark.height * scale - 1
    edge = stroke // 2
    radius = min(3 * stroke, (right - left) // 2, (bottom - top) // 2)
    for colour, inset, wide in (
        (BLACK, 0, stroke + 4 * edge),
        (WHITE, edge, stroke + 2 * edge),
        (accent, 2 * edge, stroke),
    ):
        if right - left > 2 * inset and bottom - top > 2 * inset:
            shape = (left + inset, top + inset, right - inset, bottom - inset)
            pen.rounded_rectangle(shape, max(0, radius - inset), outline=colour, width=wide)


def _arrow(pen: ImageDraw.ImageDraw, mark: Mark, number: int, stroke: int, scale: int, accent: str) -> None:
    edge = stroke // 2
    west, east = mark.x * scale, (mark.x + mark.width) * scale
    north, south = mark.y * scale, (mark.y + mark.height) * scale
    tip = (east if "e" in mark.to else west, south if "s" in mark.to else north)
    tail = (west if "e" in mark.to else east, north if "s" in mark.to else south)
    length = math.hypot(tip[0] - tail[0], tip[1] - tail[1]) or 1
    along = ((tip[0] - tail[0]) / length, (tip[1] - tail[1]) / length)
    across = (-along[1], along[0])
    head = min(5 * stroke, length * 0.6)

    def at(forward: float, sideways: float) -> tuple[float, float]:
        return (
            tip[0] - along[0] * forward + across[0] * sideways,
            tip[1] - along[1] * forward + across[1] * sideways,
        )

    for colour, more in ((BLACK, 2 * edge), (WHITE, edge), (accent, 0)):
        half = stroke / 2 + more
        wing = head * 0.6 + 1.6 * more
        outline = [
            at(2 * edge - 1.2 * more, 0), at(head + more, wing), at(head + more, half), at(length + more - 2 * edge, half),
            at(length + more - 2 * edge, -half), at(head + more, -half), at(head + more, -wing),
        ]  # fmt: skip
        pen.polygon(outline, fill=colour)


def _number(pen: ImageDraw.ImageDraw, mark: Mark, number: int, stroke: int, scale: int, accent: str) -> None:
    left, top, size = mark.x * scale, mark.y * scale, mark.width * scale
    edge = stroke // 2
    for colour, inset in ((BLACK, 0), (WHITE, edge), (accent, 2 * edge)):
        if size > 2 * inset:
            pen.ellipse(
                (left + inset, top + inset, left + size - 1 - inset, top + size - 1 - inset), fill=colour
            )
    font = ImageFont.truetype(
        str(FONTS / "AtkinsonHyperlegibleNext-Bold.ttf"), round(size * (0.6 if number < 10 else 0.48))
    )
    pen.text((left + size / 2, top + size / 2), str(number), fill=WHITE, font=font, anchor="mm")


DRAWN = {BOX: _box, ARROW: _arrow, NUMBER: _number}


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)  # a new file: nothing of the old one's metadata
    return out.getvalue()
