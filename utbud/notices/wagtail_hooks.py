"""The notices in the staff side's menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.notices.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


class NoticesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("notices.view_notice")


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return NoticesMenuItem(_("Besked"), reverse("notices"), name="besked", icon_name="comment", order=135)
