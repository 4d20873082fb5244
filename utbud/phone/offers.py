"""What can be joined soon. Activities stand above the phone line and register themselves when the app starts."""

import datetime as dt
from collections.abc import Callable

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
