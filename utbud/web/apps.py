from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "utbud.web"
    verbose_name = "Webb"

    def ready(self) -> None:
        """Register the probes, and what takes the copies of pages away."""
        from django.db.models.signals import post_delete, post_save  # noqa: PLC0415, RUF100
        from django.utils.translation import gettext_lazy as _  # noqa: PLC0415, RUF100
        from wagtail.models import Page, PageViewRestriction  # noqa: PLC0415, RUF100
        from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move  # noqa: PLC0415, RUF100

        from utbud.base import schedule, withdrawn  # noqa: PLC0415, RUF100
        from utbud.courses.models import Run  # noqa: PLC0415, RUF100
        from utbud.people import looks  # noqa: PLC0415, RUF100
        from utbud.web import copies, probes, recopy, tasks  # noqa: F401, PLC0415, RUF100 - the probes register themselves

        for signal in (page_unpublished, page_slug_changed, post_page_move):
            signal.connect(copies.forget_all, dispatch_uid="utbud.copies")
        for model in (Page, Run):
            post_delete.connect(copies.forget_all, sender=model, dispatch_uid="utbud.copies")
        withdrawn.hear(copies.forget_all)
        schedule.every(seconds=15)(recopy.recopy)
        schedule.every(seconds=60)(tasks.wake)
        post_save.connect(copies.forget_all, sender=PageViewRestriction, dispatch_uid="utbud.copies")
        page_published.connect(copies.forget_corrected, dispatch_uid="utbud.copies")
        looks.register("today", _("Idag"))
