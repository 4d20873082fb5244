"""What every channel promises, whatever service it speaks to. A channel without a stand-in fails by name."""

import datetime as dt
import re
import uuid
from dataclasses import replace

import pytest
import requests

from utbud.channels import actions, http, queries, vault
from utbud.channels.channel import SMS, Channel, Refused, Unavailable, Unsure, adapters
from utbud.channels.models import ChannelSetup, Delivery, Subscriber
from utbud.channels.post import Post

from .fakes import a_post, factory

KEY = "0b5e6f0a-6a5f-4c1e-9a46-7f0f4bb0a1c3"
NEVER = adapters()["by-hand"].repeat_within  # zero
PUSHED = sorted(slug for slug, kind in adapters().items() if not kind.by_hand)
BY_HAND = sorted(slug for slug, kind in adapters().items() if kind.by_hand)
SWEDISH = {"inte", "är", "det", "och", "att", "vi", "som", "på", "till", "för", "eller", "med"}


def able(promise: str) -> list[str]:
    return [slug for slug in PUSHED if getattr(adapters()[slug], promise)]


@pytest.fixture
def server(request, monkeypatch):
    """The stand-in for the channel that the test is about."""
    make = factory(request.param)
    if make is None:
        pytest.fail(f"«{request.param}» has no stand-in: see tests/unit/channels/fakes/__init__.py")
    server = make(monkeypatch)
    server.slug = request.param
    yield server
    server.close()


def of(server, config=None) -> Channel:
    """The channel, set up for its stand-in, but for what ``config`` changes."""
    return adapters()[server.slug](server.config | (config or {}))


@pytest.fixture
def post() -> Post:
    """A post with every file that some channel takes."""
    return a_post(*sorted({name for kind in adapters().values() for name in (*kind.media, *kind.must_have)}))


def each(slugs: list[str]):
    return pytest.mark.parametrize("server", slugs, indirect=True)


def send(channel: Channel, server, post: Post, text: str = "", key: str = KEY):
    return channel.send(post, text or channel.compose(post).text, key=key, to=server.to)


# --- what it declares ---------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sorted(adapters()))
def test_it_says_in_words_what_it_is_and_what_it_needs(slug) -> None:
    kind = adapters()[slug]
    assert str(kind.label)
    assert SWEDISH & set(re.findall(r"\w+", str(kind.about).lower()))
    assert all(str(setting.label) for setting in kind.requires)


@pytest.mark.parametrize("slug", sorted(adapters()))
def test_what_it_says_it_can_is_what_it_does(slug) -> None:
    kind = adapters()[slug]
    assert (kind.recall is not Channel.recall) == kind.can_recall
    assert (kind.correct is not Channel.correct) == kind.can_correct
    assert (kind.send is not Channel.send) == (not kind.by_hand)


@pytest.mark.parametrize("slug", BY_HAND)
def test_what_is_done_by_hand_sends_nothing(slug, post) -> None:
    with pytest.raises(NotImplementedError):
        adapters()[slug]({}).send(post, "text", key=KEY)


@each(PUSHED)
def test_a_setting_that_is_missing_is_named(server) -> None:
    required = [one for one in adapters()[server.slug].requires if one.required and not one.default]
    assert of(server).missing() == []
    assert [of(server, {one.name: ""}).missing() for one in required] == [
        [str(one.label)] for one in required
    ]


# --- what it would say --------------------------------------------------------------------------


@each(PUSHED)
def test_a_text_of_its_own_has_room_and_keeps_its_end(server, post) -> None:
    channel, long = (
        of(server),
        replace(post, lead="En mening om en kaka. " * 150, text="En mening till. " * 400),
    )
    text = channel.compose(long).text
    assert text.endswith(channel.tail(long))
    assert [remark.says for remark in channel.remarks(long, text) if remark.stops] == []


@each(PUSHED)
def test_a_text_that_is_too_long_stops_and_says_by_how_much(server, post) -> None:
    channel = of(server)
    limit = channel.limit()
    if limit is None:
        return
    text = "å" * (limit + 7)
    stops = [remark.says for remark in channel.remarks(post, text) if remark.stops]
    assert any(str(channel.count(text) - limit) in says for says in stops)


