"""How far from the truth captions made from a script fall, and what an hour takes. Writes a table to ``bench/results/``.

``make bench`` calls it (with one BLAS thread, as the program itself has). There is no human Swedish speech with a known text among what can be installed from
a package registry, so the recordings are synthetic: the engine that reads the script also makes them, but never with
the voice it reads with. They are other voices (larger and smaller heads, the Klatt synthesiser), the voices of other
languages that read the Swedish text in their own way, other tempos, and pitch moved by other means; with what
recordings are full of: noise, music, echo, pauses, sentences left out, things said that are not in the script.
"""

import argparse
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from utbud.base.richtext import sentence_spans
from utbud.formats import sound, speech
from utbud.formats.content import Sentence
from utbud.media import align

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench/results"
FAR = 0.5  # seconds from the truth that a viewer is disturbed by


class Reader(speech.Espeak):
    """Another of the engine's voices: ``name`` as espeak-ng writes it («nb+klatt2»), words a minute, pitch (50 is its own)."""

    def __init__(self, name: str, pace: int = 150, pitch: int = 50) -> None:
        super().__init__()
        self.name, self.pace, self.pitch = name, pace, pitch

    def tell(self, texts: Sequence[str], *, words_a_minute: int) -> tuple[list[speech.Said], int]:
        library, pitch = self._load(), 3
        if library.espeak_SetVoiceByName(self.name.encode()) != 0:
            raise speech.NoVoice(self.name)
        library.espeak_SetParameter(pitch, self.pitch, 0)
        try:
            return super().tell(texts, words_a_minute=self.pace)
        finally:
            library.espeak_SetVoiceByName(b"sv")
            library.espeak_SetParameter(pitch, 50, 0)


def texts(count: int) -> list[str]:
    """The first sentences of the demo's words."""
    found: list[str] = []
    for file in sorted((ROOT / "demo/words").glob("*.yaml")):
        word = yaml.safe_load(file.read_text("utf-8"))
        parts = [word.get("explanation", ""), word.get("likeness", ""), *word.get("steps", [])]
        whole = " ".join(re.sub("<[^>]+>", " ", " ".join(parts)).split())
        found += [whole[start:end] for start, end in sentence_spans(whole)]
        if len(found) >= count:
            break
    return found[:count]


ADDED = {
    5: "Ja, och det här har jag faktiskt varit med om själv, när jag var på semester i Grekland i somras.",
    15: "Vänta lite, nu ringer telefonen här. Jag ska bara stänga av den.",
}


@dataclass(frozen=True)
class Case:
    """A recording to make. ``noise`` and ``music`` under the voice are decibels that the voice is stronger."""

    what: str
    voice: str
    pace: int = 150
    pitch: int = 50
    pauses: tuple[float, float] = (0.1, 0.8)
    skipped: tuple[int, ...] = ()
    added: Mapping[int, str] = field(default_factory=dict)
    noise: float | None = None
    music: float | None = None
    around: tuple[float, float] = (0, 0)  # seconds of music before and after
    filters: str = ""


CASES = (
    Case("a woman's voice", "sv+f2"),
    Case("a deep voice, 40 % slower", "sv+m3", 90),
    Case("a light voice, 40 % quicker", "sv+f4", 210),
    Case("Klatt synthesis", "sv+klatt3", 140),
    Case("a Norwegian reads, Klatt, quick", "nb+klatt2", 200),
    Case("a Dane reads", "da+m7", 150),
    Case("a German woman reads", "de+f3", 160, 70),
    Case("an English man reads", "en+m1", 150, 35),
    Case("pitch and formants up by 4 semitones", "sv+m3", filters="rubberband=pitch=1.26:formant=shifted"),
    Case("a German, pitch down by 3 semitones", "de+m3", filters="rubberband=pitch=0.84"),
    Case("tempo that wanders by 15 %", "nb+m2", filters="vibrato=f=0.1:d=1"),
    Case("an echoing room", "nb+m3", filters="aecho=0.8:0.7:40|70:0.4|0.3"),
    Case("a telephone", "da+f3", filters="highpass=f=300,lowpass=f=3400,acompressor"),
    Case("noise 10 dB under", "sv+f2", noise=10),
    Case("noise 5 dB under, a Norwegian", "nb+m3", noise=5),
    Case("music 10 dB under, a Norwegian", "nb+m3", music=10),
    Case("music 20 s before, 15 s after", "sv+f2", around=(20, 15)),
    Case("pauses up to 6 s", "da+f2", pauses=(0.1, 6)),
    Case("no pauses at all", "nb+f2", pauses=(0, 0.02)),
    Case("three sentences left out", "nb+f3", skipped=(3, 12, 13)),
    Case("two things said beside the script", "nb+f3", added=ADDED),
    Case(
        "all at once, a Norwegian",
        "nb+f3", 180, 60, (0, 2), (3, 12), ADDED, 15, None, (10, 8),
    ),
    Case(
        "all at once, a German",
        "de+f3", 130, 60, (0, 2), (3, 12), ADDED, 12, None, (10, 8),
    ),
)  # fmt: skip


