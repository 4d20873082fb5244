"""Subscribers in the staff side: how many, who, put in from paper, taken away."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.auth import permission_required

from utbud.channels.channel import SMS
from utbud.channels.models import Subscriber
from utbud.channels.subscribers import actions, queries
from utbud.channels.subscribers.forms import EnterForm, FilterForm
from utbud.people.models import User
from utbud.people.staff import staff_page

ICON, PER_PAGE = "group", 50
may_see: Callable[..., Any] = permission_required("channels.view_subscriber")
may_add: Callable[..., Any] = permission_required("channels.add_subscriber")
may_remove: Callable[..., Any] = permission_required("channels.delete_subscriber")


@may_see
def subscribers_page(request: HttpRequest) -> HttpResponse:
    """How many each channel has, and who, the latest first."""
    figures = queries.figures()
    form = FilterForm(request.GET, channels=[one.channel for one in figures])
    shown = Paginator(form.chosen(), PER_PAGE).get_page(request.GET.get("p"))
    incoming = [
        (one.channel, queries.incoming_url(one.channel))
        for one in figures
        if queries.way_of(one.channel) == SMS and request.user.has_perm("channels.change_channelsetup")
    ]
    context = {
        "figures": figures,
        "form": form,
        "shown": shown,
        "rows": [(row, queries.address_words(row)) for row in shown],
        "asked": form.asked(),
        "incoming": incoming,
    }
    return staff_page(
        request, "channels/subscribers/staff/list.html", context, title=_("Prenumeranter"), icon=ICON
    )


@may_add
def enter(request: HttpRequest) -> HttpResponse:
    """Put in somebody who has signed a slip."""
    now = timezone.now()
    form = EnterForm(request.POST if request.method == "POST" else None, now=now)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("channel", "address", "signed_on")}
        try:
            row = actions.enter(**given, by=_who(request), now=now)
        except actions.AlreadySubscribes:
            form.add_error("address", _("Den finns redan bland prenumeranterna. Du behöver inte göra något."))
        else:
            messages.success(
                request, _("%(address)s är inlagd. Spara lappen.") % {"address": queries.address_words(row)}
            )
            return redirect("subscribers")
    return staff_page(
        request,
        "channels/subscribers/staff/enter.html",
        {"form": form},
        title=_("Lägg in"),
        icon=ICON,
    )


@may_remove
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody away, after a question."""
    row = get_object_or_404(Subscriber.objects.select_related("channel"), pk=pk)
    words = queries.address_words(row)
    if request.method == "POST":
        actions.remove(subscriber=row, by=_who(request), now=timezone.now())
        messages.success(request, _("%(address)s är borttagen.") % {"address": words})
        return redirect("subscribers")
    context = {"row": row, "words": words}
    return staff_page(
        request,
        "channels/subscribers/staff/remove.html",
        context,
        title=_("Ta bort"),
        icon=ICON,
    )


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission checks let nobody else in
