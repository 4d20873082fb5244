"""A new library is told what is left to set up, each thing until it is done."""

import pytest
from django.urls import reverse

from utbud.people.models import ResponsiblePublisher, User
from utbud.places.models import LibrarySettings, OpeningHours, Place
from utbud.web import first_steps, today
from utbud.web.models import InfoPage

LIBRARY = "Skriv bibliotekets namn, kommun och telefon"
PLACE = "Lägg in en plats och dess öppettider"
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


def name_a_publisher(site):
    ResponsiblePublisher.objects.create(name="Utgivaren", email="utgivaren@example.org")


def publish_the_page(site):
    InfoPage.objects.filter(slug="om-oss").update(live=True)


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], [LIBRARY, PLACE, PUBLISHER, PAGE]),
        ([fill_in], [PLACE, PUBLISHER, PAGE]),
        ([fill_in, open_a_place], [PUBLISHER, PAGE]),
        ([fill_in, open_a_place, name_a_publisher], [PAGE]),
        ([fill_in, open_a_place, name_a_publisher, publish_the_page], []),
    ],
)
def test_an_administrator_sees_what_is_left(empty, done, left):
    for do in done:
        do(empty)
    assert titles(empty.admin) == left


def test_an_editor_sees_only_what_an_editor_can_do(empty):
    assert titles(empty.editor) == [PAGE]


def test_it_stands_first_on_the_page_of_today(empty, now):
    first = today.today_for(empty.admin, now)[0]
    assert (first.title, first.urgent, [task.title for task in first.tasks]) == (
        "Kom i gång",
        True,
        [LIBRARY, PLACE, PUBLISHER, PAGE],
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
