from django.apps import AppConfig


class FormatsConfig(AppConfig):
    name = "utbud.formats"
    verbose_name = "Format"

    def ready(self) -> None:
        """Register the probes and what is done every day."""
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.formats import actions, probes  # noqa: F401, PLC0415, RUF100

        schedule.every(seconds=24 * 3600)(actions.prune)
