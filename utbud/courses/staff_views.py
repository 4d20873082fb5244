"""Courses in the staff side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import permission_required

from utbud.courses.models import Registration, Run
from utbud.people.staff import staff_page

ICON = "group"


@permission_required("courses.view_registration")
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A run: its occasions, seats and people."""
    run = get_object_or_404(Run.objects.select_related("course"), pk=pk)
    return staff_page(request, "courses/staff/run.html", {"run": run}, title=run.course.title, icon=ICON)


@permission_required("courses.view_registration")
def registration_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One registration with its history."""
    registration = get_object_or_404(Registration.objects.select_related("quota__run__course"), pk=pk)
    return staff_page(
        request,
        "courses/staff/registration.html",
        {"registration": registration},
        title=str(registration),
        icon=ICON,
    )
