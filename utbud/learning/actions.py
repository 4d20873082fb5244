"""Plan the year of words."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from utbud.learning.models import PlannedWeek, WordIndexPage, WordPage
from utbud.people.models import User
from utbud.publishing import queries as publishing
from utbud.publishing.when import NotThen


class PlanError(NotThen):
    """Why a week cannot be planned so, in Swedish, to be shown as it is."""


class WeekTaken(PlanError):
    """Another word has the week."""


class WouldGoOut(PlanError):
    """The word is approved: without its week it would go out at once."""


class WeekGone(PlanError):
    """The week's word has gone out and belongs to history."""


def plan_week(*, word: WordPage, year: int, week: int, by: User | None, now: dt.datetime) -> PlannedWeek:
    """Put ``word`` on an ISO week, moving it from the week it waits for, if any.

    Raises WeekTaken, or PlanError for a week that does not exist or is over.
    """
    planned = PlannedWeek(year=year, week=week, word=word, planned_by=by)
    try:
        ends = planned.goes_out_at + dt.timedelta(days=7)
    except ValueError:
        raise PlanError(_("Vecka %(week)s finns inte %(year)s.") % {"week": week, "year": year}) from None
    if ends <= now:
        raise PlanError(_("Vecka %(week)s %(year)s är redan slut.") % {"week": week, "year": year})
    try:
        with transaction.atomic():
            # The same lock as publishing takes: the word goes out by its old week or its new, never in between.
            Page.objects.select_for_update().get(pk=word.pk)
            PlannedWeek.objects.filter(word=word, published_at=None).delete()
            planned.save()
    except IntegrityError:
        other = PlannedWeek.objects.filter(year=year, week=week).select_related("word").first()
        raise WeekTaken(
            _("Vecka %(week)s är redan upptagen av %(word)s.")
            % {"week": week, "word": other.word if other else "…"}
        ) from None
    return planned


def choose_week(*, page: WordPage, key: str, by: User, now: dt.datetime) -> PlannedWeek:
    """Put a word that is sent for approval on the week ``key``, «2026-50». Raises PlanError."""
    year, _dash, week = key.partition("-")
    return plan_week(word=page, year=int(year), week=int(week), by=by, now=now)


def write_for_week(
    *, index: WordIndexPage, title: str, year: int, week: int, by: User, now: dt.datetime
) -> WordPage:
    """Begin a word that has its week from the start: an empty draft called ``title``. Raises PlanError."""
    word = WordPage(title=title, live=False, owner=by)
    word.slug = publishing.free_slug(word, title, index)
    with transaction.atomic():
        index.add_child(instance=word)
        word.save_revision(user=by, log_action=True, clean=False)  # nothing is written yet
        plan_week(word=word, year=year, week=week, by=by, now=now)
    return word


def clear_week(*, year: int, week: int) -> WordPage:
    """Take the word off a week that has not gone out. Returns the word, so that it can be put back.

    Raises WeekGone, or WouldGoOut for a word that is approved.
    """
    with transaction.atomic():
        planned = (
            PlannedWeek.objects.select_for_update().filter(year=year, week=week, published_at=None).first()
        )
        if planned is None:
            raise WeekGone(_("Veckan är tom, eller så har ordet redan gått ut."))
        word = planned.word
        if word.approval_requests.ready().exists():
            raise WouldGoOut(
                _(
                    "«%(word)s» är godkänt och skulle gå ut med en gång. Flytta det till en annan vecka i stället."
                )
                % {"word": word.draft_title}
            )
        planned.delete()
    return word


def swap_weeks(*, first: tuple[int, int], second: tuple[int, int], now: dt.datetime) -> None:
    """Let two weeks, each (year, week), trade words; one of them may be empty.

    Raises WeekGone when either has gone out, PlanError when both are empty or one does not exist or is over.
    """
    with transaction.atomic():
        rows = {
            place: PlannedWeek.objects.select_for_update().filter(year=place[0], week=place[1]).first()
            for place in (first, second)
        }
        if any(row is not None and row.published_at for row in rows.values()):
            raise WeekGone(_("Ett ord som har gått ut kan inte flyttas."))
        moving = [
            (row, second if place == first else first) for place, row in rows.items() if row is not None
        ]
        if not moving:
            raise PlanError(_("Båda veckorna är tomma."))
        for row, _target in moving:
            row.delete()
        for row, (year, week) in moving:
            plan_week(word=row.word, year=year, week=week, by=row.planned_by, now=now)


def start_due_weeks(now: dt.datetime) -> int:
    """Let words that are out already become their week's word again. Returns how many.

    Words that are not out yet are published by publishing.actions.publish_due, which marks their week.
    """
    done = 0
    due = PlannedWeek.objects.filter(published_at=None, word__live=True).select_related("word")
    for planned in due:
        if planned.goes_out_at <= now and not planned.word.approval_requests.ready().exists():
            done += PlannedWeek.objects.filter(pk=planned.pk, published_at=None).update(published_at=now)
    return done
