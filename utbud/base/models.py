"""What is counted so that strangers cannot make us send without end, or guess without end."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """How often something has happened on a day, and what it has cost. Whoever it concerns is a salted hash."""

    day = models.DateField()
    what = models.CharField(max_length=80)
    times = models.PositiveIntegerField(default=0)
    ore = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)  # how many found it full

    class Meta:
        verbose_name = _("räkning")
        verbose_name_plural = _("räkningar")
        constraints = [models.UniqueConstraint(fields=["day", "what"], name="base_one_tally_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.what} {self.times}"


class Guess(models.Model):
    """How many wrong tries have been made at something that a secret guards. What it is is a salted hash."""

    subject = models.CharField(max_length=64, unique=True)
    wrong = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    wait_until = models.DateTimeField()

    class Meta:
        verbose_name = _("felaktiga försök")
        verbose_name_plural = _("felaktiga försök")
        indexes = [models.Index(fields=["wait_until"], name="base_guess_wait")]

    def __str__(self) -> str:
        return f"{self.subject[:8]} {self.wrong}"
