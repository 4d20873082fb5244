"""Films and sounds in Wagtail's menu, editor and page tree."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button

from utbud.media.models import TimedPage
from utbud.media.urls import admin_urlpatterns
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Film och ljud"),
        reverse("media_assets"),
        name="film-och-ljud",
        icon_name="media",
        order=116,
        right="media.view_asset",
    )


class ToWorkshop(ActionMenuItem):
    """«Verkstaden» in the editor of a page with a film or a sound."""

    name = "action-workshop"
    label = _("Verkstaden: film och ljud")
    icon_name = "media"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and isinstance(context["page"], TimedPage)

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("media_workshop", args=[parent_context["page"].pk])


@hooks.register("register_page_action_menu_item")
def workshop_item() -> ActionMenuItem:
    return ToWorkshop()


@hooks.register("register_page_listing_more_buttons")
def workshop_button(page: Any, user: Any, next_url: Any = None) -> Iterator[Button]:
    kind = page.specific_class
    if kind and issubclass(kind, TimedPage) and page.permissions_for_user(user).can_edit():
        yield Button(
            _("Verkstaden"), reverse("media_workshop", args=[page.pk]), icon_name="media", priority=34
        )
