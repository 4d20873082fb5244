"""The channels in the staff side: setting them up, trying them, and what came of each delivery."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from utbud.channels import actions, queries
from utbud.channels.channel import SMS, Channel, Refused, Unavailable, adapters
from utbud.channels.forms import AddressForm, OutboxFilter, SetupForm, TestForm
from utbud.channels.models import ChannelSetup, Delivery, Subscriber
from utbud.channels.subscribers.queries import incoming_url, way_of
from utbud.people.models import User
from utbud.people.staff import question, staff_page

ICON, PER_PAGE = "globe", 50
may_see: Callable[..., Any] = permission_required("channels.view_delivery")
may_post: Callable[..., Any] = permission_required("channels.change_delivery")
may_set_up: Callable[..., Any] = permission_required("channels.change_channelsetup")


# --- the channels -------------------------------------------------------------------------------


@may_see
@require_safe
def channels_page(request: HttpRequest) -> HttpResponse:
    """All channels that the library has set up, and how they stand."""
    waits = Count("dispatches__deliveries", filter=Q(dispatches__deliveries__state=Delivery.WAITING))
    setups = list(ChannelSetup.objects.annotate(waiting=waits))
    people = dict(Subscriber.objects.active().values_list("channel").annotate(n=Count("pk")).order_by())
    rows = [
        {
            "setup": setup,
            "kind": setup.adapter_class,
            "missing": setup.adapter().missing() if setup.adapter_class else [],
            "people": people.get(setup.pk, 0),
        }
        for setup in setups
    ]
    context = {"rows": rows, "todo": queries.for_a_person().count()}
    return staff_page(request, "channels/staff/channels.html", context, title=_("Kanaler"), icon=ICON)


@may_set_up
@require_safe
def choose_kind(request: HttpRequest) -> HttpResponse:
    """Which kind of channel to add."""
    kinds = sorted(adapters().values(), key=lambda kind: str(kind.label).lower())
    return staff_page(
        request, "channels/staff/choose.html", {"kinds": kinds}, title=_("Lägg till en kanal"), icon=ICON
    )


@may_set_up
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Set up a channel of a kind."""
    adapter = adapters().get(kind)
    if adapter is None:
        raise Http404
    return _setup_page(request, adapter, None)


@may_set_up
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """See to a channel's settings."""
    setup = get_object_or_404(ChannelSetup, pk=pk)
    if setup.adapter_class is None:
        messages.error(request, _("Den här sortens kanal finns inte längre. Du kan stänga av den."))
        return redirect("channels")
    return _setup_page(request, setup.adapter_class, setup)


def _setup_page(request: HttpRequest, kind: type[Channel], setup: ChannelSetup | None) -> HttpResponse:
    form = SetupForm(request.POST if request.method == "POST" else None, kind=kind, setup=setup)
    if request.method == "POST" and form.is_valid():
        saved = form.save(timezone.now())
        if missing := saved.adapter().missing():
            messages.warning(
                request,
                _("Sparat. Innan kanalen kan slås på behövs: %(what)s.") % {"what": ", ".join(missing)},
            )
        elif saved.adapter().by_hand:  # there is nothing to try
            messages.success(request, _("Sparat. Slå på kanalen när ni vill börja."))
        else:
            messages.success(request, _("Sparat. Prova kanalen, och slå på den."))
        return redirect("channels_change", saved.pk)
    context = {
        "form": form,
        "kind": kind,
        "setup": setup,
        "missing": setup.adapter().missing() if setup else [],
        "test_form": TestForm() if kind.subscribers else None,
        "incoming": incoming_url(setup) if setup and way_of(setup) == SMS else "",
        "can_delete": setup is not None and queries.can_be_deleted(setup),
    }
    title = setup.name if setup else _("Ny kanal: %(kind)s") % {"kind": kind.label}
    return staff_page(
        request,
        "channels/staff/setup.html",
        context,
        title=title,
        icon=ICON,
        status=422 if form.errors else 200,
    )


@may_set_up
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Prove that a channel works."""
    setup = get_object_or_404(ChannelSetup, pk=pk)
    if setup.adapter_class is None:
        raise Http404
    adapter = setup.adapter()
    to = request.POST.get("to", "").strip()
    if missing := adapter.missing():
        messages.error(request, _("Fyll först i: %(what)s.") % {"what": ", ".join(missing)})
    elif adapter.subscribers and not to:
        messages.error(request, _("Skriv vart provet ska skickas."))
    elif adapter.by_hand:
        messages.success(request, _("Den här kanalen sköter ni själva. Det finns inget att prova."))
    else:
        try:
            said = adapter.test(to=to)
        except Unavailable as error:  # says nothing of the settings
            messages.error(request, str(error))
        except Refused as error:
            actions.note_test(setup=setup, refused=str(error), now=timezone.now())
            messages.error(request, str(error))
            if setup.on:
                messages.warning(request, _("Kanalen är på. Stäng av den tills det är rättat."))
        else:
            actions.note_test(setup=setup, refused="", now=timezone.now())
            messages.success(request, said)
    return redirect("channels_change", pk)


@may_set_up
@require_POST
def turn(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a channel on or off."""
    setup = get_object_or_404(ChannelSetup, pk=pk)
    on = request.POST.get("on") == "1"
    if on and setup.adapter_class is None:
        raise Http404
    try:
        actions.turn(setup=setup, on=on, now=timezone.now())
    except actions.NotNow as error:
        messages.error(request, str(error))
    else:
        said = _("%(name)s är på.") if on else _("%(name)s är av. Det som väntade där är stoppat.")
        messages.success(request, said % {"name": setup.name})
    return redirect("channels_change", pk) if setup.adapter_class else redirect("channels")


