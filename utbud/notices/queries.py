"""Which way a notice takes, what waits for a person, and who has been reached."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from utbud.base import dates, letters
from utbud.channels.adapters.sms import Sms
from utbud.channels.models import ChannelSetup
from utbud.inbox import queries as inbox
from utbud.inbox.contact import Contact, ContactKind
from utbud.notices.models import Notice, NoticeQuerySet, Way
from utbud.places import queries as places
from utbud.places.phones import HOME, country_of, is_mobile

LATE = dt.timedelta(minutes=30)  # what should have gone by itself, and has not


def sms_channel() -> ChannelSetup | None:
    """The channel that text messages go through: on, and with what it needs. None where there is none."""
    setups = ChannelSetup.objects.filter(kind=Sms.slug, on=True)
    return next((setup for setup in setups if not setup.adapter().missing()), None)


@dataclass(frozen=True)
class Means:
    """What there is to tell people with. Asked for once, however many are told."""

    texts: bool  # text messages can be sent
    answers: bool  # and answered
    countries: tuple[str, ...] = (HOME,)  # that texts go to
    service: Sms | None = None
    mails: bool = True  # letters by e-mail reach anybody

    def way_for(self, contact: Contact | None) -> Way:
        """How a notice reaches ``contact``; who has none, or e-mail alone where no mail server is, is told by staff."""
        if contact is None:
            return Way.HAND
        if contact.kind == ContactKind.EMAIL:
            return Way.EMAIL if self.mails else Way.HAND
        if contact.kind == ContactKind.POST:
            return Way.LETTER
        texted = self.texts and is_mobile(contact.value) and country_of(contact.value) in self.countries
        return Way.SMS if texted else Way.CALL

    def ore(self, way: Way, text: str, to: str) -> int:
        """What it costs to send ``text`` by ``way``, in öre."""
        return self.service.ore(text, to) if self.service and way == Way.SMS else 0


def means() -> Means:
    """What there is to tell people with today."""
    setup = sms_channel()
    adapter = setup.adapter() if setup else None
    service = adapter if isinstance(adapter, Sms) else None
    return Means(
        setup is not None,
        service is not None and service.two_way,
        places.ceilings().countries,
        service,
        letters.go_out(),
    )


def ways_words() -> str:
    """How those who are told something are reached today, for staff."""
    says = (
        _("Den som har mobil får sms.")
        if means().texts
        else _("Ingen kanal för sms är på, så den som har lämnat ett nummer ringer ni.")
    )
    mail = letters.promise(
        _("Den som har lämnat en e-postadress får e-post."),
        instead=_("Den som har lämnat en e-postadress säger ni till själva."),
    )
    return f"{says} {mail} {_('Den som har lämnat en postadress får ett brev.')} {_('Den som inte har sagt hur vi når hen säger du till själv.')}"


def way_for(contact: Contact) -> Way:
    """How a notice reaches ``contact`` today."""
    return means().way_for(contact)


def ore(notice_way: Way, text: str, to: str) -> int:
    """What it costs to send ``text``, in öre."""
    return means().ore(notice_way, text, to)


def held(now: dt.datetime) -> NoticeQuerySet:
    """What a ceiling stopped, and a person must let go or put aside. The oldest first."""
    return Notice.objects.filter(state=Notice.HELD, purged_at=None).order_by("due_at", "pk")


def texts_come_to() -> str:
    """The number (E.164) that people can send a text message to, "" where there is none."""
    setup = sms_channel()
    adapter = setup.adapter() if setup else None
    return str(adapter.config["sender"]) if isinstance(adapter, Sms) and adapter.two_way else ""


def for_a_person(now: dt.datetime) -> NoticeQuerySet:
    """What staff must do or look at: to call, to post, refused, unsure, or late. The oldest first."""
    return (to_do(now) | wrong_or_late(now)).order_by("due_at", "pk")


def waits_for_staff(abouts: Iterable[str], now: dt.datetime) -> list[Notice]:
    """What of ``abouts`` staff must say themselves: nobody has got it, and nothing goes by itself. The oldest first."""
    return list(for_a_person(now).filter(about__in=list(abouts)).exclude(state=Notice.HELD))


def late(now: dt.datetime) -> NoticeQuerySet:
    """What goes by itself but has not: the service does not answer, or nothing sends."""
    return Notice.objects.filter(_late(now)).order_by("due_at", "pk")


def wrong_or_late(now: dt.datetime) -> NoticeQuerySet:
    """What did not come through, or perhaps did not, or should have gone by now."""
    wrong = Q(state__in=[Notice.REFUSED, Notice.UNSURE, Notice.HELD], purged_at=None)
    return Notice.objects.filter(wrong | _late(now)).order_by("due_at", "pk")


def to_do(now: dt.datetime) -> NoticeQuerySet:
    """What staff call, post or say, the oldest first."""
    return Notice.objects.filter(state__in=Notice.LISTED, due_at__lte=now).order_by("due_at", "pk")


def find(question: str, now: dt.datetime) -> NoticeQuerySet:
    """What a person must do or look at, by the name or the way of whom it is for."""
    asked = inbox.asks(question, "name", "address")
    waiting = for_a_person(now)
    return waiting.filter(asked, purged_at=None)


def _late(now: dt.datetime) -> Q:
    tried_for_long = Q(first_tried_at__lte=now - LATE)
    return Q(state=Notice.WAITING) & (Q(due_at__lte=now - LATE) | tried_for_long)


def of(about: str) -> list[Notice]:
    """All that has been said about one thing, the latest first."""
    return of_many([about])[about]


def of_many(abouts: Iterable[str]) -> dict[str, list[Notice]]:
    """All that has been said about each, the latest first. One query."""
    found: dict[str, list[Notice]] = {about: [] for about in abouts}
    for notice in Notice.objects.filter(about__in=found).order_by("-made_at", "-pk"):
        found[notice.about].append(notice)
    return found


def unreached(abouts: Iterable[str], *, kinds: Iterable[str] | None = None) -> dict[str, list[Notice]]:
    """Who has not got the latest of each kind, by no way: what stands in the way, by ``about``. One query.

    What was stopped because it is not true any more is left out; what was stopped because it came too late is not.
    """
    wanted = None if kinds is None else set(kinds)
    lacking: dict[str, list[Notice]] = {}
    for about, notices in of_many(abouts).items():
        latest: dict[str, list[Notice]] = defaultdict(list)
        for notice in notices:  # the latest first
            same = latest[notice.kind]
            if not same or same[0].version == notice.version:
                same.append(notice)
        for kind, same in latest.items():
            if (wanted is not None and kind not in wanted) or any(
                one.state in Notice.REACHED for one in same
            ):
                continue
            if still := [one for one in same if not _no_matter(one)]:
                lacking.setdefault(about, []).extend(still)
    return lacking


def _no_matter(notice: Notice) -> bool:
    """Whether nobody needs to get it any more."""
    if notice.purged_at:
        return True
    if notice.state == Notice.STOPPED:
        return not notice.too_late and notice.done_at is None  # what staff gave up was never got
    return notice.stopped_at is not None


def state_words(notice: Notice, now: dt.datetime) -> str:
    """Where a notice stands, in words that need no colour, without a full stop."""
    words = _words(notice, now)
    why = notice.error.rstrip(".")
    return f"{words}: {why[:1].lower()}{why[1:]}" if why and notice.state in _SAY_WHY else words


_SAY_WHY = (Notice.WAITING, Notice.HELD, Notice.REFUSED, Notice.STOPPED)


def _words(notice: Notice, now: dt.datetime) -> str:
    by = {
        "when": when_words(notice.done_at or notice.sent_at or notice.due_at, now),
        "times": notice.attempts,
    }
    letter = notice.way == Way.LETTER
    match notice.state:
        case Notice.WAITING:
            if notice.attempts:
                return _("Försöker igen %(when)s") % by
            return _("Skickas %(when)s") % by if notice.due_at > now else _("På väg")
        case Notice.SENT:
            if notice.way == Way.SMS:
                return _("Sms skickat %(when)s") % by
            if not letters.go_out():
                return _("E-post sparad som fil %(when)s, för ingen e-postserver är inställd") % by
            return _("E-post skickad %(when)s") % by
        case Notice.TO_DO:
            if notice.way == Way.HAND:
                return _("Ska sägas för hand")
            if notice.due_at > now:
                return (
                    _("Brev att posta från %(when)s") if letter else _("Samtal att ringa från %(when)s")
                ) % by
            return _("Brev att posta") if letter else _("Samtal att ringa")
        case Notice.NOT_REACHED:
            return (
                _("Svarade inte, ett försök")
                if notice.attempts == 1
                else _("Svarade inte, %(times)s försök") % by
            )
        case Notice.DONE:
            if notice.way == Way.CALL:
                return _("Nådd %(when)s") % by
            if notice.way == Way.HAND:
                return _("Sagt %(when)s") % by
            return (_("Brev postat %(when)s") if letter else _("Ordnat på annat sätt %(when)s")) % by
        case _:
            label = str(Notice.STATES[notice.state])
            return label[:1].upper() + label[1:]


def when_words(moment: dt.datetime, now: dt.datetime) -> str:
    """«i dag klockan 10.15», «tisdag 3 mars klockan 8»."""
    there, today = dates.local(moment), dates.local(now).date()
    day = dates.near_date_words(there.date(), today=today)
    return _("%(day)s klockan %(time)s") % {"day": day, "time": dates.time_words(there)}
