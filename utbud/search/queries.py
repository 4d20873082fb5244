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

from utbud.base.plain_language import WORD, zipf
from utbud.places.models import Place

EDITS = 2  # letters that may be wrong in a word
QUERY_MAX = 200  # characters of a question that are read
NAME_WORDS = 4  # words of a question that may be one name: «två stegs verifiering»
KNOWN = 2.5  # Zipf frequency from which a word is real Swedish, and not a slip
FILLER = 5.7  # and from which it says nothing about what is sought: «hur», «får», «jag»
# Who asks about these wants to meet or call us, which stands on /hjalp/ and in no page.
HELP = re.compile(
    r"\b(hjalpa?|oppet|oppettid(er)?|oppnar|stanger|stangt|meroppet|bibliotek(et)?|adress(en)?|telefon(nummer)?"
    r"|nummer|ringa?|drop[- ]?in|boka|besoka|personal(en)?|skriva? ut|utskrift(er)?|skrivare|kopiera|skanna|bokbuss(en)?)\b"
)
# And who asks for a kind of thing wants the page that lists them all, which is called something else, or in the plural.
LISTS = {
    "kurser": re.compile(r"\b(kurs(en|er|erna)?|anmal(a|an|ning)|studiecirkel|lektion(er)?)\b"),
    "filmer": re.compile(r"\b(film(en|er|erna)?|video(r|klipp)?)\b"),
    "guider": re.compile(r"\b(guid(e|en|er|erna)|instruktion(er)?|steg for steg)\b"),
    "podd": re.compile(r"\b(podd(en|ar|cast|avsnitt)?|podcast)\b"),
    "sprak": re.compile(r"\b(sprak(et)?|languages?|english|engelska|arabiska)\b"),
    "hjalp-nagon-annan": re.compile(
        r"\b(anhorig(a|er)?|senior(er)?|aldre|(hjalpa )?(mamma|pappa|mormor|morfar|farmor|farfar))\b"
    ),
}
DOTS = str.maketrans("åäöé", "aaoe")
_lock = threading.Lock()


@dataclass(frozen=True)
class Results:
    """What was found, best first.

    ``corrected`` is the question as it was understood, "" if as asked. ``help`` is whether it asks for us:
    when we are open, where we are, how to call.
    """

    pages: Any  # a sliceable, countable result
    corrected: str
    help: bool = False


@dataclass(frozen=True)
class Understood:
    """A question with known misspellings and wrong letters put right, and the pages it calls by name."""

    text: str
    named: tuple[int, ...] = ()  # page ids, in the order of the question


def find(question: str) -> Results:
    """Published pages that answer ``question`` (only its first 200 characters count)."""
    asked = normal(question[:QUERY_MAX])
    if not asked:
        return Results([], "")
    words = vocabulary()
    first = words.understand(asked)
    understood, found = first, _matches(first)
    for other in (Understood(asked), words.kin(asked)):
        if not found and other.text != understood.text:
            understood, found = other, _matches(other)
    corrected = understood.text if found and understood.text != asked else ""
    if not first.named:
        lists = _lists(asked)
        found = [*lists, *(page for page in found if page not in lists)]
    return Results(found, corrected, not first.named and _asks_for_us(asked))


def find_among(question: str, pages: Any) -> list[Page]:
    """Which of ``pages`` (a queryset; drafts too) answer ``question``, read as readers' questions are: specific, best first."""
    asked = normal(question[:QUERY_MAX])
    if not asked:
        return []
    words = vocabulary()
    titled = list(pages.filter(draft_title__icontains=question.strip()).order_by("draft_title")[:100])
    for understood in (words.understand(asked), Understood(asked), words.kin(asked)):
        found = _matches(understood, pages)
        if found or titled:
            known = {page.pk for page in found}
            return [*found, *(page.specific for page in titled if page.pk not in known)]
    return []


WORD_OR_NUMBER = re.compile(rf"{WORD.pattern}|\d+")


def _matches(understood: Understood, pages: Any = None) -> list[Page]:
    """Pages that are called by name, then those holding all words that say something, else any of them.

    Of ``pages``, or of what is published.
    """
    live = Page.objects.live().public().filter(depth__gt=1) if pages is None else pages
    words = understood.text.split()
    text = " ".join([word for word in words if zipf(word) < FILLER] or words)
    found = list(live.search(text, operator="and")[:100]) or list(live.search(text, operator="or")[:100])
    # A page that is called by its name comes first, whatever the engine thinks.
    order = list(dict.fromkeys([*understood.named, *(page.pk for page in found)]))
    there = {page.pk: page for page in live.filter(pk__in=order).specific()}
    return [there[key] for key in order if key in there]


def _lists(asked: str) -> list[Page]:
    """The pages that list what ``asked`` names by its kind."""
    plain = asked.translate(DOTS)
    slugs = [slug for slug, said in LISTS.items() if said.search(plain)]
    found = Page.objects.live().public().filter(depth=3, slug__in=slugs).specific() if slugs else ()
    return sorted(found, key=lambda page: slugs.index(page.slug))


def _asks_for_us(asked: str) -> bool:
    """Whether a question is about where we are, when we are open or how to reach us. Dots over letters do not matter."""
    if HELP.search(asked.translate(DOTS)):
        return True
    words = set(asked.split())
    names = Place.objects.values_list("name", flat=True)
    return any(zipf(word) < FILLER and word in words for name in names for word in normal(name).split())


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
        self.spell_names = SymSpell(max_dictionary_edit_distance=EDITS, prefix_length=7)
        for name in self.names:
            self.spell_names.create_dictionary_entry(name, 1)

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

    def understand(self, asked: str) -> Understood:
        """``asked`` word by word, the longest name first: «hur skaffar jag bank id» calls BankID."""
        words, text, named = asked.split(), [], []
        while words:
            name, taken = self._name(words)
            text.append(self.proper.get(name, name) if name else self._word(words[0]))
            named += sorted(self.names.get(name, ()))
            words = words[taken:]
        return Understood(" ".join(text), tuple(named))

    def kin(self, asked: str) -> Understood:
        """``asked`` with words that nobody uses here put in a form that is used: «surfa», «bifoga», «ljudbok»."""
        return self.understand(" ".join(map(self._kin, asked.split())))

    def _kin(self, word: str) -> str:
        if word in self.words or len(word) < 5:
            return word
        stem = word[: max(4, len(word) - 2)]
        kin = [other for other in self.words if other.startswith(stem)]
        return max(kin, key=lambda other: self.words[other], default=word)

    def _name(self, words: list[str]) -> tuple[str, int]:
        """The name that ``words`` begin with, also when a few letters of it are wrong; and its words."""
        for count in range(min(NAME_WORDS, len(words)), 0, -1):
            name = " ".join(words[:count])
            if name in self.names:
                return name, count
            if all(self._is_word(word) for word in words[:count]):
                continue  # real words, which mean what they say
            if near := _near(self.spell_names, name):
                return near, count
        return "", 1

    def _word(self, word: str) -> str:
        return word if self._is_word(word) else _near(self.spell, word) or word

    def _is_word(self, word: str) -> bool:
        return word in self.words or word.isdecimal() or zipf(word) >= KNOWN


def _near(spell: SymSpell, text: str) -> str:
    """What ``spell`` knows that is nearest to ``text``, "" if nothing is near enough. Short words must be nearer."""
    if len(text) < 3:
        return ""
    edits = 1 if len(text) < 5 else EDITS
    return next((near.term for near in spell.lookup(text, Verbosity.TOP, max_edit_distance=edits)), "")


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
