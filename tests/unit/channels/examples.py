"""A post with real files, for tests of one channel."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from utbud.channels.post import Media, Post

PLACE = "https://digitalt.example.org/ord/kaka/"
TYPES = {"jpg": "image/jpeg", "png": "image/png", "mp4": "video/mp4", "vtt": "text/vtt", "mp3": "audio/mpeg"}


def file(
    name: str, content: bytes = b"innehall", *, alt: str = "En kaka på ett fat.", url: str = ""
) -> Media:
    """A file that is in storage."""
    kind = TYPES[name.rsplit(".", 1)[-1]]
    stored = default_storage.save(f"prov/{name}", ContentFile(content))
    described = alt if kind.startswith("image/") else ""
    return Media(
        name=name,
        url=url or PLACE + name,
        content_type=kind,
        alt=described,
        stored=stored,
        bytes=len(content),
    )


def post(*media: Media, **changes: Any) -> Post:
    """A post about the word «Kaka», with ``changes``."""
    told: dict[str, Any] = {
        "item": "page:12",
        "version": "a1",
        "kind": "Veckans digitala ord",
        "title": "Kaka",
        "lead": "En kaka är ett minne som en webbplats lägger i din dator.",
        "text": "Du kan säga nej till kakor.\n\nAllt fungerar ändå.",
        "url": PLACE,
        "sender": "Biblioteket i Exempelstad",
        "phone": "08-465 004 00",
        "tags": ("digitalaord", "Säker på nätet"),
        "media": media,
    }
    return Post(**told | changes)
