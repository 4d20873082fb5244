"""Runs in the staff side: planned, changed, called off."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import permission_required

from utbud.courses.models import Run
from utbud.people.staff import staff_page

ICON = "group"


@permission_required("courses.view_registration")
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A run: its occasions, seats and people."""
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk)
    return staff_page(request, "courses/staff/run.html", {"run": run}, title=run.course.title, icon=ICON)
