"""What a clip of 20 to 60 seconds says, and its captions. Pure: content and times in, lines and text out."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from utbud.base.richtext import sentence_spans
from utbud.formats.content import Item, Section, Sender, Sentence, invitation
from utbud.formats.speech import BETWEEN, LONGER, PHONE, Narration, spoken

SHORTEST, LONGEST = 20.0, 60.0  # seconds
AIM = 42.0  # seconds that a script may be thought to take: people leave long clips, and a voice may be slower
LETTERS_A_SECOND = 14.5  # as espeak-ng reads the demo's words at speech.CALM
HOLD = 3.0  # seconds that the closing stays when the voice is done
WIDTH = 26  # letters in a line of a caption, so that it can be large
WHOLE = 34  # letters of the longest word that is not divided; it is written smaller
AHEAD = 0.12  # seconds that a caption comes before its first word
OPENING, TELLING, CLOSING = "opening", "telling", "closing"


@dataclass(frozen=True)
class Line:
    """A sentence of the clip. ``unit`` is what it belongs to: a unit is told as far as its sentences stand here."""

    text: str
    part: str  # OPENING, TELLING or CLOSING
    unit: int


@dataclass(frozen=True)
class Cue:
    """A caption: its lines, and the seconds at which it comes and goes."""

    start: float
    end: float
    lines: tuple[str, ...]
    part: str


@cache
def look() -> str:
    """A digest of all that decides what a clip says and how its captions fall."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


# --- the script -------------------------------------------------------------------------------


def script(item: Item, sender: Sender) -> tuple[Line, ...]:
    """What is said, in whole sentences: what it is, what it is like, what to do now, and how to reach people.

    The one sentence comes first, then the first thing one can do (told whole), then what lies between the
    explanation and the steps, then more steps; each while there is room. The explanation is for a text
    that is too short without it. What has no room is left out, never cut.
    """
    title = f"{item.kind}: {item.title}" if item.kind else item.title
    lines = [Line(_ended(title), OPENING, 0)]
    closing = _closing(sender)
    left = AIM - HOLD - seconds([*(line.text for line in lines), *closing])

    units = _units(item)
    taken: dict[int, list[str]] = {}
    for number in _by_weight(units):
        unit = units[number]
        if unit.spare and AIM - left >= SHORTEST:
            continue
        # Of a paragraph the first sentences will do; of a step all are needed.
        for count in range(len(unit.sentences), 0, -1):
            if unit.whole and count < len(unit.sentences):
                break
            if (needs := seconds(unit.sentences[:count])) <= left:
                taken[number] = unit.sentences[:count]
                left -= needs
                break
    for number in sorted(taken):
        lines += [Line(text, TELLING, number + 1) for text in taken[number]]
    return (*lines, *(Line(text, CLOSING, len(units) + 1) for text in closing))


@dataclass(frozen=True)
class _Unit:
    sentences: list[str]
    weight: int  # lower goes first
    whole: bool = False  # all of it or nothing
    spare: bool = False  # only where there is too little else


def _units(item: Item) -> list[_Unit]:
    """The parts of the item in reading order, each with what it is worth."""
    with_steps = next(
        (
            at
            for at, section in enumerate(item.sections)
            if any(block.kind == "ol" for block in section.blocks)
        ),
        len(item.sections),
    )
    units = [_Unit(_sentences([item.lead]), 0)]
    for at, section in enumerate(item.sections[: with_steps + 1]):
        if at == with_steps:
            units += _steps(section)
        else:
            spare = at == 0  # it says again what the one sentence said, with more words
            heading = [] if spare else _heading(section)
            said = _sentences(block.text for block in section.blocks)
            units.append(_Unit(heading + said, 99 if spare else 1 + at, spare=spare))
    return [unit for unit in units if unit.sentences]


def _steps(section: Section) -> list[_Unit]:
    steps = [_sentences([block.text]) for block in section.blocks if block.kind == "ol"]
    steps = [step for step in steps if step]
    return [
        _Unit((_heading(section) if at == 0 else []) + step, 1 if at == 0 else 50 + at, whole=True)
        for at, step in enumerate(steps)
    ]


def _heading(section: Section) -> list[str]:
    """The heading, unless the text itself carries it on («Det är som …»)."""
    heading = section.heading.strip()
    return [_ended(heading)] if heading and not heading.endswith(("…", "...")) else []


def _by_weight(units: Sequence[_Unit]) -> list[int]:
    return sorted(range(len(units)), key=lambda number: units[number].weight)


def _closing(sender: Sender) -> list[str]:
    who = ", ".join(filter(None, [sender.name.strip(), sender.phone.strip()]))
    return [invitation(sender), *([_ended(who)] if who else [])]


def _sentences(texts: Iterable[str]) -> list[str]:
    return [text[start:end] for text in texts for start, end in sentence_spans(text)]


def _ended(text: str) -> str:
    return text if text[-1:] in (".", "?", "!", "…") else text + "."


def seconds(texts: Sequence[str]) -> float:
    """About how long it takes to say ``texts``, with the pauses."""
    letters = sum(len(spoken(text)) for text in texts)
    return letters / LETTERS_A_SECOND + (LONGER + BETWEEN * (len(texts) - 1) if texts else 0)


def shorter(lines: Sequence[Line]) -> tuple[Line, ...] | None:
    """``lines`` without the last unit that is told. None when there is none to leave out."""
    told = [line.unit for line in lines if line.part == TELLING]
    return tuple(line for line in lines if line.unit != told[-1]) if told else None


def sentences(lines: Sequence[Line]) -> tuple[Sentence, ...]:
    """The lines as the voice takes them, with a longer pause where something new begins."""
    return tuple(
        Sentence(at, line.text, at == 0 or line.unit != lines[at - 1].unit) for at, line in enumerate(lines)
    )


