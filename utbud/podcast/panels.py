"""The forms in which a show and an episode are written."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)

from utbud.learning.panels import PlainLanguagePanel, care
from utbud.podcast import checks


class EpisodeLanguagePanel(PlainLanguagePanel):
    """LIX, promises and advice beside an episode."""

    report = staticmethod(checks.report)  # type: ignore[assignment]
    checklist: tuple[Any, ...] = checks.CHECKLIST
    check_url = "podcast_check"


EPISODE_EDITOR = TabbedInterface(
    [
        ObjectList(
            [
                HelpPanel(template="podcast/staff/way_panel.html"),
                EpisodeLanguagePanel(),
                TitleFieldPanel(
                    "title",
                    heading=_("Avsnittets namn"),
                    help_text=_("Som man säger det. Poddens namn behövs inte."),
                    classname="",
                    placeholder=False,
                ),
                FieldPanel("one_sentence", help_text=_("Vad avsnittet handlar om.")),
                FieldPanel("notes"),
                FieldPanel("script"),
                MultiFieldPanel([FieldPanel("drawing"), FieldPanel("drawing_alt")], heading=_("Eget omslag")),
                FieldPanel("easy"),
            ],
            heading=_("Texten"),
        ),
        ObjectList(
            [InlinePanel("guests", heading=_("Medverkande"), label=_("person"), max_num=12)],
            heading=_("Medverkande"),
        ),
        ObjectList(
            [
                FieldRowPanel([FieldPanel("season"), FieldPanel("number"), FieldPanel("episode_kind")]),
                FieldPanel("explicit"),
                FieldPanel("topics"),
                FieldPanel("serves"),
                FieldPanel("services"),
            ],
            heading=_("Hitta och knyta ihop"),
        ),
        care(),
    ]
)

SHOW_EDITOR = TabbedInterface(
    [
        ObjectList(
            [
                TitleFieldPanel("title", heading=_("Poddens namn"), classname="", placeholder=False),
                FieldPanel("description"),
                FieldPanel("cover"),
                FieldPanel("author"),
                FieldPanel("owner_email"),
            ],
            heading=_("Podden"),
        ),
        ObjectList(
            [
                FieldRowPanel([FieldPanel("category"), FieldPanel("subcategory")]),
                FieldPanel("explicit"),
                FieldPanel("licence"),
                FieldPanel("feed_locked"),
                FieldPanel("slug"),
                FieldPanel("moved_to"),
            ],
            heading=_("Flödet"),
        ),
    ]
)
