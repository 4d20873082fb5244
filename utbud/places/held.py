"""What is held at a place on a day, told by those above who hold it: asked before the day is said to be closed."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from utbud.places.models import Place


@dataclass(frozen=True)
class Held:
    """A course or a booking: when, what, and where staff see it ("" nowhere)."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    words: str
    url: str

    @property
    def key(self) -> str:
        """What makes it the same as another."""
        return f"{self.starts_at.isoformat()} {self.url or self.words}"


Teller = Callable[[dt.date, Place | None], Iterable[Held]]  # a day in Stockholm; a place, or everywhere
_tellers: list[Teller] = []


def register(tell: Teller) -> None:
    """Ask ``tell`` too."""
    if tell not in _tellers:
        _tellers.append(tell)


def on(day: dt.date, place: Place | None) -> list[Held]:
    """All that is held on ``day`` at ``place``, the earliest first, each once: a course that has a room is booked too."""
    found = {one.key: one for tell in reversed(_tellers) for one in tell(day, place)}
    return sorted(found.values(), key=lambda one: (one.starts_at, one.words))
