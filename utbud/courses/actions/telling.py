"""What is told to those who have registered: each thing once, by what they have, in the transaction that makes it true."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.channels.adapters.sms import LINK
from utbud.courses import words
from utbud.courses.models import Occasion, Registration, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries.seats import place_in_line
from utbud.courses.queries.times import absolute, all_times, where_words
from utbud.inbox.contact import ContactKind, UnclearContact, read_contact
from utbud.inbox.limits import Cause
from utbud.notices import actions as notices
from utbud.notices import queries as notice_queries
from utbud.notices.models import BY_ITSELF, Notice
from utbud.notices.models import Way as By
from utbud.places import queries as places

LONGEST_BRING = 160  # letters of what to bring that a reminder has room for
# Answers to what one has just done, at whatever hour.
AT_ONCE = ("receipt", "accepted", "left", "confirm", "contact")


def receipt(registration: Registration, now: dt.datetime) -> None:
    """That one has a seat, or stands in line. Whoever spoke with staff was told; only what goes by itself is sent.

    Whoever texts is answered by text already.
    """
    if registration.came_by == Way.SMS:
        return
    means, cause = Means.now(), _cause(registration.came_by)
    if registration.state == Registration.WAITING:
        place = place_in_line(registration)
        says = ngettext(
            "Du står först i kön till %(title)s.", "Du står på plats %(place)s i kön till %(title)s.", place
        ) % {"title": _title(registration), "place": place}
        _tell(
            registration, "receipt", registration.state, _("Du står i kö: %(title)s"),
            [says, *_when(registration, now), _("Vi hör av oss om det blir plats.")], now, means, by_itself=True, cause=cause,
        )  # fmt: skip
    else:
        _tell(
            registration, "receipt", registration.state, _("Du har en plats: %(title)s"),
            [_seats_yours(registration), *_when(registration, now), *_online(registration, means)], now, means, by_itself=True, cause=cause,
        )  # fmt: skip


def offer(registration: Registration, now: dt.datetime) -> None:
    """That there are seats, and until when they are held."""
    expires = registration.offer_expires_at or now
    until = words.day_words(expires, now) + " " + _("klockan %(time)s") % {"time": words.clock(expires)}
    says = ngettext(
        "Nu finns det plats för dig på %(title)s.", "Nu finns det %(count)s platser för er på %(title)s.",
        registration.seat_count,
    ) % {"title": _title(registration), "count": registration.seat_count}  # fmt: skip
    answer = _("Säg ja senast %(until)s. Sedan går platsen till nästa i kön.") % {"until": until}
    _tell(
        registration, "offer", registration.offered_at.isoformat() if registration.offered_at else "",
        _("Det finns plats: %(title)s"), [says, *_when(registration, now), answer], now, Means.now(), expires_at=expires, answer=True,
    )  # fmt: skip


def accepted(registration: Registration, now: dt.datetime, *, way: str = "") -> None:
    """That the yes came through, or that staff have given a seat. Whoever texts is answered by text already."""
    notices.stop(about=registration.about, kinds=["offer"], why=_("Hen har svarat."), now=now)
    if way == Way.SMS:
        return
    means = Means.now()
    _tell(
        registration, "accepted", registration.state, _("Du har en plats: %(title)s"),
        [_seats_yours(registration), *_when(registration, now), *_online(registration, means)], now, means, by_itself=True,
        cause=_cause(way),
    )  # fmt: skip


def expired(registration: Registration, now: dt.datetime) -> None:
    """That the offer has gone on to the next."""
    notices.stop(about=registration.about, kinds=["offer"], why=_("Tiden att svara gick ut."), now=now)
    says = _("Platsen på %(title)s har gått vidare till nästa i kön, eftersom vi inte fick något svar.")
    _tell(
        registration, "expired", registration.offered_at.isoformat() if registration.offered_at else "",
        _("Platsen gick vidare: %(title)s"),
        [says % {"title": _title(registration)}, _("Ring oss om du vill stå i kön igen.")], now,
        Means.now(), by_itself=True,
        about_code=False,
    )  # fmt: skip


def cancelled_by_party(registration: Registration, now: dt.datetime, *, way: str) -> None:
    """That one is no longer expected. Whoever texts is answered by text already."""
    notices.stop(about=registration.about, why=_("Hen har avbokat."), now=now)
    if way != Way.SMS:
        subject, says = _("Avbokat: %(title)s"), _("Du är avbokad från %(title)s.")
        if not registration.had_seat:
            subject, says = _("Du har lämnat kön: %(title)s"), _("Du står inte längre i kön till %(title)s.")
        _tell(
            registration, "left", registration.state, subject,
            [says % {"title": _title(registration)}, *_when(registration, now)], now,
            Means.now(), by_itself=True, about_code=False, cause=_cause(way),
        )  # fmt: skip


def moved(occasion: Occasion, was: str, now: dt.datetime) -> int:
    """Tell everyone who is expected, and the host, that ``occasion`` has another time or place. Returns how many."""
    kind = f"moved-{occasion.pk}"
    says = _("%(title)s har fått en ny tid eller plats. Det var: %(was)s. Nu gäller: %(now)s, %(where)s.")
    expected, means = _expected([occasion]), Means.now()
    abouts = [occasion.run.about, *(registration.about for registration in expected)]
    notices.stop_all(abouts=abouts, kinds=[kind], why=_("Tiden har ändrats igen."), now=now)
    line = says % {
        "title": occasion.run.course.title,
        "was": was,
        "now": words.time_words(occasion.starts_at, occasion.ends_at, now),
        "where": where_words(occasion),
    }
    said: dict[str, Any] = {"expires_at": occasion.starts_at, "cause": Cause.STAFF, "stays": True}
    subject = _("Ny tid: %(title)s")
    told = [
        _word(registration, kind, str(occasion.sequence), subject, [line], now, means, **said)
        for registration in expected
    ]
    host = _to_host(occasion.run, kind, str(occasion.sequence), subject, [line], now, means, **said)
    notices.tell_all(words=[word for word in (*told, host) if word], now=now)
    return len(told) + bool(host)


def called_off(occasions: Sequence[Occasion], why: str, now: dt.datetime, *, whole_run: bool) -> int:
    """Tell everyone who is expected, and the host, that an occasion, or the whole run, is called off. Returns how many."""
    first = {one.quota_id: one for one in reversed(occasions)}
    expected, means = _expected(occasions), Means.now()
    abouts = [*{one.run.about for one in occasions}, *(registration.about for registration in expected)]
    if whole_run:
        notices.stop_all(abouts=abouts, why=_("Kursen är inställd."), now=now)
    else:
        kinds = [f"{kind}-{one.pk}" for one in occasions for kind in ("reminder", "moved")]
        notices.stop_all(abouts=abouts, kinds=kinds, why=_("Tillfället är inställt."), now=now)
    reason = [why if why.endswith((".", "?", "!")) else f"{why}."] if why else []

    def line(occasion: Occasion) -> str:
        title = occasion.run.course.title
        if whole_run:
            return _("Hela kursen %(title)s är tyvärr inställd.") % {"title": title}
        when = words.time_words(occasion.starts_at, occasion.ends_at, now)
        return _("%(title)s, %(when)s, är tyvärr inställt.") % {"title": title, "when": when}

    def said(occasion: Occasion) -> dict[str, Any]:
        return {
            "kind": "run-off" if whole_run else f"off-{occasion.pk}",
            "version": "",
            "subject": _("Inställt: %(title)s"),
            "lines": [line(occasion), *reason],
            "now": now,
            "means": means,
            "expires_at": max(occasion.starts_at, now + dt.timedelta(hours=1)),
            "cause": Cause.STAFF,
            "stays": True,
        }

    told = [
        _word(registration, about_code=not whole_run, **said(first[registration.quota_id]))
        for registration in expected
    ]
    host = _to_host(occasions[0].run, **said(occasions[0])) if occasions else None
    notices.tell_all(words=[word for word in (*told, host) if word], now=now)
    return len(told) + bool(host)


def offers_ended(registrations: Iterable[Registration], now: dt.datetime) -> None:
    """There is nothing to say yes to any more: that it is called off is told of itself."""
    abouts = [registration.about for registration in registrations]
    notices.stop_all(abouts=abouts, kinds=["offer"], why=_("Tillfället är inställt."), now=now)


def reminder(
    occasion: Occasion, registration: Registration, now: dt.datetime, means: "Means"
) -> notices.Word | None:
    """That it is soon; None for a party that left no contact."""
    line = _("Välkommen till %(title)s %(when)s, %(where)s.") % {
        "title": _title(registration),
        "when": words.time_words(occasion.starts_at, occasion.ends_at, now),
        "where": where_words(occasion),
    }
    bring = registration.quota.run.course.bring.strip()
    if bring and not bring.lower().startswith("ta med"):
        bring = _("Ta med: %(bring)s") % {"bring": bring}
    more = [bring] if 0 < len(bring) <= LONGEST_BRING else []
    return _word(
        registration, f"reminder-{occasion.pk}", str(occasion.sequence), _("Välkommen: %(title)s"),
        [line, *more, *_online(registration, means)], now, means, expires_at=occasion.starts_at,
        cause=Cause.SCHEDULE,
    )  # fmt: skip


def _cause(way: str) -> Cause:
    """Because of whom something came about by ``way``: only the web and texts are open to anyone. "": staff gave a seat."""
    return Cause.STRANGER if way in (Way.WEB, Way.SMS, Way.HOST) else Cause.STAFF


def confirm(
    registration: Registration, once: str, version: str, now: dt.datetime, *, lives: dt.timedelta
) -> None:
    """The code that works once, to the contact itself: somebody has the right code after many wrong ones."""
    said = _("Din engångskod är %(code)s. Den gäller i %(minutes)s minuter.") % {
        "code": f"{once[:3]} {once[3:]}",
        "minutes": int(lives.total_seconds() // 60),
    }
    more = _("Ge den inte till någon. Har du inte bett om den, ring oss.")
    _tell(
        registration, "confirm", version, _("Engångskod: %(title)s"), [said, more], now, Means.now(),
        expires_at=now + lives, about_code=False,
    )  # fmt: skip


def contact_changed(was: Registration, now: dt.datetime) -> None:
    """To the contact that ``was``: that what is said of the place goes elsewhere from now on."""
    means = Means.now()
    says = _("Du får inte längre besked om %(title)s hit. Någon har ändrat hur vi når dig.") % {
        "title": _title(was)
    }
    ring = _("Var det inte du? Ring oss på %(phone)s.") % {"phone": means.phone} if means.phone else ""
    _tell(
        was, "contact", now.isoformat(), _("Vi når dig på ett nytt sätt: %(title)s"), list(filter(None, [says, ring])),
        now, means, by_itself=True, about_code=False,
    )  # fmt: skip


# --- how it is said -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Means:
    """What is asked for once, however many are told: by what we reach people, and the library's phone."""

    notices: notice_queries.Means
    phone: str

    @classmethod
    def now(cls) -> "Means":
        """As it is at this moment."""
        return cls(notice_queries.means(), places.library().phone)

    def way_of(self, registration: Registration) -> str:
        """By what one is told: a Notice way."""
        return self.notices.way_for(registration.reached_by)


