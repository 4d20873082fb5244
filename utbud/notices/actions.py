"""The outbox for one person: tell, send, call or post, ask a person where nobody else knows, forget.

As in ``channels``: a notice is made in the transaction of what it is about, sent after it, and claimed by a conditional
update. No text message and no letter knows our key well enough to be sent twice, so what a killed process held is put
before a person (docs/adr/0010, docs/adr/0013).
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from utbud.base import sending
from utbud.base.discreet import discreet
from utbud.channels import sms
from utbud.channels.actions import WAITS
from utbud.channels.adapters.newsletter import Newsletter
from utbud.channels.adapters.sms import LINK, Sms
from utbud.channels.channel import Channel, Refused, Unavailable, Unsure
from utbud.channels.post import Post
from utbud.inbox import limits
from utbud.inbox.contact import Contact
from utbud.inbox.limits import Cause
from utbud.notices import queries
from utbud.notices.models import BY_ITSELF, Notice, NoticeQuerySet, Way
from utbud.people.models import User
from utbud.places import queries as places

logger = logging.getLogger(__name__)
Clock = Callable[[], dt.datetime]
NOBODY = {"name": "", "address": "", "subject": "", "text": "", "reference": "", "error": ""}
UNTRIED = {"attempts": 0, "first_tried_at": None, "last_tried_at": None}
UNDONE = (*Notice.LISTED, Notice.REFUSED, Notice.HELD)  # what a person may see to in their own way
Outcome = dict[str, object]


class NotNow(Exception):
    """Why something cannot be done to a notice, in Swedish, to be shown as it is."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """What is said to one person.

    ``about`` is what it concerns («registration:12»), ``version`` what makes it another one of its ``kind`` (a time). It
    goes at ``due_at`` (None: at once), and not after ``expires_at`` (None: never too late). ``url`` is where staff see what it concerns.
    ``contact`` None: staff say it when they meet. ``stays``: it must be said, so it waits for a person however late.
    ``cause`` is because of whom, and ``item`` what many are told of (a run): above a ceiling it is HELD for a person.
    """

    about: str
    kind: str
    version: str
    contact: Contact | None
    name: str = ""
    subject: str
    text: str
    due_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    url: str = ""
    cause: Cause = Cause.STRANGER
    item: str = ""
    stays: bool = False

    @property
    def address(self) -> str:
        """As the notice keeps it."""
        return self.contact.value if self.contact else ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same notice as another, whatever its way."""
        return (self.about, self.kind, self.version, self.address)


def tell(*, now: dt.datetime, **said: Any) -> Notice:
    """Say a ``Word`` (its fields are the arguments) in the caller's transaction. The notice; the same again is the same."""
    word = Word(**said)
    tell_all(words=[word], now=now)
    about, kind, version, address = word.key
    return Notice.objects.get(about=about, kind=kind, version=version, address=address, purged_at=None)


@transaction.atomic
def tell_all(*, words: Sequence[Word], now: dt.datetime) -> int:
    """Say each of ``words`` to its person, in the caller's transaction: a few queries, however many they are.

    The same again is the same notice, whatever its way. Returns how many were new.
    Raises ValueError for a link in what is sent as a text message or read aloud (rule 6), and for an empty text.
    """
    if not words:
        return 0
    means = queries.means()
    wanted = {word.key: _notice(word, means, now) for word in words}
    said = {word.key: word for word in words}
    there = Notice.objects.filter(
        about__in={word.about for word in words}, kind__in={word.kind for word in words}, purged_at=None
    )
    for key in there.values_list("about", "kind", "version", "address"):
        wanted.pop(key, None)
    _hold([(said[key], notice) for key, notice in wanted.items()], means, now)
    Notice.objects.bulk_create(wanted.values(), batch_size=200, ignore_conflicts=True)
    return len(wanted)


def _hold(new: Iterable[tuple[Word, Notice]], means: queries.Means, now: dt.datetime) -> None:
    """Count what goes by itself, and hold what is above a ceiling. What we cause ourselves is counted as one."""
    ours: list[tuple[Notice, int]] = []
    for word, notice in new:
        if notice.state != Notice.WAITING:
            continue
        cost = means.ore(Way(notice.way), notice.text, notice.address)
        if word.cause != Cause.STRANGER:
            ours.append((notice, cost))
        elif word.contact and (
            full := limits.take(contact=word.contact, cause=word.cause, now=now, item=word.item, ore=cost)
        ):
            notice.state, notice.error = Notice.HELD, full.why
    if full := limits.take_ours(times=len(ours), ore=sum(cost for _one, cost in ours), now=now):
        for notice, _cost in ours:
            notice.state, notice.error = Notice.HELD, full.why


