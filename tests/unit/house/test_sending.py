"""Lanes: what is due goes in threads of its own, one that is slow delays no other, and one lane never meets itself."""

import datetime as dt
import threading
import time

import pytest

from tests.waiting import until
from utbud.base import schedule, sending

NOW = dt.datetime(2026, 12, 7, 7, tzinfo=dt.UTC)


@pytest.fixture
def lanes(monkeypatch):
    """No lanes but the test's own."""
    monkeypatch.setattr(sending, "_lanes", {})
    monkeypatch.setattr(sending, "over", threading.Event())


def test_a_slow_one_delays_nobody_and_never_meets_itself(lanes) -> None:
    go, done = threading.Event(), []

    def run(key, now):
        if key == "upload":
            go.wait(10)
        done.append(key)

    sending.register("a", due=lambda now: ["upload", "text"], run=run, pause=0)
    sender = sending.Sender()
    for _second in range(3):
        sender.look(NOW)
        until(lambda: not sender.threads["a", "text"].is_alive())
    assert done == ["text"] * 3
    go.set()
    sender.end(10)
    assert done == ["text"] * 3 + ["upload"]


def test_one_that_fails_stops_no_other_and_is_tried_again_after_its_pause(lanes, caplog) -> None:
    done = []

    def fails(*_anything):
        done.append("fails")
        raise ValueError("nej")

    sending.register("a", due=fails, run=fails)
    sending.register("b", due=lambda now: [1], run=fails, pause=60)
    sending.register("c", due=lambda now: [1], run=lambda key, now: done.append("c"), pause=0)
    sender = sending.Sender()
    for _second in range(2):
        sender.look(NOW)
        until(lambda: not any(thread.is_alive() for thread in sender.threads.values()))
    assert sorted(done) == ["c", "c", "fails", "fails", "fails"]  # to see twice, to send once
    assert "it is tried again" in caplog.text


def test_told_to_end_nothing_new_is_begun_and_what_hangs_is_left(lanes) -> None:
    hangs = threading.Event()
    sending.register("a", due=lambda now: [1], run=lambda key, now: hangs.wait(10))
    sender = sending.Sender()
    sender.look(NOW)
    began = time.monotonic()
    sender.end(0.05)
    assert (sending.over.is_set(), time.monotonic() - began < 5) == (True, True)
    hangs.set()


def test_nothing_on_the_schedule_sends_and_what_is_rare_has_its_own_thread() -> None:
    assert {one.name for one in sending.lanes()} == {
        "approval letters", "channels", "inbox", "notices", "partners' letters", "subscribers",
    }  # fmt: skip
    on_time, upkeep = ({entry.name for entry in which()} for which in (schedule.on_time, schedule.upkeep))
    assert (on_time & upkeep, len(on_time | upkeep)) == (set(), len(schedule.entries()))
    assert [name for name in on_time | upkeep if "send" in name or "letter" in name] == []
    assert [name for name in on_time if "purge" in name or "prune" in name] == []
    assert "utbud.publishing.actions.publish_due" in on_time
