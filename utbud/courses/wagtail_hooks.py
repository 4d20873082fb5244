"""Courses in Wagtail's menu."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.courses.urls import admin_urlpatterns
from utbud.people.staff import RightMenuItem


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return RightMenuItem(
        _("Kurser"),
        reverse("courses_runs"),
        name="kurser",
        icon_name="group",
        order=115,
        right="courses.view_run",
    )
