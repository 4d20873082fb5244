"""What stands in the demo's season, on a Thursday in November."""

import datetime as dt

import pytest
from django.core import mail

from tests.unit.web.test_demo_courses import THURSDAY, is_whole, load
from utbud.base import dates
from utbud.calendar.models import Booking, Resource
from utbud.courses.actions import seats
from utbud.courses.models import Attendance, Evaluation, Occasion, Quota, Registration
from utbud.notices import actions as notices
from utbud.notices import queries as notice_queries
from utbud.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _season(standing):
    standing(load)


def test_it_is_whole():
    is_whole(THURSDAY)


def test_the_demo_writes_to_nobody_and_leaves_two_calls_and_a_letter():
    assert mail.outbox == []
    assert notices.send_due(THURSDAY, clock=lambda: THURSDAY) == 0
    assert mail.outbox == []
    left = [(one.way, one.kind.split("-")[0]) for one in notice_queries.for_a_person(THURSDAY)]
    assert sorted(left) == [("call", "moved"), ("call", "offer"), ("hand", "moved"), ("letter", "moved")]
    assert Notice.objects.filter(kind="receipt", state=Notice.SENT).exists()
    # Whoever tries it says yes for the one who was rung: all seats are taken, and the line waits on.
    offered = Registration.objects.get(state=Registration.OFFERED)
    seats.accept(registration=offered, way="phone", now=THURSDAY)
    late = THURSDAY + dt.timedelta(days=3)
    assert (seats.expire_offers(late), seats.serve_lines(late)) == (0, 0)


def test_some_are_full_with_a_line_and_some_have_been_held():
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


def test_seats_are_kept_and_held_and_leaders_have_logins(site):
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
