"""A mail server that takes 20 seconds an answer, and an upload of minutes: publishing and an offer by text wait for neither."""

import asyncio
import datetime as dt
import logging
import time

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from tests.processes.conftest import free_port
from tests.processes.test_channels import announce
from tests.processes.test_notices import NUMBER, service  # noqa: F401 - 46elks, as a fixture
from tests.waiting import PATIENCE, until
from utbud import cli
from utbud.channels.channel import Channel, Receipt, adapters
from utbud.channels.models import ChannelSetup, Delivery
from utbud.inbox.contact import Contact, ContactKind
from utbud.notices import actions as notices
from utbud.notices.models import Notice
from utbud.publishing.models import ApprovalLink

SOON = 20  # seconds, on a machine with much else to do; one letter alone takes longer to be answered


class Slow:
    """A mail server that thinks for long before it says yes."""

    def __init__(self) -> None:
        self.begun = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        self.begun += 1
        await asyncio.sleep(2 * SOON)
        return "250 OK"


@pytest.fixture
def slow_mail(settings):
    """It runs, and is where letters go."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    slow = Slow()
    controller = Controller(slow, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 3 * SOON
    yield slow
    controller.stop()


@pytest.fixture
def upload(house, monkeypatch):
    """A channel that takes minutes, as a film to YouTube does."""

    class Upload(Channel):
        slug, label, lease = "upload", "Långsam", dt.timedelta(minutes=10)

        def send(self, post, text, *, key, to=""):
            time.sleep(3 * SOON)
            return Receipt(key)

    monkeypatch.setitem(adapters(), "upload", Upload)
    return ChannelSetup.objects.create(kind="upload", name="Långsam", on=True)


def test_what_is_on_time_waits_for_nothing_slow(
    house,
    slow_mail,
    upload,
    service,  # noqa: F811
    mondays,
    no_files,
    record_testsuite_property,
):
    for number in range(3):
        house.ask(house.word(f"Frågat {number}"))
    contact = Contact(ContactKind.EMAIL, "anna@example.org")
    notices.tell(
        about="a", kind="offer", version="", contact=contact, subject="Plats", text="Hej.", now=timezone.now()
    )
    announce(1)  # on the channel that uploads
    send, schedule = house.fork(cli.send), house.fork(cli.schedule)
    # Everything slow is in the middle of it ...
    until(lambda: slow_mail.begun >= 2 and Delivery.objects.filter(state=Delivery.SENDING).exists())

    # ... when the week begins, and somebody is offered a seat.
    began = time.monotonic()
    word = house.approved("Måndagens ord", mondays[0])
    number = Contact(ContactKind.PHONE, NUMBER.format(5))
    notices.tell(
        about="b",
        kind="offer",
        version="",
        contact=number,
        subject="Plats",
        text="Plats.",
        now=timezone.now(),
    )

    def out() -> bool:
        word.refresh_from_db()
        return word.live and Notice.objects.filter(way="sms", state=Notice.SENT).exists()

    until(out)
    assert time.monotonic() - began < SOON
    record_testsuite_property("seconds until published and told", round(time.monotonic() - began, 2))
    uploads = Delivery.objects.filter(dispatch__channel=upload).order_by("pk")
    assert [one.state for one in uploads] == ["sending", "waiting"]  # the word waits for the one before it
    assert not ApprovalLink.objects.exclude(sent_at=None).exists()

    # Told to stop, it does so at once; what is in hand stays claimed, and is settled by that.
    began = time.monotonic()
    for process in (send, schedule):
        process.terminate()
    send.join(PATIENCE)
    schedule.join(PATIENCE)
    assert (send.exitcode, schedule.exitcode) == (0, 0)
    assert time.monotonic() - began < 10
    assert [bool(one.claimed_at) for one in uploads.all()] == [True, False]
