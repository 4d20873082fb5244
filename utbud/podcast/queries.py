"""Shows and episodes as listeners and apps meet them."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from wagtail.models import PageLogEntry

from utbud.base import dates
from utbud.base.richtext import jsonld
from utbud.channels.press import size_words
from utbud.formats.html import Explainer
from utbud.learning.queries import lexicon, material_context
from utbud.media.captions import short_clock
from utbud.places.queries import library
from utbud.podcast.models import Enclosure, EpisodePage, ShowPage

PER_PAGE = 20


# --- what is out --------------------------------------------------------------------------------


def live_shows() -> QuerySet[ShowPage]:
    """The podcasts that are out."""
    return ShowPage.objects.live().select_related("cover").order_by("title")


def episodes_of(show: ShowPage) -> QuerySet[EpisodePage]:
    """The episodes of ``show`` that are out, newest first, each with ``out``: when it came out."""
    out = EpisodePage.objects.child_of(show).live().annotate(out=Coalesce("first_out", "first_published_at"))
    return out.select_related("drawing").order_by("-out", "-pk")


def came_out(episode: EpisodePage) -> dt.datetime | None:
    """When an episode came out, here or where it came from; None before."""
    return episode.first_out or episode.first_published_at


def sound_at(digest: str) -> Enclosure | None:
    """The sound whose address holds these first letters of its digest, if it was ever in the feed."""
    found = Enclosure.objects.filter(digest__gte=digest, digest__lt=digest + "g", out_at__isnull=False)
    return found.select_related("episode").first()


def as_of(show: ShowPage) -> dict[str, Any]:
    """All that the feed of ``show`` depends on beside the library: another answer is another feed. Three queries."""
    out = EpisodePage.objects.child_of(show).live()
    pages = out.aggregate(n=Count("pk"), last=Max("last_published_at"), top=Max("pk"))
    sounds = Enclosure.objects.filter(episode__in=out).aggregate(last=Max("out_at"), top=Max("pk"))
    gone = PageLogEntry.objects.filter(
        action__in=["wagtail.unpublish", "wagtail.delete"], content_type__model="episodepage"
    ).aggregate(last=Max("timestamp"))
    return {
        "number": pages["n"],
        "pages": pages["last"],
        "top": pages["top"],
        "sounds": sounds["last"],
        "sound": sounds["top"],
        "gone": gone["last"],
        "show": show.last_published_at,
        "moved": show.moved_to,
    }


# --- in words -----------------------------------------------------------------------------------


def iso_length(seconds: float) -> str:
    """A length as ISO 8601 has it: «PT24M10S»."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + f"{left}S"


def number_words(episode: EpisodePage) -> str:
    """«Säsong 2, avsnitt 3», «Avsnitt 3», «Trailer», «Extra», or ""."""
    if episode.episode_kind != EpisodePage.Kind.FULL:
        return str(episode.get_episode_kind_display()).capitalize()
    if episode.number is None:
        return ""
    if episode.season is None:
        return _("Avsnitt %(number)s") % {"number": episode.number}
    return _("Säsong %(season)s, avsnitt %(number)s") % {"season": episode.season, "number": episode.number}


# --- pages --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """An episode in a list."""

    episode: EpisodePage
    number: str
    when: str
    length: str


def rows_of(show: ShowPage, number: str | None) -> dict[str, Any]:
    """A page of the show's episodes. The same queries however many they are."""
    found = episodes_of(show).prefetch_related("enclosures").defer("captions", "script", "easy", "notes")
    page: Page[EpisodePage] = Paginator(found, PER_PAGE).get_page(number)
    rows = []
    for episode in page:
        episode.show = show
        sound, out = episode.out_sound(), came_out(episode)
        rows.append(
            Row(
                episode=episode,
                number=number_words(episode),
                when=dates.date_words(dates.local(out).date(), weekday=False) if out else "",
                length=dates.length_words(sound.seconds) if sound else "",
            )
        )
    return {"rows": rows, "paginator_page": page}


