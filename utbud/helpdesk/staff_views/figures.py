"""Visits in numbers, and the file for the national survey."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from utbud.base import dates, tables
from utbud.helpdesk import charts
from utbud.helpdesk.forms import PeriodForm
from utbud.helpdesk.queries import figures as queries
from utbud.people.staff import staff_page

ICON = "table"
may_see: Callable[..., Any] = permission_required("helpdesk.view_visit")


def _asked(request: HttpRequest) -> PeriodForm:
    return PeriodForm(request.GET, today=dates.local(timezone.now()).date())


@may_see
@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """The figures; ``?fran=2026-01-01&till=2026-12-31&plats=huvudbiblioteket``."""
    form = _asked(request)
    found = queries.figures(first=form.first, last=form.last, place=form.place)
    topics = [*found.topics, found.lengths, found.places, found.months, found.lacks]
    context = {
        "form": form,
        "found": found,
        "region": queries.region(),
        "topics": [(topic, charts.bars(topic.rows)) for topic in topics if topic.total],
        "week": charts.week(found.of_week, found.hours),
    }
    return staff_page(request, "helpdesk/staff/figures.html", context, title=_("Disken i siffror"), icon=ICON)


@may_see
@require_safe
def digidel_file(request: HttpRequest) -> HttpResponse:
    """The same period as the national survey wants it. It names nobody."""
    form = _asked(request)
    rows = queries.digidel(first=form.first, last=form.last, place=form.place)
    made = tables.csv_file(queries.DIGIDEL, rows, plain=True)
    name = f"digidel-{form.first.isoformat()}-{form.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type=tables.CSV_TYPE, headers=headers)
