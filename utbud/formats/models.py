"""What has been made from content, and what staff have read in themselves."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The formats that an item is made into."""

    PRINT = "print", _("utskrift")
    # A guide as cards in other sizes than PRINT (guide_cards.SIZES), and several guides in one file.
    PRINT_A4 = "print_a4", _("utskrift, A4")
    PRINT_A5 = "print_a5", _("utskrift, A5")
    PRINT_A5_LARGE = "print_a5_large", _("utskrift, A5 i stor stil")
    FOLDER = "folder", _("mapp med guider")
    POSTER = "poster", _("affisch")
    CARD = "card", _("kort för delning")
    SQUARE = "square", _("kvadratiskt kort")
    PORTRAIT = "portrait", _("stående kort")
    STORY = "story", _("kort för berättelser")
    # The same as JPEG: Instagram takes nothing else.
    SQUARE_JPEG = "square_jpeg", _("kvadratiskt kort (JPEG)")
    PORTRAIT_JPEG = "portrait_jpeg", _("stående kort (JPEG)")
    STORY_JPEG = "story_jpeg", _("kort för berättelser (JPEG)")
    SPEECH = "speech", _("uppläsning")
    SPEECH_SLOW = "speech_slow", _("långsam uppläsning")
    CLIP = "clip", _("klipp")
    CAPTIONS = "captions", _("klippets undertexter")


class Rendition(models.Model):
    """A file made from content. ``key`` is a hash of all it was made from, so an unchanged thing is made once.

    The row comes after the file: whoever finds a row finds a whole file.
    """

    kind = models.CharField(_("format"), max_length=20, choices=Kind.choices)
    key = models.CharField(_("nyckel"), max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
    file = models.FileField(_("fil"), max_length=200)
    bytes = models.PositiveBigIntegerField(_("storlek i byte"))
    seconds = models.FloatField(_("tid att göra, i sekunder"))
    # Speech: {"marks": [the second each sentence begins], "seconds": its length}. Print: {"missing": [pictures
    # that storage did not have]}. Clip: {"cues": [[start, end, [lines]]], "seconds": its length}, and "missing".
    meta = models.JSONField(_("om filen"), default=dict)
    made_at = models.DateTimeField(_("gjord"), default=timezone.now)
    used_at = models.DateField(_("senast använd"), default=timezone.localdate, db_index=True)

    class Meta:
        verbose_name = _("gjord fil")
        verbose_name_plural = _("gjorda filer")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="rendition_made_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key[:8]}"


class Recording(models.Model):
    """Staff's own reading: an MP3 at even loudness (see ``actions.add_recording``, the only way in)."""

    title = models.CharField(_("titel"), max_length=150)
    file = models.FileField(_("ljudfil"), max_length=200, editable=False)
    original_name = models.CharField(_("filens namn från början"), max_length=200, blank=True, editable=False)
    digest = models.CharField(_("kontrollsumma"), max_length=64, editable=False)
    seconds = models.FloatField(_("längd i sekunder"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("inläst av"),
    )
    created_at = models.DateTimeField(_("inläst"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("inläsning")
        verbose_name_plural = _("inläsningar")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def length(self) -> str:
        """«2 min 5 s»."""
        minutes, seconds = divmod(round(self.seconds), 60)
        return (
            _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
            if minutes
            else _("%s s") % seconds
        )
