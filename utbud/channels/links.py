"""The addresses in a text, as services make links of them: one rule for what is counted and what is linked."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

# From the scheme, in any case, over a host that has a dot, to what no address holds. What stands at its end is looked at after.
FOUND = regex.compile(
    r"(?<![\p{L}\p{N}])https?://[\p{L}\p{N}._-]+\.\p{L}{2,}(?::\d+)?(?:[/?#][^\s<>«»“”\"]*)?",
    regex.IGNORECASE,
)
AFTER = ".,;:!?'’*_…"  # the sentence's, not the address's, when it stands last
BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Link:
    """Where an address stands in a text, and what it leads to."""

    start: int
    end: int
    url: str


def links(text: str) -> Iterator[Link]:
    """Each address in ``text`` that begins with http:// or https://, in order."""
    for match in FOUND.finditer(text):
        address = _without_the_sentence(match.group())
        scheme, rest = address.split("://", 1)
        yield Link(match.start(), match.start() + len(address), f"{scheme.lower()}://{rest}")


def _without_the_sentence(address: str) -> str:
    """``address`` without what ends the sentence around it. A bracket that it opened itself is its own."""
    while address:
        last = address[-1]
        opened = BRACKETS.get(last)
        if last not in AFTER and (opened is None or address.count(opened) >= address.count(last)):
            break
        address = address[:-1]
    return address
