"""The walk of ``make scan`` tells what it should, and says nothing of what is right."""

import pytest

from tests.scan import MARK, ROLES, Answer, Forms, faults, fill, may_come

SAFE = {
    "content-type": "text/html; charset=utf-8", "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
    "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin", "content-security-policy": "default-src 'self'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(200, SAFE, f"&lt;script&gt;{MARK}&lt;/script&gt; &quot;&gt;&lt;img onerror={MARK}&gt;"), []),
        (Answer(404, SAFE, "hemligt"), ["berättar en hemlighet"]),
        (Answer(500, SAFE, ""), ["svarar 500"]),
        (
            Answer(200, SAFE, f"<p><script>{MARK}</script>"),
            [f"upprepar '<script>{MARK}' som det står"],
        ),
        (
            Answer(200, SAFE, f'<a href="javascript:{MARK}">'),
            [f"upprepar 'href=\"javascript:{MARK}' som det står"],
        ),
        (Answer(200, SAFE | {"content-type": "text/plain"}, f"<script>{MARK}"), []),
        (Answer(200, SAFE, "root:x:0:0:root"), ["berättar 'root:x:0:0'"]),
        (
            Answer(200, {"content-type": "text/html"} | {k: v for k, v in SAFE.items() if k[0] == "x"}, ""),
            ["saknar Referrer-Policy", "saknar Cross-Origin-Opener-Policy", "saknar Content-Security-Policy"],
        ),
        (
            Answer(200, {k: v for k, v in SAFE.items() if k[:3] != "x-f"}, ""),
            ["säger inte vem som får rama in den"],
        ),
        (Answer(302, {k: v for k, v in SAFE.items() if k != "content-security-policy"}, ""), []),
    ],
)
def test_what_is_wrong_with_an_answer(answer: Answer, told: list[str]) -> None:
    assert faults(answer, ("hemligt",)) == told


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("/ord/kaka/", {"", *ROLES}),
        ("/admin/", set(ROLES)),
        ("/admin/kurser/1/", set(ROLES)),
        ("/admin/login/", {"", *ROLES}),
        ("/admin/users/1/", {"admin"}),
    ],
)
def test_who_may_come_in(address: str, who: set[str]) -> None:
    assert may_come(address) == who


def test_forms_and_links_of_a_page() -> None:
    page = Forms(
        "/a/",
        '<a href="b/?x=1"></a><a href="https://example.org/"></a><form><input name="q"></form>'
        '<form method="post" action="/c/"><input name="namn" value="Bo"><textarea name="om"></textarea></form>',
    )
    assert page.links == {"/a/b/?x=1"}
    assert page.forms == [("get", "/a/", {"q": ""}), ("post", "/c/", {"namn": "Bo", "om": ""})]


def test_an_address_is_filled_in() -> None:
    assert fill("/kurser/%(slug)s/%(pk)s/", ["slug", "pk"], "%3C") == "/kurser/%3C/%3C/"
