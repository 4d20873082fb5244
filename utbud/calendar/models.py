"""Who, which room and which thing is busy, and when."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from utbud.places.models import Place


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Resources by whether they can be chosen."""

    def active(self) -> "ResourceQuerySet":
        """Those that can be chosen for something new."""
        return self.filter(active=True)


class Resource(models.Model):
    """Somebody or something that can be in one place at a time."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ROOM = "room", _("Rum")
        EQUIPMENT = "equipment", _("Utrustning")

    kind = models.CharField(_("slag"), max_length=10, choices=Kind)
    name = models.CharField(_("namn"), max_length=80)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="resource",
        verbose_name=_("inloggning"),
        help_text=_("Bara för en person. Den som loggar in ser då sina egna tider under Min kalender."),
    )
    place = models.ForeignKey(
        Place,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("plats"),
        help_text=_("Där rummet är, eller där utrustningen brukar stå."),
    )
    active = models.BooleanField(
        _("kan bokas"), default=True, help_text=_("Det som redan är bokat står kvar i kalendern.")
    )

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("person, rum eller utrustning")
        verbose_name_plural = _("personer, rum och utrustning")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(kind="person"),
                name="calendar_only_a_person_logs_in",
                violation_error_message=_("Bara en person kan ha en inloggning."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.user_id and self.kind and self.kind != self.Kind.PERSON:
            raise ValidationError({"user": _("Bara en person kan ha en inloggning. Lämna fältet tomt.")})


class Booking(models.Model):
    """A resource is busy. A copy, kept true by whoever owns ``source`` (docs/adr/0012)."""

    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="bookings", verbose_name=_("person, rum eller utrustning")
    )
    starts_at = models.DateTimeField(_("börjar"))
    ends_at = models.DateTimeField(_("slutar"))
    source = models.CharField(max_length=80)  # what it is for, as its owner names it: «occasion:12»
    title = models.CharField(_("vad"), max_length=200)
    url = models.CharField(max_length=300, blank=True)  # where staff see what it is for
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bokning")
        verbose_name_plural = _("bokningar")
        ordering = ["starts_at", "ends_at", "pk"]
        indexes = [
            models.Index(fields=["resource", "starts_at"]),
            models.Index(fields=["source"]),
            models.Index(fields=["starts_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["resource", "source"], name="calendar_once_for_one_thing"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="calendar_booking_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Feed(models.Model):
    """A private address to somebody's own bookings. Only its hash is kept, and never who asked for it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_fetched_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("privat kalenderadress")
        verbose_name_plural = _("privata kalenderadresser")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="calendar_one_open_feed_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}"
