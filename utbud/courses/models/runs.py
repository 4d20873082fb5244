"""When a course is held: a run, the quotas one joins, and the occasions one comes to."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utbud.calendar.models import Resource
from utbud.courses.models.pages import CoursePage
from utbud.people.models import Organisation
from utbud.places.models import Place


class Run(models.Model):
    """One round of a course: where, with whom, and how one joins."""

    class Joining(models.TextChoices):
        """How one gets a seat."""

        NONE = "none", _("Ingen anmälan behövs")
        OPEN = "open", _("Anmälan på webben, per telefon, sms eller på plats")
        STAFF = "staff", _("Anmälan bara hos personalen")
        HOST = "host", _("Anmälan hos föreningen")
        ELSEWHERE = "elsewhere", _("Anmälan någon annanstans")

    class Joins(models.TextChoices):
        """What one joins."""

        WHOLE = "whole", _("Hela omgången")
        SINGLE = "single", _("Ett tillfälle i taget")

    course = models.ForeignKey(CoursePage, models.PROTECT, related_name="runs", verbose_name=_("kurs"))
    joining = models.CharField(_("anmälan"), max_length=10, choices=Joining, default=Joining.OPEN)
    joins = models.CharField(_("man anmäler sig till"), max_length=10, choices=Joins, default=Joins.WHOLE)
    elsewhere = models.CharField(
        _("så anmäler man sig"), max_length=200, blank=True, help_text=_("Där anmälan sköts av någon annan.")
    )
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plats")
    )
    venue = models.CharField(
        _("lokal"), max_length=160, blank=True, help_text=_("Rummet, eller adressen när det inte är hos oss.")
    )
    online_url = models.URLField(
        _("adress på nätet"), blank=True, help_text=_("Bara den som har plats får se den.")
    )
    host = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("värd")
    )
    fee = models.PositiveSmallIntegerField(_("avgift i kronor"), default=0)
    companions_take_seats = models.BooleanField(
        _("följeslagare tar en plats"), default=False, help_text=_("En tolk tar aldrig en plats.")
    )
    note = models.CharField(_("bra att veta"), max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    submission_key = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)
    cancelled_at = models.DateTimeField(_("inställd"), null=True, blank=True)
    cancelled_why = models.CharField(_("varför den är inställd"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("kursomgång")
        verbose_name_plural = _("kursomgångar")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(joining="elsewhere") | ~Q(elsewhere=""), name="courses_elsewhere_says_where"
            ),
            models.CheckConstraint(
                condition=~Q(joining="host") | Q(host__isnull=False), name="courses_host_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course.title} ({self.pk})"

    @property
    def about(self) -> str:
        """What notices to its host call it."""
        return f"run:{self.pk}"

    @property
    def open_to_all(self) -> bool:
        """Whether anyone may register, on the web and by text."""
        return self.joining == self.Joining.OPEN


class Quota(models.Model):
    """What one joins, with its seats: the whole run, or one occasion of it. Its number is what one texts («KURS 12»).

    ``taken`` counts the seats of those who have one or have been offered one. It is only changed together with a
    registration, by ``courses.actions``; the database itself refuses more than there are.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="quotas", verbose_name=_("kursomgång"))
    seats = models.PositiveSmallIntegerField(
        _("platser"), null=True, blank=True, help_text=_("Tomt betyder att alla får plats.")
    )
    kept = models.PositiveSmallIntegerField(
        _("platser för den som ringer eller kommer hit"),
        default=0,
        help_text=_("Så många lämnar webben kvar, så att de inte tar slut där."),
    )
    kept_until = models.DateField(_("till och med"), null=True, blank=True)
    extra = models.PositiveSmallIntegerField(_("platser utöver"), default=0)  # given by staff, with a reason
    taken = models.PositiveIntegerField(_("tagna platser"), default=0)

    class Meta:
        verbose_name = _("platser")
        verbose_name_plural = _("platser")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats=None) | Q(taken__lte=F("seats") + F("extra")),
                name="courses_no_seat_too_many",
            ),
            models.CheckConstraint(
                condition=Q(seats=None, kept=0) | Q(kept__lte=F("seats")), name="courses_kept_seats_exist"
            ),
        ]

    def __str__(self) -> str:
        return f"KURS {self.pk}"

    def kept_on(self, today: dt.date) -> int:
        """How many seats are kept for phone and desk on ``today``."""
        return 0 if self.kept_until is not None and self.kept_until < today else self.kept


class OccasionQuerySet(models.QuerySet["Occasion"]):
    """Occasions by when they are."""

    def coming(self, now: dt.datetime) -> "OccasionQuerySet":
        """Not over at ``now``, soonest first. Cancelled ones too: people must see that they are."""
        return self.filter(ends_at__gt=now).order_by("starts_at", "pk")

    def held(self) -> "OccasionQuerySet":
        """Those that are not cancelled, by themselves or with their run."""
        return self.filter(cancelled_at=None, run__cancelled_at=None)

    def public(self) -> "OccasionQuerySet":
        """Those of courses that readers may see."""
        return self.filter(run__course__live=True)


class Occasion(models.Model):
    """A time when people meet. Never deleted once somebody may know of it: it is cancelled instead."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="occasions", verbose_name=_("kursomgång"))
    quota = models.ForeignKey(Quota, models.CASCADE, related_name="occasions", verbose_name=_("platser"))
    starts_at = models.DateTimeField(_("börjar"), db_index=True)
    ends_at = models.DateTimeField(_("slutar"))
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plats"),
        help_text=_("Tomt betyder samma som omgången."),
    )  # fmt: skip
    resources = models.ManyToManyField(
        Resource, blank=True, related_name="occasions", verbose_name=_("ledare, rum och utrustning")
    )
    head_count = models.PositiveSmallIntegerField(_("antal som kom"), null=True, blank=True)
    # The secret part of the host's address to this occasion's list; None when there is none (actions/hosts.py).
    host_key = models.CharField(max_length=43, unique=True, null=True, blank=True, editable=False)
    sequence = models.PositiveSmallIntegerField(_("ändrad antal gånger"), default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(_("inställt"), null=True, blank=True)
    cancelled_why = models.CharField(_("varför det är inställt"), max_length=200, blank=True)

    objects = OccasionQuerySet.as_manager()

    class Meta:
        verbose_name = _("tillfälle")
        verbose_name_plural = _("tillfällen")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="courses_occasion_forwards"),
            models.UniqueConstraint(fields=["run", "starts_at"], name="courses_one_occasion_a_time_in_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def source(self) -> str:
        """What the calendar calls it."""
        return f"occasion:{self.pk}"

    @property
    def is_cancelled(self) -> bool:
        """Whether it is called off, by itself or with its run."""
        return self.cancelled_at is not None or self.run.cancelled_at is not None

    @property
    def where(self) -> Place | None:
        """The place it is held at, None online or at a host's."""
        return self.place or self.run.place
