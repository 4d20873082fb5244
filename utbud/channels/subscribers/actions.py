"""Ask to subscribe, say yes, stop, change one's mind; put in from paper; texts that come in; forget.

Nobody is a subscriber before they have said yes themselves: on paper to staff, on the page of the link in the letter,
or by answering the text. What is said to somebody who asks is the same whether they subscribe already or not.
"""

import datetime as dt
import hashlib
import logging
import re
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from utbud.base import dates, sending
from utbud.channels import incoming, reach, sms
from utbud.channels.adapters.sms import Sms
from utbud.channels.channel import EMAIL, Refused, Unavailable, Unsure
from utbud.channels.models import ChannelSetup, IncomingText, Subscriber
from utbud.channels.post import Post
from utbud.channels.subscribers import queries
from utbud.channels.subscribers.queries import LIVES, UNDO
from utbud.inbox import actions as inbox
from utbud.inbox import limits
from utbud.inbox.contact import Contact, ContactKind
from utbud.inbox.guards import within_limit
from utbud.inbox.limits import Cause, Full
from utbud.inbox.models import Message
from utbud.people.models import User
from utbud.places import queries as places
from utbud.places.phones import parse_phone, phone_words

logger = logging.getLogger(__name__)
LETTERS = 5  # at most so many tries to one who has not said yes, whoever asks
AGAIN_AFTER = dt.timedelta(minutes=10)  # a second letter to the same address
ALREADY_AFTER = dt.timedelta(days=1)  # a letter that says that they subscribe already
RETRY_AFTER = (1, 5, 15, 60)  # minutes
LEASE = dt.timedelta(minutes=10)  # longer than any letter takes
KEEP_TEXTS = dt.timedelta(days=7)  # 46elks tells again for at least six hours
REPLIES_AN_HOUR = 5  # to one number: two machines must not talk to each other for ever

STOP_WORDS = re.compile(r"(sto+p+a?|stå+p+|sluta?|avsluta|avanmäl|avregistrera|unsubscribe)")
YES_WORDS = re.compile(r"(ja+|japp|jo|yes|ok|okej)")
SHORT = 4  # words: what is longer says more than stop or yes, and a person reads it


class AlreadySubscribes(Exception):
    """Staff put in somebody who is there."""


class Ceiling(Exception):
    """No more is sent to anybody today."""


class UnknownLink(Exception):
    """The link is not ours, is too old, or belongs to somebody who is forgotten."""


def ask(*, channel: ChannelSetup, address: str, now: dt.datetime) -> None:
    """Somebody asks on the web to get ``channel`` at ``address`` (as it is kept). A letter asks whether it is they.

    Says nothing of whether they subscribe: whoever does gets a letter that tells them so. Raises Ceiling when no more is sent today.
    """
    with transaction.atomic():
        row, _made = Subscriber.objects.select_for_update().get_or_create(
            channel=channel, address=address, defaults={"asked_at": now}
        )
        if row.claimed_at and now - row.claimed_at < LEASE:
            return  # a letter is on its way
        active = row.confirmed_at is not None and row.stopped_at is None
        wait = ALREADY_AFTER if active else AGAIN_AFTER
        if row.letter_sent_at and now - row.letter_sent_at < wait:
            return
        full = _may_not_write(channel, address, active, now)
        changed = {} if active else {"asked_at": now, "confirmed_at": None, "stopped_at": None}
        changed |= {} if active else {"entered_by": None, "signed_on": None}
        again = {"letter_attempts": 0} if row.stopped_at else {}
        if full is None:
            Subscriber.objects.filter(pk=row.pk).update(
                letter_due_at=now, claimed_at=None, **changed, **again
            )
    if full and full.whole:  # outside the transaction, which keeps that it was full
        raise Ceiling


def _may_not_write(channel: ChannelSetup, address: str, active: bool, now: dt.datetime) -> Full | None:
    email = queries.way_of(channel) == EMAIL
    adapter = channel.adapter()
    text = "" if email else _ask_by_text(already=active, library=places.library(now))
    cost = adapter.ore(text, address) if isinstance(adapter, Sms) else 0
    contact = Contact(ContactKind.EMAIL if email else ContactKind.PHONE, address)
    return limits.take(contact=contact, cause=Cause.STRANGER, now=now, item=f"channel:{channel.pk}", ore=cost)


