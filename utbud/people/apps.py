from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "utbud.people"
    verbose_name = "Personer"

    def ready(self) -> None:
        """Register what is done again and again."""
        from utbud.base import schedule
        from utbud.people import actions, guarded, logins

        guarded.guard_all()
        schedule.every(seconds=86400)(logins.purge)
        schedule.every(seconds=86400)(actions.purge_looks)
