from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "utbud.media"
    verbose_name = "Film och ljud"

    def ready(self) -> None:
        """Register what is done again and again."""
        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.media import probes  # noqa: F401, PLC0415, RUF100
        from utbud.media.actions import captions, processing, uploads  # noqa: PLC0415, RUF100

        schedule.every(seconds=60)(processing.take_up_again)
        schedule.every(seconds=60)(captions.take_up_again)
        schedule.every(seconds=24 * 3600)(processing.prune)
        schedule.every(seconds=24 * 3600)(uploads.purge_uploads)
        schedule.every(seconds=24 * 3600)(uploads.purge_assets)
