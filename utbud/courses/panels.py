"""The form in which a course is written, and the help that stands beside the text."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)

from utbud.courses import checks
from utbud.formats.panels import RecordingPanel
from utbud.learning.panels import PlainLanguagePanel, care


class CourseLanguagePanel(PlainLanguagePanel):
    """LIX, promises and advice beside a course."""

    report = staticmethod(checks.report)  # type: ignore[assignment]
    checklist: tuple[Any, ...] = checks.CHECKLIST
    check_url = "courses_check"


COURSE_EDITOR = TabbedInterface(
    [
        ObjectList(
            [
                CourseLanguagePanel(),
                TitleFieldPanel(
                    "title",
                    heading=_("Kursens namn"),
                    help_text=_(
                        "Vad man kan göra efteråt, till exempel: Ring med bild. Inte vad tekniken heter."
                    ),
                    classname="",
                    placeholder=False,
                ),
                FieldPanel("one_sentence", help_text=_("Vad man får ut av kursen.")),
                MultiFieldPanel([FieldPanel("drawing"), FieldPanel("drawing_alt")], heading=_("Bild")),
                FieldPanel("can_after"),
                FieldPanel("about"),
                FieldPanel("for_whom"),
                FieldRowPanel([FieldPanel("level"), FieldPanel("spoken_language")]),
                FieldPanel("bring"),
                FieldPanel("accessibility"),
                FieldPanel("teacher"),
                FieldPanel("beside_times"),
                FieldPanel("easy"),
            ],
            heading=_("Texten"),
        ),
        ObjectList([RecordingPanel("recording")], heading=_("Ljud")),
        ObjectList(
            [FieldPanel("topics"), FieldPanel("serves"), FieldPanel("services"), FieldPanel("task")],
            heading=_("Hitta och knyta ihop"),
        ),
        care(),
    ]
)
