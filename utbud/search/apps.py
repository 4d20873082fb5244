from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "utbud.search"
    verbose_name = "Sök"
