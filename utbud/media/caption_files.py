"""Caption files as people have them, WebVTT or SubRip, read with patience. Pure: bytes in, captions and remarks out.

The ready-made readers for them (webvtt-py 0.5, srt 3.5) stop at the first odd line, or take Windows-1252 for UTF-8;
files from editors, televisions and old hard disks are full of odd lines.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.media.captions import Cue, short_clock

LARGEST = 3_000_000  # bytes: ten hours of talk
TIME = r"(?:(\d{1,3})\s*:\s*)?(\d{1,3})\s*:\s*(\d{1,2})(?:\s*[.,:]\s*(\d{1,3}))?"
TIMING = re.compile(rf"^\s*(?:\d+\s+)?{TIME}\s*-+\s*[>›]\s*{TIME}(?:\s.*)?$")
ARROW = re.compile(r"\d\s*--?>")
VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^>]*)>", re.IGNORECASE)
MOMENT = re.compile(r"<\d+:\d\d(?::\d\d)?[.,]\d{3}>")  # «karaoke»: when the word that follows is said
# The tags that the two formats have. Another «<» is a sign in the text.
TAG = re.compile(r"</?(?:v|c|i|b|u|s|em|strong|font|lang|ruby|rt)(?:[.\s][^>]*)?>", re.IGNORECASE)
COMMAND = re.compile(r"\{\\[^}]*\}|\{[ibuYy]:?[^}]{0,3}\}")  # of SubStation, which many editors leave behind
UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
NOT_CAPTIONS = ("NOTE", "STYLE", "REGION")


class NotCaptions(Exception):
    """There are no captions to be read in the file. The message is for the one who sent it."""


@dataclass(frozen=True)
class Found:
    """What a file held, and what was odd about it (Swedish)."""

    cues: tuple[Cue, ...]
    remarks: tuple[str, ...]


def read(data: bytes) -> Found:
    """The captions of a file, whatever its name says it is. Raises NotCaptions."""
    if not data.strip():
        raise NotCaptions(_("Filen är tom. Välj en annan fil."))
    if len(data) > LARGEST:
        raise NotCaptions(
            _("Filen är för stor för att vara undertexter. Välj en fil som slutar på .vtt eller .srt.")
        )
    text = _decoded(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_vtt = lines[0].lstrip().upper().startswith("WEBVTT")
    remarks: list[str] = []
    rolling = bool(MOMENT.search(text))
    cues: list[Cue] = []
    last_line = ""
    for start, end, said in _blocks(lines, is_vtt, rolling, remarks):
        if rolling:  # each caption begins with the line that the one before ended with
            fresh = [line for line in said if _plain(line).strip() and _plain(line).strip() != last_line]
            last_line = next(
                (_plain(line).strip() for line in reversed(said) if _plain(line).strip()), last_line
            )
            said = fresh
        cues += _voices(start, end, "\n".join(said))
    if not cues:
        raise NotCaptions(
            _(
                "Det finns inga undertexter i filen. Välj en fil som slutar på .vtt eller .srt och har tider som 00:01:02."
            )
        )
    if any(later.start < earlier.start for earlier, later in pairwise(cues)):
        remarks.append(_("Undertexterna stod inte i ordning. De är sorterade efter tid."))
        cues.sort(key=lambda cue: (cue.start, cue.end))
    return Found(tuple(cues), tuple(remarks))


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 that says so, or else Windows-1252, in which old programs write."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    if b"\0" in data[:4000]:
        raise NotCaptions(_("Filen är inte text. Välj en fil som slutar på .vtt eller .srt."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _blocks(
    lines: list[str], is_vtt: bool, rolling: bool, remarks: list[str]
) -> Iterator[tuple[float, float, list[str]]]:
    """The times and the lines of each caption."""
    timings: dict[int, re.Match[str] | None] = {}
    for number, line in enumerate(lines):
        if found := TIMING.match(line):
            timings[number] = found
        elif ARROW.search(line) and not _in_note(lines, number):
            says = _("Rad %(line)s i filen har en tid som inte går att läsa: «%(text)s». Den är utelämnad.")
            remarks.append(says % {"line": number + 1, "text": line.strip()[:60]})
            timings[number] = None
    numbers = [*timings, len(lines)]
    numbered = bool(timings) and numbers[0] > 0 and lines[numbers[0] - 1].strip().isdigit()
    for at, number in enumerate(numbers[:-1]):
        found = timings[number]
        if found is None or _in_note(lines, number):
            continue
        said = lines[number + 1 : numbers[at + 1]]
        bare = said if rolling else [line.strip() for line in said]  # YouTube's has lines of one space
        if is_vtt and "" in bare:  # what stands after the empty line is a name, or a comment
            said = said[: bare.index("")]
        elif numbered and at + 1 < len(timings):
            said = _without_number(said)
        yield _second(*found.groups()[:4]), _second(*found.groups()[4:]), said


def _in_note(lines: list[str], number: int) -> bool:
    """Whether a line stands in a comment or a style sheet of WebVTT."""
    while number and lines[number - 1].strip():
        number -= 1
    return lines[number].lstrip().startswith(NOT_CAPTIONS) and "-->" not in lines[number]


def _without_number(lines: list[str]) -> list[str]:
    """The lines without the number of the next caption, which stands last."""
    lines = list(lines)
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and lines[-1].strip().isdigit():
        lines.pop()
    return lines


def _second(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    thousandths = int((fraction or "0").ljust(3, "0"))  # «1,5» is a half
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + thousandths / 1000


def _plain(text: str) -> str:
    """Text without tags, commands and signs that cannot be seen."""
    text = MOMENT.sub("", COMMAND.sub("", text.replace("\\N", "\n").replace("\\n", "\n")))
    text = html.unescape(
        TAG.sub("", text.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n"))
    )
    return UNSEEN.sub("", text.replace("\u00a0", " ").replace("\u2028", "\n"))


def _voices(start: float, end: float, raw: str) -> Iterator[Cue]:
    """A caption, or several where more than one speaks in it: the time goes by how much each says."""
    parts = VOICE.split(raw)  # before, name, said, name, said …
    spoken = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    said = [(_tidy([name]), _tidy(_plain(text).split("\n"))) for name, text in spoken]
    said = [(name, text) for name, text in said if text]
    letters = sum(len(text) for _name, text in said)
    for name, text in said:
        until = end if (name, text) == said[-1] else round(start + (end - start) * len(text) / letters, 3)
        yield Cue(start, until, text, html.unescape(name))
        letters -= len(text)
        start = until


def _tidy(lines: Iterable[str]) -> str:
    return "\n".join(tidy for line in lines if (tidy := " ".join(line.split())))


def summary(found: Found) -> str:
    """«128 undertexter, från 0:02 till 6:41.»"""
    counted = ngettext("En undertext", "%(count)s undertexter", len(found.cues)) % {"count": len(found.cues)}
    return _("%(counted)s, från %(first)s till %(last)s.") % {
        "counted": counted,
        "first": short_clock(found.cues[0].start),
        "last": short_clock(max(cue.end for cue in found.cues)),
    }
