"""Courses on paper: what the sheets of formats.programme hold. Each is made when it is asked for: it takes some 50 ms."""

import datetime as dt
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.courses import words
from utbud.courses.models import Occasion, Run
from utbud.courses.queries import day as days
from utbud.courses.queries.public import texts_to
from utbud.courses.queries.soon import soon
from utbud.courses.queries.times import Offered, join_words, programmes_once, where_words
from utbud.formats import programme as paper
from utbud.formats.content import Sender
from utbud.places.queries import course_months, drop_in_hours
from utbud.publishing.files import sender

MOST = 60  # things in a programme: some twenty pages
MOST_DAYS = 8  # of one of them that are all told


def programme(now: dt.datetime) -> paper.Programme:
    """The season's programme as it is now. Constant queries."""
    chosen = programmes_once(soon(now))
    shown = chosen[:MOST]
    return paper.Programme(
        season=_season(shown, now),
        entries=[_entry(one) for one in shown],
        places=_places(shown),
        more=max(0, len(chosen) - MOST),
        texts_to=texts_to(),
        hours=_hours(dates.local(now).date()),
        months=course_months(),
        path="/kurser/",
        date=dates.local(now).date(),
    )


def paper_list(occasion: Occasion, now: dt.datetime) -> paper.PaperList:
    """The list of ``occasion`` to tick by hand: everyone who is expected, by name or by what stands instead of it."""
    rows = [
        paper.Row(name=person.name, note=", ".join([*([person.role] if person.role else []), *needs]))
        for party in days.day(occasion).parties
        for person, needs in zip(party.people, [party.needs, *([[]] * len(party.people))], strict=False)
    ]
    return paper.PaperList(
        title=occasion.run.course.title,
        when=_capital(words.time_words(occasion.starts_at, occasion.ends_at, now)),
        where=where_words(occasion),
        rows=rows,
        path=reverse("courses_day", args=[occasion.pk]),
        date=dates.local(now).date(),
    )


def slip(occasion: Occasion, now: dt.datetime) -> paper.Slip:
    """Three questions about ``occasion``, on paper, with the way to the same ones on the web."""
    return paper.Slip(
        title=occasion.run.course.title,
        when=_capital(words.time_words(occasion.starts_at, occasion.ends_at, now)),
        task=occasion.run.course.task,
        path=days.evaluation_path(occasion),
        date=dates.local(now).date(),
    )


def made(content: paper.Programme | paper.PaperList | paper.Slip) -> bytes:
    """``content`` as a PDF, from the library."""
    who = sender()
    return paper.MAKERS[type(content)](content, who, _logo(who))


def _logo(who: Sender) -> dict[str, bytes]:
    """The logotype by its name, nothing when there is none or storage does not have it: the sheet is made all the same."""
    if not who.logo_name:
        return {}
    try:
        with default_storage.open(who.logo_name) as file:
            return {who.logo_name: file.read()}
    except OSError:
        return {}


# --- how the programme says it ----------------------------------------------------------------------


def _entry(one: Offered) -> paper.Entry:
    times, when, first = [(held.starts_at, held.ends_at) for held in one.held], one.when, one.first
    more = len(times) - 1
    if one.run.joining == Run.Joining.NONE:
        when = words.time_words(*times[0], one.now)
        if more:
            when += " " + ngettext("och %(more)s gång till", "och %(more)s gånger till", more) % {
                "more": more
            }
    days = words.days_words(times, one.now, most=MOST_DAYS)
    return paper.Entry(
        when=_capital(when),
        days=_("Datum: %(days)s.") % {"days": days} if days else "",
        title=one.course.title,
        lead=one.course.one_sentence,
        where=", ".join(filter(None, [one.where, first.where.street if first.where else ""])),
        fee=one.fee,
        join=_join(one),
        full=words.full_words(one.standing.seats, one.standing.in_line)
        if one.run.joining in (Run.Joining.OPEN, Run.Joining.STAFF)
        else "",
    )


def _places(shown: Iterable[Offered]) -> list[paper.Where]:
    """Each place of ours that is told of, with its address and how one comes in, in the library's order."""
    found = {held.where.pk: held.where for one in shown for held in one.held if held.where}
    inside = sorted(found.values(), key=lambda place: (place.order, place.name))
    return [
        paper.Where(name=place.name, address=place.address, access=place.accessibility)
        for place in inside
        if place.address or place.accessibility
    ]


def _join(one: Offered) -> str:
    run = one.run
    if run.joining == Run.Joining.NONE:
        return _("Kom som du är")
    if how := join_words(run):
        return how.rstrip(".")
    number = _("Kurs %(number)s") % {"number": one.quota.pk}
    return (
        _("%(number)s, ring eller kom hit") % {"number": number}
        if run.joining == Run.Joining.STAFF
        else number
    )


def _season(shown: Iterable[Offered], now: dt.datetime) -> str:
    """«Mars till juni 2027»: from the first month in it to the last."""
    days = [dates.local(held.starts_at).date() for one in shown for held in one.held]
    first, last = min(days, default=dates.local(now).date()), max(days, default=dates.local(now).date())
    until = f"{dates.MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return _capital(until)
    begins = dates.MONTHS[first.month - 1] + ("" if first.year == last.year else f" {first.year}")
    return _capital(_("%(first)s till %(last)s") % {"first": begins, "last": until})


def _hours(today: dt.date) -> list[tuple[str, str]]:
    """Where help is given without booking, and when in the week: «Måndag 13–15, onsdag 10–12». One query."""
    return [
        (place.name, _capital(", ".join(f"{dates.WEEKDAYS[row.weekday]} {row.words}" for row in rows)))
        for place, rows in drop_in_hours(today).items()
    ]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
