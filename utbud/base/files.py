"""Answering with a file: validators, byte ranges and headers in one place."""

import re
from typing import BinaryIO

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import parse_etags, quote_etag

RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
# A picture or page that someone uploaded must not run as ours when it is opened by its own address.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; sandbox"


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
    section 14.2 allows; one that cannot be satisfied with 416.
    """
    tag = quote_etag(etag)
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={max_age}", "Accept-Ranges": "bytes"}
    if sandbox:
        headers["Content-Security-Policy"] = SANDBOX
    if (
        tag in parse_etags(request.headers.get("If-None-Match", ""))
        or request.headers.get("If-None-Match") == "*"
    ):
        file.close()
        return HttpResponse(status=304, headers=headers)

    start, end, status = 0, size - 1, 200
    match = RANGE.match(request.headers.get("Range", ""))
    if match and any(match.groups()) and request.headers.get("If-Range", tag) == tag:
        first, last = match.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        if start > end or start >= size:
            file.close()
            return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"

    length = end - start + 1
    if request.method == "HEAD":
        file.close()
        response: HttpResponseBase = HttpResponse(status=status, content_type=content_type)
    else:
        file.seek(start)
        response = FileResponse(_Slice(file, length), status=status, content_type=content_type)
    for name, value in headers.items():
        response.headers[name] = value
    response.headers["Content-Length"] = str(length)
    if filename:
        response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


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
