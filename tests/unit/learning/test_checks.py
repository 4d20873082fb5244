"""What the editor is told while writing."""

import re

import pytest

from utbud.learning.checks import problems_of, report

pytestmark = pytest.mark.django_db

EMPTY = '{"blocks":[],"entityMap":{}}'
HARD = (
    "<p>Informationssäkerhetsorganisationen rekommenderar myndighetsövergripande autentiseringslösningar för "
    "verksamhetskritiska informationssystem inom kommunalförvaltningens digitaliseringsprogram.</p>"
)


def told(word):
    return {(problem.field, problem.stops) for problem in problems_of(word)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {("drawing", False), ("easy", False)}),
        ({"one_sentence": ""}, {("one_sentence", True), ("drawing", False), ("easy", False)}),
        ({"explanation": "<p> </p>"}, {("explanation", True), ("drawing", False), ("easy", False)}),
        (
            {"one_sentence": "Det är bra. Det är mer."},
            {("one_sentence", False), ("drawing", False), ("easy", False)},
        ),
        ({"explanation": HARD}, {("explanation", False), ("drawing", False), ("easy", False)}),
        (
            {"explanation": "<p>Bra.</p><h4>Hoppar</h4><p>Bra.</p>"},
            {("explanation", False), ("drawing", False), ("easy", False)},
        ),
        (
            {"explanation": "<p>Bra.</p><h3>Ett</h3><h4>Två</h4><p>Bra.</p>"},
            {("drawing", False), ("easy", False)},
        ),
        ({"easy": "Det är bra. Du kan prova."}, {("drawing", False)}),
        (
            {"easy": "Informationssäkerhetsorganisationen rekommenderar autentiseringslösningar."},
            {("drawing", False), ("easy", False)},
        ),
    ],
)
def test_table(write, fields, expected):
    assert told(write(**fields)) == expected


def test_the_report_says_the_lix_of_the_whole_text(write):
    assert (round(report(write()).text.lix), report(write("Två")).text.band) == (12, "mycket lätt")


def test_hard_words_are_named(write):
    says = " ".join(problem.says for problem in problems_of(write(explanation=HARD)))
    assert "autentiseringslösningar" in says
    assert "LIX är" in says


class TestWhileWriting:
    """The report is asked for with the form as it stands."""

    @pytest.fixture
    def post(self, client, site, word_form):
        def post(page_id, **fields):
            client.force_login(site.editor)
            return client.post(f"/admin/ord/granska/{page_id}/", word_form(**fields))

        return post

    def test_a_new_word(self, post):
        answer = post(0, one_sentence="", explanation=EMPTY)
        assert answer.status_code == 200
        assert answer.content.decode().count("Stoppar godkännande") == 2

    def test_an_empty_text_has_no_figure(self, post):
        said = post(0, one_sentence="", explanation=EMPTY).content.decode()
        assert ("LIX 0" in said, "mycket lätt" in said) == (False, False)
        assert "hur lätt texten är att läsa" in said

    def test_each_remark_names_its_field(self, post):
        said = post(0, one_sentence="", explanation=EMPTY).content.decode()
        names = re.findall(r'data-field="(\w+)".*?<span data-name>(.+?):</span>', said)
        assert {("one_sentence", "En mening som alla förstår"), ("explanation", "Förklaring")} <= set(names)

    def test_a_word_being_changed_saves_nothing(self, post, write):
        word = write()
        answer = post(word.pk, likeness="Det är som ett hus. Du har en nyckel.")
        assert "LIX" in answer.content.decode()
        word.refresh_from_db()
        assert word.likeness == ""
        assert word.get_latest_revision_as_object().likeness == ""

    def test_strangers_get_nothing(self, client, site):
        assert client.post("/admin/ord/granska/0/").status_code == 302


@pytest.mark.parametrize(
    ("mode", "shows"),
    [
        ("print", '<img src="data:image/png;base64,'),
        ("poster", "som affisch"),
        ("speech", "<audio controls"),
        ("", "<h1"),
    ],
)
def test_the_word_is_previewed_as_page_print_poster_and_speech_before_it_is_saved(write, mode, shows):
    word = write("Molnet")
    word.one_sentence = "Molnet är något osparat."
    html = word.make_preview_request(preview_mode=mode).content.decode()
    assert shows in html
    assert word.live is False
