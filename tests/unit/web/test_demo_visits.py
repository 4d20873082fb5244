"""A year at the desk, as the demo has it."""

import time

from tests.conftest import MONDAY
from utbud.helpdesk.models import Visit
from utbud.helpdesk.queries import figures, visits
from utbud.places.models import Place
from utbud.web import demo_visits
from utbud.web.demo_files import read


def test_a_year_at_the_desk_is_the_same_each_time_and_has_its_rhythm(site):
    for slug in read("visits.yaml")["places"]:
        Place.objects.create(name=slug, slug=slug, kind=Place.Kind.BRANCH)
    began = time.process_time()
    count = demo_visits.load(now=MONDAY)
    assert time.process_time() - began < 4
    first, last = Visit.objects.earliest("day").day, Visit.objects.latest("day").day
    found = figures.figures(first=first, last=last)
    assert (count, found.visits, str(first), str(last)) == (3030, 3030, "2025-11-24", "2026-11-21")
    months = {row.name: row.count for row in found.months.rows}
    assert months["juli 2026"] < months["april 2026"] / 2
    assert found.places.rows[0].name == "huvudbiblioteket"
    [left] = visits.left(MONDAY)
    assert left.visit.minutes is None
