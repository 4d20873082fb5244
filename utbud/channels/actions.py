"""The outbox: put in, send, try again, take back, correct.

A delivery is made in the transaction that publishes, sent after it, and claimed by a conditional update, so that
two workers never hold the same. What a killed process held is settled by ``settle``: tried again where the service
knows our key, otherwise put before a person. Nothing is ever sent twice by itself.
"""

import dataclasses
import datetime as dt
import logging
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import sending
from utbud.base.discreet import discreet
from utbud.channels import queries, reach, vault
from utbud.channels.channel import Channel, Refused, Unavailable, Unread, Unsure
from utbud.channels.models import ChannelSetup, Delivery, DeliveryQuerySet, Dispatch, Subscriber
from utbud.channels.post import Post
from utbud.channels.subscribers.queries import to_of
from utbud.formats.models import Rendition
from utbud.people.models import User

logger = logging.getLogger(__name__)
WAITS = (1, 2, 5, 15, 60, 180, 360)  # minutes between tries: about ten hours in all
UNDONE = (Delivery.WAITING, Delivery.BY_HAND, Delivery.REFUSED)  # not out, and nobody holds it
Clock = Callable[[], dt.datetime]


class NotNow(Exception):
    """Why something cannot be done to a delivery, in Swedish, to be shown as it is."""


@dataclass(frozen=True)
class Planned:
    """What a channel is to say, decided before the transaction that publishes (a service may be asked for limits)."""

    setup: ChannelSetup
    adapter: Channel
    text: str


def plan(*, post: Post, texts: Mapping[str, str]) -> list[Planned]:
    """What every channel that is on will say of ``post``. Never inside a transaction."""
    said = queries.preflight(post, texts)
    return [Planned(one.setup, one.adapter, one.text) for one in said if not one.declined]


def announce(*, post: Post, planned: Iterable[Planned], now: dt.datetime) -> int:
    """Put ``post`` in the outbox for every channel, in the caller's transaction. Returns how many deliveries.

    What stands there already for this version is left as it is.
    """
    return sum(_put(post, one, now) for one in planned)


def amend(*, post: Post, planned: Iterable[Planned], now: dt.datetime) -> int:
    """Put a new version of something that is out in the outbox, in the caller's transaction. Returns how many deliveries.

    Where the old version is out, the new one corrects it if the channel can (by hand a person does). Where it still
    waited or was refused, the new one takes its place, for just those who have not had the old. Channels where it
    never was are left alone.
    """
    made = 0
    for one in planned:
        old = (
            Delivery.objects.filter(dispatch__item=post.item, dispatch__channel=one.setup)
            .filter(dispatch__withdrawn_at=None)
            .exclude(dispatch__version=post.version)
        )
        out = old.filter(queries.MAY_BE_OUT).order_by("-pk").first()
        replaced = _replace(old)
        if one.adapter.subscribers:
            made += _put(post, one, now, only=replaced) if replaced else 0
        elif out is None:
            made += _put(post, one, now) if replaced else 0
        elif one.adapter.can_correct or one.adapter.by_hand:
            made += _put(post, one, now, corrects=out)
    return made


def _replace(old: DeliveryQuerySet) -> set[str]:
    """Stop what of ``old`` has not gone out. Returns the recipients (their ids, "" for a page of our own)."""
    undone = old.filter(state__in=UNDONE, maybe_out=False).select_for_update(of=("self",))
    recipients = dict(undone.order_by("pk").values_list("pk", "recipient"))
    Delivery.objects.filter(pk__in=recipients).update(
        state=Delivery.STOPPED, error=_("Ersatt av en nyare text.")
    )
    return set(recipients.values())


def share(*, post: Post, text: str, setup: ChannelSetup, now: dt.datetime) -> int:
    """Say something that is out already on a channel where it is not. Returns how many deliveries."""
    standing = [Delivery.WAITING, Delivery.BY_HAND, Delivery.SENDING, Delivery.SENT, Delivery.UNSURE]
    with transaction.atomic():
        ChannelSetup.objects.select_for_update().get(pk=setup.pk)
        if Delivery.objects.filter(
            dispatch__item=post.item, dispatch__channel=setup, state__in=standing
        ).exists():
            raise NotNow(_("Den finns redan där, eller är på väg."))
        Dispatch.objects.filter(item=post.item, channel=setup, withdrawn_at=None).update(withdrawn_at=now)
        made = _put(post, Planned(setup, setup.adapter(), text), now)
    if not made:
        raise NotNow(_("Kanalen har inga mottagare än."))
    return made


