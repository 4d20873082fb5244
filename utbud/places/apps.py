from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "utbud.places"
    verbose_name = "Platser"
