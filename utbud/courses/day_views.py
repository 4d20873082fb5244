"""Public addresses of the day itself: how it went (anyone who was there), and who came (the host, by a secret address)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from utbud.base.networks import client_address
from utbud.courses import words
from utbud.courses.actions import day
from utbud.courses.forms.day import AttendanceForm, EvaluationForm
from utbud.courses.models import Occasion
from utbud.courses.models.registrations import Way
from utbud.courses.queries import day as queries
from utbud.courses.queries.times import where_words
from utbud.courses.taps import is_tap, tap_answer
from utbud.inbox import guards
from utbud.places import queries as places

# A tablet passed round, or all on the library's own network, is one address for a whole course, several in an hour.
ANSWERS_AN_HOUR = 150


def _private(response: HttpResponse) -> HttpResponse:
    """Not for search engines, and its address is told to nobody."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _about(occasion: Occasion) -> dict[str, Any]:
    return {
        "occasion": occasion,
        "course": occasion.run.course,
        "when": words.time_words(occasion.starts_at, occasion.ends_at, timezone.now()),
        "where": where_words(occasion),
    }


# --- how it went ----------------------------------------------------------------------------------


def _evaluated(token: str) -> Occasion:
    occasion = queries.occasion_of_token(token)
    if occasion is None:
        raise Http404
    return occasion


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, token: str) -> HttpResponse:
    """Three short questions. What somebody answers leads to nobody, and is shown to no other who answers."""
    occasion, now = _evaluated(token), timezone.now()
    context = _about(occasion) | {"token": token}
    if not queries.may_be_evaluated(occasion, now):
        context["early"] = occasion.starts_at > now and not occasion.is_cancelled
        return _private(render(request, "courses/evaluation_closed.html", context))
    task = occasion.run.course.task
    form = EvaluationForm(request.POST if request.method == "POST" else None, now=now, task=task)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            address = client_address(request)
            if guards.within_limit(address=address, now=now, purpose="evaluation", limit=ANSWERS_AN_HOUR):
                key = form.submission_key()
                day.evaluate(occasion=occasion, **form.said, came_by=Way.WEB, now=now, submission_key=key)
                return redirect("courses_evaluate_thanks", token)
            form.add_error(None, guards.over_limit_words(places.library(now).phone))
            status = 429
    return _private(render(request, "courses/evaluation.html", context | {"form": form}, status=status))


@never_cache
@require_safe
def evaluation_thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Thanks, and the way on for the next who gets the tablet."""
    occasion = _evaluated(token)
    return _private(render(request, "courses/evaluation_thanks.html", _about(occasion) | {"token": token}))


# --- who came, by the host ------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def host_list(request: HttpRequest, token: str) -> HttpResponse:
    """The host's own list: names, and whether they came. Nothing else that we know of anyone."""
    now = timezone.now()
    occasion = queries.occasion_of_host(token, now)
    if occasion is None:
        return _private(render(request, "courses/host_closed.html", status=404))
    listed = queries.day(occasion)
    may_note = queries.may_be_noted(occasion, now)
    sent = request.POST if request.method == "POST" and may_note else None
    form = AttendanceForm(sent, people=listed.people, heads=occasion.head_count)
    if is_tap(request):
        noted = bool(sent) and form.is_valid()
        if noted:
            day.note_day(occasion=occasion, came=form.changed(), heads=[], by=None, now=now)
        return _private(tap_answer(occasion, noted=noted))
    if sent is not None and form.is_valid():
        day.note_day(occasion=occasion, came=form.changed(), heads=form.new_heads(), by=None, now=now)
        return redirect(f"{queries.host_path(occasion)}?sparat=1#sparat")
    context = _about(occasion) | {
        "day": listed,
        "rows": form.rows(),
        "form": form,
        "may_note": may_note,
        "too_early": not may_note and not occasion.is_cancelled,
        "saved": "sparat" in request.GET and not form.errors,
        "until": queries.host_sees_until(occasion),
    }
    return _private(render(request, "courses/host_list.html", context, status=422 if form.errors else 200))
