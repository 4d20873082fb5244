"""Films and sounds with ffmpeg: look into what people send, refuse what cannot be used, make what readers get.

Pure: paths in, files and figures out. Nothing here knows of rows or storage. ffmpeg is run so that it shows how far
it has come and can be stopped at any moment (``Worker``).
"""

import ctypes
import errno
import math
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageStat, UnidentifiedImageError

from utbud.base import dates
from utbud.formats import sound

# Containers of film that may be opened. Playlists, which name other files and addresses, may not.
CONTAINERS = "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,avi,mpeg,mpegts"
LONGEST = {"film": 60 * 60, "sound": 3 * 60 * 60}  # seconds
SHORTEST = 0.5  # seconds
NEAR = 0.25  # seconds: the last frame lasts longer than its beginning, which is what is read
SILENT = -60.0  # dB, mean
QUIET = -36.0  # LUFS
LONG_PART = 90  # seconds: what a part of a film should be at most (rules.md 8)
LONG_BLACK, LONG_SILENCE = 5.0, 10.0  # seconds
SIZES = {"1080p": 1080, "720p": 720, "480p": 480}  # by the shorter side
# What a second may cost at most, in kbit, and how carefully it is coded (lower is better).
CODED = {"1080p": (4000, 22), "720p": (2200, 22), "480p": (1100, 23)}
KEY_EVERY = 2  # seconds between two frames that one can seek to
POSTERS = 5
POSTER_SIZE = 1280  # the longer side
DARK = 24  # mean of 0–255: such a frame says nothing
SPARE = 200 * 1024 * 1024  # bytes that must be left on the disk

# The coder's other way of working lets single peaks rise by 4 dB at these rates, whatever comes in, and is slower.
MP4_SOUND = ("-aac_coder", "fast", "-movflags", "+faststart", "-f", "mp4")
FILM_SOUND = sound.Target(kbit=128, rate=48_000, peak=-1.0, coder="aac", channels=2, box=MP4_SOUND)
LISTEN_SOUND = sound.Target(kbit=80, rate=48_000, peak=-1.0, coder="aac", channels=1, box=MP4_SOUND)
# Without tags: the podcast writes its own, and the same sound must be the same bytes.
MP3 = sound.Target(kbit=112, rate=44_100, peak=-1.3, box=("-id3v2_version", "0", "-f", "mp3"))


class Refused(Exception):
    """What came cannot be used. The message is Swedish, and says what to do."""


class Stopped(Exception):
    """The worker is told to stop, or nobody wants the work any more."""


class DiskFull(Exception):
    """There is no room for what is to be made."""


# --- running ffmpeg ---------------------------------------------------------------------------

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Have the kernel end this ffmpeg when the worker that started it is killed: it would go on for an hour."""
    if LIBC:
        LIBC.prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG, prctl(2)


@dataclass
class Worker:
    """Runs ffmpeg in ``folder``. ``tell`` is called some times a second with how far it has come (0–1); it may raise."""

    folder: Path
    tell: Callable[[float], None]
    span: tuple[float, float] = (0.0, 1.0)  # of all the work, what this part is
    seconds: float = 0.0  # how much there is to do; 0: not known
    took: dict[str, float] = field(default_factory=dict)
    far: float = 0.0  # how far has been told: it never goes back

    @contextmanager
    def part(self, name: str, start: float, end: float, seconds: float = 0.0) -> Iterator[None]:
        """What is done within is from ``start`` to ``end`` of all the work, and of ``seconds`` of film or sound."""
        began, self.span, self.seconds = time.monotonic(), (start, end), seconds
        self._tell(start)
        with sound.run_by(self.run):
            yield
        self.took[name] = round(self.took.get(name, 0.0) + time.monotonic() - began, 2)
        self._tell(end)

    def run(self, *arguments: str) -> str:
        """Run ffmpeg and return what it wrote. Raises sound.Failed with the last of that, DiskFull, and what ``tell`` raises."""
        command = [sound.ffmpeg(), "-hide_banner", "-nostdin", "-y", "-nostats", "-progress", "pipe:1"]
        said = self.folder / "said"
        with said.open("wb") as errors:
            try:
                process = subprocess.Popen(  # noqa: S603 - no shell
                    [*command, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    process_group=0,  # a terminal's Ctrl-C is for us; we stop it
                    preexec_fn=_end_with_parent if LIBC else None,
                )
                assert process.stdout is not None  # noqa: S101 - for the type
            except OSError as error:
                raise sound.Failed(str(error)) from error
            try:
                with process.stdout as progress:
                    self._follow(progress)
                code = process.wait()
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        told = _ends(said)
        if "No space left on device" in told:
            raise DiskFull
        if code != 0:
            raise sound.Failed(told)
        return told

    def _follow(self, progress: IO[bytes]) -> None:
        start, end = self.span
        reached = 0.0
        while True:
            # Now and then without news as well: whoever asks for a stop need not wait for it.
            if select.select([progress], [], [], 0.3)[0]:
                if not (chunk := os.read(progress.fileno(), 65536)):
                    return
                for found in re.finditer(rb"out_time_us=(\d+)", chunk):
                    reached = int(found[1]) / 1_000_000
            done = min(1.0, reached / self.seconds) if self.seconds else 0.0
            self._tell(start + (end - start) * done)

    def _tell(self, done: float) -> None:
        self.far = max(self.far, done)
        self.tell(self.far)

    def room(self, needed: int) -> None:
        """Raises DiskFull if the folder's disk has no room for ``needed`` bytes."""
        if shutil.disk_usage(self.folder).free < needed + SPARE:
            raise DiskFull