def music(seconds: float, rate: int) -> Any:
    """Chords of plucked strings, at most 1."""
    random = np.random.default_rng(3)
    length, out = int(seconds * rate), np.zeros(int((seconds + 2) * rate))
    tone = np.arange(2 * rate) / rate
    for beat in np.arange(0, seconds, 0.5):
        at = int(beat * rate)
        for hertz in random.choice([220, 247, 262, 294, 330, 392, 440, 523], 3):
            for part in (1, 2, 3, 4):
                out[at : at + len(tone)] += np.exp(-3 * tone) * np.sin(2 * np.pi * hertz * part * tone) / part
    return out[:length] / max(1.0, np.abs(out).max())


def _spoken(sentences: Sequence[str], voice: speech.Voice) -> tuple[list[Any], int]:
    told = speech.narrate([Sentence(at, text, False) for at, text in enumerate(sentences)], voice)
    samples = np.frombuffer(told.samples, np.int16).astype(np.float32)
    spans = zip(told.marks, told.ends, strict=True)
    return [samples[round(start * told.rate) : round(end * told.rate)] for start, end in spans], told.rate


def record(case: Case, sentences: Sequence[str], wav: Path) -> tuple[list[float | None], float]:
    """Make the recording: the second at which each sentence begins, None for one left out; and its length."""
    random = np.random.default_rng(1)
    voice = Reader(case.voice, case.pace, case.pitch)
    said, rate = _spoken(sentences, voice)
    beside, _rate = _spoken(list(case.added.values()), voice) if case.added else ([], rate)
    extra = dict(zip(case.added, beside, strict=True))
    level = float(np.sqrt((np.concatenate(said) ** 2).mean()))
    parts, starts = [np.zeros(int(0.3 * rate))], []
    if case.around[0]:
        parts.append(music(case.around[0], rate) * level * 2)
    at = sum(map(len, parts))

    def put(samples: Any) -> None:
        nonlocal at
        parts.append(samples)
        at += len(samples)

    for number, samples in enumerate(said):
        starts.append(None if number in case.skipped else at / rate)
        if number not in case.skipped:
            put(samples)
            put(np.zeros(int(random.uniform(*case.pauses) * rate)))
        if number in extra:
            put(extra[number])
            put(np.zeros(int(0.4 * rate)))
    if case.around[1]:
        put(music(case.around[1], rate) * level * 2)
    whole = np.concatenate(parts)
    if case.noise is not None:
        whole = whole + random.normal(0, level * 10 ** (-case.noise / 20), len(whole))
    if case.music is not None:
        bed = np.resize(music(20, rate), len(whole))
        whole = whole + bed / np.sqrt((bed**2).mean()) * level * 10 ** (-case.music / 20)
    raw = wav.with_suffix(".raw.wav")
    samples = np.clip(whole, -32767, 32767).astype(np.int16).tobytes()
    sound.write_wav(samples, rate, raw)
    filters = ["-af", case.filters] if case.filters else []
    sound.run("-i", str(raw), *filters, "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", str(wav))
    raw.unlink()
    return starts, at / rate


@dataclass(frozen=True)
class Result:
    """How one recording went. Errors are seconds, of the sentences that are said."""

    case: Case
    errors: tuple[float, ...]
    lost: int  # said, but not found
    invented: int  # left out, but found
    flagged: int  # of those found, how many a person is asked to listen to
    far: int  # more than FAR from the truth
    far_flagged: int
    beside: int
    seconds: float  # of sound
    took: float


def measure(case: Case, sentences: Sequence[str], folder: Path) -> Result:
    """Make the recording, align the script with it, and compare."""
    wav = folder / "a.wav"
    truth, length = record(case, sentences, wav)
    began = time.process_time()
    found = align.match("\n\n".join(sentences), wav, speech.Espeak())
    took = time.process_time() - began
    errors, lost, invented, flagged, far, far_flagged = [], 0, 0, 0, 0, 0
    for true, one in zip(truth, found.said, strict=True):
        if true is None or one.start is None:
            lost += true is not None and one.start is None
            invented += true is None and one.start is not None
            continue
        errors.append(abs(one.start - true))
        doubtful = one.sure < align.DOUBT
        flagged += doubtful
        far += errors[-1] > FAR
        far_flagged += errors[-1] > FAR and doubtful
    return Result(
        case, tuple(errors), lost, invented, flagged, far, far_flagged, len(found.beside), length, took
    )


