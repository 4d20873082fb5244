"""The feed that podcast apps read: RSS 2.0 with Apple's words and those of the Podcast Namespace.

What stands in it and why: rssboard.org/rss-specification, podcasters.apple.com (A Podcaster's Guide to RSS),
podcastindex.org/namespace/1.0.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import feedgenerator
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator
from wagtail.models import Page

from utbud.base import dates
from utbud.base.hashing import content_hash
from utbud.base.richtext import Block, blocks_from_html, plain_text, sentence_spans
from utbud.channels.feeds import xml_text
from utbud.places import models as places
from utbud.places.queries import library
from utbud.podcast import files, queries
from utbud.podcast.models import Enclosure, EpisodePage, Guest, ShowPage

TYPE = "application/rss+xml; charset=utf-8"
NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "xmlns:podcast": "https://podcastindex.org/namespace/1.0",
}
MOST_BYTES = 4000  # of a description (Apple)
LONGEST_PERSON = 128  # letters of a name or a licence (podcast namespace)
KEPT = 3600  # seconds
NOT_FOR_LISTS = ("captions", "script", "easy")  # long, and the feed needs none of it
INTERNAL = re.compile(r'<a linktype="(\w+)" id="(\d+)"[^>]*>')


@dataclass(frozen=True)
class Feed:
    """A finished feed: its bytes, a hash of them (unquoted), and when what it says last changed."""

    body: bytes
    digest: str
    changed: dt.datetime | None


def feed_of(show: ShowPage) -> Feed:
    """The feed of ``show``, built again only when something that it depends on has changed. Three queries when not."""
    lib, state = library(), queries.as_of(show)
    moments = [state[name] for name in ("pages", "sounds", "gone", "show") if state[name]]
    changed = max(moments, default=None)
    key = content_hash(
        ["podcast feed", show.pk, show.slug, settings.BASE_URL, lib.name, lib.accent, places.edition, state]
    )
    body: bytes | None = None if connection.in_atomic_block else cache.get(key)
    if body is None:
        body = written(show, list(entries(show)), changed)
        if not connection.in_atomic_block:
            cache.set(key, body, KEPT)
    return Feed(body, content_hash(body.decode())[:32], changed)


@dataclass(frozen=True)
class Entry:
    """An episode that has a sound, and what the feed says of it."""

    episode: EpisodePage
    sound: Enclosure
    out: dt.datetime
    notes: tuple[Block, ...]
    has_text: bool


def entries(show: ShowPage) -> Iterable[Entry]:
    """The episodes in the feed, newest first. The same queries however many they are."""
    has_text = set(
        EpisodePage.objects.child_of(show).live().exclude(captions=[]).values_list("pk", flat=True)
    )
    found = queries.episodes_of(show).prefetch_related("enclosures", "guests").defer(*NOT_FOR_LISTS)
    episodes = list(found)
    addresses = _addresses(episode.notes for episode in episodes)
    for episode in episodes:
        episode.show = show
        sound, out = episode.out_sound(), queries.came_out(episode)
        if sound and out:
            notes = blocks_from_html(INTERNAL.sub(lambda link: _link(link, addresses), episode.notes))
            yield Entry(episode, sound, out, tuple(notes), episode.pk in has_text)


def _addresses(notes: Iterable[str]) -> dict[int, str]:
    """The absolute addresses of all pages that notes link to, in one query."""
    wanted = {int(pk) for text in notes for kind, pk in INTERNAL.findall(text) if kind == "page"}
    rows = Page.objects.filter(pk__in=wanted).values_list("pk", "url_path") if wanted else ()
    return {pk: f"{settings.BASE_URL}/{path.split('/', 2)[2]}" for pk, path in rows}


def _link(link: "re.Match[str]", addresses: dict[int, str]) -> str:
    address = addresses.get(int(link[2]), "") if link[1] == "page" else ""
    return f'<a href="{escape(address)}">' if address else "<a>"


# --- writing ------------------------------------------------------------------------------------


class Writer(SimplerXMLGenerator):
    """Elements on one line each. Whatever text is given, what is written is well formed."""

    def begin(self, name: str, **attributes: str) -> None:
        """An element that holds others."""
        self.startElement(name, {key: xml_text(value) for key, value in attributes.items()})  # type: ignore[arg-type]

    def one(self, name: str, content: Any = "", **attributes: Any) -> None:
        """An element; attributes that are None are left out."""
        told = {key: xml_text(str(value)) for key, value in attributes.items() if value is not None}
        self.addQuickElement(name, xml_text(str(content)), told)
        self.ignorableWhitespace("\n")


def written(show: ShowPage, items: list[Entry], changed: dt.datetime | None) -> bytes:
    """The feed as XML. ``changed`` is when what it says last changed."""
    out = BytesIO()
    xml = Writer(out, "utf-8")
    xml.startDocument()
    xml.begin("rss", version="2.0", **NAMESPACES)
    xml.begin("channel")
    xml.ignorableWhitespace("\n")
    cover = files.cover_url(show)
    _channel(xml, show, items, changed, cover)
    for entry in items:
        xml.begin("item")
        xml.ignorableWhitespace("\n")
        _item(xml, show, entry, cover)
        xml.endElement("item")
        xml.ignorableWhitespace("\n")
    xml.endElement("channel")
    xml.endElement("rss")
    xml.endDocument()
    return out.getvalue()


def _channel(
    xml: Writer, show: ShowPage, items: list[Entry], changed: dt.datetime | None, cover: str
) -> None:
    lib, home = library(), settings.BASE_URL + show.public_path
    author = show.author or lib.name
    xml.one("title", show.title)
    xml.one("link", home)
    xml.one("description", shortened(show.description, MOST_BYTES))
    xml.one("language", "sv")
    xml.one("copyright", f"© {lib.name}")
    xml.one("generator", "Digitalt utbud")
    if changed:
        xml.one("lastBuildDate", feedgenerator.rfc2822_date(changed))
    if items:
        xml.one("pubDate", feedgenerator.rfc2822_date(items[0].out))
    xml.one("atom:link", href=show.feed_url, rel="self", type="application/rss+xml")
    xml.begin("image")
    xml.one("url", cover)
    xml.one("title", show.title)
    xml.one("link", home)
    xml.endElement("image")
    xml.ignorableWhitespace("\n")
    xml.one("itunes:author", author)
    xml.one("itunes:type", "episodic")
    xml.one("itunes:explicit", _yes(show.explicit))
    xml.one("itunes:image", href=cover)
    xml.begin("itunes:category", text=show.category)
    if show.subcategory:
        xml.one("itunes:category", text=show.subcategory)
    xml.endElement("itunes:category")
    xml.ignorableWhitespace("\n")
    if show.owner_email:
        xml.begin("itunes:owner")
        xml.one("itunes:name", author)
        xml.one("itunes:email", show.owner_email)
        xml.endElement("itunes:owner")
        xml.ignorableWhitespace("\n")
    if show.moved_to:
        xml.one("itunes:new-feed-url", show.moved_to)
    if show.guid:
        xml.one("podcast:guid", show.guid)
    xml.one("podcast:locked", "yes" if show.feed_locked else "no", owner=show.owner_email or None)
    xml.one("podcast:medium", "podcast")
    if show.licence:
        xml.one("podcast:license", show.licence.lower()[:LONGEST_PERSON], url=licence_url(show.licence))
    if items:  # who leads it; an episode's own people take their place
        _people(xml, [guest for guest in items[0].episode.guests.all() if guest.role == "host"])


def _item(xml: Writer, show: ShowPage, entry: Entry, cover: str) -> None:
    episode, sound = entry.episode, entry.sound
    url = settings.BASE_URL + episode.public_path
    told = plain_text(entry.notes)
    xml.one("title", episode.title)
    xml.one("link", url)
    xml.one("guid", episode.guid, isPermaLink="false")
    xml.one("pubDate", feedgenerator.rfc2822_date(dates.local(entry.out)))
    xml.one("enclosure", url=url + sound.name, type=files.MP3_TYPE, length=sound.bytes)
    xml.one("description", shortened("\n\n".join(filter(None, [episode.one_sentence, told])), MOST_BYTES))
    xml.one("content:encoded", whole_html(episode.one_sentence, entry.notes))
    xml.one("itunes:title", episode.title)
    xml.one("itunes:duration", round(sound.seconds))
    xml.one("itunes:episodeType", episode.episode_kind)
    if episode.season is not None:
        xml.one("itunes:season", episode.season)
        xml.one("podcast:season", episode.season)
    if episode.number is not None:
        xml.one("itunes:episode", episode.number)
        xml.one("podcast:episode", episode.number)
    xml.one("itunes:explicit", _yes(episode.explicit))
    xml.one("itunes:image", href=files.cover_url(show, episode) if episode.drawing_id else cover)
    if entry.has_text:
        xml.one("podcast:transcript", url=f"{url}text.vtt", type="text/vtt", language="sv")
        xml.one("podcast:transcript", url=f"{url}text/", type="text/html", language="sv")
    if episode.chapters:
        xml.one("podcast:chapters", url=f"{url}kapitel.json", type="application/json+chapters")
    _people(xml, list(episode.guests.all()))


def _people(xml: Writer, people: Iterable[Guest]) -> None:
    for one in people:
        xml.one("podcast:person", one.name[:LONGEST_PERSON], role=one.role, group="cast")


def _yes(value: bool) -> str:
    return "true" if value else "false"


# --- texts --------------------------------------------------------------------------------------


def licence_url(name: str) -> str | None:
    """Where a licence stands: Creative Commons' by its name («cc-by-4.0»), else where SPDX tells of it."""
    found = re.fullmatch(r"cc-(by(?:-nc)?(?:-sa|-nd)?)-(\d\.\d)", name.lower())
    if found:
        return f"https://creativecommons.org/licenses/{found[1]}/{found[2]}/"
    return f"https://spdx.org/licenses/{name}.html" if re.fullmatch(r"[\w.+-]+", name) else None


