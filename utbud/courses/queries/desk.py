"""Who comes to a run, what one can be registered for, and who is calling."""

import datetime as dt
import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.courses import seating, words
from utbud.courses.models import Occasion, Quota, Registration, Run
from utbud.courses.queries.seats import KEPT, line, seats_of
from utbud.courses.queries.times import Offered, offered
from utbud.inbox.contact import read_contact
from utbud.notices import queries as notices
from utbud.notices.actions import UNDONE
from utbud.notices.models import Notice
from utbud.places.phones import parse_phone

Time = tuple[dt.datetime, dt.datetime]
SHOWN_GROUPS, MOST_FOUND = 8, 50


@dataclass(frozen=True)
class PersonRow:
    """A registration in a list, with where it stands in line and what has not reached it."""

    registration: Registration
    place: int  # in line, 0 for one that does not wait
    unreached: tuple[str, ...]
    now: dt.datetime = field(compare=False)

    @property
    def party(self) -> str:
        """«Gerd, Ove och 2 till»"""
        return party_words(self.registration)

    @property
    def answer_by(self) -> str:
        """Until when an offer holds."""
        until = self.registration.offer_expires_at
        if self.registration.state != Registration.OFFERED or until is None:
            return ""
        return notices.when_words(until, self.now)

    @property
    def contact(self) -> str:
        """As people read it."""
        return self.registration.contact_words or _("Inget lämnat")

    @property
    def needs(self) -> list[str]:
        """What they need, in words."""
        return self.registration.needs_words


def party_words(registration: Registration) -> str:
    """«3 personer: Gerd, Ove, utan namn». One person who is the one who registered is "". Needs the participants."""
    people = list(registration.participants.all())
    if len(people) == 1 and people[0].name in ("", registration.name) and people[0].role == "participant":
        return ""
    said = [
        (person.name or _("utan namn"))
        + (f" ({person.get_role_display().lower()})" if person.role != "participant" else "")
        for person in people
    ]
    nameless = sum(not person.name for person in people)
    if nameless > 3:
        said = [one for one, person in zip(said, people, strict=True) if person.name]
        said.append(_("%(count)s utan namn") % {"count": nameless})
    many = ngettext("%(count)s person", "%(count)s personer", len(people)) % {"count": len(people)}
    return f"{many}: {', '.join(said)}"


def people(quota: Quota, now: dt.datetime) -> dict[str, list[PersonRow]]:
    """Everyone of ``quota``: who has a seat, the line in order with those who are offered one first, who has left."""
    rows = list(
        Registration.objects.filter(quota=quota)
        .select_related("organisation")
        .prefetch_related("participants")
        .order_by("pk")
    )
    lacking = notices.unreached([one.about for one in rows if one.state in Registration.STANDING])
    found: dict[str, list[PersonRow]] = {"seated": [], "line": [], "left": []}
    place = 0
    for row in rows:
        if row.state == Registration.WAITING:
            place += 1
        where = {
            Registration.REGISTERED: "seated",
            Registration.OFFERED: "line",
            Registration.WAITING: "line",
        }
        said = tuple(
            dict.fromkeys(
                f"{one.subject.partition(':')[0]}. {notices.state_words(one, now)}"
                for one in lacking.get(row.about, [])
            )
        )
        found[where.get(row.state, "left")].append(
            PersonRow(row, place if row.state == Registration.WAITING else 0, said, now)
        )
    found["line"].sort(key=lambda one: one.place)  # offers, which have no place any more, come first
    return found


@dataclass(frozen=True)
class ToTell:
    """Somebody of a run whom staff must tell themselves: who, by which number if any, and what."""

    notice: Notice
    state: str
    can_tick: bool


def to_tell(run: Run, now: dt.datetime) -> list[ToTell]:
    """Whom of ``run``, its host too, nothing reaches by itself, until somebody has ticked that they are told. Three queries."""
    people = Registration.objects.filter(quota__run=run, purged_at=None).only("pk")
    waiting = notices.waits_for_staff([run.about, *(one.about for one in people)], now)
    return [ToTell(one, notices.state_words(one, now), one.state in UNDONE) for one in waiting]


# --- the desk --------------------------------------------------------------------------------------


def groups(question: str, now: dt.datetime) -> list[Offered]:
    """What one can be registered for and that answers ``question``, soonest first, at most eight.

    It is asked by course, place, host, weekday or number. A slip of the pen in the course's name is forgiven.
    """
    rows = (
        Occasion.objects.coming(now)
        .held()
        .exclude(run__joining=Run.Joining.NONE)
        .values_list(
            "quota", "run__course__title", "run__place__name", "place__name", "run__host__name", "run__venue", "starts_at"
        )
    )  # fmt: skip
    said: dict[int, str] = {}
    for quota, *names, starts_at in rows:
        text = " ".join([*filter(None, names), words.day_words(starts_at, now), f"kurs {quota}"])
        said[quota] = f"{said.get(quota, '')} {text}".casefold()
    asked = question.casefold().split()
    found = [pk for pk, text in said.items() if all(word in text for word in asked)]
    if not found and asked:
        known = sorted({word for text in said.values() for word in text.split()})
        near = [difflib.get_close_matches(word, known, 1, 0.7) for word in asked]
        if all(near):
            found = [pk for pk, text in said.items() if all(word[0] in text for word in near)]
    return offered(now, quota_ids=found[:SHOWN_GROUPS], public=False)


