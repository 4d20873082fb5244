"""A guide as a film of at most 90 seconds: what is said and shown, and when. Pure: content and times in, scenes out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from utbud.base.richtext import sentence_spans
from utbud.formats import clip, film, typeset
from utbud.formats.content import Item, Sender, Sentence, invitation
from utbud.formats.speech import Narration

LONGEST = 90.0  # seconds: what a part of a film should be at most (rules.md 8)
SAFE = (
    84.0  # seconds that a script may be thought to take: what is thought is a little less than what it takes
)
HOLD = 3.0  # seconds that the closing stays when the voice is done
PIXELS_PER_INCH = 96  # of the sheet, 960 × 540 pt: 1280 × 720 pixels
LONGEST_CHAPTER = 60  # letters


@dataclass(frozen=True)
class Scene:
    """A part of the film, which becomes a chapter. Of a step, ``right`` is told and shown after the ``told``."""

    title: str
    told: tuple[str, ...]  # sentences
    right: tuple[str, ...] = ()
    step: int = 0  # from 1; 0 for the opening and the closing
    label: str = ""  # a sentence that leads to ``right``

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that is said in it."""
        return (*self.told, *self.right)


@cache
def look() -> str:
    """A digest of all that decides what the film says and how it looks."""
    return hashlib.sha256(
        Path(__file__).read_bytes() + "".join([clip.look(), film.look(), typeset.look()]).encode()
    ).hexdigest()


# --- the script -------------------------------------------------------------------------------


def scenes(item: Item, sender: Sender, *, needs: Sequence[str], takes: str, done: str) -> tuple[Scene, ...]:
    """What is said: what it is, what one needs and how long it takes (rules.md 8), each step, and how to reach people.

    ``takes`` is the time in words («5 minuter»), "" when nobody has said. What each step should look like is told as far
    as there is room for it.
    """
    before = [_ended(item.title)]
    if needs:
        before += [_("Det här behöver du:") + f" {_listed(needs)}."]
    if takes:
        before += [_("Det tar ungefär %(time)s.") % {"time": takes}]
    steps = [
        Scene(
            title=_short(f"{number}. {step.action.rstrip('.')}"),
            told=tuple(_numbered(number, _sentences(_ended(step.action)))),
            right=tuple(_sentences(_ended(step.right))) if step.right else (),
            step=number,
        )
        for number, step in enumerate(item.steps, 1)
    ]
    who = ", ".join(filter(None, [sender.name.strip(), sender.phone.strip()]))
    closing = [*_sentences(done), invitation(sender), *([_ended(who)] if who else [])]
    whole = (
        Scene(title=_("Det här behöver du"), told=tuple(before)),
        *steps,
        Scene(title=_("När det är klart"), told=tuple(closing)),
    )
    while length(whole) > SAFE and (less := shorter(whole)):
        whole = less
    return whole


def _numbered(number: int, sentences: list[str]) -> list[str]:
    first = _("Steg %(number)s: %(action)s") % {"number": number, "action": sentences[0]}
    return [first, *sentences[1:]]


def _listed(things: Sequence[str]) -> str:
    """«mobilen, passet och wifi»; a thing with a comma in it is set apart by more than a comma."""
    things = [thing.rstrip(".") for thing in things]
    joint = "; " if any("," in thing for thing in things) else ", "
    if len(things) == 1:
        return things[0]
    last = joint if joint == "; " else " "
    return joint.join(things[:-1]) + last + _("och %(last)s") % {"last": things[-1]}


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _ended(text: str) -> str:
    text = " ".join(text.split())
    return text if text[-1:] in (".", "?", "!", "…") else text + "."


def _short(text: str) -> str:
    if len(text) <= LONGEST_CHAPTER:
        return text
    return text[:LONGEST_CHAPTER].rsplit(" ", 1)[0].rstrip(" ,;:–") + "…"


def length(parts: Sequence[Scene]) -> float:
    """About how many seconds it takes to say the scenes."""
    return sum(clip.seconds(part.sentences) for part in parts) + HOLD


