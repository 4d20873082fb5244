"""Notices in the staff side: call, post, see to what did not come through, and take back what was ticked."""

import datetime as dt
import io

import pikepdf
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.unit.notices.conftest import EMAIL, HOME, LANDLINE, MINUTE, MOBILE, raising
from utbud.base import letters
from utbud.channels.adapters.sms import Sms
from utbud.channels.channel import Refused, Unsure
from utbud.inbox.contact import Contact, ContactKind
from utbud.notices import actions, queries, staff_views
from utbud.notices.models import Notice, Way
from utbud.people.models import User
from utbud.web import today

pytestmark = pytest.mark.django_db
PAGES = ["notices", "notices_calls", "notices_letters", "notices_wrong"]


@pytest.fixture
def now():
    """The pages look at the clock."""
    return timezone.now() - MINUTE


@pytest.fixture
def staff(client, site):
    client.force_login(site.desk)
    return client


def html(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def do(client, notice, what, back="calls"):
    return client.post(reverse("notices_deed", args=[notice.pk, what]), {"back": back}, follow=True)


def failed(tell, monkeypatch, error, contact=MOBILE, **fields):
    """A notice that met ``error``."""
    with monkeypatch.context() as service:
        service.setattr(Sms, "send", raising(error))
        notice = tell(contact, **fields)
        actions.send_due(timezone.now())
    notice.refresh_from_db()
    return notice


@pytest.mark.parametrize(("name", "called"), [("Bertil Prov", "Bertil Prov"), ("", "någon utan namn")])
def test_whom_nothing_reaches_stands_on_every_page(staff, tell, name, called):
    """Somebody without an address, whom staff must tell by hand."""
    tell(None, name=name)
    assert called in html(staff.get(reverse("notices")))
    assert called in html(staff.get(reverse("notices_calls")))


def test_whom_only_a_letter_would_reach_is_told_by_staff_where_no_mail_server_is(staff, tell, settings):
    settings.EMAIL_BACKEND = letters.AS_FILES
    notice = tell(EMAIL, name="Agneta Prov")
    assert (notice.way, notice.state, notice.contact) == (Way.HAND, Notice.TO_DO, EMAIL)
    seen = html(staff.get(reverse("notices_calls")))
    assert ("Agneta Prov" in seen, f'href="mailto:{EMAIL.value}"' in seen) == (True, True)
    assert "har inte sagt hur vi når" not in html(staff.get(reverse("notices_notice", args=[notice.pk])))
    do(staff, notice, "said")
    notice.refresh_from_db()
    assert notice.state == Notice.DONE


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_only_staff_see_them(client, tell, name):
    assert client.get(reverse(name)).status_code == 302
    user = User.objects.create_user("annan", password="x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    answer = client.get(reverse(name))
    assert (answer.status_code, answer.url) == (302, reverse("wagtailadmin_home"))


def test_one_who_may_only_look_has_no_buttons(client, tell, site):
    notice, letter = tell(LANDLINE), tell(HOME)
    user = User.objects.create_user("tittare", password="x")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "view_notice"]))
    client.force_login(user)
    assert "Nådd" not in html(client.get(reverse("notices_calls")))
    assert "Lagda på brevlådan" not in html(client.get(reverse("notices_letters")))
    do(client, notice, "reached")
    client.post(reverse("notices_letters_posted"), {"letter": [letter.pk]})
    assert set(Notice.objects.values_list("state", flat=True)) == {"to_do"}


def test_those_who_meet_people_may(client, tell, site):
    notice = tell(LANDLINE)
    client.force_login(site.desk)
    assert '"/admin/besked/"' in html(client.get(reverse("notices")))  # the menu
    do(client, notice, "reached")
    notice.refresh_from_db()
    assert (notice.state, notice.done_by) == ("done", site.desk)


@pytest.mark.parametrize("who", ["editor", "chief", "admin"])
def test_the_other_roles_may_not(client, tell, site, who):
    notice = tell(LANDLINE)
    client.force_login(getattr(site, who))
    assert '"/admin/besked/"' not in html(client.get(reverse("wagtailadmin_home")))
    do(client, notice, "reached")
    notice.refresh_from_db()
    assert (notice.state, notice.done_by) == ("to_do", None)


