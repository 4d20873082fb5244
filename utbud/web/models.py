"""Pages of the site itself: the start page, pages of text, the page in other languages."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base import dates
from utbud.base import plain_language as plain
from utbud.base.richtext import blocks_from_html, plain_text
from utbud.courses.queries import public as courses
from utbud.films import queries as films
from utbud.formats.html import EMPTY, Explainer, blocks_html
from utbud.guides import queries as guides
from utbud.learning import queries as learning
from utbud.learning.models import Topic
from utbud.places import queries as places
from utbud.publishing.models import ApprovedPage, Problem

# Endonyms and direction of the languages a page may be in: a name, never a flag (rules.md 20).
LANGUAGES = {
    "en": ("English", "ltr"),
    "fi": ("Suomi", "ltr"),
    "se": ("Davvisámegiella", "ltr"),
    "sma": ("Åarjelsaemien gïele", "ltr"),
    "smj": ("Julevsámegiella", "ltr"),
    "fit": ("Meänkieli", "ltr"),
    "rom": ("Romani čhib", "ltr"),
    "yi": ("ייִדיש", "rtl"),
    "ar": ("العربية", "rtl"),
    "fa": ("فارسی", "rtl"),
    "prs": ("دری", "rtl"),
    "so": ("Soomaali", "ltr"),
    "ti": ("ትግርኛ", "ltr"),
    "uk": ("Українська", "ltr"),
    "pl": ("Polski", "ltr"),
    "ckb": ("کوردیی ناوەندی", "rtl"),
    "kmr": ("Kurmancî", "ltr"),
    "tr": ("Türkçe", "ltr"),
    "bs": ("Bosanski", "ltr"),
    "es": ("Español", "ltr"),
    "de": ("Deutsch", "ltr"),
    "th": ("ไทย", "ltr"),
}


class StartPage(ApprovedPage):
    """The first page: what one can do, this week's word, where help is."""

    intro = models.TextField(_("inledning"), max_length=400, blank=True)

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "learning.WordIndexPage",
        "courses.CourseIndexPage",
        "films.FilmIndexPage",
        "guides.GuideIndexPage",
        "podcast.PodcastIndexPage",
        "web.InfoPage",
        "web.LanguagesPage",
    ]
    max_count = 1
    template = "web/start_page.html"
    # Its title makes no address: Wagtail's own title panel looks for one, in vain.
    content_panels = [FieldPanel("title"), FieldPanel("intro")]
    promote_panels: list[Any] = []
    settings_panels: list[Any] = []

    class Meta:
        verbose_name = _("startsida")

    def approval_content(self) -> dict[str, Any]:
        return {"title": self.title, "intro": self.intro}

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        week = learning.week_of_word()
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | {
            "topics": Topic.objects.all(),
            "week_word": week.word if week else None,
            "week_label": learning.week_label(week) if week else "",
            "places_now": places.statuses(now),
            "courses": courses.next_coming(now),
            "film": films.latest(),
            "guides": guides.latest_guides(),
        }


class InfoPage(ApprovedPage):
    """A page of text: /om/, /hjalp-nagon-annan/, /tillganglighet/ and what a library adds."""

    lead = models.CharField(_("det viktigaste i en mening"), max_length=240, blank=True)
    body = RichTextField(_("text"), features=["h2", "h3", "bold", "ul", "ol", "link"], max_length=20_000)
    checked_on = models.DateField(_("senast kontrollerad"), default=timezone.localdate)

    parent_page_types = ["web.StartPage", "web.InfoPage"]
    subpage_types = ["web.InfoPage"]
    template = "web/info_page.html"
    content_panels = [
        *ApprovedPage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        FieldPanel("checked_on"),
    ]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []
    search_fields = [
        *ApprovedPage.search_fields,
        index.SearchField("lead", boost=2),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("textsida")
        verbose_name_plural = _("textsidor")

    def approval_content(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "slug": self.slug,
            "lead": self.lead,
            "body": self.body,
            "checked": str(self.checked_on),
        }

    def problems(self) -> list[Problem]:
        text = plain_text(blocks_from_html(self.body))
        figures = plain.readability(text)
        if not text:
            return [Problem("body", gettext("Skriv en text."), stops=True)]
        if figures.lix > plain.WARN_OVER:
            says = gettext("LIX är %(lix)d: %(band)s. Försök komma under 40.") % {
                "lix": round(figures.lix),
                "band": figures.band,
            }
            return [Problem("body", says)]
        return []

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        body = blocks_from_html(expand_db_html(self.body))
        return context | {
            "body_html": blocks_html(body, Explainer(learning.lexicon())),
            "children": self.get_children().live().order_by("title"),
            "checked": dates.date_words(self.checked_on, weekday=False),
        }


class LanguagesPage(ApprovedPage):
    """/sprak/: how to get help, in the reader's own language."""

    texts = StreamField(
        [
            (
                "text",
                blocks.StructBlock(
                    [
                        (
                            "code",
                            blocks.ChoiceBlock(
                                choices=[(code, name) for code, (name, _dir) in LANGUAGES.items()],
                                label=_("Språk"),
                            ),
                        ),
                        ("heading", blocks.CharBlock(label=_("Rubrik på språket"), max_length=120)),
                        ("body", blocks.RichTextBlock(label=_("Text"), features=["bold", "ul", "link"])),
                    ],
                    label=_("Ett språk"),
                ),
            )
        ],
        verbose_name=_("språk"),
        blank=True,
    )
    intro = models.TextField(_("inledning på svenska"), max_length=400, blank=True)

    parent_page_types = ["web.StartPage"]
    subpage_types: list[str] = []
    max_count = 1
    template = "web/languages_page.html"
    content_panels = [*ApprovedPage.content_panels, FieldPanel("intro"), FieldPanel("texts")]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []
    search_fields = [*ApprovedPage.search_fields, index.SearchField("texts")]

    class Meta:
        verbose_name = _("sida på flera språk")

    def approval_content(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "slug": self.slug,
            "intro": self.intro,
            "texts": self.texts.get_prep_value(),
        }

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | {
            "languages": [_language(block.value) for block in self.texts],
            "drop_in": places.next_drop_in(timezone.now()),
        }


def _language(value: Any) -> dict[str, Any]:
    name, direction = LANGUAGES[value["code"]]
    content = blocks_from_html(expand_db_html(value["body"].source))
    return {
        "code": value["code"],
        "name": name,
        "dir": direction,
        "heading": value["heading"],
        "html": blocks_html(content, Explainer(EMPTY)),
    }
