"""Courses on the screens of waiting rooms: those soon at the place, one by one, and those elsewhere in a list.

A screen may lose its network. So each slide is true for as long as it may be shown: it ends when what it tells of begins,
and what comes after it is there already.
"""

import datetime as dt
from collections.abc import Sequence

from django.template.loader import render_to_string

from utbud.base import dates
from utbud.courses import words
from utbud.courses.models import Run
from utbud.courses.queries.soon import soon
from utbud.courses.queries.times import Offered, absolute
from utbud.places.models import Place
from utbud.places.queries import library
from utbud.screens.queries import qr
from utbud.screens.slides import Slide

HERE, ELSEWHERE = 2, 3  # shown at once
WITHIN = dt.timedelta(days=28)  # further ahead nobody remembers
AHEAD = 4  # more that are ready, for a screen without network


def slides(place: Place, now: dt.datetime) -> list[Slide]:
    """What the screen at ``place`` shows of courses. Four queries."""
    here = _within(soon(now, limit=HERE + AHEAD, place=place), now)
    elsewhere = _within(soon(now, limit=ELSEWHERE + AHEAD, but=place), now)
    day = dates.at_stockholm(dates.local(now).date(), dt.time(0))
    phone = place.phone or library(now).phone
    return [*_singles(here, place, phone, day), *_lists(elsewhere, day)]


def _within(groups: Sequence[Offered], now: dt.datetime) -> list[Offered]:
    return [one for one in groups if one.first.starts_at < now + WITHIN]


def _ends(one: Offered) -> dt.datetime:
    """Until when one may say «come»: until it begins, or where one just comes until it ends."""
    return one.first.ends_at if one.run.joining == Run.Joining.NONE else one.first.starts_at


def _singles(groups: Sequence[Offered], place: Place, phone: str, day: dt.datetime) -> list[Slide]:
    """A slide for each, shown as soon as the one ``HERE`` before it has begun."""
    found = []
    for number, one in enumerate(groups):
        starts = (
            max([day, *(_ends(before) for before in groups[: number - HERE + 1])]) if number >= HERE else day
        )
        if starts < _ends(one):
            html = render_to_string("courses/_slide.html", _facts(one) | {"place": place, "phone": phone})
            found.append(Slide(key=f"kurs-{one.quota.pk}", html=html, starts=starts, ends=_ends(one)))
    return found


def _facts(one: Offered) -> dict[str, object]:
    title = one.course.title
    longest = max((len(part) for part in title.replace("-", " ").split()), default=0)
    return {
        "one": one,
        "when": words.time_words(one.first.starts_at, one.first.ends_at, one.now)
        if one.run.joining == Run.Joining.NONE
        else one.when,
        "size": "longest"
        if longest > 18 or len(title) > 36
        else "long"
        if longest > 11 or len(title) > 22
        else "",
        "qr": qr(absolute(one.course.public_path)),
        "address": absolute(one.course.public_path).partition("://")[2].removesuffix("/"),
        "open": one.run.joining in (Run.Joining.OPEN, Run.Joining.STAFF),
    }


def _lists(groups: Sequence[Offered], day: dt.datetime) -> list[Slide]:
    """The next ones in a list, and that list anew each time the first of them has begun."""
    found, starts = [], day
    left = sorted(groups, key=_ends)
    while left:
        ends = _ends(left[0])
        if starts < ends:
            shown = sorted(left, key=lambda one: (one.first.starts_at, one.quota.pk))[:ELSEWHERE]
            rows = [
                {
                    "title": one.course.title,
                    "when": _short(one),
                    "where": one.where,
                }
                for one in shown
            ]
            html = render_to_string("courses/_slide_list.html", {"rows": rows})
            found.append(Slide(key="kurser", html=html, starts=starts, ends=ends))
        starts, left = max(starts, ends), left[1:]
    return found


def _short(one: Offered) -> str:
    """«tisdag 1 december 14.30–16»: one line on a screen."""
    start, end = dates.local(one.first.starts_at), dates.local(one.first.ends_at)
    return f"{words.day_words(one.first.starts_at, one.now)} {dates.span_words(start.time(), end.time())}"
