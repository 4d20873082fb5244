"""The week in the staff side, one's own address, and who may change people, rooms and equipment."""

import datetime as dt
import re
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.calendar import queries
from utbud.calendar.models import Feed, Resource
from utbud.people.models import User

pytestmark = pytest.mark.django_db
PAGES = ["calendar_week", "calendar_mine", "calendar_make_address"]


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def enter(site):
    """Log in: ``enter("editor")``; "guest" may enter the staff side but has no role; None is nobody."""

    def enter(who):
        client = Client()
        if who == "guest":
            guest = User.objects.create_user("gast")
            guest.user_permissions.add(Permission.objects.get(codename="access_admin"))
            client.force_login(guest)
        elif who:
            client.force_login(getattr(site, who))
        return client

    return enter


@pytest.fixture
def editor(enter):
    return enter("editor")


def text(response):
    main = response.content.decode().split("<main", 1)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def week(client, **asked):
    return client.get(reverse("calendar_week"), asked)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("who", "status"), [("editor", 200), ("chief", 200), ("admin", 200), ("guest", 302), (None, 302)]
)
def test_who_sees_it(enter, page, who, status):
    assert enter(who).get(reverse(page)).status_code == status


@pytest.mark.parametrize("page", ["calendar_make_address", "calendar_close_address"])
@pytest.mark.parametrize("who", ["guest", None])
def test_who_gets_no_address(enter, page, who):
    assert enter(who).post(reverse(page)).status_code == 302
    assert not Feed.objects.exists()


@pytest.mark.parametrize(("who", "shown"), [("editor", True), ("guest", False)])
def test_the_menu_shows_it_to_those_who_may(enter, who, shown):
    page = enter(who).get(reverse("wagtailadmin_home")).content.decode()
    assert ('"/admin/kalender/"' in page) == shown


def test_the_week_day_by_day(book, editor):
    book("occasion:1", "anna", "room", at="2026-11-24 10:00", url="/admin/kurser/1/")
    book("session:2", "bo", at="2026-11-24 08:30", hours=1, title="Handledning")
    book("occasion:3", "anna", at="2026-11-29 23:00", title="Sent")
    book("occasion:4", "anna", at="2026-11-30 10:00", title="Nästa vecka")
    response = week(editor)
    said = text(response)
    assert "Vecka 48, 23 november till 29 november 2026" in said
    assert "Måndag 23 november Inget är bokat. Tisdag 24 november 8.30–9.30 Handledning Bo" in said
    assert "10–12 Ring med bild Anna, Studion Onsdag 25 november" in said
    assert (
        "Söndag 29 november söndag 29 november klockan 23 till måndag 30 november klockan 1 Sent Anna" in said
    )
    assert ("Nästa vecka" in said, "Krock" in said) == (False, False)
    assert '<a href="/admin/kurser/1/">Ring med bild</a>' in response.content.decode()


def test_what_goes_past_midnight_stands_on_both_days_and_what_ends_then_on_one(book, editor):
    book("occasion:1", "room", at="2026-11-24 22:00", hours=4, title="Natten")
    book("occasion:2", "room", at="2026-11-26 22:00", hours=2, title="Kvällen")
    said = text(week(editor))
    assert (said.count("Natten"), said.count("Kvällen")) == (2, 1)


def test_clashes_are_said_in_words_on_both(book, editor):
    book("occasion:1", "anna", at="2026-11-24 10:00")
    book("session:2", "anna", "room", at="2026-11-24 11:00", title="Handledning")
    said = text(week(editor))
    assert "2 bokningar krockar." in said
    assert "Krock: Anna är upptagen tisdag 24 november klockan 11–13: Handledning." in said
    assert "Krock: Anna är upptagen tisdag 24 november klockan 10–12: Ring med bild." in said


@pytest.mark.parametrize(
    ("name", "shown"),
    [("", ["Ett", "Två", "Tre"]), ("anna", ["Ett", "Tre"]), ("room", ["Tre"]), ("camera", [])],
)
def test_the_week_of_one(book, things, editor, name, shown):
    book("occasion:1", "anna", at="2026-11-24 10:00", title="Ett")
    book("occasion:2", "bo", at="2026-11-25 10:00", title="Två")
    book("occasion:3", "anna", "room", at="2026-11-26 10:00", title="Tre")
    asked = {"resurs": getattr(things, name).pk} if name else {}
    said = text(week(editor, **asked))
    assert [title for title in ("Ett", "Två", "Tre") if re.search(rf"\b{title}\b", said)] == shown
    assert ("Inget är bokat för Kameran den här veckan." in said) == (not shown)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({}, 48),
        ({"dag": "2026-11-29"}, 48),
        ({"dag": "2026-11-30"}, 49),
        ({"dag": "2027-01-03"}, 53),
        ({"dag": "0001-01-01"}, 48),  # no likely year
        ({"dag": "9999-12-31"}, 48),
        ({"dag": "2026-02-30"}, 48),
        ({"dag": "<script>", "resurs": "x"}, 48),
        ({"resurs": "99999999999999999999"}, 48),
    ],
)
def test_whatever_is_asked_for_is_a_week(editor, asked, number):
    response = week(editor, **asked)
    assert (response.status_code, f"Vecka {number}," in text(response)) == (200, True)


