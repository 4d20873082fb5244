"""What the editor of a guide is told."""

import pytest

from tests.unit.guides.conftest import screenshot, step
from utbud.guides import checks
from utbud.guides.models import GuidePage

LONG = " ".join(["ordet"] * 31) + "."


@pytest.mark.parametrize(
    ("action", "more_than_one"),
    [
        ("Tryck på den blå knappen.", False),
        ("Öppna appen och tryck på Logga in.", True),
        ("Öppna appen. Tryck på Logga in.", True),
        ("Skriv din kod och sedan ditt namn.", True),
        ("Tryck och håll ner knappen.", False),  # one gesture
        ("Håll ner och dra bilden till höger.", False),
        ("Tryck på Ring och visa.", True),
        ("Det kommer en ring. Den snurrar.", False),
        ("Vänta. Det tar en stund. Skärmen blir blå.", True),  # three sentences
        ("Skriv namn och adress.", False),
        ("", False),
    ],
)
def test_one_action_a_step(action, more_than_one):
    assert checks.is_more_than_one(action) == more_than_one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "stops"),
    [
        ({}, []),
        ({"one_sentence": " "}, [("one_sentence", "Skriv i en mening vad man kan göra med guiden. Den är löftet till läsaren.")]),
        ({"needs": ""}, [("needs", "Skriv vad man behöver innan man börjar, en sak på varje rad.")]),
        ({"steps": []}, [("steps", "Skriv minst ett steg.")]),
    ],
)  # fmt: skip
def test_promises(write_guide, fields, stops):
    found = [(one.field, one.says) for one in checks.problems_of(write_guide(**fields)) if one.stops]
    assert found == stops


def test_a_picture_without_words_stops(write_guide):
    steps = [step(picture=screenshot(), alt="En skärm."), step(picture=screenshot())]
    stops = [one.says for one in checks.problems_of(write_guide(steps=steps)) if one.stops]
    assert stops == ["Steg 2: beskriv bilden i ord, för den som inte ser den."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"minutes": None}, "Skriv ungefär hur många minuter det tar. Då vågar fler börja."),
        ({"steps": [step("Tryck på Klar.")]}, "Inget steg säger vad man gör om det inte blir så här. Var brukar det gå fel?"),
        ({"steps": [step(LONG, wrong="Ring oss.")]}, "Steg 1 har 31 ord. Korta det till högst 30."),
        (
            {"steps": [step("Öppna appen och logga in.", wrong="Ring oss.")]},
            "Steg 1: det ser ut att vara mer än en sak att göra. Kan det bli två steg?",
        ),
        ({"responsible": None}, "Välj vem som är ansvarig. Annars vet ingen vem som ska kontrollera guiden."),
        ({"one_sentence": "En mening. Och en till."}, "Det här är mer än en mening. Kan du säga det i en?"),
    ],
)  # fmt: skip
def test_advice_stops_nothing(write_guide, fields, says):
    advice = [one.says for one in checks.problems_of(write_guide(**fields)) if not one.stops]
    assert says in advice


def test_a_good_guide_has_little_to_look_at(write_guide):
    steps = [step("Öppna appen BankID.", wrong="Ring oss."), step("Tryck på Klar.")]
    guide = write_guide(steps=steps, easy="Du får BankID. Det är lätt.")
    assert checks.problems_of(guide) == []


def test_the_report_counts_steps_and_what_to_do_when_it_goes_wrong(write_guide):
    report = checks.report(
        write_guide(steps=[step("Tryck på Klar.", right="Det blir grönt.", wrong="Ring oss.")])
    )
    assert report.model is GuidePage
    assert report.text.words == 30
