"""Guides on the phone line: chosen by key, read one step at a time, and which ones are offered."""

import datetime as dt

import pytest

from tests.unit.guides.conftest import screenshot, step
from tests.unit.phone import test_line as line
from tests.unit.phone.conftest import clock, elks, library, read_in, words  # noqa: F401
from utbud.channels.models import Reach
from utbud.guides import readings
from utbud.phone import actions, offers
from utbud.phone.models import PhoneVisit
from utbud.phone.offers import Reading
from utbud.publishing.models import item_key

BANKID = Reading(
    key="page:7",
    title="Skaffa BankID",
    before=("Det här behöver du: din telefon.", "Det tar ungefär 5 minuter."),
    steps=(("Öppna appen.", "Så ska det se ut: En blå skärm."), ("Skriv din kod.",)),
    done=("Nu har du BankID.",),
)
SWISH = Reading(key="page:8", title="Swisha", steps=(("Öppna Swish.",),))
MENU = line.MENU.replace("ringer vi upp dig.", "ringer vi upp dig. Tryck 4 för en guide, ett steg i taget.")
START = f"{line.WELCOME} {MENU}"
CHOOSE = "Välj en guide. Tryck 1 för Skaffa BankID. Tryck 2 för Swisha. Tryck 7 för att höra igen eller 9 för att gå tillbaka."
ALWAYS = "Tryck 7 för att höra igen, 8 för att höra långsammare eller 9 för att gå tillbaka."
FIRST = f"Skaffa BankID. Det här behöver du: din telefon. Det tar ungefär 5 minuter. Guiden har 2 steg. Tryck 1 för första steget. {ALWAYS} {line.STAFF}"
SLOWER = (
    "Tryck 7 för att höra steget igen, 8 för att höra det långsammare eller 9 för att gå tillbaka ett steg."
)
USUAL = (
    "Tryck 7 för att höra steget igen, 8 för att höra det i vanlig fart eller 9 för att gå tillbaka ett steg."
)
ONE = "Steg 1 av 2. Öppna appen. Så ska det se ut: En blå skärm. Tryck 1 för nästa steg."
TWO = f"Steg 2 av 2. Skriv din kod. Det var sista steget. Tryck 1 när du är klar. {SLOWER}"
DONE = f"Nu har du BankID. Tryck 1 för en annan guide. Tryck 9 för att gå tillbaka ett steg. {line.STAFF}"
GONE = "Den guiden går inte att lyssna på just nu."
BYE, SORRY = line.BYE, line.SORRY


def slow(text: str) -> str:
    return f"{text} ~"


@pytest.fixture
def offered(monkeypatch) -> list[Reading]:
    """What is offered now: change it at will."""
    found = [BANKID, SWISH]
    monkeypatch.setattr(offers, "_readings", {"guider": lambda now: list(found)})
    return found


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ("4", [CHOOSE, BYE]),
        ("49", [CHOOSE, MENU, BYE]),
        ("47", [CHOOSE, CHOOSE, BYE]),
        ("43", [CHOOSE, SORRY, CHOOSE, BYE]),
        ("41", [CHOOSE, FIRST, BYE]),
        ("411", [CHOOSE, FIRST, f"{ONE} {SLOWER}", BYE]),
        ("4111", [CHOOSE, FIRST, f"{ONE} {SLOWER}", TWO, BYE]),
        ("41111", [CHOOSE, FIRST, f"{ONE} {SLOWER}", TWO, DONE, BYE]),
        ("411111", [CHOOSE, FIRST, f"{ONE} {SLOWER}", TWO, DONE, CHOOSE, BYE]),
        ("4117", [CHOOSE, FIRST, f"{ONE} {SLOWER}", f"{ONE} {SLOWER}", BYE]),
        ("411#", [CHOOSE, FIRST, f"{ONE} {SLOWER}", f"{ONE} {SLOWER}", BYE]),
        ("4118", [CHOOSE, FIRST, f"{ONE} {SLOWER}", slow(f"{ONE} {USUAL}"), slow(BYE)]),
        ("4119", [CHOOSE, FIRST, f"{ONE} {SLOWER}", FIRST, BYE]),
        ("411199", [CHOOSE, FIRST, f"{ONE} {SLOWER}", TWO, f"{ONE} {SLOWER}", FIRST, BYE]),
        ("419", [CHOOSE, FIRST, CHOOSE, BYE]),
        ("4199", [CHOOSE, FIRST, CHOOSE, MENU, BYE]),
        ("41112", [CHOOSE, FIRST, f"{ONE} {SLOWER}", TWO, SORRY, TWO, BYE]),
        ("4110", [CHOOSE, FIRST, f"{ONE} {SLOWER}", line.CONNECTING]),
    ],
)  # fmt: skip
def test_what_is_heard(elks, offered, keys, heard):  # noqa: F811
    assert elks().ring(keys).heard == [START, *heard]


