"""The one stylesheet: the look, and after it the library's own colours."""

import hashlib
import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse

from utbud.places.colours import LEAST, contrast
from utbud.places.queries import Library

SOURCE = Path(__file__).parent / "static" / "web" / "site.css"
# What text stands on, as --paper and --sand in site.css (a test holds them together).
LIGHT, DARK = ("#FFFDF9", "#F6EEE3"), ("#14191B", "#20272A")
CALM = 0.5  # the most saturation of a colour made lighter, so that nothing glows in the dark


@dataclass(frozen=True)
class Sheet:
    """A stylesheet and the first of its SHA-256, which is its name."""

    digest: str
    css: str


def address(library: Library) -> str:
    """Where the stylesheet in the library's colours is: it may be kept for ever."""
    return reverse("stylesheet", args=[sheet(library.accent, library.help_colour).digest])


@lru_cache(maxsize=8)
def sheet(accent: str, help_colour: str) -> Sheet:
    """The stylesheet in these colours («#RRGGBB»), each made so dark or light that it can be read."""
    css = re.sub(
        r'url\("\.\./(fonts/[^"]+)"\)',
        lambda font: f'url("{static(font[1])}")',
        SOURCE.read_text(encoding="utf-8"),
    )
    light, dark = (
        f":root{{--accent:{readable(accent, ground, lighter=lighter)};--help:{readable(help_colour, ground, lighter=lighter)}}}"
        for ground, lighter in ((LIGHT, False), (DARK, True))
    )
    css = f"{squeezed(css)}@media screen{{{light}}}@media screen and (prefers-color-scheme:dark){{{dark}}}"
    return Sheet(hashlib.sha256(css.encode()).hexdigest()[:16], css)


def readable(colour: str, ground: tuple[str, ...], *, lighter: bool) -> str:
    """``colour`` in its own hue, made darker or lighter until it reaches 7:1 on every ``ground``.

    7:1 is what WCAG 2.2 asks of text at AAA (1.4.6). Black and white always reach it.
    """
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = rgb_to_hls(*channels)
    step, end = (0.01, 1.0) if lighter else (-0.01, 0.0)
    if lighter:
        saturation = min(saturation, CALM)
    shade = colour.upper()
    while min(contrast(shade, behind) for behind in ground) < LEAST and lightness != end:
        lightness = min(max(lightness + step, 0.0), 1.0)
        shade = "#" + "".join(f"{round(part * 255):02X}" for part in hls_to_rgb(hue, lightness, saturation))
    return shade


def squeezed(css: str) -> str:
    """``css`` without comments and line breaks."""
    return re.sub(r"\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
