from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "utbud.calendar"
    verbose_name = "Kalender"

    def ready(self) -> None:
        from utbud.calendar import queries  # noqa: PLC0415, RUF100
        from utbud.places import held  # noqa: PLC0415, RUF100

        held.register(queries.held_at)
