"""What people ask of us, with a day by which they have an answer."""

import datetime as dt
import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utbud.inbox.contact import Contact, ContactKind, beside


def new_code() -> str:
    """An address for a receipt that nobody can guess."""
    return secrets.token_urlsafe(16)


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages by where they stand."""

    def open(self) -> Self:
        """Not answered yet."""
        return self.filter(answered_at=None)

    def answered(self) -> Self:
        """Answered or put aside."""
        return self.exclude(answered_at=None)

    def overdue(self, today: dt.date) -> Self:
        """Should have been answered before ``today``."""
        return self.open().filter(answer_by__lt=today)

    def in_order(self) -> Self:
        """The open first, by the day they must be answered; then the answered, latest first."""
        answered = models.F("answered_at").desc(nulls_first=True)
        return self.order_by(answered, "answer_by", "received_at", "pk")


class Message(models.Model):
    """A question, an offer or a request. After the purge it stays as a figure, without anyone's name."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Fråga")
        OFFER = "offer", _("Förslag om samarbete")
        ACCESSIBILITY = "accessibility", _("Tillgänglighet")

    class Way(models.TextChoices):
        WEB = "web", _("Webben")
        PHONE = "phone", _("Telefon")
        DESK = "desk", _("Disken")
        PAPER = "paper", _("Papper")
        LETTER = "letter", _("Brev")
        SMS = "sms", _("Sms")

    code = models.CharField(max_length=30, unique=True, default=new_code, editable=False)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(_("vad det gäller"), max_length=20, choices=Kind)
    name = models.CharField(_("namn"), max_length=100, blank=True)
    contact = models.CharField(_("kontakt"), max_length=254, blank=True)
    contact_kind = models.CharField(_("sätt att svara"), max_length=10, choices=ContactKind, blank=True)
    contact_note = models.CharField(_("intill kontakten"), max_length=200, blank=True)  # «dottern Eva»
    text = models.TextField(_("meddelande"), blank=True)
    page_address = models.CharField(_("sida det gäller"), max_length=300, blank=True)
    came_by = models.CharField(_("kom in"), max_length=10, choices=Way)
    received_at = models.DateTimeField(_("kom in"))
    answer_by = models.DateField(_("svara senast"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("inlagt av"),
    )
    answered_at = models.DateTimeField(_("besvarat"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("besvarat av"),
    )
    answer_note = models.TextField(_("så svarade vi"), blank=True)
    spam = models.BooleanField(_("skräp"), default=False)
    notified_at = models.DateTimeField(null=True, blank=True, editable=False)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("meddelande")
        verbose_name_plural = _("meddelanden")
        indexes = [models.Index(fields=["answered_at", "answer_by"])]
        constraints = [
            # answered_by may go empty afterwards, when a former member of staff is removed
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(answered_by=None, answer_note="", spam=False),
                name="inbox_answer_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=False)
                | (~Q(name="") & ~Q(contact="") & ~Q(contact_kind="") & ~Q(text="")),
                name="inbox_message_is_whole_until_purged",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None)
                | Q(
                    name="",
                    contact="",
                    contact_kind="",
                    contact_note="",
                    text="",
                    page_address="",
                    answer_note="",
                ),
                name="inbox_purged_message_names_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def overdue_on(self, today: dt.date) -> bool:
        """Whether it should have been answered before ``today``."""
        return self.answered_at is None and self.answer_by < today

    @property
    def contact_words(self) -> str:
        """How whoever wrote is reached, as people read it, with what they wrote beside it; "" after the purge."""
        return beside(self.reached_by, self.contact_note)

    @property
    def reached_by(self) -> Contact | None:
        """How whoever wrote is reached; None after the purge."""
        return Contact(ContactKind(self.contact_kind), self.contact) if self.contact_kind else None


class Change(models.Model):
    """What was done to a message, when and by whom (nobody: the web or the schedule)."""

    class What(models.TextChoices):
        RECEIVED = "received", _("Kom in")
        ANSWERED = "answered", _("Besvarat")
        REOPENED = "reopened", _("Öppnat igen")
        SPAM = "spam", _("Lagt åt sidan som skräp")
        PURGED = "purged", _("Namn, kontakt och text togs bort")

    message = models.ForeignKey(Message, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("ändring")
        verbose_name_plural = _("ändringar")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_what_display()


class Attempt(models.Model):
    """How often one address sent something in an hour. The address itself is never kept."""

    digest = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("försök")
        verbose_name_plural = _("försök")
        constraints = [models.UniqueConstraint(fields=["digest", "hour"], name="inbox_attempt_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.hour} {self.count}"