def _ends(path: Path, most: int = 200_000) -> str:
    """What stands first and last in a file of any size."""
    with path.open("rb") as file:
        first = file.read(most)
        size = file.seek(0, os.SEEK_END)
        if size > most:
            file.seek(max(most, size - most))
            first += file.read()
    return first.decode(errors="replace")


def is_full(error: OSError) -> bool:
    """Whether the disk (or what one may use of it) is what was lacking."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


# --- looking into a file ----------------------------------------------------------------------

STREAM = re.compile(r"^\s*Stream #0:(\d+)\S*: (Video|Audio): (.*)$", re.MULTILINE)
UNREADABLE = re.compile(r"Decoder \(codec (\S+)\) not found|Decoding requested, but no decoder found")
DAMAGED = re.compile(
    r"corrupt|[Ee]rror while decoding|Error submitting packet|concealing|Invalid data found when processing"
)


@dataclass(frozen=True)
class Sight:
    """The moving picture of a file: as it is to be seen (turned, with square pixels)."""

    index: int
    codec: str
    width: int
    height: int
    rate: Fraction  # that the film will have
    pixels: str  # as ffmpeg tells it: «yuv420p10le(tv, bt2020nc/bt2020/arib-std-b67)»
    turned: int = 0  # degrees, by the file's own word

    @property
    def short(self) -> int:
        return min(self.width, self.height)


@dataclass(frozen=True)
class Track:
    """A sound track."""

    index: int
    codec: str
    channels: int


@dataclass(frozen=True)
class Contents:
    """What a file holds. ``seconds`` is what it promises of picture and sound, None if it promises nothing of them."""

    seconds: float | None
    sight: Sight | None
    tracks: tuple[Track, ...]


def look(source: Path, containers: str = CONTAINERS) -> Contents:
    """What is in a file, by what it says itself. Raises Refused, or sound.Failed when ffmpeg cannot be run."""
    if source.stat().st_size == 0:
        raise Refused(_("Filen är tom (0 byte). Spela in igen, eller välj en annan fil."))
    told = _told(source, containers)
    if "Input #0" not in told:
        if sound.CUT.search(told) and _is_mp4(source):
            raise Refused(cut_off())
        raise Refused(_("Det här är ingen film. Välj en film, till exempel MP4, MOV, WebM eller MKV."))
    head = told[told.index("Input #0") :]
    streams = [(int(at), kind, rest, head[found:]) for at, kind, rest, found in _streams(head)]
    pictures = [one for one in streams if one[1] == "Video" and "attached pic" not in one[2]]
    sight = next((found for one in pictures if (found := _sight(one[0], one[2], one[3]))), None)
    if pictures and sight is None:
        raise Refused(unreadable(pictures[0][2].split()[0].strip(",")))
    tracks = tuple(
        Track(at, rest.split()[0].strip(","), _channels(rest))
        for at, kind, rest, _after in streams
        if kind == "Audio"
    )
    return Contents(_promised(head), sight, tracks)


def promise(source: Path, containers: str) -> float | None:
    """How many seconds a file says that it is, None if it does not say, or if it is something else."""
    return _promised(_told(source, containers))


def _promised(told: str) -> float | None:
    """Subtitles and chapters may reach past the end; where there are such, the file's length says nothing of the rest."""
    promised = sound.DURATION.search(told)
    return sound.clock(promised) if promised and not sound.BESIDE.search(told) else None


