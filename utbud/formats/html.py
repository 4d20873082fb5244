"""An item as HTML: sentences that can be marked while they are read, and hard words explained in place."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from utbud.base.richtext import Block, Run, blocks_from_text
from utbud.formats.content import Item, Picture, Section, Step, split_runs, steps_section


@dataclass(frozen=True)
class Explained:
    """A word with its one sentence. ``key`` tells which word it is, whatever form it stands in."""

    key: str
    term: str
    sentence: str
    url: str


class Lexicon:
    """Known words by the forms they stand in, and how to find them in a text."""

    def __init__(self, forms: Mapping[str, Explained]) -> None:
        """``forms`` maps each form, as written, to its word; letters' case does not matter."""
        self.forms = {form.casefold(): word for form, word in forms.items() if len(form) > 1}
        # Longest first, so that «mobilt BankID» is found before «BankID».
        names = sorted(self.forms, key=len, reverse=True)
        self.pattern = (
            re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)
            if names
            else None
        )

    def names(self) -> Iterable[str]:
        """All forms, case folded."""
        return self.forms.keys()


EMPTY = Lexicon({})


@dataclass
class Explainer:
    """Explains words on one page, each at most once. ``done`` holds keys that need no explanation here."""

    lexicon: Lexicon
    done: set[str] = field(default_factory=set)

    def html(self, text: str) -> str:
        """``text`` escaped, with the first mention of each known word as something to open."""
        if self.lexicon.pattern is None:
            return escape(text)
        parts, position = [], 0
        for match in self.lexicon.pattern.finditer(text):
            word = self.lexicon.forms[match.group().casefold()]
            if word.key in self.done:
                continue
            self.done.add(word.key)
            parts += [escape(text[position : match.start()]), _explained(match.group(), word)]
            position = match.end()
        return "".join([*parts, escape(text[position:])])


def _explained(shown: str, word: Explained) -> str:
    more = escape(_("Läs mer om %(term)s") % {"term": word.term})
    return (
        f'<details class="ordet"><summary>{escape(shown)}</summary><div class="forklaring" role="note">'
        f'{escape(word.sentence)} <a href="{escape(word.url)}">{more}</a></div></details>'
    )


def _runs(runs: Iterable[Run], explainer: Explainer) -> str:
    out = []
    for run in runs:
        # A link is left as it is: something to open inside something to follow confuses everyone.
        text = escape(run.text) if run.href else explainer.html(run.text)
        if run.bold:
            text = f"<b>{text}</b>"
        if run.href:
            text = f'<a href="{escape(_safe_address(run.href))}">{text}</a>'
        out.append(text)
    return "".join(out)


def _safe_address(href: str) -> str:
    """``href`` if it is an address one can follow, else "#": no script gets in by a link."""
    return href if re.match(r"(https?://|mailto:|tel:|/|#)", href, re.IGNORECASE) else "#"


class Counter:
    """Gives sentences their numbers, in order."""

    def __init__(self, start: int) -> None:
        self.next = start

    def take(self) -> int:
        """The next number."""
        self.next += 1
        return self.next - 1


def _sentences(block: Block, explainer: Explainer, counter: Counter | None, tag: str = "div") -> str:
    # A heading holds only phrasing, hence ``span`` there.
    if counter is None:
        return _runs(block.runs, explainer)
    spans = (
        f'<{tag} class="s" data-n="{counter.take()}">{_runs(runs, explainer)}</{tag}>'
        for runs in split_runs(block)
    )
    return " ".join(spans)


def phrase_html(block: Block, counter: Counter) -> SafeString:
    """The sentences of ``block`` to stand inside something: a heading, an answer."""
    return mark_safe(
        _sentences(block, Explainer(EMPTY), counter, "span")
    )  # every piece went through escape()


def blocks_html(blocks: Iterable[Block], explainer: Explainer, counter: Counter | None = None) -> SafeString:
    """Blocks as HTML. A paragraph is a ``div``, since something to open may not stand inside ``p``."""
    out = []
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        if kind in ("li", "ol"):
            items = "".join(f"<li>{_sentences(block, explainer, counter)}</li>" for block in group)
            out.append(f'<ol class="steps">{items}</ol>' if kind == "ol" else f"<ul>{items}</ul>")
        elif kind in ("h2", "h3", "h4"):
            out += [
                f"<{kind}>{_sentences(block, Explainer(EMPTY), counter, 'span')}</{kind}>" for block in group
            ]
        else:
            out += [f'<div class="p">{_sentences(block, explainer, counter)}</div>' for block in group]
    return mark_safe("".join(out))  # every piece of text above went through escape()


@dataclass(frozen=True)
class StepHTML:
    """A step ready for the page, in pieces that can be set apart. ``right`` and ``wrong`` are "" where there is none."""

    number: int  # from 1
    action: SafeString
    picture: Picture | None
    right_label: SafeString
    right: SafeString
    wrong_label: SafeString
    wrong: SafeString


@dataclass(frozen=True)
class SectionHTML:
    """A section ready for the page. ``heading_html`` is "" where there is no heading.

    ``steps`` are the item's steps in the section that says them, and say the same as ``html``.
    """

    heading: str
    heading_html: SafeString
    html: SafeString
    steps: tuple[StepHTML, ...] = ()


@dataclass(frozen=True)
class ItemHTML:
    """An item ready for the page, its sentences numbered as ``content.reading`` numbers them."""

    lead: SafeString
    sections: tuple[SectionHTML, ...]


def item_html(item: Item, *, lexicon: Lexicon, own: str = "") -> ItemHTML:
    """``item`` as HTML. ``own`` is the key of the item's own word, which is not explained on its own page."""
    explainer = Explainer(lexicon, {own})
    counter = Counter(1)  # 0 is the title
    plain = Explainer(EMPTY)
    lead = mark_safe(_sentences(Block("p", (Run(item.lead),)), explainer, counter))
    sections = []
    for section in item.sections:
        heading = (
            _sentences(Block("h3", (Run(section.heading),)), plain, counter, "span")
            if section.heading
            else ""
        )
        steps: tuple[StepHTML, ...] = ()
        if item.steps and section == steps_section(section.heading, item.steps):
            steps = tuple(_steps(item.steps, section, explainer, counter))
            html = mark_safe("".join(step.action + step.right + step.wrong for step in steps))
        else:
            html = blocks_html(section.blocks, explainer, counter)
        sections.append(SectionHTML(section.heading, mark_safe(heading), html, steps))
    return ItemHTML(lead, tuple(sections))


def _steps(
    steps: Iterable[Step], section: Section, explainer: Explainer, counter: Counter
) -> Iterator[StepHTML]:
    """The blocks of ``section`` (content.steps_section), each piece by itself, numbered in the order they stand."""
    blocks = list(section.blocks)
    nothing = mark_safe("")

    def labelled(text: str) -> tuple[SafeString, SafeString]:
        if not text.strip():
            return nothing, nothing
        label = mark_safe(_sentences(blocks.pop(0), Explainer(EMPTY), counter, "span"))
        said = [blocks.pop(0) for _block in blocks_from_text(text)]
        return label, blocks_html(said, explainer, counter)

    for number, step in enumerate(steps, 1):
        action = mark_safe(_sentences(blocks.pop(0), explainer, counter))
        right_label, right = labelled(step.right)
        wrong_label, wrong = labelled(step.wrong)
        yield StepHTML(number, action, step.picture, right_label, right, wrong_label, wrong)