@each(PUSHED)
def test_an_empty_text_stops(server, post) -> None:
    assert any(remark.stops for remark in of(server).remarks(post, " \n"))


@each(PUSHED)
def test_a_picture_without_a_description_stops(server, post) -> None:
    channel = of(server)
    silent = replace(post, media=tuple(replace(media, alt=" ") for media in post.media))
    file = channel.picture(silent)
    shows_a_picture = file is not None and file.content_type.startswith("image/")
    assert (
        any(remark.stops for remark in channel.remarks(silent, channel.compose(silent).text))
        == shows_a_picture
    )


@each(able("must_have"))
def test_without_a_file_that_it_must_have_it_stops(server, post) -> None:
    channel, bare = of(server), replace(post, media=())
    assert any(remark.stops for remark in channel.remarks(bare, channel.compose(bare).text))


# --- what it does -------------------------------------------------------------------------------


@each(PUSHED)
def test_what_is_sent_is_out(server, post) -> None:
    receipt = send(of(server), server, post)
    assert receipt.reference
    assert receipt.url == "" or receipt.url.startswith(("https://", "http://"))
    assert ["kaka" in text.lower() for text in server.posts.values()] == [True]


@each(PUSHED)
def test_two_deliveries_are_two_posts(server, post) -> None:
    first = send(of(server), server, post)
    second = send(of(server), server, post, key=str(uuid.UUID(int=1)))
    assert first.reference != second.reference
    assert len(server.posts) == 2


@each(PUSHED)
def test_a_refusal_says_why_in_swedish_and_nothing_is_out(server, post) -> None:
    server.refuse = "Too many kittens"
    with pytest.raises(Refused) as refused:
        send(of(server), server, post)
    assert SWEDISH & set(re.findall(r"\w+", str(refused.value).lower()))
    assert server.posts == {}


@each(PUSHED)
def test_a_service_that_is_down_is_tried_again_until_it_is_up(server, post) -> None:
    server.down = 2
    channel, seen = of(server), []
    text = channel.compose(post).text
    server.down = 2  # it may have been asked for its limits
    for _try in range(3):
        try:
            seen.append(bool(channel.send(post, text, key=KEY, to=server.to)))
        except Unavailable:
            seen.append(Unavailable)
    assert seen == [Unavailable, Unavailable, True]
    assert len(server.posts) == 1


@pytest.mark.parametrize("how", ["lose", "hang"])
@each(PUSHED)
def test_what_was_taken_without_an_answer_is_never_said_twice(server, post, how, monkeypatch) -> None:
    """With a key that the service knows, a second try is harmless. Without, it is Unsure, and a person looks."""
    hurry(monkeypatch)
    channel = of(server)
    text = channel.compose(post).text
    setattr(server, how, 1)
    with pytest.raises(Unavailable) as lost:
        channel.send(post, text, key=KEY, to=server.to)
    assert len(server.posts) == 1
    if channel.repeat_within > NEVER:
        first = dict(server.posts)
        assert channel.send(post, text, key=KEY, to=server.to).reference
        assert server.posts == first
    else:
        assert lost.type is Unsure


@pytest.mark.django_db
@pytest.mark.parametrize("said", [b"", b"<html>OK</html>", b'{"ok": "yes"}'])
@each(PUSHED)
def test_an_answer_that_cannot_be_understood_comes_before_a_person(server, post, now, said) -> None:
    """It may be out: it is neither refused nor said again. A webhook's receiver says all by its status."""
    outbox = Outbox(server, post, now)
    server.mumble = said
    for _try in range(3):
        outbox.work(20)
    assert (server.mumble, len(server.posts)) == (None, 1)
    assert outbox.state == ("sent" if server.slug == "webhook" else "unsure")
    assert [one.pk for one in queries.for_a_person()] == (
        [] if server.slug == "webhook" else [Delivery.objects.get().pk]
    )


