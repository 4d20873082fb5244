"""Logging in: slowed by where the tries come from, never locked, and written down without what was typed."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from utbud.base import hashers
from utbud.base.letters import NotNow
from utbud.people import lanes, logins
from utbud.people.letters import send_reset_letter
from utbud.people.models import LoginTry, User

RIGHT, WRONG = "demo-demo-demo", "fel"
HOME, THERE = "192.0.2.7", "198.51.100.9"


def attempt(password=WRONG, *, name="redaktor", address=HOME, client=None):
    """The status of one try: 302 in, 200 wrong, 429 too soon."""
    browser = client or Client()
    return browser.post(
        reverse("wagtailadmin_login"), {"username": name, "password": password}, REMOTE_ADDR=address
    )


def wrong(count, *, name="redaktor", address=HOME, client=None):
    return [attempt(name=name, address=address, client=client).status_code for _try in range(count)]


@pytest.fixture
def known(site):
    """A browser in which the editor has logged in from THERE."""
    client = Client()
    assert attempt(RIGHT, address=THERE, client=client).status_code == 302
    del client.cookies["sessionid"]
    return client


@pytest.mark.parametrize("name", ["redaktor", "finns-inte"])
def test_five_wrong_then_a_wait_the_same_whether_the_account_exists(site, name) -> None:
    assert wrong(7, name=name) == [200] * 5 + [429] * 2
    answer = attempt(RIGHT, name=name)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert "Det har blivit fel flera gånger. Vänta 1 minut och försök igen." in answer.content.decode()
    assert f'value="{name}"' in answer.content.decode()  # what was typed is kept
    assert LoginTry.objects.count() == 5
    assert sum(LoginTry.objects.values_list("slowed", flat=True)) == 3


def test_after_the_stated_wait_the_right_password_gets_in(site) -> None:
    wrong(5)
    LoginTry.objects.update(at=timezone.now() - dt.timedelta(seconds=61))
    assert attempt(RIGHT).status_code == 302


@pytest.mark.parametrize(("wrongs", "minutes"), [(5, 1), (6, 2), (7, 4), (9, 15), (12, 15)])
def test_the_wait_doubles_and_ends(site, wrongs, minutes) -> None:
    now = timezone.now()
    who = logins.caller(_request(), "redaktor", now)
    for _try in range(wrongs):
        logins._note(who, LoginTry.WRONG, now)
    with pytest.raises(logins.TooSoon) as wait:
        logins.begin(who=who, now=now)
    assert wait.value.wait == dt.timedelta(minutes=minutes)
    logins.begin(who=who, now=now + dt.timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("tries", "wrongs"),
    [
        ([("redaktor", f"2001:db8:1:2::{n:x}") for n in range(1, 8)], 5),  # one household
        ([(f"namn{n}", HOME) for n in range(22)], 20),  # many names from one address
        ([(f"namn{n}", f"192.0.2.{n}") for n in range(1, 64)], 60),  # an IPv4 net
        ([(f"namn{n}", f"2001:db8:1:{n:x}::1") for n in range(1, 64)], 60),  # a /48
        ([("redaktor", f"10.{n}.0.1") for n in range(52)] + [("redaktor", "10.200.0.1")] * 2, 53),  # from everywhere
    ],
)  # fmt: skip
def test_what_is_counted_together(site, tries, wrongs) -> None:
    found = [attempt(name=name, address=address).status_code for name, address in tries]
    assert (found.count(200), found.count(429)) == (wrongs, len(tries) - wrongs)


def test_a_stranger_cannot_stop_the_owner(known, site) -> None:
    wrong(8, address=THERE)  # even from the owner's own address
    for n in range(60):
        attempt(address=f"10.{n}.0.1")
    assert attempt(RIGHT, address=HOME, client=known).status_code == 302  # the device is known, anywhere
    assert (
        attempt(RIGHT, address="203.0.113.5").status_code == 302
    )  # a new place: the first try is always taken


def test_an_address_that_has_been_let_in_is_not_counted_with_its_net(known, site) -> None:
    now = timezone.now()
    for n in range(20, 90):
        attempt(name=f"namn{n}", address=f"198.51.100.{n}")
    assert attempt(RIGHT, address="198.51.100.200").status_code == 429
    assert attempt(RIGHT, address=THERE).status_code == 302
    assert logins.caller(_request(THERE), "redaktor", now).known


def test_a_known_device_waits_for_its_own_wrong_tries_and_is_no_key_to_others(known, site) -> None:
    assert wrong(6, client=known, address=THERE) == [200] * 5 + [429]
    assert wrong(6, client=known, address=HOME, name="kollega") == [200] * 5 + [429]


def test_a_letter_makes_the_device_known(site) -> None:
    client = Client()
    client.post(reverse("wagtailadmin_password_reset"), {"email": "redaktor@example.org"}, REMOTE_ADDR=HOME)
    (link,) = [word for word in mail.outbox[0].body.split() if "/confirm/" in word]
    assert link.startswith("http://localhost:8000/admin/")
    page = client.get(link.removeprefix("http://localhost:8000"), follow=True)
    new = "pärlugn gnider stolpe"
    client.post(page.redirect_chain[-1][0], {"new_password1": new, "new_password2": new})
    wrong(8)
    assert attempt(new, client=client).status_code == 302


@pytest.mark.parametrize("email", ["redaktor@example.org", "ingen@example.org"])
def test_letters_have_a_ceiling_that_is_the_same_for_all(site, email) -> None:
    found = [
        Client()
        .post(reverse("wagtailadmin_password_reset"), {"email": email}, REMOTE_ADDR=f"10.{n}.0.1")
        .status_code
        for n in range(5)
    ]
    assert found == [302] * 3 + [429] * 2
    assert len(mail.outbox) == (3 if email.startswith("redaktor") else 0)


def test_a_letter_that_the_mail_server_did_not_take_is_a_job_that_failed(site, settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    with pytest.raises(NotNow):
        send_reset_letter.func(site.editor.pk)


@pytest.mark.parametrize(("what", "most"), [("network", 10), ("wide", 30), ("all", 60)])
def test_letters_from_one_place_and_in_all(site, what, most) -> None:
    places = {"network": lambda n: HOME, "wide": lambda n: f"192.0.2.{n}", "all": lambda n: f"10.{n}.0.1"}
    now = timezone.now()
    for n in range(most):
        logins.ask_for_letter(who=logins.caller(_request(places[what](n)), f"n{n}@example.org", now), now=now)
    with pytest.raises(logins.TooSoon):
        logins.ask_for_letter(who=logins.caller(_request(places[what](most)), "x@example.org", now), now=now)
    logins.ask_for_letter(
        who=logins.caller(_request(places[what](most)), "x@example.org", now),
        now=now + dt.timedelta(minutes=61),
    )


def test_nothing_that_was_typed_is_written_down(site, caplog) -> None:
    caplog.set_level("INFO")
    attempt("mitt-hemliga-ord", name="mitt-hemliga-ord")
    attempt("mitt-hemliga-ord")
    assert "hemliga" not in str(list(LoginTry.objects.values())) + caplog.text
    assert list(LoginTry.objects.values_list("user__username", "outcome", "address")) == [
        ("redaktor", "wrong", HOME),
        (None, "wrong", HOME),
    ]


@pytest.mark.database
def test_addresses_go_first_then_the_tries(site) -> None:
    attempt()
    now = LoginTry.objects.get().at
    assert logins.purge(now + dt.timedelta(days=7)) == 0
    assert logins.purge(now + dt.timedelta(days=7, seconds=1)) == 1
    assert LoginTry.objects.get().address == ""
    assert logins.purge(now + dt.timedelta(days=90, seconds=1)) == 1


@pytest.mark.parametrize(("role", "status"), [("redaktor", 302), ("utgivare", 302), ("admin", 200)])
def test_who_sees_the_tries(site, client, role, status) -> None:
    attempt()
    client.force_login(User.objects.get(username=role))
    page = client.get(reverse("people_login_tries"))
    assert page.status_code == status
    if status == 200:
        assert HOME in page.content.decode()
        assert "fel lösenord" in page.content.decode()


@pytest.mark.parametrize(("count", "said"), [(49, False), (50, True)])
def test_many_wrong_ones_are_said_on_today(site, client, count, said) -> None:
    now = timezone.now()
    who = logins.caller(_request(), "redaktor", now)
    for _try in range(count):
        logins._note(who, LoginTry.WRONG, now)
    client.force_login(site.admin)
    assert ("50 fel lösenord" in client.get(reverse("wagtailadmin_home")).content.decode()) is said
    client.force_login(site.editor)
    assert "fel lösenord" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_full_lane_asks_to_come_back_and_does_not_stop_those_we_know(known, site, monkeypatch) -> None:
    monkeypatch.setattr(lanes, "PATIENCE", 0)
    with lanes.lane(known=False):
        busy = attempt(RIGHT, address=HOME)
        assert busy.status_code == 429
        assert "Flera loggar in just nu." in busy.content.decode()
        assert attempt(RIGHT, client=known).status_code == 302
    assert attempt(RIGHT, address=HOME).status_code == 302


def test_a_lane_is_one_for_all_processes(monkeypatch) -> None:
    monkeypatch.setattr(lanes, "PATIENCE", 0)
    monkeypatch.setitem(lanes._inside, False, threading.BoundedSemaphore(2))  # as in another process
    with lanes.lane(known=False), pytest.raises(lanes.Busy), lanes.lane(known=False):
        pass
    with lanes.lane(known=False):
        pass


def test_a_hash_is_made_in_a_thread_that_gives_way(settings) -> None:
    settings.PASSWORD_HASHERS = ["utbud.base.hashers.QuietHasher"]
    hasher = hashers.QuietHasher()
    made = hasher.encode("ord", "salt", 1)
    assert made.startswith("pbkdf2_sha256$1$salt$")
    assert hasher.verify("ord", made)
    names = {thread.name.rpartition("_")[0] for thread in threading.enumerate()}
    assert "lösenord" in names


def _request(address=HOME):
    from django.test import RequestFactory

    return RequestFactory().post("/admin/login/", REMOTE_ADDR=address)
