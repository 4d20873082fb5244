"""Search forgives spelling and knows everyday names."""

import pytest
from django.core.management import call_command

from utbud.search import queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def words(write, publish):
    for title, fields in {
        "BankID": {
            "forms": "mobilt BankID",
            "misspellings": "bank id\nbankide",
            "one_sentence": "BankID är en id-handling.",
        },
        "Lösenord": {"forms": "lösenordet\nlösenorden", "one_sentence": "Ett lösenord är en hemlig kod."},
        "Sociala medier": {
            "misspellings": "fejsbok\nfacebook",
            "one_sentence": "Sociala medier är mötesplatser.",
        },
        "Molnet": {"explanation": "<p>Du sparar bilder hos ett företag. Du når dem med ett lösenord.</p>"},
    }.items():
        publish(write(title, **fields))
    write("Hemligt utkast")
    call_command("update_index", verbosity=0)


def titles(question):
    return [page.title for page in queries.find(question).pages]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("BankID", "BankID"),
        ("bank id", "BankID"),  # an everyday spelling
        ("mobilt bankid", "BankID"),
        ("bnakid", "BankID"),  # wrong letters
        ("fejsbok", "Sociala medier"),
        ("lösenordet", "Lösenord"),  # a form that stemming does not find
        ("lösenrd", "Lösenord"),
        ("losenord", "Lösenord"),  # a keyboard without ö
        ("  MOLNET  ", "Molnet"),
        ("spara bilder", "Molnet"),
        ("hur får jag bankid", "BankID"),
    ],
)
def test_first_hit(words, question, first):
    assert titles(question)[:1] == [first]


@pytest.mark.parametrize(
    "question", ["", "   ", "!!!", "xyzzyqwertyuiop", "'; DROP TABLE ord; --", '"', "*", "a" * 5000, "\x00"]
)
def test_strange_questions_find_nothing_and_break_nothing(words, question, client):
    assert client.get("/sok/", {"q": question}).status_code == 200


@pytest.mark.parametrize("question", ["hemligt", "hemligt utkast"])
def test_drafts_are_not_found(words, question):
    assert "Hemligt utkast" not in titles(question)


def test_a_withdrawn_word_is_not_found(words):
    from utbud.learning.models import WordPage

    WordPage.objects.get(title="BankID").unpublish()
    assert "BankID" not in titles("bankid")


def test_what_was_understood_is_said(words, client):
    assert queries.find("lösenrd").corrected == "lösenord"
    assert queries.find("lösenord").corrected == ""
    assert "lösenord" in client.get("/sok/", {"q": "lösenrd"}).content.decode()


def test_what_was_asked_stands_escaped_in_the_box(words, client):
    html = client.get("/sok/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in html
