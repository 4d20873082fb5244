"""Letters while what sends is killed: each goes at most once, and what is uncertain is put before a person."""

import logging
import time
from collections import Counter
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tests.processes.conftest import free_port
from tests.waiting import until
from utbud import cli
from utbud.people.models import ResponsiblePublisher
from utbud.publishing import actions, queries
from utbud.publishing.models import ApprovalLink


class Postbox:
    """A mail server that takes its time, and keeps what it has said yes to."""

    def __init__(self, slow):
        self.letters, self.slow, self.under_way = [], slow, 0

    async def handle_DATA(self, server, session, envelope):
        import asyncio

        self.under_way += 1
        try:
            await asyncio.sleep(self.slow)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
            await asyncio.sleep(self.slow)  # taken, but the sender has not been told
        finally:
            self.under_way -= 1
        return "250 OK"


@pytest.fixture
def postbox(settings):
    """A running mail server that our letters go to."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    box = Postbox(0.01)
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield box
    controller.stop()


def token(letter):
    return letter.get_content().split("/godkann/")[1].split("/")[0]


def test_killed_while_sending(house, postbox, dice, record_testsuite_property):
    for number in range(3):
        ResponsiblePublisher.objects.create(name=f"Utgivare {number}", email=f"utgivare{number}@example.org")
    for number in range(4):
        house.ask(house.word(f"Ord {number}"))
    links = ApprovalLink.objects.filter(sent_at=None)
    total, kills = ApprovalLink.objects.count(), 0
    assert total == 16
    while links.filter(claimed_at=None).exists():
        postbox.slow = 0.01 if kills else 5  # the first letter is never answered
        before, come = links.filter(claimed_at=None).count(), len(postbox.letters)
        process = house.fork(cli.send)
        until(lambda before=before: links.filter(claimed_at=None).count() < before)
        if kills % 2:  # on a slow machine the time below is never enough for a letter
            until(lambda come=come: len(postbox.letters) > come)
        time.sleep(dice.uniform(0, 0.1))
        process.kill()
        process.join()
        kills += 1
    until(lambda: not postbox.under_way)  # what was on its way lands or does not

    seen = Counter(token(letter) for letter in postbox.letters)
    hashes = {actions.token_hash(each) for each in seen}
    assert set(seen.values()) == {1}  # nobody got the same letter twice
    assert Counter((letter["To"], letter["Subject"]) for letter in postbox.letters).most_common(1)[0][1] == 1
    sent = set(ApprovalLink.objects.exclude(sent_at=None).values_list("token_hash", flat=True))
    assert sent <= hashes  # what is marked as sent has come
    later = timezone.now() + queries.LETTER_STUCK_AFTER * 1.1
    stuck = queries.stuck_letters(later)
    assert len(stuck) == total - len(sent)  # and everything else is put before a person
    assert stuck
    record_testsuite_property(
        "letters",
        f"{kills} kills, {len(sent)} marked, {len(stuck)} stuck, {len(hashes - sent)} of them had come",
    )

    # A person lets them go again: now every letter has come, and the last link in each works.
    for link in stuck:
        actions.send_letter_again(link=link, by=house.site.editor, now=timezone.now())
    process = house.fork(cli.send)
    until(lambda: not links.exists())
    process.terminate()
    process.join()
    hashes = {actions.token_hash(token(letter)) for letter in postbox.letters}
    assert hashes >= set(ApprovalLink.objects.values_list("token_hash", flat=True))


def test_two_at_once_send_each_letter_once(house, postbox):
    for number in range(8):
        house.ask(house.word(f"Ord {number}"))
    both = [house.fork(cli.send), house.fork(cli.send)]
    until(lambda: not ApprovalLink.objects.filter(sent_at=None).exists())
    for process in both:
        process.terminate()
        process.join()
    assert sorted(letter["Subject"] for letter in postbox.letters) == [
        f"Att godkänna: Ord {n}" for n in range(8)
    ]
