"""How many were reached: figures from ``models.Reach``, for the staff page and for whoever adds things up."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from utbud.channels import reach
from utbud.channels.models import ChannelSetup, Reach
from utbud.channels.sources import registered

# What is counted, in the order it is told: (way, what) and its words. Anything else is told as it was counted.
COUNTED: dict[tuple[str, str], Any] = {
    ("web", "view"): gettext_lazy("Sidan läst"),
    ("print", "download"): gettext_lazy("Utskrift hämtad"),
    ("poster", "download"): gettext_lazy("Affisch hämtad"),
    ("sound", "play"): gettext_lazy("Ljud spelat"),
    ("clip", "play"): gettext_lazy("Film spelad"),
    ("card", "download"): gettext_lazy("Bild hämtad"),
    ("feed", "fetch"): gettext_lazy("Flöde hämtat"),
    ("phone", "call"): gettext_lazy("Samtal till telefonlinjen"),
    ("phone", "listened"): gettext_lazy("Ord hörda i telefon"),
    ("phone", "hours"): gettext_lazy("Öppettider hörda i telefon"),
    ("phone", "callback"): gettext_lazy("Bett om att bli uppringd"),
    ("phone", "staff"): gettext_lazy("Kopplade till personal"),
}
WHATS: dict[str, Any] = {
    "sent": gettext_lazy("skickat"),
    "view": gettext_lazy("sett"),
    "play": gettext_lazy("spelat"),
    "joined": gettext_lazy("nya prenumeranter"),
    "stopped": gettext_lazy("slutade prenumerera"),
}
NOT_REACHED = ("joined", "stopped")  # who began and who stopped: told, but not added to how many were reached

Way = tuple[str, str]  # way and what


@dataclass(frozen=True, kw_only=True)
class Row:
    """An item and how often it was reached each way, in the order of the table's columns."""

    item: str
    title: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class Table:
    """Reach between two days, both counted in: a row an item (most reached first), a column a way."""

    first: dt.date
    last: dt.date
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    sums: tuple[int, ...]
    total: int


def table(first: dt.date, last: dt.date) -> Table:
    """All that was counted from ``first`` to ``last``. Three queries, however much it is."""
    numbers: dict[str, dict[Way, int]] = defaultdict(dict)
    counted = Reach.objects.filter(day__range=(first, last)).values_list("item", "way", "what")
    for item, way, what, count in counted.annotate(n=Sum("count")).order_by():
        numbers[item][way, what] = count
    ways = in_order({way for counts in numbers.values() for way in counts})
    names = titles(numbers)
    rows = [
        Row(
            item=item,
            title=names[item],
            counts=tuple(counts.get(way, 0) for way in ways),
            total=sum(count for (_way, what), count in counts.items() if what not in NOT_REACHED),
        )
        for item, counts in numbers.items()
    ]
    rows.sort(key=lambda row: (-row.total, row.title))
    return Table(
        first=first,
        last=last,
        columns=tuple(way_words(ways)),
        rows=tuple(rows),
        sums=tuple(sum(row.counts[number] for row in rows) for number in range(len(ways))),
        total=sum(row.total for row in rows),
    )


def by_day(first: dt.date, last: dt.date, *, item: str = "") -> dict[tuple[dt.date, str, str], int]:
    """The number of each day, way and what; of one ``item``, or ("") of all together. One query."""
    counted = Reach.objects.filter(day__range=(first, last))
    if item:
        counted = counted.filter(item=item)
    rows = counted.values_list("day", "way", "what").annotate(n=Sum("count")).order_by("day", "way", "what")
    return {(day, way, what): count for day, way, what, count in rows}


def taken(item: str) -> list[tuple[str, int]]:
    """What people have taken with them of ``item`` and keep, in words and how often: «Utskrift hämtad», 12."""
    numbers = reach.taken(item)
    ways = in_order((way, "download") for way in numbers)
    return [(words, numbers[way]) for words, (way, _what) in zip(way_words(ways), ways, strict=True)]


def titles(items: Iterable[str]) -> dict[str, str]:
    """What people call each item. One query for all pages; a page that is gone is told as such."""
    items = list(items)
    pks = {item: int(item.partition(":")[2]) for item in items if item.startswith("page:")}
    names = dict(Page.objects.filter(pk__in=pks.values()).values_list("pk", "title"))
    labels = {f"feed:{source.slug}": str(source.label) for source in registered()}
    found = {}
    for item in items:
        if item in pks:
            found[item] = names.get(pks[item]) or _("En sida som är borttagen")
        elif item in labels:
            found[item] = _("Flödet «%(kind)s»") % {"kind": labels[item]}
        else:
            found[item] = item or _("Utan särskild sak")
    return found


def in_order(ways: Iterable[Way]) -> list[Way]:
    """``ways`` as they are told: the known first, in their order."""
    known = list(COUNTED)
    return sorted(ways, key=lambda way: (known.index(way) if way in COUNTED else len(known), way))


def way_words(ways: Iterable[Way]) -> list[str]:
    """What people call each way. One query when there are ways that are channels."""
    ways = list(ways)
    names: dict[str, str] = {}
    if any(way not in COUNTED for way in ways):
        names = dict(ChannelSetup.objects.order_by("-pk").values_list("kind", "name"))
    return [
        str(COUNTED[way]) if way in COUNTED else f"{names.get(way[0], way[0])}: {WHATS.get(way[1], way[1])}"
        for way in ways
    ]


def first_day() -> dt.date | None:
    """The first day that anything was counted."""
    return Reach.objects.order_by("day").values_list("day", flat=True).first()
