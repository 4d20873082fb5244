"""Stand-ins for the services that the channels call, held to what the services' own documents say.

How to add one, for the channel whose adapter has ``slug = "threads"``:

1. Write ``fakes/threads.py`` with a class that keeps to ``Fake`` below. For a service over HTTP, inherit ``HttpFake``:
   it is a real server on loopback, so the adapter's own calls are what is tested. Fill in ``answer`` and ``decides``::

       class Threads(HttpFake):
           secret = "token"  # the setting that is the key

           def __init__(self, monkeypatch):
               super().__init__()
               self.config = {"token": "right", "user": "1"}
               monkeypatch.setattr("utbud.channels.adapters.threads.SERVICE", self.url)  # where the address is fixed

           def decides(self, asked):  # is this the call that makes, changes or takes away a post?
               return asked.method == "POST" and asked.path.endswith("/threads_publish")

           def answer(self, asked):  # the service itself: give (status, JSON-able, bytes or None)
               if asked.headers.get("Authorization") != f"Bearer {self.config['token']}":
                   return 401, {"error": {"message": "Invalid token"}}
               ...
               self.posts["17"] = text  # what anyone can see now, by the service's own name for it
               return 200, {"id": "17"}

2. Give it a line in ``FAKES``, at the bottom: ``"threads": "threads.Threads"``.

That is all: ``test_promises.py`` then holds the channel to what every channel promises. What is special for the
channel goes in ``test_threads.py``. The class is called with ``monkeypatch`` and closed afterwards. An address that
is fixed in the adapter should be a module constant, so that ``monkeypatch`` can put ``self.url`` there. A channel with
``by_hand`` needs no fake.
"""

import functools
import json
import mimetypes
import threading
import zlib
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from utbud.channels.post import Media, Post


class Fake(Protocol):
    """What ``test_promises.py`` asks of a stand-in. The four ways to go wrong are set by a test and then obeyed."""

    config: dict[str, str]  # settings with which the channel works; must fill in all that is required
    secret: str  # the setting whose value the service checks, "" when it checks none
    to: str  # a recipient, "" for a channel with a page of its own
    posts: dict[str, str]  # text by the service's own name for it: what is out now, oldest first

    refuse: str  # when not "": the service's own 4xx, with this as its reason
    down: int  # so many calls are answered with 503 (or what the service says when it is down)
    lose: int  # so many deciding calls are done, and the answer never comes: the connection is closed
    hang: int  # so many deciding calls are done, and the answer does not come within the caller's time
    mumble: bytes | None  # when not None: the next deciding call is done, and answered with this

    def close(self) -> None:
        """Stop."""


class Asked:
    """A call that came in."""

    def __init__(self, method: str, target: str, headers: Message, body: bytes) -> None:
        parts = urlsplit(target)
        self.method, self.path, self.headers, self.body = method, parts.path, headers, body
        self.query = {name: values[-1] for name, values in parse_qs(parts.query).items()}

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The fields of a form, multipart or not. Files are in ``files``."""
        if "multipart" not in self.headers.get("Content-Type", ""):
            return {name: values[-1] for name, values in parse_qs(self.body.decode(), True).items()}
        return {name: data.decode() for name, filename, data in self._parts() if filename is None}

    def files(self) -> dict[str, bytes]:
        """The files of a multipart form, by the field's name."""
        return {name: data for name, filename, data in self._parts() if filename is not None}

    def _parts(self) -> list[tuple[str, str | None, bytes]]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        return [
            (
                part.get_param("name", header="content-disposition"),
                part.get_filename(),
                part.get_payload(decode=True),
            )
            for part in BytesParser().parsebytes(head + self.body).get_payload()
        ]


Said = tuple[int, Any] | tuple[int, Any, dict[str, str]]  # status, body, headers


