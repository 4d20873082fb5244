"""The code of a registration, tried by whoever has it and by whoever has not.

Wrong tries are slowed, never locked: each door has a wait of its own (the contact, the code, the address and the net around it). Where
too many have been wrong, a right code must be confirmed by the contact itself. How the limits were chosen: docs/adr/0025.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from utbud.base import guesses
from utbud.base.guesses import Subject
from utbud.base.networks import network, wide
from utbud.courses import words
from utbud.courses.actions import telling
from utbud.courses.models import Registration
from utbud.courses.queries import public as queries
from utbud.inbox.contact import Contact
from utbud.notices.models import BY_ITSELF

MONTH = dt.timedelta(days=30)
ODD_FOR_A_CONTACT = 20  # wrong tries in a month
ODD_IN_ALL = 20  # wrong tries in a day, at contacts that have something to guess
ONCE_LIVES = dt.timedelta(minutes=15)


ALL = Subject("codes", "", free=1_000_000, odd=ODD_IN_ALL)


class Outcome(Enum):
    """What came of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"
    CONFIRM = "confirm"  # if the code is right, the contact has been sent one that works once


@dataclass(frozen=True)
class Try:
    """What came of it, the registration when it was right, and until when one must wait."""

    outcome: Outcome
    registration: Registration | None = None
    wait_until: dt.datetime | None = None


def find(*, code: str, contact: Contact, address: str, now: dt.datetime, once: str = "") -> Try:
    """Try ``code`` for ``contact`` from an ``address``; ``once`` is what the contact was sent, where that is asked for.

    A wrong code and a wrong contact are answered alike, also in how long they take and what they ask for.
    """
    found = queries.by_code(code, contact.value)
    from_where = [
        Subject("code network", network(address), free=5),
        Subject("code net", wide(address), free=20),
    ]
    if once:
        return _confirmed(found, once, [*from_where, Subject("once", contact.value, longest=ONCE_LIVES)], now)
    subjects = [
        *from_where,
        Subject("code contact", contact.value, odd=ODD_FOR_A_CONTACT, window=MONTH),
        Subject("code", code, free=5, odd=ODD_FOR_A_CONTACT, window=MONTH),
    ]
    if Registration.objects.filter(contact=contact.value).exclude(code="").exists():
        subjects.append(ALL)  # elsewhere there is nothing to guess; who is registered is not told by it
    stood = guesses.begin(subjects=subjects, now=now, watched=[ALL])
    if stood.wait_until:
        return Try(Outcome.WAIT, wait_until=stood.wait_until)
    if stood.odd:
        if found is not None:
            _send_once(found, now)
        return Try(Outcome.CONFIRM)
    if found is None:
        return Try(Outcome.WRONG)
    guesses.right(subjects=subjects)
    return Try(Outcome.RIGHT, found)


def _confirmed(found: Registration | None, once: str, subjects: list[Subject], now: dt.datetime) -> Try:
    stood = guesses.begin(subjects=subjects, now=now)
    if stood.wait_until:
        return Try(Outcome.WAIT, wait_until=stood.wait_until)
    good = found is not None and any(
        constant_time_compare(once, _once(found, counter)) for counter in (_counter(now), _counter(now) - 1)
    )
    if not good:
        return Try(Outcome.CONFIRM)
    guesses.right(subjects=subjects)
    return Try(Outcome.RIGHT, found)


def _send_once(registration: Registration, now: dt.datetime) -> None:
    """At most one each quarter of an hour. Whoever has neither e-mail nor texts is told to ring."""
    if telling.way_of(registration) in BY_ITSELF:
        counter = _counter(now)
        telling.confirm(registration, _once(registration, counter), str(counter), now, lives=ONCE_LIVES)


def _counter(now: dt.datetime) -> int:
    return int(now.timestamp() // ONCE_LIVES.total_seconds())


def _once(registration: Registration, counter: int) -> str:
    """A code that works once in a while: nothing of it is kept."""
    given = salted_hmac("utbud.courses.once", f"{registration.key} {counter}", algorithm="sha256").hexdigest()
    return f"{int(given[:16], 16) % 1_000_000:06d}"


def by_text(*, contact: str, now: dt.datetime) -> Try:
    """Begin a try by a text message, whose number is the contact itself. Call ``by_text_right`` when it was right."""
    stood = guesses.begin(subjects=[_texted(contact)], now=now)
    return Try(Outcome.WAIT if stood.wait_until else Outcome.WRONG, wait_until=stood.wait_until)


def by_text_right(*, contact: str, now: dt.datetime) -> None:
    """The try that ``by_text`` began was right."""
    guesses.right(subjects=[_texted(contact)])


def _texted(contact: str) -> Subject:
    return Subject("code text", contact)


def wait_words(until: dt.datetime, now: dt.datetime) -> str:
    """How long to wait: «Vänta 30 sekunder», «Vänta till klockan 10.32»."""
    seconds = (until - now).total_seconds()
    if seconds <= 60:
        return _("Vänta %(seconds)s sekunder") % {"seconds": max(5, 5 * -(-int(seconds) // 5))}
    whole = until.replace(second=0, microsecond=0) + dt.timedelta(
        minutes=bool(until.second or until.microsecond)
    )
    return _("Vänta till klockan %(time)s") % {"time": words.clock(whole)}
