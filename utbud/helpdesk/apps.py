from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "utbud.helpdesk"
    verbose_name = "Disken"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.helpdesk.actions import visits  # noqa: PLC0415, RUF100

        schedule.every(seconds=24 * 3600)(visits.forget_moments)
