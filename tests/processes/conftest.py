"""A house of its own for each test: a migrated database, a data folder, and real processes to kill.

The test is itself one more process of the house: its Django is connected to the same database.
Processes are started as ``utbud serve`` starts them (forked from one that has loaded everything), or with
``python -m utbud`` where it says so.

When something is killed is decided by ``dice``. ``make test`` does everything here once; ``make faults`` does it many
times (UTBUD_TEST_ROUNDS), each time with other dice.
"""

import copy
import dataclasses
import datetime as dt
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from tests import ready
from tests.conftest import SENTENCE, make_site, the_site
from tests.waiting import until
from utbud import cli
from utbud.base import dates, sending
from utbud.processes import Child

TEXT = "<p>Det här är en kort text. Den är lätt att läsa.</p>"
EIGHT = dt.time(8)
ROUNDS = int(os.environ.get("UTBUD_TEST_ROUNDS", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder starts processes and kills them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.processes)
            # pytest's own threads; the children do nothing that these could hinder.
            item.add_marker(
                pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
            )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything as many times as there are rounds."""
    if ROUNDS > 1:
        metafunc.parametrize("turn", range(ROUNDS), indirect=True)


@pytest.fixture(autouse=True)
def turn(request: pytest.FixtureRequest) -> int:
    """Which round it is."""
    return int(getattr(request, "param", 0))


@pytest.fixture
def dice(request: pytest.FixtureRequest, turn: int) -> random.Random:
    """Chance, the same each time that a round of a test is run."""
    return random.Random(f"{request.node.originalname} {turn}")


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


# --- databases ----------------------------------------------------------------------------------


def database(url: str, folder: Path) -> dict[str, Any]:
    """What settings.DATABASES would hold for ``url`` (PostgreSQL), or for SQLite in ``folder`` when it is ""."""
    made = copy.deepcopy(
        {key: value for key, value in django_settings.DATABASES["default"].items() if key != "TEST"}
    )
    made["NAME"] = urlsplit(url).path[1:] if url else folder / "utbud.sqlite3"
    return made


@contextmanager
def connected(to: dict[str, Any]) -> Iterator[None]:
    """Have this process' Django, and what is forked from it, use another database."""
    kept, kept_settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": to})["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = kept, kept_settings


@contextmanager
def postgresql(name: str, template: str = ready.TEMPLATE) -> Iterator[str]:
    """The address of a database of its own on PostgreSQL; "" where the tests run on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield ""
        return
    try:
        yield ready.new_database(url, name, template)
    finally:
        ready.on_server(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A migrated database with a site and its people, to be copied for each test."""
    folder, name = tmp_path_factory.mktemp("template"), f"utbud_processes_{os.getpid()}"
    with postgresql(name) as url:
        ready.migrate(folder, url)
        with django_db_blocker.unblock(), connected(database(url, folder)):
            make_site()
        yield SimpleNamespace(name=name, file=folder / "utbud.sqlite3")


# --- the house ----------------------------------------------------------------------------------


@dataclass
class House:
    """A data folder, a database, and what has been started in them."""

    var: Path
    environment: dict[str, str]
    site: SimpleNamespace
    address: str
    started: list[Any] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """``python -m utbud <command>``, for real."""
        connection.close()
        with (self.var / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "utbud", *command],
                cwd=ready.ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        return process

    def fork(self, function: Callable[[], None]) -> Any:
        """A process that runs ``function``, started as the supervisor starts it."""
        connection.close()  # must not be shared
        child = Child("barn", function)
        child.start(time.monotonic())
        self.started.append(child.process)
        return child.process

    def do(self, function: Callable[[], Any]) -> None:
        """Run ``function`` in a process of its own, to the end.

        Whatever makes files must: print has threads, which a process forked later would wait for in vain.
        """
        process = self.fork(function)
        process.join()
        assert process.exitcode == 0

    def kill_after(self, seconds: float, function: Callable[[], None]) -> None:
        """Run ``function`` in a process and kill it after so long."""
        process = self.fork(function)
        time.sleep(seconds)
        process.kill()
        process.join()

    def word(self, title: str, *, monday: dt.date | None = None, **fields: Any) -> Any:
        """A draft by the editor, planned for the week that begins on ``monday``."""
        from utbud.learning import actions
        from utbud.learning.models import WordPage

        fields = {"one_sentence": SENTENCE, "explanation": TEXT} | fields
        word = WordPage(title=title, live=False, owner=self.site.editor, **fields)
        self.site.index.add_child(instance=word)
        word.save_revision(user=self.site.editor)
        if monday:
            year, week, _day = monday.isocalendar()
            actions.plan_week(word=word, year=year, week=week, by=self.site.editor, now=before(monday))
        return word

    def ask(self, word: Any, *, now: dt.datetime | None = None) -> Any:
        """Put ``word`` before the publisher."""
        from django.utils import timezone

        from utbud.publishing import actions

        return actions.request_approval(page=word, message="", by=self.site.editor, now=now or timezone.now())

    def approved(self, title: str, monday: dt.date, **fields: Any) -> Any:
        """A word planned and approved in good time, whose Monday 08:00 has since passed."""
        from utbud.publishing import actions

        word = self.word(title, monday=monday, **fields)
        request = self.ask(word, now=before(monday))
        actions.approve(
            request=request, publisher=self.site.publisher, by=self.site.chief, now=before(monday)
        )
        request.refresh_from_db()
        assert (request.decision, request.published_at) == ("approved", None)
        return word

    def web(self) -> Any:
        """The web, forked; ready when it answers."""
        until(
            self.port_is_free, "somebody else holds the port"
        )  # a killed web's workers end a moment after it
        process = self.fork(cli.web)
        until(self.answers, "the web did not answer")
        return process

    def port_is_free(self) -> bool:
        """Whether nobody listens where the web will."""
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(urlsplit(self.address).port or 0)))
            except OSError:
                return False
        return True

    def answers(self) -> bool:
        """Whether the web answers."""
        try:
            with urllib.request.urlopen(self.address + "/halsa/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def end(self) -> None:
        """Leave nothing running."""
        for process in self.started:
            for each in (*family(process.pid), process.pid) if alive(process) else ():
                kill(each)
            process.wait() if isinstance(process, subprocess.Popen) else process.join()


def alive(process: Any) -> bool:
    """Whether a process that we started runs."""
    return process.poll() is None if isinstance(process, subprocess.Popen) else process.is_alive()


def family(pid: int) -> list[int]:
    """All processes below ``pid``."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [each for child in map(int, children) for each in (child, *family(child))]


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def before(monday: dt.date) -> dt.datetime:
    """The Friday before, at noon."""
    return dates.at_stockholm(monday - dt.timedelta(days=3), dt.time(12))


@pytest.fixture
def mondays() -> list[dt.date]:
    """The latest Monday whose 08:00 has passed, and those before it: what missed weeks begin with."""
    now = dt.datetime.now(dt.UTC)
    today = dates.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    if now < dates.at_stockholm(monday, EIGHT):
        monday -= dt.timedelta(weeks=1)
    return [monday - dt.timedelta(weeks=back) for back in range(16)]


@pytest.fixture
def house(
    template: SimpleNamespace,
    tmp_path: Path,
    settings: Any,
    django_db_blocker: Any,
    monkeypatch: pytest.MonkeyPatch,
    _plain_settings: None,
) -> Iterator[House]:
    """A house with a site, an editor and a publisher, where jobs wait for a worker and letters are files."""
    monkeypatch.setattr(
        cli, "ROUND_EVERY", 0.01
    )  # no second of rest before the first look: there is much to kill
    for one in sending.lanes():
        monkeypatch.setitem(sending._lanes, one.name, dataclasses.replace(one, pause=0.01))
    port = free_port()
    var = tmp_path / "var"
    (var / "static").mkdir(parents=True)
    settings.MEDIA_ROOT, settings.STATIC_ROOT = var / "media", var / "static"
    settings.PORT, settings.WEB_WORKERS = port, 1
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "slow"]}
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = var / "mail"
    settings.DEBUG = False
    with postgresql(f"{template.name}_test", template.name) as url:
        if not url:
            for end in ("", "-wal"):
                if template.file.with_name(template.file.name + end).exists():
                    shutil.copy(
                        template.file.with_name(template.file.name + end), var / f"utbud.sqlite3{end}"
                    )
        environment = ready.clean_environment() | {
            "UTBUD_VAR": str(var),
            "UTBUD_INSIDE_HOSTS": "127.0.0.1",
            "DATABASE_URL": url,
            "PORT": str(port),
            "UTBUD_BASE_URL": settings.BASE_URL,  # it stands on every sheet, so all must agree
        }
        with django_db_blocker.unblock(), connected(database(url, var)):
            made = House(var, environment, the_site(), f"http://127.0.0.1:{port}")
            try:
                yield made
            finally:
                made.end()
