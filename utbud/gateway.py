"""Between granian and Django: nobody who sends or takes slowly holds a thread, and no reader waits for a writer (ADR 26).

A body is read to its end before Django sees it, and a large answer is sent piece by piece, both by the event loop, where
a slow client costs next to nothing. Django runs in threads: some for those who read, others for those who change something.
Films on their way in (PATCH, tus) are written as they come, so that what came before a line broke is kept; they have
threads of their own.
"""

import asyncio
import io
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, TypeVar

READS = ("GET", "HEAD", "OPTIONS")
READER_WAITS, WRITER_WAITS = 2.0, 5.0  # seconds for a lock in the database
IDLE = 15.0  # seconds without a byte, in either direction while a body comes
GRACE, SLOWEST = 20.0, 1024  # seconds that any body may take; bytes a second that it must keep after that
WHOLE = 1024 * 1024  # bytes of an answer that is handed over at once
IN_MEMORY = 1024 * 1024  # bytes of a body, before it is kept in a temporary file
TAKES = 120.0  # seconds in which a piece of a large answer must be taken
# Bytes of a body: among staff a whole film, from a browser without JavaScript; from anyone else a form.
LARGEST, LARGEST_FORM, STAFF = 4200 * 1024 * 1024, 4 * 1024 * 1024, "/admin/"

Result = TypeVar("Result")
# Threads of a process. Three at most of those who write wait for a password (utbud.people.lanes); an upload holds one
# for as long as a film comes in.
READERS, WRITERS, UPLOADS = 2, 4, 4
UPLOAD = "application/offset+octet-stream"  # tus

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PLAIN = [
    ("content-type", "text/plain; charset=utf-8"),
    ("connection", "close"),
    ("cache-control", "no-store"),
]


class TooSlow(Exception):
    """A body that does not come."""


class Gone(Exception):
    """Whoever sent it left before the end."""


class TooLarge(Exception):
    """A body that nobody asked for."""


class Gateway:
    """An RSGI application (granian's own interface) that runs a WSGI application."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.lanes: dict[str, ThreadPoolExecutor] = {}

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make the threads, in the process that will use them."""
        from utbud.base.patience import wait_at_most

        lanes = {
            "read": (READERS, READER_WAITS),
            "write": (WRITERS, WRITER_WAITS),
            "upload": (UPLOADS, WRITER_WAITS),
        }
        for name, (threads, seconds) in lanes.items():
            self.lanes[name] = ThreadPoolExecutor(threads, name, wait_at_most, (seconds,))

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        lane = lane_of(scope)
        body: Any
        try:
            wsgi = wsgi_of(scope)
            if lane == "upload":
                body = Arriving(protocol, loop)
            else:
                most = LARGEST if scope.path.startswith(STAFF) else LARGEST_FORM
                body, length = await read(protocol, scope.headers, most=most)
                wsgi["CONTENT_LENGTH"] = str(length) if length else wsgi["CONTENT_LENGTH"]
        except TooSlow:
            protocol.response_str(408, PLAIN, "Det tog för lång tid att ta emot. Försök igen.")
            return
        except TooLarge:
            protocol.response_str(413, PLAIN, "Det är för stort.")
            return
        except (Gone, UnicodeError):
            protocol.response_str(400, PLAIN, "Det gick inte att läsa.")
            return
        wsgi["wsgi.input"] = body
        try:
            status, headers, whole, rest = await loop.run_in_executor(
                self.lanes[lane], run, self.application, wsgi
            )
        finally:
            body.close()
        if rest is None:
            protocol.response_bytes(status, headers, whole)
            return
        try:
            if whole:
                protocol.response_bytes(status, headers, whole)
            else:
                transport = protocol.response_stream(status, headers)
                while piece := await loop.run_in_executor(None, next, rest, b""):
                    await within(TAKES, _sent(transport, piece))
        except (TimeoutError, RuntimeError):
            pass  # whoever took it has gone (granian's ProtocolClosed), or takes nothing more
        finally:
            # What was taken of a sound is counted when it is let go, which is a write.
            await loop.run_in_executor(self.lanes["write"], rest.close)


def lane_of(scope: Any) -> str:
    """In which thread a request is answered."""
    if scope.method == "PATCH" and scope.headers.get("content-type") == UPLOAD:
        return "upload"
    return "read" if scope.method in READS else "write"


