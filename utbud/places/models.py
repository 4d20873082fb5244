"""The library itself, its places, and when they are open."""

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.images import get_image_model_string

from utbud.base import letters, withdrawn
from utbud.base.dates import WEEKDAYS, span_words
from utbud.places import colours, phones

HELPS_WITH = """Söka i bibliotekets katalog
Låna e-böcker och ljudböcker
Lyssna på talböcker
Skriva ut, kopiera och skanna
Komma ut på wifi
Skicka och läsa e-post
Läsa post i en digital brevlåda
Komma igång med mobil, surfplatta och dator
Använda sociala medier
Handla tryggt på nätet
Skaffa e-legitimation
Skydda dig mot bedragare"""
HELPS_NOT_WITH = """Sköta dina bankärenden
Köpa eller beställa något åt dig
Boka något i ditt namn
Sköta dina ärenden hos myndigheter
Laga din mobil, surfplatta eller dator"""

# The Act (1991:1559) that goes with the Fundamental Law on Freedom of Expression, chapter 5: what was public is kept for
# at least six months, so that it can be tried. A library may decide on more.
LEAST_ARCHIVE_MONTHS = 6

edition = 0  # counted up by every saved change, so that what queries keep in memory is known to be old


def _changed() -> None:
    global edition  # noqa: PLW0603, RUF100 - one counter for the process is the point
    edition += 1
    withdrawn.say()  # other hours, another phone number


