"""What is done again and again: apps register a function here, `utbud schedule` calls it.

A periodic function takes ``now`` (aware), finds in our own rows what is due, and can run twice, or in
two processes at once, without harm. It returns how many things it did.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)
Periodic = Callable[[dt.datetime], int]
UPKEEP = 3600  # seconds: what comes no oftener is upkeep, and has a thread of its own


@dataclass(frozen=True)
class Entry:
    """A registered function and how often it should be called."""

    name: str
    run: Periodic
    seconds: int


_entries: dict[str, Entry] = {}


def every(*, seconds: int) -> Callable[[Periodic], Periodic]:
    """Register a function to be called about every ``seconds``. Its module path is its name."""

    def register(function: Periodic) -> Periodic:
        name = f"{function.__module__}.{function.__qualname__}"
        _entries[name] = Entry(name, function, seconds)
        return function

    return register


def entries() -> list[Entry]:
    """All registered entries, by name."""
    return [_entries[name] for name in sorted(_entries)]


def on_time() -> list[Entry]:
    """What is quick and must not wait: publishing, offers that end, reminders, asking the workers to come."""
    return [entry for entry in entries() if entry.seconds < UPKEEP]


def upkeep() -> list[Entry]:
    """What is done rarely and may take long, like deleting files."""
    return [entry for entry in entries() if entry.seconds >= UPKEEP]


class Round:
    """Keeps when each entry ran last, and runs those that are due."""

    def __init__(self, which: Callable[[], list[Entry]] = entries) -> None:
        self.which = which
        self.last: dict[str, dt.datetime] = {}

    def run_due(self, now: dt.datetime) -> dict[str, int]:
        """Run what is due at ``now``. A failure is logged and does not stop the others."""
        done: dict[str, int] = {}
        for entry in self.which():
            last = self.last.get(entry.name)
            if (
                last is not None and 0 <= (now - last).total_seconds() < entry.seconds
            ):  # below 0: the clock was set back
                continue
            self.last[entry.name] = now
            try:
                done[entry.name] = entry.run(now)
            except Exception:
                logger.exception("%s failed; it is tried again in %s s", entry.name, entry.seconds)
        return done
