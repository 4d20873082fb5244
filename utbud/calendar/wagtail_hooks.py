"""The staff side: the calendar in the menu, and the people, rooms and equipment that are in it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from utbud.calendar.models import Booking, Resource
from utbud.calendar.urls import admin_urlpatterns
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Kalender"),
        reverse("calendar_week"),
        name="kalender",
        icon_name="calendar-alt",
        order=124,
        right="calendar.view_booking",
    )


class ResourceViewSet(SnippetViewSet):
    model = Resource
    icon = "key"
    menu_label = _("Personer, rum och utrustning")
    menu_order = 320
    add_to_settings_menu = True
    copy_view_enabled = False
    list_display = [
        "name",
        "kind",
        "user",
        "place",
        BooleanColumn("active", label=_("Kan bokas"), sort_key="active"),
    ]
    list_filter = ["kind", "active"]
    search_fields = ["name"]
    panels = [
        FieldPanel("kind"),
        FieldPanel("name"),
        FieldPanel("user"),
        FieldPanel("place"),
        FieldPanel("active"),
    ]


register_snippet(ResourceViewSet)


@hooks.register("before_delete_snippet")
def keep_what_is_booked(request: HttpRequest, instances: Iterable[Any]) -> HttpResponse | None:
    """Say why somebody or something that is booked stays, before anyone is asked whether to remove it."""
    resources = [one for one in instances if isinstance(one, Resource)]
    held = Booking.objects.filter(resource__in=resources).values_list("resource__name", flat=True)
    names = sorted(set(held)) if resources else []
    if not names:
        return None
    words = _now(
        "Det går inte att ta bort det som är bokat: %(names)s. Ta bort krysset vid Kan bokas i stället."
    )
    messages.error(request, words % {"names": ", ".join(names)})
    return redirect(ResourceViewSet().get_url_name("list"))
