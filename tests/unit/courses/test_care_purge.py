"""The purge: when names go, what stays for the figures, and that twice or two at once is once."""

import datetime as dt

import pytest
from dateutil.relativedelta import relativedelta

from utbud.courses.actions import care, day, runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import (
    Attendance,
    Evaluation,
    Participant,
    Quota,
    Registration,
    RegistrationChange,
)
from utbud.notices.models import Notice
from utbud.people.models import Organisation
from utbud.places.models import LibrarySettings

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def ended(quota):
    return max(one.ends_at for one in quota.occasions.all())


def months(number):
    chosen = LibrarySettings.load()
    chosen.course_months = number
    chosen.save()


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "after", "gone"),
    [
        (3, relativedelta(months=3, hours=-1), False),
        (3, relativedelta(months=3, hours=1), True),
        (1, relativedelta(months=1, hours=1), True),
        (12, relativedelta(months=11), False),
    ],
)
def test_names_go_so_many_months_after_the_last_occasion(plan, join, kept, after, gone):
    months(kept)
    quota = plan(days=(7, 14)).quotas.get()
    join(quota, "Gerd Ek")
    assert care.purge(ended(quota) + after) == gone
    assert Registration.objects.get().name == ("" if gone else "Gerd Ek")


def test_each_single_occasion_has_its_own_end(plan, join):
    first, second = plan(days=(7, 70), joins="single").quotas.all()
    join(first, "Gerd Ek"), join(second, "Bo Berg")
    care.purge(ended(first) + relativedelta(months=3, days=1))
    assert list(Registration.objects.values_list("name", flat=True)) == ["", "Bo Berg"]


def test_a_course_that_was_called_off_is_forgotten_as_if_it_had_been(plan, join, site, now):
    run = plan()
    join(run.quotas.get(), "Gerd Ek")
    runs.cancel_run(run=run, why="Sjukdom", by=site.desk, now=now)
    assert care.purge(ended(run.quotas.get()) + relativedelta(months=3, days=1)) == 1


# --- what goes, and what stays --------------------------------------------------------------------


def test_all_that_names_somebody_goes_and_the_figures_stay(plan, join, site, now):
    run = plan(seats=2)
    quota, occasion = run.quotas.get(), run.occasions.get()
    gerd = join(
        quota, "Gerd Ek", people=[Person("Gerd Ek"), Person("Ulla", Participant.Role.COMPANION)], way="phone",
        contact="070-174 06 05", needs=["wheelchair"], needs_text="Sitter nära dörren",
    )  # fmt: skip
    waits = join(quota, "Bo Berg", size=2)
    extra = join(quota, "Åke", override_reason="Åke kom ända från Ramvik")
    left = join(quota, "Eva", at=now)
    seats.cancel(registration=left, way="web", now=now, note="Eva är sjuk")
    came = dict.fromkeys(gerd.participants.values_list("pk", flat=True), True)
    day.note_attendance(occasion=occasion, came=came, by=site.desk, now=occasion.ends_at)
    before = list(
        Registration.objects.values("pk", "state", "seat_count", "came_by", "came_on", "organisation")
    )

    assert care.purge(ended(quota) + relativedelta(months=4)) == 4

    for row in Registration.objects.all():
        assert (row.name, row.contact, row.contact_kind, row.needs, row.needs_text, row.code) == (
            "",
            "",
            "",
            [],
            "",
            "",
        )
        assert (row.override_reason, row.reached_by) == ("", None)
    assert set(Participant.objects.values_list("name", flat=True)) == {""}
    assert set(RegistrationChange.objects.values_list("note", flat=True)) == {""}
    assert (
        list(Registration.objects.values("pk", "state", "seat_count", "came_by", "came_on", "organisation"))
        == before
    )
    assert Attendance.objects.filter(came=True).count() == 2
    assert {one.role for one in gerd.participants.all()} == {"participant", "companion"}
    assert (waits.state, extra.state) == ("waiting", "registered")
    assert set(Notice.objects.values_list("name", "address", "subject", "text")) <= {("", "", "", "")}
    last = gerd.changes.last()
    assert (last.what, last.by) == (RegistrationChange.What.PURGED, None)
    quota.refresh_from_db()
    assert quota.taken == 2  # as before: a companion takes no seat here


