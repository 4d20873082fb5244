"""What the staff's pages about courses share."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from wagtail.admin.auth import permission_required

from utbud.people.models import User
from utbud.people.staff import staff_page

ICON = "group"
may_see_runs: Callable[..., Any] = permission_required("courses.view_run")
SEE_PEOPLE, CHANGE_PEOPLE = "courses.view_registration", "courses.change_registration"
may_see: Callable[..., Any] = permission_required(SEE_PEOPLE)
may_register: Callable[..., Any] = permission_required("courses.add_registration")
may_change_registration: Callable[..., Any] = permission_required(CHANGE_PEOPLE)
may_plan: Callable[..., Any] = permission_required("courses.add_run")
may_change_run: Callable[..., Any] = permission_required("courses.change_run")
may_delete_run: Callable[..., Any] = permission_required("courses.delete_run")
may_add_times: Callable[..., Any] = permission_required("courses.add_occasion")
may_change_times: Callable[..., Any] = permission_required("courses.change_occasion")


def who(request: HttpRequest) -> User:
    """Who asks; the permission checks let nobody else in."""
    return cast(User, request.user)


def posted(request: HttpRequest) -> Any:
    """What was sent, or None for a form that is only to be shown."""
    return request.POST if request.method == "POST" else None


def ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    back: str,
    lead: Sequence[str] = (),
    warnings: Sequence[str] = (),
    template: str = "courses/staff/ask.html",
    **more: Any,
) -> HttpResponse:
    """A page that asks one thing: what it is about (``lead``), what speaks against it, the fields, a button, a way back."""
    context = {"form": form, "lead": lead, "warnings": warnings, "button": button, "back": back, **more}
    status = 422 if form.errors else 200
    return staff_page(request, template, context, title=title, icon=ICON, status=status)
