"""The outbox: each thing said once, taken back where it can be, and a person asked where nobody else knows."""

import dataclasses
import datetime as dt

import pytest
from django.urls import reverse

from utbud.channels import actions, queries, reach, vault
from utbud.channels.channel import (
    ALWAYS,
    EMAIL,
    Channel,
    Receipt,
    Refused,
    Remark,
    Setting,
    Unavailable,
    Unsure,
    adapters,
)
from utbud.channels.models import ChannelSetup, Delivery, Dispatch, Reach, Subscriber
from utbud.channels.post import Media, Post
from utbud.publishing import actions as publishing
from utbud.web import today

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MINUTE = dt.timedelta(minutes=1)


class Fake(Channel):
    """A service in memory that does as it is told: ``plan`` holds what the next calls do."""

    slug, label = "fake", "Fejk"
    requires = (Setting(name="token", label="Nyckel", secret=True, required=False),)
    can_recall = can_correct = True
    plan: list = []
    said: dict = {}
    tries = 0

    def send(self, post, text, *, key, to=""):
        type(self).tries += 1
        step = self.plan.pop(0) if self.plan else None
        if isinstance(step, Unsure) or step == "killed":
            self.said.setdefault(key if self.repeat_within else len(self.said), (text, to))
        if step == "killed":
            raise SystemExit
        if callable(step):
            step()
        elif step:
            raise step
        reference = key if self.repeat_within else str(len(self.said))
        self.said[reference] = (text, to)
        return Receipt(reference, f"https://fejk.example.org/{reference}")

    def correct(self, receipt, post, text):
        self.said[receipt.reference] = (text, "")
        return receipt

    def recall(self, receipt):
        if self.plan:
            raise self.plan.pop(0)
        self.said.pop(receipt.reference, None)


class FakeOnce(Fake):
    """The same without recall, correction or keys."""

    slug = "fake-once"
    can_recall = can_correct = False


class FakeKeyed(Fake):
    """The same where the service knows our key."""

    slug = "fake-keyed"
    repeat_within = ALWAYS


class FakeList(FakeOnce):
    """The same for those who subscribe."""

    slug = "fake-list"
    subscribers = EMAIL


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    for kind in (Fake, FakeOnce, FakeKeyed, FakeList):
        monkeypatch.setitem(adapters(), kind.slug, kind)
        monkeypatch.setattr(kind, "plan", [])
        monkeypatch.setattr(kind, "said", {})
        monkeypatch.setattr(kind, "tries", 0)


@pytest.fixture
def post():
    picture = Media(
        name="kort.png", url="https://b.example.org/kort.png", content_type="image/png", alt="Ett kort."
    )
    return Post(
        item="page:7", version="a" * 64, kind="Veckans digitala ord", title="BankID", lead="BankID är en e-legitimation.",
        text="Mer.", url="https://b.example.org/ord/bankid/", sender="Biblioteket", phone="08-465 004 00", media=(picture,),
    )  # fmt: skip


def channel(kind=Fake, **fields):
    return ChannelSetup.objects.create(kind=kind.slug, name=fields.pop("name", kind.slug), on=True, **fields)


def put(post, now):
    return actions.announce(post=post, planned=actions.plan(post=post, texts={}), now=now)


def deliver(at):
    return actions.deliver_due(at, clock=lambda: at)


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_said_once_with_a_receipt(post, now):
    setup = channel()
    assert put(post, now) == 1
    assert put(post, now) == 0  # the same version again
    assert (deliver(now), deliver(now)) == (1, 0)
    sent = Delivery.objects.get()
    assert (sent.state, sent.sent_at, sent.attempts, sent.claimed_at) == ("sent", now, 1, None)
    assert sent.url == "https://fejk.example.org/0"
    assert Fake.said["0"][0].endswith(post.url)
    assert Reach.objects.get().count == 1
    [standing] = queries.standings(post.item)
    assert (standing.channel, standing.state_words, standing.url) == (setup, "ute", sent.url)


