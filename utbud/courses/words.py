"""Times and seats as people say them. Pure."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby, pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.courses.seating import Seats

PLURAL_DAYS = tuple(f"{day}ar" for day in dates.WEEKDAYS)
UP_TO = 5  # seats left that are told by number


DAY_BEGINS, DAY_ENDS = dt.time(8), dt.time(21)  # nobody's phone buzzes outside these because of us


def by_day(moment: dt.datetime) -> dt.datetime:
    """``moment``, or eight in the morning after it where it is night in Stockholm (aware)."""
    there = dates.local(moment)
    if DAY_BEGINS <= there.time() < DAY_ENDS:
        return moment
    day = there.date() + dt.timedelta(days=there.time() >= DAY_ENDS)
    return dates.at_stockholm(day, DAY_BEGINS)


def day_words(moment: dt.datetime, now: dt.datetime) -> str:
    """«tisdag 3 mars», with the year when it is another one than now's."""
    day = dates.local(moment).date()
    return dates.date_words(day, year=day.year != dates.local(now).year)


def clock(moment: dt.datetime) -> str:
    """«10» or «10.30», in Stockholm."""
    return dates.time_words(dates.local(moment))


def clock_words(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """«klockan 10 till 12»."""
    start, end = dates.local(starts_at), dates.local(ends_at)
    return _("klockan %(start)s till %(end)s") % {
        "start": dates.time_words(start),
        "end": dates.time_words(end),
    }


def time_words(starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> str:
    """«tisdag 3 mars klockan 10 till 12»."""
    return f"{day_words(starts_at, now)} {clock_words(starts_at, ends_at)}"


def times_words(times: Sequence[tuple[dt.datetime, dt.datetime]], now: dt.datetime) -> str:
    """Several times that belong together: «4 tisdagar, första gången tisdag 3 mars klockan 10 till 12»."""
    if not times:
        return ""
    first = time_words(*times[0], now)
    if len(times) == 1:
        return first
    days = {dates.local(start).weekday() for start, _end in times}
    many = (
        f"{len(times)} {PLURAL_DAYS[days.pop()]}"
        if len(days) == 1
        else _("%(count)s gånger") % {"count": len(times)}
    )
    return _("%(many)s, första gången %(first)s") % {"many": many, "first": first}


def days_words(times: Sequence[tuple[dt.datetime, dt.datetime]], now: dt.datetime, *, most: int) -> str:
    """The days of what is not held every week at the same hour: «8 och 15 december, 5 januari 2027»; "" for what is.

    With the hours of each where they differ. Of more than ``most`` the first, and how many more there are.
    """
    local = [(dates.local(start), dates.local(end)) for start, end in times]
    hours = {(start.time(), end.time()) for start, end in local}
    steps = {(after.date() - before.date()).days for (before, _b), (after, _a) in pairwise(local)}
    if len(hours) <= 1 and steps <= {7}:
        return ""
    shown, more = times[:most], len(times) - most
    if len(hours) > 1:
        said = [time_words(start, end, now) for start, end in shown]
    else:
        said = []
        for (year, month), group in groupby(local[:most], key=lambda one: (one[0].year, one[0].month)):
            days = [str(start.day) for start, _end in group]
            last = (
                f"{dates.MONTHS[month - 1]} {year}"
                if year != dates.local(now).year
                else dates.MONTHS[month - 1]
            )
            said.append(f"{_(' och ').join(filter(None, [', '.join(days[:-1]), days[-1]]))} {last}")
    if more > 0:
        said.append(ngettext("och %(count)s gång till", "och %(count)s gånger till", more) % {"count": more})
    return ", ".join(said)


def line_words(parties: int) -> str:
    """«2 anmälningar i kö»: a line is counted in parties, wherever it is told of."""
    return ngettext("%(count)s anmälan i kö", "%(count)s anmälningar i kö", parties) % {"count": parties}


def seats_words(seats: Seats, in_line: int, *, phone: bool = False) -> str:
    """What the public is told: «3 platser kvar», «Fullt, 2 anmälningar i kö». ``phone``: said to somebody who rings or stands here."""
    if seats.total is None:
        return _("Det finns plats")
    left = seats.free(kept=phone)
    if left and not in_line:
        if left > UP_TO:
            return _("Det finns platser kvar")
        return ngettext("%(count)s plats kvar", "%(count)s platser kvar", left) % {"count": left}
    if not phone and seats.kept_left:
        return _("Fullt på webben. Ring oss, det finns platser för dig som ringer")
    if in_line:
        return _("Fullt, %(line)s") % {"line": line_words(in_line)}
    return _("Fullt. Du kan ställa dig i kö")


def full_words(seats: Seats, in_line: int) -> str:
    """«Fullt, ställ dig i kö», to somebody who rings or stands here; "" where there are seats."""
    full = seats.total is not None and (in_line or not seats.free(kept=True))
    return _("Fullt, ställ dig i kö") if full else ""


def fee_words(kronor: int) -> str:
    """«Gratis» or «50 kronor»."""
    return _("%(fee)s kronor") % {"fee": kronor} if kronor else _("Gratis")


def spoken_code(code: str) -> str:
    """A code as it is said and read: «471 10 52»; the older ones, of five figures, «47 110»."""
    if len(code) == 7:
        return f"{code[:3]} {code[3:5]} {code[5:]}"
    return f"{code[:2]} {code[2:]}" if len(code) == 5 else code
