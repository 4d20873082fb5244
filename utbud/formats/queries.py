"""What exists already, and by what name: the key of each format is a hash of all it is made from."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language

from utbud.base.hashing import content_hash
from utbud.formats import clip, film, sound, speech, typeset
from utbud.formats.content import Aloud, Item, Sender, reading
from utbud.formats.guide_cards import Folder
from utbud.formats.models import Kind, Recording, Rendition

NOT_ON_PAPER = {"easy"}
ON_THE_CARD = ("kind", "title", "lead")
BY_THE_CARD = ("name", "phone", "accent")
BY_SOCIAL_CARDS = ("name", "phone", "accent", "logo_name", "logo_digest")
IN_THE_CLIP = ("kind", "title", "path")
# The social cards, and which of typeset.SHAPES each is.
SOCIAL = {
    Kind.SQUARE: "square",
    Kind.PORTRAIT: "portrait",
    Kind.STORY: "story",
    Kind.SQUARE_JPEG: "square",
    Kind.PORTRAIT_JPEG: "portrait",
    Kind.STORY_JPEG: "story",
}
JPEG_OF = {
    Kind.SQUARE_JPEG: Kind.SQUARE,
    Kind.PORTRAIT_JPEG: Kind.PORTRAIT,
    Kind.STORY_JPEG: Kind.STORY,
}
# A guide as cards, by the size (guide_cards.SIZES) of each.
CARDS = {
    Kind.PRINT: "a4-stor",
    Kind.PRINT_A4: "a4",
    Kind.PRINT_A5: "a5",
    Kind.PRINT_A5_LARGE: "a5-stor",
}
LATEST = 500  # renditions that tell how long things usually take


def voice(language: str = "sv") -> speech.Voice:
    """The voice that reads ``language``. Raises speech.NoVoice."""
    return speech.voice(settings.PIPER, settings.PIPER_VOICE, language)


def key_of(
    kind: str,
    *,
    item: Item,
    sender: Sender | None = None,
    recording: Recording | None = None,
    language: str = "sv",
) -> str:
    """The key under which ``kind`` (a Kind) of this content is kept. Speech has no sender, the others must have one.

    ``language`` is the one that it is read in.

    Raises speech.NoVoice for speech and clips when the voice that is chosen does not exist.
    """
    if kind in (Kind.SPEECH, Kind.SPEECH_SLOW):
        return content_hash([kind, _heard(item, language), recording.digest if recording else ""])
    if sender is None:
        raise ValueError(f"{kind} needs a sender")
    if kind == Kind.CAPTIONS:
        return content_hash([kind, _told(item, sender)])
    if kind == Kind.CLIP:
        said_by = {name: value for name, value in asdict(sender).items() if name != "drop_in"}
        seen = [_seen(item, IN_THE_CLIP), said_by, _told(item, sender)]
        return content_hash([kind, typeset.look(), film.look(), get_language(), seen])
    if kind == Kind.CARD or kind in SOCIAL:
        marks = BY_THE_CARD if kind == Kind.CARD else BY_SOCIAL_CARDS
        said_by = {name: value for name, value in asdict(sender).items() if name in marks}
        return content_hash([kind, typeset.look(), get_language(), _seen(item, ON_THE_CARD), said_by])
    return content_hash([kind, typeset.look(), get_language(), on_paper(item), asdict(sender)])


def folder_key(*, folder: Folder, sender: Sender, size: str) -> str:
    """The key under which a folder in ``size`` is kept."""
    shown = [on_paper(guide) for guide in folder.guides]
    said = [folder.title, folder.path, shown, asdict(sender), size]
    return content_hash([Kind.FOLDER, typeset.look(), get_language(), said])


def on_paper(item: Item) -> dict[str, Any]:
    """All of an item that a sheet shows."""
    return {name: value for name, value in asdict(item).items() if name not in NOT_ON_PAPER}


def _seen(item: Item, names: Iterable[str]) -> dict[str, Any]:
    """What a picture shows of an item. The drawing's description stands beside it, not in it."""
    shown = {name: getattr(item, name) for name in names}
    return shown | {"picture": [item.picture.name, item.picture.digest] if item.picture else None}


