"""Captions by listening, where a model for it is installed: an extra that the library chooses (``pip install utbud[hear]``).

faster-whisper runs OpenAI's Whisper with CTranslate2. The model is a folder on this machine, such as the National
Library of Sweden's KB-Whisper in CTranslate2's form; nothing is fetched. Pure: a sound file in, captions out.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from utbud.media.captions import Cue, pieces

NEEDED = (
    "model.bin",
    "config.json",
    "tokenizer.json",
)  # what the folder of a model has, besides words and settings
UNSURE = 0.5  # a mean probability of the words under this, and a person is asked to listen
LINGER = 0.4  # seconds that a caption stays when its last word is said, if nothing comes


class CannotHear(Exception):
    """Nothing could be heard. The message is Swedish, for the one who asked for it."""


@dataclass(frozen=True)
class Heard:
    """Captions, and what a person should listen to: (second, what, in Swedish)."""

    cues: tuple[Cue, ...]
    doubts: tuple[tuple[float, str], ...]


def is_installed() -> bool:
    """Whether faster-whisper is there to be used."""
    return find_spec("faster_whisper") is not None


def lacks(model: str) -> list[str]:
    """Which of the files of a model the folder does not have."""
    return [name for name in NEEDED if not Path(model, name).is_file()]


def is_offered(model: str) -> bool:
    """Whether captions can be made by listening here: both the program and the model are there."""
    return bool(model) and is_installed() and not lacks(model)


def hear(wav: Path, model: str, seconds: float, tell: Callable[[float], None] = lambda _share: None) -> Heard:
    """What is said in ``wav``, ``seconds`` long, with ``model``. ``tell`` is told how much is done. Raises CannotHear."""
    if not is_offered(model):
        raise CannotHear(_("Taligenkänning är inte installerad. Be it-avdelningen om den."))
    from faster_whisper import WhisperModel  # late: an extra, and large  # noqa: PLC0415, RUF100

    try:
        listener = WhisperModel(model, device="cpu", compute_type="int8", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        says = _("Modellen för taligenkänning går inte att läsa in. Be it-avdelningen titta på den.")
        raise CannotHear(says) from error
    try:
        # Silence is left out first: in it Whisper hears things that nobody said.
        segments, _about = listener.transcribe(str(wav), language="sv", word_timestamps=True, vad_filter=True)
        cues: list[Cue] = []
        doubts = []
        for segment in segments:
            made = tuple(_captions(segment.words or ()))
            cues += made
            if made and _mean(word.probability for word in segment.words) < UNSURE:
                says = _("Hör efter: det var svårt att höra vad som sägs här.")
                doubts.append((made[0].start, says))
            tell(min(1.0, segment.end / seconds) if seconds else 1.0)
    finally:
        del listener  # gigabytes: given back before the worker takes something else
        gc.collect()
    if not cues:
        raise CannotHear(_("Inget tal hördes. Skriv undertexterna för hand, eller gör dem av manuset."))
    return Heard(tuple(_held(cues)), tuple(doubts))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _captions(words: Sequence[Any]) -> Iterator[Cue]:
    """What is said in one breath, divided, each part from its first word to its last."""
    text, places = "", []
    for word in words:
        said = str(word.word)
        text += said if text else said.lstrip()
        places.append(len(text))  # where it ends
    if not text.strip():
        return
    divided = pieces(text)
    starts = [place for place, _shown in divided]
    for at, (place, shown) in enumerate(divided):
        until = starts[at + 1] if at + 1 < len(starts) else len(text) + 1
        mine = [word for word, end in zip(words, places, strict=True) if place < end <= until]
        if mine:
            yield Cue(round(float(mine[0].start), 3), round(float(mine[-1].end), 3), shown)


def _held(cues: Sequence[Cue]) -> Iterator[Cue]:
    for at, cue in enumerate(cues):
        room = cues[at + 1].start if at + 1 < len(cues) else float("inf")
        end = max(cue.start + 0.2, min(room, cue.end + LINGER))
        yield Cue(cue.start, round(end, 3), cue.text)
