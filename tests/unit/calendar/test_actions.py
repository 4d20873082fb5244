"""Time is taken and given back by whoever owns it, and a private address has one secret at a time."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from tests.unit.calendar.conftest import booked, moment
from utbud.calendar import actions, queries
from utbud.calendar.models import Booking, Feed, Resource

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = dt.timedelta(hours=3)


def test_an_occasion_takes_all_that_it_needs(book):
    book("occasion:1", "anna", "room")
    assert booked() == {("occasion:1", "Anna", "03 10:00"), ("occasion:1", "Studion", "03 10:00")}


def test_booking_again_moves_adds_and_removes_and_touches_nobody_else(book):
    book("occasion:1", "anna", "room")
    book("occasion:2", "anna")
    book("occasion:1", "bo", "room", at="2026-03-04 13:00")
    assert booked() == {
        ("occasion:1", "Bo", "04 13:00"),
        ("occasion:1", "Studion", "04 13:00"),
        ("occasion:2", "Anna", "03 10:00"),
    }


def test_the_same_twice_changes_nothing(book, now):
    book("occasion:1", "anna", "room")
    before = list(Booking.objects.order_by("pk").values())
    book("occasion:1", "room", "anna", "anna", now=now + LATER)
    assert list(Booking.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("changed", [{"at": "2026-03-03 11:00"}, {"title": "Annat"}, {"url": "/admin/x/"}])
def test_a_change_says_when_and_keeps_the_row(book, now, changed):
    book("occasion:1", "anna")
    before = Booking.objects.get()
    book("occasion:1", "anna", now=now + LATER, **changed)
    after = Booking.objects.get()
    assert (after.pk, after.changed_at) == (before.pk, now + LATER)


def test_nothing_needed_is_the_same_as_giving_back(book):
    book("occasion:1", "anna")
    book("occasion:1")
    assert booked() == set()


def test_release_gives_back_all_of_one_thing_and_can_be_done_twice(book):
    book("occasion:1", "anna", "room")
    book("occasion:11", "anna")
    actions.release(sources=["occasion:1"])
    actions.release(sources=["occasion:1"])
    assert booked() == {("occasion:11", "Anna", "03 10:00")}


@pytest.mark.parametrize("hours", [0, -1])
def test_time_runs_forwards(book, hours):
    with pytest.raises(actions.EndsBeforeItStarts):
        book("occasion:1", "anna", hours=hours)
    assert booked() == set()


def test_a_long_title_is_cut(book):
    book("occasion:1", "anna", title="å" * 300, url="x" * 400)
    row = Booking.objects.get()
    assert (len(row.title), len(row.url)) == (200, 300)


@pytest.mark.parametrize("number", [1, 4])
def test_the_number_of_questions_does_not_follow_the_number_of_resources(book, number):
    with CaptureQueriesContext(connection) as asked:
        book("occasion:1", *("anna", "bo", "room", "camera")[:number])
    said = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(said) == 3  # what is gone, what is the same, what is new


def test_the_database_holds_what_the_code_promises(things, site, now):
    start = moment("2026-03-03 10:00")
    fields = {"resource": things.anna, "source": "occasion:1", "title": "x", "changed_at": now}
    refused = [
        lambda: Booking.objects.create(starts_at=start, ends_at=start, **fields),
        lambda: [Booking.objects.create(starts_at=start, ends_at=start + LATER, **fields) for _ in range(2)],
        lambda: Resource.objects.create(kind=Resource.Kind.ROOM, name="Rum", user=site.chief),
        lambda: Resource.objects.create(kind=Resource.Kind.PERSON, name="Anna igen", user=site.editor),
        lambda: [Feed.objects.create(user=site.chief, token_hash=name, made_at=now) for name in "ab"],
        lambda: [
            Feed.objects.create(user=user, token_hash="a", made_at=now) for user in (site.chief, site.admin)
        ],
    ]
    for attempt in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_what_is_booked_cannot_be_removed_from_under_it(book, things):
    book("occasion:1", "anna")
    with pytest.raises(ProtectedError):
        things.anna.delete()


def test_a_person_whose_login_is_removed_stays_booked(book, site):
    book("occasion:1", "anna")
    site.editor.delete()
    assert booked() == {("occasion:1", "Anna", "03 10:00")}


def test_only_the_hash_of_an_address_is_kept(site, now):
    token = actions.open_feed(user=site.editor, now=now)
    feed = Feed.objects.get()
    assert len(token) == 32
    assert feed.token_hash == queries.token_hash(token) != token
    assert token not in str(Feed.objects.values())


def test_a_new_address_stops_the_old_one_and_nobody_elses(site, now):
    old, others = (actions.open_feed(user=user, now=now) for user in (site.editor, site.chief))
    new = actions.open_feed(user=site.editor, now=now + LATER)
    found = [queries.feed_of(token) for token in (old, new, others, "påhittad")]
    assert [feed and feed.user for feed in found] == [None, site.editor, site.chief, None]
    assert Feed.objects.get(token_hash=queries.token_hash(old)).revoked_at == now + LATER


def test_a_closed_address_stays_closed(site, now):
    token = actions.open_feed(user=site.editor, now=now)
    actions.close_feed(user=site.editor, now=now)
    actions.close_feed(user=site.editor, now=now + LATER)
    assert (queries.feed_of(token), Feed.objects.get().revoked_at) == (None, now)


def test_the_address_of_somebody_who_has_left_does_not_work(site, now):
    token = actions.open_feed(user=site.editor, now=now)
    site.editor.is_active = False
    site.editor.save()
    assert queries.feed_of(token) is None


def test_the_day_of_the_last_fetch_is_noted_once_a_day(site, now):
    token = actions.open_feed(user=site.editor, now=now)
    asked = []
    for moment_ in (now, now + LATER, now + dt.timedelta(days=1)):
        feed = queries.feed_of(token)
        with CaptureQueriesContext(connection) as done:
            actions.note_fetched(feed=feed, now=moment_)
        asked.append(len(done))
    assert (asked, str(Feed.objects.get().last_fetched_on)) == ([1, 0, 1], "2026-11-24")
