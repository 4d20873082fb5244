"""All guides, with what each needs somebody to see."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.base import dates
from utbud.guides import desk
from utbud.guides.forms import GuideFilter
from utbud.guides.staff_views.common import ICON, index_for
from utbud.people.staff import staff_page

PER_PAGE = 25


@require_safe
def guides_page(request: HttpRequest) -> HttpResponse:
    """The list, filtered and in pages."""
    index = index_for(request)
    today = dates.local(timezone.now()).date()
    form = GuideFilter(request.GET)
    chosen = form.chosen()
    shown = Paginator(desk.guides(today, **chosen), PER_PAGE).get_page(request.GET.get("p"))
    asked = request.GET.copy()
    asked.pop("p", None)
    context = {
        "form": form,
        "shown": shown,
        "rows": desk.rows(shown, today),
        "asked": asked.urlencode(),
        "filtered": any(chosen.values()),
        "index": index,
    }
    return staff_page(request, "guides/staff/guides.html", context, title=_("Guider"), icon=ICON)
