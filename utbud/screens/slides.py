"""What a screen may show beside the word and the hours. Activities above register it when the app starts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from utbud.places.models import Place

SECONDS = 20  # that a slide is shown, unless it says otherwise


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One picture on the screen. It is true, and shown, from ``starts`` to ``ends`` (aware), network or not."""

    key: str  # «ord», the same from one time to the next
    html: str  # safe; classes as in screens.css
    starts: dt.datetime
    ends: dt.datetime
    seconds: int = SECONDS


Maker = Callable[[Place, dt.datetime], list[Slide]]
_makers: dict[str, Maker] = {}


def register(key: str, maker: Maker) -> None:
    """Have ``maker(place, now)`` asked for slides each time a screen is shown. The same key again takes its place."""
    _makers[key] = maker


def others(place: Place, now: dt.datetime) -> list[Slide]:
    """The slides of all that is registered; no more than a few queries each is their promise."""
    return [slide for maker in _makers.values() for slide in maker(place, now)]
