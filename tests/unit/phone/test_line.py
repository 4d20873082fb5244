"""The line as a caller hears it: keys in, what is heard out. The phone service is a fake that holds to 46elks' documents."""

import dataclasses

import pytest

from tests.unit.phone.conftest import CALLER, PHONE, no_phone, with_media
from utbud.inbox.models import Message
from utbud.phone import actions, offers, queries
from utbud.places.models import OpeningHours, Place, SpecialDay

ALWAYS = "Tre knappar fungerar överallt. Tryck 7 för att höra igen, 8 för att höra långsammare eller 9 för att gå tillbaka."
ALWAYS_SLOW = "Tre knappar fungerar överallt. Tryck 7 för att höra igen, 8 för att höra i vanlig fart eller 9 för att gå tillbaka."
FIRST = "Tryck 1 för veckans digitala ord. Tryck 2 för öppettider och drop-in. Tryck 3 så ringer vi upp dig."
STAFF = "Tryck 0 för att prata med personal."
MENU = f"{FIRST} {STAFF} {ALWAYS}"
CLOSED = f"{FIRST} {ALWAYS}"
WELCOME = "Välkommen till Provbiblioteket."
START = f"{WELCOME} {MENU}"
BYE = f"Nu avslutar vi samtalet. Du kan ringa oss på {PHONE}. Välkommen att ringa igen. Hej då."
INTRO = "Nu läser vi veckans digitala ord. Tryck på en knapp om du vill avbryta."
WIFI, BANKID, MOLN = "[/ord/wifi/lyssna.mp3]", "[/ord/bankid/lyssna.mp3]", "[/ord/moln/lyssna.mp3]"
WIFI_SLOW = "[/ord/wifi/lyssna-langsamt.mp3]"
AFTER = "Tryck 1 för ett annat ord. Tryck 7 för att höra ordet igen, 8 för att höra det långsammare eller 9 för att gå tillbaka."
AFTER_SLOW = "Tryck 1 för ett annat ord. Tryck 7 för att höra ordet igen, 8 för att höra det i vanlig fart eller 9 för att gå tillbaka."
LAST = "Tryck 7 för att höra ordet igen, 8 för att höra det långsammare eller 9 för att gå tillbaka."
NO_WORD = "Det ordet går inte att lyssna på just nu."
HOURS = (
    "Nästa tid för digital hjälp utan att boka: I dag klockan 13–15 på Huvudbiblioteket. Drop-in: måndag 13–15. "
    "Huvudbiblioteket: Öppet nu, stänger klockan 18. Tryck 7 för att höra igen eller 9 för att gå tillbaka."
)
NUMBER = ["Vi kan ringa upp dig på det här numret.", *"0701740605"]
IS_IT = "Tryck 1 om vi ska ringa det numret. Tryck 7 för att höra numret igen eller 9 för att gå tillbaka."
THANKS = (
    "Tack. Vi ringer dig senast måndag 30 november. Vi frågar aldrig efter din kod eller ditt BankID. "
    "Lägg på, eller tryck 9 för att gå tillbaka."
)
WITHHELD = f"Vi kan inte se ditt nummer. Du kan ringa oss på {PHONE}. Tryck 0 för att prata med personal eller 9 för att gå tillbaka."
CONNECTING = "Nu kopplar vi dig till personalen. Det kan dröja lite innan någon svarar."
CALL_YOU = "Tryck 3 så ringer vi upp dig, eller 9 för att gå tillbaka."
NOBODY = f"Tyvärr kunde ingen svara just nu. {CALL_YOU}"
SORRY = "Den knappen används inte här."


def slow(text: str) -> str:
    return f"{text} ~"


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ("", [START, BYE]),
        ("7", [START, MENU, BYE]),
        ("#", [START, MENU, BYE]),
        ("9", [START, MENU, BYE]),
        ("1", [START, INTRO, WIFI, AFTER, BYE]),
        ("17", [START, INTRO, WIFI, AFTER, WIFI, AFTER, BYE]),
        ("18", [START, INTRO, WIFI, AFTER, WIFI_SLOW, slow(AFTER_SLOW), slow(BYE)]),
        ("188", [START, INTRO, WIFI, AFTER, WIFI_SLOW, slow(AFTER_SLOW), WIFI, AFTER, BYE]),
        ("11", [START, INTRO, WIFI, AFTER, BANKID, AFTER, BYE]),
        ("111", [START, INTRO, WIFI, AFTER, BANKID, AFTER, MOLN, LAST, BYE]),
        ("19", [START, INTRO, WIFI, AFTER, MENU, BYE]),
        ("1*", [START, INTRO, WIFI, AFTER, MENU, BYE]),
        ("2", [START, HOURS, BYE]),
        ("27", [START, HOURS, HOURS, BYE]),
        ("28", [START, HOURS, slow(HOURS), slow(BYE)]),
        ("29", [START, HOURS, MENU, BYE]),
        ("8", [START, slow(f"{FIRST} {STAFF} {ALWAYS_SLOW}"), slow(BYE)]),
        ("3", [START, *NUMBER, IS_IT, BYE]),
        ("37", [START, *NUMBER, IS_IT, *NUMBER, IS_IT, BYE]),
        ("39", [START, *NUMBER, IS_IT, MENU, BYE]),
        ("31", [START, *NUMBER, IS_IT, THANKS, BYE]),
        ("319", [START, *NUMBER, IS_IT, THANKS, MENU, BYE]),
        ("0", [START, CONNECTING]),
        ("20", [START, HOURS, CONNECTING]),
        ("5", [START, SORRY, START, BYE]),
        ("552", [START, SORRY, START, SORRY, START, HOURS, BYE]),
        ("555", [START, SORRY, START, SORRY, START, BYE]),
        ("25255", [START, HOURS, SORRY, HOURS, SORRY, HOURS, BYE]),
    ],
)  # fmt: skip
def test_what_is_heard(elks, keys, heard):
    assert elks().ring(keys).heard == heard


