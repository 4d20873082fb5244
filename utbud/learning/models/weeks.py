"""The year: which word belongs to which ISO week."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utbud.base import dates
from utbud.learning.models.words import WordPage

PUBLISH_AT = dt.time(8, 0)


class PlannedWeek(models.Model):
    """A word on an ISO week. It goes out on the week's Monday at 08:00 in Stockholm."""

    year = models.PositiveSmallIntegerField(_("år"))
    week = models.PositiveSmallIntegerField(_("vecka"))
    word = models.ForeignKey(WordPage, models.CASCADE, related_name="weeks", verbose_name=_("ord"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(_("blev veckans ord"), null=True, blank=True)

    class Meta:
        verbose_name = _("planerad vecka")
        verbose_name_plural = _("planerade veckor")
        ordering = ["year", "week"]
        constraints = [
            models.UniqueConstraint(fields=["year", "week"], name="one_word_a_week"),
            models.UniqueConstraint(
                fields=["word"], condition=Q(published_at=None), name="a_word_waits_for_one_week"
            ),
            models.CheckConstraint(condition=Q(week__gte=1, week__lte=53), name="weeks_are_1_to_53"),
        ]

    def __str__(self) -> str:
        return f"vecka {self.week} {self.year}"

    @property
    def monday(self) -> dt.date:
        """The Monday of the week."""
        return dates.monday_of(self.year, self.week)

    @property
    def goes_out_at(self) -> dt.datetime:
        """When the word goes out (aware, UTC)."""
        return dates.at_stockholm(self.monday, PUBLISH_AT)
