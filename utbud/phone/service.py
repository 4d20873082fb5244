"""A phone service as the line sees it: it tells us what a caller did, and does what we answer.

A service is one class with ``read``, which makes a Call of what it sent, and ``answer``, ``put_through`` and
``hang_up``, which write our answer in its own language. ``elks.py`` is the one there is. Another service is another
file like it, and a line in ``SERVICES`` of ``queries.py``; the menu, the sound files, the counting and the
staff's own telephone stay as they are. A service must be able to play an MP3 by its address, wait for a key, and
ask us at an address of ours what comes next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Protocol

from django.http import HttpResponse

from utbud.phone.menu import Caller, Spot, Step

TRIAL = "prov-"  # so begins the name of a call that staff make to try the line


class Malformed(Exception):
    """What came is not what the service sends."""


class Result(Enum):
    """What came of the last thing that we asked the service to do."""

    NONE = "none"  # nothing is told, or not in a way we know
    KEY = "key"  # the caller pressed a key
    DONE = "done"  # the file was played, the call was put through and is over
    FAILED = "failed"  # nobody pressed a key, nobody answered


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a service tells of a call. ``reference`` is its own name for it, the same all through the call."""

    reference: str
    caller: str = ""  # E.164, "" when withheld
    called: str = ""  # E.164, "" when not told
    result: Result = Result.NONE
    key: str = ""

    @property
    def trial(self) -> bool:
        """Whether it is staff who try the line."""
        return self.reference.startswith(TRIAL)

    @property
    def who(self) -> Caller:
        """The caller as the menu knows one."""
        return Caller(number=self.caller, trial=self.trial)


@dataclass(frozen=True)
class Turn:
    """What the service is to do now: play ``sounds`` (addresses) in order, then what ``step`` says."""

    step: Step
    spot: Spot
    sounds: tuple[str, ...]

    @property
    def onward(self) -> Spot:
        """Where the call goes by itself, when it does."""
        return Spot(self.step.then, self.spot.slow)


@dataclass(frozen=True)
class Addresses:
    """Where the service asks what comes next: when a step is entered, and when something came of it."""

    enter: Callable[[Spot], str]
    chosen: Callable[[Spot], str]


class PhoneService(Protocol):
    """See the module."""

    slug: ClassVar[str]
    label: ClassVar[str]

    def read(self, sent: Mapping[str, str]) -> Call:
        """The call that ``sent`` (the fields of the request) tells of. Raises Malformed."""
        ...

    def answer(self, turn: Turn, addresses: Addresses) -> HttpResponse:
        """Do what ``turn`` says."""
        ...

    def put_through(self, number: str) -> HttpResponse:
        """Connect the call to ``number`` (E.164), without a word."""
        ...

    def hang_up(self) -> HttpResponse:
        """End the call."""
        ...
