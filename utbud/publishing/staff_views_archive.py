"""Delete a page that has been public: see what follows, put it in the archive. Look in the archive, and restore."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.models import Page

from utbud.people.staff import StaffRequest, staff_page
from utbud.places import queries as places
from utbud.publishing import actions_archive, queries_archive
from utbud.publishing.actions import ApprovalError
from utbud.publishing.models import ApprovedPage, Archived
from utbud.publishing.views import file_of, look_at

ICON = "bin"
SHOWS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(SHOWS)
def put_away(request: StaffRequest, page_id: int) -> HttpResponse:
    """Say what goes with the page; then put it in the archive."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, ApprovedPage) or not page.permissions_for_user(request.user).can_archive():
        raise PermissionDenied
    if request.method == "POST":
        parent = page.get_parent()
        rows = actions_archive.archive(page=page, by=request.user, now=timezone.now())
        says = (
            _("«%(title)s» är borttagen och ligger i arkivet.")
            if len(rows) == 1
            else _("«%(title)s» och %(count)s sidor under den är borttagna och ligger i arkivet.")
        )
        messages.success(request, says % {"title": page.title, "count": len(rows) - 1})
        return redirect("wagtailadmin_explore", parent.pk)
    under = page.get_descendants().filter(archived=None)
    context = {"page": page, "under": under, "months": places.archive_months()}
    title = _("Ta bort: %(title)s") % {"title": page.title}
    return staff_page(request, "publishing/put_away.html", context, title=title, icon=ICON)


@require_safe
def archive_page(request: StaffRequest) -> HttpResponse:
    """What is in the archive."""
    _must_look(request)
    context = {"rows": queries_archive.archived(), "months": places.archive_months()}
    return staff_page(request, "publishing/archive.html", context, title=_("Arkivet"), icon=ICON)


@never_cache
@require_http_methods(SHOWS)
def held_page(request: StaffRequest, page_id: int) -> HttpResponse:
    """A page in the archive: as it was, who approved what and when. A press makes it a draft again."""
    _must_look(request)
    row = get_object_or_404(Archived.objects.select_related("page"), page_id=page_id)
    if request.method == "POST":
        try:
            page = actions_archive.restore(row=row, by=request.user, now=timezone.now())
        except ApprovalError as error:
            messages.error(request, str(error))
            return redirect("publishing_held", page_id)
        messages.success(
            request,
            _("«%(title)s» är tillbaka som utkast. Skicka den för godkännande när den ska ut igen.")
            % {"title": page.draft_title},
        )
        return redirect("wagtailadmin_pages:edit", page_id)
    context: dict[str, Any] = {
        "held": queries_archive.held(row),
        "look_url": reverse("publishing_held_look", args=[page_id]),
    }
    title = _("I arkivet: %(title)s") % {"title": row.page.title}
    return staff_page(request, "publishing/held.html", context, title=title, icon=ICON)


@require_safe
def held_look(request: StaffRequest, page_id: int) -> HttpResponse:
    """The version that was public last, as it looked."""
    return look_at(request, _shown(request, page_id), reverse("publishing_held", args=[page_id]) + "fil/")


@require_safe
def held_file(request: StaffRequest, page_id: int, name: str) -> HttpResponseBase:
    """A file of it."""
    return file_of(request, _shown(request, page_id), name)


def _shown(request: StaffRequest, page_id: int) -> Any:
    _must_look(request)
    row = get_object_or_404(Archived.objects.select_related("page"), page_id=page_id)
    shown = queries_archive.held(row).shown
    if shown is None:
        raise Http404(_("Sidan var aldrig publicerad."))
    return shown.as_object()


def _must_look(request: HttpRequest) -> None:
    user: Any = request.user
    if not queries_archive.may_look(user):
        raise PermissionDenied
