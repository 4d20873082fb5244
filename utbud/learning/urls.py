import re

from django.urls import path, re_path

from utbud.learning import views, views_answers
from utbud.learning.models import WordPage

urlpatterns = [
    path("svar/<int:page_id>/", views_answers.answer, name="learning_answer"),
    path("svar/<int:page_id>/<str:given>/", views_answers.answered, name="learning_answered"),
    path("ord/a-o/", views.a_to_z, name="words_a_to_z"),
    path("ord/amne/<slug:slug>/", views.by_topic, name="words_by_topic"),
    re_path(
        rf"^ord/(?P<slug>[-\w]+)/(?P<name>{'|'.join(map(re.escape, WordPage.FILES))})$",
        views.file,
        name="word_file",
    ),
]
