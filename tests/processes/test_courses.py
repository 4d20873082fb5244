"""A rush for seats: real processes, real databases, and the lock taken out to see that the rig would tell."""

import contextlib
import datetime as dt
import itertools
import json
import os
import random
import time
from collections import Counter
from functools import partial

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from tests.processes.conftest import ROUNDS
from tests.waiting import until
from utbud.courses.actions import runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import CourseIndexPage, CoursePage, Quota, Registration
from utbud.courses.queries.seats import place_in_line
from utbud.notices.models import Notice

SEATS, KEPT, PARTIES, PROCESSES = 12, 4, 300 if ROUNDS == 1 else 1000, 8
WAYS = ("web", "web", "web", "phone", "desk", "sms")
DAY = dt.timedelta(days=1)


@pytest.fixture
def quota(house):
    """A run in a week with twelve seats, of which four are kept for phone and desk."""
    index = CourseIndexPage.objects.first()
    if index is None:
        index = CourseIndexPage(title="Kurser", slug="kurser")
        house.site.start.add_child(instance=index)
    course = CoursePage(
        title="Ring med bild", slug="ring", one_sentence="Ring och se.", about="<p>Vi provar.</p>"
    )
    index.add_child(instance=course)
    CoursePage.objects.filter(pk=course.pk).update(live=True)
    start = timezone.now() + 7 * DAY
    times = [(start, start + dt.timedelta(hours=2))]
    run = runs.plan_run(
        course=course, times=times, by=house.site.editor, now=timezone.now(), seats=SEATS, kept=KEPT
    )
    return run.quotas.get()


def party(number: int) -> dict[str, object]:
    """The number-th party: most come alone, every fifth is three; they come by different ways."""
    size = 3 if number % 5 == 0 else 1
    return {
        "name": f"Person {number}",
        "contact": f"070-174 06 {5 + number % 95:02}",
        "people": [Person(f"Person {number}"), *[Person() for _more in range(size - 1)]],
        "came_by": WAYS[number % len(WAYS)],
        "submission_key": f"rush-{number}",
    }


def in_the_end(function):
    """What ``function`` gives. SQLite has no line to its one pen: who did not get it in twenty seconds asks again."""
    while True:
        try:
            return function()
        except OperationalError as error:
            if connection.vendor != "sqlite" or "locked" not in str(error):
                raise


def rush(house, folder, quota, *, parties=PARTIES, processes=PROCESSES, register=None):
    """Have ``parties`` join from ``processes`` at once. The answers they got, and the kinds of errors."""
    folder.mkdir(exist_ok=True)
    numbers = list(range(parties))
    random.Random(11).shuffle(numbers)
    join = register or seats.register

    def work(mine, file):
        go = folder / "go"
        while not go.exists():
            time.sleep(0.001)
        with file.open("w", buffering=1) as told:
            for number in mine:
                start = time.monotonic()
                try:
                    made = in_the_end(lambda n=number: join(quota=quota, now=timezone.now(), **party(n)))
                except DatabaseError as error:
                    told.write(json.dumps({"error": type(error).__name__}) + "\n")
                    continue
                answer = {"pk": made.pk, "state": made.state, "start": start, "end": time.monotonic()}
                told.write(json.dumps(answer | {"place": place_in_line(made)}) + "\n")

    children = [
        house.fork(lambda n=n: work(numbers[n::processes], folder / str(n))) for n in range(processes)
    ]
    began = time.monotonic()
    (folder / "go").touch()
    for child in children:
        child.join()
        assert child.exitcode == 0
    lines = [
        json.loads(line) for n in range(processes) for line in (folder / str(n)).read_text().splitlines()
    ]
    print(f"{parties} parties from {processes} processes in {time.monotonic() - began:.1f} s")
    return [line for line in lines if "error" not in line], Counter(
        line["error"] for line in lines if "error" in line
    )


@pytest.fixture(autouse=True)
def _pause(monkeypatch):
    """A moment between counting and writing, as on a machine with more to do: long enough for others to come in.

    Only while there are seats to fight for: the first few times in each process.
    """
    find, times = seats.free_code, iter(range(6))
    monkeypatch.setattr(
        seats, "free_code", lambda: time.sleep(0.0 if next(times, None) is None else 0.03) or find()
    )


