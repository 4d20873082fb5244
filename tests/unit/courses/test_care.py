"""A person's data: found, shown, given out, put right, forgotten; who looked; lists that are taken out of the house."""

import csv
import io
import json
import re

import openpyxl
import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.base import tables
from utbud.courses.actions import care, day
from utbud.courses.actions.seats import Person
from utbud.courses.models import Participant, Registration, RegistrationChange
from utbud.courses.queries import care as queries
from utbud.notices.models import Notice
from utbud.people.models import Look, User

pytestmark = pytest.mark.django_db
PHONE = "070-174 06 05"


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def staff(client, site):
    client.force_login(site.desk)
    return client


@pytest.fixture
def quota(plan):
    return plan(seats=20).quotas.get()


@pytest.fixture
def gerd(join, quota):
    return join(
        quota, "Åsa Ek", contact=PHONE, way="phone", needs=["wheelchair"], needs_text="Nära dörren",
        people=[Person("Åsa Ek"), Person("Ulla Ström", Participant.Role.COMPANION)],
    )  # fmt: skip


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def url(name, *args):
    return reverse(f"courses_{name}", args=args)


# --- who may --------------------------------------------------------------------------------------


def pages(gerd, quota):
    return {
        "view_registration": [("get", url("persons")), ("get", url("person", gerd.pk))],
        "change_registration": [
            ("post", url("give_out", gerd.pk)),
            ("post", url("correct", gerd.pk, gerd.pk)),
            ("post", url("forget", gerd.pk)),
        ],
        "export_registration": [("get", url("export", quota.run_id, "csv"))],
    }


@pytest.mark.parametrize("needed", ["view_registration", "change_registration", "export_registration"])
def test_each_page_has_its_right(client, gerd, quota, needed):
    user = User.objects.create_user("annan", password="x")
    rights = ["view_registration", "change_registration", "export_registration"]
    rights.remove(needed)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", *rights]))
    for way, address in pages(gerd, quota)[needed]:
        assert getattr(client, way)(address).status_code == 302
    client.force_login(user)
    for way, address in pages(gerd, quota)[needed]:
        assert getattr(client, way)(address).url == reverse("wagtailadmin_home")
    gerd.refresh_from_db()
    assert gerd.name == "Åsa Ek"


@pytest.mark.parametrize(("who", "status"), [("editor", 302), ("chief", 302), ("desk", 200), ("admin", 302)])
def test_lists_are_taken_out_by_those_who_meet_people(client, site, gerd, quota, who, status):
    client.force_login(getattr(site, who))
    assert client.get(url("export", quota.run_id, "csv")).status_code == status


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("070 174 06 05", ["Åsa Ek"]),
        ("+46701740605", ["Åsa Ek"]),
        ("åsa", ["Åsa Ek"]),
        ("ÅSA  ek", ["Åsa Ek"]),
        ("ulla", ["Åsa Ek"]),
        ("Bo", ["Bo Berg"]),
        ("BO@example.org", ["Bo Berg"]),
        ("e", []),
        ("", []),
        ("finns inte", []),
        ("%", []),
        ("08-465 004 99", []),
    ],
)
def test_somebody_is_found_by_phone_mail_or_name(gerd, join, quota, asked, names):
    join(quota, "Bo Berg", contact="bo@example.org")
    assert [one.name for one in queries.find(asked)] == names


def test_somebody_is_found_by_the_code_as_it_is_said(gerd):
    code = gerd.code
    assert [one.name for one in queries.find(f"{code[:2]} {code[2:]}")] == ["Åsa Ek"]


def test_one_in_a_party_is_found_and_said_to_be_in_it(gerd):
    (one,) = queries.find("ström")
    assert (one.name, one.also) == ("Åsa Ek", ("Ulla Ström",))


def test_the_same_name_and_phone_is_one_person_and_another_name_is_another(gerd, join, plan):
    other = plan(days=(8,)).quotas.get()
    join(other, "åsa ek", contact=PHONE, way="phone"), join(other, "Nils Ek", contact=PHONE, way="phone")
    assert sorted((one.name, one.count) for one in queries.find(PHONE)) == [("Nils Ek", 1), ("åsa ek", 2)]
    assert len(queries.registrations_of(gerd)) == 2


def test_one_who_is_forgotten_is_not_found(gerd, now):
    care.forget(registrations=[gerd], now=now)
    assert queries.find("Åsa") == queries.find("Ulla") == queries.find(PHONE) == []


# --- showing --------------------------------------------------------------------------------------


