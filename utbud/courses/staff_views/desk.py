"""The desk: people who ring or come by, and those who are registered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import permission_required

from utbud.courses.models import Registration
from utbud.people.staff import staff_page

ICON = "group"


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
