"""What is pressed at the desk. Each press may come late, twice, in the wrong order, or from a tablet whose clock is wrong."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F

from utbud.base import dates
from utbud.helpdesk.models import (
    GOING_ON,
    LONGEST,
    Choice,
    Errand,
    Given,
    Lack,
    Question,
    Visit,
)
from utbud.places.models import Place

UNDO = dt.timedelta(seconds=60)
LATEST = dt.timedelta(days=14)  # what a tablet says was pressed longer ago is its clock, and not the visit
MOMENTS_KEPT = dt.timedelta(days=1)
TALLIES = uuid.UUID("3f6a2f5e-7a1f-4a56-9f0b-6d1c0a6f5c11")  # the namespace of the keys of a sheet's visits
State = Visit.State


class DeskError(Exception):
    """A press that cannot be done; the words are for whoever pressed."""


def moment_of(ago: float, now: dt.datetime) -> dt.datetime | None:
    """When something was pressed, as so many seconds ago by the tablet's own clock; None when that is too odd.

    A clock that is wrong all the time does not matter; one that was put right in between does.
    """
    passed = dt.timedelta(seconds=ago) if 0 <= ago <= LATEST.total_seconds() else None
    return now - passed if passed is not None else None


def likely(minutes: int | None) -> int | None:
    """A length as it is kept. What no visit takes is not known."""
    return minutes if minutes is not None and 1 <= minutes <= LONGEST else None


@transaction.atomic
def note(
    *,
    key: uuid.UUID,
    place: Place | None,
    errands: Sequence[Sequence[Choice]],
    minutes: int | None,
    at: dt.datetime | None,
    now: dt.datetime,
    running: bool = False,
) -> Visit:
    """Note a visit, over or just begun (``running``). The same ``key`` again changes nothing.

    ``at`` None: nobody knows when. It counts on the day it came in, at no hour.
    """
    if not errands or not all(any(one.question.part == Question.Part.WHAT for one in of) for of in errands):
        raise DeskError("a visit without an errand")
    wall = dates.local(at or now)
    visit, made = Visit.objects.get_or_create(
        key=key,
        defaults={
            "place": place,
            "day": wall.date(),
            "hour": wall.hour if at else None,
            "minutes": None if running else likely(minutes),
            "state": State.RUNNING if running else State.DONE,
            "moment": at or now,
            "seconds": 0 if running else None,
        },
    )
    if made:
        for number, answers in enumerate(errands, start=1):
            _give(visit, number, answers)
    return visit


def _give(visit: Visit, number: int, answers: Sequence[Choice]) -> None:
    errand = Errand.objects.create(visit=visit, number=number)
    Given.objects.bulk_create(Given(errand=errand, choice=one) for one in dict.fromkeys(answers))


def _locked(key: uuid.UUID) -> Visit | None:
    return Visit.objects.select_for_update().filter(key=key).first()


@transaction.atomic
def add_errand(*, key: uuid.UUID, number: int, answers: Sequence[Choice]) -> bool:
    """Add an errand to a visit that goes on. ``number`` is the one it gets: the same press twice adds it once."""
    visit = _locked(key)
    if visit is None or visit.state not in GOING_ON or visit.errands.filter(number=number).exists():
        return False
    _give(visit, number, answers)
    return True


@transaction.atomic
def pause(*, key: uuid.UUID, at: dt.datetime) -> bool:
    """Let the clock of a visit stand still."""
    visit = _locked(key)
    if visit is None or visit.state != State.RUNNING:
        return False
    visit.seconds, visit.moment, visit.state = visit.lasted(at), None, State.PAUSED
    visit.save()
    return True


@transaction.atomic
def go_on(*, key: uuid.UUID, at: dt.datetime) -> bool:
    """Let it go on."""
    visit = _locked(key)
    if visit is None or visit.state != State.PAUSED:
        return False
    visit.moment, visit.state = at, State.RUNNING
    visit.save()
    return True


@transaction.atomic
def finish(
    *,
    key: uuid.UUID,
    at: dt.datetime,
    minutes: int | None = None,
    answers: Sequence[Choice] = (),
    known: bool = True,
) -> Visit | None:
    """A visit is over. Without ``minutes`` it took as long as its clock says; left running over a night that says nothing.

    None where it was over already. ``known`` false: whoever pressed does not know how long it took.
    """
    visit = _locked(key)
    if visit is None or visit.state not in GOING_ON:
        return None
    if minutes is None and known and not visit.is_left(at):
        minutes = max(1, round(visit.lasted(at) / 60))
    visit.seconds = visit.lasted(at)
    visit.minutes, visit.moment, visit.state = likely(minutes), at, State.DONE
    visit.save()
    first = visit.errands.order_by("number").first()
    if first and answers:
        Given.objects.bulk_create(
            [Given(errand=first, choice=one) for one in dict.fromkeys(answers)], ignore_conflicts=True
        )
    return visit


@transaction.atomic
def undo(*, key: uuid.UUID, at: dt.datetime) -> bool:
    """Take back the last press of a visit within a minute: noted or begun it is gone, and ended it goes on, paused."""
    visit = _locked(key)
    if visit is None or not may_undo(visit, at):
        return False
    if visit.state == State.DONE and visit.seconds is not None:
        visit.minutes, visit.moment, visit.state = None, None, State.PAUSED
    else:
        visit.errands.all().delete()
        visit.minutes, visit.state = None, State.UNDONE
    visit.save()
    return True


def may_undo(visit: Visit, at: dt.datetime) -> bool:
    """Whether the minute is not over."""
    fresh = visit.moment is not None and abs(at - visit.moment) <= UNDO
    return (
        fresh
        and visit.how == Visit.How.DESK
        and (visit.state == State.DONE or (visit.state == State.RUNNING and not visit.seconds))
    )


@transaction.atomic
def tally(
    *, key: str, place: Place | None, day: dt.date, counts: Mapping[tuple[Choice, int | None], int]
) -> int | None:
    """Enter a sheet: how many errands of each kind and length on ``day``. None when the same press came before.

    A mark is a visit with one errand. Their keys follow from the sheet's, so that the database holds a second press back.
    """
    marks = [
        (choice, likely(minutes)) for (choice, minutes), count in counts.items() for _one in range(count)
    ]
    visits = [
        Visit(
            key=uuid.uuid5(TALLIES, f"{key} {n}"), place=place, day=day, minutes=minutes, how=Visit.How.TALLY
        )
        for n, (_choice, minutes) in enumerate(marks)
    ]
    if not visits:
        return 0
    _first, made = Visit.objects.get_or_create(
        key=visits[0].key,
        defaults={"place": place, "day": day, "minutes": visits[0].minutes, "how": Visit.How.TALLY},
    )
    if not made:
        return None
    stored = [_first, *Visit.objects.bulk_create(visits[1:])]
    errands = Errand.objects.bulk_create(Errand(visit=visit) for visit in stored)
    Given.objects.bulk_create(
        Given(errand=errand, choice=choice) for errand, (choice, _minutes) in zip(errands, marks, strict=True)
    )
    return len(stored)


@transaction.atomic
def lacked(*, choice: Choice, place: Place | None, now: dt.datetime) -> None:
    """«Inget passar»: one more time that we had nothing for this."""
    row, _made = Lack.objects.get_or_create(choice=choice, place=place, day=dates.local(now).date())
    Lack.objects.filter(pk=row.pk).update(count=F("count") + 1)


def forget_moments(now: dt.datetime) -> int:
    """Forget to the second when something was pressed, a day after; and what was undone. The day and the hour stay."""
    old = now - MOMENTS_KEPT
    gone, _each = Visit.objects.filter(state=State.UNDONE, moment__lt=old).delete()
    return gone + Visit.objects.filter(state=State.DONE, moment__lt=old).update(moment=None)
