"""Digitala hörnan: short films that show how one does something."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.rich_text import expand_db_html
from wagtail.search import index

from utbud.base import dates
from utbud.base.hashing import content_hash
from utbud.base.richtext import Block, blocks_from_html, blocks_from_text
from utbud.formats.content import Item, Section
from utbud.learning.models.lists import ListPage
from utbud.learning.models.material import PAPER_AND_CARDS, MaterialPage
from utbud.media import captions
from utbud.media.models import FILM_NAMES, POSTER, SOUND, TimedPage, Version, first_of
from utbud.publishing.models import OwnFile

KIND = _("Digitala hörnan")
YOUTUBE = "https://www.youtube-nocookie.com"  # the only place that a page of ours may frame, after a click
BEGINNING = re.compile(r"\d{1,5}")


class FilmIndexPage(ListPage):
    """The films at /filmer/."""

    subpage_types = ["films.FilmPage"]
    template = "films/film_index.html"

    class Meta:
        verbose_name = _("lista över filmer")


class FilmPage(MaterialPage, TimedPage):  # type: ignore[django-manager-missing]  # two abstract parents
    """A film: our own (``asset``), or one that is on YouTube already. ``title`` says what one will be able to do."""

    needs = models.TextField(
        _("det här behöver du"), blank=True, max_length=600, help_text=_("En sak på varje rad.")
    )
    about = RichTextField(_("om filmen"), features=["bold", "ul", "ol", "link"], max_length=3000, blank=True)
    seen = models.TextField(
        _("det som syns men inte sägs"),
        blank=True,
        max_length=3000,
        help_text=_("För den som inte ser filmen. Tomt om allt viktigt också sägs."),
    )
    poster_at = models.FloatField(_("stillbilden, sekund"), null=True, blank=True)
    youtube_id = models.CharField(
        _("filmens id på YouTube"),
        max_length=11,
        blank=True,
        validators=[
            RegexValidator(r"^[\w-]{11}$", _("Elva tecken, det som står efter «v=» i filmens adress."))
        ],
    )
    youtube_seconds = models.FloatField(_("filmens längd på YouTube, i sekunder"), null=True, blank=True)

    BASE = "/filmer/"
    TAGS = ("DigitalaHornan", "DigitaltUtbud")
    RESERVED_SLUGS = frozenset({"amne"})
    FILES = PAPER_AND_CARDS
    OWN_NAMES = ("film.mp4", "film-720p.mp4", "film-480p.mp4", "film.vtt", "film.jpg", "film.m4a")
    parent_page_types = ["films.FilmIndexPage"]
    subpage_types: list[str] = []
    template = "films/film.html"
    search_fields = [
        *MaterialPage.search_fields,
        index.SearchField("about"),
        index.SearchField("script"),
        index.SearchField("seen"),
    ]

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("filmer")

    @property
    def seconds(self) -> float | None:
        """How long the film is, None when it is not known."""
        return self.youtube_seconds if self.youtube_id else super().seconds

    @property
    def takes(self) -> str:
        """How long it is in words, "" when that is not known."""
        return dates.length_words(self.seconds) if self.seconds else ""

    @property
    def is_elsewhere(self) -> bool:
        """It is on YouTube, and not here."""
        return bool(self.youtube_id)

    @property
    def need_lines(self) -> list[str]:
        """What one needs, a thing each."""
        return [line.strip() for line in self.needs.splitlines() if line.strip()]

    # --- what goes out --------------------------------------------------------------------------

    def around(self) -> tuple[Section, Section, Section]:
        """What stands round the film: what one needs, what it is about, and what is seen in it but not said."""
        needs = tuple(Block("li", block.runs) for line in self.need_lines for block in blocks_from_text(line))
        return (
            Section(_t("Det här behöver du"), needs),
            Section(_t("Om filmen"), blocks_from_html(expand_db_html(self.about))),
            Section(_t("Det som syns men inte sägs"), blocks_from_text(self.seen)),
        )

    def content(self) -> Item:
        needs, about, seen = self.around()
        parts = (needs, about, *captions.sections(self.transcript(), _t("Det som sägs i filmen")), seen)
        return Item(
            kind=str(KIND),
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
        poster = self.poster()
        return (
            super().approval_content()
            | self.timed_content()
            | {
                "youtube": [self.youtube_id, self.youtube_seconds] if self.youtube_id else [],
                "poster": poster.digest if poster else "",
            }
        )

    def post_chapters(self) -> tuple[tuple[float, str], ...]:
        return tuple((chapter.start, chapter.title) for chapter in self.chapter_list)

    def poster(self) -> Version | None:
        """The frame that stands for the film."""
        return self._poster(self.asset.by_name()) if self.asset else None

    def _poster(self, versions: Mapping[str, Version]) -> Version | None:
        chosen = [f"{POSTER}-{self.poster_at:.3f}"] if self.poster_at is not None else []
        return first_of(versions, [*chosen, *(name for name in versions if name.startswith(POSTER))])

    def own_files(self) -> dict[str, OwnFile]:
        """The film itself in the sizes there are, its captions, its poster and its sound."""
        found: dict[str, OwnFile] = {}
        if self.asset is not None and self.asset.is_ready:
            versions = self.asset.by_name()
            files = {
                "film.mp4": first_of(versions, FILM_NAMES),
                "film-720p.mp4": versions.get("720p"),
                "film-480p.mp4": versions.get("480p"),
                "film.jpg": self._poster(versions),
                "film.m4a": versions.get(SOUND),
            }
            found = {
                name: OwnFile(key=version.digest, stored=str(version.file.name), bytes=version.bytes)
                for name, version in files.items()
                if version is not None
            }
        if self.captions:
            text = captions.vtt(self.cues)
            found["film.vtt"] = OwnFile(key=content_hash(text), text=text)
        return found

    # --- pages ----------------------------------------------------------------------------------

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Without JavaScript a chapter is a link to the page where the film begins there, captions and all.
        begin = request.GET.get("t", "")
        asked = {
            "begin": int(begin) if BEGINNING.fullmatch(begin) else 0,
            "small": request.GET.get("fil") == "liten",
        }
        return super().get_context(request, *args, **kwargs) | asked

    def serve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self._framing(super().serve(request, *args, **kwargs))

    def serve_preview(self, request: Any, mode_name: str) -> Any:
        return self._framing(super().serve_preview(request, mode_name))

    def _framing(self, response: Any) -> Any:
        """Let a page about a film on YouTube, and no other, frame YouTube. It does so only when one asks for it."""
        if self.is_elsewhere:
            response._csp_update = {"frame-src": ["'self'", YOUTUBE]}
        return response
