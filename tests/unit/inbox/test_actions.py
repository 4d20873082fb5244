"""Nothing is lost, nothing is forgotten, and nothing is kept too long."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from utbud.base import schedule
from utbud.base.dates import STOCKHOLM
from utbud.inbox import actions, queries
from utbud.inbox.contact import UnclearContact
from utbud.inbox.models import Attempt, Change, Message
from utbud.people.models import User
from utbud.places.models import LibrarySettings

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


NOW = at("2026-11-23 09:00")


@pytest.fixture
def maja() -> User:
    return User.objects.create_user("maja", first_name="Maja", last_name="Berg")


def received(key: str = "a", now: dt.datetime = NOW, **more: object) -> Message:
    given = {
        "kind": Message.Kind.QUESTION,
        "name": "Anna Ek",
        "contact": "070-174 06 05",
        "text": "Hur lånar jag e-böcker?",
        "came_by": Message.Way.WEB,
    }
    return actions.receive(**(given | more), now=now, submission_key=key)


def history(message: Message) -> list[tuple[str, str, str]]:
    return [(change.what, str(change.by or ""), change.note) for change in message.changes.all()]


def test_a_message_is_taken_in() -> None:
    message = received()
    assert (message.contact, message.contact_kind, message.received_at, message.answer_by) == (
        "+46701740605",
        "phone",
        NOW,
        dt.date(2026, 11, 30),
    )
    assert history(message) == [("received", "", "")]


@pytest.mark.parametrize(
    ("now", "answer_by"),
    [
        ("2026-11-23 00:00", "2026-11-30"),
        ("2026-11-22 23:59", "2026-11-27"),  # the day is Stockholm's
        ("2026-12-21 12:00", "2026-12-30"),  # Christmas: 22, 23, 28, 29, 30
        ("2026-12-23 12:00", "2027-01-05"),  # New Year: 28, 29, 30, 4, 5
        ("2027-06-18 12:00", "2027-06-28"),  # Midsummer: 21, 22, 23, 24, 28
        ("2027-03-25 12:00", "2027-04-05"),  # Easter and the clock change: 30, 31, 1, 2, 5
    ],
)
def test_it_is_answered_within_five_working_days(now: str, answer_by: str) -> None:
    assert received(now=at(now)).answer_by.isoformat() == answer_by


def test_sent_twice_it_is_one() -> None:
    assert received() == received()
    assert (Message.objects.count(), Change.objects.count()) == (1, 1)


def test_an_unclear_contact_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(UnclearContact):
        received(contact="hej")
    assert Message.objects.count() == 0


def test_only_staff_may_promise_an_answer_by_letter(maja: User) -> None:
    with pytest.raises(UnclearContact):
        received(contact="Storgatan 1, Härnösand")
    message = received(contact="Storgatan 1, Härnösand", came_by=Message.Way.LETTER, by=maja)
    assert (message.contact_kind, message.created_by, history(message)) == (
        "post",
        maja,
        [("received", "Maja Berg", "")],
    )


def test_an_answer_is_noted_once(maja: User) -> None:
    message = received()
    actions.answer(message=message, note="Ringde och visade.", by=maja, now=NOW)
    message.refresh_from_db()
    assert (message.answered_at, message.answered_by, message.answer_note) == (
        NOW,
        maja,
        "Ringde och visade.",
    )
    with pytest.raises(actions.AlreadyAnswered):
        actions.answer(message=message, note="Jag också.", by=maja, now=NOW)
    assert history(message) == [("received", "", ""), ("answered", "Maja Berg", "Ringde och visade.")]


def test_opened_again_it_waits_and_remembers(maja: User) -> None:
    message = received()
    with pytest.raises(actions.NotAnswered):
        actions.reopen(message=message, by=maja, now=NOW)
    actions.answer(message=message, note="Ringde.", by=maja, now=NOW)
    actions.reopen(message=message, by=maja, now=NOW)
    message.refresh_from_db()
    assert (message.answered_at, message.answered_by, message.answer_note) == (None, None, "")
    assert history(message) == [
        ("received", "", ""),
        ("answered", "Maja Berg", "Ringde."),
        ("reopened", "Maja Berg", ""),
    ]
    assert list(queries.open_messages(NOW)) == [message]


def test_put_aside_as_spam_and_taken_back(maja: User) -> None:
    message = received()
    actions.mark_spam(message=message, by=maja, now=NOW)
    message.refresh_from_db()
    assert (message.spam, list(queries.open_messages(NOW))) == (True, [])
    with pytest.raises(actions.AlreadyAnswered):
        actions.mark_spam(message=message, by=maja, now=NOW)
    actions.reopen(message=message, by=maja, now=NOW)
    message.refresh_from_db()
    assert (message.spam, list(queries.open_messages(NOW))) == (False, [message])


def test_an_answer_stays_when_its_author_leaves(maja: User) -> None:
    message = received()
    actions.answer(message=message, note="Ringde.", by=maja, now=NOW)
    maja.delete()
    message.refresh_from_db()
    assert (message.answered_at, message.answered_by) == (NOW, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer_note": "Ringde."},  # an answer without a moment
        {"spam": True},
        {"name": ""},  # a message with nobody behind it
        {"text": ""},
        {"purged_at": NOW},  # purged with the name left
    ],
)
def test_the_database_refuses_half_truths(fields: dict) -> None:
    message = received()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**fields)


@pytest.mark.parametrize(
    ("answer_by", "answered", "words", "late"),
    [
        ("2026-11-30", False, "Svara senast måndag 30 november", False),
        ("2026-11-23", False, "Svara i dag", False),
        ("2026-11-22", False, "Försenat: skulle ha besvarats i går", True),
        ("2026-11-20", False, "Försenat: skulle ha besvarats för 3 dagar sedan", True),
        ("2026-11-20", True, "Besvarat 23 november 2026", False),
    ],
)
def test_where_it_stands_in_words(answer_by: str, answered: bool, words: str, late: bool) -> None:
    message = received()
    message.answer_by = dt.date.fromisoformat(answer_by)
    message.answered_at = NOW if answered else None
    message.save()
    assert queries.state_words(message, NOW.date()) == words
    assert (list(queries.overdue(NOW)) == [message], message.overdue_on(NOW.date())) == (late, late)


def test_the_open_come_first_and_the_most_urgent_at_the_top(maja: User) -> None:
    later, urgent, done, just_done = (received(key) for key in "abcd")
    Message.objects.filter(pk=urgent.pk).update(answer_by=NOW.date())
    actions.answer(message=done, note="x", by=maja, now=NOW)
    actions.answer(message=just_done, note="x", by=maja, now=NOW + dt.timedelta(hours=1))
    assert list(Message.objects.in_order()) == [urgent, later, just_done, done]
    assert list(queries.open_messages(NOW)) == [urgent, later]


# --- the purge ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "months", "before"),
    [
        ("2026-11-23 09:00", 6, "2026-05-23 09:00"),
        ("2026-08-31 09:00", 6, "2026-02-28 09:00"),
        ("2028-08-31 09:00", 6, "2028-02-29 09:00"),
        ("2027-01-15 09:00", 1, "2026-12-15 09:00"),
        ("2027-12-31 09:00", 12, "2026-12-31 09:00"),
        ("2027-03-31 09:00", 13, "2026-02-28 09:00"),
        ("2027-12-15 09:00", 60, "2022-12-15 09:00"),
    ],
)
def test_months_before(now: str, months: int, before: str) -> None:
    assert actions.months_before(at(now), months) == at(before)


def test_the_purge_leaves_figures_and_nobodys_name(maja: User) -> None:
    came = at("2026-05-20 09:00")
    old = received("a", now=came, page_address="/ord/bankid/")
    recent, waiting = received("b", now=came), received("c", now=came)
    actions.answer(message=old, note="Ringde Anna.", by=maja, now=at("2026-05-23 08:59"))
    actions.answer(message=recent, note="Ringde.", by=maja, now=at("2026-05-23 09:00"))
    assert (actions.purge(NOW), actions.purge(NOW)) == (1, 0)  # twice without harm
    old.refresh_from_db()
    assert [getattr(old, field) for field in actions.NOTHING] == [""] * 7
    assert (old.kind, old.came_by, old.received_at, old.answered_at) == (
        "question",
        "web",
        came,
        at("2026-05-23 08:59"),
    )
    assert history(old) == [("received", "", ""), ("answered", "Maja Berg", ""), ("purged", "", "")]
    for kept in (recent, waiting):
        kept.refresh_from_db()
        assert (kept.name, kept.purged_at) == ("Anna Ek", None)
    with pytest.raises(actions.NotAnswered):
        actions.reopen(message=old, by=maja, now=NOW)


def test_the_library_decides_for_how_long(maja: User) -> None:
    LibrarySettings.objects.create(message_months=1)
    message = received()
    actions.answer(message=message, note="Ringde.", by=maja, now=at("2026-10-01 09:00"))
    assert actions.purge(NOW) == 1


@pytest.mark.parametrize(("days", "goes"), [(364, 0), (367, 1)])
def test_what_nobody_answered_is_forgotten_after_a_year(days: int, goes: int) -> None:
    message = received(now=NOW - dt.timedelta(days=days))
    assert actions.purge(NOW) == goes
    message.refresh_from_db()
    assert (message.name == "", message.purged_at is not None) == (bool(goes), bool(goes))


def test_counts_of_attempts_go_after_a_day() -> None:
    for hours in (1, 23, 25):
        Attempt.objects.create(digest=f"{hours}", hour=NOW - dt.timedelta(hours=hours))
    actions.purge(NOW)
    assert set(Attempt.objects.values_list("digest", flat=True)) == {"1", "23"}


def test_only_forgetting_is_on_the_schedule() -> None:
    found = {
        entry.name: entry.seconds for entry in schedule.entries() if entry.name.startswith("utbud.inbox.")
    }
    assert found == {"utbud.inbox.actions.purge": 86400}


# --- notices ------------------------------------------------------------------------------------


def test_the_library_is_told_once_and_without_anything_private() -> None:
    LibrarySettings.objects.create(email="digitalt@example.org")
    message = received()
    assert (actions.send_notices(NOW), actions.send_notices(NOW)) == (1, 0)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (
        ["digitalt@example.org"],
        "Nytt i inkorgen, svara senast måndag 30 november",
    )
    assert f"/admin/inkorg/{message.pk}/" in letter.body
    assert [word for word in ("Anna", "070", "4670", "e-böcker") if word in letter.body] == []


def test_without_an_address_nobody_is_told_and_nothing_is_lost() -> None:
    received()
    assert (actions.send_notices(NOW), mail.outbox, Message.objects.open().count()) == (0, [], 1)


def test_what_staff_put_in_themselves_is_no_news(maja: User) -> None:
    LibrarySettings.objects.create(email="digitalt@example.org")
    received(came_by=Message.Way.DESK, by=maja)
    assert actions.send_notices(NOW) == 0


def test_a_letter_that_fails_is_tried_again(settings, caplog) -> None:
    LibrarySettings.objects.create(email="digitalt@example.org")
    received()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.unit.inbox.broken_mail.EmailBackend"
    assert actions.send_notices(NOW) == 0
    assert "was not sent: E-postservern svarar inte" in caplog.text
    assert "Anna" not in caplog.text
    settings.EMAIL_BACKEND = working
    assert actions.send_notices(NOW + dt.timedelta(minutes=1)) == 1


def test_an_old_message_is_no_news() -> None:
    received()
    LibrarySettings.objects.create(email="digitalt@example.org")
    assert actions.send_notices(NOW + dt.timedelta(days=1)) == 0
