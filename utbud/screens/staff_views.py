"""Screens for staff: the addresses, how a TV is set, and what is shown right now."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from utbud.people.staff import StaffRequest, staff_page
from utbud.places.queries import active_places


def how_to(request: StaffRequest) -> HttpResponse:
    """«Skärmar»."""
    places = active_places()
    asked = request.GET.get("plats", "")
    context = {
        "places": places,
        "chosen": next((place for place in places if place.slug == asked), places[0] if places else None),
        "base": settings.BASE_URL,
    }
    return staff_page(request, "screens/staff.html", context, title=_("Skärmar"), icon="desktop")
