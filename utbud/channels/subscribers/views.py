"""Where people ask to subscribe, say yes, and stop; and where the text messages they send come in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from utbud.base.networks import client_address
from utbud.channels.channel import EMAIL, SMS
from utbud.channels.subscribers import actions, queries
from utbud.channels.subscribers.forms import SubscribeForm
from utbud.inbox import guards
from utbud.places import queries as places

NEXT = {"e-post": EMAIL, "sms": SMS}  # in the address: what was sent
TEXTS_AN_HOUR = 60  # asked for on the web in all: each costs, and there are people who would make them cost


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """/prenumerera/: choose how, and where to. With nothing to choose, how to get it on paper or by phone."""
    now, choices = timezone.now(), queries.choices()
    library, status = places.library(now), 200
    form = SubscribeForm(request.POST if request.method == "POST" else None, now=now, choices=choices)
    if request.method == "POST" and choices and form.is_valid() and form.chosen:
        way = form.chosen.way
        free = guards.within_limit(address=client_address(request), now=now, purpose="subscribe") and (
            way == EMAIL
            or guards.within_limit(address="", now=now, purpose="ask by sms", limit=TEXTS_AN_HOUR)
        )
        if free:
            try:
                actions.ask(channel=form.chosen.channel, address=form.cleaned_data["address"], now=now)
            except actions.Ceiling:
                form.add_error(None, _no_more_today(library.phone))
            else:
                return redirect("subscribe_next", next(word for word, known in NEXT.items() if known == way))
        else:
            form.add_error(None, guards.over_limit_words(library.phone))
        status = 429
    context = {"form": form, "choices": choices, "ways": {choice.way for choice in choices}, "lib": library}
    return render(request, "channels/subscribers/subscribe.html", context, status=status)


def _no_more_today(phone: str) -> str:
    if phone:
        return _("I dag kan vi inte skicka fler. Försök igen i morgon, eller ring oss på %(phone)s.") % {
            "phone": phone
        }
    return _("I dag kan vi inte skicka fler. Försök igen i morgon, eller kom till oss.")


@never_cache
@require_safe
def what_next(request: HttpRequest, way: str) -> HttpResponse:
    """What to do now. The same for everyone: it does not say who subscribes."""
    if way not in NEXT:
        raise Http404
    return _page(request, "next.html", {"email": NEXT[way] == EMAIL})


@never_cache
@csrf_exempt  # the link is the secret; no cookie is asked for
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the letter: a button that says yes, so that a mail program that follows links says nothing."""
    now = timezone.now()
    if request.method != "POST":
        row = queries.by_confirm_token(token, now)
        if row is None or row.stopped_at:
            return _page(request, "old_link.html", {}, status=404)
        return _page(
            request, "confirm.html", {"done": row.confirmed_at is not None, "stop": queries.stop_path(row)}
        )
    try:
        row = actions.confirm(token=token, now=now)
    except actions.UnknownLink:
        return _page(request, "old_link.html", {}, status=404)
    return _page(request, "confirm.html", {"done": True, "stop": queries.stop_path(row)})


@never_cache
@csrf_exempt  # RFC 8058: the mail program itself posts here, without cookies
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link in every letter: a button that stops, and then one that undoes it."""
    now = timezone.now()
    row = queries.by_stop_token(token)
    if request.method == "POST" and row is not None:
        work = actions.resume if "angra" in request.POST else actions.stop
        try:
            row = work(token=token, now=now)
        except actions.UnknownLink:  # forgotten in this moment
            row = None
    state = "gone" if row is None else "stopped" if row.stopped_at else "active"
    if row is None and not queries.is_stop_token(token):
        return _page(request, "old_link.html", {}, status=404)
    undone = state == "active" and request.method == "POST"
    may_undo = row is not None and row.confirmed_at is not None
    return _page(request, "stop.html", {"state": state, "undone": undone, "may_undo": may_undo})


@csrf_exempt
@require_POST
def sms_incoming(request: HttpRequest, token: str) -> HttpResponse:
    """46elks tells of a text that came in. The body of the answer is sent back as a text; 204 sends nothing."""
    channel = queries.by_incoming_token(token)
    if channel is None:
        raise Http404
    given = {name: request.POST.get(name, "") for name in ("id", "from", "message")}
    if not given["id"] or not given["from"]:
        return HttpResponse(status=400, content_type="text/plain; charset=utf-8")
    reply = actions.receive_text(
        channel=channel,
        key=given["id"],
        number=given["from"],
        text=given["message"],
        now=timezone.now(),
    )
    return HttpResponse(reply, status=200 if reply else 204, content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, name: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(
        request, f"channels/subscribers/{name}", {"lib": places.library()} | context, status=status
    )
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"  # the address is a secret
    return response
