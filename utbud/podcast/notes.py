"""What another host wrote of an episode, as our own rich text. Pure."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from utbud.base.richtext import Block, Run, blocks_from_html, plain_text, sentence_spans
from utbud.formats.content import shortened

NOTES, SENTENCE = 3400, 160  # letters that have room
LISTS = {"li": "ul", "ol": "ol"}
PARTS = re.compile(r"<(br|p|div|li|ul|ol|h[1-6]|blockquote|tr|dt|dd|section|article|pre|hr)\b", re.IGNORECASE)


def blocks(html: str) -> tuple[Block, ...]:
    """The paragraphs of a text that somebody else wrote, as HTML or with line feeds alone."""
    return blocks_from_html(html if PARTS.search(html) else html.replace("\n", "<br>"), breaks=True)


def first_sentence(written: tuple[Block, ...]) -> str:
    """The first sentence, at most as long as an item's own may be. "" when nothing is written."""
    text = plain_text(written)
    spans = sentence_spans(text)
    return shortened(" ".join(text[spans[0][0] : spans[0][1]].split()), SENTENCE) if spans else ""


def notes(written: tuple[Block, ...]) -> tuple[str, bool]:
    """Paragraphs, lists, bold and links, whole sentences as far as there is room; and whether all of it had."""
    kept: list[Block] = []
    room = NOTES
    for block in written:
        if (size := len(_html(block)) + len("<ul><li></li></ul>")) > room:
            kept += [part] if (part := _whole_sentences(block, room)) else []
            return _joined(kept), False
        kept.append(block)
        room -= size
    return _joined(kept), True


def _whole_sentences(block: Block, room: int) -> Block | None:
    """As many sentences of ``block`` as ``room`` letters hold, None for none."""
    for _start, end in reversed(sentence_spans(block.text)):
        part = Block(block.kind, tuple(_until(block.runs, end)))
        if len(_html(part)) + len("<ul><li></li></ul>") <= room:
            return part
    return None


def _until(runs: tuple[Run, ...], end: int) -> Iterator[Run]:
    for run in runs:
        if end <= 0:
            return
        yield Run(run.text[:end], run.bold, run.href)
        end -= len(run.text)


def _html(block: Block) -> str:
    inner = ""
    for run in block.runs:
        text = f"<b>{escape(run.text)}</b>" if run.bold else escape(run.text)
        safe = run.href.strip().lower().startswith(("http://", "https://", "mailto:", "tel:"))
        inner += f'<a href="{escape(run.href.strip())}">{text}</a>' if safe else text
    return inner


def _joined(written: list[Block]) -> str:
    made = ""
    for kind, group in groupby(written, key=lambda block: LISTS.get(block.kind, "")):
        tag = "li" if kind else "p"
        inner = "".join(f"<{tag}>{_html(block)}</{tag}>" for block in group)
        made += f"<{kind}>{inner}</{kind}>" if kind else inner
    return made
