"""The sound that podcast apps fetch, with its tags in it, and the covers. Made once for what it is made from, never changed."""

import contextlib
import datetime as dt
import hashlib
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from mutagen.id3 import APIC, CHAP, CTOC, ID3, TALB, TCON, TDRC, TIT2, TLAN, TPE1, TPOS, TRCK, CTOCFlags
from mutagen.mp3 import MP3

from utbud.base import dates
from utbud.base.hashing import content_hash
from utbud.base.orphans import delete_orphans
from utbud.formats import covers, sound
from utbud.media.models import PRIVATE, SOUND, Version
from utbud.podcast.models import Enclosure, EpisodePage, ShowPage
from utbud.publishing.files import sender

FORM = 1  # of the sound files: changed when the same content is to become other bytes
SOUNDS = f"{PRIVATE}podcast"  # drafts and what was withdrawn are not to be had by their name in storage
COVERS = "podcast/covers"
COVER_IN_FILE, COVER_IN_FILE_BYTES = 1400, 500_000  # pixels and bytes of the cover that lies in a sound
SMALL = 600  # pixels of the one on our own pages
MP3_TYPE = "audio/mpeg"
OTHERWISE = sound.Target(kbit=128, rate=44_100, peak=-1.0)  # a sound that is not MP3 already
NOT_USED_AFTER = dt.timedelta(days=30)  # a draft's sound that never came out
NO_OFFSET = 0xFFFFFFFF  # of a chapter: it is told by time alone (ID3v2 Chapter Frame Addendum, 3.1)


# --- covers -------------------------------------------------------------------------------------


def cover_key(show: ShowPage, episode: EpisodePage | None = None) -> str:
    """Twelve letters for what the cover is made from; "" for an episode without one of its own."""
    lib = sender()
    if episode is not None:
        if episode.drawing is None:
            return ""
        drawn = episode.drawing.get_file_hash()
        return content_hash([covers.look(), episode.title, show.title, lib.name, lib.accent, drawn])[:12]
    if show.cover is not None:
        return content_hash([FORM, show.cover.get_file_hash(), show.title, lib.name])[:12]
    return content_hash([covers.look(), show.title, lib.name, lib.accent])[:12]


def cover_url(show: ShowPage, episode: EpisodePage | None = None, *, small: bool = False) -> str:
    """The absolute address of the cover, with what it holds in it; the show's for an episode without one of its own.

    A ``small`` one (600 pixels) is for our own pages.
    """
    ending = "-liten.jpg" if small else ".jpg"
    if episode is not None and (key := cover_key(show, episode)):
        return f"{settings.BASE_URL}{episode.public_path}omslag-{key}{ending}"
    return f"{settings.BASE_URL}{show.public_path}omslag-{cover_key(show)}{ending}"


def cover(show: ShowPage, episode: EpisodePage | None = None, *, small: bool = False) -> str:
    """The name in storage of the cover, made if it is not there: JPEG, square, 1400 to 3000 pixels (``small``: 600)."""
    key = cover_key(show, episode)
    if not key:
        return cover(show, small=small)
    name = kept_cover(key, small=small)
    if not default_storage.exists(name):
        if small:
            with default_storage.open(cover(show, episode)) as whole:
                content = covers.smaller(whole.read(), SMALL, COVER_IN_FILE_BYTES)
        else:
            content = _cover(show, episode)
        name = default_storage.save(name, ContentFile(content))
    return name


def kept_cover(key: str, *, small: bool = False) -> str:
    """The name that a cover has in storage once it is made."""
    return f"{COVERS}/{key}{'-liten' if small else ''}.jpg"


def _cover(show: ShowPage, episode: EpisodePage | None) -> bytes:
    lib = sender()
    if episode is not None:
        drawing = _read(str(episode.drawing.file.name)) if episode.drawing else None
        return covers.made(
            title=episode.title, kicker=show.title, picture=drawing, sender=lib.name, accent=lib.accent
        )
    if show.cover is not None and (content := _read(str(show.cover.file.name))):
        with contextlib.suppress(covers.NoPicture):  # a drawing, or broken: ours is better than none
            return covers.given(content)
    return covers.made(title=show.title, sender=lib.name, accent=lib.accent)


def _read(name: str) -> bytes | None:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


# --- the sound ----------------------------------------------------------------------------------


def tags_of(episode: EpisodePage) -> dict[str, Any]:
    """What is written in the sound file, JSON-able; ``cover`` and ``sound`` by what they hold."""
    show, version = episode.show, _version(episode)
    # The day that the sound was recorded: it does not change when the episode comes out.
    came = episode.first_out or (episode.asset.created_at if episode.asset else timezone.now())
    return {
        "title": sound.one_line(episode.title),
        "show": sound.one_line(show.title),
        "author": sound.one_line(show.author or sender().name),
        "date": dates.local(came).date().isoformat(),
        "track": episode.number,
        "season": episode.season,
        "chapters": [[round(one.start * 1000), sound.one_line(one.title)] for one in episode.chapter_list],
        "cover": cover_key(show, episode) or cover_key(show),
        "sound": version.digest if version else "",
    }


def sound_key(episode: EpisodePage) -> str:
    """A hash of all that the sound file is made from, "" while there is no sound."""
    if _version(episode) is None:
        return ""
    return content_hash([FORM, tags_of(episode)])


