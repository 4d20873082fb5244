"""Bluesky: how it counts, links and tags by bytes, the name of a record, logins, pictures, corrections."""

import io
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from utbud.channels.adapters import bluesky
from utbud.channels.channel import Refused, Unavailable

from .fakes import a_post
from .fakes.bluesky import DID, HANDLE, TID
from .fakes.bluesky import Bluesky as Server

KEY = "0b5e6f0a-6a5f-4c1e-9a46-7f0f4bb0a1c3"
FAMILY = "👨‍👩‍👧‍👦"  # one character, 25 bytes


@pytest.fixture
def server(monkeypatch):
    server = Server(monkeypatch)
    yield server
    server.close()


def channel(server, **config) -> bluesky.Bluesky:
    return bluesky.Bluesky(server.config | config)


def called(server, name: str) -> int:
    return sum(one.path.endswith(name) for one in server.asked)


def record(server) -> dict:
    [found] = [value for (kind, _name), value in server.records.items() if kind == bluesky.POSTS]
    return found


# --- how long a text is -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("å" * 300, True),
        ("å" * 301, False),
        (FAMILY * 120, True),  # 120 characters, 3,000 bytes
        (FAMILY * 120 + "a", False),  # 121 characters, 3,001 bytes
        ("a" * 300, True),
    ],
)
def test_both_limits_hold(server, text, fits) -> None:
    assert (channel(server).count(text) <= 300) == fits
    assert any(remark.stops for remark in channel(server).remarks(a_post(), text)) != fits


def test_a_text_that_is_heavy_in_bytes_is_made_to_fit(server) -> None:
    post = a_post(lead=f"{FAMILY * 20} " * 10)
    text = channel(server).compose(post).text
    assert len(text.encode()) <= 3000
    assert channel(server).send(post, text, key=KEY)


# --- links and tags -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ingenting", []),
        ("Läs på https://example.org/ord/å.", ["https://example.org/ord/å"]),
        (
            "(https://example.org/a), https://example.org/b",
            ["https://example.org/a", "https://example.org/b"],
        ),
        ("Åäö 👩‍👩‍👧 #TryggPåNätet, #EPost!", ["TryggPåNätet", "EPost"]),
        ("https://example.org/#del och nr #1 och a#b", ["https://example.org/#del"]),
    ],
)
def test_links_and_tags_stand_where_their_bytes_are(text, found) -> None:
    facets, raw = bluesky.facets(text), text.encode()
    features = [facet["features"][0] for facet in facets]
    assert [feature.get("uri") or feature["tag"] for feature in features] == found
    cut = [
        raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode().lstrip("#") for facet in facets
    ]
    assert cut == found


# --- the name of a record -----------------------------------------------------------------------


def test_a_key_decides_a_name_that_is_a_tid_and_lies_behind_us() -> None:
    names = [bluesky.record_key(f"{number}") for number in range(500)]
    assert names == [bluesky.record_key(f"{number}") for number in range(500)]
    assert len(set(names)) == 500
    assert [name for name in names if not TID.fullmatch(name)] == []
    first, last = (
        "3khvcfg3c2222",
        "3lekkxd6k2222",
    )  # the first moment of 2024, and of 2025 (less a day: it was a leap year)
    assert [name for name in names if not first <= name <= last] == []


@pytest.mark.parametrize(("micros", "name"), [(0, "2222222222222"), (1724171495793000, "3l25zusnsfc22")])
def test_a_moment_is_written_as_the_protocol_says(monkeypatch, micros, name) -> None:
    """Known values: zero, and a moment from another implementation's documentation (atcute)."""
    monkeypatch.setattr(bluesky, "BEGINNING", micros)
    monkeypatch.setattr(bluesky, "SPAN", 1)
    assert bluesky.record_key(KEY)[:11] == name[:11]


# --- logins -------------------------------------------------------------------------------------


def test_a_login_is_kept_and_renewed_when_it_runs_out(server) -> None:
    for number in range(3):
        channel(server).send(a_post(), "Hej", key=f"{number}")
    server.expire()
    channel(server).send(a_post(), "Hej", key="3")
    assert (server.sessions, server.refreshed, len(server.posts)) == (1, 1, 4)


@pytest.mark.parametrize("word", ["ExpiredToken", "InvalidToken"])
def test_a_login_that_cannot_be_renewed_is_made_anew(server, word) -> None:
    channel(server).send(a_post(), "Hej", key="1")
    server.expire(refresh=True)
    server.word = word
    channel(server).send(a_post(), "Hej", key="2")
    assert (server.sessions, server.refreshed, len(server.posts)) == (2, 0, 2)


def test_a_new_password_is_a_new_login(server) -> None:
    channel(server).send(a_post(), "Hej", key="1")
    with pytest.raises(Refused):
        channel(server, password="fel").send(a_post(), "Hej", key="2")
    assert called(server, "createSession") == 2


def test_the_handle_may_be_written_with_an_at(server) -> None:
    assert channel(server, handle=f" @{HANDLE}").send(a_post(), "Hej", key=KEY)


# --- posts --------------------------------------------------------------------------------------


