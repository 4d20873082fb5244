"""The one door to search: it forgives spelling, and knows the everyday names of things."""

import re
import threading
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max
from symspellpy import SymSpell, Verbosity
from wagtail.models import Page

from utbud.base.plain_language import WORD

EDITS = 2  # letters that may be wrong in a word
QUERY_MAX = 200  # characters of a question that are read
_lock = threading.Lock()


@dataclass(frozen=True)
class Results:
    """What was found, best first. ``corrected`` is the question as it was understood, "" if as asked."""

    pages: Any  # a sliceable, countable result
    corrected: str


def find(question: str) -> Results:
    """Published pages that answer ``question`` (only its first 200 characters count)."""
    asked = " ".join(WORD_OR_NUMBER.findall(question[:QUERY_MAX].lower()))
    if not asked:
        return Results([], "")
    speller = vocabulary()
    understood = speller.understand(asked)
    found = _matches(understood)
    if not len(found) and understood != asked:
        understood, found = asked, _matches(asked)
    return Results(found, understood if understood != asked else "")


WORD_OR_NUMBER = re.compile(rf"{WORD.pattern}|\d+")


def _matches(text: str) -> list[Page]:
    """Pages holding all words of ``text``, else any of them, in the engine's order of relevance."""
    live = Page.objects.live().public().filter(depth__gt=1)
    exact = vocabulary().pages_called(text)
    found = list(live.search(text, operator="and")[:100]) or list(live.search(text, operator="or")[:100])
    # A page that is called just what was asked for comes first, whatever the engine thinks.
    order = list(dict.fromkeys([*sorted(exact), *(page.pk for page in found)]))
    pages = {page.pk: page for page in live.filter(pk__in=order).specific()}
    return [pages[key] for key in order if key in pages]


class Vocabulary:
    """All words of what is published, the names of its pages, and how to read a misspelled question."""

    def __init__(self) -> None:
        self.names: dict[str, set[int]] = {}  # how a page is called, also misspelled -> page ids
        self.proper: dict[str, str] = {}  # a misspelling -> the page's own name
        counts: Counter[str] = Counter()
        for page in Page.objects.live().public().filter(depth__gt=1).specific():
            self._add(page, counts)
        self.spell = SymSpell(max_dictionary_edit_distance=EDITS, prefix_length=7)
        for word, count in counts.items():
            self.spell.create_dictionary_entry(word, count)
        self.words = counts

    def _add(self, page: Page, counts: Counter[str]) -> None:
        title = normal(page.title)
        self.names.setdefault(title, set()).add(page.pk)
        for form in getattr(page, "forms", "").splitlines():
            self.names.setdefault(normal(form), set()).add(page.pk)
            counts.update(normal(form).split())
        for wrong in getattr(page, "misspellings", "").splitlines():
            self.names.setdefault(normal(wrong), set()).add(page.pk)
            self.proper.setdefault(normal(wrong), title)
        for field in page.get_search_fields():
            if type(field).__name__ == "SearchField" and field.field_name != "misspellings":
                counts.update(word.lower() for word in WORD.findall(str(field.get_value(page) or "")))
        for word in title.split():
            counts[word] += 50  # what a page is called weighs more than what it mentions

    def pages_called(self, text: str) -> set[int]:
        """Ids of pages whose name, form or known misspelling is ``text``."""
        return self.names.get(normal(text), set())

    def understand(self, text: str) -> str:
        """``text`` with known misspellings and wrong letters put right; as it is where nothing is near."""
        if text in self.names:
            return self.proper.get(text, text)
        return " ".join(self._word(word) for word in text.split())

    def _word(self, word: str) -> str:
        if word in self.proper:
            return self.proper[word]
        if word in self.words or word.isdecimal() or len(word) < 3:
            return word
        edits = 1 if len(word) < 5 else EDITS
        near = self.spell.lookup(word, Verbosity.TOP, max_edit_distance=edits)
        return near[0].term if near else word


def normal(text: str) -> str:
    """How a name is compared: lower case, words and numbers only."""
    return " ".join(WORD_OR_NUMBER.findall(text.lower()))


def vocabulary() -> Vocabulary:
    """The vocabulary of what is published now. Built again only after something was published or withdrawn."""
    state = Page.objects.live().aggregate(n=Count("id"), last=Max("last_published_at"), top=Max("id"))
    with _lock:
        return _vocabulary((state["n"], state["last"], state["top"]))


@lru_cache(maxsize=1)
def _vocabulary(_state: tuple[Any, ...]) -> Vocabulary:
    return Vocabulary()


def warm() -> None:
    """Build the vocabulary before the first question comes."""
    vocabulary()
