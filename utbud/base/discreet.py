"""What is written in a log or kept as an error says nothing secret and nobody's address.

A parameter of an address is secret when it is called so: ``token``, ``key``, ``secret``, ``signed`` or ``uidb64``. That is the one
place to mark it; whatever passes a path on to a log is then silent about it.
"""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

SECRET = ("token", "key", "secret", "signed", "uidb64")
HIDDEN = "***"
_GROUP = re.compile(r"\(\?P<(\w+)>")
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w.:/-])(?:\+|00)\d[\d -]{6,16}\d|(?<![\w.:/-])0\d{1,3}[ -]\d[\d -]{4,12}\d|(?<![\w.:/-])07\d(?:[ -]?\d){7}(?!\d)"
)
_ASKED = re.compile(r"([?&](?:q|next|contact|code)=)[^\s&\"']+")


class DiscreetFormatter(logging.Formatter):
    """Every line that is logged, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))


def discreet(text: str) -> str:
    """``text`` without secrets of addresses, e-mail addresses and phone numbers."""
    for pattern in _secrets() if apps.ready else ():
        text = pattern.sub(lambda found: found["before"] + HIDDEN, text)
    text = _ASKED.sub(lambda found: found[1] + HIDDEN, text)
    return _PHONE.sub(HIDDEN, _MAIL.sub(f"{HIDDEN}@{HIDDEN}", text))


@cache
def _secrets() -> tuple[re.Pattern[str], ...]:
    found = {}
    for whole in _all(get_resolver().url_patterns, ""):
        for group in _GROUP.finditer(whole):
            if group[1] in SECRET:
                before = _GROUP.sub("(?:", _balanced(whole[: group.start()]))
                # What follows a secret may be as secret as it: all is hidden to the end of the address.
                found[before] = re.compile(rf"(?P<before>/{before})[^\s?\"'<>]+")
                break
    return tuple(found.values())


def _balanced(pattern: str) -> str:
    """``pattern`` up to where a parenthesis begins that does not end: what is secret may be only a part of what is optional."""
    begun = []
    for found in re.finditer(r"\\.|\[[^\]]*\]|[()]", pattern):
        if found[0] == "(":
            begun.append(found.start())
        elif found[0] == ")":
            begun.pop()
    return pattern[: begun[0]] if begun else pattern


def _all(patterns: Any, before: str) -> Iterator[str]:
    for one in patterns:
        own = before + one.pattern.regex.pattern.removeprefix("^").removesuffix(r"\Z").removesuffix("$")
        if isinstance(one, URLResolver):
            yield from _all(one.url_patterns, own)
        elif isinstance(one, URLPattern):
            yield own
