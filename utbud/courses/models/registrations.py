"""Who comes: a party of one or more, where it stands, and what has been done to it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utbud.courses.models.runs import Occasion, Quota
from utbud.inbox.contact import Contact, ContactKind, beside
from utbud.people.models import Organisation


class Way(models.TextChoices):
    """How somebody joined."""

    WEB = "web", _("Webben")
    PHONE = "phone", _("Telefon")
    DESK = "desk", _("På plats")
    PAPER = "paper", _("Papper")
    SMS = "sms", _("Sms")
    HOST = "host", _("Förening")
    WALK_IN = "walkin", _("Kom utan anmälan")


# Kept seats are for those who do not find us on the web. A text message is sent by someone with a phone only.
WAYS_TO_KEPT = frozenset({Way.PHONE, Way.DESK, Way.PAPER, Way.SMS, Way.HOST, Way.WALK_IN})


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Registrations by where they stand."""

    def taking_seats(self) -> "RegistrationQuerySet":
        """Those who have a seat, or hold one by an offer."""
        return self.filter(state__in=Registration.TAKING)

    def standing(self) -> "RegistrationQuerySet":
        """Those who have a seat, an offer, or a place in line."""
        return self.filter(state__in=Registration.STANDING)

    def in_line(self) -> "RegistrationQuerySet":
        """Those who wait, first come first: the key is given under the quota's lock, so it is the order of commit."""
        return self.filter(state=Registration.WAITING).order_by("pk")


def new_key() -> str:
    """The secret part of a receipt's address."""
    return secrets.token_urlsafe(16)


