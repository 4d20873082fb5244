"""Tries at a code: strangers are slowed, whoever owns it always has a way, and nobody is told what they did not know."""

import datetime as dt

import pytest
from django.utils import timezone

from utbud.base.models import Guess
from utbud.courses import texts, words
from utbud.courses.actions import codes
from utbud.courses.actions.codes import Outcome
from utbud.courses.models import Registration
from utbud.inbox.contact import read_contact
from utbud.notices.models import Notice

pytestmark = [pytest.mark.django_db]
MAIL, NUMBER = "gerd@example.org", "070-174 06 05"
FIND = "/kurser/min-anmalan/"
SECOND, DAY = dt.timedelta(seconds=1), dt.timedelta(days=1)


@pytest.fixture
def own(plan, join) -> Registration:
    registration = join(plan(seats=9).quotas.first(), contact=MAIL)
    Registration.objects.filter(pk=registration.pk).update(code="4711052")
    registration.refresh_from_db()
    return registration


def tried(
    code: str, at: dt.datetime, *, contact: str = MAIL, address: str = "192.0.2.1", once: str = ""
) -> Outcome:
    return codes.find(code=code, contact=read_contact(contact), address=address, now=at, once=once).outcome


def guess(
    times: int, at: dt.datetime, *, contact: str = MAIL, spread: dt.timedelta = dt.timedelta(minutes=6)
):
    """So many wrong tries, from ever new addresses of one provider, each after the wait. When the last was made."""
    for number in range(times):
        at += spread
        tried(f"{1_000_000 + number}", at, contact=contact, address=f"2001:db8:{number:x}::1")
    return at


def wrong() -> int:
    return max(Guess.objects.values_list("wrong", flat=True), default=0)


@pytest.mark.parametrize(("made", "code"), [("7", "4711052"), ("5", "47110")])
def test_a_new_code_has_seven_figures_and_an_old_one_is_still_good(own, now, made, code) -> None:
    Registration.objects.filter(pk=own.pk).update(code=code)
    assert tried(code, now) == Outcome.RIGHT


def test_a_code_is_made_of_seven_figures_and_read_in_three_parts(plan, join) -> None:
    code = join(plan().quotas.first()).code
    assert (len(code), words.spoken_code("4711052"), words.spoken_code("47110")) == (7, "471 10 52", "47 110")


@pytest.mark.parametrize(
    ("step", "taken"),
    [
        ("2001:db8:1:{:x}::1", 4),  # through a /48: known by the contact
        ("2001:db8:{:x}::1", 4),  # through a /32
        ("192.0.2.{}", 4),
        ("198.51.100.1", 4),
    ],
)
@pytest.mark.database
def test_changing_address_does_not_help_who_knows_the_contact(own, now, step, taken) -> None:
    came = [tried(f"{1_000_000 + n}", now + n * SECOND / 100, address=step.format(n)) for n in range(250)]
    assert (came.count(Outcome.WRONG), came.count(Outcome.WAIT)) == (taken, 250 - taken)


@pytest.mark.parametrize(
    ("step", "taken"),
    [("198.51.100.1", 6), ("2001:db8:1:1::{:x}", 6), ("2001:db8:1:{:x}::1", 21), ("192.0.2.{}", 21)],
)
def test_nor_changing_the_contact_who_comes_from_one_net(own, now, step, taken) -> None:
    came = [
        tried(f"{1_000_000 + n}", now, contact=f"a{n}@example.org", address=step.format(n)) for n in range(60)
    ]
    assert came.count(Outcome.WRONG) == taken


@pytest.mark.parametrize("strangers", [1, 3, 4, 11, 19])
def test_the_owner_comes_in_after_a_short_wait_whatever_strangers_tried(own, now, strangers) -> None:
    at = guess(strangers, now)
    assert tried("4711052", at + dt.timedelta(minutes=5), address="203.0.113.9") == Outcome.RIGHT


def test_a_try_that_must_wait_is_no_try_and_makes_no_wait_longer(own, now) -> None:
    at = guess(4, now, spread=SECOND)
    assert {tried(f"{n}", at + SECOND, address=f"203.0.113.{n}") for n in range(99)} == {Outcome.WAIT}
    assert wrong() == 4
    assert tried("4711052", at + 15 * SECOND, address="203.0.113.200") == Outcome.RIGHT