def way_of(registration: Registration) -> str:
    """By what one is told: a Notice way."""
    return Means.now().way_of(registration)


def _expected(occasions: Iterable[Occasion]) -> list[Registration]:
    """Who should hear of a change: those with seats, offers and places in line. One query."""
    rows = Registration.objects.filter(quota__in={one.quota_id for one in occasions}).standing()
    return list(
        rows.select_related("quota__run__course", "quota__run__host", "quota__run__place", "organisation")
    )


def _title(registration: Registration) -> str:
    return registration.quota.run.course.title


def _seats_yours(registration: Registration) -> str:
    return ngettext(
        "Du har en plats på %(title)s.", "Ni har %(count)s platser på %(title)s.", registration.seat_count
    ) % {"title": _title(registration), "count": registration.seat_count}


def _when(registration: Registration, now: dt.datetime) -> list[str]:
    left = [one for one in all_times(registration.quota) if not one.is_cancelled and one.ends_at > now]
    if not left:
        return []
    when = words.times_words([(one.starts_at, one.ends_at) for one in left], now)
    return [f"{when[0].upper()}{when[1:]}, {where_words(left[0])}."]


def _online(registration: Registration, means: Means) -> list[str]:
    """How to come in where it is held online: the address itself only in a letter or e-mail, since texts hold no link."""
    run = registration.quota.run
    if not run.online_url or means.way_of(registration) in (By.SMS, By.CALL, By.HAND):
        return []
    return [_("Så kommer du in: %(address)s") % {"address": run.online_url}]


