"""Pages of the staff side that are ours, in Wagtail's frame."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import permission_required
from wagtail.admin.menu import MenuItem

from utbud.people.actions import note_look
from utbud.people.models import Look, User

SHOWN = (200, 422)


class StaffRequest(HttpRequest):
    """A request to a view under /admin/, which Wagtail lets only those who have logged in reach."""

    user: User


class RightMenuItem(MenuItem):
    """An entry of the menu for those who have ``right``. Asked on every staff page: no query for it."""

    def __init__(self, *given: Any, right: str, **more: Any) -> None:
        super().__init__(*given, **more)
        self.right = right

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.right)


def shows_people(
    right: str, subject: str, how: str = Look.How.LIST
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For a view that shows people: lets in those with ``right``, remembers that they looked, and keeps no copy.

    ``subject`` is what they saw, with the names of the address in it: «registration:{pk}».
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @never_cache
        @permission_required(right)
        @wraps(view)
        def shown(request: StaffRequest, *args: Any, **named: Any) -> HttpResponse:
            response = view(request, *args, **named)
            if response.status_code in SHOWN:
                note_look(by=request.user, subject=subject.format(**named), how=how, now=timezone.now())
            return response

        return shown

    return decorate


def staff_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, icon: str, status: int = 200
) -> HttpResponse:
    """Render ``template`` (which extends wagtailadmin/generic/base.html) with ``title`` and a Wagtail ``icon``."""
    frame = {"page_title": title, "header_title": title, "header_icon": icon}
    return render(request, template, frame | context, status=status)


def question(
    request: HttpRequest,
    *,
    title: str,
    says: str,
    button: str,
    back: str,
    goes: Sequence[str] = (),
    keeps: dict[str, str] | None = None,
    icon: str = "warning",
) -> HttpResponse:
    """Ask before something is deleted for good: what it is, and what ``goes`` with it. The answer is a POST to the same
    address, which ``keeps`` what is to be sent along.
    """
    context = {"says": says, "goes": goes, "button": button, "back": back, "keeps": keeps or {}}
    return staff_page(request, "people/staff/question.html", context, title=title, icon=icon)
