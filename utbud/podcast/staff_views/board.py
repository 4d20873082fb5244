"""The board of episodes in the making, a new one, and the plan of each."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from utbud.base import dates
from utbud.people.staff import StaffRequest, staff_page
from utbud.podcast import production
from utbud.podcast.actions import board as actions
from utbud.podcast.forms import NewEpisodeForm, PlanForm
from utbud.podcast.models import Arrival, EpisodePage, PodcastIndexPage, ShowPage

ICON = "media"
PER_PAGE = 20
WRITE = "podcast.change_productionstep"
may_see: Callable[..., Any] = permission_required(WRITE)


@never_cache
@may_see
@require_safe
def board_page(request: StaffRequest) -> HttpResponse:
    """Episodes in the making, how far each has come, who does the next step and by when."""
    today = dates.local(timezone.now()).date()
    page = Paginator(production.in_the_making(), PER_PAGE).get_page(request.GET.get("p"))
    index = PodcastIndexPage.objects.first()
    context: dict[str, Any] = {
        "rows": production.board(page, today=today),
        "shown": page,
        "out": production.board(production.lately_out()[: production.SHOWN_OUT], today=today),
        "shows": list(ShowPage.objects.order_by("title")),
        "index": index,
        "may_add": may_write(request),
        "arriving": Arrival.objects.filter(done_at=None).exists(),
    }
    return staff_page(request, "podcast/staff/board.html", context, title=_("Podden"), icon=ICON)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_page(request: StaffRequest) -> HttpResponse:
    """Write down an idea."""
    if not may_write(request):
        raise PermissionDenied
    form = NewEpisodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        episode = actions.new_episode(by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("«%(title)s» står på tavlan.") % {"title": episode.title})
        return redirect("podcast_plan", episode.pk)
    context = {"form": form, "shows": ShowPage.objects.exists()}
    status = 422 if form.errors else 200
    return staff_page(
        request, "podcast/staff/new.html", context, title=_("Ny idé till podden"), icon=ICON, status=status
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Who does what, and by when."""
    episode: EpisodePage = get_object_or_404(EpisodePage.objects.select_related("latest_revision"), pk=pk)
    if not episode.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    form = PlanForm(request.POST or None, episode=episode)
    if request.method == "POST" and form.is_valid():
        actions.plan(episode=episode, plans=form.plans, by=request.user, now=timezone.now())
        messages.success(request, _("Planen för «%(title)s» är sparad.") % {"title": episode.draft_title})
        return redirect("podcast_board")
    content = episode.latest_revision.content if episode.latest_revision else {}
    context = {"form": form, "episode": episode, "evident": production.evident(content)}
    title = _("Plan: %(title)s") % {"title": episode.draft_title}
    status = 422 if form.errors else 200
    return staff_page(request, "podcast/staff/plan.html", context, title=title, icon=ICON, status=status)


def may_write(request: HttpRequest) -> bool:
    """Whether whoever asks may write episodes."""
    return bool(request.user.has_perm(WRITE))