@pytest.mark.parametrize(
    ("kind", "plan", "after", "tries"),
    [
        (Fake, [Refused("Nej.")], ["refused"], 1),
        (Fake, [Unavailable("Vänta.")] * 2, ["sent"], 3),
        (Fake, [Unavailable("Vänta.")] * 20, ["refused"], 8),
        (Fake, [Unsure("Svaret kom aldrig.")], ["unsure"], 1),  # never by itself a second time
        (FakeKeyed, [Unsure("Svaret kom aldrig.")], ["sent"], 2),  # the service knows the key
        (Fake, [ZeroDivisionError()], ["unsure"], 1),  # our own fault: it may have gone out
    ],
)
def test_what_a_service_may_say(kind, plan, after, tries, post, now):
    channel(kind)
    kind.plan[:] = plan
    put(post, now)
    for hours in range(30):
        actions.settle(now + dt.timedelta(hours=hours))
        deliver(now + dt.timedelta(hours=hours))
    assert (states(), kind.tries) == (after, tries)
    assert len(kind.said) == (0 if after == ["refused"] or isinstance(plan[0], ZeroDivisionError) else 1)


def test_the_wait_grows_and_the_services_own_wish_is_kept(post, now):
    channel()
    Fake.plan[:] = [Unavailable("Vänta."), Unavailable("Vänta.", retry_after=600)]
    put(post, now)
    deliver(now)
    assert Delivery.objects.get().due_at == now + MINUTE
    deliver(now + MINUTE)
    assert Delivery.objects.get().due_at == now + 11 * MINUTE


@pytest.mark.parametrize(("kind", "after"), [(Fake, "unsure"), (FakeKeyed, "sent")])
def test_killed_between_send_and_save(kind, after, post, now):
    channel(kind)
    kind.plan[:] = ["killed"]
    put(post, now)
    with pytest.raises(SystemExit):
        deliver(now)
    assert states() == ["sending"]
    assert deliver(now + MINUTE) == 0  # still held
    for at in (now + MINUTE, now + 3 * MINUTE):
        actions.settle(at)
        deliver(at)
    assert states() == [after]
    assert len(kind.said) == 1


def test_killed_and_then_withdrawn(post, now):
    channel(FakeKeyed)
    FakeKeyed.plan[:] = ["killed"]
    put(post, now)
    with pytest.raises(SystemExit):
        deliver(now)
    actions.withdraw(item=post.item, now=now)
    for minutes in (3, 4, 5):  # asked for by its key, so that it can be taken back
        actions.settle(now + minutes * MINUTE)
        deliver(now + minutes * MINUTE)
    assert (states(), FakeKeyed.said) == (["taken_back"], {})


def test_unsure_is_settled_by_a_person(post, now, site):
    channel(Fake, name="a")
    channel(FakeOnce, name="b")
    put(post, now)
    Delivery.objects.update(state=Delivery.UNSURE)
    first, second = Delivery.objects.order_by("pk")
    actions.it_went_out(delivery=first, url="https://fejk.example.org/1", by=site.editor, now=now)
    actions.try_again(delivery=second, by=site.editor, now=now)
    deliver(now)
    assert states() == ["sent", "sent"]
    assert Fake.tries + FakeOnce.tries == 1
    with pytest.raises(actions.NotNow):
        actions.it_went_out(delivery=first, url="", by=site.editor, now=now)


def test_taken_back_everywhere_it_can(post, now):
    channel(Fake)
    channel(FakeOnce)
    channel(FakeKeyed)
    FakeKeyed.plan[:] = [Unavailable("Vänta.")]
    put(post, now)
    deliver(now)
    assert [(one.channel.kind, one.possible) for one in queries.take_back_plan(post.item)] == [
        ("fake", True), ("fake-once", False),
    ]  # fmt: skip
    actions.withdraw(item=post.item, now=now)
    actions.withdraw(item=post.item, now=now)
    Fake.plan[:] = [Unavailable("Vänta.")]
    for minutes in (0, 5):
        deliver(now + minutes * MINUTE)
    assert states() == ["remains", "stopped", "taken_back"]  # the one that waited never went out
    assert (Fake.said, len(FakeOnce.said), FakeKeyed.said) == ({}, 1, {})
    seen = {one.channel.kind: one.url for one in queries.standings(post.item)}
    assert (seen["fake"], bool(seen["fake-once"])) == ("", True)  # nothing is there any more to look at


def test_what_may_be_out_is_told_before_it_is_taken_back(post, now):
    channel(Fake)
    Fake.plan[:] = [Unsure("Svaret kom aldrig.")]
    put(post, now)
    deliver(now)
    assert [(one.count, one.unsure) for one in queries.take_back_plan(post.item)] == [(0, 1)]


