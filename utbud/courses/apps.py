from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "utbud.courses"
    verbose_name = "Kurser"
