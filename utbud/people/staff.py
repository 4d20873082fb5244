"""Pages of the staff side that are ours, in Wagtail's frame."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from utbud.people.models import User


class StaffRequest(HttpRequest):
    """A request to a view under /admin/, which Wagtail lets only those who have logged in reach."""

    user: User


def staff_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, icon: str, status: int = 200
) -> HttpResponse:
    """Render ``template`` (which extends wagtailadmin/generic/base.html) with ``title`` and a Wagtail ``icon``."""
    frame = {"page_title": title, "header_title": title, "header_icon": icon}
    return render(request, template, frame | context, status=status)
