"""When each sentence of a script is said in a recording of it. Pure: text and a sound file in, times out.

The speech engine reads the script, so that it is known to the hundredth what its reading sounds like and where each
word stands; then that reading is laid along the recording so that like falls on like (dynamic time warping on MFCC,
as Viterbi decoding): first over the whole in steps of 50 ms, with room between any two sentences for what is not in the
script (silence, music, something ad-libbed) and with the choice to leave a sentence out; then sentence by sentence in
steps of 10 ms; last to the moment where the sound begins, if it begins there.
"""

import itertools
import re
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from utbud.base.richtext import sentence_spans
from utbud.formats import clip, speech
from utbud.formats.content import Sentence
from utbud.media.captions import Cue, folded, pieces, short_clock

Floats = NDArray[np.float32]


class NothingToAlign(Exception):
    """The script has nothing that is said, or the sound is too short."""


# --- the script -----------------------------------------------------------------------------------

DIRECTION = re.compile(r"\[[^\]]*\]")  # «[visar skärmen]»: done, not said
NAME = re.compile(r"^((?:[A-ZÅÄÖÉ][\w'’.-]*)(?: [A-ZÅÄÖÉ][\w'’.-]*){0,3}):\s+(?=\S)")
NO_NAMES = frozenset(
    ["obs", "tips", "viktigt", "exempel", "till exempel", "steg", "fråga", "svar", "nb", "ps"]
)


@dataclass(frozen=True)
class Line:
    """A sentence of a script, and who says it ("" where no name stands)."""

    text: str
    speaker: str = ""


def lines(script: str) -> tuple[Line, ...]:
    """The sentences of ``script`` that are said.

    A paragraph or a line may begin with «Namn:»; the name holds until another. What stands in [brackets] is not said.
    """
    found: list[Line] = []
    speaker = ""
    text = DIRECTION.sub(" ", script)
    for paragraph in re.split(r"\n\s*\n", text):
        said: list[str] = []
        for raw in paragraph.splitlines():
            line = " ".join(raw.split())
            name = NAME.match(line)
            if name and name[1].lower() not in NO_NAMES:
                found += _sentences(said, speaker)
                said, speaker, line = [], name[1], line[name.end() :]
            said.append(line)
        found += _sentences(said, speaker)
    return tuple(found)


def _sentences(said: Sequence[str], speaker: str) -> list[Line]:
    whole = " ".join(filter(None, said))
    texts = [whole[start:end] for start, end in sentence_spans(whole)]
    return [Line(text, speaker) for text in texts if any(sign.isalnum() for sign in speech.spoken(text))]


# --- what a sound sounds like ---------------------------------------------------------------------

HOP = 0.01  # seconds between frames
WINDOW = 0.025  # seconds that a frame hears
BANDS, KEPT = 26, 12  # mel bands, and the cepstral coefficients that are kept of them
LOW, HIGH = 80.0, 6800.0  # hertz
SILENT = -60.0  # decibels of the bands together, where nothing but a dead microphone is
PIECE = 8192  # frames that are worked on at once
COARSE = 5  # frames that are one in the first round: 50 ms


