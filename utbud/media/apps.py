from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "utbud.media"
    verbose_name = "Film och ljud"
