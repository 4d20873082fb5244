"""Files from others, damaged by chance: a reader gives what it can, or its own word on why not, and never anything else."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from utbud.courses import imports
from utbud.media import caption_files
from utbud.podcast import moving

CASES = Path(__file__).parents[1] / "cases"
READERS: dict[str, tuple[Callable[[bytes], object], type[Exception]]] = {
    ".ics": (lambda content: imports.read("a.ics", content), imports.UnreadableFile),
    ".csv": (lambda content: imports.read("a.csv", content), imports.UnreadableFile),
    ".vtt": (caption_files.read, caption_files.NotCaptions),
    ".srt": (caption_files.read, caption_files.NotCaptions),
    ".xml": (lambda content: moving.read(content, "https://example.org/flode.xml"), moving.NotAFeed),
}
TIMES = {".xml": 4}  # feeds are slow to read
SIGNS = (b"\0", b"\xff", b'"', b";", b"\r", b"\n", b"\n ", b"99999999999999999999", b"-1", b":", b"=", b",", b"<", b"&#0;", b"")  # fmt: skip


def cut(chance, content):
    return content[: chance.randrange(len(content) + 1)]


def lose(chance, content):
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randrange(1, 40) :]


def flip(chance, content):
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def put(chance, content):
    at = chance.randrange(len(content))
    return content[:at] + chance.choice(SIGNS) + content[at + chance.randrange(3) :]


def shuffle(chance, content):
    lines = content.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def repeat(chance, content):
    lines = content.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return b"".join([*lines[:at], lines[at], *lines[at:]])


def wrong_number(chance, content):
    """A number that no clock or calendar has."""
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    if not digits:
        return content
    at = chance.choice(digits)
    return content[:at] + chance.choice([b"0", b"9", b"99"]) + content[at + 1 :]


HARMS = (cut, lose, flip, put, shuffle, repeat, wrong_number, wrong_number)


@pytest.mark.parametrize(
    "path", sorted(path for path in CASES.iterdir() if path.suffix in READERS), ids=lambda path: path.name
)
def test_a_damaged_file_is_read_or_refused_in_the_readers_own_words(path):
    read, refusal = READERS[path.suffix]
    chance = random.Random(path.name)  # the same damage every time
    for _ in range(TIMES.get(path.suffix, 40)):
        content = path.read_bytes()
        for harm in chance.choices(HARMS, k=chance.randrange(1, 5)):
            content = harm(chance, content) or b"x"
        try:
            read(content)
        except refusal:
            continue
        except Exception as error:
            raise AssertionError(f"{error!r} of {content!r}") from error
