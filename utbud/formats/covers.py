"""Covers of podcasts: square pictures as podcast apps want them. Pure: words and pictures in, JPEG out.

Apple asks for 1400 to 3000 pixels, RGB, no alpha; small files arrive sooner in an app that shows fifty of them.
"""

import hashlib
import io
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from utbud.formats import typeset

SIDE = 3000  # pixels of a cover
SMALLEST = 1400
MOST_BYTES = 512 * 1024
BARS = 9
PAPER = (246, 238, 227)  # what lies under a picture that lets light through


class NoPicture(Exception):
    """The picture cannot be read."""


@cache
def look() -> str:
    """A digest of what decides how our own covers look."""
    sheet = (typeset.SHEETS / "cover.typ").read_bytes()
    return hashlib.sha256(sheet + version("typst").encode()).hexdigest()


def made(*, title: str, sender: str, accent: str, kicker: str = "", picture: bytes | None = None) -> bytes:
    """A cover of our own: ``title`` over a shelf of books, or over ``picture`` with a ``kicker`` (the show's title).

    A picture that cannot be read is left out.
    """

    def data(folder: Path) -> dict[str, Any]:
        return {
            "title": typeset.plain(title) or "–",
            "kicker": typeset.plain(kicker),
            "sender": typeset.plain(sender),
            "accent": accent,
            "bars": _bars(title),
            "picture": typeset.picture_in(picture, folder, "picture"),
        }

    png = typeset.compile_sheet("cover.typ", data, format="png", ppi=144.0)
    with Image.open(io.BytesIO(png)) as drawn:
        return jpeg(drawn.convert("RGB"), MOST_BYTES)


def given(content: bytes) -> bytes:
    """The cover that the library has, made square, 1400 to 3000 pixels, RGB and light. Raises NoPicture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as opened:
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise NoPicture(str(error)) from error
    side = min(max(min(picture.size), SMALLEST), SIDE)
    picture = ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", picture.size, PAPER)
    flat.paste(picture, mask=picture.getchannel("A"))
    return jpeg(flat, MOST_BYTES)


def smaller(cover: bytes, side: int, most: int) -> bytes:
    """A cover as it lies in a sound file: ``side`` pixels, at most ``most`` bytes."""
    with Image.open(io.BytesIO(cover)) as opened:
        return jpeg(opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS), most)


def jpeg(picture: Image.Image, most: int) -> bytes:
    """``picture`` as JPEG in at most ``most`` bytes, if that is possible while it can be looked at."""
    for quality in (90, 84, 76, 66, 54, 40):
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= most:
            break
    return file.getvalue()


def _bars(title: str) -> list[tuple[float, float]]:
    """How high (0 to 1) and thick each book is: the same for the same title, another for another."""
    digest = hashlib.sha256(title.encode()).digest()
    swell = (0.45, 0.62, 0.8, 0.95, 1.0, 0.9, 0.72, 0.6, 0.42)  # as a voice rises and falls
    return [
        (round(max(0.28, swell[at] - digest[at] / 255 * 0.3), 3), round(1 + digest[at + BARS] / 255 * 0.5, 3))
        for at in range(BARS)
    ]
