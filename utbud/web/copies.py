"""The last good copy of what strangers are shown: kept as files, served when the database cannot be asked (ADR 26).

A page that is made for a stranger is also written here, without its compression; of a stored file (print, sound, film)
only where it stands. Whatever is withdrawn, deleted or moved takes every copy with it at once, since any page may
mention it; they come again as they are read. The folder lies among the media, so that all processes, and all machines
of a site, see the same.
"""

import contextlib
import datetime as dt
import gzip
import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.utils import timezone
from wagtail.models import Page

from utbud.base.files import Stored, serve
from utbud.media.models import PRIVATE
from utbud.places.queries import Library

MOST = 5_000  # copies; far more than a library has pages
LARGEST = 2 * 1024 * 1024  # bytes of one
PAUSE = 3.0  # seconds in which a database that did not answer is not asked again by this process
KINDS = ("text/html", "text/css", "text/calendar", "application/xml", "application/rss+xml", "application/atom+xml",
         "application/feed+json", "application/json")  # fmt: skip
NOT_KEPT = ("Content-Encoding", "Content-Length", "Vary", "Date")
MAIN = re.compile(rb"<main\b[^>]*>")
HELD = ("55P03", "40P01", "40001", "57014")  # a lock not got, a deadlock, another came first, cancelled
NO_TABLE = "42P01"  # PostgreSQL: undefined_table

_written: dict[tuple[int, str], str] = {}  # by folder and name: what this process last wrote there
_away_until = [0.0]
_library: list[Library] = []


# --- the database that does not answer --------------------------------------------------------


def is_away(error: BaseException | None) -> bool:
    """Whether an error means that the database cannot be asked: gone, locked, broken or without its tables."""
    return (
        isinstance(error, OperationalError | InterfaceError)
        or type(error) is DatabaseError
        or getattr(getattr(error, "__cause__", None), "sqlstate", "") == NO_TABLE
    )


def note_away() -> None:
    """The database did not answer just now."""
    _away_until[0] = time.monotonic() + PAUSE


def was_away() -> bool:
    """Whether the database did not answer this process a moment ago."""
    return time.monotonic() < _away_until[0]


def is_busy(error: BaseException | None) -> bool:
    """Whether the database answers, but somebody else holds what was asked for."""
    state = getattr(getattr(error, "__cause__", None), "sqlstate", None)
    return state in HELD or "locked" in str(error)


# --- keeping ----------------------------------------------------------------------------------


def folder() -> Path:
    """Where the copies are."""
    return Path(settings.MEDIA_ROOT) / PRIVATE / "copies"


@contextlib.contextmanager
def opened() -> Iterator[int | None]:
    """The folder of copies as it is now, opened before a page is made.

    If something is withdrawn while the page is made, that folder is taken away, and what is then written goes with it.
    """
    now = folder() / "now"
    try:
        now.mkdir(parents=True, exist_ok=True)
        place = os.open(now, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # a full or read-only disk stops no reader
        yield None
        return
    try:
        yield place
    finally:
        os.close(place)


def keep(place: int | None, request: HttpRequest, response: HttpResponseBase) -> None:
    """Write the copy of an answer to a stranger, if it is one that may be shown again."""
    if place is None or request.META.get("QUERY_STRING"):
        return
    if response.status_code in (404, 410):
        forget_one(place, request.path)
    elif (copy := _copy_of(response)) is not None:
        _write(place, request.path, *copy)


def _copy_of(response: HttpResponseBase) -> tuple[dict[str, Any], bytes] | None:
    control = response.headers.get("Cache-Control", "")
    if response.cookies or "private" in control or "no-store" in control:
        return None
    if response.status_code in (200, 206) and (stored := getattr(response, "stored", None)):
        return {"file": asdict(stored)}, b""
    kind = response.headers.get("Content-Type", "")
    if response.status_code != 200 or not isinstance(response, HttpResponse) or not kind.startswith(KINDS):
        return None
    if kind.startswith("text/css") and "immutable" not in control:
        return None  # any address that looks like a stylesheet is answered
    body = response.content
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    headers = {name: value for name, value in response.headers.items() if name not in NOT_KEPT}
    return ({"headers": headers}, body) if len(body) <= LARGEST else None


def _is_there(place: int, name: str) -> bool:
    """Whether the file stands in that folder: a folder that is made anew may get the number of the one before it."""
    try:
        os.stat(name, dir_fd=place)
    except OSError:
        return False
    return True


def _write(place: int, path: str, head: dict[str, Any], body: bytes) -> None:
    name = _name(path)
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode() + body).hexdigest()
    key = (os.fstat(place).st_ino, name)
    if _written.get(key) == digest and _is_there(place, name):
        return
    head = {"path": path, "made": timezone.now().isoformat()} | head
    fresh = f".{name}.{uuid.uuid4().hex}"
    try:
        if len(os.listdir(place)) >= MOST:
            return
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=place)
        with os.fdopen(file, "wb") as out:
            out.write(json.dumps(head).encode() + b"\n" + body)
        os.rename(fresh, name, src_dir_fd=place, dst_dir_fd=place)
    except OSError:  # the folder was taken away, or the disk is full: no reader is stopped by it
        return
    if len(_written) >= MOST:
        _written.clear()
    _written[key] = digest


