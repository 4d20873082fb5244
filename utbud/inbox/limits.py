"""What may be sent, and because of whom: the one place that says no (docs/adr/0025).

Whatever goes by itself to somebody is counted here, in the transaction that puts it in an outbox. Above a ceiling it is not lost:
whoever sends holds it for a person, and says so.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from utbud.base import ceilings
from utbud.base.ceilings import Cap
from utbud.inbox.contact import Contact, ContactKind
from utbud.places import queries as places

ALL, STRANGERS = "all", "strangers"  # what a day's tallies are called
TO_US, MESSAGES, CALL_BACKS = "letters to us", "messages", "call-backs"
PER_CONTACT = 8  # a day, whoever causes it but staff: a person who joins several courses, changes and cancels
PER_ITEM = 200  # a day, about one run: every seat and a long line
ANSWERS = 20  # a day, to one who writes text messages to us
LETTERS_TO_US = 40  # a day, that tell the library of what has come in
MESSAGES_A_DAY, MESSAGES_EACH = 300, 10  # into the inbox from the web: in all, and from one contact
CALL_BACKS_A_DAY = 100  # that the phone line takes down


WHOLE = (ALL, STRANGERS, TO_US, MESSAGES, CALL_BACKS)


class Cause(StrEnum):
    """Because of whom something is sent."""

    STRANGER = "stranger"  # somebody outside did something: joined, asked, cancelled, wrote
    SCHEDULE = "schedule"  # a reminder
    STAFF = "staff"  # one of us did something, and saw to whom it goes


@dataclass(frozen=True)
class Full:
    """A ceiling is reached: why, in Swedish and without a full stop, and whether it is the whole house's."""

    why: str
    whole: bool


def take(
    *,
    contact: Contact,
    cause: Cause,
    now: dt.datetime,
    item: str = "",
    ore: int = 0,
    answer: bool = False,
) -> Full | None:
    """Count one to ``contact``, or give the ceiling that is reached; nothing is counted then. In the caller's transaction.

    ``item`` is what it is about (a run). ``answer`` is to somebody who wrote to us just now.
    """
    limits = places.ceilings()
    caps = [Cap(ALL, ore=limits.ore_all)]  # the widest first: see base.ceilings
    if cause == Cause.STRANGER:
        caps.append(Cap(STRANGERS, times=limits.sends, ore=limits.ore))
        if item:
            caps.append(Cap(ceilings.hashed("item", item), times=PER_ITEM))
    if cause != Cause.STAFF:
        kind, times = ("answer", ANSWERS) if answer else ("contact", PER_CONTACT)
        caps.append(Cap(ceilings.hashed(kind, _mailbox(contact)), times=times))
    full = ceilings.take(caps=caps, now=now, ore=ore)
    return Full(_why(full), full.what in (ALL, STRANGERS)) if full else None


def take_ours(*, times: int, ore: int, now: dt.datetime) -> Full | None:
    """Count so many that staff or the schedule send; all of them, or the ceiling that is reached."""
    if not times:
        return None
    caps = [Cap(ALL, ore=places.ceilings().ore_all)]
    full = ceilings.take(caps=caps, now=now, ore=ore, times=times)
    return Full(_why(full), True) if full else None


def count(*, now: dt.datetime, ore: int) -> None:
    """Count what a person has let go, past every ceiling."""
    ceilings.take(caps=[Cap(ALL)], now=now, ore=ore)


def _mailbox(contact: Contact) -> str:
    """What is the same letter box: «anna+kurs@example.org» is Anna's."""
    if contact.kind != ContactKind.EMAIL:
        return contact.value
    name, _at, domain = contact.value.rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def _why(full: Cap) -> str:
    if full.what == ALL:
        return _("Taket för vad sms får kosta på en dag är nått")
    if full.what == STRANGERS:
        return _("Taket för vad som skickas av sig självt på en dag är nått")
    if full.what.startswith("item:"):
        return _("Ovanligt mycket har skickats om samma sak i dag")
    return _("Ovanligt mycket har skickats till samma person i dag")


def stopped_today(now: dt.datetime) -> int:
    """How many sends have found a ceiling of the whole house reached today."""
    return sum(ceilings.tally(what, now).stopped for what in WHOLE)


def may_take_in(contact: Contact, now: dt.datetime) -> bool:
    """Count one message from the web; False when there are too many today, from one contact or in all."""
    each = Cap(ceilings.hashed("from", _mailbox(contact)), times=MESSAGES_EACH)
    return ceilings.take(caps=[Cap(MESSAGES, times=MESSAGES_A_DAY), each], now=now) is None


def may_be_rung(now: dt.datetime) -> bool:
    """Count one who wants to be rung; False when there are too many today."""
    return ceilings.take(caps=[Cap(CALL_BACKS, times=CALL_BACKS_A_DAY)], now=now) is None


def may_tell_us(now: dt.datetime) -> bool:
    """Count one letter to the library itself; False when it has had enough for today."""
    return ceilings.take(caps=[Cap(TO_US, times=LETTERS_TO_US)], now=now) is None
