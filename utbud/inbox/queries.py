"""What is asked about the inbox."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.inbox.models import Message, MessageQuerySet


def open_messages(now: dt.datetime) -> MessageQuerySet:
    """What waits for an answer at ``now``, the most urgent first."""
    return Message.objects.open().filter(received_at__lte=now).in_order()


def overdue(now: dt.datetime) -> MessageQuerySet:
    """What should have had an answer before today, the oldest first."""
    return Message.objects.overdue(dates.local(now).date()).in_order()


def by_submission(key: str) -> Message | None:
    """The message that a form already made, if it did."""
    return Message.objects.filter(submission_key=key).first()


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
