"""Figures: what is counted where, that they are the same after the purge, and what they cost."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.courses.actions import care, day, runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import Occasion, Participant, Run
from utbud.courses.queries.figures import figures
from utbud.people.models import Organisation
from utbud.places.models import Place

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2027, 3, 31)
LATE = dt.timedelta(days=300)


def note(occasion, registration, came):
    people = registration.participants.values_list("pk", flat=True)
    day.note_attendance(occasion=occasion, came=dict.fromkeys(people, came), by=None, now=occasion.ends_at)


def say(occasion, key, task="", mood="", wish=""):
    day.evaluate(
        occasion=occasion,
        task=task,
        mood=mood,
        wish=wish,
        came_by="web",
        now=occasion.ends_at,
        submission_key=key,
    )


@pytest.fixture
def season(plan, join, site, now):
    """A run of two with people, a drop-in that is counted, one that is called off, one at a host's, one still to come."""
    silver = Organisation.objects.create(name="Silverbjörken")
    run = plan(seats=3, days=(7, 14))
    quota, (one, two) = run.quotas.get(), run.occasions.all()
    gerd = join(
        quota, "Gerd Ek", way="phone", people=[Person("Gerd Ek"), Person("Ulla", Participant.Role.COMPANION)],
        contact="070-174 06 05",
    )  # fmt: skip
    pair, waits, leaves = join(quota, size=2), join(quota, way="web"), join(quota, way="sms")
    seats.cancel(registration=leaves, way="sms", now=now)
    note(one, gerd, True), note(one, pair, True), note(two, gerd, True)
    day.let_go(occasion=two, registration=pair, by=site.editor, now=two.starts_at)
    day.count_heads(occasion=one, count=99, by=None, now=now)  # somebody counted too: the notes go first
    drop_in = plan(days=(8,), joining=Run.Joining.NONE, seats=None).occasions.get()
    day.count_heads(occasion=drop_in, count=14, by=None, now=now)
    off = plan(days=(9,), seats=8)
    runs.cancel_run(run=off, why="Sjukdom", by=site.editor, now=now)
    hosted = plan(days=(10,), seats=9, host=silver, place=None)
    group = join(hosted.quotas.get(), "", people=[Person()] * 4, way="host", organisation=silver, contact="")
    day.count_heads(occasion=hosted.occasions.get(), count=4, by=None, now=now)
    plan(days=(100,), seats=5)
    say(one, "a", "self", "good", "Gerd var snäll"), say(one, "b", "helped"), say(two, "c", "self", "bad")
    day.tally(occasion=drop_in, tasks={"notyet": 1}, moods={"ok": 2}, now=now, submission_key="d")
    return [gerd, pair, waits, leaves, group]


def found(now, **asked):
    return figures(**{"first": FIRST, "last": LAST, "now": now + dt.timedelta(days=60)} | asked)


def test_all_is_counted(season, now):
    n = found(now).all
    assert (n.held, n.cancelled, n.coming) == (4, 1, 1)
    assert (n.hours, n.hours_words) == (8, "8")
    assert n.seats == 3 + 8 + 9 + 5
    assert (n.registrations, n.people) == (5, 1 + 2 + 1 + 1 + 4)
    assert dict(n.ways) == {"phone": 1, "web": 2, "sms": 1, "host": 1}
    assert (n.waiting, n.expired, n.left) == (1, 0, 1)
    assert n.came == 3 + 1 + 14 + 4
    assert n.counted == 14 + 4
    assert (n.with_them, n.no_shows) == (2, 2)
    assert (n.answers, dict(n.tasks), dict(n.moods)) == (
        5,
        {"self": 2, "helped": 1, "notyet": 1},
        {"good": 1, "bad": 1, "ok": 2},
    )
    assert (n.by_themselves, n.with_help) == (50, 25)


def test_the_figures_are_the_same_when_people_are_forgotten(season, now):
    before = found(now)
    assert care.purge(now + LATE) == 5
    after = found(now)
    assert after.all == before.all
    assert after.by_course() == before.by_course()
    assert after.by_place() == before.by_place()


