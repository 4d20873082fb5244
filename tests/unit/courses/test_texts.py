"""Text messages about courses, through the webhook that 46elks calls: what is written, answered, and done."""

import datetime as dt

import pytest
import time_machine

from tests.unit.channels.fakes.elks import Elks
from utbud.channels import sms
from utbud.channels.models import ChannelSetup, Subscriber
from utbud.channels.subscribers import queries
from utbud.courses import texts, words
from utbud.courses.actions import runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import CoursePage, Quota, Registration, RegistrationChange, Run
from utbud.inbox.models import Message
from utbud.notices.models import Notice
from utbud.people.models import Organisation

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "+46701740605", "+46701740606"
WHEN = "måndag 30 november klockan 10 till 12"
RING = "Ring oss på 08-465 004 00, så hjälper vi dig."
UNKNOWN = f"Vi hittar ingen sådan anmälan från det här numret. {RING}"
NAMED = ("Anna Svensson", "Bo Ek", "Cia Dahl")


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def say(place):
    """Text us: ``say("KURS 12 Anna")`` gives the answer, "" for none."""
    channel = ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config={"sender": "+46701740699"})
    path = "/" + queries.incoming_url(channel).split("/", 3)[3]

    def say(message, number=NUMBER, **more) -> str:
        [(status, body)] = Elks.text_in(path, message, number=number, **more)
        assert status in (200, 204)
        return body

    return say


@pytest.fixture
def quota(plan) -> Quota:
    """Three seats on one occasion."""
    return plan().quotas.get()


def seated(code="47110"):
    Registration.objects.update(code=code)
    return Registration.objects.get()


# --- joining ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("KURS {n} Anna Svensson", "Anna Svensson"), ("Kurs {n}, Anna", "Anna"), ("kurs{n} anna svensson", "Anna Svensson"),
        ("anmäl kurs {n} Anna", "Anna"), ("Anmäl mig till kurs {n}. Anna Svensson", "Anna Svensson"), ("KURS NR {n} ANNA", "Anna"),
        ("Kurs nummer {n}: Anna-Lena d'Arc", "Anna-Lena d'Arc"), ("kurs #{n} jag heter Anna", "Anna"), ("KURS {n} Anna tack!", "Anna"),
        ("Anna Svensson kurs {n}", "Anna Svensson"), ("Hej! Jag vill gå på kurs {n}, mvh Åsa Öberg", "Åsa Öberg"),
        ("Kurs {n}\nGunnel af Ek", "Gunnel af Ek"), ("KURS {n} محمد", "محمد"), ("  kurs   {n}   Bo  ", "Bo"),
    ],
)  # fmt: skip
def test_joining_however_it_is_written(say, quota, message: str, name: str) -> None:
    said = say(message.format(n=quota.pk))
    registration = Registration.objects.get()
    spoken = words.spoken_code(registration.code)
    assert said == (
        f"Du har en plats på Ring med bild, {WHEN}, Huvudbiblioteket. Din kod är {spoken}. "
        f"Får du förhinder? Svara AVBOKA {registration.code}."
    )
    assert (registration.state, registration.name, registration.contact, registration.came_by) == (
        "registered", name, NUMBER, "sms",
    )  # fmt: skip
    assert [str(person) for person in registration.participants.all()] == [name]
    assert (Message.objects.count(), Notice.objects.count()) == (0, 0)  # the answer is the receipt


@pytest.mark.parametrize(
    "message", ["KURS {n}", "kurs{n}", "Anmäl kurs {n}.", "Jag vill gå på kurs {n} tack"]
)
def test_without_a_name_we_ask_for_it(say, quota, message: str) -> None:
    assert say(message.format(n=quota.pk)) == (
        f"Vad heter du? Svara KURS {quota.pk} och ditt namn. Då anmäler du dig till Ring med bild, {WHEN}."
    )
    assert (Registration.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "message",
    [
        "KURS {n} är den full?", "Kurs {n} Anna och Bo", "Kurs {n} när börjar den", "Finns det plats på kurs {n}", "Kurs {n} 2 personer",
        "Kurs {n} Anna Maria Svensson af Ek med tre barn", "Hej, har ni kurser?", "Kurs", "Kurs i juni", "47110", "Jag avbokar inte kurs {n}",
        "Avboka Anna", "Avboka 47110 för jag är sjuk", "Ja det vill jag gärna kl 10 47110", "KURS {n} " + "Anna " * 40,
    ],
)  # fmt: skip
def test_what_is_unclear_comes_to_a_person(say, quota, message: str) -> None:
    assert say(message.format(n=quota.pk)) == "Tack. Vi ringer dig senast måndag 30 november."
    assert (Registration.objects.count(), Message.objects.get().came_by) == (0, "sms")


