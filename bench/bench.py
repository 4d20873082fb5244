"""Measures the system as a visitor meets it, and writes a table to ``bench/results/``. ``make bench`` calls it.

What happens from approval and out (files, deliveries) is measured by ``outgoing.py``.

Everything runs on this machine, the client too, so the figures are floors. Each measurement ends after a
number of requests or seconds, whichever comes first.
"""

import asyncio
import contextlib
import datetime as dt
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench/results"
PAGES = ("/", "/ord/bankid/", "/sok/?q=bank+id")
WORD = "/ord/bankid/"
PASSWORD = "digitalt-utbud-demo"  # of the demo's people
CONCURRENCY = (1, 4, 16)
BUILT_ANEW = "seen=1"  # a visitor with a cookie never gets a page that is kept ready-made (docs/adr/0009)
MOST_REQUESTS, MOST_SECONDS, WARM_UP = 1000, 6.0, 10
POSTGRESQL = os.environ.get("UTBUD_TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


# --- a site to measure ------------------------------------------------------------------------


def environment(**ours: str) -> dict[str, str]:
    """The environment with only the settings that are given."""
    names = ("UTBUD_", "DATABASE_URL", "PORT", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(names)} | ours


def utbud(env: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "utbud", *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL
    )


def inside(env: dict[str, str], what: str, file: str = __file__) -> Any:
    """What one of the functions in ``INSIDE`` of ``file`` answers, run in a process of its own."""
    command = [sys.executable, file, what]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_to_first_page(address: str) -> float:
    """Seconds until ``address`` answers 200."""
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(address, timeout=30) as response:
                if response.status == 200:
                    return time.perf_counter() - began
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.02)
    raise SystemExit(f"{address} did not answer within a minute")


@dataclass(frozen=True)
class Served:
    """``utbud serve`` that runs: its process, and the seconds to its first page on a site that exists."""

    process: int
    seconds: float


@contextlib.contextmanager
def served(env: dict[str, str]) -> Iterator[Served]:
    """``utbud serve``, as ``make run`` starts it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "utbud", "serve", "--demo"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        seconds_to_first_page(f"http://127.0.0.1:{env['PORT']}/")
        yield Served(process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


# --- pages per second -------------------------------------------------------------------------


async def load(port: int, path: str, concurrency: int, cookie: str = "") -> dict[str, float]:
    """Ask for ``path`` on ``concurrency`` kept connections. Pages a second, and milliseconds of p50 and p99."""
    cookie_line = f"Cookie: {cookie}\r\n" if cookie else ""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept-Encoding: gzip, br\r\n"
        f"Accept: text/html\r\n{cookie_line}Connection: keep-alive\r\n\r\n"
    ).encode()
    times: list[float] = []
    left, end = MOST_REQUESTS, time.perf_counter() + MOST_SECONDS

    async def visitor() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while left > 0 and time.perf_counter() < end:
            left -= 1
            began = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            if not head.startswith("http/1.1 200"):
                raise SystemExit(f"{path}: {head.splitlines()[0]}")
            await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
            times.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(visitor() for _ in range(concurrency)))
    return {
        "pages_per_second": len(times) / (time.perf_counter() - began),
        "p50": statistics.median(times),
        "p99": statistics.quantiles(times, n=100)[98],
    }


LOGGING_IN = 8  # at once, each with the right password from a device that has never been here: a hash each


def log_in(port: int, until: float) -> dict[int, int]:
    """Log in again and again until ``until`` (perf_counter), each time as on a new device. How often each status came."""
    import requests

    address, came = f"http://127.0.0.1:{port}/admin/login/", dict.fromkeys((302, 429), 0)
    while time.perf_counter() < until:
        device = requests.Session()
        device.get(address, timeout=60)
        form = {
            "username": "redaktor",
            "password": PASSWORD,
            "csrfmiddlewaretoken": device.cookies["csrftoken"],
        }
        status = device.post(address, form, timeout=60, allow_redirects=False).status_code
        came[status] = came.get(status, 0) + 1
    return came


def beside_logins(port: int) -> dict[str, Any]:
    """What readers of a word meet while LOGGING_IN others log in all the time, and what came of those."""
    with ThreadPoolExecutor(LOGGING_IN) as pool:
        end = time.perf_counter() + MOST_SECONDS + 2
        busy = [pool.submit(log_in, port, end) for _each in range(LOGGING_IN)]
        time.sleep(1)
        found = {
            "kept": asyncio.run(load(port, WORD, 4)),
            "anew": asyncio.run(load(port, WORD, 4, BUILT_ANEW)),
        }
        came = [each.result() for each in busy]
    return found | {"in": sum(one[302] for one in came), "later": sum(one[429] for one in came)}


# --- bytes over the wire ----------------------------------------------------------------------

GROUPS = {
    "Document": "HTML",
    "Stylesheet": "CSS",
    "Script": "JS",
    "Font": "typsnitt",
    "Image": "bilder",
    "Media": "ljud",
}


def bytes_over_the_wire(port: int) -> dict[str, Any] | None:
    """Requests and bytes of a word page at the first and the second visit, by kind. None without a Chromium."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            return None
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        context = browser.new_context(viewport={"width": 390, "height": 844})
        visits = [one_visit(context, f"http://localhost:{port}{WORD}") for _ in range(2)]
        version = browser.version
        browser.close()
    return {"first": visits[0], "second": visits[1], "browser": f"Chromium {version}"}


