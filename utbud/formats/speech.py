"""Speech from text: what the voice is given to say, who says it, and when each sentence begins.

Pure: text in, sound (16-bit mono samples) and times out. Nothing here knows of models or storage.
"""

import ctypes
import hashlib
import re
import subprocess
import tempfile
import threading
import unicodedata
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import yaml

from utbud.base.dates import MONTHS
from utbud.formats.content import Sentence

HERE = Path(__file__).parent
LEXICON = HERE / "pronunciations.yaml"
CALM, SLOW = 150, 110  # words a minute; ordinary talk is about 170
# Seconds of silence: before the first sound, between sentences, before a heading or a new block, at the end.
LEAD_IN, BETWEEN, LONGER, TAIL = 0.25, 0.4, 0.85, 0.6
SLOW_PAUSES = 1.4  # times as long
QUIET = 150  # of 32 767: what is below is the voice's own silence round a sentence
PIPER_SECONDS = 600


# The voice of the engine for each language that it has one for, by our code (web.models.LANGUAGES).
VOICES = {
    "sv": "sv", "en": "en", "fi": "fi", "smj": "smj", "ar": "ar", "fa": "fa", "ti": "ti", "uk": "uk", "pl": "pl",
    "kmr": "ku", "tr": "tr", "bs": "bs", "es": "es", "de": "de", "th": "th",
}  # fmt: skip


class NoVoice(Exception):
    """The voice could not speak. The message is for the one who runs the system."""


# --- what is said -----------------------------------------------------------------------------

