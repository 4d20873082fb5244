"""Jobs: hints that something waits to be sent. The rows are the truth."""

import datetime as dt

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.notices import actions
from utbud.notices.models import Notice

BEFORE_FILES = 50  # somebody waits for it: it goes before the making of sound and films


@task(priority=BEFORE_FILES)
def send_notices() -> None:
    """Send all that is due."""
    actions.send_due(timezone.now())


def wake(now: dt.datetime) -> int:
    """Have the worker come if anything is due. Returns how many are."""
    due = Notice.objects.due(now).count()
    asked = DBTaskResult.objects.filter(task_path=send_notices.module_path, status=TaskResultStatus.READY)
    if due and not asked.exists():
        send_notices.enqueue()
    return due
