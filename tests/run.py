"""Runs the tests: units, then processes, on SQLite and on PostgreSQL, then the browser. ``make test`` calls it.

Units run on SQLite; of them, those marked ``database`` on PostgreSQL too. Processes run on both, but for those of ONCE;
the browser on SQLite, but for its JOURNEYS, which run on PostgreSQL where there is a server. With the word ``everything``, as
``make test-everything`` says it before a release, all of them run on both, and so does the whole browser. With the word
``faults``, as ``make faults`` says it, only the processes run, UTBUD_TEST_ROUNDS times. With the word ``browsers``, as
``make browsers`` says it, whole journeys run in Firefox and WebKit; the few that tell most run with the others.

What takes long to make is made once, for all runs to copy (tests/ready.py). Runs that mostly wait go at the same time.

What is not on the machine is skipped by name; with UTBUD_NO_SKIPS=1, as in CI, any skip is an error.
UTBUD_TEST_DATABASE_URL names another PostgreSQL server than the one at 127.0.0.1:5432.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests import ready, report  # noqa: E402 - found from wherever this is started
from tests.browser import elsewhere  # noqa: E402

NO_SKIPS = bool(os.environ.get("UTBUD_NO_SKIPS"))
LOCAL_SERVER = "postgres://postgres@127.0.0.1:5432"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
# The extra «hear» is 360 MB and left out of what the tests install; where it is, its tests run too.
UNITS = "not processes" if find_spec("faster_whisper") else "not processes and not hear"
PARALLEL = ("-n", str(min(4, max(2, os.cpu_count() or 2))))
NEIGHBOURS = (
    "--dist",
    "worksteal",
)  # they share what a file makes for itself, so a worker takes them together


@dataclass
class Run:
    """A run of pytest: what of, on which database, its arguments, and what its environment has beside the ordinary."""

    what: str
    database: str
    arguments: tuple[str, ...]
    environment: dict[str, str]

    def start(self, folder: Path, *, alone: bool) -> subprocess.Popen[bytes]:
        """Start it, with all it writes in ``folder``. What it says is seen at once if it is ``alone``, else kept there."""
        folder.mkdir()
        with (folder / "said").open("w") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "pytest", "-rfEs", f"--junitxml={folder}/report.xml", *self.arguments],
                cwd=ROOT,
                env=ready.clean_environment() | {"TMPDIR": str(folder)} | self.environment,
                stdout=None if alone else said,
                stderr=None if alone else said,
            )


@dataclass
class Summary:
    """What came of all runs."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    )
    skipped: list[str] = field(default_factory=list)
    ran: list[report.Test] = field(default_factory=list)
    broken: bool = False

    def skip(self, what: str) -> None:
        """Say that something could not be run here."""
        print(f"\n== {what}", flush=True)
        self.skipped.append(what)

    def run(self, *runs: Run) -> None:
        """Run pytest, once for each of ``runs``, all at the same time; show and count."""
        with tempfile.TemporaryDirectory(prefix="utbud-test-", ignore_cleanup_errors=True) as root:
            folders = [Path(root, str(number)) for number in range(len(runs))]
            processes = [
                run.start(folder, alone=len(runs) == 1) for run, folder in zip(runs, folders, strict=True)
            ]
            for run, folder, process in zip(runs, folders, processes, strict=True):
                print(f"\n== {run.what} på {run.database}", flush=True)
                self.broken = process.wait() != 0 or self.broken
                print((folder / "said").read_text(), end="", flush=True)
                if (folder / "report.xml").exists():
                    for suite in ElementTree.parse(folder / "report.xml").iter("testsuite"):
                        for key in self.counts:
                            self.counts[key] += int(suite.get(key, 0))
                    self.ran.extend(report.read(folder / "report.xml", run.database))

    def end(self) -> int:
        """Say where the time went, and in one line what came of it. The exit code."""
        print()
        for line in report.lines(self.ran):
            print(f"   {line}")
        tests, failures, errors, skipped = self.counts.values()
        print(f"\n== {tests} test, {failures + errors} fel, {skipped} överhoppade", flush=True)
        for what in self.skipped:
            print(f"   Inte körda: {what}")
        if NO_SKIPS and (skipped or self.skipped):
            print("   UTBUD_NO_SKIPS=1: det som hoppades över räknas som fel.")
            return 1
        return int(self.broken)


