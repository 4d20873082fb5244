"""Seats: how many there are, who has them, who waits."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from utbud.courses.models import Quota, Registration, Run
from utbud.courses.models.registrations import WAYS_TO_KEPT
from utbud.courses.seating import Party, Seats, offers

KEPT = [way.value for way in WAYS_TO_KEPT]
NOBODY = dict.fromkeys(("opened", "kept", "waiting", "registered", "waiting_kept", "in_line"), 0)


@dataclass(frozen=True)
class Standing:
    """The seats of a quota, and who waits for one.

    Whoever reads of the line is told of parties, everywhere: a place in it is a party's, whatever its size.
    """

    seats: Seats
    waiting: int  # seats that those in line want: what the rules count
    registered: int  # parties that have seats
    waiting_kept: int = 0  # those of the waiting who may have the kept seats
    in_line: int = 0  # parties: what people are told

    @property
    def line(self) -> list[Party]:
        """One party for each kind that waits: all that a newcomer's right to enter asks of the line."""
        kinds = ((self.waiting - self.waiting_kept, False), (self.waiting_kept, True))
        return [Party(0, size, kept) for size, kept in kinds if size]

    @property
    def full(self) -> bool:
        """Whether somebody new on the web would have to wait."""
        return bool(self.waiting) or not self.seats.open_left


def total(quota: Quota) -> int | None:
    """All seats, with those that staff have given on top; None for no end."""
    return None if quota.seats is None else quota.seats + quota.extra


def seats_of(quota: Quota, today: dt.date) -> Seats:
    """The seats as the rows say now. Exact only under the quota's lock."""
    return standings([quota], today)[quota.pk].seats


def standings(quotas: Iterable[Quota], today: dt.date) -> dict[int, Standing]:
    """Where each quota stands, by its id: one query however many they are."""
    quotas = list(quotas)
    taking = Q(state__in=Registration.TAKING)
    sums = {
        row["quota"]: row
        for row in Registration.objects.filter(quota__in=[quota.pk for quota in quotas])
        .order_by()
        .values("quota")
        .annotate(
            opened=Coalesce(Sum("seat_count", filter=taking & ~Q(came_by__in=KEPT)), 0),
            kept=Coalesce(Sum("seat_count", filter=taking & Q(came_by__in=KEPT)), 0),
            waiting=Coalesce(Sum("seat_count", filter=Q(state=Registration.WAITING)), 0),
            waiting_kept=Coalesce(
                Sum("seat_count", filter=Q(state=Registration.WAITING, came_by__in=KEPT)), 0
            ),
            registered=Count("pk", filter=Q(state=Registration.REGISTERED)),
            in_line=Count("pk", filter=Q(state=Registration.WAITING)),
        )
    }
    found = {}
    for quota in quotas:
        row = sums.get(quota.pk, NOBODY)
        seats = Seats(total(quota), quota.kept_on(today), row["opened"], row["kept"])
        found[quota.pk] = Standing(
            seats, row["waiting"], row["registered"], row["waiting_kept"], row["in_line"]
        )
    return found


def line(quota: Quota) -> list[Party]:
    """Who waits, first come first."""
    return [
        Party(pk, size, way in KEPT)
        for pk, size, way in Registration.objects.filter(quota=quota)
        .in_line()
        .values_list("pk", "seat_count", "came_by")
    ]


def lines_that_move(quotas: Sequence[Quota], today: dt.date) -> list[Quota]:
    """Those of ``quotas`` where somebody in line may be offered seats. Two queries, however many they are."""
    lines: dict[int, list[Party]] = defaultdict(list)
    waiting = Registration.objects.filter(quota__in=quotas).in_line()
    for quota, pk, size, way in waiting.values_list("quota", "pk", "seat_count", "came_by"):
        lines[quota].append(Party(pk, size, way in KEPT))
    stand = standings(quotas, today)
    return [quota for quota in quotas if offers(stand[quota.pk].seats, lines[quota.pk])]


def place_in_line(registration: Registration) -> int:
    """1 for the first party in line; 0 for one that does not wait."""
    if registration.state != Registration.WAITING:
        return 0
    return Registration.objects.filter(quota=registration.quota_id, pk__lte=registration.pk).in_line().count()


def seats_needed(run: Run, *, participants: int, companions: int) -> int:
    """How many seats a party takes. An interpreter takes none."""
    return participants + (companions if run.companions_take_seats else 0)