@cache
def _bands(rate: int, size: int, warp: float) -> Floats:
    """The mel filters. ``warp`` moves them up for a shorter vocal tract than the speech engine's."""
    mel = np.linspace(2595 * np.log10(1 + LOW / 700), 2595 * np.log10(1 + HIGH / 700), BANDS + 2)
    hertz = np.minimum(700 * (10 ** (mel / 2595) - 1) * warp, rate / 2)
    bins = np.arange(size // 2 + 1) * rate / size
    rising = (bins[None] - hertz[:-2, None]) / np.maximum(hertz[1:-1] - hertz[:-2], 1e-6)[:, None]
    falling = (hertz[2:, None] - bins[None]) / np.maximum(hertz[2:] - hertz[1:-1], 1e-6)[:, None]
    return np.maximum(0, np.minimum(rising, falling)).T.astype(np.float32)


@cache
def _cosines() -> Floats:
    bands = np.arange(BANDS)
    return np.cos(np.pi / BANDS * (bands[:, None] + 0.5) * np.arange(1, KEPT + 1)[None]).astype(np.float32)


def spectra(samples: NDArray[np.int16], rate: int, warp: float) -> Floats:
    """The energy in the mel bands, a row for each hop."""
    step, width = rate * HOP, round(rate * WINDOW)  # 22 050 samples a second make 220.5 a hop
    size = 1 << (width - 1).bit_length()
    count = max(0, int((len(samples) - width) / step) + 1)
    shape = np.hamming(width).astype(np.float32)
    found = np.empty((count, BANDS), np.float32)
    for at in range(0, count, PIECE):
        until = min(count, at + PIECE)
        begins = (np.arange(at, until) * step).astype(int)
        piece = samples[begins[0] : begins[-1] + width].astype(np.float32) / 32768
        piece[1:] -= 0.97 * piece[:-1]
        framed = np.lib.stride_tricks.sliding_window_view(piece, width)[begins - begins[0]] * shape
        power = np.abs(np.fft.rfft(framed, size)).astype(np.float32) ** 2
        found[at:until] = power @ _bands(rate, size, warp)
    return found


@dataclass(frozen=True)
class Sound:
    """A sound in frames: what each sounds like, and whether something is heard in it."""

    frames: Floats
    loud: NDArray[np.bool_]


def _heard(energy: Floats) -> Sound:
    """The cepstra of mel energies, with how they move, each on the same scale."""
    if len(energy) == 0:
        return Sound(np.zeros((0, 2 * (KEPT + 1)), np.float32), np.zeros(0, bool))
    level = 10 * np.log10(energy.sum(axis=1) + 1e-10)
    top = np.percentile(level, 95)
    quiet = np.percentile(level, 5)
    # Halfway up from the background, but no more than 35 dB under the voice and no less than 12.
    line = min(max(quiet + 0.35 * (top - quiet), top - 35), top - 12)
    loud = _smooth((level > line) & (level > SILENT))
    # What is far under the voice sounds the same in a quiet studio and in the engine's digital silence.
    floor = np.mean(energy[level > top - 10], axis=0) * 2e-3 + 1e-10
    frames = np.empty((len(energy), 2 * (KEPT + 1)), np.float32)
    for at in range(0, len(energy), PIECE):
        some = slice(at, at + PIECE)
        logs = np.log(energy[some] + floor)
        frames[some, :KEPT] = logs @ _cosines()
        frames[some, KEPT] = logs.mean(axis=1)
    half = KEPT + 1
    for at in range(0, len(energy), PIECE):
        low, high = max(0, at - 3), min(len(energy), at + PIECE + 3)
        still = np.pad(
            frames[low:high, :half], ((3 - (at - low), max(0, at + PIECE + 3 - high)), (0, 0)), mode="edge"
        )
        count = min(PIECE, len(energy) - at)
        frames[at : at + count, half:] = sum(
            n * (still[3 + n : 3 + n + count] - still[3 - n : 3 - n + count]) for n in (1, 2, 3)
        )
    return Sound(frames, loud)


def _smooth(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without sounds and silences that are shorter than 50 ms."""
    kernel = np.ones(9)
    return np.asarray(np.convolve(loud, kernel, "same") > 4)


def _scaled(frames: Floats, on: NDArray[np.bool_]) -> Floats:
    """Mean nought and spread one over the frames ``on``: another microphone and another room fall away."""
    chosen = frames[on] if on.sum() > 50 else frames
    return (frames - chosen.mean(axis=0)) / (chosen.std(axis=0) + 1e-3)


# --- reading and the recording --------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """The script as the speech engine reads it, without pauses: frames, where the sentences begin in them, words."""

    energy: Floats
    starts: NDArray[np.int64]  # frames; one more than there are sentences
    words: tuple[
        tuple[tuple[int, float], ...], ...
    ]  # for each sentence: (letter of what is spoken, frame from its start)


AT_ONCE = 40  # sentences that are read at once: an hour's sound is never held whole


def read_aloud(said: Sequence[Line], voice: speech.Voice) -> Reading:
    """What the engine makes of the sentences. Raises speech.NoVoice."""
    parts, lengths, words = [], [], []
    for at in range(0, len(said), AT_ONCE):
        some = said[at : at + AT_ONCE]
        told = speech.narrate([Sentence(number, line.text, False) for number, line in enumerate(some)], voice)
        samples = np.frombuffer(told.samples, np.int16)
        for begins, ends, its_words in zip(told.marks, told.ends, told.words, strict=True):
            # Half a window before, so that a frame stands where its middle is.
            first = max(0, round((begins - WINDOW / 2) * told.rate))
            energy = spectra(samples[first : round((ends + WINDOW / 2) * told.rate)], told.rate, 1.0)
            parts.append(energy)
            lengths.append(len(energy))
            words.append(tuple((letter, (second - begins) / HOP) for letter, second in its_words))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Reading(np.concatenate(parts), starts, tuple(words))


def recording(wav: Path) -> tuple[NDArray[np.int16], int]:
    """The samples of a mono WAV of 16 bits, and how many make a second. Raises NothingToAlign."""
    with wav.open("rb") as raw, wave.open(raw) as file:
        if (file.getnchannels(), file.getsampwidth()) != (1, 2):
            raise NothingToAlign("not mono with 16 bits")
        count, rate, offset = file.getnframes(), file.getframerate(), raw.tell()
    if count == 0:
        return np.zeros(0, np.int16), rate
    return np.memmap(wav, np.int16, "r", offset, (count,)), rate


# --- the best way through -------------------------------------------------------------------------

STAY, LEAP = 0.12, 0.12  # what it costs to be slower or quicker than the reading, a frame
# What a frame costs that is no part of the script: dearer than what fits, cheaper than what does not. The first
# time through; then this share of what a frame that does fit costs with the voice at hand.
OFF, OFF_SHARE, OFF_LEAST = -0.75, 0.6, -2.0
SILENT_OFF, SILENT_IN = -1.0, -0.7  # a silent frame between sentences, and inside one
LEFT_OUT = 4.0  # what it costs to leave a sentence out
WIDEST = 2000  # frames of the reading that are tried at each moment
SAMPLE = 600  # frames of the reading that say how alike any two frames are
INFINITE = np.float32(1e9)


@dataclass(frozen=True)
class Way:
    """For each frame of the recording the frame of the reading that it is, or −1; and how well they fit."""

    at: NDArray[np.int64]
    fits: Floats  # standard deviations from what any two frames fit; lower is better
    score: float  # the mean over the recording


def way_through(
    reading: Floats,
    starts: NDArray[np.int64],
    sound: Floats,
    loud: NDArray[np.bool_],
    *,
    off: float = OFF,
    whole: bool = True,
    tell: Callable[[float], None] = lambda _share: None,
) -> Way:
    """The cheapest way to say the reading, sentence by sentence, in the sound.

    A frame of the sound stays at a frame of the reading, goes on one, or leaps over one; after a sentence it may be
    outside the script for as long as it likes, and from there go into the next sentence or past it.
    """
    count, length, sentences = len(sound), len(reading), len(starts) - 1
    ends = starts[1:] - 1
    width = min(length, WIDEST)
    sample = reading[np.linspace(0, length - 1, min(SAMPLE, length)).astype(int)]
    inside = np.full(length + 2, INFINITE, np.float32)  # two before the first, so that leaps need no care
    outside = np.full(sentences + 1, INFINITE, np.float32)
    outside[0] = 0
    came = np.zeros((count, width), np.uint8)  # 0 stay, 1 on, 2 leap, 3 from outside
    came_out = np.zeros((count, sentences + 1), np.uint8)  # 0 stay, 1 from a sentence's end, 2 left one out
    first = np.zeros(count, np.int64)  # of the frames of the reading that were tried
    low = 0
    for block in range(0, count, 256):
        rows = slice(block, min(count, block + 256))
        mean, spread = _usual(sound[rows], sample)
        high_block = min(length, low + width + 2 * 256)
        costs = (_apart(sound[rows], reading[low:high_block]) - mean) / spread
        block_low = low
        for at in range(rows.start, rows.stop):
            if width < length:
                before, most = low, min(block_low + 2 * 256, length - width)
                low = _window(inside, outside, starts, low, width, most)
                inside[before + 2 : low + 2] = INFINITE
            first[at] = low
            high = low + width
            cost = costs[at - block, low - block_low : high - block_low]
            if not loud[at]:
                cost = np.full(width, SILENT_IN, np.float32)
            here = inside[low : high + 2]
            stay, on, leap = here[2:] + STAY, here[1:-1], here[:-2] + LEAP
            best = np.minimum(on, stay)
            code = (on < stay).astype(np.uint8)
            code[leap < best] = 2
            best = np.minimum(best, leap)
            one, other = np.searchsorted(starts[:-1], (low, high))
            begins = starts[one:other] - low
            entering = outside[one:other]
            enters = entering < best[begins]
            code[begins[enters]] = 3
            best[begins[enters]] = entering[enters]
            # Outside: stay there, come from the end of a sentence, or pass one by.
            out, out_code = outside.copy(), came_out[at]
            from_end = inside[ends + 2]
            is_less = from_end < out[1:]
            out[1:][is_less], out_code[1:][is_less] = from_end[is_less], 1
            passed = outside[:-1] + LEFT_OUT
            is_less = passed < out[1:]
            out[1:][is_less], out_code[1:][is_less] = passed[is_less], 2
            outside = out + (off if loud[at] else SILENT_OFF)
            came[at] = code
            inside[low + 2 : high + 2] = best + cost
        tell(rows.stop / count)
    if not whole:  # it may end anywhere
        score = float(min(inside.min(), outside.min())) / count
        return Way(np.zeros(0, np.int64), np.zeros(0, np.float32), score)
    path, score = _back(inside, outside, ends, starts, came, came_out, first)
    return Way(path, _fits(path, reading, sound, sample), score)


def _fits(path: NDArray[np.int64], reading: Floats, sound: Floats, sample: Floats) -> Floats:
    """How well each frame of the sound fits the one of the reading that it was taken for."""
    fits = np.zeros(len(path), np.float32)
    for block in range(0, len(path), 1024):
        rows = block + np.nonzero(path[block : block + 1024] >= 0)[0]
        if len(rows):
            mean, spread = _usual(sound[rows], sample)
            apart = np.sqrt(((sound[rows] - reading[path[rows]]) ** 2).sum(axis=1))
            fits[rows] = (apart - mean[:, 0]) / spread[:, 0]
    return fits


def _apart(some: Floats, others: Floats) -> Floats:
    """How far each of ``some`` is from each of ``others``."""
    squares = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * some @ others.T
    return np.sqrt(np.maximum(squares, 0))


def _usual(some: Floats, sample: Floats) -> tuple[Floats, Floats]:
    apart = _apart(some, sample)
    return apart.mean(axis=1, keepdims=True), apart.std(axis=1, keepdims=True) + 1e-3


def _window(
    inside: Floats, outside: Floats, starts: NDArray[np.int64], low: int, width: int, most: int
) -> int:
    """Where the frames to try begin: round the best so far, never backwards."""
    high = low + width
    best = low + int(np.argmin(inside[low + 2 : high + 2]))
    out = int(np.argmin(outside))
    if outside[out] < inside[best + 2]:
        best = int(starts[out])
    return max(low, min(best - width // 2, most))


def _back(
    inside: Floats,
    outside: Floats,
    ends: NDArray[np.int64],
    starts: NDArray[np.int64],
    came: NDArray[np.uint8],
    came_out: NDArray[np.uint8],
    first: NDArray[np.int64],
) -> tuple[NDArray[np.int64], float]:
    """The way, followed from its end."""
    count, sentences = len(came), len(ends)
    left = outside + LEFT_OUT * (sentences - np.arange(sentences + 1))
    last = int(np.argmin(left))
    finished = inside[ends + 2] + LEFT_OUT * (sentences - 1 - np.arange(sentences))
    place, out = -1, last
    if finished.min() < left[last]:
        place, out = int(ends[int(np.argmin(finished))]), -1
    score = float(min(finished.min(), left[last])) / count
    at = np.full(count, -1, np.int64)
    for row in range(count - 1, -1, -1):
        if place >= 0:
            at[row] = place
            code = int(came[row, place - first[row]])
            if code == 3:
                out, place = int(np.searchsorted(starts, place, "right")) - 1, -1
            else:
                place -= code
        else:
            code = int(came_out[row, out])
            if code == 1:
                place = int(ends[out - 1])
            if code:
                out -= 1
    return at, score


# --- the whole ------------------------------------------------------------------------------------

WARPS = (
    0.9,
    1.0,
    1.12,
    1.25,
)  # vocal tracts that are tried: deep voices, the engine's own, light ones, children
TRIED = round(240 / HOP / COARSE)  # coarse frames that are enough to choose by
AROUND = 0.4  # seconds on both sides of where a sentence was found in which its edges are looked for
NEAR = 0.2  # seconds from a start that was found to the moment where the sound begins
BREATH = 0.12  # seconds of silence before a moment where the sound begins
BETTER = 0.1  # share by which a script that is the recording's fits better forwards than backwards
PACE = 0.45  # octaves of tempo beside the others' that are not odd: 1.37 times
LONG_BESIDE = 1.5  # seconds of sound beside the script that are pointed out
SHORTEST = 0.5  # seconds of sound that can be anything


@dataclass(frozen=True)
class Spoken:
    """A sentence of the script in the recording: seconds, and how sure we are (0 to 1). Not said: start is None."""

    line: Line
    start: float | None = None
    end: float | None = None
    sure: float = 0.0
    moments: tuple[tuple[int, float], ...] = ()  # (letter of what is spoken, second) of its words


@dataclass(frozen=True)
class Aligned:
    """The sentences of a script in a recording, and where something is said that is not in it: (start, end) in seconds."""

    said: tuple[Spoken, ...]
    beside: tuple[tuple[float, float], ...] = ()


def align(script: str, wav: Path, voice: speech.Voice) -> tuple[Cue, ...]:
    """The captions of a recording (a mono WAV of 16 bits) from its script. Raises NothingToAlign or speech.NoVoice."""
    return cues(match(script, wav, voice))


def match(
    script: str, wav: Path, voice: speech.Voice, tell: Callable[[float], None] = lambda _share: None
) -> Aligned:
    """Where each sentence of ``script`` is said in ``wav``. ``tell`` is told how much is done, from 0 to 1.

    Raises NothingToAlign or speech.NoVoice.
    """
    said = lines(script)
    samples, rate = recording(wav)
    if not said or len(samples) < SHORTEST * rate:
        raise NothingToAlign
    reading = read_aloud(said, voice)
    read = _heard(reading.energy)
    read = Sound(_scaled(read.frames, read.loud), read.loud)
    tell(0.1)
    small_read, starts = _sentences_coarse(read.frames, reading.starts)
    warp, real = _voice_of(samples[: round((TRIED * COARSE + 100) * HOP * rate)], rate, small_read, starts)
    tell(0.2)
    heard = _heard(spectra(samples, rate, warp))
    del samples  # an hour of it is not needed in memory any more
    frames = _scaled(heard.frames, heard.loud)
    found = way_through(
        small_read, starts, _coarse(frames), _mostly(heard.loud), tell=lambda share: tell(0.2 + 0.2 * share)
    )
    # Again, on the scale of what turned out to be the script: music and noise before it weigh no more.
    spoken = np.repeat(found.at >= 0, COARSE)
    on = heard.loud & np.pad(spoken, (0, len(heard.loud) - len(spoken)))
    frames = _scaled(heard.frames, on)
    inside = found.at >= 0
    typical = float(np.median(found.fits[inside])) if inside.any() else OFF
    off = min(OFF, max(OFF_LEAST, OFF_SHARE * typical))
    found = way_through(
        small_read,
        starts,
        _coarse(frames),
        _mostly(heard.loud),
        off=off,
        tell=lambda share: tell(0.4 + 0.2 * share),
    )
    rough = _rough(found, starts)
    sentences = []
    for number, line in enumerate(said):
        if rough[number] is not None:
            sentences.append(_fine(number, line, rough, reading, read, Sound(frames, heard.loud), off))
        else:
            sentences.append(Spoken(line))
        tell(0.6 + 0.4 * (number + 1) / len(said))
    loud = _mostly(heard.loud)
    return Aligned(tuple(_sure(sentences, found, rough, reading, loud, off, real)), _beside(found, loud))


def _coarse(frames: Floats) -> Floats:
    count = len(frames) // COARSE
    return frames[: count * COARSE].reshape(count, COARSE, -1).mean(axis=1)


def _mostly(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(_coarse(loud[:, None].astype(np.float32))[:, 0] > 0.3)


def _sentences_coarse(frames: Floats, starts: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """The coarse frames of each sentence by itself, and where each begins in them."""
    parts = []
    for begins, ends in itertools.pairwise(starts):
        sentence = frames[begins:ends]
        parts.append(_coarse(np.pad(sentence, ((0, -len(sentence) % COARSE), (0, 0)), mode="edge")))
    return np.concatenate(parts), np.concatenate([[0], np.cumsum([len(part) for part in parts])])


def _voice_of(
    samples: NDArray[np.int16], rate: int, small_read: Floats, starts: NDArray[np.int64]
) -> tuple[float, float]:
    """The vocal tract that makes the beginning of the recording most like the reading; and how sure it is (0 to 1)
    that the recording is of the script: how much better it fits than the same reading backwards.
    """
    last = (
        int(np.searchsorted(starts, TRIED * 2, "right")) - 1
        if len(small_read) > TRIED * 2
        else len(starts) - 1
    )
    read, its_starts = small_read[: starts[last]], starts[: last + 1]
    tried = []
    for warp in WARPS:
        heard = _heard(spectra(samples, rate, warp))
        frames, loud = _coarse(_scaled(heard.frames, heard.loud)), _mostly(heard.loud)
        tried.append((way_through(read, its_starts, frames, loud, whole=False).score, warp, frames, loud))
    score, warp, frames, loud = min(tried, key=lambda one: one[0])
    if not loud.any():
        raise NothingToAlign
    backwards = way_through(read[::-1], its_starts[-1] - its_starts[::-1], frames, loud, whole=False).score
    return warp, min(1.0, max(0.0, (score / backwards - 1) / BETTER))


Rough = tuple[int, int]  # the first and the last frame of the recording that are a sentence's


def _rough(found: Way, starts: NDArray[np.int64]) -> list[Rough | None]:
    """Where each sentence was found, in frames of HOP."""
    rough: list[Rough | None] = []
    inside = np.nonzero(found.at >= 0)[0]
    places = found.at[inside]
    firsts = np.searchsorted(places, starts[:-1], "left")
    lasts = np.searchsorted(places, starts[1:], "left")
    for first, last in zip(firsts, lasts, strict=True):
        rough.append(
            (int(inside[first]) * COARSE, int(inside[last - 1] + 1) * COARSE) if last > first else None
        )
    return rough


def _fine(
    number: int,
    line: Line,
    rough: Sequence[Rough | None],
    reading: Reading,
    read: Sound,
    heard: Sound,
    off: float,
) -> Spoken:
    """The edges of a sentence, and its words, to the hundredth."""
    first, last = rough[number] or (0, 0)
    before = max((one[1] for one in rough[:number] if one), default=0)
    after = min((one[0] for one in rough[number + 1 :] if one), default=len(heard.frames))
    spare = round(AROUND / HOP)
    low = max(0, first - spare, min(before, first) - spare // 2)
    high = min(len(heard.frames), last + spare, max(after, last) + spare // 2)
    mine = slice(reading.starts[number], reading.starts[number + 1])
    length = mine.stop - mine.start
    way = way_through(
        read.frames[mine], np.array([0, length]), heard.frames[low:high], heard.loud[low:high], off=off
    )
    rows = np.nonzero(way.at >= 0)[0]
    if len(rows) == 0:
        return Spoken(line, first * HOP, last * HOP)
    start, end = low + int(rows[0]), low + int(rows[-1]) + 1
    moments = tuple(
        (
            letter,
            round((low + int(rows[min(len(rows) - 1, int(np.searchsorted(way.at[rows], frame)))])) * HOP, 3),
        )
        for letter, frame in reading.words[number]
    )
    start = _to_onset(start, heard.loud)
    return Spoken(line, round(start * HOP + WINDOW / 2, 3), round(end * HOP + WINDOW / 2, 3), 0.0, moments)


def _to_onset(start: int, loud: NDArray[np.bool_]) -> int:
    """The nearest frame where sound begins after silence, if one is near."""
    near, breath = round(NEAR / HOP), round(BREATH / HOP)
    low = max(1, start - near)
    begins = [
        at
        for at in range(low, min(len(loud), start + near + 1))
        if loud[at] and not loud[at - 1] and not loud[max(0, at - breath) : at].any()
    ]
    return min(begins, key=lambda at: abs(at - start)) if begins else start


def _sure(
    sentences: Sequence[Spoken],
    found: Way,
    rough: Sequence[Rough | None],
    reading: Reading,
    loud: NDArray[np.bool_],
    off: float,
    real: float,
) -> Iterator[Spoken]:
    """The sentences with how sure we are: how well each fits beside the others, how long it takes, all of it ``real``."""
    lengths = np.diff(reading.starts) * HOP
    fits, paces = [], []
    for number, one in enumerate(rough):
        rows = slice(one[0] // COARSE, one[1] // COARSE) if one else slice(0)
        heard = found.fits[rows][loud[rows] & (found.at[rows] >= 0)]
        fits.append(float(heard.mean()) if len(heard) else 0.0)
        took = (sentences[number].end or 0) - (sentences[number].start or 0)
        paces.append(took / lengths[number] if one else np.nan)
    typical, pace = min(float(np.median(fits)), off - 0.2), float(np.nanmedian(paces)) if any(rough) else 1.0
    for sentence, fit, its_pace in zip(sentences, fits, paces, strict=True):
        if sentence.start is None:
            yield sentence
            continue
        fitting = min(1.0, max(0.0, (off - fit) / (off - typical)))
        odd = max(0.0, abs(float(np.log2(max(its_pace, 0.01) / pace))) - PACE)
        yield replace(sentence, sure=round(max(0.0, fitting - odd) * real, 2))


def _beside(found: Way, loud: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Where something is heard for long that is no part of the script."""
    step, kept = HOP * COARSE, []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], found.at < 0, [False]]).astype(int)))
    for first, last in edges.reshape(-1, 2):
        heard = np.flatnonzero(loud[first:last])
        if len(heard) * step >= LONG_BESIDE:
            kept.append((round((first + heard[0]) * step, 2), round((first + heard[-1] + 1) * step, 2)))
    return tuple((float(start), float(end)) for start, end in kept)


