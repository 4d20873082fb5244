"""What other apps have to do with a page's film or sound, shown in its workshop: they register, it asks."""

from collections.abc import Callable
from typing import Any

Links = list[tuple[str, str]]  # what one can do (Swedish), and where
Maker = Callable[[Any], Links]
_makers: dict[str, Maker] = {}


def register(maker: Maker) -> Maker:
    """Have ``maker(page)`` asked for links each time a workshop is shown. An empty list for pages of others."""
    _makers[f"{maker.__module__}.{maker.__qualname__}"] = maker
    return maker


def links(page: Any) -> Links:
    """All that can be done with ``page`` elsewhere, in the order of the apps' names."""
    return [link for name in sorted(_makers) for link in _makers[name](page)]