def test_everything_we_hold_stands_on_the_page_and_the_look_is_remembered(staff, site, gerd, quota, now):
    occasion = quota.occasions.get()
    came = {gerd.participants.first().pk: True}
    day.note_attendance(occasion=occasion, came=came, by=site.desk, now=now)
    said = text(staff.get(url("person", gerd.pk)))
    for word in (
        "Åsa Ek",
        PHONE,
        "Plats för rullstol",
        "Nära dörren",
        "Ulla Ström (följeslagare)",
        ": kom",
        "Har plats",
    ):
        assert word.casefold() in said.casefold()
    assert Look.objects.get().subject == gerd.about


def test_the_person_page_costs_the_same_for_one_and_many_but_for_the_looks(staff, gerd, join, plan):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            queries.held(queries.registrations_of(gerd), gerd.created_at)
        return len(asked)

    one = cost()
    for number in range(4):
        join(plan(days=(20 + number,)).quotas.get(), "Åsa Ek", contact=PHONE, way="phone", size=2)
    assert cost() == one


@pytest.mark.parametrize("as_file", [True, False])
def test_what_we_hold_is_given_out_and_it_is_noted(staff, site, gerd, join, plan, as_file):
    other = join(plan(days=(8,)).quotas.get(), "Åsa Ek", contact=PHONE, way="web")
    answer = staff.post(url("give_out", gerd.pk), {"file": "1"} if as_file else {})
    if as_file:
        given = json.loads(answer.content)
        first = next(one for one in given["anmälningar"] if one["behov"])
        assert (first["namn"], first["behov"]) == ("Åsa Ek", ["Plats för rullstol", "Nära dörren"])
        assert [one["namn"] for one in first["personer"]] == ["Åsa Ek", "Ulla Ström"]
        assert all(one["besked"] or one["ändringar"] for one in given["anmälningar"])
    else:
        assert "Integritetsskyddsmyndigheten" in text(answer)
    for row in (gerd, other):
        change = row.changes.get(what=RegistrationChange.What.SHOWN)
        assert change.by == site.desk
    assert site.desk.username not in answer.content.decode().split("<main")[-1] or as_file


# --- putting right ----------------------------------------------------------------------------------


def correct(client, row, **said):
    people = {f"person{one.pk}": one.name for one in row.participants.all()}
    sent = (
        {"name": row.name, "contact": PHONE, "needs": ["wheelchair"], "needs_text": "Nära dörren"}
        | people
        | said
    )
    return client.post(url("correct", row.pk, row.pk), sent, follow=True)


def test_name_contact_needs_and_names_in_the_party_are_put_right(staff, site, gerd):
    first, second = gerd.participants.values_list("pk", flat=True)
    done = correct(
        staff, gerd, name="Åsa Ekman", contact="asa@example.org", needs=["hearing_loop"], needs_text="",
        **{f"person{first}": "Åsa Ekman", f"person{second}": ""},
    )  # fmt: skip
    assert "Uppgifterna är rättade." in text(done)
    gerd.refresh_from_db()
    assert (gerd.name, gerd.contact, gerd.contact_kind, gerd.needs, gerd.needs_text) == (
        "Åsa Ekman",
        "asa@example.org",
        "email",
        ["hearing_loop"],
        "",
    )
    assert list(gerd.participants.values_list("name", flat=True)) == ["Åsa Ekman", ""]
    assert gerd.changes.get(what=RegistrationChange.What.CORRECTED).by == site.desk
    assert gerd.seat_count == 1


def test_nothing_new_is_nothing_done(staff, gerd):
    assert "Inget var ändrat." in text(correct(staff, gerd))
    assert not gerd.changes.filter(what=RegistrationChange.What.CORRECTED).exists()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"contact": "070"}, "Vi känner inte igen telefonnumret."),
        ({"contact": "asa@"}, "E-postadressen är inte hel."),
        ({"name": "x" * 101}, "Namnet är för långt."),
        ({"needs_text": "x" * 201}, "Skriv högst 200 tecken."),
    ],
)
def test_what_cannot_be_right_says_why(staff, gerd, said, says):
    answer = correct(staff, gerd, **said)
    assert answer.status_code == 422
    assert says in text(answer)
    gerd.refresh_from_db()
    assert gerd.name == "Åsa Ek"


def test_one_persons_page_does_not_reach_another_person(staff, gerd, join, quota):
    other = join(quota, "Bo Berg")
    assert staff.get(url("correct", gerd.pk, other.pk)).status_code == 404
    staff.post(url("forget", gerd.pk), {"anmalan": [other.pk]})
    other.refresh_from_db()
    assert other.name == "Bo Berg"


# --- forgetting -------------------------------------------------------------------------------------


