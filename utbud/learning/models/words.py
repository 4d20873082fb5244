"""Veckans digitala ord: a digital word explained so that anyone understands."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import Image
from wagtail.models import Orderable
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base.richtext import Block, blocks_from_html, blocks_from_text
from utbud.formats.content import Item, Picture, Section
from utbud.formats.models import Recording
from utbud.learning.models.topics import Topic
from utbud.people.models import TargetGroup
from utbud.publishing.models import ApprovedPage, Problem, SharedPage

KIND = _("Veckans digitala ord")


def lines(text: str) -> list[str]:
    """The lines of ``text`` that hold something, trimmed."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def in_a_year() -> dt.date:
    """The usual date by which a word is looked at again."""
    return timezone.localdate() + dt.timedelta(days=365)


class WordIndexPage(ApprovedPage):
    """The archive at /ord/. What it lists it asks for when it is shown."""

    intro = models.TextField(_("inledning"), blank=True, max_length=600)

    parent_page_types = ["web.StartPage"]
    subpage_types = ["learning.WordPage"]
    max_count = 1
    content_panels = [*ApprovedPage.content_panels, FieldPanel("intro")]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []
    template = "learning/word_index.html"

    archive_of: ClassVar[Callable[[str | None], dict[str, Any]]]  # see learning/apps.py

    class Meta:
        verbose_name = _("arkiv för veckans ord")

    def approval_content(self) -> dict[str, Any]:
        return {"title": self.title, "slug": self.slug, "intro": self.intro}

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | type(self).archive_of(request.GET.get("sida"))


class WordPage(SharedPage):
    """A digital word and what a good explanation of it needs. ``title`` is the term."""

    pronunciation = models.CharField(
        _("så säger man"), max_length=80, blank=True, help_text=_("Stavelser med bindestreck: bank-i-de.")
    )
    one_sentence = models.CharField(
        _("en mening som alla förstår"),
        max_length=160,
        help_text=_("Börja med ordet: «BankID är …». Den visas överallt där ordet förklaras."),
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
    topics = ParentalManyToManyField(Topic, blank=True, related_name="words", verbose_name=_("ämnen"))
    serves = ParentalManyToManyField(
        TargetGroup, blank=True, related_name="+", verbose_name=_("målgrupper i lagen")
    )
    drawing = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("teckning")
    )
    drawing_alt = models.CharField(
        _("teckningen i ord"),
        max_length=150,
        blank=True,
        help_text=_("För den som inte ser bilden: vad föreställer den?"),
    )
    easy = models.TextField(
        _("på lätt svenska"),
        blank=True,
        max_length=2000,
        help_text=_("Mycket korta meningar. LIX högst 30. En tom rad ger nytt stycke."),
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
    recording = models.ForeignKey(
        Recording, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("egen inläsning")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ansvarig för texten"),
    )
    checked_on = models.DateField(_("senast kontrollerad"), default=timezone.localdate)
    review_by = models.DateField(_("ska kontrolleras senast"), default=in_a_year)

    RESERVED_SLUGS = frozenset({"a-o", "amne", "vecka"})  # addresses of their own under /ord/
    FILES = (
        "utskrift.pdf", "affisch.pdf", "kort.png", "lyssna.mp3", "lyssna-langsamt.mp3",
        "kort-kvadrat.png", "kort-staende.png", "kort-berattelse.png",
        "kort-kvadrat.jpg", "kort-staende.jpg", "kort-berattelse.jpg",
        "klipp.mp4", "klipp.vtt",
    )  # fmt: skip
    parent_page_types = ["learning.WordIndexPage"]
    subpage_types: list[str] = []
    template = "learning/word.html"
    preview_modes = [
        ("", _("Webbsida")),
        ("print", _("Utskrift")),
        ("poster", _("Affisch")),
        ("speech", _("Uppläst")),
    ]

    search_fields = [
        *ApprovedPage.search_fields,
        index.SearchField("one_sentence", boost=4),
        index.SearchField("forms", boost=6),
        index.SearchField("misspellings", boost=6),
        index.SearchField("explanation"),
        index.SearchField("likeness"),
        index.SearchField("easy"),
    ]

    # What the page shows is decided above the models; learning/apps.py ties it on when the app starts.
    context_of: ClassVar[Callable[["WordPage", str], dict[str, Any]]]
    problems_of: ClassVar[Callable[["WordPage"], list[Problem]]]
    preview_of: ClassVar[Callable[[HttpRequest, "WordPage", str], HttpResponse]]

    class Meta:
        verbose_name = _("digitalt ord")
        verbose_name_plural = _("digitala ord")

    def clean(self) -> None:
        super().clean()
        if self.slug in self.RESERVED_SLUGS:
            raise ValidationError({"slug": _("Den adressen används redan av arkivet. Välj en annan.")})
        if self.review_by and self.checked_on and self.review_by <= self.checked_on:
            says = _("Välj en dag efter den då texten senast kontrollerades.")
            raise ValidationError({"review_by": says})
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

    def picture(self) -> Picture | None:
        """The drawing as formats take it."""
        if self.drawing is None:
            return None
        return Picture(name=self.drawing.file.name, alt=self.drawing_alt, digest=self.drawing.get_file_hash())

    def as_item(self) -> Item:
        return dataclasses.replace(self.content(), version=self.content_hash()[:6])

    def content(self) -> Item:
        """The item without its version, which is a hash of it: enough for the page and the voice."""
        return Item(
            kind=str(KIND),
            title=self.title,
            lead=self.one_sentence,
            path=f"/ord/{self.slug}/",
            version="",
            date=self.checked_on,
            pronunciation=self.pronunciation,
            sections=self.sections(),
            easy=blocks_from_text(self.easy),
            sources=self.source_pairs,
            picture=self.picture(),
        )

    def own_recording(self) -> Recording | None:
        return self.recording

    def approval_content(self) -> dict[str, Any]:
        return dataclasses.asdict(self.content()) | {
            "forms": lines(self.forms),
            "misspellings": lines(self.misspellings),
            "topics": sorted(topic.pk for topic in self.topics.all()),
            "serves": sorted(group.pk for group in self.serves.all()),
            "related": [related.word_id for related in self.related.all()],
            "recording": self.recording.digest if self.recording else "",
            "channels": self.channel_texts,
        }

    def post_tags(self) -> tuple[str, ...]:
        return ("VeckansDigitalaOrd", "DigitaltUtbud")

    def problems(self) -> list[Problem]:
        return type(self).problems_of(self)

    # --- the year -------------------------------------------------------------------------------

    def goes_out_at(self) -> dt.datetime | None:
        planned = self.weeks.filter(published_at=None).first()
        return planned.goes_out_at if planned else None

    def published(self, *, now: dt.datetime) -> None:
        for planned in self.weeks.filter(published_at=None):
            if planned.goes_out_at <= now:
                self.weeks.filter(pk=planned.pk, published_at=None).update(published_at=now)

    # --- pages ----------------------------------------------------------------------------------

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Before it is published a word's files stand where it is being looked at (publishing.views).
        file_base = getattr(request, "file_base", f"/ord/{self.slug}/")
        return super().get_context(request, *args, **kwargs) | type(self).context_of(self, file_base)

    def serve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().serve(request, *args, **kwargs)
        if not response.context_data["has_sound"]:
            response["Cache-Control"] = "no-cache"  # soon it can mark what is read: not to be kept as it is
        return response

    def serve_preview(self, request: Any, mode_name: str) -> Any:
        if not mode_name:
            return super().serve_preview(request, mode_name)
        return type(self).preview_of(request, self, mode_name)


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
