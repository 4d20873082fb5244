"""Runs in the staff side: the list, planning with everything seen first, changing, calling off, who comes."""

import datetime as dt
import html
import re

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.unit.courses.conftest import may_say
from utbud.base import dates, letters
from utbud.calendar import actions as calendar
from utbud.calendar.models import Resource
from utbud.courses.actions import day, runs
from utbud.courses.models import CoursePage, Occasion, Registration, Run
from utbud.notices import actions as outbox
from utbud.notices import queries as notices
from utbud.notices.models import Notice
from utbud.people.models import ADMINISTRATOR, DESK, EDITOR, PUBLISHER, Look, Organisation, User
from utbud.places.models import Place, SpecialDay
from utbud.web import today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def staff(site):
    client = Client()
    client.force_login(site.desk)
    return client


def someone(role):
    """Logged in with a role; "" may enter the staff side but has no role; None is not logged in."""
    client = Client()
    if role is not None:
        user = User.objects.create_user("maja")
        if role:
            user.groups.add(Group.objects.get(name=role))
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(user)
    return client


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def hidden(answer, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.content.decode())
    return found.group(1) if found else ""


@pytest.fixture
def teacher(db):
    return Resource.objects.create(kind="person", name="Anna")


@pytest.fixture
def fill(course, place, teacher):
    """What is filled in to plan three Tuesdays at ten."""

    def fill(**more):
        return {
            "course": course.pk, "place": place.pk, "joining": "open", "joins": "whole", "fee": "0", "seats": "12",
            "first": "2026-12-01", "starts": "10:00", "ends": "12:00", "count": "3", "every": "week",
        } | more  # fmt: skip

    return fill


def send(client, url, data):
    """Send a form as a browser does, with the hidden fields that the page gave."""
    shown = client.get(url)
    return client.post(url, data | {"stamp": hidden(shown, "stamp"), "seen": ""})


def again(client, url, data, answer, **more):
    """Send it once more, from the page that came back."""
    return client.post(url, data | {"stamp": hidden(answer, "stamp"), "seen": hidden(answer, "seen")} | more)


# --- who may --------------------------------------------------------------------------------------

RUN_PAGES = {
    "courses_runs": None, "courses_plan": None, "courses_run": "run", "courses_run_change": "run",
    "courses_more_times": "run", "courses_run_cancel": "run", "courses_run_delete": "run", "courses_seats": "quota",
    "courses_occasion": "occasion", "courses_occasion_cancel": "occasion", "courses_desk": None, "courses_find": None,
    "courses_paper": "run", "courses_association": "run", "courses_registration": "registration",
    "courses_cancel": "registration", "courses_party": "registration", "courses_reach": "registration",
    "courses_needs": "registration", "courses_desk_done": "registration", "courses_give_seat": "registration",
}  # fmt: skip
OF_PEOPLE = {"courses_desk", "courses_find", "courses_paper", "courses_association"} | {
    name for name, kind in RUN_PAGES.items() if kind == "registration"
}


@pytest.fixture
def address(plan, join):
    """The address of a page about a run that somebody has registered for."""
    run = plan(seats=3)
    quota = run.quotas.get()
    things = {
        "run": run,
        "quota": quota,
        "occasion": run.occasions.get(),
        "registration": join(quota, "Gerd"),
    }

    def address(name):
        kind = RUN_PAGES[name]
        return reverse(name, args=[things[kind].pk] if kind else [])

    return address


@pytest.mark.parametrize("role", [EDITOR, PUBLISHER, DESK, ADMINISTRATOR, "", None])
def test_who_may_see_what(address, role):
    client = someone(role)
    for name in RUN_PAGES:
        allowed = bool(role) and (name != "courses_run_delete" or role == ADMINISTRATOR)
        allowed = allowed and (name not in OF_PEOPLE or role == DESK)
        assert client.get(address(name)).status_code == (200 if allowed else 302), name


@pytest.mark.parametrize(("role", "seen"), [(EDITOR, False), (ADMINISTRATOR, False), (DESK, True)])
def test_a_run_tells_how_many_to_all_who_plan_and_who_to_those_who_meet_them(address, role, seen):
    said = text(someone(role).get(address("courses_run")))
    assert "1 av 3" in said
    assert (re.search(r"\bGerd\b", said) is not None) is seen


@pytest.mark.parametrize("role", ["", None])
@pytest.mark.parametrize("name", ["courses_cancel", "courses_run_cancel", "courses_seats", "courses_plan"])
def test_who_may_change_nothing(address, name, role):
    someone(role).post(address(name), {"why": "x", "seats": "99"})
    assert Registration.objects.get().state == Registration.REGISTERED
    assert Run.objects.get().cancelled_at is None
    assert Run.objects.get().quotas.get().seats == 3


def test_the_menu_leads_to_the_courses(staff):
    assert reverse("courses_runs") in staff.get(reverse("wagtailadmin_home")).content.decode()


# --- the list -------------------------------------------------------------------------------------