def test_what_goes_and_what_stays_is_said_first_and_then_it_is_done(staff, site, gerd, join, plan):
    other = join(plan(days=(8,)).quotas.get(), "Åsa Ek", contact=PHONE, way="phone")
    asked = text(staff.get(url("forget", gerd.pk)))
    for says in (
        "Det går inte att ångra.",
        "Det här tas bort",
        "Det här är kvar som siffror",
        "Avbokas först.",
    ):
        assert says in asked
    gerd.refresh_from_db()
    assert gerd.name
    done = staff.post(url("forget", gerd.pk), {"anmalan": [gerd.pk, other.pk]}, follow=True)
    assert "Uppgifterna i 2 anmälningar är borttagna." in text(done)
    for row in (gerd, other):
        row.refresh_from_db()
        assert (row.state, row.name, row.contact, row.code) == ("cancelled", "", "", "")
        assert row.changes.get(what=RegistrationChange.What.PURGED).by == site.desk
        assert not Notice.objects.filter(about=row.about).exclude(address="").exists()
    assert staff.get(url("person", gerd.pk)).status_code == 404


def test_one_of_several_can_be_kept(staff, gerd, join, plan):
    other = join(plan(days=(8,)).quotas.get(), "Åsa Ek", contact=PHONE, way="phone")
    staff.post(url("forget", gerd.pk), {"anmalan": [other.pk]})
    assert set(Registration.objects.values_list("name", flat=True)) == {"", "Åsa Ek"}


def test_nothing_ticked_forgets_nobody(staff, gerd):
    assert "Kryssa för minst en anmälan." in text(staff.post(url("forget", gerd.pk), {}, follow=True))
    gerd.refresh_from_db()
    assert gerd.name == "Åsa Ek"


def test_what_is_forgotten_next_stands_with_its_day(staff, gerd):
    said = text(staff.get(url("persons")))
    assert "Namn, kontakt och behov tas bort 3 månader efter kursen." in said
    assert "28 februari 2027" in said  # the course is 30 November


# --- lists that are taken out -----------------------------------------------------------------------

EVIL = [
    "=1+1",
    "+46",
    "-2",
    "@SUM(A1)",
    "  =HYPERLINK(1)",
    '=cmd|"/c calc"!A1',
    "Bo\tBerg",
    "Åsa;Ek\nNästa",
    "Bo\x07",
]


@pytest.fixture
def taken_out(client, site, quota):
    client.force_login(site.desk)

    def taken_out(kind):
        answer = client.get(url("export", quota.run_id, kind))
        assert f".{kind}" in answer["Content-Disposition"]
        return answer.content

    return taken_out


def test_the_list_as_csv_opens_in_swedish_excel(taken_out, gerd):
    made = taken_out("csv")
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig")), delimiter=";"))
    assert [(row["Namn"], row["Roll"], row["Kontakt"]) for row in rows] == [
        ("Åsa Ek", "Deltagare", PHONE),
        ("Ulla Ström", "Följeslagare", PHONE),
    ]


def test_the_list_as_xlsx_says_the_same(taken_out, gerd):
    sheet = openpyxl.load_workbook(io.BytesIO(taken_out("xlsx"))).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert [row[head.index("Namn")] for row in rows] == ["Åsa Ek", "Ulla Ström"]


@pytest.mark.parametrize("name", EVIL)
def test_no_name_is_run_as_a_formula(taken_out, join, quota, name):
    registration = join(quota, "Någon")
    Registration.objects.filter(pk=registration.pk).update(name=name)
    (row,) = csv.DictReader(io.StringIO(taken_out("csv").decode("utf-8-sig"), newline=""), delimiter=";")
    assert not row["Anmäld av"].lstrip().startswith(tables.RUN_BY_EXCEL)
    assert row["Anmäld av"].lstrip("'").strip() == name.strip()
    sheet = openpyxl.load_workbook(io.BytesIO(taken_out("xlsx"))).active
    cell = sheet.cell(2, 3)
    assert cell.data_type in ("s", "inlineStr")
    assert str(cell.value).strip() == name.replace("\x07", "").strip()


def test_those_who_are_forgotten_are_not_in_it_and_taking_it_out_is_noted(taken_out, site, gerd, quota, now):
    care.forget(registrations=[gerd], now=now)
    assert len(taken_out("csv").decode().splitlines()) == 1
    look = Look.objects.get()
    assert (look.user, look.how, look.subject) == (site.desk, "export", f"run:{quota.run_id}")


def test_another_kind_of_file_is_not_found(client, site, quota):
    client.force_login(site.desk)
    assert client.get(url("export", quota.run_id, "exe")).status_code == 404
