"""Logs and kept errors hold no secret and nobody's address; files are the program's own."""

import logging
import os

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied
from django.urls import get_resolver
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from utbud.base import discreet as words
from utbud.base import probes, upkeep
from utbud.base.discreet import HIDDEN, DiscreetFormatter, discreet

SECRET = "abc123DEF-secret_456789abcdef012345"


@pytest.mark.parametrize(
    "path",
    [
        "/godkann/{}/", "/godkann/{}", "/godkann/{}/sida/", "/godkann/{}/utskrift.pdf", "/kurser/anmalan/{}/", "/kurser/anmalan/{}/ja/",
        "/kurser/narvaro/{}/", "/kurser/utvardering/{}/", "/guider/granska/{}/", "/guider/granska/{}/sida/", "/kalender/{}.ics",
        "/prenumerera/ja/{}/", "/prenumerera/sluta/{}/", "/api/sms/{}/", "/api/telefon/{}/", "/api/telefon/{}/vanligt/meny/",
        "/admin/password_reset/confirm/{}/set-password/", "/admin/password_reset/confirm/MQ/{}/",
    ],
)  # fmt: skip
def test_a_secret_address_is_not_logged(path: str) -> None:
    record = logging.makeLogRecord(
        {"msg": "%s: %s", "args": ("Not Found", path.format(SECRET)), "name": "django.request"}
    )
    line = DiscreetFormatter("%(name)s: %(message)s").format(record)
    assert SECRET not in line
    assert HIDDEN in line


def test_every_secret_parameter_is_known() -> None:
    """A parameter that looks secret and is not called so would be logged."""
    names = {
        group
        for whole in words._all(get_resolver().url_patterns, "")
        for group in words._GROUP.findall(whole)
    }
    assert {
        name for name in names if any(part in name for part in ("token", "secret", "sign", "hash", "uidb"))
    } <= set(words.SECRET)


def test_the_log_uses_it() -> None:
    for handler in django_settings.LOGGING["handlers"].values():
        assert (
            django_settings.LOGGING["formatters"][handler["formatter"]]["()"]
            == "utbud.base.discreet.DiscreetFormatter"
        )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("{'eva@example.org': (550, b'no such user')}", "{'***@***': (550, b'no such user')}"),
        ("to eva.b+x@post.example.org failed", "to ***@*** failed"),
        ("invalid number +46701740605", "invalid number ***"),
        ("070-174 06 05 svarar inte", "*** svarar inte"),
        ("0701740605 svarar inte", "*** svarar inte"),
        ("070174 06 05 svarar inte", "*** svarar inte"),
        ("HTTP 503 efter 20 s, 2026-12-01 05:29:41", "HTTP 503 efter 20 s, 2026-12-01 05:29:41"),
        ("GET /admin/kurser/person/?q=Eva&sida=2", "GET /admin/kurser/person/?q=***&sida=2"),
        ("GET /ord/bankid/", "GET /ord/bankid/"),
    ],
)  # fmt: skip
def test_an_address_is_not_kept(said: str, kept: str) -> None:
    assert discreet(said) == kept


def test_a_traceback_is_discreet_too() -> None:
    try:
        raise PermissionDenied("eva@example.org may not")
    except PermissionDenied:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", None, __import__("sys").exc_info())
    line = DiscreetFormatter("%(message)s").format(record)
    assert "PermissionDenied: ***@*** may not" in line


@pytest.mark.django_db
def test_a_failed_job_keeps_no_address() -> None:
    job = DBTaskResult.objects.create(
        task_path="a.b", args_kwargs={"args": [], "kwargs": {}}, status=TaskResultStatus.FAILED, backend_name="default",
        queue_name="default", traceback="SMTPRecipientsRefused: eva@example.org",
    )  # fmt: skip
    assert upkeep.tidy(job.enqueued_at) == 1
    job.refresh_from_db()
    assert job.traceback == "SMTPRecipientsRefused: ***@***"
    assert upkeep.tidy(job.enqueued_at) == 0


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_letters_kept_as_files_go(tmp_path, settings, now, days, left) -> None:
    settings.EMAIL_FILE_PATH = tmp_path
    (tmp_path / "brev.log").write_text("Hej")
    at = now.timestamp() - days * 86400
    os.utime(tmp_path / "brev.log", (at, at))
    assert upkeep.empty_mail_folder(now) == 1 - left
    assert len(list(tmp_path.iterdir())) == left


@pytest.mark.parametrize(("mode", "ok"), [(0o600, True), (0o640, True), (0o644, False)])
def test_check_sees_a_database_that_all_can_read(tmp_path, settings, mode, ok) -> None:
    settings.VAR = tmp_path
    (tmp_path / "utbud.sqlite3").touch()
    (tmp_path / "utbud.sqlite3").chmod(mode)
    found = probes.private()
    assert found.ok is ok
    assert ("utbud.sqlite3" in found.says) is not ok


def test_what_is_written_is_ours_alone(tmp_path) -> None:
    path = tmp_path / "ny"
    path.touch()
    assert path.stat().st_mode & 0o077 == 0