def test_a_repeat_changes_nothing(server) -> None:
    one, post = channel(server), a_post("kort.png")
    first = one.send(post, "Hej", key=KEY)
    before = record(server)
    assert one.send(post, "Hej", key=KEY) == first
    assert record(server) == before


def test_a_post_says_where_it_is(server, monkeypatch) -> None:
    receipt = channel(server).send(a_post(), "Hej", key=KEY)
    name = bluesky.record_key(KEY)
    assert receipt.reference == f"at://{DID}/app.bsky.feed.post/{name}"
    assert receipt.url.startswith(f"{server.url}/xrpc/com.atproto.repo.getRecord?repo=did%3Aplc%3A")
    monkeypatch.setattr(bluesky, "HOME", server.url)
    again = channel(server).send(a_post(), "Hej", key=KEY)
    assert again.url == f"https://bsky.app/profile/{HANDLE}/post/{name}"


def test_without_a_picture_there_is_a_box_for_the_link(server) -> None:
    channel(server).send(a_post(), "Hej", key=KEY)
    box = {
        "uri": "https://bibliotek.example.org/ord/kaka/",
        "title": "Kaka",
        "description": "En kaka är en liten fil som en webbplats sparar hos dig.",
    }
    assert record(server)["embed"] == {"$type": "app.bsky.embed.external", "external": box}
    assert record(server)["langs"] == ["sv"]


def test_a_picture_has_words_and_its_shape(server) -> None:
    channel(server).send(picture_of(80, 100), "Hej", key=KEY)
    [image] = record(server)["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]) == ("En ritad kaka", {"width": 80, "height": 100})
    assert image["image"]["mimeType"] == "image/png"


def test_a_picture_that_is_too_heavy_is_packed(server) -> None:
    post = picture_of(800, 700, noise=True)
    assert post.media[0].bytes > 1_000_000
    channel(server).send(post, "Hej", key=KEY)
    [image] = record(server)["embed"]["images"]
    [content] = server.blobs.values()
    assert (image["image"]["mimeType"], image["image"]["size"] <= 1_000_000) == ("image/jpeg", True)
    assert Image.open(io.BytesIO(content)).size == (800, 700)


@pytest.mark.parametrize("stored", ["prov/ingen.png", "text"])
def test_a_picture_that_cannot_be_read_is_refused_in_words(server, stored) -> None:
    if stored == "text":
        stored = default_storage.save("prov/text.png", ContentFile(b"not a picture"))
    post = a_post("kort.png")
    post = replace(post, media=(replace(post.media[0], stored=stored),))
    with pytest.raises(Refused, match="Bilden går inte att läsa"):
        channel(server).send(post, "Hej", key=KEY)


def test_a_lost_picture_is_not_a_lost_post(server, monkeypatch) -> None:
    """Nobody has seen anything yet, so it is not for a person to look at."""
    monkeypatch.setattr(server, "decides", lambda asked: asked.path.endswith("uploadBlob"))
    server.lose = 1
    with pytest.raises(Unavailable) as error:
        channel(server).send(a_post("kort.png"), "Hej", key=KEY)
    assert error.type is Unavailable


def test_a_correction_has_the_old_ones_time_and_a_picture_that_can_be_seen(server) -> None:
    one, post = channel(server), a_post("kort.png")
    receipt = one.send(post, "Hej", key=KEY)
    before = record(server)
    corrected = one.correct(receipt, post, "Hej då")
    after = record(server)
    assert corrected.reference != receipt.reference
    assert (after["text"], after["createdAt"]) == ("Hej då", before["createdAt"])
    assert after["embed"]["images"][0]["image"]["ref"]["$link"] in server.blobs


def test_a_correction_that_is_refused_leaves_what_was_out(server) -> None:
    one = channel(server)
    receipt = one.send(a_post(), "Hej", key=KEY)
    with pytest.raises(Refused):
        one.correct(receipt, a_post(), "å" * 301)
    assert list(server.posts.values()) == ["Hej"]


def test_a_trial_writes_what_no_app_shows(server) -> None:
    assert f"@{HANDLE}" in channel(server).test()
    assert (called(server, "putRecord"), server.records) == (1, {})


def test_an_address_that_is_something_else_is_refused_in_words(server, monkeypatch) -> None:
    monkeypatch.setattr(server, "answer", lambda asked: (200, b"<html>"))
    with pytest.raises(Refused, match="inte som en Bluesky-server"):
        channel(server).send(a_post(), "Hej", key=KEY)


def picture_of(width: int, height: int, *, noise: bool = False):
    file = io.BytesIO()
    image = (
        Image.effect_noise((width, height), 90).convert("RGB") if noise else Image.new("RGB", (width, height))
    )
    if noise:  # three channels that differ: nothing to pack away without loss
        image = Image.merge("RGB", [Image.effect_noise((width, height), 90) for _channel in range(3)])
    image.save(file, "PNG")
    post = a_post("kort.png")
    stored = default_storage.save("prov/bild.png", ContentFile(file.getvalue()))
    return replace(post, media=(replace(post.media[0], stored=stored, bytes=file.tell()),))
