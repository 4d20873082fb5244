"""How it went, told by nobody in particular."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utbud.courses.models.registrations import Way
from utbud.courses.models.runs import Occasion


class Evaluation(models.Model):
    """One person's answers to three questions after an occasion. It has no name and leads to none.

    The first is about one concrete task and not about oneself: self-ratings inflate (facts.md).
    """

    class Task(models.TextChoices):
        SELF = "self", _("Jag klarade det själv")
        HELPED = "helped", _("Jag klarade det med hjälp")
        NOT_YET = "notyet", _("Inte än")

    class Mood(models.TextChoices):
        GOOD = "good", _("Bra")
        OK = "ok", _("Sådär")
        BAD = "bad", _("Inte bra")

    occasion = models.ForeignKey(
        Occasion, models.CASCADE, related_name="evaluations", verbose_name=_("tillfälle")
    )
    task = models.CharField(_("uppgiften"), max_length=10, choices=Task, blank=True)
    mood = models.CharField(_("hur det kändes"), max_length=10, choices=Mood, blank=True)
    wish = models.CharField(_("vad vi kan göra bättre"), max_length=500, blank=True)
    came_by = models.CharField(_("kom in"), max_length=10, choices=Way)
    given_on = models.DateField(_("svarade"), default=timezone.localdate)
    submission_key = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("utvärdering")
        verbose_name_plural = _("utvärderingar")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.occasion_id} {self.task} {self.mood}"