@pytest.mark.database
def test_where_it_is_odd_the_contact_confirms(own, now) -> None:
    at = guess(20, now)
    Notice.objects.all().delete()
    assert (
        tried("1234567", at + SECOND, address="203.0.113.1") == Outcome.CONFIRM
    )  # answered as a right one is
    assert not Notice.objects.exists()
    assert tried("4711052", at + SECOND, address="203.0.113.2") == Outcome.CONFIRM
    sent = Notice.objects.get()
    assert (sent.address, sent.kind) == (MAIL, "confirm")
    once = "".join(sign for sign in sent.text.partition(".")[0] if sign.isdigit())
    assert tried("4711052", at + SECOND, once="000000" if once != "000000" else "1") == Outcome.CONFIRM
    assert tried("1234567", at + SECOND, once=once) == Outcome.CONFIRM
    assert tried("4711052", at + 2 * SECOND, once=once, address="203.0.113.2") == Outcome.RIGHT
    assert tried("4711052", at + dt.timedelta(minutes=45), once=once) == Outcome.CONFIRM  # it has run out


def test_whether_a_contact_is_registered_is_not_told(own, now) -> None:
    at = guess(25, now)  # in all, too
    answers = {
        tried("1234567", at + SECOND, contact=one, address="203.0.113.7") for one in (MAIL, "no@example.org")
    }
    assert answers == {Outcome.CONFIRM}
    assert tried("1234567", at + DAY + DAY, contact="no@example.org", address="203.0.113.7") == Outcome.WRONG


@pytest.mark.database
def test_one_time_codes_are_slowed_too(own, now) -> None:
    at = guess(20, now)
    came = [tried("4711052", at, once=f"{n:06d}", address=f"203.0.113.{n}") for n in range(30)]
    assert (came.count(Outcome.CONFIRM), came.count(Outcome.WAIT)) == (4, 26)


def test_the_page_says_how_long_and_keeps_what_was_typed(own, client) -> None:
    for number in range(4):
        client.post(FIND, {"code": f"{1_000_000 + number}", "contact": MAIL}, REMOTE_ADDR=f"192.0.2.{number}")
    answer = client.post(
        FIND, {"code": "471 10 52", "contact": "Gerd@Example.org"}, REMOTE_ADDR="203.0.113.9"
    )
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "Många koder har provats. Vänta 15 sekunder, och tryck sedan en gång till." in page
    assert "Ring oss annars på 08-465 004 00" in page
    assert ('value="471 10 52"' in page, 'value="Gerd@Example.org"' in page) == (True, True)
    Guess.objects.update(wait_until=timezone.now())
    assert client.post(FIND, {"code": "471 10 52", "contact": MAIL})["Location"] == own.path


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (1, "Vänta 5 sekunder"),
        (15, "Vänta 15 sekunder"),
        (31, "Vänta 35 sekunder"),
        (200, "Vänta till klockan 9.34"),
    ],
)
def test_how_a_wait_is_said(seconds, says) -> None:
    at = dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC)
    assert codes.wait_words(at + seconds * SECOND, at) == says


@pytest.mark.database
def test_texts_are_slowed_by_the_number_and_the_right_code_works(plan, join, now) -> None:
    own = join(plan(seats=9).quotas.first(), contact=NUMBER)
    answers = [texts.receive(f"AVBOKA {99_000 + n}", "+46701740605", now) for n in range(6)]
    assert ["Vänta" in str(answer) for answer in answers] == [False] * 4 + [True] * 2
    assert "Flera koder har varit fel. Vänta 15 sekunder" in str(answers[-1])
    texts.receive(f"AVBOKA {own.code}", "+46701740605", now + 16 * SECOND)
    own.refresh_from_db()
    assert own.state == Registration.CANCELLED


def test_the_odds_are_less_than_one_in_a_thousand_a_year() -> None:
    """docs/adr/0025: what counts is how many tries are not confirmed, and how many codes there are."""
    codes_there_are, open_each = (
        9_000_000,
        1.2,
    )  # registrations that stand for one contact, at the most asked for
    in_all = codes.ODD_IN_ALL * 365 * open_each / codes_there_are
    one_contact = codes.ODD_FOR_A_CONTACT * 365 / 30 * open_each / codes_there_are
    assert (in_all < 1 / 1000, one_contact < 1 / 1000) == (True, True)
