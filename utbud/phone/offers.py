"""What can be joined soon, and what can be read one step at a time.

Activities stand above the phone line and register themselves when the app starts.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

Offers = Callable[[dt.datetime], list[str]]
_sources: dict[str, Offers] = {}


def register(slug: str, offers: Offers) -> None:
    """Make a source known: what it gives at a moment is a Swedish sentence for each coming thing, soonest first.

    The same slug again takes its place. It is asked in every call, so it must cost no more than a query or two.
    """
    _sources[slug] = offers


def coming(now: dt.datetime) -> list[str]:
    """The sentences of all sources, in the order they were registered."""
    return [sentence for offers in _sources.values() for sentence in offers(now)]


# --- read one step at a time ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Something to do while one listens: whole sentences, a group for each step."""

    key: str  # «page:12»: what it is called in the call's addresses, and where listening is counted
    title: str  # without a full stop
    before: tuple[str, ...] = ()  # what one needs, and how long it takes
    steps: tuple[tuple[str, ...], ...]
    done: tuple[str, ...] = ()  # what one can do afterwards


Readings = Callable[[dt.datetime], list[Reading]]
_readings: dict[str, Readings] = {}


def register_readings(slug: str, readings: Readings) -> None:
    """Make a source known: what it gives at a moment are those that callers choose among, in order.

    The same slug again takes its place. It is asked in every call, so it must cost no more than a query or two, and what it
    gives should change seldom, since all of it is read in beforehand.
    """
    _readings[slug] = readings


def readings(now: dt.datetime) -> list[Reading]:
    """What callers may choose among, in the order the sources were registered."""
    return [reading for source in _readings.values() for reading in source(now)]