@may_set_up
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a channel that has never said anything and that nobody subscribes to, after a question."""
    setup = get_object_or_404(ChannelSetup, pk=pk)
    if request.method != "POST" and queries.can_be_deleted(setup):
        return question(
            request,
            title=_("Ta bort %(name)s?") % {"name": setup.name},
            says=_("Kanalen har aldrig använts och har inga prenumeranter. Inställningarna försvinner."),
            button=_("Ta bort kanalen"),
            back=reverse("channels_change", args=[pk]),
        )
    try:
        actions.delete_setup(setup=setup)
    except actions.NotNow as error:
        messages.error(request, str(error))
        return redirect("channels_change", pk)
    messages.success(request, _("%(name)s är borttagen.") % {"name": setup.name})
    return redirect("channels")


# --- the outbox ---------------------------------------------------------------------------------


@may_see
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What has gone out, what waits, and what a person must look at."""
    form = OutboxFilter(request.GET)
    rows = (
        Delivery.objects.filter(**form.filters())
        .select_related("dispatch__channel", "subscriber")
        .defer("dispatch__post")
        .order_by("-pk")
    )
    asked = request.GET.copy()
    asked.pop("p", None)
    context = {
        "form": form,
        "todo": queries.for_a_person()[:20] if not form.filters() else [],
        "shown": Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
        "asked": asked.urlencode(),
    }
    return staff_page(request, "channels/staff/outbox.html", context, title=_("Utkorgen"), icon=ICON)


@may_see
@require_safe
def delivery_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: what was said, what came of it, and what one can do."""
    return _delivery_page(request, pk, AddressForm())


def _delivery_page(request: HttpRequest, pk: int, form: AddressForm) -> HttpResponse:
    delivery = get_object_or_404(
        Delivery.objects.select_related("dispatch__channel", "subscriber", "by"), pk=pk
    )
    kind = delivery.dispatch.channel.adapter_class
    post = delivery.dispatch.as_post()
    adapter = delivery.dispatch.channel.adapter() if kind else None
    context = {
        "delivery": delivery,
        "dispatch": delivery.dispatch,
        "post": post,
        "picture": adapter.picture(post) if adapter else None,
        "where": adapter.config.get("where", "") if adapter else "",
        "by_hand": bool(kind and kind.by_hand),
        "asks": queries.for_a_person().filter(pk=pk).exists(),
        "form": form,
    }
    return staff_page(
        request,
        "channels/staff/delivery.html",
        context,
        title=str(delivery.dispatch),
        icon=ICON,
        status=422 if form.errors else 200,
    )


@may_see
@require_safe
def delivery_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """A file of a delivery, to be saved and posted by hand."""
    delivery = get_object_or_404(Delivery.objects.select_related("dispatch"), pk=pk)
    media = delivery.dispatch.as_post().file(name)
    if media is None or not media.stored or not default_storage.exists(media.stored):
        raise Http404
    return FileResponse(
        default_storage.open(media.stored), as_attachment=True, filename=name, content_type=media.content_type
    )


DEEDS: dict[str, tuple[Callable[..., None], Any]] = {
    "posted": (actions.mark_posted, gettext_lazy("Tack. Nu är den avbockad.")),
    "taken-down": (actions.mark_taken_down, gettext_lazy("Tack. Nu är den avbockad.")),
    "undo": (actions.undo_mark, gettext_lazy("Bocken är borttagen.")),
    "again": (actions.try_again, gettext_lazy("Den skickas igen om en stund.")),
    "went-out": (actions.it_went_out, gettext_lazy("Tack. Den räknas som utlagd.")),
    "aside": (actions.set_aside, gettext_lazy("Den är lagd åt sidan. Den finns kvar i utkorgen.")),
}


@may_post
@require_POST
def deed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """What a person does with a delivery."""
    if what not in DEEDS:
        raise Http404
    delivery = get_object_or_404(Delivery.objects.select_related("dispatch__channel"), pk=pk)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _delivery_page(request, pk, form)
    do, said = DEEDS[what]
    url = {"url": form.cleaned_data["url"]} if what in ("posted", "went-out") else {}
    try:
        do(delivery=delivery, by=cast(User, request.user), now=timezone.now(), **url)
    except actions.NotNow as error:
        messages.error(request, str(error))
        return redirect("channels_delivery", pk)
    messages.success(request, said)
    if what in ("posted", "taken-down"):  # where the tick can be undone
        return redirect("channels_delivery", pk)
    return redirect("channels_outbox")
