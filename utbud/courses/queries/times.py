"""When and where: the coming occasions of courses, and until when one may join."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses import words
from utbud.courses.models import CoursePage, Occasion, Quota, Run
from utbud.courses.models.registrations import Way
from utbud.courses.models.runs import OccasionQuerySet
from utbud.courses.queries.seats import Standing, standings
from utbud.inbox.contact import ContactKind, UnclearContact, read_contact
from utbud.places.phones import numbers_in
from utbud.places.queries import library

AT_A_DISTANCE = frozenset({Way.WEB, Way.SMS})


@dataclass(frozen=True)
class Offered:
    """Something one can join, or just come to: a quota with its occasions that are left, as people are told of it."""

    quota: Quota
    occasions: list[Occasion]  # not over, soonest first, cancelled ones too
    standing: Standing
    now: dt.datetime = field(compare=False)
    begins: dt.datetime | None = (
        None  # its very first occasion that is held, which may have been; None: all are called off
    )

    @property
    def run(self) -> Run:
        """The run it belongs to."""
        return self.quota.run

    @property
    def course(self) -> CoursePage:
        """The course it belongs to."""
        return self.quota.run.course

    @property
    def held(self) -> list[Occasion]:
        """Its occasions that are not called off."""
        return [one for one in self.occasions if not one.is_cancelled]

    @property
    def cancelled(self) -> bool:
        """Whether all that is left of it is called off."""
        return not self.held

    @property
    def first(self) -> Occasion:
        """The next occasion; a cancelled one when there is no other."""
        return (self.held or self.occasions)[0]

    @property
    def when(self) -> str:
        """«tisdag 3 mars klockan 10 till 12», or how many and from when."""
        chosen = self.held or self.occasions
        return words.times_words([(one.starts_at, one.ends_at) for one in chosen], self.now)

    @property
    def where(self) -> str:
        """«Huvudbiblioteket i Härnösand», «På nätet», the host's name."""
        return where_words(self.first)

    @property
    def seats(self) -> str:
        """What is said of its seats; "" where one just comes."""
        if self.run.joining == Run.Joining.NONE:
            return _("Du behöver inte anmäla dig. Kom som du är.")
        if self.run.joining in (Run.Joining.HOST, Run.Joining.ELSEWHERE):
            return ""
        return words.seats_words(self.standing.seats, self.standing.in_line)

    @property
    def fee(self) -> str:
        """«Gratis» or what it costs."""
        return words.fee_words(self.run.fee)

    @property
    def joinable(self) -> bool:
        """Whether one may register on the web."""
        return self.run.open_to_all and not self.cancelled and not self.begun

    @property
    def join_path(self) -> str:
        """Where one registers on the web."""
        return f"{self.course.public_path}anmalan/?grupp={self.quota.pk}"

    @property
    def begun(self) -> bool:
        """Whether its first occasion has been, or is going on."""
        return self.begins is not None and self.begins <= self.now


def where_words(occasion: Occasion) -> str:
    """Where an occasion is held: «Ramviks bibliotek, Studion», «Solrosens lokal hos Solrosen», «På nätet»."""
    run, place = occasion.run, occasion.where
    if place is not None:
        return f"{place.name}, {run.venue}" if run.venue and not occasion.place_id else place.name
    if run.host is not None:
        return f"{run.host.name}, {run.venue}" if run.venue else run.host.name
    if run.online_url:
        return _("På nätet")
    return run.venue or _("Fråga oss var")


def join_words(run: Run) -> str:
    """How one joins what somebody else takes the names for, so that a phone is enough; "" for what one joins with us.

    With the number of those who take the names; without one, ours.
    """
    if run.joining == Run.Joining.HOST and run.host:
        told = [
            _("Du anmäler dig hos %(host)s.") % {"host": run.host.name},
            _stopped(run.elsewhere),
            _theirs(run),
        ]
    elif run.joining == Run.Joining.ELSEWHERE:
        told = [_stopped(run.elsewhere)]
    else:
        return ""
    said, ours = " ".join(filter(None, told)), library().phone
    if numbers_in(said):
        return said
    if ours:
        return f"{said} " + _("Eller ring oss på %(phone)s, så hjälper vi dig.") % {"phone": ours}
    return f"{said} " + _("Eller kom hit, så hjälper vi dig.")


