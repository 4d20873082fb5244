"""People, rooms and equipment to book."""

import datetime as dt
from types import SimpleNamespace

import pytest

from utbud.base.dates import STOCKHOLM
from utbud.calendar import actions
from utbud.calendar.models import Booking, Resource


@pytest.fixture
def things(site):
    """Anna, who is the editor; Bo, who has no login; a room and a camera."""
    kind = Resource.Kind
    return SimpleNamespace(
        anna=Resource.objects.create(kind=kind.PERSON, name="Anna", user=site.editor),
        bo=Resource.objects.create(kind=kind.PERSON, name="Bo"),
        room=Resource.objects.create(kind=kind.ROOM, name="Studion"),
        camera=Resource.objects.create(kind=kind.EQUIPMENT, name="Kameran"),
    )


@pytest.fixture
def book(things, now):
    """``book("occasion:1", "anna", "room", at="2026-03-03 10:00", hours=2)``, in Stockholm's time."""

    def book(source, *names, at="2026-03-03 10:00", hours=2.0, title="Ring med bild", now=now, url=""):
        starts = moment(at)
        actions.book(
            source=source,
            resources=[getattr(things, name) for name in names],
            starts_at=starts,
            ends_at=starts + dt.timedelta(hours=hours),
            title=title,
            url=url,
            now=now,
        )

    return book


def moment(words):
    """«2026-03-03 10:00» on the clock in Stockholm, as UTC."""
    return dt.datetime.fromisoformat(words).replace(tzinfo=STOCKHOLM).astimezone(dt.UTC)


def booked():
    """All that is booked, as it is read: {("occasion:1", "Anna", "10:00")}."""
    rows = Booking.objects.select_related("resource")
    return {
        (row.source, row.resource.name, f"{row.starts_at.astimezone(STOCKHOLM):%d %H:%M}") for row in rows
    }
