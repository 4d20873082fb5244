"""What courses have for the channels to tell: feeds and the press page, with the dates that are left."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from utbud.channels.post import Post
from utbud.channels.sources import Mark, Source
from utbud.courses.models import CoursePage
from utbud.courses.queries.soon import with_dates
from utbud.learning.models import Topic
from utbud.publishing.models import item_key
from utbud.publishing.posts import drawing_alone, posts_of


def recent(now: dt.datetime, limit: int, topic: str) -> list[tuple[dt.datetime, Post]]:
    """The latest courses, newest first, with when each first went out. Constant queries, however many they are."""
    rows = CoursePage.objects.live().filter(first_published_at__isnull=False)
    if topic:
        rows = rows.filter(topics__slug=topic)
    rows = rows.order_by("-first_published_at", "-pk").select_related("drawing", "recording")
    courses = with_dates(rows.prefetch_related("topics", "serves")[:limit], now)
    posts = posts_of(courses)
    return [
        (
            course.first_published_at,
            dataclasses.replace(
                post, media=(*post.media, *drawing_alone(course.drawing, course.drawing_alt))
            ),
        )
        for course, post in zip(courses, posts, strict=True)
    ]


def current(now: dt.datetime) -> Post | None:
    """No course is the one to tell today: screens and the phone line have ways of their own (slides, offers)."""
    return None


def topics() -> list[tuple[str, str]]:
    """Slug and name of the topics that have a course out."""
    return list(Topic.objects.filter(coursepages__live=True).distinct().values_list("slug", "title"))


def marks(items: Iterable[str]) -> dict[str, Mark]:
    """The ids of courses, which stay when one moves, and when its text or its dates last changed. One query."""
    pks = [int(item.partition(":")[2]) for item in items]
    rows = CoursePage.objects.filter(pk__in=pks, last_published_at__isnull=False).annotate(
        dates_changed=Max("runs__changed_at")
    )
    return {
        item_key(pk): Mark(f"urn:uuid:{key}", max(last, changed or last))
        for pk, key, last, changed in rows.values_list(
            "pk", "translation_key", "last_published_at", "dates_changed"
        )
    }


COURSES = Source(
    slug="kurser",
    label=_("Kurser"),
    recent=recent,
    current=current,
    topics=topics,
    about=_("Kurser och digital hjälp, med nästa tider."),
    marks=marks,
)
