from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "utbud.courses"
    verbose_name = "Kurser"

    def ready(self) -> None:
        from django.utils import timezone  # noqa: PLC0415, RUF100

        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.channels import incoming  # noqa: PLC0415, RUF100
        from utbud.courses import texts  # noqa: PLC0415, RUF100
        from utbud.courses.actions import care, day, seats  # noqa: PLC0415, RUF100
        from utbud.courses.models import CoursePage  # noqa: PLC0415, RUF100
        from utbud.courses.queries import times  # noqa: PLC0415, RUF100

        # A Wagtail page is a model and shows itself; what it shows is asked for above the models.
        CoursePage.dates_of = staticmethod(lambda course: times.date_lines(course, timezone.now()))
        incoming.register(texts.receive)
        schedule.every(seconds=20)(seats.expire_offers)
        schedule.every(seconds=60)(seats.serve_lines)
        schedule.every(seconds=300)(day.remind_due)
        schedule.every(seconds=24 * 3600)(care.purge)
