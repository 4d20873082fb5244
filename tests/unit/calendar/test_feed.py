"""Somebody's own bookings, as a phone fetches them at a secret address."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from utbud.calendar import actions
from utbud.calendar.models import Feed
from utbud.places.models import Place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def address(site, now):
    return f"/kalender/{actions.open_feed(user=site.editor, now=now)}.ics"


def entries(response):
    return Calendar.from_ical(response.content).events


def test_what_is_in_it(book, things, address):
    book("occasion:1", "anna", "room", at="2026-11-24 10:00", url="/admin/kurser/1/")
    book("occasion:2", "bo", at="2026-11-24 10:00", title="Någon annans")
    things.room.place = Place.objects.create(
        name="Huvudbiblioteket", kind="huvudbibliotek", slug="huvud", street="Storgatan 1", city="Härnösand"
    )
    things.room.save()
    response = Client().get(address)
    (entry,) = entries(response)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert {name: str(entry[name]) for name in ("UID", "SUMMARY", "LOCATION", "URL")} == {
        "UID": f"occasion-1.{things.anna.pk}@localhost",
        "SUMMARY": "Ring med bild",
        "LOCATION": "Studion, Huvudbiblioteket, Storgatan 1, Härnösand",
        "URL": "http://localhost:8000/admin/kurser/1/",
    }
    assert (entry.start.isoformat(), entry.end.isoformat()) == (
        "2026-11-24T10:00:00+01:00",
        "2026-11-24T12:00:00+01:00",
    )


@pytest.mark.parametrize(
    ("days", "there"), [(-31, False), (-29, True), (0, True), (400, True)]
)  # fmt: skip
def test_from_thirty_days_back_and_on(book, address, now, days, there):
    day = now + dt.timedelta(days=days)
    book("occasion:1", "anna", at=f"{day:%Y-%m-%d} 10:00")
    assert len(entries(Client().get(address))) == there


def test_nothing_booked_is_a_calendar_all_the_same(address):
    response = Client().get(address)
    assert (response.status_code, entries(response)) == (200, [])


def test_it_is_private_and_in_no_search_engine(address):
    response = Client().get(address)
    said = {name: response[name] for name in ("Cache-Control", "X-Robots-Tag")}
    assert said == {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    assert not response.cookies


def test_a_closed_address_is_not_found_nor_one_that_never_was(site, address, now):
    client = Client()
    assert client.get(address).status_code == 200
    actions.close_feed(user=site.editor, now=now)
    found = [
        client.get(path).status_code for path in (address, f"/kalender/{'a' * 32}.ics", "/kalender/kort.ics")
    ]
    assert found == [404, 404, 404]


def test_what_has_not_changed_is_not_sent_again(book, address, now):
    book("occasion:1", "anna", at="2026-11-24 10:00")
    client = Client()
    first = client.get(address)
    with time_machine.travel(now + dt.timedelta(hours=1), tick=False):
        same = client.get(address, headers={"If-None-Match": first["ETag"]})
        book("occasion:1", "anna", at="2026-11-24 11:00")
        moved = client.get(address, headers={"If-None-Match": first["ETag"]})
        actions.release(sources=["occasion:1"])
        gone = client.get(address, headers={"If-None-Match": moved["ETag"]})
    assert [answer.status_code for answer in (first, same, moved, gone)] == [200, 304, 200, 200]
    assert (same.content, same["ETag"], same["Cache-Control"]) == (b"", first["ETag"], "private, no-cache")
    assert (entries(moved)[0].start.hour, entries(gone)) == (11, [])


def test_only_reading(address):
    assert [Client().head(address).status_code, Client().post(address).status_code] == [200, 405]


def test_the_day_is_kept_and_nothing_about_who_asked(address):
    Client().get(address, headers={"User-Agent": "Telefon"}, REMOTE_ADDR="192.0.2.7")
    assert str(Feed.objects.get().last_fetched_on) == "2026-11-23"
    kept = str(list(Feed.objects.values()))
    assert ("192.0.2" in kept, "Telefon" in kept) == (False, False)


def test_the_same_number_of_questions_for_1_and_3(book, address):
    client, asked = Client(), []
    for number in (1, 3):
        for key in range(number):
            book(f"occasion:{key}", "anna", "room", at=f"2026-12-{key + 1:02} 10:00")
        client.get(address)
        with CaptureQueriesContext(connection) as done:
            assert len(entries(client.get(address))) == number
        asked.append(len(done))
    assert asked[0] == asked[1]
