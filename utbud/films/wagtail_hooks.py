"""Films in Wagtail's menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.films.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


class FilmsMenuItem(MenuItem):
    """«Filmer», for those who may write them."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("media.add_asset")  # asked on every staff page: no query for it


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return FilmsMenuItem(_("Filmer"), reverse("films"), name="filmer", icon_name="media", order=106)
