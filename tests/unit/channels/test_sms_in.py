"""Texts that come in: stop, yes, and what a person must read; told of again and again, done once."""

import datetime as dt

import pytest
import time_machine

from tests.unit.channels.fakes.elks import Elks
from utbud.base.dates import STOCKHOLM
from utbud.channels import incoming, sms
from utbud.channels.models import ChannelSetup, IncomingText, Subscriber
from utbud.channels.subscribers import actions, queries
from utbud.inbox.models import Message
from utbud.places.models import LibrarySettings

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
NUMBER, OTHER = "+46701740605", "+46701740606"
STOPPED = "Nu får du inga fler sms från Biblioteket. Ångrar du dig, svara JA."
NOTHING = "Du får inga sms från Biblioteket."
WELCOME = "Tack. Nu får du sms från Biblioteket. Vill du sluta, svara STOPP."
TO_A_PERSON = "Tack. Vi ringer dig senast måndag 30 november."


@pytest.fixture(autouse=True)
def _clock():
    LibrarySettings.objects.create(library_name="Biblioteket", phone="08-465 004 00")
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def channel() -> ChannelSetup:
    return ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config={"sender": "+46701740699"})


@pytest.fixture
def path(channel) -> str:
    return "/" + queries.incoming_url(channel).split("/", 3)[3]


def subscribe(channel: ChannelSetup, number: str = NUMBER, *, confirmed: bool = True) -> Subscriber:
    return Subscriber.objects.create(
        channel=channel, address=number, asked_at=NOW, confirmed_at=NOW if confirmed else None
    )


def active() -> set[str]:
    return set(Subscriber.objects.active().values_list("address", flat=True))


@pytest.mark.parametrize(
    "message",
    ["STOPP", "stopp", "Stopp!", " STOP. ", "stoppa", "Sluta", "SLUT", "«Stopp»", "STOOPP", "stopp tack", "Avsluta",
     "S T O P P", "Stopp nu!!!", "sluta skicka", "avanmäl", "ståpp"],
)  # fmt: skip
def test_stop_is_understood_however_it_is_written(channel, path, message: str) -> None:
    second = ChannelSetup.objects.create(kind="sms", name="Sms 2", on=True, config={"sender": "+46701740699"})
    for one in (channel, second):
        subscribe(one)
    subscribe(channel, OTHER)
    assert Elks.text_in(path, message) == [(200, STOPPED)]
    assert (active(), Message.objects.count()) == ({OTHER}, 0)


@pytest.mark.parametrize(
    "message",
    ["Slut på papper", "Stoppur", "Hur stoppar jag reklam?", "Kan ni ringa mig?", "?", "stå", "Busstopp"],
)
def test_what_only_resembles_it_does_not_stop(channel, path, message: str) -> None:
    subscribe(channel)
    assert (Elks.text_in(path, message), active()) == ([(200, TO_A_PERSON)], {NUMBER})


def test_stop_with_more_to_say_is_also_read_by_a_person(channel, path) -> None:
    subscribe(channel)
    said = "Stopp, jag har bytt nummer. Kan ni ringa mig?"
    assert (Elks.text_in(path, said), active(), Message.objects.get().text) == ([(200, STOPPED)], set(), said)


def test_stop_from_somebody_unknown_says_so(path) -> None:
    assert Elks.text_in(path, "STOPP") == [(200, NOTHING)]


@pytest.mark.parametrize(
    "message", ["JA", "ja", "Ja!", "Ja tack", "Jaa", "japp", "JA TACK GÄRNA", "Yes", "ok"]
)
def test_yes_confirms_whoever_was_asked(channel, path, message: str) -> None:
    subscribe(channel, confirmed=False)
    subscribe(channel, OTHER, confirmed=False)
    assert (Elks.text_in(path, message), active(), Message.objects.count()) == ([(200, WELCOME)], {NUMBER}, 0)


def test_yes_after_stop_is_a_change_of_mind(channel, path) -> None:
    subscribe(channel)
    assert [Elks.text_in(path, said)[0][1] for said in ("STOPP", "JA")] == [STOPPED, WELCOME]
    assert active() == {NUMBER}


@pytest.mark.parametrize("state", ["unknown", "active", "asked long ago"])
def test_yes_to_something_else_is_for_a_person(channel, path, state: str) -> None:
    if state == "active":
        subscribe(channel)
    if state == "asked long ago":
        subscribe(channel, confirmed=False)
        Subscriber.objects.update(asked_at=NOW - dt.timedelta(days=7))
    assert (Elks.text_in(path, "Ja"), Message.objects.get().text) == ([(200, TO_A_PERSON)], "Ja")