def _tell(
    registration: Registration,
    kind: str,
    version: str,
    subject: str,
    lines: list[str],
    now: dt.datetime,
    means: Means,
    **more: Any,
) -> None:
    if kind != "contact":  # that another may have changed it is told however late
        more.setdefault("expires_at", _over(registration, now))
    if word := _word(registration, kind, version, subject, lines, now, means, **more):
        notices.tell_all(words=[word], now=now)


def _over(registration: Registration, now: dt.datetime) -> dt.datetime | None:
    """When what one has joined has been: what could not be sent before that is not sent after. None when it has."""
    ends = max((one.ends_at for one in all_times(registration.quota) if not one.is_cancelled), default=now)
    return ends if ends > now else None


def _word(
    registration: Registration,
    kind: str,
    version: str,
    subject: str,
    lines: list[str],
    now: dt.datetime,
    means: Means,
    *,
    expires_at: dt.datetime | None = None,
    by_itself: bool = False,
    answer: bool = False,
    about_code: bool = True,
    cause: Cause = Cause.STRANGER,
    stays: bool = False,
) -> notices.Word | None:
    contact = registration.reached_by
    way = means.way_of(registration)
    if by_itself and way not in BY_ITSELF:
        return None
    said = [*lines, *(_how(registration, way, means, answer=answer) if about_code else [])]
    said.append(_("Vi frågar aldrig efter BankID eller lösenord."))
    return notices.Word(
        about=registration.about,
        kind=kind,
        version=version,
        contact=contact,
        name=_name(registration),
        subject=subject % {"title": _title(registration)},
        text=_text(said, way),
        due_at=_due(way, kind, now, expires_at),
        expires_at=expires_at,
        url=reverse("courses_registration", args=[registration.pk]),
        cause=cause,
        item=f"run:{registration.quota.run_id}",
        stays=stays,
    )


