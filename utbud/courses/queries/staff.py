"""What staff ask of all runs: how they stand, what lacks, what is today, whose line does not move."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.calendar import queries as calendar
from utbud.courses import words
from utbud.courses.models import Attendance, CoursePage, Evaluation, Occasion, Quota, Registration, Run
from utbud.courses.queries.seats import Standing, standings
from utbud.courses.queries.times import where_words, with_all
from utbud.places.held import Held
from utbud.places.models import Place

COMING, BEEN, CANCELLED = "coming", "been", "cancelled"


@dataclass(frozen=True)
class RunRow:
    """A run in the list: what staff need to see of it at a glance."""

    run: Run
    occasions: list[Occasion]  # all of it, in order
    standings: list[Standing]  # of the quotas that are left, or of all when it is over
    clashing: bool
    no_attendance: int  # occasions that have been, of which nobody has said who came
    no_evaluation: bool
    now: dt.datetime = field(compare=False)

    @property
    def held(self) -> list[Occasion]:
        """What is left of it; all of it when it is over or called off."""
        left = [one for one in self.occasions if one.ends_at > self.now and one.cancelled_at is None]
        return left or self.occasions

    @property
    def when(self) -> str:
        """«tisdag 3 mars klockan 10 till 12», or how many and from when."""
        return words.times_words([(one.starts_at, one.ends_at) for one in self.held], self.now)

    @property
    def where(self) -> str:
        """Where the next occasion is."""
        return where_words(self.held[0]) if self.held else ""

    @property
    def seats(self) -> str:
        """«9 av 12 platser tagna, 2 anmälningar i kö», or that nobody registers."""
        if self.run.joining == Run.Joining.NONE:
            return _("Ingen anmälan")
        return seats_taken_words(self.standings, off=all(one.is_cancelled for one in self.held))


def seats_taken_words(stand: Sequence[Standing], *, off: bool = False) -> str:
    """«9 av 12 platser tagna, 2 anmälningar i kö» over all of ``stand``; of what is called off how many were.

    Those in line when it was called off stand in no line any more.
    """
    taken = sum(one.seats.taken_open + one.seats.taken_kept for one in stand)
    totals = [one.seats.total for one in stand]
    in_line = sum(one.in_line for one in stand)
    if off:
        return ngettext(
            "Inställt. %(taken)s plats var tagen", "Inställt. %(taken)s platser var tagna", taken
        ) % {"taken": taken}
    if None in totals:
        says = ngettext("%(taken)s plats tagen", "%(taken)s platser tagna", taken) % {"taken": taken}
    else:
        says = _("%(taken)s av %(total)s platser tagna") % {
            "taken": taken,
            "total": sum(total or 0 for total in totals),
        }
    return says + (f", {words.line_words(in_line)}" if in_line else "")


def joined_words(occasion: Occasion, standing: Standing) -> str:
    """What is said of an occasion's seats, or that nobody registers."""
    if occasion.run.joining == Run.Joining.NONE:
        return _("Ingen anmälan")
    return seats_taken_words([standing])


def runs(
    now: dt.datetime, *, show: str = COMING, course: CoursePage | None = None, place: Place | None = None
) -> QuerySet[Run]:
    """Runs that are coming (soonest first), have been (latest first) or are called off."""
    held = Occasion.objects.filter(run=OuterRef("pk"), cancelled_at=None)
    left = held.filter(ends_at__gt=now)
    rows = Run.objects.select_related("course", "place", "host")
    if course is not None:
        rows = rows.filter(course=course)
    if place is not None:
        at = Occasion.objects.filter(run=OuterRef("pk"), place=place)
        rows = rows.filter(Q(place=place) | Exists(at))
    off = Q(cancelled_at__isnull=False) | ~Exists(held)
    if show == CANCELLED:
        return rows.filter(off).annotate(at=Max("occasions__starts_at")).order_by("-at", "-pk")
    rows = rows.exclude(off)
    if show == BEEN:
        return rows.exclude(Exists(left)).annotate(at=Max("occasions__starts_at")).order_by("-at", "-pk")
    soonest = Subquery(left.order_by("starts_at").values("starts_at")[:1])
    return rows.filter(Exists(left)).annotate(at=soonest).order_by("at", "pk")


def run_rows(shown: Iterable[Run], now: dt.datetime) -> list[RunRow]:
    """``shown`` with all that the list tells of them, in the same order. As many queries however many runs."""
    shown = list(shown)
    occasions: dict[int, list[Occasion]] = defaultdict(list)
    for occasion in with_all(Occasion.objects.filter(run__in=[run.pk for run in shown])):
        occasions[occasion.run_id].append(occasion)
    every = [occasion for found in occasions.values() for occasion in found]
    quotas = {occasion.quota_id: occasion.quota for occasion in every}
    stand = standings(quotas.values(), dates.local(now).date())
    clashing = clashing_occasions(every, now)
    unmarked = no_attendance(every, stand, now)
    evaluated = set(
        Evaluation.objects.filter(occasion__in=[one.pk for one in every])
        .order_by()
        .values_list("occasion__run", flat=True)
    )
    rows = []
    for run in shown:
        found = occasions[run.pk]
        left = [one for one in found if one.ends_at > now and one.cancelled_at is None] or found
        been = [one for one in found if one.ends_at <= now and not one.is_cancelled]
        rows.append(
            RunRow(
                run=run,
                occasions=found,
                standings=[stand[pk] for pk in dict.fromkeys(one.quota_id for one in left)],
                clashing=any(one.pk in clashing for one in found),
                no_attendance=sum(one.pk in unmarked for one in found),
                no_evaluation=bool(been) and len(been) == len(found) and run.pk not in evaluated,
                now=now,
            )
        )
    return rows


