"""What we hold on a person, what is forgotten next, and what those are called that staff look at."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Max, Model
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses import words
from utbud.courses.models import (
    Occasion,
    Participant,
    Quota,
    Registration,
    RegistrationChange,
)
from utbud.courses.queries.times import where_words
from utbud.inbox.contact import UnclearContact, read_contact
from utbud.notices import queries as notices
from utbud.notices.models import Notice
from utbud.places import queries as places

SHORTEST = 2  # letters of a name that are worth looking for
MOST = 50  # people that are shown


# --- who it is ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A person that a search found: whoever registered, by name and contact, and through which of their registrations."""

    registration: Registration  # the latest
    count: int
    also: tuple[str, ...] = ()  # others in the party whose name it was that matched

    @property
    def name(self) -> str:
        """The name, or what stands in its place."""
        return self.registration.name or _("Utan namn")

    @property
    def contact(self) -> str:
        """How they are reached, as people read it."""
        return self.registration.contact_words


def find(asked: str) -> list[Found]:
    """The people that a phone number, an address, a name or a code may mean, the latest first."""
    asked = " ".join(asked.split())
    if len(asked) < SHORTEST:
        return []
    matches: dict[int, set[str]] = defaultdict(set)  # registration: names in the party
    code = asked.replace(" ", "")
    known = Registration.objects.filter(purged_at=None)
    if code.isdecimal():
        for pk in known.filter(code=code).values_list("pk", flat=True):
            matches[pk]
    try:
        reach = read_contact(asked)
        for pk in known.filter(contact=reach.value).values_list("pk", flat=True):
            matches[pk]
    except UnclearContact:
        pass
    # Names are compared here, not in the database: SQLite does not know that å and Å are one letter.
    wanted = asked.casefold()
    for pk, name, contact in known.values_list("pk", "name", "contact"):
        if wanted in name.casefold() or ("@" in asked and wanted == contact.casefold()):
            matches[pk]
    in_parties = Participant.objects.filter(registration__purged_at=None).exclude(name="")
    for pk, name in in_parties.values_list("registration", "name"):
        if wanted in name.casefold():
            matches[pk].add(name)
    rows = Registration.objects.filter(pk__in=matches).order_by("-pk")
    people: dict[tuple[str, str] | int, list[Registration]] = defaultdict(list)
    for row in rows:
        people[_who(row)].append(row)
    found = []
    for mine in people.values():
        others = sorted({name for row in mine for name in matches[row.pk] if name != row.name})
        found.append(Found(mine[0], len(mine), tuple(others)))
    return found[:MOST]


def _who(row: Registration) -> tuple[str, str] | int:
    """What makes two registrations the same person's: the name and the contact. Without either it stands alone."""
    return (row.name.casefold(), row.contact.casefold()) if row.name and row.contact else row.pk


def registrations_of(one: Registration) -> list[Registration]:
    """All registrations of whoever made ``one``, the latest first; those that are forgotten left out."""
    rows = Registration.objects.filter(purged_at=None)
    if one.name and one.contact:
        rows = rows.filter(contact__iexact=one.contact)
        same = [row.pk for row in rows if _who(row) == _who(one)]
        rows = Registration.objects.filter(pk__in=same)
    else:
        rows = rows.filter(pk=one.pk)
    return list(
        rows.select_related("quota__run__course", "organisation")
        .prefetch_related(
            "participants__attendance__occasion", "changes__by", "quota__occasions__run__place",
            "quota__occasions__run__host", "quota__occasions__place",
        )
        .order_by("-pk")
    )  # fmt: skip


# --- what we hold ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """Everything we hold of one registration."""

    registration: Registration
    course: str
    when: str
    where: str
    people: list[tuple[Participant, list[tuple[Occasion, bool]]]]
    needs: list[str]
    notices: list[Notice]
    changes: list[RegistrationChange]

    @property
    def spoken_code(self) -> str:
        """«47 110»."""
        return words.spoken_code(self.registration.code)


def held(registrations: Iterable[Registration], now: dt.datetime) -> list[Held]:
    """Everything we hold of ``registrations`` (as ``registrations_of`` gives them). One query more."""
    registrations = list(registrations)
    told = notices.of_many([row.about for row in registrations])
    found = []
    for row in registrations:
        occasions = sorted(row.quota.occasions.all(), key=lambda one: one.starts_at)
        people = [
            (person, [(one.occasion, one.came) for one in person.attendance.all()])
            for person in row.participants.all()
        ]
        found.append(
            Held(
                row,
                row.quota.run.course.title,
                words.times_words([(one.starts_at, one.ends_at) for one in occasions], now),
                where_words(occasions[0]) if occasions else "",
                people,
                row.needs_words,
                told[row.about],
                list(row.changes.all()),
            )
        )
    return found


def as_data(rows: Iterable[Held]) -> list[dict[str, Any]]:
    """The same in a form that can be taken elsewhere (GDPR article 20), with Swedish names."""
    return [
        {
            "kurs": one.course,
            "tid": one.when,
            "plats": one.where,
            "läge": str(one.registration.get_state_display()),
            "namn": one.registration.name,
            "kontakt": one.registration.contact,
            "intill kontakten": one.registration.contact_note,
            "förening": one.registration.organisation.name if one.registration.organisation else "",
            "kod": one.spoken_code,
            "kom in": str(one.registration.get_came_by_display()),
            "anmäld": dates.local(one.registration.created_at).isoformat(timespec="minutes"),
            "behov": one.needs,
            "varför fast det var fullt": one.registration.override_reason,
            "personer": [
                {
                    "namn": person.name,
                    "roll": str(person.get_role_display()),
                    "närvaro": [
                        {"tid": dates.local(occasion.starts_at).isoformat(timespec="minutes"), "kom": came}
                        for occasion, came in noted
                    ],
                }
                for person, noted in one.people
            ],
            "besked": [
                {
                    "skrivet": dates.local(notice.made_at).isoformat(timespec="minutes"),
                    "väg": str(notice.get_way_display()),
                    "till": notice.address,
                    "läge": str(notice.get_state_display()),
                    "rubrik": notice.subject,
                    "text": notice.text,
                }
                for notice in one.notices
            ],
            "ändringar": [
                {
                    "tid": dates.local(change.at).isoformat(timespec="minutes"),
                    "vad": str(change.get_what_display()),
                    "anteckning": change.note,
                }
                for change in one.changes
            ],
        }
        for one in rows
    ]


# --- what is forgotten next -------------------------------------------------------------------------


@dataclass(frozen=True)
class Next:
    """A course whose people are forgotten on ``day``."""

    quota: Quota
    day: dt.date
    registrations: int


def forgotten_next(most: int = 10) -> list[Next]:
    """Whose names go first, and when: so many months after the last occasion as the library has chosen."""
    months = places.course_months()
    rows = (
        Quota.objects.filter(registrations__purged_at=None, registrations__isnull=False)
        .annotate(over_at=Max("occasions__ends_at"), people=Count("registrations", distinct=True))
        .filter(over_at__isnull=False)
        .select_related("run__course")
        .order_by("over_at", "pk")[:most]
    )
    return [
        Next(row, (dates.local(row.over_at) + relativedelta(months=months)).date(), row.people)
        for row in rows
    ]


# --- what is looked at ------------------------------------------------------------------------------


def titles(model: type[Model], path: str) -> Callable[[set[int]], dict[int, str]]:
    """What the rows of ``model`` are called in the log of who has seen what: their course, at the end of ``path``."""
    return lambda keys: dict(model._default_manager.filter(pk__in=keys).values_list("pk", path))
