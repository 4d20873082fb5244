"""A setting that cannot be used stops the start with one line that says which, why and what to do."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SHOW = "import utbud.settings as s; print({})"


def start(code: str, **environment: str) -> subprocess.Popen[str]:
    """A fresh Python that reads the settings with only ``environment`` of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read(code: str, **environment: str) -> tuple[int, str, str]:
    process = start(code, **environment)
    out, err = process.communicate(timeout=20)
    return process.returncode, out.strip(), err.strip()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PORT", "http", "«http» is not a whole number from 1 to 65535."),
        ("PORT", "0", "«0» is not a whole number from 1 to 65535."),
        ("PORT", "65536", "«65536» is not a whole number from 1 to 65535."),
        ("UTBUD_WEB_WORKERS", "-1", "«-1» is not a whole number from 1 to 64."),
        (
            "UTBUD_BIND",
            "localhost",
            "«localhost» is not an address of this machine in digits, like 127.0.0.1 or 0.0.0.0",
        ),
        (
            "UTBUD_SECRET_KEY",
            "hemlig",
            "is shorter than 50 characters. Leave it out, and one is made and kept for you.",
        ),
        (
            "UTBUD_BASE_URL",
            "bibliotek.example.org",
            "«bibliotek.example.org» is not an address like https://digitalt.bibliotek.example.org",
        ),
        (
            "UTBUD_BASE_URL",
            "https://example.org/bibliotek",
            "«https://example.org/bibliotek» is not an address like https://digitalt.bibliotek.example.org",
        ),
        (
            "DATABASE_URL",
            "mongodb://localhost/utbud",
            "is of a kind we do not know. Use postgres://… or leave it out for SQLite.",
        ),
        ("UTBUD_DEBUG", "kanske", "«kanske» is neither true nor false."),
        ("UTBUD_BEHIND_PROXY", "nginx", "«nginx» is neither true nor false."),
    ],
)
def test_a_value_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, variable: str, value: str, says: str
) -> None:
    environment = {"UTBUD_VAR": str(tmp_path), variable: value}
    assert read("import utbud.settings", **environment) == (1, "", f"utbud: {variable}: {says}")


@pytest.mark.parametrize(
    ("variable", "value"), [("DATABASE_URL", "postgres://user@host:port/name"), ("UTBUD_MAIL", "duva://")]
)
def test_an_address_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, variable: str, value: str
) -> None:
    code, out, err = read("import utbud.settings", **{"UTBUD_VAR": str(tmp_path), variable: value})
    assert (code, out) == (1, "")
    assert err.startswith(f"utbud: {variable}: ")
    assert err.count("\n") == 0


def test_a_data_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = read("import utbud.settings", UTBUD_VAR=str(tmp_path / "file" / "var"))
    assert (code, out) == (1, "")
    assert err == (
        f"utbud: UTBUD_VAR: the data folder {tmp_path}/file/var cannot be made (Not a directory). "
        "Choose a folder you may write in."
    )


@pytest.mark.parametrize(
    ("environment", "expression", "value"),
    [
        ({}, "s.BASE_URL", "http://localhost:8000"),
        ({"PORT": "8123"}, "s.BASE_URL", "http://localhost:8123"),
        ({}, "s.SECURE, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS", "False False 0"),
        ({"UTBUD_BASE_URL": "https://a.example.org/"}, "s.BASE_URL, s.SECURE", "https://a.example.org True"),
        ({}, "s.BIND, s.WEB_WORKERS, s.DEBUG", "127.0.0.1 2 False"),
        ({"UTBUD_HOSTS": "b.example.org"}, "s.ALLOWED_HOSTS[-1]", "b.example.org"),
        ({}, "s.DATABASES['default']['ENGINE']", "django.db.backends.sqlite3"),
        (
            {"DATABASE_URL": "postgres://a@b/c"},
            "s.DATABASES['default']['ENGINE']",
            "django.db.backends.postgresql",
        ),
        ({}, "s.EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend"),
        (
            {"UTBUD_MAIL": "smtp+tls://a:b@c:587"},
            "s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_USE_TLS",
            "django.core.mail.backends.smtp.EmailBackend c True",
        ),
    ],
)
def test_what_the_environment_becomes(
    tmp_path: Path, environment: dict[str, str], expression: str, value: str
) -> None:
    assert read(SHOW.format(expression), UTBUD_VAR=str(tmp_path), **environment) == (0, value, "")


def test_the_secret_is_made_once_kept_and_for_nobody_else_to_read(tmp_path: Path) -> None:
    show = SHOW.format("s.SECRET_KEY")
    first, second = read(show, UTBUD_VAR=str(tmp_path)), read(show, UTBUD_VAR=str(tmp_path))
    assert first == second
    assert len(first[1]) >= 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret-key", "unused"]
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    racing = [start(SHOW.format("s.SECRET_KEY"), UTBUD_VAR=str(tmp_path)) for _ in range(6)]
    answers = {process.communicate(timeout=20) for process in racing}
    assert len(answers) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret-key", "unused"]


def test_a_given_secret_is_used_and_not_kept(tmp_path: Path) -> None:
    given = "x" * 50
    assert read(SHOW.format("s.SECRET_KEY"), UTBUD_VAR=str(tmp_path), UTBUD_SECRET_KEY=given) == (
        0,
        given,
        "",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["unused"]  # until a site is made
