from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "utbud.notices"
    verbose_name = "Besked"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _  # noqa: PLC0415, RUF100

        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.notices import actions  # noqa: PLC0415, RUF100
        from utbud.people import looks  # noqa: PLC0415, RUF100

        looks.register("notices", _("Alla besked"))
        looks.register("calls", _("Samtal att ringa"))
        looks.register("letters", _("Brev att posta"))
        looks.register("wrong", _("Besked som inte gick fram"))
        looks.register("notice", _("Ett besked"))
        sending.register("notices", due=actions.ways_due, run=lambda way, now: actions.send_due(now, by=way))
        schedule.every(seconds=60)(actions.settle)