@pytest.mark.parametrize("name", PAGES)
def test_empty_pages_say_so(staff, name):
    said = {
        "notices": "Här är tomt",
        "notices_calls": "Ingen att ringa",
        "notices_letters": "Inga brev",
        "notices_wrong": "Allt har gått fram",
    }
    assert said[name] in html(staff.get(reverse(name)))


# --- calling --------------------------------------------------------------------------------------


def test_the_call_list_says_whom_to_ring_and_what_to_say(staff, tell, now):
    tell(LANDLINE, text="Hej.\n\nDu har en plats.", expires_at=now + dt.timedelta(days=2))
    page = html(staff.get(reverse("notices_calls")))
    for part in (
        '<a href="tel:+46846500400">08-465 004 00</a>',
        "Anna Prov",
        "<p>Du har en plats.</p>",
        'href="/admin/kurser/12/"',
        "Ring före",
    ):
        assert part in page


def test_a_call_is_not_listed_before_its_day(staff, tell, now):
    tell(LANDLINE, due_at=now + dt.timedelta(days=1))
    assert "Ingen att ringa" in html(staff.get(reverse("notices_calls")))


def test_from_no_answer_to_reached_and_back(staff, tell):
    notice = tell(LANDLINE)
    page = html(do(staff, notice, "no-answer"))
    assert "Samtalet ligger kvar" in page
    assert "Svarade inte, ett försök" in page
    page = html(do(staff, notice, "reached"))
    assert "Ingen att ringa" in page
    assert "Nyss avbockade" in page
    assert "Svarade inte, ett försök" in html(do(staff, notice, "undo"))
    assert "Samtal att ringa" in html(do(staff, notice, "undo"))
    assert "Det finns inget att ångra." in html(do(staff, notice, "undo"))
    do(staff, notice, "give-up")
    notice.refresh_from_db()
    assert (notice.state, notice.error) == ("stopped", "Ingen blev nådd.")


def test_ticked_by_two(staff, tell, site):
    notice = tell(LANDLINE)
    actions.done(notice=notice, by=site.colleague, now=timezone.now())
    assert "Någon annan hann före" in html(do(staff, notice, "reached"))
    notice.refresh_from_db()
    assert notice.done_by == site.colleague


@pytest.mark.parametrize(("what", "method", "status"), [("reached", "get", 405), ("nothing", "post", 404)])
def test_wrong_deeds(staff, tell, what, method, status):
    notice = tell(LANDLINE)
    assert getattr(staff, method)(reverse("notices_deed", args=[notice.pk, what])).status_code == status
    assert staff.post(reverse("notices_deed", args=[notice.pk + 1, "reached"])).status_code == 404


def test_one_goes_back_to_where_one_was_and_nowhere_else(staff, tell):
    notice = tell(LANDLINE)
    for back, page in (
        ("wrong", reverse("notices_wrong")),
        ("https://b.example.org", reverse("notices_notice", args=[notice.pk])),
    ):
        answer = staff.post(reverse("notices_deed", args=[notice.pk, "no-answer"]), {"back": back})
        assert answer.url == page


# --- letters --------------------------------------------------------------------------------------


def test_the_ticked_letters_are_one_pdf(staff, tell, site):
    notices = [tell(HOME, name=f"Person {number}", version=str(number)) for number in range(3)]
    page = html(staff.get(reverse("notices_letters")))
    assert page.count(" checked") == 3
    answer = staff.post(reverse("notices_letters_file"), {"letter": [notices[0].pk, notices[2].pk]})
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages) == 2
    assert set(Notice.objects.values_list("state", flat=True)) == {"to_do"}  # looked at, not posted


def test_a_name_that_no_font_has_is_told_before_it_is_printed(staff, tell):
    tell(HOME, name="محمد علي")
    assert "Skriv adressen för hand" not in html(staff.get(reverse("notices_letters")))
    tell(HOME, name="ᚠᚢᚦ", version="2")
    assert "Skriv adressen för hand till: ᚠᚢᚦ." in html(staff.get(reverse("notices_letters")))


