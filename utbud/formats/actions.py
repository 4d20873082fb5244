"""Making formats from content, each once, and taking in what staff read themselves.

None of these should be called inside a transaction: sound takes seconds, and SQLite would wait.
"""

import datetime as dt
import hashlib
import io
import logging
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from utbud.base import dates
from utbud.base.orphans import delete_orphans
from utbud.formats import clip as clips
from utbud.formats import film, guide_cards, queries, sound, typeset
from utbud.formats.content import Item, Sender, reading
from utbud.formats.guide_cards import Folder
from utbud.formats.models import Kind, Recording, Rendition
from utbud.formats.speech import narrate

logger = logging.getLogger(__name__)

KEEP_UNUSED = dt.timedelta(days=60)
LARGEST = 100 * 1024 * 1024  # bytes
LONGEST, SHORTEST = 15 * 60, 0.5  # seconds
SILENT = -60.0  # dB, mean
ENDINGS = {
    Kind.PRINT: "pdf",
    Kind.PRINT_A4: "pdf",
    Kind.PRINT_A5: "pdf",
    Kind.PRINT_A5_LARGE: "pdf",
    Kind.FOLDER: "pdf",
    Kind.POSTER: "pdf",
    Kind.CARD: "png",
    Kind.SQUARE: "png",
    Kind.PORTRAIT: "png",
    Kind.STORY: "png",
    Kind.SQUARE_JPEG: "jpg",
    Kind.PORTRAIT_JPEG: "jpg",
    Kind.STORY_JPEG: "jpg",
    Kind.SPEECH: "mp3",
    Kind.SPEECH_SLOW: "mp3",
    Kind.CLIP: "mp4",
    Kind.CAPTIONS: "vtt",
}
SLOWER = 0.8  # the tempo at which a recording is read slowly

Made = tuple[bytes, dict[str, Any]]  # a file and what is to be remembered about it


class NotASound(Exception):
    """An upload that cannot be used as a reading. The message is Swedish, for the one who sent it."""


# --- the formats ------------------------------------------------------------------------------


def print_sheet(*, item: Item, sender: Sender) -> Rendition:
    """The item as large print (PDF/UA-1), a guide as cards, made if it does not exist. Raises OSError when storage fails."""
    if item.steps:
        return cards(item=item, sender=sender, kind=Kind.PRINT)
    return _typeset(Kind.PRINT, typeset.print_sheet, item, sender)


def cards(*, item: Item, sender: Sender, kind: Kind) -> Rendition:
    """A guide as cards (PDF/UA-1) in the size of ``kind`` (queries.CARDS), made if it does not exist. Raises as above."""
    size = queries.CARDS[kind]
    return _typeset(
        kind, lambda item, sender, files: guide_cards.cards(item, sender, files, size), item, sender
    )


def folder(*, content: Folder, sender: Sender, size: str) -> Rendition:
    """Several guides in one PDF (PDF/UA-1), made if it does not exist. Raises OSError when storage fails."""

    def made() -> Made:
        files, missing = _files(content.guides, sender)
        return guide_cards.folder(content, sender, files, size), {"missing": missing} if missing else {}

    return _get_or_make(Kind.FOLDER, queries.folder_key(folder=content, sender=sender, size=size), made)


def poster(*, item: Item, sender: Sender) -> Rendition:
    """The item as a poster of one A4 (PDF/UA-1), made if it does not exist. Raises OSError when storage fails."""
    return _typeset(Kind.POSTER, typeset.poster, item, sender)


def card(*, item: Item, sender: Sender, kind: Kind = Kind.CARD) -> Rendition:
    """The item as a picture to share, made if it does not exist. Raises OSError when storage fails.

    ``kind``: CARD for link previews (PNG, 1200 × 630), or SQUARE (1080 × 1080), PORTRAIT (1080 × 1350) or STORY
    (1080 × 1920) for social media, as PNG, or as JPEG with SQUARE_JPEG and so on. ``content.in_words`` is its alt text.
    """
    if kind == Kind.CARD:
        return _typeset(kind, typeset.card, item, sender)
    if kind in queries.JPEG_OF:
        key = queries.key_of(kind, item=item, sender=sender)
        return _get_or_make(
            kind, key, lambda: _as_jpeg(card(item=item, sender=sender, kind=queries.JPEG_OF[kind]))
        )
    shape = queries.SOCIAL[kind]
    return _typeset(
        kind, lambda item, sender, files: typeset.social(item, sender, files, shape), item, sender
    )


