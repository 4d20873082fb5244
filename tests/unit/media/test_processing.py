"""From a file that came in to a film that readers get: kept, claimed, made once, cut, failed, taken up again, tidied."""

import datetime as dt
import hashlib
import io
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import FileSystemStorage, default_storage
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.unit.formats.test_made_once import stored
from tests.unit.media import films
from utbud.base import schedule
from utbud.formats import sound
from utbud.media import encode
from utbud.media.actions import processing
from utbud.media.models import Asset, State, Version
from utbud.people.models import User

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def by() -> User:
    return User.objects.create_user("filmare")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which assets the slow worker has been asked to work on; it does not come by itself."""
    found: list[int] = []
    path = processing.work.module_path
    monkeypatch.setattr(
        processing, "work", SimpleNamespace(module_path=path, enqueue=lambda asset_id: found.append(asset_id))
    )
    return found


@pytest.fixture
def take_in(by: User, asked: list[int], now: dt.datetime) -> Any:
    def take_in(path: Path, *, kind: str = "film", **trim: float) -> Asset:
        return processing.take_in(
            path=path, kind=kind, name=f"Mina filmer/{path.name}", by=by, now=now, **trim
        )

    return take_in


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.ordinary(tmp_path_factory.mktemp("films") / "film.mp4")


@pytest.fixture
def film(ordinary: Path, tmp_path: Path) -> Path:
    """A film that has come in whole."""
    return Path(shutil.copy(ordinary, tmp_path / "film.mp4"))


def result_of(folder: Path) -> encode.Result:
    """What encode.film gives, made in no time."""
    made = []
    for name in ("480p.mp4", "sound.m4a", "poster-0.500.jpg"):
        (folder / name).write_bytes(name.encode())
        made.append(
            encode.Made(Path(name).stem if "poster" not in name else "poster-0.500", folder / name, "x/y")
        )
    return encode.Result(tuple(made), 1.5, {"rate": 30.0, "original_seconds": 1.5}, ("Se upp.",))


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float | None, float | None]]:
    """Nothing is encoded; what was asked for is noted."""
    calls: list[tuple[float | None, float | None]] = []

    def film(worker: encode.Worker, source: Path, *, start: float | None, end: float | None) -> encode.Result:
        assert source.read_bytes()
        calls.append((start, end))
        return result_of(worker.folder)

    monkeypatch.setattr(encode, "film", film)
    return calls


def content_of(file: Any) -> bytes:
    with file.open("rb") as opened:
        return bytes(opened.read())


def left_to_do() -> list[str]:
    """What stands in the folder where things are made."""
    return sorted(os.listdir(processing.work_folder()))


def test_a_film_is_kept_and_worked_on(
    film: Path, take_in: Any, asked: list[int], by: User, now: dt.datetime
) -> None:
    content = film.read_bytes()
    asset = take_in(film)
    assert not film.exists()
    assert (asset.name, asset.kind, asset.bytes, asset.state) == (
        "film.mp4",
        "film",
        len(content),
        State.WAITING,
    )
    assert asset.original.name.startswith("private/originals/")
    assert asset.original.name.endswith(".mp4")
    assert asked == [asset.pk]

    processing.work_on(asset.pk)
    asset.refresh_from_db()
    assert (asset.state, asset.progress, asset.problem, asset.claimed_at, asset.tries) == (
        State.READY,
        100,
        "",
        None,
        1,
    )
    assert asset.seconds == 1.5
    assert asset.remarks == ["Bilden är liten: 160 × 90. Text i den kan bli svår att läsa."]
    assert content_of(asset.original) == content
    names = ["480p", "sound", "poster-0.133", "poster-0.433", "poster-0.733", "poster-1.033", "poster-1.333"]
    assert [version.name for version in asset.versions.all()] == names
    for version in asset.versions.all():
        kept = content_of(version.file)
        assert (version.bytes, version.digest) == (len(kept), hashlib.sha256(kept).hexdigest())
        assert version.file.name.startswith(f"versions/{asset.token.hex}/{version.name}.")
    assert set(asset.digests()) == {"480p", "sound"}
    assert left_to_do() == []

    processing.work_on(asset.pk)  # again: nothing is done
    assert stored("versions") == sorted(version.file.name for version in asset.versions.all())


@pytest.mark.parametrize("what", ["0 bytes", "a playlist", "no sound", "cut off, the index last", "black"])
def test_what_cannot_be_used_leaves_a_message_and_nothing_else(
    what: str, take_in: Any, tmp_path: Path
) -> None:
    name, made = films.BAD[what]
    asset = take_in(made(tmp_path / name))
    processing.work_on(asset.pk)
    asset.refresh_from_db()
    assert (asset.state, asset.problem, asset.original.name) == (State.FAILED, films.SAID[what], "")
    assert not Version.objects.exists()
    assert stored("private") == stored("versions") == left_to_do() == []


def full(*_arguments: object, **_named: object) -> None:
    raise OSError(28, "No space left on device")


def disk_is_full_when_measured(patch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=encode.SPARE)
    patch.setattr(encode.shutil, "disk_usage", lambda _folder: usage)


def disk_is_full_when_encoded(patch: pytest.MonkeyPatch) -> None:
    def encoded(worker: encode.Worker, *_arguments: object) -> str:
        return worker.run("-f", "lavfi", "-i", films.picture(), "-f", "rawvideo", "/dev/full")

    patch.setattr(encode, "_encode", encoded)


def disk_is_full_when_kept(patch: pytest.MonkeyPatch) -> None:
    save = FileSystemStorage.save

    def second(self: FileSystemStorage, name: str, content: Any) -> str:
        return full() or "" if "sound" in name else save(self, name, content)

    patch.setattr(FileSystemStorage, "save", second)


def ffmpeg_is_gone(patch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise sound.Failed("ffmpeg finns inte.")

    patch.setattr(sound, "ffmpeg", gone)


FULL = "Disken är full, så filmen gick inte att göra. Be it-avdelningen ge plats, och försök sedan igen."
TROUBLE = [
    (disk_is_full_when_measured, FULL),
    (disk_is_full_when_encoded, FULL),
    (disk_is_full_when_kept, FULL),
    (
        ffmpeg_is_gone,
        "ffmpeg finns inte på servern. Be it-avdelningen installera det, och försök sedan igen.",
    ),
]


@pytest.mark.parametrize(("trouble", "says"), TROUBLE)
def test_what_is_not_the_films_fault_can_be_tried_again(
    trouble: Any, says: str, film: Path, take_in: Any, asked: list[int], by: User, now: dt.datetime
) -> None:
    asset = take_in(film)
    with pytest.MonkeyPatch.context() as patch:
        trouble(patch)
        processing.work_on(asset.pk)
    asset.refresh_from_db()
    assert (asset.state, asset.problem) == (State.FAILED, says)
    assert stored("private") == [asset.original.name]
    assert not Version.objects.exists()
    assert stored("versions") == left_to_do() == []

    processing.try_again(asset=asset, by=by, now=now)
    assert (asset.state, asset.problem, asset.tries, asked) == (State.WAITING, "", 0, [asset.pk] * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "film", lambda worker, *_a, **_n: result_of(worker.folder))
        processing.work_on(asset.pk)
    asset.refresh_from_db()
    assert asset.state == State.READY


def test_a_full_disk_leaves_the_file_where_it_was(film: Path, take_in: Any, asked: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", full)
        with pytest.raises(processing.CannotTakeIn) as error:
            take_in(film)
    assert (str(error.value), film.exists(), asked) == (FULL, True, [])
    assert not Asset.objects.exists()
    assert stored("private") == []


@pytest.mark.database
def test_a_database_that_fails_gives_the_file_back(
    film: Path, take_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Asset.objects, "create", full)
    with pytest.raises(OSError, match="No space"):
        take_in(film)
    assert film.exists()
    assert stored("private") == []


# --- claims -----------------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.parametrize(
    ("state", "claimed", "tries", "begins"),
    [
        (State.WAITING, None, 0, True),
        (State.WORKING, MINUTE, 1, False),  # another worker has it
        (State.WORKING, 3 * MINUTE, 1, True),  # and was killed
        (State.WORKING, 3 * MINUTE, 2, True),
        (State.READY, None, 1, False),
        (State.FAILED, None, 1, False),
    ],
)
def test_one_worker_at_a_time(
    state: State,
    claimed: dt.timedelta | None,
    tries: int,
    begins: bool,
    film: Path,
    take_in: Any,
    quickly: list[Any],
    now: dt.datetime,
) -> None:
    asset = take_in(film)
    at = now - claimed if claimed else None
    Asset.objects.filter(pk=asset.pk).update(state=state, claimed_at=at, tries=tries)
    processing.work_on(asset.pk, clock=lambda: now)
    assert bool(quickly) is begins
    asset.refresh_from_db()
    assert (asset.state, asset.tries) == ((State.READY, tries + 1) if begins else (state, tries))


@pytest.mark.database
def test_what_kills_three_workers_is_given_up(
    film: Path, take_in: Any, quickly: list[Any], now: dt.datetime
) -> None:
    asset = take_in(film)
    Asset.objects.filter(pk=asset.pk).update(state=State.WORKING, claimed_at=now - 3 * MINUTE, tries=3)
    processing.work_on(asset.pk, clock=lambda: now)
    asset.refresh_from_db()
    assert (asset.state, quickly) == (State.FAILED, [])
    assert (
        asset.problem
        == "Bearbetningen avbröts 3 gånger. Be it-avdelningen titta på det, och försök sedan igen."
    )
    assert default_storage.exists(asset.original.name)


@pytest.mark.database
def test_a_worker_tells_that_it_is_alive_and_how_far_it_has_come(
    film: Path, take_in: Any, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, ticks, seen, moment = take_in(film), iter(range(100)), [], [1e6]
    monkeypatch.setattr(processing.time, "monotonic", lambda: moment[-1])

    def slowly(worker: encode.Worker, *_arguments: object, **_named: object) -> encode.Result:
        for done in (0.1, 0.5, 0.4):
            moment.append(moment[-1] + 10)
            worker.tell(done)
            worker.tell(done + 0.01)  # the same second: not written
            seen.append(Asset.objects.values_list("progress", "claimed_at").get(pk=asset.pk))
        return result_of(worker.folder)

    monkeypatch.setattr(encode, "film", slowly)
    processing.work_on(asset.pk, clock=lambda: now + next(ticks) * MINUTE)
    assert [progress for progress, _at in seen] == [10, 50, 51]
    assert [at for _progress, at in seen] == [now + count * MINUTE for count in (1, 2, 3)]


@pytest.mark.database
@pytest.mark.parametrize("loses", ["deleted", "another has it"])
def test_a_worker_that_has_lost_its_claim_stops_and_leaves_nothing(
    loses: str, film: Path, take_in: Any, asked: list[int], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = take_in(film)
    later = now + 5 * MINUTE

    def disturbed(worker: encode.Worker, *_arguments: object, **_named: object) -> encode.Result:
        result = result_of(worker.folder)
        if loses == "deleted":
            Asset.objects.get(pk=asset.pk).delete()
        else:
            Asset.objects.filter(pk=asset.pk).update(claimed_at=later)
        return result

    monkeypatch.setattr(encode, "film", disturbed)
    processing.work_on(asset.pk, clock=lambda: now)
    assert stored("versions") == left_to_do() == []
    assert not Version.objects.exists()
    left = list(Asset.objects.values_list("state", "claimed_at"))
    assert left == ([] if loses == "deleted" else [(State.WORKING, later)])
    assert asked == [asset.pk]


def test_a_worker_that_is_told_to_stop_gives_the_film_back(
    film: Path, take_in: Any, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, heard = take_in(film), []
    monkeypatch.setattr(
        processing.signal, "getsignal", lambda _number: lambda number, _frame: heard.append(number)
    )

    def stopped(worker: encode.Worker, *_arguments: object, **_named: object) -> encode.Result:
        os.kill(os.getpid(), 15)
        worker.tell(0.5)
        raise AssertionError

    monkeypatch.setattr(encode, "film", stopped)
    processing.work_on(asset.pk)
    asset.refresh_from_db()
    assert (asset.state, asset.claimed_at, asset.tries, asset.progress) == (State.WAITING, None, 0, 0)
    assert asked == [asset.pk] * 2  # the next worker comes at once
    assert heard == [15]  # the worker itself heard it too
    assert left_to_do() == []


@pytest.mark.database
def test_what_a_killed_worker_left_is_asked_for_again_once(
    film: Path, take_in: Any, asked: list[int], now: dt.datetime
) -> None:
    asset = take_in(film)
    other = [Asset.objects.create(kind="film", bytes=1, original="x", state=state, claimed_at=at) for state, at in (
        (State.WORKING, now - MINUTE), (State.WORKING, now - 3 * MINUTE), (State.READY, None), (State.FAILED, None))]  # fmt: skip
    asked.clear()
    assert processing.take_up_again(now) == 2
    assert asked == [asset.pk, other[1].pk]
    for asset_id in asked:
        DBTaskResult.objects.create(
            task_path=processing.work.module_path, args_kwargs={"args": [], "kwargs": {"asset_id": asset_id}},
            status=TaskResultStatus.READY, backend_name="default", queue_name="slow",
        )  # fmt: skip
    assert processing.take_up_again(now) == 0
    assert {processing.take_up_again, processing.prune} <= {entry.run for entry in schedule.entries()}


# --- cuts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trim", "start", "end", "wanted"),
    [
        ({}, 2.0, 5.0, (2.0, 5.0)),
        ({}, None, 5.0, (None, 5.0)),
        ({}, 2.0, None, (2.0, None)),
        ({"trim_start": 3.0, "trim_end": 8.0}, 1.0, 2.0, (4.0, 5.0)),
        ({"trim_start": 3.0, "trim_end": 8.0}, -1.0, 7.0, (2.0, 10.0)),  # some of it is given back
        ({"trim_start": 3.0}, -9.0, 99.0, (0.0, 10.0)),
    ],
)
def test_a_cut_is_another_film_of_the_same_original(
    trim: dict[str, float], start: float | None, end: float | None, wanted: Any,
    film: Path, take_in: Any, asked: list[int], by: User, now: dt.datetime, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    asset = take_in(film, **trim)
    Asset.objects.filter(pk=asset.pk).update(state=State.READY, about={"original_seconds": 10.0})
    asset.refresh_from_db()
    part = processing.cut(asset=asset, start=start, end=end, by=by, now=now)
    assert (part.trim_start, part.trim_end) == wanted
    assert (part.original, part.state, part.token != asset.token) == (asset.original, State.WAITING, True)
    assert asked == [asset.pk, part.pk]

    with django_capture_on_commit_callbacks(execute=True):
        processing.remove(asset=asset)
    assert default_storage.exists(part.original.name)
    with django_capture_on_commit_callbacks(execute=True):
        processing.remove(asset=part)
    assert stored("private") == []


@pytest.mark.parametrize(("start", "end"), [(4.0, 4.2), (9.8, None), (5.0, 3.0), (None, 0.3)])
def test_a_cut_that_leaves_nothing_is_refused(
    start: float | None, end: float | None, film: Path, take_in: Any, by: User, now: dt.datetime
) -> None:
    asset = take_in(film)
    asset.about = {"original_seconds": 10.0}
    with pytest.raises(processing.CannotTakeIn, match="kortare än en halv sekund"):
        processing.cut(asset=asset, start=start, end=end, by=by, now=now)


def test_a_trimmed_film_that_failed_does_not_take_the_original_from_another(
    film: Path, take_in: Any, by: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = take_in(film)
    part = processing.cut(asset=asset, start=1.0, end=None, by=by, now=now)

    def refused(*_arguments: object, **_named: object) -> encode.Result:
        raise encode.Refused("Nej.")

    monkeypatch.setattr(encode, "film", refused)
    processing.work_on(part.pk)
    assert default_storage.exists(asset.original.name)
    processing.work_on(asset.pk)
    assert stored("private") == []


# --- posters, sounds, other storage -----------------------------------------------------------


def test_a_poster_is_the_frame_that_is_seen_and_is_made_once(
    tmp_path: Path, take_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = take_in(films.make(tmp_path / "film.mp4", films.numbered(1.6), films.speech(1.6)))
    processing.work_on(asset.pk)
    asset.refresh_from_db()
    for second, name, number in (
        (0.51, "poster-0.500", 15),
        (0.5, "poster-0.500", 15),
        (99.0, "poster-1.567", 47),
        (-1, "poster-0.000", 0),
    ):
        version = processing.poster(asset=asset, second=second)
        picture = tmp_path / "picture.jpg"
        picture.write_bytes(content_of(version.file))
        assert (version.name, films.numbers(picture)) == (name, [number])
    assert asset.versions.filter(name="poster-0.500").count() == 1


def test_a_film_that_is_not_ready_has_no_poster(film: Path, take_in: Any) -> None:
    with pytest.raises(processing.CannotTakeIn, match="Filmen är inte klar än"):
        processing.poster(asset=take_in(film), second=1)


def test_what_we_make_ourselves_is_worked_on_at_once(
    tmp_path: Path, by: User, now: dt.datetime, asked: list[int]
) -> None:
    wav = films.make(tmp_path / "tal.wav", films.speech(1.5), coded=("-c:a", "pcm_s16le"))
    asset = processing.take_in_made(path=wav, kind="sound", name="tal.wav", by=by, now=now)
    assert (asset.state, asset.seconds, asked) == (State.READY, 1.5, [])
    (version,) = asset.versions.all()
    assert (version.name, version.content_type) == ("sound", "audio/mpeg")


class Elsewhere(FileSystemStorage):
    """Storage that is not on this machine, as S3: no paths, and a file that is saved is copied."""

    def path(self, name: str) -> str:
        raise NotImplementedError

    def _where(self, name: str) -> str:
        return super().path(name)

    def _save(self, name: str, content: Any) -> str:
        target = Path(self._where(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"".join(content.chunks()))
        return name

    def _open(self, name: str, mode: str = "rb") -> Any:
        from django.core.files import File

        return File(io.BytesIO(Path(self._where(name)).read_bytes()), name)

    def exists(self, name: str) -> bool:
        return Path(self._where(name)).exists()

    def delete(self, name: str) -> None:
        Path(self._where(name)).unlink(missing_ok=True)


def test_storage_may_be_elsewhere(film: Path, take_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "default_storage", Elsewhere())
    content = film.read_bytes()
    asset = take_in(film)
    assert not film.exists()
    processing.work_on(asset.pk)
    asset.refresh_from_db()
    assert asset.state == State.READY
    assert processing.poster(asset=asset, second=0.5).bytes > 100
    assert content_of(asset.original) == content
    assert left_to_do() == []


# --- tidying ----------------------------------------------------------------------------------


@pytest.mark.database
def test_what_no_row_names_goes_after_a_day(
    film: Path, take_in: Any, quickly: list[Any], now: dt.datetime
) -> None:
    asset = take_in(film)
    processing.work_on(asset.pk)
    kept = stored("private") + stored("versions")
    for name in ("private/originals/left.mp4", "versions/abc/480p.mp4"):
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left")
    folder = processing.work_folder() / "asset-999-left"
    folder.mkdir()
    (folder / "half.mp4").write_bytes(b"half")
    for path in (*Path(django_settings.MEDIA_ROOT).rglob("*"), folder):
        os.utime(path, (now.timestamp(), now.timestamp()))
    assert processing.prune(now + dt.timedelta(hours=23)) == 0
    assert processing.prune(now + dt.timedelta(hours=25)) == 3
    assert stored("private") + stored("versions") == kept
    assert left_to_do() == []