class TestTheList:
    def test_what_is_told_of_a_run(self, staff, plan, join, teacher, now):
        run = plan(seats=3, days=(7, 14))
        run.occasions.first().resources.set([teacher])
        runs.book(run.occasions.first(), now)
        first = run.occasions.first()
        calendar.book(
            source="visit:1", resources=[teacher], starts_at=first.starts_at, ends_at=first.ends_at,
            title="Ett studiebesök", url="", now=now,
        )  # fmt: skip
        for size in (2, 2):
            join(run.quotas.get(), size=size)
        said = text(staff.get(reverse("courses_runs")))
        assert "Ring med bild" in said
        assert "2 måndagar, första gången måndag 30 november klockan 10 till 12" in said
        assert "2 av 3 platser tagna, 1 anmälan i kö" in said
        assert "Krock" in said

    @pytest.mark.parametrize(
        ("noted", "attendance", "evaluation"),
        [
            ((), True, True),
            (("came",), False, True),
            (("heads",), False, True),
            (("came", "told"), False, False),
        ],
    )
    def test_what_lacks_when_it_has_been(self, staff, plan, join, now, noted, attendance, evaluation):
        run = plan(days=(7,))
        registration = join(run.quotas.get(), "Gerd")
        occasion = run.occasions.get()
        if "came" in noted:
            person = registration.participants.get()
            day.note_attendance(occasion=occasion, came={person.pk: True}, by=None, now=now)
        if "heads" in noted:
            day.count_heads(occasion=occasion, count=1, by=None, now=now)
        if "told" in noted:
            day.evaluate(
                occasion=occasion, task="self", mood="", wish="", came_by="web", now=now, submission_key="k"
            )
        with time_machine.travel(now + dt.timedelta(days=8), tick=False):
            said = text(staff.get(reverse("courses_runs"), {"visa": "been"}))
            assert ("Närvaro saknas för ett tillfälle" in said) is attendance
            assert ("Utvärdering saknas" in said) is evaluation
            groups = {
                group.title: group
                for group in today.today_for(User.objects.get(username="disk"), now + dt.timedelta(days=8))
            }
            assert ("Närvaro som saknas" in groups) is attendance

    def test_filters(self, staff, plan, site, course, now):
        other_place = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
        here, there, off = plan(days=(7,)), plan(days=(8,), place=other_place), plan(days=(9,))
        runs.cancel_run(run=off, why="Sjukdom", by=None, now=now)

        def shown(**asked):
            answer = staff.get(reverse("courses_runs"), asked)
            return [row.run for row in answer.context["rows"]]

        assert shown() == [here, there]
        assert shown(plats=other_place.pk) == [there]
        assert shown(kurs=course.pk) == [here, there]
        assert shown(visa="cancelled") == [off]
        assert shown(visa="been") == []
        assert shown(kurs="x", plats="999999", visa="y", p="x") == [here, there]
        with time_machine.travel(now + dt.timedelta(days=8), tick=False):
            assert shown(visa="been") == [here]

    def test_in_order_and_in_pages(self, staff, plan):
        made = [plan(days=(40 - number,)) for number in range(27)]
        first = staff.get(reverse("courses_runs"))
        assert [row.run for row in first.context["rows"]] == made[::-1][:25]
        assert "Sida 1 av 2" in text(first)
        second = staff.get(reverse("courses_runs"), {"p": "2"})
        assert [row.run for row in second.context["rows"]] == made[::-1][25:]

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({}, "Inget är planerat"),
            ({"visa": "been"}, "Ingen kurs har varit"),
            ({"visa": "cancelled"}, "Inget är inställt"),
        ],
    )
    def test_empty(self, staff, course, asked, says):
        assert says in text(staff.get(reverse("courses_runs"), asked))

    def test_the_same_number_of_questions_for_1_and_3(self, staff, plan, join):
        join(plan(days=(7,)).quotas.get())
        staff.get(reverse("courses_runs"))  # what is kept between pages

        def asked(name, **where):
            with CaptureQueriesContext(
                connection,
            ) as counted:
                assert staff.get(reverse(name), where).status_code == 200
            return len(counted)

        few = asked("courses_runs"), asked("courses_desk")
        for later in (8, 9):
            join(plan(days=(later,)).quotas.get())
        assert (asked("courses_runs"), asked("courses_desk")) == few


# --- planning -------------------------------------------------------------------------------------


