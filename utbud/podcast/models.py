"""Podden Ofiktion: a show, its episodes, the steps from idea to feed, the guests, and how often it is heard."""

import dataclasses
import datetime as dt
import json
import re
import textwrap
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.images.models import Image
from wagtail.models import Orderable
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base.hashing import content_hash
from utbud.base.richtext import blocks_from_html, blocks_from_text
from utbud.formats.content import Item, Section
from utbud.learning.models.lists import ListPage
from utbud.learning.models.material import PAPER_AND_CARDS, MaterialPage
from utbud.media import captions
from utbud.media.models import Kind as AssetKind
from utbud.media.models import TimedPage
from utbud.publishing.models import ApprovedPage, OwnFile, Problem

KIND = _("Podd")
GUIDS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # of podcasts: podcastindex.org/namespace/1.0, guid

LONGEST_LINE = 65  # letters in a line of a transcript (podcastindex.org/namespace/1.0, transcripts)


def new_guid() -> str:
    """The id of a new episode (UUID, version 4)."""
    return str(uuid.uuid4())


def show_guid(feed_url: str) -> uuid.UUID:
    """The id of a podcast (``podcast:guid``): UUIDv5 of its feed's address without scheme and trailing slashes."""
    return uuid.uuid5(GUIDS, re.sub(r"^[a-z][a-z0-9+.-]*://", "", feed_url.strip()).rstrip("/"))


class PodcastIndexPage(ListPage):
    """The library's podcasts at /podd/."""

    subpage_types = ["podcast.ShowPage"]
    template = "podcast/podcast_index.html"

    class Meta:
        verbose_name = _("lista över poddar")


class ShowPage(ApprovedPage):
    """A podcast. What its feed says of it, and its page, /podd/<slug>/."""

    description = models.TextField(
        _("om podden"), max_length=4000, help_text=_("Visas i poddapparna. Högst 4 000 byte.")
    )
    author = models.CharField(
        _("görs av"), max_length=120, blank=True, help_text=_("Tomt för bibliotekets namn.")
    )
    owner_email = models.EmailField(
        _("e-post för poddapparna"),
        blank=True,
        help_text=_("Apple och Spotify skriver dit. Den syns i flödet."),
    )
    category = models.CharField(_("kategori hos Apple"), max_length=60, default="Education")
    subcategory = models.CharField(_("underkategori hos Apple"), max_length=60, blank=True, default="How To")
    explicit = models.BooleanField(_("innehåller grovt språk"), default=False)
    licence = models.CharField(
        _("licens"), max_length=40, blank=True, default="cc-by-4.0", help_text=_("Förkortning enligt SPDX.")
    )
    feed_locked = models.BooleanField(
        _("får inte flyttas av andra"),
        default=True,
        help_text=_("Andra poddtjänster får då inte ta över podden."),
    )
    cover = models.ForeignKey(
        Image,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("omslag"),
        help_text=_("Kvadratiskt, 1400–3000 punkter. Tomt: vi gör ett i bibliotekets utseende."),
    )
    # Set once for life: UUIDv5 of the feed's first address (podcastindex.org/namespace/1.0, podcast:guid).
    guid = models.UUIDField(_("poddens id"), null=True, blank=True, unique=True, editable=False)
    came_from = models.URLField(_("flödet hos den förra värden"), max_length=2000, blank=True, editable=False)
    moved_to = models.URLField(
        _("flödet har flyttat till"),
        max_length=300,
        blank=True,
        help_text=_("Fyll i när podden lämnar oss. Flödet skickar då poddapparna vidare."),
    )

    RESERVED_SLUGS: frozenset[str] = frozenset()
    parent_page_types = ["podcast.PodcastIndexPage"]
    subpage_types = ["podcast.EpisodePage"]
    template = "podcast/show.html"
    search_fields = [*ApprovedPage.search_fields, index.SearchField("description")]

    context_of: ClassVar[Callable[["ShowPage", Any], dict[str, Any]]]  # see podcast/apps.py
    problems_of: ClassVar[Callable[["ShowPage"], list[Problem]]]

    class Meta:
        verbose_name = _("podd")
        verbose_name_plural = _("poddar")

    @property
    def public_path(self) -> str:
        """The public address of the show."""
        return f"/podd/{self.slug}/"

    @property
    def feed_url(self) -> str:
        """The absolute address of the feed."""
        return f"{settings.BASE_URL}{self.public_path}rss.xml"

    def published(self, *, now: dt.datetime) -> None:
        """The first time, the show gets the id that podcast apps know it by, whatever its address becomes."""
        ShowPage.objects.filter(pk=self.pk, guid=None).update(guid=show_guid(self.feed_url))

    def with_content_json(self, content: Any) -> Any:
        # Of an older draft all but the id is taken: that is set once, for life.
        page = super().with_content_json(content)
        page.guid = self.guid
        return page

    def approval_content(self) -> dict[str, Any]:
        names = ("title", "slug", "description", "author", "owner_email", "category", "subcategory")
        told = {
            name: getattr(self, name) for name in (*names, "explicit", "licence", "feed_locked", "moved_to")
        }
        return told | {"cover": self.cover.get_file_hash() if self.cover else ""}

    def problems(self) -> list[Problem]:
        return type(self).problems_of(self)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | type(self).context_of(self, request)


