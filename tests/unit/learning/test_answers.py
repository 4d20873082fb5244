"""«Gick det bra?»: counted once a click, by nobody; what comes next; the figures for staff."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.inbox.models import Attempt
from utbud.learning import queries_answers, views_answers
from utbud.learning.actions_answers import count_answer
from utbud.learning.models import DailyAnswers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def page(write, publish, time_machine, now):
    time_machine.move_to(now, tick=False)
    word = write("Molnet")
    publish(word)
    return word


def rows():
    return list(DailyAnswers.objects.order_by("answer").values_list("day", "answer", "count"))


@pytest.mark.parametrize("answer", ["self", "helped", "not_yet"])
def test_an_answer_is_counted_and_leads_on(client, page, answer):
    sent = client.post(f"/svar/{page.pk}/", {"svar": answer})
    assert (sent.status_code, sent["Location"]) == (303, f"/svar/{page.pk}/{answer}/")
    assert rows() == [(TODAY, answer, 1)]
    client.get(sent["Location"])
    client.get(sent["Location"])  # loaded again
    assert rows() == [(TODAY, answer, 1)]


def test_nothing_is_set_in_the_browser_and_no_address_is_kept(client, page):
    sent = client.post(f"/svar/{page.pk}/", {"svar": "self"}, REMOTE_ADDR="192.0.2.7")
    assert (sent.cookies, client.cookies) == ({}, {})
    assert [attempt for attempt in Attempt.objects.values_list("digest", flat=True) if "192" in attempt] == []


def test_no_token_is_asked_for_since_the_page_is_the_same_for_all(page):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(f"/svar/{page.pk}/", {"svar": "self"}).status_code == 303
    assert rows() == [(TODAY, "self", 1)]


@pytest.mark.parametrize(
    ("headers", "counted"),
    [
        ({}, 1),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 1),
        ({"Sec-Fetch-Site": "cross-site"}, 0),
        ({"Sec-Fetch-Site": "same-site"}, 0),
        ({"Origin": "https://other.example.org"}, 0),
        ({"Origin": "http://testserver"}, 1),
        ({"Origin": "null"}, 1),
    ],
)
def test_what_another_site_sends_is_not_counted(client, page, headers, counted):
    assert client.post(f"/svar/{page.pk}/", {"svar": "self"}, headers=headers).status_code == 303
    assert sum(count for _day, _answer, count in rows()) == counted


def test_one_network_is_counted_so_many_times_an_hour(client, page, monkeypatch):
    monkeypatch.setattr(views_answers, "PER_HOUR", 3)
    for _click in range(5):
        assert client.post(f"/svar/{page.pk}/", {"svar": "self"}).status_code == 303
    client.post(f"/svar/{page.pk}/", {"svar": "self"}, REMOTE_ADDR="192.0.2.7")
    assert rows() == [(TODAY, "self", 4)]


@pytest.mark.parametrize("answer", ["", "kanske", "self\x00", "x" * 5000])
def test_an_answer_that_is_none_leads_back(client, page, answer):
    sent = client.post(f"/svar/{page.pk}/", {"svar": answer})
    assert (sent.status_code, sent["Location"]) == (302, "/ord/molnet/#gick-det-bra")
    assert rows() == []


@pytest.mark.parametrize("address", ["/svar/0/", "/svar/999999/", "/svar/99999999999999999999999/"])
def test_no_such_page(client, page, address):
    assert client.post(address, {"svar": "self"}).status_code == 404
    assert client.get(f"{address}self/").status_code == 404


def test_only_material_that_is_out(client, page, site):
    assert client.post(f"/svar/{site.start.pk}/", {"svar": "self"}).status_code == 404
    page.unpublish()
    assert client.post(f"/svar/{page.pk}/", {"svar": "self"}).status_code == 404
    assert client.get(f"/svar/{page.pk}/self/").status_code == 404


def test_reading_an_address_counts_nothing(client, page):
    assert client.get(f"/svar/{page.pk}/").status_code == 405
    assert client.get(f"/svar/{page.pk}/kanske/").status_code == 404


def test_who_has_not_managed_yet_is_told_where_help_is(client, page):
    from utbud.places.models import LibrarySettings

    library = LibrarySettings.load()
    library.phone = "08-465 004 00"
    library.save()
    answer = client.get(f"/svar/{page.pk}/not_yet/")
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    for part in (
        'href="tel:',
        'href="/samarbeta/?vill=uppringd"',
        'href="/hjalp/"',
        'href="/ord/molnet/utskrift.pdf"',
    ):
        assert part in main
    assert answer["X-Robots-Tag"] == "noindex"


def test_many_at_once_lose_none(page, now):
    for _turn in range(3):
        count_answer(page_id=page.pk, answer="self", now=now)
    count_answer(page_id=page.pk, answer="self", now=now + dt.timedelta(days=1))
    assert rows() == [(TODAY, "self", 3), (TODAY + dt.timedelta(days=1), "self", 1)]


# --- for staff --------------------------------------------------------------------------------------


def test_the_figures_put_first_what_most_have_failed(page, write, now):
    other = write("Kakor")
    for answer, times in (("self", 3), ("helped", 1)):
        for _turn in range(times):
            count_answer(page_id=page.pk, answer=answer, now=now)
    count_answer(page_id=other.pk, answer="not_yet", now=now)
    count_answer(page_id=other.pk, answer="self", now=now - dt.timedelta(days=40))
    _shown, found, everything = queries_answers.answers(TODAY - dt.timedelta(days=27), TODAY)
    assert [(one.title, one.by_self, one.helped, one.not_yet, one.total, one.share) for one in found] == [
        ("Kakor", 0, 0, 1, 1, 0), ("Molnet", 3, 1, 0, 4, 75),
    ]  # fmt: skip
    assert (everything.total, everything.share) == (5, 60)


def test_the_page_for_staff(client, site, page, now):
    client.force_login(site.editor)
    assert "Ingen har svarat" in client.get("/admin/svar/").content.decode()
    count_answer(page_id=page.pk, answer="not_yet", now=now)
    for period in ("28", "365", "allt", "nonsens"):
        html = client.get(f"/admin/svar/?tid={period}").content.decode()
        assert ("Molnet" in html, "Digitalt ord" in html) == (True, True)


def test_the_figures_cost_as_much_with_3_and_30(client, site, write, now):
    client.force_login(site.editor)

    def asked():
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/admin/svar/?tid=allt").status_code == 200
        return len(seen)

    def more(name, number):
        for count in range(number):
            count_answer(page_id=write(f"{name} {count}").pk, answer="self", now=now)

    more("Ord", 3)
    asked()
    few = asked()
    more("Mer", 27)
    assert asked() == few


def test_nobody_outside_sees_the_figures(client, page):
    assert client.get("/admin/svar/").status_code == 302
