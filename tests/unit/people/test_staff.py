"""Who answers for what is published, in the staff side."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.menu import SubmenuMenuItem, admin_menu

from tests import swedish
from utbud.people import actions, queries
from utbud.people.models import ADMINISTRATOR, EDITOR, PUBLISHER, ResponsiblePublisher, User

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


def someone(role: str) -> Client:
    actions.ensure_roles()
    user = User.objects.create_user(role, password="ett långt lösenord")
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("expires", "words"),
    [
        (None, ""),
        (dt.date(2031, 3, 1), "Gäller till 1 mars 2031"),
        (dt.date(2027, 2, 22), "Gäller till 22 februari 2027"),
        (dt.date(2027, 2, 21), "Varning: går ut om 90 dagar, 21 februari 2027"),
        (dt.date(2026, 11, 24), "Varning: går ut i morgon"),
        (dt.date(2026, 11, 23), "Varning: går ut i dag"),
        (dt.date(2026, 11, 22), "Varning: gick ut 22 november 2026"),
    ],
)
def test_a_certificate_warns_for_90_days(expires: dt.date | None, words: str) -> None:
    assert queries.certificate_words(ResponsiblePublisher(certificate_expires=expires), TODAY) == words


@pytest.mark.parametrize("model", ["responsiblepublisher", "targetgroup"])
@pytest.mark.parametrize(("role", "status"), [(EDITOR, 302), (PUBLISHER, 302), (ADMINISTRATOR, 200)])
def test_only_administrators_see_publishers_and_target_groups(model: str, role: str, status: int) -> None:
    url = reverse(f"wagtailsnippets_people_{model}:list")
    assert someone(role).get(url).status_code == status


def test_the_list_says_when_a_certificate_runs_out() -> None:
    soon = dt.date.today() + dt.timedelta(days=30)  # noqa: DTZ011, RUF100
    ResponsiblePublisher.objects.create(name="Anna Ek", email="anna@example.org", certificate_expires=soon)
    page = (
        someone(ADMINISTRATOR)
        .get(reverse("wagtailsnippets_people_responsiblepublisher:list"))
        .content.decode()
    )
    assert "Varning: går ut om" in page
    assert "anna@example.org" in page


def test_the_list_asks_the_same_number_of_questions_for_1_and_3() -> None:
    client = someone(ADMINISTRATOR)
    url = reverse("wagtailsnippets_people_responsiblepublisher:list")
    client.get(url)  # fills what the staff side remembers
    asked = []
    for rows in (1, 3):
        for number in range(rows):
            ResponsiblePublisher.objects.create(name=f"Utgivare {rows}", email=f"u{rows}{number}@example.org")
        with CaptureQueriesContext(connection) as queries_done:
            client.get(url)
        asked.append(len(queries_done))
        ResponsiblePublisher.objects.all().delete()
    assert asked[0] == asked[1]


def test_an_administrator_adds_a_publisher() -> None:
    client = someone(ADMINISTRATOR)
    url = reverse("wagtailsnippets_people_responsiblepublisher:add")
    client.post(url, {"name": "Anna Ek", "email": "anna@example.org", "active": "on"})
    made = ResponsiblePublisher.objects.get(email="anna@example.org")
    assert (made.name, made.active) == ("Anna Ek", True)


def test_no_two_entries_of_a_menu_look_the_same_and_each_is_in_swedish(site, rf):
    def walk(menu, request):
        items = menu.menu_items_for_request(request)
        icons = [item.icon_name for item in items]
        assert sorted(icons) == sorted(set(icons))
        for item in items:
            assert swedish.in_text(str(item.label)) == ()
            if isinstance(item, SubmenuMenuItem):
                walk(item.menu, request)

    request = rf.get("/admin/")
    request.user = User.objects.create(username="allt", is_superuser=True)
    walk(admin_menu, request)
