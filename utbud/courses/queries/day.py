"""The day itself: who is expected to an occasion, who came, and the addresses that lead to it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses.models import Attendance, Evaluation, Occasion, Participant, Registration, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries.times import with_all

SALT = "utbud.courses.evaluation"
SIGNED = 10  # letters of the token that nobody can guess
HOST_SEES_FOR = dt.timedelta(days=14)  # after the occasion
EVALUATED_FOR = dt.timedelta(days=30)  # after the occasion
SWEDISH = str.maketrans("åäöÅÄÖ", "{|}{|}")  # after z, in this order


# --- who is expected, and who came ----------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """One who is expected: what stands on the list, as what, and whether it is noted that they came."""

    participant: Participant
    name: str  # «Gerd Ek», «Deltagare 3 från Silverbjörken»
    role: str  # «Följeslagare», «Tolk», "" for a participant
    came: bool | None


@dataclass(frozen=True)
class Party:
    """Those who come together, with what they need."""

    registration: Registration
    people: tuple[Expected, ...]

    @property
    def name(self) -> str:
        """Whose party it is: the association's, whoever registered, or the first on the list."""
        organisation = self.registration.organisation
        return (organisation.name if organisation else "") or self.registration.name or self.people[0].name

    @property
    def needs(self) -> list[str]:
        """«Hörslinga», and what was written."""
        return self.registration.needs_words

    @property
    def came(self) -> bool:
        """Whether anyone of them is noted as here."""
        return any(person.came for person in self.people)


@dataclass(frozen=True)
class Day:
    """Everything on the list of an occasion."""

    occasion: Occasion
    parties: list[Party] = field(default_factory=list)  # who have a seat
    gone: list[Party] = field(default_factory=list)  # whose seats were let go, and who are noted here
    waiting: int = 0  # parties

    @property
    def people(self) -> list[Expected]:
        """All who are expected, in the order of the list."""
        return [person for party in self.parties for person in party.people]

    @property
    def named(self) -> bool:
        """Whether anyone on the list has a name."""
        return any(person.participant.name for person in self.people)

    @property
    def counts(self) -> dict[str, int]:
        """How many came, did not come, and are not noted."""
        told = Counter(person.came for person in self.people)
        return {"came": told[True], "not": told[False], "unknown": told[None]}

    @property
    def by_count(self) -> bool:
        """Whether those who come are counted rather than named: nobody registers, or nobody is named."""
        return self.occasion.run.joining == Run.Joining.NONE or not self.named


def day(occasion: Occasion) -> Day:
    """The list of ``occasion``, in the order of the Swedish alphabet. Four queries, however many they are."""
    rows = (
        Registration.objects.filter(
            quota=occasion.quota_id,
            state__in=[Registration.REGISTERED, Registration.NO_SHOW, Registration.WAITING],
        )
        .select_related("organisation")
        .prefetch_related("participants")
    )
    noted = dict(Attendance.objects.filter(occasion=occasion).values_list("participant", "came"))
    parties: list[Party] = []
    gone: list[Party] = []
    names = _Names()
    waiting = 0
    for row in rows:
        if row.state == Registration.WAITING:
            waiting += 1
            continue
        people = tuple(
            Expected(
                one,
                names.of(row, one),
                "" if one.role == Participant.Role.PARTICIPANT else one.get_role_display(),
                noted.get(one.pk),
            )
            for one in row.participants.all()
        )
        if row.state == Registration.REGISTERED:
            parties.append(Party(row, people))
        elif any(person.came is not None for person in people):
            gone.append(Party(row, people))
    return Day(occasion, _in_order(parties), _in_order(gone), waiting)


def _in_order(parties: Iterable[Party]) -> list[Party]:
    return sorted(parties, key=lambda one: (one.name.casefold().translate(SWEDISH), one.registration.pk))


class _Names:
    """What stands on the list for each: a name, or a number that stays the same from day to day."""

    def __init__(self) -> None:
        self.numbers: Counter[tuple[str, str]] = Counter()

    def of(self, registration: Registration, person: Participant) -> str:
        party = registration.organisation.name if registration.organisation else registration.name
        self.numbers[party, person.role] += 1
        number = self.numbers[party, person.role]
        if person.name:
            return person.name
        facts = {"role": person.get_role_display(), "number": number, "party": party}
        if registration.organisation:
            return _("%(role)s %(number)s från %(party)s") % facts
        if party:
            return _("%(role)s %(number)s i sällskap med %(party)s") % facts
        if registration.came_by == Way.WALK_IN:
            return _("%(role)s utan namn %(number)s") % facts
        return _("%(role)s %(number)s") % facts


