"""Courses in Wagtail's menu."""

from typing import Any

from wagtail import hooks

from utbud.courses.urls import admin_urlpatterns


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return admin_urlpatterns
