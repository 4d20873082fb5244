"""The web, killed in the middle of an approval: it is decided or it is not, and whoever was told so was told the truth."""

import contextlib
import functools
import secrets
import threading
import time
from importlib import import_module

import pytest
import requests
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from wagtail.models import PageLogEntry

from tests.processes.conftest import family, kill
from tests.waiting import until
from utbud import cli
from utbud.publishing import actions, files
from utbud.publishing.models import ApprovalRequest

CSRF = "a" * 32


class Answer(threading.Thread):
    """A publisher who presses the button. ``said`` is the page that came back, "" if none did."""

    def __init__(self, url, cookies):
        super().__init__()
        self.url, self.cookies, self.said = url, cookies, ""
        self.start()

    def run(self):
        with requests.Session() as browser:
            browser.cookies.update({"csrftoken": CSRF} | self.cookies)
            data = {"decision": "approved", "comment": "", "csrfmiddlewaretoken": CSRF}
            with contextlib.suppress(requests.ConnectionError):
                self.said = browser.post(self.url, data, timeout=60).text


@pytest.fixture
def link(house):
    """The address in a letter about a request."""

    def link(request):
        token = secrets.token_urlsafe(32)
        now = timezone.now()
        request.links.update(token_hash=actions.token_hash(token), claimed_at=now, sent_at=now)
        return f"{house.address}/godkann/{token}/"

    return link


def undecided(request):
    """Nothing of the approval is there: the link works, nobody is named, no reader sees the page."""
    return (
        request.decision == "" and request.voided_at is None and request.published_at is None
        and not request.page.live and not request.links.exclude(used_at=None).exists()
        and not PageLogEntry.objects.filter(page=request.page, action__in=["utbud.approve", "utbud.publish"]).exists()
    )  # fmt: skip


@pytest.mark.parametrize("ready", [True, False], ids=["files are there", "files are made first"])
def test_killed_in_the_middle_of_an_approval(house, link, ready, dice, record_testsuite_property):
    """By the link in a letter and by a login in turn; killed from at once to when it would be done."""
    longest, count = (0.15, 4) if ready else (1.5, 3)
    told, half = 0, 0
    for number in range(count):
        word = house.word(f"Ord {number}")
        request = house.ask(word)
        if ready:
            house.do(functools.partial(files.make, word))
        web = house.web()
        url, cookies = (link(request), {}) if number % 2 else by_login(house, request)
        answer = Answer(url, cookies)
        time.sleep(longest * number / count + dice.uniform(0, longest / count))
        for pid in (*family(web.pid), web.pid):
            kill(pid)
        web.join()
        answer.join()
        request = ApprovalRequest.objects.get(pk=request.pk)
        decided = request.decision == "approved"
        assert decided or undecided(request)
        if "godkänd" in answer.said:
            told += 1
            assert decided
            assert request.page.live == ("godkänd och publicerad" in answer.said)
        half += decided and not request.page.live
        if not decided:  # the same link, the same button, once more
            web = house.web()
            again = Answer(url, cookies)
            again.join()
            assert "godkänd och publicerad" in again.said
            web.terminate()
            web.join()
    publish_and_look(house, count)
    record_testsuite_property(
        "killed", f"{count} times: {told} had been told, {half} decided but not yet out"
    )


def by_login(house, request):
    """The address of the decision in the staff side, and the cookies of the publisher who is logged in there."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(house.site.chief.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = house.site.chief.get_session_auth_hash()
    session.save()
    return f"{house.address}/admin/godkanna/{request.pk}/", {"sessionid": session.session_key}


def publish_and_look(house, count):
    """The schedule does what is left; then every word is out, decided once and published once."""
    schedule = house.fork(cli.schedule)
    until(lambda: not ApprovalRequest.objects.ready().exists())
    schedule.terminate()
    schedule.join()
    assert ApprovalRequest.objects.exclude(published_at=None).filter(page__live=True).count() == count
    for action in ("utbud.approve", "utbud.publish"):
        pages = PageLogEntry.objects.filter(action=action).values_list("page_id", flat=True)
        assert len(pages) == len(set(pages)) == count
