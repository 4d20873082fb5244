"""What words, courses, films, guides and episodes have in common: a sentence, topics, a picture, a voice, care."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.search import index

from utbud.formats.content import Item, Picture
from utbud.formats.models import Recording
from utbud.learning.models.services import DigitalService, Recheck
from utbud.learning.models.topics import Topic
from utbud.people.models import TargetGroup
from utbud.publishing.models import Problem, SharedPage

# What every item that is read has beside it, by the name in its address.
PAPER_AND_CARDS = (
    "utskrift.pdf", "affisch.pdf", "kort.png",
    "kort-kvadrat.png", "kort-staende.png", "kort-berattelse.png",
    "kort-kvadrat.jpg", "kort-staende.jpg", "kort-berattelse.jpg",
)  # fmt: skip
SPEECH = ("lyssna.mp3", "lyssna-langsamt.mp3")


def in_a_year() -> dt.date:
    """The usual date by which material is looked at again."""
    return timezone.localdate() + dt.timedelta(days=365)


class MaterialPage(SharedPage):
    """One thing to learn from. A subclass says where it stands (``BASE``), what it is (``content``), and its files."""

    one_sentence = models.CharField(_("en mening som alla förstår"), max_length=160)
    topics = ParentalManyToManyField(Topic, blank=True, related_name="%(class)ss", verbose_name=_("ämnen"))
    serves = ParentalManyToManyField(
        TargetGroup, blank=True, related_name="+", verbose_name=_("målgrupper i lagen")
    )
    services = ParentalManyToManyField(
        DigitalService,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("digitala tjänster"),
        help_text=_("De som texten handlar om. När en av dem ändras märks sidan för kontroll."),
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
        verbose_name=_("ansvarig för texten"),
    )
    checked_on = models.DateField(_("senast kontrollerad"), default=timezone.localdate)
    review_by = models.DateField(_("ska kontrolleras senast"), default=in_a_year)

    BASE: ClassVar[str]  # «/ord/», the address that the slug stands under
    TAGS: ClassVar[tuple[str, ...]] = ("DigitaltUtbud",)
    preview_modes = [
        ("", _("Webbsida")),
        ("print", _("Utskrift")),
        ("poster", _("Affisch")),
        ("speech", _("Uppläst")),
    ]
    search_fields = [
        *SharedPage.search_fields,
        index.SearchField("one_sentence", boost=4),
        index.SearchField("easy"),
    ]

    # What a page shows is decided above the models; the app's apps.py ties it on when it starts.
    context_of: ClassVar[Callable[[Any, str], dict[str, Any]]]
    problems_of: ClassVar[Callable[[Any], list[Problem]]]
    preview_of: ClassVar[Callable[[HttpRequest, Any, str], HttpResponse]]

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.slug in self.RESERVED_SLUGS:
            raise ValidationError({"slug": _("Den adressen används redan av något annat. Välj en annan.")})
        if self.review_by and self.checked_on and self.review_by <= self.checked_on:
            says = _("Välj en dag efter den då texten senast kontrollerades.")
            raise ValidationError({"review_by": says})

    @classmethod
    def kinds(cls) -> list[type[Self]]:
        """The kinds of material that there are tables of."""
        found: list[type[Self]] = []
        for kind in cls.__subclasses__():
            found += kind.kinds() if kind._meta.abstract else [kind]
        return found

    @property
    def public_path(self) -> str:
        """The public address of the page."""
        return f"{self.BASE}{self.slug}/"

    # --- what goes out --------------------------------------------------------------------------

    def content(self) -> Item:
        """The item without its version, which is a hash of it: enough for the page and the voice."""
        raise NotImplementedError

    def as_item(self) -> Item:
        return dataclasses.replace(self.content(), version=self.content_hash()[:6])

    def picture(self) -> Picture | None:
        """The drawing as formats take it."""
        if self.drawing is None:
            return None
        return Picture(name=self.drawing.file.name, alt=self.drawing_alt, digest=self.drawing.get_file_hash())

    def own_recording(self) -> Recording | None:
        return self.recording

    def approval_content(self) -> dict[str, Any]:
        return dataclasses.asdict(self.content()) | {
            "topics": sorted(topic.pk for topic in self.topics.all()),
            "serves": sorted(group.pk for group in self.serves.all()),
            "recording": self.recording.digest if self.recording else "",
            "channels": self.channel_texts,
        }

    def post_tags(self) -> tuple[str, ...]:
        return self.TAGS

    def problems(self) -> list[Problem]:
        return [*type(self).problems_of(self), *self._unchecked()]

    def _unchecked(self) -> list[Problem]:
        """Services that have changed since the page says that it was checked."""
        says = _(
            "%(service)s har ändrats sedan sidan kontrollerades: %(what)s. Ändra datumet när du har gått igenom den."
        )
        changes = [one.change for one in Recheck.objects.open().filter(page_id=self.pk)]
        return [
            Problem("checked_on", says % {"service": change.service, "what": change.what.rstrip(".")})
            for change in changes
            if self.checked_on < timezone.localdate(change.at)
        ]

    def published(self, *, now: dt.datetime) -> None:
        """A version that was written and checked after a service changed is the answer to the change (docs/adr/0018)."""
        super().published(now=now)
        revision = Page.objects.select_related("live_revision").get(pk=self.pk).live_revision
        for one in Recheck.objects.open().filter(page_id=self.pk, change__at__lte=revision.created_at):
            if self.checked_on >= timezone.localdate(one.change.at):
                one.done_at, one.done_by_id = now, revision.user_id
                one.save(update_fields=["done_at", "done_by"])

    # --- pages ----------------------------------------------------------------------------------

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Before it is published a page's files stand where it is being looked at (publishing.views).
        file_base = getattr(request, "file_base", self.public_path)
        return super().get_context(request, *args, **kwargs) | type(self).context_of(self, file_base)

    def serve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().serve(request, *args, **kwargs)
        if not response.context_data.get("has_sound", True):
            response["Cache-Control"] = "no-cache"  # soon it can mark what is read: not to be kept as it is
        return response

    def serve_preview(self, request: Any, mode_name: str) -> Any:
        if not mode_name:
            return super().serve_preview(request, mode_name)
        return type(self).preview_of(request, self, mode_name)