def test_without_guides_nothing_is_said_of_them(elks, offered):  # noqa: F811
    offered.clear()
    assert elks().ring("4").heard == [line.START, SORRY, line.START, BYE]


def test_withdrawn_while_somebody_listens(elks, offered):  # noqa: F811
    call = elks().ring("411", between=lambda pressed: offered.remove(BANKID) if pressed == 3 else None)
    assert call.heard == [START, CHOOSE, FIRST, GONE, MENU, BYE]


def test_made_shorter_while_somebody_listens(elks, offered):  # noqa: F811
    def shorter(pressed: int) -> None:
        if pressed == 4:
            offered[0] = Reading(key="page:7", title="Skaffa BankID", steps=(("Öppna appen.",),))

    call = elks().ring("4111", between=shorter)
    assert (
        call.heard[4]
        == f"Nu är du klar. Tryck 1 för en annan guide. Tryck 9 för att gå tillbaka ett steg. {line.STAFF}"
    )


def test_a_guide_is_counted_once_a_call(elks, offered, db):  # noqa: F811
    elks().ring("4111941")
    assert list(PhoneVisit.objects.values_list("what", "item")) == [("listened", "page:7")]


def test_all_of_it_is_read_in_beforehand(elks, offered, clock, read_in, caplog):  # noqa: F811
    actions.read_in_missing(clock("2026-11-23 10:30"))
    before = len(read_in)
    for number, keys in enumerate(("411111", "411899", "42111", "439")):
        elks(callid=str(number), again=1).ring(keys)
    assert (len(read_in), caplog.text) == (before, "")


# --- which ones -------------------------------------------------------------------------------------------


pytestmark = pytest.mark.django_db


def test_a_guide_as_sentences(write_guide, publish_guide, now):
    steps = [
        step("Öppna appen", right="En blå\nskärm", wrong="Ring oss. Vi hjälper", picture=screenshot()),
        step("Skriv kl. 9. Vänta."),
    ]
    guide = publish_guide(
        write_guide("Skaffa BankID.", steps=steps, needs="Din telefon\n\nDin kod.", minutes=1)
    )
    assert readings.readings(now) == [
        Reading(
            key=item_key(guide.pk),
            title="Skaffa BankID",
            before=("Det här behöver du: Din telefon; Din kod.", "Det tar ungefär 1 minut."),
            steps=(
                (
                    "Öppna appen.",
                    "Så ska det se ut: En blå skärm.",
                    "Om det inte blir så här: Ring oss.",
                    "Vi hjälper.",
                ),
                ("Skriv kl. 9.", "Vänta."),
            ),
            done=("Du har BankID i din nya telefon.",),
        )
    ]


def test_the_most_wanted_of_the_weeks_before_this_one_else_the_latest(write_guide, publish_guide, now):
    guides = [publish_guide(write_guide(f"Guide {n}"), at=now - dt.timedelta(days=n)) for n in range(8)]
    write_guide("Utkast")
    publish_guide(write_guide("Utan steg", steps=[]))
    assert [one.title for one in readings.readings(now)] == [f"Guide {n}" for n in range(5)]
    Reach.objects.create(
        day=now.date() - dt.timedelta(days=3), way="web", what="view", item=item_key(guides[7].pk), count=9
    )
    Reach.objects.create(
        day=now.date(), way="web", what="view", item=item_key(guides[6].pk), count=99
    )  # this week
    assert [one.title for one in readings.readings(now)] == [
        "Guide 0",
        "Guide 1",
        "Guide 2",
        "Guide 3",
        "Guide 7",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_two_queries_in_every_call(write_guide, publish_guide, now, django_assert_num_queries, count):
    shot = screenshot()
    for number in range(count):
        publish_guide(write_guide(f"Guide {number}", steps=[step("Gör det.", picture=shot)] * 2))
    with django_assert_num_queries(2):
        readings.readings(now)


def test_none_at_all(db, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert readings.readings(now) == []
