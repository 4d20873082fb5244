"""Visits that name nobody, and the questions that are asked about them.

Staff are told things at the desk that the law treats as secret (OSL 40:3). So no row here has room for a name, a number, a word
of one's own or who was on duty; a test walks the fields and holds that (docs/adr/0031).
"""

import datetime as dt
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Orderable

from utbud.base import dates
from utbud.places.models import Place

LONGEST = 600  # minutes; nobody is helped for more than ten hours


# --- what is asked ------------------------------------------------------------------------------


class Question(ClusterableModel):
    """Something that is noted about an errand. The national survey's questions are there from the start."""

    class Part(models.TextChoices):
        WHAT = "what", _("Vad (det som trycks först, ett svar är ett ärende)")
        MORE = "more", _("Mer om ärendet (frivilligt)")
        END = "end", _("I slutet (frivilligt)")

    key = models.SlugField(_("nyckel"), unique=True, editable=False)
    text = models.CharField(_("fråga"), max_length=120)
    part = models.CharField(_("när den ställs"), max_length=10, choices=Part, default=Part.END)
    survey = models.CharField(
        _("namn i filen till Digidel"),
        max_length=120,
        blank=True,
        help_text=_("Precis som i den nationella enkäten. Tomt betyder att frågan inte är med i filen."),
    )
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    active = models.BooleanField(_("ställs"), default=True)

    class Meta:
        verbose_name = _("fråga i disken")
        verbose_name_plural = _("frågor i disken")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["part"],
                condition=Q(part="what"),
                name="helpdesk_one_question_says_what",
                violation_error_message=_("Det finns redan en fråga som trycks först. Ändra den i stället."),
            )
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.key or _free_key(self.text, Question)
        super().save(*args, **kwargs)


class Choice(Orderable):
    """An answer that can be pressed. Its key is for ever: renamed it is the same, and taken away it is only hidden."""

    question = ParentalKey(
        Question, on_delete=models.CASCADE, related_name="choices", verbose_name=_("fråga")
    )
    key = models.SlugField(_("nyckel"), unique=True, editable=False)
    text = models.CharField(_("svar"), max_length=60)
    survey = models.CharField(
        _("namn i filen till Digidel"),
        max_length=120,
        blank=True,
        help_text=_("Tomt betyder samma som på knappen."),
    )
    looks_for = models.CharField(
        _("visa material om"),
        max_length=60,
        blank=True,
        help_text=_("Det du skulle söka på. Då visas ord, guider, filmer och kurser medan du hjälper."),
    )
    active = models.BooleanField(_("visas"), default=True)

    class Meta(Orderable.Meta):
        verbose_name = _("svar i disken")
        verbose_name_plural = _("svar i disken")

    def __str__(self) -> str:
        return self.text

    @property
    def survey_text(self) -> str:
        """What the national file calls it."""
        return self.survey or self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = self.key or _free_key(self.text, Choice)
        was = Choice.objects.filter(pk=self.pk).values_list("text", flat=True).first() if self.pk else None
        super().save(*args, **kwargs)
        if was is not None and was != self.text:
            FormerName.objects.create(choice=self, text=was, until=timezone.localdate())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Hide it. What has been noted with it stays, also what a tablet without network has not sent yet."""
        self.active = False
        self.save()
        return 0, {}


class FormerName(models.Model):
    """What an answer was called until a day: figures of that time say so."""

    choice = models.ForeignKey(Choice, models.CASCADE, related_name="former_names")
    text = models.CharField(max_length=60)
    until = models.DateField()

    class Meta:
        verbose_name = _("tidigare namn på ett svar")
        verbose_name_plural = _("tidigare namn på svar")
        ordering = ["until", "pk"]

    def __str__(self) -> str:
        return self.text


def _free_key(text: str, model: type[models.Model]) -> str:
    """«skriva-ut», or «skriva-ut-2» where that is another's."""
    stem = slugify(text)[:40] or "svar"
    taken = set(model._default_manager.filter(key__startswith=stem).values_list("key", flat=True))
    return (
        stem
        if stem not in taken
        else next(f"{stem}-{n}" for n in range(2, 10_000) if f"{stem}-{n}" not in taken)
    )


# --- what is noted ------------------------------------------------------------------------------


class VisitQuerySet(models.QuerySet["Visit"]):
    """Visits, by what they are."""

    def counted(self) -> "VisitQuerySet":
        """Those that are a visit: not what was undone."""
        return self.exclude(state=Visit.State.UNDONE)

    def going_on(self) -> "VisitQuerySet":
        """Those that nobody has said are over."""
        return self.filter(state__in=GOING_ON)


