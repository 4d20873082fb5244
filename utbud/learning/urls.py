import re

from django.urls import path, re_path

from utbud.learning import views
from utbud.learning.models import WordPage

urlpatterns = [
    path("ord/a-o/", views.a_to_z, name="words_a_to_z"),
    path("ord/amne/<slug:slug>/", views.by_topic, name="words_by_topic"),
    re_path(
        rf"^ord/(?P<slug>[-\w]+)/(?P<name>{'|'.join(map(re.escape, WordPage.FILES))})$",
        views.file,
        name="word_file",
    ),
]
