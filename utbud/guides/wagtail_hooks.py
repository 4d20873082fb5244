"""Guides in Wagtail's menu and editor."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogFormatter

from utbud.guides.models import GuidePage
from utbud.guides.staff_urls import admin_urlpatterns
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Guider"),
        reverse("guides"),
        name="guider",
        icon_name="list-ol",
        order=113,
        right="guides.add_markedpicture",
    )


class Pictures(ActionMenuItem):
    """«Bilder» in the editor of a guide."""

    name = "action-pictures"
    label = _("Bilder")
    icon_name = "image"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and isinstance(context["page"], GuidePage)

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("guides_pictures", args=[parent_context["page"].pk])


@hooks.register("register_page_action_menu_item")
def pictures_item() -> ActionMenuItem:
    return Pictures()


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    @actions.register_action("utbud.ask_partner")
    class AskPartner(LogFormatter):
        label = _("Fråga partnern")

        def format_message(self, log_entry: Any) -> str:
            return f"{_('Frågade')} {log_entry.data.get('who', '')}"
