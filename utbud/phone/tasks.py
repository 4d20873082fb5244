"""Jobs: hints that the line has something to read in. The facts and the rows are the truth."""

import datetime as dt

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.phone import actions, queries

AT_ONCE = 20  # files, about half a second each: what is more urgent waits for no more than that


@task(priority=10)
def read_in_missing() -> None:
    """Read in what callers may come to hear soon, a part at a time so that more urgent jobs have their turn."""
    now = timezone.now()
    if actions.read_in_missing(now, at_most=AT_ONCE) == AT_ONCE:
        wake(now)  # there may be more


def wake(now: dt.datetime) -> int:
    """Have the worker come if anything is not read in. Returns how much that is."""
    missing = len(queries.missing(now))
    asked = DBTaskResult.objects.filter(task_path=read_in_missing.module_path, status=TaskResultStatus.READY)
    if missing and not asked.exists():
        read_in_missing.enqueue()
    return missing
