from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "utbud.channels"
    verbose_name = "Kanaler"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _  # noqa: PLC0415, RUF100

        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.channels import actions, channel  # noqa: PLC0415, RUF100
        from utbud.channels.subscribers import actions as subscribers  # noqa: PLC0415, RUF100
        from utbud.people import again, looks  # noqa: PLC0415, RUF100

        for view in ("channels_add", "channels_change"):
            again.never_give_back(view, channel.secret_names)
        looks.register("subscribers", _("Prenumeranterna"))
        looks.register("subscriber", _("En prenumerant"))
        sending.register(
            "channels",
            due=actions.channels_due,
            run=lambda channel, now: actions.deliver_due(now, channel=channel),
        )
        sending.register(
            "subscribers", due=subscribers.channels_due,
            run=lambda channel, now: subscribers.send_due_letters(now, channel=channel),
        )  # fmt: skip
        schedule.every(seconds=5)(actions.settle)
        schedule.every(seconds=7 * 24 * 3600)(actions.renew_keys)
        schedule.every(seconds=24 * 3600)(subscribers.purge)
