"""Addresses of what others come and fetch. Included by web at the root; the staff's by wagtail_hooks."""

from django.urls import path, re_path

from utbud.channels import pull_views

urlpatterns = [
    re_path(
        r"^floden/(?P<kind>[-\w]+)(?:/(?P<topic>[-\w]+))?\.(?P<form>xml|json)$", pull_views.feed, name="feed"
    ),
    path("press/", pull_views.press_page, name="press"),
]

admin_urlpatterns = [
    path("rackvidd/", pull_views.reach, name="channels_reach"),
    path("rackvidd/rackvidd.csv", pull_views.reach_csv, name="channels_reach_csv"),
]
