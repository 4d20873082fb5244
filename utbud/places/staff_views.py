"""Days that differ, for those who meet visitors and those who write: closed tomorrow, other hours on a day."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin.auth import permission_required

from utbud.base import dates
from utbud.places import actions, held
from utbud.places.forms import DayForm
from utbud.places.models import SpecialDay

may_set: Callable[..., Any] = permission_required("places.set_day")
FRAME = {"header_icon": "calendar-alt"}


@may_set
@require_http_methods(["GET", "HEAD", "POST"])
def days_page(request: HttpRequest) -> HttpResponse:
    """The coming days that differ, and a form for one more."""
    today = dates.local(timezone.now()).date()
    form = DayForm(request.POST if request.method == "POST" else None, today=today)
    against: list[held.Held] = []
    if request.method == "POST" and form.is_valid():
        facts = form.facts()
        against = form.against(held.on(facts["date"], facts["place"]))
        if {one.key for one in against} <= set(
            request.POST.getlist("told")
        ):  # said already, and gone on with
            try:
                row = actions.set_day(**facts, by=request.user)
            except ValidationError as error:
                form.add_error(None, error.messages)
                against = []
            else:
                # which place, and what: a day on the wrong place is seen at once
                what = strip_tags(render_to_string("places/staff/_day.html", {"row": row})).strip()
                messages.success(request, _("Klart. Nu syns det på webben. %(what)s") % {"what": what})
                return redirect("places_days")
    rows = (
        SpecialDay.objects.filter(date__gte=today).select_related("place").order_by("date", "place", "opens")
    )
    title = _("Dagar som avviker")
    context = FRAME | {"form": form, "rows": rows, "page_title": title, "header_title": title}
    status = 422 if form.errors or against else 200
    return render(request, "places/staff/days.html", context | {"against": against}, status=status)


@may_set
@require_http_methods(["GET", "HEAD", "POST"])
def remove_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a day be as every other again, after a question."""
    row = get_object_or_404(SpecialDay.objects.select_related("place"), pk=pk)
    if request.method == "POST":
        actions.remove_day(row=row, by=request.user)
        messages.success(request, _("Dagen är som vanligt igen."))
        return redirect("places_days")
    title = _("Ta bort dagen som avviker?")
    context = FRAME | {"row": row, "page_title": title, "header_title": title}
    return render(request, "places/staff/remove_day.html", context)
