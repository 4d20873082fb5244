"""Times that come again, in wall time: «every Tuesday at 10», whatever the clock does in spring and autumn."""

import datetime as dt
from collections.abc import Callable

from dateutil.rrule import DAILY, WEEKLY, rrule

from utbud.base import dates

MOST = 60  # occasions made at once


def expand(
    *,
    first: dt.date,
    starts: dt.time,
    ends: dt.time,
    count: int,
    every_days: int = 7,
    skip: Callable[[dt.date], object] = lambda _day: False,
) -> list[tuple[dt.datetime, dt.datetime]]:
    """``count`` times (1 to 60) from ``first`` on, ``every_days`` apart, as aware UTC pairs in order.

    A day for which ``skip`` is true (a holiday) is passed over and made up for at the end. Raises ValueError for a time
    that ends before it begins, a day that the clock leaps over, or a count out of bounds.
    """
    if not starts < ends:
        raise ValueError("ends before it starts")
    if not 1 <= count <= MOST or every_days < 1:
        raise ValueError("count out of bounds")
    weekly = every_days % 7 == 0
    rule = rrule(
        WEEKLY if weekly else DAILY,
        interval=every_days // 7 if weekly else every_days,
        dtstart=dt.datetime.combine(first, dt.time()),
        count=MOST * 3,
    )
    found: list[tuple[dt.datetime, dt.datetime]] = []
    for moment in rule:
        if len(found) == count:
            break
        day = moment.date()
        if skip(day):
            continue
        start, end = dates.at_stockholm(day, starts), dates.at_stockholm(day, ends)
        if (dates.local(start).time(), dates.local(end).time()) != (starts, ends):
            raise ValueError(f"the clock leaps over this time on {day}")
        found.append((start, end))
    if len(found) < count:
        raise ValueError("too many days are passed over")
    return found
