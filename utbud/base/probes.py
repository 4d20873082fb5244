"""The probes that every installation has: database, tables, files, disk, folders, clock, jobs, mail."""

import datetime as dt
import ipaddress
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from utbud.base import letters
from utbud.base.health import Finding, probe

MB = 1024 * 1024
ROOM = {"data": 500 * MB, "temp": 200 * MB}  # bytes, below which uploads, print and backups begin to fail
FILES_LEFT = 1_000  # inodes
PATIENCE = dt.timedelta(minutes=15)  # how long a quick job may wait before somebody should look
ASTRAY = dt.timedelta(minutes=2)  # how much of the clock is no fault
TIDIED = dt.timedelta(days=1)  # logins that run out are deleted hourly


@probe("Databasen")
def database() -> Finding:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:  # noqa: BLE001, RUF100 - each driver has its own errors
        return Finding(
            False, str(error).strip(), _("Se efter att databasen är i gång och att DATABASE_URL stämmer.")
        )
    return Finding(True, _("%(kind)s svarar.") % {"kind": connection.display_name})


@probe("Tabellerna")
def tables() -> Finding:
    """Whether the database has the tables that this version needs."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        says = _("%(count)s ändringar av databasen är inte gjorda.") % {"count": len(missing)}
        return Finding(False, says, _("Kör utbud prepare."))
    return Finding(True, _("Alla ändringar är gjorda."))


@probe("Filerna")
def storage() -> Finding:
    """Whether a file can be written, read back and deleted."""
    content = secrets.token_bytes(64)
    try:
        name = default_storage.save("probe/check", ContentFile(content))
        try:
            with default_storage.open(name) as file:
                same = file.read() == content
        finally:
            default_storage.delete(name)
    except OSError as error:
        same, why = False, str(error)
    else:
        why = _("En fil kom inte tillbaka som den skrevs.")
    if not same:
        return Finding(
            False, why, _("Se efter att disken har plats och att mappen i UTBUD_VAR går att skriva i.")
        )
    return Finding(True, _("Filer går att skriva, läsa och ta bort."))


@probe("Disken")
def disk() -> Finding:
    """Whether there is room where data, uploads, static and temporary files are written."""
    folders = {
        settings.VAR: "data",
        Path(settings.MEDIA_ROOT): "data",
        Path(settings.STATIC_ROOT): "data",
        Path(tempfile.gettempdir()): "temp",
    }
    for folder, what in folders.items():
        if not folder.exists():
            continue
        free = shutil.disk_usage(folder).free
        if free < ROOM[what]:
            says = _("Det är ont om plats: %(free)s MB är lediga i %(folder)s.") % {
                "free": free // MB,
                "folder": folder,
            }
            todo = _("Ge disken mer plats, minst %(room)s MB.") % {"room": ROOM[what] // MB}
            return Finding(False, says, todo)
        room = os.statvfs(folder)
        if room.f_files and room.f_favail < FILES_LEFT:  # some file systems have no such bound, and say 0
            says = _("Disken kan snart inte ha fler filer: %(count)s till i %(folder)s.") % {
                "count": room.f_favail,
                "folder": folder,
            }
            return Finding(False, says, _("Ta bort filer som inte behövs, eller gör disken större."))
    free = shutil.disk_usage(settings.VAR).free
    return Finding(True, _("%(free)s MB är lediga.") % {"free": free // MB})


@probe("Mapparna")
def folders() -> Finding:
    """Whether every folder that is written in can be."""
    paths: list[Any] = [
        settings.MEDIA_ROOT,
        settings.STATIC_ROOT,
        settings.VAR / "uploads",
        tempfile.gettempdir(),
    ]
    if letters := getattr(settings, "EMAIL_FILE_PATH", None):
        paths.append(letters)
    for path in (Path(name) for name in paths):
        if path.exists() and not os.access(path, os.W_OK | os.X_OK):
            says = _("Mappen %(folder)s går inte att skriva i.") % {"folder": path}
            return Finding(False, says, _("Ge mappen till den användare som kör utbud: chown -R."))
    return Finding(True, _("Alla mappar går att skriva i."))


@probe("Utseendet")
def static_files() -> Finding:
    """Whether the static files have been collected."""
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not staticfiles_storage.hashed_files:
        return Finding(False, _("De statiska filerna är inte samlade."), _("Kör utbud prepare."))
    return Finding(True, _("De statiska filerna är samlade."))


@probe("Klockan")
def clock() -> Finding:
    """Whether the clock is later than what has happened, and the same as the database's."""
    now = timezone.now()
    applied = MigrationRecorder(connection).migration_qs.aggregate(last=Max("applied"))["last"]
    todo = _("Ställ klockan, och låt den ställas av sig själv (timedatectl set-ntp true).")
    if applied and applied > now + ASTRAY:
        says = _("Klockan är %(now)s, men något hände redan %(then)s.") % {
            "now": timezone.localtime(now).strftime("%Y-%m-%d %H:%M"),
            "then": timezone.localtime(applied).strftime("%Y-%m-%d %H:%M"),
        }
        return Finding(False, says, todo)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            theirs = cursor.fetchone()[0]
        if abs(theirs - now) > ASTRAY:
            return Finding(False, _("Databasens klocka går inte som vår."), todo)
    return Finding(True, timezone.localtime(now).strftime("%Y-%m-%d %H:%M"))


