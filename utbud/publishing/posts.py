"""A page as the channels take it."""

import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.conf import settings
from django.db.models import Q
from wagtail.images.models import Image

from utbud.channels import queries as channels
from utbud.channels.post import Media, Post
from utbud.channels.queries import Preflight
from utbud.formats.content import Item, Sender, in_words
from utbud.formats.models import Rendition
from utbud.formats.queries import key_of
from utbud.formats.speech import NoVoice
from utbud.publishing import files
from utbud.publishing.models import OwnFile, SharedPage


def post_of(page: SharedPage) -> Post:
    """``page``, as it is in memory, as a Post. Files that are not made yet have no ``stored``. One query for the files."""
    return posts_of([page])[0]


def posts_of(pages: Iterable[SharedPage], *, with_files: bool = True) -> list[Post]:
    """Posts of many pages, in order: one query for all their files, or none at all without ``with_files``."""
    sender = files.sender()
    read = [(page, page.as_item()) for page in pages]
    made: dict[str, Rendition] = {}
    keys: dict[tuple[int, str], str] = {}
    if with_files:
        for number, (page, item) in enumerate(read):
            for name in page.FILES:
                try:
                    keys[number, name] = key_of(
                        files.KINDS[name], item=item, sender=sender, recording=page.own_recording()
                    )
                except NoVoice:
                    continue
        made = {one.key: one for one in Rendition.objects.filter(Q(key__in=set(keys.values())))}
    return [
        Post(
            item=page.item_key,
            version=page.content_hash(),
            kind=item.kind,
            title=item.title,
            lead=item.lead,
            text=plain_text(item),
            url=sender.base_url + item.path,
            sender=sender.name,
            phone=sender.phone,
            tags=page.post_tags(),
            chapters=page.post_chapters(),
            media=(
                *(_own_media(name, own, item, sender) for name, own in page.own_files().items()),
                *(_media(name, item, sender, keys.get((number, name), ""), made) for name in page.FILES),
            ),
        )
        for number, (page, item) in enumerate(read)
    ]


def _own_media(name: str, own: OwnFile, item: Item, sender: Sender) -> Media:
    kept = files.kept(own, name)
    return Media(
        name=name,
        url=f"{sender.base_url}{item.path}{name}",
        content_type=files.content_type(name),
        alt=in_words(item, sender),
        key=kept.key,
        stored=kept.stored,
        bytes=kept.bytes,
    )


def _media(name: str, item: Item, sender: Sender, key: str, made: dict[str, Rendition]) -> Media:
    rendition = made.get(key)
    return Media(
        name=name,
        url=f"{sender.base_url}{item.path}{name}",
        content_type=files.content_type(name),
        alt=in_words(item, sender),
        key=key,
        stored=str(rendition.file) if rendition else "",
        bytes=rendition.bytes if rendition else 0,
    )


def drawing_alone(drawing: Image | None, alt: str) -> tuple[Media, ...]:
    """The drawing of a page by itself, to stand last among its files: screens and newspapers want it without words in it."""
    if drawing is None:
        return ()
    name = str(drawing.file.name)
    return (
        Media(
            name=f"teckning.{name.rsplit('.', 1)[-1]}",
            url=f"{settings.BASE_URL}{settings.MEDIA_URL}{name}",
            content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            alt=alt,
            stored=name,
            bytes=drawing.file_size or 0,
        ),
    )


def plain_text(item: Item) -> str:
    """The sections of an item as plain text: paragraphs with a blank line between, a heading on a line of its own."""
    parts: list[str] = []
    for section in item.sections:
        under = "\n\n".join(block.text for block in section.blocks)
        parts.append(f"{section.heading}\n{under}" if section.heading else under)
    return "\n\n".join(parts)


def preflights(page: SharedPage, texts: Mapping[str, str] | None = None) -> list[Preflight]:
    """What every channel that is on would say of ``page``, as it is in memory. May ask a service for its limits.

    ``texts`` are those that were put before the publishers, by the channel's id.
    """
    setups = channels.channels_on()
    if not setups:
        return []
    said = channels.preflight(post_of(page), {**(texts or {}), **page.channel_texts}, setups)
    # What a channel said itself when it was sent for approval is kept to the letter, and is nobody's own text.
    return [replace(one, own=bool(page.channel_texts.get(str(one.setup.pk)))) for one in said]


def stopping(said: Iterable[Preflight]) -> list[str]:
    """Why it could not go out on a channel that is on, each in Swedish."""
    return [f"{one.setup.name}: {remark.says}" for one in said for remark in one.remarks if remark.stops]


def outgoing(page: SharedPage, said: Iterable[Preflight]) -> dict[str, dict[str, str]]:
    """All that an approval covers beside the page: the text of each channel, and each file by the hash of what it is made of."""
    return {
        "texts": {str(one.setup.pk): one.text for one in said if not one.declined},
        "files": {media.name: media.key for media in post_of(page).media},
    }
