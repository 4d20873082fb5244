from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "utbud.channels"
    verbose_name = "Kanaler"

    def ready(self) -> None:
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.channels import actions, tasks  # noqa: PLC0415, RUF100
        from utbud.channels.subscribers import actions as subscribers  # noqa: PLC0415, RUF100

        schedule.every(seconds=5)(tasks.wake)
        schedule.every(seconds=7 * 24 * 3600)(actions.renew_keys)
        schedule.every(seconds=10)(subscribers.send_due_letters)
        schedule.every(seconds=24 * 3600)(subscribers.purge)
