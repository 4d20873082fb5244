from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "utbud.inbox"
    verbose_name = "Inkorg"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.inbox import actions  # noqa: PLC0415, RUF100

        schedule.every(seconds=60)(actions.send_notices)
        schedule.every(seconds=24 * 3600)(actions.purge)
