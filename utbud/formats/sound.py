"""Sound files with ffmpeg: read what people send, make it even in loudness, measure the result.

Pure: paths in, paths and figures out.
"""

import json
import math
import re
import subprocess
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg

LOUDNESS = -16.0  # LUFS, the podcast and speech level (AES TD1008); a unit up or down is right
TOLERANCE = 1.0
WITHIN = 0.7  # what we take, so that another meter agrees
LOUDNESS_RANGE = 11
SECONDS = 300  # how long ffmpeg may work on one thing
# What may be opened: containers of sound. Playlists, which name other files and addresses, may not.
CONTAINERS = "aac,aiff,amr,caf,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,wav,w64"
CUT = re.compile(r"File ended prematurely|partial file|moov atom not found")
DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
# What may reach past the end of picture and sound.
BESIDE = re.compile(r"Stream #\S+: (?:Subtitle|Data)|^\s*Chapters?:", re.MULTILINE)
# Voices that differ lose 3 dB when two channels become one, a channel of its own at most 6.
MIXED, FIRST_CHANNEL = "aformat=channel_layouts=mono,volumedetect", "pan=mono|c0=c0"
OPPOSED, QUIETEST = 10.0, -80.0  # dB
FILM = re.compile(r"Stream #.*Video: (?!.*\(attached pic\))")


class NoSound(Exception):
    """There is no sound to be read in the file."""


class CutOff(Exception):
    """The file ends before it says it does."""


class Failed(Exception):
    """ffmpeg is missing, or could not do what it should."""


@cache
def ffmpeg() -> str:
    """The program to run: the pinned one, the same on every machine, or the machine's own where there is none for its kind.

    The pinned one is linked whole and starts in 10 ms, Debian's in 100; a film takes fourteen starts. IMAGEIO_FFMPEG_EXE
    names another. Raises Failed when there is none.
    """
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise Failed("ffmpeg finns inte.") from error


Runner = Callable[..., str]  # takes ffmpeg's arguments, returns what it wrote; raises Failed
_runner: ContextVar[Runner | None] = ContextVar("runner", default=None)


@contextmanager
def run_by(runner: Runner) -> Iterator[None]:
    """Have ``runner`` run ffmpeg here: one that shows how far it has come, and can be stopped (media.encode)."""
    token = _runner.set(runner)
    try:
        yield
    finally:
        _runner.reset(token)


def run(*arguments: str) -> str:
    """Run ffmpeg and return what it wrote about it. Raises Failed with the last of that."""
    if runner := _runner.get():
        return runner(*arguments)
    command = [ffmpeg(), "-hide_banner", "-nostdin", "-y", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(str(error)) from error
    told = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        raise Failed(told)
    return told


def lacks(coders: Sequence[str]) -> list[str]:
    """Which of ``coders`` this ffmpeg does not have. Raises Failed when there is no ffmpeg."""
    command = [ffmpeg(), "-hide_banner", "-encoders"]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)  # noqa: S603 - no shell
    return [coder for coder in coders if f" {coder} ".encode() not in done.stdout]


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """What a sound file held: its length in seconds and its mean level in dB below full (−91: silence).

    ``opposed``: its channels took each other out when they were mixed, so the first alone was used.
    """

    seconds: float
    mean: float
    opposed: bool = False


def read(source: Path, wav: Path, *, longest: float) -> Heard:
    """Decode ``source``, whatever it is, to a mono ``wav`` of 44.1 kHz, at most a little past ``longest`` seconds.

    Raises NoSound (not sound, or no audio in it), CutOff, or Failed.
    """
    ffmpeg()  # its absence is not the file's fault
    if _cut_wave(source) or _cut_ogg(source):
        raise CutOff
    opening = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS, "-i", str(source))
    kept = ("-ar", "44100", "-c:a", "pcm_s16le", "-t", str(longest + 5), "-f", "wav", str(wav))
    only = (*opening, "-map", "0:a:0", "-vn", "-sn", "-dn", "-af")
    try:
        told = run(*only, f"volumedetect,{MIXED}", "-ac", "1", *kept)
        if opposed := are_opposed(told):
            told = run(*only, f"{FIRST_CHANNEL},volumedetect", *kept)
    except Failed as error:
        raise (CutOff if CUT.search(str(error)) else NoSound) from error
    with wave.open(str(wav)) as decoded:
        seconds = decoded.getnframes() / decoded.getframerate()
    if seconds == 0:
        raise NoSound
    promised = DURATION.search(told)
    sure = (
        promised
        and "Estimating duration" not in told
        and not FILM.search(told)
        and not BESIDE.search(told)
        and seconds < longest
    )
    if CUT.search(told) or (sure and seconds < clock(promised) * 0.97 - 0.5):
        raise CutOff
    return Heard(seconds, next(iter(mean_levels(told)), -math.inf), opposed)


