"""What guides have for the channels to tell: feeds and the press page."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from utbud.channels.post import Post
from utbud.channels.sources import Mark, Source
from utbud.guides import queries
from utbud.guides.models import GuidePage
from utbud.publishing.models import item_key
from utbud.publishing.posts import drawing_alone, posts_of


def recent(now: dt.datetime, limit: int, topic: str) -> list[tuple[dt.datetime, Post]]:
    """The latest guides, newest first, with when each first went out."""
    rows = queries.live_guides().filter(first_published_at__isnull=False)
    if topic:
        rows = rows.filter(topics__slug=topic)
    rows = rows.order_by("-first_published_at", "-pk").select_related("recording")
    guides = queries.with_pictures(rows.prefetch_related("topics", "serves")[:limit])
    return [
        (
            guide.first_published_at,
            dataclasses.replace(post, media=(*post.media, *drawing_alone(guide.drawing, guide.drawing_alt))),
        )
        for guide, post in zip(guides, posts_of(guides), strict=True)
    ]


def current(now: dt.datetime) -> Post | None:
    """No guide is the one to tell today: the phone line has a way of its own (readings)."""
    return None


def topics() -> list[tuple[str, str]]:
    """Slug and name of the topics that have a guide out."""
    return list(queries.guide_topics().values_list("slug", "title"))


def marks(items: Iterable[str]) -> dict[str, Mark]:
    """The ids of guides, which stay when one moves, and when each last was published. One query."""
    pks = [int(item.partition(":")[2]) for item in items]
    rows = GuidePage.objects.filter(pk__in=pks, last_published_at__isnull=False)
    return {
        item_key(pk): Mark(f"urn:uuid:{key}", last)
        for pk, key, last in rows.values_list("pk", "translation_key", "last_published_at")
    }


GUIDES = Source(
    slug="guider",
    label=_("Guider"),
    recent=recent,
    current=current,
    topics=topics,
    about=_("Guider som tar ett steg i taget."),
    marks=marks,
)
