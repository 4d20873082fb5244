"""Addresses of services: encrypted, or on this machine. And tags, as the networks have them."""

import pytest

from utbud.channels.addresses import secure
from utbud.channels.channel import Refused
from utbud.channels.hashtags import hashtags


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://mastodon.example.org", "https://mastodon.example.org"),
        (" https://example.org/in/ ", "https://example.org/in/"),
        ("mastodon.example.org", "https://mastodon.example.org"),
        ("https://10.0.0.5/in", "https://10.0.0.5/in"),  # a server in the library's own net
        ("http://localhost:9000/in", "http://localhost:9000/in"),
        ("http://127.0.0.1/in", "http://127.0.0.1/in"),
        ("http://[::1]:9000/", "http://[::1]:9000/"),
    ],
)
def test_an_encrypted_address_is_taken(given, address) -> None:
    assert secure(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "http://example.org/in",
        "http://localhost.example.org",
        "ftp://example.org",
        "",
        "https://",
        "https://[::1",
        "http://10.0.0.5",
        "intranat",  # a word is no address: it was saved, and «svarar inte just nu» for ever
        "https://intranat/in",
    ],
)
def test_what_could_be_read_on_its_way_is_refused_in_words(given) -> None:
    with pytest.raises(Refused, match="https://"):
        secure(given)


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        ((), ""),
        (("internet",), "#Internet"),
        (("digital inkludering", "e-post"), "#DigitalInkludering #EPost"),
        (("Trygg på nätet",), "#TryggPåNätet"),
        (("BankID", "bankID"), "#BankID"),
        (("webb 2.0", "2026", "#nätet"), "#Webb #Nätet"),
        (("internet", "Internet"), "#Internet"),
    ],
)
def test_tags_are_letters_with_a_capital_for_each_word(tags, text) -> None:
    assert hashtags(tags) == text