def _put(
    post: Post,
    one: Planned,
    now: dt.datetime,
    *,
    corrects: Delivery | None = None,
    only: Collection[str] | None = None,
) -> int:
    dispatch, made = Dispatch.objects.get_or_create(
        item=post.item,
        version=post.version,
        channel=one.setup,
        withdrawn_at=None,
        defaults={"title": post.title[:255], "post": post.as_json(), "text": one.text, "made_at": now},
    )
    if not made:
        return 0
    state = Delivery.BY_HAND if one.adapter.by_hand else Delivery.WAITING
    to: list[Subscriber | None] = [None]
    if one.adapter.subscribers:
        to = [
            subscriber
            for subscriber in Subscriber.objects.active().filter(channel=one.setup)
            if only is None or str(subscriber.pk) in only
        ]
    rows = [
        Delivery(
            dispatch=dispatch,
            subscriber=subscriber,
            recipient=str(subscriber.pk) if subscriber else "",
            corrects=corrects,
            key=uuid.uuid4(),
            state=state,
            due_at=now,
        )
        for subscriber in to
    ]
    return len(Delivery.objects.bulk_create(rows, batch_size=500))


# --- sending ----------------------------------------------------------------------------------


def channels_due(now: dt.datetime) -> list[int]:
    """The channels (their ids) that have something to send or take back by ``now``."""
    due = Delivery.objects.due(now).order_by().values_list("dispatch__channel", flat=True)
    return sorted(due.distinct())


def deliver_due(now: dt.datetime, clock: Clock = timezone.now, *, channel: int | None = None) -> int:
    """Send and take back all that is due by ``now``, each claimed first. Returns how many came through.

    On one ``channel``, or on all. A channel that does not answer is left alone for the rest of the round, and one that
    names a time until then.
    """
    done = 0
    resting: set[int] = set()
    while True:
        waiting = Delivery.objects.due(now).exclude(dispatch__channel__in=resting)
        if channel is not None:
            waiting = waiting.filter(dispatch__channel=channel)
        batch = list(waiting.order_by("due_at", "pk").values_list("pk", "dispatch__channel")[:100])
        if not batch:
            return done
        for pk, its_channel in batch:
            if its_channel in resting:
                continue
            if sending.over.is_set():
                return done
            try:
                done += _work_on(pk, clock)
            except Unavailable as error:
                resting.add(its_channel)
                _let_rest(its_channel, error, now, clock())


def _let_rest(channel: int, error: Unavailable, now: dt.datetime, at: dt.datetime) -> None:
    """Keep all that is due on ``channel`` until its service has said that it may be asked again."""
    if error.retry_after:
        until = at + dt.timedelta(seconds=error.retry_after)
        Delivery.objects.due(now).filter(dispatch__channel=channel).update(due_at=until)


def _work_on(pk: int, clock: Clock) -> bool:
    """Claim one delivery and do what it waits for. Raises Unavailable when its channel does not answer."""
    now = clock()
    free = Delivery.objects.filter(pk=pk, claimed_at=None)
    claim = {
        "claimed_at": now,
        "attempts": F("attempts") + 1,
        "first_tried_at": Coalesce(F("first_tried_at"), now),
    }
    if free.filter(state=Delivery.WAITING).update(state=Delivery.SENDING, **claim):
        return _attempt(pk, now, clock, _send)
    if free.filter(state=Delivery.TAKING_BACK).update(**claim):
        return _attempt(pk, now, clock, _take_back)
    return False  # another process was first