def _told(source: Path, containers: str) -> str:
    command = [sound.ffmpeg(), "-hide_banner", "-nostdin", *opening(source, containers)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise sound.Failed(str(error)) from error
    return done.stderr.decode(errors="replace")


def _is_mp4(source: Path) -> bool:
    """Whether a file begins as MP4 and MOV do; ffmpeg believes any file of that name to be one (ISO 14496-12)."""
    with source.open("rb") as file:
        return file.read(8)[4:] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def opening(source: Path, containers: str = CONTAINERS) -> tuple[str, ...]:
    """How a file from outside is opened: nothing but itself, and only as film or sound."""
    return ("-protocol_whitelist", "file", "-format_whitelist", containers, "-i", f"file:{source}")


def cut_off() -> str:
    """The file ends before it should."""
    return _("Filen är avbruten: slutet saknas. Spela in igen, eller hämta filen på nytt.")


def unreadable(codec: str) -> str:
    """A picture or a sound that this ffmpeg does not know."""
    return _("Filmen är sparad på ett sätt som inte går att läsa här (%(codec)s). Spara den som MP4.") % {
        "codec": codec
    }


def _streams(head: str) -> Iterator[tuple[str, str, str, int]]:
    for found in STREAM.finditer(head):
        yield found[1], found[2], found[3], found.end()


def _channels(told: str) -> int:
    if re.search(r"\bmono\b|\b1 channels", told):
        return 1
    return 2  # or more; they are mixed to two


def _sight(index: int, told: str, after: str) -> Sight | None:
    size = re.search(r", (\d{1,5})x(\d{1,5})\b", told)
    if not size or told.startswith("none"):
        return None
    width, height = int(size[1]), int(size[2])
    if not width or not height:
        return None
    if (shape := re.search(r"SAR (\d+):(\d+)", told)) and int(shape[1]) and int(shape[2]):
        width = max(1, round(width * int(shape[1]) / int(shape[2])))
    # The lines that follow, to the next stream.
    own = re.split(r"^\s*Stream #", after, maxsplit=1, flags=re.MULTILINE)[0]
    turn = re.search(r"rotation of (-?[\d.]+) degrees", own)
    turned = round(float(turn[1])) if turn else 0
    if turned % 180 == 90:
        width, height = height, width
    pixels = re.search(r", ((?:yuv|nv|p0|gbr|rgb|bgr|argb|abgr|gray|pal)\w*(?:\([^)]*\))?)", told)
    return Sight(
        index, told.split()[0].strip(","), width, height, _rate(told), pixels[1] if pixels else "", turned
    )


def _rate(told: str) -> Fraction:
    """Frames a second that the film gets: its own where it is even and at most 30, half of 50, else 30."""
    mean, base = (_number(re.search(rf"([\d.]+k?) {word}", told)) for word in ("fps", "tbr"))
    if not mean or not base or abs(mean - base) > 0.01 * base:
        return Fraction(25) if base in (25, 50) else Fraction(30)
    if abs(base - 50) < 0.1:
        return Fraction(25)
    if not 1 <= base <= 30.1:
        return Fraction(30)
    if abs(base - round(base)) < 0.005:
        return Fraction(round(base))
    return Fraction(round(base) * 1000, 1001) if abs(base - round(base) / 1.001) < 0.01 else Fraction(30)


def _number(found: "re.Match[str] | None") -> float:
    if not found:
        return 0.0
    return float(found[1][:-1]) * 1000 if found[1].endswith("k") else float(found[1])


def reaches(worker: Worker, source: Path, index: int, containers: str = CONTAINERS) -> float:
    """The second where a stream really ends: the file is read through, nothing is decoded. Raises sound.Failed, Refused."""
    last = 0.0

    def note(reached: float) -> None:
        nonlocal last
        last = reached
        worker.tell(worker.far)

    reader = Worker(worker.folder, note, span=(0.0, 1e6), seconds=1e6)  # so that it tells seconds
    told = reader.run(*opening(source, containers), "-map", f"0:{index}", "-c", "copy", "-f", "null", "-")
    if sound.BESIDE.search(told) and sound.CUT.search(told):
        raise Refused(cut_off())
    return last


# --- what is made -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Size:
    """A version of a film: its name and its even measures."""

    name: str
    width: int
    height: int


def sizes(width: int, height: int) -> tuple[Size, ...]:
    """The versions that a film of these measures has pixels for, largest first; at least one.

    The largest keeps the film's own size where it is near the name's: text in a recorded screen is blurred by scaling.
    """
    short = min(width, height)
    names = [name for name, side in SIZES.items() if short >= 0.95 * side] or ["480p"]
    found: list[Size] = []
    for name in names:
        side = SIZES[name]
        own = short < side or (not found and side < 1080 and short <= 1.15 * side)
        scale = 1.0 if own else side / short
        found.append(Size(name, _even(width * scale), _even(height * scale)))
    return tuple(found)


def _even(length: float) -> int:
    return max(16, 2 * round(length / 2))


@dataclass(frozen=True)
class Made:
    """A file that was made: its name as a version, where it is, and what it is."""

    name: str
    path: Path
    content_type: str
    width: int | None = None
    height: int | None = None
    seconds: float = 0.0  # it took to make


@dataclass(frozen=True)
class Result:
    """All that came of a file."""

    made: tuple[Made, ...]
    seconds: float
    about: dict[str, Any]
    remarks: tuple[str, ...]


def film(worker: Worker, source: Path, *, start: float | None, end: float | None) -> Result:
    """All versions of a film, in the worker's folder, from second ``start`` to ``end`` of it (None: its own).

    Raises Refused, DiskFull, sound.Failed, and what ``worker.tell`` raises.
    """
    contents = look(source)
    sight = contents.sight
    if sight is None:
        raise Refused(_("Det här är ett ljud, ingen film. Välj en film, eller lägg upp det i podden."))
    if not contents.tracks:
        raise Refused(no_sound())
    if contents.seconds and start is None and end is None:
        _length_is_right(contents.seconds, "film")  # before much is done
    with worker.part("read", 0.0, 0.02, contents.seconds or 0.0):
        whole = _length(worker, source, contents)
    start, end = max(0.0, start or 0.0), min(whole, end or whole)
    seconds = end - start
    _length_is_right(seconds, "film")
    made_sizes = sizes(sight.width, sight.height)
    kbit = sum(CODED[size.name][0] for size in made_sizes) + 300
    # The films, written twice for a moment when the index is moved first, and the sound as it is worked on.
    worker.room(round(seconds * (kbit * 125 + 4 * 48_000 * 2)))

    with worker.part("listen", 0.02, 0.06, seconds):
        wav, track, remarks = _listen(worker, source, contents.tracks, start, seconds)
    folder = worker.folder
    with worker.part("loudness", 0.06, 0.18, seconds):
        before = sound.measure(wav)
        channels = min(2, track.channels)
        pad = f"apad=whole_dur={seconds:.3f}"
        aac, m4a = folder / "film.m4a", folder / "sound.m4a"
        level = sound.even_out(wav, aac, _as(FILM_SOUND, channels), people=True, filters=pad, tags={})
        if channels == 1:
            m4a = aac
        else:
            sound.even_out(wav, m4a, LISTEN_SOUND, people=True, filters=pad, tags={})
        remarks += _silences(worker, m4a, seconds)
    wav.unlink()
    remarks += _about_the_sound(before, level)

    with worker.part("picture", 0.18, 0.97, seconds):
        told_by = _encode(worker, source, sight, made_sizes, aac, start, seconds)
    remarks += _blacks(told_by, seconds)
    if len(DAMAGED.findall(told_by)) > 2:
        remarks.append(_("Filen har skador. Se igenom hela filmen innan du går vidare."))
    files = [
        Made(
            size.name,
            folder / f"{size.name}.mp4",
            "video/mp4",
            size.width,
            size.height,
            worker.took["picture"],
        )
        for size in made_sizes
    ]
    files.append(Made("sound", m4a, "audio/mp4", seconds=worker.took["loudness"]))
    with worker.part("posters", 0.97, 0.99):
        files += posters(worker, files[0].path, seconds, sight.rate)
    about = {
        "width": sight.width,
        "height": sight.height,
        "rate": round(float(sight.rate), 3),
        "video": sight.codec,
        "audio": track.codec,
        "turned": sight.turned,
        "original_seconds": round(whole, 3),
        "loudness": {"before": before.lufs, "after": level.lufs, "peak": level.peak},
        "took": worker.took,
    }
    remarks += _about_the_picture(sight, seconds)
    return Result(tuple(files), round(seconds, 3), about, tuple(remarks))


def listen(worker: Worker, source: Path, *, start: float | None, end: float | None) -> Result:
    """The version of a sound, in the worker's folder, from second ``start`` to ``end`` of it. Raises as ``film``."""
    if source.stat().st_size == 0:
        raise Refused(_("Filen är tom (0 byte). Spela in igen, eller välj en annan fil."))
    longest = LONGEST["sound"]
    promised = promise(source, sound.CONTAINERS)
    if promised and start is None and end is None:
        _length_is_right(promised, "sound")  # before much is done
    worker.room(min(source.stat().st_size * 12, longest * 88_200) + longest * 14_000)
    wav, mp3 = worker.folder / "heard.wav", worker.folder / "sound.mp3"
    with worker.part("read", 0.0, 0.2, longest / 10):
        try:
            heard = sound.read(source, wav, longest=(end or longest))
        except sound.NoSound as error:
            raise Refused(
                _("Det finns inget ljud i filen. Välj en ljudfil, till exempel MP3, M4A eller WAV.")
            ) from error
        except sound.CutOff as error:
            raise Refused(cut_off()) from error
    whole = heard.seconds
    start, end = max(0.0, start or 0.0), min(whole, end or whole)
    seconds = end - start
    _length_is_right(seconds, "sound")
    if heard.mean < SILENT:
        raise Refused(_("Ljudet är tyst. Se efter att mikrofonen är på och spela in igen."))
    cut = f"atrim=start={start:.4f}:end={end:.4f},asetpts=PTS-STARTPTS" if seconds < whole else ""
    with worker.part("loudness", 0.2, 0.95, seconds):
        before = sound.measure(wav, filters=cut)
        level = sound.even_out(wav, mp3, MP3, people=True, filters=cut, tags={})
        remarks = _silences(worker, mp3, seconds)
    if heard.opposed:
        remarks.append(opposed())
    wav.unlink()
    remarks += _about_the_sound(before, level)
    about = {
        "original_seconds": round(whole, 3),
        "loudness": {"before": before.lufs, "after": level.lufs, "peak": level.peak},
        "took": worker.took,
    }
    made = Made("sound", mp3, "audio/mpeg", seconds=worker.took["loudness"])
    return Result((made,), round(seconds, 3), about, tuple(remarks))


def no_sound() -> str:
    """A film to learn from cannot be without speech: its captions and its text version are made of it."""
    return _(
        "Filmen har inget ljud. En film behöver tal, som också blir undertexter. Spela in igen med mikrofonen på, "
        "eller lägg till ljud i filmen och ladda upp den på nytt."
    )


def _length(worker: Worker, source: Path, contents: Contents) -> float:
    """How long a file is, by what can be read of it. Raises Refused when its end is lacking."""
    assert contents.sight is not None  # noqa: S101 - the caller has looked
    whole = 0.0
    for index in (contents.sight.index, *(track.index for track in contents.tracks)):
        with suppress(sound.Failed):  # a kind of sound that is not known here; there may be another track
            whole = max(whole, reaches(worker, source, index))
        if contents.seconds and whole >= contents.seconds - NEAR:
            break  # what was promised is there: it need not be read through again
    if contents.seconds is None:
        return whole
    if whole < contents.seconds * 0.97 - 0.5:
        raise Refused(cut_off())
    return contents.seconds if whole >= contents.seconds - NEAR else whole


def _length_is_right(seconds: float, kind: str) -> None:
    if seconds < SHORTEST:
        raise Refused(
            _("Filmen är kortare än en halv sekund. Spela in igen.")
            if kind == "film"
            else _("Ljudet är kortare än en halv sekund. Spela in igen.")
        )
    if seconds > LONGEST[kind] + 1:
        told = {"length": dates.length_words(seconds)}
        raise Refused(
            _("Filmen är %(length)s. Den får vara högst en timme. Dela den i flera filmer.") % told
            if kind == "film"
            else _("Ljudet är %(length)s. Det får vara högst 3 timmar. Dela det i flera.") % told
        )


def _as(target: sound.Target, channels: int) -> sound.Target:
    return LISTEN_SOUND if channels == 1 else target


def _listen(
    worker: Worker, source: Path, tracks: Sequence[Track], start: float, seconds: float
) -> tuple[Path, Track, list[str]]:
    """The sound of a film as a WAV: the first track, or the loudest if that one is silent. Raises Refused."""
    means: dict[Track, float] = {}
    for track in tracks:
        wav = worker.folder / f"{track.index}.wav"
        try:
            # Sound that begins late or has holes is filled with silence, so that it goes with the picture.
            told = worker.run(
                *(
                    "-ss",
                    f"{start:.4f}",
                    *opening(source),
                    "-t",
                    f"{seconds:.4f}",
                    "-map",
                    f"0:{track.index}",
                ),
                *("-vn", "-sn", "-dn", "-af", "aresample=async=1:first_pts=0,volumedetect"),
                *(
                    "-ac",
                    str(min(2, track.channels)),
                    "-ar",
                    "48000",
                    "-c:a",
                    "pcm_s16le",
                    "-f",
                    "wav",
                    str(wav),
                ),
            )
        except sound.Failed:
            continue  # a kind of sound that is not known here; there may be another track
        mean = re.search(r"mean_volume: (-?[\d.]+) dB", told)
        means[track] = float(mean[1]) if mean else -math.inf
        if means[track] >= SILENT:
            break
        wav.unlink()
    if not means:
        raise Refused(unreadable(tracks[0].codec))
    used = max(means, key=lambda track: means[track])
    if means[used] < SILENT:
        raise Refused(
            _("Filmens ljud är tyst: ingenting hörs. Se efter att mikrofonen är på och spela in igen.")
        )
    remarks = []
    if len(tracks) > 1:
        which = {"count": len(tracks), "used": tracks.index(used) + 1}
        remarks.append(_("Filen har %(count)s ljudspår. Spår %(used)s används.") % which)
    wav = worker.folder / f"{used.index}.wav"
    if used.channels > 1 and sound.are_opposed(
        worker.run("-i", str(wav), "-af", f"volumedetect,{sound.MIXED}", "-f", "null", "-")
    ):
        one = worker.folder / "one.wav"
        worker.run("-i", str(wav), "-af", sound.FIRST_CHANNEL, "-c:a", "pcm_s16le", "-f", "wav", str(one))
        one.replace(wav)
        used = replace(used, channels=1)
        remarks.append(opposed())
    return wav, used, remarks


def opposed() -> str:
    """The two channels of a sound took each other out."""
    return _("Ljudets två kanaler tog ut varandra. Den ena används. Lyssna igenom det.")


def _encode(
    worker: Worker,
    source: Path,
    sight: Sight,
    wanted: Sequence[Size],
    aac: Path,
    start: float,
    seconds: float,
) -> str:
    """Write all sizes as MP4 with the sound, from one decoding. What ffmpeg told about it."""
    top, rate = wanted[0], sight.rate
    chain = [
        *_even_picture(sight, top),
        f"fps={rate}:start_time=0",
        # A screen where nothing moves sends no more frames, though the sound goes on.
        f"tpad=stop_mode=clone:stop_duration={seconds:.3f}",
        f"split={len(wanted) + 1}",
    ]
    outs = "".join(f"[s{at}]" for at in range(len(wanted))) + "[dark]"
    graph = [f"[0:{sight.index}]{','.join(chain)}{outs}"]
    for at, size in enumerate(wanted):
        scale = f"scale={size.width}:{size.height}:flags=bicubic," if at else ""
        graph.append(f"[s{at}]{scale}setsar=1,format=yuv420p[v{at}]")
    graph.append(
        f"[dark]scale=160:90:flags=fast_bilinear,trim=end={seconds:.3f},blackdetect=d=1:pix_th=0.04,nullsink"
    )
    key = str(round(KEY_EVERY * rate))
    outputs: list[str] = []
    for at, size in enumerate(wanted):
        most, quality = CODED[size.name]
        outputs += [
            *(
                "-map",
                f"[v{at}]",
                "-map",
                "1:a:0",
                "-c:a",
                "copy",
                "-map_metadata",
                "-1",
                "-map_chapters",
                "-1",
            ),
            *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", str(quality)),
            *("-maxrate", f"{most}k", "-bufsize", f"{2 * most}k", "-g", key, "-pix_fmt", "yuv420p"),
            *(
                "-colorspace",
                "bt709",
                "-color_primaries",
                "bt709",
                "-color_trc",
                "bt709",
                "-color_range",
                "tv",
            ),
            *("-t", f"{seconds:.4f}", "-movflags", "+faststart", "-f", "mp4"),
            str(worker.folder / f"{size.name}.mp4"),
        ]
    return worker.run(
        *("-ss", f"{start:.4f}", *opening(source), "-i", str(aac)),
        *("-filter_complex", ";".join(graph), *outputs),
    )


def _even_picture(sight: Sight, top: Size) -> list[str]:
    """The filters that make any picture one of ordinary colours, of the largest size."""
    told = sight.pixels
    steps = []
    if "top first" in told or "bottom first" in told:
        steps.append("bwdif=mode=send_frame:deint=interlaced")
    matrix = ""
    if not re.search(r"bt709|bt2020|bt470|smpte|fcc|gbr", told):
        # Nothing is said of its colours: by custom they are those of television of its size.
        matrix = ":in_color_matrix=bt709" if sight.short >= 720 and sight.codec != "vp8" else ""
    scale = f"scale={top.width}:{top.height}:flags=bicubic"
    if re.search(r"smpte2084|arib-std-b67", told) and "zscale" in _filters():
        # Brighter than a screen can show (HDR): pressed together, or it would look washed out.
        steps += [
            scale,
            "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0",
            "zscale=t=bt709:m=bt709:r=tv,format=yuv420p",
        ]
    else:
        steps += [f"{scale}{matrix}:out_color_matrix=bt709:out_range=tv", "format=yuv420p"]
    return steps


@cache
def _filters() -> str:
    command = [sound.ffmpeg(), "-hide_banner", "-filters"]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)  # noqa: S603 - no shell
    return done.stdout.decode(errors="replace")