def taken(quota) -> int:
    """Seats that people believe they have."""
    return sum(Registration.objects.filter(quota=quota).taking_seats().values_list("seat_count", flat=True))


def without_a_lock(quota):
    """What ``seats.lock`` would be if somebody forgot."""
    return Quota.objects.get(pk=quota.pk)


def test_hundreds_of_parties_rush_for_twelve_seats(house, quota, tmp_path):
    answers, errors = rush(house, tmp_path / "rush", quota)
    assert errors == {}
    assert len(answers) == PARTIES == Registration.objects.count()

    quota.refresh_from_db()
    rows = {row.pk: row for row in Registration.objects.filter(quota=quota)}
    assert quota.taken == taken(quota) <= SEATS
    by_web = sum(
        row.seat_count for row in rows.values() if row.state == "registered" and row.came_by == "web"
    )
    assert by_web <= SEATS - KEPT

    # Every answer is true afterwards: who has a seat has it, and who waits stands where they were told.
    line = [pk for pk, row in sorted(rows.items()) if row.state == "waiting"]
    for answer in answers:
        assert answer["state"] == rows[answer["pk"]].state
        assert answer["place"] == (line.index(answer["pk"]) + 1 if answer["state"] == "waiting" else 0)

    # The order of the line is the order of commit: nobody whose answer came before another had begun stands behind.
    latest_start = 0.0
    for answer in sorted(answers, key=lambda answer: answer["pk"]):
        assert answer["end"] >= latest_start
        latest_start = max(latest_start, answer["start"])

    # Nobody is told anything by hand of what they were told at once.
    assert not Notice.objects.exists()


def test_with_the_lock_taken_out_there_is_overbooking_or_the_rig_is_wrong(
    house, quota, tmp_path, monkeypatch
):
    monkeypatch.setattr(seats, "lock", without_a_lock)
    constraint = next(one for one in Quota._meta.constraints if one.name == "courses_no_seat_too_many")
    kept = [one for one in Quota._meta.constraints if one is not constraint]
    monkeypatch.setattr(
        Quota._meta, "constraints", kept
    )  # SQLite makes the table anew from what the model has
    connection.close()
    with connection.schema_editor() as editor:
        editor.remove_constraint(Quota, constraint)
    Quota.objects.update(seats=6, kept=0)  # fewer than those who count at the same moment
    # No transaction either: SQLite takes its write lock when one begins.
    answers, _errors = rush(house, tmp_path / "rush", quota, parties=100, register=seats.register.__wrapped__)
    assert len(answers) > 50
    assert taken(quota) > 6


def test_without_the_lock_the_database_itself_says_no(house, quota, tmp_path, monkeypatch):
    monkeypatch.setattr(seats, "lock", without_a_lock)
    answers, _errors = rush(house, tmp_path / "rush", quota, parties=100)
    quota.refresh_from_db()
    assert quota.taken == taken(quota) <= SEATS
    states = dict(Registration.objects.values_list("pk", "state"))
    assert all(states[answer["pk"]] == answer["state"] for answer in answers)