class EpisodePage(MaterialPage, TimedPage):  # type: ignore[django-manager-missing]  # two abstract parents
    """An episode. Its text version is its captions, with who speaks."""

    class Kind(models.TextChoices):
        """Apple's kinds of episodes."""

        FULL = "full", _("avsnitt")
        TRAILER = "trailer", _("trailer")
        BONUS = "bonus", _("extra")

    notes = RichTextField(
        _("om avsnittet"), features=["bold", "ul", "ol", "link"], max_length=3500, blank=True
    )
    season = models.PositiveSmallIntegerField(_("säsong"), null=True, blank=True)
    number = models.PositiveSmallIntegerField(_("nummer"), null=True, blank=True)
    episode_kind = models.CharField(_("slag"), max_length=7, choices=Kind, default=Kind.FULL)
    explicit = models.BooleanField(_("innehåller grovt språk"), default=False)
    # What podcast apps know it by, for ever: ours, or the one it had where it came from.
    guid = models.CharField(
        _("avsnittets id"), max_length=2000, unique=True, default=new_guid, editable=False
    )
    # When it came out where it came from; otherwise it comes out when it is published.
    first_out = models.DateTimeField(_("kom ut"), null=True, blank=True, editable=False)
    came_from = models.URLField(_("ljudet hos den förra värden"), max_length=2000, blank=True, editable=False)

    ASSET_KIND = AssetKind.SOUND  # what the workshop takes in
    exclude_fields_in_copy = ["guid", "first_out", "came_from"]
    RESERVED_SLUGS = frozenset({"rss", "flytta"})
    FILES = PAPER_AND_CARDS
    parent_page_types = ["podcast.ShowPage"]
    subpage_types: list[str] = []
    template = "podcast/episode.html"
    search_fields = [*MaterialPage.search_fields, index.SearchField("notes"), index.SearchField("script")]

    sound_key: ClassVar[Callable[["EpisodePage"], str]]  # see podcast/apps.py, as for those below
    make_sound: ClassVar[Callable[["EpisodePage"], Any]]

    class Meta:
        verbose_name = _("avsnitt")
        verbose_name_plural = _("avsnitt")

    @cached_property
    def show(self) -> ShowPage:
        """The show that it belongs to. Lists of many set it themselves."""
        return ShowPage.objects.get(pk=self.get_parent().pk)

    @property
    def public_path(self) -> str:
        # «/home/podd/ofiktion/avsnitt/»: the address without the start page's own part.
        return "/" + self.url_path.split("/", 2)[2] if self.url_path else f"/podd/{self.slug}/"

    # --- what goes out --------------------------------------------------------------------------

    def content(self) -> Item:
        parts = (
            Section(_t("Om avsnittet"), blocks_from_html(expand_db_html(self.notes))),
            *captions.sections(self.transcript(), _t("Det som sägs i avsnittet")),
        )
        return Item(
            kind=self.show.title if self.path else str(KIND),
            title=self.title,
            lead=self.one_sentence,
            path=self.public_path,
            version="",
            date=self.checked_on,
            sections=tuple(part for part in parts if part.blocks),
            easy=blocks_from_text(self.easy),
            picture=self.picture(),
        )

    def approval_content(self) -> dict[str, Any]:
        guests = [[guest.name, guest.role] for guest in self.guests.all()]
        told = {
            "season": self.season,
            "number": self.number,
            "kind": self.episode_kind,
            "explicit": self.explicit,
        }
        return super().approval_content() | self.timed_content() | told | {"guests": guests}

    def own_files(self) -> dict[str, OwnFile]:
        """The sound under its digest, the text version with times, and the chapters."""
        found: dict[str, OwnFile] = {}
        if sound := self.sound():
            found[sound.name] = OwnFile(key=sound.digest, stored=str(sound.file.name), bytes=sound.bytes)
        if self.captions:
            text = captions.vtt(map(in_short_lines, self.cues))
            found["text.vtt"] = OwnFile(key=content_hash(text), text=text)
        if self.chapters:
            text = json_chapters(self)
            found["kapitel.json"] = OwnFile(key=content_hash(text), text=text)
        return found

    # --- the sound --------------------------------------------------------------------------------

    def made_sound(self) -> "Enclosure | None":
        """The sound made from what the episode holds now, None until it is made."""
        key = type(self).sound_key(self)
        return next((one for one in self.enclosures.all() if key and one.key == key), None)

    def out_sound(self) -> "Enclosure | None":
        """The sound that is in the feed: the one that was published last."""
        out = [(one.out_at, one.pk, one) for one in self.enclosures.all() if one.out_at is not None]
        return max(out)[2] if out else None

    def sound(self) -> "Enclosure | None":
        """The sound to play: that in the feed, or of a draft its own as soon as it is made."""
        if self.live and not self.has_unpublished_changes:
            return self.out_sound() or self.made_sound()
        return self.made_sound() or self.out_sound()

    def is_made(self) -> bool:
        """An episode does not go out before its sound is ready for the podcast apps."""
        return self.asset is None or self.made_sound() is not None

    def make_own(self) -> None:
        type(self).make_sound(self)

    def published(self, *, now: dt.datetime) -> None:
        super().published(now=now)
        if sound := self.made_sound():
            Enclosure.objects.filter(pk=sound.pk).update(out_at=now)

    def with_content_json(self, content: Any) -> Any:
        # What podcast apps know it by does not come back from an older draft.
        page = super().with_content_json(content)
        page.guid, page.first_out, page.came_from = self.guid, self.first_out, self.came_from
        return page


