"""The channels in the staff side's menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.channels.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


class ChannelsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("channels.view_delivery")


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return ChannelsMenuItem(_("Kanaler"), reverse("channels"), name="kanaler", icon_name="globe", order=125)


class SubscribersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("channels.view_subscriber")


@hooks.register("register_admin_menu_item")
def subscribers_item() -> MenuItem:
    return SubscribersMenuItem(
        _("Prenumeranter"), reverse("subscribers"), name="prenumeranter", icon_name="group", order=126
    )


@hooks.register("register_admin_menu_item")
def reach_item() -> MenuItem:
    return MenuItem(_("Räckvidd"), reverse("channels_reach"), name="rackvidd", icon_name="view", order=127)
