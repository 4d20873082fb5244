"""Words of a page that are not Swedish, as a reader of Swedish would see it: what it shows and what it says to a screen reader.

A word is English when it is common in English and not in Swedish (wordfreq, which the editor's own advice uses), and unknown
when Swedish has neither it nor what it is put together of. Straight quotes round words are no Swedish of this house either.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from wordfreq import zipf_frequency

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
COMMON, MORE_ENGLISH, PART = 3.0, 1.3, 2.5  # Zipf frequencies: 3 is once in a million words
UNREAD = {"script", "style", "code", "svg", "pre", "kbd"}
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SAID = ("title", "aria-label", "placeholder", "alt", "data-w-tooltip-content-value")
ADDRESS = re.compile(r"\S*[_@/]\S*|\b\S+\.\S+")  # an address, a file, a name in a program
# What the services that we write about call things on their own pages.
THEIRS = re.compile(
    r"page access token|user token generator|refresh token|under Account\b|OAuth 2\.0 Playground|Meta Business"
)
# Names, and keys of the keyboard.
NAMES = """
    AVIF BankID Bluesky DigComp DigidelCenter Enter Facebook Home IMY Instagram OAuth Shift Threads YouTube XLSX
"""
# Swedish that the list of Swedish words does not have, and that is put together of nothing it knows.
TRADE = """
    avbockad avbockade drop-in genomstruken gillanden huvudplats integritetsskyddsmyndigheten kursomgång maximum
    nätsladden omdirigering omdirigeringar osparade redaktor sidopanelens tillbakatagen webbapp
"""
BEFORE = {"av", "an", "be", "in", "ny", "om", "på", "ut"}  # of two letters, before another word
KNOWN = {word.lower() for word in (NAMES + TRADE).split()}
# Swedish, and yet no words of this house: utbud/locale has better.
NEVER = re.compile(r"\b(?:sajt|snutt|tillträda|addera|utforska)\w*|\bLedsen\b|\bNy: ", re.IGNORECASE)

# Quotes round words, which the house writes «…»; not an attribute's, nor an apostrophe.
STRAIGHT = re.compile(r"""(?<![=\w])(?:'[^'<>=]+'|"[^"<>=]+")(?!\w)""")


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        hidden = (
            tag in UNREAD
            or given.get("translate") == "no"
            or not given.get("lang", "sv").startswith("sv")
            or (bool(self.open) and self.open[-1][1])
        )
        if not hidden:
            self.texts += [given[name] for name in SAID if name in given]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.texts.append(given.get("value", ""))
        if tag not in EMPTY:
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == tag:
                del self.open[at:]
                break

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.texts.append(data)


def texts(said: str) -> Iterator[str]:
    """What a page says, piece by piece. Of JSON that carries HTML, that."""
    if said.startswith("{"):
        said = "".join(
            value for value in json.loads(said).values() if isinstance(value, str) and "<" in value
        )
    reader = _Read()
    reader.feed(said)
    yield from filter(None, (" ".join(text.split()) for text in reader.texts))


@cache
def is_foreign(word: str) -> bool:
    """Whether ``word`` (lower case) is English, or no Swedish at all."""
    if len(word) < 3 or word in KNOWN:
        return False
    swedish, english = zipf_frequency(word, "sv"), zipf_frequency(word, "en")
    if english > COMMON and english - swedish > MORE_ENGLISH:
        return True
    return swedish == 0 and not _put_together(word)


def _put_together(word: str) -> bool:
    """«sidorättigheter»: two words that Swedish has, perhaps with an s between."""
    parts = word.split("-")
    if len(parts) > 1:
        return all(len(part) < 3 or not is_foreign(part) for part in parts)
    for at in range(2, len(word) - 2):
        first, last = word[:at], word[at:]
        if at == 2 and first not in BEFORE:
            continue
        if zipf_frequency(last, "sv") > PART and any(
            zipf_frequency(one, "sv") > PART
            for one in (first, first.removesuffix("s"), first + "e", first + "a")
        ):
            return True
    return False


@cache
def in_text(text: str) -> tuple[str, ...]:
    """«word: where it stands», for each word of ``text`` that is not Swedish."""
    words = [word for word in WORD.findall(ADDRESS.sub("", THEIRS.sub("", text))) if is_foreign(word.lower())]
    words += [hit[0] for pattern in (NEVER, STRAIGHT) for hit in pattern.finditer(text)]
    return tuple(f"{word}: {text[:80]}" for word in words)


def foreign(said: str) -> list[str]:
    """The same for a whole page, as it was answered."""
    return [found for text in texts(said) for found in in_text(text)]