def speech(
    *, item: Item, slow: bool = False, recording: Recording | None = None, language: str = "sv"
) -> Rendition:
    """The item read aloud (MP3), by ``recording`` when there is one, made if it does not exist.

    ``meta`` is {"marks": [the second each sentence of ``content.reading`` begins], "seconds": the length}.
    Raises speech.NoVoice, sound.Failed (ffmpeg), OSError (storage).
    """
    kind = Kind.SPEECH_SLOW if slow else Kind.SPEECH
    key = queries.key_of(kind, item=item, recording=recording, language=language)
    return _get_or_make(kind, key, lambda: _sound_of(item, slow=slow, recording=recording, language=language))


def clip(*, item: Item, sender: Sender) -> Rendition:
    """The item as a film for phones (MP4, 1080 × 1920, 20 to 60 s), read by the voice, made if it does not exist.

    ``meta`` is {"cues": [[start, end, [lines]]], "seconds": the length}. A recording by staff is of the whole item and
    nobody knows where its sentences begin, so a clip is always read by the voice.
    Raises speech.NoVoice, sound.Failed (ffmpeg), OSError (storage).
    """
    key = queries.key_of(Kind.CLIP, item=item, sender=sender)
    return _get_or_make(Kind.CLIP, key, lambda: _film_of(item, sender))


def captions(*, item: Item, sender: Sender) -> Rendition:
    """The captions of the clip (WebVTT), made if they do not exist. Raises as ``clip``, which is made first."""
    key = queries.key_of(Kind.CAPTIONS, item=item, sender=sender)

    def made() -> Made:
        cues = clip(item=item, sender=sender).meta["cues"]
        return clips.vtt([clips.Cue(start, end, tuple(lines), "") for start, end, lines in cues]).encode(), {}

    return _get_or_make(Kind.CAPTIONS, key, made)


def make_all(*, item: Item, sender: Sender, recording: Recording | None = None) -> dict[str, Rendition]:
    """All formats of an item by kind, the clip last, since it takes the longest. What exists is not made again.

    One that fails does not stop the others; the first failure is raised when all have been tried.
    """
    makers: dict[str, Callable[[], Rendition]] = {
        Kind.PRINT.value: lambda: print_sheet(item=item, sender=sender),
        Kind.POSTER.value: lambda: poster(item=item, sender=sender),
        **{
            kind.value: partial(card, item=item, sender=sender, kind=kind)
            for kind in (Kind.CARD, *queries.SOCIAL)
        },
        Kind.SPEECH.value: lambda: speech(item=item, recording=recording),
        Kind.SPEECH_SLOW.value: lambda: speech(item=item, slow=True, recording=recording),
        Kind.CLIP.value: lambda: clip(item=item, sender=sender),
        Kind.CAPTIONS.value: lambda: captions(item=item, sender=sender),
    }
    made: dict[str, Rendition] = {}
    failures: list[Exception] = []
    for kind, make in makers.items():
        try:
            made[kind] = make()
        except Exception as error:  # noqa: BLE001, RUF100 - raised below
            failures.append(error)
    if failures:
        raise failures[0]
    return made


def preview_pages(*, item: Item, sender: Sender, poster: bool = False) -> list[bytes]:
    """The sheets of the print, or the poster, as PNG pictures for the staff side. Nothing is kept."""
    files, _missing = _files([item], sender)
    if item.steps and not poster:
        return guide_cards.pages(item, sender, files)
    return typeset.pages(item, sender, files, of_poster=poster)


def _typeset(
    kind: Kind, make: Callable[[Item, Sender, typeset.Files], bytes], item: Item, sender: Sender
) -> Rendition:
    def made() -> Made:
        files, missing = _files([item], sender)
        return make(item, sender, files), {"missing": missing} if missing else {}

    return _get_or_make(kind, queries.key_of(kind, item=item, sender=sender), made)


def pictures_of(item: Item, sender: Sender) -> dict[str, bytes]:
    """The pictures that an item shows, by name in storage; those that are there."""
    return _files([item], sender)[0]


def _files(items: Iterable[Item], sender: Sender) -> tuple[dict[str, bytes], list[str]]:
    """The pictures that the sheets show, by name in storage, and the names of those that are not there."""
    names = list(dict.fromkeys(name for name in _pictures(items, sender) if name))
    files: dict[str, bytes] = {}
    for name in names:
        try:
            with default_storage.open(name) as file:
                files[name] = file.read()
        except (FileNotFoundError, SuspiciousFileOperation):
            logger.warning("The picture %s is not in storage; it is left out of print.", name)
    return files, [name for name in names if name not in files]