def _attempt(
    pk: int, claimed_at: dt.datetime, clock: Clock, work: Callable[[Delivery, Channel], dict[str, object]]
) -> bool:
    delivery = Delivery.objects.select_related("dispatch__channel", "subscriber", "corrects").get(pk=pk)
    unavailable: Unavailable | None = None
    try:
        if delivery.dispatch.channel.adapter_class is None:
            raise Refused(_("Den här sortens kanal finns inte längre."))
        outcome = work(delivery, delivery.dispatch.channel.adapter())
    except Unavailable as error:
        unavailable = error
        outcome = _try_later(delivery, error, clock())
    except Refused as error:
        outcome = _stopped_by(delivery, str(error))
    except Exception as error:
        logger.exception("delivery %s failed", pk)
        outcome = _stopped_by(
            delivery,
            _("Något gick fel hos oss (%(what)s).") % {"what": type(error).__name__},
            unsure=delivery.handed_over,
        )
    state = outcome["state"]
    out = state in (Delivery.SENT, Delivery.REMAINS)
    if out and not delivery.sent_at:
        outcome["sent_at"] = clock()
    if state == Delivery.TAKEN_BACK:
        outcome["taken_back_at"] = clock()
    if state in (Delivery.REFUSED, Delivery.UNSURE, Delivery.REMAINS):
        outcome["seen_at"] = None  # who laid it aside while we tried has not seen this
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=pk, claimed_at=claimed_at)
        if not mine.update(claimed_at=None, **outcome):
            logger.warning("delivery %s took longer than its lease and was settled by another process", pk)
            return False
        if state == Delivery.SENT and delivery.corrects_id:
            Delivery.objects.filter(pk=delivery.corrects_id, state=Delivery.SENT).update(
                state=Delivery.REPLACED
            )
        if state == Delivery.SENT and not _was_out(delivery):
            reach.count(
                way=delivery.dispatch.channel.kind, what="sent", now=clock(), item=delivery.dispatch.item
            )
    if unavailable is not None:
        raise unavailable
    return state in (Delivery.SENT, Delivery.TAKEN_BACK)


def _was_out(delivery: Delivery) -> bool:
    """Whether it corrects what was out when it was claimed: told once, it is not counted again."""
    return delivery.corrects is not None and delivery.corrects.state == Delivery.SENT


def _send(delivery: Delivery, adapter: Channel) -> dict[str, object]:
    dispatch = delivery.dispatch
    if (
        dispatch.withdrawn_at and not delivery.maybe_out
    ):  # what may be out is asked for by its key, then taken back
        return {"state": Delivery.STOPPED, "error": _("Drogs tillbaka innan den gick ut.")}
    if not dispatch.channel.on:
        return {"state": Delivery.STOPPED, "error": _("Kanalen stängdes av innan den gick ut.")}
    if delivery.recipient and (delivery.subscriber is None or delivery.subscriber.stopped_at):
        return {"state": Delivery.STOPPED, "error": _("Mottagaren prenumererar inte längre.")}
    if missing := adapter.missing():
        raise Refused(_("Kanalens inställningar saknar: %(what)s.") % {"what": ", ".join(missing)})
    post = with_files(dispatch.as_post())
    names = {*adapter.media, *adapter.must_have}
    if any(media.name in names and media.key and not media.stored for media in post.media):
        raise Unavailable(_("Filmen eller bilden görs fortfarande."))
    if stops := [remark.says for remark in adapter.remarks(post, dispatch.text) if remark.stops]:
        raise Refused(" ".join(stops))
    old = _settled(delivery.corrects) if delivery.corrects else None
    to = to_of(delivery.subscriber) if delivery.subscriber else ""
    delivery.handed_over = True
    if old:
        receipt = adapter.correct(old.receipt, post, dispatch.text)
    else:
        receipt = adapter.send(post, dispatch.text, key=str(delivery.key), to=to)
    return {
        "state": Delivery.SENT,
        "reference": receipt.reference[:300],
        "url": receipt.url[:500],
        "error": "",
    }


def with_files(post: Post) -> Post:
    """``post`` with the files that have been made since it was put in the outbox."""
    lacking = [media.key for media in post.media if media.key and not media.stored]
    made = {one.key: one for one in Rendition.objects.filter(key__in=lacking)} if lacking else {}
    media = tuple(
        dataclasses.replace(one, stored=str(made[one.key].file), bytes=made[one.key].bytes)
        if one.key in made
        else one
        for one in post.media
    )
    return dataclasses.replace(post, media=media)


