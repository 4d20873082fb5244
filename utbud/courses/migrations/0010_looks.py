"""Who has looked at what is kept in one place for all apps: people.Look."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import migrations


def move(apps, schema_editor):
    old, new = apps.get_model("courses", "ListLook"), apps.get_model("people", "Look")
    there = ZoneInfo("Europe/Stockholm")
    new.objects.bulk_create(
        (
            new(
                at=dt.datetime.combine(row.day, dt.time(12), there),
                user=row.user,
                who=(f"{row.user.first_name} {row.user.last_name}".strip() or row.user.username)[:180],
                subject="find" if row.subject == "all" else row.subject[:40],
                how=row.what[:10],
            )
            for row in old.objects.select_related("user").iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("courses", "0009_page_managers"), ("people", "0006_looks")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="ListLook"),
    ]
