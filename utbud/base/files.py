"""Answering with a file: validators, byte ranges and headers in one place."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import parse_etags, quote_etag

RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
# A picture or page that someone uploaded must not run as ours when it is opened by its own address.
# Of a file larger than WHOLE a range is answered with a piece; the player asks for the next (ADR 16).
WHOLE, PIECE = 32 * 1024 * 1024, 4 * 1024 * 1024  # bytes
READ = 256 * 1024  # bytes at a time; the gateway waits for whoever takes them slowly, and no thread does
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; sandbox"


@dataclass(frozen=True)
class Stored:
    """How a stored file was served, so that it can be served again when nothing else can be asked."""

    name: str  # in storage
    content_type: str
    etag: str
    max_age: int
    filename: str
    sandbox: bool


def serve(
    request: HttpRequest,
    file: BinaryIO | File[bytes],
    *,
    size: int,
    content_type: str,
    etag: str,
    max_age: int,
    filename: str = "",
    sandbox: bool = False,
) -> HttpResponseBase:
    """Answer GET or HEAD with ``file`` (open for reading, ``size`` bytes), whole or one byte range.

    ``etag`` is unquoted. Several ranges in one request are answered with the whole file, as RFC 9110
    section 14.2 allows; one that cannot be satisfied with 416. A range of a large file may be answered with its first
    piece alone, as section 15.3.7 allows. Where nginx is told of (UTBUD_NGINX_FILES), it sends what is large.
    """
    how = Stored(_stored_name(file), content_type, etag, max_age, filename, sandbox)
    response = _answer(request, file, size, how)
    if how.name:
        response.stored = how  # type: ignore[attr-defined]
    return response


def _answer(request: HttpRequest, file: BinaryIO | File[bytes], size: int, how: Stored) -> HttpResponseBase:
    tag = quote_etag(how.etag)
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={how.max_age}", "Accept-Ranges": "bytes"}
    named = {"Content-Disposition": f'inline; filename="{how.filename}"'} if how.filename else {}
    if how.sandbox:
        headers["Content-Security-Policy"] = SANDBOX
    if (
        tag in parse_etags(request.headers.get("If-None-Match", ""))
        or request.headers.get("If-None-Match") == "*"
    ):
        file.close()
        return HttpResponse(status=304, headers=headers)

    if size > PIECE and (inside := _for_nginx(file)):
        file.close()
        return HttpResponse(
            content_type=how.content_type, headers=headers | named | {"X-Accel-Redirect": inside}
        )

    start, end, status = 0, size - 1, 200
    match = RANGE.match(request.headers.get("Range", ""))
    if match and any(match.groups()) and request.headers.get("If-Range", tag) == tag:
        first, last = match.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        if start > end or start >= size:
            file.close()
            return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
        if size > WHOLE:
            end = min(end, start + PIECE - 1)
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"

    length = end - start + 1
    if request.method == "HEAD":
        file.close()
        response: HttpResponseBase = HttpResponse(status=status, content_type=how.content_type)
    else:
        file.seek(start)
        response = FileResponse(_Slice(file, length), status=status, content_type=how.content_type)
        response.block_size = max(1, min(length, READ))
    for name, value in (headers | named | {"Content-Length": str(length)}).items():
        response.headers[name] = value
    return response


def _for_nginx(file: BinaryIO | File[bytes]) -> str:
    """The address at which nginx finds a stored file inside itself, "" when it is not told to send any."""
    name = _stored_name(file) if settings.NGINX_FILES else ""
    return quote(f"{settings.NGINX_FILES}{name}") if name else ""


def _stored_name(file: BinaryIO | File[bytes]) -> str:
    """What a stored file is called in storage, "" for one that was made in memory or lies elsewhere."""
    try:
        inside = Path(os.path.realpath(str(file.name))).relative_to(os.path.realpath(settings.MEDIA_ROOT))
    except (AttributeError, ValueError):
        return ""
    return str(inside)


class _Slice:
    """The next ``left`` bytes of an open file, as FileResponse reads them."""

    def __init__(self, file: BinaryIO | File[bytes], left: int) -> None:
        self.file, self.left = file, left

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.file.close()
