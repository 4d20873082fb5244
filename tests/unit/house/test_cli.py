"""The ``utbud`` command: what it lists, what it refuses, and what its check says."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from utbud import cli
from utbud.base import health, probes
from utbud.base.health import Finding

ROOT = Path(__file__).parents[3]


def utbud(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "utbud", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_alone_it_lists_every_command_with_a_line() -> None:
    told = utbud()
    assert told.returncode == 0
    listed = [line.split(maxsplit=1) for line in told.stdout.splitlines() if line.startswith("  ")]
    assert listed == [[name, line] for name, (_function, line) in cli.COMMANDS.items()]


def test_a_word_that_a_command_does_not_take_is_named() -> None:
    told = utbud("serve", "--reload")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "utbud: serve förstår inte --reload. Skriv utbud för att se orden.\n"


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_taken_port_is_told_in_one_line(command: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        told = utbud(command, PORT=str(port))
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == (
        f"utbud: Porten {port} på 127.0.0.1 går inte att använda (Address already in use). "
        f"Stäng det program som har den, eller välj en annan: PORT={port + 1}\n"
    )


# --- check ------------------------------------------------------------------------------------

FINE = Finding(True, "Allt väl.")
BROKEN = Finding(False, "Det är sönder.", "Laga det.")
LUXURY = Finding(False, "Den saknas.", "Skaffa den.", needed=False)


def raises() -> Finding:
    raise OSError("disken är full")


@pytest.mark.parametrize(
    ("finding", "code", "says"),
    [
        (lambda: FINE, 0, ["✓ Saken: Allt väl.", "Allt som behövs fungerar."]),
        (
            lambda: LUXURY,
            0,
            ["✗ Saken: Den saknas.", "    Skaffa den. (Det går att vara utan.)", "Allt som behövs fungerar."],
        ),
        (
            lambda: BROKEN,
            1,
            [
                "✗ Saken: Det är sönder.",
                "    Laga det.",
                "Något som behövs fungerar inte. Gör det som står under ✗.",
            ],
        ),
        (
            raises,
            1,
            [
                "✗ Saken: OSError: disken är full",
                "    Läs felet ovan.",
                "Något som behövs fungerar inte. Gör det som står under ✗.",
            ],
        ),
    ],
)
def test_check_says_how_it_is_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    finding: health.Probe,
    code: int,
    says: list[str],
) -> None:
    monkeypatch.setattr(health, "_probes", {"Saken": finding})
    with pytest.raises(SystemExit) as ended:
        cli.check()
    assert ended.value.code == code
    assert capsys.readouterr().out.splitlines() == says


@pytest.mark.django_db
def test_the_database_and_its_tables_are_found_in_order() -> None:
    assert (probes.database().ok, probes.tables().ok) == (True, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_every_change_of_the_database_that_is_not_made_is_found() -> None:
    call_command("migrate", "inbox", "zero", verbosity=0)  # and with it whatever builds upon it
    try:
        loader = MigrationLoader(connection)
        undone = loader.graph.nodes.keys() - loader.applied_migrations.keys()
        assert ("inbox", "0001_initial") in undone
        assert probes.tables() == Finding(
            False, f"{len(undone)} ändringar av databasen är inte gjorda.", "Kör utbud prepare."
        )
    finally:
        call_command("migrate", verbosity=0)


def test_storage_that_works_is_left_as_it_was(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert probes.storage() == Finding(True, "Filer går att skriva, läsa och ta bort.")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_storage_that_cannot_be_written_is_found(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.MEDIA_ROOT = tmp_path / "file"
    (tmp_path / "file").write_text("")
    assert probes.storage().ok is False


def test_letters_kept_as_files_are_told_but_stop_nothing(
    tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert probes.mail() == Finding(
        False,
        f"Ingen e-postserver är vald. Brev sparas som filer i {tmp_path}.",
        "Ange UTBUD_MAIL, så går breven ut.",
        needed=False,
    )


def test_a_mail_server_that_does_not_answer_is_found(settings: pytest.FixtureRequest) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    found = probes.mail()
    assert (found.ok, found.needed) == (False, False)
    assert found.says.startswith("ConnectionRefusedError")
