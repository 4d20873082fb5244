"""When a page goes out, for the kinds of page where an editor chooses: asked where it is sent for approval."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from utbud.people.models import User
from utbud.publishing.models import ApprovedPage

AT_ONCE = "nu"  # the choice of no time of its own


class NotThen(Exception):
    """Why a page cannot go out then, in Swedish, to be shown as it is."""


class Choices(Protocol):
    def __call__(self, *, now: dt.datetime) -> list[tuple[str, str]]: ...


class Choose(Protocol):
    def __call__(self, *, page: ApprovedPage, key: str, by: User, now: dt.datetime) -> object: ...


@dataclass(frozen=True, kw_only=True)
class Times:
    """The times that a kind of page can go out at, (key, words) each, and how one is chosen. Raises NotThen."""

    choices: Choices
    choose: Choose


_of: dict[type[ApprovedPage], Times] = {}


def register(kind: type[ApprovedPage], times: Times) -> None:
    """Let pages of ``kind`` be sent with a time."""
    _of[kind] = times


def times_of(page: ApprovedPage) -> Times | None:
    """The times that ``page`` can be given: none for a kind that has none, nor for a page that is or has been out,
    or has a time already.
    """
    if page.first_published_at or page.goes_out_at():
        return None
    return _of.get(type(page))
