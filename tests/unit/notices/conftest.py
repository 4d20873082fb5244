"""Notices in the tests: a text channel, people to reach, and a clock that stands still."""

import datetime as dt

import pytest
from django.conf import settings

from tests.unit.channels.fakes.elks import Elks
from tests.unit.channels.fakes.mail import Mail
from utbud.channels.models import ChannelSetup
from utbud.inbox.contact import Contact, ContactKind
from utbud.notices import actions

MOBILE = Contact(ContactKind.PHONE, "+46701740605")
LANDLINE = Contact(ContactKind.PHONE, "+46846500400")
EMAIL = Contact(ContactKind.EMAIL, "anna@example.org")
HOME = Contact(ContactKind.POST, "Provgatan 1, 871 31 Provstad")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def elks(monkeypatch):
    """46elks on loopback."""
    fake = Elks(monkeypatch)
    yield fake
    fake.close()


@pytest.fixture
def mail(monkeypatch):
    """A mail server on loopback."""
    fake = Mail(monkeypatch)
    monkeypatch.setattr(
        settings, "EMAIL_TIMEOUT", 10
    )  # nothing here waits for it, and the machine may be busy
    yield fake
    fake.close()


@pytest.fixture
def texting(elks, db):
    """A text channel that is on and works."""
    return ChannelSetup.objects.create(
        kind="sms",
        name="Sms",
        on=True,
        config=elks.config | {"password": "env:ELKS_PASSWORD", "username": "env:ELKS_USER"},
    )


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("ELKS_USER", "u1234")
    monkeypatch.setenv("ELKS_PASSWORD", "right")


@pytest.fixture
def tell(db, now):
    """Tell somebody something: ``tell(MOBILE)``, and what is special about it."""

    def tell(contact=MOBILE, **fields):
        given = {
            "about": "registration:12", "kind": "receipt", "version": "1", "name": "Anna Prov",
            "subject": "Du har en plats", "text": "Du har en plats på kursen.", "now": now, "url": "/admin/kurser/12/",
        }  # fmt: skip
        return actions.tell(contact=contact, **given | fields)

    return tell


def send(at):
    """Send all that is due when the clock stands at ``at``."""
    return actions.send_due(at, clock=lambda: at)


def raising(error):
    """A way to send that always ends so."""

    def send(*_arguments, **_named):
        raise error

    return send
