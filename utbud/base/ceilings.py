"""Ceilings: how much of something may happen in a day, however many make it happen at once.

``take`` counts one under several ceilings, or under none, in the transaction of what it counts. The rows are locked in the order
they are given: whoever calls gives the widest first, so that two who share it never wait for each other in a ring
(docs/adr/0025).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from utbud.base import dates
from utbud.base.models import Tally

KEEP_DAYS = 7


@dataclass(frozen=True)
class Cap:
    """A ceiling for a day: ``what`` is counted, at most so many times and for so much money. None: no end."""

    what: str
    times: int | None = None
    ore: int | None = None


class Reached(Exception):
    """A ceiling is reached; ``cap`` says which."""

    def __init__(self, cap: Cap) -> None:
        super().__init__(cap.what)
        self.cap = cap


def take(*, caps: Iterable[Cap], now: dt.datetime, ore: int = 0, times: int = 1) -> Cap | None:
    """Count one (or so many ``times``), of ``ore`` in money, under every cap and give None; or under none, and give the first that is full.

    That it was full is counted too: it is how staff come to know.
    """
    day = dates.local(now).date()
    try:
        with transaction.atomic():
            for cap in caps:
                _count(cap, day, ore, times)
    except Reached as full:
        row, _made = Tally.objects.get_or_create(day=day, what=full.cap.what)
        Tally.objects.filter(pk=row.pk).update(stopped=F("stopped") + 1)
        return full.cap
    return None


def _count(cap: Cap, day: dt.date, ore: int, times: int) -> None:
    row, _made = Tally.objects.get_or_create(day=day, what=cap.what)
    room = Tally.objects.filter(pk=row.pk)
    if cap.times is not None:
        room = room.filter(times__lte=cap.times - times)
    if cap.ore is not None and ore:
        room = room.filter(ore__lte=cap.ore - ore)
    if not room.update(times=F("times") + times, ore=F("ore") + ore):
        raise Reached(cap)


def tally(what: str, now: dt.datetime) -> Tally:
    """What has been counted today."""
    day = dates.local(now).date()
    return Tally.objects.filter(day=day, what=what).first() or Tally(day=day, what=what)


def hashed(kind: str, value: str) -> str:
    """A name for a person, a number or an address that does not tell whose it is: «contact:3f…»."""
    return (
        f"{kind}:{salted_hmac('utbud.base.ceilings', f'{kind} {value}', algorithm='sha256').hexdigest()[:40]}"
    )


def forget(now: dt.datetime) -> int:
    """Delete what is older than a week."""
    old = Tally.objects.filter(day__lt=dates.local(now).date() - dt.timedelta(days=KEEP_DAYS))
    return old.delete()[0]
