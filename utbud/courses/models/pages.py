"""A course as it is described: what one will be able to do, for whom, what to bring. When it is held stands in runs."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base.richtext import Block, blocks_from_html, blocks_from_text
from utbud.formats.content import WHEN, Item, Section
from utbud.learning.models.lists import ListPage
from utbud.learning.models.material import PAPER_AND_CARDS, SPEECH, MaterialPage

KIND = _("Kurs")
MOST_FEE = 20_000  # kronor


class CourseIndexPage(ListPage):
    """The list of courses at /kurser/."""

    subpage_types = ["courses.CoursePage"]
    template = "courses/course_index.html"

    class Meta:
        verbose_name = _("lista över kurser")


class CoursePage(MaterialPage):
    """A course or a programme, described once and held many times. ``title`` says what one will be able to do."""

    class Level(models.TextChoices):
        """How much one needs to have done before."""

        FIRST = "first", _("Du behöver inte kunna något innan")
        SOME = "some", _("Du har provat lite")
        USED = "used", _("Du är van")

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
    # What a run may say beside its times, chosen from here by whoever plans it: approved with the page (docs/adr/0022).
    beside_times = StreamField(
        [
            ("fee", blocks.IntegerBlock(label=_("Avgift i kronor"), min_value=0, max_value=MOST_FEE)),
            ("note", blocks.CharBlock(label=_("Bra att veta"), max_length=200)),
            ("elsewhere", blocks.CharBlock(label=_("Så anmäler man sig någon annanstans"), max_length=200)),
        ],
        verbose_name=_("får stå vid tiderna"),
        blank=True,
        help_text=_(
            "Avgifter och texter som en kursomgång får ha. De godkänns här. Utan avgift är kursen gratis."
        ),
    )
    BASE = "/kurser/"
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
    FILES = (*PAPER_AND_CARDS, *SPEECH)
    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types: list[str] = []
    template = "courses/course.html"
    search_fields = [
        *MaterialPage.search_fields,
        index.SearchField("about"),
        index.SearchField("for_whom"),
    ]

    dates_of: ClassVar[Callable[["CoursePage"], tuple[str, ...]]]  # see courses/apps.py

    class Meta:
        verbose_name = _("kurs")
        verbose_name_plural = _("kurser")

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

    def beside(self) -> dict[str, tuple[Any, ...]]:
        """What a run may have beside its times, by the field of Run. Without a fee it is free."""
        found: dict[str, list[Any]] = {"fee": [], "note": [], "elsewhere": []}
        for block in self.beside_times:
            found[block.block_type].append(block.value)
        return {"fee": (0,), **{name: tuple(values) for name, values in found.items() if values}}

    def also_approved(self) -> list[tuple[str, str]]:
        return [(str(block.block.label), str(block.value)) for block in self.beside_times]

    def approval_content(self) -> dict[str, Any]:
        beside = [[block.block_type, block.value] for block in self.beside_times]
        told = {"task": self.task} | ({"beside": beside} if beside else {})
        return super().approval_content() | told
