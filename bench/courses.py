"""Measures a rush for seats: over the web as people come, and at the desk; list pages and the calendar. ``make bench`` calls it.

The clients run on the same machine, so the figures are floors. Each has an address of its own, as a proxy tells it, since
one address may only register so many in an hour.
"""

import asyncio
import contextlib
import datetime as dt
import os
import re
import statistics
import tempfile
import time
from typing import Any
from urllib.parse import urlencode

import bench

CLIENTS, SEATS = 200, 12
PARTIES = 400  # registered one after the other at the desk
THINKS = 2.3  # seconds that a person at least needs before the last press, which the form asks for
RUNS, OCCASIONS = (3, 3000), 2000
STAMP = re.compile(r'name="stamp" value="([^"]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


# --- inside Django ----------------------------------------------------------------------------


def _course() -> Any:
    from utbud.courses.models import CoursePage

    course = CoursePage.objects.live().order_by("pk").first()
    assert course is not None
    return course


def _plan(count: int, *, seats: int | None) -> Any:
    from django.utils import timezone

    from utbud.courses.actions import runs

    now = timezone.now().replace(microsecond=0)
    made = None
    for number in range(count):
        start = now + dt.timedelta(days=20 + number % 300, minutes=number)
        times = [(start, start + dt.timedelta(hours=1))]
        made = runs.plan_run(course=_course(), times=times, by=None, now=now, seats=seats)
    return made


def plan() -> dict[str, Any]:
    """A run with few seats, to rush for."""
    from utbud.courses.models import Run

    Run.objects.filter(quotas__registrations=None).delete()  # so that one chooses nothing on the way
    run = _plan(1, seats=SEATS)
    return {"quota": run.quotas.get().pk, "path": f"/kurser/{run.course.slug}/anmalan/"}


def truth() -> dict[str, Any]:
    """What the rows say of the newest run: where each address of a receipt stands, and the seats taken."""
    from utbud.courses.models import Quota, Registration

    quota = Quota.objects.order_by("-pk").first()
    assert quota is not None
    rows = Registration.objects.filter(quota=quota).order_by("pk")
    taken = sum(row.seat_count for row in rows if row.state == "registered")
    return {"states": {row.path: row.state for row in rows}, "taken": taken, "counter": quota.taken}


def desk() -> dict[str, float]:
    """Registrations a second, one after the other in one process, and the slowest of a hundred in milliseconds."""
    from django.utils import timezone

    from utbud.courses.actions import seats

    quota, took = _plan(1, seats=PARTIES // 2).quotas.get(), []
    for number in range(PARTIES):
        began = time.perf_counter()
        seats.register(
            quota=quota, name=f"Person {number}", contact=f"070-174 06 {5 + number % 95:02}", people=[seats.Person()],
            came_by="phone", now=timezone.now(), submission_key=f"desk-{quota.pk}-{number}",
        )  # fmt: skip
        took.append(time.perf_counter() - began)
    return {"a_second": PARTIES / sum(took), "p99": 1000 * statistics.quantiles(took, n=100)[98]}


def lists() -> dict[str, Any]:
    """Queries and milliseconds of the public list and the staff's, with few runs and with many; and the calendar's file."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from utbud.courses.models import Occasion, Run
    from utbud.people.models import User

    staff, stranger = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    staff.force_login(User.objects.get(username="admin"))
    stranger.cookies["seen"] = (
        "1"  # a visitor with a cookie never gets a page that is kept ready-made (docs/adr/0009)
    )
    Run.objects.filter(quotas__registrations=None).delete()
    found: dict[str, Any] = {"pages": {}}
    for count in RUNS:
        _plan(count - Run.objects.filter(quotas__registrations=None).count(), seats=SEATS)
        for name, client, path in (
            ("public", stranger, "/kurser/"),
            ("staff", staff, "/admin/kurser/"),
        ):
            client.get(path)  # warm
            with CaptureQueriesContext(connection) as captured:
                began = time.perf_counter()
                answer = client.get(path)
                took = time.perf_counter() - began
            assert answer.status_code == 200, path
            found["pages"][f"{name} {count}"] = [len(captured), 1000 * took]
    over = Run.objects.filter(quotas__registrations=None).order_by("-pk").values_list("pk", flat=True)
    Run.objects.filter(pk__in=list(over[: RUNS[-1] - OCCASIONS])).delete()
    began = time.perf_counter()
    answer = stranger.get("/kalender.ics")
    body = answer.getvalue()
    found["calendar"] = {
        "seconds": time.perf_counter() - began,
        "bytes": len(body),
        "events": body.count(b"BEGIN:VEVENT"),
        "occasions": Occasion.objects.count(),
    }
    began = time.perf_counter()
    stranger.get("/kalender.ics").getvalue()
    found["calendar"]["again"] = time.perf_counter() - began
    return found


INSIDE = {"database": bench.database, "plan": plan, "truth": truth, "desk": desk, "lists": lists}


# --- people on the web ------------------------------------------------------------------------


class Person:
    """One who joins with a browser: keeps a cookie, carries what the pages carry, and is told something at the end."""

    def __init__(self, number: int, port: int) -> None:
        self.number, self.port, self.cookie = number, port, ""
        self.waits: list[float] = []  # seconds for each answer
        self.receipt = ""
        self.told = ""
        self.reader: Any = None
        self.writer: Any = None

    async def ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = urlencode(form or {})
        head = [
            f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close",
            f"X-Forwarded-For: 198.51.{self.number // 250}.{self.number % 250 + 1}",
            f"Origin: http://localhost:{self.port}",
        ]  # fmt: skip
        if self.cookie:
            head.append(f"Cookie: {self.cookie}")
        if form is not None:
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*head, "", body if form is not None else ""]).encode())
        await writer.drain()
        raw = await reader.read()
        writer.close()
        self.waits.append(time.perf_counter() - began)
        top, _blank, text = raw.partition(b"\r\n\r\n")
        lines = top.decode().split("\r\n")
        headers = {
            name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines[1:])
        }
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        return int(lines[0].split()[1]), headers, text.decode(errors="replace")

    async def join(self, path: str, quota: int) -> None:
        """The whole journey."""
        form = {"grupp": str(quota)}
        _status, _headers, page = await self.ask("GET", f"{path}?grupp={quota}")
        self._read(page, form)
        form |= {"name": f"Person {self.number}", "contact": f"person{self.number}@example.org"}
        for step in ("vem", "behov"):
            _status, _headers, page = await self.ask("POST", path, form | {"steg": step})
            self._read(page, form)
        await asyncio.sleep(THINKS)
        for _time in range(2):  # a second press where it filled while one wrote: a place in line, then
            status, headers, page = await self.ask("POST", path, form | {"steg": "kolla"})
            if status == 302:
                self.receipt = headers["location"]
                break
            self._read(page, form)
            form["ko"] = "ja"
        else:
            raise SystemExit(f"person {self.number} was not taken in: {status} {page[-2000:]}")
        _status, _headers, page = await self.ask("GET", self.receipt)
        self.told = "registered" if "har en plats" in page else "waiting" if "kön" in page else "?"

    def _read(self, page: str, form: dict[str, str]) -> None:
        if (stamp := STAMP.search(page)) and (token := TOKEN.search(page)):
            form |= {"stamp": stamp[1], "csrfmiddlewaretoken": token[1]}
        else:
            raise SystemExit(f"person {self.number} got no form: {page[:2000]}")


async def rush(port: int, path: str, quota: int) -> dict[str, Any]:
    """All at once."""
    people = [Person(number, port) for number in range(CLIENTS)]
    began = time.perf_counter()
    await asyncio.gather(*(person.join(path, quota) for person in people))
    waits = [wait for person in people for wait in person.waits]
    journeys = [sum(person.waits) for person in people]
    return {
        "seconds": time.perf_counter() - began,
        "answers": len(waits),
        "answer": _spread(waits),
        "journey": _spread(journeys),
        "told": {person.receipt: person.told for person in people},
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": statistics.median(values),
        "p99": statistics.quantiles(values, n=100)[98],
        "most": max(values),
    }


# --- the report -------------------------------------------------------------------------------


def measure(**ours: str) -> dict[str, Any]:
    """Everything, on one database."""
    with tempfile.TemporaryDirectory(prefix="utbud-bench-", ignore_cleanup_errors=True) as var:
        port = bench.free_port()
        env = bench.environment(UTBUD_VAR=var, PORT=str(port), UTBUD_BEHIND_PROXY="true", **ours)
        busy = os.getloadavg()[0]
        bench.utbud(env, "prepare")
        bench.utbud(env, "demo")
        found: dict[str, Any] = {"busy": busy, "database": bench.inside(env, "database", __file__)}
        found["desk"] = bench.inside(env, "desk", __file__)
        print(f"== desk: {found['desk']}", flush=True)
        aim = bench.inside(env, "plan", __file__)
        with _web(env):
            found["rush"] = asyncio.run(rush(port, aim["path"], aim["quota"]))
        truth = bench.inside(env, "truth", __file__)
        told = found["rush"].pop("told")
        found["true"] = sum(truth["states"].get(receipt) == state for receipt, state in told.items())
        found["taken"] = truth["taken"]
        if truth["taken"] != truth["counter"] or truth["taken"] > SEATS:
            raise SystemExit(f"overbooked: {truth}")
        print(f"== rush: {found['rush']}, {found['true']} answers true", flush=True)
        found["lists"] = bench.inside(env, "lists", __file__)
        print(f"== lists: {found['lists']}", flush=True)
    return found


@contextlib.contextmanager
def _web(env: dict[str, str]) -> Any:
    """The web alone: the films that a demo leaves for the worker are not what is measured."""
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-m", "utbud", "web"], cwd=bench.ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        bench.seconds_to_first_page(f"http://127.0.0.1:{env['PORT']}/")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def report(found: list[dict[str, Any]], day: dt.date) -> str:
    """The table, as Markdown."""

    def row(what: str, figure: Any) -> str:
        return f"| {what} | {' | '.join(figure(one) for one in found)} |"

    pages = [
        row(
            f"{'public' if name == 'public' else 'staff'} list of {count} runs: queries, milliseconds",
            lambda one, name=name, count=count: "{}, {:.0f}".format(
                *one["lists"]["pages"][f"{name} {count}"]
            ),
        )
        for name in ("public", "staff")
        for count in RUNS
    ]
    lines = [
        f"# Measured {day.isoformat()}: a rush for seats",
        "",
        f"{bench.machine()}. {CLIENTS} people at once over HTTP for {SEATS} seats, `utbud web` with two processes; they run on the same",
        "machine. Each opens the form, answers two pages, thinks, sends, and reads the receipt: six answers. What they think is not counted.",
        f"Load average before: {', '.join(format(one['busy'], '.1f') for one in found)} (what else the machine was doing).",
        "",
        f"| what | {' | '.join(one['database'] for one in found)} |",
        f"| --- |{' ---: |' * len(found)}",
        row("the rush, first to last", lambda one: f"{one['rush']['seconds']:.1f} s"),
        row("one answer: median", lambda one: f"{one['rush']['answer']['median']:.2f} s"),
        row("one answer: p99", lambda one: f"{one['rush']['answer']['p99']:.2f} s"),
        row("a whole journey, six answers: median", lambda one: f"{one['rush']['journey']['median']:.1f} s"),
        row("a whole journey, six answers: p99", lambda one: f"{one['rush']['journey']['p99']:.1f} s"),
        row("answers that were true afterwards", lambda one: f"{one['true']} of {CLIENTS}"),
        row("seats taken", lambda one: f"{one['taken']} of {SEATS}"),
        row("at the desk, one process: registrations", lambda one: f"{one['desk']['a_second']:.0f}/s"),
        row("at the desk: p99", lambda one: f"{one['desk']['p99']:.0f} ms"),
        *pages,
        row(
            f"`/kalender.ics` with {OCCASIONS} occasions and those of the demo",
            lambda one: (
                f"{one['lists']['calendar']['seconds']:.2f} s, {one['lists']['calendar']['bytes'] // 1000} kB"
            ),
        ),
        row("the same again in the same process", lambda one: f"{one['lists']['calendar']['again']:.2f} s"),
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure on SQLite and, where a server answers, on PostgreSQL, and write the report."""
    today = dt.datetime.now(dt.UTC).date()
    found = [measure()]
    with bench.postgresql() as url:
        if url:
            found.append(measure(DATABASE_URL=url))
    bench.write(report(found, today), f"{today.isoformat()}-{os.cpu_count()}-cores-courses.md")


if __name__ == "__main__":
    bench.run(INSIDE, main)
