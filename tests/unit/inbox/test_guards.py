"""Machines are stopped without a question; people keep what they typed."""

import datetime as dt

import pytest
from django import forms
from django.test import RequestFactory

from utbud.base import networks
from utbud.base.dates import STOCKHOLM
from utbud.inbox import guards
from utbud.inbox.models import Attempt

pytestmark = pytest.mark.database

NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=STOCKHOLM)
BOT = "Vi kunde inte ta emot det du skrev. Skicka en gång till, eller ring oss."
FAST = "Det gick lite för fort för oss. Läs igenom det du skrev och skicka en gång till."
OLD = "Sidan har varit öppen länge. Läs igenom det du skrev och skicka en gång till."


class Form(guards.GuardedForm):
    text = forms.CharField()


def stamp(at: dt.datetime = NOW) -> str:
    return Form(now=at).fresh_stamp


def sent(after: float, given: str | None = None, **more: str) -> Form:
    """The form as it comes back ``after`` seconds."""
    data = {"text": "hej", "stamp": stamp() if given is None else given}
    return Form(data | more, now=NOW + dt.timedelta(seconds=after))


@pytest.mark.parametrize(
    ("after", "errors"),
    [(0, [FAST]), (1.9, [FAST]), (2, []), (600, []), (24 * 3600 - 1, []), (24 * 3600, [OLD]), (-5, [OLD])],
)
def test_how_long_the_page_was_open(after: float, errors: list[str]) -> None:
    form = sent(after)
    assert (form.is_valid(), list(form.non_field_errors())) == (not errors, errors)


@pytest.mark.parametrize("given", ["", "hej", stamp() + "x", "eyJhdCI6MX0:1:x"])
def test_a_stamp_that_is_not_ours(given: str) -> None:
    assert list(sent(10, given).non_field_errors()) == [OLD]


def test_only_machines_fill_in_the_hidden_field() -> None:
    assert list(sent(10, website="https://example.org").non_field_errors()) == [BOT]


def test_whoever_was_too_fast_or_too_slow_can_send_again() -> None:
    for after in (0, 24 * 3600):
        again = sent(after).fresh_stamp
        assert sent(after + 5, again).is_valid()


def test_a_page_sent_twice_is_one_submission_but_a_changed_text_is_another() -> None:
    given = stamp()
    first, again, changed, other = sent(5, given), sent(6, given), sent(7, given, text="hej igen"), sent(5)
    assert all(form.is_valid() for form in (first, again, changed, other))
    assert first.submission_key() == again.submission_key()
    assert len({form.submission_key() for form in (first, changed, other)}) == 3


def test_a_corrected_form_keeps_its_stamp() -> None:
    given = stamp()
    wrong = sent(5, given, text="")
    assert not wrong.is_valid()
    assert wrong.key == sent(5, given).key
    assert sent(9, wrong.fresh_stamp).key == wrong.key


@pytest.mark.django_db
def test_five_an_hour_from_one_address() -> None:
    let_in = [guards.within_limit(address="192.0.2.1", now=NOW) for _ in range(7)]
    assert let_in == [True] * 5 + [False] * 2
    assert guards.within_limit(address="192.0.2.2", now=NOW)
    assert guards.within_limit(address="192.0.2.1", now=NOW, purpose="kurser")
    assert guards.within_limit(address="192.0.2.1", now=NOW + dt.timedelta(hours=1))


@pytest.mark.django_db
def test_a_household_is_one_address_whatever_its_devices_are_called() -> None:
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(6)]
    assert [guards.within_limit(address=address, now=NOW) for address in addresses] == [True] * 5 + [False]
    assert guards.within_limit(address="2001:db8:1:3::1", now=NOW)


@pytest.mark.django_db
def test_the_address_is_never_kept_and_cannot_be_followed_from_day_to_day() -> None:
    for days in (0, 1):
        guards.within_limit(address="192.0.2.1", now=NOW + dt.timedelta(days=days))
    digests = list(Attempt.objects.values_list("digest", flat=True))
    assert (len(set(digests)), {len(digest) for digest in digests}) == (2, {64})
    assert "192" not in str(Attempt.objects.first())


@pytest.mark.parametrize(
    ("proxy", "forwarded", "address"),
    [
        (None, "", "192.0.2.1"),
        (None, "198.51.100.7", "192.0.2.1"),  # anyone can write a header
        (("HTTP_X_FORWARDED_PROTO", "https"), "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (("HTTP_X_FORWARDED_PROTO", "https"), "", "192.0.2.1"),
    ],
)
def test_whose_address_it_is(settings, proxy, forwarded: str, address: str) -> None:
    settings.SECURE_PROXY_SSL_HEADER = proxy
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded} if forwarded else {}
    )
    assert networks.client_address(request) == address


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        (
            "08-465 004 00",
            "Vi har fått flera meddelanden härifrån den senaste timmen. Ring oss på 08-465 004 00, så hjälper vi dig.",
        ),
        ("", "Vi har fått flera meddelanden härifrån den senaste timmen. Vänta en timme och skicka igen."),
    ],
)
def test_over_the_limit_is_said_kindly(phone: str, words: str) -> None:
    assert guards.over_limit_words(phone) == words
