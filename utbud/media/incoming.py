"""The bytes of files on their way in: one file each, in the data folder. Pure: it knows of no rows."""

import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

LARGEST = 4 * 1024**3  # bytes in a file
MARGIN = 256 * 1024**2  # bytes of the disk that are left for everything else
STEP = 8 * 1024**2  # bytes between two times that what came is made safe
READ = 256 * 1024  # bytes at a time
FULL = (errno.ENOSPC, errno.EDQUOT)


class Busy(Exception):
    """Somebody else is writing to the file, or taking it in."""


class Missing(Exception):
    """The file is not there."""


class DiskFull(Exception):
    """The disk took no more."""


class Source(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


def folder() -> Path:
    """Where the files stand while they come in."""
    return Path(settings.VAR) / "uploads"


def path_of(token: uuid.UUID) -> Path:
    """The file of an upload."""
    return folder() / str(token)


def make(token: uuid.UUID) -> None:
    """An empty file. Raises DiskFull."""
    with disk_full():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path_of(token), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def has_room(size: int) -> bool:
    """Whether ``size`` more bytes go on the disk, and some are left."""
    there = folder()
    return shutil.disk_usage(there if there.exists() else settings.VAR).free - MARGIN >= size


@contextmanager
def disk_full() -> Iterator[None]:
    """Say DiskFull where the disk is full; other errors stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull from error
        raise


@contextmanager
def held(token: uuid.UUID) -> Iterator[BinaryIO]:
    """The file of an upload, for nobody else as long as this lasts. A killed process lets go of it by dying.

    Raises Missing, or Busy where somebody has it.
    """
    try:
        file = open(path_of(token), "r+b", buffering=0)  # noqa: SIM115 - closed below, when the lock goes with it
    except FileNotFoundError:
        raise Missing from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        if not path_of(token).exists():  # it was taken in or removed while we opened it
            raise Missing
        yield file


def length(token: uuid.UUID) -> int:
    """How many bytes the file has. Raises Missing."""
    try:
        return path_of(token).stat().st_size
    except FileNotFoundError:
        raise Missing from None


def write(file: BinaryIO, source: Source, *, at: int, most: int) -> Iterator[int]:
    """Add up to ``most`` bytes of ``source`` to a held ``file`` that has ``at`` of them.

    Yields the new length each time it is safe on the disk. A source that breaks off ends it, what came is kept.
    Raises DiskFull; the file is then as long as was yielded last.
    """
    safe = here = at
    file.seek(at)
    try:
        while most:
            try:
                piece = source.read(min(READ, most))
            except OSError:  # the one who sends is gone: Django's UnreadablePostError is one of these
                piece = b""
            if not piece:
                break
            with disk_full():
                _write_all(file, piece)
            here += len(piece)
            most -= len(piece)
            if here - safe >= STEP:
                with disk_full():
                    os.fsync(file.fileno())
                safe = here
                yield safe
        if here > safe:
            with disk_full():
                os.fsync(file.fileno())
            safe = here
            yield safe
    except DiskFull:
        file.truncate(safe)
        raise


def _write_all(file: BinaryIO, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def lend(token: uuid.UUID) -> Path:
    """The file under another name, for somebody who will move it away; the upload has it still, until ``remove``.

    So a process that is killed while it takes a file in leaves the upload as it was.
    """
    there = path_of(token)
    lent = there.with_name(f"{token}.in")
    lent.unlink(missing_ok=True)
    try:
        os.link(there, lent)
    except OSError:  # a disk without links: then it is moved
        return there
    return lent


def remove(token: uuid.UUID) -> None:
    """Remove all of an upload's bytes. What is not there is gone already."""
    path_of(token).unlink(missing_ok=True)
    path_of(token).with_name(f"{token}.in").unlink(missing_ok=True)


def forgotten(before: float) -> list[Path]:
    """The files that nobody has touched since ``before`` (seconds since 1970)."""
    found = []
    for path in folder().iterdir() if folder().exists() else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                found.append(path)
    return found