def _settled(old: Delivery) -> Delivery | None:
    """What is to be corrected, once it is out; None when it never came out. Raises Unavailable while it is on its way."""
    if old.state == Delivery.SENT:
        return old
    if old.state in (Delivery.SENDING, Delivery.WAITING):
        raise Unavailable(_("Den förra texten är på väg ut. Rättelsen väntar på den."))
    if old.state == Delivery.UNSURE:
        raise Refused(_("Avgör först om den förra texten gick ut."))
    return None


def _take_back(delivery: Delivery, adapter: Channel) -> dict[str, object]:
    if not adapter.can_recall:
        return {"state": Delivery.REMAINS, "error": ""}
    adapter.recall(delivery.receipt)
    return {"state": Delivery.TAKEN_BACK, "error": ""}


def _try_later(delivery: Delivery, error: Unavailable, now: dt.datetime) -> dict[str, object]:
    taking_back = delivery.state == Delivery.TAKING_BACK
    unsure = isinstance(error, Unread) or (isinstance(error, Unsure) and not _may_repeat(delivery, now))
    if unsure and not taking_back:
        return {"state": Delivery.UNSURE, "error": discreet(str(error))[:400]}
    if delivery.attempts > len(WAITS):
        says = _("%(why)s Vi har försökt %(times)s gånger.") % {"why": error, "times": delivery.attempts}
        given_up = Delivery.UNSURE if delivery.maybe_out else Delivery.REFUSED
        return {"state": Delivery.REMAINS if taking_back else given_up, "error": discreet(says)[:400]}
    wait = max(60 * WAITS[min(delivery.attempts, len(WAITS)) - 1], error.retry_after)
    later = {"due_at": now + dt.timedelta(seconds=wait), "error": discreet(str(error))[:400]}
    if taking_back:
        return {"state": Delivery.TAKING_BACK, **later}
    return {"state": Delivery.WAITING, "maybe_out": delivery.maybe_out or isinstance(error, Unsure), **later}


def _stopped_by(delivery: Delivery, why: str, *, unsure: bool = False) -> dict[str, object]:
    if delivery.state == Delivery.TAKING_BACK:
        return {"state": Delivery.REMAINS, "error": discreet(why)[:400]}
    unsure = unsure or delivery.maybe_out
    return {"state": Delivery.UNSURE if unsure else Delivery.REFUSED, "error": discreet(why)[:400]}


def _may_repeat(delivery: Delivery, now: dt.datetime) -> bool:
    """Whether the service would know a second try from the first."""
    kind = delivery.dispatch.channel.adapter_class
    if kind is None:
        return False
    return bool(delivery.corrects_id) or now - (delivery.first_tried_at or now) < kind.repeat_within


def settle(now: dt.datetime) -> int:
    """Take care of what a killed process held longer than its channel's lease. Returns how many.

    Also what was sent in the moment when it was withdrawn.
    """
    held = Delivery.objects.filter(claimed_at__isnull=False).select_related("dispatch__channel")
    done = 0
    for delivery in held:
        kind = delivery.dispatch.channel.adapter_class or Channel
        if delivery.claimed_at and now - delivery.claimed_at < kind.lease:
            continue
        mine = Delivery.objects.filter(pk=delivery.pk, claimed_at=delivery.claimed_at)
        if delivery.state == Delivery.TAKING_BACK:
            done += mine.update(claimed_at=None)
        elif _may_repeat(delivery, now):
            done += mine.update(claimed_at=None, state=Delivery.WAITING, due_at=now, maybe_out=True)
        else:
            says = _("Något avbröt oss mitt i. Se efter om den gick ut.")
            done += mine.update(claimed_at=None, state=Delivery.UNSURE, error=says)
    late = Delivery.objects.filter(state=Delivery.SENT, dispatch__withdrawn_at__isnull=False)
    return done + _start_taking_back(late, now)


# --- withdrawing ------------------------------------------------------------------------------


