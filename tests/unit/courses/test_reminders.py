"""Reminders: by what one has, at their time, once."""

import datetime as dt

import pytest
from django.core import mail

from utbud.base import dates, letters
from utbud.courses.actions import day, runs, seats, telling
from utbud.notices import actions as outbox
from utbud.notices.models import Notice

pytestmark = pytest.mark.database

MAIL, LANDLINE, POST = "a@example.org", "08-465 004 10", "Storgatan 1, 871 31 Härnösand"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dates.STOCKHOLM)


@pytest.mark.parametrize(
    ("contact", "moment", "reminds"),
    [
        (MAIL, "2026-11-29 09:59", False),
        (MAIL, "2026-11-29 10:00", True),
        (MAIL, "2026-11-30 09:59", True),
        (MAIL, "2026-11-30 10:00", False),  # it begins
        (LANDLINE, "2026-11-28 09:59", False),
        (LANDLINE, "2026-11-28 10:00", True),
        (POST, "2026-11-24 09:59", False),
        (POST, "2026-11-24 10:00", True),
        ("", "2026-11-29 12:00", False),
    ],
)
def test_when(plan, join, contact, moment, reminds):
    registration = join(plan().quotas.get(), way="phone", contact=contact)
    assert day.remind_due(at(moment)) == reminds
    assert Notice.objects.filter(about=registration.about, kind__startswith="reminder").count() == reminds


def test_once_however_often_it_is_looked(plan, join):
    join(plan().quotas.get(), contact=MAIL)
    assert [day.remind_due(at(f"2026-11-29 1{hour}:00")) for hour in range(5)] == [1, 0, 0, 0, 0]


def test_what_is_said(plan, join):
    join(plan().quotas.get(), contact=MAIL)
    day.remind_due(at("2026-11-29 10:00"))
    notice = Notice.objects.get(kind__startswith="reminder")
    assert notice.subject == "Välkommen: Ring med bild"
    assert notice.text.startswith(
        "Välkommen till Ring med bild måndag 30 november klockan 10 till 12, Huvudbiblioteket."
    )
    assert notice.expires_at == at("2026-11-30 10:00")


def test_not_to_those_who_have_just_joined_or_left_or_wait(plan, join, now):
    quota = plan(seats=2).quotas.get()
    join(quota, at=at("2026-11-29 11:00"))
    left = join(quota)
    join(quota)
    seats.cancel(registration=left, way="web", now=at("2026-11-29 09:00"))
    assert day.remind_due(at("2026-11-29 12:00")) == 0


@pytest.mark.parametrize(("contact", "times"), [(MAIL, 2), (LANDLINE, 1), (POST, 1)])
def test_staff_ring_and_post_once_for_a_whole_run(plan, join, contact, times):
    join(plan(days=(7, 14)).quotas.get(), way="phone", contact=contact)
    moments = [at(f"2026-11-{number} 12:00") for number in range(24, 31)]
    moments += [at(f"2026-12-0{number} 12:00") for number in range(1, 8)]
    assert sum(day.remind_due(moment) for moment in moments) == times


def test_a_moved_time_is_reminded_of_anew_and_the_called_off_not_at_all(plan, join, site, now):
    run = plan(days=(7,))
    join(run.quotas.get(), contact=MAIL)
    assert day.remind_due(at("2026-11-29 10:00")) == 1
    occasion = run.occasions.get()
    later = dt.timedelta(days=7)
    runs.change_occasion(
        occasion=occasion, starts_at=occasion.starts_at + later, ends_at=occasion.ends_at + later, place=None,
        resources=[], by=site.editor, now=at("2026-11-29 11:00"),
    )  # fmt: skip
    assert day.remind_due(at("2026-12-06 10:00")) == 1
    runs.cancel_occasion(occasion=occasion, why="", by=site.editor, now=at("2026-12-06 11:00"))
    assert day.remind_due(at("2026-12-06 12:00")) == 0
    states = Notice.objects.filter(kind__startswith="reminder").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["stopped", "stopped"]


@pytest.mark.parametrize(
    ("bring", "said"),
    [
        ("Ta med din mobil.", "Ta med din mobil."),
        ("Mobil och laddare.", "Ta med: Mobil och laddare."),
        ("", ""),
        ("x" * 161, ""),
    ],
)
def test_what_to_bring(plan, join, course, bring, said):
    type(course).objects.filter(pk=course.pk).update(bring=bring)
    join(plan().quotas.get(), contact=MAIL)
    day.remind_due(at("2026-11-29 10:00"))
    second = Notice.objects.get(kind__startswith="reminder").text.split("\n\n")[1]
    assert second == said or (not said and second.startswith("Får du förhinder"))


@pytest.mark.parametrize(
    ("mails_then", "way"),
    [(False, "hand"), (True, "email")],
    ids=["no mail server", "a mail server that was away"],
)
def test_nothing_that_has_been_is_written_about_when_there_is_a_mail_server_again(
    plan, join, settings, now, mails_then, way
):
    """What waited, for a mail server that there was not or that did not answer, has been by then."""
    server = settings.EMAIL_BACKEND
    if not mails_then:
        settings.EMAIL_BACKEND = letters.AS_FILES
    join(plan().quotas.get(), contact=MAIL, at=now)
    day.remind_due(at("2026-11-29 10:00"))
    kinds = {notice.kind.partition("-")[0]: notice for notice in Notice.objects.all()}
    assert set(kinds) == (
        {"receipt", "reminder"} if mails_then else {"reminder"}
    )  # the page itself is the receipt
    assert {notice.way for notice in kinds.values()} == {way}
    settings.EMAIL_BACKEND = server
    later = at("2026-12-07 10:00")
    assert outbox.send_due(later, clock=lambda: later) == 0
    assert not mail.outbox
    outbox.settle(later)
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.STOPPED}


def test_that_another_may_have_changed_how_one_is_reached_is_told_however_late(plan, join, now):
    registration = join(plan().quotas.get(), contact=MAIL, at=now)
    telling.contact_changed(registration, now)
    assert Notice.objects.get(kind="contact").expires_at is None
    assert Notice.objects.get(kind="receipt").expires_at == at("2026-11-30 12:00")