def an_hour(folder: Path) -> tuple[str, ...]:
    """What sixty minutes take: seconds of the processor, of the clock, and megabytes, in a process of its own."""
    sentences = (texts(2000) * 3)[:900]
    case = Case("an hour", "nb+f3", pauses=(0.1, 1.0), noise=20)
    _starts, length = record(case, sentences, folder / "hour.wav")
    (folder / "hour.txt").write_text("\n\n".join(sentences), "utf-8")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(folder)], stdout=subprocess.PIPE, check=True, text=True
    )
    clock = time.monotonic() - began
    processor, memory, found = done.stdout.split()
    starts = [float(one) if one != "-" else None for one in found.split(",")]
    errors = [abs(a - b) for a, b in zip(_starts, starts, strict=True) if a is not None and b is not None]
    return (
        f"{length / 60:.0f} minutes of sound, {len(sentences)} sentences",
        f"processor {float(processor):.0f} s, clock {clock:.0f} s, at most {float(memory):.0f} MB",
        f"error: median {np.median(errors):.3f} s, 95 % within {np.percentile(errors, 95):.3f} s, "
        f"largest {max(errors):.2f} s, {len(sentences) - len(errors)} not found",
    )


def one(folder: Path) -> None:
    """Align the hour, and say what it took."""
    found = align.match((folder / "hour.txt").read_text("utf-8"), folder / "hour.wav", speech.Espeak())
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text()  # ru_maxrss counts the parent's memory too
    most = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    starts = ",".join("-" if said.start is None else f"{said.start:.3f}" for said in found.said)
    print(used.ru_utime + used.ru_stime, most, starts)


def main() -> None:
    """Measure, and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--one", type=Path)
    options.add_argument("--no-hour", action="store_true")
    chosen = options.parse_args()
    if chosen.one:
        one(chosen.one)
        return
    sentences = texts(40)
    rows, results = [], []
    with tempfile.TemporaryDirectory(prefix="utbud-align-") as temporary:
        folder = Path(temporary)
        for case in CASES:
            found = measure(case, sentences, folder)
            results.append(found)
            rows.append(
                f"| {case.what} | {len(found.errors)} | {np.median(found.errors):.3f} | "
                f"{np.percentile(found.errors, 95):.3f} | {max(found.errors):.2f} | {found.far} | {found.lost} | "
                f"{found.invented} | {found.flagged} | {found.beside} | {found.took / found.seconds * 60:.1f} |"
            )
            print(rows[-1], flush=True)
        hour = () if chosen.no_hour else an_hour(folder)
        print("\n".join(hour))
    every = [error for found in results for error in found.errors]
    far, caught = sum(found.far for found in results), sum(found.far_flagged for found in results)
    flagged = sum(found.flagged for found in results)
    cores = os.cpu_count()
    table = [
        "# Captions from a script, against the truth",
        "",
        f"{time.strftime('%Y-%m-%d')}, {cores} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, shared with other work.",
        "",
        "Seconds between where a sentence is found to begin and where it begins. **Synthetic against synthetic**: no",
        "human Swedish speech with a known text can be had offline, so these figures are what the method can do with clear",
        "voices, not what a person before a laptop will get. See `bench/align.py` for how the recordings are made.",
        "",
        "| recording | sentences | median | 95 % | largest | over 0.5 s | not found | found though left out | "
        "to listen to | sound beside the script | processor s a minute |",
        "| --- " + "| ---: " * 10 + "|",
        *rows,
        f"| **all** | {len(every)} | {np.median(every):.3f} | {np.percentile(every, 95):.3f} | {max(every):.2f} | {far} | "
        f"{sum(one.lost for one in results)} | {sum(one.invented for one in results)} | {flagged} | "
        f"{sum(one.beside for one in results)} | |",
        "",
        f"Of the {far} that fall more than 0.5 s wrong, {caught} are among the {flagged} that the editor asks a person to "
        "listen to.",
        "",
        *(["## An hour", "", *(f"- {line}" for line in hour), ""] if hour else []),
    ]
    path = RESULTS / f"{time.strftime('%Y-%m-%d')}-{cores}-cores-align.md"
    path.write_text("\n".join(table), "utf-8")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
