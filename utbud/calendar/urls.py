"""Addresses of the calendar: the public one is included by web at the root, the staff's by wagtail_hooks."""

from django.urls import path, re_path

from utbud.calendar import staff_views, views

urlpatterns = [re_path(r"^kalender/(?P<token>[\w-]{32})\.ics$", views.feed, name="calendar_feed")]

admin_urlpatterns = [
    path("kalender/", staff_views.week, name="calendar_week"),
    path("kalender/min/", staff_views.mine, name="calendar_mine"),
    path("kalender/min/adress/", staff_views.make_address, name="calendar_make_address"),
    path("kalender/min/adress/stang/", staff_views.close_address, name="calendar_close_address"),
]
