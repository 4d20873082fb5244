"""What goes out without approval stands in one table, which names what there is; editors reach no more of it than it says."""

import pytest
from django.apps import apps
from django.urls import reverse

from utbud.people.models import User
from utbud.publishing.straight_out import ADMINISTRATOR, STRAIGHT_OUT

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("row", STRAIGHT_OUT, ids=lambda row: row.model)
def test_the_table_names_what_there_is_and_editors_reach_no_more_of_it(row, site):
    model = apps.get_model(row.model)
    assert (len(row.field_labels), bool(row.label), bool(str(row.why))) == (len(row.fields), True, True)
    editor = User.objects.get(pk=site.editor.pk)
    rights = [
        f"{model._meta.app_label}.{what}_{model._meta.model_name}" for what in ("add", "change", "delete")
    ]
    if row.who is ADMINISTRATOR:
        assert [right for right in rights if editor.has_perm(right)] == []


def test_staff_read_it(site, client):
    client.force_login(site.editor)
    said = client.get(reverse("publishing_straight_out")).content.decode()
    assert [row.label for row in STRAIGHT_OUT if row.label.lower() not in said.lower()] == []
