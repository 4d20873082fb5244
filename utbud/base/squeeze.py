"""Compression for what gains by it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class SqueezeText(GZipMiddleware):
    """Django's compression, but not of files that are served in byte ranges (base.files).

    Compressed, a sound would lose its length, and a part of it would no longer be the bytes that were asked for:
    podcast apps and players need both. Sound, film and pictures are compressed already.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.has_header("Accept-Ranges"):
            return response
        return super().process_response(request, response)
