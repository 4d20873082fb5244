"""A page that somebody has locked is changed by nobody else, whichever door the change comes by."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


class PageLocked(Exception):
    """The page is locked for whoever would change it. The message is Swedish, to be shown as it is."""

    def __init__(self, says: str, page_id: int) -> None:
        super().__init__(says)
        self.page_id = page_id


def refuse_if_locked(page: Any, user: Any) -> None:
    """Raise PageLocked when ``page`` is locked for ``user``; None stands for the program, which goes on."""
    lock = page.get_lock() if user is not None else None
    if lock is not None and lock.for_user(user):
        who = page.locked_by.get_full_name() or page.locked_by.username if page.locked_by else ""
        by = _(" av %(who)s") % {"who": who} if who else ""
        says = _("Sidan är låst%(by)s. Inget är ändrat. Be den som låste att låsa upp den.") % {"by": by}
        raise PageLocked(says, page.pk)


class LockedPages:
    """Answers for PageLocked: beside the form that asked, or as JSON where a script did."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PageLocked):
            return None
        if "application/json" in request.headers.get("Accept", "") or request.headers.get("X-Requested-With"):
            return JsonResponse({"conflict": str(error)}, status=409)
        messages.error(request, str(error))
        back = request.headers.get("Referer", "")
        here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return redirect(back if here else reverse("wagtailadmin_pages:edit", args=[error.page_id]))
