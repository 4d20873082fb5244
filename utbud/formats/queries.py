"""What exists already, and by what name: the key of each format is a hash of all it is made from."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language

from utbud.base.hashing import content_hash
from utbud.formats import sound, speech, typeset
from utbud.formats.content import Item, Sender, reading
from utbud.formats.models import Kind, Recording, Rendition

NOT_ON_PAPER = {"easy"}
ON_THE_CARD = ("kind", "title", "lead", "picture")


def voice() -> speech.Voice:
    """The voice that reads. Raises speech.NoVoice."""
    return speech.voice(settings.PIPER, settings.PIPER_VOICE)


def key_of(kind: str, *, item: Item, sender: Sender | None = None, recording: Recording | None = None) -> str:
    """The key under which ``kind`` (a Kind) of this content is kept. Speech has no sender, the others must have one.

    Raises speech.NoVoice for speech when the voice that is chosen does not exist.
    """
    if kind in (Kind.SPEECH, Kind.SPEECH_SLOW):
        return content_hash([kind, _heard(item), recording.digest if recording else ""])
    if sender is None:
        raise ValueError(f"{kind} needs a sender")
    shown = asdict(item)
    if kind == Kind.CARD:
        said_by = {"name": sender.name, "phone": sender.phone, "accent": sender.accent}
        return content_hash(
            [kind, typeset.look(), get_language(), {name: shown[name] for name in ON_THE_CARD}, said_by]
        )
    shown = {name: value for name, value in shown.items() if name not in NOT_ON_PAPER}
    return content_hash([kind, typeset.look(), get_language(), shown, asdict(sender)])


def _heard(item: Item) -> list[Any]:
    """All that decides how an item sounds: what is said, by which voice, how fast, how loud."""
    said = [[speech.spoken(sentence.text), sentence.pause] for sentence in reading(item)]
    manner = [
        speech.CALM,
        speech.SLOW,
        speech.LEAD_IN,
        speech.BETWEEN,
        speech.LONGER,
        speech.TAIL,
        speech.SLOW_PAUSES,
    ]
    loudness = [sound.LOUDNESS, asdict(sound.SPOKEN), asdict(sound.RECORDED)]
    return [voice().version, manner, loudness, item.title, item.kind, said]


def ready(
    *, item: Item, sender: Sender, recording: Recording | None = None, kinds: Iterable[str] = Kind.values
) -> dict[str, Rendition]:
    """Which of ``kinds`` are made already, by kind. Makes nothing and counts as no use; one question to the database."""
    wanted = Q(pk=None)
    for kind in kinds:
        try:
            wanted |= Q(kind=kind, key=key_of(kind, item=item, sender=sender, recording=recording))
        except speech.NoVoice:
            continue
    return {rendition.kind: rendition for rendition in Rendition.objects.filter(wanted)}
