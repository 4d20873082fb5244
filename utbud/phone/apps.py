from django.apps import AppConfig


class PhoneConfig(AppConfig):
    name = "utbud.phone"
    verbose_name = "Telefonlinjen"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.phone import actions, tasks  # noqa: PLC0415, RUF100

        schedule.every(seconds=60)(tasks.wake)
        schedule.every(seconds=24 * 3600)(actions.forget_calls)
        schedule.every(seconds=24 * 3600)(actions.prune)
