"""What goes out over the network: each service in a lane of its own, so that a slow one delays nobody else.

Apps register here what may be due and how it is sent; `utbud send` looks every second and lets each lane that has
something work in a thread. Our own rows are the truth: a lane claims what it sends, and can run twice without harm.
"""

import datetime as dt
import logging
import math
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

logger = logging.getLogger(__name__)
PAUSE = 5.0  # seconds between two starts of a lane: a service that is down is not asked without end
over = threading.Event()  # set when it is time to end: what is in hand is finished, and nothing new begun


@dataclass(frozen=True)
class Lanes:
    """``due`` gives a key for each lane that has something to send by now (aware); ``run`` sends what is due in one."""

    name: str
    due: Callable[[dt.datetime], Iterable[Hashable]]
    run: Callable[[Any, dt.datetime], object]
    pause: float = PAUSE


_lanes: dict[str, Lanes] = {}


def register(
    name: str,
    *,
    due: Callable[..., Iterable[Hashable]],
    run: Callable[..., object],
    pause: float = PAUSE,
) -> None:
    """Register what sends. Two keys of one ``name`` go at the same time; one key never meets itself."""
    _lanes[name] = Lanes(name, due, run, pause)


def lanes() -> list[Lanes]:
    """All that are registered, by name."""
    return [_lanes[name] for name in sorted(_lanes)]


@dataclass
class Sender:
    """Keeps a thread for each lane that works."""

    threads: dict[tuple[str, Hashable], threading.Thread] = field(default_factory=dict)
    begun: dict[tuple[str, Hashable], float] = field(default_factory=dict)

    def look(self, now: dt.datetime) -> None:
        """Start every lane that has something due and does not work already. A failure is logged and stops no other."""
        for one in lanes():
            try:
                keys = list(one.due(now))
            except Exception:
                logger.exception("what is due in %s could not be seen", one.name)
                continue
            for key in keys:
                self._start(one, key, now)

    def _start(self, one: Lanes, key: Hashable, now: dt.datetime) -> None:
        lane, at = (one.name, key), time.monotonic()
        thread = self.threads.get(lane)
        if (thread and thread.is_alive()) or at < self.begun.get(lane, -math.inf) + one.pause:
            return
        self.begun[lane] = at
        self.threads[lane] = threading.Thread(target=_work, args=(one, key, now), daemon=True)
        self.threads[lane].start()

    def end(self, seconds: float) -> None:
        """Begin nothing new, and wait at most so long for what is in hand. What is cut off is settled by its claim."""
        over.set()
        until = time.monotonic() + seconds
        for thread in self.threads.values():
            thread.join(max(0.0, until - time.monotonic()))


def _work(one: Lanes, key: Hashable, now: dt.datetime) -> None:
    try:
        one.run(key, now)
    except Exception:
        logger.exception("%s (%s) failed; it is tried again", one.name, key)
    finally:
        connections.close_all()  # each thread has its own
