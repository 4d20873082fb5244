from typing import Any

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "utbud.guides"
    verbose_name = "Guider"

    def ready(self) -> None:
        from django.db.models.signals import post_delete  # noqa: PLC0415, RUF100

        from utbud.base import schedule, sending  # noqa: PLC0415, RUF100
        from utbud.channels.sources import register  # noqa: PLC0415, RUF100
        from utbud.guides import (  # noqa: PLC0415, RUF100
            checks,
            panels,
            queries,
            readings,
            sources,
        )
        from utbud.guides.actions import partners, pictures  # noqa: PLC0415, RUF100
        from utbud.guides.models import GuideIndexPage, GuidePage, MarkedPicture  # noqa: PLC0415, RUF100
        from utbud.learning import topic_links  # noqa: PLC0415, RUF100
        from utbud.media import workshop  # noqa: PLC0415, RUF100
        from utbud.phone import offers as phone_line  # noqa: PLC0415, RUF100
        from utbud.publishing import previews  # noqa: PLC0415, RUF100

        # A Wagtail page is a model and shows itself; what it shows is asked for above the models.
        GuideIndexPage.list_of = staticmethod(lambda request: queries.listing(request.GET.get("sida")))
        GuidePage.context_of = staticmethod(queries.guide_context)
        GuidePage.preview_of = staticmethod(previews.preview)
        GuidePage.problems_of = staticmethod(checks.problems_of)
        GuidePage.edit_handler = panels.GUIDE_EDITOR
        register(sources.GUIDES)
        phone_line.register_readings("guider", readings.readings)
        topic_links.register("guider", sources.GUIDES.label, queries.url_of_topic)
        workshop.register(from_film)
        post_delete.connect(pictures.file_goes_too, sender=MarkedPicture, dispatch_uid="utbud.picture_file")
        sending.register(
            "partners' letters", due=lambda now: [""] if partners.letters_due(now).exists() else [],
            run=lambda _key, now: partners.send_due_letters(now),
        )  # fmt: skip
        schedule.every(seconds=24 * 3600)(partners.purge)
        schedule.every(seconds=24 * 3600)(pictures.purge_unfinished)


def from_film(page: Any) -> list[tuple[str, str]]:
    """What the workshop of a film offers: a guide of it, when it is ready."""
    from django.urls import reverse  # noqa: PLC0415, RUF100
    from django.utils.translation import gettext as _  # noqa: PLC0415, RUF100

    from utbud.films.models import FilmPage  # noqa: PLC0415, RUF100

    if not isinstance(page, FilmPage) or page.asset is None or not page.asset.is_ready:
        return []
    return [(_("Gör en guide av filmen"), reverse("guides_from_film", args=[page.pk]))]
