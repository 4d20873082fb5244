"""«Gick det bra?» in numbers, for staff."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from utbud.base import dates
from utbud.learning import queries_answers
from utbud.people.staff import StaffRequest, staff_page

may_see: Callable[..., Any] = permission_required("learning.add_servicechange")
PERIODS = {
    "28": (27, gettext_lazy("Fyra veckor")),
    "365": (364, gettext_lazy("Ett år")),
    "allt": (None, gettext_lazy("Hela tiden")),
}


@may_see
@require_safe
def answers_page(request: StaffRequest) -> HttpResponse:
    """What people have said of each film and guide; ``?tid=365`` for a year, «allt» for ever."""
    today = dates.local(timezone.now()).date()
    chosen = request.GET.get("tid", "28")
    chosen = chosen if chosen in PERIODS else "28"
    days, _label = PERIODS[chosen]
    first = dt.date(2000, 1, 1) if days is None else today - dt.timedelta(days=days)
    shown, rows, everything = queries_answers.answers(first, today, request.GET.get("sida"))
    context = {
        "periods": [(key, label) for key, (_days, label) in PERIODS.items()],
        "chosen": chosen,
        "shown": shown,
        "rows": rows,
        "everything": everything,
    }
    return staff_page(request, "learning/staff/answers.html", context, title=_("Gick det bra?"), icon="help")