def clashing_occasions(occasions: Iterable[Occasion], now: dt.datetime) -> dict[int, list[str]]:
    """Those of ``occasions`` still to come whose teacher, room or equipment is wanted by something else, with words."""
    left = {one.source: one.pk for one in occasions if one.ends_at > now and not one.is_cancelled}
    found = calendar.clashes_of(left)
    return {
        pk: list(dict.fromkeys(calendar.clash_words(clash) for clash in found[source]))
        for source, pk in left.items()
        if found[source]
    }


def no_attendance(occasions: Iterable[Occasion], stand: dict[int, Standing], now: dt.datetime) -> set[int]:
    """The ids of those of ``occasions`` that have been, where somebody was expected, and nobody has said who came."""
    been = [
        one
        for one in occasions
        if one.ends_at <= now
        and not one.is_cancelled
        and one.head_count is None
        and (one.run.joining == Run.Joining.NONE or stand[one.quota_id].registered)
    ]
    noted = set(
        Attendance.objects.filter(occasion__in=[one.pk for one in been])
        .order_by()
        .values_list("occasion", flat=True)
        .distinct()
    )
    return {one.pk for one in been} - noted


# --- today ---------------------------------------------------------------------------------------


def today_and_tomorrow(now: dt.datetime) -> list[tuple[Occasion, Standing]]:
    """What is held today and tomorrow and is not over, with how many come. Two queries."""
    after = dates.at_stockholm(dates.local(now).date() + dt.timedelta(days=2), dt.time())
    rows = list(with_all(Occasion.objects.coming(now).held().filter(starts_at__lt=after)))
    stand = standings({row.quota_id: row.quota for row in rows}.values(), dates.local(now).date())
    return [(row, stand[row.quota_id]) for row in rows]


def held_at(day: dt.date, place: Place | None) -> list[Held]:
    """The occasions on ``day`` at ``place``, or at any of our places, published or not."""
    start, end = dates.whole_day(day)
    rows = with_all(Occasion.objects.held().filter(starts_at__lt=end, ends_at__gt=start))
    return [
        Held(
            one.starts_at,
            one.ends_at,
            f"{capfirst(words.time_words(one.starts_at, one.ends_at, start))}: {one.run.course.title}, {where_words(one)}",
            reverse("courses_run", args=[one.run_id]),
        )
        for one in rows
        if one.where is not None and place in (None, one.where)
    ]


def unmarked(now: dt.datetime, days: int = 14) -> list[Occasion]:
    """What has been in the last ``days`` and where nobody has said who came, the latest first. Three queries."""
    rows = list(
        with_all(
            Occasion.objects.held().filter(ends_at__lte=now, ends_at__gt=now - dt.timedelta(days=days))
        ).order_by("-starts_at", "-pk")
    )
    stand = standings({row.quota_id: row.quota for row in rows}.values(), dates.local(now).date())
    lacking = no_attendance(rows, stand, now)
    return [row for row in rows if row.pk in lacking]


@dataclass(frozen=True)
class Stuck:
    """A line that does not move although there are free seats: who is first needs more than there are."""

    first: Registration
    left: int


def stuck_lines(now: dt.datetime) -> list[Stuck]:
    """Lines with free seats that nobody could be offered, soonest first. Three queries."""
    quotas = list(
        Quota.objects.filter(
            registrations__state=Registration.WAITING,
            occasions__starts_at__gt=now,
            occasions__cancelled_at=None,
            run__cancelled_at=None,
        )
        .annotate(begins=Min("occasions__starts_at"))
        .order_by("begins", "pk")
    )
    stand = standings(quotas, dates.local(now).date())
    free = {quota.pk: stand[quota.pk].seats.left for quota in quotas if stand[quota.pk].seats.left > 0}
    first: dict[int, Registration] = {}
    waiting = Registration.objects.filter(quota__in=free).in_line().select_related("quota__run__course")
    for registration in waiting:
        first.setdefault(registration.quota_id, registration)
    return [Stuck(first[pk], left) for pk, left in free.items() if pk in first]


def ending_offers(now: dt.datetime) -> QuerySet[Registration]:
    """Offers that nobody has said yes to and that end within a day, the soonest first."""
    return (
        Registration.objects.filter(
            state=Registration.OFFERED,
            offer_expires_at__gt=now,
            offer_expires_at__lte=now + dt.timedelta(days=1),
        )
        .select_related("quota__run__course")
        .order_by("offer_expires_at", "pk")
    )
