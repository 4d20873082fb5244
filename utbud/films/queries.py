"""Films as readers look them up."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from utbud.base.dates import length_words
from utbud.base.richtext import jsonld
from utbud.channels.press import size_words
from utbud.films.models import YOUTUBE, FilmPage
from utbud.formats.html import Explainer
from utbud.learning.models import Topic
from utbud.learning.queries import lexicon, material_context
from utbud.media.captions import Chapter, Cue, Part, short_clock
from utbud.media.models import Version
from utbud.places.queries import library

PER_PAGE = 24
# Which file a screen gets, by its width: a smaller one has no use for more.
SCREENS = {"film-480p.mp4": "(max-width: 30rem)", "film-720p.mp4": "(max-width: 70rem)", "film.mp4": ""}


# --- the list -----------------------------------------------------------------------------------


def live_films() -> QuerySet[FilmPage]:
    """Films that readers may see, with what a list shows of them, the latest first."""
    return (
        FilmPage.objects.live()
        .select_related("asset", "drawing")
        .prefetch_related("asset__versions")
        .order_by("-first_published_at", "-pk")
    )


@dataclass(frozen=True)
class Still:
    """The picture that stands for a film until it is played."""

    url: str
    width: int
    height: int


def still_of(film: FilmPage, file_base: str) -> Still | None:
    """The chosen frame of our own film, else its drawing; ``file_base`` is the address its files stand under."""
    poster = film.poster()
    if poster is not None:
        return Still(f"{file_base}film.jpg", poster.width or 16, poster.height or 9)
    if film.drawing is None:
        return None
    url = f"{settings.MEDIA_URL}{film.drawing.file.name}"
    return Still(url, film.drawing.width, film.drawing.height)


@dataclass(frozen=True)
class Row:
    """A film in a list."""

    film: FilmPage
    still: Still | None


def listing(*, topic: Topic | None = None, number: str | None = None) -> dict[str, Any]:
    """A page of films, all or those of a ``topic``, and the topics that have some. The same queries however many."""
    films = live_films()
    if topic is not None:
        films = films.filter(topics=topic)
    page = Paginator(films, PER_PAGE).get_page(number)
    return {
        "rows": [Row(film, still_of(film, film.public_path)) for film in page],
        "paginator_page": page,
        "topics": list(film_topics()),
    }


def film_topics() -> QuerySet[Topic]:
    """The topics that have a film out."""
    return Topic.objects.filter(filmpages__live=True).distinct()


def url_of_topic(topic: Topic) -> str:
    """Where the films of ``topic`` are, "" when there are none. One query."""
    there = FilmPage.objects.live().filter(topics=topic).exists()
    return f"{FilmPage.BASE}amne/{topic.slug}/" if there else ""


def latest() -> Row | None:
    """The film that came last, for the start page."""
    film = live_films().first()
    return Row(film, still_of(film, film.public_path)) if film else None


# --- a film ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A caption in the transcript."""

    start: float
    end: float
    html: SafeString


@dataclass(frozen=True)
class Paragraph:
    """Captions that are read together."""

    start: float
    speaker: str
    cues: tuple[Said, ...]

    @property
    def at(self) -> int:
        """The whole second to jump to."""
        return int(self.start)

    @property
    def clock(self) -> str:
        """«0:12»."""
        return short_clock(self.start)


@dataclass(frozen=True)
class Spoken:
    """A chapter of the transcript."""

    start: float
    title: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def at(self) -> int:
        """The whole second to jump to."""
        return int(self.start)


@dataclass(frozen=True)
class Jump:
    """A chapter to jump to."""

    start: float
    title: str
    length: str

    @property
    def at(self) -> int:
        """The whole second to jump to."""
        return int(self.start)

    @property
    def clock(self) -> str:
        """«1:05»."""
        return short_clock(self.start)


@dataclass(frozen=True)
class Source:
    """A file to play. ``media`` is a media query, "" for any screen."""

    url: str
    media: str


def film_context(film: FilmPage, file_base: str) -> dict[str, Any]:
    """What the page of ``film`` shows beside its fields. ``file_base`` is the address its files stand under."""
    item = film.content()
    shared = material_context(film, dataclasses.replace(item, sections=film.around()), file_base)
    needs, about, seen = shared["reading"]
    files = film.own_files()
    sources = sources_of(film, file_base)
    still = still_of(film, file_base)
    return shared | {
        "needs_html": needs.html,
        "reading": [part for part in (about, seen) if part.html],
        "still": still,
        "size": _size(film),
        "sources": sources,
        "smallest": sources[0].url if sources else "",
        "small_bytes": size_words(files["film-480p.mp4"].bytes) if len(sources) > 1 else "",
        "captions_url": f"{file_base}film.vtt" if "film.vtt" in files else "",
        "sound_url": f"{file_base}film.m4a" if "film.m4a" in files else "",
        "chapters": jumps(film.chapter_list, film.seconds),
        "said": spoken(film.transcript()),
        "guides": film.guides.filter(live=True).order_by("title") if film.pk else (),
        "youtube_frame": f"{YOUTUBE}/embed/{film.youtube_id}" if film.is_elsewhere else "",
        "youtube_link": f"https://www.youtube.com/watch?v={film.youtube_id}" if film.is_elsewhere else "",
        "jsonld": jsonld(video_object(film, still)),
    }


