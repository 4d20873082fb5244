"""The log of who has seen what we know of people: a row a look, never in the way of what is read, forgotten in time."""

import datetime as dt
import logging
import sqlite3
import time

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.db import DatabaseError, connection
from django.db.models.query import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.people import actions, looks
from utbud.people.models import Look

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def look(site, now):
    """Somebody looks: ``look()`` is the desk at the inbox now, and what is special about it."""

    def look(*, at=now, **more):
        given = {"by": site.desk, "subject": "inbox", "how": Look.How.LIST} | more
        actions.note_look(**given, now=at)

    return look


@pytest.mark.parametrize(
    ("more", "rows"),
    [
        ({}, 1),
        ({"at": 9 * MINUTE}, 1),
        ({"at": 11 * MINUTE}, 2),
        ({"by": "editor"}, 2),
        ({"subject": "message:1"}, 2),
        ({"how": Look.How.PAPER}, 2),
    ],
)
def test_the_same_look_within_ten_minutes_is_one_row(site, look, now, more, rows):
    look()
    more = dict(more)
    if "at" in more:
        more["at"] += now
    if "by" in more:
        more["by"] = getattr(site, more["by"])
    look(**more)
    assert Look.objects.count() == rows


def test_a_row_says_who_even_when_the_login_is_gone(site, look, now):
    look()
    site.desk.delete()
    row = Look.objects.get()
    assert (row.user, row.who, row.subject, row.how, row.at) == (None, "disk", "inbox", "list", now)


def test_looks_are_forgotten_after_two_years(look, now):
    look(at=now - relativedelta(months=25))
    look(at=now - relativedelta(months=23))
    assert actions.purge_looks(now) == 1
    assert actions.purge_looks(now) == 0
    assert Look.objects.get().at == now - relativedelta(months=23)


def test_what_is_read_is_shown_when_no_row_can_be_written(site, monkeypatch, caplog):
    def refuse(*_given, **_named):
        raise DatabaseError("attempt to write a readonly database")

    client = Client()
    client.force_login(site.desk)
    monkeypatch.setattr(QuerySet, "create", refuse)
    with caplog.at_level(logging.WARNING, logger="utbud.people.actions"):
        assert client.get(reverse("inbox_messages")).status_code == 200
    (said,) = [row.getMessage() for row in caplog.records if row.name == "utbud.people.actions"]
    assert said.startswith(f"Not written: user {site.desk.pk}, inbox, list, ")


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("sqlite")  # PostgreSQL lets no writer hold up another
def test_a_look_does_not_wait_for_somebody_elses_writing(site, look, caplog):
    connection.ensure_connection()
    usual = connection.cursor().execute("PRAGMA busy_timeout").fetchone()[0]
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    try:
        look()
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert time.monotonic() - began < 3
    assert not Look.objects.exists()
    assert "Not written" in caplog.text
    assert connection.cursor().execute("PRAGMA busy_timeout").fetchone()[0] == usual
    look()
    assert Look.objects.count() == 1


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("editor", 302), ("chief", 302), ("desk", 302), ("admin", 200)])
def test_who_looked_is_seen_by_administrators(client, site, who, status):
    client.force_login(getattr(site, who))
    assert client.get(reverse("people_looks")).status_code == status
    shown = reverse("people_looks") in client.get(reverse("wagtailadmin_home")).content.decode()
    assert shown is (status == 200)


def test_every_subject_has_words(look, now):
    names = "today inbox message notices calls letters wrong notice subscribers subscriber find quota run occasion registration"
    assert sorted(looks._kinds) == sorted(names.split())
    for name in names.split():
        look(subject=f"{name}:7" if looks._kinds[name].titles or name in ("message", "notice") else name)
    said = [what for _look, what in looks.in_words(Look.objects.order_by("pk"))]
    assert said[:3] == ["Idag", "Inkorgen", "Ett meddelande i inkorgen: 7"]
    assert said[-1] == "En anmälan: 7"  # not there any more


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", 3),
        ("vem=0", 0),
        ("vad=inbox", 2),
        ("vad=message:1", 1),
        ("vad=x", 0),
        ("vem=x", 3),
        ("vad=%00&p=9", 3),
    ],
)
def test_one_of_the_staff_or_one_subject(client, site, look, asked, shown):
    look()
    look(by=site.colleague)
    look(subject="message:1")
    client.force_login(site.admin)
    page = client.get(f"{reverse('people_looks')}?{asked}").content.decode()
    assert page.count('href="?vad=') == shown


def test_the_page_costs_the_same_for_1_and_3(client, site, look, now):
    client.force_login(site.admin)
    counts = []
    with time_machine.travel(now, tick=False):
        client.get(reverse("people_looks"))
        for number in (1, 3):
            for one in range(number):
                look(subject=f"registration:{number}{one}")
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse("people_looks"))
            counts.append(len(asked))
    assert counts[0] == counts[1]
