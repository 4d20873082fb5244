"""Who subscribes, how a channel reaches them, and the secrets in the addresses they are given.

Nothing secret is stored: an address holds a number and our signature of it (django.core.signing), made for one use.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from utbud.channels.adapters.sms import Sms
from utbud.channels.channel import EMAIL, SMS, Channel, adapters
from utbud.channels.models import ChannelSetup, Subscriber, SubscriberQuerySet
from utbud.places import queries as places
from utbud.places.phones import is_mobile, parse_phone, phone_words

LIVES = dt.timedelta(days=7)  # what is not confirmed
UNDO = dt.timedelta(days=30)  # after stopping, while the address is kept
STOP, CONFIRM, INCOMING = "utbud.subscribers.stop", "utbud.subscribers.confirm", "utbud.subscribers.incoming"


def to_of(subscriber: Subscriber) -> str:
    """What a channel's ``send`` gets as ``to``: «+46…», or an e-mail address, a space, and the page where they stop."""
    if way_of(subscriber.channel) == EMAIL:
        return f"{subscriber.address} {settings.BASE_URL}{stop_path(subscriber)}"
    return subscriber.address


def way_of(channel: ChannelSetup) -> str:
    """EMAIL, SMS, or "" for a channel without subscribers."""
    kind = channel.adapter_class
    return kind.subscribers if kind else ""


def address_words(subscriber: Subscriber) -> str:
    """The address as people read it."""
    return phone_words(subscriber.address) if subscriber.address.startswith("+") else subscriber.address


# --- addresses with a secret ------------------------------------------------------------------


def stop_path(subscriber: Subscriber) -> str:
    """The page where ``subscriber`` stops. Good for as long as the installation keeps its key."""
    return reverse("subscribe_stop", args=[_sign(STOP, str(subscriber.pk))])


def confirm_path(subscriber: Subscriber, now: dt.datetime) -> str:
    """The page where whoever reads the letter says yes, for as long as ``LIVES``."""
    return reverse("subscribe_confirm", args=[_sign(CONFIRM, f"{subscriber.pk}-{int(now.timestamp())}")])


def incoming_url(channel: ChannelSetup) -> str:
    """The absolute address that staff paste where the number is rented: texts that come in are told of there."""
    return settings.BASE_URL + reverse("sms_incoming", args=[_sign(INCOMING, str(channel.pk))])


def by_stop_token(token: str) -> Subscriber | None:
    """Whoever was given ``token`` in a letter, None when it is not ours or they are forgotten."""
    key = _read(STOP, token)
    return Subscriber.objects.select_related("channel").filter(pk=key).first() if key else None


def is_stop_token(token: str) -> bool:
    """Whether ``token`` was given by us, also when whoever had it is forgotten."""
    return bool(_read(STOP, token))


def by_confirm_token(token: str, now: dt.datetime) -> Subscriber | None:
    """Whoever was asked in the letter, None when the link is not ours, is too old, or they are forgotten."""
    key, _dash, at = _read(CONFIRM, token).partition("-")
    if not key or now - dt.datetime.fromtimestamp(int(at), dt.UTC) >= LIVES:
        return None
    return Subscriber.objects.select_related("channel").filter(pk=key).first()


def by_incoming_token(token: str) -> ChannelSetup | None:
    """The channel whose texts come in at ``token``."""
    key = _read(INCOMING, token)
    channel = ChannelSetup.objects.filter(pk=key).first() if key else None
    return channel if channel and way_of(channel) == SMS else None


def _sign(use: str, value: str) -> str:
    return signing.Signer(sep=".", salt=use).sign(value)


def _read(use: str, token: str) -> str:
    try:
        return signing.Signer(sep=".", salt=use).unsign(token)
    except signing.BadSignature:
        return ""


# --- what there is to ask for -----------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A channel that anyone may ask for on the web."""

    channel: ChannelSetup
    way: str  # EMAIL or SMS
    label: str


def choices() -> list[Choice]:
    """What can be asked for on the web now: channels that are on, and text messages only where one can answer."""
    found = [
        (channel, way)
        for channel in with_subscribers().filter(on=True)
        if (way := way_of(channel)) and (way == EMAIL or can_answer(channel))
    ]
    words = {EMAIL: _("Med e-post"), SMS: _("Med sms")}
    ways = [way for _channel, way in found]
    return [
        Choice(channel, way, words[way] if ways.count(way) == 1 else f"{words[way]}: {channel.name}")
        for channel, way in found
    ]


def can_answer(channel: ChannelSetup) -> bool:
    """Whether a text from ``channel`` can be answered."""
    adapter: Channel = channel.adapter()
    return isinstance(adapter, Sms) and adapter.two_way


def with_subscribers() -> QuerySet[ChannelSetup]:
    """Channels that are sent to subscribers, on or off."""
    return ChannelSetup.objects.filter(
        kind__in=[slug for slug, kind in adapters().items() if kind.subscribers]
    )


def mobile(text: str) -> str | None:
    """``text`` as a mobile number that texts go to, «+4670…», None for anything else. Abroad would cost, and invites fraud."""
    number = parse_phone(text)
    return number if number and is_mobile(number) and places.texts_go_to(number) else None


# --- for staff --------------------------------------------------------------------------------


def listed(*, channel: int | None = None, words: str = "") -> SubscriberQuerySet:
    """Subscribers, the latest first; of ``channel`` (its id), with ``words`` in the address. Those who stopped are not there."""
    found = Subscriber.objects.filter(stopped_at=None).select_related("channel", "entered_by")
    if channel:
        found = found.filter(channel=channel)
    if words:
        found = found.filter(address__icontains=as_kept(words))
    return found.order_by("-asked_at", "-pk")


def as_kept(words: str) -> str:
    """A piece of an address or number as it is kept: «070-174» is «+4670174»."""
    words = re.sub(r"[\s()-]", "", words) if re.fullmatch(r"[\d\s()+-]+", words) else words.strip()
    return f"+46{words[1:]}" if re.fullmatch(r"0[1-9]\d*", words) else words.lower()


@dataclass(frozen=True)
class Figures:
    """How many a channel has."""

    channel: ChannelSetup
    active: int
    waiting: int  # have not answered the letter


def figures() -> list[Figures]:
    """A line a channel, in one query."""
    active = Q(subscribers__confirmed_at__isnull=False, subscribers__stopped_at=None)
    waiting = Q(subscribers__confirmed_at=None, subscribers__stopped_at=None, subscribers__pk__isnull=False)
    rows = with_subscribers().annotate(
        active=Count("subscribers", filter=active), waiting=Count("subscribers", filter=waiting)
    )
    return [Figures(row, row.active, row.waiting) for row in rows]
