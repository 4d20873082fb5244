"""The feed: what stands in it, as independent readers read it, and as apps fetch it again and again."""

import datetime as dt
import io
import json
import uuid

import feedparser
import podcastparser
import pytest
from defusedxml import ElementTree
from django.utils import timezone

from utbud.podcast import feed, queries
from utbud.podcast.models import show_guid

FEED = "/podd/ofiktion/rss.xml"
NS = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd", "podcast": "https://podcastindex.org/namespace/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/", "atom": "http://www.w3.org/2005/Atom",
}  # fmt: skip
NASTY = "Åäö & <b>«fet»</b> \x0b\x01 ]]> 🎧 \ufffe"


# --- pure ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["podnews.net/rss", "https://podnews.net/rss", "http://podnews.net/rss/", " https://podnews.net/rss// "],
)
def test_a_show_has_the_id_that_the_namespace_gives_its_address(address):
    assert show_guid(address) == uuid.UUID("9b024349-ccf0-5f69-a609-6b82873eab3c")


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("Kort.", 4000, "Kort."),
        ("En. Två. Tre.", 9, "En. Två."),
        ("Å" * 10, 11, "ÅÅÅÅ…"),
        ("Ett ord till", 10, "Ett…"),
        ("", 10, ""),
    ],
    ids=["short", "by sentence", "bytes, not letters", "by word", "nothing"],
)
def test_a_long_text_ends_where_a_sentence_does(text, most, kept):
    assert (feed.shortened(text, most), len(feed.shortened(text, most).encode()) <= most) == (kept, True)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("egen licens", None),
    ],
)
def test_a_licence_has_an_address(name, url):
    assert feed.licence_url(name) == url


# --- what stands in it -----------------------------------------------------------------------------------


def channel(client):
    return ElementTree.fromstring(client.get(FEED).content).find("channel")


def told(element, *names):
    return {name: element.findtext(name, namespaces=NS) for name in names}


def test_the_show(client, show, episode):
    episode()
    show.refresh_from_db()
    found = channel(client)
    assert told(found, "title", "link", "language", "itunes:type", "itunes:explicit", "podcast:guid", "podcast:medium",
                "podcast:locked", "podcast:license", "itunes:owner/itunes:email", "itunes:author") == {
        "title": "Podden Ofiktion", "link": "http://localhost:8000/podd/ofiktion/", "language": "sv",
        "itunes:type": "episodic", "itunes:explicit": "false", "podcast:guid": str(show_guid(show.feed_url)),
        "podcast:medium": "podcast", "podcast:locked": "yes", "podcast:license": "cc-by-4.0",
        "itunes:owner/itunes:email": "podd@example.org", "itunes:author": "Biblioteket",
    }  # fmt: skip
    assert found.find("atom:link", NS).attrib == {
        "href": show.feed_url, "rel": "self", "type": "application/rss+xml",
    }  # fmt: skip
    assert [one.get("text") for one in found.iter(f"{{{NS['itunes']}}}category")] == ["Education", "How To"]
    assert found.find("podcast:locked", NS).get("owner") == "podd@example.org"
    assert show.guid == show_guid(show.feed_url)


def test_an_episode(client, episode):
    one = episode(season=2, number=3)
    item, sound = channel(client).find("item"), one.out_sound()
    url = f"http://localhost:8000{one.public_path}"
    assert item.find("enclosure").attrib == {
        "url": url + sound.name, "type": "audio/mpeg", "length": str(sound.bytes),
    }  # fmt: skip
    assert (item.findtext("guid"), item.find("guid").get("isPermaLink")) == (one.guid, "false")
    assert told(item, "itunes:duration", "itunes:episodeType", "itunes:season", "itunes:episode", "podcast:season",
                "podcast:episode", "itunes:explicit") == {
        "itunes:duration": "90", "itunes:episodeType": "full", "itunes:season": "2", "itunes:episode": "3",
        "podcast:season": "2", "podcast:episode": "3", "itunes:explicit": "false",
    }  # fmt: skip
    assert [(one.get("type"), one.get("url")) for one in item.findall("podcast:transcript", NS)] == [
        ("text/vtt", url + "text.vtt"), ("text/html", url + "text/"),
    ]  # fmt: skip
    assert item.find("podcast:chapters", NS).attrib == {
        "url": url + "kapitel.json", "type": "application/json+chapters",
    }  # fmt: skip
    assert [(one.text, one.get("role")) for one in item.findall("podcast:person", NS)] == [
        ("Anna Ek", "host"), ("Bo Alm", "guest"),
    ]  # fmt: skip
    assert item.findtext("content:encoded", namespaces=NS) == (
        "<p>Så gör du ett bra lösenord.</p><p>Vi talar om <strong>lösenord</strong>.</p><ul><li>Långa är bäst.</li></ul>"
    )


