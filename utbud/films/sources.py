"""What films have for the channels to tell: feeds and the press page."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from utbud.channels.post import Post
from utbud.channels.sources import Mark, Source
from utbud.films import queries
from utbud.films.models import KIND, FilmPage
from utbud.publishing.models import item_key
from utbud.publishing.posts import posts_of


def recent(now: dt.datetime, limit: int, topic: str) -> list[tuple[dt.datetime, Post]]:
    """The latest films, newest first, with when each first went out. Constant queries, however many they are."""
    rows = queries.live_films().filter(first_published_at__isnull=False).select_related("recording")
    if topic:
        rows = rows.filter(topics__slug=topic)
    films = list(rows.prefetch_related("topics", "serves")[:limit])
    return [(film.first_published_at, post) for film, post in zip(films, posts_of(films), strict=True)]


def current(now: dt.datetime) -> Post | None:
    """No film is the one to tell today."""
    return None


def topics() -> list[tuple[str, str]]:
    """Slug and name of the topics that have a film out."""
    return list(queries.film_topics().values_list("slug", "title"))


def marks(items: Iterable[str]) -> dict[str, Mark]:
    """The ids of films, which stay when one moves, and when each last was published. One query."""
    pks = [int(item.partition(":")[2]) for item in items]
    rows = FilmPage.objects.filter(pk__in=pks, last_published_at__isnull=False)
    return {
        item_key(pk): Mark(f"urn:uuid:{key}", last)
        for pk, key, last in rows.values_list("pk", "translation_key", "last_published_at")
        if last
    }


FILMS = Source(
    slug="filmer",
    label=KIND,
    recent=recent,
    current=current,
    topics=topics,
    about=_("Korta filmer som visar hur man gör."),
    marks=marks,
)
