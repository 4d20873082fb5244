"""Jobs of the site's own pages: a hint that something is to be made. What the page says is the truth."""

import datetime as dt
from contextlib import suppress

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.formats import queries as formats
from utbud.formats.speech import NoVoice
from utbud.publishing import files
from utbud.web import help_views

# What /hjalp/ says is another when something opens or closes: read in that long before, so that nobody waits for it.
AHEAD = dt.timedelta(minutes=15)


@task(priority=10)  # where help is comes before the sounds of all other pages
def read_help() -> None:
    """Make the sounds of /hjalp/ as it is now, and as it soon will be. Doing it twice makes nothing twice."""
    now = timezone.now()
    for moment in (now, now + AHEAD):
        one = help_views.read_aloud(moment)
        for name in files.ALOUD:
            files.aloud(one, name)


def wake(now: dt.datetime) -> int:
    """Have the worker come if /hjalp/ cannot be listened to at once, now and soon. Returns how many sounds lack."""
    missing = 0
    with suppress(NoVoice):
        formats.voice()  # without one there is nothing to make
        told = [help_views.read_aloud(now), help_views.read_aloud(now + AHEAD)]
        missing = sum(made is None for pair in formats.sounds(told) for made in pair)
    asked = DBTaskResult.objects.filter(
        task_path=read_help.module_path, status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    )
    if missing and not asked.exists():
        read_help.enqueue()
    return missing
