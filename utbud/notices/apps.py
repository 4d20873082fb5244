from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "utbud.notices"
    verbose_name = "Besked"
