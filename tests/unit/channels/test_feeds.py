"""Feeds: Atom and JSON Feed say the same, in full, with ids that stay, and cost few queries."""

import dataclasses
import datetime as dt
import json
import re

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.base.dates import at_stockholm
from utbud.channels import feeds, sources
from utbud.channels.post import Media, Post
from utbud.channels.sources import Source
from utbud.learning.models import Topic
from utbud.learning.sources import WORDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
SOUND = Media(
    name="lyssna.mp3", url="https://x.example.org/l.mp3", content_type="audio/mpeg", alt="Uppläst", bytes=5
)
SLOW = dataclasses.replace(SOUND, name="lyssna-langsamt.mp3", url="https://x.example.org/s.mp3")
CARD = Media(name="kort.png", url="https://x.example.org/k.png", content_type="image/png", alt="Ett kort")
PAPER = Media(name="utskrift.pdf", url="https://x.example.org/u.pdf", content_type="application/pdf", bytes=9)
POST = Post(
    item="page:7", version="v1", kind="Ord", title="Kaka <b>", lead="En & två.", text="Rubrik\nFörsta\n\nAndra <i>",
    url="https://x.example.org/ord/kaka/", sender="Biblioteket", phone="", tags=("Ord",), media=(PAPER, SLOW, SOUND, CARD),
)  # fmt: skip


def source(*posts, at=None, **more):
    moment = at or dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
    return Source(
        slug="prov", label="Prov", recent=lambda now, limit, topic: [(moment, post) for post in posts][:limit],
        current=lambda now: None, topics=list, **more,
    )  # fmt: skip


def read(address, client, form):
    """A feed as a reader of either kind takes it: (title, [{…}])."""
    answer = client.get(f"{address}.{form}")
    assert answer.status_code == 200
    if form == "json":
        data = json.loads(answer.content)
        assert data["version"] == "https://jsonfeed.org/version/1.1"
        return data["title"], [
            {
                "id": item["id"], "title": item["title"], "link": item["url"], "summary": item["summary"], "html": item["content_html"],
                "files": [(one["url"], one["mime_type"], one.get("size_in_bytes")) for one in item["attachments"]],
                "published": dt.datetime.fromisoformat(item["date_published"]),
            }
            for item in data["items"]
        ]  # fmt: skip
    parsed = feedparser.parse(answer.content)
    assert parsed.bozo is False
    return parsed.feed.title, [
        {
            "id": item.id, "title": item.title, "link": item.link, "summary": item.summary, "html": item.content[0].value,
            "files": [(one.href, one.type, int(one.length) if "length" in one else None) for one in item.enclosures],
            "published": dt.datetime.fromisoformat(item.published),
        }
        for item in parsed.entries
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(sources, "_sources", dict(sources._sources))


@pytest.fixture
def topic():
    return Topic.objects.create(title="Betala och handla", slug="betala")


@pytest.mark.parametrize("form", ["xml", "json"])
class TestEitherForm:
    def test_an_entry_says_all_of_a_post(self, client, form):
        sources.register(source(POST, about="Om provet."))
        title, [entry] = read("/floden/prov", client, form)
        assert title == "Prov – Biblioteket"
        assert (entry["title"], entry["summary"]) == ("Kaka <b>", "En & två.")
        assert entry["link"] == POST.url
        assert re.sub(r"\s+", "", entry["html"]) == (
            "<p><b>En&amp;två.</b></p><h2>Rubrik</h2><p>Första</p><p>Andra&lt;i&gt;</p>"
        )
        assert entry["files"] == [(SLOW.url, "audio/mpeg", 5), (CARD.url, "image/png", None)]
        assert entry["published"] == dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)

    def test_a_word(self, client, write, publish, settings, form):
        word = write("BankID")
        publish(word)
        _title, [entry] = read("/floden/ord", client, form)
        assert (entry["id"], entry["link"]) == (
            f"urn:uuid:{word.translation_key}",
            f"{settings.BASE_URL}/ord/bankid/",
        )
        assert "kort text" in entry["html"]
        assert [file[0] for file in entry["files"]][:1] == [f"{settings.BASE_URL}/ord/bankid/lyssna.mp3"]

    def test_the_id_stays_when_the_word_moves(self, client, write, publish, form):
        word = write("BankID")
        publish(word)
        before = read("/floden/ord", client, form)[1][0]
        word.slug = "bank-id"
        word.save_revision()
        publish(word)
        after = read("/floden/ord", client, form)[1][0]
        assert after["id"] == before["id"]
        assert after["link"] != before["link"]

    def test_newest_first_no_drafts_none_withdrawn(self, client, write, publish, now, form):
        words = [write(title) for title in ("Ett", "Två", "Tre")]
        for number, word in enumerate(words):
            publish(word, at=now + dt.timedelta(days=number))
        words[0].first_published_at, words[2].first_published_at = now, now + dt.timedelta(days=2)
        write("Utkast")
        words[1].unpublish()
        assert [entry["title"] for entry in read("/floden/ord", client, form)[1]] == ["Tre", "Ett"]

    def test_a_topic_has_its_own(self, client, write, publish, topic, form, settings):
        publish(write("Swish", topics=[topic]))
        publish(write("Moln"))
        title, entries = read("/floden/ord/betala", client, form)
        assert (title, [entry["title"] for entry in entries]) == (
            "Veckans digitala ord: Betala och handla – Biblioteket", ["Swish"],
        )  # fmt: skip
        home = feeds.feed_of(WORDS, now=dt.datetime.now(dt.UTC), topic="betala", topic_name="x").home
        assert home == f"{settings.BASE_URL}/ord/amne/betala/"
        assert client.get("/ord/amne/betala/").status_code == 200

    @pytest.mark.parametrize("address", ["/floden/nej", "/floden/ord/nej", "/floden/ord/betala"])
    def test_what_is_not_there(self, client, topic, address, form):
        assert client.get(f"{address}.{form}").status_code == 404  # a topic without words is not there either

    def test_empty(self, client, site, form):
        answer = client.get(f"/floden/ord.{form}")
        assert read("/floden/ord", client, form)[1] == []
        assert "Last-Modified" not in answer.headers

    @pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
    def test_conditional_get(self, client, write, publish, form, header):
        publish(write("BankID"))
        address = f"/floden/ord.{form}"
        first = client.get(address)
        asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]
        again = client.get(address, headers={asked: first[header]})
        assert (again.status_code, again["ETag"]) == (304, first["ETag"])

    def test_a_correction_is_seen(self, client, write, publish, now, form):
        word = write("BankID")
        publish(word)
        first = client.get(f"/floden/ord.{form}")
        word.one_sentence = "En ny mening om ordet."
        word.save_revision()
        publish(word, at=now + dt.timedelta(hours=1))
        again = client.get(f"/floden/ord.{form}", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, "En ny mening" in again.content.decode()) == (200, True)

    def test_few_queries_however_many_words(self, client, write, publish, form):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/floden/ord.{form}").status_code == 200
            return len(queries)

        publish(write("Ord nummer 0"))
        few = asked()
        for number in range(1, 4):
            publish(write(f"Ord nummer {number}"))
        assert (asked(), few <= 14) == (few, True)

    def test_signs_that_xml_cannot_hold(self, client, form):
        sources.register(source(dataclasses.replace(POST, title="a\x00b\x0bc", text="d\ufffe")))
        assert read("/floden/prov", client, form)[1][0]["title"] in ("a b c", "a\x00b\x0bc")