def _notice(word: Word, means: queries.Means, now: dt.datetime) -> Notice:
    text = word.text.strip()
    if not text:
        raise ValueError("a notice must say something")
    way = means.way_for(word.contact)
    if way in (Way.SMS, Way.CALL, Way.HAND):
        _refuse_link(text, way)
    return Notice(
        about=word.about,
        kind=word.kind,
        version=word.version,
        address=word.address,
        stays=word.stays,
        way=way,
        name=word.name.strip()[:100],
        subject=" ".join(word.subject.split())[:200],
        text=sms.normalise(text) if way == Way.SMS else text,
        url=word.url,
        state=Notice.WAITING if way in BY_ITSELF else Notice.TO_DO,
        made_at=now,
        due_at=word.due_at or now,
        expires_at=word.expires_at,
    )


def _refuse_link(text: str, way: Way) -> None:
    if not LINK.search(text):
        return
    setup = queries.sms_channel() if way == Way.SMS else None
    adapter = setup.adapter() if setup else None
    if not (isinstance(adapter, Sms) and adapter.with_link):
        raise ValueError("a text message, and what is read aloud, holds no link")


def stop(*, about: str, kinds: Iterable[str] | None = None, why: str, now: dt.datetime) -> int:
    """Stop what waits about one thing: see ``stop_all``."""
    return stop_all(abouts=[about], kinds=kinds, why=why, now=now)


@transaction.atomic
def stop_all(*, abouts: Iterable[str], kinds: Iterable[str] | None = None, why: str, now: dt.datetime) -> int:
    """Stop what waits about some things, of some ``kinds`` or all. ``why`` is Swedish. Returns how many were stopped.

    What is being sent at this moment, or may have gone out, keeps its state but is never sent again.
    """
    rows = Notice.objects.filter(about__in=list(abouts), stopped_at=None, purged_at=None)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    rows.filter(state__in=[Notice.SENDING, Notice.UNSURE]).update(stopped_at=now)
    return rows.filter(state__in=Notice.WAITS).update(state=Notice.STOPPED, stopped_at=now, error=why[:400])


@transaction.atomic
def forget(*, about: str, now: dt.datetime) -> int:
    """Take name, address and words from all that was said about something. What waits is stopped first.

    Kind, way, state and times stay for the figures. Returns how many notices it concerned.
    """
    stop(about=about, why="", now=now)
    return Notice.objects.filter(about=about, purged_at=None).update(purged_at=now, **NOBODY)


# --- sending ------------------------------------------------------------------------------------


def ways_due(now: dt.datetime) -> list[str]:
    """By what something is to be sent by ``now``."""
    return sorted(Notice.objects.due(now).order_by().values_list("way", flat=True).distinct())


def send_due(now: dt.datetime, clock: Clock = timezone.now, *, by: str = "") -> int:
    """Send all that is due by ``now`` and goes by itself, each claimed first. Returns how many came through.

    ``by`` one way, or all. A service that does not answer is left alone for the rest of the round.
    """
    done = 0
    resting: set[str] = set()
    while True:
        waiting = Notice.objects.due(now).exclude(way__in=resting)
        if by:
            waiting = waiting.filter(way=by)
        batch = list(waiting.order_by("due_at", "pk").values_list("pk", "way")[:100])
        if not batch:
            return done
        for pk, way in batch:
            if way in resting:
                continue
            if sending.over.is_set():
                return done
            try:
                done += _work_on(pk, clock)
            except Unavailable:
                resting.add(way)


def _work_on(pk: int, clock: Clock) -> bool:
    """Claim one notice and send it. Raises Unavailable when its service does not answer."""
    now = clock()
    mine = Notice.objects.filter(pk=pk)
    if _stop_expired(mine.expired(now), now):
        return False
    if not mine.filter(state=Notice.WAITING).update(
        state=Notice.SENDING,
        claimed_at=now,
        last_tried_at=now,
        first_tried_at=Coalesce(F("first_tried_at"), now),
        attempts=F("attempts") + 1,
    ):
        return False  # another process was first, or it was stopped
    return _attempt(Notice.objects.get(pk=pk), now, clock)


def _attempt(notice: Notice, claimed_at: dt.datetime, clock: Clock) -> bool:
    unavailable: Unavailable | None = None
    try:
        outcome = _send(notice, clock())
        if outcome["state"] == Notice.SENT:
            outcome["sent_at"] = clock()
    except Unavailable as error:
        unavailable = error
        outcome = _try_later(notice, error, clock())
    except Refused as error:
        outcome = {"state": Notice.REFUSED, "error": discreet(str(error))[:400]}
    except Exception as error:
        logger.exception("notice %s failed", notice.pk)
        says = _("Något gick fel hos oss (%(what)s).") % {"what": type(error).__name__}
        outcome = {"state": Notice.UNSURE if notice.handed_over else Notice.REFUSED, "error": says}
    _note(notice, claimed_at, outcome)
    if unavailable is not None:
        raise unavailable
    return outcome["state"] == Notice.SENT