class TestPlanning:
    url = "/admin/kurser/ny/"

    def test_every_date_is_seen_and_then_made(self, staff, fill, teacher, course):
        may_say(course, note="Ta med laddare")
        data = fill(resources=[teacher.pk], kept="4", kept_until="2026-11-27", note="Ta med laddare")
        seen = send(staff, self.url, data)
        said = text(seen)
        assert "3 tillfällen" in said
        for when in ("Tisdag 1 december klockan 10 till 12", "Tisdag 8 december", "Tisdag 15 december"):
            assert when in said
        assert not Run.objects.exists()
        made = again(staff, self.url, data, seen)
        run = Run.objects.get()
        assert made.url == reverse("courses_run", args=[run.pk])
        quota = run.quotas.get()
        assert (quota.seats, quota.kept, quota.kept_until) == (12, 4, dt.date(2026, 11, 27))
        assert (run.note, run.course, run.created_by.username) == ("Ta med laddare", course, "disk")
        assert [list(one.resources.all()) for one in run.occasions.all()] == [[teacher]] * 3

    def test_the_button_pressed_twice_is_one_run(self, staff, fill):
        seen = send(staff, self.url, fill())
        first, second = again(staff, self.url, fill(), seen), again(staff, self.url, fill(), seen)
        assert first.url == second.url
        assert Run.objects.count() == 1

    def test_two_processes_that_plan_the_same_make_one_run(self, course, place, now, monkeypatch):
        """Both have looked for a run with the key, and seen none, when they write."""
        times = [(now + dt.timedelta(days=7), now + dt.timedelta(days=7, hours=1))]
        facts = {
            "course": course,
            "times": times,
            "by": None,
            "now": now,
            "place": place,
            "submission_key": "k",
        }
        first = runs.plan_run(**facts)
        really, asked = Run.objects.filter, []

        def too_early(**where):
            asked.append(where)
            return Run.objects.none() if len(asked) == 1 else really(**where)

        monkeypatch.setattr(Run.objects, "filter", too_early)
        assert runs.plan_run(**facts) == first
        monkeypatch.undo()
        assert (Run.objects.count(), Occasion.objects.count()) == (1, 1)

    def test_what_was_changed_is_seen_again(self, staff, fill):
        seen = send(staff, self.url, fill())
        changed = fill(starts="13:00", ends="15:00")
        shown = again(staff, self.url, changed, seen)
        assert "Något är ändrat" in text(shown)
        assert "klockan 13 till 15" in text(shown)
        assert not Run.objects.exists()
        again(staff, self.url, changed, shown)
        assert Run.objects.count() == 1

    def test_a_clash_that_comes_meanwhile_is_seen_first(self, staff, fill, teacher, now):
        data = fill(resources=[teacher.pk])
        seen = send(staff, self.url, data)
        start = dates.at_stockholm(dt.date(2026, 12, 8), dt.time(11))
        calendar.book(
            source="visit:1", resources=[teacher], starts_at=start, ends_at=start + dt.timedelta(hours=2),
            title="Ett studiebesök", url="", now=now,
        )  # fmt: skip
        shown = again(staff, self.url, data, seen)
        assert "Anna är upptagen tisdag 8 december klockan 11–13: Ett studiebesök." in text(shown)
        assert "Planera ändå" in text(shown)
        assert not Run.objects.exists()
        again(staff, self.url, data, shown)
        assert Run.objects.count() == 1

    @pytest.mark.parametrize(
        ("skip", "days", "says"),
        [
            ("on", ["2026-12-22", "2026-12-29", "2027-01-05"], "hoppas över"),
            ("", ["2026-12-22", "2026-12-29", "2027-01-05"], ""),
        ],
    )
    def test_tuesdays_without_a_holiday(self, staff, fill, skip, days, says):
        data = fill(first="2026-12-22", skip_holidays=skip)
        again(staff, self.url, data, send(staff, self.url, data))
        assert [str(dates.local(one.starts_at).date()) for one in Occasion.objects.all()] == days

    @pytest.mark.parametrize(
        ("skip", "days", "says"),
        [
            ("on", ["2026-12-18", "2027-01-08", "2027-01-15"], "fredag 25 december 2026 (juldagen), fredag 1 januari 2027 (nyårsdagen)"),
            ("", ["2026-12-18", "2026-12-25", "2027-01-01"], "Det är juldagen då."),
        ],
    )  # fmt: skip
    def test_holidays_are_passed_or_warned_of(self, staff, fill, skip, days, says):
        data = fill(first="2026-12-18", skip_holidays=skip)
        seen = send(staff, self.url, data)
        assert says in text(seen)
        again(staff, self.url, data, seen)
        assert [str(dates.local(one.starts_at).date()) for one in Occasion.objects.all()] == days

    @pytest.mark.parametrize(
        ("first", "utc"),
        [
            ("2027-03-23", [9, 8, 8]),
            ("2027-10-26", [8, 9, 9]),
        ],  # the clock changes on 28 March and 31 October
    )
    def test_the_clock_changes_and_the_time_on_the_wall_stays(self, staff, fill, first, utc):
        data = fill(first=first)
        again(staff, self.url, data, send(staff, self.url, data))
        occasions = Occasion.objects.all()
        assert [dates.local(one.starts_at).hour for one in occasions] == [10, 10, 10]
        assert [one.starts_at.astimezone(dt.UTC).hour for one in occasions] == utc

    @pytest.mark.parametrize(
        ("wrong", "field", "says"),
        [
            ({"course": ""}, "course", "Välj vilken kurs"),
            ({"place": ""}, "place", "Välj en plats eller en värd"),
            ({"ends": "10:00"}, "ends", "efter starttiden"),
            ({"first": "31/13"}, "first", "Det är ingen dag"),
            ({"count": "61"}, "count", "mellan 1 och 60"),
            ({"count": "0"}, "count", "mellan 1 och 60"),
            ({"seats": "-1"}, "seats", "mellan 1 och 2000"),
            ({"seats": "3", "kept": "4"}, "kept", "fler än alla"),
            ({"seats": "", "kept": "4"}, "seats", "hur många platser"),
            ({"every": "days"}, "days", "hur många dagar"),
            ({"joining": "host"}, "host", "vilken förening"),
            ({"joining": "elsewhere"}, "elsewhere", "hos vem"),
            ({"online_url": "http:/x"}, "online_url", "inte hel"),
            ({"first": "2027-03-28", "starts": "02:30", "ends": "03:00"}, "starts", "ställs klockan fram"),
            ({"first": "2199-12-31"}, "first", "närmare"),
            ({"first": "9999-12-31"}, "first", "året är rätt"),
            ({"resources": ["999"]}, "resources", "går att boka"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_all_is_kept(
        self, course, staff, fill, wrong, field, says
    ):
        may_say(course, note="En anteckning som står kvar")
        data = fill(note="En anteckning som står kvar", **wrong)
        answer = send(staff, self.url, data)
        assert answer.status_code == 422
        assert says in str(answer.context["form"].errors[field])
        assert "En anteckning som står kvar" in answer.content.decode()
        assert not Run.objects.exists()

    def test_at_a_host_one_time_each(self, staff, fill):
        host = Organisation.objects.create(name="Solrosen")
        data = fill(place="", host=host.pk, venue="Storgatan 1", joins="single", every="days", days="2")
        again(staff, self.url, data, send(staff, self.url, data))
        run = Run.objects.get()
        assert run.quotas.count() == 3
        assert [dates.local(one.starts_at).day for one in run.occasions.all()] == [1, 3, 5]

    def test_more_times_warn_of_the_runs_own(self, staff, plan):
        run = plan(days=(7,))
        url = reverse("courses_more_times", args=[run.pk])
        data = {"first": "2026-11-30", "starts": "11:00", "ends": "13:00", "count": "2", "every": "week"}
        seen = send(staff, url, data)
        assert "Omgången har själv en tid då: måndag 30 november klockan 10 till 12." in text(seen)
        again(staff, url, data, seen)
        assert run.occasions.count() == 3
        assert run.quotas.count() == 1

    def test_exactly_the_same_time_is_refused(self, staff, plan):
        run = plan(days=(7,))
        url = reverse("courses_more_times", args=[run.pk])
        data = {"first": "2026-11-30", "starts": "10:00", "ends": "12:00", "count": "1", "every": "week"}
        answer = again(staff, url, data, send(staff, url, data))
        assert "Det finns redan ett tillfälle" in text(answer)
        assert run.occasions.count() == 1


# --- changing -------------------------------------------------------------------------------------


class TestChanging:
    def fill(self, **more):
        return {"day": "2026-11-30", "starts": "10:00", "ends": "12:00", "place": ""} | more

    def test_how_many_are_told_is_said_first_and_then_each_is_told_once(self, staff, plan, join):
        run = plan(days=(7,))
        occasion = run.occasions.get()
        join(run.quotas.get(), "Gerd", contact="070-174 06 05")
        join(run.quotas.get(), "Ove", way="desk", contact="")
        url = reverse("courses_occasion", args=[occasion.pk])
        data = self.fill(starts="13:00", ends="15:00")
        seen = send(staff, url, data)
        assert "2 anmälningar säger ni till själva." in text(seen)
        assert not Notice.objects.filter(kind=f"moved-{occasion.pk}").exists()
        again(staff, url, data, seen)
        again(staff, url, data, seen)
        occasion.refresh_from_db()
        assert dates.local(occasion.starts_at).hour == 13
        assert Notice.objects.filter(kind=f"moved-{occasion.pk}").count() == 2

    def test_a_new_teacher_tells_nobody(self, staff, plan, join, teacher):
        run = plan(days=(7,))
        join(run.quotas.get(), "Gerd", contact="070-174 06 05")
        occasion = run.occasions.get()
        url = reverse("courses_occasion", args=[occasion.pk])
        send(staff, url, self.fill(resources=[teacher.pk]))
        assert list(occasion.resources.all()) == [teacher]
        assert not Notice.objects.filter(kind__startswith="moved").exists()

    def test_a_clash_can_be_overridden(self, staff, plan, teacher, now):
        occasion = plan(days=(7,)).occasions.get()
        calendar.book(
            source="visit:1", resources=[teacher], starts_at=occasion.starts_at, ends_at=occasion.ends_at,
            title="Ett studiebesök", url="", now=now,
        )  # fmt: skip
        url = reverse("courses_occasion", args=[occasion.pk])
        seen = send(staff, url, self.fill(resources=[teacher.pk]))
        assert "Anna är upptagen" in text(seen)
        assert not occasion.resources.exists()
        again(staff, url, self.fill(resources=[teacher.pk]), seen)
        assert list(occasion.resources.all()) == [teacher]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"ends": "09:00"}, "ends"),
            ({"day": ""}, "day"),
            ({"day": "2027-03-28", "starts": "02:10", "ends": "02:50"}, "starts"),
        ],
    )
    def test_what_is_wrong(self, staff, plan, wrong, field):
        occasion = plan(days=(7,)).occasions.get()
        answer = send(staff, reverse("courses_occasion", args=[occasion.pk]), self.fill(**wrong))
        assert field in answer.context["form"].errors

    def test_call_off_an_occasion(self, staff, plan, join):
        run = plan(days=(7, 14))
        join(run.quotas.get(), "Gerd", contact="070-174 06 05")
        occasion = run.occasions.first()
        url = reverse("courses_occasion_cancel", args=[occasion.pk])
        assert "1 anmälan säger ni till själva." in text(staff.get(url))
        assert "Välj varför." in text(staff.post(url, {"why": ""}))
        assert "Välj ett giltigt alternativ" in text(staff.post(url, {"why": "Det jag vill säga till alla"}))
        answer = staff.post(url, {"why": "Ledaren är sjuk."}, follow=True)
        assert "Tillfället är inställt. 1 anmälan säger ni till själva." in text(answer)
        assert "Ledaren är sjuk." in text(answer)
        assert "redan inställt" in text(staff.post(url, {"why": "igen"}, follow=True))
        assert Notice.objects.filter(kind=f"off-{occasion.pk}").count() == 1

    def test_call_off_a_run(self, staff, plan, join):
        run = plan(days=(7, 14))
        join(run.quotas.get(), "Gerd", contact="070-174 06 05")
        url = reverse("courses_run_cancel", args=[run.pk])
        assert "1 anmälan säger ni till själva." in text(staff.get(url))
        assert "Omgången är inställd. 1 anmälan säger ni till själva." in text(
            staff.post(url, {"why": "Det blev för få anmälda."}, follow=True)
        )
        assert "redan inställd" in text(staff.get(url, follow=True))

    @pytest.mark.parametrize("whole", [True, False])
    def test_what_is_called_off_has_no_seats_left(self, staff, plan, join, now, whole):
        run = plan(seats=8)
        join(run.quotas.get(), size=2)
        page = reverse("courses_run", args=[run.pk])
        before = text(staff.get(page))
        assert ("2 av 8 platser tagna" in before, "Lediga 6" in before) == (True, True)
        if whole:
            runs.cancel_run(run=run, why="Sjukdom", by=None, now=now)
        else:
            runs.cancel_occasion(occasion=run.occasions.get(), why="Sjukdom", by=None, now=now)
        for said in (text(staff.get(page)), text(staff.get(reverse("courses_runs"), {"visa": "cancelled"}))):
            assert "Inställt. 2 platser var tagna" in said
            assert not re.search(r"Lediga|av 8 platser", said), said

    @pytest.mark.parametrize("texting", [True, False])
    def test_joining_by_text_is_told_where_texts_are_answered(self, staff, plan, monkeypatch, texting):
        run = plan()
        monkeypatch.setattr(notices, "texts_come_to", lambda: "+46766861234" if texting else "")
        said = text(staff.get(reverse("courses_run", args=[run.pk])))
        assert (f"KURS {run.quotas.get().pk} och sitt namn till" in said) is texting
        assert ("KURS" in said) is texting

    @pytest.mark.parametrize(("known", "left"), [(False, 0), (True, 1)])
    def test_remove_a_run_only_while_nobody_knows_of_it(self, site, plan, join, known, left):
        client = Client()
        client.force_login(site.admin)
        run = plan()
        if known:
            join(run.quotas.get())
        answer = client.post(reverse("courses_run_delete", args=[run.pk]), follow=True)
        assert Run.objects.count() == left
        assert ("Ställ in omgången i stället" in text(answer)) is known

    @pytest.mark.parametrize(
        ("seats", "kept", "field", "says"),
        [
            ("1", "0", "seats", "2 platser är tagna"),
            ("x", "0", "seats", "Skriv ett tal"),
            ("5", "6", "kept", "fler än alla"),
        ],
    )
    def test_seats_that_cannot_be(self, staff, plan, join, seats, kept, field, says):
        quota = plan(seats=3).quotas.get()
        join(quota, size=2)
        answer = staff.post(reverse("courses_seats", args=[quota.pk]), {"seats": seats, "kept": kept})
        assert says in str(answer.context["form"].errors[field])
        quota.refresh_from_db()
        assert quota.seats == 3

    def test_more_seats_go_to_the_line(self, staff, plan, join):
        quota = plan(seats=1).quotas.get()
        join(quota)
        waits = join(quota, "Gerd")
        staff.post(reverse("courses_seats", args=[quota.pk]), {"seats": "2", "kept": ""})
        waits.refresh_from_db()
        assert waits.state == Registration.OFFERED

    def test_another_place_is_seen_before_it_is_told(self, staff, plan, join, place):
        run = plan()
        join(run.quotas.get(), contact="070-174 06 05")
        other = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
        url = reverse("courses_run_change", args=[run.pk])
        data = {"place": other.pk, "joining": "open", "fee": "0"}
        seen = send(staff, url, data)
        run.refresh_from_db()
        assert run.place == place
        assert "1 anmälan säger ni till själva." in text(seen)
        again(staff, url, data, seen)
        run.refresh_from_db()
        assert run.place == other
        assert Notice.objects.filter(kind__startswith="moved").count() == 1

    def test_a_note_needs_no_second_look(self, staff, plan, join, place, course):
        run = plan()
        may_say(course, note="Ta med laddare")
        join(run.quotas.get())
        send(
            staff, reverse("courses_run_change", args=[run.pk]),
            {"place": place.pk, "joining": "open", "fee": "0", "note": "Ta med laddare"},
        )  # fmt: skip
        run.refresh_from_db()
        assert run.note == "Ta med laddare"


