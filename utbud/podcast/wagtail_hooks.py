"""Podcasts in the staff side's menu."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.podcast.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def figures_item() -> MenuItem:
    return MenuItem(
        _("Lyssnat på podden"), reverse("podcast_figures"), name="podd-siffror", icon_name="view", order=128
    )