def test_the_form_shows_what_is_shown(editor, things):
    page = week(editor, dag="2026-12-02", resurs=things.anna.pk).content.decode()
    assert f'<option value="{things.anna.pk}" selected>Anna</option>' in page
    assert [
        re.search(r'name="dag" value="([^"]*)"', shown)[1] for shown in (page, week(editor).content.decode())
    ] == [
        "2026-11-30",
        "2026-11-23",
    ]


def links(response):
    found = re.findall(r'<a class="button[^"]*" href="[?]([^"]*)">([^<]*)</a>', response.content.decode())
    return {words: unescape(href) for href, words in found}


def test_the_way_to_other_weeks_keeps_whom_one_looks_at(editor, things):
    key = things.anna.pk
    assert links(week(editor, dag="2026-12-02", resurs=key)) == {
        "Veckan före": f"dag=2026-11-23&resurs={key}",
        "Den här veckan": f"dag=2026-11-23&resurs={key}",
        "Veckan efter": f"dag=2026-12-07&resurs={key}",
    }


@pytest.mark.parametrize(
    ("day", "shown"),
    [("2020-01-01", ["Den här veckan", "Veckan efter"]), ("2099-12-31", ["Veckan före", "Den här veckan"])],
)
def test_there_is_an_end_in_both_directions(editor, day, shown):
    assert list(links(week(editor, dag=day))) == shown


def test_an_empty_week_says_what_comes_here(editor):
    assert "Inget är bokat den här veckan. Det som får en tid" in text(week(editor))


@pytest.mark.parametrize("clashing", [False, True])
def test_the_week_asks_the_same_number_of_questions_for_few_and_many(book, editor, clashing):
    asked = []
    for number in (2, 4):
        for key in range(number):
            hour = 8 if clashing else 8 + key
            at = f"2026-11-24 {hour:02}:00"
            book(f"occasion:{key}", "anna", at=at, hours=1 / 60, title=f"Nummer {key}")
        week(editor)
        with CaptureQueriesContext(connection) as done:
            said = text(week(editor))
        assert (said.count("Nummer") >= number, "Krock" in said) == (True, clashing)
        asked.append(len(done))
    assert asked[0] == asked[1]


# --- one's own ----------------------------------------------------------------------------------


def test_ones_own_times_and_what_to_do_without_any(book, enter):
    book("occasion:1", "anna", at="2026-11-24 10:00")
    book("occasion:2", "bo", at="2026-11-24 10:00", title="Bos")
    hers, others = (text(enter(who).get(reverse("calendar_mine"))) for who in ("editor", "chief"))
    assert "Tisdag 24 november klockan 10–12 Ring med bild" in hers
    assert ("Bos" in hers, "Ingen person i kalendern hör till dig" in hers) == (False, False)
    assert "Ingen person i kalendern hör till din inloggning än." in others
    assert "Du är inte bokad för något." in others


def test_many_times_of_ones_own(book, editor):
    for key in range(21):
        book(f"occasion:{key}", "anna", at=f"2026-12-{key + 1:02} 10:00")
    said = text(editor.get(reverse("calendar_mine")))
    assert (said.count("Ring med bild"), "Du har fler tider längre fram." in said) == (20, True)


def shown_address(response):
    return re.search(r"readonly>https?://[^/<]+(/kalender/[\w-]{32}\.ics)<", response.content.decode())[1]


def test_an_address_is_shown_once_works_and_is_kept_nowhere(editor):
    made = editor.post(reverse("calendar_make_address"))
    path = shown_address(made)
    assert "no-store" in made["Cache-Control"]
    assert f"webcal://localhost:8000{path}" in made.content.decode()
    assert Client().get(path).status_code == 200
    token = path.removeprefix("/kalender/").removesuffix(".ics")
    for page in PAGES:
        assert token not in editor.get(reverse(page)).content.decode()
    assert "Hämtades senast 23 november 2026" in text(editor.get(reverse("calendar_mine")))