def test_what_people_wished_goes_and_what_they_answered_stays(plan, now):
    occasion = plan().occasions.get()
    day.evaluate(
        occasion=occasion, task="self", mood="good", wish="Gerd var snäll", came_by="web",
        now=occasion.ends_at, submission_key="a",
    )  # fmt: skip
    care.purge(occasion.ends_at + relativedelta(months=2))
    assert Evaluation.objects.get().wish == "Gerd var snäll"
    care.purge(occasion.ends_at + relativedelta(months=4))
    assert list(Evaluation.objects.values_list("task", "mood", "wish")) == [("self", "good", "")]


def test_rows_without_names_of_an_association_are_forgotten_and_still_counted(plan, join, now):
    silver = Organisation.objects.create(name="Silverbjörken")
    quota = plan(seats=9).quotas.get()
    group = join(quota, "Ordföranden", people=[Person()] * 4, way="host", organisation=silver)
    care.purge(ended(quota) + relativedelta(months=4))
    group.refresh_from_db()
    assert (group.name, group.organisation, group.participants.count()) == ("", silver, 4)


# --- once -----------------------------------------------------------------------------------------


def test_twice_is_once(plan, join):
    quota = plan().quotas.get()
    join(quota)
    late = ended(quota) + relativedelta(months=4)
    assert [care.purge(late), care.purge(late)] == [1, 0]
    assert RegistrationChange.objects.filter(what=RegistrationChange.What.PURGED).count() == 1


def test_two_at_once_that_have_read_the_same_rows_forget_each_once(plan, join, now):
    quota = plan().quotas.get()
    join(quota), join(quota)
    late = ended(quota) + relativedelta(months=4)
    first, second = list(Registration.objects.all()), list(Registration.objects.all())
    assert care.forget(registrations=first, now=late) + care.forget(registrations=second, now=late) == 2
    assert RegistrationChange.objects.filter(what=RegistrationChange.What.PURGED).count() == 2


# --- on request, before it has been -----------------------------------------------------------------


@pytest.mark.parametrize("stands", ["registered", "offered", "waiting"])
def test_one_who_asks_to_be_forgotten_leaves_first_and_the_line_moves_on(plan, join, site, now, stands):
    quota = plan(seats=1).quotas.get()
    first, second, third = join(quota), join(quota), join(quota)
    asked = {"registered": first, "offered": second, "waiting": third}[stands]
    if stands == "offered":
        seats.cancel(registration=first, way="web", now=now)
        asked.refresh_from_db()
    assert asked.state == stands
    assert care.forget(registrations=[asked], now=now, by=site.desk) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.name, asked.contact) == ("cancelled", "", "")
    expected = {
        "registered": ("offered", second),
        "offered": ("offered", third),
        "waiting": ("registered", first),
    }
    state, row = expected[stands]
    row.refresh_from_db()
    assert row.state == state
    assert Quota.objects.get().taken == 1
    assert not Notice.objects.filter(about=asked.about).exclude(name="", address="", text="").exists()


def test_an_offer_that_ends_while_it_is_forgotten_is_no_error(plan, join, site, now):
    quota = plan(seats=1).quotas.get()
    first, second = join(quota), join(quota)
    seats.cancel(registration=first, way="web", now=now)
    second.refresh_from_db()
    seats.expire_offers(now + dt.timedelta(days=6))
    assert second.state == "offered"  # as it was read
    assert care.forget(registrations=[second], now=now, by=site.desk) == 1
    second.refresh_from_db()
    assert (second.state, second.name) == ("expired", "")