def _pictures(items: Iterable[Item], sender: Sender) -> Iterator[str]:
    for item in items:
        shown = [item.picture, *(step.picture for step in item.steps)]
        yield from (picture.name for picture in shown if picture)
        yield from (partner.logo_name for partner in item.partners)
    yield sender.logo_name
    yield sender.partner.logo_name if sender.partner else ""


def _as_jpeg(png: Rendition) -> Made:
    with png.file.open("rb") as file, Image.open(file) as picture:
        made = io.BytesIO()
        picture.convert("RGB").save(made, "JPEG", quality=92, subsampling=0, optimize=True)
    return made.getvalue(), png.meta


def _film_of(item: Item, sender: Sender) -> Made:
    files, missing = _files([item], sender)
    lines: Sequence[clips.Line] | None = clips.script(item, sender)
    while lines:
        said, narration = lines, narrate(clips.sentences(lines), queries.voice())
        # A slower voice than was thought: what came last is left out, whole.
        lines = clips.shorter(lines) if clips.length(narration) > clips.LONGEST else None
    cues, seconds = clips.cues(said, narration), clips.length(narration)
    told = [cue for cue in cues if cue.part == clips.TELLING]
    closing = next((cue.start for cue in cues if cue.part == clips.CLOSING), seconds - clips.HOLD)
    opening, *middle, last = typeset.slides(item, sender, files, [cue.lines for cue in told])
    stills = [film.Still(opening, 0.0)]
    stills += [
        film.Still(slide, cue.start, scene=at == 0)
        for at, (slide, cue) in enumerate(zip(middle, told, strict=True))
    ]
    stills.append(film.Still(last, closing, scene=True))
    tags = {"title": item.title, "artist": sender.name}
    with tempfile.TemporaryDirectory(prefix="utbud-clip-") as folder:
        wav, aac, mp4 = Path(folder, "said.wav"), Path(folder, "said.aac"), Path(folder, "made.mp4")
        silence = bytes(2 * max(0, round((seconds - narration.seconds) * narration.rate)))
        sound.write_wav(narration.samples + silence, narration.rate, wav)
        sound.even_out(wav, aac, sound.IN_FILM, tags={})
        film.write(stills, aac, mp4, seconds=seconds, tags=tags)
        meta = {"cues": [[cue.start, cue.end, list(cue.lines)] for cue in cues], "seconds": round(seconds, 3)}
        return mp4.read_bytes(), meta | ({"missing": missing} if missing else {})


def _sound_of(item: Item, *, slow: bool, recording: Recording | None, language: str) -> Made:
    narration = narrate(
        reading(item), queries.voice(language), slow=slow and recording is None, language=language
    )
    tags = {"title": item.title, "artist": item.kind}
    with tempfile.TemporaryDirectory(prefix="utbud-sound-") as folder:
        source, mp3 = Path(folder, "source"), Path(folder, "made.mp3")
        if recording is None:
            sound.write_wav(narration.samples, narration.rate, source)
            sound.even_out(source, mp3, sound.SPOKEN, tags=tags)
            marks, seconds = list(narration.marks), narration.seconds
        else:
            with recording.file.open("rb") as kept:
                source.write_bytes(kept.read())
            seconds = recording.seconds / SLOWER if slow else recording.seconds
            # Nobody has told when each sentence of a recording begins: the voice reads the same text, and its
            # marks are stretched to the length of the recording. Near enough to follow, not exact.
            marks = [round(mark * seconds / narration.seconds, 3) for mark in narration.marks]
            if slow:
                sound.even_out(source, mp3, sound.RECORDED, filters=f"atempo={SLOWER}", tags=tags)
            else:
                sound.retag(source, mp3, tags)
        return mp3.read_bytes(), {"marks": marks, "seconds": round(seconds, 3)}


# --- kept once --------------------------------------------------------------------------------


def _get_or_make(kind: Kind, key: str, make: Callable[[], Made]) -> Rendition:
    if found := _usable(kind, key):
        return found
    started = time.monotonic()
    content, meta = make()
    seconds = time.monotonic() - started
    name = default_storage.save(f"renditions/{kind}/{key[:2]}/{key}.{ENDINGS[kind]}", ContentFile(content))
    try:
        with transaction.atomic():
            return Rendition.objects.create(
                kind=kind, key=key, file=name, bytes=len(content), seconds=round(seconds, 3), meta=meta
            )
    except IntegrityError:
        # Another process made the same at the same time. Its file stays; ours goes, unless storage
        # keeps one file for one name (S3) and they are the same.
        kept = Rendition.objects.get(kind=kind, key=key)
        if kept.file.name != name:
            default_storage.delete(name)
        return kept


