"""The channels in the staff side's menu."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.channels.urls import admin_urlpatterns
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Kanaler"),
        reverse("channels"),
        name="kanaler",
        icon_name="globe",
        order=125,
        right="channels.view_delivery",
    )


@hooks.register("register_admin_menu_item")
def subscribers_item() -> MenuItem:
    return RightMenuItem(
        _("Prenumeranter"),
        reverse("subscribers"),
        name="prenumeranter",
        icon_name="user",
        order=126,
        right="channels.view_subscriber",
    )


@hooks.register("register_admin_menu_item")
def reach_item() -> MenuItem:
    return RightMenuItem(
        _("Räckvidd"),
        reverse("channels_reach"),
        name="rackvidd",
        icon_name="view",
        order=127,
        right="channels.view_delivery",
    )
