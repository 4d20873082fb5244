"""Old logins and jobs go, the rest stay."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from utbud.base import upkeep

pytestmark = pytest.mark.database

NOW = dt.datetime(2027, 3, 1, 7, 0, tzinfo=dt.UTC)
OLD, NEW = NOW - dt.timedelta(days=15), NOW - dt.timedelta(days=13)


@pytest.mark.django_db
def test_logins_that_have_run_out_go() -> None:
    for name, expires in (("over", NOW - dt.timedelta(seconds=1)), ("alive", NOW + dt.timedelta(seconds=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    assert upkeep.tidy(NOW) == 1
    assert [session.session_key for session in Session.objects.all()] == ["alive"]
    assert upkeep.tidy(NOW) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "enqueued", "goes"),
    [
        (TaskResultStatus.SUCCESSFUL, OLD, True),
        (TaskResultStatus.FAILED, OLD, True),
        (TaskResultStatus.RUNNING, OLD, True),
        (TaskResultStatus.READY, OLD, False),
        (TaskResultStatus.SUCCESSFUL, NEW, False),
        (TaskResultStatus.RUNNING, NEW, False),
    ],
)
def test_old_jobs_go_unless_they_still_wait(
    status: TaskResultStatus, enqueued: dt.datetime, goes: bool
) -> None:
    job = DBTaskResult.objects.create(
        task_path="a.b",
        args_kwargs={"args": [], "kwargs": {}},
        status=status,
        backend_name="default",
        queue_name="default",
    )
    DBTaskResult.objects.filter(pk=job.pk).update(enqueued_at=enqueued)
    assert upkeep.tidy(NOW) == int(goes)
    assert DBTaskResult.objects.exists() is not goes


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "minutes", "workers", "again"),
    [
        (TaskResultStatus.RUNNING, 16, 1, True),
        (TaskResultStatus.RUNNING, 14, 1, False),  # it may still be at work
        (TaskResultStatus.RUNNING, 16, 3, False),  # it has killed three workers
        (TaskResultStatus.FAILED, 16, 1, False),
        (TaskResultStatus.SUCCESSFUL, 16, 1, False),
    ],
)
def test_a_job_whose_worker_was_killed_is_done_again(
    status: TaskResultStatus, minutes: int, workers: int, again: bool
) -> None:
    job = DBTaskResult.objects.create(
        task_path="a.b",
        args_kwargs={"args": [], "kwargs": {}},
        status=status,
        backend_name="default",
        queue_name="default",
        started_at=NOW - dt.timedelta(minutes=minutes),
        worker_ids=["w"] * workers,
    )
    assert upkeep.take_up_again(NOW) == int(again)
    job.refresh_from_db()
    assert (job.status == TaskResultStatus.READY) is again
    assert upkeep.take_up_again(NOW) == 0
