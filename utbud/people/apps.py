from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "utbud.people"
    verbose_name = "Personer"
