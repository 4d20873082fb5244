"""Somebody's own bookings as a calendar that a phone or Outlook fetches, at a secret address."""

import datetime as dt
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.calendar import actions, ics, queries
from utbud.calendar.models import Feed
from utbud.places.queries import library

BACK = dt.timedelta(days=30)  # how long what has been stays in the calendar


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """/kalender/<token>.ics: 404 for an address that is closed, with conditional GET (RFC 9110)."""
    now = timezone.now()
    found = queries.feed_of(token)
    if found is None:
        raise Http404(_("Adressen gäller inte längre."))
    actions.note_fetched(feed=found, now=now)
    name = _("%(who)s – %(library)s") % {"who": found.user, "library": library(now).name}
    events = events_of(found, now)
    etag = "W/" + quote_etag(ics.fingerprint(events, name=name))
    response = get_conditional_response(request, etag)
    if response is None:
        file = ics.calendar_file(events, name=name, now=now)
        response = HttpResponse(file, content_type=ics.CONTENT_TYPE)
        response.headers["Content-Disposition"] = 'inline; filename="kalender.ics"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def events_of(feed: Feed, now: dt.datetime) -> list[ics.Event]:
    """What whoever has ``feed`` is booked for, from 30 days back and on."""
    bookings = list(queries.bookings_of(feed.user, now - BACK))
    rooms = queries.rooms_of(booking.source for booking in bookings)
    host = urlsplit(settings.BASE_URL).hostname
    return [
        ics.Event(
            uid=f"{booking.source.replace(':', '-')}.{booking.resource_id}@{host}",
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            title=booking.title,
            place=rooms.get(booking.source, ""),
            url=urljoin(settings.BASE_URL, booking.url) if booking.url else "",
            changed_at=booking.changed_at,
        )
        for booking in bookings
    ]