def hurry(monkeypatch) -> None:
    """Do not wait as long as one would in earnest."""
    ask = requests.request

    def quick(*arguments, **options):
        return ask(*arguments, **options | {"timeout": (2, 0.3)})

    monkeypatch.setattr(http.requests, "request", quick)


@each(able("can_recall"))
def test_what_is_taken_back_is_gone_and_can_be_taken_back_twice(server, post) -> None:
    channel = of(server)
    receipt = send(channel, server, post)
    other = send(channel, server, post, key=str(uuid.UUID(int=1)))
    channel.recall(receipt)
    channel.recall(receipt)
    assert len(server.posts) == 1
    channel.recall(other)
    assert server.posts == {}


@each(able("can_correct"))
def test_a_correction_takes_the_place_of_what_was_said(server, post) -> None:
    channel = of(server)
    receipt = send(channel, server, post)
    better = replace(post, lead="En kaka är en liten textfil.", version="b" * 64)
    text = channel.compose(better).text
    corrected = channel.correct(receipt, better, text)
    assert channel.correct(receipt, better, text).reference == corrected.reference
    assert ["textfil" in said for said in server.posts.values()] == [True]
    if channel.can_recall:
        channel.recall(corrected)
        assert server.posts == {}


@each(able("can_correct"))
def test_a_correction_that_was_cut_off_is_made_whole(server, post) -> None:
    channel = of(server)
    receipt = send(channel, server, post)
    better = replace(post, lead="En kaka är en liten textfil.", version="b" * 64)
    text = channel.compose(better).text
    server.lose = 1
    with pytest.raises(Unavailable):
        channel.correct(receipt, better, text)
    channel.correct(receipt, better, text)
    assert ["textfil" in said for said in server.posts.values()] == [True]


@each(PUSHED)
def test_a_trial_works_and_leaves_nothing(server) -> None:
    says = of(server).test(to=server.to)
    assert SWEDISH & set(re.findall(r"\w+", says.lower()))
    assert server.posts == {}


# --- keys ---------------------------------------------------------------------------------------


@each(PUSHED)
def test_a_wrong_key_is_refused_and_pointed_out(server, post) -> None:
    if not server.secret:
        return
    channel = of(server, {server.secret: "helt-fel-nyckel"})
    labels = {str(one.label).lower() for one in channel.requires if one.name == server.secret}
    for what in (lambda: send(channel, server, post), lambda: channel.test(to=server.to)):
        with pytest.raises(Refused) as refused:
            what()
        said = str(refused.value).lower()
        assert any(word in said for word in {"nyckel", *labels}), said
    assert server.posts == {}


@each(PUSHED)
def test_a_key_is_never_told(server, post) -> None:
    channel = of(server)
    keys = [
        channel.config[one.name] for one in channel.requires if one.secret and channel.config.get(one.name)
    ]
    told = [repr(channel), str(channel)]
    for wrong in ("refuse", "down", "lose"):
        setattr(server, wrong, "nej" if wrong == "refuse" else 1)
        with pytest.raises((Refused, Unavailable)) as error:
            send(channel, server, post, key=str(uuid.uuid4()))
        told += [str(error.value), repr(error.value)]
        setattr(server, wrong, "" if wrong == "refuse" else 0)
    receipt = send(channel, server, post)
    told += [receipt.reference, receipt.url, channel.test(to=server.to)]
    assert [key for key in keys for text in told if key in text] == []


# --- through the outbox -------------------------------------------------------------------------


class Outbox:
    """The channel as a library has it: set up, turned on, with a post on its way and the clock in our hands."""

    def __init__(self, server, post: Post, now: dt.datetime, **config: str) -> None:
        self.kind, self.item, self.at = adapters()[server.slug], post.item, now
        secret = {one.name for one in self.kind.requires if one.secret}
        kept = {
            name: vault.lock(value) if name in secret else value
            for name, value in (server.config | config).items()
        }
        self.setup = ChannelSetup.objects.create(kind=server.slug, name="Kanalen", on=True, config=kept)
        if self.kind.subscribers:
            to = "+46701740605" if self.kind.subscribers == SMS else "anna@example.org"
            Subscriber.objects.create(channel=self.setup, address=to, confirmed_at=now, asked_at=now)
        assert actions.announce(post=post, planned=actions.plan(post=post, texts={}), now=now) == 1

    def work(self, minutes: float = 0) -> None:
        """What the schedule and the worker do, ``minutes`` later."""
        self.at += dt.timedelta(minutes=minutes)
        actions.settle(self.at)
        actions.deliver_due(self.at, clock=lambda: self.at)

    @property
    def state(self) -> str:
        return Delivery.objects.get().state


