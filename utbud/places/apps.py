from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "utbud.places"
    verbose_name = "Platser"

    def ready(self) -> None:
        """Nobody's password is the library's name."""
        from utbud.base.passwords import local_words
        from utbud.places import queries

        local_words(queries.names)
