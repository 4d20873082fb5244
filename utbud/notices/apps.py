from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "utbud.notices"
    verbose_name = "Besked"

    def ready(self) -> None:
        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.notices import actions  # noqa: PLC0415, RUF100

        sending.register("notices", due=actions.ways_due, run=lambda way, now: actions.send_due(now, by=way))
        schedule.every(seconds=60)(actions.settle)
