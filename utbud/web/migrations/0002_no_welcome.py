"""Wagtail's first migration publishes a page of welcome in English. An empty site says itself that it is not ready."""

from django.db import migrations


def take_away(apps, schema_editor):
    Page, Site = apps.get_model("wagtailcore", "Page"), apps.get_model("wagtailcore", "Site")
    pages = Page.objects.filter(depth__gt=1)
    if pages.count() == 1 and pages.get().title == "Welcome to your new Wagtail site!":
        Site.objects.all().delete()
        pages.delete()
        Page.objects.filter(depth=1).update(numchild=0)


class Migration(migrations.Migration):
    dependencies = [("web", "0001_initial")]
    operations = [migrations.RunPython(take_away, migrations.RunPython.noop)]
