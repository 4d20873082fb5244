"""Feeds of what is published: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org/version/1.1), from the same posts."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from utbud.base.hashing import content_hash
from utbud.channels.post import Media, Post
from utbud.channels.sources import Source
from utbud.places.queries import library

LATEST = 30  # entries in a feed
TYPES = {
    "xml": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An item in a feed. ``id`` never changes, whatever happens to its address."""

    id: str
    post: Post
    published: dt.datetime
    updated: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What a feed says, before it is written in one form or the other."""

    title: str  # «Veckans digitala ord – Härnösands bibliotek»
    about: str
    home: str  # absolute address of the page that lists the same
    address: str  # its own absolute address, without the ending
    author: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> dt.datetime | None:
        """When anything in it last changed, None when it is empty."""
        return max((entry.updated for entry in self.entries), default=None)

    def digest(self, form: str) -> str:
        """What the feed says in ``form`` («xml»), as a hash for its ETag (unquoted)."""
        said = [(entry.id, entry.post.as_json(), entry.published, entry.updated) for entry in self.entries]
        return content_hash([form, self.title, self.about, self.home, self.address, self.author, said])[:32]


def feed_of(source: Source, *, now: dt.datetime, topic: str = "", topic_name: str = "") -> Feed:
    """The latest of ``source``, or of one of its topics (slug and name)."""
    author, rows = library(now).name, source.recent(now, LATEST, topic)
    marks = source.marks([post.item for _moment, post in rows])
    entries = []
    for moment, post in rows:
        mark = marks.get(post.item)
        entries.append(
            Entry(
                id=mark.id
                if mark
                else f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{settings.BASE_URL}/{post.item}')}",
                post=post,
                published=moment,
                updated=max(mark.updated, moment) if mark else moment,
            )
        )
    label = f"{source.label}: {topic_name}" if topic_name else str(source.label)
    base, below = settings.BASE_URL, f"/{topic}" if topic else ""
    return Feed(
        title=f"{label} – {author}",
        about=str(source.about),
        home=f"{base}/{source.slug}/amne{below}/" if topic else f"{base}/{source.slug}/",
        address=f"{base}/floden/{source.slug}{below}",
        author=author,
        entries=tuple(entries),
    )


def written(feed: Feed, form: str) -> bytes:
    """``feed`` in ``form``: «xml» (Atom) or «json» (JSON Feed)."""
    return atom(feed) if form == "xml" else json_feed(feed)


# --- Atom ---------------------------------------------------------------------------------------


class WholeAtom(Atom1Feed):
    """Django's Atom feed with the whole text of each entry, and files whose size may be unknown."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["whole"], {"type": "html"})
        for media in item["files"]:
            size = {"length": str(media.bytes)} if media.bytes else {}
            link = {"rel": "enclosure", "type": media.content_type, "href": media.url}
            handler.addQuickElement("link", "", link | size)


def atom(feed: Feed) -> bytes:
    """``feed`` as Atom."""
    made = WholeAtom(
        title=xml_text(feed.title),
        link=feed.home,
        feed_url=f"{feed.address}.xml",
        subtitle=xml_text(feed.about),
        description="",
        language="sv",
        author_name=xml_text(feed.author),
        feed_guid=f"{feed.address}.xml",
    )
    for entry in feed.entries:
        post = entry.post
        made.add_item(
            title=xml_text(post.title),
            link=post.url,
            description=xml_text(post.lead),
            whole=xml_text(whole_html(post)),
            files=enclosed(post),
            unique_id=entry.id,
            pubdate=entry.published,
            updateddate=entry.updated,
            categories=[xml_text(tag) for tag in post.tags],
        )
    body = BytesIO()
    made.write(body, "utf-8")
    return body.getvalue()


def xml_text(text: str) -> str:
    """``text`` without the signs that XML cannot hold: text pasted from slides often has one."""
    return NOT_XML.sub(" ", text)


# --- JSON Feed ----------------------------------------------------------------------------------


def json_feed(feed: Feed) -> bytes:
    """``feed`` as JSON Feed 1.1."""
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": f"{feed.address}.json",
        "description": feed.about,
        "language": "sv",
        "authors": [{"name": feed.author, "url": f"{settings.BASE_URL}/"}],
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def _json_item(entry: Entry) -> dict[str, Any]:
    post, files = entry.post, enclosed(entry.post)
    picture = next((media.url for media in files if media.content_type.startswith("image/")), None)
    item = {
        "id": entry.id,
        "url": post.url,
        "title": post.title,
        "summary": post.lead,
        "content_html": whole_html(post),
        "date_published": entry.published.isoformat(timespec="seconds"),
        "date_modified": entry.updated.isoformat(timespec="seconds"),
        "tags": list(post.tags),
        "language": post.language,
        "attachments": [
            {"url": media.url, "mime_type": media.content_type, "title": media.alt}
            | ({"size_in_bytes": media.bytes} if media.bytes else {})
            for media in files
        ],
    }
    return item | ({"image": picture} if picture else {})


# --- what both say ------------------------------------------------------------------------------


def enclosed(post: Post) -> Sequence[Media]:
    """The files that go with an entry: one sound, one picture, one clip, the first there is of each.

    A clip that is not made yet is left out: it takes long to make, and who came for it would be turned away.
    """
    firsts: dict[str, Media] = {}
    for media in post.media:
        if media.content_type.startswith("video/") and not media.stored:
            continue
        firsts.setdefault(media.content_type.split("/")[0], media)
    return [firsts[kind] for kind in ("audio", "image", "video") if kind in firsts]


def whole_html(post: Post) -> str:
    """The lead and the whole text as HTML. A part whose first line stands alone has it as its heading."""
    made = [f"<p><b>{escape(post.lead)}</b></p>"] if post.lead else []
    for part in post.text.split("\n\n"):
        heading, _break, rest = part.strip().rpartition("\n")
        if heading:
            made.append(f"<h2>{escape(heading)}</h2>")
        if rest:
            made.append(f"<p>{escape(rest)}</p>")
    return "\n".join(made)
