"""Measures what happens from approval and out: files, deliveries, and what a killed worker costs. ``make bench`` calls it.

The services are a mail server and a webhook's receiver on this machine, so the figures say what the outbox can do, and
not how fast anyone's service is.
"""

import contextlib
import datetime as dt
import http.server
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench

SUBSCRIBERS, CALLS = 500, 200
WORKER = "utbud utskick"  # the process that sends's name for itself, where Linux keeps the names of processes
PATIENCE = 600  # seconds to wait for a delivery
MAIL, HOOK = "UTBUD_MAIL", "BENCH_HOOK"


# --- inside Django ----------------------------------------------------------------------------


def one_word() -> dict[str, float]:
    """Seconds to make the files of one word in a fresh process: those that a reader meets, then the clip too."""
    from utbud.learning.models import WordPage
    from utbud.publishing import files

    word = WordPage.objects.live().order_by("title").first()
    assert word is not None
    began = time.perf_counter()
    files.make(word)
    quick = time.perf_counter() - began
    files.make(word, slow=True)
    return {"quick": quick, "all": time.perf_counter() - began, "files": len(word.FILES)}


def the_year() -> dict[str, float]:
    """Seconds to make all files of all words, published or not, with as many processes as there are cores."""
    from django.db import connections

    from utbud.formats.models import Rendition
    from utbud.formats.queries import usual_seconds
    from utbud.learning.models import WordPage

    Rendition.objects.all().delete()  # what ``one_word`` made
    words = list(WordPage.objects.order_by("title").values_list("pk", flat=True))
    connections.close_all()
    began = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        pool.map(_all_files, words, chunksize=1)
    took, usual = time.perf_counter() - began, usual_seconds()
    return {"all": took, "words": len(words), "card": usual["portrait"], "clip": usual["clip"]}


def _all_files(pk: int) -> None:
    from utbud.learning.models import WordPage
    from utbud.publishing import files

    word = WordPage.objects.get(pk=pk).get_latest_revision_as_object()
    files.make(word)
    files.make(word, slow=True)


def letters() -> float:
    """Letters a second to those who subscribe to a newsletter, from the outbox to the mail server."""
    from django.utils import timezone

    from utbud.channels.models import Subscriber

    now, setup = timezone.now(), _channel("newsletter")
    Subscriber.objects.bulk_create(
        Subscriber(channel=setup, address=f"p{number}@example.org", confirmed_at=now, asked_at=now)
        for number in range(SUBSCRIBERS)
    )
    return _a_second(SUBSCRIBERS, [_post(0)])


def calls() -> float:
    """Calls a second to a webhook: a delivery each of as many items."""
    _channel("webhook")
    return _a_second(CALLS, [_post(number) for number in range(CALLS)])


def _a_second(expected: int, posts: list[Any]) -> float:
    from django.utils import timezone

    from utbud.channels import actions
    from utbud.channels.models import ChannelSetup, Delivery, Dispatch

    for post in posts:
        actions.announce(post=post, planned=actions.plan(post=post, texts={}), now=timezone.now())
    began = time.perf_counter()
    actions.deliver_due(timezone.now())
    took = time.perf_counter() - began
    sent = Delivery.objects.filter(state=Delivery.SENT).count()
    if sent != expected:
        raise SystemExit(f"{sent} deliveries of {expected} were sent")
    Dispatch.objects.all().delete()  # and their deliveries
    ChannelSetup.objects.all().delete()
    return expected / took


def announce() -> float:
    """Put one delivery to the webhook in the outbox, of an item that was never said before. The moment (monotonic)."""
    from django.utils import timezone

    from utbud.channels import actions
    from utbud.channels.models import ChannelSetup, Dispatch

    if not ChannelSetup.objects.exists():
        _channel("webhook")
    post = _post(1000 + Dispatch.objects.count())
    actions.announce(post=post, planned=actions.plan(post=post, texts={}), now=timezone.now())
    return time.monotonic()  # one clock for all processes of the machine


def _channel(kind: str) -> Any:
    from utbud.channels import vault
    from utbud.channels.models import ChannelSetup

    config = {"address": os.environ[HOOK], "secret": vault.lock("x" * 32)} if kind == "webhook" else {}
    return ChannelSetup.objects.create(kind=kind, name=kind, on=True, config=config)


def _post(number: int) -> Any:
    from utbud.learning.models import WordPage
    from utbud.publishing import posts

    words = _words or [posts.post_of(word) for word in WordPage.objects.live().order_by("title")]
    _words[:] = words
    return replace(words[number % len(words)], item=f"bench:{number}")


_words: list[Any] = []


def waiting() -> int:
    """Jobs that the worker has not done."""
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    return int(DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).count())


INSIDE = {
    "database": bench.database,
    "one_word": one_word,
    "the_year": the_year,
    "letters": letters,
    "calls": calls,
    "announce": announce,
    "waiting": waiting,
}


# --- the services -----------------------------------------------------------------------------


