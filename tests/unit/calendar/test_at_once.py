"""Two who do the same thing at the same moment, with connections of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from utbud.calendar import actions, queries
from utbud.calendar.models import Booking, Feed, Resource
from utbud.people.models import User

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def all_at_once(what):
    """What each of ``AT_ONCE`` threads got from ``what(number)``."""
    start = Barrier(AT_ONCE)

    def one(number):
        try:
            start.wait(timeout=10)
            return what(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_of_several_addresses_made_at_once_one_works(now):
    user = User.objects.create_user("anna")
    tokens = all_at_once(lambda _number: actions.open_feed(user=user, now=now))
    assert len(set(tokens)) == AT_ONCE
    assert sum(queries.feed_of(token) is not None for token in tokens) == 1
    assert Feed.objects.filter(revoked_at=None).count() == 1


def test_the_same_booking_made_at_once_is_one(now):
    resources = [Resource.objects.create(kind="room", name=f"Rum {number}") for number in range(5)]

    def book(number):
        actions.book(
            source="occasion:1",
            resources=resources if number % 2 else resources[::-1],  # in either order nobody waits for ever
            starts_at=now,
            ends_at=now.replace(hour=now.hour + 1),
            title=f"Nummer {number}",
            now=now,
        )

    all_at_once(book)
    assert Booking.objects.count() == 5
    assert Booking.objects.values("title").distinct().count() == 1
