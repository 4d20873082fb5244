"""Hard words explained in place, sentences marked while they are read."""

import re

import pytest

from utbud.base.richtext import blocks_from_html, blocks_from_text, sentence_spans
from utbud.formats.content import Item, Section, reading
from utbud.formats.html import Explained, Explainer, Lexicon, blocks_html, item_html
from utbud.learning import queries

COOKIE = Explained("kakor", "Kakor", "Kakor är små filer.", "/ord/kakor/")
BANKID = Explained("bankid", "BankID", "BankID är en id-handling.", "/ord/bankid/")
LEXICON = Lexicon({"Kakor": COOKIE, "kakorna": COOKIE, "BankID": BANKID, "mobilt BankID": BANKID})


def explained(html):
    """What was made to open, in order."""
    return re.findall(r"<summary>(.*?)</summary>", html)


@pytest.mark.parametrize(
    ("html", "opens"),
    [
        ("<p>Sidan har kakor.</p>", ["kakor"]),
        ("<p>Kakor och kakorna och KAKOR.</p>", ["Kakor"]),  # once a page, whatever the form
        ("<p>Logga in med mobilt BankID.</p>", ["mobilt BankID"]),  # the longest name
        ("<p>Pepparkakor och kakorlåda.</p>", []),  # only whole words
        ("<p>kakor-rutan</p>", []),
        ("<h3>Om kakor</h3><p>Nej.</p>", []),  # never in a heading
        ("<h3>Om kakor</h3><p>Ja, kakor.</p>", ["kakor"]),
        ('<p><a href="/x/">kakor</a></p>', []),  # never in a link
        ('<p><a href="/x/">kakor</a> och kakor</p>', ["kakor"]),
        ("<ul><li><b>BankID</b></li></ul>", ["BankID"]),
        ("<p>Inget här.</p>", []),
    ],
)
def test_a_known_word_opens_where_it_stands(html, opens):
    assert explained(blocks_html(blocks_from_html(html), Explainer(LEXICON))) == opens


def test_a_word_is_not_explained_on_its_own_page():
    item = Item(kind="", title="BankID", lead="BankID och kakor.", path="/", version="", date=None)
    assert explained(item_html(item, lexicon=LEXICON, own="bankid").lead) == ["kakor"]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '" onmouseover="x', "<b>fet</b>", "a & b"],
)
def test_nothing_that_is_written_becomes_markup(text):
    html = blocks_html(blocks_from_text(text), Explainer(LEXICON))
    assert re.findall(r"<(\w+)", html) == ["div"]


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://x.example.org/", "https://x.example.org/"),
        ("/ord/", "/ord/"),
        ("tel:+4684650400", "tel:+4684650400"),
        ("javascript:alert(1)", "#"),
        ("JaVaScript:alert(1)", "#"),
        ("data:text/html,x", "#"),
    ],
)
def test_a_link_leads_only_where_one_can_go(href, kept):
    html = blocks_html(blocks_from_html(f'<p><a href="{href}">hit</a></p>'), Explainer(LEXICON))
    assert re.findall(r'href="(.*?)"', html) == [kept]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("En. Två! Tre?", ["En.", "Två!", "Tre?"]),
        ("Kom kl. 10.30 i dag. Välkommen.", ["Kom kl. 10.30 i dag.", "Välkommen."]),
        ("Ta med t.ex. mobil. Bra.", ["Ta med t.ex. mobil.", "Bra."]),
        ("Hon sa: ”Kom.” Sedan gick hon.", ["Hon sa: ”Kom.”", "Sedan gick hon."]),
        ("Utan punkt", ["Utan punkt"]),
        ("Besök www.example.org i dag.", ["Besök www.example.org i dag."]),
        ("  ", []),
    ],
)
def test_sentences(text, sentences):
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_the_page_numbers_its_sentences_as_they_are_read():
    html = "<p>En mening. <b>En till</b> med fet text.</p><h3>Mellanrubrik</h3><ul><li>Punkt ett.</li><li>Två. Tre.</li></ul>"
    item = Item(
        kind="", title="Ordet", lead="Ordet är bra.", path="/", version="", date=None,
        sections=(Section("Vad är det?", blocks_from_html(html)), Section("Det är som …", blocks_from_text("Ett.\n\nTvå."))),
    )  # fmt: skip
    page = item_html(item, lexicon=LEXICON)
    shown = page.lead + "".join(part.heading_html + part.html for part in page.sections)
    numbered = {
        int(number): re.sub(r"<[^>]+>", "", text)
        for number, text in re.findall(r'<(?:div|span) class="s" data-n="(\d+)">(.*?)</(?:div|span)>', shown)
    }
    said = {sentence.number: sentence.text for sentence in reading(item)}
    assert numbered.keys() == said.keys() - {0}
    assert all(said[number].startswith(text) for number, text in numbered.items())


@pytest.mark.django_db
def test_only_published_words_are_explained_and_withdrawn_ones_stop(write, publish):
    write("Utkast")
    word = write("Kakor", forms="cookies\nkaka")
    publish(word)
    assert sorted(queries.lexicon().names()) == ["cookies", "kaka", "kakor"]
    word.unpublish()
    assert sorted(queries.lexicon().names()) == []