def one_visit(context: Any, address: str) -> dict[str, Any]:
    """Open ``address`` in a new tab, and count what went over the wire."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    requests: dict[str, dict[str, Any]] = {}
    session.on(
        "Network.requestWillBeSent",
        lambda e: requests.setdefault(e["requestId"], {}).update(url=e["request"]["url"]),
    )

    def response(event: dict[str, Any]) -> None:
        cached = event["response"].get("fromDiskCache") or event["response"].get("fromPrefetchCache")
        requests.setdefault(event["requestId"], {}).update(kind=event["type"], cached=bool(cached))

    session.on("Network.responseReceived", response)
    session.on(
        "Network.requestServedFromCache",
        lambda e: requests.setdefault(e["requestId"], {}).update(cached=True),
    )
    session.on(
        "Network.loadingFinished",
        lambda e: requests.setdefault(e["requestId"], {}).update(size=e["encodedDataLength"]),
    )
    page.goto(address, wait_until="networkidle")
    page.close()
    sent = [
        one
        for one in requests.values()
        if not one.get("cached") and not one.get("url", "").startswith("data:")
    ]
    sizes = dict.fromkeys([*GROUPS.values(), "annat"], 0)
    for one in sent:
        sizes[GROUPS.get(one.get("kind", ""), "annat")] += int(one.get("size", 0))
    foreign = {urlsplit(one.get("url", "")).hostname for one in sent} - {"localhost", None}
    return {"requests": len(sent), "sizes": sizes, "foreign": sorted(foreign)}


# --- inside Django ----------------------------------------------------------------------------


def queries() -> dict[str, list[int]]:
    """Queries of each page at the first and the second visit in a process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    counts: dict[str, list[int]] = {}
    for path in PAGES:
        for _visit in range(2):
            with CaptureQueriesContext(connection) as captured:
                response = Client(HTTP_HOST="localhost").get(path)
            if response.status_code != 200:
                raise SystemExit(f"{path}: {response.status_code}")
            counts.setdefault(path, []).append(len(captured))
    return counts


def database() -> str:
    """The database and its version."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


INSIDE = {"queries": queries, "database": database}


# --- the report -------------------------------------------------------------------------------


def processor() -> str:
    """The processor's own name for itself."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return platform.processor() or "unknown processor"