def test_a_new_one_is_asked_about_and_stops_the_old(editor):
    old = shown_address(editor.post(reverse("calendar_make_address")))
    question = text(editor.get(reverse("calendar_make_address")))
    assert "Den gamla slutar fungera direkt" in question
    assert Client().get(old).status_code == 200  # nothing is done by asking
    new = shown_address(editor.post(reverse("calendar_make_address")))
    assert [Client().get(path).status_code for path in (old, new)] == [404, 200]


def test_it_is_closed_after_a_question(editor):
    path = shown_address(editor.post(reverse("calendar_make_address")))
    assert "Vill du stänga adressen?" in text(editor.get(reverse("calendar_close_address")))
    assert Client().get(path).status_code == 200
    for _twice in range(2):
        assert editor.post(reverse("calendar_close_address")).status_code == 302
    assert Client().get(path).status_code == 404
    assert "Gör min privata adress" in text(editor.get(reverse("calendar_mine")))
    assert editor.get(reverse("calendar_close_address")).status_code == 302  # there is nothing to close


# --- people, rooms and equipment ----------------------------------------------------------------

LIST = "wagtailsnippets_calendar_resource:list"
ADD = "wagtailsnippets_calendar_resource:add"
EDIT = "wagtailsnippets_calendar_resource:edit"
DELETE = "wagtailsnippets_calendar_resource:delete"


@pytest.mark.parametrize(
    ("who", "sees", "adds"),
    [("editor", 200, 302), ("chief", 200, 302), ("admin", 200, 200), ("guest", 302, 302)],
)
def test_who_may_see_and_who_may_change(enter, who, sees, adds):
    client = enter(who)
    assert (client.get(reverse(LIST)).status_code, client.get(reverse(ADD)).status_code) == (sees, adds)


def test_an_administrator_adds_a_person_with_a_login(enter, site):
    client = enter("admin")
    given = {"kind": "person", "name": "Utgivaren", "user": site.chief.pk, "place": "", "active": "on"}
    assert client.post(reverse(ADD), given).status_code == 302
    assert Resource.objects.get().user == site.chief


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "room"}, "Bara en person kan ha en inloggning. Lämna fältet tomt."),
        ({"name": ""}, "Det här fältet är obligatoriskt"),
        ({"kind": ""}, "Det här fältet är obligatoriskt"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(enter, site, changed, words):
    given = {"kind": "person", "name": "Utgivaren", "user": site.chief.pk, "place": "", "active": "on"}
    response = enter("admin").post(reverse(ADD), given | changed)
    assert (response.status_code, text(response).count(words)) == (200, 1)
    assert not Resource.objects.exists()


def test_one_login_is_one_person(enter, things, site):
    given = {"kind": "person", "name": "Anna igen", "user": site.editor.pk, "place": "", "active": "on"}
    response = enter("admin").post(reverse(ADD), given)
    assert (response.status_code, Resource.objects.count()) == (200, 4)


def test_what_is_booked_stays_and_staff_are_told_why(enter, book, things):
    client = enter("admin")
    book("occasion:1", "anna")
    for method in (client.get, client.post):
        response = method(reverse(DELETE, args=[things.anna.pk]), follow=True)
        assert "Det går inte att ta bort det som är bokat: Anna." in response.content.decode()
    several = reverse("wagtail_bulk_action", args=["calendar", "resource", "delete"])
    response = client.post(f"{several}?id={things.anna.pk}&id={things.bo.pk}", follow=True)
    assert "Det går inte att ta bort det som är bokat: Anna." in response.content.decode()
    assert Resource.objects.count() == 4
    assert client.post(reverse(DELETE, args=[things.bo.pk])).status_code == 302
    assert not Resource.objects.filter(name="Bo").exists()


def test_what_may_no_longer_be_booked_can_still_be_looked_at(book, things, editor):
    book("occasion:1", "camera", at="2026-11-24 10:00")
    things.camera.active = False
    things.camera.save()
    assert list(Resource.objects.active().values_list("name", flat=True)) == ["Anna", "Bo", "Studion"]
    assert "10–12 Ring med bild Kameran" in text(week(editor, resurs=things.camera.pk))


def test_a_busy_thing_tells_what_its_bookings_share(book, now):
    book("occasion:1", "room", "anna", at="2026-11-24 10:00")
    (busy,) = queries.busy(now, now + dt.timedelta(days=2))
    assert (busy.names, busy.booking.title, busy.clashes) == ("Anna, Studion", "Ring med bild", ())
