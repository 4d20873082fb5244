"""The form in which a word is written, and the help that stands beside the text."""

from typing import Any

from django.forms import Media
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.staticfiles import versioned_static

from utbud.formats.panels import RecordingPanel
from utbud.learning.checks import CHECKLIST, report


class PlainLanguagePanel(Panel):
    """LIX, promises and advice, asked again from the server as the text changes (one place for the rules).

    Another kind of page says in a subclass what its ``report`` is, what to ask oneself, and where to ask.
    """

    report = staticmethod(report)
    checklist: tuple[Any, ...] = CHECKLIST
    check_url = "learning_check"

    class BoundPanel(Panel.BoundPanel):
        template_name = "learning/staff/plain_language_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {
                "report": self.panel.report(self.instance),
                "checklist": self.panel.checklist,
                "url": reverse(self.panel.check_url, args=[self.instance.pk or 0]),
            }

        @property
        def media(self) -> Media:
            return Media(js=[versioned_static("learning/plain_language.js")])


def care() -> ObjectList:
    """The tab in which any material says who answers for it, when it was checked, and its address."""
    return ObjectList(
        [
            FieldPanel("responsible"),
            FieldRowPanel([FieldPanel("checked_on"), FieldPanel("review_by")]),
            FieldPanel("slug"),
        ],
        heading=_("Skötsel"),
    )


WORD_EDITOR = TabbedInterface(
    [
        ObjectList(
            [
                PlainLanguagePanel(),
                TitleFieldPanel(
                    "title",
                    heading=_("Ordet"),
                    help_text=_("Som man säger det, till exempel: Nätfiske."),
                    classname="",
                    placeholder=False,
                ),
                FieldPanel("pronunciation"),
                FieldPanel(
                    "one_sentence",
                    help_text=_("Börja med ordet: «BankID är …». Den visas överallt där ordet förklaras."),
                ),
                MultiFieldPanel([FieldPanel("drawing"), FieldPanel("drawing_alt")], heading=_("Teckning")),
                FieldPanel("explanation"),
                FieldPanel("likeness"),
                FieldPanel("notice"),
                FieldPanel("steps"),
                FieldPanel("misunderstanding"),
                FieldPanel("easy"),
            ],
            heading=_("Texten"),
        ),
        ObjectList([RecordingPanel("recording")], heading=_("Ljud")),
        ObjectList(
            [
                FieldPanel("topics"),
                InlinePanel("related", heading=_("Besläktade ord"), label=_("ord"), max_num=6),
                FieldPanel("forms"),
                FieldPanel("misspellings"),
                FieldPanel("serves"),
                FieldPanel("services"),
                FieldPanel("sources"),
            ],
            heading=_("Hitta och knyta ihop"),
        ),
        care(),
    ]
)
