"""Simple drawings of numbers, as SVG without a script. Each stands beside a table that says the same."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from utbud.helpdesk.queries.figures import Row

WIDE, NAMES, NUMBERS, LINE, BAR = 640, 240, 56, 30, 18
NAME_LETTERS = 34
CELL, DAY = 34, 40


def _cut(name: str) -> str:
    return name if len(name) <= NAME_LETTERS else name[: NAME_LETTERS - 1].rstrip() + "…"


def bars(rows: Sequence[Row]) -> SafeString:
    """A bar a row, the longest as wide as there is room for."""
    most = max((row.count for row in rows), default=0) or 1
    room = WIDE - NAMES - NUMBERS
    drawn = (
        (
            NAMES - 8,
            at * LINE + 19,
            _cut(row.name),
            NAMES,
            at * LINE + (LINE - BAR) // 2,
            max(room * row.count // most, 1 if row.count else 0),
            BAR,
            NAMES + room * row.count // most + 6,
            at * LINE + 19,
            row.count,
        )
        for at, row in enumerate(rows)
    )
    inside = format_html_join(
        "",
        '<text class="h-label" text-anchor="end" x="{}" y="{}">{}</text>'
        '<rect class="h-bar" x="{}" y="{}" width="{}" height="{}" rx="2"/><text class="h-label" x="{}" y="{}">{}</text>',
        drawn,
    )
    return _svg(inside, WIDE, len(rows) * LINE)


def week(rows: Sequence[tuple[str, Sequence[int]]], hours: Sequence[int]) -> SafeString:
    """The hours of a week as squares, the busier the darker."""
    most = max((count for _day, counts in rows for count in counts), default=0) or 1
    heads = format_html_join(
        "",
        '<text class="h-label" text-anchor="middle" x="{}" y="14">{}</text>',
        ((DAY + at * CELL + CELL // 2, hour) for at, hour in enumerate(hours)),
    )
    names = format_html_join(
        "",
        '<text class="h-label" x="0" y="{}">{}</text>',
        ((20 + at * CELL + 21, day[:3]) for at, (day, _counts) in enumerate(rows)),
    )
    cells = format_html_join(
        "",
        '<rect class="{}" fill-opacity="{}" x="{}" y="{}" width="{}" height="{}" rx="4"/>',
        (
            (
                "h-cell" if count else "h-empty",
                f"{0.12 + 0.88 * count / most:.2f}" if count else "0.35",
                DAY + across * CELL + 1,
                20 + down * CELL + 1,
                CELL - 2,
                CELL - 2,
            )
            for down, (_day, counts) in enumerate(rows)
            for across, count in enumerate(counts)
        ),
    )
    return _svg(heads + names + cells, DAY + len(hours) * CELL, 20 + len(rows) * CELL)


def _svg(inside: SafeString, width: int, height: int) -> SafeString:
    # Hidden from those who hear the page: the table beside it is what they read.
    return format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>', width, height, inside
    )