async def within(seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
    """What ``work`` gives, or TimeoutError. Granian's futures cannot be cancelled: they end with the connection."""
    task = asyncio.ensure_future(work)
    done, _waiting = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(lambda late: late.cancelled() or late.exception())  # nobody asks any more
        raise TimeoutError
    return task.result()


async def _sent(transport: Any, piece: bytes) -> None:
    await transport.send_bytes(piece)


async def read(protocol: Any, headers: Any, *, most: int = LARGEST) -> tuple[IO[bytes], int]:
    """The whole body of a request, of ``most`` so many bytes, and its length."""
    declared = headers.get("content-length") or "0"
    if declared == "0" and "transfer-encoding" not in headers:
        return io.BytesIO(), 0
    if declared.isdecimal() and int(declared) > most:
        raise TooLarge
    body, length, began = tempfile.SpooledTemporaryFile(IN_MEMORY), 0, time.monotonic()  # noqa: SIM115 - Django reads it
    try:
        pieces = aiter(protocol)
        while piece := await within(IDLE, _next(pieces)):
            length += len(piece)
            if length > most:
                raise TooLarge
            if time.monotonic() - began > GRACE + length / SLOWEST:
                raise TooSlow
            body.write(piece)
        if declared.isdecimal() and length < int(declared):
            raise Gone  # half a form must not be taken for a whole one
    except TimeoutError as error:
        body.close()
        raise TooSlow from error
    except RuntimeError as error:  # granian's ProtocolClosed
        body.close()
        raise Gone from error
    except (TooSlow, TooLarge, Gone):
        body.close()
        raise
    body.seek(0)
    return body, length


async def _next(pieces: Any) -> bytes:
    return await anext(pieces, b"")


class Arriving(io.RawIOBase):
    """A body that is read as it comes, from a thread beside the loop; it ends where the line breaks or goes silent."""

    def __init__(self, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._pieces, self._loop = aiter(protocol), loop
        self._left, self._over = b"", False

    def readable(self) -> bool:
        """It can be read, once."""
        return True

    def readinto(self, into: Any) -> int:
        """As much as has come, waiting for the first of it; 0 at the end."""
        if not self._left and not self._over:
            try:
                ahead = asyncio.run_coroutine_threadsafe(within(IDLE, _next(self._pieces)), self._loop)
                self._left = ahead.result()
            except (TimeoutError, RuntimeError):  # RuntimeError is granian's ProtocolClosed
                self._left = b""
            self._over = not self._left
        size = min(len(into), len(self._left))
        into[:size], self._left = self._left[:size], self._left[size:]
        return size


def wsgi_of(scope: Any) -> dict[str, Any]:
    """The environment that PEP 3333 describes."""
    server, _colon, port = scope.server.rpartition(":")
    wsgi = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "CONTENT_TYPE": "",
        "CONTENT_LENGTH": "",
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # it would look like the one with a hyphen, which a proxy may have set
            continue
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        joined = "; " if key == "HTTP_COOKIE" else ","
        wsgi[key] = f"{wsgi[key]}{joined}{value}" if wsgi.get(key) else value
    if scope.authority and "HTTP_HOST" not in wsgi:  # HTTP/2
        wsgi["HTTP_HOST"] = scope.authority
    return wsgi


def run(application: Application, wsgi: dict[str, Any]) -> tuple[int, Headers, bytes, "Rest | None"]:
    """Run the WSGI application in this thread: its status and headers, its body, and a file that is not let go yet.

    The body of a large file is left in it.
    """
    said: list[Any] = []
    answer = application(wsgi, lambda status, headers, _error=None: said.extend((status, headers)))
    status, headers = int(said[0].split(" ", 1)[0]), said[1]
    if getattr(answer, "streaming", False):
        rest = Rest(answer)
        length = next((value for name, value in headers if name.lower() == "content-length"), "")
        large = length.isdecimal() and int(length) > WHOLE
        return status, headers, b"" if large else b"".join(rest), rest
    try:
        return status, headers, b"".join(answer), None
    finally:
        answer.close()  # type: ignore[attr-defined]


class Rest:
    """What is left of an answer, taken by whichever thread is free."""

    def __init__(self, answer: Any) -> None:
        self._answer, self._pieces = answer, iter(answer)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return bytes(next(self._pieces))

    def close(self) -> None:
        """Let go of the file."""
        self._answer.close()