@pytest.mark.parametrize(
    ("answers", "heard"),
    [("success", []), ("busy", [NOBODY, BYE]), ("failed", [NOBODY, BYE])],
)
def test_the_staff_answer_or_do_not(elks, answers, heard):
    call = elks().ring("0", answers=answers)
    assert (call.heard, call.connected) == ([START, CONNECTING, *heard], ["+46846500400"])


def test_when_nobody_answers_one_can_be_rung(elks):
    assert elks().ring("031", answers="busy").heard[-3:] == [IS_IT, THANKS, BYE]
    assert Message.objects.get().contact == CALLER


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-11-23 09:59", "Stängt nu. Öppnar i dag klockan 10"),
        ("2026-11-23 19:00", "Meröppet nu till klockan 20. Personal finns i morgon klockan 10"),
        ("2026-11-23 23:30", "Stängt nu. Öppnar i morgon klockan 10"),
        ("2026-11-28 12:00", "Stängt nu. Öppnar på måndag klockan 10"),
        ("2026-12-25 12:00", "Stängt i dag: juldagen. Öppnar på måndag klockan 10"),
    ],
)
def test_nobody_is_put_through_when_the_staff_have_gone(elks, clock, moment, says):
    clock(moment)
    call = elks().ring("0")
    shut = f"Just nu kan ingen svara i telefonen. Huvudbiblioteket: {says}. {CALL_YOU}"
    assert call.connected == []
    assert call.heard[1:] == [shut, BYE]
    assert STAFF not in call.heard[0]


def test_a_special_day_counts(elks, library):
    SpecialDay.objects.create(place=library, date="2026-11-23", closed=True, reason="Planeringsdag")
    call = elks().ring("0")
    assert "Stängt i dag: planeringsdag. Öppnar i morgon klockan 10." in call.heard[1]


def test_it_closes_while_somebody_chooses(elks, clock):
    call = elks().ring("0", between=lambda pressed: clock("2026-11-23 18:00"))
    assert call.connected == []
    assert call.heard[1].startswith("Just nu kan ingen svara i telefonen.")


@pytest.mark.parametrize(
    "number", ["", "anonymous", "+46", "112", "070-174 06 05", "+4670174060512345678", "hej\x00"]
)
def test_a_number_that_cannot_be_seen(elks, number):
    call = elks(caller=number).ring("31")
    assert call.heard == [START, WITHHELD, SORRY, WITHHELD, BYE]
    assert not Message.objects.exists()


def test_a_foreign_number_is_read_with_its_country(elks):
    assert "".join(elks(caller="+4721234567").ring("3").heard[2:-2]) == "4721234567"


class TestWords:
    def test_none_this_week(self, elks, words):
        words.current = None
        call = elks().ring("1")
        assert "Tryck 1" not in call.heard[0]
        assert call.heard[1:] == [NO_WORD, MENU.removeprefix("Tryck 1 för veckans digitala ord. "), BYE]

    def test_one_without_sound_is_not_offered(self, elks, words):
        words.current = dataclasses.replace(words.current, media=())
        assert "Tryck 1" not in elks().ring("1").heard[0]

    def test_slower_where_there_is_no_slow_reading_is_the_one_there_is(self, elks, words):
        words.current = with_media(words.current, "lyssna.mp3")
        assert elks().ring("81").heard[3] == WIFI

    def test_withdrawn_between_two_keys(self, elks, words):
        def withdraw(pressed: int) -> None:
            if pressed == 2:
                words.current, words.older = None, []

        call = elks().ring("17", between=withdraw)
        assert call.heard[:5] == [START, INTRO, WIFI, AFTER, NO_WORD]
        assert call.heard[5].startswith("Tryck 2")

    def test_the_word_changes_while_somebody_listens(self, elks, words):
        def monday(pressed: int) -> None:
            if pressed == 2:
                words.older.insert(0, words.current)
                words.current = words.older.pop()

        assert elks().ring("171", between=monday).heard[4:8] == [WIFI, AFTER, BANKID, LAST]

    def test_another_reading_has_another_address(self, words):
        media = words.current.media[0]
        before = queries.sound_address(media, words.current)
        assert before == queries.sound_address(media, words.current)
        assert before != queries.sound_address(
            dataclasses.replace(media, stored="renditions/new"), words.current
        )
        assert before != queries.sound_address(media, dataclasses.replace(words.current, version="later"))

    def test_no_source_at_all(self, elks, monkeypatch):
        monkeypatch.setattr("utbud.channels.sources._sources", {})
        assert elks().ring("").heard[0].startswith(f"{WELCOME} Tryck 2")


