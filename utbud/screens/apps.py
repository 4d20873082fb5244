from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "utbud.screens"
    verbose_name = "Skärmar"
