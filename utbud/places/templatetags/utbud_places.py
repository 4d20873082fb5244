"""How places are written on pages."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from utbud.places.phones import numbers_in

register = template.Library()


@register.filter
def unbroken(address: str) -> str:
    """``address`` with a postal code that no line breaks: «871 00» is read as one."""
    return re.sub(r"\b(\d{3}) (\d{2})\b", "\\1\u00a0\\2", address)


@register.filter
def dialled(text: str) -> SafeString:
    """``text`` with every number in it as a link that rings."""
    made, at = [], 0
    for start, end, link in numbers_in(text):
        made += [conditional_escape(text[at:start]), f'<a href="{link}">', text[start:end], "</a>"]
        at = end
    return mark_safe("".join([*made, conditional_escape(text[at:])]))
