"""Addresses of the screens. Included by web at the root; the staff's by wagtail_hooks."""

from django.urls import path

from utbud.screens import staff_views, views

urlpatterns = [
    path("skarm/", views.screens, name="screens"),
    path("skarm/natlos.js", views.worker, name="screens_worker"),
    path("skarm/<slug:slug>/", views.screen, name="screen"),
    path("skarm/<slug:slug>/nu.json", views.now_json, name="screen_now"),
]

admin_urlpatterns = [path("skarmar/", staff_views.how_to, name="screens_staff")]
