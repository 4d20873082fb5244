from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "utbud.places"
    verbose_name = "Platser"

    def ready(self) -> None:
        """Nobody's password is the library's name. A place has a form of its own, before people guards it."""
        from utbud.base.passwords import local_words
        from utbud.places import forms, models, queries

        local_words(queries.names)
        models.Place.base_form_class = forms.PlaceForm
