"""Every letter of the house: tried again where nothing was given, and put before a person where it may have come."""

import datetime as dt
import re

import pytest

from tests.unit.channels.fakes.mail import Mail
from utbud.channels.models import ChannelSetup, Subscriber
from utbud.channels.subscribers import actions as subscribers
from utbud.guides.actions import partners
from utbud.guides.models import GuidePage, GuidePartner, PartnerReview
from utbud.inbox import actions as inbox
from utbud.inbox.contact import Contact, ContactKind
from utbud.inbox.models import Message
from utbud.notices import actions as notices
from utbud.people.models import Organisation
from utbud.places.models import LibrarySettings
from utbud.publishing import actions as publishing
from utbud.publishing.models import ApprovalLink

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def server(monkeypatch):
    """A mail server on loopback."""
    fake = Mail(monkeypatch)
    yield fake
    fake.close()


@pytest.fixture
def waits(request, now, write, site, no_files):
    """A letter of a kind that waits, and what sends it: ``waits(at)``."""
    kind = request.param
    if kind == "approval":
        publishing.request_approval(page=write(), message="", by=site.editor, now=now)
        return publishing.send_due_letters
    if kind == "partner":
        asked = Organisation.objects.create(name="Solrosen", contact="sol@example.org")
        guide = GuidePage(title="Guide", slug="guide", one_sentence="Så gör du.")
        guide.partners = [GuidePartner(organisation=asked)]
        site.start.add_child(instance=guide)
        guide.save_revision(user=site.editor)
        partners.ask(guide=guide, organisation=asked, letter=True, by=site.editor, now=now)
        return partners.send_due_letters
    if kind == "inbox":
        LibrarySettings.objects.create(email="bibliotek@example.org")
        inbox.receive(
            kind=Message.Kind.QUESTION, name="Anna", contact="anna@example.org", text="Hej", came_by="web",
            now=now, submission_key="a",
        )  # fmt: skip
        return inbox.send_notices
    if kind == "subscriber":
        setup = ChannelSetup.objects.create(kind="newsletter", name="Brev", on=True)
        subscribers.ask(channel=setup, address="anna@example.org", now=now)
        return subscribers.send_due_letters
    notices.tell(
        about="a:1", kind="receipt", version="", contact=Contact(ContactKind.EMAIL, "anna@example.org"),
        subject="Plats", text="Du har en plats.", now=now,
    )  # fmt: skip
    return lambda at: notices.send_due(at, clock=lambda: at)


KINDS = ["approval", "partner", "inbox", "subscriber", "notice"]


def try_for_a_day(send, now: dt.datetime) -> int:
    return sum(send(now + dt.timedelta(minutes=minutes)) for minutes in range(0, 240, 10))


@pytest.mark.parametrize("waits", KINDS, indirect=True)
@pytest.mark.parametrize("wrong", [{"down": 1}, {"hang_up": True}])
def test_what_was_never_given_is_tried_again(server, waits, now, wrong) -> None:
    for name, value in wrong.items():
        setattr(server, name, value)
    assert (waits(now), server.letters) == (0, [])
    server.hang_up = False
    assert (try_for_a_day(waits, now), len(server.letters)) == (1, 1)


@pytest.mark.parametrize("waits", KINDS, indirect=True)
@pytest.mark.parametrize("wrong", [{"lose": 1}, {"mumble": b""}])
def test_what_may_have_come_is_never_sent_again_by_itself(server, waits, now, wrong) -> None:
    for name, value in wrong.items():
        setattr(server, name, value)
    waits(now)
    assert len(server.letters) == 1
    assert (try_for_a_day(waits, now), len(server.letters)) == (0, 1)


@pytest.mark.parametrize(
    ("waits", "model"), [("approval", ApprovalLink), ("partner", PartnerReview)], indirect=["waits"]
)
def test_the_link_in_it_works_and_is_kept(server, waits, now, model) -> None:
    """The old way gave the second letter a new link, and the first one, which had come, none."""
    server.lose = 1
    waits(now)
    row = model.objects.get()
    assert (row.sent_at, bool(row.claimed_at), row.error.startswith("E-postservern tystnade")) == (
        None,
        True,
        True,
    )
    used = row.letter_hash if model is PartnerReview else row.token_hash
    [letter] = server.letters
    in_it = re.findall(r"[\w-]{40,}", letter.get_content())
    assert used in [publishing.token_hash(secret) for secret in in_it]


def test_whoever_asked_can_ask_again(server, now) -> None:
    setup = ChannelSetup.objects.create(kind="newsletter", name="Brev", on=True)
    subscribers.ask(channel=setup, address="anna@example.org", now=now)
    server.lose = 1
    subscribers.send_due_letters(now)
    assert Subscriber.objects.get().letter_sent_at == now
    later = now + subscribers.AGAIN_AFTER
    subscribers.ask(channel=setup, address="anna@example.org", now=later)
    assert (subscribers.send_due_letters(later), len(server.letters)) == (1, 2)
