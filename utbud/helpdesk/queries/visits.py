"""What the desk asks about visits, and what goes on there now."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch

from utbud.base import dates
from utbud.helpdesk.models import GOING_ON, Choice, Given, Question, Visit
from utbud.places.models import Place
from utbud.search import queries as search

LENGTHS = (5, 10, 15, 30, 45, 60)  # minutes, a press each
MATERIAL = 6  # things to show for an errand; more is no help while somebody waits


@dataclass(frozen=True)
class Asked:
    """The questions that are asked now, each with the answers that are shown."""

    what: Question | None
    more: list[Question]
    end: list[Question]

    @property
    def all(self) -> list[Question]:
        """In the order they are asked."""
        return [*([self.what] if self.what else []), *self.more, *self.end]

    @property
    def kinds(self) -> list[Choice]:
        """What an errand can be."""
        return list(self.what.choices.all()) if self.what else []


def asked() -> Asked:
    """What is asked now. Two queries."""
    shown = Prefetch("choices", Choice.objects.filter(active=True).order_by("sort_order", "pk"))
    rows = list(Question.objects.filter(active=True).prefetch_related(shown))
    by_part = {part: [row for row in rows if row.part == part] for part in Question.Part.values}
    first = by_part[Question.Part.WHAT]
    return Asked(first[0] if first else None, by_part[Question.Part.MORE], by_part[Question.Part.END])


@dataclass(frozen=True)
class Going:
    """A visit that goes on, as the page shows it."""

    visit: Visit
    seconds: int
    words: str  # «Inloggning och lösenord, E-böcker»

    @property
    def minutes(self) -> int:
        """Whole minutes so far."""
        return self.seconds // 60

    @property
    def paused(self) -> bool:
        """Whether the clock stands still."""
        return self.visit.state == Visit.State.PAUSED


def going_on(place: Place | None, now: dt.datetime) -> list[Going]:
    """What goes on at ``place`` today, the oldest first. Two queries."""
    today = dates.local(now).date()
    rows = Visit.objects.going_on().filter(place=place, day=today).order_by("pk")
    return [Going(row, row.lasted(now), words) for row, words in _with_words(rows)]


def left(now: dt.datetime) -> list[Going]:
    """Visits that were left running over a night, the oldest first. Two queries."""
    today = dates.local(now).date()
    rows = (
        Visit.objects.filter(state__in=GOING_ON, day__lt=today).select_related("place").order_by("day", "pk")
    )
    return [Going(row, 0, words) for row, words in _with_words(rows)]


def count_left(now: dt.datetime) -> int:
    """How many they are."""
    return Visit.objects.filter(state__in=GOING_ON, day__lt=dates.local(now).date()).count()


def words_of(visit: Visit) -> str:
    """What a visit was about: «Inloggning och lösenord, 2 Något annat»."""
    return next(words for _visit, words in _with_words([visit]))


def _with_words(rows: Iterable[Visit]) -> Iterator[tuple[Visit, str]]:
    visits = list(rows)
    kinds: dict[int, dict[str, int]] = {visit.pk: {} for visit in visits}
    found = Given.objects.filter(
        errand__visit__in=[visit.pk for visit in visits], choice__question__part=Question.Part.WHAT
    ).order_by("errand__number")
    for pk, text in found.values_list("errand__visit", "choice__text"):
        kinds[pk][text] = kinds[pk].get(text, 0) + 1
    for visit in visits:
        said = [text if count == 1 else f"{count} {text}" for text, count in kinds[visit.pk].items()]
        yield visit, ", ".join(said)


# --- while helping ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Material:
    """Something of ours to show or print while helping."""

    title: str
    kind: str  # «Digitalt ord», «Guide»
    url: str
    prints: str  # the address of its paper, "" for none


def material(choice: Choice) -> list[Material]:
    """The words, guides, films and courses for an errand, best first."""
    if not choice.looks_for:
        return []
    found = []
    for page in search.find(choice.looks_for).pages:
        files = getattr(page, "FILES", ())
        if not files:
            continue  # a list or a page of text: nothing to show one who sits beside
        paper = next((name for name in ("kort.pdf", "utskrift.pdf") if name in files), "")
        url = page.get_url() or ""
        found.append(
            Material(page.title, str(page._meta.verbose_name).capitalize(), url, paper and url + paper)
        )
    return found[:MATERIAL]