def confirm(*, token: str, now: dt.datetime) -> Subscriber:
    """Whoever got the letter says yes. Twice is once. Raises UnknownLink."""
    row = queries.by_confirm_token(token, now)
    if row is None or row.stopped_at:
        raise UnknownLink
    _say_yes(Subscriber.objects.filter(pk=row.pk), now)
    return row


def stop(*, token: str, now: dt.datetime) -> Subscriber:
    """Whoever has the link in a letter stops. Twice is once. Raises UnknownLink."""
    row = queries.by_stop_token(token)
    if row is None:
        raise UnknownLink
    _stop(Subscriber.objects.filter(pk=row.pk), now)
    row.refresh_from_db()
    return row


def resume(*, token: str, now: dt.datetime) -> Subscriber:
    """Change one's mind about stopping, while the address is kept. Raises UnknownLink."""
    row = queries.by_stop_token(token)
    if row is None:
        raise UnknownLink
    _resume(Subscriber.objects.filter(pk=row.pk), now)
    row.refresh_from_db()
    return row


def enter(
    *, channel: ChannelSetup, address: str, signed_on: dt.date, by: User, now: dt.datetime
) -> Subscriber:
    """Put in somebody who has signed a slip on ``signed_on``. Their yes is the signature. Raises AlreadySubscribes."""
    with transaction.atomic():
        row, _made = Subscriber.objects.select_for_update().get_or_create(
            channel=channel, address=address, defaults={"asked_at": now}
        )
        if row.confirmed_at and not row.stopped_at:
            raise AlreadySubscribes
        said_yes = {"confirmed_at": now, "stopped_at": None, "letter_due_at": None}
        Subscriber.objects.filter(pk=row.pk).update(
            asked_at=now, entered_by=by, signed_on=signed_on, **said_yes
        )
        reach.count(way=channel.kind, what="joined", now=now)
    row.refresh_from_db()
    return row


def remove(*, subscriber: Subscriber, by: User, now: dt.datetime) -> None:
    """Forget somebody at once. What waits for them in the outbox is not sent."""
    logger.info("subscriber %s is removed by user %s", subscriber.pk, by.pk)
    with transaction.atomic():
        _stop(Subscriber.objects.filter(pk=subscriber.pk), now)
        Subscriber.objects.filter(pk=subscriber.pk).delete()


def _say_yes(rows: queries.SubscriberQuerySet, now: dt.datetime) -> int:
    done = 0
    for row in rows.filter(confirmed_at=None, stopped_at=None).select_related("channel"):
        with transaction.atomic():
            mine = Subscriber.objects.filter(pk=row.pk, confirmed_at=None, stopped_at=None)
            if mine.update(confirmed_at=now, letter_due_at=None, letter_attempts=0):
                reach.count(way=row.channel.kind, what="joined", now=now)
                done += 1
    return done


def _stop(rows: queries.SubscriberQuerySet, now: dt.datetime) -> int:
    done = 0
    for row in rows.filter(stopped_at=None).select_related("channel"):
        with transaction.atomic():
            if Subscriber.objects.filter(pk=row.pk, stopped_at=None).update(
                stopped_at=now, letter_due_at=None
            ):
                done += 1
                if row.confirmed_at:
                    reach.count(way=row.channel.kind, what="stopped", now=now)
    return done


def _resume(rows: queries.SubscriberQuerySet, now: dt.datetime) -> int:
    done = 0
    stopped = Q(stopped_at__gt=now - UNDO, confirmed_at__isnull=False)
    for row in rows.filter(stopped).select_related("channel"):
        with transaction.atomic():
            if Subscriber.objects.filter(stopped, pk=row.pk).update(stopped_at=None):
                reach.count(way=row.channel.kind, what="joined", now=now)
                done += 1
    return done


# --- letters that ask «is it you?» -------------------------------------------------------------


def _due(now: dt.datetime) -> queries.SubscriberQuerySet:
    return Subscriber.objects.filter(
        claimed_at=None,
        letter_due_at__lte=now,
        letter_attempts__lt=LETTERS,
        stopped_at=None,
        channel__in=queries.with_subscribers().filter(on=True),
    )


