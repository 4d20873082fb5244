"""Rich text as a neutral structure: blocks of runs, read the same by page, print and speech."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

BLOCK_KINDS = {"p": "p", "h2": "h2", "h3": "h3", "h4": "h4", "li": "li"}
# What parts a text in HTML that is not our editor's.
FOREIGN_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "h1",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
    ]
)


@dataclass(frozen=True)
class Run:
    """A piece of text in one style. ``href`` is "" where it is no link."""

    text: str
    bold: bool = False
    href: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph (``p``), an item in a list (``li`` or, numbered, ``ol``) or a heading (``h2`` to ``h4``)."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The block as plain text."""
        return "".join(run.text for run in self.runs)


class _Reader(HTMLParser):
    def __init__(self, breaks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.breaks = breaks
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.kind, self.ordered, self.bold, self.href, self.skip = "p", False, 0, "", 0

    def close_block(self) -> None:
        text = "".join(run.text for run in self.runs)
        if text.strip():
            self.blocks.append(Block(self.kind, _tidy(self.runs)))
        self.runs, self.kind = [], "p"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self.skip += 1
        elif tag in ("ol", "ul"):
            self.close_block()
            self.ordered = tag == "ol"
        elif tag in BLOCK_KINDS:
            self.close_block()
            self.kind = "ol" if tag == "li" and self.ordered else BLOCK_KINDS[tag]
        elif tag in ("b", "strong"):
            self.bold += 1
        elif tag == "a":
            self.href = dict(attrs).get("href") or ""
        elif self.breaks and (tag == "br" or tag in FOREIGN_BLOCKS):
            self.close_block()
        elif tag == "br":
            self.runs.append(Run(" "))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.skip = max(0, self.skip - 1)
        elif tag in BLOCK_KINDS or tag in ("ol", "ul") or (self.breaks and tag in FOREIGN_BLOCKS):
            self.close_block()
        elif tag in ("b", "strong"):
            self.bold = max(0, self.bold - 1)
        elif tag == "a":
            self.href = ""

    def handle_data(self, data: str) -> None:
        if not self.skip and data:
            self.runs.append(Run(re.sub(r"\s+", " ", data), bool(self.bold), self.href))


def _tidy(runs: list[Run]) -> tuple[Run, ...]:
    """Runs with neighbours of the same style joined and the outer white space gone."""
    joined: list[Run] = []
    for run in runs:
        if joined and (joined[-1].bold, joined[-1].href) == (run.bold, run.href):
            joined[-1] = Run(re.sub(r" +", " ", joined[-1].text + run.text), run.bold, run.href)
        else:
            joined.append(run)
    joined[0] = Run(joined[0].text.lstrip(), joined[0].bold, joined[0].href)
    joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].bold, joined[-1].href)
    return tuple(run for run in joined if run.text)


def blocks_from_html(html: str, *, breaks: bool = False) -> tuple[Block, ...]:
    """The blocks of rich text from the editor. Tags we have no meaning for leave only their text.

    With ``breaks`` line breaks and other people's block elements part the text too.
    """
    reader = _Reader(breaks)
    reader.feed(html or "")
    reader.close()
    reader.close_block()
    return tuple(reader.blocks)


def blocks_from_text(text: str) -> tuple[Block, ...]:
    """The blocks of plain text, where an empty line parts the paragraphs."""
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text or ""))
    return tuple(Block("p", (Run(part),)) for part in parts if part)


def plain_text(blocks: tuple[Block, ...]) -> str:
    """The blocks as plain text, a line each."""
    return "\n".join(block.text for block in blocks)


# A full stop that ends no sentence: after a digit before a digit, or in these short forms.
_SHORT = re.compile(
    r"(?:\b(?:t\.ex|bl\.a|d\.v\.s|m\.m|o\.s\.v|s\.k|kl|ca|nr|tel|st|f\.d|fr\.o\.m|t\.o\.m))\.$", re.I
)
_END = re.compile(r"[.!?…]+[\"”’»)]*(?=\s+|$)")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence of a block begins and ends, as offsets in ``text``, white space outside."""
    spans, start = [], 0
    for match in _END.finditer(text):
        if _SHORT.search(text[start : match.end()]) and match.end() < len(text):
            continue
        spans.append((start, match.end()))
        start = match.end()
        while start < len(text) and text[start].isspace():
            start += 1
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return spans


def jsonld(data: dict[str, Any]) -> SafeString:
    """JSON-LD, escaped for a script element."""
    inner = json_script(data).split(">", 1)[1].rsplit("<", 1)[0]
    return mark_safe(inner)  # json_script has escaped it
