"""The channels against servers that are not ours: what the stand-ins of the unit tests claim is true there too."""

import base64
import hashlib
import hmac
import io
import json
import time
import uuid
from dataclasses import replace
from email import message_from_bytes
from email.policy import default as modern

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from tests.unit.channels.fakes import a_post
from utbud.channels.adapters import bluesky as bluesky_file
from utbud.channels.adapters import mastodon as mastodon_file
from utbud.channels.channel import Refused, adapters

pytestmark = pytest.mark.servers


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def post():
    """A post with a card that is too heavy as it is: noise has nothing to pack away."""
    file = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise((1080, 1080), 90) for _band in range(3)]).save(file, "PNG")
    post = a_post("kort.png", title="Kaka på å")
    stored = default_storage.save("prov/kort.png", ContentFile(file.getvalue()))
    return replace(post, media=(replace(post.media[0], stored=stored, bytes=file.tell()),))


# --- Bluesky: its own server --------------------------------------------------------------------


@pytest.fixture
def sky(bluesky):
    """The channel, and the account left without posts."""
    channel = adapters()["bluesky"](bluesky.config)
    yield channel
    for record in records(bluesky):
        name = record["uri"].rpartition("/")[2]
        channel._write("deleteRecord", collection=bluesky_file.POSTS, rkey=name)


def records(bluesky, kind: str = bluesky_file.POSTS) -> list[dict]:
    """Everything of ``kind`` that anyone can read on the account."""
    where = {"repo": bluesky.config["handle"], "collection": kind}
    return requests.get(f"{bluesky.url}/xrpc/com.atproto.repo.listRecords", params=where, timeout=10).json()[
        "records"
    ]


def seen(bluesky, image: dict) -> bytes:
    """A picture as anyone can fetch it."""
    did = records(bluesky)[0]["uri"].split("/")[2]
    where = {"did": did, "cid": image["image"]["ref"]["$link"]}
    answer = requests.get(f"{bluesky.url}/xrpc/com.atproto.sync.getBlob", params=where, timeout=10)
    answer.raise_for_status()
    return answer.content


def test_bluesky_says_a_post_once_with_its_picture_link_and_tags(bluesky, sky, post, key) -> None:
    text = sky.compose(post).text
    receipt = sky.send(post, text, key=key)
    [before] = records(bluesky)
    assert sky.send(post, text, key=key) == receipt
    assert records(bluesky) == [before]
    said = before["value"]
    features = [facet["features"][0] for facet in said["facets"]]
    assert said["text"] == text
    assert [one.get("uri") or one["tag"] for one in features] == [post.url, "Internet", "TryggPåNätet"]
    [image] = said["embed"]["images"]
    assert (image["alt"], image["aspectRatio"]) == ("En ritad kaka", {"width": 1080, "height": 1080})
    assert Image.open(io.BytesIO(seen(bluesky, image))).size == (1080, 1080)
    opened = requests.get(receipt.url, timeout=10).json()
    assert (opened["uri"], opened["value"]) == (receipt.reference, said)


def test_bluesky_corrects_in_the_old_ones_place_and_keeps_the_picture(bluesky, sky, post, key) -> None:
    receipt = sky.send(post, "Först", key=key)
    [before] = records(bluesky)
    corrected = sky.correct(receipt, post, "Sedan")
    assert sky.correct(receipt, post, "Sedan") == corrected
    [after] = records(bluesky)
    assert (after["value"]["text"], after["value"]["createdAt"]) == ("Sedan", before["value"]["createdAt"])
    assert after["uri"] == corrected.reference
    assert seen(bluesky, after["value"]["embed"]["images"][0])


def test_bluesky_takes_back_and_does_not_mind_twice(bluesky, sky, post, key) -> None:
    receipt = sky.send(post, "Hej", key=key)
    sky.recall(receipt)
    sky.recall(receipt)
    assert records(bluesky) == []
    assert requests.get(receipt.url, timeout=10).json()["error"] == "RecordNotFound"


def test_bluesky_without_a_picture_shows_the_link(bluesky, sky, key) -> None:
    sky.send(a_post(), "Hej", key=key)
    assert records(bluesky)[0]["value"]["embed"]["external"]["uri"] == a_post().url


@pytest.mark.parametrize("text", ["å" * 301, "👨‍👩‍👧‍👦" * 121])
def test_bluesky_has_the_limits_that_we_count_with(bluesky, sky, text, key) -> None:
    assert sky.count(text) == 301 or len(text.encode()) > 3000
    with pytest.raises(Refused, match="too big"):
        sky.send(a_post(), text, key=key)
    one_less = text[: -len("👨‍👩‍👧‍👦")] if text[0] != "å" else text[:-1]
    assert sky.count(one_less) == 300
    assert sky.send(a_post(), one_less, key=key)


