"""Bring a show from another host: its address, what it has, what is to come, how it goes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from utbud.base import dates
from utbud.people.staff import StaffRequest, staff_page
from utbud.podcast.actions import moving as actions
from utbud.podcast.forms import FeedForm
from utbud.podcast.models import Arrival, ShowPage
from utbud.podcast.staff_views.board import ICON

PER_PAGE = 50


def _show(request: StaffRequest, pk: int) -> ShowPage:
    show = get_object_or_404(ShowPage, pk=pk)
    if not show.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return show


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_in_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Paste the address, see the episodes, choose, fetch."""
    show = _show(request, pk)
    form = FeedForm(request.POST or None, initial={"feed": show.came_from})
    context: dict[str, Any] = {"show": show, "form": form, "incoming": None}
    if request.method == "POST" and form.is_valid():
        feed = form.cleaned_data["feed"]
        try:
            incoming = actions.look(feed)
        except actions.CannotMove as error:
            form.add_error("feed", str(error))
        else:
            if "guid" in request.POST:
                return _bring(request, show, feed, incoming)
            known = actions.here_already(incoming)
            context |= {
                "incoming": incoming,
                "feed": feed,
                "new": [
                    (one, _day(one.out)) for one in incoming.episodes if one.guid not in known and one.sound
                ],
                "silent": [one for one in incoming.episodes if not one.sound],
                "known": len(known),
            }
    arrivals = Arrival.objects.filter(episode__path__startswith=show.path).select_related("episode")
    page = Paginator(arrivals.order_by("done_at", "pk"), PER_PAGE).get_page(request.GET.get("p"))
    context |= {"arrivals": page, "shown": page, "tries": actions.TRIES}
    status = 422 if form.errors else 200
    title = _("Flytta hit en podd: %(title)s") % {"title": show.draft_title}
    return staff_page(request, "podcast/staff/move_in.html", context, title=title, icon=ICON, status=status)


def _day(moment: Any) -> str:
    return dates.date_words(dates.local(moment).date(), weekday=False) if moment else ""


def _bring(request: StaffRequest, show: ShowPage, feed: str, incoming: Any) -> HttpResponse:
    wanted = frozenset(request.POST.getlist("guid"))
    new = {one.guid: one.title for one in incoming.episodes if one.guid in wanted and one.sound}
    known = actions.here_already(incoming)
    new = {guid: title for guid, title in new.items() if guid not in known}
    made = actions.bring(
        show=show, feed=feed, incoming=incoming, guids=wanted, by=request.user, now=timezone.now()
    )
    for guid in new.keys() - {one.guid for one in made}:
        messages.error(request, _("«%(title)s» gick inte att spara och kom inte med.") % {"title": new[guid]})
    if made:
        said = ngettext(
            "Ett avsnitt är ett utkast nu. Ljudet hämtas.",
            "%(count)s avsnitt är utkast nu. Ljudet hämtas.",
            len(made),
        )
        messages.success(request, said % {"count": len(made)})
    elif not new:
        messages.warning(request, _("Inget nytt kom. Avsnitten du valde finns redan här."))
    return redirect("podcast_move_in", show.pk)


@require_POST
def try_again(request: StaffRequest, pk: int, arrival: int) -> HttpResponse:
    """Fetch once more what did not come."""
    show = _show(request, pk)
    row = get_object_or_404(Arrival, pk=arrival, episode__path__startswith=show.path)
    actions.try_again(arrival=row, now=timezone.now())
    messages.success(request, _("Vi försöker hämta «%(title)s» igen.") % {"title": row.episode.title})
    return redirect("podcast_move_in", show.pk)


@require_POST
def check_redirect(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the old address whether it sends apps to ours."""
    show = _show(request, pk)
    sends = actions.is_redirected(show)
    if sends:
        messages.success(request, _("Den gamla adressen skickar poddapparna hit. Flytten är klar."))
    elif sends is None:
        messages.warning(request, _("Den gamla adressen svarar inte. Försök igen om en stund."))
    else:
        messages.error(
            request,
            _(
                "Den gamla adressen skickar inte hit än. Be den förra värden om en permanent omdirigering (301)."
            ),
        )
    return redirect("podcast_move_in", show.pk)
