"""What is said to one person: a receipt, an offer of seats, a reminder, a change of time."""

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utbud.inbox.contact import Contact, ContactKind


class Way(models.TextChoices):
    """How a notice reaches its person: by itself (text, e-mail), or by staff (call, letter, or told when they meet)."""

    SMS = "sms", _("sms")
    EMAIL = "email", _("e-post")
    CALL = "call", _("samtal")
    LETTER = "letter", _("brev")
    HAND = (
        "hand",
        _("säg till själv"),
    )  # who left no way to be reached, or e-mail alone where no mail server is


BY_ITSELF, BY_STAFF = (Way.SMS, Way.EMAIL), (Way.CALL, Way.LETTER, Way.HAND)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices by what is to be done with them."""

    def due(self, now: dt.datetime) -> Self:
        """To be sent by ``now``, and nobody's yet."""
        return self.filter(state=Notice.WAITING, due_at__lte=now).exclude(expires_at__lte=now)

    def expired(self, now: dt.datetime) -> Self:
        """Waits for somebody or something, and is too late to be of use. What must be said is never too late for a person."""
        late = Q(stays=False, state__in=Notice.WAITS) | Q(stays=True, state=Notice.WAITING)
        return self.filter(late, expires_at__lte=now)

    def to_call(self, now: dt.datetime) -> Self:
        """Whom to ring, and whom to tell when one sees them, at ``now``."""
        return self.filter(state__in=Notice.LISTED, way__in=[Way.CALL, Way.HAND], due_at__lte=now)

    def to_post(self, now: dt.datetime) -> Self:
        """The letters to be printed at ``now``."""
        return self.filter(state=Notice.TO_DO, way=Way.LETTER, due_at__lte=now)


class Notice(models.Model):
    """A word to one person, on its way. The row is the truth: jobs only say that there is something to do.

    After ``actions.forget`` it stays as a figure, without name, address and words. ``claimed_at`` is set while a
    process holds it; a claim that was never given back is put before a person by ``actions.settle``.
    """

    WAITING, SENDING, SENT, HELD = "waiting", "sending", "sent", "held"
    TO_DO, NOT_REACHED, DONE = "to_do", "not_reached", "done"
    REFUSED, UNSURE, STOPPED = "refused", "unsure", "stopped"
    STATES = {
        WAITING: _("på väg"),
        SENDING: _("skickas nu"),
        SENT: _("skickat"),
        HELD: _("väntar på att ni säger ja"),
        TO_DO: _("väntar på personalen"),
        NOT_REACHED: _("svarade inte"),
        DONE: _("klart"),
        REFUSED: _("gick inte fram"),
        UNSURE: _("osäkert om det gick fram"),
        STOPPED: _("stoppat"),
    }
    LISTED = (TO_DO, NOT_REACHED)  # staff call, post or say it
    WAITS = (WAITING, HELD, TO_DO, NOT_REACHED, REFUSED)  # nobody has got it, and nobody holds it
    REACHED = (SENT, DONE)

    about = models.CharField(
        _("gäller"), max_length=80
    )  # «registration:12»: whoever told it knows what that is
    kind = models.CharField(_("slag"), max_length=40)  # «receipt», «offer», «reminder», …: the teller's word
    version = models.CharField(_("version"), max_length=64)  # what makes it another one of its kind
    way = models.CharField(_("väg"), max_length=10, choices=Way)
    name = models.CharField(_("namn"), max_length=100, blank=True)
    address = models.CharField(
        _("nummer eller adress"), max_length=400, blank=True
    )  # as inbox.contact keeps it
    subject = models.CharField(_("rubrik"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    url = models.CharField(_("sidan det gäller"), max_length=300, blank=True)  # in the staff side
    key = models.UUIDField(_("nyckel"), unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("läge"), max_length=12, choices=STATES)
    made_at = models.DateTimeField(_("lagd i utkorgen"))
    due_at = models.DateTimeField(_("ska gå"))  # after a failed try: the next one
    expires_at = models.DateTimeField(_("för sent efter"), null=True, blank=True)  # None: never
    # Whoever is not told comes in vain: it waits for a person until somebody has ticked it, however late.
    stays = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)  # of a call: those not answered
    first_tried_at = models.DateTimeField(_("första försöket"), null=True, blank=True)
    last_tried_at = models.DateTimeField(_("senaste försöket"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("påbörjad"), null=True, blank=True)
    sent_at = models.DateTimeField(_("skickad"), null=True, blank=True)
    # Not to be sent any more. What is being sent just then, or is unsure, keeps its state but never goes again.
    stopped_at = models.DateTimeField(_("stoppad"), null=True, blank=True)
    done_at = models.DateTimeField(
        _("avbockad"), null=True, blank=True
    )  # by a person's word, which can be undone
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("avbockad av"),
    )
    reference = models.CharField(_("tjänstens beteckning"), max_length=300, blank=True)
    error = models.CharField(_("varför"), max_length=400, blank=True)  # it failed, waits or was stopped
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    handed_over = False  # not kept: whether the service was called in this try
    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("besked")
        verbose_name_plural = _("besked")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="notice_due"),
            models.Index(fields=["about", "kind"], name="notice_about"),
        ]
        constraints = [
            # Not by way: a text that became a call is still the same notice.
            models.UniqueConstraint(
                fields=["about", "kind", "version", "address"],
                condition=Q(purged_at=None),
                name="one_notice_of_a_kind_version_and_address",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", claimed_at__isnull=False)
                | (~Q(state="sending") & Q(claimed_at=None)),
                name="notice_claimed_while_it_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="notice_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="stopped") | Q(stopped_at__isnull=False), name="notice_stopped_has_a_time"
            ),
            # done_by may go empty afterwards, when a former member of staff is removed
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) & ~Q(state="done")
                | Q(done_at__isnull=False, state__in=["done", "sent", "stopped"]),
                name="notice_done_has_a_time_and_a_state",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["sms", "email"]) & ~Q(state__in=["to_do", "not_reached"])
                | Q(
                    way__in=["call", "letter", "hand"], state__in=["to_do", "not_reached", "done", "stopped"]
                ),
                name="notice_state_belongs_to_its_way",
            ),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=False) | (~Q(address="") | Q(way="hand")) & ~Q(text=""),
                name="notice_is_whole_until_purged",
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None)
                | Q(name="", address="", subject="", text="", reference="", error="")
                & ~Q(state__in=["waiting", "held", "to_do", "not_reached", "refused"]),
                name="notice_purged_names_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.kind} {self.about}"

    @property
    def contact(self) -> Contact | None:
        """How the person is reached; None where nobody said, and after the purge."""
        if not self.address:
            return None
        by_hand = ContactKind.EMAIL if "@" in self.address else ContactKind.PHONE
        kinds = {Way.EMAIL: ContactKind.EMAIL, Way.LETTER: ContactKind.POST, Way.HAND: by_hand}
        return Contact(kinds.get(Way(self.way), ContactKind.PHONE), self.address)

    @property
    def called(self) -> str:
        """Whom it is to, for staff: the name, else how they are reached, else a word for who has said neither."""
        return self.name or (self.contact.words if self.contact else str(_("någon utan namn")))

    @property
    def too_late(self) -> bool:
        """Whether it was stopped because its time had passed, and not because somebody or something said so."""
        if self.state != self.STOPPED or not self.stopped_at or not self.expires_at:
            return False
        return self.stopped_at >= self.expires_at and self.done_at is None
