"""The files that social services fetch from beside a word: right type, and in pieces for film."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

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


def test_every_kind_has_a_name_and_every_name_its_ending():
    assert set(files.KINDS.values()) == set(Kind)
    assert set(files.KINDS) == set(files.MAKERS)
    assert {name: ENDINGS[kind] for name, kind in files.KINDS.items()} == {
        name: name.rsplit(".", 1)[1] for name in files.KINDS
    }
