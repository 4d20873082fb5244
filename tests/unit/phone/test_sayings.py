"""Speech for the telephone: real sound, measured, and names that follow what is heard."""

import dataclasses
import subprocess

import pytest

from utbud.formats import queries, sound
from utbud.phone.sayings import END_OF_GROUP, IN_GROUP, Saying, digits, every_digit, read_aloud

HELLO = Saying(("Tryck 1 för veckans digitala ord.", "Tryck 2 för öppettider."))


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heard")
    made = {
        "calm": HELLO,
        "slow": dataclasses.replace(HELLO, slow=True),
        "digit": Saying(("7",), tail=IN_GROUP),
    }
    found = {}
    for name, saying in made.items():
        content, seconds = read_aloud(saying, queries.voice())
        path = folder / f"{name}.mp3"
        path.write_bytes(content)
        found[name] = (path, seconds)
    return found


@pytest.mark.parametrize("name", ["calm", "slow", "digit"])
def test_it_is_mono_mp3_for_a_telephone_at_even_loudness(heard, name):
    path, seconds = heard[name]
    told = subprocess.run(
        [sound.ffmpeg(), "-hide_banner", "-i", str(path)], capture_output=True, text=True
    ).stderr
    assert "Audio: mp3" in told
    assert "16000 Hz, mono" in told
    level = sound.measure(path)
    assert abs(level.lufs - sound.LOUDNESS) <= sound.TOLERANCE
    assert level.peak <= -1.0
    assert 0.3 < seconds < 12


def test_slow_is_slower(heard):
    assert heard["slow"][1] > 1.2 * heard["calm"][1]


def test_a_digit_is_short(heard):
    assert heard["digit"][1] < 1


VOICE = queries.voice()


@pytest.mark.parametrize(
    "other",
    [
        Saying(("Tryck 1 för veckans digitala ord.",)),
        dataclasses.replace(HELLO, slow=True),
        dataclasses.replace(HELLO, tail=1.0),
    ],
)
def test_what_sounds_otherwise_has_another_name(other):
    assert other.key(VOICE) != HELLO.key(VOICE)


def test_another_voice_gives_another_name():
    class Other:
        version = "en annan"

    assert HELLO.key(Other()) != HELLO.key(VOICE)


def test_the_same_has_the_same_name():
    assert HELLO.key(VOICE) == Saying(tuple(HELLO.sentences)).key(VOICE)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", ""),
        ("070-174 06 05", "0 7 0| 1 7 4| 0 6| 0 5|"),
        ("08-465 004 00", "0 8| 4 6 5| 0 0 4| 0 0|"),
        ("+47 21 23 45 67", "4 7| 2 1| 2 3| 4 5| 6 7|"),
    ],
)
def test_a_number_is_read_in_groups(number, said):
    found = [
        saying.text + ("|" if saying.tail == END_OF_GROUP else "") for saying in digits(number, slow=False)
    ]
    assert " ".join(found) == said
    assert set(digits(number, slow=False)) <= set(every_digit(slow=False))
