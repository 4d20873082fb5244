"""Where a registration stands is changed only from where it was seen to stand, whoever else was there meanwhile.

Another process cannot be let in by waiting for the right moment: here it comes in between two of our own steps.
"""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from utbud.courses.actions import day, runs, seats
from utbud.courses.actions.seats import Closed, CourseError, NoLonger, Person
from utbud.courses.models import CoursePage, Registration, Run
from utbud.notices.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.database]
REGISTERED, WAITING, OFFERED = Registration.REGISTERED, Registration.WAITING, Registration.OFFERED
CANCELLED, EXPIRED, NO_SHOW = Registration.CANCELLED, Registration.EXPIRED, Registration.NO_SHOW


def state(registration) -> str:
    return Registration.objects.get(pk=registration.pk).state


def taken(quota) -> tuple[int, int]:
    """What the counter says, and what the rows say."""
    quota.refresh_from_db()
    rows = Registration.objects.filter(quota=quota).taking_seats()
    return quota.taken, sum(row.seat_count for row in rows)


@pytest.fixture
def line(plan, join, now):
    """One seat, somebody in it, and two who wait."""
    quota = plan(seats=1).quotas.get()
    return quota, [join(quota) for _person in range(3)]


def test_who_leaves_the_line_while_it_is_served_is_offered_nothing(line, monkeypatch, now) -> None:
    quota, [seated, first, second] = line
    served = seats.seating.offers

    def leaves_meanwhile(*arguments):
        """The line is read; then the first in it leaves, as by another process that took no lock."""
        found = served(*arguments)
        Registration.objects.filter(pk=first.pk).update(state=CANCELLED, cancelled_at=now)
        return found

    monkeypatch.setattr(seats.seating, "offers", leaves_meanwhile)
    seats.cancel(registration=seated, way="web", now=now)
    assert (state(first), taken(quota)) == (CANCELLED, (0, 0))
    assert not Notice.objects.filter(about=first.about, kind="offer").exists()
    monkeypatch.undo()
    assert seats.serve_lines(now) == 1
    assert (state(second), taken(quota)) == (OFFERED, (1, 1))


@pytest.mark.parametrize("to", [REGISTERED, WAITING, OFFERED, CANCELLED, EXPIRED, NO_SHOW])
@pytest.mark.parametrize("stands", [REGISTERED, WAITING, OFFERED, CANCELLED, EXPIRED, NO_SHOW])
def test_moving_counts_what_it_takes_and_gives_back(line, now, stands, to) -> None:
    quota, [seated, *_rest] = line
    row = Registration.objects.filter(pk=seated.pk)
    row.update(
        state=stands, offered_at=now, offer_expires_at=now, cancelled_at=now if stands == CANCELLED else None
    )
    quota.taken = int(stands in Registration.TAKING)
    quota.save()
    others = [one for one in Registration.STATES if one != stands]
    assert not seats.move(seated, from_=others, to=to)
    assert (state(seated), taken(quota)) == (stands, (int(stands in Registration.TAKING),) * 2)
    assert seats.move(seated, from_=[stands], to=to, cancelled_at=now if to == CANCELLED else None)
    assert (state(seated), taken(quota)) == (to, (int(to in Registration.TAKING),) * 2)


