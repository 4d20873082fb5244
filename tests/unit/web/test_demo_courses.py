"""The season of the demo: it loads on any day, is joined as people join, and writes to nobody."""

import datetime as dt

import pytest
from django.core import mail

from utbud.base import dates
from utbud.calendar.models import Booking, Resource
from utbud.calendar.queries import clashes_of
from utbud.courses.actions import seats
from utbud.courses.models import (
    Attendance,
    CourseIndexPage,
    CoursePage,
    Evaluation,
    Occasion,
    Quota,
    Registration,
    Run,
)
from utbud.courses.queries.seats import standings
from utbud.notices import actions as notices
from utbud.notices import queries as notice_queries
from utbud.notices.models import Notice
from utbud.places import queries as places
from utbud.web import demo, demo_courses, demo_files
from utbud.web.models import InfoPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
THURSDAY = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
DAYS = (
    THURSDAY,
    dt.datetime(2026, 12, 24, 12, 0, tzinfo=dt.UTC),  # holidays all around
    dt.datetime(2027, 3, 28, 20, 0, tzinfo=dt.UTC),  # a Sunday, and the clock has leapt
)


@pytest.fixture
def season(site):
    """Load it as of a day: ``season(THURSDAY)``."""

    def season(now):
        demo._library(dates.local(now).date())
        demo._topics()
        return demo_courses.load(
            editor=site.editor,
            publish=lambda page, moment: demo.approve_and_publish(page, site.editor, site.publisher, moment),
            now=now,
        )

    return season


@pytest.mark.parametrize("now", DAYS, ids=str)
def test_the_season_loads_on_any_day(season, now):
    assert season(now) == Run.objects.count() == 18
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


def test_the_demo_writes_to_nobody_and_leaves_two_calls_and_a_letter(season):
    season(THURSDAY)
    assert mail.outbox == []
    assert notices.send_due(THURSDAY, clock=lambda: THURSDAY) == 0
    assert mail.outbox == []
    left = [(one.way, one.kind.split("-")[0]) for one in notice_queries.for_a_person(THURSDAY)]
    assert sorted(left) == [("call", "moved"), ("call", "offer"), ("letter", "moved")]
    assert Notice.objects.filter(kind="receipt", state=Notice.SENT).exists()
    # Whoever tries it says yes for the one who was rung: all seats are taken, and the line waits on.
    offered = Registration.objects.get(state=Registration.OFFERED)
    seats.accept(registration=offered, way="phone", now=THURSDAY)
    late = THURSDAY + dt.timedelta(days=3)
    assert (seats.expire_offers(late), seats.serve_lines(late)) == (0, 0)


def test_some_are_full_with_a_line_and_some_have_been_held(season):
    season(THURSDAY)
    states = set(Registration.objects.values_list("state", flat=True))
    assert states == {
        Registration.REGISTERED,
        Registration.WAITING,
        Registration.OFFERED,
        Registration.CANCELLED,
    }
    waiting = Registration.objects.in_line()
    assert {one.quota.run.course.slug for one in waiting} == {
        "starta-en-egen-podd",
        "skot-dina-arenden-med-bankid",
    }
    assert {one.quota.taken - (one.quota.seats or 0) for one in waiting} == {0}
    assert Attendance.objects.filter(came=True).count() == 28
    assert Attendance.objects.filter(came=False).count() == 7
    assert list(
        Occasion.objects.exclude(head_count=None).order_by("starts_at").values_list("head_count", flat=True)
    ) == [6, 4, 9, 5, 7]
    assert sorted(Evaluation.objects.values_list("task", flat=True)) == sorted(
        ["helped"] * 4 + ["notyet"] + ["self"] * 5
    )
    assert not Attendance.objects.filter(occasion__ends_at__gt=THURSDAY).exists()


def test_seats_are_kept_and_held_and_leaders_have_logins(season, site):
    season(THURSDAY)
    held = Registration.objects.get(organisation__name__contains="Silverbjörken", seat_count=4)
    assert [person.name for person in held.participants.all()] == ["", "", "", ""]
    assert held.contact
    assert held.quota.run.host == held.organisation
    quota = Quota.objects.get(run__course__slug="ha-nytta-av-ai-i-vardagen", seats=12)
    assert quota.kept == 3
    assert dates.local(quota.occasions.get().starts_at).date() - quota.kept_until == dt.timedelta(days=3)
    people = Resource.objects.filter(kind=Resource.Kind.PERSON).order_by("name")
    assert [one.user for one in people] == [site.editor, site.chief]
    assert Booking.objects.filter(resource__name="Studion").count() == 6
    assert Booking.objects.filter(resource__kind=Resource.Kind.EQUIPMENT).count() == 3


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
