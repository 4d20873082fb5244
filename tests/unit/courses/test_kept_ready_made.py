"""A page that is kept ready-made changes at once with what it tells. With transactions of its own, as for a reader."""

import pytest
from django.core.cache import cache

from tests.unit.courses.test_pages import words
from utbud.courses.actions import runs, seats

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_files"),
    pytest.mark.database,
]


@pytest.fixture(autouse=True)
def _clock(time_machine, now):
    cache.clear()
    time_machine.move_to(now, tick=False)


def test_a_seat_that_is_taken_and_a_date_that_is_called_off_show_at_once(plan, join, site, now, client):
    run = plan()
    address = "/kurser/ring-med-bild/"
    assert "3 platser kvar" in words(client.get(address).content.decode())
    mine = join(run.quotas.get())
    assert "2 platser kvar" in words(client.get(address).content.decode())
    seats.cancel(registration=mine, way="web", now=now)
    assert "3 platser kvar" in words(client.get("/kurser/").content.decode())
    runs.cancel_occasion(occasion=run.occasions.get(), why="", by=site.editor, now=now)
    assert "Inställt" in words(client.get(address).content.decode())


@pytest.mark.parametrize("address", ["/kurser/ring-med-bild/anmalan/", "/kurser/min-anmalan/"])
def test_forms_are_never_kept(plan, client, address):
    plan()
    tokens = {str(client.get(address).context["csrf_token"])[:32] for _again in range(2)}
    assert len(tokens) == 2
