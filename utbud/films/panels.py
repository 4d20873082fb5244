"""The form in which a film is written, and the help that stands beside the text."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
    TitleFieldPanel,
)

from utbud.films import checks
from utbud.learning.panels import PlainLanguagePanel, care

FILMS = _("Filmer")


class FilmLanguagePanel(PlainLanguagePanel):
    """LIX, promises and advice beside a film."""

    report = staticmethod(checks.report)  # type: ignore[assignment]
    checklist: tuple[Any, ...] = checks.CHECKLIST
    check_url = "films_check"


class MakingPanel(Panel):
    """The film itself: what there is of it, and the ways to where it is made."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "films/staff/making_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            film = self.instance
            return context | {
                "film": film,
                "workshop_url": address("media_workshop", film.pk),
                "text_url": address("media_text", film.pk),
                "captions": len(film.captions),
                "chapters": len(film.chapters),
            }


def address(name: str, page_id: int | None) -> str:
    """The address of a staff page about a page that is saved, "" for none."""
    if not page_id:
        return ""
    try:
        return reverse(name, args=[page_id])
    except NoReverseMatch:
        return ""


FILM_EDITOR = TabbedInterface(
    [
        ObjectList(
            [
                FilmLanguagePanel(),
                MakingPanel(heading=_("Filmen")),
                TitleFieldPanel(
                    "title",
                    heading=_("Filmens titel"),
                    help_text=_("Vad man kan göra efteråt, till exempel: Betala en räkning med mobilen."),
                    classname="",
                    placeholder=False,
                ),
                FieldPanel("one_sentence", help_text=_("Vad filmen visar.")),
                FieldPanel("needs"),
                FieldPanel("about"),
                FieldPanel("seen"),
                MultiFieldPanel([FieldPanel("drawing"), FieldPanel("drawing_alt")], heading=_("Bild")),
                FieldPanel("easy"),
            ],
            heading=_("Texten"),
        ),
        ObjectList([FieldPanel("youtube_id"), FieldPanel("youtube_seconds")], heading=_("YouTube")),
        ObjectList(
            [FieldPanel("topics"), FieldPanel("serves"), FieldPanel("services")],
            heading=_("Hitta och knyta ihop"),
        ),
        care(),
    ]
)
