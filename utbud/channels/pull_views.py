"""What others come and fetch: feeds and the press page; and, for staff, how many came."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from utbud.base import dates, tables
from utbud.channels import feeds, press, queries_reach, sources
from utbud.people.staff import StaffRequest, staff_page

may_see: Callable[..., Any] = permission_required("channels.view_delivery")
FOUR_WEEKS = dt.timedelta(days=27)  # and today
MOST_MONTHS = 24  # in the list to choose from


# --- feeds --------------------------------------------------------------------------------------


@require_safe
def feed(request: HttpRequest, kind: str, form: str, topic: str = "") -> HttpResponseBase:
    """/floden/<kind>.xml|.json and /floden/<kind>/<topic>.…: the latest, with conditional GET (RFC 9110)."""
    source = sources.by_slug(kind)
    if source is None:
        raise Http404(_("Flödet finns inte."))
    name = dict(source.topics()).get(topic, "") if topic else ""
    if topic and not name:
        raise Http404(_("Flödet finns inte."))
    found = feeds.feed_of(source, now=timezone.now(), topic=topic, topic_name=name)
    etag = quote_etag(found.digest(form))
    modified = int(found.updated.timestamp()) if found.updated else None
    headers = {"ETag": etag, "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    if modified is not None:
        headers["Last-Modified"] = http_date(modified)
    response = get_conditional_response(request, etag, modified)
    if response is None:
        response = HttpResponse(feeds.written(found, form), content_type=feeds.TYPES[form])
    for header, value in headers.items():
        response.headers[header] = value
    return response


# --- press --------------------------------------------------------------------------------------


@require_safe
def press_page(request: HttpRequest) -> HttpResponse:
    """/press/: text, pictures, sound and print to take, and how to say where they come from."""
    asked = request.GET.get("sida", "1")
    page = min(int(asked), press.MOST_PAGES) if re.fullmatch(r"[1-9]\d{0,3}", asked) else 1
    offers, older = press.latest(timezone.now(), page)
    if page > 1 and not offers:
        raise Http404(_("Det finns inte så många sidor."))
    context = {
        "offers": offers,
        "page_number": page,
        "newer": page - 1,
        "older": page + 1 if older else 0,
        "kinds": sources.registered(),
    }
    return render(request, "channels/pull/press.html", context)


# --- reach, for staff -----------------------------------------------------------------------------


@may_see
def reach(request: StaffRequest) -> HttpResponse:
    """«Räckvidd»: how many were reached, by item and by way."""
    today = dates.local(timezone.now()).date()
    first, last, chosen = period(request.GET.get("manad", ""), today)
    context = {
        "table": queries_reach.table(first, last),
        "months": months(queries_reach.first_day(), today),
        "chosen": chosen,
    }
    return staff_page(request, "channels/pull/reach.html", context, title=_("Räckvidd"), icon="view")


@may_see
def reach_csv(request: StaffRequest) -> HttpResponse:
    """The same table as a file that a spreadsheet opens (semicolons and a byte order mark, as Swedish ones want)."""
    today = dates.local(timezone.now()).date()
    first, last, _chosen = period(request.GET.get("manad", ""), today)
    table = queries_reach.table(first, last)
    header = [_("Sak"), *table.columns, _("Summa"), _("Från och med"), _("Till och med")]
    rows: list[list[tables.Cell]] = [[row.title, *row.counts, row.total, first, last] for row in table.rows]
    rows.append([_("Summa"), *table.sums, table.total, first, last])
    response = HttpResponse(tables.csv_file(header, rows), content_type=tables.CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="rackvidd-{first}-{last}.csv"'
    return response


def period(month: str, today: dt.date) -> tuple[dt.date, dt.date, str]:
    """First and last day of «2026-11», and it; the last four weeks and "" when it is no month."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", month)
    if not found:
        return today - FOUR_WEEKS, today, ""
    first = dt.date(int(found[1]), int(found[2]), 1)
    return first, _next_month(first) - dt.timedelta(days=1), month


def months(first: dt.date | None, today: dt.date) -> list[dict[str, Any]]:
    """The months to choose from, the latest first, each with its ``key`` («2026-11») and ``words``."""
    found: list[dict[str, Any]] = []
    month = today.replace(day=1)
    while len(found) < MOST_MONTHS and month >= (first or today).replace(day=1):
        words = f"{dates.MONTHS[month.month - 1]} {month.year}"
        found.append({"key": f"{month:%Y-%m}", "words": words})
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return found


def _next_month(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)
