"""What there is to tell. Activities stand above the channels and register themselves when the app starts."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from utbud.base import dates
from utbud.channels.post import Post


def next_midnight(now: dt.datetime) -> dt.datetime:
    """When the day ends in Stockholm (aware, UTC)."""
    return dates.at_stockholm(dates.local(now).date() + dt.timedelta(days=1), dt.time(0))


@dataclass(frozen=True)
class Mark:
    """How feed readers know an item again: an id that never changes, and when what it says last did."""

    id: str  # an IRI: «urn:uuid:…»
    updated: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Source:
    """One kind of thing that is published: words, later films, guides and courses.

    ``recent(now, limit, topic)`` gives what is out, newest first, as (moment of publishing, Post); ``topic`` is
    a topic's slug or "". ``current(now)`` gives the one to tell today («veckans ord»), or None. Both are cheap:
    at most a few queries whatever ``limit`` is, and nothing is made.
    ``changes_at(now)`` is when there may be another one to tell: what a screen without network keeps showing is
    true until then. ``marks`` gives the Mark of each item («page:12») that has one.
    """

    slug: str  # «ord», as in the addresses
    label: Any  # «Veckans digitala ord»
    recent: Callable[[dt.datetime, int, str], list[tuple[dt.datetime, Post]]]
    current: Callable[[dt.datetime], Post | None]
    topics: Callable[[], list[tuple[str, str]]]  # (slug, name) of topics that have something
    about: Any = ""  # one sentence
    changes_at: Callable[[dt.datetime], dt.datetime] = next_midnight
    marks: Callable[[Iterable[str]], dict[str, Mark]] = lambda _items: {}


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known. The same slug again takes its place."""
    _sources[source.slug] = source


def registered() -> list[Source]:
    """All sources, in the order they were registered."""
    return list(_sources.values())


def by_slug(slug: str) -> Source | None:
    """The source with ``slug``."""
    return _sources.get(slug)