def _silences(worker: Worker, path: Path, seconds: float) -> list[str]:
    """A remark on each long silence in a sound that is even in loudness."""
    told = worker.run(
        *("-i", str(path), "-af", f"silencedetect=noise=-50dB:duration={LONG_SILENCE}", "-f", "null", "-")
    )
    found = re.findall(r"silence_start: (-?[\d.]+)(?:.*?silence_end: ([\d.]+))?", told, re.DOTALL)
    return [
        _("Det är tyst i %(count)s sekunder från %(when)s.")
        % {"count": round(float(last or seconds) - max(0.0, float(first))), "when": at(float(first))}
        for first, last in found[:5]
    ]


def _blacks(told: str, seconds: float) -> list[str]:
    """A remark on each long black piece. Raises Refused if there is nothing else."""
    found = [(float(a), float(b)) for a, b in re.findall(r"black_start:([\d.]+) black_end:([\d.]+)", told)]
    if sum(last - first for first, last in found) > 0.97 * seconds - 0.1:
        raise Refused(_("Bilden är svart hela filmen. Se efter vad som spelades in, och spela in igen."))
    return [
        _("Bilden är svart i %(count)s sekunder från %(when)s.")
        % {"count": round(last - first), "when": at(first)}
        for first, last in found
        if last - first > LONG_BLACK
    ][:5]