def mean_levels(told: str) -> list[float]:
    """The mean levels in dB that volumedetect told of, in the order of the filters."""
    found = re.findall(r"Parsed_volumedetect_(\d+)\D.*mean_volume: (-?[\d.]+|-inf) dB", told)
    return [float(level) for _at, level in sorted(found, key=lambda one: int(one[0]))]


def are_opposed(told: str) -> bool:
    """Whether channels are much weaker together (MIXED) than each alone: one is the other turned round."""
    levels = mean_levels(told)
    return len(levels) == 2 and levels[0] > QUIETEST and levels[0] - levels[1] > OPPOSED


def clock(found: "re.Match[str] | None") -> float:
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else 0.0


def _cut_wave(source: Path) -> bool:
    """Whether a RIFF file is shorter than its first eight bytes say (ffmpeg reads on without a word)."""
    with source.open("rb") as file:
        head = file.read(8)
    promised = int.from_bytes(head[4:8], "little")
    unknown = promised in (0, 0xFFFFFFFF)  # written as a stream
    return head[:4] == b"RIFF" and not unknown and promised + 8 > source.stat().st_size + 1


def _cut_ogg(source: Path) -> bool:
    """Whether the last page of an Ogg file lacks its end (RFC 3533, section 6)."""
    size = source.stat().st_size
    with source.open("rb") as file:
        if file.read(4) != b"OggS":
            return False
        file.seek(max(0, size - 70_000))  # a page is at most 65 307 bytes
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return True
    return len(page) < 27 + page[26] + sum(page[27 : 27 + page[26]])


# --- loudness ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP (EBU R 128, ITU-R BS.1770)."""

    lufs: float
    peak: float


