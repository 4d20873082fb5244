from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "utbud.web"
    verbose_name = "Webb"
