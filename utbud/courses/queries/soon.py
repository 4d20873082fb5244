"""What can still be joined or come to, the soonest first, for those who tell of it elsewhere: few queries, and a limit."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Min, Q

from utbud.courses.models import CoursePage, Occasion, Quota, Run
from utbud.courses.queries.times import Offered, date_lines, lines_of, offered
from utbud.learning.models import Topic
from utbud.places.models import Place

Kind = TypeVar("Kind", Place, Topic)
AHEAD = dt.timedelta(days=400)  # how far a calendar reaches


def chosen(place: str, topic: str) -> tuple[Place | None, Topic | None]:
    """The place and the topic with these slugs, None for "". Raises LookupError for one that is not there."""
    there = _by_slug(Place, place) if place else None
    about = _by_slug(Topic, topic) if topic else None
    return there, about


def _by_slug(model: type[Kind], slug: str) -> Kind:
    found = model._default_manager.filter(slug=slug).first() if re.fullmatch(r"[-\w]+", slug) else None
    if found is None:
        raise LookupError(slug)
    return found


def soon(
    now: dt.datetime,
    *,
    limit: int | None = None,
    place: Place | None = None,
    but: Place | None = None,
    topic: str = "",
) -> list[Offered]:
    """What the public may join or come to from ``now`` on: what has not begun, and drop-in that is not over.

    At ``place``, or anywhere but at ``but``; of a topic (slug). Two queries, however many they are.
    """
    held = Q(occasions__cancelled_at=None)
    left = held & Q(occasions__ends_at__gt=now)
    if place is not None:
        left &= _at(place)
    if but is not None:
        left &= ~_at(but)
    quotas = Quota.objects.filter(
        run__course__live=True, run__cancelled_at=None, occasions__ends_at__gt=now
    ).values("pk")
    next_first = (
        Quota.objects.filter(pk__in=quotas)
        .annotate(
            next=Min("occasions__starts_at", filter=left), first=Min("occasions__starts_at", filter=held)
        )
        .filter(Q(first__gt=now) | Q(run__joining=Run.Joining.NONE), next__isnull=False)
        .order_by("next", "pk")
    )
    if topic:
        next_first = next_first.filter(run__course__topics__slug=topic)
    return offered(now, quota_ids=next_first.values("pk")[:limit] if limit else next_first.values("pk"))


def _at(place: Place) -> Q:
    return Q(occasions__place=place) | Q(occasions__place=None, run__place=place)


def calendar(now: dt.datetime, *, place: Place | None = None, topic: str = "") -> list[Occasion]:
    """Every coming occasion of what the public may see, called off or not, for 400 days, in order.

    Three queries, however many they are. Each run, course and place is read once: thousands of occasions share them.
    """
    rows = Occasion.objects.coming(now).public().filter(starts_at__lt=now + AHEAD)
    if place is not None:
        rows = rows.filter(Q(place=place) | Q(place=None, run__place=place))
    if topic:
        rows = rows.filter(run__course__topics__slug=topic)
    found = list(rows)
    runs = Run.objects.select_related("course", "place", "host").in_bulk({one.run_id for one in found})
    courses: dict[int, CoursePage] = {}
    places = Place.objects.in_bulk({one.place_id for one in found if one.place_id})
    for run in runs.values():
        run.course = courses.setdefault(run.course_id, run.course)
    for one in found:
        one.run = runs[one.run_id]
        if one.place_id:
            one.place = places[one.place_id]
    return found


# --- the dates of many courses at once ------------------------------------------------------------


def with_dates(courses: Iterable[CoursePage], now: dt.datetime) -> list[CoursePage]:
    """``courses``, each knowing its coming dates, so that as_item asks for none. Two queries, however many they are."""
    courses = list(courses)
    groups: dict[int, list[Offered]] = defaultdict(list)
    quotas = Quota.objects.filter(run__course__in=[course.pk for course in courses])
    for one in offered(now, quota_ids=quotas.values("pk"), public=False):
        groups[one.course.pk].append(one)
    for course in courses:
        course.known_dates = lines_of(groups[course.pk])
    return courses


def dates_of(course: CoursePage, now: dt.datetime) -> tuple[str, ...]:
    """The coming dates of a course: those it knows, or asked for."""
    known: tuple[str, ...] | None = getattr(course, "known_dates", None)
    return date_lines(course, now) if known is None else known