def shows_context() -> list[dict[str, Any]]:
    """What the list of podcasts shows of each: the show, and its latest episode."""
    return [{"show": show, "latest": episodes_of(show).first()} for show in live_shows()]


def show_jsonld(show: ShowPage, cover: str) -> dict[str, Any]:
    """A show as a ``PodcastSeries`` (schema.org)."""
    return {
        "@context": "https://schema.org",
        "@type": "PodcastSeries",
        "@id": settings.BASE_URL + show.public_path,
        "name": show.title,
        "description": show.description,
        "url": settings.BASE_URL + show.public_path,
        "webFeed": show.feed_url,
        "image": cover,
        "inLanguage": "sv",
        "author": {"@type": "Organization", "name": show.author or library().name},
    }


def episode_context(episode: EpisodePage, file_base: str, cover: str) -> dict[str, Any]:
    """What the page of ``episode`` shows beside its fields."""
    item = episode.content()
    notes = tuple(part for part in item.sections if part.heading == _("Om avsnittet"))
    context = material_context(episode, dataclasses.replace(item, sections=notes), file_base)
    looked_at = file_base != episode.public_path
    sound = episode.made_sound() if looked_at else episode.sound()
    out = came_out(episode)
    return context | {
        "show": episode.show,
        "sound": sound,
        "sound_url": file_base + sound.name if sound else "",
        "length": dates.length_words(sound.seconds) if sound else "",
        "size": size_words(sound.bytes) if sound else "",
        "number_words": number_words(episode),
        "out_words": dates.date_words(dates.local(out).date(), weekday=False) if out else "",
        "said": spoken(episode),
        "chapters": [
            {"start": one.start, "clock": short_clock(one.start), "title": one.title}
            for one in episode.chapter_list
        ],
        "guests": list(episode.guests.all()),
        "jsonld": jsonld(episode_jsonld(episode, sound, cover)),
    }


def spoken(episode: EpisodePage) -> list[dict[str, Any]]:
    """What is said, as the page shows it: chapters of paragraphs of lines that one can go to; our words explained, each once."""
    explainer = Explainer(lexicon())
    return [
        {
            "title": part.title,
            "paragraphs": [
                {
                    "start": one.start,
                    "clock": short_clock(one.start),
                    "speaker": one.speaker,
                    "lines": [
                        # It escapes what it does not explain.
                        {"start": cue.start, "html": mark_safe(explainer.html(" ".join(cue.text.split())))}
                        for cue in one.cues
                    ],
                }
                for one in part.paragraphs
            ],
        }
        for part in episode.transcript()
    ]


def episode_jsonld(episode: EpisodePage, sound: Enclosure | None, cover: str) -> dict[str, Any]:
    """An episode as a ``PodcastEpisode`` with its ``AudioObject`` (schema.org)."""
    show, out, url = episode.show, came_out(episode), settings.BASE_URL + episode.public_path
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "PodcastEpisode",
        "@id": url,
        "name": episode.title,
        "description": episode.one_sentence,
        "url": url,
        "image": cover,
        "inLanguage": "sv",
        "partOfSeries": {
            "@type": "PodcastSeries",
            "name": show.title,
            "url": settings.BASE_URL + show.public_path,
            "webFeed": show.feed_url,
        },
    }
    if out:
        data["datePublished"] = out.isoformat(timespec="seconds")
    if episode.number is not None:
        data["episodeNumber"] = episode.number
    if people := [{"@type": "Person", "name": guest.name} for guest in episode.guests.all()]:
        data["actor"] = people
    if sound:
        data["timeRequired"] = iso_length(sound.seconds)
        data["associatedMedia"] = {
            "@type": "AudioObject",
            "contentUrl": url + sound.name,
            "encodingFormat": "audio/mpeg",
            "contentSize": str(sound.bytes),
            "duration": iso_length(sound.seconds),
        }
        if episode.cues:
            said = " ".join(paragraph.text for part in episode.transcript() for paragraph in part.paragraphs)
            data["associatedMedia"]["transcript"] = said[:5000]
    return data
