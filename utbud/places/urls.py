"""Public addresses of places. Included by web at the root."""

from django.urls import path

from utbud.places import views

urlpatterns = [path("hjalp/", views.help_page, name="help_page")]
