"""Text files as people have them: in UTF-8 mostly, in whatever an old program wrote else. Pure: bytes in, text out.

charset-normalizer and chardet guess from statistics that a short Swedish file has too little of; here is asked what the
letters look like beside each other.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What somebody may choose, by the name that Python knows it by.
CODINGS = {
    "utf-8": gettext_lazy("UTF-8"),
    "cp1252": gettext_lazy("Windows"),
    "mac_roman": gettext_lazy("Mac"),
    "cp850": gettext_lazy("DOS"),
    "cp1250": gettext_lazy("Windows, Östeuropa"),
    "cp1251": gettext_lazy("Windows, kyrilliska"),
    "koi8-r": gettext_lazy("KOI8, kyrilliska"),
    "cp1253": gettext_lazy("Windows, grekiska"),
    "cp1256": gettext_lazy("Windows, arabiska"),
}
GUESSED = ("cp1252", "mac_roman", "cp850", "cp1251", "koi8-r", "cp1256")  # the first of the best
SWEDISH = frozenset("åäöÅÄÖ")
NEAR = frozenset("éÉèÈüÜæÆøØáÁàÀëçñôêïíóúß")  # in names and loans
MARKS = frozenset("“”„‘’‚–—…«»§°½¼¾·•©®€£´× ")
OTHER_SCRIPTS = ("CYRILLIC", "GREEK", "ARABIC")
# Well-formed UTF-8 beyond ASCII (RFC 3629).
SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)


class NotText(ValueError):
    """The bytes are no text: a picture, a film, a sheet of a program."""


@dataclass(frozen=True)
class Decoded:
    """The text, how it was read, and what to look at in it (Swedish)."""

    text: str
    coding: str
    remarks: tuple[str, ...] = ()


def decode(data: bytes, coding: str = "") -> Decoded:
    """The text of a file, decomposed letters put together. ``coding`` is one of CODINGS that somebody has chosen.

    Raises NotText.
    """
    if coding:
        return Decoded(_tidy(data.decode(coding, errors="replace")), coding)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Decoded(_tidy(data.decode("utf-16", errors="replace")), "utf-16")
    if b"\0" in data:
        return _wide(data)
    try:
        return Decoded(_tidy(data.decode("utf-8-sig")), "utf-8")
    except UnicodeDecodeError:
        rest, whole = SEQUENCE.subn(b"", data.removeprefix(b"\xef\xbb\xbf"))
    bad = sum(byte > 0x7F for byte in rest)
    return _mended(data) if whole > bad else _guessed(data)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text.lstrip("\ufeff"))


def _wide(data: bytes) -> Decoded:
    """UTF-16 without a mark: every other byte is nought."""
    for coding, noughts, letters in (
        ("utf-16-le", data[1::2], data[::2]),
        ("utf-16-be", data[::2], data[1::2]),
    ):
        if len(data) % 2 == 0 and noughts.count(0) > 0.7 * len(noughts) and 0 not in letters:
            return Decoded(_tidy(data.decode(coding, errors="replace")), coding)
    raise NotText


def _mended(data: bytes) -> Decoded:
    """UTF-8 with a few bytes that are not: those are read as Windows', and pointed out."""
    text, at, rows = "", 0, []
    while at < len(data):
        try:
            text += data[at:].decode("utf-8")
            break
        except UnicodeDecodeError as error:
            text += data[at : at + error.start].decode("utf-8")
            rows.append(text.count("\n") + 1)
            text += data[at + error.start : at + error.start + 1].decode("cp1252", errors="replace")
            at += error.start + 1
    says = _("Rad %(rows)s: ett tecken var trasigt. Se efter att texten stämmer där.")
    listed = ", ".join(map(str, dict.fromkeys(rows[:10])))
    return Decoded(_tidy(text), "utf-8", (says % {"rows": listed},))


def _guessed(data: bytes) -> Decoded:
    """The 8-bit coding in which the letters look best."""
    texts = {coding: data.decode(coding, errors="replace") for coding in GUESSED}
    scores = {coding: likely(text) for coding, text in texts.items()}
    best = max(GUESSED, key=lambda coding: scores[coding])
    remarks: tuple[str, ...] = ()
    if scores[best] < 0:
        remarks = (
            _("Några bokstäver ser fel ut. Välj en annan teckenkodning, eller spara filen som UTF-8."),
        )
    elif best != "cp1252":
        says = _("Filen är sparad på ett äldre sätt (%(coding)s). Se efter att bokstäverna stämmer.")
        remarks = (says % {"coding": CODINGS[best]},)
    return Decoded(_tidy(texts[best]), best, remarks)


def likely(text: str) -> int:
    """How much the letters of ``text`` look like somebody's language: above 0 for likely, below for not."""
    score = 0
    for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter < "\x80":
            continue
        if letter in SWEDISH or letter in NEAR:
            odd = (letter.isupper() and before.islower()) or (letter.islower() and after.isupper())
            score += -2 if odd else 3 if letter in SWEDISH else 1
        elif letter in MARKS:
            score += -1 if before.isalpha() and after.isalpha() and letter != "’" else 1
        elif script := _other_script(letter):
            beside = [one for one in (before, after) if one.isalpha()]
            alike = all(_other_script(one) == script for one in beside)
            score += 1 if alike and not (letter.isupper() and before.islower()) else -2
        else:
            score -= 2
    return score


def _other_script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return (
        next((script for script in OTHER_SCRIPTS if name.startswith(script + " ")), "")
        if letter > "\x7f"
        else ""
    )
