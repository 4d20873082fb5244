"""A service changes, pages are marked, somebody goes through them, readers are told."""

import datetime as dt

import pytest
from django.urls import reverse

from utbud.base import dates
from utbud.courses.models import CourseIndexPage, CoursePage
from utbud.learning import actions_services as actions
from utbud.learning import queries
from utbud.learning.models import DigitalService, Recheck, ServiceChange
from utbud.places import queries as places
from utbud.publishing import actions as publishing
from utbud.web.today import today_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def bankid(db):
    return DigitalService.objects.create(name="BankID")


@pytest.fixture
def depending(site, write, publish, bankid, now):
    """A published word about BankID, checked a week ago."""

    def depending(title="Legitimation", **fields):
        checked = dates.local(now).date() - dt.timedelta(days=7)
        word = write(title, checked_on=checked, review_by=checked + dt.timedelta(days=365), **fields)
        word.services.add(bankid)
        word.save_revision(user=site.editor)
        publish(word, at=now - HOUR)
        return word

    return depending


@pytest.fixture
def course(site, bankid, now):
    """A course that is out and about BankID."""
    index = CourseIndexPage.objects.first() or site.start.add_child(
        instance=CourseIndexPage(title="Kurser", slug="kurser")
    )
    course = CoursePage(
        title="Legitimera dig",
        slug="legitimera",
        one_sentence="Du kan visa vem du är.",
        about="<p>Vi provar.</p>",
    )
    index.add_child(instance=course)
    course.services.add(bankid)
    course.save()
    CoursePage.objects.filter(pk=course.pk).update(
        live=True, review_by=dates.local(now).date() - dt.timedelta(days=3)
    )
    return course


def change(service, site, now, what="Knappen heter Fortsätt."):
    return actions.note_change(service=service, what=what, by=site.editor, now=now)


def open_pages():
    return [page.title for page in queries.to_recheck()]


def test_every_kind_that_is_out_is_marked_and_nothing_else(
    site, write, publish, depending, course, bankid, now
):
    depending()
    other = write("Molnet")
    publish(other)
    draft = write("Utkast")
    draft.services.add(bankid)
    draft.save()
    marked = change(bankid, site, now)
    assert sorted(one.page.title for one in marked.rechecks.all()) == ["Legitimation", "Legitimera dig"]
    assert sorted(open_pages()) == ["Legitimation", "Legitimera dig"]


def test_undo_takes_every_mark_away(site, depending, bankid, now):
    depending()
    marked = change(bankid, site, now)
    actions.undo_change(change=marked)
    actions.undo_change(change=marked)
    assert (Recheck.objects.count(), ServiceChange.objects.count()) == (0, 0)


def test_a_page_that_was_checked_is_done_when_the_date_is_approved(site, depending, bankid, publish, now):
    word = depending()
    change(bankid, site, now)
    day = dates.local(now).date()
    request = actions.note_checked(
        page=word, review_by=day + dt.timedelta(days=90), by=site.editor, now=now + HOUR
    )
    assert open_pages() == ["Legitimation"]  # no reader has been told yet
    publishing.approve(request=request, publisher=site.publisher, by=site.chief, now=now + 2 * HOUR)
    word.refresh_from_db()
    assert (word.checked_on, word.review_by) == (day, day + dt.timedelta(days=90))
    done = Recheck.objects.get()
    assert (open_pages(), done.done_at, done.done_by) == ([], now + 2 * HOUR, site.editor)


@pytest.mark.parametrize(
    ("written", "checked", "left"),
    [
        ("after", 0, []),  # written and checked after the change
        ("after", -1, ["Legitimation"]),  # a word put right, but nobody says that they have checked
        ("before", 0, ["Legitimation"]),  # checked the same morning, before anyone knew of the change
    ],
)
def test_a_newer_version_is_the_answer_only_if_it_was_checked(
    site, depending, bankid, publish, now, written, checked, left
):
    word = depending()
    word.one_sentence = "En legitimation är ett sätt att visa vem du är."
    word.checked_on = dates.local(now).date() + dt.timedelta(days=checked)
    revision = word.save_revision(user=site.editor)
    type(revision).objects.filter(pk=revision.pk).update(
        created_at=now + (HOUR if written == "after" else -HOUR)
    )
    change(bankid, site, now)
    publish(word, at=now + 2 * HOUR)
    assert open_pages() == left


