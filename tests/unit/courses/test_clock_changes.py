"""Times that come again keep their place on the wall, whatever the clock does and wherever the server thinks it is."""

import datetime as dt
import json
import os
import subprocess
import sys

import pytest

from utbud.base import dates
from utbud.courses import words
from utbud.courses.recurrence import expand

SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)  # Sundays when the clock changes in Sweden
TEN, TWELVE = dt.time(10), dt.time(12)


def wall(moment):
    return dates.local(moment).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("first", "utc"),
    [
        (SPRING - dt.timedelta(days=7), ["09:00", "08:00", "08:00"]),
        (AUTUMN - dt.timedelta(days=7), ["08:00", "09:00", "09:00"]),
    ],
)
def test_every_sunday_at_ten_is_at_ten(first, utc):
    times = expand(first=first, starts=TEN, ends=TWELVE, count=3)
    assert [wall(start) for start, _end in times] == [
        f"{first + dt.timedelta(days=7 * week)} 10:00" for week in range(3)
    ]
    assert [start.strftime("%H:%M") for start, _end in times] == utc
    assert {end - start for start, end in times} == {dt.timedelta(hours=2)}


@pytest.mark.parametrize(
    ("day", "starts", "ends", "hours"),
    [
        (SPRING, dt.time(0, 30), dt.time(4), 2.5),  # an hour is not there
        (AUTUMN, dt.time(0, 30), dt.time(4), 4.5),  # an hour is there twice
    ],
)
def test_across_the_night_itself(day, starts, ends, hours):
    [(start, end)] = expand(first=day, starts=starts, ends=ends, count=1)
    assert end - start == dt.timedelta(hours=hours)
    now = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    assert words.clock_words(start, end) == "klockan 0.30 till 4"
    assert words.time_words(start, end, now).endswith(f"{dates.MONTHS[day.month - 1]} klockan 0.30 till 4")


def test_a_time_that_the_clock_leaps_over_is_refused():
    with pytest.raises(ValueError, match="leaps"):
        expand(first=SPRING, starts=dt.time(2, 15), ends=dt.time(2, 45), count=1)


@pytest.mark.parametrize(
    ("count", "skipped", "days"),
    [(3, (), [6, 13, 20]), (3, (13,), [6, 20, 27]), (2, (6, 13), [20, 27])],
)
def test_holidays_are_passed_over_and_made_up_for(count, skipped, days):
    first = dt.date(2027, 4, 6)
    times = expand(first=first, starts=TEN, ends=TWELVE, count=count, skip=lambda day: day.day in skipped)
    assert [dates.local(start).day for start, _end in times] == days


@pytest.mark.parametrize(
    ("starts", "ends", "count"), [(TWELVE, TEN, 1), (TEN, TEN, 1), (TEN, TWELVE, 0), (TEN, TWELVE, 61)]
)
def test_what_cannot_be(starts, ends, count):
    with pytest.raises(ValueError):
        expand(first=SPRING, starts=starts, ends=ends, count=count)


SAID = """
import datetime as dt, json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "utbud.settings"
import django
django.setup()
from utbud.base import dates
from utbud.courses import words
from utbud.courses.recurrence import expand
now = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
times = [time for first in (dt.date(2027, 3, 21), dt.date(2027, 10, 24))
         for time in expand(first=first, starts=dt.time(10), ends=dt.time(12), count=2)]
print(json.dumps([[start.isoformat(), words.time_words(start, end, now)] for start, end in times]))
"""


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_wherever_the_server_is(zone, tmp_path):
    environment = os.environ | {"TZ": zone, "UTBUD_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SAID], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [
        ["2027-03-21T09:00:00+00:00", "söndag 21 mars klockan 10 till 12"],
        ["2027-03-28T08:00:00+00:00", "söndag 28 mars klockan 10 till 12"],
        ["2027-10-24T08:00:00+00:00", "söndag 24 oktober klockan 10 till 12"],
        ["2027-10-31T09:00:00+00:00", "söndag 31 oktober klockan 10 till 12"],
    ]
