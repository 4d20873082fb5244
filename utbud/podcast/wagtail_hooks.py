"""Podcasts in the staff side's menu."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.people.staff import RightMenuItem
from utbud.podcast.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def board_item() -> MenuItem:
    return RightMenuItem(
        _("Podden"),
        reverse("podcast_board"),
        name="podden",
        icon_name="u-microphone",
        order=114,
        right="podcast.change_productionstep",
    )
