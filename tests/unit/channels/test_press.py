"""The press page: everything that may be taken, newest first, with how to say where it is from."""

import dataclasses
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.channels import press, sources
from utbud.channels.post import Media, Post
from utbud.channels.press import size_words
from utbud.channels.sources import Source
from utbud.learning.models import MaterialPage

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)


def media(name, kind, size=0):
    return Media(
        name=name, url=f"https://x.example.org/{name}", content_type=kind, alt="Beskrivning", bytes=size
    )


POST = Post(
    item="page:7", version="v1", kind="Ord", title="Kaka", lead="En kaka.", text="Rubrik\nText", url="https://x.example.org/ord/kaka/",
    sender="Biblioteket", phone="", media=(
        media("utskrift.pdf", "application/pdf", 340_400), media("affisch.pdf", "application/pdf"), media("kort.png", "image/png", 1_250_000),
        media("lyssna.mp3", "audio/mpeg"), media("klipp.mp4", "video/mp4"), media("klipp.vtt", "text/vtt"), media("kort.jpg", "image/jpeg"), media("bild.jpg", "image/jpeg"), media("teckning.svg", "image/svg+xml", 900),
        media("okand.zip", "application/zip"),
    ),
)  # fmt: skip


def source(slug, count, *, every=2, first=0):
    rows = [
        (
            START - dt.timedelta(hours=every * number + first),
            dataclasses.replace(POST, title=f"{slug} {number}"),
        )
        for number in range(count)
    ]
    return Source(
        slug=slug,
        label=slug,
        recent=lambda now, limit, topic: rows[:limit],
        current=lambda now: None,
        topics=list,
    )


@pytest.fixture(autouse=True)
def only(monkeypatch):
    monkeypatch.setattr(sources, "_sources", {})


def test_what_there_is_of_an_item():
    offer = press.offer(POST, START)
    assert [(heading, [(file.name, file.kind) for file in files]) for heading, files in offer.groups] == [
        (
            "Bilder",
            [
                ("Liggande bild, 1200 × 630", "PNG, 1,2 MB"),
                ("Bild", "JPG"),
                ("Teckningen utan text", "SVG, 1 kB"),
            ],
        ),
        ("Ljud", [("Uppläst text, ljud", "MP3")]),
        ("Film", [("Kort film med text i bild", "MP4"), ("Filmens text", "VTT")]),
        ("Papper", [("Sida i stor stil att skriva ut", "PDF, 340 kB"), ("Affisch att sätta upp", "PDF")]),
        ("Annat", [("Fil", "ZIP")]),
    ]
    assert offer.text == (
        "Kaka\n\nEn kaka.\n\nRubrik\nText\n\nOrd, från Biblioteket. https://x.example.org/ord/kaka/"
    )


def test_the_code_for_ones_own_page_is_safe_and_runs_nothing():
    bad = dataclasses.replace(
        POST, media=(media("kort.png", "image/png"),), url='https://x.example.org/"><script>'
    )
    code = press.offer(bad, START).embed
    assert "<script" not in code
    assert 'alt="Beskrivning"' in code
    assert press.offer(dataclasses.replace(POST, media=()), START).embed == ""


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, ""),
        (1, "1 kB"),
        (340_400, "340 kB"),
        (999_400, "999 kB"),
        (1_000_000, "1,0 MB"),
        (12_340_000, "12,3 MB"),
    ],
)
def test_sizes_in_words(size, words):
    assert size_words(size) == words


def test_all_kinds_together_newest_first_a_page_at_a_time(monkeypatch):
    sources.register(source("a", 6))
    sources.register(source("b", 2, first=1))
    pages = [press.latest(START, page) for page in (1, 2, 3)]
    assert [[offer.post.title for offer in offers] for offers, _older in pages] == [
        ["a 0", "b 0", "a 1", "b 1", "a 2"], ["a 3", "a 4", "a 5"], [],
    ]  # fmt: skip
    assert [older for _offers, older in pages] == [True, False, False]


@pytest.mark.parametrize(
    ("asked", "status", "first"),
    [("", 200, "a 0"), ("?sida=2", 200, "a 5"), ("?sida=9", 404, ""), ("?sida=-1", 200, "a 0"), ("?sida=x", 200, "a 0"),
     ("?sida=99999999999999", 200, "a 0"), ("?sida=%00", 200, "a 0")],
)  # fmt: skip
def test_pages(client, site, asked, status, first):
    sources.register(source("a", 7))
    answer = client.get(f"/press/{asked}")
    assert answer.status_code == status
    if status == 200:
        assert answer.context["offers"][0].post.title == first


def test_the_page(client, site):
    sources.register(source("ord", 1))
    html = client.get("/press/").content.decode()
    for said in ("Använd det fritt", "PDF, 340 kB", "En kaka.", "från Biblioteket. https://x.example.org/ord/kaka/", "/floden/ord.json", "23 november 2026"):  # fmt: skip
        assert said in html
    assert 'href="/press/"' in client.get("/").content.decode()


def test_without_anything(client, site):
    assert "Här kommer snart" in client.get("/press/").content.decode()


@pytest.mark.usefixtures("no_files")
def test_the_same_number_of_queries_however_many(client, write, publish, monkeypatch):
    from utbud.learning.sources import WORDS

    sources.register(WORDS)

    def asked():
        client.get("/press/")  # what is kept between requests is kept
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/press/").status_code == 200
        return len(queries)

    publish(write("Ord 0"))
    few = asked()
    for number in range(1, 4):
        publish(write(f"Ord {number}"))
    assert asked() == few


def test_no_file_is_told_by_the_name_it_lies_under():
    names = {name for kind in MaterialPage.kinds() for name in (*kind.FILES, *getattr(kind, "OWN_NAMES", ()))}
    for name in (*names, "text.vtt", "kapitel.json", "3f2a91c0de47.mp3", "teckning.svg", "okänd.xyz"):
        media = dataclasses.replace(POST.media[0], name=name)
        assert name not in press._file(media).name, name
        assert press._file(media).name