def same_person(quota: Quota, contact: str) -> list[Registration]:
    """Who is registered for ``quota`` with the same contact already."""
    if not contact:
        return []
    value = read_contact(contact, by_post=True).value
    rows = Registration.objects.filter(quota=quota, contact=value).standing()
    return list(rows.order_by("pk"))


def busy_person(quota: Quota, contact: str, now: dt.datetime) -> list[str]:
    """What else whoever has ``contact`` is registered for while ``quota`` is held, in words."""
    if not contact:
        return []
    mine = list(Occasion.objects.filter(quota=quota, cancelled_at=None, ends_at__gt=now))
    if not mine:
        return []
    others = (
        Occasion.objects.held()
        .filter(
            quota__registrations__contact=read_contact(contact, by_post=True).value,
            quota__registrations__state__in=Registration.STANDING,
            starts_at__lt=max(one.ends_at for one in mine),
            ends_at__gt=min(one.starts_at for one in mine),
        )
        .exclude(quota=quota)
        .select_related("run__course")
        .distinct()
    )
    return [
        f"{other.run.course.title}, {words.time_words(other.starts_at, other.ends_at, now)}"
        for other in others
        if any(one.starts_at < other.ends_at and one.ends_at > other.starts_at for one in mine)
    ]


def against(
    quota: Quota, *, name: str, size: int, contact: str, way: str, now: dt.datetime
) -> tuple[list[str], bool]:
    """What staff should know before a party of ``size`` seats is registered, in words; and whether it would have to wait."""
    warnings = []
    known = same_person(quota, contact)
    for same in known:
        warnings.append(
            _("%(name)s är redan anmäld med samma kontakt: %(state)s, kod %(code)s.")
            % {"name": same.name, "state": same.get_state_display(), "code": words.spoken_code(same.code)}
        )
    if any(same.name.casefold() == name.casefold() for same in known):
        return warnings, False  # it is the registration that is there already
    for other in busy_person(quota, contact, now):
        warnings.append(_("Samma kontakt är anmäld till något annat då: %(other)s.") % {"other": other})
    waiting = line(quota)
    party = seating.Party(0, size, way in KEPT)
    full = not seating.may_enter(seats_of(quota, dates.local(now).date()), waiting, party)
    if full:
        warnings.append(
            _("Det är fullt. Den som anmäls hamnar i kö på plats %(place)s.") % {"place": len(waiting) + 1}
        )
    return warnings, full


@dataclass(frozen=True)
class Found:
    """A registration that answers a search."""

    registration: Registration
    when: str
    party: str


def find(question: str, now: dt.datetime) -> list[Found]:
    """Registrations by name, phone, e-mail, code or course, those that stand first. At most 50, in four queries."""
    asked = _asks(" ".join(question.split()))
    if asked is None:
        return []
    rows = list(
        Registration.objects.filter(asked, purged_at=None)
        .select_related("quota__run__course", "organisation")
        .prefetch_related("participants")
        .order_by("-pk")
        .distinct()[:MOST_FOUND]
    )
    times: dict[int, list[Time]] = defaultdict(list)
    for occasion in Occasion.objects.filter(quota__in={row.quota_id for row in rows}):
        times[occasion.quota_id].append((occasion.starts_at, occasion.ends_at))
    rows.sort(key=lambda row: row.state not in Registration.STANDING)  # stable: the latest first in each
    return [Found(row, words.times_words(times[row.quota_id], now), party_words(row)) for row in rows]


def _asks(question: str) -> Q | None:
    """A question as conditions. Regular expressions, since SQLite knows large and small only of a to z."""
    figures = re.sub(r"\D", "", question)
    if figures and not re.search(r"[^\W\d]", question):
        asked = Q(code=figures)
        if number := parse_phone(question):
            asked |= Q(contact=number)
        if len(figures) >= 4:
            asked |= Q(contact_kind="phone", contact__contains=figures.lstrip("0"))
        return asked
    if "@" in question:
        return Q(contact__icontains=question)
    asked = Q()
    found = re.findall(r"\w+", question)
    for word in found:
        asked &= (
            Q(name__iregex=word)
            | Q(participants__name__iregex=word)
            | Q(organisation__name__iregex=word)
            | Q(quota__run__course__title__iregex=word)
        )
    return asked if found else None
