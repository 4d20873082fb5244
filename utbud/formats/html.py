"""An item as HTML: sentences that can be marked while they are read, and hard words explained in place."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from utbud.base.richtext import Block, Run
from utbud.formats.content import Item, split_runs


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


class _Counter:
    def __init__(self, start: int) -> None:
        self.next = start

    def take(self) -> int:
        self.next += 1
        return self.next - 1


def _sentences(block: Block, explainer: Explainer, counter: _Counter | None, tag: str = "div") -> str:
    # A heading holds only phrasing, hence ``span`` there.
    if counter is None:
        return _runs(block.runs, explainer)
    spans = (
        f'<{tag} class="s" data-n="{counter.take()}">{_runs(runs, explainer)}</{tag}>'
        for runs in split_runs(block)
    )
    return " ".join(spans)


def blocks_html(blocks: Iterable[Block], explainer: Explainer, counter: _Counter | None = None) -> SafeString:
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
class SectionHTML:
    """A section ready for the page. ``heading_html`` is "" where there is no heading."""

    heading: str
    heading_html: SafeString
    html: SafeString


@dataclass(frozen=True)
class ItemHTML:
    """An item ready for the page, its sentences numbered as ``content.reading`` numbers them."""

    lead: SafeString
    sections: tuple[SectionHTML, ...]


def item_html(item: Item, *, lexicon: Lexicon, own: str = "") -> ItemHTML:
    """``item`` as HTML. ``own`` is the key of the item's own word, which is not explained on its own page."""
    explainer = Explainer(lexicon, {own})
    counter = _Counter(1)  # 0 is the title
    plain = Explainer(EMPTY)
    lead = mark_safe(_sentences(Block("p", (Run(item.lead),)), explainer, counter))
    sections = []
    for section in item.sections:
        heading = (
            _sentences(Block("h3", (Run(section.heading),)), plain, counter, "span")
            if section.heading
            else ""
        )
        sections.append(
            SectionHTML(section.heading, mark_safe(heading), blocks_html(section.blocks, explainer, counter))
        )
    return ItemHTML(lead, tuple(sections))
