"""The help while a guide is written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from utbud.guides.checks import CHECKLIST, report
from utbud.guides.models import GuidePage
from utbud.guides.staff_views.common import index_for
from utbud.learning.staff_views import as_written


@require_POST
def check(request: HttpRequest, page_id: int) -> HttpResponse:
    """The report on a guide as it stands in the editor, unsaved. Saves nothing."""
    guide = as_written(request, GuidePage, page_id, index=index_for(request))
    return render(request, "learning/staff/_report.html", {"report": report(guide), "checklist": CHECKLIST})
