"""What courses have for the channels to tell: feeds and the press page, with the dates that are left."""

import dataclasses
import datetime as dt
import mimetypes
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from utbud.channels.post import Media, Post
from utbud.channels.sources import Mark, Source
from utbud.courses.models import CoursePage
from utbud.courses.queries.soon import with_dates
from utbud.learning.models import Topic
from utbud.publishing.models import item_key
from utbud.publishing.posts import posts_of


def recent(now: dt.datetime, limit: int, topic: str) -> list[tuple[dt.datetime, Post]]:
    """The latest courses, newest first, with when each first went out. Constant queries, however many they are."""
    rows = CoursePage.objects.live().filter(first_published_at__isnull=False)
    if topic:
        rows = rows.filter(topics__slug=topic)
    rows = rows.order_by("-first_published_at", "-pk").select_related("drawing", "recording")
    courses = with_dates(rows.prefetch_related("topics", "serves")[:limit], now)
    posts = posts_of(courses)
    return [
        (course.first_published_at, dataclasses.replace(post, media=(*post.media, *_drawing(course))))
        for course, post in zip(courses, posts, strict=True)
    ]


def current(now: dt.datetime) -> Post | None:
    """No course is the one to tell today: screens and the phone line have ways of their own (slides, offers)."""
    return None


def topics() -> list[tuple[str, str]]:
    """Slug and name of the topics that have a course out."""
    return list(Topic.objects.filter(courses__live=True).distinct().values_list("slug", "title"))


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


def _drawing(course: CoursePage) -> tuple[Media, ...]:
    """The picture alone, last among the files: newspapers want it without words in it."""
    if course.drawing is None:
        return ()
    name = str(course.drawing.file.name)
    return (
        Media(
            name=f"teckning.{name.rsplit('.', 1)[-1]}",
            url=f"{settings.BASE_URL}{settings.MEDIA_URL}{name}",
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            alt=course.drawing_alt,
            stored=name,
            bytes=course.drawing.file_size or 0,
        ),
    )


COURSES = Source(
    slug="kurser",
    label=_("Kurser"),
    recent=recent,
    current=current,
    topics=topics,
    about=_("Kurser och digital hjälp, med nästa tider."),
    marks=marks,
)
