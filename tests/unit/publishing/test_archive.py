"""What has been public is not erased: it goes to the archive with its approvals, by whatever way it is deleted."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, Revision

from tests.conftest import MONDAY
from utbud.learning.models import PlannedWeek, WordPage
from utbud.places.models import LibrarySettings
from utbud.publishing import actions, actions_archive
from utbud.publishing.models import ApprovalRequest, Archived

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def word(write, publish):
    word = write("Nätfiske")
    publish(word)
    return WordPage.objects.get(pk=word.pk)


@pytest.fixture
def archived(word, site, now):
    actions_archive.archive(page=word, by=site.editor, now=now)
    return word


WAYS = {
    "delete": ("wagtailadmin_pages:delete", "{pk}", {}),
    "delete the list it stands in": ("wagtailadmin_pages:delete", "{parent}", {}),
    "several at once": ("wagtail_bulk_action", "wagtailcore/page/delete", "?id={pk}&next=/admin/"),
    "the list, with all": ("wagtail_bulk_action", "wagtailcore/page/delete", "?id={parent}&next=/admin/"),
    "the interface for scripts": ("api", "delete", {}),
    "move": ("wagtailadmin_pages:move_confirm", "{pk}/{start}", {}),
}


class TestNoWayAround:
    @pytest.mark.parametrize("role", ["redaktor", "admin", "super"])
    @pytest.mark.parametrize(
        ("way", "taken_down"),
        [(way, down) for way in WAYS for down in (False, True) if (way, down) != ("move", True)],
    )
    def test_a_page_that_was_public_stays(self, word, site, client, django_user_model, way, role, taken_down):
        if taken_down:
            word.unpublish(user=site.editor)
        user = (
            django_user_model.objects.create(username="super", is_superuser=True)
            if role == "super"
            else django_user_model.objects.get(username=role)
        )
        client.force_login(user)
        client.post(self.url(way, word, site), {"wagtail_site_name": "Digitalt utbud"})
        page = Page.objects.get(pk=word.pk)
        assert (page.live, page.url_path, page.approval_requests.count(), page.revisions.count()) == (
            not taken_down, word.url_path, 1, 1,
        )  # fmt: skip

    def url(self, way, word, site):
        name, path, more = WAYS[way]
        where = {"pk": word.pk, "parent": site.index.pk, "start": site.start.pk}
        if name == "api":
            return f"/admin/api/main/pages/{word.pk}/action/delete/"
        if name == "wagtail_bulk_action":
            return reverse(name, args=path.split("/")) + more.format(**where)
        return reverse(name, args=path.format(**where).split("/"))

    @pytest.mark.parametrize("what", ["page", "parent", "rows"])
    def test_not_even_in_the_code(self, word, site, what):
        gone = {"page": word, "parent": site.index, "rows": Page.objects.filter(pk=word.pk)}[what]
        with pytest.raises(ProtectedError):
            gone.delete()

    def test_a_draft_nobody_saw_is_deleted(self, write, site, client, now):
        draft = write("Utkast")
        actions.request_approval(page=draft, message="", by=site.editor, now=now)
        client.force_login(site.editor)
        client.post(reverse("wagtailadmin_pages:delete", args=[draft.pk]))
        assert not Page.objects.filter(pk=draft.pk).exists()

    def test_versions_that_were_approved_outlive_a_purge_of_versions(self, word, site, capsys):
        word.save_revision(user=site.editor)
        word.save_revision(user=site.editor)
        before = ApprovalRequest.objects.get().revision_id
        call_command("purge_revisions")
        assert Revision.objects.filter(object_id=str(word.pk)).count() == 2
        assert ApprovalRequest.objects.get().revision_id == before

    def test_who_approved_stays_when_people_go(self, word, site):
        site.editor.delete()
        site.publisher.delete()
        site.chief.delete()
        assert ApprovalRequest.objects.get().decided_by == "Utgivaren"
        log = PageLogEntry.objects.filter(page=word.pk, action__startswith="utbud.").order_by("pk")
        assert [(one.action, one.data["who"]) for one in log] == [
            ("utbud.request_approval", "redaktor"), ("utbud.approve", "Utgivaren"), ("utbud.publish", "Utgivaren"),
        ]  # fmt: skip


class TestTheArchive:
    def test_says_what_goes_with_it_and_then_puts_it_there(self, word, site, client):
        client.force_login(site.editor)
        url = reverse("publishing_put_away", args=[word.pk])
        shown = client.get(url).content.decode()
        assert ("raderas den inte" in shown, "24 månader" in shown) == (True, True)
        assert Page.objects.get(pk=word.pk).live
        client.post(url)
        row, page = Archived.objects.get(), Page.objects.get(pk=word.pk)
        assert (row.page_id, row.slug, row.by, page.live, page.slug) == (
            word.pk, "natfiske", "redaktor", False, f"natfiske-borttagen-{word.pk}",
        )  # fmt: skip
        assert client.get("/ord/natfiske/").status_code == 404

    def test_staff_meet_it_nowhere_else(self, archived, site, client):
        client.force_login(site.admin)
        assert not WordPage.objects.filter(pk=archived.pk).exists()
        explorer = client.get(reverse("wagtailadmin_explore", args=[site.index.pk]))
        assert "Nätfiske" not in explorer.content.decode()
        assert client.get(reverse("wagtailadmin_pages:edit", args=[archived.pk])).status_code == 302

    def test_its_address_and_its_week_are_free(self, word, write, publish, site, now):
        PlannedWeek.objects.create(year=2027, week=3, word=word)
        actions_archive.archive(page=word, by=site.editor, now=now)
        assert not PlannedWeek.objects.filter(year=2027).exists()
        again = write("Nätfiske", slug="natfiske")
        publish(again)
        assert WordPage.objects.live().get(slug="natfiske").pk == again.pk

    def test_what_waits_for_a_publisher_is_ended(self, word, site, now):
        word.one_sentence = "En annan mening om nätfiske."
        word.save_revision(user=site.editor)
        actions.request_approval(page=word, message="", by=site.editor, now=now)
        actions_archive.archive(page=word, by=site.editor, now=now)
        assert not ApprovalRequest.objects.standing().exists()

    @pytest.mark.parametrize(("who", "may"), [("redaktor", False), ("utgivare", True), ("admin", True)])
    def test_publishers_and_administrators_look(self, archived, client, django_user_model, who, may):
        client.force_login(django_user_model.objects.get(username=who))
        urls = [
            reverse("publishing_archive"), reverse("publishing_held", args=[archived.pk]),
            reverse("publishing_held_look", args=[archived.pk]),
        ]  # fmt: skip
        answers = [client.get(url) for url in urls]
        assert [answer.status_code for answer in answers] == [200 if may else 302] * 3
        if may:
            held = answers[1].content.decode()
            assert all(words in held for words in ("Utgivaren", "godkänd", "Godkände", "redaktor"))
            assert "Nätfiske" in answers[2].content.decode()

    def test_restored_it_is_a_draft_at_its_old_address(self, archived, site, client):
        client.force_login(site.chief)
        client.post(reverse("publishing_held", args=[archived.pk]))
        word = WordPage.objects.get(pk=archived.pk)
        assert (word.live, word.slug, Archived.objects.count()) == (False, "natfiske", 0)
        assert word.approval_requests.filter(published_at__isnull=False).count() == 1
        assert word.permissions_for_user(site.editor).can_edit()

    def test_a_list_goes_with_its_pages_and_comes_back_with_them(self, word, site, now):
        actions_archive.archive(page=site.index, by=site.admin, now=now)
        assert (Archived.objects.count(), WordPage.objects.count()) == (2, 0)
        with pytest.raises(actions_archive.NotInArchive):
            actions_archive.restore(row=Archived.objects.get(page=word.pk), by=site.admin, now=now)
        actions_archive.restore(row=Archived.objects.get(page=site.index.pk), by=site.admin, now=now)
        assert (Archived.objects.count(), WordPage.objects.get().live) == (0, False)

    @pytest.mark.parametrize(("months", "gone"), [(23, 0), (25, 1)])
    def test_it_goes_when_its_time_is_over_and_the_log_stays(self, archived, months, gone):
        log = PageLogEntry.objects.filter(page=archived.pk).count()
        later = MONDAY + dt.timedelta(days=30.5 * months)
        with time_machine.travel(later, tick=False):  # the wall that keeps the page looks at the clock itself
            assert actions_archive.purge(later) == gone
        assert Page.objects.filter(pk=archived.pk).exists() == (not gone)
        assert PageLogEntry.objects.filter(page=archived.pk).exclude(action="wagtail.delete").count() == log

    @pytest.mark.parametrize(("months", "wrong"), [(5, ["archive_months"]), (6, [])])
    def test_no_library_keeps_less_than_the_law_asks(self, months, wrong):
        field = LibrarySettings._meta.get_field("archive_months")
        try:
            field.run_validators(months)
            found = []
        except ValidationError:
            found = ["archive_months"]
        assert found == wrong


def test_staff_search_among_pages_without_meeting_what_is_in_the_archive(client, site, write, publish, now):
    kept, gone = write("Kakan som finns"), write("Kakan som är borta")
    for word in (kept, gone):
        publish(word)
    for archived in (False, True):
        if archived:
            actions_archive.archive(page=gone, by=site.admin, now=now)
        client.force_login(site.admin)
        said = client.get("/admin/pages/", {"q": "Kakan"}).content.decode()
        assert ("Kakan som finns" in said, "Kakan som är borta" in said) == (True, not archived)


@pytest.mark.parametrize("who", ["editor", "admin"])
@pytest.mark.parametrize(
    ("name", "state", "says", "leads_to"),
    [
        ("delete", "out", "har varit publicerad, så den läggs i arkivet", "publishing_put_away"),
        ("delete", "taken down", "har varit publicerad, så den läggs i arkivet", "publishing_put_away"),
        ("move", "out", "är publicerad, och länkar till den ska leda rätt", "wagtailadmin_pages:edit"),
        ("set_privacy", "out", "är för alla", "wagtailadmin_pages:edit"),
        ("edit", "archived", "ligger i arkivet", None),
        ("delete", "archived", "ligger i arkivet", None),
        ("copy", "archived", "ligger i arkivet", None),
    ],
)
def test_who_may_write_is_told_why_not_and_what_instead(
    word, site, client, now, who, name, state, says, leads_to
):
    if state == "taken down":
        word.unpublish(user=site.editor)
    if state == "archived":
        actions_archive.archive(page=word, by=site.editor, now=now)
        leads_to = "publishing_held" if who == "admin" else "wagtailadmin_home"
    client.force_login(getattr(site, who))
    answer = client.get(reverse(f"wagtailadmin_pages:{name}", args=[word.pk]))
    assert answer.url == reverse(leads_to, args=[] if leads_to == "wagtailadmin_home" else [word.pk])
    said = client.get(answer.url).content.decode()
    assert says in said
    assert "kommer inte åt" not in said


def test_no_kind_of_page_says_that_a_role_which_writes_it_does_not_reach_it(word, site, client):
    client.force_login(site.admin)
    for page in Page.objects.filter(depth__gt=1):
        answer = client.get(reverse("wagtailadmin_pages:delete", args=[page.pk]), follow=True)
        assert "kommer inte åt" not in answer.content.decode(), page.specific_class


def test_a_role_that_writes_nothing_is_told_of_its_role_and_no_page(word, site, client):
    client.force_login(site.desk)
    said = client.get(reverse("wagtailadmin_pages:delete", args=[word.pk]), follow=True).content.decode()
    assert "Din roll kommer inte åt den sidan" in said
    assert "Nätfiske" not in said