# --- who comes ------------------------------------------------------------------------------------


class TestTheRun:
    def test_everyone_and_the_whole_line_in_order(self, staff, plan, join, now):
        quota = plan(seats=2).quotas.get()
        join(quota, "Gerd", way="phone", contact="08-465 004 10", needs=["hearing_loop"])
        gone = join(quota, "Ove")
        for name in ("Siv", "Åke"):
            join(quota, name, way="desk", contact="070-174 06 06")
        from utbud.courses.actions import seats

        seats.cancel(registration=gone, way="phone", now=now)  # Siv is offered the seat
        page = text(staff.get(reverse("courses_run", args=[quota.run_id])))
        said = page[page.index("Har plats") :]
        assert "En att säga till själv" in page
        assert "2 av 2 platser tagna, 1 anmälan i kö" in page
        assert said.index("Gerd") < said.index("Siv") < said.index("Åke") < said.index("Ove")
        assert "Behöver: Hörslinga" in said
        assert "08-465 004 10" in said
        assert re.search(r"Siv .*Svarar senast", said)
        assert "1. Åke" in said
        assert re.search(r"Siv .*Inte nådd än: Det finns plats\. Samtal att ringa", said)

    def test_the_look_is_remembered(self, staff, site, plan, join):
        quota = plan().quotas.get()
        staff.get(reverse("courses_run", args=[quota.run_id]))
        assert not Look.objects.exists()  # nobody to see
        join(quota)
        staff.get(reverse("courses_run", args=[quota.run_id]))
        look = Look.objects.get()
        assert (look.user, look.subject, look.how) == (site.desk, f"quota:{quota.pk}", "list")

    def test_each_occasion_has_its_people(self, staff, plan, join):
        run = plan(joins="single", days=(7, 14))
        first, second = run.quotas.order_by("pk")
        join(first, "Gerd")
        join(second, "Ove")
        url = reverse("courses_run", args=[run.pk])
        assert "Gerd" in text(staff.get(url))
        assert "Ove" not in text(staff.get(url))
        other = text(staff.get(url, {"grupp": second.pk}))
        assert "Ove" in other
        assert "Gerd" not in other
        assert "Gerd" in text(staff.get(url, {"grupp": "x"}))

    def test_the_same_number_of_questions_for_1_and_3_people(self, staff, plan, join):
        quota = plan(seats=20).quotas.get()
        url = reverse("courses_run", args=[quota.run_id])

        def asked():
            staff.get(url)
            with CaptureQueriesContext(connection) as counted:
                staff.get(url)
            return len(counted)

        join(quota)
        few = asked()
        for _number in range(2):
            join(quota)
        assert asked() == few

    def test_a_seat_past_the_line_has_a_reason(self, staff, plan, join):
        quota = plan(seats=1).quotas.get()
        join(quota)
        join(quota, "Först")
        waits = join(quota, "Sist")
        url = reverse("courses_give_seat", args=[waits.pk])
        assert "Skriv varför." in text(staff.post(url, {"why": ""}))
        staff.post(url, {"why": "Kom hela vägen från Viksjö"})
        waits.refresh_from_db()
        assert (waits.state, waits.override_reason) == (Registration.REGISTERED, "Kom hela vägen från Viksjö")
        assert "inte längre i kö" in text(staff.post(url, {"why": "igen"}))
        quota.refresh_from_db()
        assert (quota.taken, quota.extra) == (2, 1)