@pytest.mark.parametrize("error", [Refused("Nyckeln är fel."), Unavailable("Vänta.")])
def test_what_could_not_be_taken_back_comes_before_a_person(error, post, now, site, client):
    channel(Fake)
    channel(FakeOnce)  # nobody thinks that this one can be taken back
    put(post, now)
    deliver(now)
    actions.withdraw(item=post.item, now=now)
    Fake.plan[:] = [error] * 20
    seen = []
    for hours in range(30):
        deliver(now + dt.timedelta(hours=hours))
        seen.append([one.dispatch.channel.kind for one in queries.for_a_person()])
    tries = 1 if isinstance(error, Refused) else queries.STUCK
    assert seen == [[]] * (tries - 1) + [["fake"]] * (30 - tries + 1)
    [left] = queries.for_a_person()
    assert (left.state, bool(left.error)) == ("remains", True)
    client.force_login(site.editor)
    page = client.get(reverse("channels_delivery", args=[left.pk])).content.decode()
    assert ("Försök ta tillbaka igen" in page, "Lägg åt sidan" in page) == (True, True)
    actions.set_aside(delivery=left, by=site.editor, now=now)
    assert not queries.for_a_person()


def test_what_is_tried_again_and_again_comes_before_a_person_before_it_is_given_up(post, now, site):
    channel(Fake)
    Fake.plan[:] = [Unavailable("46elks svarar inte.")] * 20
    put(post, now)
    seen = []
    for minutes in range(60):
        deliver(now + minutes * MINUTE)
        seen.append(queries.for_a_person().count())
    assert (seen[22], seen[23], states()) == (0, 1, ["waiting"])
    actions.set_aside(delivery=Delivery.objects.get(), by=site.editor, now=now)
    assert not queries.for_a_person()
    for hours in range(1, 24):
        deliver(now + dt.timedelta(hours=hours))
    assert (queries.for_a_person().count(), states()) == (1, ["refused"])  # that it was given up is news


def test_withdrawn_in_the_moment_it_is_sent(post, now):
    channel()
    put(post, now)
    Fake.plan[:] = [lambda: actions.withdraw(item=post.item, now=now)]
    deliver(now)
    actions.settle(now)
    deliver(now)
    assert (states(), Fake.said) == (["taken_back"], {})


def test_out_again_after_a_withdrawal(post, now):
    channel()
    put(post, now)
    deliver(now)
    actions.withdraw(item=post.item, now=now)
    deliver(now)
    assert put(post, now) == 1
    deliver(now)
    assert (states(), len(Fake.said)) == (["sent", "taken_back"], 1)


def amended(post, now, version="b", lead="BankID är ett sätt att visa vem du är."):
    new = dataclasses.replace(post, version=version * 64, lead=lead)
    return new, actions.amend(post=new, planned=actions.plan(post=new, texts={}), now=now)


def test_a_new_version_corrects_and_does_not_repeat(post, now):
    channel(Fake)
    channel(FakeOnce)
    put(post, now)
    deliver(now)
    new, made = amended(post, now)
    assert made == 1
    deliver(now)
    assert states() == ["replaced", "sent", "sent"]
    assert "visa vem du är" in Fake.said["0"][0]
    assert (Fake.tries, FakeOnce.tries) == (1, 1)
    actions.withdraw(item=new.item, now=now)
    deliver(now)
    assert Fake.said == {}


def test_a_new_version_takes_the_place_of_one_that_waits(post, now):
    channel(FakeOnce)
    put(post, now)
    _new, made = amended(post, now)
    deliver(now)
    assert (made, states(), FakeOnce.tries) == (1, ["sent", "stopped"], 1)
    assert "visa vem du är" in FakeOnce.said["0"][0]


