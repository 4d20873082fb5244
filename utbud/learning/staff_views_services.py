"""Keep material fresh: what must be gone through, a service that has changed, a page that was checked."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.models import Page

from utbud.base import dates
from utbud.learning import actions_services as actions
from utbud.learning import queries
from utbud.learning.forms import CheckedForm, ServiceChangeForm
from utbud.learning.models import MaterialPage, ServiceChange
from utbud.people.models import User
from utbud.people.staff import staff_page
from utbud.publishing.actions import ApprovalError

ICON = "history"
PER_PAGE = 25
may_note_changes: Callable[..., Any] = permission_required("learning.add_servicechange")


@may_note_changes
@require_safe
def to_check(request: HttpRequest) -> HttpResponse:
    """What must be gone through: because a service changed, and because its date has passed."""
    today = dates.local(timezone.now()).date()
    late: Any = queries.overdue_reviews(today)  # counted and sliced, and that is all that a paginator does
    context = {
        "changed": Paginator(queries.to_recheck(), PER_PAGE).get_page(request.GET.get("andrad")),
        "late": Paginator(late, PER_PAGE).get_page(request.GET.get("sen")),
    }
    return staff_page(request, "learning/staff/to_check.html", context, title=_("Kontrollera"), icon=ICON)


@may_note_changes
@require_http_methods(["GET", "HEAD", "POST"])
def service_changes(request: HttpRequest) -> HttpResponse:
    """Note that a service has changed; what was noted before, with a way to undo."""
    form = ServiceChangeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        change = actions.note_change(
            service=form.cleaned_data["service"], what=form.cleaned_data["what"],
            by=cast(User, request.user), now=timezone.now(),
        )  # fmt: skip
        count = change.rechecks.count()
        says = ngettext(
            "En sida om %(service)s är märkt. Läsaren ser att ni går igenom den.",
            "%(count)s sidor om %(service)s är märkta. Läsaren ser att ni går igenom dem.",
            count,
        )
        if not count:
            says = _("Det är noterat. Ingen publicerad sida handlar om %(service)s.")
        messages.success(request, says % {"count": count, "service": change.service})
        return redirect("learning_service_changes")
    context = {
        "form": form,
        "shown": Paginator(queries.latest_changes(), PER_PAGE).get_page(request.GET.get("p")),
    }
    return staff_page(
        request, "learning/staff/service_changes.html", context, title=_("En tjänst har ändrats"), icon=ICON,
        status=422 if form.errors else 200,
    )  # fmt: skip


@may_note_changes
@require_POST
def undo_change(request: HttpRequest, pk: int) -> HttpResponse:
    """It had not changed after all."""
    change = get_object_or_404(ServiceChange.objects.select_related("service"), pk=pk)
    actions.undo_change(change=change)
    messages.success(
        request,
        _("Ändringen i %(service)s är borttagen, och sidorna är inte längre märkta.")
        % {"service": change.service},
    )
    return redirect("learning_service_changes")


@require_http_methods(["GET", "HEAD", "POST"])
def check_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """One page to go through: why, the page itself, and that one has done it."""
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, MaterialPage):
        raise Http404
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    now = timezone.now()
    today = dates.local(now).date()
    form = CheckedForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            actions.note_checked(
                page=page, review_by=form.cleaned_data["review_by"], by=cast(User, request.user), now=now
            )
        except (actions.CheckError, ApprovalError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Tack. Läsaren ser det nya datumet när utgivaren har godkänt «%(title)s».")
                % {"title": page.draft_title},
            )
            return redirect("learning_to_check")
    context = {
        "form": form,
        "page": page,
        "changes": [one.change for one in page.rechecks(manager="objects").open()],
        "late": page.live and page.review_by < today,
        "waits": page.has_unpublished_changes,
    }
    return staff_page(
        request, "learning/staff/check_page.html", context,
        title=_("Kontrollera: %(title)s") % {"title": page.draft_title}, icon=ICON,
        status=422 if form.errors else 200,
    )  # fmt: skip
