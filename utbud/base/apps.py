from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "utbud.base"
    verbose_name = "Grund"

    def ready(self) -> None:
        """Register the probes and the upkeep."""
        from utbud.base import days, patience, probes, schedule, upkeep  # noqa: F401 - they register themselves

        days.teach_wagtail()
        schedule.every(seconds=3600)(upkeep.tidy)
        schedule.every(seconds=86400)(upkeep.empty_mail_folder)
        schedule.every(seconds=60)(upkeep.take_up_again)
