from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "utbud.channels"
    verbose_name = "Kanaler"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.channels import tasks  # noqa: PLC0415, RUF100

        schedule.every(seconds=5)(tasks.wake)
