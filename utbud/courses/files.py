"""Courses on paper: what the sheets of formats.programme hold. Each is made when it is asked for: it takes some 50 ms."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.core.files.storage import default_storage
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.courses import words
from utbud.courses.models import Occasion, Run
from utbud.courses.queries import day as days
from utbud.courses.queries.public import texts_to
from utbud.courses.queries.soon import soon
from utbud.courses.queries.times import Offered, join_words, where_words
from utbud.formats import programme as paper
from utbud.formats.content import Sender
from utbud.places.models import Opening, OpeningHours
from utbud.places.queries import course_months
from utbud.publishing.files import sender

MOST = 60  # things in a programme: sixteen pages


def programme(now: dt.datetime) -> paper.Programme:
    """The season's programme as it is now. Constant queries."""
    chosen = _once(soon(now))
    return paper.Programme(
        season=_season(chosen, now),
        entries=[_entry(one, more) for one, more in chosen[:MOST]],
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


def _once(found: Iterable[Offered]) -> list[tuple[Offered, int]]:
    """What one just comes to stands once, at its next time, with how many times more there are; the rest as it is."""
    rows: list[tuple[Offered, int]] = []
    at: dict[int, int] = {}
    for one in found:
        times = len(one.held)
        if one.run.joining != Run.Joining.NONE:
            rows.append((one, 0))
        elif one.run.pk in at:
            first, more = rows[at[one.run.pk]]
            rows[at[one.run.pk]] = (first, more + times)
        else:
            at[one.run.pk] = len(rows)
            rows.append((one, times - 1))
    return rows


def _entry(one: Offered, more: int) -> paper.Entry:
    when = one.when
    if one.run.joining == Run.Joining.NONE:
        when = words.time_words(one.first.starts_at, one.first.ends_at, one.now)
        if more:
            when += " " + ngettext("och %(more)s gång till", "och %(more)s gånger till", more) % {
                "more": more
            }
    return paper.Entry(
        when=_capital(when),
        title=one.course.title,
        lead=one.course.one_sentence,
        where=one.where,
        fee=one.fee,
        join=_join(one),
    )


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


def _season(chosen: list[tuple[Offered, int]], now: dt.datetime) -> str:
    """«Mars till juni 2027»: from the first month in it to the last."""
    starts = [dates.local(one.held[0].starts_at).date() for one, _more in chosen[:MOST]]
    ends = [dates.local(one.held[-1].starts_at).date() for one, _more in chosen[:MOST]]
    first, last = min(starts, default=dates.local(now).date()), max(ends, default=dates.local(now).date())
    until = f"{dates.MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return _capital(until)
    begins = dates.MONTHS[first.month - 1] + ("" if first.year == last.year else f" {first.year}")
    return _capital(_("%(first)s till %(last)s") % {"first": begins, "last": until})


def _hours(today: dt.date) -> list[tuple[str, str]]:
    """Where help is given without booking, and when in the week: «Måndag 13–15, onsdag 10–12». One query."""
    rows = OpeningHours.objects.filter(kind=Opening.DROP_IN, place__active=True).exclude(
        Q(valid_to__lt=today) | Q(valid_from__gt=today)
    )
    times: dict[str, list[str]] = defaultdict(list)
    for row in rows.select_related("place").order_by("place__order", "place__name", "weekday", "opens"):
        times[row.place.name].append(f"{dates.WEEKDAYS[row.weekday]} {row.words}")
    return [(place, _capital(", ".join(found))) for place, found in times.items()]


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