class TestWhatTheLibraryLacks:
    def test_no_phone_of_its_own(self, elks):
        no_phone()
        call = elks(caller="").ring("03")
        assert call.connected == []
        assert call.heard[0] == f"{WELCOME} {CLOSED}"
        assert call.heard[1] == f"Just nu går det inte att koppla dig till personalen. {CALL_YOU}"
        assert call.heard[2] == "Vi kan inte se ditt nummer. Tryck 9 för att gå tillbaka."
        assert call.heard[3] == "Nu avslutar vi samtalet. Välkommen att ringa igen. Hej då."

    def test_the_line_is_never_connected_to_itself(self, elks):
        call = elks(called="+46846500400").ring("0")
        assert call.connected == []
        assert STAFF not in call.heard[0]

    def test_no_drop_in(self, elks):
        OpeningHours.objects.filter(kind="dropin").delete()
        call = elks().ring("2")
        assert "Tryck 2 för öppettider. " in call.heard[0]
        assert call.heard[1].startswith("Huvudbiblioteket: Öppet nu")

    def test_no_places(self, elks):
        Place.objects.all().delete()
        call = elks().ring("20")
        assert call.heard[1].startswith("Just nu finns inga öppettider att läsa upp.")
        assert call.connected == []

    def test_a_place_without_hours(self, elks):
        Place.objects.create(name="Bokbussen", slug="bokbussen", kind=Place.Kind.BUS, order=2)
        assert "Bokbussen har inga fasta tider. Fråga personalen." in elks().ring("2").heard[1]


def test_courses_are_told_when_somebody_offers_them(elks, monkeypatch):
    monkeypatch.setattr(offers, "_sources", {})
    offers.register("kurser", lambda now: ["Ring med bild, tisdag 1 december klockan 10."])
    call = elks().ring("2")
    assert "Tryck 2 för kurser och öppettider." in call.heard[0]
    assert call.heard[1].startswith("Ring med bild, tisdag 1 december klockan 10. Nästa tid")


class TestCallBack:
    def test_it_lands_in_the_inbox_once(self, elks):
        elks().ring("31")
        message = Message.objects.get()
        assert (message.contact, message.came_by, message.answer_by.isoformat(), message.answered_at) == (
            CALLER, Message.Way.PHONE, "2026-11-30", None,
        )  # fmt: skip

    def test_who_rings_twice_waits_for_one_call(self, elks):
        elks(callid="c1").ring("31")
        elks(callid="c2").ring("31")
        assert Message.objects.count() == 1

    def test_saying_yes_twice_in_a_call_is_one(self, elks):
        elks().ring("31931")
        assert Message.objects.count() == 1

    def test_without_a_yes_there_is_none(self, elks):
        elks().ring("3")
        assert not Message.objects.exists()

    def test_asked_again_the_next_day_it_promises_the_same(self, elks, clock):
        elks().ring("31")
        clock("2026-11-24 10:30")
        assert THANKS in elks().ring("31").heard
        assert Message.objects.count() == 1


class TestReadBeforehand:
    def test_nothing_is_read_in_during_a_call_that_was_prepared(self, elks, clock, read_in, caplog):
        moment = clock("2026-11-23 10:30")
        assert actions.read_in_missing(moment) == len(read_in) > 40
        before = len(read_in)
        for later in ("10:30", "13:00", "18:00", "20:00"):
            clock(f"2026-11-23 {later}")
            for keys in ("1117", "1828", "31", "850"):
                elks(callid=later + keys, again=1).ring(keys, answers="busy")
        clock("2026-11-24 00:00")
        elks(callid="x", caller="", again=1).ring("2939")
        assert len(read_in) == before
        assert caplog.text == ""

    def test_a_second_time_there_is_nothing_to_do(self, elks, clock):
        moment = clock("2026-11-23 10:30")
        actions.read_in_missing(moment)
        assert actions.read_in_missing(moment) == 0

    def test_what_is_not_read_in_is_read_in_at_once_and_told(self, elks, read_in, caplog):
        elks().ring("")
        assert [saying.text for saying in read_in] == [START, BYE]
        assert "Read in during a call" in caplog.text

    def test_a_file_that_has_gone_is_made_again(self, elks, read_in):
        elks().ring("")
        for prompt in queries.prompts(queries.PhonePrompt.objects.values_list("key", flat=True)).values():
            prompt.file.storage.delete(prompt.file.name)
        assert elks().ring("").heard == [START, BYE]
        assert len(read_in) == 4
