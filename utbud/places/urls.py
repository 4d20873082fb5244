"""Addresses of places in the staff side, included by wagtail_hooks. The public page of places is web's."""

from django.urls import path

from utbud.places import staff_views

admin_urlpatterns = [
    path("dagar/", staff_views.days_page, name="places_days"),
    path("dagar/<int:pk>/ta-bort/", staff_views.remove_page, name="places_remove_day"),
]
