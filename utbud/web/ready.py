"""A site without a start page is not ready: readers get a calm page and 503, never what is half made."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader

from utbud.web.models import StartPage

STAFF_AND_MACHINES = ("/admin/", "/static/", "/media/", "/utseende/", "/halsa/", "/api/", "/robots.txt")

_seen = [False]  # a start page, once by this process: then it is not asked again


def is_ready() -> bool:
    """Whether there is a start page for readers."""
    _seen[0] = _seen[0] or StartPage.objects.live().exists()
    return _seen[0]


class SiteIsReady:
    """Middleware, innermost: nothing is shown to readers before the site has a start page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(STAFF_AND_MACHINES) or is_ready():
            return self.get_response(request)
        page = loader.get_template("not_ready.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": "600", "Cache-Control": "no-store"})
