"""What learning has for the channels to tell: the words."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from utbud.base import dates
from utbud.channels.post import Post
from utbud.channels.sources import Mark, Source
from utbud.learning import queries
from utbud.learning.models import Topic, WordPage
from utbud.learning.models.weeks import PUBLISH_AT
from utbud.learning.models.words import KIND
from utbud.publishing.models import item_key
from utbud.publishing.posts import drawing_alone, posts_of


def recent(now: dt.datetime, limit: int, topic: str) -> list[tuple[dt.datetime, Post]]:
    """The latest words, newest first, with when each first went out. Eight queries, however many they are."""
    words = list(_whole(queries.latest_words(topic))[:limit])
    return [(word.first_published_at, post) for word, post in zip(words, _posts(words), strict=True)]


def current(now: dt.datetime) -> Post | None:
    """The word of the week, None when there is none."""
    week = queries.week_of_word()
    return _posts(_whole(WordPage.objects.filter(pk=week.word_id)))[0] if week else None


def topics() -> list[tuple[str, str]]:
    """Slug and name of the topics that have a word out."""
    return list(Topic.objects.filter(wordpages__live=True).distinct().values_list("slug", "title"))


def next_word(now: dt.datetime) -> dt.datetime:
    """When the next word of the week goes out (aware, UTC): a Monday at 08:00 in Stockholm."""
    today = dates.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    this_weeks = dates.at_stockholm(monday, PUBLISH_AT)
    return this_weeks if now < this_weeks else dates.at_stockholm(monday + dt.timedelta(weeks=1), PUBLISH_AT)


def marks(items: Iterable[str]) -> dict[str, Mark]:
    """The ids of words, which stay when a word moves, and when each last was published. One query."""
    pks = [int(item.partition(":")[2]) for item in items]
    rows = WordPage.objects.filter(pk__in=pks, last_published_at__isnull=False)
    return {
        item_key(pk): Mark(f"urn:uuid:{key}", last)
        for pk, key, last in rows.values_list("pk", "translation_key", "last_published_at")
    }


def _whole(words: QuerySet[WordPage]) -> QuerySet[WordPage]:
    """``words`` with all that a Post is made of."""
    return words.select_related("drawing", "recording").prefetch_related("topics", "serves", "related")


def _posts(words: Iterable[WordPage]) -> list[Post]:
    words = list(words)
    return [
        dataclasses.replace(post, media=(*post.media, *drawing_alone(word.drawing, word.drawing_alt)))
        for word, post in zip(words, posts_of(words), strict=True)
    ]


WORDS = Source(
    slug="ord",
    label=KIND,
    recent=recent,
    current=current,
    topics=topics,
    about=_("Ett digitalt ord i veckan, förklarat så att alla förstår."),
    changes_at=next_word,
    marks=marks,
)
