"""What is asked about the calendar: who is busy when, and what clashes."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.calendar.models import Booking, Feed, Resource
from utbud.people.models import User
from utbud.places.held import Held
from utbud.places.models import Place


@dataclass(frozen=True)
class Clash:
    """``resource`` is wanted while ``booking`` already has it."""

    resource: Resource
    booking: Booking


@dataclass(frozen=True)
class Busy:
    """One thing in the calendar: all that is booked for one source."""

    bookings: tuple[Booking, ...]  # at least one; they have the same time and title
    clashes: tuple[Clash, ...]

    @property
    def booking(self) -> Booking:
        """Any of the bookings, for what they share."""
        return self.bookings[0]

    @property
    def names(self) -> str:
        """«Anna, Kameran, Studion»"""
        return ", ".join(sorted(booking.resource.name for booking in self.bookings))

    def on(self, day: dt.date) -> bool:
        """Whether any of it is on ``day`` in Stockholm; what ends at midnight is not on the day after."""
        last = dates.local(self.booking.ends_at - dt.timedelta(microseconds=1))
        return dates.local(self.booking.starts_at).date() <= day <= last.date()


def overlapping(starts_at: dt.datetime, ends_at: dt.datetime) -> QuerySet[Booking]:
    """Bookings that share time with [starts_at, ends_at), with their resources; back to back shares none."""
    return Booking.objects.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).select_related("resource")


def clashes(
    *, resources: Iterable[Resource], starts_at: dt.datetime, ends_at: dt.datetime, source: str = ""
) -> list[Clash]:
    """What already has ``resources`` then, the earliest first; what ``source`` itself has is left out."""
    wanted = [resource.pk for resource in resources]
    found = overlapping(starts_at, ends_at).filter(resource__in=wanted).exclude(source=source)
    return [Clash(booking.resource, booking) for booking in found] if wanted else []


def clashes_of(sources: Iterable[str]) -> dict[str, list[Clash]]:
    """For each of ``sources``: what clashes with its bookings, the earliest first. Two queries whatever the number."""
    found: dict[str, list[Clash]] = {source: [] for source in sources}
    mine = list(Booking.objects.filter(source__in=list(found))) if found else []
    if not mine:
        return found
    others = overlapping(min(b.starts_at for b in mine), max(b.ends_at for b in mine))
    at: dict[int, list[Booking]] = defaultdict(list)
    for other in others.filter(resource__in={booking.resource_id for booking in mine}):
        at[other.resource_id].append(other)
    for booking in mine:
        for other in at[booking.resource_id]:
            if other.starts_at >= booking.ends_at:
                break  # they come in order
            if other.ends_at > booking.starts_at and other.source != booking.source:
                found[booking.source].append(Clash(other.resource, other))
    for row in found.values():
        row.sort(key=lambda clash: (clash.booking.starts_at, clash.booking.ends_at, clash.booking.pk))
    return found


def busy(starts_at: dt.datetime, ends_at: dt.datetime, resource: Resource | None = None) -> list[Busy]:
    """All that is booked in [starts_at, ends_at), the earliest first, with what each clashes with.

    With ``resource`` only what has it. Three queries whatever the number.
    """
    rows = overlapping(starts_at, ends_at)
    if resource:
        rows = rows.filter(source__in=Booking.objects.filter(resource=resource).values("source"))
    together: dict[str, list[Booking]] = defaultdict(list)
    for row in rows:
        together[row.source].append(row)
    found = clashes_of(together)
    return [Busy(tuple(bookings), tuple(found[source])) for source, bookings in together.items()]


def held_at(day: dt.date, place: Place | None) -> list[Held]:
    """What is booked on ``day`` in the rooms of ``place``, or of every place."""
    start, end = dates.whole_day(day)
    rows = overlapping(start, end).filter(resource__kind=Resource.Kind.ROOM, resource__place__isnull=False)
    if place is not None:
        rows = rows.filter(resource__place=place)
    return [
        Held(
            one.starts_at,
            one.ends_at,
            f"{capfirst(time_words(one))}: {one.title}, {one.resource.name}",
            one.url,
        )
        for one in rows
    ]


def clash_words(clash: Clash) -> str:
    """«Anna är upptagen tisdag 3 mars klockan 10–12: Ring med bild.» A thing «används», whatever its gender."""
    words = (
        _("%(name)s är upptagen %(when)s: %(what)s.")
        if clash.resource.kind == Resource.Kind.PERSON
        else _("%(name)s används %(when)s: %(what)s.")
    )
    booking = clash.booking
    return words % {
        "name": clash.resource.name,
        "when": when_words(booking.starts_at, booking.ends_at),
        "what": booking.title.rstrip("."),
    }


def when_words(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """«tisdag 3 mars klockan 10–12», or with both days where it goes past midnight."""
    start, end = dates.local(starts_at), dates.local(ends_at)
    first = dates.date_words(start.date(), year=False)
    if start.date() == end.date():
        return _("%(day)s klockan %(times)s") % {
            "day": first,
            "times": dates.span_words(start.time(), end.time()),
        }
    return _("%(day)s klockan %(time)s till %(last_day)s klockan %(last_time)s") % {
        "day": first,
        "time": dates.time_words(start),
        "last_day": dates.date_words(end.date(), year=False),
        "last_time": dates.time_words(end),
    }


def time_words(booking: Booking) -> str:
    """«10–12», or with both days where it goes past midnight."""
    start, end = dates.local(booking.starts_at), dates.local(booking.ends_at)
    if start.date() == end.date():
        return dates.span_words(start.time(), end.time())
    return when_words(booking.starts_at, booking.ends_at)


def bookings_of(user: User, since: dt.datetime) -> QuerySet[Booking]:
    """What ``user`` is booked for and has not ended by ``since``, the earliest first."""
    return Booking.objects.filter(resource__user=user, ends_at__gt=since)


def rooms_of(sources: Iterable[str]) -> dict[str, str]:
    """Where each of ``sources`` is: «Studion, Storgatan 1, 871 31 Härnösand». One query; none for what has no room."""
    rooms = Booking.objects.filter(source__in=list(sources), resource__kind=Resource.Kind.ROOM)
    found: dict[str, list[str]] = defaultdict(list)
    for booking in rooms.select_related("resource__place").order_by("resource__name"):
        place = booking.resource.place
        parts = (booking.resource.name, place.name if place else "", place.address if place else "")
        found[booking.source].append(", ".join(dict.fromkeys(part for part in parts if part)))
    return {source: "; ".join(words) for source, words in found.items()}


def token_hash(token: str) -> str:
    """What is kept of the secret in a private address."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(token: str) -> Feed | None:
    """The feed whose address holds ``token``, with its user; None when it is closed or its user may not log in."""
    found = Feed.objects.filter(token_hash=token_hash(token), revoked_at=None, user__is_active=True)
    return found.select_related("user").first()


def open_feed_of(user: User) -> Feed | None:
    """The private address that ``user`` has now, if any."""
    return Feed.objects.filter(user=user, revoked_at=None).first()
