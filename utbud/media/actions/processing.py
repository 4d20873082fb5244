"""What happens to a film or a sound after it has come in: kept, worked on by the slow worker, made into versions.

Our rows are the truth (ADR 4): a job is a hint that something waits. Whoever works on an asset has claimed it, and
shows it is alive by moving ``claimed_at``; nobody else touches it until two minutes have gone without a sign.
"""

import datetime as dt
import hashlib
import logging
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from utbud.base.orphans import KEPT, delete_orphans
from utbud.formats import sound
from utbud.media import encode
from utbud.media.models import FILM_NAMES, PRIVATE, Asset, Kind, State, Version, is_stale

logger = logging.getLogger(__name__)

ORIGINALS, VERSIONS = f"{PRIVATE}originals", "versions"
TRIES = 3  # a film that kills its worker must not do so for ever
Clock = Callable[[], dt.datetime]


class CannotTakeIn(Exception):
    """A file that cannot be taken in, or cut as asked. The message is Swedish, for the one who sent it."""


def disk_is_full() -> str:
    """What is said wherever there is no room."""
    return _(
        "Disken är full, så filmen gick inte att göra. Be it-avdelningen ge plats, och försök sedan igen."
    )


def work_folder() -> Path:
    """Where what is half made stands: on the same disk as the files, so that it is moved there in a moment."""
    folder = Path(settings.VAR, "work")
    folder.mkdir(exist_ok=True)
    return folder


# --- in ---------------------------------------------------------------------------------------


def take_in(
    *,
    path: Path,
    kind: str,
    name: str,
    by: Any,
    now: dt.datetime,
    trim_start: float | None = None,
    trim_end: float | None = None,
) -> Asset:
    """Move the whole file at ``path`` into private storage, and have the slow worker make what readers get of it.

    ``kind`` is one of Kind; ``name`` is what the sender calls it. ``trim_start`` and ``trim_end`` are seconds of the file.
    Not to be called inside a transaction: a file that must be copied takes time. Raises CannotTakeIn, with the file
    still where it was.
    """
    asset = _taken_in(path, kind, name, by, now, trim_start, trim_end)
    _ask(asset)
    return asset


def take_in_made(*, path: Path, kind: str, name: str, by: Any, now: dt.datetime) -> Asset:
    """As ``take_in``, but worked on at once, for what we make ourselves. The asset is ready, or says its problem."""
    asset = _taken_in(path, kind, name, by, now, None, None)
    work_on(asset.pk)
    asset.refresh_from_db()
    return asset


def _taken_in(
    path: Path,
    kind: str,
    name: str,
    by: Any,
    now: dt.datetime,
    trim_start: float | None,
    trim_end: float | None,
) -> Asset:
    if trim_start is not None and trim_end is not None and trim_end - trim_start < encode.SHORTEST:
        raise CannotTakeIn(too_short())
    size, ending = path.stat().st_size, Path(name).suffix.lower()
    ending = ending if ending[1:].isalnum() and len(ending) <= 6 else ""
    wanted = f"{ORIGINALS}/{uuid.uuid4().hex}{ending}"
    try:
        stored = _save(path, wanted)
    except OSError as error:
        default_storage.delete(wanted)
        if encode.is_full(error):
            raise CannotTakeIn(disk_is_full()) from error
        raise
    try:
        asset = Asset.objects.create(
            kind=Kind(kind),
            name=Path(name).name[:200],
            original=stored,
            bytes=size,
            trim_start=trim_start,
            trim_end=trim_end,
            by=by,
            created_at=now,
        )
    except Exception:
        if not path.exists():
            shutil.move(default_storage.path(stored), path)
        default_storage.delete(stored)
        raise
    path.unlink(missing_ok=True)  # storage elsewhere has a copy of it
    return asset


