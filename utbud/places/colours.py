"""Colours that everyone can read."""

import re

HEX = re.compile(r"^#[0-9A-Fa-f]{6}$")
WHITE, PAGE = "#FFFFFF", "#FFFDF9"  # paper and the page's background
LEAST = 7.0  # WCAG 2.2, 1.4.6 (AAA): body text


def luminance(colour: str) -> float:
    """Relative luminance of «#RRGGBB», 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio between two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