def test_posted_letters_are_ticked_and_the_others_are_not(staff, tell, site):
    first, second = tell(HOME), tell(HOME, version="2")
    answer = staff.post(reverse("notices_letters_posted"), {"letter": [first.pk]}, follow=True)
    assert "Ett brev är avbockat." in html(answer)
    assert [Notice.objects.get(pk=one.pk).state for one in (first, second)] == ["done", "to_do"]
    do(staff, first, "undo", "letters")
    assert Notice.objects.get(pk=first.pk).state == "to_do"
    answer = staff.post(reverse("notices_letters_posted"), {"letter": [first.pk, second.pk]}, follow=True)
    assert "2 brev är avbockade." in html(answer)


@pytest.mark.parametrize("name", ["notices_letters_file", "notices_letters_posted"])
def test_mistakes_with_letters_are_told(staff, tell, site, name):
    letter, gone = tell(HOME), tell(HOME, version="2")
    actions.done(notice=gone, by=site.desk, now=timezone.now())
    for ticked, said in (
        ([], "Kryssa för minst ett brev."),
        ([letter.pk, gone.pk], "Ett av breven väntar inte längre."),
    ):
        answer = staff.post(reverse(name), {"letter": ticked})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert said in page
        assert page.count(" checked") == len(ticked[:1])  # what was ticked is still ticked
    assert Notice.objects.get(pk=letter.pk).state == "to_do"


def test_one_letter_alone(staff, tell):
    letter = tell(HOME)
    page = html(staff.get(reverse("notices_notice", args=[letter.pk])))
    assert "Gör en PDF" in page
    assert f'value="{letter.pk}"' in page


# --- what did not come through --------------------------------------------------------------------


def test_refused_and_unsure_say_what_to_do(staff, tell, texting, monkeypatch):
    refused = failed(tell, monkeypatch, Refused("Numret finns inte."))
    unsure = failed(tell, monkeypatch, Unsure("46elks svarar inte just nu."), version="2")
    page = html(staff.get(reverse("notices_wrong")))
    for part in (
        "Gick inte fram: numret finns inte.",
        "Ring i stället, eller rätta felet",
        "Osäkert om det gick fram.",
        "46elks svarar inte just nu.",
        "Fråga personen",
    ):
        assert part in page
    assert "Nu står det i listan över samtal." in html(do(staff, refused, "call", "wrong"))
    assert refused in Notice.objects.all().to_call(timezone.now())
    do(staff, unsure, "came-through", "wrong")
    assert Notice.objects.get(pk=unsure.pk).state == "sent"
    assert "Allt har gått fram" in html(staff.get(reverse("notices_wrong")))
    do(staff, unsure, "undo", "wrong")
    do(staff, unsure, "never-came", "wrong")
    assert Notice.objects.get(pk=unsure.pk).state == "waiting"


def test_a_stopped_one_can_only_be_settled(staff, tell, texting, monkeypatch):
    unsure = failed(tell, monkeypatch, Unsure("46elks svarar inte just nu."))
    actions.stop(about="registration:12", why="Avbokad.", now=timezone.now())
    page = html(staff.get(reverse("notices_wrong")))
    assert "Det behövs inte längre." in page
    assert "Ring i stället" not in page
    do(staff, unsure, "call", "wrong")
    assert Notice.objects.get(pk=unsure.pk).way == "sms"


def test_refused_mail_is_seen_to_in_another_way(staff, tell, mail, monkeypatch):
    mail.refuse = "No such user"
    notice = tell(EMAIL)
    actions.send_due(timezone.now())
    page = html(staff.get(reverse("notices_wrong")))
    assert "Ring i stället" not in page
    assert "Jag har sagt det på annat sätt" in page
    do(staff, notice, "other-way", "wrong")
    assert "Ordnat på annat sätt" in html(staff.get(reverse("notices_wrong")))


# --- all that was said ----------------------------------------------------------------------------


def test_the_list_is_filtered_by_way_and_state(staff, tell, texting):
    tell(MOBILE, name="Mobil"), tell(LANDLINE, name="Fast"), tell(HOME, name="Hemma")
    for asked, seen in (
        ("", {"Mobil", "Fast", "Hemma"}),
        ("?way=call", {"Fast"}),
        ("?state=to_do", {"Fast", "Hemma"}),
        ("?way=letter&state=to_do", {"Hemma"}),
        ("?way=letter&state=sent", set()),
        ("?way=pigeon", {"Mobil", "Fast", "Hemma"}),
    ):
        page = html(staff.get(reverse("notices") + asked))
        assert {name for name in ("Mobil", "Fast", "Hemma") if f">{name}</a>" in page} == seen, asked