class Visit(models.Model):
    """Somebody was helped, once, at a place. Nothing here says who, and nothing who helped."""

    class State(models.TextChoices):
        RUNNING = "running", _("pågår")
        PAUSED = "paused", _("pausat")
        DONE = "done", _("klart")
        UNDONE = "undone", _("ångrat")  # kept for a day without errands, so that it is not taken in again

    class How(models.TextChoices):
        DESK = "desk", _("i disken")
        TALLY = "tally", _("från ett streckat papper")

    key = models.UUIDField(_("nyckel"), unique=True, default=uuid.uuid4, help_text=_("görs på plattan"))
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plats")
    )
    day = models.DateField(_("dag"))
    hour = models.PositiveSmallIntegerField(
        _("timme"), null=True, blank=True
    )  # not known of a tally or an odd clock
    minutes = models.PositiveSmallIntegerField(_("minuter"), null=True, blank=True)
    state = models.CharField(_("läge"), max_length=10, choices=State, default=State.DONE)
    how = models.CharField(_("noterat"), max_length=10, choices=How, default=How.DESK)
    # While it runs, and for a day after, so that a press can be undone; then forgotten (actions.forget_moments).
    moment = models.DateTimeField(_("sedan"), null=True, blank=True)
    seconds = models.PositiveIntegerField(
        _("sekunder före pausen"), null=True, blank=True
    )  # None: it never ran

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("besök")
        verbose_name_plural = _("besök")
        constraints = [
            models.CheckConstraint(condition=Q(hour=None) | Q(hour__lte=23), name="helpdesk_hour_of_a_day"),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=LONGEST),
                name="helpdesk_minutes_are_likely",
            ),
            models.CheckConstraint(
                condition=Q(state="done") | Q(minutes=None), name="helpdesk_minutes_when_it_is_done"
            ),
        ]
        indexes = [
            models.Index(fields=["day", "place"], name="helpdesk_by_day"),
            models.Index(
                fields=["day"], condition=Q(state__in=["running", "paused"]), name="helpdesk_going_on"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_state_display()}"

    def lasted(self, now: dt.datetime) -> int:
        """Seconds so far, pauses not counted."""
        on = self.state == self.State.RUNNING and self.moment is not None
        return (self.seconds or 0) + (
            max(0, int((now - self.moment).total_seconds())) if on and self.moment else 0
        )

    def is_left(self, now: dt.datetime) -> bool:
        """Whether it was left running over a night: how long it took is not known any more."""
        return self.state in GOING_ON and self.day < dates.local(now).date()


GOING_ON = (Visit.State.RUNNING, Visit.State.PAUSED)


class Errand(models.Model):
    """One thing that somebody wanted help with. A visit has one or more; the national survey counts each."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="errands", verbose_name=_("besök"))
    number = models.PositiveSmallIntegerField(_("nummer"), default=1)
    answers = models.ManyToManyField(Choice, through="Given", related_name="+")

    class Meta:
        verbose_name = _("ärende")
        verbose_name_plural = _("ärenden")
        ordering = ["visit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="helpdesk_errands_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}-{self.number}"


class Given(models.Model):
    """An answer that was pressed. What is asked once of a visit («hur hittade du hit») stands with its first errand."""

    errand = models.ForeignKey(Errand, models.CASCADE, related_name="given")
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="given")

    class Meta:
        verbose_name = _("svar")
        verbose_name_plural = _("svar")
        constraints = [models.UniqueConstraint(fields=["errand", "choice"], name="helpdesk_an_answer_once")]

    def __str__(self) -> str:
        return f"{self.errand_id} {self.choice_id}"


class Lack(models.Model):
    """«Inget passar»: how often in a day nothing that we have was right for an errand."""

    choice = models.ForeignKey(Choice, models.CASCADE, related_name="+", verbose_name=_("ärende"))
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plats")
    )
    day = models.DateField(_("dag"))
    count = models.PositiveIntegerField(_("gånger"), default=0)

    class Meta:
        verbose_name = _("något vi saknade")
        verbose_name_plural = _("det vi saknade")
        constraints = [
            models.UniqueConstraint(fields=["choice", "place", "day"], name="helpdesk_lack_a_day"),
            models.UniqueConstraint(
                fields=["choice", "day"], condition=Q(place=None), name="helpdesk_lack_a_day_nowhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.count}"


# --- settings -----------------------------------------------------------------------------------

# The survey's own names of counties (facts of the Digidel survey): not all of them end in «län».
REGIONS = (
    "Blekinge", "Dalarna", "Gävleborg", "Halland", "Jönköpings län", "Kronoberg", "Norrbotten", "Skåne", "Sörmland",
    "Uppsala", "Västerbotten", "Västernorrland", "Västra Götalandsregionen", "Örebro län", "Östergötland",
)  # fmt: skip


@register_setting(icon="table", order=110)
class DeskSettings(BaseGenericSetting):
    """What the national file must know of the library."""

    region = models.CharField(
        _("region"),
        max_length=40,
        blank=True,
        choices=[(name, name) for name in REGIONS],
        help_text=_("Som Digidels enkät skriver den. Står i varje rad av filen."),
    )

    class Meta:
        verbose_name = _("disken")

    def __str__(self) -> str:
        return str(_("disken"))
