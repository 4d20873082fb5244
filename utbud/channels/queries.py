"""What each channel would say, where things are out, and what waits for a person."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext as _

from utbud.channels.channel import Channel, Remark, adapters
from utbud.channels.models import ChannelSetup, Delivery, DeliveryQuerySet, Subscriber
from utbud.channels.post import Fitted, Media, Post

OUT = (Delivery.SENT, Delivery.TAKING_BACK, Delivery.REMAINS)
# What is out, or may be: a new version corrects it, and does not come beside it.
MAY_BE_OUT = Q(state__in=[Delivery.SENDING, Delivery.SENT, Delivery.UNSURE]) | Q(
    state=Delivery.WAITING, maybe_out=True
)
STUCK = 5  # tries, about twenty minutes of them


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """What one channel would be given, seen before approval."""

    setup: ChannelSetup
    adapter: Channel
    text: str
    own: bool  # written by staff, not by the channel itself
    suggestion: Fitted
    length: int
    limit: int | None
    picture: Media | None
    remarks: list[Remark] = field(default_factory=list)
    recipients: int | None = None  # for channels with subscribers
    price: str = ""
    declined: bool = False  # it has nothing to say of such a thing, and the one remark is why

    @property
    def stops(self) -> bool:
        """Whether it could not be sent so."""
        return any(remark.stops for remark in self.remarks)


def channels_on() -> list[ChannelSetup]:
    """The channels that are on and whose kind is there."""
    return [setup for setup in ChannelSetup.objects.filter(on=True) if setup.adapter_class]


def preflight(
    post: Post, texts: Mapping[str, str], setups: Iterable[ChannelSetup] | None = None
) -> list[Preflight]:
    """What every channel that is on would say of ``post``; ``texts`` are staff's own, by the channel's id.

    Where it is out already, the first remark says what a new text does there. May ask a service for its limits.
    Never inside a transaction.
    """
    setups = channels_on() if setups is None else list(setups)
    out = set(
        Delivery.objects.filter(MAY_BE_OUT, dispatch__item=post.item, dispatch__withdrawn_at=None)
        .values_list("dispatch__channel", flat=True)
        .distinct()
    )
    counts = dict(
        Subscriber.objects.active()
        .filter(channel__in=setups)
        .values_list("channel")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [
        _preflight(setup, post, texts.get(str(setup.pk), ""), counts, out=setup.pk in out) for setup in setups
    ]


def _preflight(
    setup: ChannelSetup, post: Post, own: str, counts: Mapping[int, int], *, out: bool
) -> Preflight:
    adapter = setup.adapter()
    if why := adapter.declines(post):
        return Preflight(
            setup=setup,
            adapter=adapter,
            text="",
            own=False,
            suggestion=Fitted(""),
            length=0,
            limit=None,
            picture=None,
            remarks=[Remark(says=why)],
            declined=True,
        )
    try:
        suggestion = adapter.compose(post)
    except ValueError:  # not even the link has room
        suggestion = Fitted("", adapter.body(post))
    text = own.strip() or suggestion.text
    remarks, changes = adapter.remarks(post, text), adapter.can_correct or adapter.by_hand
    if out:
        says = Remark(says=_out_already(adapter))
        remarks = [says, *remarks] if changes else [says]  # what is not sent stops nothing
    recipients = counts.get(setup.pk, 0) if adapter.subscribers and not out else None
    return Preflight(
        setup=setup,
        adapter=adapter,
        text=text,
        own=bool(own.strip()),
        suggestion=suggestion,
        length=adapter.count(text),
        limit=adapter.limit(),
        picture=adapter.picture(post),
        remarks=remarks,
        recipients=recipients,
        price="" if out and not changes else adapter.price(text, recipients or 0),
    )


def _out_already(adapter: Channel) -> str:
    if adapter.by_hand:
        return _("Finns redan ute. En ny text läggs fram för er att ändra till.")
    if adapter.subscribers:
        return _("Finns redan ute. Den som har fått den får inget nytt.")
    if adapter.can_correct:
        says = _("Finns redan ute. En ny text kommer i stället.")
        return f"{says} {adapter.when_corrected}".strip()
    return _("Finns redan ute, och går inte att ändra där.")


@dataclass(frozen=True)
class Standing:
    """Where an item stands on one channel: its latest dispatch."""

    channel: ChannelSetup
    state: str
    state_words: str
    count: int  # deliveries in that state
    since: dt.datetime | None
    url: str
    error: str
    delivery_id: int | None  # the delivery itself where there is just one


def standings(item: str) -> list[Standing]:
    """Where ``item`` is out, was taken back, or waits, a line a channel and state. Three queries at most."""
    found = (
        Delivery.objects.filter(dispatch__item=item)
        .exclude(state=Delivery.REPLACED)
        .values("dispatch__channel", "state")
        .annotate(n=Count("pk"), since=Min("sent_at"), newest=Max("pk"))
        .order_by("dispatch__channel__name", "state")
    )
    rows = list(found)
    setups = ChannelSetup.objects.in_bulk([row["dispatch__channel"] for row in rows])
    newest = Delivery.objects.in_bulk([row["newest"] for row in rows])
    return [
        Standing(
            channel=setups[row["dispatch__channel"]],
            state=row["state"],
            state_words=_state_words(newest[row["newest"]]),
            count=row["n"],
            since=row["since"],
            url=newest[row["newest"]].url if row["n"] == 1 and row["state"] != Delivery.TAKEN_BACK else "",
            error=newest[row["newest"]].error,
            delivery_id=row["newest"] if row["n"] == 1 else None,
        )
        for row in rows
    ]


def _state_words(delivery: Delivery) -> str:
    if delivery.state == Delivery.BY_HAND and delivery.corrects_id:
        return _("ska rättas för hand")
    return str(Delivery.STATES[delivery.state])


@dataclass(frozen=True)
class TakeBack:
    """What withdrawing an item would do on one channel."""

    channel: ChannelSetup
    count: int
    possible: bool
    by_hand: bool
    unsure: int = 0  # besides, so many that may be out: nobody has looked yet


def take_back_plan(item: str) -> list[TakeBack]:
    """What is out of ``item``, or may be, and whether it can be taken back, a line a channel."""
    unsure = Q(state=Delivery.UNSURE)
    found = (
        Delivery.objects.filter(Q(state__in=OUT) | unsure, dispatch__item=item)
        .values("dispatch__channel")
        .annotate(n=Count("pk", filter=~unsure), unsure=Count("pk", filter=unsure))
        .order_by("dispatch__channel__name")
    )
    rows = list(found)
    setups = ChannelSetup.objects.in_bulk([row["dispatch__channel"] for row in rows])
    plan = []
    for row in rows:
        setup = setups[row["dispatch__channel"]]
        kind = setup.adapter_class
        by_hand = bool(kind and kind.by_hand)
        possible = bool(kind and (kind.can_recall or by_hand))
        plan.append(TakeBack(setup, row["n"], possible, by_hand, row["unsure"]))
    return plan


def by_hand_kinds() -> list[str]:
    """The kinds of channels that a person posts on."""
    return [slug for slug, kind in adapters().items() if kind.by_hand]


def for_a_person() -> DeliveryQuerySet:
    """What somebody must look at, oldest first.

    That is what was refused, unsure, to be posted or taken down by hand; what could not be taken back where one
    would think that it can; and what has been tried so often that something else than time is needed.
    """
    hand = Q(state=Delivery.TAKING_BACK, dispatch__channel__kind__in=by_hand_kinds())
    asks = Q(state__in=[Delivery.REFUSED, Delivery.UNSURE, Delivery.BY_HAND])
    left = Q(state=Delivery.REMAINS) & ~Q(error="")
    stuck = Q(state__in=[Delivery.WAITING, Delivery.TAKING_BACK], attempts__gte=STUCK)
    return (
        Delivery.objects.filter(asks | hand | left | stuck, seen_at=None)
        .select_related("dispatch__channel", "subscriber")
        .order_by("due_at", "pk")
    )


def can_be_deleted(setup: ChannelSetup) -> bool:
    """Whether nothing but settings would go with the channel: it has said nothing, and nobody subscribes to it."""
    return not setup.dispatches.exists() and not setup.subscribers.exists()
