"""Why a page that has been public is neither deleted nor moved by its address in Wagtail, and what to do instead.

Wagtail says to all, the administrator too, that their role does not reach the page. Who may write it is told what is so.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, PagePermissionTester

from utbud.publishing import queries_archive
from utbud.publishing.models import ApprovedPage, ApprovedPagePermissions, was_ever_out

DELETE, MOVE = "wagtailadmin_pages:delete", ("wagtailadmin_pages:move", "wagtailadmin_pages:move_confirm")
EDITS = ("wagtailadmin_pages:edit", "wagtailadmin_pages:unpublish", "wagtailadmin_pages:copy", DELETE, *MOVE)
PRIVACY = "wagtailadmin_pages:set_privacy"


class SayWhyNot:
    """Middleware: before Wagtail's own refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in (*EDITS, PRIVACY) or not request.user.is_authenticated:
            return None
        key = kwargs.get("page_id", kwargs.get("page_to_move_id"))
        page = Page.objects.filter(pk=key, depth__gt=1).first()
        if page is None or not issubclass(page.specific_class or Page, ApprovedPage):
            return None
        # Whose role does not reach the page is told so by Wagtail, and it is true.
        if not PagePermissionTester(request.user, page).can_edit():
            return None
        says, way = _why_not(page, ApprovedPagePermissions(request.user, page), name)
        if not way:
            return None
        messages.warning(request, says % {"title": page.draft_title})
        return redirect(way)


def _why_not(page: Page, may: ApprovedPagePermissions, name: str) -> tuple[str, str]:
    """What hinders, and where to go instead; "" where nothing of ours does."""
    editor = reverse("wagtailadmin_pages:edit", args=[page.pk])
    if may.is_archived:
        looks = queries_archive.may_look(may.user)
        way = reverse("publishing_held", args=[page.pk]) if looks else reverse("wagtailadmin_home")
        return _(
            "«%(title)s» ligger i arkivet. En ansvarig utgivare eller administratör kan ta tillbaka den."
        ), way
    if name == DELETE and was_ever_out(page):
        if may.can_archive():
            return _("«%(title)s» har varit publicerad, så den läggs i arkivet i stället."), reverse(
                "publishing_put_away", args=[page.pk]
            )
        return _(
            "«%(title)s» hör till webbplatsen eller har publicerade sidor under sig, så den tas inte bort. Avpublicera den i stället."
        ), editor
    if name in MOVE and not may.can_move():
        return _(
            "«%(title)s» är publicerad, och länkar till den ska leda rätt. Avpublicera den först om den ska flyttas."
        ), editor
    if name == PRIVACY:
        return _("Det biblioteket publicerar är för alla, så «%(title)s» kan inte få ett lösenord."), editor
    return "", ""