class Counted(models.Model):
    """A row that readers keep in memory: a saved change makes them read again."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        transaction.on_commit(_changed)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        transaction.on_commit(_changed)
        return gone


def validate_phone(text: str) -> None:
    """Refuse what cannot be rung."""
    if phones.parse_phone(text) is None:
        raise ValidationError(_("Vi känner inte igen telefonnumret. Skriv det som 08-465 004 00."))


def validate_colour(colour: str) -> None:
    """Refuse a colour in which text would be hard to read, and say how far it reaches."""
    if not colours.HEX.match(colour):
        raise ValidationError(_("Skriv färgen som # och sex tecken, till exempel #0B5A5E."))
    ratio = min(colours.contrast(colour, background) for background in (colours.WHITE, colours.PAGE))
    if ratio < colours.LEAST:
        reached = f"{math.floor(ratio * 10) / 10:.1f}".replace(".", ",")
        raise ValidationError(
            _(
                "Färgen når kontrasten %(ratio)s:1 mot sidans bakgrund. Den behöver minst 7:1. Välj en mörkare färg."
            ),
            params={"ratio": reached},
        )


class Place(Counted, ClusterableModel):
    """A library building, a bus, a room: somewhere one can get help."""

    class Kind(models.TextChoices):
        MAIN = "huvudbibliotek", _("Huvudbibliotek")
        BRANCH = "filial", _("Filial")
        BUS = "bokbuss", _("Bokbuss")
        STUDIO = "studio", _("Studio")
        CENTRE = "digidelcenter", _("DigidelCenter")

    name = models.CharField(_("namn"), max_length=80, unique=True)
    slug = models.SlugField(
        _("adress på webben"),
        unique=True,
        blank=True,
        help_text=_("Lämna tomt, så blir det av namnet. Ändra inte sedan."),
    )
    kind = models.CharField(_("slag"), max_length=20, choices=Kind)
    street = models.CharField(_("gatuadress"), max_length=120, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=10, blank=True)
    city = models.CharField(_("ort"), max_length=60, blank=True)
    phone = models.CharField(
        _("telefon"),
        max_length=30,
        blank=True,
        validators=[validate_phone],
        help_text=_("Tomt betyder bibliotekets nummer."),
    )
    about = models.TextField(_("om platsen"), blank=True, max_length=600)
    accessibility = models.TextField(
        _("så kommer man in"),
        blank=True,
        max_length=600,
        help_text=_("Trappor, ramp, dörröppnare, hörslinga, toalett."),
    )
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    active = models.BooleanField(_("visas för besökare"), default=True)

    class Meta:
        verbose_name = _("plats")
        verbose_name_plural = _("platser")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.slug = self.slug or slugify(self.name)

    @property
    def address(self) -> str:
        """«Storgatan 1, 871 31 Härnösand» with what there is of it."""
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.street, town) if part)


class Opening(models.TextChoices):
    """What a place offers while it is open."""

    OPEN = "open", _("Öppet med personal")
    UNSTAFFED = "unstaffed", _("Meröppet")
    DROP_IN = "dropin", _("Drop-in: digital hjälp")


MORNING = dt.time(6)  # what closes by then, and before it opens, closes the next day
_FORWARDS = Q(opens__lt=F("closes")) | (Q(closes__lte=MORNING) & ~Q(opens=F("closes")))
_BACKWARDS = _("Tiden måste börja innan den slutar. Stänger ni efter midnatt går det till klockan 6.")
MIDNIGHT = 24 * 60


def minutes(opens: dt.time, closes: dt.time) -> tuple[int, int]:
    """Hours as minutes from the midnight that the day begins with. A minute to midnight is midnight, as it was once written."""
    start, end = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    if end == MIDNIGHT - 1:
        return start, MIDNIGHT
    return start, end + (MIDNIGHT if end <= start else 0)


class OpeningHours(Counted):
    """Hours that come back every week, for a while or for good. Wall time in Stockholm; they may end the next day."""

    place = ParentalKey(Place, on_delete=models.CASCADE, related_name="hours", verbose_name=_("plats"))
    weekday = models.PositiveSmallIntegerField(
        _("veckodag"), choices=[(number, name.capitalize()) for number, name in enumerate(WEEKDAYS)]
    )
    kind = models.CharField(_("slag"), max_length=20, choices=Opening, default=Opening.OPEN)
    opens = models.TimeField(_("öppnar"))
    closes = models.TimeField(
        _("stänger"), help_text=_("Kan vara efter midnatt: 18:00 till 01:00. Midnatt skrivs 00:00.")
    )
    valid_from = models.DateField(_("från och med"), null=True, blank=True)
    valid_to = models.DateField(_("till och med"), null=True, blank=True)

    panels = [
        FieldPanel("weekday"),
        FieldPanel("kind"),
        FieldPanel("opens"),
        FieldPanel("closes"),
        FieldPanel("valid_from"),
        FieldPanel("valid_to"),
    ]

    class Meta:
        verbose_name = _("öppettid")
        verbose_name_plural = _("öppettider")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=_FORWARDS,
                name="places_hours_open_before_they_close",
                violation_error_message=_BACKWARDS,
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=F("valid_to")),
                name="places_hours_valid_forwards",
                violation_error_message=_("Perioden måste börja innan den slutar."),
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="places_hours_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    @property
    def words(self) -> str:
        """«18–1»."""
        return span_words(
            self.opens, dt.time() if minutes(self.opens, self.closes)[1] == MIDNIGHT else self.closes
        )

    def holds_on(self, day: dt.date) -> bool:
        """Whether these hours hold on ``day``."""
        return (
            self.weekday == day.weekday()
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )

    def collides_with(self, other: "OpeningHours") -> bool:
        """Whether both promise the same thing at the same time."""
        return (
            (self.weekday, self.kind) == (other.weekday, other.kind)
            and _meet(self, other)
            and (self.valid_from or dt.date.min) <= (other.valid_to or dt.date.max)
            and (other.valid_from or dt.date.min) <= (self.valid_to or dt.date.max)
        )


class SpecialDay(Counted):
    """A day that differs, at one place or (``place`` empty) at all.

    It stands instead of the ordinary hours of its ``kind`` (empty: of every kind), and before a public
    holiday, which is otherwise closed. Several rows make several times on one day.
    """

    place = ParentalKey(
        Place,
        on_delete=models.CASCADE,
        related_name="special_days",
        null=True,
        blank=True,
        verbose_name=_("plats"),
    )
    date = models.DateField(_("datum"))
    kind = models.CharField(
        _("slag"),
        max_length=20,
        choices=Opening,
        blank=True,
        help_text=_("Tomt betyder alla slag, och går bara när det är stängt."),
    )
    closed = models.BooleanField(_("stängt"), default=False)
    opens = models.TimeField(_("öppnar"), null=True, blank=True)
    closes = models.TimeField(_("stänger"), null=True, blank=True)
    reason = models.CharField(
        _("anledning"),
        max_length=80,
        blank=True,
        help_text=_("Visas för besökare, till exempel: Planeringsdag."),
    )

    panels = [
        FieldPanel("date"),
        FieldPanel("kind"),
        FieldPanel("closed"),
        FieldPanel("opens"),
        FieldPanel("closes"),
        FieldPanel("reason"),
    ]

    class Meta:
        # By a form of its own, without running text: it is public at once (docs/adr/0022).
        permissions = [("set_day", "Kan säga att en dag avviker")]
        verbose_name = _("avvikande dag")
        verbose_name_plural = _("avvikande dagar")
        ordering = ["date", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed=True, opens=None, closes=None)
                | (Q(closed=False, opens__isnull=False, closes__isnull=False) & _FORWARDS & ~Q(kind="")),
                name="places_special_day_closed_or_timed",
                violation_error_message=_(
                    "Välj stängt, eller ett slag med tid som börjar innan den slutar. Efter midnatt går det till klockan 6."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.reason}".strip()

    def clean(self) -> None:
        if self.closed and (self.opens or self.closes):
            raise ValidationError({"closed": _("Välj stängt eller skriv tider, inte båda.")})
        if not self.closed and not (self.opens and self.closes and self.kind):
            raise ValidationError(
                {"closed": _("Välj stängt, eller välj slag och skriv när det öppnar och stänger.")}
            )
        if self.place_id is None and self.date:  # days of one place are compared in its own form
            others = SpecialDay.objects.filter(place=None, date=self.date).exclude(pk=self.pk)
            refuse_collision(self, others)

    def collides_with(self, other: "SpecialDay") -> bool:
        """Whether both speak of the same thing on the same day so that they cannot both be true."""
        if (self.date, self.kind) != (other.date, other.kind):
            return False
        if self.closed or other.closed:
            return True
        return _meet(self, other)


def _meet(one: "OpeningHours | SpecialDay", other: "OpeningHours | SpecialDay") -> bool:
    """Whether the hours of two rows of the same day overlap."""
    if one.opens is None or one.closes is None or other.opens is None or other.closes is None:
        return False
    (start, end), (begins, ends) = minutes(one.opens, one.closes), minutes(other.opens, other.closes)
    return start < ends and begins < end


def refuse_collision(row: OpeningHours | SpecialDay, others: Iterable[Any]) -> None:
    """Raise ValidationError, with both times in words, if ``row`` collides with one of ``others``."""
    for other in others:
        if row.collides_with(other):
            raise ValidationError(
                _now("Tiden krockar med en annan av samma slag: %(other)s."), params={"other": _shown(other)}
            )


def _shown(row: OpeningHours | SpecialDay) -> str:
    if isinstance(row, SpecialDay):
        return f"{row.date}, " + (_now("stängt") if row.closed else f"{row.opens:%H:%M}–{row.closes:%H:%M}")
    return str(row)


class CountriesField(models.JSONField):
    """Countries, chosen by name and kept by code."""

    def formfield(self, **kwargs: Any) -> Any:
        return forms.MultipleChoiceField(
            choices=list(phones.COUNTRIES.items()),
            widget=forms.CheckboxSelectMultiple,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
            error_messages={"required": _now("Välj minst ett land.")},
        )


def home() -> list[str]:
    """The countries that texts go to before anybody has chosen."""
    return [phones.HOME]


@register_setting(icon="home", order=100)
class LibrarySettings(Counted, BaseGenericSetting):
    """The library's own name, numbers and look. One row; what people see comes from queries.library()."""

    select_related = ["logo", "main_place"]

    library_name = models.CharField(_("bibliotekets namn"), max_length=80, default="Biblioteket")
    programme_name = models.CharField(_("programmets namn"), max_length=80, default="Digitalt utbud")
    municipality = models.CharField(_("kommunens namn"), max_length=80, blank=True)
    phone = models.CharField(_("telefon"), max_length=30, blank=True, validators=[validate_phone])
    email = models.EmailField(
        _("e-post"), blank=True, help_text=_("Hit skickas ett brev när någon har skrivit till er.")
    )
    main_place = models.ForeignKey(
        Place, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("huvudplats"),
        help_text=_("Platsens adress visas på alla sidor och på papper."),
    )  # fmt: skip
    accent = models.CharField(
        _("färg"),
        max_length=7,
        default="#0B5A5E",
        validators=[validate_colour],
        help_text=_("Till exempel #0B5A5E."),
    )
    help_colour = models.CharField(
        _("färg för hjälp"),
        max_length=7,
        default="#8A3420",
        validators=[validate_colour],
        help_text=_("Knappen Ring oss."),
    )
    logo = models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logotyp"),
    )
    logo_alt = models.CharField(
        _("logotypen i ord"),
        max_length=120,
        blank=True,
        help_text=_("Läses upp för den som inte ser bilden."),
    )
    helps_with = models.TextField(
        _("det här hjälper vi till med"), default=HELPS_WITH, help_text=_("En sak på varje rad.")
    )
    helps_not_with = models.TextField(
        _("det här kan vi inte göra åt någon"), default=HELPS_NOT_WITH, help_text=_("En sak på varje rad.")
    )
    message_months = models.PositiveSmallIntegerField(
        _("månader som besvarade meddelanden sparas"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Sedan tas namn, kontakt och text bort. Siffrorna blir kvar."),
    )
    course_months = models.PositiveSmallIntegerField(
        _("månader efter kursen som namn sparas"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Sedan tas namn, telefon och behov bort. Hur många som kom blir kvar."),
    )
    archive_months = models.PositiveSmallIntegerField(
        _("månader som borttagna sidor sparas i arkivet"),
        default=24,
        validators=[MinValueValidator(LEAST_ARCHIVE_MONTHS), MaxValueValidator(240)],
        help_text=_(
            "Det som har varit publicerat sparas minst sex månader, så kräver lagen. Sedan tas det bort."
        ),
    )

    text_countries = CountriesField(
        _("länder som sms går till"),
        default=home,
        help_text=_("Den som har ett nummer i ett annat land får ett samtal i stället, om ni vill ringa."),
    )
    sends_a_day = models.PositiveIntegerField(
        _("sms och e-post på en dag"),
        default=500,
        help_text=_(
            "Så många går av sig själva för att någon utifrån har gjort något, till exempel anmält sig. "
            "Resten väntar på att ni säger ja. 0 stoppar alla."
        ),
    )
    kronor_a_day = models.PositiveIntegerField(
        _("kronor på en dag för sms som andra orsakar"),
        default=300,
        help_text=_("När pengarna är slut väntar resten på att ni säger ja."),
    )
    kronor_a_day_all = models.PositiveIntegerField(
        _("kronor på en dag för alla sms till en i taget"),
        default=2000,
        help_text=_("Också påminnelser och det ni själva skickar, till exempel om en kurs ställs in."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("library_name"), FieldPanel("programme_name"), FieldPanel("municipality")],
            heading=_("Namn"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("phone"),
                FieldPanel(
                    "email",
                    help_text=letters.lazy_promise(
                        _(
                            "Visas på sidan om hjälp. Hit skickas också ett brev när någon har skrivit till er."
                        ),
                        instead=_(
                            "Adressen visas på sidan om hjälp. Titta i inkorgen efter det som kommer in."
                        ),
                    ),
                ),
                FieldPanel("main_place"),
            ],
            heading=_("Så når man er"),
        ),
        MultiFieldPanel(
            [FieldPanel("accent"), FieldPanel("help_colour"), FieldPanel("logo"), FieldPanel("logo_alt")],
            heading=_("Utseende"),
        ),
        MultiFieldPanel(
            [FieldPanel("helps_with"), FieldPanel("helps_not_with")], heading=_("Hjälp på plats")
        ),
        MultiFieldPanel(
            [FieldPanel("message_months"), FieldPanel("course_months"), FieldPanel("archive_months")],
            heading=_("Gallring"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("text_countries"),
                FieldPanel("sends_a_day"),
                FieldPanel("kronor_a_day"),
                FieldPanel("kronor_a_day_all"),
            ],
            heading=_("Tak för det som skickas"),
        ),
    ]

    class Meta:
        verbose_name = _("biblioteket")

    def __str__(self) -> str:
        return self.library_name

    def clean(self) -> None:
        self.accent, self.help_colour = self.accent.upper(), self.help_colour.upper()
        if self.logo_id and not self.logo_alt.strip():
            raise ValidationError(
                {"logo_alt": _("Skriv vad som står i logotypen, för den som inte ser den.")}
            )
