"""What a run says beside its times is approved on the course's page; when, where and how many is news of the day (ADR 22)."""

import datetime as dt

import pytest

from tests.unit.courses.conftest import may_say
from utbud.courses.actions import runs
from utbud.courses.models import CoursePage
from utbud.publishing import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
COFFEE = "Vi bjuder på kaffe."


def again(course, place, site, now, **facts):
    start = now + dt.timedelta(days=20)
    times = [(start, start + dt.timedelta(hours=2))]
    return runs.plan_run(course=course, times=times, by=site.editor, now=now, place=place, **facts)


@pytest.mark.parametrize(
    ("approved", "facts", "ok"),
    [
        ({}, {}, True),
        ({}, {"fee": 50}, False),
        ({}, {"note": COFFEE}, False),
        ({}, {"elsewhere": "Ring dem.", "joining": "elsewhere"}, False),
        ({"fee": 50, "note": COFFEE}, {"fee": 50, "note": COFFEE}, True),
        ({"fee": 50}, {"fee": 60}, False),
        ({"note": COFFEE}, {"note": "Vi bjuder inte på kaffe."}, False),
        ({"note": COFFEE}, {"venue": "Rum 3"}, True),
    ],
)
def test_a_run_says_what_the_page_has(course, place, site, now, approved, facts, ok):
    may_say(course, **approved)
    if ok:
        again(course, place, site, now, **facts)
    else:
        with pytest.raises(runs.NotApproved):
            again(course, place, site, now, **facts)
    assert course.runs.count() == ok


def test_a_change_is_held_too_and_what_stands_may_stay(course, plan, site, now):
    run = plan(note=COFFEE)
    CoursePage.objects.filter(pk=course.pk).update(beside_times=[])
    course.refresh_from_db()
    run.refresh_from_db()
    runs.change_run(run=run, by=site.editor, now=now, note=COFFEE, venue="Rum 3")
    with pytest.raises(runs.NotApproved):
        runs.change_run(run=run, by=site.editor, now=now, note="Något annat.")
    run.refresh_from_db()
    assert (run.note, run.venue) == (COFFEE, "Rum 3")


def test_a_draft_counts_for_nothing_while_the_course_is_out(course, place, site, now):
    draft = course.get_latest_revision_as_object()
    draft.beside_times = [("note", COFFEE)]
    draft.save_revision(user=site.editor)
    with pytest.raises(runs.NotApproved):
        again(course, place, site, now, note=COFFEE)


@pytest.mark.parametrize(("beside", "stops"), [([], True), ([("note", COFFEE)], False)])
def test_a_course_is_not_approved_without_what_its_runs_say(
    course, plan, site, now, beside, stops, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    plan(note=COFFEE)
    draft = course.get_latest_revision_as_object()
    draft.one_sentence, draft.beside_times = "Efter kursen kan du ringa med bild.", beside
    draft.save_revision(user=site.editor)
    course.refresh_from_db()
    if stops:
        with pytest.raises(actions.BreaksPromise, match="kaffe"):
            actions.request_approval(page=course, message="", by=site.editor, now=now)
    else:
        request = actions.request_approval(page=course, message="", by=site.editor, now=now)
        assert request.revision.as_object().also_approved() == [("Bra att veta", COFFEE)]


def test_a_text_beside_the_times_is_part_of_what_is_approved(course):
    before = course.content_hash()
    course.beside_times = [("note", COFFEE)]
    assert course.content_hash() != before
    course.beside_times = []
    assert course.content_hash() == before
