"""What a partner sees and answers by their link, without logging in. Reading never decides."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from utbud.guides.actions import partners
from utbud.guides.forms import ReviewForm
from utbud.guides.models import STEP_CARDS, GuidePage, PartnerReview
from utbud.places.queries import library
from utbud.publishing.views import FILE_LABELS, file_of

SHOWN = ("utskrift.pdf", *STEP_CARDS)


def _private(response: Any) -> Any:
    """The address is a secret: no search engine keeps it, and no other site is told it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"  # «no-referrer» would make our own form's Origin null
    return response


def _unusable(request: HttpRequest, why: Exception) -> HttpResponse:
    context = {"why": str(why), "lib": library()}
    response: HttpResponse = _private(render(request, "guides/review_unusable.html", context, status=410))
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, secret: str) -> HttpResponse:
    """The guide as it will look, its print, and the answer."""
    now = timezone.now()
    try:
        asked = partners.open_link(secret=secret, now=now)
    except partners.LinkUnusable as error:
        return _unusable(request, error)
    guide: GuidePage = asked.revision.as_object()
    steps = [step.action for step in guide.step_list()]
    form = ReviewForm(request.POST if request.method == "POST" else None, steps=steps)
    if request.method == "POST" and form.is_valid():
        try:
            asked = partners.answer(secret=secret, now=now, **form.said())
        except partners.LinkUnusable as error:
            return _unusable(request, error)
        answered: HttpResponse = _private(
            render(request, "guides/review_thanks.html", {"review": asked, "guide": guide})
        )
        return answered
    here = reverse("guides_review", args=[secret])
    context = {
        "review": asked,
        "guide": guide,
        "form": form,
        "look_url": here + "sida/",
        "files": [(here + name, FILE_LABELS.get(name, name)) for name in SHOWN],
    }
    shown: HttpResponse = _private(
        render(request, "guides/review.html", context, status=422 if form.errors else 200)
    )
    return shown


@never_cache
@require_safe
def look(request: HttpRequest, secret: str) -> HttpResponse:
    """The guide as it will look, for the frame in ``review``."""
    guide = _asked(secret).revision.as_object()
    attributes = {"file_base": reverse("guides_review", args=[secret])}
    response: HttpResponse = guide.make_preview_request(
        request, guide.default_preview_mode, extra_request_attrs=attributes
    )
    shown: HttpResponse = _private(response)
    return shown


@never_cache
@require_safe
def file(request: HttpRequest, secret: str, name: str) -> HttpResponseBase:
    """A file of the guide."""
    answer: HttpResponseBase = _private(file_of(request, _asked(secret).revision.as_object(), name))
    return answer


def _asked(secret: str) -> PartnerReview:
    try:
        return partners.open_link(secret=secret, now=timezone.now())
    except partners.LinkUnusable as error:
        raise Http404(str(error)) from None
