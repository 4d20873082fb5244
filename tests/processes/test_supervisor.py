"""The supervisor: what dies is started again, what is told to stop stops, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests import ready
from tests.processes.conftest import family, free_port
from tests.waiting import PATIENCE, until
from utbud.processes import FIRST_WAIT, HEALTHY, LONGEST_WAIT, Child

SLEEPER = "time.sleep(600)"
# It takes five seconds (KILL_AFTER and a moment); on a machine with much to do the moment may be long.
LONG_BEFORE_THE_END = 60
STUBBORN = "[signal.signal(number, signal.SIG_IGN) for number in (2, 15)]; time.sleep(600)"

# Each child adds its number to a file when it starts, so that a test can see every process it has been.
PROGRAM = """
import functools, os, signal, sys, time
from utbud.processes import Child, Supervisor

def work(code, path):
    with open(path, "a") as file:
        print(os.getpid(), file=file)
    exec(code)

def main():
    folder, *codes = sys.argv[1:]
    children = [
        Child(f"barn{i}", functools.partial(work, code, f"{folder}/{i}")) for i, code in enumerate(codes)
    ]
    Supervisor(children, lambda line: print(line, flush=True)).run()

if __name__ == "__main__":
    main()
"""


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but not been collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class House:
    """A supervisor with children, started for real."""

    def __init__(self, folder: Path, *bodies: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), *bodies],
            cwd=ready.ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        until(lambda: all(self.pids(i) for i in range(len(bodies))))

    def pids(self, child: int) -> list[int]:
        """Every process that a child has been, in order."""
        path = self.folder / str(child)
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def start(*bodies: str) -> House:
        houses.append(House(tmp_path, *bodies))
        return houses[-1]

    yield start
    for each in houses:
        each.end()


def test_a_killed_child_is_started_again_and_the_others_are_left_alone(house: Callable[..., House]) -> None:
    running = house(SLEEPER, SLEEPER)
    [first], [other] = running.pids(0), running.pids(1)
    os.kill(first, signal.SIGKILL)
    until(lambda: len(running.pids(0)) == 2)
    assert running.pids(1) == [other]
    assert alive(other)
    running.process.terminate()
    said, _errors = running.process.communicate(timeout=PATIENCE)
    assert said == "barn0 slutade (signal 9) och startar igen om 0.5 s.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("body", [SLEEPER, STUBBORN], ids=["willing", "stubborn"])
def test_stopping_leaves_nothing_behind_and_waits_for_no_one(
    house: Callable[..., House], body: str, number: signal.Signals
) -> None:
    running = house(body, SLEEPER)
    pids = running.pids(0) + running.pids(1)
    began = time.monotonic()
    os.killpg(running.process.pid, number)  # as a terminal does it: everyone gets it
    assert running.process.wait(PATIENCE) == 0
    assert time.monotonic() - began < LONG_BEFORE_THE_END
    assert [pid for pid in pids if alive(pid)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_children_end_when_the_supervisor_is_killed(house: Callable[..., House]) -> None:
    running = house(SLEEPER, SLEEPER)
    pids = running.pids(0) + running.pids(1)
    running.process.kill()
    until(lambda: not any(map(alive, pids)))


def nothing() -> None:
    pass


def test_the_wait_doubles_up_to_a_limit_and_starts_over_after_a_healthy_minute() -> None:
    child, now, waits = Child("barn", nothing), 1000.0, []
    for lived in (0, 0, 0, 0, 0, 0, 0, HEALTHY, 0):
        child.start(now)
        assert child.process is not None
        child.process.join()
        now += lived
        assert child.died(now) == 0
        waits.append(child.start_at - now)
    assert waits == [FIRST_WAIT, 1, 2, 4, 8, 16, LONGEST_WAIT, FIRST_WAIT, 1]


def sleep() -> None:
    time.sleep(60)


def test_a_living_child_has_not_died() -> None:
    child = Child("barn", sleep)
    child.start(0.0)
    assert child.process is not None
    assert child.died(1.0) is None
    child.process.kill()
    child.process.join()


# --- the whole, with a web and a worker --------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """``utbud serve`` on a data folder of its own, and its address."""
    port = free_port()
    with empty_database() as url:
        environment = {"UTBUD_VAR": str(tmp_path), "PORT": str(port), "DATABASE_URL": url}
        ready.migrate(tmp_path, url)
        yield from serve(
            environment, f"http://127.0.0.1:{port}/robots.txt"
        )  # /halsa/ is 503 without a start page


@contextmanager
def empty_database() -> Iterator[str]:
    """The address of a database of its own, of the kind that the tests run on; "" is SQLite's."""
    if connection.vendor == "sqlite":
        yield ""
        return
    url, name = os.environ["DATABASE_URL"], f"utbud_serve_{os.getpid()}"
    try:
        yield ready.new_database(url, name)
    finally:
        ready.on_server(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def serve(environment: dict[str, str], address: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "utbud", "serve"],
        cwd=ready.ROOT,
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        yield process, address
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(url: str) -> bool:
    """Whether ``url`` answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_serve_survives_the_death_of_each_of_its_processes_and_stops_when_told(
    served: tuple[subprocess.Popen[bytes], str],
) -> None:
    process, address = served
    until(lambda: answers(address))
    first = family(process.pid)
    for victim in reversed(first):  # so that web workers go before the process that starts them again
        os.kill(victim, signal.SIGKILL)
        until(lambda gone=victim: gone not in family(process.pid))
        until(lambda: answers(address))
    until(lambda: len(family(process.pid)) == len(first))
    assert set(family(process.pid)) & set(first) == set()
    everyone, began = family(process.pid), time.monotonic()
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert time.monotonic() - began < LONG_BEFORE_THE_END
    assert [pid for pid in everyone if Path(f"/proc/{pid}").exists()] == []
