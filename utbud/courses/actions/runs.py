"""Plan a run, change it, call it off. Whoever is expected is told once, in the transaction that changes it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.base import withdrawn
from utbud.calendar import actions as calendar
from utbud.calendar.models import Resource
from utbud.courses import words
from utbud.courses.actions import telling
from utbud.courses.actions.seats import Closed, CourseError, end_offers, lock, serve_line
from utbud.courses.models import CoursePage, Occasion, Quota, Registration, Run
from utbud.courses.queries import planning
from utbud.courses.queries.times import where_words
from utbud.people.models import User
from utbud.places.models import Place

Time = tuple[dt.datetime, dt.datetime]


class BelowTaken(CourseError):
    """Fewer seats than are taken."""


class NotApproved(CourseError):
    """A fee or a text that the course's page, as it was approved, does not have."""


class SameTime(CourseError):
    """The run has an occasion then already."""


@transaction.atomic
def plan_run(
    *,
    course: CoursePage,
    times: Sequence[Time],
    by: User | None,
    now: dt.datetime,
    joining: str = Run.Joining.OPEN,
    joins: str = Run.Joins.WHOLE,
    seats: int | None = None,
    kept: int = 0,
    kept_until: dt.date | None = None,
    resources: Iterable[Resource] = (),
    submission_key: str | None = None,
    **facts: object,
) -> Run:
    """Make a run with an occasion for each of ``times`` (aware start and end), at least one.

    ``facts`` are fields of Run (place, venue, online_url, host, fee, note, elsewhere, companions_take_seats). Where one
    joins the whole there is one quota, else one for each occasion. Once for every ``submission_key``. Raises CourseError.
    """
    if not times:
        raise CourseError(_("En kursomgång behöver minst ett tillfälle."))
    if submission_key and (same := Run.objects.filter(submission_key=submission_key).first()):
        return same
    _must_be_approved(course, {"fee": 0} | facts)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                course=course, joining=joining, joins=joins, created_by=by, created_at=now, changed_at=now,
                submission_key=submission_key, **facts,
            )  # fmt: skip
    except IntegrityError:  # a second press of the button came first
        if submission_key and (same := Run.objects.filter(submission_key=submission_key).first()):
            return same
        raise
    add_occasions(
        run=run,
        times=times,
        seats=seats,
        kept=kept,
        kept_until=kept_until,
        resources=resources,
        by=by,
        now=now,
    )
    return run


@transaction.atomic
def add_occasions(
    *,
    run: Run,
    times: Sequence[Time],
    by: User | None,
    now: dt.datetime,
    seats: int | None = None,
    kept: int = 0,
    kept_until: dt.date | None = None,
    resources: Iterable[Resource] = (),
) -> list[Occasion]:
    """Add occasions to ``run``. ``seats`` and what is kept are for new quotas; a whole run has the one it has.

    Raises SameTime, or Closed for a run that is called off.
    """
    resources = list(resources)
    if Run.objects.select_for_update().get(pk=run.pk).cancelled_at:
        raise Closed(_("Omgången är inställd. Planera en ny i stället."))
    made = []
    whole = run.quotas.first() if run.joins == Run.Joins.WHOLE else None
    for starts_at, ends_at in sorted(times):
        quota = whole or Quota.objects.create(
            run=run, seats=seats, kept=min(kept, seats) if seats is not None else 0, kept_until=kept_until
        )
        if run.joins == Run.Joins.WHOLE:
            whole = quota
        try:
            with transaction.atomic():
                occasion = Occasion.objects.create(
                    run=run, quota=quota, starts_at=starts_at, ends_at=ends_at, changed_at=now
                )
        except IntegrityError:
            when = words.time_words(starts_at, ends_at, now)
            raise SameTime(_("Det finns redan ett tillfälle %(when)s.") % {"when": when}) from None
        occasion.resources.set(resources)
        book(occasion, now)
        made.append(occasion)
    touch(run, now)
    return made


@transaction.atomic
def change_occasion(
    *,
    occasion: Occasion,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: Place | None,
    resources: Iterable[Resource],
    by: User | None,
    now: dt.datetime,
) -> int:
    """Give an occasion another time, place, teacher or room. Whoever is expected is told of a new time or place, once.

    Returns how many parties were told. Raises SameTime, or Closed for one that is called off.
    """
    occasion = _hold(occasion)
    if occasion.is_cancelled:
        raise Closed(_("Tillfället är inställt. Lägg till ett nytt i stället."))
    was = f"{words.time_words(occasion.starts_at, occasion.ends_at, now)}, {where_words(occasion)}"
    new = (occasion.starts_at, occasion.ends_at, occasion.place_id) != (
        starts_at,
        ends_at,
        place.pk if place else None,
    )
    occasion.starts_at, occasion.ends_at, occasion.place = starts_at, ends_at, place
    told = 0
    if new:
        occasion.sequence += 1
        occasion.changed_at = now
        try:
            with transaction.atomic():
                occasion.save(update_fields=["starts_at", "ends_at", "place", "sequence", "changed_at"])
        except IntegrityError:
            raise SameTime(_("Omgången har redan ett tillfälle då.")) from None
        if ends_at > now:
            told = telling.moved(occasion, was, now)
    occasion.resources.set(list(resources))
    book(occasion, now)
    touch(occasion.run, now)
    return told