# --- captions of it -------------------------------------------------------------------------------

LINGER = 0.4  # seconds that a caption stays when its last word is said, if nothing comes
AT_EASE = 15.0  # letters a second that are read at ease: so long it stays where there is room
LEAST = 1.0  # seconds that a caption must be seen


def cues(aligned: Aligned) -> tuple[Cue, ...]:
    """The captions of what was found: at most two lines each, from their first word until they have been read."""
    made: list[Cue] = []
    for one in aligned.said:
        if one.start is None or one.end is None:
            continue
        told = speech.Narration(b"", 1, (one.start,), (one.end,), (one.moments,))
        divided = pieces(one.line.text)
        starts = [one.start, *(clip.when(one.line.text, place, 0, told) for place, _shown in divided[1:])]
        ends = [*starts[1:], one.end]
        for start, end, (_place, shown) in zip(starts, ends, divided, strict=True):
            made.append(Cue(round(start, 3), round(end, 3), shown, one.line.speaker))
    return tuple(_held(_joined(made)))


def _joined(made: Sequence[Cue]) -> list[Cue]:
    """Those that would be gone at once stand with their neighbour, where both have room."""
    kept: list[Cue] = []
    for at, cue in enumerate(made):
        last = kept[-1] if kept else None
        next_start = made[at + 1].start if at + 1 < len(made) else float("inf")
        if last is not None and last.speaker == cue.speaker and cue.start - last.end < LINGER:
            both = " ".join(f"{last.text} {cue.text}".split())
            brief = cue.start - last.start < LEAST or next_start - cue.start < LEAST
            if brief and len(pieces(both)) == 1:
                kept[-1] = Cue(last.start, cue.end, folded(both), cue.speaker)
                continue
        kept.append(cue)
    return kept