def _send(notice: Notice, now: dt.datetime) -> Outcome:
    library = places.library(now)
    if notice.way == Way.SMS:
        setup = queries.sms_channel()
        if setup is None:  # turned off since it was told
            return _as_call(now) | {"error": _("Det gick inte att skicka sms. Kanalen är avstängd.")}
        if not places.texts_go_to(notice.address):  # taken off the list since it was told
            return _as_call(now) | {"error": _("Vi skickar inte sms till det landet.")}
        carrier: Channel = setup.adapter()
    else:
        carrier = Newsletter({"reply_to": library.email})  # to one address: a letter, and no mailing
    words = Post.note(title=notice.subject, sender=library.name, phone=library.phone)
    notice.handed_over = True
    receipt = carrier.send(words, notice.text, key=str(notice.key), to=notice.address)
    return {"state": Notice.SENT, "reference": receipt.reference[:300], "error": ""}


def _as_call(now: dt.datetime) -> Outcome:
    """What makes a text message a call for staff."""
    return {"way": Way.CALL, "state": Notice.TO_DO, "due_at": now, **UNTRIED}


def _try_later(notice: Notice, error: Unavailable, now: dt.datetime) -> Outcome:
    if isinstance(error, Unsure):  # a second try would be a second message
        return {"state": Notice.UNSURE, "error": discreet(str(error))[:400]}
    if notice.attempts > len(WAITS):
        says = _("%(why)s Vi har försökt %(times)s gånger.") % {"why": error, "times": notice.attempts}
        return {"state": Notice.REFUSED, "error": discreet(says)[:400]}
    wait = max(60 * WAITS[notice.attempts - 1], error.retry_after)
    return {
        "state": Notice.WAITING,
        "due_at": now + dt.timedelta(seconds=wait),
        "error": discreet(str(error))[:400],
    }


def _note(notice: Notice, claimed_at: dt.datetime, outcome: Outcome) -> None:
    """Write what came of a try, unless another process has settled it. What was stopped meanwhile never waits again."""
    with transaction.atomic():
        mine = Notice.objects.filter(pk=notice.pk, state=Notice.SENDING, claimed_at=claimed_at)
        held = mine.select_for_update().first()
        if held is None:
            logger.warning(
                "notice %s took longer than its lease and was settled by another process", notice.pk
            )
            return
        if held.stopped_at and outcome["state"] in Notice.WAITS:
            outcome = {"state": Notice.STOPPED}
        if held.purged_at:
            outcome = {name: value for name, value in outcome.items() if name not in NOBODY}
        mine.update(claimed_at=None, **outcome)


def settle(now: dt.datetime) -> int:
    """Put before a person what a killed process held, and stop what has become too late. Returns how many."""
    held = Notice.objects.filter(state=Notice.SENDING, claimed_at__lte=now - Channel.lease)
    says = _("Något avbröt oss mitt i. Se efter om det gick fram.")
    done = held.filter(purged_at=None).update(state=Notice.UNSURE, claimed_at=None, error=says)
    done += held.update(state=Notice.UNSURE, claimed_at=None)  # forgotten meanwhile
    return done + _stop_expired(Notice.objects.expired(now), now)


def _stop_expired(rows: NoticeQuerySet, now: dt.datetime) -> int:
    why = _("Hann inte fram i tid.")
    before_a_person = rows.filter(stays=True).update(state=Notice.REFUSED, error=why)
    return before_a_person + rows.filter(stays=False).update(state=Notice.STOPPED, stopped_at=now, error=why)


# --- what a person does -------------------------------------------------------------------------


def done(*, notice: Notice, by: User, now: dt.datetime) -> None:
    """The call is made, the letter posted, or what did not come through was seen to in another way. Raises NotNow."""
    _change(_standing(notice, *UNDONE), state=Notice.DONE, done_at=now, done_by=by)


def not_reached(*, notice: Notice, by: User, now: dt.datetime) -> None:
    """Nobody answered. The call stays on the list and the tries are counted. Raises NotNow."""
    _change(
        _standing(notice, *Notice.LISTED).filter(way=Way.CALL),
        state=Notice.NOT_REACHED,
        attempts=F("attempts") + 1,
        first_tried_at=Coalesce(F("first_tried_at"), now),
        last_tried_at=now,
    )
    logger.info("user %s did not reach the person of notice %s", by.pk, notice.pk)


