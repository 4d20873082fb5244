"""Films and sounds that staff record or upload, and what is made of them.

An asset never changes once it is ready: another trim, or another file, is another asset. So what was approved stays
what it was, and every address of a version holds the same bytes for ever.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from utbud.media.captions import Chapter, Cue, Part, chapters_of, cues_of
from utbud.media.captions import transcript as transcript_of

PRIVATE = "private/"  # what stands under it in storage is never served by its name (web.views.media)


class Kind(models.TextChoices):
    """What a page needs: moving pictures with sound, or sound alone."""

    FILM = "film", _("film")
    SOUND = "sound", _("ljud")


class Upload(models.Model):
    """A file on its way in, piece by piece (the tus protocol, version 1.0). Its bytes stand in the data folder.

    A recording in the browser is sent as it is made: ``size`` is None until it is stopped, and a browser that was
    killed has left what it recorded so far.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("slag"), max_length=5, choices=Kind)
    name = models.CharField(_("filens namn"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("storlek i byte"), null=True, blank=True)
    received = models.PositiveBigIntegerField(_("byte som har kommit"), default=0)
    recorded = models.BooleanField(_("inspelad i webbläsaren"), default=False)
    page_id = models.PositiveBigIntegerField(null=True, blank=True)  # the page it is for, if there is one yet
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("av"))
    started_at = models.DateTimeField(_("började"), default=timezone.now)
    changed_at = models.DateTimeField(_("senast något kom"), default=timezone.now)

    class Meta:
        verbose_name = _("uppladdning")
        verbose_name_plural = _("uppladdningar")
        ordering = ["-changed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(size=None) | Q(received__lte=F("size")), name="no_more_comes_than_was_said"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.token)

    @property
    def is_whole(self) -> bool:
        """Everything has come."""
        return self.size is not None and self.received == self.size


class State(models.TextChoices):
    """How far the work on an asset has come."""

    WAITING = "waiting", _("väntar")
    WORKING = "working", _("bearbetas")
    READY = "ready", _("klar")
    FAILED = "failed", _("gick inte att använda")


class Asset(models.Model):
    """A film or a sound: the file as it came, kept, and the versions that readers get (media.actions makes them)."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("slag"), max_length=5, choices=Kind)
    name = models.CharField(_("filens namn"), max_length=200, blank=True)
    original = models.FileField(_("originalet"), max_length=200)  # under PRIVATE; trims share it
    bytes = models.PositiveBigIntegerField(_("storlek i byte"))
    # Seconds of the original where the asset begins and ends; None for its own beginning and end.
    trim_start = models.FloatField(_("börjar vid"), null=True, blank=True)
    trim_end = models.FloatField(_("slutar vid"), null=True, blank=True)
    state = models.CharField(_("läge"), max_length=8, choices=State, default=State.WAITING, db_index=True)
    progress = models.PositiveSmallIntegerField(_("procent"), default=0)
    problem = models.CharField(
        _("varför det inte gick"), max_length=300, blank=True
    )  # Swedish, with what to do
    # What was found out: {"width", "height", "rate" (frames a second), "video", "audio" (codecs)} of the original.
    about = models.JSONField(_("om filen"), default=dict, blank=True)
    # What to look at, in Swedish, though it can be used: [«Bilden är svart i 12 sekunder.»].
    remarks = models.JSONField(_("att se efter"), default=list, blank=True)
    seconds = models.FloatField(_("längd i sekunder"), null=True, blank=True)  # after the trim
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("av"),
    )
    created_at = models.DateTimeField(_("kom in"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # the worker's latest sign of life
    tries = models.PositiveSmallIntegerField(default=0)  # how many workers have begun on it

    class Meta:
        verbose_name = _("film eller ljud")
        verbose_name_plural = _("filmer och ljud")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name or str(self.token)

    @property
    def is_ready(self) -> bool:
        """It can be shown."""
        return self.state == State.READY

    def by_name(self) -> "dict[str, Version]":
        """Its versions by their names, in the order they were made. One query."""
        return {version.name: version for version in self.versions.all()}

    def version(self, *names: str) -> "Version | None":
        """The first of the versions with these names that there is."""
        return first_of(self.by_name(), names)

    def digests(self) -> dict[str, str]:
        """What an approval covers: each version but posters, by its name, as the SHA-256 (hex) of its bytes."""
        return {one.name: one.digest for one in self.versions.all() if not one.name.startswith(POSTER)}


def first_of(versions: "Mapping[str, Version]", names: Iterable[str]) -> "Version | None":
    """The first of ``names`` that there is among ``versions``."""
    return next((versions[name] for name in names if name in versions), None)


# Names of versions. A film has the sizes that its original has pixels for; a sound has SOUND alone.
FILM_NAMES = ("1080p", "720p", "480p")  # by the shorter side
SOUND = "sound"  # of a film too: mono AAC or MP3 to listen to, and to align captions with
POSTER = "poster"  # «poster-12.500» is the frame at 12.5 s, a JPEG


class Version(models.Model):
    """A file made of an asset. The row comes after the file: whoever finds a row finds a whole file."""

    asset = models.ForeignKey(
        Asset, models.CASCADE, related_name="versions", verbose_name=_("film eller ljud")
    )
    name = models.CharField(_("version"), max_length=20)
    file = models.FileField(_("fil"), max_length=200)
    content_type = models.CharField(max_length=40)
    bytes = models.PositiveBigIntegerField(_("storlek i byte"))
    digest = models.CharField(_("kontrollsumma"), max_length=64)
    width = models.PositiveSmallIntegerField(null=True, blank=True)
    height = models.PositiveSmallIntegerField(null=True, blank=True)
    seconds = models.FloatField(_("tid att göra, i sekunder"), default=0)
    made_at = models.DateTimeField(_("gjord"), default=timezone.now)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versioner")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["asset", "name"], name="a_version_is_made_once")]

    def __str__(self) -> str:
        return f"{self.asset} {self.name}"


class TimedPage(models.Model):
    """What a page with a film or a sound has: the asset, what is said in it and when, and its chapters.

    A mixin for Wagtail pages. ``captions`` and ``chapters`` are written by the editor (media.staff_views), which
    saves a draft like any other; media.captions reads them.
    """

    class Origin(models.TextChoices):
        """Where the captions came from."""

        SCRIPT = "script", _("manuset, passat in efter ljudet")
        FILE = "file", _("en fil")
        HEARD = "heard", _("taligenkänning")
        HAND = "hand", _("skrivna för hand")

    ASSET_KIND: ClassVar[Kind] = Kind.FILM  # what the page has: a film, or a sound alone

    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("film eller ljud")
    )
    script = models.TextField(
        _("manus"),
        blank=True,
        max_length=60_000,
        help_text=_(
            "Det som sägs, ord för ord. Det visas när du spelar in, och blir undertexter och textversion."
        ),
    )
    captions = models.JSONField(
        _("undertexter"), default=list, blank=True
    )  # [[start, end, text, speaker]], seconds
    captions_from = models.CharField(_("undertexterna kommer från"), max_length=6, choices=Origin, blank=True)
    chapters = models.JSONField(_("kapitel"), default=list, blank=True)  # [[start, title]]

    class Meta:
        abstract = True

    @property
    def seconds(self) -> float | None:
        """How long the film or the sound is, None when it is not known."""
        return self.asset.seconds if self.asset else None

    @property
    def cues(self) -> tuple[Cue, ...]:
        """What is said and when, and by whom where more than one speaks."""
        return cues_of(self.captions)

    @property
    def chapter_list(self) -> tuple[Chapter, ...]:
        """The chapters, in order."""
        return chapters_of(self.chapters)

    def transcript(self) -> tuple[Part, ...]:
        """The text version: what is said, under the chapters."""
        return transcript_of(self.cues, self.chapter_list)

    def timed_content(self) -> dict[str, Any]:
        """What an approval covers of it."""
        return {
            "asset": self.asset.digests() if self.asset else {},
            "captions": self.captions,
            "chapters": self.chapters,
        }


class CaptionWork(models.Model):
    """Captions that the slow worker makes for a page, from its script or by listening; a page has at most one.

    When they are done they go into the draft, if its captions are what they were when this was asked for; otherwise
    they wait until somebody takes them or throws them away.
    """

    page = models.OneToOneField(Page, models.CASCADE, related_name="+", verbose_name=_("sida"))
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="+", verbose_name=_("film eller ljud"))
    how = models.CharField(_("hur"), max_length=6, choices=TimedPage.Origin)  # SCRIPT or HEARD
    state = models.CharField(_("läge"), max_length=8, choices=State, default=State.WAITING, db_index=True)
    progress = models.PositiveSmallIntegerField(_("procent"), default=0)
    problem = models.CharField(_("varför det inte gick"), max_length=300, blank=True)  # Swedish
    before = models.CharField(max_length=64)  # a hash of the text of the draft when this was asked for
    captions = models.JSONField(_("undertexter"), default=list, blank=True)  # as TimedPage keeps them
    doubts = models.JSONField(_("att lyssna på"), default=list, blank=True)  # [[second, what to listen for]]
    used_at = models.DateTimeField(_("i utkastet sedan"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("av")
    )
    asked_at = models.DateTimeField(_("begärt"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # the worker's latest sign of life
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("undertexter som görs")
        verbose_name_plural = _("undertexter som görs")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.page} {self.how}"

    @property
    def is_under_way(self) -> bool:
        """It waits or is worked on."""
        return self.state in (State.WAITING, State.WORKING)

    @property
    def is_offered(self) -> bool:
        """The captions are done, and nobody has taken them."""
        return self.state == State.READY and self.used_at is None


def is_stale(claimed_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a worker that claimed something has given no sign of life for so long that it must be dead."""
    return claimed_at is None or claimed_at < now - dt.timedelta(minutes=2)