def _about_the_sound(before: sound.Loudness, after: sound.Loudness) -> list[str]:
    remarks = []
    if before.lufs < QUIET:
        remarks.append(
            _("Ljudet var mycket svagt. Det är höjt, men då hörs brus. Tala närmare mikrofonen nästa gång.")
        )
    if abs(after.lufs - sound.LOUDNESS) > sound.TOLERANCE:
        remarks.append(_("Ljudet är så ojämnt att det inte blir lika starkt som i annat. Lyssna igenom det."))
    return remarks


def _about_the_picture(sight: Sight, seconds: float) -> list[str]:
    remarks = []
    if sight.height > sight.width:
        remarks.append(_("Filmen är stående. På en dator blir den smal: spela helst in liggande."))
    if sight.short < SIZES["480p"] * 0.95:
        remarks.append(
            _("Bilden är liten: %(width)s × %(height)s. Text i den kan bli svår att läsa.")
            % {"width": sight.width, "height": sight.height}
        )
    if seconds > LONG_PART:
        remarks.append(
            _("Filmen är %(length)s. En del bör vara högst 90 sekunder. Dela den om det går.")
            % {"length": dates.length_words(seconds)}
        )
    return remarks


def at(second: float) -> str:
    """``75.2`` → «1:15», as a player shows it."""
    whole = max(0, int(second))
    hours, left = divmod(whole, 3600)
    return f"{hours}:{left // 60:02}:{left % 60:02}" if hours else f"{left // 60}:{left % 60:02}"