def length(narration: Narration) -> float:
    """Seconds of the whole clip: the voice, the closing held, and never under SHORTEST."""
    return max(SHORTEST, (narration.ends[-1] if narration.ends else 0.0) + HOLD)


# --- captions ---------------------------------------------------------------------------------

JOINED = "\u00a0"
GLUED = re.compile(r"(?<=\d) (?=\d)|(?<=\bkl\.) (?=\d)")
# A line may well end before these.
TURNS = frozenset(
    [
        "och",
        "eller",
        "men",
        "som",
        "att",
        "när",
        "om",
        "för",
        "så",
        "i",
        "på",
        "med",
        "till",
        "utan",
        "innan",
        "medan",
        "där",
    ]
)


def cues(lines: Sequence[Line], narration: Narration) -> tuple[Cue, ...]:
    """The captions: all that is said, at most two lines each, and when. ``narration`` is of ``sentences(lines)``."""
    found: list[Cue] = []
    for at, line in enumerate(lines):
        begins, ends = narration.marks[at], narration.ends[at]
        if ends <= begins:
            continue  # nothing that can be said
        pieces = caption(line.text)
        starts = [begins, *(when(line.text, place, at, narration) for place, _shown in pieces[1:])]
        for start, end, (_place, shown) in zip(starts, [*starts[1:], ends], pieces, strict=True):
            found.append(Cue(start, end, shown, line.part))
    # Each comes a little before its first word, and the last of a sentence stays a little after.
    starts = [max(0.0, cue.start - AHEAD) for cue in found]
    until = [*starts[1:], float("inf")]
    return tuple(
        Cue(round(start, 3), round(min(next_start, cue.end + AHEAD), 3), cue.lines, cue.part)
        for cue, start, next_start in zip(found, starts, until, strict=True)
    )


def when(text: str, place: int, at: int, narration: Narration) -> float:
    """The second at which the word at ``place`` (a letter of ``text``) is said.

    Exact where the voice tells of its words; otherwise by how much of the sentence has been said.
    """
    whole, before = spoken(text), spoken(text[:place])
    letter = len(before) + 1 if whole.startswith(before) else round(len(whole) * place / len(text))
    begins, ends = narration.marks[at], narration.ends[at]
    words = narration.words[at]
    if words:
        letters = [word for word, _second in words]
        return words[max(0, bisect_right(letters, letter + 1) - 1)][1]
    return begins + (ends - begins) * min(1.0, letter / max(1, len(whole)))


@lru_cache(maxsize=1000)
def caption(text: str, width: int = WIDTH) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """``text`` in pieces of at most two lines of ``width`` letters: (where it begins in ``text``, its lines).

    The cheapest way to divide it: few pieces, ended where the sentence itself draws breath.
    """
    words = _words(text, width)
    best: list[tuple[float, int]] = [
        (0.0, 0)
    ]  # for the words before each: the cost, and where its last piece begins
    for end in range(1, len(words) + 1):
        choices = []
        for begin in range(max(0, end - width * 12 // WIDTH), end):
            if _lines([word for _place, word in words[begin:end]], width) is not None:
                cost = 20 + _break(words, end) + _stub(words[begin:end])
                choices.append((best[begin][0] + cost, begin))
        best.append(min(choices))
    pieces, end = [], len(words)
    while end:
        begin = best[end][1]
        shown = _lines([word for _place, word in words[begin:end]], width) or ()
        pieces.append((words[begin][0], tuple(line.replace(JOINED, " ") for line in shown)))
        end = begin
    return tuple(reversed(pieces))


def _words(text: str, width: int) -> list[tuple[int, str]]:
    """The words and where they begin. A phone number is one; one that is very long is several."""
    glued = GLUED.sub(JOINED, PHONE.sub(lambda found: found.group().replace(" ", JOINED), text))
    words = []
    for found in re.finditer(r"[^ \t\n\r]+", glued):
        word = found.group()
        step = len(word) if len(word) <= max(WHOLE, width) else width
        words += [(found.start() + at, word[at : at + step]) for at in range(0, len(word), step)]
    return words


def _break(words: Sequence[tuple[int, str]], end: int) -> float:
    """What it costs to end a piece before the word ``end``."""
    if end == len(words) or words[end - 1][1][-1] in ".?!:;,–":
        return 0
    return 5 if words[end][1].lower() in TURNS else 14


def _stub(words: Sequence[tuple[int, str]]) -> float:
    """What it costs that a piece is short: it is gone before it is read."""
    return max(0, 18 - sum(len(word) + 1 for _place, word in words))


def _lines(words: Sequence[str], width: int) -> tuple[str, ...] | None:
    """The words on one line, or on two as even as can be. None when they have no room."""
    whole = " ".join(words)
    if len(whole) <= width or len(words) == 1:
        return (whole,)
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    fitting = [half for half in halves if all(_fits(line, width) for line in half)]
    return min(fitting, key=_uneven, default=None)


def _uneven(half: tuple[str, str]) -> int:
    """How little a line break suits: even lines are good, and one after a sign that is a breath is better."""
    return abs(len(half[0]) - len(half[1])) - (12 if half[0][-1] in ".?!:;,–" else 0)


def _fits(line: str, width: int) -> bool:
    return len(line) <= width or " " not in line


def vtt(captions: Sequence[Cue]) -> str:
    """The captions as WebVTT (W3C), in the order they come."""
    signs = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
    blocks = [
        f"{_clock(cue.start)} --> {_clock(cue.end)}\n"
        + "\n".join(line.translate(signs) for line in cue.lines)
        for cue in captions
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _clock(second: float) -> str:
    minutes, milliseconds = divmod(round(second * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds / 1000:06.3f}"
