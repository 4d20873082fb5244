"""Who gets a seat: the rules alone, with no database. What they are given is read under the quota's lock.

Some seats may be kept for those who phone, come by or send a paper, so that the web does not empty a course before they
have heard of it. They fill the kept seats first; what is not kept is for everyone. Nobody is served out of order: a party
is offered seats only when all of it fits, and those behind it wait for the same seats.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

UNLIMITED = 10**9


@dataclass(frozen=True)
class Seats:
    """The seats of a quota: how many in all (None: no end to them), kept for phone and desk today, and taken by whom."""

    total: int | None
    kept: int = 0
    taken_open: int = 0  # by those who came by the web
    taken_kept: int = 0  # by those who have the kept seats as well

    @property
    def left(self) -> int:
        """Free seats of all kinds, never below 0."""
        return UNLIMITED if self.total is None else max(0, self.total - self.taken_open - self.taken_kept)

    @property
    def kept_left(self) -> int:
        """Free seats that only phone and desk may take."""
        return min(self.left, max(0, self.kept - self.taken_kept))

    @property
    def open_left(self) -> int:
        """Free seats that anyone may take."""
        return self.left - self.kept_left

    def free(self, *, kept: bool) -> int:
        """Free seats for somebody who may (``kept``) or may not take those that are kept."""
        return self.left if kept else self.open_left

    def seating(self, party: "Party") -> "Seats":
        """The seats when ``party`` has sat down."""
        if party.kept:
            return replace(self, taken_kept=self.taken_kept + party.size)
        return replace(self, taken_open=self.taken_open + party.size)


@dataclass(frozen=True)
class Party:
    """Those who come together: ``size`` seats, and whether they may take the kept ones. ``key`` tells whose it is."""

    key: int
    size: int
    kept: bool


def may_enter(seats: Seats, line: Iterable[Party], party: Party) -> bool:
    """Whether a new ``party`` gets seats at once: all of it fits, and it passes nobody who waits for the same seats."""
    waiting = list(line)
    if party.kept:
        if any(one.kept for one in waiting):
            return False
        return party.size <= (seats.kept_left if waiting else seats.left)
    return not waiting and party.size <= seats.open_left


def offers(seats: Seats, line: Sequence[Party]) -> list[Party]:
    """Who in ``line`` (first come first) is offered seats now, in order.

    When the first in line does not fit, those behind wait too, but for seats that were never open to it.
    """
    offered: list[Party] = []
    open_shut = False
    for party in line:
        if party.kept:
            room = seats.kept_left if open_shut else seats.left
        else:
            room = 0 if open_shut else seats.open_left
        if party.size <= room:
            offered.append(party)
            seats = seats.seating(party)
        elif party.kept:
            break
        else:
            open_shut = True
    return offered
