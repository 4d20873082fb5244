"""The way of an episode from idea to feed: what is done, who does the next, and by when. Pure reading."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base import dates
from utbud.people.models import User
from utbud.podcast.models import EpisodePage, ProductionStep, Step
from utbud.publishing.queries import Stage, stages

APPROVED, OUT = gettext_lazy("Godkänt"), gettext_lazy("Publicerat")
DONE_STAGES = {Stage.APPROVED, Stage.PUBLISHED, Stage.WITHDRAWN}
SOON = dt.timedelta(days=7)  # a step is on «Idag» from a week before it should be done
SHOWN_OUT = 5  # episodes that are out, kept on the board for a while


@dataclass(frozen=True)
class Cell:
    """A step of an episode as the board shows it."""

    name: str
    done: bool
    who: str = ""
    when: str = ""  # «senast 3 december», or when it was done
    late: bool = False
    note: str = ""
    by_itself: bool = False  # follows the publisher's decision; nobody plans it

    @property
    def says(self) -> str:
        """All of it on one line: «Klart», «Anna, senast 3 december»."""
        if self.done:
            return ", ".join(filter(None, [_("Klart"), self.when]))
        if self.by_itself:
            return _("Inte än")
        return ", ".join(filter(None, [self.who, self.when])) or _("Inte planerat")


@dataclass(frozen=True)
class Row:
    """An episode on the board."""

    episode: EpisodePage
    title: str
    stage: Stage
    cells: Sequence[Cell]

    @property
    def next(self) -> Cell | None:
        """The first step that is not done."""
        return next((cell for cell in self.cells if not cell.done), None)


def in_the_making() -> QuerySet[EpisodePage]:
    """Episodes that have never been out, oldest first, with what the board shows."""
    found = EpisodePage.objects.filter(first_published_at=None).order_by("path")
    return _with_steps(found)


def lately_out() -> QuerySet[EpisodePage]:
    """The episodes that came out last."""
    return _with_steps(EpisodePage.objects.live().order_by("-first_published_at"))


def _with_steps(episodes: QuerySet[EpisodePage]) -> QuerySet[EpisodePage]:
    return episodes.select_related("latest_revision").prefetch_related(
        "production__who", "production__done_by"
    )


def board(episodes: Iterable[EpisodePage], *, today: dt.date) -> list[Row]:
    """The rows of the board for ``episodes`` (of ``in_the_making`` or ``lately_out``). One query more than theirs."""
    episodes = list(episodes)
    standing = stages(episodes)
    return [_row(episode, standing[episode.pk], today) for episode in episodes]


def evident(content: dict[str, Any]) -> frozenset[str]:
    """The steps that a draft itself shows to be done: it has its sound, and its text version."""
    found = set()
    if content.get("asset"):
        found.add(Step.RECORDED.value)
    if content.get("captions"):
        found.add(Step.TEXT.value)
    return frozenset(found)


def _row(episode: EpisodePage, stage: Stage, today: dt.date) -> Row:
    content = episode.latest_revision.content if episode.latest_revision else {}
    shown, planned = evident(content), {row.step: row for row in episode.production.all()}
    out = episode.first_published_at is not None
    cells = [_cell(step, planned.get(step.value), step.value in shown or out, today) for step in Step]
    cells.append(Cell(str(APPROVED), stage in DONE_STAGES or out, by_itself=True))
    when = dates.date_words(dates.local(episode.first_published_at).date(), weekday=False) if out else ""
    cells.append(Cell(str(OUT), out, when=when, by_itself=True))
    return Row(episode, str(content.get("title") or episode.title), stage, cells)


def _cell(step: Step, row: ProductionStep | None, shown: bool, today: dt.date) -> Cell:
    name, done = str(step.label), shown or bool(row and row.done_at)
    if row is None:
        return Cell(name, done)
    if done:
        when = dates.date_words(dates.local(row.done_at).date(), weekday=False) if row.done_at else ""
        return Cell(name, True, who=str(row.done_by or ""), when=when, note=row.note)
    due = row.due_on
    when = _("senast %(day)s") % {"day": dates.date_words(due, weekday=False)} if due else ""
    late = due is not None and due < today
    return Cell(name, False, who=str(row.who or ""), when=when, late=late, note=row.note)


def of_user(user: User, today: dt.date) -> list[ProductionStep]:
    """The steps that ``user`` has to do within a week, those first that should be done first.

    What the draft itself shows to be done is left out.
    """
    rows = (
        ProductionStep.objects.filter(
            who=user, done_at=None, due_on__lte=today + SOON, episode__first_published_at=None
        )
        .select_related("episode__latest_revision")
        .order_by("due_on", "pk")
    )
    return [
        row
        for row in rows
        if row.step not in evident(row.episode.latest_revision.content if row.episode.latest_revision else {})
    ]