# --- posters ----------------------------------------------------------------------------------


def posters(worker: Worker, mp4: Path, seconds: float, rate: Fraction) -> list[Made]:
    """Frames to choose a poster among, spread over the film, not black if there are others."""
    made: dict[str, Made] = {}
    for part in range(POSTERS):
        for within in (0.5, 0.8, 0.2):
            second = on_frame((part + within) / POSTERS * seconds, seconds, rate)
            one = poster(worker, mp4, second)
            if one and (not _is_dark(one.path) or (within == 0.2 and part == POSTERS - 1 and not made)):
                made[one.name] = one
                break
    return list(made.values())


def poster(worker: Worker, mp4: Path, second: float) -> Made | None:
    """The frame at ``second`` of a film as a JPEG, None if there is none. Raises sound.Failed."""
    name = f"poster-{second:.3f}"
    path, began = worker.folder / f"{name}.jpg", time.monotonic()
    scale = f"scale='min({POSTER_SIZE},iw)':'min({POSTER_SIZE},ih)':force_original_aspect_ratio=decrease"
    worker.run(
        *("-ss", f"{max(0.0, second - 0.001):.4f}", "-i", str(mp4), "-map", "0:v:0", "-frames:v", "1"),
        *("-vf", f"{scale}:out_range=pc,format=yuvj420p", "-c:v", "mjpeg", "-q:v", "3"),
        *("-map_metadata", "-1", "-f", "image2", "-update", "1", str(path)),
    )
    if not path.exists() or not path.stat().st_size:
        return None
    with Image.open(path) as picture:
        width, height = picture.size
    return Made(name, path, "image/jpeg", width, height, round(time.monotonic() - began, 3))


def on_frame(second: float, seconds: float, rate: Fraction) -> float:
    """The time of the frame that is seen at ``second``, within a film of ``seconds``."""
    last = max(0, math.floor(seconds * float(rate)) - 1)
    frame = min(last, max(0, math.floor(second * float(rate) + 0.01)))
    return round(frame / float(rate), 3)


def _is_dark(path: Path) -> bool:
    try:
        with Image.open(path) as picture:
            return bool(ImageStat.Stat(picture.convert("L")).mean[0] < DARK)
    except (OSError, UnidentifiedImageError):
        return True


def as_rate(rate: float | None) -> Fraction:
    """Frames a second as it was noted with a film."""
    return Fraction(rate or 30).limit_denominator(1001)
