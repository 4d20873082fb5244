"""How many passwords are tried at once: one from strangers and one from those we know, on the whole machine.

Who comes when the lane is taken waits a moment or is asked to come back, so that most threads of a web process are always free
for readers. Strangers can never fill the lane of those we know.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

PATIENCE = 3.0  # seconds
LOOK_EVERY = 0.05
# How many threads of one web process may be in a lane, waiting or hashing; those who write have more (utbud.gateway.WRITERS).
_inside = {True: threading.BoundedSemaphore(2), False: threading.BoundedSemaphore(1)}


class Busy(Exception):
    """The lane is taken."""


@contextmanager
def lane(*, known: bool) -> Iterator[None]:
    """Be alone in the lane of those we know, or of strangers. Raises Busy."""
    if not _inside[known].acquire(blocking=False):
        raise Busy
    try:
        with (settings.VAR / f"login-{'known' if known else 'strangers'}.lock").open("w") as file:
            until = time.monotonic() + PATIENCE
            while not _locked(file.fileno()):
                if time.monotonic() > until:
                    raise Busy
                time.sleep(LOOK_EVERY)
            yield  # closing the file lets the next one in, also when this process is killed
    finally:
        _inside[known].release()


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