@pytest.mark.parametrize(
    ("page", "first", "second"),
    [
        ("courses_seats", {"seats": "8"}, {"seats": "3", "kept": "1"}),
        ("courses_occasion", {"day": "2026-12-07"}, {"starts": "09:00"}),
        ("courses_run_change", {"venue": "Sal 3"}, {"online_url": "https://example.org/"}),
    ],
)
def test_two_who_change_the_same_are_told(staff, plan, place, page, first, second):
    run = plan(days=(7,))
    key = {"courses_seats": run.quotas.get().pk, "courses_occasion": run.occasions.get().pk}.get(page, run.pk)
    url = reverse(page, args=[key])
    sent = {
        "courses_seats": {"seats": "3", "kept": "0"},
        "courses_occasion": {"day": "2026-11-30", "starts": "10:00", "ends": "12:00", "place": ""},
        "courses_run_change": {"place": place.pk, "joining": "open", "fee": "0"},
    }[page]
    before = {"shown": html.unescape(hidden(staff.get(url), "shown"))}
    assert before["shown"]
    again(staff, url, sent | before | first, send(staff, url, sent | before | first))
    answer = send(staff, url, sent | before | second)
    assert answer.status_code == 422
    assert "Någon annan har sparat medan du skrev" in text(answer)
    after = {"shown": html.unescape(hidden(answer, "shown"))}
    assert "Någon annan" not in text(send(staff, url, sent | after | second))


