"""What the runs' time went to: a table of rooms, the slowest tests, and a loud line when it was too much."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

BUDGET = 600  # seconds, for all runs on two idle cores: a suite that takes longer is not run
SLOWEST = 10


@dataclass(frozen=True)
class Test:
    """A test that was run: where it stands, on which database, and its seconds with what was made for it alone."""

    __test__ = False

    place: str
    database: str
    seconds: float

    @property
    def room(self) -> str:
        """The folder in tests/unit, else the one in tests."""
        _tests, folder, *inner = self.place.split(".")
        return inner[0] if folder == "unit" and not inner[0].startswith("test_") else folder


def read(file: Path, database: str) -> Iterator[Test]:
    """The tests that pytest tells of in a junit ``file``."""
    for case in ElementTree.parse(file).iter("testcase"):  # noqa: S314 - pytest wrote it
        if case.get("classname"):  # a file that could not be read is an error without one
            yield Test(f"{case.get('classname')}::{case.get('name')}", database, float(case.get("time") or 0))


def lines(tests: Iterable[Test]) -> Iterator[str]:
    """The table and the slowest, one line at a time."""
    tests = list(tests)
    databases = list(dict.fromkeys(test.database for test in tests))
    rooms: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(databases, 0.0))
    for test in tests:
        rooms[test.room][test.database] += test.seconds
    yield f"{'Sekunder per rum':<20}" + "".join(f"{database:>12}" for database in databases)
    for room, seconds in sorted(rooms.items(), key=lambda each: -sum(each[1].values())):
        yield f"{room:<20}" + "".join(f"{seconds[database]:>12.0f}" for database in databases)
    yield "De långsammaste testen"
    for test in sorted(tests, key=lambda test: -test.seconds)[:SLOWEST]:
        yield f"{test.seconds:>6.1f} s  {test.place.removeprefix('tests.')} ({test.database})"


def verdict(seconds: float) -> str:
    """How long it all took, loudly if it was too long."""
    if seconds <= BUDGET:
        return f"{seconds:.0f} s"
    return f"!!! {seconds:.0f} s: {seconds - BUDGET:.0f} s ÖVER DE {BUDGET} SOM TESTEN FÅR TA PÅ TVÅ LEDIGA KÄRNOR !!!"