def make_sound(episode: EpisodePage) -> Enclosure | None:
    """The sound file for what ``episode`` holds, made if it is not there; None while there is no sound. Raises sound.Failed.

    Doing it twice, or twice at once, makes one: the same content gives the same bytes.
    """
    version, key = _version(episode), sound_key(episode)
    if version is None or not key:
        return None
    found = Enclosure.objects.filter(episode_id=episode.pk, key=key).first()
    if found is not None and default_storage.exists(str(found.file)):
        return found
    with tempfile.TemporaryDirectory(prefix="utbud-podcast-") as folder:
        source, mp3 = Path(folder, "source"), Path(folder, "made.mp3")
        with default_storage.open(str(version.file)) as kept, source.open("wb") as copy:
            shutil.copyfileobj(kept, copy)
        if version.content_type != MP3_TYPE:
            sound.even_out(source, Path(folder, "other.mp3"), OTHERWISE, people=True, tags={})
            source = Path(folder, "other.mp3")
        header = header_of(tags_of(episode), _seconds(episode), _cover_in_file(episode))
        write(source, mp3, header)
        digest, size = _digest(mp3)
        name = f"{SOUNDS}/{digest[:2]}/{digest}.mp3"
        if not default_storage.exists(name):
            with mp3.open("rb") as made:
                name = default_storage.save(name, File(made))
        if found is not None:  # its file was lost, and is back
            Enclosure.objects.filter(pk=found.pk).update(file=name)
            found.file.name = name
            return found
        level = sound.measure(mp3)
        seconds = round(float(MP3(mp3).info.length), 3)  # type: ignore[attr-defined]
    row = {
        "digest": digest,
        "file": name,
        "bytes": size,
        "seconds": seconds,
        "header_bytes": len(header),
        "lufs": level.lufs,
        "peak": level.peak,
    }
    try:
        with transaction.atomic():
            return Enclosure.objects.create(episode_id=episode.pk, key=key, **row)
    except IntegrityError:  # another process made the same at the same time
        return Enclosure.objects.get(episode_id=episode.pk, key=key)


def _version(episode: EpisodePage) -> Version | None:
    asset = episode.asset
    return asset.version(SOUND) if asset is not None and asset.is_ready else None


def _seconds(episode: EpisodePage) -> float:
    return float(episode.seconds or 0)


def _cover_in_file(episode: EpisodePage) -> bytes:
    with default_storage.open(cover(episode.show, episode)) as file:
        return covers.smaller(file.read(), COVER_IN_FILE, COVER_IN_FILE_BYTES)


def header_of(tags: dict[str, Any], seconds: float, picture: bytes) -> bytes:
    """The tags as they stand before the sound: ID3v2.3, which also old players read. ``seconds`` ends the last chapter."""
    id3 = ID3()
    text = {"encoding": 1}  # UTF-16: version 2.3 has no UTF-8
    id3.add(TIT2(text=tags["title"], **text))
    id3.add(TPE1(text=tags["author"], **text))
    id3.add(TALB(text=tags["show"], **text))
    id3.add(TDRC(text=tags["date"], encoding=0))
    id3.add(TCON(text="Podcast", encoding=0))
    id3.add(TLAN(text="swe", encoding=0))
    if tags["track"] is not None:
        id3.add(TRCK(text=str(tags["track"]), encoding=0))
    if tags["season"] is not None:
        id3.add(TPOS(text=str(tags["season"]), encoding=0))
    id3.add(APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=picture))
    starts = [start for start, _title in tags["chapters"]]
    ends = [*starts[1:], max(round(seconds * 1000), *starts)] if starts else []
    names = [f"kapitel{number}" for number in range(1, len(starts) + 1)]
    for name, (start, title), end in zip(names, tags["chapters"], ends, strict=True):
        said = [TIT2(text=title, **text)]
        id3.add(
            CHAP(
                element_id=name,
                start_time=start,
                end_time=end,
                start_offset=NO_OFFSET,
                end_offset=NO_OFFSET,
                sub_frames=said,
            )
        )
    if names:
        flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
        id3.add(CTOC(element_id="innehall", flags=flags, child_element_ids=names, sub_frames=[]))
    made = io.BytesIO()
    id3.update_to_v23()
    id3.save(made, v1=0, v2_version=3, padding=lambda _info: 0)
    return made.getvalue()


def write(source: Path, made: Path, header: bytes) -> None:
    """The sound of the MP3 ``source``, frame for frame, after ``header`` and nothing else."""
    with source.open("rb") as file, made.open("wb") as out:
        start, end = _frames(file)
        out.write(header)
        file.seek(start)
        left = end - start
        while left > 0 and (part := file.read(min(left, 1 << 20))):
            out.write(part)
            left -= len(part)


def _frames(file: BinaryIO) -> tuple[int, int]:
    """Where the sound begins and ends in an MP3: after its ID3v2 tags, before ID3v1 and APE (if any)."""
    start, end = 0, file.seek(0, io.SEEK_END)
    while True:
        file.seek(start)
        head = file.read(10)
        if len(head) < 10 or head[:3] != b"ID3":
            break
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        start += 10 + size + (10 if head[5] & 0x10 else 0)
    file.seek(max(start, end - 128))
    if end - start >= 128 and file.read(3) == b"TAG":
        end -= 128
    file.seek(max(start, end - 32))
    foot = file.read(32)
    if foot[:8] == b"APETAGEX":
        end -= int.from_bytes(foot[12:16], "little") + (32 if foot[23] & 0x80 else 0)
    return start, max(start, end)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


# --- tidying ------------------------------------------------------------------------------------


def prune(now: dt.datetime) -> int:
    """Delete sounds of drafts that never came out, and files that no row names. What was out once stays, for ever."""
    done = 0
    for unused in Enclosure.objects.filter(out_at=None, made_at__lt=now - NOT_USED_AFTER).iterator():
        deleted, _rows = Enclosure.objects.filter(pk=unused.pk, out_at=None).delete()
        done += bool(deleted)
    return done + delete_orphans(
        SOUNDS, is_named=lambda name: Enclosure.objects.filter(file=name).exists(), now=now
    )
