"""A database that is gone is not taken for a new site; a site that is not made yet says so."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core import management
from django.db import OperationalError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from tests import ready
from utbud import cli
from utbud.base import folder, probes
from utbud.base.health import Finding

COMMANDS = {
    "prepare": cli.prepare,
    "serve": cli.serve,
    "web": cli.web,
    "worker": cli.worker,
    "schedule": cli.schedule,
    "send": cli.send,
    "setup": cli.setup,
    "demo": cli.demo,
}


@pytest.mark.parametrize("left", ["secret-key", "media/film.mp4", "utbud.sqlite3"])
def test_prepare_stops_where_a_site_has_been(left: str, tmp_path: Path) -> None:
    (tmp_path / left).parent.mkdir(exist_ok=True)
    (tmp_path / left).write_text("" if left == "utbud.sqlite3" else "x" * 86)
    before = sorted(tmp_path.rglob("*"))
    told = subprocess.run(
        [sys.executable, "-m", "utbud", "prepare"],
        cwd=ready.ROOT,
        env=ready.clean_environment() | {"UTBUD_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith(
        f"utbud: Databasen är tom eller saknas, men i {tmp_path} har det funnits en webbplats."
    )
    assert "säkerhetskopian" in told.stderr
    assert "utbud prepare --new" in told.stderr
    assert set(tmp_path.rglob("*")) - set(before) <= {tmp_path / "secret-key"}  # no database has been made


@pytest.fixture
def used(settings, tmp_path):
    settings.UNUSED = tmp_path / "unused"


@pytest.fixture
def unused(used, settings):
    settings.UNUSED.touch()


@pytest.fixture
def quiet(monkeypatch):
    """No table is made and nothing is collected; what would have been is kept."""
    called = []
    monkeypatch.setattr(management, "call_command", lambda name, **_options: called.append(name))
    monkeypatch.setattr(cli, "collect_static", lambda: None)
    monkeypatch.setattr(cli, "port_must_be_free", lambda *_where: None)
    monkeypatch.setattr(probes, "tables", lambda: Finding(False, "Inga tabeller.", "Kör utbud prepare."))
    return called


@pytest.mark.django_db
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_runs_on_a_database_that_is_gone(name, used, quiet, monkeypatch):
    monkeypatch.setattr(folder, "has_tables", lambda: False)
    with pytest.raises(SystemExit) as ended:
        COMMANDS[name]()
    assert ended.value.code == f"utbud: {folder.lost()}"
    assert quiet == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"prepare"}))
def test_where_no_site_is_made_the_way_to_one_is_told(name, unused, quiet, monkeypatch):
    monkeypatch.setattr(folder, "has_tables", lambda: False)
    with pytest.raises(SystemExit) as ended:
        COMMANDS[name]()
    assert ended.value.code == f"utbud: {folder.none_yet()}"


@pytest.mark.django_db
@pytest.mark.parametrize(("was_used", "arguments"), [(False, ()), (True, ("--new",))])
def test_a_site_is_made_where_there_was_none_or_when_it_is_said(was_used, arguments, used, quiet, settings,
                                                                monkeypatch, capsys):  # fmt: skip
    if not was_used:
        settings.UNUSED.touch()
    monkeypatch.setattr(folder, "has_tables", lambda: False)
    cli.prepare(*arguments)
    assert quiet == ["migrate"]
    assert capsys.readouterr().out.startswith("Ny webbplats: databasen görs")
    assert folder.is_used()


@pytest.mark.parametrize(
    ("content", "has"), [(None, False), ("", False), ("no tables", False), ("tables", True)]
)
def test_a_file_that_is_missing_or_empty_has_no_site_and_none_is_made(
    content, has, tmp_path, monkeypatch, django_db_blocker
):
    file = tmp_path / "utbud.sqlite3"
    if content is not None:
        file.touch()
    if content in ("no tables", "tables"):
        with closing(sqlite3.connect(file)) as made:
            made.execute("CREATE TABLE " + ("django_migrations (id)" if has else "other (id)"))
    other = DatabaseWrapper(connection.settings_dict | {"NAME": str(file), "OPTIONS": {}}, alias="other")
    monkeypatch.setattr(folder, "connection", other)
    with django_db_blocker.unblock():
        assert folder.has_tables() is has
        other.close()
    assert file.exists() == (content is not None)


def test_a_database_that_does_not_answer_may_have_a_site(monkeypatch, used):
    class Away:
        vendor = "postgresql"

        def cursor(self):
            raise OperationalError("connection refused")

    monkeypatch.setattr(folder, "connection", Away())
    assert folder.has_tables() is None


# --- the demo ---------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [cli.demo, lambda: cli.serve("--demo")])
def test_the_demo_is_not_for_https(command, settings, monkeypatch):
    settings.SECURE, settings.BASE_URL = True, "https://bibliotek.example.org"
    monkeypatch.setattr(cli, "port_must_be_free", lambda *_where: None)
    with pytest.raises(SystemExit) as ended:
        command()
    assert str(ended.value.code).startswith("utbud: Demons lösenord är offentligt")
