"""The sound of a demo episode: people who talk, read by the speech engine in as many voices, and a tune before and after."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utbud.formats import sound
from utbud.formats.content import Sentence
from utbud.formats.speech import Espeak, Said, narrate
from utbud.media import narrated
from utbud.media.captions import Chapter, Cue

# Which of the engine's voices each person has: two who talk must be heard to be two.
VOICES = {"Maja": "f2", "Rune": "m3", "Sture": "m1", "Elin": "linda"}
# Notes in hertz and the seconds at which they begin: a rising chord, the same falling, and two notes between chapters.
TUNE = ((392.0, 0.0), (523.3, 0.22), (659.3, 0.44), (784.0, 0.66), (1046.5, 1.1))
GOODBYE = ((1046.5, 0.0), (784.0, 0.22), (659.3, 0.44), (523.3, 0.66), (392.0, 1.1))
BETWEEN_CHAPTERS = ((523.3, 0.1), (784.0, 0.32))
RING, LOUD = 0.55, 4200  # seconds in which a note fades to a third; of 32 767
AFTER_TUNE, AFTER_NOTES = 1.6, 0.9  # seconds after the last note


@dataclass(frozen=True)
class Episode:
    """What is said and when, with a chapter for each part."""

    seconds: float
    script: str
    cues: tuple[Cue, ...]
    chapters: tuple[Chapter, ...]


class _Cast(Espeak):
    """The engine with a voice for each of the texts that it is given."""

    def __init__(self, variants: Sequence[str]) -> None:
        super().__init__()
        self.variants = variants

    def tell(self, texts: Sequence[str], *, words_a_minute: int) -> tuple[list[Said], int]:
        """See Espeak."""
        said: list[Said] = []
        for text, variant in zip(texts, self.variants, strict=True):
            one, rate = Espeak(variant).tell([text], words_a_minute=words_a_minute)
            said += one
        return said, rate


def write(chapters: Sequence[Mapping[str, Any]], wav: Path) -> Episode:
    """Write the sound of ``chapters`` (demo/podcast) to ``wav``. Raises speech.NoVoice."""
    samples, cues, marks, script, rate = array("h"), [], [], [], 0
    for number, chapter in enumerate(chapters):
        who, said = zip(*chapter["lines"], strict=True)
        turns = [Sentence(at, text, pause=False) for at, text in enumerate(said)]
        narration = narrate(turns, _Cast([VOICES[name] for name in who]))
        rate = narration.rate
        samples.extend(
            notes(BETWEEN_CHAPTERS if number else TUNE, rate, AFTER_NOTES if number else AFTER_TUNE)
        )
        begins = len(samples) / rate
        marks.append(Chapter(round(begins if number else 0.0, 3), chapter["title"]))
        if not number:
            cues.append(Cue(0.2, round(begins - 0.2, 3), "[Poddens melodi]"))
        cues += narrated.cues(said, narration, speakers=who, after=begins)
        samples.frombytes(narration.samples)
        script += [f"{name}: {text}" for name, text in chapter["lines"]]
    begins = len(samples) / rate
    samples.extend(notes(GOODBYE, rate, AFTER_TUNE))
    cues.append(Cue(round(begins, 3), round(len(samples) / rate - 0.3, 3), "[Poddens melodi]"))
    sound.write_wav(samples.tobytes(), rate, wav)
    return Episode(len(samples) / rate, "\n\n".join(script), tuple(cues), tuple(marks))


def notes(tune: Sequence[tuple[float, float]], rate: int, after: float) -> "array[int]":
    """A tune of soft bells: each note a sine with two overtones that fade sooner."""
    made = [0.0] * round((tune[-1][1] + after) * rate)
    for hertz, start in tune:
        first = round(start * rate)
        for at in range(first, len(made)):
            second = (at - first) / rate
            turn = 2 * math.pi * hertz * second
            fades = math.exp(-second / RING)
            struck = min(1.0, second / 0.008)  # no click
            overtones = 0.35 * math.sin(2 * turn) * fades + 0.15 * math.sin(4 * turn) * fades**3
            made[at] += struck * fades * (math.sin(turn) + overtones)
    tail = round(0.2 * rate)
    for at in range(1, min(tail, len(made)) + 1):
        made[-at] *= at / tail
    return array("h", (round(LOUD * value) for value in made))