@pytest.mark.django_db
@each(PUSHED)
def test_the_outbox_says_it_once_and_takes_it_back(server, post, now) -> None:
    outbox = Outbox(server, post, now)
    outbox.work()
    outbox.work(5)
    assert (outbox.state, len(server.posts)) == ("sent", 1)
    [standing] = queries.standings(post.item)
    assert (standing.since, bool(Delivery.objects.get().reference)) == (now, True)
    actions.turn(setup=outbox.setup, on=False, now=now)  # off: what is out can still be taken back
    actions.withdraw(item=post.item, now=outbox.at)
    outbox.work()
    able = outbox.kind.can_recall
    assert (outbox.state, len(server.posts)) == (("taken_back", 0) if able else ("remains", 1))


@pytest.mark.django_db
@each(PUSHED)
def test_before_a_correction_one_is_told_what_it_does_there(server, post, now) -> None:
    outbox = Outbox(server, post, now)
    outbox.work()
    [seen] = queries.preflight(post, {})
    told = seen.remarks[0].says
    assert told.startswith("Finns redan ute")
    assert ("kommer i stället" in told) == outbox.kind.can_correct
    assert told.endswith(str(outbox.kind.when_corrected))


@pytest.mark.django_db
@each(PUSHED)
def test_the_outbox_tries_again_when_a_service_has_been_down(server, post, now) -> None:
    outbox = Outbox(server, post, now)
    server.down = 2
    for _try in range(6):
        outbox.work(20)
    assert (outbox.state, len(server.posts)) == ("sent", 1)


@pytest.mark.django_db
@each(PUSHED)
def test_a_worker_killed_between_send_and_save_says_nothing_twice(server, post, now, monkeypatch) -> None:
    """Settled by the service's key where it has one, and otherwise by a person."""
    outbox = Outbox(server, post, now)
    send = outbox.kind.send

    def killed(self, *arguments, **options):
        send(self, *arguments, **options)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(outbox.kind, "send", killed)
        with pytest.raises(SystemExit):
            outbox.work()
    assert (outbox.state, len(server.posts)) == ("sending", 1)
    outbox.work(outbox.kind.lease.total_seconds() / 60)
    outbox.work(5)
    known = outbox.kind.repeat_within > outbox.kind.lease
    assert (outbox.state, len(server.posts)) == ("sent" if known else "unsure", 1)
    assert [one.pk for one in queries.for_a_person()] == ([] if known else [Delivery.objects.get().pk])


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["in the staff side", "while it was claimed"])
@each(PUSHED)
def test_a_channel_switched_off_mid_way_says_nothing_more(server, post, now, how) -> None:
    outbox = Outbox(server, post, now)
    if how == "in the staff side":
        actions.turn(setup=outbox.setup, on=False, now=now)
    else:
        ChannelSetup.objects.update(on=False)
    outbox.work()
    assert (outbox.state, server.posts) == ("stopped", {})


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["refused", "wrong secret"])
@each(PUSHED)
def test_a_refusal_stops_and_comes_before_a_person(server, post, now, why) -> None:
    wrong = {}
    if why == "refused":
        server.refuse = "Too many kittens"
    elif not server.secret:
        return
    else:
        wrong = {server.secret: "helt-fel-nyckel"}
    outbox = Outbox(server, post, now, **wrong)
    outbox.work()
    outbox.work(60)
    [asked] = queries.for_a_person()
    assert (asked.state, bool(asked.error), server.posts) == ("refused", True, {})