@probe("Jobben")
def jobs() -> Finding:
    """Whether somebody does the jobs and keeps the schedule: what has waited long tells."""
    now = timezone.now()
    ready = DBTaskResult.objects.ready().filter(queue_name="default", enqueued_at__lt=now - PATIENCE)
    if waits := ready.count():
        says = _("%(count)s jobb har väntat i mer än en kvart.") % {"count": waits}
        return Finding(False, says, _("Se efter att utbud worker är i gång."))
    if Session.objects.filter(expire_date__lt=now - TIDIED).exists():
        says = _("Inget har städats på mer än ett dygn.")
        return Finding(False, says, _("Se efter att utbud schedule är i gång."))
    return Finding(True, _("Inget jobb väntar för länge."))


@probe("Utåt")
def proxy() -> Finding:
    """Whether what listens to the outside has a proxy in front of it."""
    if lacks := missing_proxy():
        return Finding(False, lacks, _("Sätt nginx framför (docs/operations.md), eller ta bort UTBUD_BIND."))
    return Finding(True, _("Webben lyssnar på %(address)s.") % {"address": settings.BIND})


def missing_proxy() -> str:
    """What a site that listens to the outside lacks, in a sentence; "" when it lacks nothing."""
    if ipaddress.ip_address(settings.BIND).is_loopback or getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return ""
    return _(
        "UTBUD_BIND=%(address)s släpper in alla direkt, utan något framför: trafiken är inte krypterad, "
        "och inget håller emot den som tar alla förbindelser."
    ) % {"address": settings.BIND}


@probe("Rättigheterna")
def private() -> Finding:
    """Whether others on the machine can read what only we should."""
    names = ("utbud.sqlite3", "utbud.sqlite3-wal", "secret-key", "mail", "uploads")
    open_to_all = [
        name for name in names if (path := settings.VAR / name).exists() and path.stat().st_mode & 0o007
    ]
    if open_to_all:
        says = _("Alla på datorn kan läsa %(names)s.") % {"names": ", ".join(open_to_all)}
        return Finding(False, says, _("Kör chmod -R o-rwx %(folder)s.") % {"folder": settings.VAR})
    return Finding(True, _("Bara programmet kan läsa databasen, nyckeln och breven."))


@probe("E-posten")
def mail() -> Finding:
    """Whether the mail server takes our login. Without a server letters are kept as files."""
    if not letters.go_out():
        says = _("Ingen e-postserver är vald. Brev sparas som filer i %(folder)s.") % {
            "folder": settings.EMAIL_FILE_PATH
        }
        # On a real site people wait for those letters.
        return Finding(False, says, _("Ange UTBUD_MAIL, så går breven ut."), needed=settings.SECURE)
    server = get_connection()
    try:
        server.open()
        server.close()
    except Exception as error:  # noqa: BLE001, RUF100 - whatever it is, no letter goes out
        todo = _("Se efter att UTBUD_MAIL stämmer och att e-postservern är i gång. Breven väntar så länge.")
        return Finding(False, f"{type(error).__name__}: {error}", todo, needed=False)
    return Finding(True, _("E-postservern svarar."))
