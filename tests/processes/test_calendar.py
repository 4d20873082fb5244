"""Two who do the same thing to the calendar at the same moment, in processes of their own."""

import datetime as dt

from django.utils import timezone

from utbud.calendar import actions
from utbud.calendar.models import Booking, Feed, Resource

AT_ONCE = 4


def all_at_once(house, what):
    """Run ``what(number)`` in ``AT_ONCE`` processes."""
    processes = [house.fork(lambda n=number: what(n)) for number in range(AT_ONCE)]
    for process in processes:
        process.join()
        assert process.exitcode == 0


def test_of_several_addresses_made_at_once_one_works(house):
    user = house.site.editor
    all_at_once(house, lambda _number: actions.open_feed(user=user, now=timezone.now()) and None)
    assert Feed.objects.count() == AT_ONCE
    assert Feed.objects.filter(revoked_at=None).count() == 1


def test_the_same_booking_made_at_once_is_one(house):
    resources = [Resource.objects.create(kind="room", name=f"Rum {number}") for number in range(5)]
    starts = timezone.now() + dt.timedelta(days=1)

    def book(number):
        actions.book(
            source="occasion:1",
            resources=resources if number % 2 else resources[::-1],  # in either order nobody waits for ever
            starts_at=starts,
            ends_at=starts + dt.timedelta(hours=1),
            title=f"Nummer {number}",
            now=timezone.now(),
        )

    all_at_once(house, book)
    assert Booking.objects.count() == 5
    assert Booking.objects.values("title").distinct().count() == 1
