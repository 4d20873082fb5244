from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "utbud.inbox"
    verbose_name = "Inkorg"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _  # noqa: PLC0415, RUF100

        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.inbox import actions  # noqa: PLC0415, RUF100
        from utbud.people import looks  # noqa: PLC0415, RUF100

        looks.register("inbox", _("Inkorgen"))
        looks.register("message", _("Ett meddelande i inkorgen"))
        sending.register(
            "inbox", due=lambda now: [""] if actions.notices_due(now).exists() else [],
            run=lambda _key, now: actions.send_notices(now), pause=60,
        )  # fmt: skip
        schedule.every(seconds=24 * 3600)(actions.purge)
