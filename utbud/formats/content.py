"""What every format is made from: an Item (what is said) and a Sender (who says it)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.base.richtext import Block, Run, blocks_from_text, sentence_spans


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture by its name in storage, with what a person who cannot see it is told."""

    name: str
    alt: str
    digest: str  # of the file's bytes: a replaced file is another picture


# A section with this heading tells when something is held, a line each: it stands first, and posters show it.
WHEN = gettext_lazy("När och var")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. ``heading`` "" carries on without one."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action of a guide, as paper and screens show it; the item's sections say it in words."""

    action: str
    picture: Picture | None = None
    right: str = ""  # «Så ska det se ut»
    wrong: str = ""  # «Om det inte blir så här»


RIGHT, WRONG = gettext_lazy("Så ska det se ut"), gettext_lazy("Om det inte blir så här")


def steps_section(heading: str, steps: tuple[Step, ...]) -> Section:
    """The steps in words: each a numbered block, and under it what one sees then and what to do when one does not.

    Every piece is a block of its own, so that a page may set them apart and still number sentences as ``reading`` does.
    """
    blocks: list[Block] = []
    for step in steps:
        blocks.append(Block("ol", (Run(" ".join(step.action.split())),)))
        for label, text in ((RIGHT, step.right), (WRONG, step.wrong)):
            if text.strip():
                blocks += [Block("h3", (Run(str(label)),)), *blocks_from_text(text)]
    return Section(heading, tuple(blocks))


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Whom a guide is made together with, by name and mark."""

    name: str
    logo_name: str = ""  # in storage
    logo_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing to tell: a word, a course, a guide, a film. Everything a format may show."""

    kind: str  # «Veckans digitala ord»
    title: str
    lead: str  # the one sentence
    path: str  # «/ord/bankid/»
    version: str  # six characters of the content hash, printed on paper
    date: dt.date  # when this version was written
    pronunciation: str = ""
    sections: tuple[Section, ...] = ()
    easy: tuple[Block, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()  # (title, url)
    picture: Picture | None = None
    steps: tuple[Step, ...] = ()
    partners: tuple[Partner, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The library on paper and in sound."""

    name: str
    phone: str  # as people read it: «08-465 004 00»
    address: str  # one line
    drop_in: str  # «Drop-in: måndag 13–15 …» or ""
    base_url: str  # «https://…» without a slash at the end, for QR codes
    accent: str  # «#0B5A5E», at least 7:1 on white
    logo_name: str = ""  # in storage
    logo_digest: str = ""
    partner: Partner | None = None  # who hands the paper out, where it is not the library alone


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is read aloud. ``number`` runs through the whole item, from 0."""

    number: int
    text: str
    pause: bool  # a longer pause before it: a heading or a new block


@dataclass(frozen=True, kw_only=True)
class Aloud:
    """Something that is read aloud and is no material of its own: a page of text, a step, a text in another language."""

    item: Item
    language: str = "sv"  # one of speech.VOICES


def reading(item: Item) -> tuple[Sentence, ...]:
    """The item as it is read aloud: title, lead, then each section. The page marks by these numbers."""
    said: list[Sentence] = [Sentence(0, item.title + ".", True)]

    def add(text: str) -> None:
        for index, (start, end) in enumerate(sentence_spans(text)):
            said.append(Sentence(len(said), text[start:end], index == 0))

    add(item.lead)
    for section in item.sections:
        if section.heading:
            add(section.heading if section.heading[-1:] in ".?!" else section.heading + ".")
        for block in section.blocks:
            add(block.text)
    return tuple(said)


LONGEST_ALT = 1000  # letters: what Instagram and YouTube take; Bluesky and Mastodon take more


def invitation(sender: Sender) -> str:
    """What a card and a clip end with: how one reaches people."""
    return _("Ring eller kom förbi.") if sender.phone else _("Kom förbi.")


def in_words(item: Item, sender: Sender) -> str:
    """What a card of ``item`` says and shows, for those who do not see it (the picture's alt text).

    At most 1,000 letters; when it is more, the sentence is shortened, then the drawing's description.
    """

    def tell(lead: str, drawn: str) -> str:
        title = ": ".join(filter(None, [item.kind.strip(), item.title.strip()]))
        picture = _("Bild: %(what)s") % {"what": _stopped(drawn)} if drawn else ""
        who = ", ".join(filter(None, [sender.name.strip(), sender.phone.strip()]))
        return " ".join(filter(None, [_stopped(title), _stopped(lead), picture, _stopped(who)]))

    lead, drawn = " ".join(item.lead.split()), " ".join(item.picture.alt.split()) if item.picture else ""
    over = len(tell(lead, drawn)) - LONGEST_ALT
    if over > 0:
        lead = shortened(lead, max(200, len(lead) - over - 2))
        over = len(tell(lead, drawn)) - LONGEST_ALT
    if over > 0:
        drawn = shortened(drawn, max(1, len(drawn) - over - 2))
    return shortened(tell(lead, drawn), LONGEST_ALT)


def _stopped(text: str) -> str:
    return text if text[-1:] in ("", ".", "?", "!", "…") else text + "."


def shortened(text: str, most: int) -> str:
    """``text`` of at most ``most`` letters: whole words, and «…» where something is left out."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    whole = kept.rsplit(" ", 1)[0] if " " in kept else kept
    return whole.rstrip(" ,;:.–-\u200b") + "…"


def split_runs(block: Block) -> Iterator[tuple[Run, ...]]:
    """The runs of a block, a tuple for each sentence, in the order of ``reading``."""
    for start, end in sentence_spans(block.text):
        position, part = 0, []
        for run in block.runs:
            low, high = max(start, position), min(end, position + len(run.text))
            if low < high:
                part.append(Run(run.text[low - position : high - position], run.bold, run.href))
            position += len(run.text)
        yield tuple(part)