def shorter(parts: Sequence[Scene]) -> tuple[Scene, ...] | None:
    """The scenes without what the last step that tells it should look like. None when no step does."""
    told = [at for at, part in enumerate(parts) if part.right]
    if not told:
        return None
    return tuple(replace(part, right=()) if at == told[-1] else part for at, part in enumerate(parts))


def seconds(narration: Narration) -> float:
    """How long the film is with this voice."""
    return (narration.ends[-1] if narration.ends else 0.0) + HOLD


def sentences(parts: Sequence[Scene]) -> tuple[Sentence, ...]:
    """The scenes as the voice takes them, with a longer pause before each, and before what a step should look like."""
    found: list[Sentence] = []
    for part in parts:
        for at, text in enumerate(part.sentences):
            found.append(Sentence(len(found), text, at in (0, len(part.told))))
    return tuple(found)


# --- the pictures -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A still of the film: what it shows, and the second at which it comes. ``scene``: it comes softly."""

    start: float
    scene: Scene
    right: bool  # what the step should look like is shown too
    soft: bool


def shown(parts: Sequence[Scene], narration: Narration) -> tuple[Shown, ...]:
    """When each still comes. ``narration`` is of ``sentences(parts)``."""
    found, at = [], 0
    for part in parts:
        begins = 0.0 if at == 0 else max(0.0, narration.marks[at] - 2 * clip.AHEAD)
        found.append(Shown(begins, part, right=False, soft=at > 0))
        if part.right:
            second = narration.marks[at + len(part.told)] - clip.AHEAD
            found.append(Shown(second, part, right=True, soft=False))
        at += len(part.sentences)
    return tuple(found)


def _whole(text: str) -> str:
    """``text`` as the sheets take it, with numbers on one line: «114 14»."""
    return typeset.plain(clip.GLUED.sub(clip.JOINED, text))


def pictures(
    stills: Sequence[Shown],
    item: Item,
    sender: Sender,
    *,
    kind: str,
    needs: Sequence[str],
    takes: str,
    done: str,
    files: typeset.Files,
) -> list[bytes]:
    """The stills, PNG of 1280 × 720 pixels. ``kind`` is what the film is said to be; ``files`` as typeset takes them."""

    def data(folder: Path) -> dict[str, Any]:
        return {
            "title": typeset.plain(item.title) or "–",
            "lead": typeset.plain(item.lead),
            "kind": typeset.plain(kind),
            "needs": [typeset.plain(need) for need in needs],
            "takes": _("Det tar ungefär %(time)s.") % {"time": takes} if takes else "",
            "done": _whole(done),
            "steps": [
                {
                    "action": _whole(step.action),
                    "right": _whole(step.right),
                    "of": _("Steg %(number)s av %(all)s") % {"number": number, "all": len(item.steps)},
                    "picture": typeset.picture_in(files.get(step.picture.name), folder, f"step-{number}")
                    if step.picture
                    else None,
                }
                for number, step in enumerate(item.steps, 1)
            ],
            "picture": typeset.picture_in(files.get(item.picture.name), folder, "picture")
            if item.picture
            else None,
            "initial": next((sign for sign in typeset.plain(item.title) if sign.isalnum()), "–").upper(),
            "invitation": invitation(sender),
            "address": typeset.plain(typeset.short_address(sender.base_url + item.path)),
            "qr": typeset.qr_code(sender.base_url + item.path, folder),
            "sender": typeset.sender_data(sender, files, folder),
            "words": {"needs": _("Det här behöver du"), "right": _("Så ska det se ut"), "picture": _("Bild")},
            "stills": [
                {"step": one.scene.step, "right": one.right, "last": one.scene is stills[-1].scene}
                for one in stills
            ],
        }

    made = typeset.compile_sheet("guide-film.typ", data, format="png", ppi=float(PIXELS_PER_INCH))
    return made if isinstance(made, list) else [made]
