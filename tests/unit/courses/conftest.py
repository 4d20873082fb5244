"""Courses with runs, and people who register."""

import datetime as dt
import itertools

import pytest

from tests.conftest import MONDAY
from utbud.courses.actions import runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import CourseIndexPage, CoursePage, Registration, Run
from utbud.places.models import LibrarySettings, Place

NUMBER = itertools.count(1)
PHONE, MAIL = "070-174 06 05", "gerd@example.org"


@pytest.fixture(scope="module", autouse=True)
def _course_stands(request, standing):
    """Where tests of a file have the course, all of them have it and the library from the start."""
    asked = {
        name
        for test in request.session.items
        for name in test.fixturenames
        if test.getparent(pytest.Module) is request.node
    }
    if "course" in asked and standing.possible:
        standing(make_course)


@pytest.fixture
def place(db):
    """The main library, whose phone is 08-465 004 00."""
    return Place.objects.filter(slug="huvudbiblioteket").first() or make_place()


def make_place():
    place = Place.objects.create(name="Huvudbiblioteket", slug="huvudbiblioteket", kind=Place.Kind.MAIN)
    chosen = LibrarySettings.load()
    chosen.library_name, chosen.phone, chosen.main_place = "Provbiblioteket", "08-465 004 00", place
    chosen.save()
    return place


@pytest.fixture
def course(site, place):
    """A published course."""
    return CoursePage.objects.filter(slug="ring-med-bild").first() or make_course(site)


def make_course(site):
    if not Place.objects.exists():
        make_place()
    index = CourseIndexPage.objects.first()
    if index is None:
        index = CourseIndexPage(title="Kurser", slug="kurser")
        site.start.add_child(instance=index)
    course = CoursePage(
        title="Ring med bild",
        slug="ring-med-bild",
        one_sentence="Efter kursen kan du ringa och se den du pratar med.",
        about="<p>Vi provar tillsammans, i lugn takt.</p>",
        task="ringa ett samtal med bild",
    )
    index.add_child(instance=course)
    course.save_revision(user=site.editor)
    CoursePage.objects.filter(pk=course.pk).update(
        live=True, first_published_at=MONDAY, last_published_at=MONDAY
    )
    course.refresh_from_db()
    return course


def may_say(course, **facts):
    """Let the published page of ``course`` have what a run of it says."""
    said = [(name, facts[name]) for name in ("fee", "note", "elsewhere") if facts.get(name)]
    if said:
        there = [(block.block_type, block.value) for block in course.beside_times] or [("fee", 0)]
        course.beside_times = [*there, *said]
        CoursePage.objects.filter(pk=course.pk).update(beside_times=course.beside_times)


@pytest.fixture
def plan(course, place, site, now):
    """Plan a run: ``plan(seats=3)`` is one occasion in a week, at ten; ``days=(7, 14)`` are two."""

    def plan(*, days=(7,), **facts) -> Run:
        may_say(course, **facts)
        start = now.replace(hour=9, minute=0)
        times = [(start + dt.timedelta(days=day), start + dt.timedelta(days=day, hours=2)) for day in days]
        return runs.plan_run(
            course=course, times=times, by=site.editor, now=now, **{"place": place, "seats": 3} | facts
        )

    return plan


@pytest.fixture
def join(now):
    """Register a party: ``join(quota, "Gerd", size=2, way="phone")``."""

    def join(
        quota, name="", *, size=1, way="web", contact=None, at=None, key=None, people=None, **facts
    ) -> Registration:
        number = next(NUMBER)
        name = name or f"Person {number}"
        return seats.register(
            quota=quota,
            name=name,
            contact=f"person{number}@example.org" if contact is None else contact,
            people=people or [Person(name), *[Person() for _more in range(size - 1)]],
            came_by=way,
            now=at or now,
            submission_key=key or f"key-{number}",
            **facts,
        )

    return join