def measure(path: Path, *, filters: str = "") -> Loudness:
    """The loudness of a file, after ``filters`` if given. Raises Failed."""
    chain = ",".join(filter(None, [filters, "ebur128=peak=true:framelog=verbose"]))
    told = run("-i", str(path), "-map", "0:a:0", "-af", chain, "-f", "null", "-")
    summary = told[told.rfind("Summary:") :]
    lufs = re.search(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    if not lufs or not peak:
        raise Failed(told[-500:])
    return Loudness(float(lufs[1]), float(peak[1]))


@dataclass(frozen=True)
class Target:
    """The sound that is wanted: kbit a second, samples a second, highest true peak in dBTP, what to do first, coder."""

    kbit: int
    rate: int
    peak: float
    first: str = ""
    coder: str = "libmp3lame"
    channels: int = 1
    box: tuple[str, ...] = ()  # how it is kept, if not as ID3-tagged MP3 or bare AAC


RECORDED = Target(kbit=96, rate=44_100, peak=-1.5)
# The voices have nothing above 11 kHz. espeak's peaks stand 20 dB over its loudness: they are pressed together
# a little, or the limiter would have to do it all, and be heard.
PRESSED = "acompressor=threshold=0.1:ratio=3:attack=3:release=80"
SPOKEN = Target(kbit=48, rate=22_050, peak=-1.0, first=PRESSED)
# The voice in a film: what Instagram, Facebook and YouTube ask for.
IN_FILM = Target(kbit=128, rate=48_000, peak=-1.0, first=PRESSED, coder="aac", channels=2)
TURNS = 10


def even_out(
    wav: Path, made: Path, target: Target, *, people: bool = False, filters: str = "", tags: dict[str, str]
) -> Loudness:
    """Write ``wav`` as ``target`` (an MP3, or bare AAC for a film) at LOUDNESS, measured, and say what came out. Raises Failed.

    ``people`` evens out quiet and loud within the sound as well (a person moves before the microphone).
    Where that misses, as it does with very short and very uneven sounds, and for voices that are
    even already: plain gain and a limiter, corrected by what was measured. A few knocks in silence
    cannot be that loud under the peak that is allowed; they come as near as they can.
    """
    before = ",".join(filter(None, [filters, target.first]))

    def attempt(chain: str) -> Loudness:
        encode(wav, made, target, filters=",".join(filter(None, [before, chain])), tags=tags)
        return measure(made)

    if people and _right(level := attempt(_loudnorm(wav, target, before)), target):
        return level
    # The coder takes about half a unit away.
    gain, ceiling = LOUDNESS + 0.4 - measure(wav, filters=before).lufs, target.peak - 0.8
    best: tuple[float, str] | None = None
    for _turn in range(TURNS):
        limit = f"alimiter=limit={10 ** (ceiling / 20):.4f}:level=disabled:attack=4:release=60"
        chain = f"volume={gain:.2f}dB,{limit}"
        level = attempt(chain)
        if _right(level, target):
            return level
        lacks = LOUDNESS - level.lufs
        if level.peak <= target.peak and (best is None or abs(lacks) < best[0]):
            best = abs(lacks), chain
        # Under a limiter a decibel of gain gives less than one of loudness, so too little is made up for by more.
        gain += lacks * 1.5 if lacks > 0 else lacks
        ceiling = min(0.0, ceiling + min(0.5, target.peak - level.peak - 0.1))
    if best is None:
        raise Failed(f"loudness {level.lufs} LUFS, peak {level.peak} dBTP")
    return attempt(best[1])


def _right(level: Loudness, target: Target) -> bool:
    return abs(level.lufs - LOUDNESS) <= WITHIN and level.peak <= target.peak


def _loudnorm(wav: Path, target: Target, filters: str) -> str:
    """The second pass of loudnorm, with what the first one measured."""
    aim = f"loudnorm=I={LOUDNESS}:TP={target.peak - 0.7}:LRA={LOUDNESS_RANGE}"
    chain = ",".join(filter(None, [filters, f"{aim}:print_format=json"]))
    told = run("-i", str(wav), "-af", chain, "-f", "null", "-")
    seen = json.loads(told[told.rindex("{") : told.rindex("}") + 1])
    seen = {key: "-99" if "inf" in value else value for key, value in seen.items()}
    measured = (
        f"measured_I={seen['input_i']}:measured_TP={seen['input_tp']}:measured_LRA={seen['input_lra']}"
        f":measured_thresh={seen['input_thresh']}:offset={seen['target_offset']}"
    )
    return f"{aim}:{measured}:linear=true"


def encode(source: Path, made: Path, target: Target, *, filters: str = "", tags: dict[str, str]) -> None:
    """Encode ``source`` as ``target`` with ``tags``. Raises Failed."""
    named = [part for name, value in tags.items() for part in ("-metadata", f"{name}={one_line(value)}")]
    shape = [
        "-ac",
        str(target.channels),
        "-ar",
        str(target.rate),
        "-c:a",
        target.coder,
        "-b:a",
        f"{target.kbit}k",
        *(
            target.box
            or (
                ["-id3v2_version", "3", "-f", "mp3"]
                if target.coder == "libmp3lame"
                else ["-aac_coder", "fast", "-f", "adts"]
            )
        ),
    ]
    run(
        "-i",
        str(source),
        *(["-af", filters] if filters else []),
        "-map_metadata",
        "-1",
        *named,
        *shape,
        str(made),
    )


def retag(source: Path, mp3: Path, tags: dict[str, str]) -> None:
    """The same MP3 sound, untouched, with other ID3 ``tags``. Raises Failed."""
    named = [part for name, value in tags.items() for part in ("-metadata", f"{name}={one_line(value)}")]
    run(
        "-i",
        str(source),
        "-c",
        "copy",
        "-map_metadata",
        "-1",
        *named,
        "-id3v2_version",
        "3",
        "-f",
        "mp3",
        str(mp3),
    )


def one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def write_wav(samples: bytes, rate: int, path: Path) -> None:
    """16-bit mono samples as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
