"""How long a thread waits for a lock in the database: who answers a reader gives up soon, a job has time.

Jobs and the schedule wait as settings say (20 s on SQLite, for ever on PostgreSQL).
"""

import threading
from typing import Any

from django.db.backends.signals import connection_created

_of_this_thread = threading.local()


def wait_at_most(seconds: float) -> None:
    """Let this thread's coming connections wait no longer than ``seconds`` for a lock."""
    _of_this_thread.seconds = seconds


def _tell(connection: Any, **_signal: Any) -> None:
    if (seconds := getattr(_of_this_thread, "seconds", None)) is None:
        return
    words = "PRAGMA busy_timeout = {}" if connection.vendor == "sqlite" else "SET lock_timeout = {}"
    with connection.cursor() as cursor:
        cursor.execute(words.format(round(seconds * 1000)))


connection_created.connect(_tell, dispatch_uid="utbud.patience")
