"""Jobs: hints that the outbox has something to do. The rows are the truth."""

import datetime as dt

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.channels import actions
from utbud.channels.models import Delivery

AT_ONCE = (
    50  # before all that is made, read in or indexed: what is approved must not wait behind a year's films
)


@task(priority=AT_ONCE)
def empty_outbox() -> None:
    """Send and take back all that is due."""
    actions.deliver_due(timezone.now())


def wake(now: dt.datetime) -> int:
    """Settle what a killed process held, and have the worker come if anything is due. Returns how many are due."""
    actions.settle(now)
    due = Delivery.objects.due(now).count()
    asked = DBTaskResult.objects.filter(task_path=empty_outbox.module_path, status=TaskResultStatus.READY)
    if due and not asked.exists():
        empty_outbox.enqueue()
    return due
