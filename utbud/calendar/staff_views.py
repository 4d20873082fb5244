"""The calendar in the staff side: a week of all that is booked, and one's own private address."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required

from utbud.base import dates
from utbud.calendar import actions, queries
from utbud.calendar.forms import WeekForm
from utbud.calendar.models import Resource
from utbud.people.models import User
from utbud.people.staff import staff_page

ICON = "calendar-alt"
AHEAD = 20  # of one's own bookings on the page; the calendar in the phone has them all
may_read: Callable[..., Any] = permission_required("calendar.view_booking")


@require_safe
@may_read
def week(request: HttpRequest) -> HttpResponse:
    """All that is booked in a week, day by day; ``?dag=2026-11-23&resurs=3``."""
    form = WeekForm(request.GET, today=dates.local(timezone.now()).date())
    found = queries.busy(*form.span(), form.resource)
    rows = [
        (busy, queries.time_words(busy.booking), [queries.clash_words(clash) for clash in busy.clashes])
        for busy in found
    ]
    days = [
        (dates.date_words(day, year=False), [row for row in rows if row[0].on(day)]) for day in form.days()
    ]
    context = {
        "form": form,
        "days": days,
        "any": bool(rows),
        "clashing": sum(bool(busy.clashes) for busy in found),
        "week": form.monday.isocalendar().week,
        "span": _("%(first)s till %(last)s")
        % {
            "first": dates.date_words(form.days()[0], weekday=False, year=False),
            "last": dates.date_words(form.days()[-1], weekday=False),
        },
        "earlier": form.week(-1),
        "later": form.week(1),
    }
    return staff_page(request, "calendar/staff/week.html", context, title=_("Kalender"), icon=ICON)


@never_cache
@require_safe
@may_read
def mine(request: HttpRequest) -> HttpResponse:
    """What one is booked for oneself, and the address at which a phone fetches it."""
    user, now = _who(request), timezone.now()
    coming = list(queries.bookings_of(user, now)[: AHEAD + 1])
    context = {
        "resource": Resource.objects.filter(user=user).first(),
        "coming": [(row, queries.when_words(row.starts_at, row.ends_at)) for row in coming[:AHEAD]],
        "more": len(coming) > AHEAD,
        "feed": queries.open_feed_of(user),
    }
    return staff_page(request, "calendar/staff/mine.html", context, title=_("Min kalender"), icon=ICON)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_read
def make_address(request: HttpRequest) -> HttpResponse:
    """Ask whether to make a new private address; then make it, and show it the only time that it can be seen."""
    user = _who(request)
    context: dict[str, Any] = {"feed": queries.open_feed_of(user)}
    if request.method == "POST":
        token = actions.open_feed(user=user, now=timezone.now())
        address = settings.BASE_URL + reverse("calendar_feed", args=[token])
        context = {
            "address": address,
            "direct": "webcal" + address.removeprefix("https").removeprefix("http"),
        }
    return staff_page(
        request, "calendar/staff/address.html", context, title=_("Min privata adress"), icon=ICON
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_read
def close_address(request: HttpRequest) -> HttpResponse:
    """Ask whether to close the private address; then close it."""
    user = _who(request)
    if request.method == "POST":
        actions.close_feed(user=user, now=timezone.now())
        messages.success(request, _("Adressen är stängd. Ingen kan hämta dina tider med den."))
        return redirect("calendar_mine")
    if queries.open_feed_of(user) is None:
        return redirect("calendar_mine")
    return staff_page(request, "calendar/staff/close.html", {}, title=_("Stäng min adress"), icon=ICON)


def _who(request: HttpRequest) -> User:
    return cast(User, request.user)  # the permission checks let nobody else in