@pytest.mark.parametrize("change", ["run-off", "off", "moved"])
class TestToldByHand:
    """Whom no text and no e-mail reaches is listed until somebody has ticked that they are told."""

    def change(self, kind, run, site, now):
        occasion = run.occasions.get()
        if kind == "run-off":
            runs.cancel_run(run=run, why="", by=site.editor, now=now)
        elif kind == "off":
            runs.cancel_occasion(occasion=occasion, why="", by=site.editor, now=now)
        else:
            later = {
                name: getattr(occasion, name) + dt.timedelta(hours=3) for name in ("starts_at", "ends_at")
            }
            runs.change_occasion(
                occasion=occasion, place=None, resources=[], by=site.editor, now=now, **later
            )

    def test_until_it_is_ticked_off_however_late(self, staff, site, plan, join, now, change):
        run = plan(seats=9)
        quota = run.quotas.get()
        club = Organisation.objects.create(name="Finska föreningen", contact="08-1")
        join(quota, "Mejla", contact="mejla@example.org")
        join(quota, "Ringer", contact="08-465 004 01")
        join(quota, "Ingen", contact="", way="desk", organisation=club)
        self.change(change, run, site, now)
        page, paper = reverse("courses_run", args=[run.pk]), reverse("courses_tell", args=[run.pk])
        for url in (page, paper):
            shown = text(staff.get(url))
            told = shown[shown.index("får inget sms") :].partition("Tillfällen")[0]
            assert "Ringer , 08-465 004 01" in told
            assert "Ingen (Finska föreningen, 08-1) , inget nummer" in told
            assert "Mejla" not in told
        outbox.settle(now + dt.timedelta(days=60))  # long after the occasion
        group = {one.title: one for one in today.today_for(site.desk, now)}["Ring, skriv eller säg till"]
        assert group.count == 2
        Notice.objects.filter(way="email").update(state="sent", sent_at=now)
        for notice in Notice.objects.filter(state="to_do"):
            staff.post(paper, {"notice": notice.pk})
            assert "redan avbockat" in text(staff.post(paper, {"notice": notice.pk}, follow=True))
        assert "Alla som skulle få besked har fått det." in text(staff.get(paper))
        assert "får inget sms" not in text(staff.get(page))

    @pytest.mark.parametrize("mail", [True, False], ids=["mail server", "no mail server"])
    def test_the_numbers_that_are_promised_are_those_that_are_made(
        self, staff, site, plan, join, now, change, mail, settings
    ):
        if not mail:
            settings.EMAIL_BACKEND = letters.AS_FILES
        run = plan(seats=9)
        for contact in (
            "a@example.org",
            "b@example.org",
            "070-174 06 05",
            "",
            "Storgatan 1, 175 00 Järfälla",
        ):
            join(run.quotas.get(), contact=contact, way="desk")
        url = reverse(
            "courses_run_cancel" if change == "run-off" else "courses_occasion_cancel",
            args=[run.pk if change == "run-off" else run.occasions.get().pk],
        )
        by_itself, by_staff = (2, 3) if mail else (0, 5)  # a letter that is kept as a file reaches nobody
        says = f"{by_staff} anmälningar säger ni till själva."
        if mail:
            says = f"{by_itself} anmälningar får e-post. {says}"  # no text channel is on, so none is promised
        else:
            says = f"Ingen e-postserver är inställd, så inget brev går ut. {says}"
        assert says in text(staff.get(url))
        assert says in text(staff.post(url, {"why": "Ledaren är sjuk."}, follow=True))
        made = Notice.objects.filter(kind__contains="off")
        assert [
            made.filter(way__in=ways).count() for ways in (["sms", "email"], ["call", "letter", "hand"])
        ] == [by_itself, by_staff]


