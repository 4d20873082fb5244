from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "utbud.notices"
    verbose_name = "Besked"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.notices import actions, tasks  # noqa: PLC0415, RUF100

        schedule.every(seconds=5)(tasks.wake)
        schedule.every(seconds=60)(actions.settle)
