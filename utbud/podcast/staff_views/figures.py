"""«Lyssnat»: how often episodes were downloaded, on which days and with which apps."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.auth import permission_required

from utbud.base import dates, tables
from utbud.channels.pull_views import months, period
from utbud.people.staff import StaffRequest, staff_page
from utbud.podcast import figures

may_see: Callable[..., Any] = permission_required("podcast.view_dailydownloads")


@may_see
def figures_page(request: StaffRequest) -> HttpResponse:
    """Downloads of the last four weeks, or of a month."""
    today = dates.local(timezone.now()).date()
    first, last, chosen = period(request.GET.get("manad", ""), today)
    context: dict[str, Any] = {
        "figures": figures.figures(first, last),
        "months": months(figures.first_day(), today),
        "chosen": chosen,
    }
    return staff_page(
        request, "podcast/staff/figures.html", context, title=_("Lyssnat på podden"), icon="view"
    )


@may_see
def figures_file(request: StaffRequest) -> HttpResponse:
    """A row for each episode, day and app, as a file that a spreadsheet opens (as Swedish ones want it)."""
    today = dates.local(timezone.now()).date()
    first, last, _chosen = period(request.GET.get("manad", ""), today)
    header = [_("Podd"), _("Avsnitt"), _("Dag"), _("App"), _("Nedladdningar")]
    content = tables.csv_file(header, figures.lines(first, last))
    response = HttpResponse(content, content_type=tables.CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="nedladdningar-{first}-{last}.csv"'
    return response
