"""Captions, chapters and transcripts as plain values. Pure: what a page keeps in, texts and remarks out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from utbud.base.richtext import Block, blocks_from_text
from utbud.formats.content import Section


@dataclass(frozen=True)
class Cue:
    """A caption: what is said from ``start`` to ``end`` (seconds), and by whom where more than one speaks."""

    start: float
    end: float
    text: str  # lines with a line feed between
    speaker: str = ""


@dataclass(frozen=True)
class Chapter:
    """A part of a film or a sound, from ``start`` (seconds) to the next."""

    start: float
    title: str


def cues_of(kept: Iterable[Sequence[object]]) -> tuple[Cue, ...]:
    """The captions that a page keeps: [[start, end, text, speaker]]."""
    return tuple(
        Cue(float(str(start)), float(str(end)), str(text), str(speaker)) for start, end, text, speaker in kept
    )


def kept_cues(cues: Iterable[Cue]) -> list[list[object]]:
    """The captions as a page keeps them, times to the millisecond."""
    return [[round(cue.start, 3), round(cue.end, 3), cue.text, cue.speaker] for cue in cues]


def chapters_of(kept: Iterable[Sequence[object]]) -> tuple[Chapter, ...]:
    """The chapters that a page keeps: [[start, title]]."""
    return tuple(Chapter(float(str(start)), str(title)) for start, title in kept)


def kept_chapters(chapters: Iterable[Chapter]) -> list[list[object]]:
    """The chapters as a page keeps them, times to the millisecond."""
    return [[round(chapter.start, 3), chapter.title] for chapter in chapters]


# --- as files -----------------------------------------------------------------------------------

SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def vtt(cues: Iterable[Cue]) -> str:
    """The captions as WebVTT (W3C), speakers as voice spans."""
    blocks = ["WEBVTT"]
    for cue in cues:
        said = cue.text.strip().translate(SIGNS)
        if cue.speaker:
            said = f"<v {cue.speaker.translate(SIGNS)}>{said}"
        blocks.append(f"{clock(cue.start)} --> {clock(cue.end)}\n{said}")
    return "\n\n".join(blocks) + "\n"


def clock(second: float) -> str:
    """«00:01:02.500»."""
    minutes, milliseconds = divmod(round(second * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds / 1000:06.3f}"


# --- as text ------------------------------------------------------------------------------------

PARAGRAPH_PAUSE = 2.0  # seconds of silence after which a new paragraph begins
LONGEST_PARAGRAPH = 500  # letters after which one begins at the next full stop


@dataclass(frozen=True)
class Paragraph:
    """Some captions that are read together, by the same voice."""

    start: float
    speaker: str
    cues: tuple[Cue, ...]

    @property
    def text(self) -> str:
        """What is said, on one line."""
        return " ".join(" ".join(cue.text.split()) for cue in self.cues)


@dataclass(frozen=True)
class Part:
    """The text of a chapter; ``title`` is "" before the first, and where there are none."""

    start: float
    title: str
    paragraphs: tuple[Paragraph, ...]


def transcript(cues: Sequence[Cue], chapters: Sequence[Chapter]) -> tuple[Part, ...]:
    """The captions as a text to read: under the chapters, in paragraphs."""
    starts = [Chapter(0.0, ""), *sorted(chapters, key=lambda chapter: chapter.start)]
    parts = []
    for at, chapter in enumerate(starts):
        end = starts[at + 1].start if at + 1 < len(starts) else float("inf")
        # A caption belongs where its middle is: a chapter is set a moment before or after the first word.
        inside = [cue for cue in cues if chapter.start <= (cue.start + cue.end) / 2 < end]
        if inside or chapter.title:
            parts.append(Part(chapter.start, chapter.title, tuple(_paragraphs(inside))))
    return tuple(parts)


def _paragraphs(cues: Sequence[Cue]) -> Iterable[Paragraph]:
    run: list[Cue] = []
    for cue in cues:
        if run:
            last, letters = run[-1], sum(len(one.text) for one in run)
            ended = last.text.rstrip()[-1:] in (".", "?", "!")
            new = cue.speaker != last.speaker or (ended and cue.start - last.end > PARAGRAPH_PAUSE)
            if new or (ended and letters > LONGEST_PARAGRAPH):
                yield Paragraph(run[0].start, run[0].speaker, tuple(run))
                run = []
        run.append(cue)
    if run:
        yield Paragraph(run[0].start, run[0].speaker, tuple(run))


def sections(parts: Iterable[Part], heading: str) -> tuple[Section, ...]:
    """A transcript as formats take it. What comes before the first chapter stands under ``heading``."""
    found = []
    for part in parts:
        blocks: list[Block] = []
        for paragraph in part.paragraphs:
            said = f"{paragraph.speaker}: {paragraph.text}" if paragraph.speaker else paragraph.text
            blocks += blocks_from_text(said)
        if blocks:
            found.append(Section(part.title or heading, tuple(blocks)))
    return tuple(found)
