"""Words that are read as one stay on one line."""

import pytest

from utbud.web.whole import keep_whole


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>Låna en e-bok i dag.</p>", ["e-bok"]),
        ("<p>Ta med id-handling, it-stöd och e-tjänster.</p>", ["id-handling", "it-stöd", "e-tjänster"]),
        ("<b>40-445-12</b> och 40-445", ["40-445-12", "40-445"]),
        (
            '<a href="tel:+468465">08-465 004 00</a>, 2026-11-23',
            [],
        ),  # numbers and days have ways of their own
        ("<p>kl. 10&nbsp;till&nbsp;12, 10–12</p>", []),
        ("<p>e-legitimationshandling</p>", []),  # too long for a narrow phone: it may break
        ("<p>själv-klart och bak-och-fram</p>", []),
        ('<img alt="en e-bok" data-x="id-kort">', []),
        ("<title>En e-bok</title><script>var a = 'e-bok' < b</script><textarea>e-bok</textarea>", []),
        ("<select><option>e-bok</option></select><svg><text>e-bok</text></svg>", []),
        ("<p>dok-ument_a-b</p>", []),
    ],
)
def test_what_does_not_break(html, kept):
    made = keep_whole(html)
    assert [part.partition("</span>")[0] for part in made.split('<span class="nb">')[1:]] == kept
    assert made.replace('<span class="nb">', "").replace("</span>", "") == html  # nothing else is touched


@pytest.mark.django_db
def test_it_holds_on_pages_for_readers_and_no_others(client, site):
    assert '<span class="nb">e-post</span>' in client.get("/samarbeta/").content.decode()
    plain = client.get("/samarbeta/")
    assert int(plain["Content-Length"]) == len(plain.content)  # also for who takes nothing compressed
    client.force_login(site.editor)
    assert 'class="nb"' not in client.get("/admin/").content.decode()
