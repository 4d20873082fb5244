"""Pages kept ready-made: never longer than they are true, never for anyone but strangers."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.db import connection

from utbud.learning import actions as learning
from utbud.people.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_files"),
    pytest.mark.database,
]
NOW = dt.datetime(2026, 11, 23, 9, 0, 20, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    cache.clear()
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def queries(client):
    """How many questions to the database a page costs."""

    def queries(address="/", **headers):
        asked = []

        def count(execute, sql, *rest):
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            assert client.get(address, headers=headers).status_code == 200
        return len(asked)

    return queries


def test_the_second_time_costs_five_queries(site, queries):
    assert (queries() > 5, queries()) == (True, 5)


def test_kept_apart_with_and_without_compression(site, queries, client):
    queries(Accept_Encoding="gzip")
    assert client.get("/").has_header("Content-Encoding") is False
    assert client.get("/", headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"


def test_a_word_is_seen_the_moment_it_is_published_and_gone_the_moment_it_is_withdrawn(
    site, write, publish, client
):
    word = write("Surfzon")
    assert "Surfzon" not in client.get("/ord/").content.decode()
    publish(word)
    assert "Surfzon" in client.get("/ord/").content.decode()
    word.unpublish()
    assert "Surfzon" not in client.get("/ord/").content.decode()


def test_the_start_page_changes_when_the_weeks_word_does(site, write, publish, client, time_machine):
    for title, week in (("Molnet", 48), ("Kakor", 49)):
        word = write(title)
        learning.plan_week(word=word, year=2026, week=week, by=site.editor, now=NOW)
        publish(word)
    assert "Molnet" in client.get("/").content.decode()
    monday = dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC)
    time_machine.move_to(monday, tick=False)
    from utbud.publishing.actions import publish_due

    assert publish_due(monday) == 1
    assert "Kakor" in client.get("/").content.decode()


def test_a_service_that_has_changed_is_told_at_once(site, write, publish, client):
    from utbud.learning.models import DigitalService, Recheck, ServiceChange

    word = write("Molnet")
    publish(word)
    for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
        assert client.head(f"/ord/molnet/{name}").status_code == 200
    said = "BankID har ändrats sedan sidan kontrollerades."
    assert said not in client.get("/ord/molnet/").content.decode()
    service = DigitalService.objects.create(name="BankID")
    change = ServiceChange.objects.create(service=service, what="Ny knapp.", at=NOW)
    recheck = Recheck.objects.create(page=word, change=change)
    assert said in client.get("/ord/molnet/").content.decode()
    Recheck.objects.filter(pk=recheck.pk).update(done_at=NOW)
    assert said not in client.get("/ord/molnet/").content.decode()


def test_open_now_is_never_more_than_a_minute_old(site, queries, time_machine):
    queries()
    time_machine.move_to(NOW + dt.timedelta(seconds=40), tick=False)
    assert queries() > 5


@pytest.mark.parametrize("address", ["/samarbeta/", "/tillganglighet/rapportera/"])
def test_forms_are_never_kept(site, queries, client, address):
    queries(address)
    assert queries(address) == queries(address)
    tokens = {client.get(address).context["csrf_token"][:32] for _again in range(2)}
    assert len(tokens) == 2


def test_someone_logged_in_gets_a_page_of_their_own(site, queries, client):
    queries()
    client.force_login(User.objects.get(username="redaktor"))
    assert queries() > 5


def test_a_word_is_not_kept_until_its_sound_is_made(site, write, publish, client, queries):
    """Else a reader who plays the sound gets a page that cannot mark the sentences."""
    word = write("Molnet")
    publish(word)

    def marks():
        return re.search(
            r'data-marks="([^"]*)" data-slow-marks="([^"]*)"', client.get("/ord/molnet/").content.decode()
        )

    assert marks().groups() == ("", "")
    assert client.options("/ord/molnet/").status_code == 200
    for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
        assert client.head(f"/ord/molnet/{name}").status_code == 200
    assert all(marks().groups())
    assert queries("/ord/molnet/") == 5  # now it is whole, and kept


def test_what_is_not_found_is_not_kept(site, client):
    assert [client.get("/nej/").status_code, client.get("/nej/").status_code] == [404, 404]