def channels_due(now: dt.datetime) -> list[int]:
    """The channels (their ids) by which somebody waits for a letter or a text that asks."""
    return sorted(_due(now).order_by().values_list("channel", flat=True).distinct())


def send_due_letters(now: dt.datetime, *, channel: int | None = None) -> int:
    """Send the letters and texts that wait, each claimed first so that it goes once. Returns how many were sent.

    By one ``channel``, or by all. One that does not answer is left alone until the next time.
    """
    due = _due(now) if channel is None else _due(now).filter(channel=channel)
    done, resting = 0, set()
    for row in due.select_related("channel").order_by("letter_due_at", "pk"):
        if row.channel_id not in resting and not sending.over.is_set():
            try:
                done += _send_letter(row, now)
            except Unavailable:
                resting.add(row.channel_id)
    return done


def _send_letter(row: Subscriber, now: dt.datetime) -> bool:
    """Raises Unavailable when the letter waits for another try."""
    claim = Subscriber.objects.filter(pk=row.pk, claimed_at=None, letter_due_at__isnull=False)
    if not claim.update(claimed_at=now, letter_attempts=F("letter_attempts") + 1):
        return False  # another process has it
    library = places.library(now)
    email = queries.way_of(row.channel) == EMAIL
    context = {
        "already": row.confirmed_at is not None,
        "lib": library,
        "link": settings.BASE_URL + queries.confirm_path(row, now),
        "stop": settings.BASE_URL + queries.stop_path(row),
    }
    if email:
        title = _("Du får redan våra brev") if row.confirmed_at else _("Vill du ha brev från oss?")
        text = render_to_string("channels/subscribers/letter.txt", context).strip()
    else:
        title, text = "", _ask_by_text(already=row.confirmed_at is not None, library=library)
    mine = Subscriber.objects.filter(pk=row.pk, claimed_at=now)
    try:
        row.channel.adapter().send(
            Post.note(title=title, sender=library.name, phone=library.phone),
            text,
            key=str(uuid.uuid4()),
            to=row.address,
        )
    except Refused as error:
        logger.warning("the letter to subscriber %s was refused: %s", row.pk, error)
        mine.update(claimed_at=None, letter_due_at=None)
        return False
    except Unsure as error:  # whoever did not get it can ask again, and nobody gets two for one
        logger.warning("the letter to subscriber %s may have gone: %s", row.pk, error)
        mine.update(claimed_at=None, letter_due_at=None, letter_sent_at=now)
        return False
    except Unavailable:
        wait = dt.timedelta(minutes=RETRY_AFTER[min(row.letter_attempts, len(RETRY_AFTER) - 1)])
        mine.update(claimed_at=None, letter_due_at=now + wait)
        raise
    mine.update(claimed_at=None, letter_due_at=None, letter_sent_at=now)
    return True


def _ask_by_text(*, already: bool, library: places.Library) -> str:
    if already:
        said = _(
            "Du får redan sms från %(library)s. Du behöver inte göra något. Svara STOPP om du vill sluta."
        )
    else:
        said = _(
            "Vill du ha sms från %(library)s? Svara JA. Har du inte bett om det behöver du inte göra något."
        )
    return sms.normalise(said % {"library": library.name})


# --- texts that come in --------------------------------------------------------------------------


def receive_text(*, channel: ChannelSetup, key: str, number: str, text: str, now: dt.datetime) -> str:
    """Do what ``text`` from ``number`` asks, once for every ``key`` (the service's id), and say what to answer.

    Told of again, it is answered the same: the first answer was lost. "" is no answer.
    """
    digest = hashlib.sha256(f"{channel.pk} {key}".encode()).hexdigest()
    with transaction.atomic():
        row, new = IncomingText.objects.get_or_create(digest=digest, defaults={"received_at": now})
        if new:
            row.reply = _may_answer(
                channel, sms.normalise(_handle(text.strip(), number.strip(), digest, now)), number, now
            )
            row.save(update_fields=["reply"])
    return row.reply


