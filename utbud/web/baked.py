"""Public pages kept ready-made for a minute, and no longer than they are true.

A page is kept under what it depends on: what is published, which week's word has gone out, when courses are held and
who has joined them, what must be checked since a service changed, the minute. Publishing or withdrawing anything, or
taking a seat, thus changes every key at once, in every process, at the cost of five small queries a page. (The library's own settings show at once in the process that saved them, elsewhere within the
minute.) Only what any stranger gets is kept: nobody who has a session, nothing that sets a cookie, no form,
no page that says by Cache-Control that it is soon another.
"""

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from wagtail.models import Page

from utbud.base.hashing import content_hash
from utbud.base.squeeze import SqueezeText
from utbud.courses.models import RegistrationChange, Run
from utbud.learning.models import PlannedWeek, Recheck
from utbud.places import models as places
from utbud.web import copies

SECONDS = 60
NEVER = (
    "/admin/",
    "/godkann/",
    "/media/",
    "/static/",
    "/halsa/",
    "/dokument/",
    "/samarbeta/",
    "/prenumerera/",
    "/kalender/",
    "/kurser/anmalan/",
    "/kurser/min-anmalan/",
    "/kurser/utvardering/",
    "/kurser/narvaro/",
    "/api/",
    "/tillganglighet/rapportera/",
)
NEVER_ENDING = "/anmalan/"  # joining a course
LONGEST = 300  # characters of an address that is worth keeping


class BakedPages:
    """Middleware, outermost of all that make a page: keeps the finished, compressed answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not may_be_kept(request):
            return self.get_response(request)
        if copies.was_away() and (copy := copies.answer(request)):
            return self.squeeze(request, copy)
        with (
            copies.opened() as place
        ):  # before the database is asked: what is withdrawn meanwhile is not kept
            try:
                now = state()
            except DatabaseError as error:
                if not copies.is_away(error):
                    raise
                copies.note_away()
                copy = copies.answer(request)
                return self.squeeze(request, copy) if copy else self.get_response(request)
            squeezed = "gzip" in request.headers.get("Accept-Encoding", "")
            key = content_hash([request.get_full_path(), squeezed, now])
            kept: HttpResponse | None = cache.get(key)
            if kept is not None:
                return kept
            response = self.get_response(request)
            if not copies.was_away():  # otherwise it may be a copy itself
                copies.keep(place, request, response)
            if may_be_shown_to_all(response):
                cache.set(key, response, SECONDS)
        return response

    @staticmethod
    def squeeze(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """``response`` compressed, as one that passed all the others would be."""
        return SqueezeText(lambda _request: response).process_response(request, response)


def may_be_kept(request: HttpRequest) -> bool:
    """Whether a stranger asks for a page."""
    return (
        request.method == "GET"
        and not connection.in_atomic_block  # what is not committed is nobody else's to see
        and not request.COOKIES
        and not request.path.startswith(NEVER)
        and not request.path.endswith(NEVER_ENDING)
        and len(request.get_full_path()) <= LONGEST
    )


def may_be_shown_to_all(response: HttpResponseBase) -> bool:
    """Whether an answer is a finished page with nothing of anyone's own in it."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
        and response.get("Content-Type", "").startswith("text/html")
    )


def state() -> tuple[object, ...]:
    """All that a public page may depend on beside its address, in one query each for pages, weeks, runs, seats and checks."""
    pages = Page.objects.live().aggregate(n=Count("id"), last=Max("last_published_at"))
    weeks = PlannedWeek.objects.aggregate(last=Max("published_at"))
    runs = Run.objects.aggregate(last=Max("changed_at"))
    seats = RegistrationChange.objects.aggregate(
        last=Max("pk")
    )  # whatever is done to a registration leaves a row
    checks = Recheck.objects.aggregate(n=Count("pk"), top=Max("pk"), done=Count("done_at"))
    minute = timezone.now().replace(second=0, microsecond=0)
    return (
        pages["n"],
        pages["last"],
        weeks["last"],
        runs["last"],
        seats["last"],
        *checks.values(),
        places.edition,
        minute,
    )
