"""Approval: exactly the revision that was approved goes out, and nobody approves their own."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageLogEntry

from utbud.base import letters
from utbud.base.hashing import content_hash
from utbud.channels.models import ChannelSetup, Dispatch
from utbud.channels.post import Fitted
from utbud.learning import actions as learning
from utbud.people.models import ResponsiblePublisher, User
from utbud.publishing import actions, posts, queries
from utbud.publishing.models import ApprovalLink, ApprovalRequest, NotApproved
from utbud.publishing.queries import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


def ask(word, site, now):
    return actions.request_approval(page=word, message="Titta gärna.", by=site.editor, now=now)


def approve(request, site, now):
    return actions.approve(request=request, publisher=site.publisher, by=site.chief, now=now)


def stage(word):
    word.refresh_from_db()
    return queries.stages([word])[word.pk]


def test_a_word_goes_from_draft_by_approval_to_readers(site, write, now):
    word = write()
    assert stage(word) == Stage.DRAFT
    request = ask(word, site, now)
    assert stage(word) == Stage.WAITING
    approve(request, site, now)
    assert stage(word) == Stage.PUBLISHED
    assert (word.live, word.live_revision_id) == (True, request.revision_id)


@pytest.mark.database
def test_the_approved_revision_goes_out_and_not_a_later_one(site, write, now):
    word = write()
    request = ask(word, site, now)
    approve(request, site, now)
    word.refresh_from_db()
    word.one_sentence = "Något annat."
    word.save_revision(user=site.editor)
    word.refresh_from_db()
    assert (word.one_sentence, stage(word)) == ("Ett testord är ett ord som vi provar med.", Stage.DRAFT)


@pytest.mark.parametrize(
    ("field", "value", "still_stands"),
    [
        ("one_sentence", "Ett testord är något nytt.", False),
        ("explanation", "<p>En annan text.</p>", False),
        ("notice", "En lampa blinkar.", False),
        ("misspellings", "tästord", False),
        ("slug", "annan-adress", False),
        ("review_by", dt.date(2030, 1, 1), True),  # reaches no reader
    ],
)
@pytest.mark.parametrize("approved", [False, True], ids=["while waiting", "after approval"])
def test_an_edit_needs_a_new_approval(site, write, now, monkeypatch, field, value, still_stands, approved):
    word = write()
    monkeypatch.setattr(type(word), "goes_out_at", lambda page: now + dt.timedelta(days=7))
    request = ask(word, site, now)
    if approved:
        approve(request, site, now)
    setattr(word, field, value)
    word.save_revision(user=site.editor)
    request.refresh_from_db()
    assert (request.voided_at is None) == still_stands
    expected = (
        (Stage.APPROVED if approved else Stage.WAITING)
        if still_stands
        else (Stage.CHANGED if approved else Stage.DRAFT)
    )
    assert stage(word) == expected
    assert actions.publish_due(now + dt.timedelta(days=8)) == (1 if still_stands and approved else 0)


@pytest.mark.parametrize("approved", [False, True], ids=["while waiting", "after approval"])
@pytest.mark.parametrize("by_autosave", [False, True])
@pytest.mark.parametrize(("back_to", "stands"), [("the same", True), ("almost", False)])
@pytest.mark.database
def test_the_same_to_the_letter_is_still_approved(
    site, write, now, monkeypatch, approved, by_autosave, back_to, stands
):
    word = write()
    monkeypatch.setattr(type(word), "goes_out_at", lambda page: now + dt.timedelta(days=7))
    request, was = ask(word, site, now), word.one_sentence
    if approved:
        approve(request, site, now)
    edited = None
    for text in (was + "x", was + "xy", was if back_to == "the same" else was + " "):
        word.one_sentence = text
        edited = word.save_revision(user=site.editor, overwrite_revision=edited if by_autosave else None)
    expected = (
        (Stage.APPROVED if approved else Stage.WAITING)
        if stands
        else (Stage.CHANGED if approved else Stage.DRAFT)
    )
    assert stage(word) == expected
    assert actions.publish_due(now + dt.timedelta(days=8)) == (1 if stands and approved else 0)
    if stands and approved:
        word.refresh_from_db()
        assert (word.live, word.one_sentence) == (True, was)


def test_what_was_sent_back_or_asked_for_anew_does_not_come_back(site, write, now):
    word = write()
    first, was = ask(word, site, now), word.one_sentence
    word.one_sentence = "Ett testord är något annat."
    word.save_revision(user=site.editor)
    second = ask(word, site, now + dt.timedelta(hours=1))
    actions.send_back(request=second, publisher=site.publisher, by=site.chief, comment="Nej.", now=now)
    word.one_sentence = was
    word.save_revision(user=site.editor)
    first.refresh_from_db()
    assert (first.voided_at is None, stage(word)) == (False, Stage.RETURNED)


def test_what_is_approved_is_not_sent_again_so_it_still_goes_out(site, write, now, monkeypatch, client):
    word = write()
    monkeypatch.setattr(type(word), "goes_out_at", lambda page: now + dt.timedelta(days=7))
    approve(ask(word, site, now), site, now)
    word.save_revision(user=site.editor)  # as «Skicka för godkännande» in the editor does before it asks
    with pytest.raises(actions.NothingNew):
        ask(word, site, now)
    client.force_login(site.editor)
    edit = reverse("wagtailadmin_pages:edit", args=[word.pk])
    for press in (client.get, client.post):
        answer = press(reverse("publishing_request", args=[word.pk]))
        assert (answer.status_code, answer.headers["Location"]) == (302, edit)
    assert "redan godkänd och går ut" in client.get(edit).content.decode()
    assert (stage(word), actions.publish_due(now + dt.timedelta(days=8))) == (Stage.APPROVED, 1)


def test_what_stands_above_the_text_follows_the_autosave(site, write, now, client, monkeypatch):
    word = write()
    monkeypatch.setattr(type(word), "goes_out_at", lambda page: now + dt.timedelta(days=7))
    approve(ask(word, site, now), site, now)
    client.force_login(site.editor)
    was, told = word.one_sentence, []
    for text in (was, was + "x", was):
        word.one_sentence = text
        word.save_revision(user=site.editor)
        answer = client.get(reverse("publishing_stands", args=[word.pk])).json()
        told.append((answer["says"].split(",")[0], answer["warns"]))
    approved, changed = ("Godkänd", False), ("Ändrad efter godkännandet", True)
    assert told == [approved, changed, approved]


@pytest.mark.parametrize(
    ("what", "says", "asks"),
    [
        ("draft", "Utkast. Går ut 7 december (vecka 50), om den är godkänd då.", False),
        ("waiting", "Väntar på godkännande. Går ut 7 december (vecka 50).", True),
        ("approved", "Godkänd, går ut 7 december (vecka 50).", True),
        ("returned", "Skickad tillbaka av Utgivaren: Skriv kortare.", False),
        ("changed", "Ändrad efter godkännandet, så den går inte ut.", False),
    ],
)
def test_every_editor_says_where_it_stands(site, write, now, client, time_machine, what, says, asks):
    time_machine.move_to(now, tick=False)
    word = write()
    learning.plan_week(word=word, year=2026, week=50, by=site.editor, now=now)
    if what != "draft":
        request = ask(word, site, now)
    if what in ("approved", "changed"):
        approve(request, site, now)
    if what == "returned":
        actions.send_back(
            request=request, publisher=site.publisher, by=site.chief, comment="Skriv kortare.", now=now
        )
    if what == "changed":
        word.one_sentence = "Ett testord är ändrat."
        word.save_revision(user=site.editor)
    client.force_login(site.editor)
    shown = client.get(f"/admin/pages/{word.pk}/edit/").content.decode()
    assert says in shown
    assert ('data-standing-asks=""' not in shown and "Vill du ändra?" in shown) == asks


@pytest.mark.database
def test_an_edit_in_place_by_autosave_counts_as_an_edit(site, write, now):
    word = write()
    request = ask(word, site, now)
    word.one_sentence = "Ett testord är ändrat av autosparandet."
    word.save_revision(user=site.editor, overwrite_revision=word.latest_revision)
    with pytest.raises(actions.AlreadyDecided):
        approve(request, site, now)
    assert stage(word) == Stage.DRAFT


def test_a_replaced_picture_is_not_what_was_approved(site, write, now):
    from django.core.files.base import ContentFile
    from wagtail.images.models import Image

    def svg(colour):
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3" width="4" height="3"><rect width="4" height="3" fill="{colour}"/></svg>'

    image = Image(
        title="Teckning", file=ContentFile(svg("red").encode(), "a.svg"), width=4, height=3, file_hash="röd"
    )
    image.save()
    word = write(drawing=image, drawing_alt="En ruta.")
    request = ask(word, site, now)
    Image.objects.filter(pk=image.pk).update(file_hash="blå")  # what Wagtail does when the file is replaced
    request = ApprovalRequest.objects.get(pk=request.pk)
    with pytest.raises(actions.AlreadyDecided):
        approve(request, site, now)
    assert not ApprovalRequest.objects.ready().exists()


class TestNobodyApprovesTheirOwn:
    def publisher_for(self, user):
        return ResponsiblePublisher.objects.create(
            name=str(user), email=f"{user.username}@bibliotek.example.org", user=user
        )

    @pytest.mark.parametrize("role", ["asked", "wrote", "wrote earlier", "same e-mail", "superuser"])
    def test_refused(self, site, write, now, role):
        author = site.editor
        if role == "superuser":
            author = User.objects.create_superuser("root", email="root@example.org")
        word = write(by=author if role != "asked" else site.colleague)
        if role == "wrote earlier":
            word.one_sentence = "Ett testord är rättat av någon annan."
            word.save_revision(user=site.colleague)
        if role == "same e-mail":
            publisher = ResponsiblePublisher.objects.create(name="Samma", email=author.email.upper())
        else:
            publisher = self.publisher_for(author)
        asked_by = author if role in ("asked", "wrote") else site.colleague
        request = actions.request_approval(page=word, message="", by=asked_by, now=now)
        with pytest.raises(actions.OwnWork):
            actions.approve(request=request, publisher=publisher, by=author, now=now)
        assert not request.links.filter(publisher=publisher).exists()

    def test_what_one_wrote_before_the_latest_published_version_is_not_ones_own(self, site, write, now):
        word = write(by=site.chief)
        second = self.publisher_for(site.colleague)
        request = ask(word, site, now)
        actions.approve(request=request, publisher=second, by=site.colleague, now=now)
        word.refresh_from_db()
        word.one_sentence = "Ett testord är något nyare."
        word.save_revision(user=site.editor)
        assert approve(ask(word, site, now), site, now).published_at == now

    @pytest.mark.parametrize("superuser", [False, True])
    def test_emergency_needs_the_right_itself(self, site, write, now, superuser):
        user = site.editor
        user.is_superuser = superuser
        user.save()
        request = ask(write(), site, now)
        with pytest.raises(actions.NotPublisher):
            actions.approve_in_emergency(request=request, by=user, reason="Fel telefonnummer ute.", now=now)

    @pytest.mark.parametrize(
        ("reason", "works"), [("", False), ("kort", False), ("Fel telefonnummer är ute.", True)]
    )
    def test_emergency_needs_a_reason_and_is_logged(self, site, write, now, reason, works):
        site.editor.user_permissions.add(Permission.objects.get(codename="emergency_approve"))
        word = write()
        request = ask(word, site, now)
        if not works:
            with pytest.raises(actions.ApprovalError):
                actions.approve_in_emergency(request=request, by=site.editor, reason=reason, now=now)
            assert stage(word) == Stage.WAITING
            return
        actions.approve_in_emergency(request=request, by=site.editor, reason=reason, now=now)
        entry = PageLogEntry.objects.get(action="utbud.approve_in_emergency")
        assert (entry.user, entry.data["comment"]) == (site.editor, reason)
        assert stage(word) == Stage.PUBLISHED


class TestNoOtherWayOut:
    @pytest.mark.parametrize("who", ["editor", "chief", "admin", "superuser"])
    def test_nobody_may_publish_from_the_editor(self, site, write, who):
        user = User.objects.create_superuser("root") if who == "superuser" else getattr(site, who)
        word = write()
        tester = word.permissions_for_user(user)
        assert (tester.can_publish(), tester.can_publish_subpage(), tester.can_edit()) == (False, False, True)
        assert site.index.permissions_for_user(user).can_publish_subpage() is False

    def test_a_revision_without_approval_cannot_be_published(self, site, write):
        word = write()
        with pytest.raises(NotApproved):
            word.latest_revision.publish()
        word.refresh_from_db()
        assert word.live is False

    def test_posting_action_publish_to_the_editor_publishes_nothing(self, site, write, client, word_form):
        word = write()
        client.force_login(User.objects.create_superuser("root"))
        answer = client.post(
            f"/admin/pages/{word.pk}/edit/", word_form(title="Ändrat") | {"action-publish": "1"}
        )
        word.refresh_from_db()
        assert (answer.status_code, word.live, word.get_latest_revision_as_object().title) == (
            302,
            False,
            "Ändrat",
        )

    @pytest.mark.parametrize("what", ["copy", "bulk"])
    def test_nor_do_copies_and_bulk_actions(self, site, write, client, what):
        from utbud.learning.models import WordPage

        word = write()
        client.force_login(User.objects.create_superuser("root"))
        if what == "copy":
            data = {
                "new_title": "Kopia",
                "new_slug": "kopia",
                "new_parent_page": site.index.pk,
                "publish_copies": "on",
            }
            client.post(f"/admin/pages/{word.pk}/copy/", data)
        else:
            client.post(f"/admin/bulk/wagtailcore/page/publish/?id={word.pk}", {})
        assert not WordPage.objects.live().exists()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"one_sentence": " "}, "en mening som alla förstår"),
        ({"explanation": ""}, "förklaring"),
        ({"drawing": True, "drawing_alt": ""}, "Beskriv teckningen"),
    ],
)
def test_a_broken_promise_stops_approval(site, write, now, fields, says):
    if fields.get("drawing"):
        from django.core.files.base import ContentFile
        from wagtail.images.models import Image

        svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3" width="4" height="3"/>'
        fields = fields | {
            "drawing": Image.objects.create(title="x", file=ContentFile(svg, "x.svg"), width=4, height=3)
        }
    with pytest.raises(actions.BreaksPromise, match=says):
        ask(write(**fields), site, now)
    assert not ApprovalRequest.objects.exists()


@pytest.mark.database
def test_asking_twice_is_asking_once(site, write, now):
    word = write()
    ask(word, site, now)
    with pytest.raises(actions.AlreadyWaiting):
        ask(word, site, now)
    assert ApprovalRequest.objects.count() == 1


@pytest.mark.database
def test_two_publishers_at_once_make_one_decision(site, write, now):
    second = ResponsiblePublisher.objects.create(name="Den andra", email="andra@example.org")
    request = ask(write(), site, now)
    same = ApprovalRequest.objects.get(pk=request.pk)
    approve(request, site, now)
    with pytest.raises(actions.AlreadyDecided):
        actions.send_back(request=same, publisher=second, by=None, comment="Vänta.", now=now)
    assert ApprovalRequest.objects.get().decision == "approved"


def test_an_inactive_publisher_decides_nothing(site, write, now):
    request = ask(write(), site, now)
    site.publisher.active = False
    site.publisher.save()
    with pytest.raises(actions.NotPublisher):
        approve(request, site, now)


def test_sent_back_with_what_to_change(site, write, now):
    word = write()
    request = ask(word, site, now)
    with pytest.raises(actions.ApprovalError):
        actions.send_back(request=request, publisher=site.publisher, by=site.chief, comment=" ", now=now)
    actions.send_back(
        request=request, publisher=site.publisher, by=site.chief, comment="Korta texten.", now=now
    )
    assert stage(word) == Stage.RETURNED
    word.one_sentence = "Ett testord är kort."
    word.save_revision(user=site.editor)
    assert approve(ask(word, site, now), site, now).published_at == now


@pytest.mark.database
def test_everything_is_logged_with_who_what_and_when(site, write, now):
    word = write()
    request = ask(word, site, now)
    approve(request, site, now)
    entries = PageLogEntry.objects.filter(action__startswith="utbud.").order_by("timestamp", "pk")
    assert [(entry.action, entry.user, entry.data["content_hash"]) for entry in entries] == [
        ("utbud.request_approval", site.editor, request.content_hash),
        ("utbud.approve", site.chief, request.content_hash),
        ("utbud.publish", None, request.content_hash),
    ]


@pytest.mark.database
class TestLetters:
    @pytest.fixture
    def request_(self, site, write, now):
        self.word = write("BankID")
        return ask(self.word, site, now)

    def token(self):
        [letter] = mail.outbox
        return letter.body.split("/godkann/")[1].split("/")[0]

    def test_a_letter_goes_once_to_each_publisher(self, request_, now):
        assert [actions.send_due_letters(now), actions.send_due_letters(now)] == [1, 0]
        [letter] = mail.outbox
        assert (letter.to, letter.subject) == (["utgivare@example.org"], "Att godkänna: BankID")
        assert "så fort du har godkänt" in letter.body

    def test_only_a_hash_of_the_secret_is_kept(self, request_, now):
        actions.send_due_letters(now)
        assert self.token() not in str(list(ApprovalLink.objects.values()))

    def test_the_link_shows_then_approves_then_is_used_up(self, request_, now, client, time_machine):
        time_machine.move_to(now, tick=False)
        actions.send_due_letters(now)
        address = f"/godkann/{self.token()}/"
        page = client.get(address)
        assert (page.status_code, "Godkänn «BankID»" in page.content.decode()) == (200, True)
        shown = client.get(address + "sida/").content.decode()
        assert f'src="{address}lyssna.mp3"' in shown  # what one hears there is what will go out
        assert stage(self.word) == Stage.WAITING  # reading decides nothing
        answer = client.post(address, {"decision": "approved", "comment": ""})
        assert "godkänd och publicerad" in answer.content.decode()
        assert stage(self.word) == Stage.PUBLISHED
        again = client.get(address)
        assert (again.status_code, "redan använd" in again.content.decode()) == (410, True)
        request_.refresh_from_db()
        assert (request_.decided_by, request_.way) == ("Utgivaren", "link")

    @pytest.mark.parametrize(
        ("what", "says"),
        [
            ("wrong", "stämmer inte"),
            ("old", "för gammal"),
            ("decided", "gäller inte längre"),
            ("edited", "gäller inte längre"),
        ],
    )
    def test_a_link_that_cannot_be_used_says_why(self, request_, site, now, client, time_machine, what, says):
        actions.send_due_letters(now)
        token = self.token()
        moment = now
        if what == "wrong":
            token = "x" * 43
        if what == "old":
            moment = now + actions.LINK_LIVES
        if what == "decided":
            approve(request_, site, now)
        if what == "edited":
            self.word.one_sentence = "Ett testord är ändrat."
            self.word.save_revision(user=site.editor)
        time_machine.move_to(moment, tick=False)
        for answer in (
            client.get(f"/godkann/{token}/"),
            client.post(f"/godkann/{token}/", {"decision": "approved"}),
        ):
            assert (answer.status_code, says in answer.content.decode()) == (410, True)
        assert client.get(f"/godkann/{token}/sida/").status_code == 404

    def test_a_bad_answer_keeps_the_link_and_what_was_typed(self, request_, now, client, time_machine):
        time_machine.move_to(now, tick=False)
        actions.send_due_letters(now)
        address = f"/godkann/{self.token()}/"
        answer = client.post(address, {"decision": "returned", "comment": ""})
        assert (answer.status_code, "Skriv vad som behöver ändras" in answer.content.decode()) == (422, True)
        assert client.post(address, {"decision": "returned", "comment": "Byt bild."}).status_code == 200

    def test_a_mail_server_that_says_no_is_tried_again_later(self, request_, now, monkeypatch):
        calls = []

        def refuse(letter):
            calls.append(1)
            raise letters.NotNow("nej")

        monkeypatch.setattr(letters, "hand_over", refuse)
        for minutes in (0, 0.5, 1, 3, 6, 21, 81, 600):
            actions.send_due_letters(now + dt.timedelta(minutes=minutes))
        assert len(calls) == 5
        assert [letter.error for letter in queries.stuck_letters(now)] == ["nej"]

    def test_a_letter_cut_off_in_the_middle_is_never_sent_again_by_itself(
        self, request_, site, now, monkeypatch
    ):
        def die(letter):
            raise KeyboardInterrupt

        monkeypatch.setattr(letters, "hand_over", die)
        with pytest.raises(KeyboardInterrupt):
            actions.send_due_letters(now)
        monkeypatch.undo()
        later = now + dt.timedelta(minutes=11)
        assert actions.send_due_letters(later) == 0
        [stuck] = queries.stuck_letters(later)
        actions.send_letter_again(link=stuck, by=site.editor, now=later)
        assert actions.send_due_letters(later) == 1


@pytest.mark.database
def test_stages_cost_one_query_however_many(site, write, now, django_assert_num_queries):
    words = [write(f"Ord {n}") for n in range(3)]
    for some in (words[:1], words):
        with django_assert_num_queries(1):
            queries.stages(some)


def test_a_channel_says_to_the_letter_what_was_approved(site, write, now, no_files, monkeypatch):
    """Also when the channel would put it in other words by the time it goes out; its fingerprint is in the log."""
    setup = ChannelSetup.objects.create(kind="by-hand", name="Anslagstavlan", on=True)
    word = write("Kaka")
    year, week, _day = (now + dt.timedelta(days=7)).date().isocalendar()
    learning.plan_week(word=word, year=year, week=week, by=site.editor, now=now)
    request = actions.request_approval(page=word, message="", by=site.editor, now=now)
    approved = request.texts[str(setup.pk)]
    assert "Kaka" in approved
    assert set(request.outgoing["files"]) == set(word.FILES)
    sent = request.revision.as_object()
    assert [one.own for one in posts.preflights(sent, request.texts)] == [
        False
    ]  # nobody wrote it but the channel
    sent.channel_texts = {str(setup.pk): "Vår egen text."}
    assert [one.own for one in posts.preflights(sent, request.texts)] == [True]
    actions.approve(request=request, publisher=site.publisher, by=site.chief, now=now)
    monkeypatch.setattr(setup.adapter_class, "compose", lambda self, post: Fitted("Något helt annat."))
    assert actions.publish_due(now + dt.timedelta(days=8)) == 1
    assert Dispatch.objects.get().text == approved
    logged = PageLogEntry.objects.filter(page=word.pk, action__startswith="utbud.")
    assert {entry.data["outgoing_hash"] for entry in logged} == {content_hash(request.outgoing)}


def test_the_lists_say_where_each_page_stands_and_cost_the_same_for_one_and_three(site, write, now, client):
    client.force_login(site.editor)
    explorer = reverse("wagtailadmin_explore", args=[site.index.pk])
    approve(ask(write("Kaka"), site, now), site, now)
    actions.publish_due(now)
    client.get(explorer)
    with CaptureQueriesContext(connection) as first:
        client.get(explorer)
    ask(write("Moln"), site, now)
    planned = write("Flik")
    year, week, _day = (now + dt.timedelta(days=7)).date().isocalendar()
    learning.plan_week(word=planned, year=year, week=week, by=site.editor, now=now)
    approve(ask(planned, site, now), site, now)
    with CaptureQueriesContext(connection) as again:
        said = " ".join(client.get(explorer).content.decode().split())
    asked = [
        sum("publishing_approvalrequest" in query["sql"] for query in seen.captured_queries)
        for seen in (first, again)
    ]
    assert asked == [1, 1]
    for stage in ("publicerad", "väntar på godkännande", "godkänd"):
        assert f"</span> {stage}" in said or f"> {stage} <" in said, stage


@pytest.mark.parametrize("mail", [True, False])
def test_who_sends_for_approval_is_told_of_a_letter_only_where_letters_go(
    site, write, client, settings, mail
):
    if not mail:
        settings.EMAIL_BACKEND = letters.AS_FILES
    client.force_login(site.editor)
    word = write("Kaka")
    sent = client.post(
        reverse("publishing_request", args=[word.pk]), {"message": "", "when": "nu"}, follow=True
    )
    said = sent.content.decode()
    assert ("Utgivaren får ett brev." in said) is mail
    assert ("Ingen e-postserver är inställd, så inget brev går ut. Säg till utgivaren" in said) is not mail
    decide = client.get(reverse("publishing_decide", args=[word.approval_requests.get().pk])).content.decode()
    assert ("Utgivarna har fått ett brev" in decide) is mail
    assert "Be den som är administratör välja din inloggning under Ansvariga utgivare." in decide
