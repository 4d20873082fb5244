"""A new library is told what is left to set up, each thing until it is done."""

import pytest
from django.urls import reverse

from utbud.base import letters
from utbud.calendar.models import Resource
from utbud.learning.models import Topic
from utbud.people.models import ResponsiblePublisher, User
from utbud.places.models import LibrarySettings, OpeningHours, Place
from utbud.web import first_steps, today
from utbud.web.models import InfoPage

LIBRARY = "Skriv bibliotekets namn, kommun och telefon"
PLACE = "Lägg in en plats och dess öppettider"
MAIN = "Välj bibliotekets huvudplats"
MAIL = "Låt en e-postserver skicka breven"
COLLEAGUES = "Lägg in dina kollegor"
TOPICS = "Lägg in ämnen"
LEADERS = "Lägg in dem som leder kurser och möter besökare"
PUBLISHER = "Lägg in en ansvarig utgivare"
PAGE = "Gå igenom sidan «Om oss»"


@pytest.fixture
def empty(site):
    """A site as it is before anybody has done anything, with a page that is written but not out."""
    ResponsiblePublisher.objects.all().delete()
    OpeningHours.objects.all().delete()
    chosen = LibrarySettings.load()
    chosen.phone = chosen.municipality = ""
    chosen.save()
    Topic.objects.create(title="Prata på skärm", slug="prata-pa-skarm")
    site.start.add_child(instance=InfoPage(title="Om oss", slug="om-oss", body="<p>Vi.</p>", live=False))
    return site


def titles(user):
    return [step.title for step in first_steps.left_for(user)]


def fill_in(site):
    chosen = LibrarySettings.load()
    chosen.phone, chosen.municipality = "08-465 004 00", "Prov"
    chosen.save()


def open_a_place(site):
    place = Place.objects.create(name="Provhuset", slug="provhuset", kind=Place.Kind.MAIN)
    OpeningHours.objects.create(place=place, weekday=0, opens="10:00", closes="18:00")


def choose_main(site):
    LibrarySettings.objects.update(main_place=Place.objects.get(slug="provhuset"))


def name_a_leader(site):
    Resource.objects.create(kind=Resource.Kind.PERSON, name="Någon")


def alone(site):
    User.objects.exclude(pk=site.admin.pk).update(is_active=False)


def without_topics(site):
    Topic.objects.all().delete()


def name_a_publisher(site):
    ResponsiblePublisher.objects.create(name="Utgivaren", email="utgivaren@example.org")


def publish_the_page(site):
    InfoPage.objects.filter(slug="om-oss").update(live=True)


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], [LIBRARY, PLACE, PUBLISHER, LEADERS, PAGE]),
        ([fill_in], [PLACE, PUBLISHER, LEADERS, PAGE]),
        ([fill_in, open_a_place], [MAIN, PUBLISHER, LEADERS, PAGE]),
        ([fill_in, open_a_place, choose_main, name_a_publisher], [LEADERS, PAGE]),
        ([fill_in, open_a_place, choose_main, name_a_publisher, name_a_leader], [PAGE]),
        ([fill_in, open_a_place, choose_main, name_a_publisher, name_a_leader, publish_the_page], []),
        ([alone], [LIBRARY, PLACE, COLLEAGUES, PUBLISHER, LEADERS, PAGE]),
        ([without_topics], [LIBRARY, PLACE, PUBLISHER, TOPICS, LEADERS, PAGE]),
    ],
)
def test_an_administrator_sees_what_is_left(empty, done, left):
    for do in done:
        do(empty)
    assert titles(empty.admin) == left


def test_without_a_mail_server_that_is_asked_for(empty, settings):
    assert MAIL not in titles(empty.admin)
    settings.EMAIL_BACKEND = letters.AS_FILES
    assert MAIL in titles(empty.admin)
    assert MAIL not in titles(empty.editor)


def test_each_page_that_is_gone_through_is_one_less(empty):
    for number in range(6):
        empty.start.add_child(
            instance=InfoPage(title=f"Sida {number}", slug=f"sida-{number}", body="<p>Vi.</p>", live=False)
        )
    assert len(titles(empty.editor)) == 7
    InfoPage.objects.filter(slug="sida-1").update(live=True)
    assert len(titles(empty.editor)) == 6


def test_a_publisher_is_entered_once_the_role_comes_with_it(empty, client):
    client.force_login(empty.admin)
    beginner = User.objects.create_user("ny", email="ny@example.org", password="ett långt lösenord")
    given = {"name": "Nya Utgivaren", "email": "ny@example.org", "user": beginner.pk, "active": "on"}
    answer = client.post(reverse(ResponsiblePublisher.snippet_viewset.get_url_name("add")), given)
    assert answer.status_code == 302, answer.content.decode()
    assert [group.name for group in beginner.groups.all()] == ["Ansvarig utgivare"]


def test_menus_lead_to_no_list_that_is_empty(empty, client, write, publish):
    assert 'href="/ord/"' not in client.get("/hjalp/").content.decode()
    publish(write())
    assert 'href="/ord/"' in client.get("/hjalp/").content.decode()


def test_an_editor_sees_only_what_an_editor_can_do(empty):
    assert titles(empty.editor) == [PAGE]


def test_it_stands_first_on_the_page_of_today(empty, now):
    first = today.today_for(empty.admin, now)[0]
    assert (first.title, first.urgent, [task.title for task in first.tasks]) == (
        "Kom i gång",
        True,
        [LIBRARY, PLACE, PUBLISHER, LEADERS, PAGE],
    )


def test_somebody_without_a_role_is_told_whom_to_ask_for_what(site, client):
    User.objects.create_user("ny", password="ett långt lösenord")
    answer = client.post(
        reverse("wagtailadmin_login"), {"username": "ny", "password": "ett långt lösenord"}, follow=True
    )
    said = " ".join(answer.content.decode().split())
    assert "Du har ingen roll än" in said
    assert "Be den som är administratör öppna Inställningar, Användare, ditt namn och fliken Roller." in said
    assert "You do not have" not in said
