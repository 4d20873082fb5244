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

from utbud.channels.models import Subscriber
from utbud.channels.subscribers import actions, queries
from utbud.channels.subscribers.forms import EnterForm, FilterForm
from utbud.people.models import Look, User
from utbud.people.staff import shows_people, staff_page

ICON, PER_PAGE = "group", 50
may_add: Callable[..., Any] = permission_required("channels.add_subscriber")


@shows_people("channels.view_subscriber", "subscribers")
def subscribers_page(request: HttpRequest) -> HttpResponse:
    """How many each channel has, and who, the latest first."""
    figures = queries.figures()
    form = FilterForm(request.GET, channels=[one.channel for one in figures])
    shown = Paginator(form.chosen(), PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "figures": figures,
        "form": form,
        "shown": shown,
        "rows": [(row, queries.address_words(row)) for row in shown],
        "asked": form.asked(),
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


@shows_people("channels.delete_subscriber", "subscriber:{pk}", Look.How.PERSON)
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
