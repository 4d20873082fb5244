"""The staff side's first page («Idag»), its look, and the words that Wagtail leaves in English."""

import copy
from typing import Any

from django.http import Http404
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import choosers
from wagtail.admin.forms.auth import LoginForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import SearchArea
from wagtail.admin.ui.components import Component
from wagtail.models import PAGE_PERMISSION_TYPES
from wagtail.users.forms import PagePermissionsForm
from wagtail.users.views.bulk_actions.assign_role import RoleForm

from utbud.base import dates
from utbud.people.actions import note_look
from utbud.people.models import Look
from utbud.web import staff_views
from utbud.web.today import today_for

# Wagtail gives these fields no label, so that their names would show, in English.
LABELS = {
    (LoginForm, "password"): _("Lösenord"),
    (RoleForm, "role"): _("Grupp"),
    (PagePermissionsForm, "page"): _("Sida"),
    (choosers.ExternalLinkChooserForm, "link_text"): _("Länkens text"),
    (choosers.AnchorLinkChooserForm, "link_text"): _("Länkens text"),
    (choosers.EmailLinkChooserForm, "email_address"): _("E-postadress"),
    (choosers.EmailLinkChooserForm, "link_text"): _("Länkens text"),
    (choosers.EmailLinkChooserForm, "subject"): _("Ämne"),
    (choosers.EmailLinkChooserForm, "body"): _("Text"),
    (choosers.PhoneLinkChooserForm, "phone_number"): _("Telefonnummer"),
    (choosers.PhoneLinkChooserForm, "link_text"): _("Länkens text"),
}
for (form, field), label in LABELS.items():
    form.base_fields[field].label = label
# And a right here would be called «Wagtail core | page | Can add page».
ON_PAGES = {codename: says for codename, _short, says in PAGE_PERMISSION_TYPES}
PagePermissionsForm.base_fields["permissions"].label_from_instance = lambda right: ON_PAGES[right.codename]


class TodayPanel(Component):
    """What must be done today."""

    name = "idag"
    order = 10
    template_name = "web/staff/today.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        request, now = parent_context["request"], timezone.now()
        user = request.user
        groups = today_for(user, now, whole=request.GET.get("alla", ""))
        if any(group.people for group in groups):
            note_look(by=user, subject="today", how=Look.How.LIST, now=now)
        return {
            "groups": groups,
            "today": dates.date_words(dates.local(now).date()),
        }


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return [path("sok/", staff_views.search_page, name="staff_search")]


@hooks.register("register_admin_search_area")
def everything() -> SearchArea:
    """The first is where the menu's search leads."""
    return SearchArea(_("Allt"), reverse("staff_search"), name="allt", icon_name="search", order=1)


@hooks.register("construct_homepage_panels")
def only_today(request: Any, panels: list[Any]) -> None:
    panels[:] = [TodayPanel()]


@hooks.register("register_admin_menu_item")
def today() -> MenuItem:
    return MenuItem(_("Idag"), reverse("wagtailadmin_home"), name="idag", icon_name="home", order=1)


# The menu by what one does, in the order in which a day at the library needs it. What is not here is not in the menu.
MENU = {
    "": ("idag",),
    _("Möta"): ("disken", "kurser", "inkorg", "besked", "kalender"),
    _("Skriva"): (
        "ord", "aret", "guider", "filmer", "film-och-ljud", "podden", "explorer", "images", "inlasningar",
    ),
    _("Godkänna"): ("godkanna", "kontrollera"),
    _("Sprida"): ("kanaler", "prenumeranter", "rackvidd", "skarmar", "telefonlinjen"),
    _("Ställa in"): ("dagar", "platser", "settings"),
}  # fmt: skip


@hooks.register("construct_main_menu", order=100)
def by_what_one_does(request: Any, menu_items: list[Any]) -> None:
    """The first of each group bears its name (staff.css shows it). Documents, reports and help are not used."""
    shown = {item.name: item for item in menu_items}
    menu_items.clear()
    for group, names in MENU.items():
        for at, name in enumerate(name for name in names if name in shown):
            item = copy.copy(shown[name])  # the items are kept for all who look
            item.order = len(menu_items)
            if at == 0 and group:
                item.attrs = {**(item.attrs or {}), "data-group": str(group)}
            menu_items.append(item)


@hooks.register("before_serve_document")
def no_documents(document: Any, request: Any) -> None:
    """A document would be public as soon as it is uploaded, approved by nobody (docs/adr/0022). No page has one."""
    raise Http404


@hooks.register("construct_settings_menu")
def no_sites(request: Any, menu_items: list[Any]) -> None:
    """There is one site, and its address is a setting of the program (UTBUD_BASE_URL)."""
    menu_items[:] = [item for item in menu_items if item.name != "sites"]


@hooks.register("register_icons")
def icons(icons: list[str]) -> list[str]:
    """Our own, where Wagtail has none that says it: no two entries of the menu look the same."""
    return [*icons, *(f"web/icons/u-{name}.svg" for name in ("film", "microphone", "place", "speaker"))]


@hooks.register("insert_global_admin_css")
def staff_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("web/staff.css"))


@hooks.register("insert_global_admin_js")
def staff_js() -> str:
    return format_html('<script src="{}" defer></script>', static("web/staff.js"))