def machine() -> str:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def write(table: str, name: str) -> None:
    """Keep ``table`` among the results, and show it."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / name
    path.write_text(table, encoding="utf-8")
    print(table)
    print(f"Written to {path.relative_to(ROOT)}")


def measure(**ours: str) -> dict[str, Any]:
    """Everything, on one database."""
    with tempfile.TemporaryDirectory(prefix="utbud-bench-", ignore_cleanup_errors=True) as var:
        port = free_port()
        env = environment(UTBUD_VAR=var, PORT=str(port), **ours)
        busy = os.getloadavg()[0]
        began = time.perf_counter()
        utbud(env, "prepare")
        utbud(env, "demo")
        found: dict[str, Any] = {
            "busy": busy,
            "first_start": time.perf_counter() - began,
            "database": inside(env, "database"),
        }
        found["queries"] = inside(env, "queries")
        with served(env) as started:
            found["second_start"] = started.seconds
            time.sleep(5)  # jobs and schedule have started, and taken up what the demo left
            found["load"] = {}
            for path in PAGES:
                for _ in range(WARM_UP):
                    seconds_to_first_page(f"http://127.0.0.1:{port}{path}")
                for concurrency in CONCURRENCY:
                    print(f"== {found['database']}: {path} × {concurrency}", flush=True)
                    found["load"][f"{path} {concurrency}"] = asyncio.run(load(port, path, concurrency))
                found["load"][f"{path} anew"] = asyncio.run(load(port, path, 4, BUILT_ANEW))
            found["logins"] = beside_logins(port)
            found["wire"] = bytes_over_the_wire(port)
        return found


def report(runs: list[dict[str, Any]], machine: str, day: dt.date) -> str:
    """The tables, as Markdown."""
    kb = "{:.1f}".format
    names = [run["database"] for run in runs]
    lines = [
        f"# Measured {day.isoformat()}",
        "",
        f"{machine}. {', '.join(names)}. `utbud serve` with 2 web workers, demo content, and the client on the same machine.",
        f"Load average before each: {', '.join('{:.1f}'.format(run['busy']) for run in runs)} (what else the machine was doing).",
        "",
        "## Pages per second",
        "",
        "Strangers get pages that are kept ready-made for a minute (ADR 9); staff, and others with a cookie, get them built anew.",
        "",
        "| page | visitors at once | "
        + " | ".join(f"{name}: pages/s | p50 ms | p99 ms" for name in names)
        + " |",
        "| --- | ---: |" + " ---: | ---: | ---: |" * len(runs),
    ]
    for path in PAGES:
        for concurrency in (*CONCURRENCY, "anew"):
            cells = [run["load"][f"{path} {concurrency}"] for run in runs]
            figures = " | ".join(
                f"{c['pages_per_second']:.0f} | {c['p50']:.1f} | {c['p99']:.1f}" for c in cells
            )
            name = f"`{path}`, built anew" if concurrency == "anew" else f"`{path}`"
            lines.append(f"| {name} | {4 if concurrency == 'anew' else concurrency} | {figures} |")
    lines += [
        "",
        f"## Readers beside {LOGGING_IN} who log in without a pause",
        "",
        "Milliseconds for four readers of a word at once. A login is a hash of half a second; who comes too many at a time is asked to come again (ADR 23).",
        "",
        "| database | kept: p50 | p99 | built anew: p50 | p99 | let in | asked to come again |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for run in runs:
        told = run["logins"]
        figures = " | ".join(f"{told[how][p]:.1f}" for how in ("kept", "anew") for p in ("p50", "p99"))
        lines.append(f"| {run['database']} | {figures} | {told['in']} | {told['later']} |")
    lines += [
        "",
        "## Queries per page",
        "",
        "The first visit in a process, and the second.",
        "",
        "| page | " + " | ".join(names) + " |",
        "| --- |" + " ---: |" * len(runs),
    ]
    for path in PAGES:
        lines.append(
            f"| `{path}` | " + " | ".join("{}, {}".format(*run["queries"][path]) for run in runs) + " |"
        )
    lines += [
        "",
        "## Time",
        "",
        "| what | " + " | ".join(f"{name}, s" for name in names) + " |",
        "| --- |" + " ---: |" * len(runs),
    ]
    for what, seconds in (
        (
            "`make run`, installed, empty data folder: until everything is prepared",
            [run["first_start"] for run in runs],
        ),
        ("`make run` again: to the first page", [run["second_start"] for run in runs]),
    ):
        lines.append(f"| {what} | " + " | ".join(f"{value:.1f}" for value in seconds) + " |")
    wire = runs[0]["wire"]
    lines += ["", f"## Over the wire: `{WORD}`", ""]
    if wire is None:
        return "\n".join([*lines, "Not measured: no Chromium on this machine.", ""])
    kinds = list(wire["first"]["sizes"])
    lines += [
        f"{wire['browser']}, 390 px wide, kB (1000 bytes) with headers, compressed as sent.",
        "",
        "| visit | requests | HTML + CSS + JS | " + " | ".join(kinds) + " | other hosts |",
        "| --- | ---: | ---: |" + " ---: |" * (len(kinds) + 1),
    ]
    for name, visit in (("first", wire["first"]), ("second", wire["second"])):
        sizes = {kind: size / 1000 for kind, size in visit["sizes"].items()}
        together = kb(sizes["HTML"] + sizes["CSS"] + sizes["JS"])
        cells = " | ".join(kb(size) for size in sizes.values())
        lines.append(f"| {name} | {visit['requests']} | {together} | {cells} | {len(visit['foreign'])} |")
    return "\n".join([*lines, ""])


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """An empty database on a server that answers, dropped afterwards. "" without a server."""
    import psycopg

    try:
        connection = psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.Error:
        yield ""
        return
    name = f"utbud_bench_{os.getpid()}"
    with connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def main() -> None:
    """Measure on SQLite and, where a server answers, on PostgreSQL, and write the report."""
    today = dt.datetime.now(dt.UTC).date()
    runs = [measure()]
    with postgresql() as url:
        if url:
            runs.append(measure(DATABASE_URL=url))
        else:
            print("== PostgreSQL: no server answers, not measured", flush=True)
    write(report(runs, machine(), today), f"{today.isoformat()}-{os.cpu_count()}-cores.md")


def run(functions: dict[str, Callable[[], Any]], whole: Callable[[], None]) -> None:
    """What the command line asks for: one of ``functions`` inside Django, or with no argument the ``whole``."""
    if not sys.argv[1:]:
        whole()
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "utbud.settings"
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    print(json.dumps(functions[sys.argv[1]]()))


if __name__ == "__main__":
    run(INSIDE, main)
