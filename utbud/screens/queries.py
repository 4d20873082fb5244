"""What the screen at a place shows now, and as long as it is true should the network go."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.channels.post import Post
from utbud.channels.sources import registered
from utbud.places.models import Opening, Place
from utbud.places.queries import Timetable, active_places, joined, library, timetable
from utbud.screens.slides import Slide, others

DAYS = 7  # hours are known so far ahead by a screen without network
MARGIN = dt.timedelta(minutes=15)  # lit before the doors open and after they close
HOURS_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a screen knows. ``awake`` is when it is lit; empty (a place without hours) means always."""

    place: Place
    slides: tuple[Slide, ...]
    awake: tuple[tuple[dt.datetime, dt.datetime], ...]

    def showing(self, now: dt.datetime) -> list[Slide]:
        """The slides that are true at ``now``, in order."""
        return [slide for slide in self.slides if slide.starts <= now < slide.ends]

    def is_dark(self, now: dt.datetime) -> bool:
        """Whether the place sleeps at ``now``. After the last time that is known it does not."""
        return any(now < end for _start, end in self.awake) and not any(
            start <= now < end for start, end in self.awake
        )


def content(place: Place, now: dt.datetime) -> Content:
    """What the screen at ``place`` shows."""
    table = timetable(active_places(), now)  # all, since help may be at another place today
    today = dates.local(now).date()
    days = [today + dt.timedelta(days=number) for number in range(DAYS)]
    return Content(
        place=place,
        slides=(*_told(now), *others(place, now), *_hours(table, place, days)),
        awake=_awake(table, place, today),
    )


def _told(now: dt.datetime) -> list[Slide]:
    """What each activity has to tell right now: the word of the week."""
    slides = []
    for source in registered():
        post = source.current(now)
        if post is not None:
            slides.append(
                Slide(key=source.slug, html=_post_html(post), starts=_day(now), ends=source.changes_at(now))
            )
    return slides


def _post_html(post: Post) -> str:
    drawing = next(
        (
            one
            for one in post.media
            if one.name.startswith("teckning") and one.content_type.startswith("image/")
        ),
        None,
    )
    longest = max((len(part) for part in post.title.replace("-", " ").split()), default=0)
    context = {
        "post": post,
        "drawing": drawing,
        # Without our own host: a screen may reach us by another name, and the page allows pictures from its own only.
        "drawing_url": drawing.url.removeprefix(settings.BASE_URL) if drawing else "",
        "size": "longest"
        if longest > 18 or len(post.title) > 36
        else "long"
        if longest > 11 or len(post.title) > 22
        else "",
        "qr": qr(post.url),
        "address": post.url.partition("://")[2].removesuffix("/"),
    }
    return render_to_string("screens/_post.html", context)


def qr(url: str) -> str:
    """``url`` as a QR code: inline SVG without style, size or script. Error correction M, as it is read from afar."""
    made: str = segno.make(url, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"
    )
    return made


# --- hours ----------------------------------------------------------------------------------------


def _hours(table: Timetable, place: Place, days: list[dt.date]) -> list[Slide]:
    """The hours of each day, a slide for each stretch of it that has one thing to say of how it is now."""
    slides = []
    for day in days:
        moments = sorted({*dates.whole_day(day), *table.changes(place, day)})
        for start, end in pairwise(moments):
            html = _hours_html(table, place, day, start)
            slides.append(Slide(key="tider", html=html, starts=start, ends=end, seconds=HOURS_SECONDS))
    return slides


def _hours_html(table: Timetable, place: Place, day: dt.date, moment: dt.datetime) -> str:
    spans = table.opening(place, day)
    words = {kind: joined([span.words for span in spans if span.kind == kind]) for kind in Opening}
    context = {
        "place": place,
        "day": dates.date_words(day, year=False),
        "status": table.status(place, moment),
        "open": words[Opening.OPEN],
        "unstaffed": words[Opening.UNSTAFFED],
        "drop_in": words[Opening.DROP_IN] or _next_drop_in(table, place, day, moment),
        "reason": table.reason(place, day),
        "phone": place.phone or library(moment).phone,
    }
    return render_to_string("screens/_hours.html", context)


def _next_drop_in(table: Timetable, place: Place, day: dt.date, moment: dt.datetime) -> str:
    """«i dag 13–15 på DigidelCenter»: the soonest help at any place, "" if none is known."""
    found = table.next_drop_in(moment)
    if found is None:
        return ""
    start, end = dates.local(found.start), dates.local(found.end)
    when = f"{dates.near_date_words(start.date(), today=day)} {dates.span_words(start.time(), end.time())}"
    return (
        when
        if found.place == place
        else _("%(when)s på %(place)s") % {"when": when, "place": found.place.name}
    )


def _awake(table: Timetable, place: Place, today: dt.date) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    """When somebody may stand before the screen, at least until it next happens; neighbouring times are joined."""
    lit: list[tuple[dt.datetime, dt.datetime]] = []
    days_known = today + dt.timedelta(days=DAYS)
    for number in range(-1, (table.last - today).days + 1):  # the evening before may not be over
        if number > DAYS and lit and lit[-1][0] > dates.at_stockholm(days_known, dt.time(0)):
            break  # it is known when it next opens after the days whose hours are known
        day = today + dt.timedelta(days=number)
        for span in sorted(table.opening(place, day), key=lambda span: span.start):
            if number < 0 and dates.local(span.moments[1]).date() < today:
                continue
            start, end = span.moments[0] - MARGIN, span.moments[1] + MARGIN
            if lit and start <= lit[-1][1]:
                lit[-1] = (lit[-1][0], max(end, lit[-1][1]))
            else:
                lit.append((start, end))
    return tuple(lit)


# --- for the page's own program -----------------------------------------------------------------------


def as_json(shown: Content, now: dt.datetime) -> dict[str, Any]:
    """``shown`` for screen.js: times in milliseconds since 1970. The same until something is another."""
    return {
        "slides": [
            {
                "key": slide.key,
                "html": slide.html,
                "from": _ms(slide.starts),
                "until": _ms(slide.ends),
                "seconds": slide.seconds,
            }
            for slide in shown.slides
        ],
        "awake": [[_ms(start), _ms(end)] for start, end in shown.awake],
        "offsets": offsets(now),
    }


def offsets(now: dt.datetime) -> list[list[int]]:
    """Stockholm's clock for a screen that may be set to another: [[from when in ms, minutes ahead of UTC], …].

    What holds now, and what holds after the clock next changes.
    """
    found = [[0, _ahead(now)]]
    hour = dates.local(now).astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    days = (hour + dt.timedelta(days=number) for number in range(1, 200))
    changed = next((day for day in days if _ahead(day) != found[0][1]), None)
    if changed is not None:
        hours = (changed - dt.timedelta(hours=number) for number in range(24, -1, -1))
        at = next(hour for hour in hours if _ahead(hour) != found[0][1])
        found.append([_ms(at), _ahead(at)])
    return found


def _ahead(moment: dt.datetime) -> int:
    offset = dates.local(moment).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def _day(now: dt.datetime) -> dt.datetime:
    """When the day began in Stockholm: the same all day, so that what is shown has one hash."""
    return dates.at_stockholm(dates.local(now).date(), dt.time(0))


def empty_words() -> str:
    """What a screen says when it has nothing else."""
    return _("Välkommen. Fråga oss gärna om det digitala.")
