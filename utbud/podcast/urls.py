"""Addresses of podcasts: the public ones are included by web at the root, the staff's by wagtail_hooks."""

import re

from django.urls import path, re_path

from utbud.podcast import views
from utbud.podcast.models import EpisodePage
from utbud.podcast.staff_views import board, editor, figures, moving

SHOW, EPISODE = r"^podd/(?P<show>[-\w]+)/", r"(?P<episode>[-\w]+)/"
BESIDE = "|".join(map(re.escape, (*EpisodePage.FILES, "text.vtt", "kapitel.json")))

urlpatterns = [
    path("podd/<slug:show>/rss.xml", views.rss, name="podcast_feed"),
    re_path(
        rf"{SHOW}omslag(?:-(?P<key>[0-9a-f]{{12}})(?P<small>-liten)?)?\.jpg$",
        views.cover,
        name="podcast_cover",
    ),
    re_path(
        rf"{SHOW}{EPISODE}omslag-(?P<key>[0-9a-f]{{12}})(?P<small>-liten)?\.jpg$",
        views.cover,
        name="podcast_episode_cover",
    ),
    re_path(rf"{SHOW}{EPISODE}(?P<digest>[0-9a-f]{{12}})\.mp3$", views.sound, name="podcast_sound"),
    path("podd/<slug:show>/<slug:episode>/text/", views.transcript, name="podcast_transcript"),
    re_path(rf"{SHOW}{EPISODE}(?P<name>{BESIDE})$", views.file, name="podcast_file"),
]

admin_urlpatterns = [
    path("podd/", board.board_page, name="podcast_board"),
    path("podd/ny/", board.new_page, name="podcast_new"),
    path("podd/avsnitt/<int:pk>/plan/", board.plan_page, name="podcast_plan"),
    path("podd/sprak/<int:page_id>/", editor.check, name="podcast_check"),
    path("podd/<int:pk>/flytta-hit/", moving.move_in_page, name="podcast_move_in"),
    path("podd/<int:pk>/flytta-hit/<int:arrival>/igen/", moving.try_again, name="podcast_fetch_again"),
    path("podd/<int:pk>/flytta-hit/omdirigering/", moving.check_redirect, name="podcast_check_redirect"),
    path("podd/siffror/", figures.figures_page, name="podcast_figures"),
    path("podd/siffror/nedladdningar.csv", figures.figures_file, name="podcast_figures_file"),
]
