"""The help while an episode is written."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from utbud.learning.staff_views import as_written
from utbud.podcast.checks import CHECKLIST, report
from utbud.podcast.models import EpisodePage, ShowPage


@require_POST
def check(request: HttpRequest, page_id: int) -> HttpResponse:
    """The report on an episode as it stands in the editor, unsaved. Saves nothing."""
    show = ShowPage.objects.first()
    if show is None or not show.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    episode = as_written(request, EpisodePage, page_id, index=show)
    return render(request, "learning/staff/_report.html", {"report": report(episode), "checklist": CHECKLIST})
