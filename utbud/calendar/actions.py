"""What is done to the calendar: time taken and given back, private addresses opened and closed."""

import datetime as dt
import secrets
from collections.abc import Iterable

from django.db import transaction

from utbud.base import dates
from utbud.calendar.models import Booking, Feed, Resource
from utbud.calendar.queries import token_hash
from utbud.people.models import User

TOKEN_BYTES = 24  # 32 characters in an address
TITLE, URL = 200, 300  # characters that there is room for


class EndsBeforeItStarts(ValueError):
    """A booking must end after it starts."""


@transaction.atomic
def book(
    *,
    source: str,
    resources: Iterable[Resource],
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    title: str,
    url: str = "",
    now: dt.datetime,
) -> None:
    """Make the bookings of ``source`` be exactly these: adds, moves and removes. Can be done twice.

    Clashes do not stop it: ask queries.clashes first, and let whoever books decide. Call it in the transaction
    that holds the row which ``source`` names, so that two changes of the same row come one after the other.
    Raises EndsBeforeItStarts.
    """
    if ends_at <= starts_at:
        raise EndsBeforeItStarts
    wanted = sorted(
        {resource.pk for resource in resources}
    )  # one order, so that two never wait for each other
    Booking.objects.filter(source=source).exclude(resource__in=wanted).delete()
    said = {"starts_at": starts_at, "ends_at": ends_at, "title": title[:TITLE], "url": url[:URL]}
    same = set(Booking.objects.filter(source=source, **said).values_list("resource_id", flat=True))
    Booking.objects.bulk_create(
        [
            Booking(resource_id=key, source=source, changed_at=now, **said)
            for key in wanted
            if key not in same
        ],
        update_conflicts=True,
        unique_fields=["resource", "source"],
        update_fields=[*said, "changed_at"],
    )


@transaction.atomic
def release(*, sources: Iterable[str]) -> None:
    """Give back all that ``sources`` have booked. Can be done twice."""
    Booking.objects.filter(source__in=list(sources)).delete()


@transaction.atomic
def open_feed(*, user: User, now: dt.datetime) -> str:
    """Make a private address for ``user``; a former one stops working. Returns its secret, which is not kept."""
    User.objects.select_for_update().get(pk=user.pk)  # two at once come one after the other
    close_feed(user=user, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Feed.objects.create(user=user, token_hash=token_hash(token), made_at=now)
    return token


@transaction.atomic
def close_feed(*, user: User, now: dt.datetime) -> None:
    """Let the private address of ``user`` stop working. Can be done twice."""
    Feed.objects.filter(user=user, revoked_at=None).update(revoked_at=now)


def note_fetched(*, feed: Feed, now: dt.datetime) -> None:
    """Remember the day that ``feed`` was last fetched, so that one nobody uses can be seen. Writes once a day."""
    today = dates.local(now).date()
    if feed.last_fetched_on != today:
        Feed.objects.filter(pk=feed.pk).update(last_fetched_on=today)
