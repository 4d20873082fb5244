"""The desk: one who rings, a list on paper, seats for an association, who is calling, and putting things right."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.unit.courses.test_staff_runs import again, hidden, send, text
from utbud.courses import words
from utbud.courses.actions import seats
from utbud.courses.models import CoursePage, Registration
from utbud.inbox.contact import read_contact
from utbud.notices import actions as notices
from utbud.notices.models import Notice
from utbud.people.models import Look, Organisation

pytestmark = pytest.mark.django_db
DESK = "/admin/kurser/anmal/"


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def staff(site):
    client = Client()
    client.force_login(site.desk)
    return client


@pytest.fixture
def quota(plan):
    return plan(seats=2).quotas.get()


@pytest.fixture
def fill(quota):
    """What is typed when Gerd rings."""

    def fill(**more):
        return {
            "course": "", "looked_for": "", "group": quota.pk, "name": "Gerd Öst", "contact": "070-174 06 05", "size": "1",
            "came_by": "phone",
        } | more  # fmt: skip

    return fill


def another_course(course, title):
    """A second course, so that there is something to look for."""
    other = CoursePage(
        title=title, slug=f"kurs-{CoursePage.objects.count()}", one_sentence="x", about="<p>x</p>"
    )
    course.get_parent().specific.add_child(instance=other)
    return other


# --- one who rings ----------------------------------------------------------------------------------


class TestTheDesk:
    def test_from_a_run_it_is_a_name_a_number_and_enter(self, staff, site, quota, fill):
        shown = staff.get(DESK, {"grupp": quota.pk})
        html = shown.content.decode()
        assert "autofocus" in html.split('name="name"')[1].split(">")[0]
        assert f'value="{quota.pk}"' in html
        assert "checked" in html.split('name="group"')[1].split(">")[0]
        answer = staff.post(DESK, fill(stamp=hidden(shown, "stamp")), follow=True)
        made = Registration.objects.get()
        said = text(answer)
        assert words.spoken_code(made.code) in said
        assert "Har en plats. Gerd Öst" in said
        assert "måndag 30 november klockan 10 till 12" in said
        assert (made.came_by, made.contact, made.created_by) == ("phone", "+46701740605", site.desk)
        assert f"{DESK}?grupp={quota.pk}" in answer.content.decode()

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("bild", 1), ("RING BILD", 1), ("öppet", 1), ("ÖPPET", 1), ("måndag", 2), ("huvudbib", 2), ("rign", 1), ("xyzzy", 0),
            ("", 2),
        ],
    )  # fmt: skip
    def test_enter_in_the_search_looks_for_a_course_and_keeps_what_was_typed(
        self, staff, plan, course, asked, found, now, place, site
    ):
        from utbud.courses.actions import runs

        plan()
        start = now + dt.timedelta(days=7)
        runs.plan_run(
            course=another_course(course, "Öppet hus om mobilen"), times=[(start, start + dt.timedelta(hours=1))],
            by=site.desk, now=now, place=place, seats=5,
        )  # fmt: skip
        typed = {
            "course": asked,
            "looked_for": "något annat",
            "name": "Gerd",
            "contact": "070-174 06 05",
            "size": "2",
        }
        answer = staff.post(
            DESK, typed | {"came_by": "desk", "needs": ["wheelchair"], "needs_text": "glutenfritt"}
        )
        html = answer.content.decode()
        assert len(answer.context["form"].fields["group"].choices) == found
        assert not Registration.objects.exists()
        for kept in ('value="Gerd"', 'value="070-174 06 05"', 'value="2"', 'value="glutenfritt"'):
            assert kept in html
        assert "checked" in html.split('value="wheelchair"')[1].split(">")[0]
        assert ("Inget att anmäla sig till stämmer" in text(answer)) is (found == 0)
        if found == 1:
            assert "checked" in html.split('name="group"')[1].split(">")[0]

    @pytest.mark.parametrize(
        ("hits", "typed", "focus"),
        [(1, "", "name"), (3, "", "name"), (1, "Gerd", "go on"), (3, "Gerd", "group")],
    )
    def test_what_is_typed_next_is_the_name_also_with_several_hits(self, staff, plan, hits, typed, focus):
        """A radio button with the focus takes no letters, and a space in a name would choose a group."""
        for _run in range(hits):
            plan()
        answer = staff.post(
            DESK, {"course": "bild", "looked_for": "", "name": typed, "size": "1", "came_by": "phone"}
        )
        assert (len(answer.context["form"].fields["group"].choices), answer.context["focus"]) == (hits, focus)

    def test_by_number(self, staff, plan):
        plan()
        wanted = plan(days=(8,)).quotas.get()
        answer = staff.post(DESK, {"course": f"kurs {wanted.pk}", "looked_for": ""})
        assert [pk for pk, _words in answer.context["form"].fields["group"].choices] == [wanted.pk]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": ""}, "name"), ({"name": "0701740605"}, "name"), ({"name": "070-174 06 05"}, "name"),
            ({"name": "Gerd +46 70 174 06 05"}, "name"), ({"name": "gerd@example.org"}, "name"), ({"name": "x" * 101}, "name"), ({"contact": "123"}, "contact"),
            ({"contact": "gerd@"}, "contact"), ({"group": ""}, "group"), ({"group": "999999"}, "group"),
            ({"size": "0"}, "size"), ({"size": "31"}, "size"), ({"size": "x"}, "size"), ({"came_by": "web"}, "came_by"),
            ({"size": "2", "names": "Ove\nSiv"}, "names"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_beside_its_field_and_all_is_kept(self, staff, fill, wrong, field):
        answer = send(staff, DESK, fill(needs_text="glutenfritt", **wrong))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert "glutenfritt" in answer.content.decode()
        assert not Registration.objects.exists()

    @pytest.mark.parametrize(
        ("contact", "kept"),
        [
            ("070 174 06 05", "+46701740605"), ("+46 70 174 06 05", "+46701740605"), ("08-465 004 00", "+46846500400"),
            ("+47 22 86 24 00", "+4722862400"), ("gerd@EXAMPLE.org", "gerd@example.org"),
            ("Storgatan 1, 871 31 Härnösand", "Storgatan 1, 871 31 Härnösand"), ("", ""),
        ],
    )  # fmt: skip
    def test_by_what_one_has(self, staff, fill, contact, kept):
        send(staff, DESK, fill(contact=contact))
        assert Registration.objects.get().contact == kept

    @pytest.mark.parametrize(
        "name", ["Åsa-Märta Öberg", "Ნინო", "<script>alert(1)</script>", "O'Neill; DROP TABLE"]
    )
    def test_any_letters_are_a_name_and_no_script(self, staff, fill, name):
        answer = staff.post(DESK, fill(name=name), follow=True)
        assert Registration.objects.get().name == name
        assert "<script>alert" not in answer.content.decode()

    def test_a_party_with_names_and_those_who_come_along(self, staff, plan, fill):
        quota = plan(seats=10, companions_take_seats=True).quotas.get()
        send(staff, DESK, fill(group=quota.pk, size="3", names="Ove", needs=["interpreter", "companion"]))
        made = Registration.objects.get()
        assert [(person.name, person.role) for person in made.participants.all()] == [
            ("Gerd Öst", "participant"), ("Ove", "participant"), ("", "participant"), ("", "companion"), ("", "interpreter"),
        ]  # fmt: skip
        assert made.seat_count == 4
        assert made.needs == ["interpreter", "companion"]

    def test_pressed_twice_is_one(self, staff, fill):
        shown = staff.get(DESK)
        first, second = (
            staff.post(DESK, fill(contact="", stamp=hidden(shown, "stamp"))) for _time in range(2)
        )
        assert first.url == second.url
        assert Registration.objects.count() == 1

    @pytest.mark.parametrize(("reason", "state"), [("", "waiting"), ("Bor bredvid", "registered")])
    def test_full_is_said_and_one_more_enter_goes_on(self, staff, quota, fill, join, reason, state):
        join(quota, size=2)
        join(quota, size=1)
        seen = send(staff, DESK, fill())
        assert "hamnar i kö på plats 2" in text(seen)
        assert 'value="Gerd Öst"' in seen.content.decode()
        assert Registration.objects.count() == 2
        answer = again(staff, DESK, fill(reason=reason), seen)
        made = Registration.objects.order_by("pk").last()
        assert (made.state, made.override_reason) == (state, reason)
        assert ("I kö på plats 2" in text(staff.get(answer.url))) is (state == "waiting")

    def test_the_line_that_grows_meanwhile_is_said_again(self, staff, quota, fill, join):
        join(quota, size=2)
        seen = send(staff, DESK, fill())
        join(quota, way="phone")
        assert "i kö på plats 2" in text(again(staff, DESK, fill(), seen))
        assert Registration.objects.count() == 2

    def test_a_reason_without_need_gives_no_extra_seat(self, staff, quota, fill):
        send(staff, DESK, fill(reason="Onödig"))
        quota.refresh_from_db()
        assert (quota.extra, Registration.objects.get().override_reason) == (0, "")

    def test_kept_seats_are_for_who_rings(self, staff, plan, join, fill):
        quota = plan(seats=2, kept=1).quotas.get()
        join(quota, way="web")
        assert join(quota, way="web").state == "waiting"
        answer = send(staff, DESK, fill(group=quota.pk))
        assert answer.status_code == 302
        assert Registration.objects.order_by("pk").last().state == "registered"

    @pytest.mark.parametrize(("name", "count"), [("Gerd Öst", 1), ("Ove Öst", 2)])
    def test_known_already(self, staff, quota, fill, join, name, count):
        known = join(quota, "Gerd Öst", contact="070-174 06 05")
        seen = send(staff, DESK, fill(name=name))
        assert "Gerd Öst är redan anmäld med samma kontakt" in text(seen)
        assert reverse("courses_registration", args=[known.pk]) in seen.content.decode()
        again(staff, DESK, fill(name=name), seen)
        assert Registration.objects.count() == count

    @pytest.mark.parametrize(("days", "clash"), [((7,), True), ((8,), False)])
    def test_another_course_at_the_same_time(self, staff, plan, fill, join, days, clash):
        join(plan(days=days).quotas.get(), "Gerd Öst", contact="070-174 06 05")
        answer = send(staff, DESK, fill())
        assert (answer.status_code == 200) is clash
        if clash:
            assert "anmäld till något annat då: Ring med bild, måndag 30 november" in text(answer)
            again(staff, DESK, fill(), answer)
        assert Registration.objects.count() == 2

    def test_called_off_while_one_types(self, staff, site, quota, fill, now):
        from utbud.courses.actions import runs

        shown = staff.get(DESK)
        runs.cancel_run(run=quota.run, why="x", by=site.desk, now=now)
        answer = staff.post(DESK, fill(stamp=hidden(shown, "stamp")))
        assert "group" in answer.context["form"].errors
        assert not Registration.objects.exists()

    def test_nothing_to_join(self, staff, course, plan):
        plan(joining="none")
        assert "Just nu finns inget att anmäla någon till" in text(staff.get(DESK))


# --- who is calling -----------------------------------------------------------------------------------


class TestFinding:
    url = "/admin/kurser/sok/"

    @pytest.fixture
    def people(self, plan, join):
        quota = plan(seats=20).quotas.get()
        return {
            "gerd": join(quota, "Gerd Öst", contact="070-174 06 05"),
            "asa": join(quota, "Åsa Berg", contact="asa@example.org"),
            "party": join(quota, "Siv Ek", people=[seats.Person("Siv Ek"), seats.Person("Örjan Ek")]),
        }

    @pytest.mark.parametrize(
        ("asked", "who"),
        [
            ("gerd", "gerd"), ("ÖST", "gerd"), ("öst gerd", "gerd"), ("åsa", "asa"), ("örjan", "party"),
            ("070-174 06 05", "gerd"), ("0701740605", "gerd"), ("+46701740605", "gerd"), ("740605", "gerd"),
            ("asa@example.org", "asa"), ("ASA@", "asa"), ("gerd bild", "gerd"),
        ],
    )  # fmt: skip
    def test_one_is_opened_at_once(self, staff, people, asked, who):
        answer = staff.post(self.url, {"q": asked})
        assert answer.url == reverse("courses_registration", args=[people[who].pk])

    @pytest.mark.parametrize("say", ["{}", "{:.2} {:.5}", " {} "])
    def test_by_code(self, staff, people, say):
        code = people["gerd"].code
        said = f"{code[:2]} {code[2:]}" if "2" in say else say.format(code)
        assert staff.post(self.url, {"q": said}).url == reverse(
            "courses_registration", args=[people["gerd"].pk]
        )

    @pytest.mark.parametrize(
        "asked", ["nobody", "99999", "070-174 06 99", "x@example.org", "(", ".*", "", "  "]
    )
    def test_nobody(self, staff, people, asked):
        answer = staff.post(self.url, {"q": asked})
        assert answer.status_code == 200
        assert ("Ingen anmälan stämmer" in text(answer)) is bool(asked.strip())

    def test_several_are_listed_and_the_look_is_remembered(self, staff, people):
        answer = staff.post(self.url, {"q": "bild"})
        assert "3 anmälningar" in text(answer)
        assert [row.subject for row in Look.objects.all()] == ["find"]

    def test_those_who_stand_come_first(self, staff, people, now):
        seats.cancel(registration=people["party"], way="phone", now=now)
        names = [one.registration.name for one in staff.post(self.url, {"q": "bild"}).context["found"]]
        assert names == ["Åsa Berg", "Gerd Öst", "Siv Ek"]

    def test_forgotten_ones_are_not_found(self, staff, people, now):
        from utbud.courses.actions import care

        care.forget(registrations=[people["gerd"]], now=now)
        assert staff.post(self.url, {"q": "gerd"}).status_code == 200

    def test_the_same_number_of_questions_for_few_and_many(self, staff, people, join):
        def asked():
            with CaptureQueriesContext(connection) as counted:
                staff.post(self.url, {"q": "bild"})
            return len(counted)

        asked()
        few = asked()
        for _number in range(2):
            join(people["gerd"].quota)
        assert asked() == few


# --- a list on paper ----------------------------------------------------------------------------------


class TestPaper:
    def fill(self, *rows, **more):
        data = {"came_on": "2026-11-20", "rows": "8"} | more
        for number, row in enumerate(rows):
            for name, value in zip(("name", "contact", "size"), row, strict=False):
                data[f"row{number}-{name}"] = value
        return data

    @pytest.fixture
    def url(self, quota):
        return reverse("courses_paper", args=[quota.run_id])

    def test_each_row_in_order_with_the_day_it_came(self, staff, quota, url):
        data = self.fill(
            ("Gerd", "070-174 06 05", "1"), ("Ove", "", "2"), ("", "", "1"), ("Siv", "", "1"), quota=quota.pk
        )
        answer = send(staff, url, data)
        said = text(answer)
        assert "1 av 3 fick plats." in said
        rows = list(Registration.objects.order_by("pk"))
        assert [(row.name, row.state, row.seat_count) for row in rows] == [
            ("Gerd", "registered", 1), ("Ove", "waiting", 2), ("Siv", "waiting", 1),
        ]  # fmt: skip
        assert {(row.came_by, row.came_on) for row in rows} == {("paper", dt.date(2026, 11, 20))}
        assert "I kö på plats 1" in said
        assert "I kö på plats 2" in said

    def test_sent_twice_each_row_is_one(self, staff, quota, url):
        data = self.fill(("Gerd", "", "1"), ("Gerd", "", "1"), quota=quota.pk)
        data["stamp"] = hidden(staff.get(url), "stamp")
        assert text(staff.post(url, data)).count("Kod") == text(staff.post(url, data)).count("Kod") == 2
        assert Registration.objects.count() == 2  # two people may have the same name

    def test_a_row_that_is_unclear_stops_all_and_all_is_kept(self, staff, quota, url):
        data = self.fill(
            ("Gerd", "", "1"),
            ("Ove", "12", "1"),
            ("", "070-174 06 05", "1"),
            ("Siv", "", "99"),
            quota=quota.pk,
        )
        answer = send(staff, url, data)
        html = answer.content.decode()
        assert answer.status_code == 422
        for row in ("Rad 2:", "Rad 3:", "Rad 4:"):
            assert row in text(answer)
        assert "Rad 1:" not in text(answer)
        for kept in ('value="Gerd"', 'value="Ove"', 'value="12"', 'value="Siv"'):
            assert kept in html
        assert not Registration.objects.exists()

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            ({"came_on": "2026-11-24"}, "har inte varit än"),
            ({"came_on": ""}, "Välj en dag"),
            ({}, "minst en rad"),
        ],
    )
    def test_what_is_wrong(self, staff, quota, url, more, says):
        rows = [("Gerd", "", "1")] if more else []
        assert says in text(send(staff, url, self.fill(*rows, quota=quota.pk, **more)))

    def test_more_rows_keep_what_was_typed(self, staff, quota, url):
        answer = staff.post(url, self.fill(("Gerd", "070", "3"), quota=quota.pk, more="1"))
        html = answer.content.decode()
        assert 'value="Gerd"' in html
        assert 'name="row15-name"' in html
        assert not Registration.objects.exists()

    def test_who_stands_on_the_list_twice_is_known(self, staff, quota, url, join):
        join(quota, "Gerd", contact="070-174 06 05")
        assert "Var anmäld redan" in text(
            send(staff, url, self.fill(("Gerd", "0701740605", "1"), quota=quota.pk))
        )
        assert Registration.objects.count() == 1

    def test_for_one_of_several_occasions(self, staff, plan):
        run = plan(joins="single", days=(7, 14))
        second = run.quotas.order_by("pk").last()
        send(staff, reverse("courses_paper", args=[run.pk]), self.fill(("Gerd", "", "1"), quota=second.pk))
        assert Registration.objects.get().quota == second

    def test_not_when_it_is_over(self, staff, quota, url, now):
        with time_machine.travel(now + dt.timedelta(days=8), tick=False):
            assert "över eller inställd" in text(staff.get(url, follow=True))


# --- an association -----------------------------------------------------------------------------------


class TestAssociation:
    @pytest.fixture
    def host(self, db):
        return Organisation.objects.create(name="Solrosen")

    def test_seats_without_names_and_names_later(self, staff, plan, host, join):
        quota = plan(seats=4).quotas.get()
        url = reverse("courses_association", args=[quota.run_id])
        data = {"quota": quota.pk, "organisation": host.pk, "size": "4"}
        answer = send(staff, url, data)
        made = Registration.objects.get()
        assert answer.url == reverse("courses_desk_done", args=[made.pk])
        assert (made.organisation, made.name, made.came_by, made.seat_count) == (host, "Solrosen", "host", 4)
        assert [person.name for person in made.participants.all()] == [""] * 4
        party = reverse("courses_party", args=[made.pk])
        names = {f"name{number}": "" for number in range(6)} | {
            f"role{number}": "participant" for number in range(6)
        }
        staff.post(party, names | {"name0": "Bo", "name2": "Eva"})
        assert [person.name for person in made.participants.all()] == ["Bo", "", "Eva", ""]

    def test_full(self, staff, plan, host, join):
        quota = plan(seats=4).quotas.get()
        join(quota)
        url = reverse("courses_association", args=[quota.run_id])
        data = {"quota": quota.pk, "organisation": host.pk, "size": "4", "names": "Bo"}
        seen = send(staff, url, data)
        assert "hamnar i kö på plats 1" in text(seen)
        again(staff, url, data, seen, reason="Utlovat i våras")
        made = Registration.objects.get(organisation=host)
        assert (made.state, made.override_reason) == ("registered", "Utlovat i våras")

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"organisation": ""}, "organisation"),
            ({"size": "0"}, "size"),
            ({"size": "1", "names": "Bo\nEva"}, "names"),
            ({"contact": "1"}, "contact"),
        ],
    )
    def test_what_is_wrong(self, staff, quota, host, wrong, field):
        data = {"quota": quota.pk, "organisation": host.pk, "size": "2"} | wrong
        answer = send(staff, reverse("courses_association", args=[quota.run_id]), data)
        assert field in answer.context["form"].errors
        assert not Registration.objects.exists()


# --- one registration ---------------------------------------------------------------------------------


class TestOneRegistration:
    @pytest.fixture
    def gerd(self, quota, join):
        return join(quota, "Gerd", way="phone", contact="08-465 004 10")

    def page(self, name, registration):
        return reverse(name, args=[registration.pk])

    def test_all_about_it(self, staff, site, gerd):
        said = text(staff.get(self.page("courses_registration", gerd)))
        for part in (
            words.spoken_code(gerd.code),
            "08-465 004 10",
            "Har plats",
            "Anmäld, fick plats (telefon)",
        ):
            assert part in said
        look = Look.objects.get()
        assert (look.subject, look.how) == (f"registration:{gerd.pk}", "person")

    def test_cancel(self, staff, gerd):
        answer = staff.post(self.page("courses_cancel", gerd), {"why": ""}, follow=True)
        assert "Gerd är avbokad." in text(answer)
        gerd.refresh_from_db()
        assert gerd.state == "cancelled"
        staff.post(self.page("courses_cancel", gerd), {"why": ""})
        assert gerd.changes.filter(what="cancelled").count() == 1

    @pytest.mark.parametrize(("late", "state"), [(False, "registered"), (True, "offered")])
    def test_accept_for_one_who_rings(self, staff, site, quota, gerd, join, now, late, state):
        join(quota)
        waits = join(quota, "Siv", way="phone", contact="08-465 004 11")
        seats.cancel(registration=gerd, way="phone", now=now)
        with time_machine.travel(now + dt.timedelta(hours=49 if late else 1), tick=False):
            client = Client()
            client.force_login(site.desk)
            answer = client.post(self.page("courses_accept", waits), follow=True)
        assert ("gäller inte längre" in text(answer)) is late
        waits.refresh_from_db()
        assert waits.state == state

    def test_change_the_party(self, staff, quota, gerd):
        url = self.page("courses_party", gerd)
        data = {
            "name0": "Gerd",
            "role0": "participant",
            "name1": "Tolken",
            "role1": "interpreter",
            "name2": "",
            "role2": "participant",
            "more": "1",
        }
        assert "Platser: 2." in text(staff.post(url, data, follow=True))
        assert [(one.name, one.role) for one in gerd.participants.all()] == [
            ("Gerd", "participant"), ("Tolken", "interpreter"), ("", "participant"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"role0": "gone"}, "__all__"), ({"more": "2"}, "reason"), ({"more": "31"}, "more"), ({"more": "30"}, "more"),
            ({"role0": "boss"}, "role0"),
        ],
    )  # fmt: skip
    def test_a_party_that_cannot_be(self, staff, gerd, data, field):
        kept = {"name0": "Gerd", "role0": "participant", "role1": "participant", "role2": "participant"}
        answer = staff.post(self.page("courses_party", gerd), kept | data)
        assert field in answer.context["form"].errors
        assert gerd.participants.count() == 1

    def test_past_the_last_seat_with_a_reason(self, staff, quota, gerd):
        kept = {"name0": "Gerd", "role0": "participant", "role1": "participant", "role2": "participant"}
        staff.post(self.page("courses_party", gerd), kept | {"more": "2", "reason": "Barnen måste med"})
        quota.refresh_from_db()
        assert (quota.taken, quota.extra) == (3, 1)
        assert "Barnen måste med" in text(staff.get(self.page("courses_registration", gerd)))

    def test_who_is_left_keeps_what_is_noted(self, staff, plan, join, now, site):
        from utbud.courses.actions import day

        quota = plan(seats=5).quotas.get()
        party = join(quota, "Gerd", people=[seats.Person("Gerd"), seats.Person("Ove")])
        ove = party.participants.get(name="Ove")
        day.note_attendance(occasion=quota.occasions.get(), came={ove.pk: True}, by=site.desk, now=now)
        data = {
            "name0": "Gerd",
            "role0": "gone",
            "name1": "Ove",
            "role1": "participant",
            "role2": "participant",
            "role3": "participant",
        }
        staff.post(self.page("courses_party", party), data)
        assert party.participants.get() == ove
        assert ove.attendance.get().came

    def test_put_name_and_contact_right(self, staff, gerd):
        data = {"name": "Gerda", "contact": "gerda@example.org"}
        assert "rättade" in text(staff.post(self.page("courses_reach", gerd), data, follow=True))
        gerd.refresh_from_db()
        assert (gerd.name, gerd.contact, gerd.contact_kind) == ("Gerda", "gerda@example.org", "email")
        assert gerd.participants.get().name == "Gerda"
        assert (
            "contact"
            in staff.post(self.page("courses_reach", gerd), {"name": "x", "contact": "1"})
            .context["form"]
            .errors
        )

    def test_put_needs_right(self, staff, gerd):
        staff.post(
            self.page("courses_needs", gerd), {"needs": ["wheelchair", "hearing_loop"], "needs_text": "Ljus"}
        )
        gerd.refresh_from_db()
        assert (gerd.needs, gerd.needs_text) == (["hearing_loop", "wheelchair"], "Ljus")
        assert (
            "needs" in staff.post(self.page("courses_needs", gerd), {"needs": ["x"]}).context["form"].errors
        )

    def test_said_by_phone(self, staff, gerd, now):
        notice = notices.tell(
            about=gerd.about, kind="moved-1", version="1", contact=read_contact("08-465 004 10"), subject="Ny tid",
            text="Ny tid.", now=now,
        )  # fmt: skip
        url = self.page("courses_registration", gerd)
        assert "Inte nådd" in text(staff.get(url))
        said = reverse("courses_said", args=[gerd.pk, notice.pk])
        assert "Noterat" in text(staff.post(said, follow=True))
        assert "Inte nådd" not in text(staff.get(url))
        staff.post(said)
        assert gerd.changes.filter(what="changed").count() == 1
        assert staff.post(reverse("courses_said", args=[gerd.pk, 999])).status_code == 404
        assert Notice.objects.get().state == Notice.DONE

    def test_after_it_is_forgotten(self, staff, gerd, now):
        from utbud.courses.actions import care

        care.forget(registrations=[gerd], now=now)
        said = text(staff.get(self.page("courses_registration", gerd)))
        assert "är borttagna" in said
        assert "Gerd" not in said
        for name in (
            "courses_cancel",
            "courses_party",
            "courses_reach",
            "courses_needs",
            "courses_give_seat",
        ):
            assert staff.get(self.page(name, gerd)).status_code == 404


@pytest.mark.parametrize(("who", "shown"), [("desk", False), ("editor", True)])
def test_a_new_course_is_offered_to_those_who_may_write_one(client, site, plan, who, shown):
    plan()
    client.force_login(getattr(site, who))
    answer = client.get(reverse("courses_runs"))
    assert (answer.status_code, "Skriv en ny kurs" in answer.content.decode()) == (200, shown)