def test_a_question_comes_to_the_inbox_with_the_number_to_ring(path) -> None:
    assert Elks.text_in(path, "Hur lånar jag e-böcker? 😀") == [(200, TO_A_PERSON)]
    message = Message.objects.get()
    assert (message.kind, message.came_by, message.contact, message.contact_kind, message.name, message.text) == (
        "question", "sms", NUMBER, "phone", "070-174 06 05", "Hur lånar jag e-böcker? 😀",
    )  # fmt: skip


@pytest.mark.parametrize("sender", ["Reklam AB", "Telia", "71120"])
def test_a_sender_whom_nobody_can_ring_is_left_out(path, sender: str) -> None:
    assert (Elks.text_in(path, "Vinn en resa!", number=sender), Message.objects.count()) == ([(204, "")], 0)


def test_told_of_again_it_is_done_once_and_answered_the_same(channel, path) -> None:
    subscribe(channel)
    answers = [Elks.text_in(path, "STOPP", key="s1")[0] for _ in range(3)]
    assert (answers, IncomingText.objects.count()) == ([(200, STOPPED)] * 3, 1)
    questions = [Elks.text_in(path, "Hej?", key="s2")[0] for _ in range(3)]
    assert (questions, Message.objects.count()) == ([(200, TO_A_PERSON)] * 3, 1)
    Elks.text_in(path, "Hej?", key="s3")  # the same words, another text
    assert Message.objects.count() == 2


def test_what_falls_over_leaves_nothing_and_is_done_when_told_again(channel, path, monkeypatch) -> None:
    subscribe(channel)
    whole, tries = actions._stop, []

    def twice(*given, **more):
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError
        return whole(*given, **more)

    monkeypatch.setattr(actions, "_stop", twice)
    answers = Elks.text_in(path, "STOPP", key="s1")
    assert ([status for status, _body in answers], answers[-1][1]) == ([500, 500, 200], STOPPED)
    assert (active(), IncomingText.objects.count()) == (set(), 1)


def test_nothing_private_is_kept_of_a_text(path) -> None:
    Elks.text_in(path, "STOPP", key="s12345")
    row = IncomingText.objects.values().get()
    assert [value for value in row.values() if "70174" in str(value) or "s12345" in str(value)] == []
    assert actions.purge(NOW + dt.timedelta(days=7)) == 0
    assert IncomingText.objects.count() == 0


def test_every_answer_is_one_cheap_text() -> None:
    for said in (
        STOPPED,
        NOTHING,
        WELCOME,
        TO_A_PERSON,
        actions._ask_by_text(already=False, library=actions.places.library(NOW)),
    ):
        assert (sms.outside(said), sms.segments(said)) == ([], 1)


def test_two_machines_do_not_talk_for_ever(path) -> None:
    answers = [Elks.text_in(path, f"Autosvar {number}")[0] for number in range(7)]
    assert answers == [(200, TO_A_PERSON)] * 5 + [(204, "")] * 2
    assert Message.objects.count() == 7  # nothing is lost for that


@pytest.mark.parametrize("wrong", ["/api/sms/1/", "/api/sms/1.abc/", "/api/sms/hej/"])
def test_without_the_secret_nothing_comes_in(channel, wrong: str) -> None:
    subscribe(channel)
    assert ({status for status, _ in Elks.text_in(wrong, "STOPP")}, active()) == ({404}, {NUMBER})


def test_the_secret_is_of_one_channel_and_its_kind(channel, path) -> None:
    other = ChannelSetup.objects.create(kind="newsletter", name="Brev", on=True)
    assert Elks.text_in(path.replace(f"/{channel.pk}.", f"/{other.pk}."), "STOPP", times=1)[0][0] == 404
    letters = "/" + queries.incoming_url(other).split("/", 3)[3]
    assert Elks.text_in(letters, "STOPP", times=1)[0][0] == 404


def test_stop_works_when_the_channel_is_off(channel, path) -> None:
    subscribe(channel)
    ChannelSetup.objects.update(on=False)
    assert (Elks.text_in(path, "STOPP"), active()) == ([(200, STOPPED)], set())


@pytest.mark.parametrize("missing", ["id", "from"])
def test_half_a_call_is_no_call(path, missing: str) -> None:
    assert Elks.text_in(path, "STOPP", times=1, **{missing: ""})[0][0] == 400
    assert IncomingText.objects.count() == 0


def test_apps_above_understand_more(path, monkeypatch) -> None:
    monkeypatch.setattr(incoming, "_handlers", [])
    heard = []

    @incoming.register
    def course(text: str, number: str, now: dt.datetime) -> str | None:
        heard.append((text, number, now))
        return "Du är anmäld." if text.upper().startswith("KURS") else None

    assert Elks.text_in(path, "Kurs 123") == [(200, "Du är anmäld.")]
    assert Elks.text_in(path, "Hej") == [(200, TO_A_PERSON)]
    assert Elks.text_in(path, "STOPP") == [(200, NOTHING)]  # nobody can take that away
    assert heard == [("Kurs 123", NUMBER, NOW), ("Hej", NUMBER, NOW)]