def _may_answer(channel: ChannelSetup, reply: str, number: str, now: dt.datetime) -> str:
    """``reply``, or "" where no text may go: then what should have been said waits in the inbox for a person."""
    known = parse_phone(number)
    if not reply or known is None:
        return reply
    adapter = channel.adapter()
    cost = adapter.ore(reply, known) if isinstance(adapter, Sms) else 0
    why = _("Vi skickar inte sms till det landet") if not places.texts_go_to(known) else ""
    contact = Contact(ContactKind.PHONE, known)
    full = None if why else limits.take(contact=contact, cause=Cause.STRANGER, now=now, ore=cost, answer=True)
    if not (why or full):
        return reply
    why = full.why if full else why
    inbox.receive_once(
        kind=Message.Kind.QUESTION,
        name=phone_words(known),
        contact=known,
        text=_("Svaret gick inte iväg som sms. %(why)s. Ring och säg: %(reply)s")
        % {"why": why, "reply": reply},
        came_by=Message.Way.SMS,
        now=now,
        submission_key=hashlib.sha256(f"{known} {now.isoformat()}".encode()).hexdigest(),
    )
    return ""


def _handle(text: str, number: str, digest: str, now: dt.datetime) -> str:
    answers = within_limit(address=number, now=now, purpose="sms", limit=REPLIES_AN_HOUR)
    for handler in (_stop_by_text, _yes_by_text, *incoming.registered()):
        if (reply := handler(text, number, now)) is not None:
            if handler is _stop_by_text and len(_words(text)) > SHORT:
                _to_inbox(text, number, digest, now)  # they said more than that
            return reply if answers else ""
    reply = _to_inbox(text, number, digest, now)
    return reply if answers else ""


def _stop_by_text(text: str, number: str, now: dt.datetime) -> str | None:
    words = _words(text)
    if not words or not STOP_WORDS.fullmatch(words[0]):
        return None
    if words[0] == "slut" and len(words) > 1:  # «Slut på papper» is something else
        return None
    if words[0].startswith("avanmäl") and any(sign.isdigit() for sign in text):  # «Avanmäl 47110» is a seat
        return None
    with_number = Subscriber.objects.filter(address=number)
    if _stop(with_number, now):
        return _("Nu får du inga fler sms från %(library)s. Ångrar du dig, svara JA.") % _library(now)
    return _("Du får inga sms från %(library)s.") % _library(now)


def _yes_by_text(text: str, number: str, now: dt.datetime) -> str | None:
    words = _words(text)
    if not words or len(words) > SHORT or not YES_WORDS.fullmatch(words[0]):
        return None
    if any(sign.isdigit() for sign in text):  # «JA 47110»: yes to what has that code
        return None
    asked = Subscriber.objects.filter(address=number)
    asked_lately = asked.filter(asked_at__gt=now - LIVES)
    if _say_yes(asked_lately, now) or _resume(asked, now):
        return _("Tack. Nu får du sms från %(library)s. Vill du sluta, svara STOPP.") % _library(now)
    return None  # yes to something that a person asked


def _to_inbox(text: str, number: str, digest: str, now: dt.datetime) -> str:
    if not text or not parse_phone(number):  # from a name: an advertiser or a machine, whom nobody can answer
        return ""
    message = inbox.receive(
        kind=Message.Kind.QUESTION,
        name=phone_words(number),
        contact=number,
        text=text,
        came_by=Message.Way.SMS,
        now=now,
        submission_key=digest,
    )
    return _("Tack. Vi ringer dig senast %(day)s.") % {"day": dates.date_words(message.answer_by, year=False)}


def _words(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return ["".join(words)] if all(len(word) == 1 for word in words) else words  # «S T O P P»


def _library(now: dt.datetime) -> dict[str, str]:
    return {"library": places.library(now).name}


# --- forgetting ----------------------------------------------------------------------------------


def purge(now: dt.datetime) -> int:
    """Forget who never said yes, and who stopped longer ago than one may change one's mind. Figures stay."""
    never = Q(confirmed_at=None, asked_at__lte=now - LIVES)
    IncomingText.objects.filter(received_at__lte=now - KEEP_TEXTS).delete()
    return (
        Subscriber.objects.filter(never | Q(stopped_at__lte=now - UNDO))
        .delete()[1]
        .get(Subscriber._meta.label, 0)
    )