DIGITS = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio")
PHONE = re.compile(r"(?<![\d-])(?:\+\d{1,3}[ \d-]{6,}\d|0\d{1,3}-\d[ \d]{3,}\d)(?!\d)")
CLOCK = re.compile(r"\b([01]?\d|2[0-4])[.:]([0-5]\d)\b(?![.:]?\d)")
DATE = re.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
RANGE = re.compile(r"(?<=\d)\s*–\s*(?=\d)|(?<=\b\d)-(?=\d\d?\b)|(?<=\b\d\d)-(?=\d\d?\b)")
MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)+(?:se|nu|com|org|net|eu|info|gov))\b((?:/[\w\-./%?=&#]*)?)",
    re.IGNORECASE,
)
# How the endings of addresses are said; the others are read as they are written.
ENDINGS = {"se": "s e", "eu": "e u", "com": "komm", "org": "årj"}
SIGNS = {
    "&": " och ",
    "@": " snabel-a ",
    "%": " procent",
    "+": " plus ",
    "=": " är lika med ",
    "/": " snedstreck ",
}


SHAPES = {"whole": r"(?<![\w.-])(?:%s)(?![\w-]|\.\w)", "begins": r"(?<!\w)(?:%s)", "inside": r"(?:%s)"}


@cache
def _lexicon() -> tuple[re.Pattern[str], dict[str, dict[str, str]]]:
    """pronunciations.yaml as one pattern, so that nothing is respelled twice, and its entries by part."""
    parts: dict[str, dict[str, str]] = {
        part: {str(written).lower(): said for written, said in entries.items()}
        for part, entries in yaml.safe_load(LEXICON.read_text("utf-8")).items()
    }
    patterns = []
    for part, entries in parts.items():
        longest_first = sorted(entries, key=len, reverse=True)
        patterns.append(f"(?P<{part}>{SHAPES[part] % '|'.join(map(re.escape, longest_first))})")
    return re.compile("|".join(patterns), re.IGNORECASE), parts


def _respelled(found: re.Match[str]) -> str:
    return _lexicon()[1][found.lastgroup or ""][found.group().lower()]


@lru_cache(maxsize=10_000)
def spoken(text: str, language: str = "sv") -> str:
    """``text`` as the voice is given it: short forms, numbers, addresses and foreign words in Swedish letters.

    «Ring 08-465 004 00 kl. 13–15» → «Ring noll åtta, fyra sex fem, noll noll fyra, noll noll klockan 13 till 15».
    Signs that cannot be said (pictures, arrows, brackets of the voice's own commands) are left out. In another
    ``language`` nothing is spelled anew; a phone number is given figure by figure.
    """
    text = unicodedata.normalize("NFC", text)
    if language != "sv":
        text = PHONE.sub(lambda found: ", ".join(map(" ".join, re.findall(r"\d+", found.group()))), text)
        return " ".join("".join(sign if _sayable(sign) else " " for sign in text).split())
    text = PHONE.sub(_phone, text)
    text = MAIL.sub(_mail, text)
    text = ADDRESS.sub(_address, text)
    text = DATE.sub(lambda found: f"{int(found[3])} {MONTHS[int(found[2]) - 1]} {found[1]}", text)
    text = CLOCK.sub(_clock, text)
    text = RANGE.sub(" till ", text)
    text = _lexicon()[0].sub(_respelled, text)
    text = "".join(SIGNS.get(sign, sign if _sayable(sign) else " ") for sign in text)
    return " ".join(text.split())


def _sayable(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNM" or sign in " .,:;!?'’\"”-–—()…\n؟،؛።\u200c"


def _figures(figures: str) -> str:
    return " ".join(DIGITS[int(figure)] for figure in figures)


def _phone(found: re.Match[str]) -> str:
    groups = [group for group in re.split(r"[ -]+", found.group().lstrip("+")) if group]
    return ("plus " if found.group().startswith("+") else "") + ", ".join(map(_figures, groups))


def _host(host: str) -> str:
    *names, ending = host.split(".")
    return " punkt ".join([*names, ENDINGS.get(ending.lower(), ending)])


def _address(found: re.Match[str]) -> str:
    host, path = found.groups()
    bare = path.rstrip("./?")
    stop = path[len(bare) :].replace("/", "")  # a full stop after the address is the sentence's
    said = _host(host)
    for part in filter(None, bare.split("/")):
        said += " snedstreck " + part.replace("-", " streck ").replace(".", " punkt ")
    return said + stop


def _mail(found: re.Match[str]) -> str:
    name, _at, host = found.group().partition("@")
    return f"{name.replace('.', ' punkt ').replace('-', ' streck ')} snabel-a {_host(host)}"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found.group(1)), found.group(2)
    if minute == "00":
        return str(hour)
    return f"{hour} noll {minute[1]}" if minute[0] == "0" else f"{hour} {minute}"


# --- who says it ------------------------------------------------------------------------------


class Voice(Protocol):
    """A voice. ``version`` is part of the name of everything it has said."""

    version: str

    def say(self, texts: Sequence[str], *, words_a_minute: int) -> tuple[list["array[int]"], int]:
        """The samples of each text, and how many of them make a second. Raises NoVoice."""
        ...


@dataclass(frozen=True)
class Said:
    """The samples of a text, and where its words begin: (letter of the text, from 0; sample). None for some voices."""

    samples: "array[int]"
    words: tuple[tuple[int, int], ...] = ()


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


END_OF_EVENTS, WORD = 0, 1  # types of events


class Espeak:
    """espeak-ng from its wheel: small, quick, clear, Swedish; sounds like a machine.

    ``variant`` is one of its own («f2», «m3»), where two talk with each other; "" is the voice that reads. ``language`` is
    one of VOICES.
    """

    _lock = threading.Lock()  # the library keeps one state for the whole process
    _library: Any = None
    _rate = 0
    _speaks = "sv"
    _heard: "array[int]"
    _words: list[tuple[int, int]]  # (letter, millisecond)
    _callback: Any = None

    def __init__(self, variant: str = "", language: str = "sv") -> None:
        speaks = VOICES[language]
        self.name = f"{speaks}+{variant}" if variant else speaks
        other = speaks if speaks != "sv" else ""
        self.version = " ".join(filter(None, ["espeakng-loader", version("espeakng-loader"), variant, other]))

    @classmethod
    def _load(cls) -> Any:
        with cls._lock:
            if cls._library is None:
                import espeakng_loader  # late: only who speaks needs it  # noqa: PLC0415, RUF100

                try:
                    library = ctypes.CDLL(espeakng_loader.get_library_path())
                except OSError as error:
                    raise NoVoice(f"espeak-ng kan inte läsas in: {error}") from error
                synchronous, without_exit = 2, 0x8000
                cls._rate = library.espeak_Initialize(
                    synchronous, 0, str(espeakng_loader.get_data_path()).encode(), without_exit
                )
                if cls._rate <= 0 or library.espeak_SetVoiceByName(b"sv") != 0:
                    raise NoVoice("espeak-ng saknar sin svenska röst.")
                kind = ctypes.CFUNCTYPE(
                    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
                )
                cls._callback = kind(cls._hear)
                library.espeak_SetSynthCallback(cls._callback)
                cls._library = library
            return cls._library

    @classmethod
    def _hear(cls, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            cls._heard.frombytes(ctypes.string_at(samples, count * 2))
        at = 0
        while events and events[at].type != END_OF_EVENTS:
            if events[at].type == WORD:
                cls._words.append((events[at].text_position - 1, events[at].audio_position))
            at += 1
        return 0  # go on

    def say(self, texts: Sequence[str], *, words_a_minute: int) -> tuple[list["array[int]"], int]:
        """See Voice."""
        said, rate = self.tell(texts, words_a_minute=words_a_minute)
        return [one.samples for one in said], rate

    def tell(self, texts: Sequence[str], *, words_a_minute: int) -> tuple[list[Said], int]:
        """As ``say``, with where the words begin. One text at a time in the whole process."""
        library, said = self._load(), []
        rate_parameter, utf8 = 1, 1
        with self._lock:
            if Espeak._speaks != self.name:
                if library.espeak_SetVoiceByName(self.name.encode()) != 0:
                    raise NoVoice(f"espeak-ng saknar rösten {self.name}.")
                Espeak._speaks = self.name
            library.espeak_SetParameter(rate_parameter, words_a_minute, 0)
            for text in texts:
                Espeak._heard, Espeak._words = array("h"), []
                raw = text.encode() + b"\0"
                if library.espeak_Synth(raw, ctypes.c_size_t(len(raw)), 0, 1, 0, utf8, None, None) != 0:
                    raise NoVoice("espeak-ng kunde inte läsa texten.")
                library.espeak_Synchronize()
                words = tuple((letter, ms * self._rate // 1000) for letter, ms in Espeak._words)
                said.append(Said(Espeak._heard, words))
            return said, self._rate


class Piper:
    """Piper, a better voice, as a program of its own: reads a sentence a line, writes a sound file for each."""

    def __init__(self, program: str, voice: str) -> None:
        self.program, self.voice = program, voice
        try:
            with Path(voice).open("rb") as file:
                self.version = f"piper {hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
        except OSError as error:
            raise NoVoice(f"Röstfilen {voice} går inte att läsa.") from error

    def say(self, texts: Sequence[str], *, words_a_minute: int) -> tuple[list["array[int]"], int]:
        """See Voice. The files are named by the clock, so their order is the order of the lines."""
        lines = [" ".join(text.split()) for text in texts]
        wanted = [index for index, line in enumerate(lines) if line]
        said, rate = [array("h") for _ in lines], 22050
        if not wanted:
            return said, rate
        with tempfile.TemporaryDirectory(prefix="utbud-piper-") as folder:
            command = [self.program, "--model", self.voice, "--output_dir", folder]
            command += ["--length_scale", f"{170 / words_a_minute:.2f}"]  # 1 is ordinary talk
            try:
                subprocess.run(  # noqa: S603 - the administrator chose the program
                    command,
                    input="".join(lines[index] + "\n" for index in wanted).encode(),
                    capture_output=True,
                    timeout=PIPER_SECONDS,
                    check=True,
                )
            except subprocess.CalledProcessError as error:
                raise NoVoice(
                    f"Piper slutade med fel: {error.stderr.decode(errors='replace')[-300:]}"
                ) from error
            except (OSError, subprocess.TimeoutExpired) as error:
                raise NoVoice(f"Piper svarade inte: {error}") from error
            files = sorted(Path(folder).glob("*.wav"), key=lambda file: (len(file.name), file.name))
            if len(files) != len(wanted):
                raise NoVoice(f"Piper läste {len(files)} av {len(wanted)} meningar.")
            for index, file in zip(wanted, files, strict=True):
                with wave.open(str(file)) as sound:
                    if (sound.getnchannels(), sound.getsampwidth()) != (1, 2):
                        raise NoVoice("Pipers ljud är inte mono med 16 bitar.")
                    rate = sound.getframerate()
                    said[index].frombytes(sound.readframes(sound.getnframes()))
        return said, rate


@cache
def voice(piper: str = "", piper_voice: str = "", language: str = "sv") -> Voice:
    """Piper when both its program and a voice file are given, otherwise espeak-ng, which alone speaks other languages.

    Raises NoVoice, also for a ``language`` that is none of VOICES.
    """
    if language not in VOICES:
        raise NoVoice(f"Ingen röst talar {language}.")
    if language != "sv":
        return Espeak(language=language)
    return Piper(piper, piper_voice) if piper and piper_voice else Espeak()


# --- the whole reading ------------------------------------------------------------------------


@dataclass(frozen=True)
class Narration:
    """Sound (16-bit mono samples, ``rate`` a second), and the seconds at which each sentence begins and ends.

    ``words`` holds for each sentence (letter of what is spoken, second) of its words: empty for a voice that does not tell.
    """

    samples: bytes
    rate: int
    marks: tuple[float, ...]
    ends: tuple[float, ...] = ()
    words: tuple[tuple[tuple[int, float], ...], ...] = ()

    @property
    def seconds(self) -> float:
        """The length of the whole."""
        return len(self.samples) / 2 / self.rate


def narrate(
    sentences: Sequence[Sentence], voice: Voice, *, slow: bool = False, language: str = "sv"
) -> Narration:
    """The sentences read aloud, one by one, so that each one's start is exact to the sample.

    A sentence with nothing to say (only a picture sign) has a mark and no sound. Raises NoVoice.
    """
    words_a_minute, stretch = (SLOW, SLOW_PAUSES) if slow else (CALM, 1.0)
    said, rate = _tell(voice, [spoken(sentence.text, language) for sentence in sentences], words_a_minute)
    sound, marks, ends, words = array("h"), [], [], []
    for sentence, one in zip(sentences, said, strict=True):
        pause = LEAD_IN if not sound else (LONGER if sentence.pause else BETWEEN) * stretch
        start, samples = _bounds(one.samples)[0], trimmed(one.samples)
        if samples or not sound:
            sound.frombytes(bytes(2 * round(pause * rate)))
        begins = len(sound)
        marks.append(round(begins / rate, 3))
        words.append(
            tuple((letter, round((begins + max(0, at - start)) / rate, 3)) for letter, at in one.words)
        )
        sound.extend(samples)
        ends.append(round(len(sound) / rate, 3))
    sound.frombytes(bytes(2 * round(TAIL * rate)))
    return Narration(sound.tobytes(), rate, tuple(marks), tuple(ends), tuple(words))


def _tell(voice: Voice, texts: Sequence[str], words_a_minute: int) -> tuple[list[Said], int]:
    if isinstance(voice, Espeak):
        return voice.tell(texts, words_a_minute=words_a_minute)
    said, rate = voice.say(texts, words_a_minute=words_a_minute)
    return [Said(samples) for samples in said], rate


def trimmed(samples: "array[int]") -> "array[int]":
    """``samples`` without the silence before and after."""
    start, end = _bounds(samples)
    return samples[start:end]


def _bounds(samples: "array[int]") -> tuple[int, int]:
    start, end = 0, len(samples)
    while start < end and abs(samples[start]) < QUIET:
        start += 1
    while end > start and abs(samples[end - 1]) < QUIET:
        end -= 1
    return start, end
