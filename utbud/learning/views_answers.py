"""«Gick det bra?»: take an answer without knowing whose it is, and say what comes next."""

from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page

from utbud.base.networks import client_address
from utbud.inbox import guards
from utbud.learning.actions_answers import count_answer
from utbud.learning.models import DailyAnswers, MaterialPage

PER_HOUR = 20  # answers about one page from one network: a library's own computers share theirs


# The page with the form is kept ready-made for all and sets no cookie, so there is no token to compare. What could be
# forged is a number; an answer that another site's page sends is known by its headers, and left out.
@csrf_exempt
@require_POST
def answer(request: HttpRequest, page_id: int) -> HttpResponse:
    """Count one answer and go on to what comes next, so that a page loaded again counts nothing."""
    page = _material(page_id)
    given = request.POST.get("svar", "")
    if given not in DailyAnswers.Answer.values:
        return redirect(f"{page.public_path}#gick-det-bra")
    now = timezone.now()
    address = client_address(request)
    if from_our_page(request) and guards.within_limit(
        address=address, now=now, purpose=f"answer {page_id}", limit=PER_HOUR
    ):
        count_answer(page_id=page_id, answer=given, now=now)
    return HttpResponseRedirect(reverse("learning_answered", args=[page_id, given]), status=303)


def from_our_page(request: HttpRequest) -> bool:
    """Whether a form on our own page was sent, as far as the browser tells (Fetch Metadata; Origin in old ones)."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "")
    return not origin or origin == "null" or urlsplit(origin).netloc == request.get_host()


@require_safe
def answered(request: HttpRequest, page_id: int, given: str) -> HttpResponse:
    """Thanks, and what one can do now."""
    page = _material(page_id)
    if given not in DailyAnswers.Answer.values:
        raise Http404(_("Sidan finns inte."))
    related: Any = getattr(page, "guides", None)  # the guides to what a film shows stand above us
    guides = list(related.live().order_by("title")) if related is not None else []
    context = {"page": page, "given": given, "papers": guides or [page], "topics": page.topics.all()}
    response = render(request, "learning/answered.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _material(page_id: int) -> MaterialPage:
    page = get_object_or_404(Page.objects.live(), pk=page_id).specific
    if not isinstance(page, MaterialPage):
        raise Http404(_("Sidan finns inte."))
    return page
