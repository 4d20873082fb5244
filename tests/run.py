"""Runs every test: units and processes on SQLite and on PostgreSQL, then the browser. ``make test`` calls it.

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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import psycopg

ROOT = Path(__file__).resolve().parents[1]
NO_SKIPS = bool(os.environ.get("UTBUD_NO_SKIPS"))
LOCAL_SERVER = "postgres://postgres@127.0.0.1:5432"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
PARALLEL = ("-n", str(min(4, max(2, os.cpu_count() or 2))))


@dataclass
class Summary:
    """What came of all runs."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    )
    skipped: list[str] = field(default_factory=list)
    broken: bool = False

    def skip(self, what: str) -> None:
        """Say that something could not be run here."""
        print(f"\n== {what}", flush=True)
        self.skipped.append(what)

    def run(self, name: str, *arguments: str, **environment: str) -> None:
        """Run pytest once, in the open, and count."""
        print(f"\n== {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="utbud-test-", ignore_cleanup_errors=True) as folder:
            report = Path(folder, "report.xml")
            code = subprocess.call(
                [sys.executable, "-m", "pytest", "-rfEs", f"--junitxml={report}", *arguments],
                cwd=ROOT,
                env=clean_environment() | {"UTBUD_VAR": f"{folder}/var"} | environment,
            )
            self.broken = self.broken or code != 0
            if report.exists():
                for suite in ElementTree.parse(report).iter("testsuite"):
                    for key in self.counts:
                        self.counts[key] += int(suite.get(key, 0))

    def end(self) -> int:
        """Say it all in one line. The exit code."""
        tests, failures, errors, skipped = self.counts.values()
        print(f"\n== {tests} test, {failures + errors} fel, {skipped} överhoppade", flush=True)
        for what in self.skipped:
            print(f"   Inte körda: {what}")
        if NO_SKIPS and (skipped or self.skipped):
            print("   UTBUD_NO_SKIPS=1: det som hoppades över räknas som fel.")
            return 1
        return int(self.broken)


def clean_environment() -> dict[str, str]:
    """The environment without what could change how the system under test behaves."""
    ours = ("UTBUD_", "DATABASE_URL", "PORT", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


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
def fresh_database(server: str) -> Iterator[str]:
    """The address of an empty database on ``server``, dropped afterwards."""
    name = f"utbud_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> int:
    """All runs, one after another. The exit code."""
    began, summary = time.monotonic(), Summary()

    def units(kind: str, **environment: str) -> None:
        summary.run(f"Enhetstest på {kind}", "tests/unit", "-m", "not processes", *PARALLEL, **environment)
        summary.run(
            f"Processtest på {kind}", "tests/unit", "tests/processes", "-m", "processes", **environment
        )

    browser = chromium()
    units("SQLite")
    if browser:
        summary.run("Webbläsartest på SQLite", "tests/browser", *PARALLEL)
    else:
        names = ", ".join(sorted(file.name for file in (ROOT / "tests/browser").glob("test_*.py")))
        summary.skip(f"Webbläsartest ({names}). Chromium finns inte. Debian: apt install chromium")
    with postgresql() as server:
        if server:
            with fresh_database(server) as url:
                units("PostgreSQL", DATABASE_URL=url)
                if browser:  # the pages look the same there; what is written and found may not be
                    summary.run(
                        "Webbläsartest på PostgreSQL", "tests/browser/test_journey.py", DATABASE_URL=url
                    )
        else:
            summary.skip("Testen på PostgreSQL. Ingen server svarar, och ingen är installerad.")
    code = summary.end()
    print(f"   {time.monotonic() - began:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
