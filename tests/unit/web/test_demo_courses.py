"""The season of the demo: it loads on any day, is joined as people join, and writes to nobody."""

import datetime as dt

import pytest

from utbud.base import dates
from utbud.calendar.models import Booking
from utbud.calendar.queries import clashes_of
from utbud.courses.models import (
    CourseIndexPage,
    CoursePage,
    Occasion,
    Quota,
    Registration,
    Run,
)
from utbud.courses.queries.seats import standings
from utbud.places import queries as places
from utbud.web import demo, demo_courses, demo_files
from utbud.web.models import InfoPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
THURSDAY = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
DAYS = (
    dt.datetime(2026, 12, 24, 12, 0, tzinfo=dt.UTC),  # holidays all around
    dt.datetime(2027, 3, 28, 20, 0, tzinfo=dt.UTC),  # a Sunday, and the clock has leapt
)


def load(site, now=THURSDAY):
    """Load the season as of a day. How many runs it has."""
    demo._library(dates.local(now).date())
    demo._topics()
    return demo_courses.load(
        editor=site.editor,
        publish=lambda page, moment: demo.approve_and_publish(page, site.editor, site.publisher, moment),
        now=now,
    )


@pytest.mark.parametrize("now", DAYS, ids=str)
def test_the_season_loads_on_any_day(site, now):
    assert load(site, now) == Run.objects.count() == 18
    is_whole(now)


def is_whole(now):
    """Whether all courses are out, on days when one comes, with registrations of the past and no clashes."""
    assert CoursePage.objects.live().count() == 8
    assert not [
        one for one in Occasion.objects.all() if places.holiday_name(dates.local(one.starts_at).date())
    ]
    assert not Registration.objects.filter(created_at__gte=now).exists()
    assert all(
        one.created_at < min(each.starts_at for each in one.quota.occasions.all())
        for one in Registration.objects.all()
    )
    assert all(
        standings([quota], dates.local(now).date())[quota.pk].seats.left >= 0 for quota in Quota.objects.all()
    )
    sources = set(Booking.objects.values_list("source", flat=True))
    assert [clash for found in clashes_of(sources).values() for clash in found] == []


def test_a_library_of_its_own_begins_with_the_list_and_no_courses(site):
    assert demo.load_drafts()
    assert CourseIndexPage.objects.get().get_parent().pk == site.start.pk
    assert not CoursePage.objects.exists()
    assert InfoPage.objects.exists()
    assert not InfoPage.objects.filter(live=True).exists()
    assert demo.load_drafts() == []


def test_every_course_has_what_its_page_shows():
    for slug, row in demo_files.read_all("courses").items():
        assert (demo_files.FOLDER / "drawings" / f"kurs-{slug}.svg").is_file()
        assert all(row[name] for name in ("task", "can_after", "easy", "runs"))
