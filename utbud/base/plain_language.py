"""Plain language: LIX with its bands, and words that are long or rare.

LIX (läsbarhetsindex, C. H. Björnsson 1968) = words / sentences + 100 × long words / words, where a
long word has more than 6 letters. It warns; it never certifies.
"""

import re
from dataclasses import dataclass
from functools import cache

WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
SENTENCE_END = re.compile(r"[.!?:]+(?=[\s\"”»)]|$)|\n+")
LONG_LETTERS = 6
WARN_OVER = 40.0
EASY_AT_MOST = 30.0
RARE_BELOW = 2.6  # Zipf frequency: about 4 in ten million words of Swedish
BANDS = (
    (30.0, "mycket lätt"),
    (40.0, "lätt"),
    (50.0, "medelsvår"),
    (60.0, "svår"),
    (float("inf"), "mycket svår"),
)


@dataclass(frozen=True)
class Readability:
    """What was counted in a text, and the LIX that follows."""

    words: int
    sentences: int
    long_words: int

    @property
    def lix(self) -> float:
        """LIX without rounding; 0.0 for an empty text."""
        if not self.words:
            return 0.0
        return self.words / max(1, self.sentences) + 100 * self.long_words / self.words

    @property
    def band(self) -> str:
        """The band in Swedish, «mycket lätt» to «mycket svår»."""
        return next(name for limit, name in BANDS if self.lix < limit)


def words_of(text: str) -> list[str]:
    """The words of ``text`` in order; a hyphenated word is one."""
    return WORD.findall(text)


def readability(text: str) -> Readability:
    """Counts for ``text``, plain text where a line break also ends a sentence."""
    words = words_of(text)
    sentences = sum(1 for part in SENTENCE_END.split(text) if WORD.search(part))
    return Readability(len(words), sentences, sum(letters(word) > LONG_LETTERS for word in words))


def letters(word: str) -> int:
    """The number of letters in ``word``, hyphens and apostrophes not counted."""
    return sum(character.isalpha() for character in word)


def long_words(text: str, *, longer_than: int = 14) -> list[str]:
    """Words of more than ``longer_than`` letters, once each, in order of appearance."""
    return unique(word for word in words_of(text) if letters(word) > longer_than)


def rare_words(text: str, *, known: frozenset[str] = frozenset()) -> list[str]:
    """Words seldom seen in Swedish (wordfreq's Zipf frequency), once each; ``known`` (lower case) passes.

    Names (a capital inside a sentence) pass. A compound passes when both its halves are common,
    since Swedish readers take those apart themselves.
    """
    rare = []
    for match in WORD.finditer(text):
        word = match.group()
        inside = match.start() > 0 and text[: match.start()].rstrip()[-1:] not in (".", "!", "?", ":", "")
        if letters(word) <= 4 or (word[0].isupper() and inside) or word.lower() in known:
            continue
        if zipf(word.lower()) < RARE_BELOW and not common_compound(word.lower()):
            rare.append(word)
    return unique(rare)


@cache
def zipf(word: str) -> float:
    """Zipf frequency of a Swedish word: 0 (never seen) to 8; 3 is once a million words."""
    from wordfreq import zipf_frequency  # late: its list takes a moment to load  # noqa: PLC0415, RUF100

    return float(zipf_frequency(word, "sv"))


def common_compound(word: str) -> bool:
    """Whether ``word`` is two common words put together (with or without s between)."""
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        if zipf(tail) >= 3.2 and (zipf(head) >= 3.2 or (head.endswith("s") and zipf(head[:-1]) >= 3.2)):
            return True
    return False


def unique(words) -> list[str]:  # type: ignore[no-untyped-def]
    """``words`` without repeats (case folded), the first spelling kept."""
    seen: dict[str, str] = {}
    for word in words:
        seen.setdefault(word.casefold(), word)
    return list(seen.values())
