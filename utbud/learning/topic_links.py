"""What there is on a topic beside words. Courses, films and guides stand above and register themselves when the app starts."""

from collections.abc import Callable
from typing import Any

from utbud.learning.models import Topic

UrlOf = Callable[[Topic], str]
_kinds: dict[str, tuple[Any, UrlOf]] = {}


def register(slug: str, label: Any, url_of: UrlOf) -> None:
    """Make a kind known: its name as a heading has it («Guider»), and where those of a topic are, "" when there are none.

    The same slug again takes its place. It is asked on each topic's page, and may cost one query.
    """
    _kinds[slug] = label, url_of


def links(topic: Topic) -> list[tuple[str, str]]:
    """(label, address) of what there is on ``topic``, by label."""
    found = [(str(label), url_of(topic)) for label, url_of in _kinds.values()]
    return sorted((label, url) for label, url in found if url)
