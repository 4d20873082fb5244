"""Waiting for what other processes do: until it is so, never for so long.

A test that sleeps and then looks once fails on the day the machine has more to do. So there is one way to wait and one
bound, and the bound is only there to end a test whose condition will never hold: it is no measure of how quick a thing is.
"""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 300.0  # seconds
Found = TypeVar("Found")


def until(
    condition: Callable[[], Found], what: str = "", *, rest: Callable[[float], None] = time.sleep
) -> Found:
    """Look again and again until ``condition`` gives something; what it gave.

    ``rest`` is how to pass the moment between two looks (a browser page must be let to do its own work meanwhile).
    """
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, what or "it did not happen"
        rest(0.02)
    return found