def test_killed_in_the_middle_nobody_who_was_told_is_lost(house, quota, tmp_path, dice):
    """Processes join and leave, and are killed. What each was told last is what the rows say."""

    def work(name, seed):
        own = random.Random(seed)
        file = os.open(tmp_path / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for turn in range(10_000):
            number = seed * 10_000 + turn
            made = in_the_end(lambda n=number: seats.register(quota=quota, now=timezone.now(), **party(n)))
            os.write(file, f"{made.pk} {made.state}\n".encode())
            if own.random() < 0.5:
                left = in_the_end(
                    lambda one=made: seats.cancel(registration=one, way="web", now=timezone.now())
                )
                os.write(file, f"{left.pk} {left.state}\n".encode())

    kills, told = 0, {}
    while kills < 8 or len(told) < 40:
        pair = [house.fork(lambda n=n: work(f"told-{n}", n)) for n in (kills + 1, kills + 2)]
        time.sleep(dice.uniform(0.1, 0.5))
        for process in pair:
            process.kill()
            process.join()
            kills += 1
        told = {
            int(pk): state
            for file in tmp_path.glob("told-*")
            for pk, state in map(str.split, file.read_text().splitlines())
        }
    rows = {row.pk: row for row in Registration.objects.all()}
    for pk, state in told.items():
        now = rows[pk].state
        if state == "registered":
            assert now in ("registered", "cancelled")  # the answer to a later leaving may have been cut off
        elif state == "waiting":
            assert now in ("waiting", "offered", "cancelled")  # may have been offered since
        else:
            assert now == "cancelled"
    quota.refresh_from_db()
    assert quota.taken == taken(quota) <= SEATS

    # What a killed process left to the sweep is done by it, once.
    until(lambda: not seats.serve_lines(timezone.now()))
    quota.refresh_from_db()
    assert quota.taken == taken(quota) <= SEATS
    print(f"killed {kills} times; {len(told)} answers; {Counter(row.state for row in rows.values())}")


def test_an_offer_is_answered_and_ended_at_the_same_moment_one_wins(house, quota):
    now = timezone.now()
    runs.set_seats(quota=quota, seats=1, kept=0, kept_until=None, by=house.site.editor, now=now)
    for turn in range(6):
        first, second, _third = [
            seats.register(quota=quota, now=now, **party(100 * turn + n) | {"people": [Person("P")]})
            for n in (1, 2, 3)
        ]
        for gone in Registration.objects.standing().exclude(pk__in=[first.pk, second.pk, _third.pk]):
            seats.cancel(registration=gone, way="web", now=now)
        seats.cancel(registration=first, way="web", now=now)
        offered = Registration.objects.get(state="offered")
        end = offered.offer_expires_at
        yes = house.fork(lambda one=offered, at=end: accept(one, at - dt.timedelta(seconds=1)))
        no = house.fork(lambda at=end: seats.expire_offers(at) and None)
        for process in (yes, no):
            process.join()
            assert process.exitcode == 0
        offered.refresh_from_db()
        assert offered.state in ("registered", "expired")
        quota.refresh_from_db()
        assert quota.taken == taken(quota) == 1


def accept(registration, at):
    with contextlib.suppress(seats.NoOffer):
        seats.accept(registration=registration, way="web", now=at)


def test_seats_are_lowered_and_parties_leave_in_the_rush(house, quota, tmp_path):
    """Everything at once: joining, leaving seat and line, fewer and more seats. The counter says what the rows say."""
    over, seated, in_line = tmp_path / "over", tmp_path / "seated", tmp_path / "in line"

    def leave(file, states):
        left = 0
        with file.open("w", buffering=1) as told:
            while left < 10 or not over.exists():
                time.sleep(0.002)
                row = Registration.objects.filter(quota=quota, state__in=states).order_by("?").first()
                if row:
                    with contextlib.suppress(seats.NoLonger):
                        in_the_end(partial(seats.cancel, registration=row, way="web", now=timezone.now()))
                        told.write(f"{row.pk}\n")
                        left += 1

    def resize():
        for turn in itertools.count():
            if over.exists():
                break
            with contextlib.suppress(runs.BelowTaken):
                now, number, kept = timezone.now(), 6 + turn % 9, turn % 3
                change = partial(runs.set_seats, quota=quota, kept_until=None, by=None)
                in_the_end(partial(change, seats=number, kept=kept, now=now))

    others = [
        house.fork(lambda: leave(seated, ("registered", "offered"))),
        house.fork(lambda: leave(in_line, ("waiting", "offered"))),
        house.fork(resize),
    ]
    answers, errors = rush(house, tmp_path / "rush", quota, parties=80, processes=4)
    over.touch()
    for process in others:
        process.join()
        assert process.exitcode == 0
    assert (errors, len(answers)) == ({}, 80)
    quota.refresh_from_db()
    assert quota.taken == taken(quota) <= quota.seats
    states = dict(Registration.objects.filter(quota=quota).values_list("pk", "state"))
    assert len(states) == 80
    # Who was told that they have left has left, and was not drawn back by the line moving up at that moment.
    gone = {int(pk) for file in (seated, in_line) for pk in file.read_text().split()}
    assert len(gone) >= 10
    assert {states[pk] for pk in gone} == {"cancelled"}
