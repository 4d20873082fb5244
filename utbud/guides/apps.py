from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "utbud.guides"
    verbose_name = "Guider"
