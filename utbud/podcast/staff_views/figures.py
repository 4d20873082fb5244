"""«Lyssnat»: how often episodes were downloaded, on which days and with which apps."""

import csv
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.channels.pull_views import harmless, months, period
from utbud.people.staff import StaffRequest, staff_page
from utbud.podcast import figures


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


def figures_file(request: StaffRequest) -> HttpResponse:
    """A row for each episode, day and app, as a file that a spreadsheet opens (as Swedish ones want it)."""
    today = dates.local(timezone.now()).date()
    first, last, _chosen = period(request.GET.get("manad", ""), today)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="nedladdningar-{first}-{last}.csv"'
    out = csv.writer(response, delimiter=";")
    out.writerow([_("Podd"), _("Avsnitt"), _("Dag"), _("App"), _("Nedladdningar")])
    for show, episode, day, app, count in figures.lines(first, last):
        out.writerow([harmless(show), harmless(episode), day, harmless(app), count])
    return response
