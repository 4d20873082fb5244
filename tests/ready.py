"""What takes long to make and is the same for every run: a migrated database, collected static files, a demo.

``make test`` makes each once and tells in the environment where: UTBUD_TEST_READY is a folder with ``empty`` and ``demo``
(data folders on SQLite), UTBUD_TEST_TEMPLATE a migrated database on PostgreSQL, if there is a server; where there is a folder
``demo-postgresql`` too, its rows are in a database of the same name with ``_demo`` after it. A run that is told nothing makes
its own.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
READY = os.environ.get("UTBUD_TEST_READY", "")
TEMPLATE = os.environ.get("UTBUD_TEST_TEMPLATE", "template0")
# A page's files are made when somebody asks. To make them all, in the background, would take the machine for minutes.
LEFT_OUT = (
    "utbud.publishing.files.make_files",
    "utbud.publishing.files.make_films",
    "utbud.publishing.files.make_read_aloud",
    "utbud.web.demo_media.make_film",
    "utbud.web.demo_media.make_episode",
    "wagtail.tasks.update_reference_index_task",
)

# What the phone line says, and /hjalp/, is read in for minutes too. They ask for these jobs where none waits. So one waits.
PUT_OFF = ("utbud.phone.tasks.read_in_missing", "utbud.web.tasks.read_help")
WAITS = """INSERT INTO django_tasks_database_dbtaskresult (id, task_path, queue_name, backend_name, priority, args_kwargs, run_after,
    enqueued_at, exception_class_path, traceback, worker_ids, status) VALUES (%s, %s, 'default', 'default', 0,
    '{"args": [], "kwargs": {}}', '9000-01-01', '2026-01-01', '', '', '[]', 'READY')"""


def clean_environment() -> dict[str, str]:
    """The environment without what could change how the system under test behaves, or have it compile all of itself anew."""
    ours = ("UTBUD_", "DATABASE_URL", "PORT", "DJANGO_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def utbud(*words: str, var: Path, url: str = "", **more: str) -> str:
    """Run a command of the program with its data in ``var``, or its rows in PostgreSQL at ``url``. What it said.

    ``more`` is what else it has in its environment.
    """
    environment = clean_environment() | {"UTBUD_VAR": str(var), "DATABASE_URL": url} | more
    done = subprocess.run(
        [sys.executable, "-m", "utbud", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def migrate(var: Path, url: str = "") -> None:
    """Make all tables, with what the migrations write in them. A ``new_database`` may have them already."""
    if not READY:
        utbud("migrate", "--verbosity", "0", var=var, url=url)
    elif not url:
        shutil.copy(f"{READY}/empty/utbud.sqlite3", var)


def demo(var: Path, url: str = "") -> None:
    """Fill a migrated database with the demo, and let the search know of it."""
    if READY:
        shutil.copytree(f"{READY}/demo/static", var / "static")
    else:
        utbud("collectstatic", "--noinput", "--verbosity", "0", var=var, url=url)
    utbud("demo", var=var, url=url)
    for path in LEFT_OUT:
        change("DELETE FROM django_tasks_database_dbtaskresult WHERE task_path = %s", path, var=var, url=url)
    utbud("db_worker", "--batch", "--no-startup-delay", "--no-reload", "-v", "0", var=var, url=url)
    for number, path in enumerate(PUT_OFF):
        change(WAITS, f"{number:032}", path, var=var, url=url)


def change(sql: str, *values: object, var: Path, url: str = "") -> None:
    """Change rows past the program."""
    if url:
        with psycopg.connect(url) as server:
            server.execute(sql, values)
    else:
        with closing(sqlite3.connect(var / "utbud.sqlite3")) as file:
            file.execute(sql.replace("%s", "?"), values)
            file.commit()


def new_database(url: str, name: str, template: str = TEMPLATE) -> str:
    """Make database ``name`` as a copy of ``template`` on the server of ``url``. Its address."""
    on_server(
        url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {template}"
    )
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def on_server(url: str, *commands: str) -> None:
    """Give commands to the PostgreSQL server of ``url``, outside any transaction."""
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as server:
        for command in commands:
            server.execute(command)