# --- today ----------------------------------------------------------------------------------------


class TestToday:
    def groups(self, site, at):
        return {group.title: group for group in today.today_for(site.desk, at)}

    def test_what_is_held_today_and_tomorrow(self, site, plan, join, now):
        for days in ((0,), (1,), (2,)):
            join(plan(days=days).quotas.get(), size=2, at=now - dt.timedelta(hours=2))
        group = self.groups(site, now - dt.timedelta(hours=2))["Kurser i dag och i morgon"]
        assert group.count == 2
        assert "2 av 3 platser tagna" in group.tasks[0].note

    def test_the_rest_of_a_group_is_a_link_away(self, staff, plan):
        first = plan(days=tuple(range(-10, 0)), joining=Run.Joining.NONE)
        home = reverse("wagtailadmin_home")
        rows = [reverse("courses_day", args=[one.pk]) for one in first.occasions.all()]
        shown = staff.get(home).content.decode()
        assert sum(row in shown for row in rows) == today.SHOWN
        link = re.search(r'href="(\?alla=unmarked#unmarked)"', shown)
        assert link
        assert '<section id="unmarked"' in shown
        whole = staff.get(home + html.unescape(link[1])).content.decode()
        assert all(row in whole for row in rows)
        assert "?alla=unmarked" not in whole

    def test_a_line_that_does_not_move(self, site, plan, join, now):
        quota = plan(seats=3).quotas.get()
        join(quota, size=2)
        join(quota, "Gerd", size=2)
        group = self.groups(site, now)["Lediga platser som ingen i kön får plats på"]
        assert "1 ledig plats" in group.tasks[0].note
        assert "Gerd" in group.tasks[0].note

    def test_an_offer_that_ends_soon(self, site, plan, join, now):
        from utbud.courses.actions import seats

        quota = plan(seats=1).quotas.get()
        first = join(quota)
        join(quota, "Gerd", contact="gerd@example.org")
        seats.cancel(registration=first, way="web", now=now)
        assert self.groups(site, now)["Erbjudanden som snart går ut"].count == 1
        assert "Erbjudanden som snart går ut" not in self.groups(site, now + dt.timedelta(days=2))

    def test_the_same_number_of_questions_for_few_and_many(self, site, plan, join, now):
        def fill(count):
            for _number in range(count):
                quota = plan(seats=3, days=(1,)).quotas.get()
                join(quota, size=2)
                join(quota, size=2)

        def asked():
            with CaptureQueriesContext(connection) as counted:
                today.today_for(site.desk, now)
            return len(counted)

        fill(1)
        site.desk.get_all_permissions()  # asked once a request
        few = asked()
        fill(2)
        assert asked() == few

    def test_nothing_is_asked_of_nobody(self, site, course, now):
        assert not [title for title in self.groups(site, now) if "Kurser" in title]
        assert CoursePage.objects.exists()


