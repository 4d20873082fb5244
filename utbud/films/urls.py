"""Addresses of films: the public ones are included by web at the root, the staff's by wagtail_hooks."""

import re

from django.urls import path, re_path

from utbud.films import staff_views, views
from utbud.films.models import FilmPage

NAMES = "|".join(map(re.escape, (*FilmPage.OWN_NAMES, *FilmPage.FILES)))
urlpatterns = [
    path("filmer/amne/<slug:slug>/", views.by_topic, name="films_by_topic"),
    re_path(rf"^filmer/(?P<slug>[-\w]+)/(?P<name>{NAMES})$", views.file, name="films_file"),
]

admin_urlpatterns = [
    path("filmer/", staff_views.films_page, name="films"),
    path("filmer/ny/", staff_views.new_page, name="films_new"),
    path("filmer/youtube/", staff_views.link_page, name="films_link"),
    path("filmer/kanal/", staff_views.channel_page, name="films_channel"),
    path("filmer/sprak/<int:page_id>/", staff_views.check, name="films_check"),
]
