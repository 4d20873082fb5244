"""E-mail addresses are kept in lower case, without marks that nobody sees: what was kept before is written so too."""

import unicodedata

from django.db import migrations


def _plain(address):
    return "".join(sign for sign in address if unicodedata.category(sign) != "Cf").strip().lower()


def mend(apps, schema_editor):
    rows = apps.get_model("courses", "Registration").objects.filter(contact_kind="email")
    for pk, address in rows.values_list("pk", "contact"):
        if (plain := _plain(address)) != address:
            rows.filter(pk=pk).update(contact=plain)


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_contact_note")]
    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
