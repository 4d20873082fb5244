"""Help on site and by phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from utbud.base import dates
from utbud.places import phones, queries


def help_page(request: HttpRequest) -> HttpResponse:
    """/hjalp/: where we are, when somebody is there, what we help with and what we cannot do."""
    now = timezone.now()
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
    context = {
        "lib": library,
        "places": places,
        "drop_in": timetable.next_drop_in(now),
        "phone_hours": timetable.phone_words(now),
        "week_number": timetable.first.isocalendar().week,
        "today": dates.local(now).date(),
        "helps_with": helps_with,
        "helps_not_with": helps_not_with,
    }
    return render(request, "places/help.html", context)
