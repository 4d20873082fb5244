"""Who is busy when: a table of what clashes, and how it is said."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.unit.calendar.conftest import moment
from utbud.calendar import queries
from utbud.calendar.models import Booking

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize(
    ("starts", "ends", "clashes"),
    [
        ("08:00", "10:00", False),  # back to back, before
        ("12:00", "14:00", False),  # back to back, after
        ("08:00", "10:01", True),
        ("11:59", "14:00", True),
        ("10:00", "12:00", True),
        ("10:30", "11:00", True),
        ("08:00", "14:00", True),
        ("13:00", "14:00", False),
    ],
)
def test_what_shares_time_clashes(book, things, starts, ends, clashes):
    book("occasion:1", "anna")
    found = queries.clashes(
        resources=[things.anna, things.bo],
        starts_at=moment(f"2026-03-03 {starts}"),
        ends_at=moment(f"2026-03-03 {ends}"),
    )
    expected = [queries.Clash(things.anna, Booking.objects.get())] if clashes else []
    assert found == expected


def test_what_one_has_oneself_is_no_clash(book, things):
    book("occasion:1", "anna")
    book("session:9", "anna", "room")
    found = queries.clashes(
        resources=[things.anna, things.room],
        starts_at=moment("2026-03-03 10:00"),
        ends_at=moment("2026-03-03 11:00"),
        source="occasion:1",
    )
    assert [(clash.resource.name, clash.booking.source) for clash in found] == [
        ("Anna", "session:9"),
        ("Studion", "session:9"),
    ]


@pytest.mark.parametrize("number", [0, 1, 40])
def test_clashes_are_one_question_whatever_the_number(book, things, number):
    for key in range(number):
        book(f"occasion:{key}", "anna", "bo", "room", "camera")
    with CaptureQueriesContext(connection) as asked:
        found = queries.clashes(
            resources=vars(things).values(),
            starts_at=moment("2026-03-03 10:00"),
            ends_at=moment("2026-03-03 11:00"),
        )
        [queries.clash_words(clash) for clash in found]
    assert (len(found), len(asked)) == (number * 4, 1)


def test_nothing_wanted_nothing_clashes(book):
    book("occasion:1", "anna")
    start = moment("2026-03-03 10:00")
    assert queries.clashes(resources=[], starts_at=start, ends_at=start + dt.timedelta(hours=1)) == []


def names(found):
    return {
        source: [(clash.resource.name, clash.booking.source) for clash in clashes]
        for source, clashes in found.items()
    }


def test_clashes_of_a_whole_list(book):
    book("occasion:1", "anna", "room", at="2026-03-03 10:00")
    book("occasion:2", "anna", "camera", at="2026-03-03 11:00", hours=1)
    book("occasion:3", "anna", at="2026-03-03 12:00")
    book("session:4", "room", at="2026-03-03 09:00", hours=1.5)
    book("session:5", "bo", at="2026-03-03 10:00")
    found = queries.clashes_of(["occasion:1", "occasion:2", "occasion:3", "session:5", "unknown:6"])
    assert names(found) == {
        "occasion:1": [("Studion", "session:4"), ("Anna", "occasion:2")],
        "occasion:2": [("Anna", "occasion:1")],
        "occasion:3": [],
        "session:5": [],
        "unknown:6": [],
    }


def test_a_long_booking_clashes_with_all_in_it(book):
    book("occasion:1", "room", at="2026-03-02 08:00", hours=72)
    book("occasion:2", "room", at="2026-03-03 10:00")
    book("occasion:3", "room", at="2026-03-04 10:00")
    assert names(queries.clashes_of(["occasion:1", "occasion:3"])) == {
        "occasion:1": [("Studion", "occasion:2"), ("Studion", "occasion:3")],
        "occasion:3": [("Studion", "occasion:1")],
    }


@pytest.mark.parametrize(("number", "questions"), [(0, 0), (3, 2), (60, 2)])
def test_clashes_of_a_list_are_two_questions(book, number, questions):
    for key in range(number):
        book(f"occasion:{key}", "anna", "room", at=f"2026-03-{key % 20 + 1:02} 10:00")
    with CaptureQueriesContext(connection) as asked:
        found = queries.clashes_of(f"occasion:{key}" for key in range(number))
        [queries.clash_words(clash) for clashes in found.values() for clash in clashes]
    assert (len(found), len(asked)) == (number, questions)


@pytest.mark.parametrize(
    ("who", "at", "hours", "words"),
    [
        ("anna", "2026-03-03 10:00", 2, "Anna är upptagen tisdag 3 mars klockan 10–12: Ring med bild."),
        ("room", "2026-03-03 10:30", 1, "Studion används tisdag 3 mars klockan 10.30–11.30: Ring med bild."),
        ("camera", "2026-07-01 23:00", 3,
         "Kameran används onsdag 1 juli klockan 23 till torsdag 2 juli klockan 2: Ring med bild."),
    ],
)  # fmt: skip
def test_a_clash_in_words(book, who, at, hours, words):
    book("occasion:1", who, at=at, hours=hours)
    booking = Booking.objects.select_related("resource").get()
    assert queries.clash_words(queries.Clash(booking.resource, booking)) == words


def test_ones_own_bookings_and_nobody_elses(book, site):
    book("occasion:1", "anna", at="2026-03-01 10:00")
    book("occasion:2", "anna", "room", at="2026-03-03 10:00")
    book("occasion:3", "bo", at="2026-03-03 10:00")
    book("occasion:4", "anna", at="2026-03-02 10:00")
    since = moment("2026-03-02 11:00")
    assert [row.source for row in queries.bookings_of(site.editor, since)] == ["occasion:4", "occasion:2"]
    assert list(queries.bookings_of(site.chief, since)) == []