def _name(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:40]


# --- forgetting -------------------------------------------------------------------------------


def forget_all(**_signal: Any) -> None:
    """Take every copy away, now and once more when what is being done is committed.

    Before: nothing withdrawn may be left if this process is killed. After: until then others made copies of it.
    """
    _forget_all()
    transaction.on_commit(_forget_all)


def forget_corrected(*, instance: Page, **_signal: Any) -> None:
    """A page that comes out again may have had something taken out of it. One that is new was in no copy."""
    if instance.first_published_at != instance.last_published_at:
        forget_all()


def _forget_all() -> None:
    with contextlib.suppress(OSError):
        os.rename(folder() / "now", folder() / f"gone-{uuid.uuid4().hex}")
    for gone in folder().glob("gone-*"):
        _want(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _want(gone: Path) -> None:
    """Write down which addresses had a copy, so that the schedule reads them again (utbud.web.recopy)."""
    wanted = folder() / "wanted"
    with contextlib.suppress(OSError):
        wanted.mkdir(exist_ok=True)
        for copy in gone.glob("[0-9a-f]*"):
            with copy.open("rb") as file:
                (wanted / copy.name).write_text(json.loads(file.readline())["path"], encoding="utf-8")


def forget_one(place: int, path: str) -> None:
    """Take the copy of one address away."""
    with contextlib.suppress(OSError):
        os.unlink(_name(path), dir_fd=place)
    _written.pop((os.fstat(place).st_ino, _name(path)), None)


# --- answering --------------------------------------------------------------------------------


def answer(request: HttpRequest) -> HttpResponseBase | None:
    """The last good copy of what a stranger asks for; None when there is none."""
    try:
        with (folder() / "now" / _name(request.path)).open("rb") as file:
            head, body = json.loads(file.readline()), file.read()
    except (OSError, ValueError):
        return None
    if head["path"] != request.path or "q" in request.GET:  # what is searched for is in no copy
        return None
    if stored := head.get("file"):
        return _file(request, Stored(**stored))
    response = HttpResponse(body, headers=head["headers"])
    if response.headers["Content-Type"].startswith("text/html"):
        line = _line(dt.datetime.fromisoformat(head["made"]))
        response.content = MAIN.sub(lambda tag: tag[0] + line, body, count=1)
        response.headers["Cache-Control"] = "no-cache"
    return response


def _file(request: HttpRequest, stored: Stored) -> HttpResponseBase | None:
    try:
        file = default_storage.open(stored.name)
    except OSError:
        return None
    return serve(
        request,
        file,
        size=file.size,
        content_type=stored.content_type,
        etag=stored.etag,
        max_age=stored.max_age,
        filename=stored.filename,
        sandbox=stored.sandbox,
    )


def _line(made: dt.datetime) -> bytes:
    words = {"made": timezone.localtime(made), "lib": library()}
    return loader.get_template("web/parts/copy.html").render(words).strip().encode()


# --- who the library is -----------------------------------------------------------------------


def keep_library(lib: Library) -> None:
    """Remember who the library is, for pages that must not ask; in a file too, for a process that has just begun."""
    if connection.in_atomic_block or (_library and _library[0] == lib):
        return
    _library[:] = [lib]
    fresh = folder() / f".library.{uuid.uuid4().hex}"
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(asdict(lib)), encoding="utf-8")
        fresh.rename(folder() / "library.json")


def library() -> Library | None:
    """The library as it was last known, without asking the database."""
    if _library:
        return _library[0]
    try:
        return Library(**json.loads((folder() / "library.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