class Registration(models.Model):
    """A party that wants to come: one person, or several who come together and go in or wait together."""

    REGISTERED, WAITING, OFFERED = "registered", "waiting", "offered"
    EXPIRED, CANCELLED, NO_SHOW = "expired", "cancelled", "noshow"
    TAKING = (REGISTERED, OFFERED)  # those whose seats nobody else can have
    STANDING = (*TAKING, WAITING)  # those who have not ended
    STATES = {
        REGISTERED: _("har plats"),
        WAITING: _("i kö"),
        OFFERED: _("erbjuden plats"),
        EXPIRED: _("svarade inte i tid"),
        CANCELLED: _("avbokad"),
        NO_SHOW: _("kom inte, platsen är lämnad"),
    }

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="registrations", verbose_name=_("platser"))
    state = models.CharField(_("läge"), max_length=10, choices=STATES)
    seat_count = models.PositiveSmallIntegerField(_("platser"))
    name = models.CharField(_("namn"), max_length=100, blank=True)
    contact = models.CharField(_("telefon, e-post eller postadress"), max_length=254, blank=True)
    contact_kind = models.CharField(max_length=10, choices=ContactKind, blank=True)
    contact_note = models.CharField(_("intill kontakten"), max_length=200, blank=True)  # «dottern Eva»
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("förening")
    )
    needs = models.JSONField(_("behov"), default=list, blank=True)  # of NEEDS, in its order
    needs_text = models.CharField(_("annat behov"), max_length=200, blank=True)
    interpreter_language = models.CharField(_("språk för tolken"), max_length=60, blank=True)
    came_by = models.CharField(_("kom in"), max_length=10, choices=Way)
    came_on = models.DateField(_("kom in den"))
    code = models.CharField(_("kod"), max_length=8, blank=True)  # spoken; "" when it is purged
    key = models.CharField(max_length=22, unique=True, default=new_key)
    submission_key = models.CharField(max_length=64, unique=True)
    override_reason = models.CharField(_("varför fast det var fullt"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("anmäld"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    offered_at = models.DateTimeField(_("erbjuden plats"), null=True, blank=True)
    offer_expires_at = models.DateTimeField(_("svara senast"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("avbokad"), null=True, blank=True)
    purged_at = models.DateTimeField(_("gallrad"), null=True, blank=True)

    NEEDS = {
        "hearing_loop": _("Hörslinga"),
        "wheelchair": _("Plats för rullstol"),
        "interpreter": _("Tolk"),
        "companion": _("Någon följer med mig"),
        "in_writing": _("Skriv till mig, ring inte"),
    }

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("anmälan")
        verbose_name_plural = _("anmälningar")
        ordering = ["pk"]
        # Lists of people that leave the house: administrators only, unless given to somebody.
        permissions = [("export_registration", "Kan ta ut listor med personer")]
        indexes = [
            models.Index(fields=["quota", "state"], name="courses_registration_standing"),
            models.Index(fields=["contact"], name="courses_registration_contact"),
            # The sweeps look for offers that end.
            models.Index(
                fields=["offer_expires_at"], condition=Q(state="offered"), name="courses_offers_that_end"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="courses_code_is_one_registration"
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_at__isnull=False, offer_expires_at__isnull=False),
                name="courses_an_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancelled_at__isnull=False),
                name="courses_cancelled_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(state="cancelled"), name="courses_cancelled_has_no_seat"
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None)
                | Q(
                    name="",
                    contact="",
                    contact_kind="",
                    contact_note="",
                    needs_text="",
                    interpreter_language="",
                    code="",
                    override_reason="",
                ),
                name="courses_purged_registration_names_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quota} {self.code}".strip()

    @property
    def reached_by(self) -> Contact | None:
        """How whoever registered is reached; None when nobody said, or after the purge."""
        return Contact(ContactKind(self.contact_kind), self.contact) if self.contact_kind else None

    @property
    def contact_words(self) -> str:
        """How whoever registered is reached, as people read it, with what they wrote beside it; "" for nothing."""
        return beside(self.reached_by, self.contact_note)

    @property
    def needs_words(self) -> list[str]:
        """What the party needs, in words: «Hörslinga», «Tolk: arabiska», and what was written."""
        told = {need: str(says) for need, says in self.NEEDS.items() if need in self.needs}
        if "interpreter" in told and self.interpreter_language:
            told["interpreter"] += f": {self.interpreter_language}"
        return [*told.values(), *filter(None, [self.needs_text])]

    @property
    def about(self) -> str:
        """What notices call it."""
        return f"registration:{self.pk}"

    @property
    def had_seat(self) -> bool:
        """Whether it has ever had a seat: who only waited, or was offered one, has none to be cancelled from."""
        seated = RegistrationChange.What
        return self.changes.filter(what__in=[seated.REGISTERED, seated.ACCEPTED, seated.GIVEN]).exists()

    @property
    def path(self) -> str:
        """Where whoever registered sees it."""
        return f"/kurser/anmalan/{self.key}/"


class Participant(models.Model):
    """One who comes with a party. The name may come later, or never."""

    class Role(models.TextChoices):
        """What one comes as. An interpreter never takes a seat; a companion does where the run says so."""

        PARTICIPANT = "participant", _("Deltagare")
        COMPANION = "companion", _("Följeslagare")
        INTERPRETER = "interpreter", _("Tolk")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="participants", verbose_name=_("anmälan")
    )
    name = models.CharField(_("namn"), max_length=100, blank=True)
    role = models.CharField(_("roll"), max_length=12, choices=Role, default=Role.PARTICIPANT)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("personer")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name or str(_("Utan namn"))


class Attendance(models.Model):
    """Whether one who was expected came to an occasion. No row means that nobody has said."""

    occasion = models.ForeignKey(Occasion, models.CASCADE, related_name="attendance")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="attendance")
    came = models.BooleanField(_("kom"))
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # nobody: the host, by the link

    class Meta:
        verbose_name = _("närvaro")
        verbose_name_plural = _("närvaro")
        constraints = [
            models.UniqueConstraint(fields=["occasion", "participant"], name="courses_one_note_each_occasion")
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.came}"


class RegistrationChange(models.Model):
    """What was done to a registration, when, how and by whom (nobody: themselves, or the schedule)."""

    class What(models.TextChoices):
        REGISTERED = "registered", _("Anmäld, fick plats")
        WAITING = "waiting", _("Anmäld, ställd i kö")
        OFFERED = "offered", _("Erbjuden plats")
        ACCEPTED = "accepted", _("Tackade ja")
        EXPIRED = "expired", _("Svarade inte i tid")
        CANCELLED = "cancelled", _("Avbokad")
        CHANGED = "changed", _("Ändrad")
        GIVEN = "given", _("Fick plats av personalen")
        NO_SHOW = "noshow", _("Kom inte, platsen lämnades")
        CORRECTED = "corrected", _("Uppgifter rättade")
        SHOWN = "shown", _("Uppgifter lämnade ut")
        PURGED = "purged", _("Personuppgifter borttagna")

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    what = models.CharField(max_length=10, choices=What)
    way = models.CharField(max_length=10, choices=Way, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("ändring")
        verbose_name_plural = _("ändringar")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_what_display()