def chromium() -> bool:
    """Whether there is a Chromium: on the path, or one that Playwright has or can install."""
    if any(map(shutil.which, CHROMIUMS)):
        return True
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).exists():
        print("\n== Chromium finns inte. Försöker installera den med Playwright.", flush=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.call([sys.executable, "-m", "playwright", "install", "chromium"], timeout=600)
    return Path(path).exists()


def tell_of_browsers(summary: Summary) -> None:
    """Say which of the other browsers is not here: what is about it is left out."""
    for kind in (elsewhere.Firefox, elsewhere.WebKit):
        if not elsewhere.is_here(kind):
            summary.skip(f"Resorna i {kind.NAME}. Den finns inte. Debian: apt install {kind.PACKAGES}")


def answers(url: str) -> bool:
    """Whether a PostgreSQL server lets us in."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server, without a database name: one that answers, or one of our own. "" if none."""
    if given := os.environ.get("UTBUD_TEST_DATABASE_URL"):
        yield given.rsplit("/", 1)[0] if given.count("/") > 2 else given
        return
    if answers(f"{LOCAL_SERVER}/postgres"):
        yield LOCAL_SERVER
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [
        Path(p) for p in [shutil.which("initdb")] if p
    ]
    if not programs:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="utbud-postgresql-", ignore_cleanup_errors=True) as folder:
        yield from own_server(programs[-1].parent, Path(folder))


