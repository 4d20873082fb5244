"""Logged out while writing: what was typed goes through when the same person has logged in again, and only then."""

import html
import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from utbud.people import again, logins
from utbud.people.models import LoginTry
from utbud.places.models import Place

pytestmark = pytest.mark.django_db
RIGHT = "demo-demo-demo"
LOGIN = reverse("wagtailadmin_login")


def log_in(client, name):
    page = client.get(LOGIN)
    return client.post(LOGIN, {"username": name, "password": RIGHT, "csrfmiddlewaretoken": token(page)})


def token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode()).group(1)


def hidden(page):
    """What the page would send along."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode())
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
def browser(site):
    """The administrator's, with a form in front: all that CSRF asks for is asked for."""
    client = Client(enforce_csrf_checks=True)
    assert log_in(client, "admin").status_code == 302
    return client


@pytest.fixture
def url(site):
    return reverse("channels_add", args=["webhook"])


def typed(browser, url, **more):
    page = browser.get(url)
    return {
        "csrfmiddlewaretoken": token(page),
        "name": "Vår webb «ny»",
        "url": "https://example.org/x",
    } | more


def answered(browser, url, fields):
    """Send the page that asks, as a browser does: it has no files."""
    return browser.post(url, urlencode(fields), again.ANSWER, follow=True)


def log_out(browser):
    browser.cookies.pop("sessionid", None)


def test_what_was_typed_waits_for_the_password_and_goes_on(browser, url):
    sent = typed(browser, url, secret="hemligt-ord", username="hemligt-ord")
    log_out(browser)
    asked = browser.post(url, sent)
    assert asked.status_code == 401
    assert "no-store" in asked["Cache-Control"]
    assert hidden(asked)["name"] == "Vår webb «ny»"
    assert "hemligt-ord" not in asked.content.decode()  # neither passwords nor keys are written back
    wrong = answered(browser, url, hidden(asked) | {again.NAME: "admin", again.PASSWORD: "fel"})
    assert wrong.status_code == 401
    assert hidden(wrong)["name"] == "Vår webb «ny»"
    assert LoginTry.objects.filter(outcome=LoginTry.WRONG).count() == 1  # at the same pace as any login
    answer = answered(browser, url, hidden(wrong) | {again.NAME: "admin", again.PASSWORD: RIGHT})
    assert answer.status_code == 200
    assert "Vår webb «ny»" in answer.content.decode()
    assert answer.wsgi_request.user.username == "admin"


@pytest.mark.parametrize(
    ("who", "status", "kept"),
    [("admin", 401, True), ("redaktor", 401, False)],
)
def test_logged_in_again_in_another_tab(browser, url, who, status, kept):
    sent = typed(browser, url)
    log_out(browser)
    log_in(browser, who)
    answer = browser.post(url, sent, headers={"Origin": "http://testserver"})
    assert answer.status_code == status
    assert ("Vår webb" in answer.content.decode()) is kept
    if kept:
        assert browser.post(url, hidden(answer)).status_code == 302


def test_only_who_wrote_it_gets_it_back(browser, url):
    sent = typed(browser, url)
    log_out(browser)
    asked = browser.post(url, sent)
    other = answered(browser, url, hidden(asked) | {again.NAME: "redaktor", again.PASSWORD: RIGHT})
    assert "Det här skrev någon annan." in other.content.decode()
    assert "_auth_user_id" not in browser.session
    assert not LoginTry.objects.filter(user__username="redaktor", outcome=LoginTry.IN).exists()
    log_in(browser, "redaktor")  # and out: what they were given since is not what was typed before
    log_out(browser)
    late = browser.post(url, sent, headers={"Origin": "http://testserver"})
    mine = answered(browser, url, hidden(late) | {again.NAME: "redaktor", again.PASSWORD: RIGHT})
    assert "Det här skrev någon annan." in mine.content.decode()


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}, {}]
)
def test_what_another_site_sends_is_not_put_before_anybody(browser, url, headers):
    sent = typed(browser, url)
    sent["csrfmiddlewaretoken"] = "x" * 64
    for _either in range(2):
        answer = browser.post(url, sent, headers=headers)
        assert answer.status_code == 403
        assert "Vår webb" not in answer.content.decode()
        log_out(browser)


def test_a_script_is_told_that_nobody_is_logged_in(browser, url):
    sent = typed(browser, url)
    log_out(browser)
    answer = browser.post(url, sent, headers={"Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 401
    # as Wagtail's autosave reads it: it shows the words of those codes alone
    assert answer.json()["error_code"] in {"locked", "invalid_revision", "validation_error"}
    assert answer.json()["error_message"] == answer.json()["says"] == "Du är utloggad. Logga in igen."


def test_a_page_in_wagtails_editor_is_kept_too(site):
    browser = Client()
    log_in(browser, "admin")
    place = Place.objects.create(name="Filial", slug="filial", kind=Place.Kind.BRANCH)
    edit = reverse("wagtailsnippets_places_place:edit", args=[place.pk])
    log_out(browser)
    answer = browser.post(edit, {"name": "Filialen", "street": "Storgatan 1", "form-TOTAL_FORMS": "0"})
    assert hidden(answer)["street"] == "Storgatan 1"


def test_who_never_logged_in_is_sent_to_log_in(site, url):
    assert Client().post(url, {"name": "x"}).status_code == 302


def test_a_device_from_before_forms_were_known_is_read(rf, site):
    from django.core import signing

    request = rf.get("/admin/")
    request.COOKIES[logins.COOKIE] = signing.dumps({"key": "x", "users": [1]}, salt=logins.SALT)
    assert logins.device_of(request).forms == {}


@pytest.mark.parametrize(("most", "asks"), [(again.MOST_BYTES, True), (10, False)])
def test_a_film_from_somebody_who_is_not_let_in_is_not_read_through(browser, url, monkeypatch, most, asks):
    monkeypatch.setattr(again, "MOST_BYTES", most)
    sent = typed(browser, url)
    log_out(browser)
    assert (browser.post(url, sent).status_code == 401) is asks