def sources_of(film: FilmPage, file_base: str) -> list[Source]:
    """The sizes that differ, the smallest first, each for the screens that need no more; the largest is for all."""
    files = film.own_files()
    found, seen = [], set()
    for name in sorted(SCREENS, key=list(SCREENS).index):
        if name in files and files[name].key not in seen:
            seen.add(files[name].key)
            found.append(Source(file_base + name, SCREENS[name]))
    if found:
        found[-1] = Source(found[-1].url, "")
    return found


def _size(film: FilmPage) -> tuple[int, int]:
    """Width and height of the picture: the page leaves room for it before it has come."""
    largest: Version | None = film.asset.version("1080p", "720p", "480p") if film.asset else None
    if largest is None:
        return 16, 9
    return largest.width or 16, largest.height or 9


def jumps(chapters: Sequence[Chapter], seconds: float | None) -> list[Jump]:
    """The chapters with how long each is, where that is known."""
    ends = [*(chapter.start for chapter in chapters[1:]), seconds]
    return [
        Jump(
            chapter.start,
            chapter.title,
            length_words(end - chapter.start) if end and end > chapter.start else "",
        )
        for chapter, end in zip(chapters, ends, strict=False)
    ]


def spoken(parts: Iterable[Part]) -> list[Spoken]:
    """The transcript with our words explained, each once."""
    explainer = Explainer(lexicon())
    return [
        Spoken(
            part.start,
            part.title,
            tuple(
                Paragraph(one.start, one.speaker, tuple(_said(cue, explainer) for cue in one.cues))
                for one in part.paragraphs
            ),
        )
        for part in parts
    ]


def _said(cue: Cue, explainer: Explainer) -> Said:
    return Said(cue.start, cue.end, mark_safe(explainer.html(" ".join(cue.text.split()))))  # it escapes


# --- schema.org ---------------------------------------------------------------------------------


def video_object(film: FilmPage, still: Still | None) -> dict[str, Any]:
    """The film as a ``VideoObject`` with its chapters as ``Clip`` (schema.org; Google's «Video structured data»)."""
    address = f"{settings.BASE_URL}{film.public_path}"
    files = film.own_files()
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "@id": address,
        "url": address,
        "name": film.title,
        "description": film.one_sentence,
        "inLanguage": "sv",
        "isAccessibleForFree": True,
        "publisher": {"@type": "Library", "name": library().name, "url": settings.BASE_URL},
    }
    if film.first_published_at:
        data["uploadDate"] = film.first_published_at.isoformat(timespec="seconds")
    if film.seconds:
        data["duration"] = iso_duration(film.seconds)
    if still:
        own = still.url.startswith(settings.MEDIA_URL)
        data["thumbnailUrl"] = [settings.BASE_URL + still.url if own else f"{address}film.jpg"]
    if "film.mp4" in files:
        data["contentUrl"] = f"{address}film.mp4"
        data["encodingFormat"] = "video/mp4"
    if film.is_elsewhere:
        data["embedUrl"] = f"{YOUTUBE}/embed/{film.youtube_id}"
    if film.captions:
        data["transcript"] = " ".join(" ".join(cue.text.split()) for cue in film.cues)
        data["accessibilityFeature"] = ["captions", "transcript"]
        data["caption"] = {
            "@type": "MediaObject",
            "contentUrl": f"{address}film.vtt",
            "encodingFormat": "text/vtt",
            "inLanguage": "sv",
        }
    chapters = film.chapter_list
    ends = [*(chapter.start for chapter in chapters[1:]), film.seconds]
    if chapters:
        data["hasPart"] = [
            {
                "@type": "Clip",
                "name": chapter.title,
                "startOffset": int(chapter.start),
                "url": f"{address}?t={int(chapter.start)}",
            }
            | ({"endOffset": int(end)} if end else {})
            for chapter, end in zip(chapters, ends, strict=True)
        ]
    return data


def iso_duration(seconds: float) -> str:
    """A length as ISO 8601 has it: «PT1M30S»."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    told = [f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if number]
    return "PT" + ("".join(told) or "0S")
