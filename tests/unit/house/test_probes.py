"""`utbud check` says what an operator would be bitten by."""

import datetime as dt
import shutil
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from utbud.base import probes
from utbud.people.models import User
from utbud.web import demo
from utbud.web import probes as web_probes
from utbud.web.models import StartPage

HTTPS = "https://bibliotek.example.org"


@pytest.mark.parametrize("where", ["VAR", "MEDIA_ROOT", "temp"])
def test_a_full_disk_is_found(where, settings, tmp_path, monkeypatch):
    folders = {"VAR": tmp_path / "var", "MEDIA_ROOT": tmp_path / "media", "temp": tmp_path / "temp"}
    for folder in folders.values():
        folder.mkdir()
    settings.VAR, settings.MEDIA_ROOT, settings.STATIC_ROOT = folders["VAR"], folders["MEDIA_ROOT"], tmp_path
    monkeypatch.setattr(probes.tempfile, "gettempdir", lambda: str(folders["temp"]))
    free = {str(folder): 10**12 for folder in (*folders.values(), tmp_path)}
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free[str(folder)]))
    assert probes.disk().ok
    free[str(folders[where])] = 100 * probes.MB
    found = probes.disk()
    assert (found.ok, found.needed) == (False, True)
    assert found.says == f"Det är ont om plats: 100 MB är lediga i {folders[where]}."


def test_a_folder_that_cannot_be_written_is_found(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(probes.os, "access", lambda path, _mode: path != tmp_path)
    assert probes.folders().says == f"Mappen {tmp_path} går inte att skriva i."


def test_an_empty_site_is_found(site):
    assert web_probes.site().ok
    StartPage.objects.update(live=False)
    found = web_probes.site()
    assert (found.ok, found.needed) == (False, True)


def test_nobody_who_can_log_in_is_found(site):
    User.objects.update(is_active=False)
    assert web_probes.logins().says == "Ingen kan logga in."


@pytest.mark.parametrize(
    ("address", "secure", "public"),
    [
        ("http://localhost:8000", False, False),
        ("http://127.0.0.1:8000", False, False),
        ("http://192.168.1.5:8000", False, False),
        ("http://[::1]:8000", False, False),
        ("http://bibliotek", False, False),
        ("http://bibliotek.example.org", False, True),
        ("http://8.8.8.8", False, True),
        (HTTPS, True, True),
        ("https://localhost", True, True),
    ],
)
def test_the_demos_password_is_an_error_where_others_can_reach_it(site, settings, address, secure, public):
    settings.BASE_URL, settings.SECURE = address, secure
    assert web_probes.logins().ok
    site.colleague.set_password(demo.PASSWORD)
    site.colleague.save()
    assert web_probes.logins().ok is not public
    site.colleague.is_active = False
    site.colleague.save()
    assert web_probes.logins().ok


@pytest.mark.parametrize(("secure", "needed"), [(False, False), (True, True)])
def test_letters_that_go_nowhere_are_an_error_on_a_real_site(settings, secure, needed):
    settings.SECURE = secure
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = "brev"
    found = probes.mail()
    assert (found.ok, found.needed) == (False, needed)


@pytest.mark.parametrize(
    ("bind", "proxy", "ok"),
    [("127.0.0.1", False, True), ("::1", False, True), ("0.0.0.0", False, False), ("0.0.0.0", True, True)],  # noqa: S104
)
def test_listening_to_the_outside_without_a_proxy_is_told(settings, bind, proxy, ok):
    settings.BIND = bind
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxy else None
    assert probes.proxy().ok is ok


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("queue", "minutes", "ok"), [("default", 14, True), ("default", 16, False), ("slow", 16, True)]
)
def test_jobs_that_nobody_does_are_found(queue, minutes, ok):
    job = DBTaskResult.objects.create(
        task_path="x", args_kwargs={"args": [], "kwargs": {}}, queue_name=queue, backend_name="default"
    )
    DBTaskResult.objects.filter(pk=job.pk).update(enqueued_at=timezone.now() - dt.timedelta(minutes=minutes))
    assert probes.jobs().ok is ok


@pytest.mark.django_db
def test_a_schedule_that_does_not_run_is_found():
    Session.objects.create(session_key="a", expire_date=timezone.now() - dt.timedelta(days=2))
    assert probes.jobs().says == "Inget har städats på mer än ett dygn."


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "ok"), [(1, True), (-4000, False)])
def test_a_clock_that_was_set_back_is_found(days, ok, monkeypatch):
    now = timezone.now() + dt.timedelta(days=days)
    monkeypatch.setattr(probes.timezone, "now", lambda: now)
    assert probes.clock().ok is (ok and probes.connection.vendor == "sqlite")
