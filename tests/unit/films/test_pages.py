"""Films for readers: the list and its ways in, the page with all that a film has, and the files beside it."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.base.dates import length_words
from utbud.films import queries
from utbud.films.models import FilmPage
from utbud.learning.models import DigitalService, Recheck, ServiceChange, Topic

from .conftest import many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
ADDRESS = "/filmer/betala-en-rakning-med-mobilen/"


@pytest.fixture
def out(film, publish, publish_lists):
    page = film()
    publish(page)
    return page


def html_of(client, address=ADDRESS):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def jsonld_of(html):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "5 sekunder"), (22, "20 sekunder"), (54, "55 sekunder"), (58, "1 minut"), (75, "1 minut"),
        (76, "1 och en halv minut"), (120, "2 minuter"), (150, "2 och en halv minut"), (170, "3 minuter"),
        (200, "3 minuter"), (3600, "1 timme"), (3661, "1 timme och 1 minut"), (9000, "2 timmar och 30 minuter"),
    ],
)  # fmt: skip
def test_a_length_in_words(seconds, words):
    assert length_words(seconds) == words


@pytest.mark.parametrize(("seconds", "iso"), [(90, "PT1M30S"), (12, "PT12S"), (3600, "PT1H"), (0, "PT0S")])
def test_a_length_for_machines(seconds, iso):
    assert queries.iso_duration(seconds) == iso


# --- the list -----------------------------------------------------------------------------------


def test_the_empty_list_says_whom_to_ask(client, publish_lists):
    from utbud.places.models import LibrarySettings

    library = LibrarySettings.load()
    library.phone = "08-465 004 00"
    library.save()
    html = html_of(client, "/filmer/")
    assert "Här finns inga filmer än." in html
    assert html.split("<main", 1)[1].split("</main>")[0].count("08-465 004 00") == 1


def test_the_list_tells_what_how_long_and_where(client, out):
    html = html_of(client, "/filmer/")
    assert f'<a href="{ADDRESS}">Betala en räkning med mobilen</a>' in html
    assert "Film, 10 sekunder" in html
    assert "Filmen visar hur du betalar en räkning." in html
    assert f'<img src="{ADDRESS}film.jpg" alt="" width="1280" height="720" loading="lazy">' in html


def test_the_same_number_of_queries_at_1_and_3(client, film, publish_lists):
    def asked(address):
        client.get(address)  # what is remembered is remembered
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    many(film, 1)
    topic = Topic.objects.create(title="Betala", slug="betala")
    for page in FilmPage.objects.all():
        page.topics.add(topic)
        page.save()
    few = [asked("/filmer/"), asked("/filmer/amne/betala/")]
    many(lambda title: film("Mer " + title), 2)
    assert [asked("/filmer/"), asked("/filmer/amne/betala/")] == few


def test_pages_of_the_list(client, film, publish_lists, monkeypatch):
    monkeypatch.setattr(queries, "PER_PAGE", 2)
    many(film, 3)
    assert "Sida 1 av 2" in html_of(client, "/filmer/")
    assert "Film 0" in html_of(client, "/filmer/?sida=2")


def test_a_topic_shows_its_films_alone(client, film, publish, publish_lists):
    topic = Topic.objects.create(title="Betala och handla", slug="betala")
    other = Topic.objects.create(title="Prata med andra", slug="prata")
    for title, one in (("Betala", topic), ("Ring", other)):
        page = film(title)
        page.topics.add(one)
        page.save_revision(user=page.owner)
        publish(page)
    html = html_of(client, "/filmer/amne/betala/")
    assert ('href="/filmer/betala/"' in html, 'href="/filmer/ring/"' in html) == (True, False)
    assert 'href="/floden/filmer/betala.xml"' in html
    assert client.get("/filmer/amne/finns-inte/").status_code == 404


# --- a film ---------------------------------------------------------------------------------------


def test_first_what_one_needs_and_how_long_it_takes(client, out):
    html = html_of(client)
    order = [
        "Det här behöver du",
        "<video",
        "Delar i filmen",
        "Det som sägs",
        "Det som syns men inte sägs",
        "Gick det bra?",
    ]
    places = [html.index(part) for part in order]
    assert places == sorted(places)
    assert "<li>" in html[places[0] : places[1]]
    assert "10 sekunder" in html[: places[1]]


def test_the_player_is_the_browsers_own_with_captions_on(client, out):
    html = html_of(client)
    video = re.search(r"<video.*?</video>", html, re.DOTALL)[0]
    assert re.search(r'<video controls playsinline preload="none" width="1280" height="720"', video)
    assert f'poster="{ADDRESS}film.jpg"' in video
    assert re.findall(r'<source src="([^"]+)" type="video/mp4"(?: media="([^"]+)")?>', video) == [
        (f"{ADDRESS}film-480p.mp4", "(max-width: 30rem)"),
        (f"{ADDRESS}film-720p.mp4", ""),
    ]
    assert f'<track kind="captions" src="{ADDRESS}film.vtt" srclang="sv" label="Svenska" default>' in video


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ("?t=6", ["film-480p.mp4#t=6", "film-720p.mp4#t=6"]),
        ("?fil=liten", ["film-480p.mp4"]),
        ("?fil=liten&t=3", ["film-480p.mp4#t=3"]),
        ("?t=-1", ["film-480p.mp4", "film-720p.mp4"]),
        ("?t=<b>", ["film-480p.mp4", "film-720p.mp4"]),
    ],
)
def test_without_javascript_a_part_and_the_smaller_file_are_addresses(client, out, query, sources):
    video = re.search(r"<video.*?</video>", html_of(client, ADDRESS + query), re.DOTALL)[0]
    assert re.findall(rf'<source src="{ADDRESS}([^"]+)"', video) == sources


def test_chapters_and_lines_to_go_to(client, out):
    html = html_of(client)
    parts = re.findall(
        r'<li><a href="(\?t=\d+#film)" data-to="([\d.]+)"><b>(.*?)</b> <span>(.*?)</span>', html
    )
    assert parts == [
        ("?t=0#film", "0.00", "Innan du börjar", "0:00, 5 sekunder"),
        ("?t=6#film", "6.20", "Betala", "0:06, 5 sekunder"),
    ]
    assert re.findall(r'class="line" data-from="([\d.]+)">(.*?)</span>', html) == [
        ("0.50", "Hej. I dag betalar vi en räkning."), ("3.50", "Öppna appen."),
        ("6.50", "Tryck på Betala."), ("9.50", "Nu är det klart."),
    ]  # fmt: skip


def test_hard_words_are_explained_where_they_are_said(client, out, write, publish):
    publish(write("Appen", one_sentence="En app är ett program i mobilen."))
    assert "Läs mer om Appen" in html_of(client)


def test_the_steps_on_paper_where_a_guide_shows_the_same(client, out, publish):
    from utbud.guides.models import GuideIndexPage, GuidePage

    assert "Skriv ut stegen" not in html_of(client)
    guide = GuidePage(title="Betala", slug="betala", one_sentence="Så betalar du.", film=out, live=True)
    GuideIndexPage.objects.get().add_child(instance=guide)
    assert '<a href="/guider/betala/utskrift.pdf">Skriv ut stegen (PDF)</a>' in html_of(client)
    GuidePage.objects.update(live=False)
    assert "Skriv ut stegen" not in html_of(client)


def test_readers_see_that_a_service_has_changed(client, out, now):
    bankid = DigitalService.objects.create(name="BankID")
    change = ServiceChange.objects.create(service=bankid, what="Ny färg på knappen.", at=now)
    recheck = Recheck.objects.create(page=out, change=change)
    html = html_of(client)
    assert ("BankID har ändrats sedan sidan kontrollerades." in html, "Ny färg på knappen." in html) == (
        True,
        True,
    )
    recheck.done_at = now
    recheck.save()
    assert "har ändrats" not in html_of(client)


def test_what_search_engines_are_told(client, out, settings):
    data = jsonld_of(html_of(client))
    base = f"{settings.BASE_URL}{ADDRESS}"
    assert {name: data[name] for name in ("@type", "duration", "contentUrl", "thumbnailUrl", "transcript")} == {
        "@type": "VideoObject", "duration": "PT12S", "contentUrl": f"{base}film.mp4", "thumbnailUrl": [f"{base}film.jpg"],
        "transcript": "Hej. I dag betalar vi en räkning. Öppna appen. Tryck på Betala. Nu är det klart.",
    }  # fmt: skip
    assert data["uploadDate"] == out.first_published_at.isoformat(timespec="seconds")
    assert data["caption"]["contentUrl"] == f"{base}film.vtt"
    assert data["hasPart"] == [
        {"@type": "Clip", "name": "Innan du börjar", "startOffset": 0, "endOffset": 6, "url": f"{base}?t=0"},
        {"@type": "Clip", "name": "Betala", "startOffset": 6, "endOffset": 12, "url": f"{base}?t=6"},
    ]
    assert "embedUrl" not in data


def test_nothing_may_be_framed_on_the_page_of_our_own_film(client, out):
    assert "frame-src" not in client.get(ADDRESS)["Content-Security-Policy"]


# --- a film on YouTube ------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(film, publish, publish_lists):
    page = film("Ring med bild", asset=None, youtube_id="dQw4w9WgXcQ", youtube_seconds=12.0)
    publish(page)
    return page


def test_youtube_is_asked_for_nothing_before_a_click(client, elsewhere):
    answer = client.get("/filmer/ring-med-bild/")
    html = answer.content.decode()
    assert re.findall(r"<(?:iframe|video|source|track)", html) == []
    assert re.findall(r'(?:src|href)="(https?://[^"]*(?:youtube|google|ytimg)[^"]*)"', html) == [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    ]  # the link to follow, and nothing that loads
    assert "Google får veta att du tittar" in html
    assert "frame-src 'self' https://www.youtube-nocookie.com" in answer["Content-Security-Policy"]
    data = jsonld_of(html)
    assert (data["embedUrl"], data["duration"], "contentUrl" in data) == (
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "PT12S", False,
    )  # fmt: skip


def test_its_text_stands_on_our_page_and_its_captions_beside_it(client, elsewhere):
    assert "Tryck på Betala." in html_of(client, "/filmer/ring-med-bild/")
    captions = b"".join(client.get("/filmer/ring-med-bild/film.vtt").streaming_content).decode()
    assert captions.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:03.000\nHej. I dag betalar vi en räkning.")
    assert client.get("/filmer/ring-med-bild/film.mp4").status_code == 404


# --- files beside it ----------------------------------------------------------------------------------


def test_a_film_is_given_in_parts(client, out, film_files):
    content, size = film_files["720p"], len(film_files["720p"])
    whole = client.get(f"{ADDRESS}film.mp4")
    assert (whole.status_code, whole["Accept-Ranges"], b"".join(whole.streaming_content)) == (
        200,
        "bytes",
        content,
    )
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        (f"bytes={size - 5}-", size - 5, size - 1),
        ("bytes=-7", size - 7, size - 1),
    ):
        part = client.get(f"{ADDRESS}film.mp4", headers={"Range": asked})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {first}-{last}/{size}")
        assert b"".join(part.streaming_content) == content[first : last + 1]
    assert client.get(f"{ADDRESS}film.mp4", headers={"If-None-Match": whole["ETag"]}).status_code == 304
    assert client.head(f"{ADDRESS}film.mp4")["Content-Length"] == str(size)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("film-480p.mp4", "video/mp4"), ("film-720p.mp4", "video/mp4"), ("film.m4a", "audio/mp4"),
        ("film.jpg", "image/jpeg"), ("film.vtt", "text/vtt; charset=utf-8"),
    ],
)  # fmt: skip
def test_the_other_files(client, out, name, kind):
    answer = client.get(ADDRESS + name)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    answer.close()


def test_files_move_with_the_page_and_go_with_it(client, out, publish):
    out = FilmPage.objects.get(pk=out.pk)
    out.slug = "betala"
    out.save_revision(user=out.owner)
    publish(out)
    moved = client.get(f"{ADDRESS}film.mp4")
    assert (moved.status_code, moved["Location"]) == (301, "/filmer/betala/film.mp4")
    FilmPage.objects.get(pk=out.pk).unpublish()
    assert client.get("/filmer/betala/film.mp4").status_code == 404


@pytest.mark.parametrize("slug", ["amne"])
def test_addresses_that_are_taken(film, slug):
    page = film()
    page.slug = slug
    with pytest.raises(Exception, match="används redan"):
        page.full_clean()
