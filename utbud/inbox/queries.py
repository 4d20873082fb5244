"""What is asked about the inbox."""

import datetime as dt
import re

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.inbox.models import Message, MessageQuerySet
from utbud.places.phones import parse_phone


def open_messages(now: dt.datetime) -> MessageQuerySet:
    """What waits for an answer at ``now``, the most urgent first."""
    return Message.objects.open().filter(received_at__lte=now).in_order()


def overdue(now: dt.datetime) -> MessageQuerySet:
    """What should have had an answer before today, the oldest first."""
    return Message.objects.overdue(dates.local(now).date()).in_order()


def by_submission(key: str) -> Message | None:
    """The message that a form already made, if it did."""
    return Message.objects.filter(submission_key=key).first()


def find(question: str) -> MessageQuerySet:
    """Messages by name, number, e-mail or their own words, the open first."""
    return Message.objects.filter(asks(question, "name", "contact", "text"), purged_at=None).in_order()


def asks(question: str, *fields: str) -> Q:
    """``question`` as conditions: a number is sought in how somebody is reached (the second of ``fields``), words in any.

    Regular expressions, since SQLite knows large and small only of a to z.
    """
    figures = re.sub(r"\D", "", question).lstrip("0")
    if len(figures) >= 4 and not re.search(r"[^\W\d]", question):
        number = parse_phone(question)
        return Q(**{fields[1]: number}) if number else Q(**{f"{fields[1]}__contains": figures})
    if "@" in question:
        return Q(**{f"{fields[1]}__icontains": question})
    words = re.findall(r"\w+", question)
    asked = Q() if words else Q(pk=None)
    for word in words:
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__iregex": word})
        asked &= anywhere
    return asked


def staff_url(message: Message) -> str:
    """Where staff read and answer ``message``."""
    return reverse("inbox_message", args=[message.pk])


def state_words(message: Message, today: dt.date) -> str:
    """Where a message stands, in words that need no colour."""
    if message.spam:
        return _("Skräp")
    if message.answered_at:
        day = dates.date_words(dates.local(message.answered_at).date(), weekday=False)
        return _("Besvarat %(day)s") % {"day": day}
    late = (today - message.answer_by).days
    if late == 1:
        return _("Försenat: skulle ha besvarats i går")
    if late > 1:
        return _("Försenat: skulle ha besvarats för %(days)s dagar sedan") % {"days": late}
    if late == 0:
        return _("Svara i dag")
    return _("Svara senast %(day)s") % {"day": dates.date_words(message.answer_by, year=False)}
