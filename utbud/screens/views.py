"""Screens in waiting rooms: a page that changes by itself, with or without JavaScript, network and daylight."""

import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from utbud.base import dates
from utbud.base.hashing import content_hash
from utbud.places.models import Place
from utbud.places.queries import active_places, library
from utbud.screens import queries

WORKER = Path(__file__).parent / "static" / "screens" / "natlos.js"
NIGHT_SECONDS = 60  # between two looks, without JavaScript, while the place sleeps


@require_safe
def screens(request: HttpRequest) -> HttpResponse:
    """/skarm/: the places that have a screen."""
    return render(request, "screens/screens.html", {"places": active_places()})


@require_safe
def screen(request: HttpRequest, slug: str) -> HttpResponse:
    """/skarm/<place>/: the screen. ``bild`` is the slide that one without JavaScript shows; ``alltid`` keeps it lit."""
    place = get_object_or_404(Place, slug=slug, active=True)
    now = timezone.now()
    shown = queries.content(place, now)
    always = "alltid" in request.GET
    slides = shown.showing(now)
    number = _number(request.GET.get("bild", ""), len(slides))
    dark = shown.is_dark(now) and not always
    slide = slides[number - 1] if slides else None
    context = {
        "place": place,
        "slide": slide,
        "words_when_empty": queries.empty_words(),
        "number": number,
        "next": number % len(slides) + 1 if slides else 1,
        "seconds": NIGHT_SECONDS if dark or slide is None else slide.seconds,
        "always": always,
        "dark": dark,
        "clock": dates.local(now).strftime("%H.%M"),
        "content": queries.as_json(shown, now) | {"edition": edition(), "at": int(now.timestamp() * 1000)},
        "weekdays": " ".join(dates.WEEKDAYS),
        "months": " ".join(dates.MONTHS),
    }
    return render(request, "screens/screen.html", context)


def _number(asked: str, count: int) -> int:
    """Which slide of ``count``, from 1; the first when there is no such one."""
    return int(asked) if re.fullmatch(r"[1-9]\d?", asked) and int(asked) <= count else 1


@require_safe
def now_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    """/skarm/<place>/nu.json: what the screen shows now, with an ETag, and the server's clock in ``Date``."""
    place = get_object_or_404(Place, slug=slug, active=True)
    now = timezone.now()
    data = queries.as_json(queries.content(place, now), now) | {"edition": edition()}
    etag = quote_etag(content_hash([settings.BASE_URL, data])[:32])
    response = get_conditional_response(request, etag) or JsonResponse(data)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Now"] = http_date(now.timestamp())
    return response


def edition() -> str:
    """A hash of all in the page that is not in nu.json: a screen that has another loads the page anew."""
    lib = library()
    files = [static(f"screens/{name}") for name in ("screen.css", "screen.js")]
    return content_hash([files, lib.name, lib.phone, lib.address, lib.accent, lib.help_colour])[:16]


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It stands under /skarm/ because that is all it may touch."""
    return HttpResponse(
        WORKER.read_text(encoding="utf-8"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
