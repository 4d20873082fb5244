"""Passwords are hashed in one thread of each process, which gives way to everything else.

A hash is half a second of a core. It lets go of Python's lock meanwhile, so that the process's other threads serve readers, and
the kernel lets them go first (docs/adr/0023-logins.md).
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import PBKDF2PasswordHasher

NICE = 15


class QuietHasher(PBKDF2PasswordHasher):
    """Django's own PBKDF2, in that thread."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Hash ``password``."""
        return _pool().submit(super().encode, password, salt, iterations).result()


_pools: dict[int, ThreadPoolExecutor] = {}  # by process: a thread does not follow its process through a fork
_making = threading.Lock()


def _pool() -> ThreadPoolExecutor:
    with _making:
        if (pool := _pools.get(os.getpid())) is None:
            pool = _pools[os.getpid()] = ThreadPoolExecutor(1, "lösenord", initializer=_give_way)
        return pool


def _give_way() -> None:
    if sys.platform == "linux":  # where a thread can be nice by itself
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