class Receiver(http.server.ThreadingHTTPServer):
    """A webhook's receiver that notes when it was called, and can be told to never answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.called: list[float] = []
        self.silent = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def wait(self, count: int) -> float:
        """The moment (monotonic) of call number ``count``."""
        end = time.monotonic() + PATIENCE
        while len(self.called) < count:
            if time.monotonic() > end:
                raise SystemExit("a delivery never came")
            time.sleep(0.01)
        return self.called[count - 1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        receiver = self.server
        assert isinstance(receiver, Receiver)
        receiver.called.append(time.monotonic())
        if receiver.silent.is_set():
            time.sleep(PATIENCE)  # until the caller is killed
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@contextlib.contextmanager
def mail_server() -> Iterator[str]:
    """The address of a mail server that throws everything away."""
    port = bench.free_port()
    where = ("-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink")
    process = subprocess.Popen([sys.executable, "-m", "aiosmtpd", "-n", *where])
    try:
        time.sleep(2)
        yield f"smtp://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


# --- a killed worker --------------------------------------------------------------------------


def worker_of(supervisor: int) -> int:
    """The process that does the jobs."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == supervisor and (folder / "comm").read_text().strip() == WORKER:
                    return int(folder.name)
        time.sleep(0.05)
    raise SystemExit("no worker")


def killed(env: dict[str, str], receiver: Receiver, supervisor: int) -> dict[str, float]:
    """Seconds from the outbox to the receiver: with nothing wrong, and when the worker is killed before or while it sends."""
    found = {}
    put = bench.inside(env, "announce", __file__)
    found["usual"] = receiver.wait(1) - put

    time.sleep(10)
    os.kill(worker_of(supervisor), signal.SIGKILL)
    put = bench.inside(env, "announce", __file__)
    found["before"] = receiver.wait(2) - put

    time.sleep(10)
    receiver.silent.set()
    bench.inside(env, "announce", __file__)
    receiver.wait(3)
    os.kill(worker_of(supervisor), signal.SIGKILL)
    shot = time.monotonic()
    receiver.silent.clear()
    found["while"] = receiver.wait(4) - shot
    return found


# --- the report -------------------------------------------------------------------------------


def measure(**ours: str) -> dict[str, Any]:
    """Everything, on one database."""
    receiver = Receiver()
    with (
        tempfile.TemporaryDirectory(prefix="utbud-bench-", ignore_cleanup_errors=True) as var,
        mail_server() as mail,
    ):
        env = bench.environment(UTBUD_VAR=var, PORT=str(bench.free_port()), **ours)
        env |= {MAIL: mail, HOOK: receiver.address, "UTBUD_INSIDE_HOSTS": "127.0.0.1"}
        busy = os.getloadavg()[0]
        bench.utbud(env, "prepare")
        bench.utbud(env, "demo")
        found: dict[str, Any] = {"busy": busy}
        for what in ("database", "one_word", "the_year", "letters", "calls"):
            found[what] = bench.inside(env, what, __file__)
            print(f"== {what}: {found[what]}", flush=True)  # so that it is not lost if what follows fails
        receiver.called.clear()
        with bench.served(env) as started:
            print("== a killed worker", flush=True)
            while bench.inside(env, "waiting", __file__):
                time.sleep(2)  # what the demo left for the worker is not what is measured
            found["killed"] = killed(env, receiver, started.process)
            print(f"== killed: {found['killed']}", flush=True)
    receiver.shutdown()
    return found


def report(found: dict[str, Any], day: dt.date) -> str:
    """The table, as Markdown."""
    one, year, kill = found["one_word"], found["the_year"], found["killed"]
    rows = [
        (f"from approval to all {one['files']} files of one word, fresh process", f"{one['all']:.1f} s"),
        ("of these, the files that are made before it is out (all but the clip)", f"{one['quick']:.1f} s"),
        (f"all files of the year's {year['words']} words, one process a core", f"{year['all']:.0f} s"),
        ("a card for social media, median", f"{year['card']:.2f} s"),
        ("a clip with captions, median", f"{year['clip']:.1f} s"),
        (f"newsletter to {SUBSCRIBERS} subscribers, by SMTP", f"{found['letters']:.0f} deliveries/s"),
        (f"{CALLS} items to a webhook", f"{found['calls']:.0f} deliveries/s"),
        ("from the outbox to the service, nothing wrong", f"{kill['usual']:.1f} s"),
        ("the same, the worker killed (SIGKILL) just before", f"{kill['before']:.1f} s"),
        (
            "from the kill to the second try, the worker killed while it sends (lease 90 s)",
            f"{kill['while']:.1f} s",
        ),
    ]
    lines = [
        f"# Measured {day.isoformat()}: from approval and out",
        "",
        f"{bench.machine()}. {found['database']}. `utbud serve` with demo content; the mail server and the webhook's receiver on the same",
        f"machine. Load average before: {found['busy']:.1f} (what else the machine was doing).",
        "",
        "| what | |",
        "| --- | ---: |",
        *(f"| {what} | {figure} |" for what, figure in rows),
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure on SQLite and write the report."""
    today = dt.datetime.now(dt.UTC).date()
    bench.write(report(measure(), today), f"{today.isoformat()}-{os.cpu_count()}-cores-outgoing.md")


if __name__ == "__main__":
    bench.run(INSIDE, main)