@pytest.mark.parametrize("stands", [REGISTERED, WAITING, OFFERED])
def test_the_database_refuses_a_standing_registration_that_is_cancelled(line, now, stands) -> None:
    _quota, [seated, *_rest] = line
    row = Registration.objects.filter(pk=seated.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(state=stands, cancelled_at=now, offered_at=now, offer_expires_at=now)


CHANGES = {
    "leave": lambda one, now: seats.cancel(registration=one, way="web", now=now),
    "say yes": lambda one, now: seats.accept(registration=one, way="web", now=now),
    "not there": lambda one, now: seats.free_no_show(registration=one, now=now, by=None),
    "past the line": lambda one, now: seats.give_seat(registration=one, reason="x", by=None, now=now),
    "other people": lambda one, now: seats.change_party(
        registration=one, people=[Person("A"), Person("B")], way="desk", now=now, override_reason="x"
    ),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("ended", [CANCELLED, EXPIRED, NO_SHOW])
def test_what_has_ended_stays_ended_whoever_believes_otherwise(line, now, what, ended) -> None:
    """``seen`` is what the page showed; the row has ended since."""
    quota, [_seated, seen, _other] = line
    at = {"cancelled_at": now} if ended == CANCELLED else {}
    Registration.objects.filter(pk=seen.pk).update(state=ended, **at)
    if (what, ended) == ("leave", CANCELLED):
        assert CHANGES[what](seen, now).state == CANCELLED  # twice is once
    else:
        with pytest.raises(CourseError):
            CHANGES[what](seen, now)
    assert (state(seen), taken(quota)) == (ended, (1, 1))


@pytest.mark.only_on("postgresql")  # SQLite has one lock for everything
@pytest.mark.parametrize("what", CHANGES)
def test_the_quota_is_locked_before_the_registration(line, now, what) -> None:
    """One order everywhere: two who lock in different orders wait for each other for ever."""
    _quota, [seated, waits, _other] = line
    one = seated if what in ("not there", "leave") else waits
    if what == "say yes":
        seats.cancel(registration=seated, way="web", now=now)
    with CaptureQueriesContext(connection) as done:
        CHANGES[what](one, now)
    locks = [
        query["sql"].partition(' FROM "' if "FOR UPDATE" in query["sql"] else 'UPDATE "')[2].partition('"')[0]
        for query in done.captured_queries
        if "FOR UPDATE" in query["sql"] or query["sql"].startswith("UPDATE")
    ]
    assert [table for table in locks if table in ("courses_quota", "courses_registration")][:2] == [
        "courses_quota",
        "courses_registration",
    ]


# --- what is called off, begun, over, closed, or taken down -----------------------------------------


def call_off(run: Run, now: dt.datetime) -> None:
    runs.cancel_run(run=run, why="Ledaren är sjuk", by=None, now=now)


def call_off_the_day(run: Run, now: dt.datetime) -> None:
    runs.cancel_occasion(occasion=run.occasions.get(), why="Halt", by=None, now=now)


def over(run: Run, now: dt.datetime) -> None:
    run.occasions.update(starts_at=now - dt.timedelta(hours=3), ends_at=now - dt.timedelta(hours=1))


def begun(run: Run, now: dt.datetime) -> None:
    run.occasions.update(starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=1))


def taken_down(run: Run, now: dt.datetime) -> None:
    CoursePage.objects.filter(pk=run.course_id).update(live=False)


def elsewhere(run: Run, now: dt.datetime) -> None:
    Run.objects.filter(pk=run.pk).update(joining="elsewhere", elsewhere="Ring föreningen")


def just_come(run: Run, now: dt.datetime) -> None:
    Run.objects.filter(pk=run.pk).update(joining="none")


@pytest.mark.parametrize(
    ("happens", "offers", "yes", "given", "more"),
    [  # is the line served; does a yes to an offer give the seat; may staff give one; may they be more
        (call_off, False, False, False, False),
        (call_off_the_day, False, False, False, False),
        (over, False, False, False, False),
        (begun, False, False, True, False),
        (taken_down, False, True, True, True),
        (elsewhere, False, True, True, True),
        (just_come, False, True, True, True),
    ],
)
def test_a_seat_is_given_only_where_there_is_something_to_come_to(
    plan, join, now, happens, offers, yes, given, more
) -> None:
    run = plan(seats=2)
    quota = run.quotas.get()
    seated, leaves, offered, waits = [join(quota) for _person in range(4)]
    seats.cancel(registration=leaves, way="web", now=now)
    assert state(offered) == OFFERED
    happens(run, now)

    def does(change) -> bool:
        try:
            change()
        except CourseError:
            return False
        return True

    assert does(lambda: seats.accept(registration=offered, way="phone", now=now)) == yes
    assert does(lambda: seats.give_seat(registration=waits, reason="x", by=None, now=now)) == given
    two = [Person("A"), Person("B")]
    assert (
        does(
            lambda: seats.change_party(
                registration=seated, people=two, way="web", now=now, override_reason="x"
            )
        )
        == more
    )
    Registration.objects.filter(pk=waits.pk, state=REGISTERED).update(state=WAITING)
    runs.set_seats(quota=quota, seats=9, kept=0, kept_until=None, by=None, now=now)
    assert (seats.serve_lines(now), state(waits)) == (0, OFFERED if offers else WAITING)


@pytest.mark.parametrize("happens", [call_off, call_off_the_day])
def test_the_offers_of_what_is_called_off_end_and_say_nothing_of_the_next(plan, join, now, happens) -> None:
    run = plan(seats=1)
    quota = run.quotas.get()
    first, second = join(quota), join(quota)
    seats.cancel(registration=first, way="web", now=now)
    happens(run, now)
    assert (state(second), taken(quota)) == (EXPIRED, (0, 0))
    assert seats.expire_offers(now + dt.timedelta(days=9)) == 0
    kinds = Notice.objects.filter(about=second.about).exclude(state="stopped").values_list("kind", flat=True)
    assert [kind.split("-")[0] for kind in kinds if kind != "receipt"] in (["run"], ["off"])


@pytest.mark.parametrize("times", [(7,), (7, 14)])
def test_a_called_off_run_is_not_added_to_nor_changed(plan, now, times) -> None:
    run = plan(days=times)
    call_off(run, now)
    start = now + dt.timedelta(days=30)
    for change in (
        lambda: runs.add_occasions(run=run, times=[(start, start + dt.timedelta(hours=1))], by=None, now=now),
        lambda: runs.change_run(run=run, by=None, now=now, note="Ny"),
    ):
        with pytest.raises(Closed):
            change()
    assert run.occasions.count() == len(times)
    assert runs.cancel_occasion(occasion=run.occasions.first(), why="", by=None, now=now) == 0


def test_a_walk_in_to_what_was_called_off_a_moment_ago(plan, now) -> None:
    run = plan()
    occasion = run.occasions.get()  # as the open page has it
    call_off_the_day(run, now)
    with pytest.raises(Closed):
        day.walk_in(occasion=occasion, name="A", by=None, now=now, submission_key="w")
    assert not Registration.objects.exists()


def test_no_longer_is_told_of_what_has_a_seat_already(line, now) -> None:
    _quota, [seated, *_rest] = line
    with pytest.raises(NoLonger):
        seats.give_seat(registration=seated, reason="x", by=None, now=now)


# --- how many questions ----------------------------------------------------------------------------


def questions(change) -> int:
    with CaptureQueriesContext(connection) as done:
        change()
    return len(done)


ASKS = {
    "remind": lambda run, soon, now: day.remind_due(soon),
    "remind again": lambda run, soon, now: day.remind_due(soon),
    "call off": lambda run, soon, now: runs.cancel_run(run=run, why="Halt", by=None, now=now),
    "move": lambda run, soon, now: runs.change_occasion(
        occasion=run.occasions.get(), starts_at=soon, ends_at=soon + dt.timedelta(hours=2), place=None,
        resources=[], by=None, now=now,
    ),
    "look at lines": lambda run, soon, now: seats.serve_lines(now),
}  # fmt: skip


@pytest.mark.parametrize("what", ASKS)
def test_the_same_questions_for_one_and_for_three(plan, join, now, what) -> None:
    asked = []
    for people in (1, 1, 3):  # the first of all also asks what is kept in memory afterwards
        run = plan(seats=people, days=(2,))
        quota = run.quotas.get()
        for _person in range(people * (2 if what == "look at lines" else 1)):
            join(quota, at=now - dt.timedelta(days=9))
        soon = run.occasions.get().starts_at - dt.timedelta(hours=2)
        if what == "remind again":
            assert day.remind_due(soon) == people
        asked.append(questions(lambda run=run, soon=soon: ASKS[what](run, soon, now)))
        runs.cancel_run(run=run, why="", by=None, now=now)
    assert len(set(asked[1:])) == 1, asked