def test_nothing_new_is_said_where_it_never_was(post, now):
    channel(Fake)
    assert amended(post, now)[1] == 0


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        ([], ["replaced", "sent", "stopped"]),  # the correction still waited
        ([Refused("Nej.")], ["replaced", "sent", "stopped"]),  # the correction was refused
        ([Unavailable("Vänta.")], ["replaced", "sent", "stopped"]),
    ],
)
def test_a_third_version_corrects_what_is_out_and_does_not_come_beside_it(
    steps, after, post, now, monkeypatch
):
    channel(Fake)
    put(post, now)
    deliver(now)
    new, _made = amended(post, now)

    def correct(self, receipt, post, text):
        raise steps[0]

    if steps:
        with monkeypatch.context() as patched:
            patched.setattr(Fake, "correct", correct)
            deliver(now)
    newest, made = amended(new, now, "c", "BankID är ditt kort på nätet.")
    deliver(now)
    assert (made, states(), Fake.tries) == (1, after, 1)
    assert ["kort på nätet" in text for text, _to in Fake.said.values()] == [True]
    actions.withdraw(item=newest.item, now=now)
    deliver(now)
    assert Fake.said == {}


def test_what_is_unsure_is_settled_before_it_is_corrected(post, now, site):
    channel(Fake)
    Fake.plan[:] = [Unsure("Svaret kom aldrig.")]
    put(post, now)
    deliver(now)
    assert amended(post, now)[1] == 1
    deliver(now)
    old, new = Delivery.objects.order_by("pk")
    assert (old.state, new.state, "först" in new.error) == ("unsure", "refused", True)
    Delivery.objects.filter(pk=old.pk).update(reference="0")
    actions.it_went_out(delivery=old, url="", by=site.editor, now=now)
    actions.try_again(delivery=new, by=site.editor, now=now)
    deliver(now)
    assert (states(), Fake.tries) == (["replaced", "sent"], 1)
    assert "visa vem du är" in Fake.said["0"][0]


@pytest.mark.parametrize("left", [Refused("Adressen finns inte."), Unavailable("Vänta.")])
def test_a_new_version_goes_to_those_who_have_not_had_the_old_and_to_nobody_else(left, post, now):
    setup = channel(FakeList)
    for name in ("anna", "bo", "cilla"):
        Subscriber.objects.create(
            channel=setup, address=f"{name}@example.org", confirmed_at=now, asked_at=now
        )
    FakeList.plan[:] = [None, None, left]
    put(post, now)
    deliver(now)
    late = Subscriber.objects.create(channel=setup, address="dan@example.org", confirmed_at=now, asked_at=now)
    _new, made = amended(post, now)
    deliver(now)
    who = [to.split("@")[0] for _text, to in FakeList.said.values()]
    assert (made, sorted(who)) == (1, ["anna", "bo", "cilla"])
    assert not late.deliveries.exists()
    assert amended(post, now, "c")[1] == 0  # everyone has had it


def test_what_is_posted_by_hand_is_corrected_by_hand(post, now, site, client):
    ChannelSetup.objects.create(kind="by-hand", name="Anslagstavlan", on=True)
    put(post, now)
    first = Delivery.objects.get()
    actions.mark_posted(delivery=first, url="https://tavlan.example.org/1", by=site.editor, now=now)
    new, made = amended(post, now)
    assert (made, states()) == (1, ["by_hand", "sent"])
    [waits] = queries.for_a_person()
    assert [one.state_words for one in queries.standings(post.item)] == ["ska rättas för hand", "ute"]
    client.force_login(site.editor)
    page = client.get(reverse("channels_delivery", args=[waits.pk])).content.decode()
    assert "En äldre text ligger ute" in page
    assert "https://tavlan.example.org/1" in page
    actions.mark_posted(delivery=waits, url="", by=site.editor, now=now)
    waits.refresh_from_db()
    assert (states(), waits.url) == (["replaced", "sent"], "https://tavlan.example.org/1")
    actions.undo_mark(delivery=waits, by=site.editor, now=now)
    assert states() == ["by_hand", "sent"]
    assert Reach.objects.get().count == 1  # a correction is no second time
    actions.withdraw(item=new.item, now=now)
    assert states() == ["stopped", "taking_back"]


@pytest.mark.parametrize(
    ("kind", "says", "stops"),
    [
        (Fake, "kommer i stället", True),
        (FakeOnce, "går inte att ändra", False),
        (FakeList, "får inget nytt", False),
    ],
)
def test_before_approval_one_sees_what_a_new_version_does_where_it_is_out(
    kind, says, stops, post, now, monkeypatch
):
    setup = channel(kind)
    if kind.subscribers:
        Subscriber.objects.create(channel=setup, address="a@example.org", confirmed_at=now, asked_at=now)
    monkeypatch.setattr(kind, "price", lambda self, text, recipients=0: "1 krona")
    [before] = queries.preflight(post, {})
    assert (before.remarks, before.price, before.recipients) == (
        [],
        "1 krona",
        1 if kind.subscribers else None,
    )
    put(post, now)
    deliver(now)
    monkeypatch.setattr(kind, "max_length", 5)
    [after] = queries.preflight(post, {})
    assert says in after.remarks[0].says
    assert (after.stops, bool(after.price), after.recipients) == (stops, stops, None)


