"""Pages of the staff side: who has tried to log in, and who has seen what we know of people."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required as may

from utbud.people import logins, looks
from utbud.people.models import LoginTry, Look
from utbud.people.staff import staff_page

SHOWN, PER_PAGE = 200, 50
may_see_looks: Callable[..., Any] = may("people.view_look")


@require_safe
@permission_required("people.view_logintry", raise_exception=True)
def login_tries(request: HttpRequest) -> HttpResponse:
    """The latest tries; those that came in too, since one recognises oneself."""
    now = timezone.now()
    context = {
        "tries": LoginTry.objects.select_related("user")[:SHOWN],
        "failures": logins.failures(now),
        "shown": SHOWN,
        "days": logins.ADDRESS_KEPT.days,
        "kept": logins.KEPT.days,
    }
    return staff_page(request, "people/login_tries.html", context, title=_("Inloggningar"), icon="lock")


@never_cache
@may_see_looks
@require_safe
def looks_page(request: HttpRequest) -> HttpResponse:
    """The latest first; ``?vem=3`` one of the staff, ``?vad=registration:12`` one person or list."""
    rows, asked = Look.objects.all(), {}
    user, subject = request.GET.get("vem", ""), request.GET.get("vad", "").replace("\0", "")[:40]
    if user.isdecimal() and len(user) < 10:
        rows, asked["vem"] = rows.filter(user=int(user)), user
    if subject:
        rows, asked["vad"] = rows.filter(subject=subject), subject
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "shown": shown,
        "rows": looks.in_words(shown),
        "filtered": bool(asked),
        "asked": urlencode(asked),
    }
    title = _("Vem har sett personuppgifter")
    return staff_page(request, "people/staff/looks.html", context, title=title, icon="view")
