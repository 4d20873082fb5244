"""The desk as its pages: plain forms, what a tablet sends, a sheet, what was left running."""

import datetime as dt
import io
import json
import re
import time
import uuid

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from utbud.base import dates
from utbud.helpdesk.models import Choice, Errand, Given, Lack, Question, Visit
from utbud.places.models import Place
from utbud.web.today import today_for

DESK, TALLY, LEFT = "/admin/disken/", "/admin/disken/streck/", "/admin/disken/kvar/"
DAY = dt.timedelta(days=1)


def keys():
    return sorted(Given.objects.values_list("errand__number", "choice__key"))


# --- without JavaScript ---------------------------------------------------------------------------


def test_a_visit_in_a_plain_form_with_several_errands(client, place):
    key = str(uuid.uuid4())
    form = {
        "key": key, "what": ["inloggning", "annat"], "n-annat": "2", "minutes": "15", "note": "1",
        "q-omrade": "omrade-bank", "q-hur-det-gick": "sjalv",
    }  # fmt: skip
    for _twice in range(2):
        answer = client.post(DESK, form, follow=True)
    made = Visit.objects.get()
    assert (made.minutes, made.place, made.state, str(made.key)) == (15, place, "done", key)
    assert keys() == [
        (1, "inloggning"), (1, "omrade-bank"), (1, "sjalv"), (2, "annat"), (2, "omrade-bank"), (3, "annat"), (3, "omrade-bank"),
    ]  # fmt: skip
    page = answer.content.decode()
    assert "Noterat: Inloggning och lösenord, 2 Något annat, 15 min." in page
    client.post("/admin/disken/gor/", {"key": key, "do": "undo"})
    assert not Visit.objects.counted().exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"minutes": "5"}, "Välj vad det gällde."),
        ({"what": "annat", "other": "0"}, "Skriv minuter mellan 1 och 600."),
        ({"what": "annat", "other": "1000"}, "Skriv minuter mellan 1 och 600."),
        ({"what": "borta"}, "Svaret finns inte kvar. Välj ett annat."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_pressed_is_kept(client, place, given, says):
    form = {"key": str(uuid.uuid4()), "q-hur-det-gick": "sjalv", "note": "1"} | given
    answer = client.post(DESK, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert re.search(r'value="sjalv"[^>]* checked', page)
    assert not Visit.objects.exists()


def test_a_visit_that_goes_on_by_plain_presses(client, place):
    key = str(uuid.uuid4())
    client.post(DESK, {"key": key, "what": "utskrift", "start": "1"})
    assert "0 min hittills" in client.get(DESK).content.decode()
    for do, state in (("pause", "paused"), ("on", "running")):
        client.post("/admin/disken/gor/", {"key": key, "do": do})
        assert Visit.objects.get().state == state
    its = reverse("helpdesk_visit", args=[key])
    for _twice in range(2):
        client.post(its, {"key": key, "number": "2", "what": "annat", "q-omrade": "omrade-inget"})
    client.post(its, {"key": key, "done": "1", "q-hur-det-gick": "inte-an"})
    assert (Visit.objects.get().state, Visit.objects.get().minutes) == ("done", 1)
    assert keys() == [(1, "inte-an"), (1, "utskrift"), (2, "annat"), (2, "omrade-inget")]
    again = client.post("/admin/disken/gor/", {"key": key, "do": "pause"}, follow=True)
    assert "redan gjort" in again.content.decode()


def test_each_place_has_its_own_desk_and_the_browser_stays_there(client, place):
    Place.objects.create(name="Filialen", slug="filialen", kind=Place.Kind.BRANCH)
    Place.objects.create(name="Stängd", slug="stangd", kind=Place.Kind.BRANCH, active=False)
    assert "Stängd" not in client.get(DESK).content.decode()
    client.get(f"{DESK}?plats=filialen")
    client.post(DESK, {"key": str(uuid.uuid4()), "what": "utskrift", "start": "1"})
    assert Visit.objects.get().place.slug == "filialen"
    assert "0 min hittills" in client.get(DESK).content.decode()
    assert (
        'data-seconds="0" data-paused="" data-words="Skriva'
        not in client.get(f"{DESK}?plats=prov").content.decode()
    )


# --- from a tablet --------------------------------------------------------------------------------


def send(client, *presses):
    rows = [{"id": f"p{n}", "ago": 0, **press} for n, press in enumerate(presses)]
    answer = client.post(DESK, {"presses": json.dumps(rows)}, headers={"accept": "application/json"})
    return answer.status_code, answer.json()


def test_a_day_without_network_comes_in_at_once_and_counts_when_it_was(client, place):
    noted, began = str(uuid.uuid4()), str(uuid.uuid4())
    hours = 3600.0
    presses = [
        {"deed": "note", "key": noted, "ago": 26 * hours, "place": place.pk, "minutes": 10, "errands": [["annat"], ["utskrift"]]},
        {"deed": "start", "key": began, "ago": 25 * hours, "place": str(place.pk), "errands": [["inloggning", "omrade-bank"]]},
        {"deed": "pause", "key": began, "ago": 24.75 * hours},
        {"deed": "on", "key": began, "ago": 24.5 * hours},
        {"deed": "done", "key": began, "ago": 24.25 * hours},
    ]  # fmt: skip
    for late in (
        [],
        ["p2", "p3", "p4"],
    ):  # sent twice, as two tabs do; the second time there is nothing to do
        assert send(client, *presses) == (200, {"kept": ["p0", "p1", "p2", "p3", "p4"], "late": late})
    then = dates.local(timezone.now() - dt.timedelta(hours=26))
    first = Visit.objects.get(key=noted)
    assert (first.day, first.hour, first.minutes, first.place) == (then.date(), then.hour, 10, place)
    assert Visit.objects.get(key=began).minutes == 30
    assert Errand.objects.count() == 3


@pytest.mark.parametrize(
    "press",
    [
        {"deed": "note", "key": "no key", "errands": [["annat"]]},
        {"deed": "note", "key": str(uuid.uuid4()), "errands": [["borta"]]},
        {"deed": "note", "key": str(uuid.uuid4()), "errands": [["sjalv"]]},
        {"deed": "note", "key": str(uuid.uuid4()), "errands": "annat"},
        {"deed": "note", "key": str(uuid.uuid4()), "errands": 7},
        {"deed": "dance", "key": str(uuid.uuid4())},
        {"deed": "undo", "key": str(uuid.uuid4())},
        {},
    ],
)
def test_what_can_never_be_done_does_not_stop_the_rest(client, place, press):
    good = {"deed": "note", "key": str(uuid.uuid4()), "place": place.pk, "errands": [["annat"]]}
    assert send(client, press, good) == (200, {"kept": ["p0", "p1"], "late": ["p0"]})
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ({"ago": 365 * 86400.0}, (None, 5)),
        ({"ago": -3600.0}, (None, 5)),
        ({"minutes": 0}, ("now", None)),
        ({"minutes": 1000}, ("now", None)),
        ({"minutes": "tio"}, ("now", None)),
        ({"place": 99999}, ("now", 5)),
    ],
)
def test_what_is_odd_is_not_known_and_the_visit_counts(client, place, odd, kept):
    press = {
        "deed": "note",
        "key": str(uuid.uuid4()),
        "place": place.pk,
        "minutes": 5,
        "errands": [["annat"]],
    } | odd
    assert send(client, press)[1]["late"] == []
    made, wall = Visit.objects.get(), dates.local(timezone.now())
    assert (made.day, made.hour, made.minutes) == (wall.date(), wall.hour if kept[0] else None, kept[1])
    assert made.place == (None if "place" in odd else place)