@pytest.mark.parametrize("what", ["off", "withdrawn", "no settings", "too long"])
def test_what_changes_on_the_way(what, post, now, monkeypatch):
    setup = channel()
    put(post, now)
    if what == "off":
        ChannelSetup.objects.filter(pk=setup.pk).update(on=False)
    elif what == "withdrawn":
        Dispatch.objects.update(withdrawn_at=now)
    elif what == "no settings":
        monkeypatch.setattr(Fake, "requires", (Setting(name="more", label="Mer"),))
    else:
        monkeypatch.setattr(Fake, "remarks", lambda *_a: [Remark(says="För lång.", stops=True)])
    deliver(now)
    assert Fake.tries == 0
    assert states() == (["stopped"] if what in ("off", "withdrawn") else ["refused"])


def test_off_and_on_again(post, now, site):
    setup = channel()
    put(post, now)
    actions.turn(setup=setup, on=False, now=now)
    assert (states(), deliver(now)) == (["stopped"], 0)
    with pytest.raises(actions.NotNow):
        actions.try_again(delivery=Delivery.objects.get(), by=site.editor, now=now)
    actions.turn(setup=setup, on=True, now=now)
    actions.try_again(delivery=Delivery.objects.get(), by=site.editor, now=now)
    assert deliver(now) == 1


def test_to_each_subscriber_once(post, now, django_assert_max_num_queries):
    setup = channel(FakeList)
    people = [
        Subscriber(channel=setup, address=f"p{number}@example.org", confirmed_at=now, asked_at=now)
        for number in range(30)
    ]
    people[0].confirmed_at = None
    people[1].stopped_at = now
    Subscriber.objects.bulk_create(people)
    with django_assert_max_num_queries(14):
        assert put(post, now) == 28
    Subscriber.objects.filter(address="p2@example.org").update(stopped_at=now)
    Subscriber.objects.filter(address="p3@example.org").delete()
    assert (deliver(now), deliver(now)) == (26, 0)
    assert len({to.split("|")[0] for _text, to in FakeList.said.values()}) == 26


def test_a_channel_that_does_not_answer_rests_and_the_others_go_on(post, now):
    setup = channel(FakeList)
    Subscriber.objects.bulk_create(
        [
            Subscriber(channel=setup, address=f"p{n}@example.org", confirmed_at=now, asked_at=now)
            for n in range(5)
        ]
    )
    channel(Fake)
    FakeList.plan[:] = [Unavailable("Vänta.")] * 5
    put(post, now)
    deliver(now)
    assert (FakeList.tries, Fake.tries) == (1, 1)


def test_a_service_that_says_when_is_not_asked_before_for_anyone(post, now):
    setup = channel(FakeList)
    for name in ("anna", "bo", "cilla"):
        Subscriber.objects.create(
            channel=setup, address=f"{name}@example.org", confirmed_at=now, asked_at=now
        )
    FakeList.plan[:] = [Unavailable("För många på en gång.", retry_after=600)]
    put(post, now)
    for seconds in range(0, 600, 60):
        deliver(now + dt.timedelta(seconds=seconds))
    assert FakeList.tries == 1
    deliver(now + dt.timedelta(seconds=600))
    assert (FakeList.tries, states()) == (4, ["sent"] * 3)


def test_two_workers_hold_different_deliveries(post, now):
    channel()
    put(post, now)
    Fake.plan[:] = [lambda: deliver(now)]  # a second worker comes while the first is sending
    assert deliver(now) == 1
    assert Fake.tries == 1