class HttpFake:
    """A server on loopback in a thread of its own. See the top of the file."""

    secret = ""
    to = ""

    def __init__(self) -> None:
        self.config: dict[str, str] = {}
        self.posts: dict[str, str] = {}
        self.asked: list[Asked] = []  # everything that came in
        self.refuse, self.down, self.lose, self.hang = "", 0, 0, 0
        self.mumble: bytes | None = None
        self._closing, self._lock = threading.Event(), threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:  # the caller gave up: what it does when we hang
                    self.close_connection = True

            def _any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                asked = Asked(self.command, self.path, self.headers, self.rfile.read(length))
                with fake._lock:
                    fake.asked.append(asked)
                    status, body, headers, lost, hung = fake._reply(asked)
                if hung:
                    fake._closing.wait(2)
                if lost or hung:
                    self.close_connection = True
                    return
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                data = b"" if body is None else data
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Type" not in headers:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _any  # noqa: N815, RUF100 - the server's names

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        # A short poll: closing waits for it.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def _reply(self, asked: Asked) -> tuple[int, Any, dict[str, str], bool, bool]:
        if self.down:
            self.down -= 1
            return 503, {"error": "down"}, {"Retry-After": "7"}, False, False
        decides = self.decides(asked)
        if decides and self.refuse:
            return *self.refusal(self.refuse), {}, False, False
        status, body, *rest = self.answer(asked)
        lost = hung = False
        if decides and status < 400:
            lost, hung = self.lose > 0, self.hang > 0
            self.lose, self.hang = max(0, self.lose - 1), max(0, self.hang - 1)
            if self.mumble is not None:
                body, self.mumble = self.mumble, None
        return status, body, dict(rest[0]) if rest else {}, lost, hung

    def decides(self, asked: Asked) -> bool:
        """Whether this is the call that makes, changes or takes away a post."""
        return asked.method != "GET"

    def refusal(self, reason: str) -> tuple[int, Any]:
        """How the service says no."""
        return 422, {"error": reason}

    def answer(self, asked: Asked) -> Said:
        """What the service does and says."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop, and let go of whoever waits."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@functools.cache
def picture(width: int = 60, height: int = 60) -> bytes:
    """A real PNG of that size, for services that look at what they are given."""
    row = b"\0" + b"\x1f\x4e\x79" * width
    chunks = [
        (b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


def a_post(*names: str, **fields: Any) -> Post:
    """A post about cookies with the files ``names``, which lie in the test's own storage."""
    content = {"image": picture(), "text": b"WEBVTT\n\n00:00.000 --> 00:02.000\nHej.\n"}
    media = []
    for name in names:
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        data = content.get(content_type.split("/")[0], b"\0" * 64)
        media.append(
            Media(
                name=name,
                url=f"https://bibliotek.example.org/ord/kaka/{name}",
                content_type=content_type,
                alt="En ritad kaka",
                stored=default_storage.save(f"prov/{name}", ContentFile(data)),
                bytes=len(data),
            )
        )
    usual: dict[str, Any] = {
        "item": "page:12",
        "version": "a" * 64,
        "kind": "Veckans digitala ord",
        "title": "Kaka",
        "lead": "En kaka är en liten fil som en webbplats sparar hos dig.",
        "text": "Första stycket.\n\nAndra stycket.",
        "url": "https://bibliotek.example.org/ord/kaka/",
        "sender": "Biblioteket",
        "phone": "08-465 004 00",
        "tags": ("internet", "trygg på nätet"),
        "media": tuple(media),
    }
    return Post(**usual | fields)


# The adapter's slug: file.Class in this folder, called with monkeypatch.
FAKES: dict[str, str] = {
    "mastodon": "mastodon.Mastodon",
    "bluesky": "bluesky.Bluesky",
    "webhook": "webhook.Receiver",
    "facebook": "meta.Facebook",
    "instagram": "meta.Instagram",
    "threads": "meta.Threads",
    "youtube": "youtube.YouTube",
    "sms": "elks.Elks",
    "newsletter": "mail.Mail",
}


def factory(slug: str) -> Callable[..., Fake] | None:
    """What makes the stand-in for the channel with ``slug``, None when it has none."""
    if slug not in FAKES:
        return None
    file, name = FAKES[slug].split(".")
    made: Callable[..., Fake] = getattr(import_module(f"{__name__}.{file}"), name)
    return made
