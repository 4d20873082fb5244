"""What the data folder knows of its site: whether there has been one, so that a lost database is not taken for a new site."""

from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _


def has_tables() -> bool | None:
    """Whether the database holds a site's tables. None when it does not answer, and nobody can know."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        if not file.exists() or file.stat().st_size == 0:
            return False  # to ask would make one
    try:
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
    except DatabaseError:
        return None
    return MigrationRecorder.Migration._meta.db_table in names


def is_used() -> bool:
    """Whether a site has had its data here."""
    return not settings.UNUSED.exists()


def note_used() -> None:
    """There is a site here from now on."""
    settings.UNUSED.unlink(missing_ok=True)


def lost() -> str:
    """What to do when the database of a site is gone."""
    return _(
        "Databasen är tom eller saknas, men i %(folder)s har det funnits en webbplats. Inget är ändrat. "
        "Se efter att UTBUD_VAR och DATABASE_URL stämmer och att disken är ansluten. Är databasen borta: "
        "lägg tillbaka den från säkerhetskopian. Vill du börja om med en tom webbplats: utbud prepare --new"
    ) % {"folder": settings.VAR}


def none_yet() -> str:
    """What to do where no site has been made."""
    return _("I %(folder)s finns ingen webbplats än. Gör en med utbud prepare och sedan utbud setup.") % {
        "folder": settings.VAR
    }
