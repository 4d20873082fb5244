"""A post with files of one's own choosing, for tests of one channel."""

import mimetypes
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.unit.channels.fakes import a_post
from utbud.channels.post import Media, Post

PLACE = "https://bibliotek.example.org/ord/kaka/"


def file(
    name: str, content: bytes = b"innehall", *, alt: str = "En kaka på ett fat.", url: str = ""
) -> Media:
    """A file that is in storage."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
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
    """The usual post about the word «Kaka» with these files, and ``changes``."""
    return a_post(**changes | {"media": media})
