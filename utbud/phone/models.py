"""What the line has read in, and what is needed to count a call once. Nobody's number is kept."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PhonePrompt(models.Model):
    """Sentences as sound. ``key`` is the hash of all that decides how they sound (see ``sayings.Saying``).

    The row comes after the file: whoever finds a row finds a whole file.
    """

    key = models.CharField(
        _("nyckel"), max_length=64, unique=True, validators=[RegexValidator(r"^[0-9a-f]{64}$")]
    )
    file = models.FileField(_("fil"), max_length=200)
    text = models.TextField(_("text"))
    slow = models.BooleanField(_("långsamt"), default=False)
    bytes = models.PositiveIntegerField(_("storlek i byte"))
    seconds = models.FloatField(_("längd i sekunder"))
    made_at = models.DateTimeField(_("gjord"), default=timezone.now)
    used_at = models.DateField(_("senast använd"), db_index=True)

    class Meta:
        verbose_name = _("inläst text i telefonlinjen")
        verbose_name_plural = _("inlästa texter i telefonlinjen")

    def __str__(self) -> str:
        return self.text[:60]


class PhoneSecret(models.Model):
    """A secret that staff have chosen anew for the addresses that a phone service asks. The latest of a service holds."""

    service = models.CharField(_("tjänst"), max_length=20)
    locked = models.CharField(max_length=300)  # channels.vault
    made_at = models.DateTimeField(_("bytt"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("bytt av")
    )

    class Meta:
        verbose_name = _("telefonlinjens hemliga adress")
        verbose_name_plural = _("telefonlinjens hemliga adresser")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.service} {self.made_at:%Y-%m-%d %H:%M}"


class PhoneCall(models.Model):
    """A call, so that a webhook that is sent again is not counted again. ``digest`` is a salted hash of its name."""

    digest = models.CharField(_("kontrollsumma"), max_length=64, unique=True)
    started_at = models.DateTimeField(_("började"), db_index=True)

    class Meta:
        verbose_name = _("samtal")
        verbose_name_plural = _("samtal")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class PhoneVisit(models.Model):
    """What a call came to: a word that was heard, the hours, a wish to be rung, the staff."""

    call = models.ForeignKey(PhoneCall, models.CASCADE, related_name="visits", verbose_name=_("samtal"))
    what = models.CharField(_("vad"), max_length=40)
    item = models.CharField(_("sak"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("besök i telefonlinjen")
        verbose_name_plural = _("besök i telefonlinjen")
        constraints = [
            models.UniqueConstraint(fields=["call", "what", "item"], name="phone_visit_once_a_call")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.item}".strip()
