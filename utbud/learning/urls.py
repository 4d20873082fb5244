from django.urls import path, re_path

from utbud.learning import views

urlpatterns = [
    path("ord/a-o/", views.a_to_z, name="words_a_to_z"),
    path("ord/amne/<slug:slug>/", views.by_topic, name="words_by_topic"),
    re_path(
        r"^ord/(?P<slug>[-\w]+)/(?P<name>utskrift\.pdf|affisch\.pdf|kort\.png|lyssna\.mp3|lyssna-langsamt\.mp3)$",
        views.file,
        name="word_file",
    ),
    path("floden/ord.xml", views.feed, name="word_feed"),
]