def in_short_lines(cue: captions.Cue) -> captions.Cue:
    """``cue`` in lines that podcast apps show whole (podcast:transcript)."""
    lines = [line for text in cue.text.splitlines() for line in textwrap.wrap(text, LONGEST_LINE)]
    return dataclasses.replace(cue, text="\n".join(lines))


def json_chapters(episode: EpisodePage) -> str:
    """The chapters as podcast apps fetch them (JSON Chapters 1.2, podcastindex.org)."""
    chapters = [{"startTime": round(one.start, 3), "title": one.title} for one in episode.chapter_list]
    return json.dumps({"version": "1.2.0", "title": episode.title, "chapters": chapters}, ensure_ascii=False)


class Guest(Orderable):
    """Somebody who takes part in an episode, and that they have said yes to it."""

    page = ParentalKey(EpisodePage, on_delete=models.CASCADE, related_name="guests")
    name = models.CharField(_("namn"), max_length=120)
    role = models.CharField(
        _("roll"),
        max_length=40,
        choices=[("host", _("programledare")), ("guest", _("gäst"))],
        default="guest",
    )
    consent_on = models.DateField(
        _("sa ja den"), null=True, blank=True, help_text=_("Dagen då personen sa ja till att vara med.")
    )
    consent_how = models.CharField(
        _("hur"), max_length=120, blank=True, help_text=_("Till exempel: muntligt vid inspelningen.")
    )

    panels = [FieldPanel("name"), FieldPanel("role"), FieldPanel("consent_on"), FieldPanel("consent_how")]

    class Meta(Orderable.Meta):
        verbose_name = _("medverkande")
        verbose_name_plural = _("medverkande")

    def __str__(self) -> str:
        return self.name


class Step(models.TextChoices):
    """The way of an episode. The last two are what approval says (publishing), and have no row."""

    IDEA = "idea", _("Idé")
    SCRIPT = "script", _("Manus")
    RECORDED = "recorded", _("Inspelat")
    EDITED = "edited", _("Klippt")
    TEXT = "text", _("Textversion")