@pytest.mark.parametrize("ends", ["expired", "forged"])
def test_bluesky_lets_us_in_again_when_a_login_has_run_out(bluesky, sky, ends, key) -> None:
    sky.send(a_post(), "Hej", key="first")
    session = bluesky_file._sessions[sky._place]
    access = old(session.access, bluesky.secret if ends == "expired" else "another")
    bluesky_file._sessions[sky._place] = replace(session, access=access)
    with pytest.raises(Refused) as error:
        sky._xrpc("GET", "server.getSession", headers={"Authorization": f"Bearer {access}"})
    assert error.value.word == {"expired": "ExpiredToken", "forged": "InvalidToken"}[ends]
    assert sky.send(a_post(), "Hej igen", key=key)
    assert bluesky_file._sessions[sky._place].access != access


def old(token: str, secret: str) -> str:
    """The same key, signed with ``secret``, but one that ran out an hour ago."""
    head, claims, _signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    said |= {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600}
    body = f"{head}.{base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip('=')}"
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_bluesky_does_not_let_in_who_has_the_wrong_password(bluesky, post, key) -> None:
    wrong = adapters()["bluesky"](bluesky.config | {"password": "fel"})
    with pytest.raises(Refused, match="Nyckeln är fel"):
        wrong.send(post, "Hej", key=key)


def test_bluesky_is_proved_without_a_trace(bluesky, sky) -> None:
    assert bluesky.config["handle"] in sky.test()
    assert (records(bluesky), records(bluesky, bluesky_file.TRIAL)) == ([], [])


# --- Mastodon: an implementation by others ------------------------------------------------------


@pytest.fixture
def elephant(mastodon, monkeypatch):
    monkeypatch.setattr(mastodon_file, "_limits", {})
    return adapters()["mastodon"](mastodon.config)


def statuses(mastodon) -> list[dict]:
    """Everything that anyone can read there."""
    return requests.get(f"{mastodon.url}/api/v1/timelines/public", timeout=10).json()


def test_mastodon_from_first_to_last(mastodon, elephant, post, key) -> None:
    assert elephant.limit() == 500
    receipt = elephant.send(post, elephant.compose(post).text, key=key)
    assert elephant.send(post, elephant.compose(post).text, key=key) == receipt
    [status] = statuses(mastodon)
    assert (status["id"], status["visibility"], status["language"]) == (receipt.reference, "public", "sv")
    assert {tag["name"].lower() for tag in status["tags"]} == {"internet", "tryggpånätet"}
    [media] = status["media_attachments"]
    assert media["description"] == "En ritad kaka"
    assert requests.get(media["url"], timeout=10).content == post.media[0].read()
    assert elephant.correct(receipt, post, "Rättat") == receipt
    [status] = statuses(mastodon)
    assert ("Rättat" in status["content"], bool(status["edited_at"])) == (True, True)
    elephant.recall(receipt)
    elephant.recall(receipt)
    assert statuses(mastodon) == []


def test_mastodon_does_not_let_in_who_has_the_wrong_key(mastodon, post, key) -> None:
    wrong = adapters()["mastodon"](mastodon.config | {"token": "fel"})
    with pytest.raises(Refused, match="Nyckeln är fel"):
        wrong.send(post, "Hej", key=key)


def test_mastodon_refuses_what_is_too_long(elephant, key) -> None:
    with pytest.raises(Refused, match="too long"):
        elephant.send(a_post(), "å" * 501, key=key)


def test_mastodon_is_proved_without_a_trace(mastodon, elephant) -> None:
    assert "@testuser" in elephant.test()
    assert statuses(mastodon) == []


# --- mail ---------------------------------------------------------------------------------------


def test_a_letter_arrives(mail, settings, key) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(mail.url.rpartition(":")[2])
    channel = adapters()["newsletter"]({})
    stop = "https://bibliotek.example.org/prenumerera/sluta/12.abc/"
    channel.send(a_post(), "En kaka är en liten fil på å.", key=key, to=f"anna@example.org {stop}")
    [file] = (mail.folder / "new").iterdir()
    letter = message_from_bytes(file.read_bytes(), policy=modern)
    assert letter["To"] == "anna@example.org"
    assert "liten fil på å" in letter.get_body(("plain",)).get_content()
    assert stop in letter["List-Unsubscribe"]
