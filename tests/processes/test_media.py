"""The slow worker, stopped and killed while it makes a film: the film is made all the same, once, and nothing is left."""

import datetime as dt
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.processes.conftest import House, family, kill
from tests.unit.media import films
from tests.waiting import PATIENCE, until
from utbud import cli
from utbud.media.actions import processing
from utbud.media.models import Asset, State

worker = partial(cli.worker, cli.SLOW)


@pytest.fixture
def asset(house: House, settings: Any, tmp_path: Path) -> Asset:
    """A film that takes some seconds to make, and waits for the worker."""
    settings.VAR = house.var
    source = films.ordinary(tmp_path / "film.mp4", size="640x360", seconds=8)
    return processing.take_in(path=source, kind="film", name="film.mp4", by=None, now=timezone.now())


def is_worked_on(asset: Asset) -> bool:
    asset.refresh_from_db()
    return asset.state == State.WORKING and asset.progress >= 18  # the picture: the long part


def is_ready(asset: Asset) -> bool:
    asset.refresh_from_db()
    return asset.state == State.READY


def programs(pid: int) -> list[int]:
    """The ffmpegs that a worker has started."""
    return [each for each in family(pid) if "ffmpeg" in Path(f"/proc/{each}/comm").read_text()]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def nothing_is_left(house: House, asset: Asset) -> None:
    """Ready, once, with exactly the files that its rows name."""
    names = sorted(str(version.file) for version in asset.versions.all())
    folder = f"versions/{asset.token.hex}"
    assert sorted(f"{folder}/{name}" for name in default_storage.listdir(folder)[1]) == names
    assert [default_storage.size(str(one.file)) for one in asset.versions.all()] == [
        one.bytes for one in asset.versions.all()
    ]
    until(lambda: not list((house.var / "work").iterdir()))


def test_a_worker_that_is_told_to_stop_does_so_and_the_next_begins_again(house: House, asset: Asset) -> None:
    process = house.fork(worker)
    until(lambda: is_worked_on(asset))
    process.terminate()
    process.join(PATIENCE)
    assert process.exitcode is not None
    asset.refresh_from_db()
    assert (asset.state, asset.tries, asset.versions.count()) == (State.WAITING, 0, 0)  # not when it was done
    assert list((house.var / "work").iterdir()) == []

    house.fork(worker)
    until(lambda: is_ready(asset))
    nothing_is_left(house, asset)


def test_a_killed_workers_film_is_made_by_the_next(house: House, asset: Asset) -> None:
    process = house.fork(worker)
    until(lambda: is_worked_on(asset))
    left_alone = until(lambda: programs(process.pid))
    kill(process.pid)
    process.join()
    until(lambda: all(map(is_gone, left_alone)))  # nobody listens to it any more

    [left] = (house.var / "work").iterdir()
    shutil.rmtree(left)  # as processing.prune does, after a day
    assert processing.take_up_again(timezone.now()) == 0  # the worker may yet give a sign of life
    long_ago = timezone.now() - dt.timedelta(minutes=3)
    Asset.objects.filter(pk=asset.pk).update(claimed_at=long_ago)
    assert processing.take_up_again(timezone.now()) == 1
    house.fork(worker)
    until(lambda: is_ready(asset))
    assert asset.tries == 2
    nothing_is_left(house, asset)


def test_two_workers_with_two_jobs_make_a_film_once(house: House, asset: Asset) -> None:
    processing.work.enqueue(asset_id=asset.pk)  # as base.upkeep does, when a job has taken long
    house.fork(worker)
    house.fork(worker)
    until(lambda: is_ready(asset))
    until(
        lambda: (
            not DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL)
            .filter(queue_name="slow")
            .exists()
        )
    )
    assert asset.tries == 1
    nothing_is_left(house, asset)
