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

from utbud.base import decoding
from utbud.media.captions import Cue, short_clock

LARGEST = 3_000_000  # bytes: ten hours of talk
CLOCK = r"(?:(\d{1,3})\s*:\s*)?(\d{1,3})\s*:\s*(\d{1,2})(?:\s*[.,:]\s*(\d+))?"
TIMING = re.compile(rf"^\s*(?:\d+\s+)?{CLOCK}\s*(-+\s*[>›])\s*{CLOCK}(?:\s.*)?$")
ARROW = re.compile(r"^[\s\d]*\d\s*:.*-->|^.*-->\s*\d+\s*:")  # meant as a time, in its place
NUMBER = re.compile(r"^\s*\d+\s*$")
VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^>]*)>", re.IGNORECASE)
MOMENT = re.compile(r"<\d+:\d\d(?::\d\d)?[.,]\d{3}>")  # «karaoke»: when the word that follows is said
# The tags that the two formats have. Another «<» is a sign in the text.
TAG = re.compile(r"</?(?:v|c|i|b|u|s|em|strong|font|lang|ruby|rt)(?:[.\s][^>]*)?>", re.IGNORECASE)
COMMAND = re.compile(r"\{\\[^}]*\}|\{[ibuYy]:?[^}]{0,3}\}")  # of SubStation, which many editors leave behind
SUBSTATION = re.compile(r"\{\\[a-z]|^Dialogue:|^\[Script Info\]", re.MULTILINE | re.IGNORECASE)
ENTITY = re.compile(r"(\S*(?:://|www\.|\w\.\w+/)\S*)|&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
NOT_CAPTIONS = ("NOTE", "STYLE", "REGION")


class NotCaptions(Exception):
    """There are no captions to be read in the file. The message is for the one who sent it."""


@dataclass(frozen=True)
class Found:
    """What a file held, and what was odd about it (Swedish)."""

    cues: tuple[Cue, ...]
    remarks: tuple[str, ...]


def read(data: bytes, coding: str = "") -> Found:
    """The captions of a file, whatever its name says it is; ``coding`` where somebody has chosen it. Raises NotCaptions."""
    if not data.strip():
        raise NotCaptions(_("Filen är tom. Välj en annan fil."))
    if len(data) > LARGEST:
        raise NotCaptions(
            _("Filen är för stor för att vara undertexter. Välj en fil som slutar på .vtt eller .srt.")
        )
    try:
        decoded = decoding.decode(data, coding)
    except decoding.NotText as error:
        raise NotCaptions(_("Filen är inte text. Välj en fil som slutar på .vtt eller .srt.")) from error
    lines = _lines(decoded.text)
    is_vtt = lines[0].lstrip().upper().startswith("WEBVTT")
    breaks = bool(SUBSTATION.search(decoded.text))  # there «\\N» is a new line; elsewhere it may be a folder
    remarks = list(decoded.remarks)
    rolling = bool(MOMENT.search(decoded.text))
    cues: list[Cue] = []
    last_line = ""
    for start, end, said in _blocks(lines, is_vtt, rolling, remarks):
        if breaks:
            said = [line.replace("\\N", "\n").replace("\\n", "\n") for line in said]
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


def _lines(text: str) -> list[str]:
    """The lines, whatever ends them (also CR CR LF); of a file where every line is followed by an empty one, without those."""
    lines = re.sub(r"\r*\n|\r", "\n", text).split("\n")
    timed = [number for number, line in enumerate(lines[:-1]) if TIMING.match(line)]
    if not timed or any(lines[number + 1].strip() for number in timed):
        return lines
    kept: list[str] = []
    skip = False
    for line in lines:
        skip = not skip and bool(kept) and not line.strip() and bool(kept[-1].strip())
        if not skip:
            kept.append(line)
    return kept


def _blocks(
    lines: list[str], is_vtt: bool, rolling: bool, remarks: list[str]
) -> Iterator[tuple[float, float, list[str]]]:
    """The times and the lines of each caption."""
    timings = _timings(lines, is_vtt, remarks)
    starts = list(timings)
    numbered = _numbers(lines, starts)
    for at, number in enumerate(starts):
        found = timings[number]
        if found is None or _in_note(lines, number):
            continue
        until = starts[at + 1] if at + 1 < len(starts) else len(lines)
        said = lines[number + 1 : until - 1 if until in numbered else until]
        bare = said if rolling else [line.strip() for line in said]  # YouTube's has lines of one space
        if is_vtt and "" in bare:  # what stands after the empty line is a name, or a comment
            said = said[: bare.index("")]
        elif until == len(lines) and number in numbered:
            said = _without_next_number(said, int(lines[number - 1]) + 1)
        yield _second(*found.groups()[:4]), _second(*found.groups()[5:]), said


def _timings(lines: list[str], is_vtt: bool, remarks: list[str]) -> dict[int, re.Match[str] | None]:
    """The lines that are times, by their number; None for one that is meant as a time and cannot be read.

    A time stands first, after an empty line, a number or (in WebVTT) a name. Elsewhere it is one only if it is as exact
    as no text is, where somebody has left out the empty line. Where a file has exact times, «10:00 -> 18:00» is text.
    """
    matches = {number: found for number, line in enumerate(lines) if (found := TIMING.match(line))}
    some_exact = any(_is_exact(found) for found in matches.values())
    timings: dict[int, re.Match[str] | None] = {}
    for number, line in enumerate(lines):
        found, placed = matches.get(number), _in_place(lines, number, is_vtt)
        if found and (_is_exact(found) or (placed and (not some_exact or _is_long(found)))):
            timings[number] = found
        elif not found and placed and ARROW.search(line) and not _in_note(lines, number):
            says = _("Rad %(line)s i filen har en tid som inte går att läsa: «%(text)s». Den är utelämnad.")
            remarks.append(says % {"line": number + 1, "text": line.strip()[:60]})
            timings[number] = None
    return timings


def _is_exact(found: re.Match[str]) -> bool:
    """Whether a time has parts of a second and the arrow that both formats have."""
    return found[5].startswith("--") and (found[4] is not None or found[9] is not None)


def _is_long(found: re.Match[str]) -> bool:
    """Whether both ends have hours, as a program writes them that leaves out noughts."""
    return found[5].startswith("--") and found[1] is not None and found[6] is not None


def _in_place(lines: list[str], number: int, is_vtt: bool) -> bool:
    """Whether a time may stand at ``number``."""
    before = lines[number - 1] if number else ""
    if not before.strip() or NUMBER.match(before):
        return True
    return is_vtt and (number < 2 or not lines[number - 2].strip())  # a name, or the heading


def _numbers(lines: list[str], starts: list[int]) -> frozenset[int]:
    """Those of ``starts`` that have the number of their caption on the line before.

    It is one after an empty line. Without an empty line it is one where it follows the number before, or where the
    others have one: else it is the last line of a text, such as a year.
    """
    before = [(start, lines[start - 1]) for start in starts if start and NUMBER.match(lines[start - 1])]
    alone = {start for start, _line in before if start < 2 or not lines[start - 2].strip()}
    counted, last = set(alone), None
    for start, line in before:
        if last is not None and int(line) == last + 1:
            counted.add(start)
        last = int(line)
    return frozenset(counted if len(counted) < len(starts) - 1 else {start for start, _line in before})


def _without_next_number(lines: list[str], number: int) -> list[str]:
    """The last caption's lines without the number of one that never came."""
    rest = [line for line in lines if line.strip()]
    ends = len(rest) > 1 and NUMBER.match(rest[-1]) and int(rest[-1]) == number
    apart = any(not line.strip() for line in lines[: lines.index(rest[-1])]) if ends else False
    return lines[: len(lines) - 1 - lines[::-1].index(rest[-1])] if ends and apart else lines


def _in_note(lines: list[str], number: int) -> bool:
    """Whether a line stands in a comment or a style sheet of WebVTT."""
    while number and lines[number - 1].strip():
        number -= 1
    return lines[number].lstrip().startswith(NOT_CAPTIONS) and "-->" not in lines[number]


def _second(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    part = round(float(f"0.{fraction or 0}"), 3)  # «1,5» is a half, and some write six digits
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + part


def _plain(text: str) -> str:
    """Text without tags, commands and signs that cannot be seen."""
    text = MOMENT.sub("", COMMAND.sub("", text))
    text = _signs(TAG.sub("", text.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n")))
    return UNSEEN.sub("", text.replace("\u00a0", " ").replace("\u2028", "\n"))


def _signs(text: str) -> str:
    """Named signs as themselves, such as «&amp;»: those that end as they should, and in an address only «&»."""
    return ENTITY.sub(
        lambda found: found[1].replace("&amp;", "&") if found[1] else html.unescape(found[0]), text
    )


def _voices(start: float, end: float, raw: str) -> Iterator[Cue]:
    """A caption, or several where more than one speaks in it: the time goes by how much each says."""
    parts = VOICE.split(raw)  # before, name, said, name, said …
    spoken = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    said = [(_tidy([name]), _tidy(_plain(text).split("\n"))) for name, text in spoken]
    said = [(name, text) for name, text in said if text]
    letters = sum(len(text) for _name, text in said)
    for name, text in said:
        until = end if (name, text) == said[-1] else round(start + (end - start) * len(text) / letters, 3)
        yield Cue(start, until, text, _signs(name))
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
