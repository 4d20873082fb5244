"""Films as feeds and channels have them, in the menu, in search, on the start page and in the sitemap."""

import json
import re

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.channels.channel import adapters
from utbud.films.models import FilmPage
from utbud.films.sources import FILMS
from utbud.publishing.posts import post_of

from .conftest import CHAPTERS, many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
PLACE = "/filmer/betala-en-rakning-med-mobilen/"


@pytest.fixture
def out(film, publish, publish_lists):
    page = film()
    publish(page)
    return page


def test_the_feed_has_the_film_its_sound_and_its_still(client, out, film_files, settings):
    answer = client.get("/floden/filmer.xml")
    parsed = feedparser.parse(answer.content)
    assert (parsed.bozo, len(parsed.entries)) == (False, 1)
    [entry] = parsed.entries
    base = f"{settings.BASE_URL}{PLACE}"
    assert (entry.title, entry.link, entry.id) == (
        "Betala en räkning med mobilen",
        base,
        f"urn:uuid:{out.translation_key}",
    )
    assert [(one.href, one.type, int(one.length)) for one in entry.enclosures] == [
        (f"{base}film.m4a", "audio/mp4", len(film_files["sound"])),
        (f"{base}film.jpg", "image/jpeg", len(film_files["poster-1.000"])),
        (f"{base}film.mp4", "video/mp4", len(film_files["720p"])),
    ]
    assert "Tryck på Betala." in entry.content[0].value
    items = json.loads(client.get("/floden/filmer.json").content)["items"]
    assert [one["url"] for one in items[0]["attachments"]] == [one.href for one in entry.enclosures]
    assert client.get("/floden/filmer.xml", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_topic_has_a_feed_of_its_own(client, film, publish, publish_lists):
    from utbud.learning.models import Topic

    topic = Topic.objects.create(title="Betala", slug="betala")
    page = film()
    page.topics.add(topic)
    page.save_revision(user=page.owner)
    publish(page)
    assert len(feedparser.parse(client.get("/floden/filmer/betala.xml").content).entries) == 1


def test_the_feed_costs_as_much_with_1_and_3(client, film, publish_lists, now):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            FILMS.recent(now, 30, "")
        return len(seen)

    many(film, 1)
    asked()
    few = asked()
    many(lambda title: film("Mer " + title), 2)
    assert asked() == few


def test_a_film_on_youtube_is_in_the_feed_without_a_file(client, film, publish, publish_lists):
    publish(film("Ring", asset=None, youtube_id="dQw4w9WgXcQ"))
    [entry] = feedparser.parse(client.get("/floden/filmer.xml").content).entries
    assert [one.type for one in entry.enclosures] == ["image/png"]


def test_what_the_channels_get_of_a_film(out):
    post = post_of(out)
    assert [one.name for one in post.media][:5] == [
        "film.mp4",
        "film-720p.mp4",
        "film-480p.mp4",
        "film.jpg",
        "film.m4a",
    ]
    assert post.file("film.vtt").read().decode().startswith("WEBVTT")
    assert post.chapters == tuple((start, title) for start, title in CHAPTERS)
    assert type(post).from_json(json.loads(json.dumps(post.as_json()))) == post


@pytest.mark.parametrize("slug", sorted(slug for slug in adapters() if slug != "youtube"))
def test_every_other_channel_shows_the_card_and_never_the_film(out, slug):
    post = post_of(out)
    channel = adapters()[slug]({})
    picture = channel.picture(post)
    assert picture is None or re.fullmatch(r"kort[-a-z]*\.(png|jpg)", picture.name)
    assert [name for name in channel.media if name.startswith("film")] == []
    assert channel.declines(post) == ""


def test_youtube_gets_the_film(out):
    post, channel = post_of(out), adapters()["youtube"]({})
    assert channel.picture(post).name == "film.mp4"
    assert [one.says for one in channel.remarks(post, "text") if one.stops] == []


def test_a_film_that_is_on_youtube_can_be_approved_though_the_channel_is_on(film, publish, publish_lists):
    from utbud.channels.models import ChannelSetup, Dispatch

    ChannelSetup.objects.create(kind="youtube", name="Vår kanal", on=True, config={})
    page = film("Ring", asset=None, youtube_id="dQw4w9WgXcQ")
    publish(page)
    assert FilmPage.objects.get(pk=page.pk).live is True
    assert Dispatch.objects.count() == 0


def test_the_menu_the_start_page_and_the_sitemap(client, out, site, publish):
    site.start.save_revision(user=site.editor)
    publish(site.start)
    html = client.get("/").content.decode()
    assert '<li><a href="/filmer/">Filmer</a></li>' in html
    assert f'href="{PLACE}">Se filmen' in html
    assert f"{PLACE}</loc>" in client.get("/sitemap.xml").content.decode()


def test_search_tells_how_long_it_is(client, out):
    html = client.get("/sok/?q=räkning").content.decode()
    assert f'<a href="{PLACE}">' in html
    assert "Film. Tar ungefär 10 sekunder." in html


def test_the_press_page_offers_the_film(client, out):
    html = client.get("/press/").content.decode()
    assert ("Stillbild ur filmen" in html, "Filmens undertexter" in html) == (True, True)