def may_be_noted(occasion: Occasion, now: dt.datetime) -> bool:
    """Whether it can be noted who came: from the morning of the day on, where it is not called off."""
    begun = dates.local(occasion.starts_at).date() <= dates.local(now).date()
    return begun and not occasion.is_cancelled


def one_occasion(pk: int) -> Occasion | None:
    """An occasion with all that is told of it."""
    return with_all(Occasion.objects.filter(pk=pk)).select_related("run__course__responsible").first()


def neighbours(occasion: Occasion) -> tuple[Occasion | None, Occasion | None]:
    """The occasions of the run before and after this one."""
    others = Occasion.objects.filter(run=occasion.run_id).select_related("run")
    before = others.filter(starts_at__lt=occasion.starts_at).order_by("-starts_at").first()
    after = others.filter(starts_at__gt=occasion.starts_at).order_by("starts_at").first()
    return before, after


def left_after(occasion: Occasion) -> int:
    """How many more times those who have a seat at ``occasion`` meet after it."""
    return Occasion.objects.held().filter(quota=occasion.quota_id, starts_at__gt=occasion.starts_at).count()


# --- the host's address ---------------------------------------------------------------------------


def host_path(occasion: Occasion) -> str:
    """Where the host notes who came; "" when there is no such address."""
    return f"/kurser/narvaro/{occasion.host_key}/" if occasion.host_key else ""


def host_sees_until(occasion: Occasion) -> dt.datetime:
    """When the host's address stops working."""
    return occasion.ends_at + HOST_SEES_FOR


def occasion_of_host(key: str, now: dt.datetime) -> Occasion | None:
    """The hosted occasion that ``key`` leads to at ``now``; None for one that was taken back or has run out."""
    if not key:
        return None
    rows = with_all(Occasion.objects.filter(host_key=key, run__host__isnull=False))
    return rows.filter(ends_at__gt=now - HOST_SEES_FOR).first()


# --- the evaluation -------------------------------------------------------------------------------


def evaluation_token(occasion: Occasion) -> str:
    """What stands in the address of an occasion's evaluation: short enough for a QR code on a paper list."""
    return f"{occasion.pk}-{_signed(occasion.pk)}"


def evaluation_path(occasion: Occasion) -> str:
    """Where those who were there say how it went."""
    return f"/kurser/utvardering/{evaluation_token(occasion)}/"


def occasion_of_token(token: str) -> Occasion | None:
    """The occasion that ``token`` leads to; None for one that we have not given out."""
    number, _dash, signed = token.partition("-")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        return None
    if not constant_time_compare(signed, _signed(int(number))):
        return None
    return with_all(Occasion.objects.filter(pk=int(number))).first()


def _signed(pk: int) -> str:
    return salted_hmac(SALT, str(pk), algorithm="sha256").hexdigest()[:SIGNED]


def may_be_evaluated(occasion: Occasion, now: dt.datetime) -> bool:
    """Whether those who were there may answer: from when it begins, for a month after it."""
    return not occasion.is_cancelled and occasion.starts_at <= now < occasion.ends_at + EVALUATED_FOR


@dataclass(frozen=True)
class Answers:
    """How many said what of an occasion, and what they wish."""

    answers: int
    tasks: list[tuple[str, int]]  # in words, and how many
    moods: list[tuple[str, int]]
    wishes: list[str]
    latest: list[Evaluation]  # typed in from paper, the last one first


def answers(occasion: Occasion, latest: int = 5) -> Answers:
    """What has been said of ``occasion``. One query."""
    rows = list(Evaluation.objects.filter(occasion=occasion))
    tasks, moods = Counter(row.task for row in rows), Counter(row.mood for row in rows)
    return Answers(
        len(rows),
        [(str(one.label), tasks[one.value]) for one in Evaluation.Task],
        [(str(one.label), moods[one.value]) for one in Evaluation.Mood],
        [row.wish for row in rows if row.wish],
        [row for row in reversed(rows) if row.came_by == Way.PAPER][:latest],
    )
