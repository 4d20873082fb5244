"""The files that social services fetch from beside a word: right type, and in pieces for film."""

from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from utbud.formats import queries
from utbud.formats.actions import ENDINGS
from utbud.formats.models import Kind, Rendition
from utbud.publishing import files

CONTENT = b"0123456789"
TYPES = {
    "kort-kvadrat.png": "image/png",
    "kort-staende.png": "image/png",
    "kort-berattelse.png": "image/png",
    "kort-kvadrat.jpg": "image/jpeg",
    "kort-staende.jpg": "image/jpeg",
    "kort-berattelse.jpg": "image/jpeg",
    "klipp.mp4": "video/mp4",
    "klipp.vtt": "text/vtt",
}


@pytest.fixture
def word(write, publish, monkeypatch):
    """A published word whose files are made already: ten signs each."""
    made = write("Surfzon")
    publish(made)
    name = default_storage.save("x", ContentFile(CONTENT))
    rendition = Rendition(kind=Kind.CLIP, key="a" * 64, file=name, bytes=len(CONTENT), seconds=1)
    monkeypatch.setattr(files, "MAKERS", dict.fromkeys(files.MAKERS, lambda page: rendition))
    monkeypatch.setattr(queries, "ready", lambda *, kinds, **_more: dict.fromkeys(kinds, rendition))
    return made


@pytest.mark.parametrize("name", TYPES)
def test_each_has_an_address_beside_the_word_and_says_what_it_is(word, client, name):
    response = client.get(f"/ord/{word.slug}/{name}")
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, TYPES[name])
    assert b"".join(response.streaming_content) == CONTENT


def test_a_clip_is_given_in_pieces(word, client):
    response = client.get(f"/ord/{word.slug}/klipp.mp4", headers={"range": "bytes=2-4"})
    assert (response.status_code, response["Content-Range"]) == (206, "bytes 2-4/10")
    assert b"".join(response.streaming_content) == b"234"


def test_a_film_that_is_not_made_is_ordered_once_and_the_page_asks_again(word, client, monkeypatch, no_jobs):
    monkeypatch.setattr(queries, "ready", lambda **_more: {})
    for _time in range(2):
        response = client.get(f"/ord/{word.slug}/klipp.mp4")
        assert (response.status_code, response["Refresh"]) == (503, "8")
    assert no_jobs == [word.live_revision_id]


@pytest.fixture
def no_jobs(monkeypatch):
    """What was ordered, and nothing made."""
    ordered = []
    monkeypatch.setattr(
        files, "make_films", SimpleNamespace(enqueue=lambda revision_id: ordered.append(revision_id))
    )
    return ordered


def test_every_kind_has_a_name_and_every_name_its_ending():
    assert set(files.KINDS.values()) == set(Kind) - {Kind.FOLDER}  # a folder stands beside no page
    assert set(files.KINDS) == set(files.MAKERS)
    assert {name: ENDINGS[kind] for name, kind in files.KINDS.items()} == {
        name: name.rsplit(".", 1)[1] for name in files.KINDS
    }