def _text(lines: Iterable[str], way: str) -> str:
    """``lines`` in one text. On paper and in e-mail each is a paragraph; elsewhere none holds a link (rule 6)."""
    if way in (By.EMAIL, By.LETTER):
        return "\n\n".join(lines)
    return " ".join(line for line in lines if not LINK.search(line))


def _due(way: str, kind: str, now: dt.datetime, expires_at: dt.datetime | None) -> dt.datetime:
    """When it goes: a text by day, unless it answers what one has just done, or would come too late."""
    due_at = now if way != By.SMS or kind in AT_ONCE else words.by_day(now)
    return now if expires_at is not None and expires_at <= due_at else due_at


def _to_host(
    run: Run,
    kind: str,
    version: str,
    subject: str,
    lines: list[str],
    now: dt.datetime,
    means: Means,
    *,
    expires_at: dt.datetime,
    cause: Cause,
    stays: bool,
) -> notices.Word | None:
    """What the association that holds ``run`` is told; without contact, staff see to it. None where it is our own."""
    host, contact = run.host, None
    if host is None:
        return None
    with contextlib.suppress(UnclearContact):
        contact = read_contact(host.contact)
    way = means.notices.way_for(contact)
    beside = [host.contact_name, "" if contact else host.contact]
    return notices.Word(
        about=run.about,
        kind=kind,
        version=version,
        contact=contact,
        name=", ".join(filter(None, [host.name, *beside])),
        subject=subject % {"title": run.course.title},
        text=_text(lines, way),
        due_at=_due(way, kind, now, expires_at),
        expires_at=expires_at,
        url=reverse("courses_run", args=[run.pk]),
        cause=cause,
        item=run.about,
        stays=stays,
    )


def _name(registration: Registration) -> str:
    """Who it is for: with what stood beside the contact, and without one, who may know the person, or the code."""
    beside = [registration.contact_note]
    if registration.reached_by is None and (known := registration.organisation):
        beside += [str(known), known.contact]
    name = registration.name or (registration.code and _("Kod %(code)s") % {"code": registration.code})
    said = ", ".join(filter(None, beside))
    return f"{name} ({said})" if said else name


def _how(registration: Registration, way: str, means: Means, *, answer: bool) -> list[str]:
    """How one says yes, changes or cancels, by what one has."""
    code, phone = registration.code, means.phone
    ring = _("ring oss på %(phone)s") % {"phone": phone} if phone else _("kom till biblioteket")
    spoken = _("Din kod är %(code)s.") % {"code": words.spoken_code(code)}
    if way == By.SMS and means.notices.answers:
        if answer:
            return [
                _("Svara JA %(code)s, eller %(ring)s. Svara NEJ %(code)s om du inte vill.")
                % {"code": code, "ring": ring}
            ]
        return [_("Får du förhinder? Svara AVBOKA %(code)s, eller %(ring)s.") % {"code": code, "ring": ring}]
    if answer:
        says = [_("Vill du ha platsen, %(ring)s.") % {"ring": ring}, spoken]
    else:
        says = [_("Får du förhinder, %(ring)s.") % {"ring": ring}, spoken]
    if way == By.EMAIL:
        address = absolute(registration.path)
        says.append(
            _("Du kan också svara här: %(address)s") % {"address": address}
            if answer
            else _("Du kan också ändra och avboka här: %(address)s") % {"address": address}
        )
    return says


def promise(registration: Registration) -> str:
    """What somebody who has just joined may expect from us, where it is not what they expect; "" where it is."""
    contact = registration.reached_by
    if contact is None or contact.kind == ContactKind.POST:
        return ""
    if contact.kind == ContactKind.PHONE and not places.texts_go_to(contact.value):
        return abroad_words()
    held = Notice.objects.filter(about=registration.about, kind="receipt", state=Notice.HELD).exists()
    if held:
        return _("Vi har inte kunnat skicka någon bekräftelse än. Anmälan gäller ändå. Skriv upp koden.")
    return ""


def abroad_words() -> str:
    """What is told to somebody with a number in a country that no text goes to."""
    return _(
        "Vi skickar inte sms till nummer i det landet. Skriv upp koden du får. Ändras något ringer vi dig."
    )
