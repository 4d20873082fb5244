"""The help while a course is written."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from utbud.courses.checks import CHECKLIST, report
from utbud.courses.models import CourseIndexPage, CoursePage
from utbud.learning.staff_views import as_written


@require_POST
def check(request: HttpRequest, page_id: int) -> HttpResponse:
    """The report on a course as it stands in the editor, unsaved. Saves nothing."""
    index = get_object_or_404(CourseIndexPage)
    if not index.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    course = as_written(request, CoursePage, page_id, index=index)
    return render(request, "learning/staff/_report.html", {"report": report(course), "checklist": CHECKLIST})
