from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "utbud.calendar"
    verbose_name = "Kalender"
