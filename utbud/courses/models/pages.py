"""A course as it is described: what one will be able to do, for whom, what to bring. When it is held stands in runs."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import Image
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base.richtext import Block, blocks_from_html, blocks_from_text
from utbud.formats.content import WHEN, Item, Picture, Section
from utbud.formats.models import Recording
from utbud.learning.models import Topic
from utbud.people.models import TargetGroup
from utbud.publishing.models import ApprovedPage, Problem, SharedPage

KIND = _("Kurs")


def in_a_year() -> dt.date:
    """The usual date by which a course is looked at again."""
    return timezone.localdate() + dt.timedelta(days=365)


class CourseIndexPage(ApprovedPage):
    """The list of courses at /kurser/. What it lists it asks for when it is shown."""

    intro = models.TextField(_("inledning"), blank=True, max_length=600)

    parent_page_types = ["web.StartPage"]
    subpage_types = ["courses.CoursePage"]
    max_count = 1
    content_panels = [*ApprovedPage.content_panels, FieldPanel("intro")]
    promote_panels = [FieldPanel("slug")]
    settings_panels: list[Any] = []
    template = "courses/course_index.html"

    list_of: ClassVar[Callable[[HttpRequest], dict[str, Any]]]  # see courses/apps.py

    class Meta:
        verbose_name = _("lista över kurser")

    def approval_content(self) -> dict[str, Any]:
        return {"title": self.title, "slug": self.slug, "intro": self.intro}

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | type(self).list_of(request)


class CoursePage(SharedPage):
    """A course or a programme, described once and held many times. ``title`` says what one will be able to do."""

    class Level(models.TextChoices):
        """How much one needs to have done before."""

        FIRST = "first", _("Du behöver inte kunna något innan")
        SOME = "some", _("Du har provat lite")
        USED = "used", _("Du är van")

    one_sentence = models.CharField(
        _("en mening som alla förstår"), max_length=160, help_text=_("Vad man får ut av kursen.")
    )
    about = RichTextField(
        _("så går det till"), features=["h3", "h4", "bold", "ul", "ol", "link"], max_length=6000
    )
    can_after = StreamField(
        [("line", blocks.CharBlock(label=_("Efter kursen kan du …"), max_length=160))],
        verbose_name=_("efter kursen kan du"),
        blank=True,
        max_num=6,
    )
    for_whom = models.TextField(_("för vem"), blank=True, max_length=600)
    bring = models.TextField(_("ta med"), blank=True, max_length=600)
    task = models.CharField(
        _("det här ska man klara själv"),
        max_length=120,
        blank=True,
        help_text=_(
            "En enda uppgift. Vi frågar efteråt: «Klarade du att …?» Till exempel: skicka en bild till någon du känner"
        ),
    )
    level = models.CharField(_("nivå"), max_length=10, choices=Level, default=Level.FIRST)
    spoken_language = models.CharField(_("språk"), max_length=80, default="svenska")
    accessibility = models.TextField(
        _("tillgänglighet"),
        blank=True,
        max_length=600,
        help_text=_("Det som gäller kursen. Hur man kommer in står på platsen."),
    )
    teacher = models.CharField(
        _("leds av"), max_length=160, blank=True, help_text=_("Vad ledaren kan, inte vad hen heter.")
    )
    topics = ParentalManyToManyField(Topic, blank=True, related_name="courses", verbose_name=_("ämnen"))
    serves = ParentalManyToManyField(
        TargetGroup, blank=True, related_name="+", verbose_name=_("målgrupper i lagen")
    )
    drawing = models.ForeignKey(
        Image, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("bild")
    )
    drawing_alt = models.CharField(
        _("bilden i ord"),
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
    recording = models.ForeignKey(
        Recording, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("egen inläsning")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ansvarig för kursen"),
    )
    checked_on = models.DateField(_("senast kontrollerad"), default=timezone.localdate)
    review_by = models.DateField(_("ska kontrolleras senast"), default=in_a_year)

    # Addresses of their own under /kurser/.
    RESERVED_SLUGS = frozenset(
        {
            "amne",
            "plats",
            "vecka",
            "min-anmalan",
            "anmalan",
            "lista",
            "program",
            "tillfalle",
            "utvardering",
            "narvaro",
        }
    )
    FILES = (
        "utskrift.pdf", "affisch.pdf", "kort.png", "lyssna.mp3", "lyssna-langsamt.mp3",
        "kort-kvadrat.png", "kort-staende.png", "kort-berattelse.png",
        "kort-kvadrat.jpg", "kort-staende.jpg", "kort-berattelse.jpg",
    )  # fmt: skip
    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types: list[str] = []
    template = "courses/course.html"
    preview_modes = [
        ("", _("Webbsida")),
        ("print", _("Utskrift")),
        ("poster", _("Affisch")),
        ("speech", _("Uppläst")),
    ]

    search_fields = [
        *ApprovedPage.search_fields,
        index.SearchField("one_sentence", boost=4),
        index.SearchField("about"),
        index.SearchField("for_whom"),
        index.SearchField("easy"),
    ]

    # What the page shows is decided above the models; courses/apps.py ties it on when the app starts.
    context_of: ClassVar[Callable[["CoursePage", str], dict[str, Any]]]
    dates_of: ClassVar[Callable[["CoursePage"], tuple[str, ...]]]
    problems_of: ClassVar[Callable[["CoursePage"], list[Problem]]]
    preview_of: ClassVar[Callable[[HttpRequest, "CoursePage", str], HttpResponse]]

    class Meta:
        verbose_name = _("kurs")
        verbose_name_plural = _("kurser")

    def clean(self) -> None:
        super().clean()
        if self.slug in self.RESERVED_SLUGS:
            raise ValidationError({"slug": _("Den adressen används redan av kurserna. Välj en annan.")})
        if self.review_by and self.checked_on and self.review_by <= self.checked_on:
            says = _("Välj en dag efter den då texten senast kontrollerades.")
            raise ValidationError({"review_by": says})

    @property
    def public_path(self) -> str:
        """The public address of the course."""
        return f"/kurser/{self.slug}/"

    # --- what goes out --------------------------------------------------------------------------

    @property
    def can_after_lines(self) -> list[str]:
        """What one can do after the course, in order."""
        return [str(block.value) for block in self.can_after]

    def sections(self) -> tuple[Section, ...]:
        """The text under its headings, in reading order, empty parts left out."""
        can = tuple(
            Block("li", block.runs) for line in self.can_after_lines for block in blocks_from_text(line)
        )
        facts = [str(self.get_level_display()) + ".", str(_("Vi talar %s.")) % self.spoken_language]
        parts = (
            (_("Efter kursen kan du"), can),
            (_("Så går det till"), blocks_from_html(expand_db_html(self.about))),
            (_("För vem"), blocks_from_text("\n\n".join(filter(None, [self.for_whom, " ".join(facts)])))),
            (_("Ta med"), blocks_from_text(self.bring)),
            (_("Tillgänglighet"), blocks_from_text(self.accessibility)),
            (_("Leds av"), blocks_from_text(self.teacher)),
        )
        return tuple(Section(str(heading), content) for heading, content in parts if content)

    def picture(self) -> Picture | None:
        """The picture as formats take it."""
        if self.drawing is None:
            return None
        return Picture(name=self.drawing.file.name, alt=self.drawing_alt, digest=self.drawing.get_file_hash())

    def content(self) -> Item:
        """What is approved: the course without its dates, and without its version, which is a hash of it."""
        return Item(
            kind=str(KIND),
            title=self.title,
            lead=self.one_sentence,
            path=self.public_path,
            version="",
            date=self.checked_on,
            sections=self.sections(),
            easy=blocks_from_text(self.easy),
            picture=self.picture(),
        )

    def as_item(self) -> Item:
        """The course with its coming dates first: paper, posters and posts tell when it is."""
        item = self.dated(type(self).dates_of(self))
        return dataclasses.replace(item, version=self.content_hash()[:6])

    def dated(self, lines: Iterable[str]) -> Item:
        """The content with ``lines`` that tell when it is as its first section, if there are any."""
        coming = tuple(Block("li", block.runs) for line in lines for block in blocks_from_text(line))
        dates = (Section(str(WHEN), coming),) if coming else ()
        item = self.content()
        return dataclasses.replace(item, sections=(*dates, *item.sections))

    def own_recording(self) -> Recording | None:
        return self.recording

    def approval_content(self) -> dict[str, Any]:
        return dataclasses.asdict(self.content()) | {
            "task": self.task,
            "topics": sorted(topic.pk for topic in self.topics.all()),
            "serves": sorted(group.pk for group in self.serves.all()),
            "recording": self.recording.digest if self.recording else "",
            "channels": self.channel_texts,
        }

    def post_tags(self) -> tuple[str, ...]:
        return ("DigitaltUtbud",)

    def problems(self) -> list[Problem]:
        return type(self).problems_of(self)

    # --- pages ----------------------------------------------------------------------------------

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Before it is published a course's files stand where it is being looked at (publishing.views).
        file_base = getattr(request, "file_base", self.public_path)
        return super().get_context(request, *args, **kwargs) | type(self).context_of(self, file_base)

    def serve_preview(self, request: Any, mode_name: str) -> Any:
        if not mode_name:
            return super().serve_preview(request, mode_name)
        return type(self).preview_of(request, self, mode_name)