class _LocalFile(File[bytes]):
    """A file on this machine, which storage on this machine moves and does not copy."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self.path = path

    def temporary_file_path(self) -> str:
        """Where it is (as Django's own files that are too large for memory)."""
        return str(self.path)


def _save(path: Path, name: str) -> str:
    """Move the file at ``path`` into storage as ``name``. Returns the name it got."""
    with _LocalFile(path) as file:
        return str(default_storage.save(name, file))


def cut(*, asset: Asset, start: float | None, end: float | None, by: Any, now: dt.datetime) -> Asset:
    """Another asset, of a part of ``asset``: from second ``start`` to ``end`` of it as it is shown (None: its own).

    A ``start`` below zero and an ``end`` past its end give back what an earlier cut took away. The original is shared;
    ``asset`` stays as it is. Raises CannotTakeIn when nothing would be left.
    """
    if not asset.original:
        raise CannotTakeIn(_("Originalet finns inte kvar. Ladda upp filmen på nytt."))
    first = asset.trim_start or 0.0
    whole = asset.about.get("original_seconds")
    begin = max(0.0, first + start) if start is not None else asset.trim_start
    stop = first + end if end is not None else asset.trim_end
    if stop is not None and whole is not None:
        stop = min(stop, whole)
    last = stop if stop is not None else whole
    if last is not None and last - (begin or 0.0) < encode.SHORTEST:
        raise CannotTakeIn(too_short())
    with transaction.atomic():
        part = Asset.objects.create(
            kind=asset.kind,
            name=asset.name,
            original=asset.original.name,
            bytes=asset.bytes,
            trim_start=begin,
            trim_end=stop,
            by=by,
            created_at=now,
        )
        _ask(part)
    return part


def too_short() -> str:
    """Start and end are too near each other."""
    return _("Det som blir kvar är kortare än en halv sekund. Välj en tidigare början eller ett senare slut.")


def try_again(*, asset: Asset, by: Any, now: dt.datetime) -> Asset:
    """Have what failed for want of room or of ffmpeg be done once more. Raises CannotTakeIn if its file is gone."""
    if asset.state != State.FAILED or not asset.original:
        raise CannotTakeIn(_("Filen finns inte kvar. Ladda upp den på nytt."))
    with transaction.atomic():
        failed = Asset.objects.filter(pk=asset.pk, state=State.FAILED)
        if failed.update(state=State.WAITING, claimed_at=None, tries=0, progress=0, problem=""):
            _ask(asset)
    asset.refresh_from_db()
    return asset


def remove(*, asset: Asset) -> None:
    """Delete an asset that no page has, with its files; the original stays while another asset is a part of it.

    Raises django.db.models.ProtectedError when a page has it.
    """
    names = [str(version.file) for version in asset.versions.all()]
    original = str(asset.original)
    with transaction.atomic():
        asset.delete()
        if original and not Asset.objects.filter(original=original).exists():
            names.append(original)
        for name in names:
            transaction.on_commit(partial(default_storage.delete, name))


# --- the claim --------------------------------------------------------------------------------


@dataclass
class Claim:
    """The right to work on an asset. Whoever has it tells now and then that it is alive, and how far it has come."""

    asset_id: int
    at: dt.datetime
    clock: Clock
    told_to_stop: Callable[[], bool]
    told: float = field(default_factory=time.monotonic)
    percent: int = 0

    def tell(self, fraction: float) -> None:
        """Write a sign of life and the progress to the row, at most once a second. Raises encode.Stopped."""
        if self.told_to_stop():
            raise encode.Stopped
        self.percent = max(self.percent, min(99, int(fraction * 100)))
        if time.monotonic() - self.told >= 1.0:
            self.renew()

    def renew(self, ahead: dt.timedelta = dt.timedelta(0)) -> None:
        """Write it now. ``ahead``: no other sign will come for so long. Raises encode.Stopped when the claim is lost."""
        later = max(self.clock() + ahead, self.at + dt.timedelta(microseconds=1))
        try:
            kept = self.rows().update(claimed_at=later, progress=self.percent)
        except OperationalError:
            # A database that is busy for a moment does not end an hour's work; one that stays away does.
            if time.monotonic() - self.told > 60:
                raise
            return
        if not kept:
            raise encode.Stopped  # the asset is gone, or another worker has it
        self.at, self.told = later, time.monotonic()

    def rows(self) -> Any:
        """The asset's row, for as long as it is ours."""
        return Asset.objects.filter(pk=self.asset_id, state=State.WORKING, claimed_at=self.at)

    def give_back(self) -> None:
        """Let another worker have it, as if this one had never begun."""
        self.rows().update(state=State.WAITING, claimed_at=None, progress=0, tries=F("tries") - 1)

    def fail(self, problem: str, *, keep: bool) -> None:
        """Say why it could not be used. The original stays if ``keep``: it is not at fault, and can be tried again."""
        original = Asset.objects.values_list("original", flat=True).get(pk=self.asset_id)
        gone = {} if keep else {"original": ""}
        failed = self.rows().update(state=State.FAILED, problem=problem[:300], claimed_at=None, **gone)
        if failed and gone and not Asset.objects.filter(original=original).exists():
            default_storage.delete(original)


def _claim(asset_id: int, clock: Clock, told_to_stop: Callable[[], bool]) -> Claim | None:
    asset, now = Asset.objects.filter(pk=asset_id).first(), clock()
    if asset is None or not _is_due(asset, now):
        return None
    same = Asset.objects.filter(
        pk=asset.pk, state=asset.state, claimed_at=asset.claimed_at, tries=asset.tries
    )
    if not same.update(state=State.WORKING, claimed_at=now, progress=0, tries=F("tries") + 1):
        return None  # another worker was a moment before
    claim = Claim(asset.pk, now, clock, told_to_stop)
    if asset.tries >= TRIES:
        claim.fail(
            _(
                "Bearbetningen avbröts %(count)s gånger. Be it-avdelningen titta på det, och försök sedan igen."
            )
            % {"count": asset.tries},
            keep=True,
        )
        return None
    return claim


def _is_due(asset: Asset, now: dt.datetime) -> bool:
    if asset.state == State.WORKING:
        return is_stale(asset.claimed_at, now)
    return asset.state == State.WAITING


# --- the work ---------------------------------------------------------------------------------


@task(queue_name="slow", priority=35)  # somebody looks at a page that waits for it
def work(asset_id: int) -> None:
    """Make what is to be made of an asset. Doing it twice makes nothing twice."""
    work_on(asset_id)


def _ask(asset: Asset) -> None:
    work.enqueue(asset_id=asset.pk)


def work_on(asset_id: int, *, clock: Clock = timezone.now) -> None:
    """Make the versions of an asset, if nobody else does. Afterwards it is ready, failed with a problem, or waits.

    It takes minutes. SIGTERM, or that the asset is deleted, ends it within a second: nothing half made is left, and
    what still waits is asked for again. A worker that is killed leaves a claim that ``take_up_again`` finds.
    """
    with _word_to_stop() as told_to_stop:
        claim = _claim(asset_id, clock, told_to_stop)
        if claim is None:
            return
        try:
            with tempfile.TemporaryDirectory(prefix=f"asset-{asset_id}-", dir=work_folder()) as folder:
                _work(claim, Path(folder))
        except encode.Stopped:
            claim.give_back()
            if (asset := Asset.objects.filter(pk=asset_id, state=State.WAITING).first()) is not None:
                _ask(asset)
        except encode.Refused as error:
            claim.fail(str(error), keep=False)
        except encode.DiskFull:
            claim.fail(disk_is_full(), keep=True)
        except sound.Failed as error:
            logger.warning("Asset %s could not be worked on: %s", asset_id, str(error)[-2000:])
            claim.fail(_trouble(), keep=True)
        except OSError as error:
            if not encode.is_full(error):
                logger.exception("Asset %s could not be worked on", asset_id)
            claim.fail(disk_is_full() if encode.is_full(error) else _trouble(), keep=True)


def _trouble() -> str:
    try:
        sound.ffmpeg()
    except sound.Failed:
        return _("ffmpeg finns inte på servern. Be it-avdelningen installera det, och försök sedan igen.")
    return _(
        "Det gick inte att bearbeta filen. Försök igen, eller spara den som MP4 och ladda upp den på nytt."
    )


def _work(claim: Claim, folder: Path) -> None:
    asset = Asset.objects.get(pk=claim.asset_id)
    with _local(str(asset.original), folder, claim.tell) as source:
        make = encode.film if asset.kind == Kind.FILM else encode.listen
        result = make(encode.Worker(folder, claim.tell), source, start=asset.trim_start, end=asset.trim_end)
    stored: list[str] = []
    try:
        versions = []
        for made in result.made:
            versions.append(_stored(asset, made, claim))
            stored.append(str(versions[-1].file))
        with transaction.atomic():
            ready = claim.rows().update(
                state=State.READY,
                progress=100,
                problem="",
                claimed_at=None,
                seconds=result.seconds,
                about=result.about,
                remarks=list(result.remarks),
            )
            if not ready:
                raise encode.Stopped
            asset.versions.all().delete()
            Version.objects.bulk_create(versions)
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise


def _stored(asset: Asset, made: encode.Made, claim: Claim | None = None) -> Version:
    """Move a made file into storage: the version of it, not yet a row."""
    digest = hashlib.sha256()
    with made.path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            if claim:
                claim.tell(0.99)
    size = made.path.stat().st_size
    if claim and not _is_local():
        claim.renew(dt.timedelta(seconds=size / 500_000))  # while storage elsewhere takes it, we cannot tell
    name = f"{VERSIONS}/{asset.token.hex}/{made.name}{made.path.suffix}"
    if claim:
        default_storage.delete(name)  # what a killed worker left
    try:
        kept = _save(made.path, name)
    except OSError:
        default_storage.delete(name)
        raise
    return Version(
        asset=asset,
        name=made.name,
        file=kept,
        content_type=made.content_type,
        bytes=size,
        digest=digest.hexdigest(),
        width=made.width,
        height=made.height,
        seconds=made.seconds,
    )


def _is_local() -> bool:
    try:
        default_storage.path("x")
    except NotImplementedError:
        return False
    return True


@contextmanager
def _local(name: str, folder: Path, tell: Callable[[float], None]) -> Iterator[Path]:
    """A stored file as one on this machine: where it stands, or a copy in ``folder`` while it is needed."""
    if _is_local():
        path = Path(default_storage.path(name))
        if not path.exists():
            raise encode.Refused(_("Originalet finns inte kvar. Ladda upp filmen på nytt."))
        yield path
        return
    path = folder / f"original{Path(name).suffix}"
    with default_storage.open(name) as stored, path.open("wb") as copy:
        for chunk in stored.chunks(1 << 20):
            copy.write(chunk)
            tell(0.0)
    yield path
    path.unlink(missing_ok=True)


@contextmanager
def _word_to_stop() -> Iterator[Callable[[], bool]]:
    """Hear SIGTERM and Ctrl-C while working, as the worker itself does: it waits for the job that is being done."""
    heard: list[int] = []
    before: dict[signal.Signals, Any] = {}

    def hear(number: int, frame: Any) -> None:
        heard.append(number)
        if callable(kept := before[signal.Signals(number)]):
            kept(number, frame)

    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.getsignal(number)
            signal.signal(number, hear)
    except ValueError:
        pass  # not the main thread: nobody sends signals here
    try:
        yield lambda: bool(heard)
    finally:
        for number, kept in before.items():
            if signal.getsignal(number) is hear:
                signal.signal(number, kept)


def take_up_again(now: dt.datetime) -> int:
    """Have the slow worker come for what waits without a job, and for what a killed worker left. Returns how many."""
    left = Q(state=State.WAITING) | Q(state=State.WORKING, claimed_at__lt=now - dt.timedelta(minutes=2))
    waiting = set(
        Asset.objects.filter(left | Q(state=State.WORKING, claimed_at=None)).values_list("pk", flat=True)
    )
    if not waiting:
        return 0
    ready = DBTaskResult.objects.filter(task_path=work.module_path, status=TaskResultStatus.READY)
    asked = {job.args_kwargs["kwargs"].get("asset_id") for job in ready}
    for asset_id in sorted(waiting - asked):
        work.enqueue(asset_id=asset_id)
    return len(waiting - asked)


# --- posters ----------------------------------------------------------------------------------


def poster(*, asset: Asset, second: float) -> Version:
    """The frame of a ready film at ``second`` as a JPEG, made if it does not exist (a moment). Raises CannotTakeIn."""
    film = asset.version(*FILM_NAMES)
    if film is None or asset.seconds is None:
        raise CannotTakeIn(_("Filmen är inte klar än. Vänta tills den är bearbetad, och välj bild sedan."))
    rate = encode.as_rate(asset.about.get("rate"))
    moment = encode.on_frame(second, asset.seconds, rate)
    if found := asset.versions.filter(name=f"poster-{moment:.3f}").first():
        return found
    nothing = lambda _done: None  # noqa: E731 - nobody waits for a moment to be told
    try:
        with (
            tempfile.TemporaryDirectory(prefix="poster-", dir=work_folder()) as folder,
            _local(str(film.file), Path(folder), nothing) as source,
        ):
            made = encode.poster(encode.Worker(Path(folder), nothing), source, moment)
            if made is None:
                raise CannotTakeIn(_("Det gick inte att ta en bild där. Välj ett annat ställe."))
            version = _stored(asset, made)
    except (sound.Failed, encode.DiskFull, OSError) as error:
        full = isinstance(error, encode.DiskFull) or (isinstance(error, OSError) and encode.is_full(error))
        raise CannotTakeIn(disk_is_full() if full else _trouble()) from error
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError:
        # Somebody else chose the same frame at the same time.
        default_storage.delete(str(version.file))
        return Version.objects.get(asset=asset, name=version.name)
    return version


# --- tidying ----------------------------------------------------------------------------------


def prune(now: dt.datetime) -> int:
    """Delete files that no row names: what killed processes left, and what belonged to deleted assets. Returns how many."""
    pruned = delete_orphans(
        ORIGINALS, is_named=lambda name: Asset.objects.filter(original=name).exists(), now=now
    )
    pruned += delete_orphans(
        VERSIONS, is_named=lambda name: Version.objects.filter(file=name).exists(), now=now
    )
    before = (now - KEPT).timestamp()
    for left in work_folder().iterdir():
        if left.stat().st_mtime < before and not _is_worked_on(left.name):
            shutil.rmtree(left, ignore_errors=True)
            pruned += 1
    return pruned


def _is_worked_on(folder: str) -> bool:
    parts = folder.split("-")
    return parts[0] == "asset" and Asset.objects.filter(pk=parts[1], state=State.WORKING).exists()