def _usable(kind: Kind, key: str) -> Rendition | None:
    """The rendition, if its file is there and holds all it should; otherwise None, and its row is gone."""
    found = Rendition.objects.filter(kind=kind, key=key).first()
    if found is None:
        return None
    come_back = any(default_storage.exists(name) for name in found.meta.get("missing", ()))
    if come_back or not default_storage.exists(str(found.file)):
        Rendition.objects.filter(pk=found.pk).delete()
        if come_back:
            default_storage.delete(str(found.file))
        return None
    today = timezone.localdate()
    if found.used_at < today:
        Rendition.objects.filter(pk=found.pk).update(used_at=today)
        found.used_at = today
    return found


def prune(now: dt.datetime) -> int:
    """Delete renditions that nobody has asked for in 60 days, and files that no row names. Returns how many.

    A rendition that is asked for afterwards is made again. A file without a row is what a killed process
    left, or belonged to a recording that was deleted.
    """
    pruned = 0
    before = dates.local(now).date() - KEEP_UNUSED
    for unused in Rendition.objects.filter(used_at__lt=before).iterator():
        # Asked again here, since somebody may have used it in the meantime.
        deleted, _rows = Rendition.objects.filter(pk=unused.pk, used_at__lt=before).delete()
        if deleted:
            default_storage.delete(str(unused.file))
            pruned += 1
    pruned += delete_orphans(
        "renditions", is_named=lambda name: Rendition.objects.filter(file=name).exists(), now=now
    )
    return pruned + delete_orphans(
        "recordings", is_named=lambda name: Recording.objects.filter(file=name).exists(), now=now
    )


# --- staff's own readings ---------------------------------------------------------------------


def add_recording(*, upload: UploadedFile, title: str, by: Any, now: dt.datetime) -> Recording:
    """Take in a reading: any sound that ffmpeg reads, kept as MP3 mono 44.1 kHz 96 kbit/s at −16 LUFS ±1.

    ``by`` is the member of staff. Raises NotASound, with nothing left behind, for what cannot be used:
    empty, not sound, cut off, silent, shorter than half a second, longer than 15 minutes, over 100 MB.
    """
    if not upload.size:
        raise NotASound(_("Filen är tom. Spela in igen, eller välj en annan fil."))
    if upload.size > LARGEST:
        raise NotASound(_("Filen är större än 100 MB. Spara den som MP3 och försök igen."))
    with tempfile.TemporaryDirectory(prefix="utbud-recording-") as folder:
        source, wav, mp3 = Path(folder, "source"), Path(folder, "read.wav"), Path(folder, "made.mp3")
        with source.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        try:
            heard = sound.read(source, wav, longest=LONGEST)
            _check(heard)
            sound.even_out(wav, mp3, sound.RECORDED, people=True, tags={"title": title})
        except sound.NoSound as error:
            raise NotASound(
                _("Det finns inget ljud i filen. Välj en ljudfil, till exempel MP3, M4A eller WAV.")
            ) from error
        except sound.CutOff as error:
            raise NotASound(
                _("Filen är avbruten: slutet saknas. Spela in igen, eller hämta filen på nytt.")
            ) from error
        except sound.Failed as error:
            logger.exception("A recording could not be worked on")
            raise NotASound(_("Ljudet gick inte att bearbeta. Försök igen om en stund.")) from error
        content = mp3.read_bytes()
        name = default_storage.save(
            f"recordings/{dates.local(now):%Y}/{uuid.uuid4().hex}.mp3", ContentFile(content)
        )
    try:
        with transaction.atomic():
            return Recording.objects.create(
                title=title.strip()[:150]
                or _("Inläsning %(date)s") % {"date": dates.date_words(dates.local(now).date())},
                file=name,
                original_name=Path(upload.name or "").name[:200],
                digest=hashlib.sha256(content).hexdigest(),
                seconds=round(heard.seconds, 3),
                created_by=by,
                created_at=now,
            )
    except Exception:
        default_storage.delete(name)
        raise


def _check(heard: sound.Heard) -> None:
    if heard.seconds > LONGEST:
        raise NotASound(_("Inläsningen är längre än 15 minuter. Korta den och försök igen."))
    if heard.seconds < SHORTEST:
        raise NotASound(_("Inläsningen är kortare än en halv sekund. Spela in igen."))
    if heard.mean < SILENT:
        raise NotASound(_("Inläsningen är tyst. Se efter att mikrofonen är på och spela in igen."))
