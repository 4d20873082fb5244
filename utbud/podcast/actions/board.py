"""Begin an episode, and say who does what by when."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Page

from utbud.people.models import User
from utbud.podcast.models import EpisodePage, ProductionStep, ShowPage, Step


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to hold of a step."""

    step: str
    who: User | None = None
    due_on: dt.date | None = None
    done: bool = False
    note: str = ""


@transaction.atomic
def new_episode(*, show: ShowPage, title: str, one_sentence: str, by: User, now: dt.datetime) -> EpisodePage:
    """A draft with an idea, the first step of its way."""
    Page.objects.select_for_update().get(pk=show.pk)  # two at once must not take the same number or address
    numbers = EpisodePage.objects.child_of(show).exclude(number=None).values_list("number", flat=True)
    episode = EpisodePage(
        title=title,
        slug=free_slug(show, title),
        one_sentence=one_sentence,
        number=max(numbers, default=0) + 1,
        live=False,
        owner=by,
        responsible=by,
    )
    show.add_child(instance=episode)
    episode.save_revision(user=by)
    ProductionStep.objects.create(episode=episode, step=Step.IDEA, who=by, done_at=now, done_by=by)
    return episode


def free_slug(show: ShowPage, title: str) -> str:
    """An address under ``show`` that is not taken: «hur-vet-jag», then «hur-vet-jag-2»."""
    wanted = slugify(title)[:80].strip("-") or "avsnitt"
    taken = set(show.get_children().filter(slug__startswith=wanted).values_list("slug", flat=True))
    taken |= EpisodePage.RESERVED_SLUGS
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug


@transaction.atomic
def plan(*, episode: EpisodePage, plans: Iterable[Plan], by: User, now: dt.datetime) -> None:
    """Let the steps of ``episode`` be as ``plans`` say. Who marked a step as done, and when, stays until it is unmarked."""
    Page.objects.select_for_update().get(pk=episode.pk)
    before = {row.step: row for row in episode.production.all()}
    for wanted in plans:
        row = before.get(wanted.step) or ProductionStep(episode=episode, step=wanted.step)
        row.who, row.due_on, row.note = wanted.who, wanted.due_on, wanted.note
        if wanted.done and row.done_at is None:
            row.done_at, row.done_by = now, by
        elif not wanted.done:
            row.done_at = row.done_by = None
        row.save()
