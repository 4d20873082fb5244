"""The day of a course on a tablet: who came, two tablets at once, walk-ins, seats let go, heads counted."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.courses.actions import hosts, runs
from utbud.courses.actions.seats import Person
from utbud.courses.models import Attendance, Participant, Registration, RegistrationChange, Run
from utbud.courses.queries import day as queries
from utbud.people.models import Look, Organisation, User

pytestmark = pytest.mark.django_db
DURING = dt.timedelta(days=7, minutes=30)  # after now: the first occasion has begun


@pytest.fixture
def clock(now):
    with time_machine.travel(now + DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(client, site, clock):
    client.force_login(site.desk)
    return client


@pytest.fixture
def silver(db):
    return Organisation.objects.create(name="Silverbjörken")


def page(occasion):
    return reverse("courses_day", args=[occasion.pk])


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def shown(client, occasion):
    """What the page holds that a browser sends back: every hidden field and the choices that are made."""
    html = client.get(page(occasion)).content.decode()
    form = html[html.index('class="u-day"') :]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'<input type="radio" name="(\w+)" value="(\w+)" checked', form))
    return fields


def save(client, occasion, fields, **more):
    return client.post(page(occasion), fields | more, follow=True)


def ids(registration):
    return list(registration.participants.values_list("pk", flat=True))


def noted(occasion):
    return dict(Attendance.objects.filter(occasion=occasion).values_list("participant", "came"))


# --- who may --------------------------------------------------------------------------------------


def test_only_staff_see_the_list_and_looking_is_remembered(client, plan, join, site, clock):
    occasion = plan().occasions.get()
    join(occasion.quota, "Gerd Ek", at=clock_before(occasion))
    assert client.get(page(occasion)).status_code == 302
    stranger = User.objects.create_user("annan", password="x")
    stranger.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(stranger)
    assert client.get(page(occasion)).url == reverse("wagtailadmin_home")
    client.force_login(site.desk)
    assert "Gerd Ek" in text(client.get(page(occasion)))
    look = Look.objects.get()
    assert (look.user, look.subject, look.how) == (site.desk, f"occasion:{occasion.pk}", "list")


def clock_before(occasion):
    return occasion.starts_at - dt.timedelta(days=2)


def test_one_who_may_only_look_has_a_list_and_no_form(client, plan, join, site, now, clock):
    occasion = plan().occasions.get()
    party = join(occasion.quota, "Gerd Ek")
    user = User.objects.create_user("tittare", password="x")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "view_registration"]))
    client.force_login(user)
    assert "u-day" not in client.get(page(occasion)).content.decode()
    (person,) = ids(party)
    save(client, occasion, {f"p{person}": "kom", f"was{person}": "vet"})
    assert noted(occasion) == {}


# --- what stands on it ------------------------------------------------------------------------------


def test_the_list_says_who_comes_as_what_and_numbers_those_without_a_name(staff, plan, join, silver):
    occasion = plan(seats=20).occasions.get()
    roles = Participant.Role
    join(occasion.quota, "Östen Berg", people=[Person("Östen Berg"), Person("", roles.INTERPRETER)])
    join(
        occasion.quota,
        "Åke Ek",
        people=[Person("Åke Ek"), Person("Ulla", roles.COMPANION)],
        needs=["hearing_loop"],
    )
    join(occasion.quota, "Ordföranden", people=[Person(), Person()], way="host", organisation=silver)
    join(occasion.quota, "Ordföranden", people=[Person()], way="host", organisation=silver, contact="")
    listed = queries.day(occasion)
    assert [(one.name, one.role) for one in listed.people] == [
        ("Deltagare 1 från Silverbjörken", ""),
        ("Deltagare 2 från Silverbjörken", ""),
        ("Deltagare 3 från Silverbjörken", ""),
        ("Åke Ek", ""),
        ("Ulla", "Följeslagare"),
        ("Östen Berg", ""),
        ("Tolk 1 i sällskap med Östen Berg", "Tolk"),
    ]
    said = text(staff.get(page(occasion)))
    assert "Behöver: Hörslinga" in said
    assert "7 personer väntas." in said


def test_the_list_costs_the_same_whatever_its_length(staff, plan, join):
    counts = []
    for parties in (1, 3):
        occasion = plan(seats=6, days=(7,)).occasions.get()
        for _number in range(parties):
            join(occasion.quota, size=2)
        staff.get(page(occasion))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(page(occasion))
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- noting ---------------------------------------------------------------------------------------


def test_three_states_are_noted_and_taken_away_again(staff, plan, join):
    occasion = plan().occasions.get()
    one, two, three = ids(join(occasion.quota, "Gerd", size=3))
    answer = save(staff, occasion, shown(staff, occasion) | {f"p{one}": "kom", f"p{two}": "inte"})
    assert noted(occasion) == {one: True, two: False}
    assert "1 kom, 1 kom inte. 1 är inte noterad." in text(answer)
    fields = shown(staff, occasion)
    assert (fields[f"p{one}"], fields[f"p{two}"], fields[f"p{three}"]) == ("kom", "inte", "vet")
    save(staff, occasion, fields | {f"p{one}": "vet"})
    assert noted(occasion) == {two: False}


@pytest.mark.parametrize("by_host", [False, True])
def test_each_tap_is_kept_at_once_and_says_so(staff, plan, join, silver, site, by_host):
    occasion = plan(seats=9, host=silver).occasions.get()
    one, two = ids(join(occasion.quota, size=2))
    url = page(occasion)
    if by_host:
        hosts.open_link(occasion=occasion, by=site.desk)
        url = queries.host_path(occasion)
    tap = {f"was{one}": "vet", f"p{one}": "kom"}
    for _again in range(2):
        answer = staff.post(url, tap, headers={"Accept": "application/json"})
        assert answer.json() == {"kept": True, "says": "1 kom, 0 kom inte. 1 är inte noterad."}
    (note,) = Attendance.objects.all()
    assert (note.participant_id, note.came) == (one, True)
    Run.objects.update(cancelled_at=occasion.starts_at)
    refused = staff.post(url, {f"was{two}": "vet", f"p{two}": "kom"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["kept"]) == (422, False)
    assert Attendance.objects.count() == 1


def test_saved_twice_is_once(staff, plan, join, site):
    occasion = plan().occasions.get()
    (one,) = ids(join(occasion.quota))
    fields = shown(staff, occasion) | {f"p{one}": "kom", "name": "Bo"}
    for _press in range(2):
        save(staff, occasion, fields)
    assert Attendance.objects.filter(occasion=occasion).count() == 2
    assert Registration.objects.filter(quota=occasion.quota).count() == 2
    assert {row.noted_by for row in Attendance.objects.all()} == {site.desk}


def test_two_tablets_at_once_lose_nothing(staff, plan, join):
    occasion = plan().occasions.get()
    one, two = ids(join(occasion.quota, size=2))
    first, second = shown(staff, occasion), shown(staff, occasion)
    save(staff, occasion, first | {f"p{one}": "kom"})
    save(staff, occasion, second | {f"p{two}": "inte"})  # still shows «vet inte» for the first
    assert noted(occasion) == {one: True, two: False}


def test_a_head_count_of_another_tablet_is_not_undone(staff, plan):
    occasion = plan(joining=Run.Joining.NONE, seats=None).occasions.get()
    first, second = shown(staff, occasion), shown(staff, occasion)
    save(staff, occasion, first | {"heads": "14"})
    save(staff, occasion, second | {"heads": ""})
    occasion.refresh_from_db()
    assert occasion.head_count == 14


@pytest.mark.parametrize(
    ("said", "kept"), [("0", 0), ("14", 14), ("-1", None), ("många", None), ("99999", None)]
)
def test_heads_are_counted_where_nobody_is_named(staff, plan, said, kept):
    occasion = plan(joining=Run.Joining.NONE, seats=None).occasions.get()
    answer = save(staff, occasion, shown(staff, occasion), heads=said)
    occasion.refresh_from_db()
    assert occasion.head_count == kept
    assert answer.status_code == (422 if kept is None else 200)
    if kept is None:
        assert f'value="{said}"' in answer.content.decode()


def test_where_nobody_registers_there_are_heads_to_count_and_no_names_to_write(staff, plan):
    occasion = plan(joining=Run.Joining.NONE, seats=None).occasions.get()
    answer = staff.get(page(occasion))
    assert "Hit behöver man inte anmäla sig. Räkna dem som kom." in text(answer)
    assert 'name="name"' not in answer.content.decode()


def test_somebody_of_another_course_cannot_be_noted(staff, plan, join):
    mine, other = plan().occasions.get(), plan(days=(8,)).occasions.get()
    (stranger,) = ids(join(other.quota))
    save(staff, mine, shown(staff, mine), **{f"p{stranger}": "kom", f"was{stranger}": "vet"})
    assert noted(mine) == {}


@pytest.mark.parametrize("why", ["early", "cancelled"])
def test_nobody_is_noted_before_the_day_or_when_it_is_called_off(staff, plan, join, site, now, clock, why):
    occasion = plan().occasions.get()
    (one,) = ids(join(occasion.quota))
    fields = shown(staff, occasion) | {f"p{one}": "kom"}
    if why == "early":
        clock.move_to(now + dt.timedelta(days=6))
    else:
        runs.cancel_occasion(occasion=occasion, why="Sjukdom", by=site.desk, now=now)
    answer = save(staff, occasion, fields)
    assert "Här går det inte att notera vem som kom." in text(answer)
    assert noted(occasion) == {}


def test_one_walks_from_occasion_to_occasion(staff, plan):
    first, second, third = plan(days=(7, 14, 21)).occasions.all()
    html = staff.get(page(second)).content.decode()
    assert page(first) in html
    assert page(third) in html
    assert "Föregående:" not in staff.get(page(first)).content.decode()


# --- without having registered ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Bo Ek", ""])
def test_a_walk_in_gets_a_seat_and_is_here(staff, plan, join, name):
    occasion = plan().occasions.get()
    (one,) = ids(join(occasion.quota))
    answer = save(staff, occasion, shown(staff, occasion), name=name, walk_in="1", **{f"p{one}": "kom"})
    made = Registration.objects.get(quota=occasion.quota, came_by="walkin")
    assert (made.name, made.state) == (name, "registered")
    assert noted(occasion) == {one: True, ids(made)[0]: True}  # what was ticked beside it is saved too
    assert (name or "Deltagare utan namn 1") in text(answer)


def test_a_full_course_says_so_keeps_nobody_in_line_and_takes_a_reason(staff, plan, join):
    occasion = plan(seats=1).occasions.get()
    (one,) = ids(join(occasion.quota))
    fields = shown(staff, occasion) | {f"p{one}": "kom"}
    answer = save(staff, occasion, fields, name="Bo Ek")
    assert answer.status_code == 422
    assert "Det är fullt. Släpp in personen ändå genom att skriva varför." in text(answer)
    assert 'value="Bo Ek"' in answer.content.decode()
    assert noted(occasion) == {one: True}
    assert Registration.objects.filter(quota=occasion.quota).count() == 1
    save(staff, occasion, fields, name="Bo Ek", reason="Det finns en stol till.")
    made = Registration.objects.get(name="Bo Ek")
    assert (made.state, made.override_reason) == ("registered", "Det finns en stol till.")


def test_a_seat_that_is_free_goes_to_whoever_stands_at_the_door_when_it_has_begun(
    staff, plan, join, now, clock
):
    occasion = plan(seats=1).occasions.get()
    gone, waits = join(occasion.quota), join(occasion.quota)
    staff.post(reverse("courses_let_go", args=[occasion.pk, gone.pk]))
    fields = shown(staff, occasion) | {"name": "Bo Ek"}
    clock.move_to(occasion.starts_at - dt.timedelta(minutes=30))  # before it begins the line goes first
    assert save(staff, occasion, fields).status_code == 422
    clock.move_to(occasion.starts_at + dt.timedelta(minutes=30))
    save(staff, occasion, fields)
    waits.refresh_from_db()
    assert (waits.state, Registration.objects.get(name="Bo Ek").state) == ("waiting", "registered")


def test_a_walk_in_on_a_paper_list_can_be_written_down_the_day_after(staff, plan, now, clock):
    occasion = plan().occasions.get()
    clock.move_to(now + dt.timedelta(days=8))
    save(staff, occasion, shown(staff, occasion), name="Bo Ek")
    assert Attendance.objects.get(occasion=occasion).participant.name == "Bo Ek"


def test_enter_in_the_name_saves_and_lets_nobodys_seat_go(staff, plan, join):
    """A browser that is told Enter presses the first button of the form."""
    occasion = plan().occasions.get()
    join(occasion.quota)
    html = staff.get(page(occasion)).content.decode()
    first = re.search(r"<button[^>]*>", html[html.index('class="u-day"') :]).group()
    assert "name=" not in first


# --- seats let go -------------------------------------------------------------------------------------


def test_the_seats_of_a_party_that_did_not_come_are_let_go_after_a_question(staff, plan, join, site):
    occasion = plan(seats=2).occasions.get()
    gone = join(occasion.quota, "Gerd", size=2)
    answer = save(staff, occasion, shown(staff, occasion), let_go=gone.pk)
    assert answer.redirect_chain[-1][0] == reverse("courses_let_go", args=[occasion.pk, gone.pk])
    assert "Vill du släppa 2 platser för Gerd?" in text(answer)
    gone.refresh_from_db()
    assert gone.state == "registered"  # only asked
    for _press in range(2):
        answer = staff.post(reverse("courses_let_go", args=[occasion.pk, gone.pk]), follow=True)
    gone.refresh_from_db()
    occasion.quota.refresh_from_db()
    assert (gone.state, occasion.quota.taken) == ("noshow", 0)
    assert list(noted(occasion).values()) == [False, False]
    assert "Släppta platser" in text(answer)
    change = gone.changes.get(what=RegistrationChange.What.NO_SHOW)
    assert change.by == site.desk


def test_a_seat_is_let_go_to_make_room_and_the_name_that_was_typed_is_still_there(staff, plan, join):
    occasion = plan(seats=1).occasions.get()
    gone = join(occasion.quota, "Gerd")
    assert save(staff, occasion, shown(staff, occasion), name="Bo Ek").status_code == 422
    asked = save(staff, occasion, shown(staff, occasion), name="Bo Ek", let_go=gone.pk)
    assert "Vill du släppa platsen för Gerd?" in text(asked)
    done = staff.post(reverse("courses_let_go", args=[occasion.pk, gone.pk]), follow=True)
    assert 'value="Bo Ek"' in done.content.decode()
    save(staff, occasion, shown(staff, occasion), name="Bo Ek")
    assert Registration.objects.get(name="Bo Ek").state == "registered"
    assert 'value="Bo Ek"' not in staff.get(page(occasion)).content.decode()


def test_the_seats_of_somebody_who_is_here_are_not_let_go(staff, plan, join):
    occasion = plan().occasions.get()
    party = join(occasion.quota, size=2)
    save(staff, occasion, shown(staff, occasion) | {f"p{ids(party)[0]}": "kom"})
    answer = staff.post(reverse("courses_let_go", args=[occasion.pk, party.pk]), follow=True)
    party.refresh_from_db()
    assert party.state == "registered"
    assert "Någon i sällskapet är här." in text(answer)


def test_no_seat_is_let_go_before_it_begins_or_for_another_course(staff, plan, join, now, clock):
    occasion, other = plan().occasions.get(), plan(days=(8,)).occasions.get()
    party = join(occasion.quota)
    clock.move_to(now)
    staff.post(reverse("courses_let_go", args=[occasion.pk, party.pk]))
    party.refresh_from_db()
    assert party.state == "registered"
    assert staff.get(reverse("courses_let_go", args=[other.pk, party.pk])).status_code == 404
