"""How places are written on pages."""

import re

from django import template

register = template.Library()


@register.filter
def unbroken(address: str) -> str:
    """``address`` with a postal code that no line breaks: «871 00» is read as one."""
    return re.sub(r"\b(\d{3}) (\d{2})\b", "\\1\u00a0\\2", address)