@pytest.mark.parametrize("name", PAGES)
def test_many_are_parted_on_pages_with_the_same_number_of_queries(
    staff, tell, texting, monkeypatch, django_assert_max_num_queries, name
):
    monkeypatch.setattr(staff_views, "PER_PAGE", 5)
    monkeypatch.setattr(staff_views, "PER_LIST", 3)
    queries_at = {}
    for count in (1, 3):
        for number in range(count):
            for contact in (LANDLINE, HOME):
                tell(contact, version=f"{count}-{number}", due_at=timezone.now() - MINUTE)
            tell(MOBILE, version=f"{count}-{number}", due_at=timezone.now() - dt.timedelta(hours=2))
        staff.get(reverse(name))
        with django_assert_max_num_queries(60) as made:
            page = html(staff.get(reverse(name)))
        queries_at[count] = len(made)
    assert queries_at[3] == queries_at[1]
    assert "Nästa sida" in page
    second = html(staff.get(reverse(name) + "?way=&p=2"))
    assert "Föregående sida" in second


def test_a_notice_that_is_forgotten_names_nobody(staff, tell):
    notice = tell(LANDLINE, text="Hemligt.", subject="Rubriken")
    actions.forget(about="registration:12", now=timezone.now())
    page = html(staff.get(reverse("notices_notice", args=[notice.pk])))
    assert "Namn, adress och text är borttagna." in page
    for part in ("Anna", "Hemligt", "Rubriken", "46846500400", '<form method="post" action="/admin/besked/'):
        assert part not in page
    assert "Borttaget" in html(staff.get(reverse("notices")))


def test_what_people_write_is_only_text(staff, tell):
    bad = "<script>alert(1)</script>"
    for contact in (LANDLINE, Contact(ContactKind.POST, bad + " 1, 871 31 X")):
        tell(contact, name=bad, subject=bad, text=bad)
    for name in PAGES:
        assert bad not in html(staff.get(reverse(name)))
    for notice in Notice.objects.all():
        assert bad not in html(staff.get(reverse("notices_notice", args=[notice.pk])))


# --- today ----------------------------------------------------------------------------------------


def test_today_tells_what_to_call_and_what_failed(
    tell, texting, monkeypatch, site, django_assert_num_queries
):
    now = timezone.now()
    refused = failed(tell, monkeypatch, Refused("Numret finns inte."))
    call = tell(LANDLINE, now=now)
    tell(HOME, now=now, expires_at=now + dt.timedelta(hours=3))
    groups = {group.title: group for group in today.today_for(site.desk, now)}
    todo, wrong = groups["Ring, skriv eller säg till"], groups["Besked som inte gick fram"]
    assert [(task.title, task.url) for task in todo.tasks] == [
        ("Samtal: Anna Prov", reverse("notices_notice", args=[call.pk])),
        ("Brev: Anna Prov", reverse("notices_notice", args=[call.pk + 1])),
    ]
    assert (todo.count, todo.urgent, wrong.count, wrong.urgent) == (2, True, 1, True)
    assert (wrong.tasks[0].url, wrong.tasks[0].note) == (
        reverse("notices_notice", args=[refused.pk]),
        "Gick inte fram: numret finns inte",
    )


def test_today_asks_the_same_number_of_queries_for_many(tell, texting, site):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    now, counted = timezone.now(), []
    site.desk.get_all_permissions()  # asked once a request
    for count in (1, 3):
        for number in range(count):
            tell(LANDLINE, version=f"{count}-{number}", now=now)
            tell(MOBILE, version=f"{count}-{number}", due_at=now - dt.timedelta(hours=1))
        with CaptureQueriesContext(
            connection,
        ) as made:
            today.today_for(site.desk, now)
        counted.append(len(made))
    assert counted[0] == counted[1]
    assert queries.for_a_person(now).count() == 8