def test_each_course_and_each_place_has_its_share(season, now):
    found_now = found(now)
    assert [(name, n.came) for name, n in found_now.by_course()] == [("Ring med bild", 22)]
    assert [(name, n.held, n.came) for name, n in found_now.by_place()] == [
        ("Huvudbiblioteket", 3, 18),
        ("Silverbjörken", 1, 4),
    ]


def test_an_occasion_that_was_moved_counts_where_it_was_held(season, now):
    branch = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    Occasion.objects.filter(head_count=14).update(place=branch)
    assert ("Ramvik", 14) in [(name, n.came) for name, n in found(now).by_place()]


@pytest.mark.parametrize(
    ("first", "last", "held", "registrations"),
    [
        (
            dt.date(2026, 11, 30),
            dt.date(2026, 11, 30),
            1,
            4,
        ),  # the first of two: those who registered belong here
        (dt.date(2026, 12, 7), dt.date(2026, 12, 7), 1, 0),  # the second
        (dt.date(2026, 10, 1), dt.date(2026, 11, 29), 0, 0),
    ],
)
def test_a_period_has_what_begins_in_it_and_a_long_course_is_counted_once(
    season, now, first, last, held, registrations
):
    n = found(now, first=first, last=last).all
    assert (n.held, n.registrations) == (held, registrations)


@pytest.mark.parametrize("hour", [23, 0])
def test_a_day_is_a_day_in_stockholm(plan, now, hour):
    run = plan(days=(7,))
    midnight = dt.datetime(2026, 11, 30, 22, 30, tzinfo=dt.UTC) + dt.timedelta(hours=0 if hour == 23 else 1)
    Occasion.objects.filter(run=run).update(starts_at=midnight, ends_at=midnight + dt.timedelta(hours=1))
    there = dt.date(2026, 11, 30) if hour == 23 else dt.date(2026, 12, 1)
    assert found(now, first=there, last=there).all.held == 1


def test_the_hour_that_the_clock_takes_is_not_taught(plan, now):
    run = plan(days=(7,))
    start = dt.datetime(2027, 3, 27, 22, tzinfo=dt.UTC)
    Occasion.objects.filter(run=run).update(starts_at=start, ends_at=start + dt.timedelta(hours=5))
    assert figures(first=FIRST, last=LAST, now=now + LATE).all.hours == 5  # the wall clock says six


def test_nobody_asked_is_a_dash_and_not_zero(plan, now):
    plan()
    assert found(now).all.by_themselves is None


def test_the_cost_is_the_same_for_one_and_for_many(plan, join, now):
    counts = []
    for number in (1, 15):
        for _run in range(number):
            occasion = plan(days=(7,), seats=9).occasions.get()
            note(occasion, join(occasion.quota), True)
        with CaptureQueriesContext(connection) as asked:
            found(now).by_place()
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 7


# --- the page ---------------------------------------------------------------------------------------


@pytest.fixture
def staff(client, site, now):
    with time_machine.travel(now + dt.timedelta(days=37), tick=False):  # 30 December
        client.force_login(site.editor)
        yield client


def test_the_page_and_the_file_say_the_same(season, staff, now):
    page = staff.get(reverse("courses_figures"), {"fran": "2026-11-01", "till": "2027-03-31"})
    html = page.content.decode()
    assert "4 hölls, 1 ställdes in, 1 är kvar." in html
    assert "50 % själv" in html
    made = staff.get(reverse("courses_figures_file"), {"fran": "2026-11-01", "till": "2027-03-31"})
    assert made.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig")), delimiter=";"))
    assert sum(int(row["Kom"]) for row in rows) == 22
    assert sum(int(row["Anmälningar"]) for row in rows) == 5
    assert "Gerd" not in made.content.decode()


@pytest.mark.parametrize(
    "asked", ["", "fran=i+går", "fran=2026-12-31&till=2020-01-01", "kurs=abc", "fran=9999-12-31"]
)
def test_what_is_not_understood_is_this_year_and_every_course(season, staff, asked):
    assert staff.get(f"{reverse('courses_figures')}?{asked}").status_code == 200


def test_an_empty_period_says_so(staff):
    assert "Inga kurser i den här perioden." in staff.get(reverse("courses_figures")).content.decode()


@pytest.mark.parametrize("name", ["courses_figures", "courses_figures_file"])
def test_only_staff_see_them(client, name):
    assert client.get(reverse(name)).status_code == 302
