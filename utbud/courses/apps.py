from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "utbud.courses"
    verbose_name = "Kurser"

    def ready(self) -> None:
        from django.utils import timezone  # noqa: PLC0415, RUF100
        from django.utils.translation import gettext_lazy as _  # noqa: PLC0415, RUF100

        from utbud.base import schedule  # noqa: PLC0415, RUF100
        from utbud.channels import incoming  # noqa: PLC0415, RUF100
        from utbud.channels.sources import register  # noqa: PLC0415, RUF100
        from utbud.courses import (  # noqa: PLC0415, RUF100
            checks,
            models,  # noqa: PLC0415, RUF100
            offers,
            panels,
            slides,
            sources,
            texts,
        )
        from utbud.courses.actions import care, day, seats  # noqa: PLC0415, RUF100
        from utbud.courses.models import CourseIndexPage, CoursePage  # noqa: PLC0415, RUF100
        from utbud.courses.queries import care as held  # noqa: PLC0415, RUF100
        from utbud.courses.queries import public, soon, staff
        from utbud.learning import topic_links  # noqa: PLC0415, RUF100
        from utbud.people import looks  # noqa: PLC0415, RUF100
        from utbud.phone import offers as phone_line  # noqa: PLC0415, RUF100
        from utbud.places import held as held_there  # noqa: PLC0415, RUF100
        from utbud.publishing import previews  # noqa: PLC0415, RUF100
        from utbud.screens import slides as screens  # noqa: PLC0415, RUF100

        # A Wagtail page is a model and shows itself; what it shows is asked for above the models.
        CourseIndexPage.list_of = staticmethod(
            lambda request: public.listing(timezone.now(), number=request.GET.get("sida"))
        )
        CoursePage.context_of = staticmethod(
            lambda course, file_base: public.course_context(course, file_base, timezone.now())
        )
        CoursePage.problems_of = staticmethod(checks.problems_of)
        CoursePage.preview_of = staticmethod(previews.preview)
        CoursePage.edit_handler = panels.COURSE_EDITOR
        CoursePage.dates_of = staticmethod(lambda course: soon.dates_of(course, timezone.now()))
        incoming.register(texts.receive)
        phone_line.register("kurser", offers.coming)
        screens.register("kurser", slides.slides)
        register(sources.COURSES)
        topic_links.register("kurser", sources.COURSES.label, public.url_of_topic)
        looks.register("find", _("Sökning bland anmälda"))
        looks.register("quota", _("Anmälda"), held.titles(models.Quota, "run__course__title"))
        looks.register("run", _("Alla anmälda"), held.titles(models.Run, "course__title"))
        looks.register("occasion", _("Dagens lista"), held.titles(models.Occasion, "run__course__title"))
        looks.register(
            "registration", _("En anmälan"), held.titles(models.Registration, "quota__run__course__title")
        )
        held_there.register(staff.held_at)
        schedule.every(seconds=20)(seats.expire_offers)
        schedule.every(seconds=60)(seats.serve_lines)
        schedule.every(seconds=300)(day.remind_due)
        schedule.every(seconds=24 * 3600)(care.purge)
