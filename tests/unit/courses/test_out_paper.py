"""Courses on paper: what the sheets hold, who may take out a list, and what the poster tells of dates."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine

from utbud.courses import files
from utbud.courses.actions import runs
from utbud.courses.actions.seats import Person
from utbud.courses.models import Run
from utbud.courses.queries.day import evaluation_path, occasion_of_token, one_occasion
from utbud.formats.programme import Entry, Row, Where
from utbud.people.models import Look, Organisation
from utbud.places.models import LibrarySettings, Opening, OpeningHours, Place

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WHEN = "Måndag 30 november klockan 10 till 12"


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


# --- the programme ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "when", "where", "join"),
    [
        ({}, WHEN, "Huvudbiblioteket", "Kurs {n}"),
        ({"days": (7, 14)}, "2 måndagar, första gången måndag 30 november klockan 10 till 12", "Huvudbiblioteket", "Kurs {n}"),
        ({"joining": "staff", "fee": 50}, WHEN, "Huvudbiblioteket", "Kurs {n}, ring eller kom hit"),
        ({"joining": "elsewhere", "elsewhere": "Ring Solrosen, 08-465 004 11.", "place": None, "venue": "Solrosens lokal"}, WHEN, "Solrosens lokal", "Ring Solrosen, 08-465 004 11"),
        ({"joining": "none", "seats": None, "days": (7, 14, 21)}, f"{WHEN} och 2 gånger till", "Huvudbiblioteket", "Kom som du är"),
        ({"joining": "none", "joins": "single", "seats": None, "days": (7, 14)}, f"{WHEN} och 1 gång till", "Huvudbiblioteket", "Kom som du är"),
    ],
)  # fmt: skip
def test_what_the_programme_says_of_each(plan, now, facts, when: str, where: str, join: str) -> None:
    run = plan(**facts)
    [entry] = files.programme(now).entries
    assert [replace(entry, days="")] == [
        Entry(when=when, title="Ring med bild", lead="Efter kursen kan du ringa och se den du pratar med.", where=where,
              fee="50 kronor" if run.fee else "Gratis", join=join.format(n=run.quotas.first().pk))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((7,), ""), ((7, 14, 21), ""), ((7, 14, 28), "Datum: 30 november, 7 och 21 december."), ((7, 9), "Datum: 30 november, 2 december."),
        ((7, 21), "Datum: 30 november, 14 december."), ((14, 16, 18, 45), "Datum: 7, 9 och 11 december, 7 januari 2027."),
        (range(7, 17), "Datum: 30 november, 1, 2, 3, 4, 5, 6 och 7 december, och 2 gånger till."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("joining", ["open", "none"])
def test_days_that_follow_no_week_are_told_one_by_one(plan, now, joining: str, days, told: str) -> None:
    plan(days=days, joining=joining, joins="single" if joining == "none" else "whole")
    assert [entry.days for entry in files.programme(now).entries] == [told]


def test_hours_that_differ_are_told_with_their_days(plan, now, course, site) -> None:
    start = now.replace(hour=9, minute=0) + dt.timedelta(days=7)
    hour = dt.timedelta(hours=1)
    times = [(start, start + hour), (start + 7 * DAY + hour, start + 7 * DAY + 2 * hour)]
    runs.plan_run(course=course, times=times, by=site.editor, now=now, seats=3)
    assert [entry.days for entry in files.programme(now).entries] == [
        "Datum: måndag 30 november klockan 10 till 11, måndag 7 december klockan 11 till 12."
    ]


def test_where_it_is_how_one_comes_in_and_that_it_is_full(plan, join, place, now) -> None:
    Place.objects.filter(pk=place.pk).update(
        street="Vägen 1", postal_code="871 00", city="Byn", accessibility="Entrén har ramp."
    )
    full, room = plan(seats=1), plan(days=(8,))
    plan(days=(9,), place=None, venue="Parken")
    join(full.quotas.get())
    join(room.quotas.get())
    content = files.programme(now)
    assert [(entry.where, entry.full) for entry in content.entries] == [
        ("Huvudbiblioteket, Vägen 1", "Fullt, ställ dig i kö"), ("Huvudbiblioteket, Vägen 1", ""), ("Parken", ""),
    ]  # fmt: skip
    assert content.places == [
        Where(name="Huvudbiblioteket", address="Vägen 1, 871 00 Byn", access="Entrén har ramp.")
    ]


def test_an_association_takes_its_own(plan, now) -> None:
    plan(joining="host", host=Organisation.objects.create(name="Solrosen", contact="0701740605"), place=None)
    [entry] = files.programme(now).entries
    assert (entry.where, entry.join) == (
        "Solrosen",
        "Du anmäler dig hos Solrosen. Ring dem på 070-174 06 05",
    )


@pytest.mark.parametrize(
    ("days", "season"),
    [((7,), "November 2026"), ((7, 14), "November till december 2026"), ((7, 50), "November 2026 till januari 2027"), ((), "November 2026")],
)  # fmt: skip
def test_the_season_in_words(plan, course, now, days, season: str) -> None:
    for day in days:
        plan(days=(day,))
    assert files.programme(now).season == season


def test_hours_and_how_long_we_keep_details(place, course, now) -> None:
    chosen = LibrarySettings.load()
    chosen.course_months = 9
    chosen.save()
    gone = Place.objects.create(name="Nedlagt", slug="nedlagt", kind=Place.Kind.BRANCH, active=False)
    for where, weekday, fields in (
        (place, 0, {}), (place, 2, {}), (place, 4, {"valid_to": now.date() - dt.timedelta(days=1)}), (gone, 0, {}),
        (place, 3, {"kind": Opening.OPEN}),
    ):  # fmt: skip
        given = {"kind": Opening.DROP_IN, "opens": dt.time(13), "closes": dt.time(15, 30)} | fields
        OpeningHours.objects.create(place=where, weekday=weekday, **given)
    content = files.programme(now)
    assert (content.hours, content.months) == ([("Huvudbiblioteket", "Måndag 13–15.30, onsdag 13–15.30")], 9)


def test_what_has_no_room_is_counted(plan, now, monkeypatch) -> None:
    monkeypatch.setattr(files, "MOST", 2)
    for day in (1, 2, 3):
        plan(days=(day,))
    content = files.programme(now)
    assert (len(content.entries), content.more) == (2, 1)


def test_the_programme_is_fetched_once_until_something_is_new(client, plan) -> None:
    plan()
    first = client.get("/kurser/program.pdf")
    assert (first.status_code, first["Content-Type"], first.content[:5]) == (200, "application/pdf", b"%PDF-")
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/kurser/program.pdf", headers=again).status_code == 304
    plan(days=(9,))
    assert client.get("/kurser/program.pdf", headers=again).status_code == 200


def test_the_programme_asks_the_same_however_much_there_is(plan, now, django_assert_num_queries) -> None:
    plan()
    with django_assert_num_queries(9, exact=False) as one:
        files.programme(now)
    for day in (1, 2):
        plan(days=(day,))
    with django_assert_num_queries(len(one)):
        files.programme(now)


# --- the list and the slips -------------------------------------------------------------------------


def test_the_list_has_everyone_who_is_expected(plan, join, now) -> None:
    quota = plan(seats=None, companions_take_seats=True).quotas.get()
    join(quota, "Gerd", needs=["hearing_loop"], needs_text="Sitter långt fram",
         people=[Person("Gerd"), Person("Bo", "companion"), Person("", "interpreter")])  # fmt: skip
    join(
        quota,
        size=2,
        organisation=Organisation.objects.create(name="Solrosen"),
        name="Alma",
        people=[Person(), Person()],
    )
    occasion = one_occasion(quota.occasions.get().pk)
    content = files.paper_list(occasion, now)
    assert content.rows[0] == Row(name="Gerd", note="Hörslinga, Sitter långt fram")
    assert [(row.name, row.note) for row in content.rows[1:3]] == [
        ("Bo", "Följeslagare"),
        (content.rows[2].name, "Tolk"),
    ]
    assert len(content.rows) == 5
    assert all(row.name for row in content.rows)
    assert (content.when, content.path) == (WHEN, f"/admin/kurser/tillfalle/{occasion.pk}/")


def test_the_slip_asks_of_the_task_and_leads_to_the_same_questions(plan, now) -> None:
    occasion = one_occasion(plan().occasions.get().pk)
    content = files.slip(occasion, now)
    assert (content.task, content.path) == ("ringa ett samtal med bild", evaluation_path(occasion))
    assert occasion_of_token(content.path.split("/")[-2]) == occasion


@pytest.mark.parametrize(("name", "looks"), [("lista.pdf", 1), ("utvardering.pdf", 0)])
def test_staff_take_out_paper_and_lists_with_names_are_remembered(
    client, site, plan, join, name: str, looks: int
) -> None:
    quota = plan().quotas.get()
    join(quota, "Gerd")
    address = f"/admin/kurser/tillfalle/{quota.occasions.get().pk}/{name}"
    assert client.get(address).status_code == 302  # nobody
    client.force_login(site.desk)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    assert "no-store" in answer["Cache-Control"]
    assert list(Look.objects.values_list("how", flat=True)) == ["paper"] * looks
    assert client.get(f"/admin/kurser/tillfalle/999/{name}").status_code == 404
    site.desk.groups.clear()
    assert client.get(address).status_code == 302
    assert Run.objects.count() == 1
