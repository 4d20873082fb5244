"""Search forgives spelling and knows everyday names."""

import pytest
from django.core.management import call_command

from tests.conftest import send_out, write_word
from utbud.places.models import Place
from utbud.search import queries
from utbud.web.models import InfoPage, StartPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files"), pytest.mark.database]


@pytest.fixture(scope="module", autouse=True)
def words(standing):
    """Four words that are out, and a draft."""
    standing(make_words)


def make_words(site):
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
        send_out(site, write_word(site, title, **fields))
    write_word(site, "Hemligt utkast")
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
        ("bank idd", "BankID"),  # two words that are one name, and a wrong letter
        ("hur skaffar jag bank id", "BankID"),  # a name inside a question
        ("jag har glömt mitt lösenord", "Lösenord"),
    ],
)
def test_first_hit(question, first):
    assert titles(question)[:1] == [first]


@pytest.mark.parametrize("question", ["jag", "mormor", "vpn", "usb", "strömma film"])
def test_real_swedish_is_not_taken_for_a_slip(question):
    assert queries.find(question).corrected == ""


def test_a_question_in_full_finds_what_it_is_about_and_not_everything():
    assert titles("hur får jag tag på fejsbok") == ["Sociala medier"]


def test_a_form_that_nobody_uses_here_finds_its_kin():
    assert titles("mötesplatserna") == ["Sociala medier"]
    assert queries.find("mötesplatserna").corrected == "mötesplatser"


@pytest.mark.parametrize(
    ("question", "to_us"),
    [
        ("öppettider", True),
        ("när öppnar ni", True),
        ("var ligger biblioteket", True),
        ("storvik", True),  # a place of ours
        ("hjälp med bankid", False),  # asks about a word of ours
        ("molnet", False),
        ("i", False),
    ],
)
def test_who_asks_for_us_is_shown_to_us(client, question, to_us):
    Place.objects.create(name="Biblioteket i Storvik", slug="storvik")
    html = client.get("/sok/", {"q": question}).content.decode().split("<main")[1].split("</main")[0]
    assert ('<a href="/hjalp/">' in html) is to_us


@pytest.mark.parametrize(
    "question", ["", "   ", "!!!", "xyzzyqwertyuiop", "'; DROP TABLE ord; --", '"', "*", "a" * 5000, "\x00"]
)
def test_strange_questions_find_nothing_and_break_nothing(question, client):
    assert client.get("/sok/", {"q": question}).status_code == 200


@pytest.mark.parametrize("question", ["hemligt", "hemligt utkast"])
def test_drafts_are_not_found(question):
    assert "Hemligt utkast" not in titles(question)


def test_a_withdrawn_word_is_not_found():
    from utbud.learning.models import WordPage

    WordPage.objects.get(title="BankID").unpublish()
    assert "BankID" not in titles("bankid")


def test_what_was_understood_is_said(client):
    assert queries.find("lösenrd").corrected == "lösenord"
    assert queries.find("lösenord").corrected == ""
    assert "lösenord" in client.get("/sok/", {"q": "lösenrd"}).content.decode()


def test_what_was_asked_stands_escaped_in_the_box(client):
    html = client.get("/sok/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in html


def test_what_is_published_is_found_at_once_and_waits_for_no_job(write, publish, settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}
    }  # nothing is ever done
    publish(write("Molnet", explanation="<p>Du sparar dina vykort hos ett företag.</p>"))
    assert titles("vykort") == ["Molnet"]


class TestTheHousesOwn:
    @pytest.fixture
    def lists(self, site):
        start = StartPage.objects.get()
        for slug in ("kurser", "filmer", "guider"):
            if not start.get_children().filter(slug=slug).update(title=f"Vår sida {slug}"):
                start.add_child(instance=InfoPage(title=f"Vår sida {slug}", slug=slug, body="<p>Allt.</p>"))

    @pytest.mark.parametrize(
        ("question", "first"),
        [
            ("kurs", "Vår sida kurser"),
            ("kurser", "Vår sida kurser"),
            ("anmälan", "Vår sida kurser"),
            ("Film", "Vår sida filmer"),
            ("filmer", "Vår sida filmer"),
            ("guide", "Vår sida guider"),
        ],
    )
    def test_a_kind_of_thing_leads_to_its_list(self, lists, question, first):
        assert titles(question)[:1] == [first]

    @pytest.mark.parametrize(
        "question",
        [
            "öppettider",
            "oppettider",
            "Öppettid",
            "skriva ut",
            "utskrift",
            "bokbuss",
            "bokbussen",
            "drop-in",
            "nar oppnar ni",
        ],
    )
    def test_what_we_do_on_site_leads_to_help(self, question):
        assert queries.find(question).help

    @pytest.mark.parametrize("question", ["lösenord", "filma", "utskick"])
    def test_other_words_do_not(self, lists, question):
        assert (titles(question)[:1] == ["Vår sida kurser"], queries.find(question).help) == (
            False,
            False,
        )