def _held(made: Sequence[Cue]) -> Iterator[Cue]:
    for at, cue in enumerate(made):
        room = made[at + 1].start if at + 1 < len(made) else float("inf")
        letters = len(" ".join(cue.text.split()))
        wanted = max(cue.end + LINGER, cue.start + letters / AT_EASE, cue.start + LEAST)
        yield replace(cue, end=round(max(cue.start + 0.001, min(room, wanted)), 3))


# --- what to look at ------------------------------------------------------------------------------

DOUBT = 0.6  # less sure than this, and a person is asked to listen


@dataclass(frozen=True)
class Doubt:
    """What a person should listen to, at ``second``."""

    second: float
    says: str


def doubts(aligned: Aligned) -> tuple[Doubt, ...]:
    """Sentences that may stand wrong, that were not heard, and sound that is no part of the script; in order."""
    found, last = [], 0.0
    for one in aligned.said:
        if one.start is None:
            says = _("Härefter står i manuset «%(text)s», men det hördes inte. Sägs det, så lägg till det.")
            found.append(Doubt(last, says % {"text": _short(one.line.text)}))
            continue
        last = one.start
        if one.sure < DOUBT:
            says = _("Hör efter: «%(text)s» kan ligga fel, eller sägas på ett annat sätt än i manuset.")
            found.append(Doubt(one.start, says % {"text": _short(one.line.text)}))
    for start, end in aligned.beside:
        says = _(
            "Mellan %(start)s och %(end)s hörs något som inte står i manuset. Är det tal, så skriv in det."
        )
        found.append(Doubt(start, says % {"start": short_clock(start), "end": short_clock(end)}))
    return tuple(sorted(found, key=lambda doubt: doubt.second))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rsplit(" ", 1)[0] + " …"
