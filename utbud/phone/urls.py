"""Public addresses of the line: its sound, and what the phone service asks. Included by web at the root."""

from django.urls import path, re_path

from utbud.phone import staff_views, views

PACE = r"(?P<pace>vanligt|langsamt)"
DOOR = r"(?P<secret>[0-9a-f]+)"

urlpatterns = [
    re_path(r"^telefon/ljud/(?P<key>[0-9a-f]{64})\.mp3$", views.sound, name="phone_sound"),
    re_path(rf"^api/telefon/{DOOR}/$", views.start, name="phone_start"),
    re_path(
        rf"^api/telefon/{DOOR}/{PACE}/svar/(?P<missed>\d)/(?P<step>.+)/$", views.chosen, name="phone_chosen"
    ),
    re_path(rf"^api/telefon/{DOOR}/{PACE}/(?P<step>.+)/$", views.enter, name="phone_enter"),
]

admin_urlpatterns = [
    path("telefon/", staff_views.line, name="phone_line"),
    path("telefon/prova/", staff_views.trial, name="phone_trial"),
    path("telefon/text/", staff_views.text, name="phone_text"),
    path("telefon/ny-adress/", staff_views.new_secret, name="phone_new_secret"),
]
