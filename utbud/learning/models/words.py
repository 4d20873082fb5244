"""Veckans digitala ord: a digital word explained so that anyone understands."""

import datetime as dt
import re
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import PageChooserPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base.richtext import Block, blocks_from_html, blocks_from_text
from utbud.formats.content import Item, Section
from utbud.learning.models.lists import ListPage
from utbud.learning.models.material import PAPER_AND_CARDS, SPEECH, MaterialPage

KIND = _("Veckans digitala ord")


def lines(text: str) -> list[str]:
    """The lines of ``text`` that hold something, trimmed."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class WordIndexPage(ListPage):
    """The archive at /ord/."""

    subpage_types = ["learning.WordPage"]
    template = "learning/word_index.html"

    class Meta:
        verbose_name = _("arkiv för veckans ord")


class WordPage(MaterialPage):
    """A digital word and what a good explanation of it needs. ``title`` is the term."""

    pronunciation = models.CharField(
        _("så säger man"), max_length=80, blank=True, help_text=_("Stavelser med bindestreck: bank-i-de.")
    )
    explanation = RichTextField(
        _("förklaring"), features=["h3", "h4", "bold", "ul", "ol", "link"], max_length=6000
    )
    likeness = models.TextField(_("en liknelse från vardagen"), blank=True, max_length=800)
    notice = models.TextField(_("så här märker du det"), blank=True, max_length=800)
    steps = StreamField(
        [("step", blocks.CharBlock(label=_("Steg"), max_length=220))],
        verbose_name=_("det här kan du göra nu"),
        blank=True,
        max_num=3,
        help_text=_("Högst tre steg, en sak i varje."),
    )
    misunderstanding = models.TextField(_("ett vanligt missförstånd"), blank=True, max_length=800)
    forms = models.TextField(
        _("andra former och namn"),
        blank=True,
        max_length=1000,
        help_text=_("Ett på varje rad. Där de står i en text kan läsaren öppna förklaringen."),
    )
    misspellings = models.TextField(
        _("vardagliga stavningar"),
        blank=True,
        max_length=1000,
        help_text=_("Ett på varje rad, till exempel: bank id. De hjälper sökningen."),
    )
    sources = StreamField(
        [
            (
                "source",
                blocks.StructBlock(
                    [
                        ("title", blocks.CharBlock(label=_("Namn"), max_length=120)),
                        ("url", blocks.URLBlock(label=_("Adress"))),
                    ],
                    label=_("Källa"),
                ),
            )
        ],
        verbose_name=_("källor"),
        blank=True,
        max_num=6,
    )
    BASE = "/ord/"
    TAGS = ("VeckansDigitalaOrd", "DigitaltUtbud")
    RESERVED_SLUGS = frozenset({"a-o", "amne", "vecka"})  # addresses of their own under /ord/
    FILES = (*PAPER_AND_CARDS, *SPEECH, "klipp.mp4", "klipp.vtt")
    parent_page_types = ["learning.WordIndexPage"]
    subpage_types: list[str] = []
    template = "learning/word.html"
    search_fields = [
        *MaterialPage.search_fields,
        index.SearchField("forms", boost=6),
        index.SearchField("misspellings", boost=6),
        index.SearchField("explanation"),
        index.SearchField("likeness"),
    ]

    class Meta:
        verbose_name = _("digitalt ord")
        verbose_name_plural = _("digitala ord")

    def clean(self) -> None:
        super().clean()
        self.forms = "\n".join(dict.fromkeys(lines(self.forms)))
        self.misspellings = "\n".join(dict.fromkeys(lines(self.misspellings)))

    # --- what goes out --------------------------------------------------------------------------

    @property
    def step_texts(self) -> list[str]:
        """The steps, in order."""
        return [str(block.value) for block in self.steps]

    @property
    def source_pairs(self) -> tuple[tuple[str, str], ...]:
        """The sources as (title, url)."""
        return tuple((str(block.value["title"]), str(block.value["url"])) for block in self.sources)

    def sections(self) -> tuple[Section, ...]:
        """The text under its headings, in reading order, empty parts left out."""
        steps = tuple(block for step in self.step_texts for block in _as("ol", step))
        parts = (
            (_("Vad är det?"), blocks_from_html(expand_db_html(self.explanation))),
            (_("Det är som …"), blocks_from_text(self.likeness)),
            (_("Så här märker du det"), blocks_from_text(self.notice)),
            (_("Det här kan du göra nu"), steps),
            (_("Ett vanligt missförstånd"), blocks_from_text(self.misunderstanding)),
        )
        return tuple(Section(str(heading), content) for heading, content in parts if content)

    def content(self) -> Item:
        return Item(
            kind=str(KIND),
            title=self.title,
            lead=self.one_sentence,
            path=self.public_path,
            version="",
            date=self.checked_on,
            pronunciation=self.pronunciation,
            sections=self.sections(),
            easy=blocks_from_text(self.easy),
            sources=self.source_pairs,
            picture=self.picture(),
        )

    def approval_content(self) -> dict[str, Any]:
        return super().approval_content() | {
            "forms": lines(self.forms),
            "misspellings": lines(self.misspellings),
            "related": [related.word_id for related in self.related.all()],
        }

    # --- the year -------------------------------------------------------------------------------

    def goes_out_at(self) -> dt.datetime | None:
        planned = self.weeks.filter(published_at=None).first()
        return planned.goes_out_at if planned else None

    def archived_now(self) -> None:
        """The week that it waited for is free for another word. The weeks that it had are history."""
        super().archived_now()
        self.weeks.filter(published_at=None).delete()

    def published(self, *, now: dt.datetime) -> None:
        super().published(now=now)
        for planned in self.weeks.filter(published_at=None):
            if planned.goes_out_at <= now:
                self.weeks.filter(pk=planned.pk, published_at=None).update(published_at=now)


class RelatedWord(Orderable):
    """A word that stands close to another."""

    page = ParentalKey(WordPage, on_delete=models.CASCADE, related_name="related")
    word = models.ForeignKey(WordPage, models.CASCADE, related_name="+", verbose_name=_("ord"))

    panels = [PageChooserPanel("word")]

    class Meta(Orderable.Meta):
        verbose_name = _("besläktat ord")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(page=models.F("word")), name="no_word_is_related_to_itself"
            ),
        ]


def _as(kind: str, text: str) -> tuple[Block, ...]:
    return tuple(Block(kind, block.runs) for block in blocks_from_text(text))


def heading_levels(html: str) -> list[int]:
    """The levels of the headings in rich text, in order: [2, 3, 2]."""
    return [int(level) for level in re.findall(r"<h([1-6])", html)]
