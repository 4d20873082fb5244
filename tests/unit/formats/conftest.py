"""A word to make formats from, its drawing, and sounds to send in."""

import dataclasses
import datetime as dt
import math
import random
import subprocess
import wave
from array import array
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from utbud.base.richtext import Block, Run, blocks_from_text
from utbud.formats import sound
from utbud.formats.content import Item, Picture, Section, Sender

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300" rx="28" fill="#F6EEE3"/>'
    b'<circle cx="200" cy="150" r="90" fill="#0B5A5E"/></svg>'
)


def steps(*texts: str) -> tuple[Block, ...]:
    """Numbered steps."""
    return tuple(Block("ol", (Run(text),)) for text in texts)


def a_word() -> Item:
    return Item(
        kind="Veckans digitala ord",
        title="Wifi",
        pronunciation="vaj-faj",
        lead="Wifi är internet genom luften.",
        path="/ord/wifi/",
        version="a1b2c3",
        date=dt.date(2026, 11, 23),
        sections=(
            Section("", blocks_from_text("Hemma kommer wifi från en låda.\n\nPå biblioteket är det gratis.")),
            Section("Det här kan du göra", steps("Fråga efter namnet på nätet.", "Skriv lösenordet.")),
        ),
        sources=(("Internetkunskap", "https://www.internetkunskap.se/"),),
        picture=Picture(name="drawings/wifi.svg", alt="En låda med vågor", digest="d1"),
    )


def a_library() -> Sender:
    return Sender(
        name="Biblioteket",
        phone="08-465 004 00",
        address="Storgatan 1, Härnösand",
        drop_in="Drop-in: måndag 13–15",
        base_url="https://digitalt.example.org",
        accent="#0B5A5E",
    )


@pytest.fixture
def item() -> Item:
    return a_word()


@pytest.fixture
def sender() -> Sender:
    return a_library()


@pytest.fixture
def drawing(item: Item) -> str:
    """The word's drawing, in storage."""
    return default_storage.save(item.picture.name, ContentFile(SVG))


@pytest.fixture
def short(item: Item) -> Item:
    """A word that is quickly read."""
    return dataclasses.replace(item, sections=(), sources=())


def tone(seconds: float, level=lambda time: 0.3, *, rate: int = 44_100) -> array:
    """A voice-like sound: three tones, at ``level(time)`` of full."""
    return array(
        "h",
        (
            int(
                32_000
                * level(at / rate)
                * sum(math.sin(at * pitch * 6.2832 / rate) for pitch in (180, 410, 950))
                / 3
            )
            for at in range(int(seconds * rate))
        ),
    )


def hiss(seconds: float, level: float, *, rate: int = 44_100) -> array:
    """Noise at ``level`` of full."""
    dice = random.Random(7)
    return array("h", (int(dice.uniform(-32_000, 32_000) * level) for _ in range(int(seconds * rate))))


def save_wav(path: Path, samples: array, *, rate: int = 44_100) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


@pytest.fixture(scope="session")
def sounds(tmp_path_factory) -> Path:
    """A folder with the same three seconds of sound as people may send it."""
    folder = tmp_path_factory.mktemp("sounds")
    save_wav(folder / "a.wav", tone(3, lambda time: 0.2 + 0.1 * math.sin(time * 9)))
    coders = {
        "a.webm": [
            "-c:a",
            "libopus",
            "-f",
            "webm",
            "-live",
            "1",
        ],  # as MediaRecorder writes it, without a length
        "a.m4a": ["-c:a", "aac", "-movflags", "+faststart"],
        "a.mp3": ["-c:a", "libmp3lame"],
        "a.ogg": ["-c:a", "libopus"],
    }
    for name, coder in coders.items():
        command = [sound.ffmpeg(), "-v", "error", "-i", str(folder / "a.wav"), *coder, str(folder / name)]
        subprocess.run(command, check=True, capture_output=True)
    return folder