def own_server(programs: Path, folder: Path) -> Iterator[str]:
    """A server from installed ``programs``, with its data in ``folder``, for as long as it is needed."""
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, options = folder / "data", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", data, *arguments],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )

    call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
    call("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgres://postgres@127.0.0.1:{port}"
    finally:
        call("pg_ctl", "-m", "immediate", "stop")


@contextlib.contextmanager
def made_ready(server: str) -> Iterator[tuple[dict[str, str], Callable[[], None]]]:
    """Make what all runs copy, on SQLite and on ``server`` at once.

    Gives what tells them where it is, and what makes the demo, for when there is time.
    """
    with tempfile.TemporaryDirectory(prefix="utbud-ready-", ignore_cleanup_errors=True) as folder:
        empty, demo, name = Path(folder, "empty"), Path(folder, "demo"), f"utbud_{os.getpid()}"
        with ThreadPoolExecutor() as pool, contextlib.ExitStack() as stack:
            waits = [pool.submit(ready.migrate, empty)]
            if server:
                url = ready.new_database(f"{server}/postgres", name)
                stack.callback(ready.on_server, url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                waits.append(pool.submit(ready.migrate, empty, url))
            for each in waits:
                each.result()

            def make_demo() -> None:
                shutil.copytree(empty, demo)
                ready.demo(demo)
                if server:
                    copy = ready.new_database(f"{server}/postgres", f"{name}_demo", name)
                    stack.callback(ready.on_server, copy, f"DROP DATABASE IF EXISTS {name}_demo WITH (FORCE)")
                    Path(folder, "demo-postgresql").mkdir()
                    ready.demo(Path(folder, "demo-postgresql"), copy)

            yield {"UTBUD_TEST_READY": folder, "UTBUD_TEST_TEMPLATE": name}, make_demo


# What becomes of files and processes when something is killed: the database has no part in it that is not tried elsewhere.
ONCE = (
    "tests/processes/test_media.py",
    "tests/processes/test_formats.py",
    "tests/processes/test_supervisor.py",
)
# Where what is written and found tells most. They run on PostgreSQL alone where there is a server: the pages are the same.
JOURNEYS = ("tests/browser/test_journey.py", "tests/browser/test_course_journey.py")


def main(*, everything: bool) -> int:
    """All runs. The exit code."""
    began, summary = time.monotonic(), Summary()
    browser = chromium()
    tell_of_browsers(summary)
    with postgresql() as server, made_ready(server) as (known, make_demo), ThreadPoolExecutor() as pool:
        kinds = {"SQLite": known}
        if server:
            kinds["PostgreSQL"] = known | {
                "DATABASE_URL": f"{server}/{known['UTBUD_TEST_TEMPLATE']}"  # each run makes its own beside it
            }
        for kind, environment in kinds.items():
            chosen = UNITS if everything or kind == "SQLite" else f"database and {UNITS}"
            summary.run(
                Run("Enhetstest", kind, ("tests/unit", "-m", chosen, *PARALLEL, *NEIGHBOURS), environment)
            )
        once = () if everything else tuple(f"--ignore={file}" for file in ONCE)
        processes = [
            Run(
                "Processtest",
                kind,
                ("tests/processes", *(once if kind == "PostgreSQL" else ()), *PARALLEL),
                environment,
            )
            for kind, environment in kinds.items()
        ]
        demo = pool.submit(make_demo) if browser else None  # the processes beside it mostly wait
        summary.run(*processes)
        if demo:
            demo.result()
            files = dict.fromkeys(kinds, ("tests/browser",))
            if server and not everything:
                files = {
                    "SQLite": ("tests/browser", *(f"--ignore={file}" for file in JOURNEYS)),
                    "PostgreSQL": JOURNEYS,
                }
            # Beside all the rest, the few journeys on PostgreSQL have a site and a browser to themselves.
            at_once = dict.fromkeys(kinds, PARALLEL) | ({} if everything else {"PostgreSQL": ("-n", "1")})
            browsing = [
                Run(
                    "Webbläsartest",
                    kind,
                    (*files[kind], "-m", "not browsers", *at_once[kind], *NEIGHBOURS),
                    kinds[kind],
                )
                for kind in kinds
            ]
            if everything:
                for one in browsing:
                    summary.run(one)
            else:
                summary.run(*browsing)
        else:
            names = ", ".join(sorted(file.name for file in (ROOT / "tests/browser").glob("test_*.py")))
            summary.skip(f"Webbläsartest ({names}). Chromium finns inte. Debian: apt install chromium")
        if not server:
            summary.skip("Testen på PostgreSQL. Ingen server svarar, och ingen är installerad.")
    code, seconds = summary.end(), time.monotonic() - began
    if everything:
        print(f"   Allt har körts på {' och '.join(kinds)}. {seconds:.0f} s", flush=True)
    else:
        print("   På PostgreSQL bara det som en databas avgör. Inför en utgåva: make test-everything")
        print(f"   {report.verdict(seconds)}", flush=True)
    return code


def faults() -> int:
    """The process tests alone, many times over, each time with other dice. The exit code."""
    summary, rounds = Summary(), {"UTBUD_TEST_ROUNDS": os.environ.get("UTBUD_TEST_ROUNDS", "10")}
    with postgresql() as server, made_ready(server) as (known, _make_demo):
        summary.run(Run("Processtest", "SQLite", ("tests/processes", *PARALLEL), known | rounds))
        if server:
            known["DATABASE_URL"] = f"{server}/{known['UTBUD_TEST_TEMPLATE']}"
            summary.run(Run("Processtest", "PostgreSQL", ("tests/processes", *PARALLEL), known | rounds))
        else:
            summary.skip("Testen på PostgreSQL. Ingen server svarar, och ingen är installerad.")
    return summary.end()


def browsers() -> int:
    """All journeys in the browsers that are not Chromium. The exit code."""
    summary = Summary()
    tell_of_browsers(summary)
    with made_ready("") as (known, make_demo):
        make_demo()
        # A browser's journeys lie together: each worker takes one of the two.
        journeys = ("tests/browser/test_elsewhere.py", "-n", "2", "--dist", "worksteal")
        summary.run(Run("Resor i Firefox och WebKit", "SQLite", journeys, known))
    return summary.end()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["faults"]:
            sys.exit(faults())
        case ["browsers"]:
            sys.exit(browsers())
        case words:
            sys.exit(main(everything=words == ["everything"]))
