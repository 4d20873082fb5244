"""What newspapers, associations and colleagues may take: text, pictures, sound and print of the latest items."""

import datetime as dt
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.post import Media, Post
from utbud.channels.sources import registered

PER_PAGE = 5
MOST_PAGES = 12  # further back there is the archive

# What the files are, as one who needs one would say it. A file with another name is told by its type.
NAMES: dict[str, Any] = {
    "kort.png": gettext_lazy("Liggande bild, 1200 × 630"),
    "kort-kvadrat.png": gettext_lazy("Kvadratisk bild, 1080 × 1080"),
    "kort-staende.png": gettext_lazy("Stående bild, 1080 × 1350"),
    "kort-berattelse.png": gettext_lazy("Hög bild för berättelser, 1080 × 1920"),
    "lyssna.mp3": gettext_lazy("Uppläst text, ljud"),
    "lyssna-langsamt.mp3": gettext_lazy("Långsamt uppläst text, ljud"),
    "klipp.mp4": gettext_lazy("Kort film med text i bild"),
    "klipp.vtt": gettext_lazy("Filmens text"),
    "film.mp4": gettext_lazy("Filmen"),
    "film-720p.mp4": gettext_lazy("Filmen, mindre fil"),
    "film-480p.mp4": gettext_lazy("Filmen, minsta filen"),
    "film.vtt": gettext_lazy("Filmens undertexter"),
    "film.jpg": gettext_lazy("Stillbild ur filmen"),
    "film.m4a": gettext_lazy("Filmens ljud"),
    "utskrift.pdf": gettext_lazy("Sida i stor stil att skriva ut"),
    "affisch.pdf": gettext_lazy("Affisch att sätta upp"),
    "utskrift-a4.pdf": gettext_lazy("Sidor i A4 med mindre stil"),
    "utskrift-a5.pdf": gettext_lazy("Små kort, A5"),
    "utskrift-a5-stor.pdf": gettext_lazy("Små kort med stor stil, A5"),
    "text.vtt": gettext_lazy("Texten med tider"),
    "kapitel.json": gettext_lazy("Kapitlen med tider"),
}
# What a file of another name is, by its ending: the sound of an episode is named by what it holds.
BY_ENDING: dict[str, Any] = {
    "mp3": gettext_lazy("Hela ljudet"),
    "m4a": gettext_lazy("Hela ljudet"),
    "mp4": gettext_lazy("Hela filmen"),
    "vtt": gettext_lazy("Texten med tider"),
    "txt": gettext_lazy("Texten"),
    "json": gettext_lazy("Uppgifter för program"),
    "pdf": gettext_lazy("Sida att skriva ut"),
    "png": gettext_lazy("Bild"),
    "jpg": gettext_lazy("Bild"),
    "svg": gettext_lazy("Teckning"),
    "webp": gettext_lazy("Bild"),
}
DRAWING = gettext_lazy("Teckningen utan text")
GROUPS = (
    ("image/", gettext_lazy("Bilder")),
    ("audio/", gettext_lazy("Ljud")),
    ("video/", gettext_lazy("Film")),
    ("text/vtt", gettext_lazy("Film")),
    ("application/pdf", gettext_lazy("Papper")),
    ("", gettext_lazy("Annat")),
)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to take: what it is, and how it is told: «PDF, 340 kB»."""

    media: Media
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An item with all that may be taken."""

    post: Post
    published: dt.datetime
    text: str  # to copy, with the credit line
    groups: tuple[tuple[str, tuple[File, ...]], ...]  # «Bilder» and its files
    embed: str  # HTML for one's own page, "" without a picture


def latest(now: dt.datetime, page: int) -> tuple[list[Offer], bool]:
    """A page (from 1) of the latest items of every kind, newest first, and whether there are older ones."""
    wanted = page * PER_PAGE + 1
    rows = heapq.nlargest(
        wanted,
        (row for source in registered() for row in source.recent(now, wanted, "")),
        key=lambda row: row[0],
    )
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    return [offer(post, moment) for moment, post in shown], len(rows) == wanted and page < MOST_PAGES


def offer(post: Post, published: dt.datetime) -> Offer:
    """What may be taken of one item."""
    return Offer(
        post=post,
        published=published,
        text=f"{post.title}\n\n{post.lead}\n\n{post.text}\n\n{credit(post)}",
        groups=_groups(post.media),
        embed=embed(post),
    )


def credit(post: Post) -> str:
    """What must stand beside what is taken."""
    return _("%(kind)s, från %(sender)s. %(url)s") % {
        "kind": post.kind,
        "sender": post.sender,
        "url": post.url,
    }


def embed(post: Post) -> str:
    """A picture that links to the item, as HTML: nothing runs, and nobody is followed."""
    picture = post.file("kort.png") or next(
        (media for media in post.media if media.content_type.startswith("image/")), None
    )
    if picture is None:
        return ""
    return format_html(
        '<a href="{}"><img src="{}" alt="{}" style="max-width:100%"></a>', post.url, picture.url, picture.alt
    )


def _groups(media: Sequence[Media]) -> tuple[tuple[str, tuple[File, ...]], ...]:
    groups: dict[str, list[File]] = {}
    names = {one.name for one in media}
    for one in media:
        if one.name.endswith(".jpg") and one.name.removesuffix("jpg") + "png" in names:
            continue  # the same picture, for services that want it so
        heading = next(words for begins, words in GROUPS if one.content_type.startswith(begins))
        groups.setdefault(str(heading), []).append(_file(one))
    ordered = dict.fromkeys(str(words) for _begins, words in GROUPS)
    return tuple((heading, tuple(groups[heading])) for heading in ordered if heading in groups)


def _file(media: Media) -> File:
    ending = media.name.rsplit(".", 1)[-1].lower()
    name = DRAWING if media.name.startswith("teckning.") else NAMES.get(media.name)
    size = size_words(media.bytes)
    kind = f"{ending.upper()}, {size}" if size else ending.upper()
    return File(media=media, name=str(name or BY_ENDING.get(ending, _("Fil"))), kind=kind)


def size_words(size: int) -> str:
    """«340 kB», «1,2 MB» (thousands, as shops and browsers count); "" for 0."""
    if not size:
        return ""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
