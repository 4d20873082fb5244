"""Mastodon: how it counts, its pictures, its limits, its settings."""

import pytest

from utbud.channels.adapters import mastodon
from utbud.channels.channel import Refused, Unavailable, Unread

from .fakes import a_post
from .fakes.mastodon import Mastodon as Server

KEY = "0b5e6f0a-6a5f-4c1e-9a46-7f0f4bb0a1c3"
LINK = "https://bibliotek.example.org/ord/kaka/"


@pytest.fixture
def server(monkeypatch):
    server = Server(monkeypatch)
    yield server
    server.close()


def channel(server, **config) -> mastodon.Mastodon:
    return mastodon.Mastodon(server.config | config)


def asked(server, method: str, path: str):
    return [one for one in server.asked if (one.method, one.path) == (method, path)]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("åäö", 3),
        ("👩‍👩‍👧 é", 3),  # as many as one sees
        ("https://e.se", 23),  # a short address counts as 23 too
        (f"https://bibliotek.example.org/{'a' * 200}", 23),
        (f"Läs {LINK}.", 4 + 23 + 1),  # the full stop is not in the address
        (f"({LINK}ett?q=1&r=å#b)", 1 + 23 + 1),
        (f"{LINK}\n{LINK}", 23 + 1 + 23),
        ("http://localhost:8000/ord/", 26),  # no server makes a link of that
        ("Följ @biblioteket@mastodon.example.org!", len("Följ @biblioteket!")),
        ("Skriv till namn@example.org", 27),
    ],
)
def test_length_is_counted_as_mastodon_does(server, text, length) -> None:
    assert channel(server).count(text) == length


def test_limits_are_asked_for_once_in_a_while(server, monkeypatch) -> None:
    server.max_characters = 1000
    assert [channel(server).limit() for _time in range(3)] == [1000, 1000, 1000]
    assert len(asked(server, "GET", "/api/v2/instance")) == 1
    server.max_characters, now = 700, mastodon.time.monotonic() + mastodon.KEEP + 1
    monkeypatch.setattr(mastodon.time, "monotonic", lambda: now)
    assert channel(server).limit() == 700


@pytest.mark.parametrize("wrong", ["down", "silent", "none"])
def test_a_server_that_does_not_say_its_limits_has_the_usual(server, wrong) -> None:
    server.down, server.says_limits = int(wrong == "down"), wrong != "silent"
    config = {"server": ""} if wrong == "none" else {}
    one = mastodon.Mastodon({} if wrong == "none" else server.config | config)
    assert (one.limit(), one.count(LINK)) == (500, 23)


def test_tags_stand_last_where_they_push_nothing_out(server) -> None:
    post = a_post(tags=("internet", "trygg på nätet", "e-post", "2026", "Internet"))
    assert channel(server).compose(post).text.endswith(f"\n\n{LINK}\n\n#Internet #TryggPåNätet #EPost")
    long = a_post(lead="En mening om kakor. " * 40)
    fitted = channel(server).compose(long)
    assert fitted.text.endswith(f"En mening om kakor.\n\n{LINK}")
    assert fitted.cut


def test_a_post_has_its_picture_with_words_and_its_language(server) -> None:
    post = a_post("kort.png", "kort-kvadrat.png")
    receipt = channel(server, visibility=" Unlisted ").send(post, "Hej", key=KEY)
    status = server.statuses[receipt.reference]
    assert (status["language"], status["visibility"]) == ("sv", "unlisted")
    assert [media["description"] for media in status["media_attachments"]] == ["En ritad kaka"]
    [upload] = asked(server, "POST", "/api/v2/media")
    assert upload.files() == {"file": post.file("kort-kvadrat.png").read()}


def test_a_long_description_is_cut_at_what_mastodon_takes(server) -> None:
    post = a_post("kort.png")
    post = a_post(
        media=(type(post.media[0])(**vars(post.media[0]) | {"alt": "En lång beskrivning. " * 100}),)
    )
    channel(server).send(post, "Hej", key=KEY)
    [media] = server.media.values()
    assert 1400 < len(media["description"]) <= 1500
    assert media["description"].endswith(".")


def test_a_post_without_a_picture_is_sent_as_text(server) -> None:
    receipt = channel(server).send(a_post(), "Hej", key=KEY)
    assert server.statuses[receipt.reference]["media_attachments"] == []


def test_a_picture_that_takes_time_is_waited_for(server) -> None:
    server.busy = 3
    channel(server).send(a_post("kort.png"), "Hej", key=KEY)
    assert len(asked(server, "GET", "/api/v1/media/1")) == 4


def test_a_picture_that_is_never_ready_is_tried_later(server) -> None:
    server.busy = 1000
    with pytest.raises(Unavailable):
        channel(server).send(a_post("kort.png"), "Hej", key=KEY)
    assert server.posts == {}


def test_a_lost_picture_is_not_a_lost_post(server, monkeypatch) -> None:
    """Nobody has seen anything yet, so it is not for a person to look at."""
    monkeypatch.setattr(server, "decides", lambda asked: asked.path == "/api/v2/media")
    server.lose = 1
    with pytest.raises(Unavailable) as error:
        channel(server).send(a_post("kort.png"), "Hej", key=KEY)
    assert error.type is Unavailable


def test_a_correction_keeps_a_picture_and_who_sees_it(server) -> None:
    one, post = channel(server, visibility="unlisted"), a_post("kort.png")
    receipt = one.send(post, "Hej", key=KEY)
    assert one.correct(receipt, post, "Hej då") == receipt
    status = server.statuses[receipt.reference]
    assert (status["text"], status["visibility"], len(status["media_attachments"])) == (
        "Hej då",
        "unlisted",
        1,
    )


def test_a_picture_that_is_gone_is_refused_in_words(server) -> None:
    post = a_post("kort.png")
    gone = type(post.media[0])(**vars(post.media[0]) | {"stored": "prov/ingen.png"})
    with pytest.raises(Refused, match="Bilden finns inte kvar"):
        channel(server).send(a_post(media=(gone,)), "Hej", key=KEY)


def test_a_visibility_that_is_not_one_is_refused_in_words(server) -> None:
    with pytest.raises(Refused, match="public eller unlisted"):
        channel(server, visibility="alla").send(a_post(), "Hej", key=KEY)


@pytest.mark.parametrize("reply", [(301, None, {"Location": "/"}), (200, b"<html>"), (200, [])])
def test_an_address_that_is_something_else_is_refused_in_words(server, monkeypatch, reply) -> None:
    monkeypatch.setattr(server, "answer", lambda asked: reply)
    with pytest.raises(Refused, match="inte som en Mastodon-server"):
        channel(server).test()
    # What was posted and answered with a yes may be out, whatever the yes looks like.
    with pytest.raises(Refused if reply[0] == 301 else Unread):
        channel(server).send(a_post(), "Hej", key=KEY)


def test_a_trial_has_proved_that_words_and_pictures_can_be_posted(server) -> None:
    assert "@biblioteket" in channel(server).test()
    [trial] = asked(server, "POST", "/api/v1/statuses")
    assert trial.form()["visibility"] == "direct"
    assert (len(server.media), server.statuses) == (1, {})


def test_the_server_is_told_to_wait_as_long_as_it_asks(server) -> None:
    server.down = 1
    with pytest.raises(Unavailable) as error:
        channel(server).send(a_post(), "Hej", key=KEY)
    assert error.value.retry_after == 7