def give_up(*, notice: Notice, by: User, now: dt.datetime) -> None:
    """Let be what could not be done: it asks nobody any more, but counts as not reached. Raises NotNow."""
    why = _("Ingen blev nådd.") if notice.way == Way.CALL else notice.error
    by_whom = {"done_at": now, "done_by": by}
    _change(_standing(notice, *UNDONE), state=Notice.STOPPED, stopped_at=now, error=why, **by_whom)


def call_instead(*, notice: Notice, by: User, now: dt.datetime) -> None:
    """Put a text message that did not come through, perhaps did not, or takes too long, on the call list. Raises NotNow."""
    rows = _standing(notice, Notice.REFUSED, Notice.UNSURE, Notice.WAITING, Notice.HELD).filter(
        way=Way.SMS, stopped_at=None
    )
    _change(rows, **_as_call(now))
    logger.info("user %s made notice %s a call", by.pk, notice.pk)


@transaction.atomic
def send_again(*, notice: Notice, by: User, now: dt.datetime) -> None:
    """Let what was refused go again, or what was held go, by a person's word. It is counted, past the ceilings. Raises NotNow."""
    limits.count(now=now, ore=queries.ore(Way(notice.way), notice.text, notice.address))
    _change(_standing(notice, Notice.REFUSED, Notice.HELD), **_anew(now))
    logger.info("user %s sent notice %s again", by.pk, notice.pk)


def let_go(*, by: User, now: dt.datetime) -> int:
    """Send all that is held, by a person's word. Returns how many."""
    return _each(send_again, by, now)


def put_aside(*, by: User, now: dt.datetime) -> int:
    """Put aside all that is held: nobody is told. Returns how many."""
    return _each(give_up, by, now)


def _each(do: Callable[..., None], by: User, now: dt.datetime) -> int:
    done = 0
    for notice in queries.held(now):
        try:
            do(notice=notice, by=by, now=now)
        except NotNow:  # a colleague was first
            continue
        done += 1
    return done


@transaction.atomic
def settle_unsure(*, notice: Notice, went_out: bool, by: User, now: dt.datetime) -> None:
    """A person has seen whether an unsure notice came through. If not it goes again, unless it is stopped or too late.

    Raises NotNow.
    """
    rows = _standing(notice, Notice.UNSURE)
    if went_out:
        _change(rows, state=Notice.SENT, sent_at=now, done_at=now, done_by=by)
        return
    logger.info("user %s says that notice %s never came through", by.pk, notice.pk)
    no_more = rows.filter(stopped_at__isnull=False)
    if not no_more.update(state=Notice.STOPPED, error=_("Det behövdes inte längre.")):
        _change(rows, **_anew(now))
        _stop_expired(Notice.objects.filter(pk=notice.pk).expired(now), now)


@transaction.atomic
def undo(*, notice: Notice, by: User, now: dt.datetime) -> None:
    """Take back what a person ticked last. Raises NotNow when there is nothing to take back."""
    calls = _standing(notice, Notice.NOT_REACHED)
    ticked = _standing(notice, Notice.DONE, Notice.STOPPED).filter(done_at__isnull=False)
    said_out = _standing(notice, Notice.SENT).filter(done_at__isnull=False)
    untick = {"done_at": None, "done_by": None}
    if not (
        calls.filter(attempts__gt=1).update(attempts=F("attempts") - 1)
        or calls.update(state=Notice.TO_DO, **UNTRIED)
        or ticked.filter(way__in=BY_ITSELF).update(state=Notice.REFUSED, stopped_at=None, **untick)
        or ticked.filter(attempts__gt=0).update(state=Notice.NOT_REACHED, stopped_at=None, **untick)
        or ticked.update(state=Notice.TO_DO, stopped_at=None, **untick)
        or said_out.update(state=Notice.UNSURE, sent_at=None, **untick)
    ):
        raise NotNow(_("Det finns inget att ångra."))
    logger.info("user %s took back the tick of notice %s", by.pk, notice.pk)


def _standing(notice: Notice, *states: str) -> NoticeQuerySet:
    """The row of ``notice`` while it is in one of ``states`` and names somebody."""
    return Notice.objects.filter(pk=notice.pk, state__in=states, purged_at=None)


def _anew(now: dt.datetime) -> Outcome:
    return {"state": Notice.WAITING, "due_at": now, "error": "", **UNTRIED}


def _change(row: NoticeQuerySet, **fields: object) -> None:
    if not row.update(**fields):
        raise NotNow(_("Någon annan hann före, eller så behövs det inte längre. Titta i listan igen."))