# --- a day that differs ---------------------------------------------------------------------------


class TestADayThatDiffers:
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"what": "closed"}, ["Ring med bild", "Mötesrummet"]),
            ({"what": "closed", "place": "all"}, ["Ring med bild", "Mötesrummet"]),
            ({"what": "open", "opens": "9", "closes": "12"}, ["Mötesrummet"]),
            ({"what": "open", "opens": "9", "closes": "18"}, []),
            ({"what": "dropin", "opens": "15", "closes": "16"}, []),
            ({"what": "closed", "date": "2026-12-01"}, []),
            ({"what": "closed", "place": "other"}, []),
        ],
    )
    def test_what_is_held_is_told_first_and_one_may_go_on(self, staff, plan, place, now, said, told):
        run, off = plan(days=(7,)), plan(days=(7,))
        runs.cancel_run(run=off, why="Sjukdom", by=None, now=now)
        other = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
        occasion = run.occasions.get()
        room = Resource.objects.create(kind="room", name="Mötesrummet", place=place)
        occasion.resources.set([Resource.objects.create(kind="room", name="Studion", place=place)])
        runs.book(occasion, now)  # the course's own room is no other thing
        later = dates.at_stockholm(dates.local(occasion.starts_at).date(), dt.time(13))
        calendar.book(
            source="meeting:1", resources=[room], starts_at=later, ends_at=later + dt.timedelta(hours=1), title="Möte", url="", now=now,
        )  # fmt: skip
        where = {"other": str(other.pk)}.get(said.get("place", ""), said.get("place", str(place.pk)))
        day = {"date": "2026-11-30", "reason": ""} | said | {"place": where}
        url = reverse("places_days")
        answer = staff.post(url, day)
        if told:
            assert answer.status_code == 422
            assert not SpecialDay.objects.exists()
            against = answer.context["against"]
            assert len(against) == len(told)
            assert all(name in one.words for name, one in zip(told, against, strict=True))
            assert "Spara dagen ändå" in text(answer)
            day |= {
                "told": [
                    html.unescape(one)
                    for one in re.findall(r'name="told" value="([^"]*)"', answer.content.decode())
                ]
            }
            answer = staff.post(url, day)
        assert answer.status_code == 302
        assert SpecialDay.objects.count() == 1
