"""The probes that every installation has: database, tables, storage, mail."""

import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from utbud.base.health import Finding, probe


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


@probe("E-posten")
def mail() -> Finding:
    """Whether the mail server takes our login. Without a server letters are kept as files."""
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        says = _("Ingen e-postserver är vald. Brev sparas som filer i %(folder)s.") % {
            "folder": settings.EMAIL_FILE_PATH
        }
        return Finding(False, says, _("Ange UTBUD_MAIL, så går breven ut."), needed=False)
    server = get_connection()
    try:
        server.open()
        server.close()
    except Exception as error:  # noqa: BLE001, RUF100 - whatever it is, no letter goes out
        todo = _("Se efter att UTBUD_MAIL stämmer och att e-postservern är i gång. Breven väntar så länge.")
        return Finding(False, f"{type(error).__name__}: {error}", todo, needed=False)
    return Finding(True, _("E-postservern svarar."))
