"""Wrong tries at a code: slowed down, never locked out, and put before whoever owns it where it is odd.

A try has ``subjects``: whose door it is at (a contact), where it comes from (an address and its wider net), and everyone's
together. Each of them counts its wrong tries and has a wait of its own that grows; a right try clears those that are the
owner's own. What the limits come to is in docs/adr/0025.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from utbud.base.ceilings import hashed
from utbud.base.models import Guess


@dataclass(frozen=True)
class Subject:
    """What wrong tries are counted for. ``free`` of them cost nothing, then each makes the wait longer, up to ``longest``.

    After ``odd`` in ``window`` something is not as it should be: even a right code must be confirmed. 0: never.
    """

    kind: str
    value: str
    free: int = 3
    longest: dt.timedelta = dt.timedelta(minutes=5)
    odd: int = 0
    window: dt.timedelta = dt.timedelta(days=1)

    @property
    def key(self) -> str:
        """As it is kept."""
        return hashed(self.kind, self.value)

    def wait(self, wrong: int) -> dt.timedelta:
        """How long after the wrong try number ``wrong``."""
        if wrong <= self.free:
            return dt.timedelta(0)
        return min(FIRST_WAIT * 2 ** min(wrong - self.free - 1, 12), self.longest)


FIRST_WAIT = dt.timedelta(seconds=15)
KEEP = dt.timedelta(days=31)


@dataclass(frozen=True)
class Standing:
    """Whether one may try now, and whether what is right must be confirmed by whoever owns it."""

    wait_until: dt.datetime | None = None
    odd: bool = False


def standing(*, subjects: Sequence[Subject], now: dt.datetime) -> Standing:
    """Where a try at ``subjects`` stands.

    Where it is odd a right try must be confirmed, so that guessing gains nothing: then nobody waits at the doors that
    are odd, and no stranger can keep the owner waiting.
    """
    rows = {row.subject: row for row in Guess.objects.filter(subject__in=[one.key for one in subjects])}
    known = [
        (one, rows[one.key])
        for one in subjects
        if one.key in rows and rows[one.key].first_at > now - one.window
    ]
    odd = any(one.odd and row.wrong >= one.odd for one, row in known)
    waits = [  # longer than the longest: the clock was set back
        row.wait_until
        for one, row in known
        if now < row.wait_until <= now + one.longest and not (odd and one.odd)
    ]
    return Standing(max(waits, default=None), odd)


@transaction.atomic
def begin(*, subjects: Sequence[Subject], now: dt.datetime, watched: Sequence[Subject] = ()) -> Standing:
    """Take a try: it counts as wrong until ``right`` says otherwise, so that many at once are as many as one after another.

    One that must wait is not taken, and does not make the wait longer. ``watched`` matter to where it stands, and count nothing.
    """
    keys = sorted(subjects, key=lambda one: one.key)
    for one in keys:
        Guess.objects.get_or_create(subject=one.key, defaults={"first_at": now, "wait_until": now})
    rows = {
        row.subject: row
        for row in Guess.objects.select_for_update()
        .filter(subject__in=[one.key for one in keys])
        .order_by("subject")
    }
    found = standing(subjects=[*subjects, *watched], now=now)
    if found.wait_until:
        return found
    for one in keys:
        row = rows[one.key]
        if row.first_at <= now - one.window:
            row.wrong, row.first_at = 0, now
        row.wrong += 1
        row.wait_until = now + one.wait(row.wrong)
        row.save(update_fields=["wrong", "first_at", "wait_until"])
    return found


@transaction.atomic
def right(*, subjects: Iterable[Subject]) -> None:
    """The try that ``begin`` took was right: it is taken back, and whoever made it waits for nothing."""
    keys = sorted(one.key for one in subjects)
    for row in Guess.objects.select_for_update().filter(subject__in=keys).order_by("subject"):
        row.wrong, row.wait_until = max(row.wrong - 1, 0), row.first_at
        row.save(update_fields=["wrong", "wait_until"])


def forget(now: dt.datetime) -> int:
    """Delete what no longer says anything."""
    return Guess.objects.filter(Q(first_at__lt=now - KEEP) & Q(wait_until__lt=now)).delete()[0]
