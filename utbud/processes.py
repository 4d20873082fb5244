"""Keeping several processes running as one: start, restart with back-off, stop together.

On Linux the children are forked from the supervisor, which has loaded everything: they start at once, share
its memory, and all run the same version of the code even when it changes on disk.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import FrameType

FIRST_WAIT, LONGEST_WAIT, HEALTHY = 0.5, 30.0, 60.0  # seconds
KILL_AFTER = 4.0  # seconds after the word to stop
TICK = 0.1
STOP = (signal.SIGTERM, signal.SIGINT)
LINUX = sys.platform == "linux"


def end_with_parent() -> None:
    """Have the kernel end this process (SIGTERM) when the one that started it dies. Linux only.

    Without it a killed parent leaves children that hold the port and run jobs nobody watches.
    """
    if LINUX:
        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG, prctl(2)
        if os.getppid() != parent:  # it died before the call
            os.kill(os.getpid(), signal.SIGTERM)


def _run(name: str, function: Callable[[], None]) -> None:
    """What a child process does: shake off what it inherited, then work.

    A terminal's Ctrl-C reaches every process. It is blocked here, and the supervisor passes it on as SIGTERM:
    a second signal would cut a running job short, and makes a web worker hang.
    """
    for number in STOP:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGINT})
    if LINUX:
        ctypes.CDLL(None).prctl(15, f"utbud {name}".encode())  # 15 is PR_SET_NAME: what top and ps show
    end_with_parent()
    function()


@dataclass
class Child:
    """A function that should always run in a process of its own, and how it has fared."""

    name: str
    function: Callable[[], None]
    process: BaseProcess | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    start_at: float = 0.0

    def start(self, now: float) -> None:
        """Start it at ``now`` (monotonic seconds)."""
        context = multiprocessing.get_context("fork") if LINUX else multiprocessing.get_context("spawn")
        self.process = context.Process(target=_run, args=(self.name, self.function))
        # A word to stop that comes between the fork and the child's own handlers must not be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
        self.process.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP)
        self.started = now

    def died(self, now: float) -> int | None:
        """Its exit code if it has just been found dead; when to start it again is then set."""
        if self.process is None or (code := self.process.exitcode) is None:
            return None
        if now - self.started >= HEALTHY:
            self.wait = FIRST_WAIT
        self.process, self.start_at = None, now + self.wait
        self.wait = min(self.wait * 2, LONGEST_WAIT)
        return code


@dataclass
class Supervisor:
    """Runs children until it is told to stop. ``say`` gets a plain line about what happens."""

    children: Sequence[Child]
    say: Callable[[str], None]
    told: bool = False  # to stop

    def run(self) -> None:
        """Run until SIGTERM or SIGINT, then stop every child within five seconds."""
        for number in STOP:
            signal.signal(number, self._stop)
        while not self.told:
            now = time.monotonic()
            for child in self.children:
                if (code := child.died(now)) is not None:
                    wait = child.start_at - now
                    self.say(f"{child.name} slutade ({_how(code)}) och startar igen om {wait:g} s.")
                if child.process is None and now >= child.start_at:
                    child.start(now)
            time.sleep(TICK)
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.told = True

    def _end(self) -> None:
        living = [child.process for child in self.children if child.process]
        for process in living:
            process.terminate()
        until = time.monotonic() + KILL_AFTER
        while time.monotonic() < until and any(process.is_alive() for process in living):
            time.sleep(TICK / 2)
        for process in living:
            process.kill()
            process.join()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"kod {code}"