@pytest.mark.parametrize("text", ["{}", "not json", "7", '[["a"]]'])
def test_what_cannot_be_read_is_said(client, place, text):
    answer = client.post(DESK, {"presses": text}, headers={"accept": "application/json"})
    assert answer.status_code in (200, 422)
    assert not Visit.objects.exists()


def test_a_tablet_that_is_logged_out_is_told_so(place):
    answer = Client().post(DESK, {"presses": "[]"}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["says"]) == (401, "Du är utloggad. Logga in igen.")


def test_a_place_that_was_closed_meanwhile_still_has_its_visit(client, place):
    Place.objects.update(active=False)
    press = {"deed": "note", "key": str(uuid.uuid4()), "place": place.pk, "errands": [["annat"]]}
    send(client, press)
    assert Visit.objects.get().place == place


# --- a sheet --------------------------------------------------------------------------------------


def sheet(client, **cells):
    stamp = re.search(r'name="stamp" value="([^"]+)"', client.get(TALLY).content.decode())[1]
    today = dates.local(timezone.now()).date()
    place = Place.objects.first()
    return {"stamp": stamp, "day": today.isoformat(), "place": place.pk} | cells


def test_three_hundred_marks_go_in_quickly_and_once(client, place):
    form = sheet(client, **{"inloggning:15": "180", "annat:0": "120"})
    began = time.process_time()
    first = client.post(TALLY, form, follow=True).content.decode()
    assert time.process_time() - began < 3
    assert "300 ärenden är inlagda" in first
    assert "redan inlagd" in client.post(TALLY, form, follow=True).content.decode()
    assert Visit.objects.filter(how="tally").count() == 300


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({}, "Skriv minst ett antal."),
        ({"annat:5": "-1"}, "Skriv 0 eller mer."),
        ({"annat:5": "501"}, "Skriv högst 500 i en ruta."),
        ({"annat:5": "1", "day": "i morgon"}, "Dagen har inte varit än."),
        ({"annat:5": "1", "day": "2019-01-01"}, "Se efter om året är rätt."),
        ({"annat:5": "1", "place": "99999"}, "Platsen finns inte kvar."),
    ],
)
def test_a_sheet_that_is_wrong_is_said_beside_the_box(client, place, cells, says):
    answer = client.post(TALLY, sheet(client, **cells))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Visit.objects.exists()


