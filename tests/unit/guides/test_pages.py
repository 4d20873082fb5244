"""Guides as readers meet them: the list, a guide, one step at a time, what a partner hands out, where else they are shown."""

import json
import re
from itertools import pairwise

import feedparser
import pytest

from tests.unit.guides.conftest import screenshot, step
from utbud.formats.content import Step, reading, steps_section
from utbud.formats.html import EMPTY, item_html
from utbud.guides.models import GuidePage
from utbud.learning.models import Topic
from utbud.people.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


def text_of(html: str) -> str:
    """What is read on a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def main(client, address: str) -> str:
    return page(client, address).split("<main", 1)[1].split("</main>", 1)[0]


@pytest.fixture
def topic(db) -> Topic:
    return Topic.objects.create(title="Betala och handla", slug="betala", order=1)


@pytest.fixture
def many(write_guide, publish_guide):
    """Publish ``count`` guides more, each with a picture in each step, a topic and a partner."""

    def many(count: int, **fields) -> list[GuidePage]:
        shot = screenshot(1400, 900)
        return [
            publish_guide(
                write_guide(
                    f"Guide {number}",
                    steps=[step("Gör det.", picture=shot), step("Gör mer.", picture=shot)],
                    **fields,
                )
            )
            for number in range(count)
        ]

    return many


# --- sentences: what is read and what is marked are the same ------------------------------------------


TEXTS = [
    Step(action="Öppna appen."),
    Step(action="Öppna appen. Vänta", right="Nu syns en bock", wrong="Ring oss. Eller kom hit."),
    Step(action="Ring kl. ", wrong="Första.\n\nAndra stycket, t.ex. så här. Sista"),
    Step(action=""),
    Step(action="Skriv <b>1 & 2</b>", right="Ser du «Klart!»? Bra."),
]


@pytest.mark.parametrize("steps", [tuple(TEXTS[:1]), tuple(TEXTS), ()])
def test_sentences_are_numbered_on_the_page_as_they_are_read(guide, steps):
    import dataclasses

    item = guide.content()
    before, _steps, after = item.sections
    item = dataclasses.replace(
        item, steps=steps, sections=(before, steps_section("Gör så här", steps), after)
    )
    html = item_html(item, lexicon=EMPTY)
    whole = html.lead + "".join(
        section.heading_html
        + (
            "".join(
                one.action + one.right_label + one.right + one.wrong_label + one.wrong
                for one in section.steps
            )
            if section.steps
            else section.html
        )
        for section in html.sections
    )
    from html import unescape

    marked = {
        int(number): unescape(re.sub(r"<[^>]+>", "", said))
        for number, said in re.findall(r'data-n="(\d+)">(.*?)</(?:div|span)>', whole)
    }
    said = {one.number: one.text for one in reading(item)[1:]}
    assert list(marked) == sorted(marked)
    assert {number: text.rstrip(".") for number, text in said.items()} == {
        number: text.rstrip(".") for number, text in marked.items()
    }


# --- the page -----------------------------------------------------------------------------------------


def test_a_guide_says_first_what_one_needs_then_each_step_and_what_one_sees(guide, client, site):
    guide.responsible = site.editor
    html = main(client, "/guider/skaffa-bankid-i-en-ny-telefon/")
    said = text_of(html)
    in_order = (
        "Skaffa BankID i en ny telefon", "Det här behöver du", "Din nya telefon", "Det tar ungefär 15 minuter.", "Gör så här",
        "Öppna appen BankID i din nya telefon.", "Så ska det se ut", "Du ser en blå skärm.", "Om det inte blir så här",
        "Hittar du inte appen?", "Skriv din nya kod två gånger.", "När det är klart", "Du har BankID i din nya telefon.",
        "Gick det bra?", "Senast kontrollerad 23 november 2026 av en redaktör på",
    )  # fmt: skip
    places = [said.find(part) for part in in_order]
    assert -1 not in places
    assert places == sorted(places)
    assert [int(n) for n in re.findall(r'<li id="steg-(\d+)"', html)] == [1, 2, 3]
    assert site.editor.username not in said


def test_a_picture_has_its_size_its_words_and_is_seen_whole_by_a_link(write_guide, publish_guide, client):
    shot = screenshot(1800, 1200)
    publish_guide(write_guide(steps=[step("Öppna.", picture=shot, alt="Skärmen med en blå knapp")]))
    html = main(client, "/guider/skaffa-bankid-i-en-ny-telefon/")
    [(whole, attributes)] = re.findall(r'<p class="shot"><a href="([^"]+)"><img ([^>]+)>', html)
    assert whole == f"/media/{shot.file.name}"
    told = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
    assert (told["alt"], told["width"], told["height"]) == ("Skärmen med en blå knapp", "900", "600")
    for address in (told["src"], whole):
        assert b"".join(client.get(address).streaming_content)[:4] == b"\x89PNG"


def test_how_to_for_search_engines(write_guide, publish_guide, client, settings, partner):
    publish_guide(
        write_guide(partners=[partner], steps=[step("Öppna.", picture=screenshot()), step("Skriv.")])
    )
    html = page(client, "/guider/skaffa-bankid-i-en-ny-telefon/")
    [raw] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    told = json.loads(raw)
    base = f"{settings.BASE_URL}/guider/skaffa-bankid-i-en-ny-telefon/"
    assert (told["@type"], told["name"], told["totalTime"]) == (
        "HowTo",
        "Skaffa BankID i en ny telefon",
        "PT15M",
    )
    assert [one["name"] for one in told["tool"]] == ["Din nya telefon", "Din gamla telefon"]
    assert told["contributor"] == [{"@type": "Organization", "name": "Tillväxtavdelningen"}]
    assert [(one["position"], one["text"], one["url"], "image" in one) for one in told["step"]] == [
        (1, "Öppna.", f"{base}#steg-1", True), (2, "Skriv.", f"{base}#steg-2", False),
    ]  # fmt: skip


def test_a_draft_is_not_shown_and_has_no_pages_beside_it(write_guide, partner, client):
    write_guide(partners=[partner])
    base = "/guider/skaffa-bankid-i-en-ny-telefon/"
    for address in (
        "",
        "steg/1/",
        "partner/tillvaxtavdelningen/",
        "partner/tillvaxtavdelningen/utskrift.pdf",
        "utskrift.pdf",
    ):
        assert client.get(base + address).status_code == 404, address


def test_a_guide_that_lacks_everything_can_be_looked_at(write_guide, publish_guide, client):
    publish_guide(write_guide(needs="", minutes=None, steps=[], done="", responsible=None))
    html = main(client, "/guider/skaffa-bankid-i-en-ny-telefon/")
    assert "Gör så här" not in html
    assert "/steg/1/" not in html
    assert "Senast kontrollerad 23 november 2026 av " in text_of(html)


# --- one step at a time ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "earlier", "later"),
    [(1, "Innan du börjar", "Nästa steg"), (2, "Förra steget", "Nästa steg"), (3, "Förra steget", "Klart")],
)
def test_one_step_a_page_with_the_way_back_and_on(guide, client, number, earlier, later):
    html = main(client, f"/guider/skaffa-bankid-i-en-ny-telefon/steg/{number}/")
    assert f'<h1 class="s" data-n="0">Steg {number} av 3</h1>' in html
    assert f"/steg/{number}/lyssna.mp3" in html
    shown = [int(mark) for mark in re.findall(r'data-n="(\d+)"', html)]
    assert shown == list(range(len(shown)))  # numbered as they are read
    links = re.findall(r'<a class="button[^"]*"[^>]*>([^<]+)</a>', html)
    assert links == ["Lyssna", "Långsammare", earlier, later]
    assert "<details" not in html or '<details class="wrong" open>' in html


@pytest.mark.parametrize("number", ["0", "4", "99"])
def test_there_are_no_other_steps(guide, client, number):
    assert client.get(f"/guider/skaffa-bankid-i-en-ny-telefon/steg/{number}/").status_code == 404


# --- the list --------------------------------------------------------------------------------------------


def test_the_list_stands_by_life_goal_with_minutes_and_partner(
    topic, write_guide, publish_guide, partner, client
):
    second = Topic.objects.create(title="Prata med andra", slug="prata", order=2)
    other = Organisation.objects.create(name="Seniorföreningen Ekot")
    publish_guide(write_guide("Swisha", topics=[second, topic], partners=[partner, other], minutes=1))
    publish_guide(write_guide("Ring med bild", topics=[second], minutes=None))
    publish_guide(write_guide("Annat", topics=[]))
    write_guide("Utkast", topics=[topic])
    html = main(client, "/guider/")
    assert re.findall(r"<h[23]>(?:<a[^>]*>)?([^<]+)", html) == [
        "Betala och handla", "Swisha", "Prata med andra", "Ring med bild", "Annat", "Annat",
    ]  # fmt: skip
    assert "Tar ungefär 1 minut . Tillsammans med Tillväxtavdelningen och Seniorföreningen Ekot" in text_of(
        html
    )
    html = main(client, "/guider/amne/prata/")
    assert re.findall(r"<h3><a[^>]*>([^<]+)", html) == ["Ring med bild", "Swisha"]


def test_an_empty_list_says_whom_to_ring(guides, topic, client):
    for address in ("/guider/", "/guider/amne/betala/", "/guider/mapp/"):
        assert "Här finns inga guider än" in main(client, address)


def test_the_list_has_pages(many, client):
    many(13)
    assert len(re.findall(r'<li class="row">', main(client, "/guider/"))) == 12
    assert len(re.findall(r'<li class="row">', main(client, "/guider/?sida=2"))) == 1


@pytest.mark.parametrize(
    "address", ["/guider/", "/guider/amne/betala/", "/guider/mapp/", "/ord/amne/betala/", "/"]
)
def test_as_many_queries_however_many_guides(
    many, topic, partner, client, django_assert_num_queries, address
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    many(1, topics=[topic], partners=[partner])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    many(2, topics=[topic], partners=[partner])
    client.get(address)
    with CaptureQueriesContext(connection) as more:
        client.get(address)
    assert len(more) == len(few)


def test_as_many_queries_however_many_steps(write_guide, publish_guide, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = []
    for count in (1, 3):
        shots = [screenshot(1000 + number, 700) for number in range(count)]
        publish_guide(write_guide(f"Guide {count}", steps=[step("Gör det.", picture=shot) for shot in shots]))
        client.get(f"/guider/guide-{count}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/guider/guide-{count}/")
        counted.append(len(asked))
    assert counted[0] == counted[1]


# --- what a partner hands out --------------------------------------------------------------------------------


def test_a_partner_has_a_page_to_hand_out(write_guide, publish_guide, partner, client):
    publish_guide(write_guide(partners=[partner]))
    base = "/guider/skaffa-bankid-i-en-ny-telefon/"
    assert f'href="{base}partner/tillvaxtavdelningen/"' in main(client, base)
    html = main(client, f"{base}partner/tillvaxtavdelningen/")
    said = text_of(html)
    assert said.index("Tillväxtavdelningen Skaffa") < said.index("En guide från Tillväxtavdelningen")
    for name in re.findall(r'href="(utskrift[^"]*)"', html):
        answer = client.get(f"{base}partner/tillvaxtavdelningen/{name}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert b"".join(answer.streaming_content)[:5] == b"%PDF-"
    assert client.get(f"{base}partner/nagon-annan/").status_code == 404


# --- where else ---------------------------------------------------------------------------------------------


def test_the_feed_tells_of_guides_and_of_a_topic(topic, write_guide, publish_guide, client, settings):
    publish_guide(write_guide("Swisha", topics=[topic]))
    publish_guide(write_guide("Annat"))
    assert len(feedparser.parse(client.get("/floden/guider.xml").content).entries) == 2
    [entry] = feedparser.parse(client.get("/floden/guider/betala.xml").content).entries
    assert (entry.title, entry.link) == ("Swisha", f"{settings.BASE_URL}/guider/swisha/")
    assert "Öppna appen BankID i din nya telefon." in entry.content[0].value


def test_recent_costs_the_same_however_many(many, topic, partner, now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from utbud.guides.sources import recent

    counted = []
    for count in (3, 10):
        many(count, topics=[topic], partners=[partner])
        recent(now, 50, "")  # what is kept between requests is kept
        with CaptureQueriesContext(connection) as asked:
            recent(now, 50, "")
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_search_tells_how_long_it_takes(guide, client):
    assert "Guide. Tar ungefär 15 minuter." in text_of(main(client, "/sok/?q=skaffa+bankid"))


def test_the_start_page_shows_the_latest(many, client):
    many(4)
    html = main(client, "/")
    assert re.findall(r'<h3><a href="/guider/[^"]+">([^<]+)', html) == ["Guide 3", "Guide 2", "Guide 1"]
    assert 'href="/guider/"' in html


def test_a_topics_page_leads_to_the_guides_on_it(topic, write_guide, publish_guide, client):
    assert "/guider/amne/betala/" not in main(client, "/ord/amne/betala/")
    publish_guide(write_guide(topics=[topic]))
    assert '<a class="big" href="/guider/amne/betala/">Guider: Betala och handla</a>' in main(
        client, "/ord/amne/betala/"
    )


def test_the_sitemap_tells_of_topics_with_guides(topic, write_guide, publish_guide, client, settings):
    publish_guide(write_guide(topics=[topic]))
    listed = client.get("/sitemap.xml").content.decode()
    for path in ("guider/", "guider/skaffa-bankid-i-en-ny-telefon/", "guider/amne/betala/", "guider/mapp/"):
        assert f"<loc>{settings.BASE_URL}/{path}</loc>" in listed


def test_headings_go_down_a_step_at_a_time(guide, client):
    topic = Topic.objects.create(title="Trygg på nätet", slug="trygg")
    guide.topics.add(topic)
    guide.save()
    for address in ("/guider/", "/guider/amne/trygg/", guide.public_path, f"{guide.public_path}steg/1/"):
        levels = [int(level) for level in re.findall(r"<h([1-6])", main(client, address))]
        assert levels[0] == 1, address
        assert all(below - above <= 1 for above, below in pairwise(levels)), (address, levels)
