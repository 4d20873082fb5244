"""The staff's list of guides, the editor and its help."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from utbud.guides.models import GuideIndexPage, GuidePage
from utbud.learning import actions_services
from utbud.learning.models import DailyAnswers, DigitalService

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def staff(client, site):
    client.force_login(site.editor)
    return client


def titles(answer):
    return [row.guide.draft_title for row in answer.context["rows"]]


@pytest.fixture
def several(write_guide, publish_guide, partner):
    """One that is out, one that is late, one whose service has changed, one draft with a partner."""
    bankid = DigitalService.objects.create(name="BankID")
    publish_guide(write_guide("Ute"))
    late = publish_guide(write_guide("Sen"))
    GuidePage.objects.filter(pk=late.pk).update(review_by=dt.date(2020, 1, 1))
    publish_guide(write_guide("Ändrad", services=[bankid]))
    write_guide("Utkast", partners=[partner])
    actions_services.note_change(service=bankid, what="Ny knapp.", by=None, now=timezone.now())
    return partner


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Sen", "Ute", "Utkast", "Ändrad"]),
        ({"visa": "ute"}, ["Sen", "Ute", "Ändrad"]),
        ({"visa": "utkast"}, ["Utkast"]),
        ({"visa": "sen"}, ["Sen"]),
        ({"visa": "andrad"}, ["Ändrad"]),
        ({"q": "ut"}, ["Ute", "Utkast"]),
        ({"visa": "x", "q": ""}, ["Sen", "Ute", "Utkast", "Ändrad"]),
        ({"partner": "mig"}, ["Sen", "Ute", "Utkast", "Ändrad"]),
        ({"partner": "999999999999999999999"}, ["Sen", "Ute", "Utkast", "Ändrad"]),
    ],
)
def test_filters(several, staff, asked, found):
    assert sorted(titles(staff.get(reverse("guides"), asked))) == found


def test_guides_of_a_partner(several, staff):
    assert titles(staff.get(reverse("guides"), {"partner": several.pk})) == ["Utkast"]


def test_the_list_tells_how_it_went(guide, staff, now):
    for answer, count in (("self", 3), ("helped", 2), ("not_yet", 1)):
        DailyAnswers.objects.create(page=guide, day=now.date(), answer=answer, count=count)
    assert "5 klarade det, 1 inte än" in staff.get(reverse("guides")).content.decode()


def test_as_many_questions_however_many_guides(
    write_guide, publish_guide, partner, staff, now, django_assert_num_queries, django_assert_max_num_queries
):
    def add(number):
        made = publish_guide(write_guide(f"Guide {number}", partners=[partner]))
        DailyAnswers.objects.create(page=made, day=now.date(), answer="self", count=1)

    for number in range(3):
        add(number)
    staff.get(reverse("guides"))
    with django_assert_max_num_queries(60) as few:
        staff.get(reverse("guides"))
    for number in range(3, 12):
        add(number)
    with django_assert_num_queries(len(few)):
        staff.get(reverse("guides"))


def test_the_editor_opens_for_a_new_one_and_for_an_old(write_guide, partner, staff):
    guide = write_guide(partners=[partner])
    index = GuideIndexPage.objects.get()
    new = staff.get(reverse("wagtailadmin_pages:add", args=["guides", "guidepage", index.pk]))
    old = staff.get(reverse("wagtailadmin_pages:edit", args=[guide.pk])).content.decode()
    assert new.status_code == 200
    for heading in (
        "Guidens namn",
        "Tillsammans med",
        "Skötsel",
        "Bilder",
        "Fråga partnern",
        "Tillväxtavdelningen har inte fått frågan än.",
    ):
        assert heading in old


def test_the_help_answers_what_is_written(guide, staff):
    form = {
        "title": "Ny guide", "slug": "", "one_sentence": "", "needs": "", "minutes": "", "steps-count": "1",
        "steps-0-deleted": "", "steps-0-order": "0", "steps-0-type": "step", "steps-0-id": "",
        "steps-0-value-action": "Öppna appen och tryck på OK.", "steps-0-value-picture": "", "steps-0-value-alt": "",
        "steps-0-value-right": "", "steps-0-value-wrong": "", "partners-TOTAL_FORMS": "0", "partners-INITIAL_FORMS": "0",
        "partners-MIN_NUM_FORMS": "0", "partners-MAX_NUM_FORMS": "4", "checked_on": "2026-11-23", "review_by": "2027-11-23",
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "",
    }  # fmt: skip
    for page_id in (0, guide.pk):
        said = staff.post(reverse("guides_check", args=[page_id]), form).content.decode()
        assert "Steg 1: det ser ut att vara mer än en sak att göra." in said
        assert "Skriv vad man behöver innan man börjar" in said


@pytest.mark.parametrize("name", ["guides", "guides_choose_film"])
def test_strangers_and_guests_see_none_of_it(client, guides, django_user_model, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(django_user_model.objects.create_user("gast"))
    assert client.get(reverse(name)).status_code == 302
