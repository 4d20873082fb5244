from django.apps import AppConfig


class FilmsConfig(AppConfig):
    name = "utbud.films"
    verbose_name = "Filmer"
