"""What the phone line says of courses: sentences, with numbers as a voice reads them well."""

import datetime as dt
import re

from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses import words
from utbud.courses.models import Occasion, Run
from utbud.courses.queries.soon import soon
from utbud.courses.queries.times import Offered

MOST = 5
ONES = (
    "noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv", "tretton", "fjorton",
    "femton", "sexton", "sjutton", "arton", "nitton",
)  # fmt: skip
TENS = ("", "", "tjugo", "trettio", "fyrtio", "femtio", "sextio", "sjuttio", "åttio", "nittio")
DAYS = (
    "", "första", "andra", "tredje", "fjärde", "femte", "sjätte", "sjunde", "åttonde", "nionde", "tionde", "elfte", "tolfte",
    "trettonde", "fjortonde", "femtonde", "sextonde", "sjuttonde", "artonde", "nittonde", "tjugonde", "tjugoförsta", "tjugoandra",
    "tjugotredje", "tjugofjärde", "tjugofemte", "tjugosjätte", "tjugosjunde", "tjugoåttonde", "tjugonionde", "trettionde",
    "trettioförsta",
)  # fmt: skip


def coming(now: dt.datetime) -> list[str]:
    """The next five things to come to, a few sentences each, and how to join. Two queries."""
    groups = soon(now, limit=MOST)
    said = [_said(one) for one in groups]
    if any(one.run.joining == Run.Joining.OPEN for one in groups):
        said.append(_("Vill du anmäla dig till en kurs? Tryck noll."))
    return said


def _said(one: Offered) -> str:
    """«Tisdag den tredje mars klockan tio till tolv: Ring med bild, på Ramviks bibliotek. Tre platser kvar.»"""
    when = _when(one)
    said = f"{when[0].upper()}{when[1:]}: {_stopped(f'{one.course.title}, {_where(one.first)}')}"
    seats = in_words(_seats(one))
    return f"{said} {_stopped(seats)}" if seats else said


def _when(one: Offered) -> str:
    first = _moment(one.first)
    if len(one.held) < 2 or one.run.joining == Run.Joining.NONE:  # whoever just comes, comes next time
        return first
    days = {dates.local(occasion.starts_at).weekday() for occasion in one.held}
    unit = words.PLURAL_DAYS[days.pop()] if len(days) == 1 else _("gånger")
    return _("%(many)s %(unit)s, första gången %(first)s") % {
        "many": number(len(one.held)),
        "unit": unit,
        "first": first,
    }


def _moment(occasion: Occasion) -> str:
    start, end = dates.local(occasion.starts_at), dates.local(occasion.ends_at)
    return _("%(weekday)s den %(day)s %(month)s klockan %(start)s till %(end)s") % {
        "weekday": dates.WEEKDAYS[start.weekday()],
        "day": DAYS[start.day],
        "month": dates.MONTHS[start.month - 1],
        "start": clock(start),
        "end": clock(end),
    }


def _where(occasion: Occasion) -> str:
    run, place = occasion.run, occasion.where
    if place is not None:
        return _("på %(place)s") % {"place": place.name}
    if run.host is not None:
        return _("hos %(host)s") % {"host": run.host.name}
    if run.online_url:
        return _("på nätet")
    return run.venue or _("fråga oss var")


def _seats(one: Offered) -> str:
    if one.run.joining == Run.Joining.NONE:
        return _("Du behöver inte anmäla dig.")
    if one.run.joining == Run.Joining.HOST and one.run.host:
        return _("Anmäl dig hos %(host)s, eller fråga oss.") % {"host": one.run.host.name}
    if one.run.joining == Run.Joining.ELSEWHERE:
        return _("Fråga oss hur du anmäler dig.")
    return words.seats_words(one.standing.seats, one.standing.in_line, phone=True)


def _stopped(text: str) -> str:
    return text if text[-1:] in ".?!" else f"{text}."


# --- numbers ------------------------------------------------------------------------------------


def number(count: int) -> str:
    """«tre», «tjugofem»; figures from a hundred on, which no course has."""
    if not 0 <= count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    return ONES[count] if count < 20 else TENS[tens] + (ONES[ones] if ones else "")


def clock(moment: dt.datetime) -> str:
    """«tio», «fjorton och trettio»: by twenty-four hours, since «halv tre till sexton» is heard as two ways of counting."""
    hour = number(moment.hour)
    if not moment.minute:
        return hour
    return _("%(hour)s och %(minute)s") % {"hour": hour, "minute": number(moment.minute)}


def _many(count: int) -> str:
    return _("en") if count == 1 else number(count)  # «en plats», but «klockan ett»


def in_words(text: str) -> str:
    """``text`` with its small numbers in words, the first letter large: «3 platser kvar» is «Tre platser kvar»."""
    said = re.sub(r"(?<![\d.,-])\d{1,2}(?![\d.,-]|\s?kr)", lambda found: _many(int(found[0])), text)
    return said[:1].upper() + said[1:]