def _theirs(run: Run) -> str:
    """How the host is reached; "" where nobody has written it, or how one joins is told already."""
    try:
        contact = None if run.host is None or run.elsewhere else read_contact(run.host.contact)
    except UnclearContact:
        return ""
    if contact is None:
        return ""
    if contact.kind == ContactKind.PHONE:
        return _("Ring dem på %(phone)s.") % {"phone": contact.words}
    return _("Skriv till dem på %(address)s.") % {"address": contact.words}


def _stopped(text: str) -> str:
    return text if not text or text[-1] in ".?!" else f"{text}."


def joining_ends(occasions: Iterable[Occasion], way: str) -> dt.datetime:
    """Until when one may join by ``way``: at a distance until it begins, with staff until it is over.

    An aware moment; the beginning of time when nothing is held.
    """
    held = [one for one in occasions if not one.is_cancelled]
    if not held:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    if way in AT_A_DISTANCE:
        return min(one.starts_at for one in held)
    return max(one.ends_at for one in held)


def with_all(occasions: OccasionQuerySet) -> OccasionQuerySet:
    """``occasions`` with all that is told of them."""
    return occasions.select_related("run__course", "run__place", "run__host", "place", "quota")


def offered(
    now: dt.datetime,
    *,
    course: CoursePage | None = None,
    quota_ids: Iterable[Any] | None = None,
    public: bool = True,
) -> list[Offered]:
    """What can be joined or come to from ``now`` on, soonest first. Two queries, however many they are."""
    first = Occasion.objects.held().filter(quota=OuterRef("quota")).order_by("starts_at").values("starts_at")
    chosen = with_all(Occasion.objects.coming(now))
    if public:
        chosen = chosen.public()
    if course is not None:
        chosen = chosen.filter(run__course=course)
    if quota_ids is not None:
        chosen = chosen.filter(quota__in=quota_ids)
    groups: dict[int, list[Occasion]] = defaultdict(list)
    for row in chosen.annotate(begins=Subquery(first[:1])):
        groups[row.quota_id].append(row)
    quotas = {}
    for group in groups.values():
        quota = group[0].quota
        quota.run = group[0].run
        quotas[quota.pk] = quota
    stand = standings(quotas.values(), dates.local(now).date())
    found = [
        Offered(quotas[pk], group, stand[pk], now, group[0].begins)  # type: ignore[attr-defined]
        for pk, group in groups.items()
    ]
    return sorted(found, key=lambda one: (one.first.starts_at, one.quota.pk))


def offered_one(quota: Quota, now: dt.datetime) -> Offered | None:
    """What is left of ``quota``; None when it is over."""
    return next(iter(offered(now, quota_ids=[quota.pk], public=False)), None)


def all_times(quota: Quota) -> list[Occasion]:
    """Every occasion of ``quota``, those that have been too, in order."""
    return list(with_all(Occasion.objects.filter(quota=quota).order_by("starts_at", "pk")))


def date_lines(course: CoursePage, now: dt.datetime) -> tuple[str, ...]:
    """The coming dates of ``course`` as paper and posts tell them, a line each, at most eight."""
    return lines_of(offered(now, course=course, public=False)) if course.pk else ()


def programmes_once(found: Iterable[Offered]) -> list[Offered]:
    """``found`` with each programme that one just comes to once, with all its times: there is nothing to choose between."""
    together: dict[tuple[str, int], Offered] = {}
    for one in found:
        drop_in = one.run.joining == Run.Joining.NONE
        key = ("run", one.run.pk) if drop_in else ("quota", one.quota.pk)
        known = together.get(key)
        together[key] = one if known is None else replace(known, occasions=[*known.occasions, *one.occasions])
    return list(together.values())


def lines_of(groups: Iterable[Offered]) -> tuple[str, ...]:
    """What paper and posts tell of ``groups``, a line each, at most eight."""
    lines = [
        f"{one.when[0].upper()}{one.when[1:]}. {one.where}. {one.fee}."
        for one in programmes_once(groups)
        if not one.cancelled
    ]
    return tuple(lines[:8])


def absolute(path: str) -> str:
    """A path of ours as an address."""
    return settings.BASE_URL + path
