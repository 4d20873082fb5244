"""What strangers can make us send has a ceiling: per contact, per run, per day in number and in money; nothing is lost."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from utbud.base import ceilings
from utbud.base.ceilings import Cap
from utbud.channels.models import ChannelSetup
from utbud.courses.actions import runs
from utbud.inbox import actions as inbox
from utbud.inbox import limits
from utbud.inbox.contact import Contact, ContactKind, read_contact
from utbud.inbox.limits import Cause
from utbud.inbox.models import Message
from utbud.notices import actions as notices
from utbud.notices.models import Notice
from utbud.places.models import LibrarySettings
from utbud.web import today

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ANNA = Contact(ContactKind.PHONE, "+46701740605")


def chosen_limits(**chosen) -> None:
    row = LibrarySettings.load()
    for name, value in chosen.items():
        setattr(row, name, value)
    row.save()


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture(autouse=True)
def _stands_still(monkeypatch, now):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


@pytest.fixture
def texting(monkeypatch, db):
    """A text channel that is on. Nothing is sent here."""
    monkeypatch.setenv("ELKS_KEY", "right")
    known = {"username": "env:ELKS_KEY", "password": "env:ELKS_KEY", "sender": "+46766860000", "link": "nej"}
    return ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config=known | {"price": "0,60"})


# --- the ledger -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caps", "ore", "let_in"),
    [
        ([Cap("a")], 0, 5),
        ([Cap("a", times=3)], 0, 3),
        ([Cap("a", times=0)], 0, 0),
        ([Cap("a", ore=250)], 60, 4),
        ([Cap("a", ore=0)], 0, 5),  # what costs nothing is not stopped by money
        ([Cap("a"), Cap("b", times=2)], 0, 2),
    ],
)
def test_so_many_are_let_in_and_the_rest_is_told_which_was_full(caps, ore, let_in, now) -> None:
    answers = [ceilings.take(caps=caps, now=now, ore=ore) for _try in range(5)]
    assert [answer is None for answer in answers] == [True] * let_in + [False] * (5 - let_in)
    assert {cap.what: ceilings.tally(cap.what, now).times for cap in caps} == dict.fromkeys(
        [cap.what for cap in caps], let_in
    )  # one that found a ceiling is counted under none
    assert ceilings.tally(caps[-1].what, now).stopped == 5 - let_in
    assert ceilings.take(caps=caps, now=now + dt.timedelta(days=1), ore=ore) == (
        answers[0] if not let_in else None
    )


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_as_many_as_one_after_another(now) -> None:
    def take(_number) -> bool:
        try:
            return ceilings.take(caps=[Cap("all"), Cap("x", times=7)], now=now) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(16))) == 7


# --- per contact, per run, per day ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("contacts", "cause", "let_in"),
    [
        (["anna@example.org"] * 12, Cause.STRANGER, 8),
        (["Anna+1@Example.org", "anna+2@example.org", "anna@example.org"] * 4, Cause.STRANGER, 8),
        (["anna@example.org"] * 12, Cause.SCHEDULE, 8),
        (["anna@example.org"] * 12, Cause.STAFF, 12),
        ([f"a{number}@example.org" for number in range(12)], Cause.STRANGER, 12),
    ],
)
def test_one_contact_gets_so_much_in_a_day(contacts, cause, let_in, now) -> None:
    answers = [limits.take(contact=read_contact(one), cause=cause, now=now) for one in contacts]
    assert sum(answer is None for answer in answers) == let_in


def test_about_one_run_so_much_goes_in_a_day(now, monkeypatch) -> None:
    monkeypatch.setattr(limits, "PER_ITEM", 3)
    taken = [
        limits.take(contact=read_contact(f"a{n}@example.org"), cause=Cause.STRANGER, item=item, now=now)
        for n, item in enumerate(["run:1"] * 4 + ["run:2"])
    ]
    assert [one.why if one else "" for one in taken] == [
        "", "", "", "Ovanligt mycket har skickats om samma sak i dag", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "states"),
    [
        ({}, ["waiting"] * 4),
        ({"sends_a_day": 2}, ["waiting", "waiting", "held", "held"]),
        ({"sends_a_day": 0}, ["held"] * 4),
        ({"kronor_a_day": 0}, ["held"] * 4),
        ({"kronor_a_day_all": 0}, ["held"] * 4),
        ({"kronor_a_day": 3}, ["waiting", "waiting", "held", "held"]),  # two messages each, at 0,60
    ],
)
def test_a_day_has_an_end_in_number_and_in_money(chosen, states, plan, join, texting, now) -> None:
    chosen_limits(**chosen)
    quota = plan(seats=10).quotas.first()
    for number in range(4):
        join(quota, contact=f"070-174 06 0{number + 5}")
    assert told() == states


def test_what_is_held_waits_for_a_person_and_staff_are_not_stopped(
    plan, join, texting, site, client, now
) -> None:
    chosen_limits(sends_a_day=1)
    run = plan(seats=10)
    first, second = (join(run.quotas.first(), contact=f"070-174 06 0{number}") for number in (5, 6))
    assert told() == ["waiting", "held"]
    alarm = next(one for one in today.today_for(site.desk, now) if one.title == "Ovanligt mycket skickas")
    assert (alarm.urgent, [task.note for task in alarm.tasks]) == (
        True,
        ["Ett besked väntar på att ni säger ja"],
    )
    page = client.get(second.path).content.decode()
    assert "Vi har inte kunnat skicka någon bekräftelse än. Anmälan gäller ändå. Skriv upp koden." in page
    assert "Vi har inte kunnat skicka" not in client.get(first.path).content.decode()
    client.force_login(site.desk)
    says = "Väntar på att ni säger ja: taket för vad som skickas av sig självt på en dag är nått"
    assert says in client.get("/admin/besked/gick-inte-fram/").content.decode()
    client.post("/admin/besked/hallna/skicka/")
    assert told() == ["waiting", "waiting"]
    runs.cancel_run(run=run, why="", by=site.editor, now=now)
    assert told() == ["stopped", "stopped", "waiting", "waiting"]


@pytest.mark.parametrize(
    ("do", "state"),
    [(notices.send_again, "waiting"), (notices.call_instead, "to_do"), (notices.give_up, "stopped")],
)
def test_what_a_person_can_do_with_what_is_held(do, state, texting, site, now) -> None:
    chosen_limits(sends_a_day=0)
    notice = notices.tell(about="x", kind="y", version="", contact=ANNA, subject="A", text="B", now=now)
    assert notice.state == "held"
    do(notice=notice, by=site.editor, now=now)
    notice.refresh_from_db()
    assert notice.state == state


# --- countries ------------------------------------------------------------------------------------

ABROAD = ["+4790123456", "+4520123456", "+358401234567", "+48512345678", "+18765551234", "+447911123456",
          "+79161234567", "+2348031234567"]  # fmt: skip
NO_TEXT = "Vi skickar inte sms till nummer i det landet. Skriv upp koden du får. Ändras något ringer vi dig."


@pytest.mark.parametrize("number", ABROAD)
def test_no_text_goes_abroad_and_the_page_says_what_happens(number, plan, join, texting, client, now) -> None:
    own = join(plan(seats=10).quotas.first(), contact=number)
    assert (own.contact, told()) == (number, [])
    assert NO_TEXT in client.get(own.path).content.decode()
    assert limits.stopped_today(now) == 0


def test_the_library_chooses_the_countries_by_name(plan, join, texting, client) -> None:
    chosen_limits(text_countries=["SE", "NO"])
    quota = plan(seats=10).quotas.first()
    norwegian, dane = join(quota, contact=ABROAD[0]), join(quota, contact=ABROAD[1])
    assert [notice.about for notice in Notice.objects.all()] == [norwegian.about]
    assert NO_TEXT not in client.get(norwegian.path).content.decode()
    assert NO_TEXT in client.get(dane.path).content.decode()


def test_countries_are_chosen_by_name_in_the_settings(client, site) -> None:
    site.editor.is_superuser = True
    site.editor.save()
    client.force_login(site.editor)
    page = client.get("/admin/settings/places/librarysettings/", follow=True).content.decode()
    assert ("Norge" in page, "Sverige" in page, 'value="SE"' in page) == (True, True, True)


# --- call-backs, the inbox, letters to us ---------------------------------------------------------


def ring_back(number: str, now, key: str) -> Message:
    return inbox.receive_once(
        kind="question", name="Någon som ringde", contact=number, text="Vill bli uppringd.", came_by="phone", now=now,
        submission_key=key,
    )  # fmt: skip


def test_a_number_has_one_open_call_back(site, now) -> None:
    first = ring_back("+46701740605", now, "1")
    assert {ring_back("+46701740605", now, str(number)).pk for number in range(60)} == {first.pk}
    assert ring_back("+46701740606", now, "other").pk != first.pk
    inbox.answer(message=first, note="Ringde", by=site.editor, now=now)
    assert ring_back("+46701740605", now, "again").pk != first.pk
    assert Message.objects.count() == 3


def test_the_inbox_and_the_letters_about_it_have_an_end(now) -> None:
    assert sum(limits.may_take_in(ANNA, now) for _one in range(15)) == limits.MESSAGES_EACH
    assert sum(limits.may_tell_us(now) for _one in range(50)) == limits.LETTERS_TO_US
    assert sum(limits.may_be_rung(now) for _one in range(120)) == limits.CALL_BACKS_A_DAY
    assert limits.stopped_today(now) == 10 + 20
