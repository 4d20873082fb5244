"""E-mail addresses are kept in lower case, without marks that nobody sees: what was kept before is written so too."""

import unicodedata

from django.db import migrations


def _plain(address):
    return "".join(sign for sign in address if unicodedata.category(sign) != "Cf").strip().lower()


def mend(apps, schema_editor):
    rows = apps.get_model("notices", "Notice").objects.filter(way="email", purged_at=None)
    for row in rows.only("pk", "address", "about", "kind", "version"):
        plain = _plain(row.address)
        same = rows.filter(about=row.about, kind=row.kind, version=row.version, address=plain)
        if plain != row.address and not same.exists():
            rows.filter(pk=row.pk).update(address=plain)


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