def test_the_same_text_again_is_one_registration(say, quota) -> None:
    first = say(f"KURS {quota.pk} Anna", key="s1")
    assert [say(f"KURS {quota.pk} Anna", key="s1"), say(f"kurs {quota.pk} anna", key="s2")] == [first, first]
    assert say(f"KURS {quota.pk} Bo") != first
    assert Registration.objects.count() == 2


def test_full_is_a_place_in_line(say, quota, join) -> None:
    join(quota, size=3)
    join(quota, size=2)
    said = say(f"KURS {quota.pk} Anna")
    registration = Registration.objects.last()
    spoken = words.spoken_code(registration.code)
    assert said == (
        f"Det är fullt på Ring med bild, {WHEN}. Du står på plats 2 i kön. Vi hör av oss om det blir plats. "
        f"Din kod är {spoken}. Vill du inte vänta? Svara AVBOKA {registration.code}."
    )
    assert registration.state == "waiting"


def test_seats_that_the_web_leaves_are_for_those_who_text(say, plan, join) -> None:
    quota = plan(seats=1, kept=1).quotas.get()
    assert join(quota).state == "waiting"
    assert say(f"KURS {quota.pk} Anna").startswith("Du har en plats")


def refused(kind: str, plan, course, site, now) -> Run:
    facts = {
        "host": {"joining": "host", "host": Organisation.objects.create(name="Solrosen"), "place": None},
        "elsewhere": {"joining": "elsewhere", "elsewhere": "Ring Medborgarskolan, 070-174 06 99"},
        "elsewhere on the web": {"joining": "elsewhere", "elsewhere": "https://anmal.example.org"},
        "staff": {"joining": "staff"},
        "none": {"joining": "none", "seats": None},
        "over": {"days": (-7,)},
        "begun": {"days": (0, 7)},
    }
    run = plan(**facts.get(kind, {}))
    if kind == "called off":
        runs.cancel_run(run=run, why="", by=site.editor, now=now)
    if kind == "draft":
        CoursePage.objects.update(live=False)
    return run


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("host", "Till Ring med bild anmäler du dig hos Solrosen. {ring}"),
        ("elsewhere", "Till Ring med bild anmäler du dig så här: Ring Medborgarskolan, 070-174 06 99 {ring}"),
        ("elsewhere on the web", "Till Ring med bild kan man inte anmäla sig med sms. {ring}"),
        ("staff", "Till Ring med bild kan man inte anmäla sig med sms. {ring}"),
        ("none", "Till Ring med bild behöver du inte anmäla dig. Välkommen " + WHEN + ". {ring}"),
        ("over", "Den kursen är redan över. {ring}"),
        ("begun", "Det har redan börjat. Ring oss, så hittar vi en annan tid. {ring}"),
        ("called off", "Ring med bild är tyvärr inställd. {ring}"),
        ("draft", "Vi hittar ingen kurs med nummer {n}. {ring}"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_told(say, plan, course, site, now, kind: str, answer: str) -> None:
    quota = refused(kind, plan, course, site, now).quotas.get()
    assert say(f"KURS {quota.pk} Anna") == answer.format(n=quota.pk, ring=RING)
    assert Registration.objects.count() == 0


@pytest.mark.parametrize("number", ["99", "0", "999999999"])
def test_a_number_that_is_no_group(say, number: str) -> None:
    assert say(f"KURS {number} Anna") == f"Vi hittar ingen kurs med nummer {number}. {RING}"


def test_a_sender_whom_nobody_can_ring_joins_nothing(say, quota) -> None:
    assert (say(f"KURS {quota.pk} Anna", number="Reklam AB"), Registration.objects.count()) == ("", 0)


# --- leaving ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    ["AVBOKA 47110", "avboka 47 110", "Avboka kod 47110", "Avbokning 47-110", "Hej, jag vill avboka 47110 tack", "AVBOKA", "avboka tack",
     "Återbud 47110", "Avanmäl 47110", "Avboka kurs {n}", "AVBOKA {n}", "Avboka min plats"],
)  # fmt: skip
def test_leaving_however_it_is_written(say, quota, message: str) -> None:
    say(f"KURS {quota.pk} Anna")
    registration = seated()
    said = say(message.format(n=quota.pk))
    registration.refresh_from_db()
    assert (said, registration.state) == (
        f"Du är avbokad från Ring med bild, {WHEN}. Välkommen en annan gång.",
        "cancelled",
    )
    assert registration.changes.last().what == RegistrationChange.What.CANCELLED
    quota.refresh_from_db()
    assert (quota.taken, Notice.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert say("AVBOKA 47110") == "Den anmälan är redan avbokad."


def test_who_stands_in_line_leaves_the_line(say, plan, join) -> None:
    quota = plan(seats=1).quotas.get()
    join(quota)
    said = say(f"KURS {quota.pk} Anna")
    assert "Du står på plats 1 i kön." in said
    assert say("AVBOKA") == f"Du står inte längre i kön till Ring med bild, {WHEN}. Välkommen en annan gång."
    code = Registration.objects.get(name="Anna").code
    assert say(f"AVBOKA {code}") == "Du står inte längre i den kön."


@pytest.mark.parametrize(
    ("message", "number"), [("AVBOKA 47110", OTHER), ("AVBOKA 11111", NUMBER), ("JA 47110", OTHER), ("NEJ 47110", OTHER),
                            ("AVBOKA 4711", NUMBER), ("JA 99999", NUMBER)],
)  # fmt: skip
def test_a_code_is_only_for_the_number_that_registered(say, quota, message: str, number: str) -> None:
    say(f"KURS {quota.pk} Anna")
    registration = seated()
    assert say(message, number) == UNKNOWN
    registration.refresh_from_db()
    assert registration.state == "registered"


def test_a_registration_that_staff_took_is_left_by_text_from_the_same_number(say, quota, join) -> None:
    registration = join(quota, "Gerd", way="phone", contact="070-174 06 05")
    assert say(f"AVBOKA {registration.code}").startswith("Du är avbokad")


def test_leaving_with_nothing_joined(say) -> None:
    assert say("AVBOKA") == f"Vi hittar ingen anmälan från det här numret. {RING}"


def test_leaving_with_several_joined_asks_which(say, quota, join) -> None:
    one, two = (join(quota, name, way="sms", contact=NUMBER) for name in NAMED[:2])
    assert say("AVBOKA") == (
        f"Vilken vill du avboka? Svara AVBOKA och koden. {one.code}: Ring med bild måndag 30 november. "
        f"{two.code}: Ring med bild måndag 30 november."
    )
    assert say(f"AVBOKA {quota.pk}") == UNKNOWN  # which of them nobody knows
    assert Registration.objects.filter(state="registered").count() == 2


def test_many_joined_still_fit_in_two_messages(say, plan, course, join) -> None:
    CoursePage.objects.update(title="Bli säker på nätet och känn igen lurendrejeri i mejl och sms")
    quota = plan(seats=None).quotas.get()
    for number in range(9):
        join(quota, f"Person {number}", way="phone", contact=NUMBER)
    said = say("AVBOKA")
    assert (sms.segments(said) <= 2, said.endswith("Du har fler.")) == (True, True)


def test_what_is_over_cannot_be_left(say, quota, join, now) -> None:
    registration = join(quota, way="sms", contact=NUMBER)
    with time_machine.travel(now + dt.timedelta(days=8), tick=False):
        assert say(f"AVBOKA {registration.code}") == f"Den kursen är redan över. {RING}"
        assert say("AVBOKA") == f"Vi hittar ingen anmälan från det här numret. {RING}"


# --- answering an offer ---------------------------------------------------------------------------


@pytest.fixture
def offered(plan, join, now) -> Registration:
    """Somebody who waited, and has been offered a seat by text."""
    quota = plan(seats=1).quotas.get()
    first = join(quota)
    waits = join(quota, "Anna", way="sms", contact=NUMBER)
    seats.cancel(registration=first, way="web", now=now)
    Registration.objects.filter(pk=waits.pk).update(code="47110")
    waits.refresh_from_db()
    assert waits.state == "offered"
    return waits


@pytest.mark.parametrize(
    "message", ["JA 47110", "ja", "Ja tack!", "JA 47 110", "Ja, kod 47110", "ok 47110", "Ja tack gärna"]
)
def test_yes_takes_the_seat(say, offered, message: str) -> None:
    assert say(message) == (
        f"Du har en plats på Ring med bild, {WHEN}, Huvudbiblioteket. Din kod är 47 110. Får du förhinder? Svara AVBOKA 47110."
    )
    offered.refresh_from_db()
    assert offered.state == "registered"
    assert say(message if "47" in message else "JA 47110").startswith("Du har en plats")  # twice is once
    assert not Notice.objects.filter(kind="accepted").exists()


@pytest.mark.parametrize("message", ["NEJ 47110", "nej", "Nej tack", "AVBOKA 47110", "nej 47 110 tack"])
def test_no_gives_it_to_the_next(say, offered, join, message: str) -> None:
    behind = join(offered.quota, "Bo")
    assert say(message) == f"Du står inte längre i kön till Ring med bild, {WHEN}. Välkommen en annan gång."
    for registration, state in ((offered, "cancelled"), (behind, "offered")):
        registration.refresh_from_db()
        assert registration.state == state


def test_yes_too_late(say, offered, now) -> None:
    with time_machine.travel(offered.offer_expires_at, tick=False):
        assert say("JA 47110") == f"Erbjudandet gäller inte längre. {RING}"
    seats.expire_offers(offered.offer_expires_at)
    assert say("JA 47110") == f"Erbjudandet gäller inte längre. {RING}"
    offered.refresh_from_db()
    assert offered.state == "expired"


def test_yes_while_one_waits_tells_the_place_in_line(say, plan, join) -> None:
    quota = plan(seats=1).quotas.get()
    join(quota)
    waits = join(quota, "Anna", way="sms", contact=NUMBER)
    assert "Du står på plats 1 i kön" in say(f"JA {waits.code}")
    assert "Du står på plats 1 i kön" in say(f"NEJ {waits.code}")
    waits.refresh_from_db()
    assert waits.state == "waiting"


@pytest.mark.parametrize("message", ["JA", "Nej tack"])
def test_yes_or_no_to_something_else_is_for_a_person(say, quota, message: str) -> None:
    say(f"KURS {quota.pk} Anna")
    assert say(message) == "Tack. Vi ringer dig senast måndag 30 november."


def test_two_offers_ask_which(say, plan, join, now) -> None:
    for day in (7, 14):
        quota = plan(seats=1, days=(day,)).quotas.get()
        first = join(quota)
        join(quota, "Anna", way="sms", contact=NUMBER)
        seats.cancel(registration=first, way="web", now=now)
    assert say("JA").startswith("Vilken menar du? Svara JA eller NEJ och koden.")
    assert Registration.objects.filter(state="offered").count() == 2


def test_yes_with_a_code_does_not_begin_to_subscribe(say, offered, now) -> None:
    Subscriber.objects.create(channel=ChannelSetup.objects.get(), address=NUMBER, asked_at=now)
    assert say("JA 47110").startswith("Du har en plats")
    assert Subscriber.objects.get().confirmed_at is None


# --- what every answer keeps to -------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Ring",
        "Så här pratar du med barnbarnen på skärm – steg för steg, hemma i lugn och ro " * 3,
        "Привет " * 30,
    ],
)
def test_every_answer_is_at_most_two_messages_without_links(say, plan, course, join, title: str, now) -> None:
    CoursePage.objects.update(title=title.strip())
    quota = plan(venue="https://www.example.org/" + "lokal" * 20, days=(7, 14, 21)).quotas.get()
    answers = [say(f"KURS {quota.pk}"), say(f"KURS {quota.pk} Anna")]
    code = Registration.objects.get().code
    answers += [say("AVBOKA"), say(f"AVBOKA {code}")]
    seats.register(quota=quota, name="Bo", contact="b@example.org", people=[Person("Bo")] * 3, came_by="web", now=now,
                   submission_key="b")  # fmt: skip
    answers += [texts.receive(f"KURS {quota.pk} Cia", NUMBER, now)]
    assert [sms.segments(said) for said in answers if sms.segments(said) > 2 or not said] == []
    assert [said for said in answers if "http" in said or "www." in said or "«" in said] == []
