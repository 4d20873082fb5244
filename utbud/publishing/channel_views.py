"""A page and its channels, beside the editor: what each would say, where it is out, and taking it back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import Page

from utbud.channels import queries as channels
from utbud.channels import queries_reach
from utbud.channels.models import ChannelSetup
from utbud.people.staff import StaffRequest, staff_page
from utbud.publishing import actions, posts
from utbud.publishing.forms import ChannelTextsForm
from utbud.publishing.models import ApprovalRequest, SharedPage
from utbud.publishing.views import file_of

ICON = "globe"


def _page(request: HttpRequest, page_id: int) -> SharedPage:
    page = get_object_or_404(Page, pk=page_id).specific
    if not isinstance(page, SharedPage):
        raise Http404
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return page


def channels_of(request: StaffRequest, page_id: int) -> HttpResponse:
    """What every channel would get of the draft, to be read and changed; and where the page is out."""
    page = _page(request, page_id)
    draft = page.get_latest_revision_as_object()
    form = ChannelTextsForm(
        request.POST if request.method == "POST" else None,
        preflights=channels.preflight(posts.post_of(draft), draft.channel_texts),
    )
    if request.method == "POST" and form.is_valid():
        standing = ApprovalRequest.objects.standing().filter(page_id=page.pk).exists()
        if not actions.write_for_channels(page=page, texts=form.texts(), by=request.user):
            messages.success(request, _("Allt är som det var."))
        elif standing:
            messages.warning(request, _("Sparat. Texterna är ändrade, så sidan behöver godkännas igen."))
        else:
            messages.success(request, _("Sparat. Texterna går ut när sidan är godkänd."))
        return redirect("publishing_channels", page.pk)
    item = page.item_key
    here = channels.standings(item)
    said = {
        one.channel.pk for one in here if one.state not in ("stopped", "taken_back", "remains", "refused")
    }
    context = {
        "form": form,
        "page": draft,
        "standings": here,
        "sayable": [setup for setup in channels.channels_on() if setup.pk not in said] if page.live else [],
        "is_out": page.live,
        "taken": [] if page.live else queries_reach.taken(item),  # what stays with people after a withdrawal
        "file_base": reverse("publishing_channels", args=[page.pk]) + "fil/",
    }
    return staff_page(
        request,
        "publishing/channels.html",
        context,
        title=_("Kanaler: %(title)s") % {"title": draft.title},
        icon=ICON,
        status=422 if form.errors else 200,
    )


@require_safe
def draft_file(request: HttpRequest, page_id: int, name: str) -> HttpResponseBase:
    """A file of the draft, for the previews."""
    return file_of(request, _page(request, page_id).get_latest_revision_as_object(), name)


@require_POST
def share(request: StaffRequest, page_id: int, channel_id: int) -> HttpResponse:
    """Say a published page on one more channel."""
    page = _page(request, page_id)
    setup = get_object_or_404(ChannelSetup, pk=channel_id)
    try:
        actions.share(page=page, setup=setup, by=request.user, now=timezone.now())
    except actions.ApprovalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s: den läggs ut om en stund.") % {"name": setup.name})
    return redirect("publishing_channels", page.pk)


def withdraw(request: StaffRequest, page_id: int) -> HttpResponse:
    """Take the page down and back everywhere; first what that means."""
    page = _page(request, page_id)
    if not page.permissions_for_user(request.user).can_unpublish():
        messages.error(
            request, _("Sidan är inte publicerad, eller så har du inte rätt att dra tillbaka den.")
        )
        return redirect("publishing_channels", page.pk)
    if request.method == "POST":
        actions.withdraw(page=page, by=request.user)
        messages.success(
            request,
            _("«%(title)s» är tillbakadragen. Kanalerna tar tillbaka sitt nu.") % {"title": page.title},
        )
        return redirect("publishing_channels", page.pk)
    context: dict[str, Any] = {
        "page": page,
        "plan": channels.take_back_plan(page.item_key),
        "taken": queries_reach.taken(page.item_key),
    }
    return staff_page(
        request,
        "publishing/withdraw.html",
        context,
        title=_("Dra tillbaka överallt: %(title)s") % {"title": page.title},
        icon=ICON,
    )
