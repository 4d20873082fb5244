"""What is done in the inbox: taken in, answered, opened again, put aside, purged."""

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from utbud.base import ceilings, dates, letters, sending
from utbud.base.ceilings import Cap
from utbud.inbox import limits
from utbud.inbox.contact import read_contact, read_written
from utbud.inbox.models import Attempt, Change, Message
from utbud.inbox.queries import staff_url
from utbud.people.models import User
from utbud.places import queries as places

UNANSWERED_MONTHS = 12  # nobody answers after that
ANSWER_DAYS = 5  # working days
NOTICE_FOR = dt.timedelta(days=1)  # a letter about something older would only surprise
NOTHING = dict.fromkeys(
    ("name", "contact", "contact_kind", "contact_note", "text", "page_address", "answer_note"), ""
)

logger = logging.getLogger(__name__)


class AlreadyAnswered(Exception):
    """Somebody else was first."""


class NotAnswered(Exception):
    """Only an answered message with its text left can be opened again."""


@transaction.atomic
def receive(
    *,
    kind: str,
    name: str,
    contact: str,
    text: str,
    came_by: str,
    now: dt.datetime,
    submission_key: str,
    by: User | None = None,
    page_address: str = "",
) -> Message:
    """Take in a message once for every ``submission_key`` (at most 64 characters), however often it is sent.

    Raises contact.UnclearContact. What staff take in may be answered by letter.
    """
    written = read_written(contact, by_post=came_by != Message.Way.WEB)
    reach = written.contact
    message, made = Message.objects.get_or_create(
        submission_key=submission_key,
        defaults={
            "kind": kind,
            "name": name,
            "contact": reach.value,
            "contact_kind": reach.kind,
            "contact_note": written.note,
            "text": text,
            "page_address": page_address,
            "came_by": came_by,
            "received_at": now,
            "answer_by": places.working_days_after(dates.local(now).date(), ANSWER_DAYS),
            "created_by": by,
        },
    )
    if made:
        _note(message, Change.What.RECEIVED, now, by)
    return message


@transaction.atomic
def receive_once(
    *, kind: str, name: str, contact: str, text: str, came_by: str, now: dt.datetime, submission_key: str
) -> Message:
    """As ``receive``, of what comes by itself: while the same from the same contact is open, it is that message."""
    value = read_contact(contact).value
    ceilings.take(caps=[Cap(ceilings.hashed("open", value))], now=now)  # whoever is next waits here
    same = Message.objects.open().filter(contact=value, came_by=came_by, text=text, created_by=None).first()
    if same:
        return same
    return receive(
        kind=kind,
        name=name,
        contact=contact,
        text=text,
        came_by=came_by,
        now=now,
        submission_key=submission_key,
    )


@transaction.atomic
def answer(*, message: Message, note: str, by: User, now: dt.datetime) -> None:
    """Note that ``message`` has had its answer. Raises AlreadyAnswered."""
    _close(message, answered_at=now, answered_by=by, answer_note=note)
    _note(message, Change.What.ANSWERED, now, by, note)


@transaction.atomic
def mark_spam(*, message: Message, by: User, now: dt.datetime) -> None:
    """Put ``message`` aside: it needs no answer. Raises AlreadyAnswered."""
    _close(message, answered_at=now, answered_by=by, spam=True)
    _note(message, Change.What.SPAM, now, by)


@transaction.atomic
def reopen(*, message: Message, by: User, now: dt.datetime) -> None:
    """Let ``message`` wait for an answer again; the old one stays in its history. Raises NotAnswered."""
    again = Message.objects.answered().filter(pk=message.pk, purged_at=None)
    if not again.update(answered_at=None, answered_by=None, answer_note="", spam=False):
        raise NotAnswered
    _note(message, Change.What.REOPENED, now, by)


def _close(message: Message, **fields: object) -> None:
    if not Message.objects.open().filter(pk=message.pk).update(**fields):
        raise AlreadyAnswered


def _note(message: Message, what: Change.What, now: dt.datetime, by: User | None, note: str = "") -> None:
    Change.objects.create(message=message, what=what, at=now, by=by, note=note)


@transaction.atomic
def purge(now: dt.datetime) -> int:
    """Take name, contact and words from messages answered longer ago than the library keeps them, or left for a year.

    Kind, dates and way stay for the figures. Counts of attempts go after a day.
    """
    Attempt.objects.filter(hour__lt=now - dt.timedelta(days=1)).delete()
    answered = Q(answered_at__lt=months_before(now, places.message_months()))
    left = Q(answered_at=None, received_at__lt=months_before(now, UNANSWERED_MONTHS))
    old = Message.objects.filter(answered | left, purged_at=None)
    keys = list(old.values_list("pk", flat=True))
    Change.objects.filter(message__in=keys).update(note="")
    Change.objects.bulk_create(Change(message_id=key, what=Change.What.PURGED, at=now) for key in keys)
    return Message.objects.filter(pk__in=keys).update(purged_at=now, **NOTHING)


def months_before(now: dt.datetime, months: int) -> dt.datetime:
    """The same day and time ``months`` earlier, or the last day of that month where it is shorter."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    month += 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return now.replace(year=year, month=month, day=min(now.day, last))


def notices_due(now: dt.datetime) -> QuerySet[Message]:
    """What came in from strangers that the library, if it has given an address, has not been told of by e-mail."""
    if not places.library(now).email:
        return Message.objects.none()
    return Message.objects.open().filter(
        came_by__in=[Message.Way.WEB, Message.Way.SMS], notified_at=None, received_at__gt=now - NOTICE_FOR
    )


def send_notices(now: dt.datetime) -> int:
    """Tell the library by e-mail, if it has given an address, about what came in by the web or as a text message.

    The letter holds nothing of what was written. One that cannot be sent is tried again for a day;
    the message itself waits in the inbox whatever happens.
    """
    sent, address = 0, places.library(now).email
    for message in notices_due(now):
        if sending.over.is_set():
            break
        mine = Message.objects.filter(pk=message.pk, notified_at=None)
        if not mine.update(notified_at=now):
            continue  # another process has it
        if not limits.may_tell_us(now):  # it waits in the inbox, and «Idag» says so
            continue
        try:
            letters.hand_over(_notice(message, address))
        except letters.Perhaps as error:  # the message is in the inbox: no second letter about it
            logger.warning("the notice of message %s may have been sent: %s", message.pk, error)
        except Exception as error:  # noqa: BLE001, RUF100 - whatever stops the letter, the message is safe
            Message.objects.filter(pk=message.pk, notified_at=now).update(notified_at=None)
            logger.warning("the notice of message %s was not sent: %s", message.pk, error)
        else:
            sent += 1
    return sent


def _notice(message: Message, address: str) -> EmailMessage:
    day = dates.date_words(message.answer_by, year=False)
    body = _(
        "Något nytt har kommit in: %(kind)s.\n\nSvara senast %(day)s.\n\nLäs det i inkorgen: %(link)s\n"
    ) % {
        "kind": message.get_kind_display().lower(),
        "day": day,
        "link": settings.BASE_URL + staff_url(message),
    }
    return EmailMessage(_("Nytt i inkorgen, svara senast %(day)s") % {"day": day}, body, to=[address])
