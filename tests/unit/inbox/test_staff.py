"""The inbox in the staff side: who may, what is seen first, what was done by whom."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.base.dates import STOCKHOLM
from utbud.inbox import actions
from utbud.inbox.models import Message
from utbud.people import actions as people
from utbud.people.models import ADMINISTRATOR, DESK, EDITOR, PUBLISHER, User

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def someone(role: str | None, username: str = "maja") -> Client:
    """Logged in with a role; "" may enter the staff side but has no role; None is not logged in."""
    client = Client()
    if role is not None:
        people.ensure_roles()
        user = User.objects.create_user(username, first_name="Maja", last_name="Berg")
        if role:
            user.groups.add(Group.objects.get(name=role))
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(user)
    return client


def received(key: str = "a", **more: object) -> Message:
    given = {
        "kind": Message.Kind.QUESTION,
        "name": "Anna Ek",
        "contact": "070-174 06 05",
        "text": "Hur lånar jag e-böcker?",
        "came_by": Message.Way.WEB,
        "now": NOW,
    }
    return actions.receive(**(given | more), submission_key=key)


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.parametrize("page", ["inbox_messages", "inbox_lodge", "inbox_message"])
@pytest.mark.parametrize(
    ("role", "status"),
    [(DESK, 200), (EDITOR, 302), (PUBLISHER, 302), (ADMINISTRATOR, 302), ("", 302), (None, 302)],
)
def test_who_sees_the_inbox(page: str, role: str | None, status: int) -> None:
    message, client = received(), someone(role)
    url = reverse(page, args=[message.pk] if page == "inbox_message" else [])
    assert client.get(url).status_code == status


@pytest.mark.parametrize("action", ["inbox_answer", "inbox_reopen", "inbox_spam"])
@pytest.mark.parametrize("role", ["", None])
def test_who_may_not_change_anything(action: str, role: str | None) -> None:
    message, client = received(), someone(role)
    assert client.post(reverse(action, args=[message.pk]), {"note": "x"}).status_code == 302
    message.refresh_from_db()
    assert message.answered_at is None


@pytest.mark.parametrize("action", ["inbox_answer", "inbox_reopen", "inbox_spam"])
def test_nothing_is_changed_by_following_a_link(action: str) -> None:
    message, client = received(), someone(DESK)
    assert client.get(reverse(action, args=[message.pk])).status_code == 405


@pytest.mark.parametrize(
    ("role", "shown"), [(DESK, True), (EDITOR, False), (ADMINISTRATOR, False), ("", False)]
)
def test_the_menu_shows_it_to_those_who_may(role: str, shown: bool) -> None:
    page = someone(role).get(reverse("wagtailadmin_home")).content.decode()
    assert ("/admin/inkorg/" in page) == shown


def test_the_most_urgent_stands_first_and_late_is_said_in_words() -> None:
    client = someone(DESK)
    for key, name, now in (("a", "Sen", 10), ("b", "Ny", 0), ("c", "Klar", 3)):
        received(key, name=name, now=NOW - dt.timedelta(days=now))
    done = Message.objects.get(name="Klar")
    actions.answer(message=done, note="Ringde.", by=User.objects.get(username="maja"), now=NOW)
    said = text(client.get(reverse("inbox_messages")))
    assert "2 meddelanden väntar på svar. Ett är försenat." in said
    order = [
        said.index(name)
        for name in ("Försenat: skulle ha besvarats för 3 dagar sedan", "Svara senast måndag", "Besvarat")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["Sen", "Ny", "Klar"]),
        ("visa=open", ["Sen", "Ny"]),
        ("visa=late", ["Sen"]),
        ("visa=answered", ["Klar"]),
        ("galler=offer", ["Ny"]),
        ("kom=desk", ["Klar"]),
        ("visa=open&kom=desk", []),
        ("visa=nonsens", ["Sen", "Ny", "Klar"]),
    ],
)
def test_the_list_can_be_narrowed(asked: str, names: list[str]) -> None:
    client = someone(DESK)
    received("a", name="Sen", now=NOW - dt.timedelta(days=10))
    received("b", name="Ny", kind=Message.Kind.OFFER)
    done = received("c", name="Klar", came_by=Message.Way.DESK)
    actions.answer(message=done, note="Ringde.", by=User.objects.get(username="maja"), now=NOW)
    page = client.get(reverse("inbox_messages") + "?" + asked).content.decode()
    assert re.findall(r"<td>(Sen|Ny|Klar)</td>", page) == names


def test_more_than_a_page() -> None:
    client = someone(DESK)
    for number in range(51):
        received(f"{number}", name=f"Person {number:02}")
    said = text(client.get(reverse("inbox_messages") + "?visa=open"))
    assert ("Sida 1 av 2" in said, "Person 49" in said, "Person 50" in said) == (True, True, False)
    page = client.get(reverse("inbox_messages") + "?visa=open&p=2").content.decode()
    assert ("Person 50" in page, 'href="?visa=open&amp;p=1"' in page) == (True, True)


def test_the_list_asks_the_same_number_of_questions_for_1_and_3() -> None:
    client, asked = someone(DESK), []
    for key in "abc":
        received(key)
        client.get(reverse("inbox_messages"))
        with CaptureQueriesContext(connection) as done:
            client.get(reverse("inbox_messages"))
        asked.append(len(done))
    assert asked[0] == asked[2]


def test_a_message_shows_all_that_is_needed_to_answer() -> None:
    message, client = (
        received(page_address="javascript:alert(1)", name="<script>alert(1)</script>"),
        someone(DESK),
    )
    page = client.get(reverse("inbox_message", args=[message.pk]))
    html = page.content.decode()
    assert '<a href="tel:+46701740605">070-174 06 05</a>' in html
    assert ("<script>alert(1)" in html, 'href="javascript' in html) == (False, False)
    assert "Kom in måndag 23 november 2026 klockan 9, webben" in text(page)


def test_an_e_mail_address_cannot_break_out_of_its_link() -> None:
    message, client = received(contact='"a?bcc=b&x"@example.org'), someone(DESK)
    html = client.get(reverse("inbox_message", args=[message.pk])).content.decode()
    assert 'href="mailto:%22a%3Fbcc%3Db%26x%22@example.org"' in html


def test_answering_and_opening_again() -> None:
    message, client = received(), someone(DESK)
    answer = client.post(
        reverse("inbox_answer", args=[message.pk]), {"note": "Ringde och visade."}, follow=True
    )
    assert "Tack. Nu är det besvarat." in text(answer)
    said = text(client.get(reverse("inbox_message", args=[message.pk])))
    assert "måndag 23 november 2026 klockan 9: Besvarat, Maja Berg. Ringde och visade." in said
    again = client.post(reverse("inbox_reopen", args=[message.pk]), follow=True)
    assert "Nu väntar det på svar igen." in text(again)
    assert list(Message.objects.open()) == [message]


def test_an_empty_answer_is_asked_for_again() -> None:
    message, client = received(), someone(DESK)
    page = client.post(reverse("inbox_answer", args=[message.pk]), {"note": " "}).content.decode()
    assert page.count("Skriv kort hur du svarade.") == 2  # at the top and beside the field
    assert list(Message.objects.open()) == [message]


def test_two_who_answer_at_once() -> None:
    message, client = received(), someone(DESK)
    actions.answer(message=message, note="Jag var först.", by=User.objects.get(username="maja"), now=NOW)
    page = client.post(reverse("inbox_answer", args=[message.pk]), {"note": "Jag ringde också."})
    assert "Någon annan hann före." in text(page)
    assert "Jag ringde också.</textarea>" in page.content.decode()  # nothing typed is lost
    assert Message.objects.get().answer_note == "Jag var först."


def test_spam_is_put_aside_and_can_be_taken_back() -> None:
    message, client = received(), someone(DESK)
    client.post(reverse("inbox_spam", args=[message.pk]))
    assert "Skräp" in text(client.get(reverse("inbox_messages")))
    assert "Det är redan besvarat." in text(
        client.post(reverse("inbox_spam", args=[message.pk]), follow=True)
    )
    client.post(reverse("inbox_reopen", args=[message.pk]))
    assert list(Message.objects.open()) == [message]


def test_a_purged_message_says_so_and_stays_closed() -> None:
    message, client = received(now=NOW - dt.timedelta(days=400)), someone(DESK)
    actions.answer(
        message=message,
        note="Ringde Anna.",
        by=User.objects.get(username="maja"),
        now=NOW - dt.timedelta(days=399),
    )
    actions.purge(NOW)
    page = client.get(reverse("inbox_message", args=[message.pk]))
    assert "Namn, kontakt och text är borttagna. Siffrorna är kvar." in text(page)
    assert ("Anna" in text(page), "Öppna igen" in text(page)) == (False, False)
    again = client.post(reverse("inbox_reopen", args=[message.pk]), follow=True)
    assert "Det går inte att öppna igen." in text(again)
    assert "Borttaget" in text(client.get(reverse("inbox_messages")))


LODGED = {
    "came_by": "phone",
    "kind": "question",
    "name": "Karl Ås",
    "contact": "08-465 004 00",
    "text": "Vill ha hjälp.",
}


def stamp(client: Client) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', client.get(reverse("inbox_lodge")).content.decode())
    assert found
    return found[1]


def test_what_came_by_phone_is_put_in_once() -> None:
    client = someone(DESK)
    given = LODGED | {"stamp": stamp(client)}
    first, again = (client.post(reverse("inbox_lodge"), given) for _ in range(2))
    message = Message.objects.get()
    assert (
        first.headers["Location"] == again.headers["Location"] == reverse("inbox_message", args=[message.pk])
    )
    assert (message.came_by, message.contact, str(message.created_by)) == (
        "phone",
        "+46846500400",
        "Maja Berg",
    )


def test_a_letter_may_be_answered_by_letter() -> None:
    client = someone(DESK)
    client.post(reverse("inbox_lodge"), LODGED | {"came_by": "letter", "contact": "Storgatan 1, Härnösand"})
    assert Message.objects.get().contact_kind == "post"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("came_by", "", "Välj hur det kom in."),
        ("came_by", "web", "Välj ett giltigt alternativ. web finns inte bland tillgängliga alternativ."),
        ("kind", "", "Välj vad det gäller."),
        (
            "contact",
            "465 004 00",
            "Vi känner inte igen telefonnumret. Skriv det med riktnummer, till exempel 08-465 004 00.",
        ),
        ("text", "", "Skriv vad personen vill."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_at_the_top(field: str, value: str, says: str) -> None:
    client = someone(DESK)
    page = client.post(reverse("inbox_lodge"), LODGED | {field: value}).content.decode()
    assert page.count(says) == 2
    assert Message.objects.count() == 0
    if field != "text":
        assert "Vill ha hjälp.</textarea>" in page