def _heard(item: Item, language: str) -> list[Any]:
    """All that decides how an item sounds: what is said, by which voice, how fast, how loud."""
    said = [[speech.spoken(sentence.text, language), sentence.pause] for sentence in reading(item)]
    loudness = [sound.LOUDNESS, asdict(sound.SPOKEN), asdict(sound.RECORDED)]
    return [voice(language).version, _manner(), loudness, item.title, item.kind, said]


def _manner() -> list[float]:
    """How the voice speaks."""
    return [
        speech.CALM,
        speech.SLOW,
        speech.LEAD_IN,
        speech.BETWEEN,
        speech.LONGER,
        speech.TAIL,
        speech.SLOW_PAUSES,
    ]


def _told(item: Item, sender: Sender) -> list[Any]:
    """All that decides what a clip says and when. The script knows no voice, so nothing is said to find it."""
    said = [[line.text, speech.spoken(line.text), line.part, line.unit] for line in clip.script(item, sender)]
    return [voice().version, _manner(), clip.look(), said]


def ready(
    *,
    item: Item,
    sender: Sender,
    recording: Recording | None = None,
    kinds: Iterable[str] = Kind.values,
    language: str = "sv",
) -> dict[str, Rendition]:
    """Which of ``kinds`` are made already, by kind. Makes nothing and counts as no use; one question to the database."""
    wanted = Q(pk=None)
    for kind in kinds:
        try:
            key = key_of(kind, item=item, sender=sender, recording=recording, language=language)
            wanted |= Q(kind=kind, key=key)
        except speech.NoVoice:
            continue
    return {rendition.kind: rendition for rendition in Rendition.objects.filter(wanted)}


def sounds(heard: Sequence[Aloud]) -> list[tuple[Rendition | None, Rendition | None]]:
    """The sound and the slow sound of each of ``heard``, None for what is not made. One question to the database."""
    keys: list[tuple[str, str] | None] = []
    for one in heard:
        try:
            calm, slow = (
                key_of(kind, item=one.item, language=one.language) for kind in (Kind.SPEECH, Kind.SPEECH_SLOW)
            )
        except speech.NoVoice:
            keys.append(None)
        else:
            keys.append((calm, slow))
    wanted = [key for pair in keys if pair for key in pair]
    made = {row.key: row for row in Rendition.objects.filter(key__in=wanted)} if wanted else {}
    return [(made.get(pair[0]), made.get(pair[1])) if pair else (None, None) for pair in keys]


@dataclass(frozen=True)
class Progress:
    """How far a format of an item has come. ``rendition`` is None until it is made."""

    kind: Kind
    rendition: Rendition | None
    usual_seconds: float | None  # the median of the latest of its kind; None before the first

    @property
    def is_ready(self) -> bool:
        """Whether the file is there."""
        return self.rendition is not None


def progress(
    *, item: Item, sender: Sender, recording: Recording | None = None, kinds: Iterable[str] = Kind.values
) -> list[Progress]:
    """Each of ``kinds``: made already or not yet, and how long it usually takes. Makes nothing; two questions to the database."""
    kinds = list(kinds)
    made = ready(item=item, sender=sender, recording=recording, kinds=kinds)
    usual = usual_seconds()
    return [Progress(Kind(kind), made.get(kind), usual.get(kind)) for kind in kinds]


def usual_seconds() -> dict[str, float]:
    """The seconds that each kind usually takes to make: the median of the latest."""
    taken: dict[str, list[float]] = defaultdict(list)
    for kind, seconds in Rendition.objects.order_by("-pk").values_list("kind", "seconds")[:LATEST]:
        taken[kind].append(seconds)
    return {kind: round(statistics.median(seconds), 2) for kind, seconds in taken.items()}
