"""What every answer tells a browser it may do, beside what Django and django-csp say."""

from collections.abc import Callable

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

POWERS = ("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
          "microphone", "midi", "payment", "usb")  # fmt: skip
RECORDING = ("camera", "display-capture", "microphone")  # the recorder and the studio, which are staff's
RECORDERS = "/admin/"
# Wagtail's editor has scripts and styles in its pages, so those are allowed here; nothing from anyone else is.
STAFF_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF, "data:", "blob:"],
    "worker-src": [SELF, "blob:"],
    "frame-src": [SELF, "https://www.youtube-nocookie.com"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}


class SafeHeaders:
    """Middleware outside django-csp: the staff side's policy, and the powers of the machine that a page may ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", permissions(request.path))
        return response


class StaffPolicy:
    """Middleware inside django-csp, which writes the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/") and not hasattr(response, "_csp_replace"):
            response._csp_replace = STAFF_POLICY  # type: ignore[attr-defined]
        return response


def permissions(path: str) -> str:
    """The header for a page: camera, microphone and screen for the recorder, nothing else for anyone."""
    may = RECORDING if path.startswith(RECORDERS) else ()
    return ", ".join(f"{power}={'(self)' if power in may else '()'}" for power in POWERS)