class ProductionStep(models.Model):
    """A step of an episode: who does it and by when, and that it is done."""

    episode = models.ForeignKey(
        EpisodePage, models.CASCADE, related_name="production", verbose_name=_("avsnitt")
    )
    step = models.CharField(_("steg"), max_length=10, choices=Step)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vem"),
    )
    due_on = models.DateField(_("senast"), null=True, blank=True)
    done_at = models.DateTimeField(_("klart"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("anteckning"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("produktionssteg")
        verbose_name_plural = _("produktionssteg")
        constraints = [
            models.UniqueConstraint(fields=["episode", "step"], name="a_step_once_an_episode"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by=None), name="a_step_has_when_before_who"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.episode} – {self.get_step_display()}"


class Arrival(models.Model):
    """What is to be fetched of an episode that moves in, and how it has gone. The slow worker fetches it."""

    episode = models.OneToOneField(
        EpisodePage, models.CASCADE, related_name="arrival", verbose_name=_("avsnitt")
    )
    sound = models.URLField(_("ljudets adress"), max_length=2000)
    transcript = models.URLField(_("textversionens adress"), max_length=2000, blank=True)
    chapters = models.URLField(_("kapitlens adress"), max_length=2000, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(_("varför det inte gick"), max_length=300, blank=True)
    remarks = models.JSONField(_("vad som inte kom med"), default=list, blank=True)  # in Swedish, one each
    done_at = models.DateTimeField(_("hämtat"), null=True, blank=True)

    class Meta:
        verbose_name = _("avsnitt som flyttar in")
        verbose_name_plural = _("avsnitt som flyttar in")

    def __str__(self) -> str:
        return str(self.episode)


class Enclosure(models.Model):
    """An MP3 as podcast apps fetch it, with chapters and cover in it. Its address holds its digest and is never reused.

    A corrected title makes a new one; the old goes on answering.
    """

    episode = models.ForeignKey(
        EpisodePage, models.CASCADE, related_name="enclosures", verbose_name=_("avsnitt")
    )
    key = models.CharField(_("nyckel"), max_length=64)  # a hash of all it is made from
    digest = models.CharField(
        _("kontrollsumma"), max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")], db_index=True
    )
    file = models.FileField(_("fil"), max_length=200)
    bytes = models.PositiveBigIntegerField(_("storlek i byte"))
    seconds = models.FloatField(_("längd i sekunder"))
    header_bytes = models.PositiveBigIntegerField(
        _("byte före ljudet")
    )  # ID3: a minute of sound comes after it
    lufs = models.FloatField(_("ljudstyrka, LUFS"))
    peak = models.FloatField(_("högsta topp, dBTP"))
    made_at = models.DateTimeField(_("gjord"), default=timezone.now)
    # When it last came into the feed; None for one made of a draft, which nobody outside gets.
    out_at = models.DateTimeField(_("i flödet sedan"), null=True, blank=True)

    class Meta:
        verbose_name = _("ljudfil i flödet")
        verbose_name_plural = _("ljudfiler i flödet")
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["episode", "key"], name="an_enclosure_is_made_once")]

    def __str__(self) -> str:
        return f"{self.episode} {self.digest[:8]}"

    @property
    def name(self) -> str:
        """Its name in its address: «3f2a91c0de47.mp3»."""
        return f"{self.digest[:12]}.mp3"


class DailySalt(models.Model):
    """A day's secret, with which listeners are hashed. It is deleted when the day after is over, and with it the way back."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return str(self.day)


class Listener(models.Model):
    """Somebody, by a salted hash, who has begun to fetch an episode: how much, within 24 hours (IAB 2.1, 5.2).

    No address is stored; the salt is thrown away with the rows, after two days.
    """

    episode = models.ForeignKey(EpisodePage, models.CASCADE, related_name="+")
    hashed = models.CharField(max_length=64)
    since = models.DateTimeField()
    bytes = models.PositiveBigIntegerField(default=0)
    counted = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["episode", "hashed", "since"], name="podcast_listener_since")]

    def __str__(self) -> str:
        return f"{self.episode_id} {self.hashed[:8]}"


class DailyDownloads(models.Model):
    """How many times an episode was downloaded on a day, and with which app."""

    episode = models.ForeignKey(
        EpisodePage, models.CASCADE, related_name="downloads", verbose_name=_("avsnitt")
    )
    day = models.DateField(_("dag"))
    app = models.CharField(_("app"), max_length=60)
    count = models.PositiveIntegerField(_("antal"), default=0)

    class Meta:
        verbose_name = _("nedladdningar")
        verbose_name_plural = _("nedladdningar")
        constraints = [models.UniqueConstraint(fields=["episode", "day", "app"], name="a_row_a_day_and_app")]

    def __str__(self) -> str:
        return f"{self.episode_id} {self.day} {self.app}: {self.count}"
