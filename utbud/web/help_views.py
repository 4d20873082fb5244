"""Help on site and by phone, to read and to hear."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from utbud.base import dates
from utbud.base.richtext import Block, Run, jsonld
from utbud.courses.queries.public import texts_to
from utbud.formats.content import Aloud, Item, Section
from utbud.formats.html import phrase_html
from utbud.formats.templatetags.aloud import NAME, Script
from utbud.places import phones, queries
from utbud.publishing import files
from utbud.publishing.views import sound_of

PATH = "/hjalp/"


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """/hjalp/: where we are, when somebody is there, what we help with and what we cannot do."""
    now = timezone.now()
    facts = _context(now)
    one, lead, text = _told(facts, now)
    context = {
        "jsonld": facts["jsonld"],
        "title": one.item.title,
        "lead_html": lead,
        "text": text,
        "heard": files.player(one, PATH),
    }
    return render(request, "web/help.html", context)


@require_safe
def help_sound(request: HttpRequest, name: str) -> HttpResponseBase:
    """The same read aloud, as it is now."""
    return sound_of(request, read_aloud(timezone.now()), name, filename="hjalp")


def read_aloud(now: dt.datetime) -> Aloud:
    """What is read aloud of the page at ``now``."""
    one, _lead, _text = _told(_context(now), now)
    return one


def _told(facts: dict[str, Any], now: dt.datetime) -> tuple[Aloud, SafeString, SafeString]:
    """What is read aloud, the lead and the text of the page."""
    script = Script()
    says = Block(
        "p", (Run(_("Kom in eller ring. Vi sitter bredvid dig medan du provar. Det kostar ingenting.")),)
    )
    lead = phrase_html(says, script.counter)
    text = render_to_string("web/help_text.html", facts | {NAME: script})
    item = Item(
        kind="",
        title=_("Hjälp på plats och per telefon"),
        lead=says.text,
        path=PATH,
        version="",
        date=dates.local(now).date(),
        sections=(Section("", tuple(script.blocks)),),
    )
    return Aloud(item=item), lead, text


def _context(now: dt.datetime) -> dict[str, Any]:
    library = queries.library(now)
    timetable = queries.timetable(queries.active_places(), now)
    places = []
    for place in timetable.places:
        phone = place.phone or library.phone
        week = timetable.week(place, timetable.first)
        places.append(
            {
                "place": place,
                "phone": phone,
                "phone_link": phones.phone_link(phone),
                "status": timetable.status(place, now),
                "week": week,
                "has_hours": not all(row.closed for row in week),
                "has_open": any(row.open for row in week),
                "has_unstaffed": any(row.unstaffed for row in week),
                "has_drop_in": any(row.drop_in for row in week),
                "has_reason": any(row.reason for row in week),
            }
        )
    helps_with, helps_not_with = queries.help_lines()
    return {
        "jsonld": jsonld(queries.schema(timetable, library)),
        "lib": library,
        "places": places,
        "drop_in": timetable.next_drop_in(now),
        "phone_hours": timetable.phone_words(now),
        "texts_to": texts_to(),
        "week_number": timetable.first.isocalendar().week,
        "today": dates.local(now).date(),
        "helps_with": helps_with,
        "helps_not_with": helps_not_with,
    }
