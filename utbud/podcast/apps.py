from django.apps import AppConfig


class PodcastConfig(AppConfig):
    name = "utbud.podcast"
    verbose_name = "Podd"