def shortened(text: str, most: int) -> str:
    """``text`` in at most ``most`` bytes of UTF-8: whole sentences, else whole words with «…»."""
    text = text.strip()
    if len(text.encode()) <= most:
        return text
    ends = [end for _start, end in sentence_spans(text) if len(text[:end].rstrip().encode()) <= most]
    if ends:
        return text[: ends[-1]].rstrip()
    cut = text.encode()[: most - len("…".encode())].decode(errors="ignore")
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + "…"


def whole_html(lead: str, notes: Iterable[Block]) -> str:
    """The notes as the few elements that apps show: p, ul, ol, li, a and strong."""
    made, open_list = [f"<p>{escape(lead)}</p>"] if lead else [], ""
    for block in notes:
        wanted = {"li": "ul", "ol": "ol"}.get(block.kind, "")
        if wanted != open_list:
            made.append((f"</{open_list}>" if open_list else "") + (f"<{wanted}>" if wanted else ""))
            open_list = wanted
        runs = "".join(map(_run_html, block.runs))
        made.append(f"<li>{runs}</li>" if wanted else f"<p>{runs}</p>")
    if open_list:
        made.append(f"</{open_list}>")
    return "".join(made)


def _run_html(run: Any) -> str:
    text = f"<strong>{escape(run.text)}</strong>" if run.bold else escape(run.text)
    if not run.href:
        return str(text)
    href = settings.BASE_URL + run.href if run.href.startswith("/") else run.href
    return f'<a href="{escape(href)}">{text}</a>'
