"""Instruction material: guides that take one action at a time, made with partners."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.images.models import Image
from wagtail.models import Orderable, Revision
from wagtail.search import index

from utbud.base.richtext import Block, blocks_from_text
from utbud.films.models import FilmPage
from utbud.formats.content import RIGHT, WRONG, Aloud, Item, Partner, Picture, Section, Step, steps_section
from utbud.learning.models.lists import ListPage
from utbud.learning.models.material import PAPER_AND_CARDS, SPEECH, MaterialPage
from utbud.media.models import PRIVATE
from utbud.people.models import Organisation

KIND = _("Guide")
# The print of a guide in the other sizes; utskrift.pdf is A4 in 18 points.
STEP_CARDS = ("utskrift-a4.pdf", "utskrift-a5.pdf", "utskrift-a5-stor.pdf")


class GuideIndexPage(ListPage):
    """The guides at /guider/."""

    subpage_types = ["guides.GuidePage"]
    template = "guides/guide_index.html"

    class Meta:
        verbose_name = _("lista över guider")


class StepBlock(blocks.StructBlock):
    """One action, what one sees then, and what to do when one does not."""

    action = blocks.CharBlock(label=_("Gör så här"), max_length=300, help_text=_("En enda sak."))
    picture = ImageChooserBlock(
        label=_("Bild"), required=False, help_text=_("Markera i bilden och dölj uppgifter under «Bilder».")
    )
    alt = blocks.CharBlock(
        label=_("Bilden i ord"), required=False, max_length=200, help_text=_("För den som inte ser bilden.")
    )
    right = blocks.TextBlock(label=RIGHT, required=False, max_length=400)
    wrong = blocks.TextBlock(label=WRONG, required=False, max_length=600)

    class Meta:
        label = _("Steg")
        icon = "list-ol"


class GuidePage(MaterialPage):
    """A guide to one task. ``title`` says what one will be able to do: «Skaffa BankID i en ny telefon»."""

    needs = models.TextField(
        _("det här behöver du"), blank=True, max_length=600, help_text=_("En sak på varje rad.")
    )
    minutes = models.PositiveSmallIntegerField(
        _("så många minuter tar det"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    steps = StreamField([("step", StepBlock())], verbose_name=_("steg"), blank=True, max_num=30)
    done = models.TextField(
        _("när det är klart"), blank=True, max_length=400, help_text=_("Vad man har gjort, och kan göra nu.")
    )
    film = models.ForeignKey(
        FilmPage,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="guides",
        verbose_name=_("filmen som visar samma sak"),
    )

    BASE = "/guider/"
    RESERVED_SLUGS = frozenset({"amne", "granska", "mapp", "partner"})
    FILES = (*PAPER_AND_CARDS, *STEP_CARDS, *SPEECH)
    parent_page_types = ["guides.GuideIndexPage"]
    subpage_types: list[str] = []
    template = "guides/guide.html"
    search_fields = [
        *MaterialPage.search_fields,
        index.SearchField("steps"),
        index.SearchField("needs"),
        index.SearchField("done"),
    ]

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guider")

    @property
    def takes(self) -> str:
        """How long it takes: «10 minuter», "" when nobody has said."""
        if not self.minutes:
            return ""
        return ngettext("%(count)s minut", "%(count)s minuter", self.minutes) % {"count": self.minutes}

    # --- what goes out --------------------------------------------------------------------------

    def step_list(self) -> tuple[Step, ...]:
        """The steps with their pictures, in order."""
        return tuple(
            Step(
                action=str(block.value["action"]).strip(),
                picture=_picture(block.value["picture"], str(block.value["alt"] or "")),
                right=str(block.value["right"] or "").strip(),
                wrong=str(block.value["wrong"] or "").strip(),
            )
            for block in self.steps
        )

    def partner_list(self) -> tuple[Partner, ...]:
        """Whom it is made together with."""
        return tuple(partner_of(row.organisation) for row in self.partners.all())

    def content(self) -> Item:
        needs = [line.strip() for line in self.needs.splitlines() if line.strip()]
        steps = self.step_list()
        before = [Block("li", block.runs) for line in needs for block in blocks_from_text(line)]
        if self.takes:
            before += blocks_from_text(_t("Det tar ungefär %(time)s.") % {"time": self.takes})
        parts = (
            Section(_t("Det här behöver du") if needs else _t("Innan du börjar"), tuple(before)),
            steps_section(_t("Gör så här"), steps),
            Section(_t("När det är klart"), blocks_from_text(self.done)),
        )
        return Item(
            kind=str(KIND),
            title=self.title,
            lead=self.one_sentence,
            path=self.public_path,
            version="",
            date=self.checked_on,
            sections=tuple(part for part in parts if part.blocks),
            easy=blocks_from_text(self.easy),
            picture=self.picture(),
            steps=steps,
            partners=self.partner_list(),
        )

    def step_alone(self, number: int, item: Item | None = None) -> Item:
        """Step ``number`` (from 1) as it is read on a page of its own. ``item`` is ``content()`` where it is known."""
        whole = item or self.content()
        step = whole.steps[number - 1]
        return Item(
            kind=whole.kind,
            title=_t("Steg %(number)s av %(all)s") % {"number": number, "all": len(whole.steps)},
            lead="",
            path=f"{self.public_path}steg/{number}/",
            version="",
            date=whole.date,
            sections=(steps_section("", (step,)),),
            steps=(step,),
        )

    def read_aloud(self) -> dict[str, Aloud]:
        item = self.content()
        return {
            f"steg/{number}": Aloud(item=self.step_alone(number, item))
            for number in range(1, len(item.steps) + 1)
        }

    def approval_content(self) -> dict[str, Any]:
        return super().approval_content() | {"minutes": self.minutes, "film": self.film_id}


def _picture(image: Image | None, alt: str) -> Picture | None:
    return Picture(name=image.file.name, alt=alt, digest=image.get_file_hash()) if image else None


def partner_of(organisation: Organisation) -> Partner:
    """A partner as formats show it."""
    logo = organisation.logo
    return Partner(
        name=organisation.name,
        logo_name=logo.file.name if logo else "",
        logo_digest=logo.get_file_hash() if logo else "",
    )


class GuidePartner(Orderable):
    """An organisation that a guide is made together with."""

    page = ParentalKey(GuidePage, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("tillsammans med")
    )

    panels = [FieldPanel("organisation")]

    class Meta(Orderable.Meta):
        verbose_name = _("partner")
        constraints = [
            models.UniqueConstraint(fields=["page", "organisation"], name="a_partner_is_named_once")
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class PartnerReview(models.Model):
    """A revision put before a partner by a link, and what they said. Only a hash of the link's secret is kept.

    A partner's yes is advice: the responsible publisher decides (docs/adr/0005).
    """

    guide = models.ForeignKey(GuidePage, models.CASCADE, related_name="reviews", verbose_name=_("guide"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name=_("partner")
    )
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+", verbose_name=_("version"))
    token_hash = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("frågad"))
    expires_at = models.DateTimeField(_("länken gäller till"))
    # The letter, as publishing's: claimed before it is sent and marked after, with a secret of its own that is made then.
    # No address: nobody wanted a letter, and the link was copied.
    address = models.EmailField(_("brevet går till"), blank=True)
    letter_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    due_at = models.DateTimeField(_("brevet ska gå"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("brevet gick"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("varför brevet inte gick"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("svarade"), null=True, blank=True)
    agrees = models.BooleanField(_("godkänner"), null=True, blank=True)
    comment = models.TextField(_("kommentar"), blank=True, max_length=4000)
    who = models.CharField(_("vem som svarade"), max_length=120, blank=True)
    seen_at = models.DateTimeField(_("läst av oss"), null=True, blank=True)

    class Meta:
        verbose_name = _("partners granskning")
        verbose_name_plural = _("partners granskningar")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, agrees=None)
                | Q(answered_at__isnull=False, agrees__isnull=False),
                name="an_answer_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.guide}"


class MarkedPicture(models.Model):
    """A picture with marks, made in the editor: what it was made from, so that it can be changed.

    What is blurred is gone from ``image``, which readers get. The ``source`` shows it still, and is never served to them.
    """

    source = models.FileField(_("bilden utan markeringar"), max_length=200, upload_to=f"{PRIVATE}pictures/")
    marks = models.JSONField(_("markeringar"), default=list)  # see guides/marks.py
    image = models.OneToOneField(
        Image,
        models.CASCADE,
        null=True,  # until it is saved for the first time
        blank=True,
        related_name="marked",
        verbose_name=_("bilden"),
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("gjord"))

    class Meta:
        verbose_name = _("markerad bild")
        verbose_name_plural = _("markerade bilder")

    def __str__(self) -> str:
        return str(self.image or self.source)