# What the namespaces and Apple require of each element, as a table (their specifications, read 2026-11-26).
REQUIRED = {
    "podcast:transcript": {"url", "type"},
    "podcast:chapters": {"url", "type"},
    "podcast:license": {"url"},
    "itunes:image": {"href"},
    "itunes:category": {"text"},
    "atom:link": {"href", "rel", "type"},
}
IN_CHANNEL = [
    "title", "link", "description", "language", "itunes:image", "itunes:category", "itunes:explicit", "podcast:guid",
    "podcast:locked", "podcast:medium", "podcast:license", "lastBuildDate", "pubDate", "image/url", "image/title", "image/link",
]  # fmt: skip
IN_ITEM = ["title", "link", "guid", "pubDate", "enclosure", "description", "itunes:duration", "itunes:image"]


def test_what_the_specifications_require_is_there(client, episode):
    episode()
    root = ElementTree.fromstring(client.get(FEED).content)
    found = root.find("channel")
    assert [name for name in IN_CHANNEL if found.find(name, NS) is None] == []
    assert [name for name in IN_ITEM if found.find("item").find(name, NS) is None] == []
    lacking = []
    for name, wanted in REQUIRED.items():
        prefix, _colon, local = name.partition(":")
        lacking += [name for one in root.iter(f"{{{NS[prefix]}}}{local}") if not wanted <= set(one.attrib)]
    assert lacking == []
    assert [one.text for one in root.iter(f"{{{NS['podcast']}}}person") if len(one.text or "") > 128] == []


def test_whatever_is_written_the_feed_is_well_formed(client, episode):
    one = episode(
        one_sentence=NASTY[:30],
        notes=f"<p>{'Å & ö 🎧. ' * 300}</p><p><a linktype='page' id='99999'>x</a></p>",
    )
    type(one).objects.filter(pk=one.pk).update(title=NASTY)
    item = channel(client).find("item")
    assert item.findtext("title") == "Åäö & <b>«fet»</b>    ]]> 🎧  "
    assert len(item.findtext("description").encode()) <= 4000


def test_links_in_notes_are_whole(client, episode, show):
    one = episode()
    notes = f'<p><a linktype="page" id="{show.pk}">Podden</a> och <a href="https://example.org/?a=1&amp;b=2">en sida</a></p>'
    type(one).objects.filter(pk=one.pk).update(notes=notes)
    assert (
        channel(client)
        .find("item")
        .findtext("content:encoded", namespaces=NS)
        .endswith(
            '<p><a href="http://localhost:8000/podd/ofiktion/">Podden</a> och <a href="https://example.org/?a=1&amp;b=2">en sida</a></p>'
        )
    )


# --- as others read it -------------------------------------------------------------------------------------


def test_feedparser_takes_it(client, episode):
    one = episode()
    read = feedparser.parse(client.get(FEED).content)
    entry = read.entries[0]
    assert (read.bozo, read.version, read.feed.title, len(read.entries)) == (
        False,
        "rss20",
        "Podden Ofiktion",
        1,
    )
    assert (entry.id, entry.guidislink, entry.itunes_duration, entry.enclosures[0].length) == (
        one.guid, False, "90", str(one.out_sound().bytes),
    )  # fmt: skip


def test_podcastparser_takes_it(client, episode):
    one = episode(number=4)
    read = podcastparser.parse("http://localhost:8000" + FEED, io.BytesIO(client.get(FEED).content))
    found = read["episodes"][0]
    assert (read["title"], read["type"], read["explicit"], read["language"]) == (
        "Podden Ofiktion", "episodic", False, "sv",
    )  # fmt: skip
    assert (found["guid"], found["total_time"], found["number"], found["type"]) == (one.guid, 90, 4, "full")
    assert (found["enclosures"][0]["mime_type"], found["enclosures"][0]["file_size"]) == (
        "audio/mpeg", one.out_sound().bytes,
    )  # fmt: skip


# --- as apps fetch it ----------------------------------------------------------------------------------------


