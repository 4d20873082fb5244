"""«Gick det bra?»: what people say after a film or a guide, counted by day. Nobody is known."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class DailyAnswers(models.Model):
    """How many gave an answer about a page on a day."""

    class Answer(models.TextChoices):
        """One concrete task, as people say how it went (facts.md: self-ratings inflate)."""

        SELF = "self", _("Ja, jag klarade det själv")
        HELPED = "helped", _("Ja, med hjälp")
        NOT_YET = "not_yet", _("Nej, inte än")

    page = models.ForeignKey(Page, models.CASCADE, related_name="answers", verbose_name=_("sida"))
    day = models.DateField(_("dag"))
    answer = models.CharField(_("svar"), max_length=7, choices=Answer)
    count = models.PositiveIntegerField(_("antal"), default=0)

    class Meta:
        verbose_name = _("svar på «Gick det bra?»")
        verbose_name_plural = _("svar på «Gick det bra?»")
        constraints = [models.UniqueConstraint(fields=["page", "day", "answer"], name="answers_a_day")]

    def __str__(self) -> str:
        return f"{self.page_id} {self.day} {self.answer}: {self.count}"
