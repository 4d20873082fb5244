"""Addresses of guides: the public ones are included by web at the root, the staff's by wagtail_hooks."""

import re

from django.urls import path, re_path

from utbud.guides import review_views, views
from utbud.guides.files import PARTNERS_FILES
from utbud.guides.models import GuidePage
from utbud.publishing.files import ALOUD

urlpatterns = [
    path("guider/granska/<str:secret>/", review_views.review, name="guides_review"),
    path("guider/granska/<str:secret>/sida/", review_views.look, name="guides_review_look"),
    path("guider/granska/<str:secret>/<str:name>", review_views.file, name="guides_review_file"),
    path("guider/amne/<slug:slug>/", views.by_topic, name="guides_by_topic"),
    path("guider/mapp/", views.folder, name="guides_folder"),
    path("guider/mapp/mapp.pdf", views.folder_file, name="guides_folder_file"),
    path("guider/<slug:slug>/steg/<int:number>/", views.step, name="guides_step"),
    re_path(
        rf"^guider/(?P<slug>[-\w]+)/steg/(?P<number>\d{{1,3}})/(?P<name>{'|'.join(map(re.escape, ALOUD))})$",
        views.step_sound,
        name="guides_step_sound",
    ),
    path("guider/<slug:slug>/partner/<slug:partner>/", views.partner, name="guides_partner"),
    re_path(
        rf"^guider/(?P<slug>[-\w]+)/partner/(?P<partner>[-\w]+)/(?P<name>{'|'.join(map(re.escape, PARTNERS_FILES))})$",
        views.partner_file,
        name="guides_partner_file",
    ),
    re_path(
        rf"^guider/(?P<slug>[-\w]+)/(?P<name>{'|'.join(map(re.escape, GuidePage.FILES))})$",
        views.file,
        name="guides_file",
    ),
]