def test_by_hand_is_ticked_and_can_be_unticked(post, now, site):
    ChannelSetup.objects.create(kind="by-hand", name="Anslagstavlan", on=True)
    put(post, now)
    assert (deliver(now), states()) == (0, ["by_hand"])
    [waits] = queries.for_a_person()
    actions.mark_posted(delivery=waits, url="", by=site.editor, now=now)
    waits.refresh_from_db()
    actions.undo_mark(delivery=waits, by=site.editor, now=now)
    assert Reach.objects.get().count == 0
    actions.mark_posted(delivery=waits, url="", by=site.editor, now=now)
    actions.withdraw(item=post.item, now=now)
    assert (deliver(now), states()) == (0, ["taking_back"])
    [waits] = queries.for_a_person()
    actions.mark_taken_down(delivery=waits, by=site.editor, now=now)
    assert not queries.for_a_person()


def test_each_channel_goes_by_itself(post, now):
    """One that uploads for minutes holds no other back: each is a lane of its own."""
    first, second = channel(), channel(name="Den andra")
    put(post, now)
    assert actions.channels_due(now) == [first.pk, second.pk]
    assert actions.deliver_due(now, channel=second.pk) == 1
    assert actions.channels_due(now) == [first.pk]


# --- with a page --------------------------------------------------------------------------------


def test_publishing_says_it_and_withdrawing_takes_it_back(write, site, no_files, now):
    setup = channel()
    word = write("Surf", channel_texts={str(setup.pk): "Vår egen text."})
    request = publishing.request_approval(page=word, message="", by=site.editor, now=now)
    publishing.approve(request=request, publisher=site.publisher, by=site.chief, now=now)
    deliver(now)
    assert Fake.said["0"][0] == "Vår egen text."
    word.refresh_from_db()
    publishing.withdraw(page=word, by=site.editor)
    deliver(now + dt.timedelta(days=999))
    assert (states(), Fake.said) == (["taken_back"], {})
    word.refresh_from_db()
    assert not word.live


def test_a_page_taken_down_while_we_were_killed_is_found(write, publish, now):
    channel()
    word = write("Surf")
    publish(word)
    deliver(now)
    type(word).objects.filter(pk=word.pk).update(live=False)  # as if the process died before the signal
    assert (publishing.recall_withdrawn(now), publishing.recall_withdrawn(now)) == (1, 0)
    assert states() == ["taking_back"]


def test_an_edited_channel_text_needs_a_new_approval(write, site, no_files, now):
    setup = channel()
    word = write("Surf")
    request = publishing.request_approval(page=word, message="", by=site.editor, now=now)
    assert publishing.write_for_channels(page=word, texts={str(setup.pk): "Annat."}, by=site.editor)
    request.refresh_from_db()
    assert request.voided_at


def test_what_a_channel_would_not_take_stops_approval(write, site, no_files, now, monkeypatch):
    channel(name="Fejken")
    monkeypatch.setattr(Fake, "max_length", 5)
    word = write("Surf")
    with pytest.raises(publishing.BreaksPromise, match="Fejken"):
        publishing.request_approval(page=word, message="", by=site.editor, now=now)


def test_share_later(write, publish, site, now):
    word = write("Surf")
    publish(word)
    setup = channel()
    publishing.share(page=word, setup=setup, by=site.editor, now=now)
    with pytest.raises(publishing.ApprovalError):
        publishing.share(page=word, setup=setup, by=site.editor, now=now)
    assert deliver(now) == 1


# --- the staff side -----------------------------------------------------------------------------


@pytest.fixture
def staff(client, site):
    client.force_login(site.admin)
    return client


def test_a_channel_is_set_up_and_its_secret_never_shown(staff):
    page = reverse("channels_add", args=["fake"])
    assert staff.post(page, {"name": ""}).status_code == 422
    staff.post(page, {"name": "Fejken", "token": "hemlig-nyckel"})
    setup = ChannelSetup.objects.get()
    assert "hemlig" not in str(setup.config)
    assert setup.adapter().config["token"] == "hemlig-nyckel"
    change = reverse("channels_change", args=[setup.pk])
    assert "hemlig" not in staff.get(change).content.decode()
    staff.post(change, {"name": "Fejken", "token": ""})
    setup.refresh_from_db()
    assert setup.adapter().config["token"] == "hemlig-nyckel"
    assert staff.post(page, {"name": "fejken"}).status_code == 422
    staff.post(reverse("channels_turn", args=[setup.pk]), {"on": "1"})
    setup.refresh_from_db()
    assert setup.on


def test_a_secret_from_the_environment(staff, monkeypatch):
    monkeypatch.setenv("VAR_NYCKEL", "ur miljön")
    staff.post(reverse("channels_add", args=["fake"]), {"name": "Fejken", "token": "env:VAR_NYCKEL"})
    assert ChannelSetup.objects.get().adapter().config["token"] == "ur miljön"


