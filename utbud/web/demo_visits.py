"""A year at the desk in the demo: visits with the rhythm of a real one, the same each time."""

import datetime as dt
import math
import random
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from utbud.base import dates
from utbud.helpdesk.models import Choice, DeskSettings, Errand, Given, Lack, Visit
from utbud.places import queries as places
from utbud.places.models import Place
from utbud.web import demo_files as files

DAYS = 365
REGION = "Västernorrland"
T = TypeVar("T")


def load(*, now: dt.datetime) -> int:
    """Note the visits of demo/visits.yaml for a year until today, and one that was left running. Returns how many."""
    data = files.read("visits.yaml")
    lots = random.Random(data["seed"])  # noqa: S311 - a demo is the same each time; nothing secret is drawn
    known = Choice.objects.in_bulk(field_name="key")
    DeskSettings.objects.update_or_create(defaults={"region": REGION})
    today = dates.local(now).date()
    visits, errands, given = [], [], []
    for place, day, hour in _when(data, lots, today):
        kinds = [_draw(lots, data["errands"]) for _one in range(_draw(lots, data["more_errands"]))]
        lasted = [_draw(lots, data["minutes"][kind]) for kind in kinds]
        minutes = None if None in lasted else sum(lasted)
        key = uuid.UUID(int=lots.getrandbits(128), version=4)
        visit = Visit(key=key, place=place, day=day, hour=hour, minutes=minutes)
        visits.append(visit)
        for number, kind in enumerate(kinds, start=1):
            errand = Errand(visit=visit, number=number)
            errands.append(errand)
            answers = [kind, *(_answers(data, lots) if number == 1 else ())]
            given += [Given(errand=errand, choice=known[answer]) for answer in answers]
    _left(visits[-1], now)
    Visit.objects.bulk_create(visits)
    Errand.objects.bulk_create(errands)
    Given.objects.bulk_create(given)
    main = Place.objects.get(slug="huvudbiblioteket")
    Lack.objects.bulk_create(
        Lack(choice=known[kind], place=main, day=today - dt.timedelta(days=7 * week), count=1)
        for kind, times in data["lacks"].items()
        for week in range(times)
    )
    return len(visits)


def _when(data: Any, lots: random.Random, today: dt.date) -> Iterator[tuple[Place, dt.date, int]]:
    """The place, day and hour of each visit, day by day; nobody comes on a public holiday."""
    where = Place.objects.in_bulk(data["places"], field_name="slug")
    for ago in range(DAYS, 0, -1):
        day = today - dt.timedelta(days=ago)
        if places.holiday_name(day):
            continue
        for slug, rows in data["places"].items():
            for row in rows:
                if day.weekday() in row["weekdays"]:
                    for hour, usual in row["hours"].items():
                        for _one in range(_poisson(lots, usual * data["months"][day.month])):
                            yield where[slug], day, hour


def _poisson(lots: random.Random, mean: float) -> int:
    """How many come where ``mean`` do on the average (Knuth)."""
    least, product, count = math.exp(-mean), lots.random(), 0
    while product > least:
        product *= lots.random()
        count += 1
    return count


def _draw(lots: random.Random, weights: Mapping[T, int]) -> T:
    return lots.choices(list(weights), list(weights.values()))[0]


def _answers(data: Any, lots: random.Random) -> Iterator[str]:
    for question in data["answers"]:
        if lots.random() < question["share"]:
            yield _draw(lots, question["of"])


def _left(visit: Visit, now: dt.datetime) -> None:
    """The last one was never ended, so that «Idag» asks about it."""
    visit.state, visit.minutes = Visit.State.RUNNING, None
    visit.seconds, visit.moment = 0, dates.at_stockholm(visit.day, dt.time(visit.hour or 12))