def test_types_language_and_who_may_read(client, site):
    for form, kind in (("xml", "application/atom+xml"), ("json", "application/feed+json")):
        answer = client.get(f"/floden/ord.{form}")
        assert answer["Content-Type"].startswith(kind)
        assert answer["Access-Control-Allow-Origin"] == "*"  # an association's own page may show it
        assert client.head(f"/floden/ord.{form}").status_code == 200
        assert client.post(f"/floden/ord.{form}").status_code == 405
    assert feedparser.parse(client.get("/floden/ord.xml").content).feed.language == "sv"
    assert json.loads(client.get("/floden/ord.json").content)["language"] == "sv"


def test_json_feed_has_what_the_version_asks_for(client, settings):
    sources.register(source(POST, about="Om provet."))
    data = json.loads(client.get("/floden/prov.json").content)
    base = settings.BASE_URL
    assert (data["home_page_url"], data["feed_url"], data["description"]) == (
        f"{base}/prov/", f"{base}/floden/prov.json", "Om provet.",
    )  # fmt: skip
    assert data["authors"] == [{"name": "Biblioteket", "url": f"{base}/"}]
    [item] = data["items"]
    assert (item["image"], item["tags"], item["language"]) == (CARD.url, ["Ord"], "sv")
    assert item["attachments"][0]["title"] == "Uppläst"


@pytest.mark.parametrize(("stored", "told"), [("", False), ("renditions/klipp.mp4", True)])
def test_a_clip_is_told_of_when_there_is_one(client, stored, told):
    clip = dataclasses.replace(
        CARD, name="klipp.mp4", url="https://x.example.org/klipp.mp4", content_type="video/mp4", stored=stored
    )
    sources.register(source(dataclasses.replace(POST, media=(*POST.media, clip))))
    assert (clip.url in client.get("/floden/prov.json").content.decode()) is told
    assert (clip.url in client.get("/floden/prov.xml").content.decode()) is told


def test_without_a_mark_the_id_still_never_changes(client):
    sources.register(source(POST))
    first = read("/floden/prov", client, "json")[1][0]["id"]
    sources.register(
        source(dataclasses.replace(POST, title="Annat", version="v2", url="https://x.example.org/ny/"))
    )
    assert read("/floden/prov", client, "json")[1][0]["id"] == first
    assert first.startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("clock", "when"),
    [((23, 7, 59), (23, 8)), ((23, 8, 0), (30, 8)), ((29, 23, 59), (30, 8)), ((30, 7, 0), (30, 8))],
)
def test_the_word_may_change_on_monday_at_eight(clock, when):
    now = at_stockholm(dt.date(2026, 11, clock[0]), dt.time(*clock[1:]))
    assert WORDS.changes_at(now) == at_stockholm(dt.date(2026, 11, when[0]), dt.time(when[1]))


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("/ord/", {"/floden/ord.xml", "/floden/ord.json"}),
        ("/ord/amne/betala/", {"/floden/ord.xml", "/floden/ord.json", "/floden/ord/betala.xml", "/floden/ord/betala.json"}),
        ("/ord/amne/tomt/", {"/floden/ord.xml", "/floden/ord.json"}),
    ],
)  # fmt: skip
def test_lists_tell_of_their_feeds(client, write, publish, topic, address, links):
    Topic.objects.create(title="Tomt", slug="tomt")
    publish(write("Swish", topics=[topic]))
    head = client.get(address).content.decode().split("</head>")[0]
    told = set(re.findall(r'<link rel="alternate"[^>]* href="([^"]+)"', head))
    assert told == links
    for link in told:
        assert client.get(link).status_code == 200
