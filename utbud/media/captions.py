"""Captions, chapters and transcripts as plain values. Pure: what a page keeps in, texts and remarks out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from utbud.base.richtext import Block, blocks_from_text
from utbud.formats import clip
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


def srt(cues: Iterable[Cue]) -> str:
    """The captions as SubRip, speakers before what they say: for programs that cannot read WebVTT."""
    blocks = []
    for number, cue in enumerate(cues, start=1):
        said = f"{cue.speaker}: {cue.text.strip()}" if cue.speaker else cue.text.strip()
        times = f"{clock(cue.start)} --> {clock(cue.end)}".replace(".", ",")
        blocks.append(f"{number}\n{times}\n{said}\n")
    return "\n".join(blocks)


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


def text(parts: Iterable[Part]) -> str:
    """A transcript as plain text: chapters with their time, an empty line between paragraphs."""
    blocks = []
    for part in parts:
        if part.title:
            blocks.append(f"{short_clock(part.start)} {part.title}")
        for paragraph in part.paragraphs:
            said = paragraph.text
            blocks.append(f"{paragraph.speaker}: {said}" if paragraph.speaker else said)
    return "\n\n".join(blocks) + "\n" if blocks else ""


# --- divided ------------------------------------------------------------------------------------

WIDTH = 42  # letters in a line (SLU and Västra Götalandsregionen, on captions: 37 to 42, two lines)
LINES = 2


def pieces(said: str) -> tuple[tuple[int, str], ...]:
    """What is said, divided into captions: (where each begins in ``said``, its one or two lines)."""
    return tuple((place, "\n".join(lines)) for place, lines in clip.caption(said, WIDTH))


def folded(said: str) -> str:
    """``said`` on two lines where it fits on two, otherwise as it is."""
    whole = " ".join(said.split())
    found = pieces(whole)
    return found[0][1] if len(found) == 1 else said


# --- what is wrong with them --------------------------------------------------------------------

# Letters a second that can be read. SLU's table for Swedish gives 14 to 17 (a full line 3 s, two 5 to 6 s); 20 is
# where the trade stops for captions that follow speech word for word, as those for the deaf do.
FASTEST = 20.0
SHORTEST = 1.0  # seconds
LONG_GAP = 10.0  # seconds without a caption: is something said there?
PAST = 0.1  # seconds past the end that do no harm: files tell their length to the nearest frame
TOUCHING = 0.0005  # times are kept to the millisecond


@dataclass(frozen=True)
class Fault:
    """What is wrong with the caption ``row`` (from 0). One that ``stops`` hinders publishing; the others are advice."""

    row: int
    says: str  # Swedish, for beside the row
    stops: bool


def faults(cues: Sequence[Cue], seconds: float | None) -> tuple[Fault, ...]:
    """Everything to put right or to look at, in the order of the rows. ``seconds`` is the length, None when unknown."""
    found: list[Fault] = []
    reached = 0.0  # how far the captions before reach
    for row, cue in enumerate(cues):
        earlier = cues[row - 1] if row else None
        for says in _wrong(cue, earlier, reached, seconds):
            found.append(Fault(row, says, True))
        for says in _advice(cue, reached, row):
            found.append(Fault(row, says, False))
        reached = max(reached, cue.end)
    if cues and seconds is not None and seconds - reached > LONG_GAP:
        says = _("Efter den är det %(gap)s sekunder utan undertext. Sägs något där?")
        found.append(Fault(len(cues) - 1, says % {"gap": round(seconds - reached)}, False))
    return tuple(found)


def _wrong(cue: Cue, earlier: Cue | None, reached: float, seconds: float | None) -> Iterable[str]:
    if not cue.text.strip():
        yield _("Texten är tom. Skriv vad som sägs, eller ta bort raden.")
    if cue.start < 0:
        yield _("Den börjar före noll. Ändra tiden.")
    if cue.end <= cue.start:
        yield _("Den slutar innan den börjar. Ändra en av tiderna.")
    if earlier is not None and cue.start < earlier.start:
        yield _("Den börjar före raden ovanför. Ändra tiden, eller spara så sorteras raderna.")
    elif earlier is not None and cue.start < reached - TOUCHING:
        yield _("Den börjar %(time)s sekunder innan den förra har slutat.") % {
            "time": _tenths(reached - cue.start)
        }
    if seconds is not None and cue.end > seconds + PAST:
        yield _("Den slutar vid %(end)s, men filmen eller ljudet slutar vid %(length)s.") % {
            "end": short_clock(cue.end),
            "length": short_clock(seconds),
        }


def _advice(cue: Cue, reached: float, row: int) -> Iterable[str]:
    lines, letters, lasts = cue.text.strip().split("\n"), len(" ".join(cue.text.split())), cue.end - cue.start
    if lasts > 0 and letters / lasts > FASTEST:
        yield _("Den är svår att hinna läsa: %(speed)s bokstäver i sekunden. %(most)s är mest.") % {
            "speed": round(letters / lasts),
            "most": round(FASTEST),
        }
    if len(lines) > LINES:
        yield _("Den har %(count)s rader. Dela den, två är mest.") % {"count": len(lines)}
    if (longest := max(map(len, lines))) > WIDTH:
        yield _("En rad har %(count)s tecken. %(most)s är mest.") % {"count": longest, "most": WIDTH}
    if 0 < lasts < SHORTEST - TOUCHING:
        yield _("Den syns bara %(time)s sekunder. Minst en sekund behövs.") % {"time": _tenths(lasts)}
    if cue.start - reached > LONG_GAP:
        where = _("Före den") if row else _("Före den första")
        yield _("%(where)s är det %(gap)s sekunder utan undertext. Sägs något där?") % {
            "where": where,
            "gap": round(cue.start - reached),
        }


def problems(cues: Sequence[Cue], seconds: float | None) -> list[str]:
    """What hinders publishing, with row and time: «Rad 12 (1:04): Texten är tom. …». No captions is no problem here."""
    return [placed(fault, cues) for fault in faults(cues, seconds) if fault.stops]


def advice(cues: Sequence[Cue], seconds: float | None) -> list[str]:
    """What could be better but hinders nothing, with row and time."""
    return [placed(fault, cues) for fault in faults(cues, seconds) if not fault.stops]


def placed(fault: Fault, cues: Sequence[Cue]) -> str:
    """What a fault says, with its row and time."""
    return _("Rad %(row)s (%(time)s): %(says)s") % {
        "row": fault.row + 1,
        "time": short_clock(cues[fault.row].start),
        "says": fault.says,
    }


def _tenths(seconds: float) -> str:
    return f"{max(seconds, 0.001):.{1 if seconds >= 0.0995 else 3}f}".replace(".", ",")


def short_clock(second: float) -> str:
    """«1:02», «1:00:02»: as the players write it."""
    whole = max(0, int(second))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


SMALL_OVERLAP = 0.5  # seconds that can be taken from the end of a caption and nobody misses them


def mend(cues: Iterable[Cue], seconds: float | None) -> tuple[Cue, ...]:
    """The captions with what can be mended without asking mended; the rest is left for ``faults`` to tell.

    They are sorted, empty ones left out, times rounded to the millisecond. One that overlaps the next a little ends
    where that begins. The last ends where the film ends. Lines too long are folded where two are enough.
    """
    kept = sorted(
        (replace(cue, start=round(cue.start, 3), end=round(cue.end, 3)) for cue in cues if cue.text.strip()),
        key=lambda cue: (cue.start, cue.end),
    )
    mended: list[Cue] = []
    for at, cue in enumerate(kept):
        end = cue.end
        if at + 1 < len(kept):
            following = kept[at + 1].start
            if 0 < end - following <= SMALL_OVERLAP and following > cue.start:
                end = following
        if seconds is not None and end > seconds > cue.start:
            end = round(seconds, 3)
        lines = cue.text.strip().split("\n")
        fits = len(lines) <= LINES and all(len(line) <= WIDTH for line in lines)
        mended.append(
            replace(cue, end=end, text="\n".join(map(str.strip, lines)) if fits else folded(cue.text))
        )
    return tuple(mended)
