"""Sentences made into sound for the telephone: mono MP3 at 16 kHz, as much as any phone carries.

Pure: text and a voice in, a file out. A saying is named by the hash of all that decides how it sounds, since
phone services keep a file by its address for good.
"""

import tempfile
from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from utbud.base.hashing import content_hash
from utbud.formats import sound, speech
from utbud.formats.content import Sentence
from utbud.phone.menu import Step, sorry_key

TELEPHONE = sound.Target(kbit=32, rate=16_000, peak=-1.0, first=sound.SPOKEN.first)
# Seconds of silence: before, after, and after a digit inside a group and at the group's end.
LEAD_IN, TAIL, IN_GROUP, END_OF_GROUP = 0.25, 0.6, 0.15, 0.55


@dataclass(frozen=True)
class Saying:
    """One file: ``sentences`` read at one pace, with ``tail`` seconds of silence after them."""

    sentences: tuple[str, ...]
    slow: bool = False
    tail: float = TAIL

    @property
    def text(self) -> str:
        """The sentences in one row."""
        return " ".join(self.sentences)

    def key(self, voice: speech.Voice) -> str:
        """Names the file (64 characters, hex): the same words, voice, pace and loudness give the same."""
        said = [speech.spoken(sentence) for sentence in self.sentences]
        pace = [speech.SLOW, speech.SLOW_PAUSES] if self.slow else [speech.CALM]
        manner = [pace, speech.BETWEEN, LEAD_IN, self.tail, sound.LOUDNESS, asdict(TELEPHONE)]
        return content_hash([voice.version, manner, said])


def of_step(step: Step, *, slow: bool, missed: bool = False) -> list[Saying]:
    """What is read for ``step``, a file each. A number is read digit by digit, so that no file holds one."""
    said = [Saying((sorry_key(),), slow)] if missed else []
    if step.says:
        said.append(Saying(step.says, slow))
    return said + list(digits(step.digits, slow=slow))


def digits(number: str, *, slow: bool) -> Iterable[Saying]:
    """«070-174 06 05» as a file for each digit, with a longer silence where a group ends."""
    signs = [sign for sign in number if sign.isdecimal() or sign in " -"]
    for sign, after in pairwise([*signs, " "]):
        if sign.isdecimal():
            yield Saying((sign,), slow, IN_GROUP if after.isdecimal() else END_OF_GROUP)


def every_digit(*, slow: bool) -> list[Saying]:
    """All that ``digits`` may give."""
    return [Saying((sign,), slow, tail) for sign in "0123456789" for tail in (IN_GROUP, END_OF_GROUP)]


def read_aloud(saying: Saying, voice: speech.Voice) -> tuple[bytes, float]:
    """The saying as an MP3, and its length in seconds. Raises speech.NoVoice, sound.Failed."""
    sentences = [Sentence(number, text, False) for number, text in enumerate(saying.sentences)]
    narration = speech.narrate(sentences, voice, slow=saying.slow)
    said = speech.trimmed(array("h", narration.samples))
    before, after = (bytes(2 * round(seconds * narration.rate)) for seconds in (LEAD_IN, saying.tail))
    samples = before + said.tobytes() + after
    with tempfile.TemporaryDirectory(prefix="utbud-phone-") as folder:
        wav, mp3 = Path(folder, "said.wav"), Path(folder, "said.mp3")
        sound.write_wav(samples, narration.rate, wav)
        sound.even_out(wav, mp3, TELEPHONE, tags={})
        return mp3.read_bytes(), round(len(samples) / 2 / narration.rate, 3)