@transaction.atomic
def cancel_occasion(*, occasion: Occasion, why: str, by: User | None, now: dt.datetime) -> int:
    """Call an occasion off, and tell everyone who is expected. Twice is once. Returns how many parties were told."""
    held = _hold(occasion)
    if held.is_cancelled:
        return 0
    Occasion.objects.filter(pk=held.pk).update(
        cancelled_at=now, cancelled_why=why, changed_at=now, sequence=held.sequence + 1
    )
    held.cancelled_at = now
    occasion.refresh_from_db()
    calendar.release(sources=[held.source])
    touch(held.run, now)
    told = telling.called_off([held], why, now, whole_run=False) if held.ends_at > now else 0
    if not Occasion.objects.held().filter(quota=held.quota_id).exists():
        end_offers(quotas=[held.quota_id], now=now)
    return told


@transaction.atomic
def cancel_run(*, run: Run, why: str, by: User | None, now: dt.datetime) -> int:
    """Call a whole run off, and tell everyone who is expected. Twice is once. Returns how many parties were told."""
    quotas = [quota.pk for quota in _lock_quotas(run)]
    if not Run.objects.filter(pk=run.pk, cancelled_at=None).update(
        cancelled_at=now, cancelled_why=why, changed_at=now
    ):
        return 0
    left = list(run.occasions.coming(now).filter(cancelled_at=None))
    calendar.release(sources=[occasion.source for occasion in left])
    run.occasions.filter(pk__in=[occasion.pk for occasion in left]).update(
        sequence=F("sequence") + 1, changed_at=now
    )
    run.refresh_from_db()
    withdrawn.say()
    told = telling.called_off(left, why, now, whole_run=True)
    end_offers(quotas=quotas, now=now)
    return told


def _lock_quotas(run: Run) -> list[Quota]:
    """All that one joins of ``run``, held until the transaction ends: nobody gets a seat, or leaves, meanwhile."""
    return list(Quota.objects.select_for_update().filter(run=run).order_by("pk"))


def _hold(occasion: Occasion) -> Occasion:
    """The occasion as it is now, with all that is told of it; its quota is held first, as everywhere."""
    lock(Quota(pk=occasion.quota_id))
    rows = Occasion.objects.select_for_update(of=("self",))
    return rows.select_related("run__course", "run__place", "run__host", "place").get(pk=occasion.pk)


def set_seats(
    *,
    quota: Quota,
    seats: int | None,
    kept: int,
    kept_until: dt.date | None,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Change how many seats there are. More are offered to the line at once. Raises BelowTaken for fewer than are taken."""
    with transaction.atomic():
        held = lock(quota)
        if seats is not None and seats < held.taken:
            raise BelowTaken(
                _("%(taken)s platser är tagna. Du kan inte sätta färre än så. Avboka någon först.")
                % {"taken": held.taken}
            )
        held.seats, held.extra = seats, 0
        held.kept = min(kept, seats) if seats is not None else 0
        held.kept_until = kept_until
        held.save(update_fields=["seats", "extra", "kept", "kept_until"])
        touch(Run(pk=held.run_id), now)
    serve_line(quota=quota, now=now)


@transaction.atomic
def change_run(*, run: Run, by: User | None, now: dt.datetime, **facts: object) -> Run:
    """Change fields of a run (place, venue, host, joining, note …). Whoever is expected is told when the place is new.

    Raises NotApproved, or Closed for one that is called off.
    """
    _lock_quotas(run)
    before_now = Run.objects.select_for_update().get(pk=run.pk)
    if before_now.cancelled_at:
        raise Closed(_("Omgången är inställd. Planera en ny i stället."))
    _must_be_approved(run.course, facts, before_now)
    before = {one.pk: where_words(one) for one in _coming(run, now)}
    for name, value in facts.items():
        setattr(run, name, value)
    run.changed_at = now
    run.save(update_fields=[*facts, "changed_at"])
    for occasion in _coming(run, now):
        if before.get(occasion.pk, "") != where_words(occasion):
            occasion.sequence += 1
            occasion.changed_at = now
            occasion.save(update_fields=["sequence", "changed_at"])
            was = f"{words.time_words(occasion.starts_at, occasion.ends_at, now)}, {before[occasion.pk]}"
            telling.moved(occasion, was, now)
        book(occasion, now)
    return run


def _must_be_approved(course: CoursePage, facts: Mapping[str, object], before: Run | None = None) -> None:
    if wrong := planning.not_approved(course, facts, before=before):
        raise NotApproved(next(iter(wrong.values())))


def delete_run(*, run: Run) -> None:
    """Remove a run that nobody knows of yet. Raises CourseError where somebody has registered."""
    with transaction.atomic():
        _lock_quotas(run)
        if Registration.objects.filter(quota__run=run).exists():
            raise CourseError(_("Någon har anmält sig. Ställ in omgången i stället, så får alla veta."))
        calendar.release(sources=[occasion.source for occasion in run.occasions.all()])
        run.delete()


def _coming(run: Run, now: dt.datetime) -> list[Occasion]:
    rows = Occasion.objects.coming(now).filter(run=run, cancelled_at=None)
    return list(rows.select_related("run__course", "run__place", "run__host", "place"))


def book(occasion: Occasion, now: dt.datetime) -> None:
    """Let the calendar know who and what the occasion takes."""
    calendar.book(
        source=occasion.source,
        resources=occasion.resources.all(),
        starts_at=occasion.starts_at,
        ends_at=occasion.ends_at,
        title=occasion.run.course.title,
        url=reverse("courses_run", args=[occasion.run_id]),
        now=now,
    )


def touch(run: Run, now: dt.datetime) -> None:
    """Let pages that are kept ready-made know that something about the run is new, and copies go: a time may be another."""
    Run.objects.filter(pk=run.pk).update(changed_at=now)
    withdrawn.say()
