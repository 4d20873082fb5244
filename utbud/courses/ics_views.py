"""Courses as calendar files: everything that is coming, and one occasion to put in one's own calendar."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.calendar import ics
from utbud.courses.models import Occasion, Run
from utbud.courses.queries.soon import calendar, chosen
from utbud.courses.queries.times import absolute, join_words, where_words, with_all
from utbud.places.queries import library


@require_safe
def all_coming(request: HttpRequest) -> HttpResponseBase:
    """/kalender.ics: every coming occasion for 400 days, called off or not; ``?plats=`` and ``?amne=`` (slugs) choose."""
    now = timezone.now()
    topic = request.GET.get("amne", "")
    try:
        there, about = chosen(request.GET.get("plats", ""), topic)
    except LookupError as error:
        raise Http404(_("Det finns ingen sådan plats eller inget sådant ämne.")) from error
    parts = [
        _("Kurser"),
        *([there.name] if there else []),
        *([about.title] if about else []),
        library(now).name,
    ]
    events = events_of(calendar(now, place=there, topic=topic))
    return _answer(request, events, name=" – ".join(parts), file="kalender.ics", now=now)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """/kurser/tillfalle/<pk>.ics: one occasion of what the public may see, also when it has been or is called off."""
    occasion = get_object_or_404(with_all(Occasion.objects.public()), pk=pk)
    events = events_of([occasion])
    return _answer(request, events, name=occasion.run.course.title, file=f"kurs-{pk}.ics", now=timezone.now())


def events_of(occasions: Iterable[Occasion]) -> list[ics.Event]:
    """``occasions`` as calendars take them. The id of one stays whatever happens to it."""
    host, phone = urlsplit(settings.BASE_URL).hostname, library().phone
    return [
        ics.Event(
            uid=f"occasion-{one.pk}@{host}",
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            title=_("Inställt: %(title)s") % {"title": one.run.course.title}
            if one.is_cancelled
            else one.run.course.title,
            place=_where(one),
            text=_text(one, phone),
            url=absolute(one.run.course.public_path),
            cancelled=one.is_cancelled,
            sequence=one.sequence,
            changed_at=max(
                one.changed_at, one.cancelled_at or one.changed_at, one.run.cancelled_at or one.changed_at
            ),
        )
        for one in occasions
    ]


def _where(occasion: Occasion) -> str:
    """The place and its address, as a map wants it."""
    place, words = occasion.where, where_words(occasion)
    return f"{words}, {place.address}" if place is not None and place.address else words


def _text(occasion: Occasion, phone: str) -> str:
    """What it is, and how one joins."""
    run = occasion.run
    lines = [run.course.one_sentence]
    why = occasion.cancelled_why or run.cancelled_why
    if occasion.is_cancelled:
        return "\n".join(filter(None, [_("Det här är tyvärr inställt."), why]))
    if run.note:
        lines.append(run.note)
    if run.joining == Run.Joining.NONE:
        lines.append(_("Du behöver inte anmäla dig. Kom som du är."))
    elif how := join_words(run):
        lines.append(how)
    elif phone:
        lines.append(
            _("Anmäl dig: ring %(phone)s och säg kurs %(number)s.")
            % {"phone": phone, "number": occasion.quota_id}
        )
    return "\n".join(lines)


def _answer(
    request: HttpRequest, events: list[ics.Event], *, name: str, file: str, now: dt.datetime
) -> HttpResponseBase:
    etag = "W/" + quote_etag(ics.fingerprint(events, name=name))
    response = get_conditional_response(request, etag)
    if response is None:
        made = ics.calendar_file(events, name=name, now=now)
        response = HttpResponse(made, content_type=ics.CONTENT_TYPE)
        response.headers["Content-Disposition"] = f'inline; filename="{file}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
