"""The form in which a guide is written, and the help that stands beside the text."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
    TitleFieldPanel,
)

from utbud.formats.panels import RecordingPanel
from utbud.guides import checks
from utbud.learning.panels import PlainLanguagePanel, care


class GuideLanguagePanel(PlainLanguagePanel):
    """LIX, promises and advice beside a guide."""

    report = staticmethod(checks.report)  # type: ignore[assignment]
    checklist: tuple[Any, ...] = checks.CHECKLIST
    check_url = "guides_check"


class BesidePanel(Panel):
    """The way to a guide's pictures and to what its partners say, once it has been saved."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "guides/staff/beside_panel.html"

        def is_shown(self) -> bool:
            return bool(super().is_shown() and self.instance.pk)


GUIDE_EDITOR = TabbedInterface(
    [
        ObjectList(
            [
                GuideLanguagePanel(),
                BesidePanel(),
                TitleFieldPanel(
                    "title",
                    heading=_("Guidens namn"),
                    help_text=_("Det man kan göra efteråt, till exempel: Skaffa BankID i en ny telefon."),
                    classname="",
                    placeholder=False,
                ),
                FieldPanel("one_sentence", help_text=_("Vad man får ut av guiden.")),
                FieldPanel("needs"),
                FieldPanel("minutes"),
                FieldPanel("steps"),
                FieldPanel("done"),
                MultiFieldPanel([FieldPanel("drawing"), FieldPanel("drawing_alt")], heading=_("Bild överst")),
                FieldPanel("easy"),
            ],
            heading=_("Texten"),
        ),
        ObjectList([RecordingPanel("recording")], heading=_("Ljud")),
        ObjectList(
            [InlinePanel("partners", heading=_("Partner"), label=_("partner"), max_num=4)],
            heading=_("Tillsammans med"),
        ),
        ObjectList(
            [FieldPanel("topics"), FieldPanel("services"), FieldPanel("film"), FieldPanel("serves")],
            heading=_("Hitta och knyta ihop"),
        ),
        care(),
    ]
)
