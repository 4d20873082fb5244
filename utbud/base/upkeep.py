"""What keeps the database in order: what is over goes, what a killed worker left is done."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from utbud.base import ceilings, guesses
from utbud.base.discreet import discreet

JOBS_KEPT, LETTERS_KEPT = dt.timedelta(days=14), dt.timedelta(days=30)
LEFT_AFTER = dt.timedelta(minutes=15)  # far longer than jobs take; a film has a claim that decides
TRIES = 3  # a job that kills its worker must not do so for ever


def tidy(now: dt.datetime) -> int:
    """Delete logins that have run out, old counts, and jobs that are old, also those that a killed worker left as running."""
    sessions, _of_each = Session.objects.filter(expire_date__lt=now).delete()
    old = DBTaskResult.objects.filter(enqueued_at__lt=now - JOBS_KEPT).exclude(status=TaskResultStatus.READY)
    jobs, _of_each = old.delete()
    return sessions + jobs + ceilings.forget(now) + guesses.forget(now) + _quiet_failures()


def _quiet_failures() -> int:
    """Take addresses and secrets out of what failed jobs left of their fault."""
    done = 0
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)
    for pk, told in failed.values_list("pk", "traceback"):
        if (quiet := discreet(told)) != told:
            done += DBTaskResult.objects.filter(pk=pk).update(traceback=quiet)
    return done


def empty_mail_folder(now: dt.datetime) -> int:
    """Delete letters that were kept as files since there is no mail server, a month after they were written."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    old = (now - LETTERS_KEPT).timestamp()
    letters = [path for path in Path(folder).glob("*") if path.stat().st_mtime < old] if folder else []
    for path in letters:
        path.unlink(missing_ok=True)
    return len(letters)


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
