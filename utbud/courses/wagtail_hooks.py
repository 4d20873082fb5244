"""Courses in Wagtail's menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from utbud.courses.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns


class CoursesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("courses.view_registration")


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return CoursesMenuItem(_("Kurser"), reverse("courses_runs"), name="kurser", icon_name="group", order=115)
