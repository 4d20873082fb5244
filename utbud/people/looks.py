"""What staff can look at that is about people: each app tells of its own, so that the log can say it in words."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from utbud.people.models import Look

Titles = Callable[[set[int]], dict[int, str]]


@dataclass(frozen=True)
class Kind:
    """A list, or a kind of row: what it is called, and what each is called. Neither may name a person."""

    label: str | Promise
    titles: Titles | None = None


_kinds: dict[str, Kind] = {}


def register(name: str, label: str | Promise, titles: Titles | None = None) -> None:
    """Tell of what can be looked at: «inbox», or «registration» where the subject is «registration:12»."""
    _kinds[name] = Kind(label, titles)


def in_words(looks: Iterable[Look]) -> list[tuple[Look, str]]:
    """Each look with what was looked at: «En anmälan: Ring med bild». A query or two for each kind, however many they are."""
    looks = list(looks)
    wanted: dict[str, set[int]] = defaultdict(set)
    for look in looks:
        name, _colon, key = look.subject.partition(":")
        if key.isdecimal():
            wanted[name].add(int(key))
    titles = {
        name: kind.titles(wanted[name]) for name, kind in _kinds.items() if kind.titles and wanted[name]
    }
    found = []
    for look in looks:
        name, _colon, key = look.subject.partition(":")
        label = str(_kinds[name].label) if name in _kinds else name
        title = titles.get(name, {}).get(int(key), key) if key.isdecimal() else key
        found.append((look, f"{label}: {title}" if title else label))
    return found
