"""A film of a guide: ask for it, see how far it has come, go to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required

from utbud.guides import tasks
from utbud.guides.actions import filming
from utbud.guides.staff_views.common import SHOWS, guide_for, who
from utbud.people.staff import staff_page

ICON = "media"
may_add: Any = permission_required("media.add_asset")


@may_add
@never_cache
@require_http_methods(SHOWS)
def film_page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Say what a film of the guide will be, and have it made; when it is, lead to it."""
    guide = guide_for(request, page_id)
    if request.method == "POST":
        tasks.ask_for_film(guide, who(request))
        return redirect("guides_film", page_id)
    draft = guide.get_latest_revision_as_object()
    making, why = tasks.making_of(guide, timezone.now())
    film = filming.made_of(guide)
    goes_on = making in (tasks.Making.WAITS, tasks.Making.GOES_ON)
    context = {
        "guide": draft,
        "film": film,
        "is_linked": film is not None and draft.film_id == film.pk,
        "is_same": film is not None and not goes_on and filming.is_as_the_guide(guide, film),
        "goes_on": goes_on,
        "waits": making == tasks.Making.WAITS,
        "failed": making == tasks.Making.FAILED,
        "why": why,
    }
    if not draft.steps and not goes_on:
        messages.info(request, _("Guiden har inga steg än. Skriv dem först."))
    title = _("Film av guiden: %(title)s") % {"title": draft.title}
    return staff_page(request, "guides/staff/film.html", context, title=title, icon=ICON)


@may_add
@never_cache
@require_safe
def film_state(request: HttpRequest, page_id: int) -> HttpResponse:
    """Whether the work is over, for the script that asks."""
    making, _why = tasks.making_of(guide_for(request, page_id), timezone.now())
    return JsonResponse({"over": making in (tasks.Making.OVER, tasks.Making.FAILED)})