def test_it_is_asked_for_again_at_the_cost_of_nothing(client, episode):
    episode()
    first = client.get(FEED)
    for question in ({"If-None-Match": first["ETag"]}, {"If-None-Match": f"W/{first['ETag']}"},
                     {"If-Modified-Since": first["Last-Modified"]}):  # fmt: skip
        again = client.get(FEED, headers=question)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(FEED, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_and_gzip_and_players_on_other_sites(client, episode):
    episode()
    head, squeezed = client.head(FEED), client.get(FEED, headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.content, head["Access-Control-Allow-Origin"]) == (200, b"", "*")
    assert (squeezed["Content-Encoding"], squeezed["Content-Type"]) == ("gzip", feed.TYPE)


def status(client, address):
    answer = client.get(address)
    b"".join(answer.streaming_content if answer.streaming else [])  # it is closed when it is read
    return answer.status_code


def test_what_is_taken_down_leaves_the_feed_and_its_files_are_gone(client, episode):
    one, other = episode("Ett"), episode("Två")
    before = client.get(FEED)
    addresses = [f"{one.public_path}{name}" for name in (one.out_sound().name, "text.vtt", "kapitel.json")]
    assert [status(client, address) for address in addresses] == [200, 200, 200]
    one.unpublish()
    after = client.get(FEED)
    assert [item.findtext("guid") for item in ElementTree.fromstring(after.content).iter("item")] == [
        other.guid
    ]
    assert [status(client, address) for address in addresses] == [410, 410, 410]
    assert after["ETag"] != before["ETag"]


def test_a_show_that_is_taken_down_is_gone_and_one_that_never_was_is_not_there(client, show):
    show.unpublish()
    assert (client.get(FEED).status_code, client.get("/podd/nagon/rss.xml").status_code) == (410, 404)


def test_a_feed_that_has_moved_sends_apps_there(client, episode, show):
    episode()
    type(show).objects.filter(pk=show.pk).update(moved_to="https://podd.example.org/rss")
    answer = client.get(FEED)
    root = ElementTree.fromstring(answer.content)
    assert (answer.status_code, answer["Location"]) == (301, "https://podd.example.org/rss")
    assert root.findtext("channel/itunes:new-feed-url", namespaces=NS) == "https://podd.example.org/rss"


def test_an_episode_that_moved_in_keeps_its_day_and_its_guid(client, draft, send, site):
    page = draft()
    day = dt.datetime(2020, 2, 3, 6, tzinfo=dt.UTC)
    type(page).objects.filter(pk=page.pk).update(guid="gammal-1", first_out=day)
    page.refresh_from_db()
    page.save_revision(user=site.editor)
    send(page)
    item = channel(client).find("item")
    assert (item.findtext("guid"), item.findtext("pubDate")) == (
        "gammal-1",
        "Mon, 03 Feb 2020 07:00:00 +0100",
    )


def test_guids_do_not_come_back_from_an_older_draft(episode, show, site, send):
    page = episode()
    show.refresh_from_db()
    old = show.latest_revision.as_object()
    assert (old.guid, page.latest_revision.as_object().guid) == (show.guid, page.guid)


def test_the_same_queries_however_many_episodes_there_are(draft, show):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from utbud.podcast.models import Enclosure, EpisodePage

    now, found = timezone.now(), []
    for number in (1, 3):
        for at in range(number):
            page = draft(f"Avsnitt {number} {at}")
            EpisodePage.objects.filter(pk=page.pk).update(live=True, first_published_at=now)
            Enclosure.objects.create(
                episode=page, key="k", digest=f"{page.pk:064}", file="x", bytes=10, seconds=90, header_bytes=1, lufs=-16,
                peak=-2, out_at=now,
            )  # fmt: skip
        page = queries.live_shows()[0]
        feed.feed_of(page)  # what is kept between requests is kept
        with CaptureQueriesContext(connection) as asked:
            items = feed.feed_of(page).body.count(b"<item>")
        with CaptureQueriesContext(connection) as listed:
            rows = len(queries.rows_of(page, None)["rows"])
        found.append((items, rows, len(asked), len(listed)))
    (one, one_row, asked_one, listed_one), (more, more_rows, asked_more, listed_more) = found
    assert (one, one_row, more, more_rows) == (1, 1, 4, 4)
    assert (asked_more, listed_more) == (asked_one, listed_one)


# --- beside it ------------------------------------------------------------------------------------------------


def test_the_text_has_short_lines_and_says_who_speaks(client, episode):
    one = episode(captions=[[0.0, 9.0, "ord " * 40, "Anna"]])
    answer = client.get(f"{one.public_path}text.vtt")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert (answer["Content-Type"], answer["Access-Control-Allow-Origin"]) == ("text/vtt; charset=utf-8", "*")
    assert (lines[0], lines[3].startswith("<v Anna>")) == ("WEBVTT", True)
    assert max(len(line.removeprefix("<v Anna>")) for line in lines) <= 65


def test_chapters_are_json_chapters(client, episode):
    answer = client.get(f"{episode().public_path}kapitel.json")
    assert (answer["Content-Type"], answer["Access-Control-Allow-Origin"]) == (
        "application/json+chapters",
        "*",
    )
    assert json.loads(b"".join(answer.streaming_content)) == {
        "version": "1.2.0", "title": "Om lösenord",
        "chapters": [{"startTime": 0.0, "title": "Inledning"}, {"startTime": 60.0, "title": "Avslutning"}],
    }  # fmt: skip


def test_channels_are_told_of_an_episode(episode, now):
    from utbud.podcast import sources

    one = episode()
    ((moment, post),) = sources.recent(now, 10, "")
    assert (post.item, post.title, post.kind) == (f"page:{one.pk}", "Om lösenord", "Podden Ofiktion")
    assert (moment, post.file(one.out_sound().name).bytes) == (one.first_published_at, one.out_sound().bytes)
    assert set(sources.marks([post.item])) == {post.item}
