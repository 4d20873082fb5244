"""Which address in a text is a link, and where it ends."""

import pytest

from utbud.channels.adapters import bluesky
from utbud.channels.links import links

WIKI = "https://sv.wikipedia.org/wiki/Halmstad_(stad)"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Se {WIKI} och mer", [WIKI]),
        (f"Mer ({WIKI}).", [WIKI]),
        (f"Mer (se {WIKI[:-7]})!", [WIKI[:-7]]),
        (f"[{WIKI}]", [WIKI]),
        ("https://exempel.se/a[1]. Slut", ["https://exempel.se/a[1]"]),
        ("Https://exempel.se/ord/wifi/", ["https://exempel.se/ord/wifi/"]),
        ("HTTP://Exempel.SE/Ord", ["http://Exempel.SE/Ord"]),
        ("<https://exempel.se/x>", ["https://exempel.se/x"]),
        ("«https://exempel.se/x», ”https://exempel.se/y”", ["https://exempel.se/x", "https://exempel.se/y"]),
        ("Läs på https://exempel.se.", ["https://exempel.se"]),
        ("Är det https://exempel.se/x?", ["https://exempel.se/x"]),
        ("https://exempel.se/?a=1&b=(2), sen", ["https://exempel.se/?a=1&b=(2)"]),
        ("https://exempel.se/å/ä… och", ["https://exempel.se/å/ä"]),
        ("https:// och http://x", []),
    ],
)
def test_an_address_ends_where_the_sentence_takes_over(text, found):
    assert [link.url for link in links(text)] == found
    assert all(text[link.start : link.end].lower() == link.url.lower() for link in links(text))
    assert [facet["features"][0]["uri"] for facet in bluesky.facets(text)] == found
