"""Read again what had a copy before something was withdrawn, so that it is there if the database goes."""

import datetime as dt
import io
import sys
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from utbud.web import copies

AT_A_TIME = 1.0  # seconds, since what is on time must not wait


def recopy(now: dt.datetime) -> int:
    """Read what is wanted, as a stranger, for a moment; the rest comes next time. Returns how many."""
    until, done = time.monotonic() + AT_A_TIME, 0
    for wanted in (copies.folder() / "wanted").glob("*"):
        if time.monotonic() > until or copies.was_away():
            break
        path = wanted.read_text(encoding="utf-8")
        wanted.unlink(missing_ok=True)
        _read(path)
        done += 1
    return done


def _read(path: str) -> None:
    address = urlsplit(settings.BASE_URL)
    wsgi: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": address.hostname,
        "SERVER_PORT": str(address.port or (443 if settings.SECURE else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": address.netloc,
        "HTTP_X_FORWARDED_PROTO": address.scheme,
        "HTTP_ACCEPT_ENCODING": "gzip",
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    _site()(wsgi, lambda *_said: None).close()  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def _site() -> WSGIHandler:
    return WSGIHandler()
