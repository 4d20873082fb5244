"""The webhook: what is sent, how it is signed, which addresses are taken."""

import pytest
from django.urls import reverse

from utbud.channels.adapters import webhook
from utbud.channels.channel import Refused, Unavailable
from utbud.channels.models import ChannelSetup

from .fakes import a_post
from .fakes.webhook import Receiver

KEY = "0b5e6f0a-6a5f-4c1e-9a46-7f0f4bb0a1c3"


@pytest.fixture
def server(monkeypatch):
    server = Receiver(monkeypatch)
    yield server
    server.close()


def channel(server, **config) -> webhook.Webhook:
    return webhook.Webhook(server.config | config)


def test_what_is_told(server) -> None:
    channel(server).send(a_post("kort.png"), "Hej", key=KEY)
    [asked] = server.asked
    told = asked.json()
    assert (told["event"], told["reference"], told["text"]) == ("published", KEY, "Hej")
    assert told["post"] | {"media": []} == a_post().as_json() | {
        "media": [],
        "tags": list(a_post().tags),
        "chapters": [],
    }
    assert told["post"]["media"] == [
        {
            "name": "kort.png",
            "url": "https://bibliotek.example.org/ord/kaka/kort.png",
            "content_type": "image/png",
            "alt": "En ritad kaka",
            "bytes": a_post("kort.png").media[0].bytes,
        }
    ]
    assert (asked.headers["Idempotency-Key"], asked.headers["Webhook-Id"]) == (KEY, KEY)


def test_published_corrected_withdrawn_each_have_an_id_that_a_repeat_keeps(server) -> None:
    one, post = channel(server), a_post()
    receipt = one.send(post, "Hej", key=KEY)
    for _time in range(2):
        one.correct(receipt, post, "Hej då")
        one.correct(receipt, post, "Hej igen")
        one.recall(receipt)
    assert server.events == ["published", "corrected", "corrected", "withdrawn"]
    assert {asked.json()["reference"] for asked in server.asked} == {KEY}


def test_the_signature_is_that_of_the_open_standard() -> None:
    """The example that standardwebhooks.com gives."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    made = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_key_that_should_be_base64_and_is_not_is_refused_in_words(server) -> None:
    with pytest.raises(Refused, match="hemliga nyckeln"):
        channel(server, secret="whsec_åäö").send(a_post(), "Hej", key=KEY)


def test_an_address_that_is_not_encrypted_is_refused_in_words(server) -> None:
    with pytest.raises(Refused, match="https://"):
        channel(server, address="http://example.org/in").send(a_post(), "Hej", key=KEY)


def test_what_can_never_work_is_not_turned_on(client, site, monkeypatch) -> None:
    client.force_login(site.admin)
    plain = {"name": "Webben", "address": "http://example.org/in", "secret": "x" * 24}
    answer = client.post(reverse("channels_add", args=["webhook"]), plain)
    assert (answer.status_code, "börja med https://" in answer.content.decode()) == (422, True)
    client.post(reverse("channels_add", args=["webhook"]), plain | {"address": "https://example.org/in"})
    setup = ChannelSetup.objects.get()

    def turned(on: bool = True) -> bool:
        client.post(reverse("channels_turn", args=[setup.pk]), {"on": str(int(on))})
        return ChannelSetup.objects.get().on

    def says(error: Exception | None) -> None:
        def test(_self, *, to: str = "") -> str:
            if error:
                raise error
            return "Bra"

        monkeypatch.setattr(webhook.Webhook, "test", test)
        client.post(reverse("channels_test", args=[setup.pk]))

    ChannelSetup.objects.update(config=setup.config | {"address": "http://example.org/in"})  # from before
    assert not turned()
    ChannelSetup.objects.update(config=setup.config)
    says(Refused("Nyckeln är fel."))
    assert not turned()
    assert "Nyckeln är fel." in client.get(reverse("channels_change", args=[setup.pk])).content.decode()
    says(Unavailable("Svarar inte."))
    assert not turned()  # nothing is known to be mended
    says(None)
    assert turned()


def test_what_the_receiver_calls_it_becomes_the_address(server, monkeypatch) -> None:
    for said, url in [
        ({"url": "https://example.org/1"}, "https://example.org/1"),
        ({"url": "javascript:"}, ""),
        ([], ""),
    ]:
        monkeypatch.setattr(server, "answer", lambda asked, said=said: (200, said))
        assert channel(server).send(a_post(), "Hej", key=KEY).url == url


def test_a_correction_keeps_the_address_it_had(server) -> None:
    receipt = webhook.Receipt(KEY, "https://example.org/1")
    assert channel(server).correct(receipt, a_post(), "Hej då") == receipt


def test_an_address_that_has_moved_is_refused_in_words(server, monkeypatch) -> None:
    monkeypatch.setattr(server, "answer", lambda asked: (301, None, {"Location": "https://example.org/"}))
    with pytest.raises(Refused, match="flyttat"):
        channel(server).send(a_post(), "Hej", key=KEY)


@pytest.mark.parametrize("status", [404, 410])
def test_what_the_receiver_has_lost_already_is_taken_back(server, monkeypatch, status) -> None:
    monkeypatch.setattr(server, "answer", lambda asked: (status, {"error": "gone"}))
    channel(server).recall(webhook.Receipt(KEY))
