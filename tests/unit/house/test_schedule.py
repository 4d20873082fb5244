"""The schedule: each entry when it is due, and one that fails stops no other."""

import datetime as dt
from collections.abc import Callable

import pytest

from utbud.base import schedule

NOW = dt.datetime(2027, 3, 1, 7, 0, tzinfo=dt.UTC)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """A schedule with three entries; which ran, and how many seconds after the start."""
    monkeypatch.setattr(schedule, "_entries", {})
    made: list[tuple[str, int]] = []

    def entry(name: str, seconds: int, then: Callable[[], int]) -> None:
        def run(now: dt.datetime) -> int:
            made.append((name, int((now - NOW).total_seconds())))
            return then()

        run.__qualname__ = name
        schedule.every(seconds=seconds)(run)

    entry("fails", 10, lambda: 1 // 0)
    entry("often", 10, lambda: 2)
    entry("seldom", 60, lambda: 0)
    return made


def name(short: str) -> str:
    return f"{__name__}.{short}"


def test_an_entry_that_fails_is_logged_and_stops_no_other(
    calls: list[tuple[str, int]], caplog: pytest.LogCaptureFixture
) -> None:
    assert schedule.Round().run_due(NOW) == {name("often"): 2, name("seldom"): 0}
    assert calls == [("fails", 0), ("often", 0), ("seldom", 0)]
    assert [record.getMessage() for record in caplog.records] == [
        f"{name('fails')} failed; it is tried again in 10 s"
    ]


def test_each_entry_runs_when_its_time_has_passed_and_not_before(calls: list[tuple[str, int]]) -> None:
    rounds = schedule.Round()
    for second in (0, 1, 9, 10, 19, 20, 60):
        rounds.run_due(NOW + dt.timedelta(seconds=second))
    assert [at for who, at in calls if who == "often"] == [0, 10, 20, 60]
    assert [at for who, at in calls if who == "fails"] == [0, 10, 20, 60]
    assert [at for who, at in calls if who == "seldom"] == [0, 60]


def test_a_clock_set_back_stops_nothing_for_longer_than_one_period(calls: list[tuple[str, int]]) -> None:
    rounds = schedule.Round()
    rounds.run_due(NOW)
    for second in (-3600, -3590):
        rounds.run_due(NOW + dt.timedelta(seconds=second))
    assert [at for who, at in calls if who == "often"] == [0, -3600, -3590]
