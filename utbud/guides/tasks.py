"""Jobs: a folder of many guides is made while its reader looks at a page that says so, and so is a film of a guide."""

import datetime as dt
from enum import Enum

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.guides import files, queries
from utbud.guides.actions import filming
from utbud.guides.models import GuidePage
from utbud.people.models import User

MOST_MAKING = dt.timedelta(minutes=10)  # a film takes half a minute; a worker that was killed never says so
TOLD = ("NothingToFilm", "TooLong", "CannotTakeIn")  # errors that say what to do
MOST_WAITING = 20  # folders: anyone may ask for one, and nobody is to fill the queue


@task(queue_name="slow", priority=30)
def make_folder(slugs: list[str], size: str) -> None:
    """Make a folder of the published guides among ``slugs``. Doing it twice makes nothing twice."""
    guides = queries.chosen(slugs)[: queries.MOST_IN_FOLDER]
    if guides:
        files.make_folder(files.folder_of(guides), size)


def is_full() -> bool:
    """Whether as many folders wait as may wait."""
    waiting = DBTaskResult.objects.filter(
        task_path=make_folder.module_path, status=TaskResultStatus.READY
    ).count()
    return waiting >= MOST_WAITING


@task(queue_name="slow", priority=25)  # somebody looks at a page that waits for it
def make_film(guide_id: int, by_id: int) -> None:
    """Make a film of a guide. Doing it twice makes nothing twice."""
    guide = GuidePage.objects.filter(pk=guide_id).first()
    by = User.objects.filter(pk=by_id).first()
    if guide is not None and by is not None:
        filming.film_of(guide=guide, by=by, now=timezone.now())


class Making(Enum):
    """How it goes with the film that was asked for."""

    WAITS = "waits"
    GOES_ON = "goes on"
    OVER = "over"
    FAILED = "failed"


def ask_for_film(guide: GuidePage, by: User) -> None:
    """Have the slow worker make a film of the guide, unless it is asked for already."""
    if making_of(guide, timezone.now())[0] not in (Making.WAITS, Making.GOES_ON):
        make_film.enqueue(guide_id=guide.pk, by_id=by.pk)


def making_of(guide: GuidePage, now: dt.datetime) -> tuple[Making, str]:
    """How it goes with the film that was last asked for, and why not when it failed. Long ago is as never."""
    jobs = DBTaskResult.objects.filter(
        task_path=make_film.module_path, enqueued_at__gt=now - dt.timedelta(days=1)
    ).order_by("-enqueued_at")
    job = next((job for job in jobs if job.args_kwargs["kwargs"].get("guide_id") == guide.pk), None)
    if job is None or job.status == TaskResultStatus.SUCCESSFUL:
        return Making.OVER, ""
    if job.status == TaskResultStatus.READY:
        return Making.WAITS, ""
    if job.status == TaskResultStatus.RUNNING and job.started_at and job.started_at > now - MOST_MAKING:
        return Making.GOES_ON, ""
    # What we say ourselves is Swedish and for whoever asked; the rest is for the log.
    told = job.exception_class_path.rpartition(".")[2] in TOLD
    return Making.FAILED, _said(job.traceback) if told else ""


def _said(traceback: str) -> str:
    """The message that ends a traceback: «package.Error: message»."""
    return traceback.strip().splitlines()[-1].partition(": ")[2] if traceback.strip() else ""