def withdraw(*, item: str, now: dt.datetime) -> int:
    """Take ``item`` back on every channel, in the caller's transaction: stop what waits, take back what is out.

    Returns how many deliveries it concerned. Can be done twice.
    """
    Dispatch.objects.filter(item=item, withdrawn_at=None).update(withdrawn_at=now)
    rows = Delivery.objects.filter(dispatch__item=item)
    stopped = rows.filter(state__in=UNDONE, maybe_out=False).update(
        state=Delivery.STOPPED, error=_("Drogs tillbaka innan den gick ut.")
    )
    return stopped + _start_taking_back(rows.filter(state=Delivery.SENT), now)


def _start_taking_back(rows: DeliveryQuerySet, now: dt.datetime) -> int:
    able = [
        setup.pk
        for setup in ChannelSetup.objects.all()
        if (kind := setup.adapter_class) and (kind.can_recall or kind.by_hand)
    ]
    begun = rows.filter(dispatch__channel__in=able).update(
        state=Delivery.TAKING_BACK, due_at=now, attempts=0, error="", seen_at=None
    )
    return int(begun + rows.exclude(dispatch__channel__in=able).update(state=Delivery.REMAINS))


# --- what a person does -----------------------------------------------------------------------


def mark_posted(*, delivery: Delivery, url: str, by: User, now: dt.datetime) -> None:
    """A person has posted it by hand, or changed what was posted. Raises NotNow when it is not theirs to tick."""
    old = delivery.corrects
    with transaction.atomic():
        if not Delivery.objects.filter(pk=delivery.pk, state=Delivery.BY_HAND).update(
            state=Delivery.SENT, sent_at=now, url=(url or (old.url if old else ""))[:500], by=by, error=""
        ):
            raise NotNow(_("Den är redan avbockad eller stoppad."))
        if old:
            Delivery.objects.filter(pk=old.pk, state=Delivery.SENT).update(state=Delivery.REPLACED)
            return
        dispatch = delivery.dispatch
        reach.count(way=dispatch.channel.kind, what="sent", now=now, item=dispatch.item)


def mark_taken_down(*, delivery: Delivery, by: User, now: dt.datetime) -> None:
    """A person has taken down what was posted by hand. Raises NotNow."""
    if not Delivery.objects.filter(
        pk=delivery.pk, state=Delivery.TAKING_BACK, dispatch__channel__kind__in=queries.by_hand_kinds()
    ).update(state=Delivery.TAKEN_BACK, taken_back_at=now, by=by):
        raise NotNow(_("Den är redan avbockad."))


def undo_mark(*, delivery: Delivery, by: User, now: dt.datetime) -> None:
    """Take back a tick. Raises NotNow when nothing was ticked by hand."""
    rows = Delivery.objects.filter(pk=delivery.pk, dispatch__channel__kind__in=queries.by_hand_kinds())
    posted_at = delivery.sent_at
    if posted_at and rows.filter(state=Delivery.SENT, sent_at=posted_at, dispatch__withdrawn_at=None).update(
        state=Delivery.BY_HAND, sent_at=None, url="", by=by, due_at=now
    ):
        if delivery.corrects_id:
            Delivery.objects.filter(pk=delivery.corrects_id, state=Delivery.REPLACED).update(
                state=Delivery.SENT
            )
            return
        dispatch = delivery.dispatch
        reach.count(way=dispatch.channel.kind, what="sent", now=posted_at, item=dispatch.item, times=-1)
    elif not rows.filter(state=Delivery.TAKEN_BACK).update(
        state=Delivery.TAKING_BACK, taken_back_at=None, by=by
    ):
        raise NotNow(_("Det finns ingen bock att ta bort."))


def try_again(*, delivery: Delivery, by: User, now: dt.datetime) -> None:
    """Let what was refused, stopped, or could not be taken back go again, by a person's word. Raises NotNow.

    Of what may have gone out (unsure) the person says with this that it did not.
    """
    rows = Delivery.objects.filter(pk=delivery.pk, claimed_at=None)
    again = {
        "due_at": now,
        "attempts": 0,
        "first_tried_at": None,
        "error": "",
        "by": by,
        "seen_at": None,
        "maybe_out": False,
    }
    open_states = [Delivery.REFUSED, Delivery.UNSURE, Delivery.STOPPED]
    if rows.filter(state__in=open_states, dispatch__withdrawn_at=None, dispatch__channel__on=True).update(
        state=Delivery.WAITING, **again
    ):
        return
    if rows.filter(state=Delivery.REMAINS).update(state=Delivery.TAKING_BACK, **again):
        return
    raise NotNow(
        _("Den går inte att skicka igen nu. Se efter att kanalen är på och att sidan är publicerad.")
    )


