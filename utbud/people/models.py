"""People who work with the programme, who answers for what is published, and whom the law names."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from utbud.base import letters

# The roles, as they are called in the staff side. What each may do stands in people.actions.
EDITOR, PUBLISHER, ADMINISTRATOR = "Redaktör", "Ansvarig utgivare", "Administratör"
DESK = "Disk och kurser"  # meets people, and is alone to see what we know of them


class Staff(UserManager["User"]):
    """Makes users. The command for the first login lets one pass by a weak password; this does not."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **more: Any
    ) -> "User":
        """Make one who may do everything, with a password that is hard to guess."""
        if password is not None:
            validate_password(password, self.model(username=username, email=email or ""))
        return super().create_superuser(username, email, password, **more)


class User(AbstractUser):
    """A member of staff who logs in."""

    objects: ClassVar[Staff] = Staff()

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class ResponsiblePublisher(models.Model):
    """Ansvarig utgivare: approves exactly what goes out. Needs no login: a letter with a link is enough.

    The certificate (utgivningsbevis, lasts ten years) is voluntary, so number and expiry may be empty.
    """

    name = models.CharField(_("namn"), max_length=120)
    email = models.EmailField(_("e-post"), unique=True)
    user = models.OneToOneField(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="responsible_publisher",
        verbose_name=_("inloggning"),
        help_text=_("Tom för en utgivare som bara godkänner genom länken i brevet."),
    )
    certificate_number = models.CharField(_("utgivningsbevis, nummer"), max_length=60, blank=True)
    certificate_expires = models.DateField(_("utgivningsbeviset gäller till"), null=True, blank=True)
    active = models.BooleanField(
        _("i tjänst"), default=True, help_text=_("Bara den som är i tjänst får brev och kan godkänna.")
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("email"),
        FieldPanel(
            "user",
            help_text=_(
                "Väljer du en inloggning får den rollen Ansvarig utgivare. Tom för den som bara godkänner genom länken i brevet."
            ),
        ),
        FieldPanel("certificate_number"),
        FieldPanel("certificate_expires"),
        FieldPanel(
            "active",
            help_text=letters.lazy_promise(
                _("Bara den som är i tjänst får brev och kan godkänna."),
                instead=_("Utgivaren behöver en inloggning. Bara den som är i tjänst kan godkänna."),
            ),
        ),
    ]

    class Meta:
        verbose_name = _("ansvarig utgivare")
        verbose_name_plural = _("ansvariga utgivare")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TargetGroup(models.Model):
    """A group that the Libraries Act (2013:801, 4, 5, 7 and 8 §§) tells libraries to serve especially."""

    code = models.SlugField(_("kod"), unique=True)
    name = models.CharField(_("namn"), max_length=120)
    law = models.CharField(_("lagrum"), max_length=120)

    class Meta:
        verbose_name = _("målgrupp i bibliotekslagen")
        verbose_name_plural = _("målgrupper i bibliotekslagen")
        ordering = ["law", "name"]

    def __str__(self) -> str:
        return self.name


class Competence(models.Model):
    """One of the 21 competences of DigComp, by version, with its number in version 2.2 beside it."""

    version = models.CharField(_("version av DigComp"), max_length=10)
    code = models.CharField(_("nummer"), max_length=10)
    area = models.CharField(_("område"), max_length=120)
    name = models.CharField(_("namn"), max_length=120)
    code_22 = models.CharField(_("nummer i DigComp 2.2"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("digital kompetens")
        verbose_name_plural = _("digitala kompetenser")
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="people_competence_once_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Organisation(models.Model):
    """Somebody we work with: an association, a department, a school. The person one talks to is named by role if possible."""

    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("Förening")
        DEPARTMENT = "department", _("Kommunens verksamhet")
        SCHOOL = "school", _("Skola")
        COMPANY = "company", _("Företag")

    name = models.CharField(_("namn"), max_length=120, unique=True)
    kind = models.CharField(_("slag"), max_length=12, choices=Kind, default=Kind.ASSOCIATION)
    contact_name = models.CharField(
        _("kontakt"),
        max_length=120,
        blank=True,
        help_text=_("Den man pratar med, gärna en roll: ordföranden."),
    )
    contact = models.CharField(_("telefon eller e-post"), max_length=254, blank=True)
    active = models.BooleanField(_("vi har kontakt"), default=True)
    logo = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("märke"),
        help_text=_("Visas på det vi gör tillsammans."),
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("kind"),
        FieldPanel("logo"),
        FieldPanel("contact_name"),
        FieldPanel(
            "contact",
            help_text=_("Visas för den som ska anmäla sig hos dem. Är det någons egna nummer, fråga först."),
        ),
        FieldPanel("active"),
    ]

    class Meta:
        verbose_name = _("förening eller partner")
        verbose_name_plural = _("föreningar och partner")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LoginTry(models.Model):
    """That somebody tried to log in, or asked for a letter about a new password. Never what was written as password or name.

    What is counted is hashed (utbud.people.logins); the address itself is for a person to look at, and is soon forgotten.
    """

    IN, WRONG, LETTER = "in", "wrong", "letter"
    OUTCOMES = [(IN, _("kom in")), (WRONG, _("fel lösenord")), (LETTER, _("bad om ett brev"))]

    at = models.DateTimeField(_("när"))
    user = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="+", verbose_name=_("inloggning")
    )  # None: there is no such account, or it is closed
    account = models.CharField(max_length=32)
    network = models.CharField(max_length=32)
    wide = models.CharField(max_length=32)
    device = models.CharField(max_length=32, blank=True)
    address = models.CharField(_("adress"), max_length=45, blank=True)
    outcome = models.CharField(_("hur det gick"), max_length=8, choices=OUTCOMES)
    slowed = models.PositiveIntegerField(_("för tidiga försök"), default=0)

    class Meta:
        verbose_name = _("försök att logga in")
        verbose_name_plural = _("försök att logga in")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["at"], name="people_logintry_at")]


class Look(models.Model):
    """Somebody saw what we know of people: who, when, which person or list, and how. It names nobody that was seen."""

    class How(models.TextChoices):
        LIST = "list", _("Såg listan")
        PERSON = "person", _("Såg en person")
        PAPER = "paper", _("Skrev ut")
        EXPORT = "export", _("Tog ut en fil")

    at = models.DateTimeField(_("när"), db_index=True)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+"
    )  # None: has no login (any more)
    who = models.CharField(_("vem"), max_length=180)
    subject = models.CharField(
        _("vad"), max_length=40
    )  # «inbox», «registration:12», as people.looks knows them
    how = models.CharField(_("hur"), max_length=10, choices=How)

    class Meta:
        verbose_name = _("visning")
        verbose_name_plural = _("visningar")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject", "at"], name="people_look_subject")]

    def __str__(self) -> str:
        return f"{self.who} {self.subject}"