@pytest.mark.parametrize(
    ("kept", "after"),
    [("gammal", "ny"), ("env:VAR_NYCKEL", "ur miljön")],
)
def test_a_key_that_runs_out_is_renewed(kept, after, now, monkeypatch):
    monkeypatch.setenv("VAR_NYCKEL", "ur miljön")
    setup = channel(config={"token": vault.lock(kept)})
    monkeypatch.setattr(Fake, "renew", lambda self: {"token": "ny"})
    actions.renew_keys(now)
    setup.refresh_from_db()
    assert setup.adapter().config["token"] == after


@pytest.mark.parametrize("name", ["channels", "channels_choose", "channels_outbox"])
def test_pages_open_and_strangers_do_not_get_in(name, staff, client, post, now, site):
    channel()
    put(post, now)
    assert staff.get(reverse(name)).status_code == 200
    client.logout()
    assert client.get(reverse(name)).status_code == 302


def test_one_is_not_asked_to_try_what_cannot_be_tried(staff):
    said = staff.post(
        reverse("channels_add", args=["by-hand"]), {"name": "Tavlan", "where": "I entrén"}, follow=True
    ).content.decode()
    assert ("Slå på kanalen när ni vill börja." in said, "Prova kanalen" in said) == (True, False)


def test_editors_post_by_hand_but_set_nothing_up(client, site, post, now):
    setup = ChannelSetup.objects.create(kind="by-hand", name="Tavlan", on=True)
    put(post, now)
    client.force_login(site.editor)
    delivery = Delivery.objects.get()
    page = client.get(reverse("channels_delivery", args=[delivery.pk])).content.decode()
    assert post.lead in page
    deed = reverse("channels_deed", args=[delivery.pk, "posted"])
    assert client.post(deed, {"url": "inte en adress!"}).status_code == 422
    client.post(deed, {"url": ""})
    assert states() == ["sent"]
    assert client.get(reverse("channels_change", args=[setup.pk])).status_code == 302


@pytest.mark.parametrize("many", [1, 3])
def test_the_outbox_costs_the_same_however_long_it_is(many, staff, post, now, django_assert_max_num_queries):
    setup = channel(FakeList)
    Subscriber.objects.bulk_create(
        [
            Subscriber(channel=setup, address=f"p{n}@example.org", confirmed_at=now, asked_at=now)
            for n in range(many)
        ]
    )
    put(post, now)
    staff.get(reverse("channels_outbox"))
    with django_assert_max_num_queries(18):
        staff.get(reverse("channels_outbox"))


def test_the_page_beside_the_editor(staff, write, publish, now, site):
    setup = channel()
    word = write("Surf")
    publish(word)
    page = reverse("publishing_channels", args=[word.pk])
    assert "på väg" in staff.get(page).content.decode()
    field = f"text-{setup.pk}"
    staff.post(page, {field: "Vår egen."})
    word.refresh_from_db()
    assert word.get_latest_revision_as_object().channel_texts == {str(setup.pk): "Vår egen."}
    suggestion = queries.preflight(Post.from_json(Dispatch.objects.get().post), {})[0].suggestion.text
    staff.post(page, {field: suggestion.replace("\n", "\r\n")})  # the channel's own words are not staff's
    word.refresh_from_db()
    assert word.get_latest_revision_as_object().channel_texts == {}
    deliver(now)
    withdraw = reverse("publishing_withdraw", args=[word.pk])
    reach.count(way="print", what="download", item=word.item_key, now=now, times=12)
    told = staff.get(withdraw).content.decode()
    assert "1 inlägg tas tillbaka" in told
    assert "Utskrift hämtad: 12 gånger" in told
    assert "Utskrift hämtad" not in staff.get(page).content.decode()
    staff.post(withdraw)
    assert states() == ["taking_back"]
    assert "Utskrift hämtad: 12 gånger" in staff.get(page).content.decode()  # what is left with people


def test_today_tells_what_needs_a_person(post, now, site):
    ChannelSetup.objects.create(kind="by-hand", name="Tavlan", on=True)
    put(post, now)
    titles = [group.title for group in today.today_for(site.editor, now)]
    assert "Kanalerna väntar på dig" in titles