def it_went_out(*, delivery: Delivery, url: str, by: User, now: dt.datetime) -> None:
    """A person has seen that an unsure delivery did go out. Raises NotNow."""
    if not Delivery.objects.filter(pk=delivery.pk, state=Delivery.UNSURE).update(
        state=Delivery.SENT, sent_at=now, url=url[:500], by=by, error=""
    ):
        raise NotNow(_("Någon annan har redan svarat på det."))


def set_aside(*, delivery: Delivery, by: User, now: dt.datetime) -> None:
    """Let be what is refused, unsure or to be done by hand: it stays in the outbox but asks nobody any more."""
    Delivery.objects.filter(pk=delivery.pk, seen_at=None).update(seen_at=now, by=by)


def note_test(*, setup: ChannelSetup, refused: str, now: dt.datetime) -> None:
    """Remember how a try went: ``refused`` is why the service said no, "" when all was well."""
    tested = {} if refused else {"tested_at": now}
    ChannelSetup.objects.filter(pk=setup.pk).update(test_error=discreet(refused)[:400], **tested)


def turn(*, setup: ChannelSetup, on: bool, now: dt.datetime) -> None:
    """Turn a channel on or off. Off: what waits on it is stopped. Raises NotNow when something is missing or wrong,
    or when the service refused the last try and nothing is changed since.
    """
    if on and (missing := setup.adapter().missing()):
        raise NotNow(_("Fyll först i: %(what)s.") % {"what": ", ".join(missing)})
    if on and (faults := setup.adapter().faults()):
        raise NotNow(" ".join(faults.values()))
    if on and setup.test_error:
        raise NotNow(
            _("Provet gick inte: %(why)s Rätta det, eller prova igen, innan kanalen slås på.")
            % {"why": setup.test_error}
        )
    with transaction.atomic():
        ChannelSetup.objects.filter(pk=setup.pk).update(on=on, changed_at=now)
        if not on:
            Delivery.objects.filter(
                dispatch__channel=setup, state__in=[Delivery.WAITING, Delivery.BY_HAND]
            ).update(state=Delivery.STOPPED, error=_("Kanalen stängdes av innan den gick ut."))
    setup.on = on


def renew_keys(now: dt.datetime) -> int:
    """Have every channel that is on renew what runs out. A key from the environment is left alone. Returns how many."""
    done = 0
    for setup in queries.channels_on():
        try:
            fresh = setup.adapter().renew()
        except Exception:  # the old key still works; one channel's trouble must not stop the others
            logger.exception("the key of channel %s could not be renewed", setup.pk)
            continue
        kept = {
            name: vault.lock(value)
            for name, value in fresh.items()
            if not setup.config.get(name, "").startswith(vault.FROM_ENVIRONMENT)
        }
        with transaction.atomic():
            held = ChannelSetup.objects.select_for_update().get(pk=setup.pk)
            if kept and held.config == setup.config:  # nobody has changed the settings meanwhile
                held.config = held.config | kept
                held.save(update_fields=["config"])
                done += 1
    return done


def delete_setup(*, setup: ChannelSetup) -> None:
    """Remove a channel that has said nothing and has no subscribers. Raises NotNow for one that has: it is turned off."""
    with transaction.atomic():
        held = ChannelSetup.objects.select_for_update().filter(pk=setup.pk).first()
        if held is None:
            return
        if count := held.subscribers.count():
            raise NotNow(
                ngettext(
                    "Kanalen har %(count)s prenumerant, som skulle försvinna. Stäng av den i stället.",
                    "Kanalen har %(count)s prenumeranter, som skulle försvinna. Stäng av den i stället.",
                    count,
                )
                % {"count": count}
            )
        if not queries.can_be_deleted(held):
            raise NotNow(_("Kanalen har använts och finns med i utkorgen. Stäng av den i stället."))
        held.delete()
