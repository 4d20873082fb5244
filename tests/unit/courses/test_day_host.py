"""The host's secret address: made and taken back by staff, shows names and nothing else, ends by itself."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from utbud.courses.actions import hosts
from utbud.courses.actions.seats import Person
from utbud.courses.models import Attendance, Run
from utbud.courses.queries import day as queries
from utbud.people.models import Organisation

pytestmark = pytest.mark.django_db
DURING = dt.timedelta(days=7, minutes=30)


@pytest.fixture
def clock(now):
    with time_machine.travel(now + DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def silver(db):
    return Organisation.objects.create(name="Silverbjörken")


@pytest.fixture
def occasion(plan, silver):
    return plan(seats=20, host=silver, place=None).occasions.get()


@pytest.fixture
def address(occasion, site):
    hosts.open_link(occasion=occasion, by=site.desk)
    return queries.host_path(occasion)


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def ids(registration):
    return list(registration.participants.values_list("pk", flat=True))


def test_the_host_sees_names_and_rows_without_and_nothing_else(
    client, clock, occasion, address, join, silver, plan
):
    join(
        occasion.quota,
        "Gerd Ek",
        way="phone",
        contact="070-174 06 05",
        needs=["wheelchair"],
        needs_text="Allergisk mot nötter",
    )
    join(occasion.quota, "Ordföranden", people=[Person(), Person()], way="host", organisation=silver)
    join(plan(days=(8,)).occasions.get().quota, "Någon Annan", at=clock_before(occasion))
    shown = client.get(address)
    said = text(shown)
    assert "Gerd Ek" in said
    assert "Deltagare 2 från Silverbjörken" in said
    main = re.search(r"<main.*</main>", shown.content.decode(), re.S).group()
    assert not re.search(r"174 06|\+46|rullstol|nötter|Någon Annan|Ordföranden", main)
    assert "no-store" in shown["Cache-Control"]
    assert "noindex" in shown["X-Robots-Tag"]


def clock_before(occasion):
    return occasion.starts_at - dt.timedelta(days=2)


def test_the_host_notes_who_came_and_nobody_is_named_as_the_one_who_did(
    client, clock, occasion, address, join
):
    one, two = ids(join(occasion.quota, size=2))
    sent = {f"was{one}": "vet", f"p{one}": "kom", f"was{two}": "vet", f"p{two}": "vet", "heads_was": ""}
    for _press in range(2):
        done = client.post(address, sent, follow=True)
    assert "Tack, det är sparat." in text(done)
    (note,) = Attendance.objects.all()
    assert (note.participant_id, note.came, note.noted_by) == (one, True, None)


def test_the_host_counts_where_nobody_is_named(client, clock, occasion, address):
    client.post(address, {"heads": "9", "heads_was": ""})
    occasion.refresh_from_db()
    assert occasion.head_count == 9
    wrong = client.post(address, {"heads": "nio", "heads_was": "9"})
    assert (wrong.status_code, "Skriv antalet med siffror" in text(wrong)) == (422, True)


def test_before_the_day_one_sees_who_comes_and_notes_nothing(client, clock, occasion, address, join, now):
    (one,) = ids(join(occasion.quota, "Gerd Ek"))
    clock.move_to(now + dt.timedelta(days=5))
    assert "Gerd Ek" in text(client.get(address))
    client.post(address, {f"was{one}": "vet", f"p{one}": "kom"})
    assert not Attendance.objects.exists()


@pytest.mark.parametrize(("days", "status"), [(20, 200), (22, 404)])
def test_the_address_ends_fourteen_days_after(client, clock, address, now, days, status):
    clock.move_to(now + dt.timedelta(days=days))
    assert client.get(address).status_code == status


@pytest.mark.parametrize("how", ["closed", "new", "no host", "guessed"])
def test_an_address_that_is_no_more_shows_and_takes_nothing(
    client, clock, occasion, address, site, join, how
):
    (one,) = ids(join(occasion.quota, "Gerd Ek"))
    if how == "closed":
        hosts.close_link(occasion=occasion, by=site.desk)
    elif how == "new":
        hosts.open_link(occasion=occasion, by=site.desk)
    elif how == "no host":
        Run.objects.update(host=None, joining=Run.Joining.OPEN)
    else:
        address = "/kurser/narvaro/gissat/"
    for answer in (client.get(address), client.post(address, {f"was{one}": "vet", f"p{one}": "kom"})):
        assert answer.status_code == 404
        assert "Gerd" not in text(answer)
    assert not Attendance.objects.exists()


def test_staff_make_show_and_close_the_address(client, clock, occasion, site):
    page = reverse("courses_host", args=[occasion.pk])
    assert client.get(page).status_code == 302
    client.force_login(site.desk)
    assert "Gör en adress till föreningen" in text(client.get(page))
    made = client.post(page, follow=True)
    occasion.refresh_from_db()
    assert queries.host_path(occasion) in made.content.decode()
    client.post(page, {"close": "1"})
    occasion.refresh_from_db()
    assert occasion.host_key is None


def test_a_course_of_our_own_has_no_such_address(client, clock, plan, site):
    client.force_login(site.desk)
    occasion = plan().occasions.get()
    client.post(reverse("courses_host", args=[occasion.pk]))
    occasion.refresh_from_db()
    assert occasion.host_key is None
