"""What is said on every channel: a Post, which any activity can offer, and how text is made to fit."""

import builtins
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import regex
from django.core.files import File
from django.core.files.storage import default_storage

from utbud.base.richtext import sentence_spans

ELLIPSIS = "…"


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file beside the item: a picture, a clip, its captions, the sound."""

    name: str  # «kort-kvadrat.png», the name in its public address
    url: str  # absolute, for services that fetch it themselves
    content_type: str
    alt: str = ""  # what a person who cannot see or hear it is told
    key: str = ""  # content hash of what it is made from
    stored: str = ""  # name in storage, "" until it is made
    bytes: int = 0

    def open(self) -> File[builtins.bytes]:
        """The file, open for reading, for what is too large to hold. Raises OSError when storage does not have it."""
        return default_storage.open(self.stored)

    def read(self) -> builtins.bytes:
        """The file's content. Raises OSError when storage does not have it."""
        with default_storage.open(self.stored) as file:
            return builtins.bytes(file.read())


@dataclass(frozen=True, kw_only=True)
class Post:
    """One approved thing to tell, before any channel has had its say. JSON-able both ways."""

    item: str  # what it is, for as long as it lives: «page:12»
    version: str  # content hash of what was approved
    kind: str  # «Veckans digitala ord»
    title: str
    lead: str  # one sentence that anyone understands
    text: str  # the whole explanation as plain text, paragraphs with a blank line between
    url: str  # absolute public address
    sender: str  # the library's name
    phone: str  # «08-465 004 00»
    language: str = "sv"
    tags: tuple[str, ...] = ()  # without «#»
    media: tuple[Media, ...] = ()
    chapters: tuple[tuple[float, str], ...] = ()  # of its film or sound: (second, title)

    def file(self, *names: str) -> Media | None:
        """The first of the files with these ``names`` that there is."""
        by_name = {media.name: media for media in self.media}
        return next((by_name[name] for name in names if name in by_name), None)

    def as_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Post":
        """What ``as_json`` gave."""
        media = tuple(Media(**one) for one in data["media"])
        chapters = tuple((float(start), str(title)) for start, title in data.get("chapters", ()))
        return cls(**data | {"media": media, "tags": tuple(data["tags"]), "chapters": chapters})

    @classmethod
    def note(cls, *, title: str = "", sender: str = "", phone: str = "") -> "Post":
        """Around a word to one recipient that is no item: a test, or the question whether it is they who asked."""
        return cls(
            item="", version="", kind="", title=title, lead="", text="", url="", sender=sender, phone=phone
        )


@dataclass(frozen=True)
class Fitted:
    """A text that keeps to a limit, and what had to go ("" when nothing)."""

    text: str
    cut: str = ""


def graphemes(text: str) -> int:
    """How many characters a person sees (extended grapheme clusters, UAX #29)."""
    return len(regex.findall(r"\X", text))


def fit(body: str, tail: str, limit: int, count: Callable[[str], int] = graphemes) -> Fitted:
    """``body``, a blank line and ``tail``, in at most ``limit`` as ``count`` counts.

    The tail (a link, tags) is always whole. The body loses whole sentences first, then whole words with an
    ellipsis. Raises ValueError when not even the tail has room.
    """
    end = f"\n\n{tail}" if tail else ""
    if count(body + end) <= limit:
        return Fitted(body + end)
    if count(tail) > limit:
        raise ValueError(f"the tail alone is longer than {limit}")
    for _start, stop in reversed(sentence_spans(body)):
        if stop < len(body.rstrip()) and count(body[:stop].rstrip() + end) <= limit:
            return Fitted(body[:stop].rstrip() + end, body[stop:].strip())
    low, high = 0, len(body)
    while low < high:  # the most letters that have room
        middle = (low + high + 1) // 2
        if count(body[:middle].rstrip() + ELLIPSIS + end) <= limit:
            low = middle
        else:
            high = middle - 1
    kept = body[:low]
    if low < len(body) and not body[low].isspace() and regex.search(r"\s", kept):
        kept = regex.sub(r"\S+$", "", kept)
    kept = regex.sub(r"[\s,;:–-]+$", "", kept)
    return Fitted(kept + ELLIPSIS + end, body[len(kept) :].strip()) if kept else Fitted(tail, body)