def test_the_sheet_prints_on_one_page_from_the_same_questions(client, place):
    def drawn():
        answer = client.get("/admin/disken/streck/papper.pdf")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        with pikepdf.open(io.BytesIO(answer.content)) as read:
            [page] = read.pages
            return page.Contents.read_bytes()

    whole = drawn()
    Choice.objects.filter(key="inloggning").update(active=False)
    assert len(drawn()) < len(whole)  # a row less


# --- left over night ------------------------------------------------------------------------------


def test_what_was_left_running_is_asked_about_next_morning(client, site, place, visit):
    now = timezone.now()
    left = visit("inloggning", running=True, at=now - DAY)
    visit("annat", running=True, at=now)
    [group] = [one for one in today_for(site.desk, now) if one.title == "Besök som inte avslutades"]
    assert [task.title for task in group.tasks] == ["Inloggning och lösenord"]
    assert not [one for one in today_for(site.editor, now) if one.title == group.title]
    assert client.post(LEFT, {"key": str(left.key), "other": "1000"}).status_code == 422
    assert client.post(LEFT, {"key": str(left.key)}).status_code == 422
    client.post(LEFT, {"key": str(left.key), "other": "25"})
    left.refresh_from_db()
    assert (left.state, left.minutes) == ("done", 25)
    other = visit("inloggning", running=True, at=now - DAY)
    client.post(LEFT, {"key": str(other.key), "unknown": "1"})
    other.refresh_from_db()
    assert (other.state, other.minutes) == ("done", None)
    assert "Alla besök är avslutade." in client.get(LEFT).content.decode()


# --- while helping --------------------------------------------------------------------------------


def test_what_we_have_is_shown_and_inget_passar_is_a_number(client, place, write, publish):
    publish(write("Lösenord", forms="lösenordet"))
    page = client.get("/admin/disken/hjalp/inloggning/?del=1").content.decode()
    assert "<html" not in page
    assert 'href="/ord/losenord/utskrift.pdf"' in page
    client.post("/admin/disken/hjalp/inloggning/inget/")
    answer = client.post("/admin/disken/hjalp/inloggning/inget/", headers={"accept": "application/json"})
    assert "Vi saknar något" in answer.json()["says"]
    assert list(Lack.objects.values_list("choice__key", "place__slug", "count")) == [
        ("inloggning", "prov", 2)
    ]
    assert client.get("/admin/disken/hjalp/sjalv/").status_code == 404


# --- figures and questions ------------------------------------------------------------------------


def test_the_page_of_figures_says_in_a_table_what_it_draws(client, place, visit):
    visit("inloggning", at=timezone.now())
    page = client.get("/admin/disken/siffror/").content.decode()
    assert page.count("<svg viewBox") == page.count('class="h-figure') == 5
    assert "Inloggning och lösenord" in page
    assert (
        "Inga besök" in client.get("/admin/disken/siffror/?fran=2020-01-01&till=2020-02-01").content.decode()
    )


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_the_desk_asks_as_much_for_many_as_for_one(
    client, place, visit, number, django_assert_max_num_queries
):
    for _one in range(number):
        visit("inloggning", "annat", running=True, at=timezone.now())
    client.get(DESK)
    with django_assert_max_num_queries(16):
        client.get(DESK)


def test_staff_rename_and_take_away_answers_in_the_editor(client, place, visit):
    visit("annat")
    question = Question.objects.get(key="omrade")
    address = reverse("wagtailsnippets_helpdesk_question:edit", args=[question.pk])
    page = client.get(address).content.decode()
    form = {
        one[1]: one[2]
        for one in re.finditer(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
        if "__prefix__" not in one[1]
    }
    choices = list(question.choices.all())
    form |= {
        "text": "Område?", "part": "more", "survey": question.survey, "order": "1", "active": "on",
        "choices-TOTAL_FORMS": "2", "choices-INITIAL_FORMS": "2", "choices-MIN_NUM_FORMS": "0", "choices-MAX_NUM_FORMS": "1000",
    }  # fmt: skip
    for n, one in enumerate(choices[:2]):
        form |= {f"choices-{n}-id": one.pk, f"choices-{n}-text": f"Nytt {n}", f"choices-{n}-ORDER": n + 1,
                 f"choices-{n}-survey": one.survey, f"choices-{n}-looks_for": "", f"choices-{n}-active": "on"}  # fmt: skip
    form["choices-1-DELETE"] = "1"
    answer = client.post(address, form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    first, second = Choice.objects.filter(pk__in=[one.pk for one in choices[:2]]).order_by("sort_order", "pk")
    assert (first.text, first.active, first.key) == ("Nytt 0", True, choices[0].key)
    assert (second.active, second.key) == (False, choices[1].key)
