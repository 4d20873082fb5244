"""What keeps the database in order: what is over goes, what a killed worker left is done."""

import datetime as dt

from django.contrib.sessions.models import Session
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from utbud.base import ceilings, guesses

JOBS_KEPT = dt.timedelta(days=14)
LEFT_AFTER = dt.timedelta(minutes=15)  # far longer than jobs take; a film has a claim that decides
TRIES = 3  # a job that kills its worker must not do so for ever


def tidy(now: dt.datetime) -> int:
    """Delete logins that have run out, old counts, and jobs that are old, also those that a killed worker left as running."""
    sessions, _of_each = Session.objects.filter(expire_date__lt=now).delete()
    old = DBTaskResult.objects.filter(enqueued_at__lt=now - JOBS_KEPT).exclude(status=TaskResultStatus.READY)
    jobs, _of_each = old.delete()
    return sessions + jobs + ceilings.forget(now) + guesses.forget(now)


def take_up_again(now: dt.datetime) -> int:
    """Let jobs that were begun long ago and never ended be done again: their worker was killed. Returns how many.

    Every job can run twice without harm. Without this a word could miss in the search for good.
    """
    done = 0
    for job in DBTaskResult.objects.running().filter(started_at__lt=now - LEFT_AFTER):
        if len(job.worker_ids) < TRIES:
            same = DBTaskResult.objects.running().filter(pk=job.pk, started_at=job.started_at)
            done += same.update(status=TaskResultStatus.READY)
    return done