def test_a_page_with_an_unpublished_version_is_not_checked_over_it(site, depending, now):
    word = depending()
    word.one_sentence = "Något nytt som inte är klart."
    word.save_revision(user=site.editor)
    with pytest.raises(actions.DraftWaits):
        actions.note_checked(page=word, review_by=dt.date(2027, 1, 1), by=site.editor, now=now)


def test_a_draft_is_not_checked(site, write, now):
    with pytest.raises(actions.NotOut):
        actions.note_checked(page=write(), review_by=dt.date(2027, 1, 1), by=site.editor, now=now)


def test_the_editor_and_the_publisher_are_told(site, depending, bankid, now):
    word = depending()
    change(bankid, site, now)
    assert [one.says for one in word.problems() if one.field == "checked_on"] == [
        "BankID har ändrats sedan sidan kontrollerades: Knappen heter Fortsätt. Ändra datumet när du har gått igenom den."
    ]
    word.checked_on = dates.local(now).date()
    assert [one for one in word.problems() if one.field == "checked_on"] == []


def test_readers_are_told_until_it_is_done(site, depending, course, bankid, client, now):
    word = depending()
    assert "har ändrats" not in client.get(word.url).content.decode()
    change(bankid, site, now)
    for page in (word, course):
        assert "BankID har ändrats sedan sidan kontrollerades." in client.get(page.url).content.decode()


def test_today_tells_of_changes_first_and_of_every_kind_that_is_late(site, depending, course, bankid, now):
    late = dates.local(now).date() - dt.timedelta(days=1)
    word = depending()
    type(word).objects.filter(pk=word.pk).update(review_by=late, responsible=site.editor)
    change(bankid, site, now)
    groups = {group.title: group for group in today_for(site.editor, now)}
    changed, reviews = groups["En tjänst har ändrats"], groups["Att kontrollera igen"]
    assert (changed.urgent, [task.note for task in changed.tasks]) == (
        True,
        ["BankID: Knappen heter Fortsätt."] * 2,
    )
    assert [(task.title, task.note) for task in reviews.tasks] == [
        ("Legitimera dig", "Kurs, skulle ha kontrollerats 20 november 2026. Ansvarig: ingen"),
        ("Legitimation", "Digitalt ord, skulle ha kontrollerats 22 november 2026. Ansvarig: redaktor"),
    ]


def test_the_list_asks_as_many_questions_however_long_it_is(
    site, depending, course, bankid, client, now, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(site.editor)
    places.library()  # is kept between requests
    with django_assert_max_num_queries(60) as first:
        client.get(reverse("learning_to_check"))
    for number in range(3):
        word = depending(f"Ord {number}")
        type(word).objects.filter(pk=word.pk).update(review_by=dt.date(2026, 1, 1))
    change(bankid, site, now)
    client.get(reverse("learning_to_check"))  # what is kept between requests is kept
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("learning_to_check"))
    for number in range(3, 8):
        word = depending(f"Ord {number}")
        type(word).objects.filter(pk=word.pk).update(review_by=dt.date(2026, 1, 1))
    change(bankid, site, now, "En gång till.")
    with django_assert_num_queries(len(few)):
        client.get(reverse("learning_to_check"))
    assert len(first) <= len(few)


def test_staff_note_a_change_and_undo_it(site, depending, bankid, client):
    depending()
    client.force_login(site.editor)
    page = reverse("learning_service_changes")
    answer = client.post(page, {"service": bankid.pk, "what": "Ny knapp."}, follow=True)
    assert "En sida om BankID är märkt." in answer.content.decode()
    answer = client.post(reverse("learning_undo_change", args=[ServiceChange.objects.get().pk]), follow=True)
    assert "inte längre märkta" in answer.content.decode()
    assert client.post(page, {"service": "", "what": ""}).status_code == 422


def test_staff_say_that_a_page_was_checked(site, depending, client):
    word = depending()
    client.force_login(site.editor)
    page = reverse("learning_check_page", args=[word.pk])
    assert client.post(page, {"review_by": "2020-01-01"}).status_code == 422
    answer = client.post(page, {"review_by": "2099-01-01"}, follow=True)
    assert "när utgivaren har godkänt «Legitimation»" in answer.content.decode()
    assert "nyare version som inte är publicerad" in client.get(page).content.decode()


@pytest.mark.parametrize("name", ["learning_service_changes", "learning_to_check"])
def test_strangers_see_none_of_it(client, site, name):
    assert client.get(reverse(name)).status_code == 302
