"""E-mail addresses are kept in lower case, without marks that nobody sees: what was kept before is written so too."""

import unicodedata

from django.db import migrations


def _plain(address):
    return "".join(sign for sign in address if unicodedata.category(sign) != "Cf").strip().lower()


def mend(apps, schema_editor):
    rows = apps.get_model("channels", "Subscriber").objects.all()
    for row in rows:
        plain = _plain(row.address)
        if plain == row.address:
            continue
        same = rows.filter(channel=row.channel_id, address=plain).first()
        if same is None:
            rows.filter(pk=row.pk).update(address=plain)
            continue
        if row.confirmed_at and not row.stopped_at and not same.confirmed_at and not same.stopped_at:
            rows.filter(pk=same.pk).update(confirmed_at=row.confirmed_at)
        row.delete()  # one person, twice


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]
    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
