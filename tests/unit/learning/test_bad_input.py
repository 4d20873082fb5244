"""What editors can do wrong, and two at once: nothing is lost, nothing bad gets out, and it is said kindly."""

import datetime as dt
import json
import re
import struct
import zlib

import feedparser
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail import hooks
from wagtail.images.models import Image

from tests.conftest import SENTENCE
from utbud.formats.models import Recording
from utbud.learning import actions as learning
from utbud.learning.models import PlannedWeek, WordPage
from utbud.publishing import actions, queries
from utbud.publishing.models import ApprovalRequest
from utbud.publishing.queries import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
JSON = {"Accept": "application/json"}  # how autosave asks
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3" width="4" height="3"><rect width="4" height="3"/></svg>'


def rich(*texts, entities=(), ranges=()):
    """What the rich text editor posts: a block for each text, links and the like in the first."""
    blocks = [
        {
            "key": f"b{n}",
            "text": text,
            "type": "unstyled",
            "depth": 0,
            "inlineStyleRanges": [],
            "entityRanges": list(ranges) if n == 0 else [],
            "data": {},
        }
        for n, text in enumerate(texts)
    ]
    return json.dumps({"blocks": blocks, "entityMap": dict(enumerate(entities))})


@pytest.fixture
def edit(client, site, word_form):
    """Save a word as someone does in the editor: ``edit(word, one_sentence="…")``."""

    def edit(word, *, by=None, autosave=False, **fields):
        client.force_login(by or site.editor)
        address = (
            f"/admin/pages/{word.pk}/edit/"
            if word
            else f"/admin/pages/add/learning/wordpage/{site.index.pk}/"
        )
        return client.post(address, word_form(**fields), headers=JSON if autosave else {})

    return edit


def latest(word):
    return WordPage.objects.get(pk=word.pk).get_latest_revision_as_object()


def sentences(word):
    """The one sentence of every revision, the oldest first."""
    return [revision.as_object().one_sentence for revision in word.revisions.order_by("pk")]


def errors(html):
    """What is told to be wrong beside the fields of a page or a piece of one."""
    return re.findall(
        r'class="error-message">\s*(.*?)\s*</', html if isinstance(html, str) else html.content.decode(), re.S
    )


@pytest.mark.database
class TestTwoEditors:
    """Both have the same draft before them."""

    ONE, OTHER = "Ett testord är skrivet av den ena.", "Ett testord är skrivet av den andra."

    @pytest.fixture
    def loaded(self, write):
        self.word = write()
        revision = self.word.latest_revision
        return {
            "loaded_revision_id": revision.pk,
            "loaded_revision_created_at": revision.created_at.isoformat(),
        }

    def test_autosave_that_would_hide_the_others_text_is_refused(self, site, loaded, edit):
        edit(self.word, one_sentence=self.ONE, **loaded)
        answer = edit(self.word, by=site.colleague, autosave=True, one_sentence=self.OTHER, **loaded)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_revision")
        assert sentences(self.word) == [SENTENCE, self.ONE]

    def test_so_is_autosave_over_a_revision_of_ones_own_that_is_not_the_latest(self, site, loaded, edit):
        mine = edit(self.word, autosave=True, one_sentence=self.ONE, **loaded).json()["revision_id"]
        edit(self.word, by=site.colleague, one_sentence=self.OTHER)
        over = {"overwrite_revision_id": mine}
        answer = edit(self.word, autosave=True, one_sentence="Mer av den ena.", **loaded, **over)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_revision")
        assert sentences(self.word) == [SENTENCE, self.ONE, self.OTHER]

    def test_saving_anyway_keeps_both_texts(self, site, loaded, edit):
        edit(self.word, one_sentence=self.ONE, **loaded)
        answer = edit(self.word, by=site.colleague, one_sentence=self.OTHER, **loaded)
        assert answer.status_code == 302
        assert sentences(self.word) == [SENTENCE, self.ONE, self.OTHER]
        assert latest(self.word).one_sentence == self.OTHER

    def test_saving_over_the_others_revision_is_refused_and_keeps_what_was_typed(self, site, loaded, edit):
        theirs = edit(self.word, autosave=True, one_sentence=self.ONE, **loaded).json()["revision_id"]
        answer = edit(self.word, by=site.colleague, one_sentence=self.OTHER, overwrite_revision_id=theirs)
        assert (answer.status_code, self.OTHER in answer.content.decode()) == (200, True)
        assert sentences(self.word) == [SENTENCE, self.ONE]

    def test_a_revision_before_the_publisher_is_never_written_over(self, site, loaded, edit, publish):
        """The editor's tab was left open, and autosaves after the word was approved."""
        mine = edit(self.word, autosave=True, one_sentence=self.ONE, **loaded).json()["revision_id"]
        request = publish(WordPage.objects.get())
        assert request.revision_id == mine
        answer = edit(self.word, autosave=True, one_sentence=self.OTHER, **loaded, overwrite_revision_id=mine)
        assert answer.json()["revision_id"] != mine
        assert sentences(self.word) == [SENTENCE, self.ONE, self.OTHER]
        word = WordPage.objects.get()
        assert (word.live, word.one_sentence, queries.stages([word])[word.pk]) == (
            True,
            self.ONE,
            Stage.DRAFT,
        )
        again = actions.request_approval(page=word, message="", by=site.editor, now=dt.datetime.now(dt.UTC))
        assert again.revision.as_object().one_sentence == self.OTHER

    def test_a_word_that_goes_out_while_its_draft_is_saved_stays_out_as_approved(self, loaded, edit, publish):
        def go_out(request, page):
            publish(WordPage.objects.get())

        with hooks.register_temporarily(
            "before_edit_page", go_out
        ):  # after the page was read, before it is saved
            assert edit(self.word, one_sentence=self.OTHER, title="Nytt").status_code == 302
        word = WordPage.objects.get()
        assert (word.live, word.title, word.one_sentence) == (True, "Testord", SENTENCE)
        assert (word.has_unpublished_changes, latest(word).one_sentence) == (True, self.OTHER)
        assert queries.stages([word])[word.pk] == Stage.DRAFT

    def test_a_decision_on_a_text_that_was_just_changed_is_refused(self, site, loaded, edit, client, now):
        request = actions.request_approval(page=self.word, message="", by=site.editor, now=now)
        edit(self.word, one_sentence=self.ONE)
        client.force_login(site.chief)
        answer = client.post(f"/admin/godkanna/{request.pk}/", {"decision": "approved"})
        assert (answer.status_code, "ändrats sedan den skickades" in answer.content.decode()) == (422, True)
        assert not WordPage.objects.live().exists()


@pytest.mark.database
class TestTooLong:
    MOST = {
        "title": 255, "pronunciation": 80, "one_sentence": 160, "likeness": 800, "notice": 800, "misunderstanding": 800,
        "forms": 1000, "misspellings": 1000, "drawing_alt": 150, "easy": 2000,
    }  # fmt: skip

    def test_each_field_says_so_and_keeps_what_was_typed(self, write, edit):
        word = write()
        answer = edit(word, **{name: "å" * (most + 1) for name, most in self.MOST.items()})
        assert answer.status_code == 200
        says = "Säkerställ att detta värde har som mest {} tecken (den har {})."
        assert sorted(errors(answer)) == sorted(says.format(most, most + 1) for most in self.MOST.values())
        kept = re.findall("å{81,}", answer.content.decode())
        assert {most + 1 for most in self.MOST.values()} <= {len(text) for text in kept}
        assert word.revisions.count() == 1
        assert edit(word, **{name: "å" * most for name, most in self.MOST.items()}).status_code == 302

    @pytest.mark.parametrize(
        ("fields", "kept"),
        [
            ({"explanation": rich("å" * 6001)}, "å" * 6001),
            ({"steps-count": 1, "steps-0-deleted": "", "steps-0-order": 0, "steps-0-type": "step", "steps-0-value": "å" * 221}, "å" * 221),
            (
                {
                    "sources-count": 1, "sources-0-deleted": "", "sources-0-order": 0, "sources-0-type": "source",
                    "sources-0-value-title": "å" * 121, "sources-0-value-url": "https://example.org/",
                },
                "å" * 121,
            ),
            (
                {
                    "sources-count": 1, "sources-0-deleted": "", "sources-0-order": 0, "sources-0-type": "source",
                    "sources-0-value-title": "Källa", "sources-0-value-url": "javascript:alert(1)",
                },
                "javascript:alert(1)",
            ),
        ],
        ids=["explanation", "step", "source", "address of a source"],
    )  # fmt: skip
    def test_a_field_of_parts(self, write, edit, fields, kept):
        word = write()
        answer = edit(word, **fields)
        text = answer.content.decode()
        assert (answer.status_code, word.revisions.count()) == (200, 1)
        assert kept in text or json.dumps(kept)[1:-1] in text.replace("&quot;", '"').replace("\\\\", "\\")

    def test_more_than_three_steps(self, write, edit):
        steps = {"steps-count": 4}
        for n in range(4):
            steps |= {
                f"steps-{n}-deleted": "",
                f"steps-{n}-order": n,
                f"steps-{n}-type": "step",
                f"steps-{n}-value": f"Steg {n}",
            }
        word = write()
        assert (edit(word, **steps).status_code, word.revisions.count()) == (200, 1)

    def test_while_writing_it_breaks_nothing(self, client, site, write, word_form):
        client.force_login(site.editor)
        form = word_form(one_sentence="å" * 10_000, explanation=rich("ord " * 5000), title="x" * 5000)
        assert client.post(f"/admin/ord/granska/{write().pk}/", form).status_code == 200


class TestScript:
    """Nothing that runs reaches a reader, whatever way it came in."""

    def public(self, word, publish, client):
        publish(word)
        page = client.get(f"/ord/{word.slug}/").content.decode()
        feed = client.get("/floden/ord.xml").content.decode()
        return (
            page
            + feed
            + client.get("/").content.decode()
            + client.get("/sok/", {"q": word.title}).content.decode()
        )

    @pytest.mark.parametrize(
        "text",
        [
            rich("<script>alert(1)</script><img src=x onerror=alert(1)>"),
            rich("Läs mer här.", entities=[{"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}], ranges=[{"offset": 0, "length": 8, "key": 0}]),
            rich("Läs mer här.", entities=[{"type": "LINK", "mutability": "MUTABLE", "data": {"url": "JaVa\tScRiPt:alert(1)"}}], ranges=[{"offset": 0, "length": 8, "key": 0}]),
            rich("Läs mer här.", entities=[{"type": "LINK", "mutability": "MUTABLE", "data": {"url": "data:text/html,<script>alert(1)</script>"}}], ranges=[{"offset": 0, "length": 8, "key": 0}]),
            rich("Läs mer här.", entities=[{"type": "LINK", "mutability": "MUTABLE", "data": {"url": '" onclick="alert(1)'}}], ranges=[{"offset": 0, "length": 8, "key": 0}]),
            rich("Se här.", "En text.", entities=[{"type": "IMAGE", "mutability": "IMMUTABLE", "data": {"src": "javascript:alert(1)", "id": "1"}}], ranges=[{"offset": 0, "length": 7, "key": 0}]),
        ],
        ids=["as text", "link", "link in disguise", "data", "attribute", "unknown kind"],
    )  # fmt: skip
    def test_from_the_editor(self, write, edit, publish, client, text):
        word = write()
        assert edit(word, explanation=text).status_code == 302
        client.logout()
        assert_nothing_runs(self.public(WordPage.objects.get(), publish, client))

    @pytest.mark.parametrize(
        "html",
        [
            "<p>Hej.<script>alert(1)</script></p>",
            '<p onclick="alert(1)">Hej <b onmouseover="alert(1)">du</b>.</p>',
            '<p><a href="javascript:alert(1)">Hej.</a></p>',
            '<p><a href=" javascript:alert(1)">Hej.</a></p>',
            '<p><a href="vbscript:x">Hej.</a></p>',
            '<p><a href="/ord/" onclick="alert(1)">Hej.</a></p>',
            '<p>Hej.<iframe src="javascript:alert(1)"></iframe><svg onload="alert(1)"></svg></p>',
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
            '<p>Hej.</p><style>body{background:url("javascript:alert(1)")}</style>',
            '<embed embedtype="media" url="javascript:alert(1)"/><p>Hej.</p>',
        ],
    )
    def test_as_html_in_the_database(self, write, publish, client, html):
        assert_nothing_runs(self.public(write(explanation=html), publish, client))

    @pytest.mark.parametrize(
        "field",
        ["title", "one_sentence", "likeness", "notice", "misunderstanding", "easy", "forms", "pronunciation"],
    )
    def test_in_plain_fields(self, write, publish, client, field):
        bad = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
        word = write(**{"title": "Testord", field: bad})
        assert_nothing_runs(self.public(word, publish, client))

    @pytest.mark.parametrize("posted", ["<p>Hej</p>", "{", "[]", "null", '{"blocks": 3}', ""])
    def test_rich_text_that_is_not_what_the_editor_sends_breaks_nothing(
        self, write, edit, client, word_form, posted
    ):
        word = write()
        answer = edit(word, explanation=posted)
        assert answer.status_code in (200, 302)
        assert client.post(f"/admin/ord/granska/{word.pk}/", word_form(explanation=posted)).status_code == 200

    @pytest.mark.database
    def test_half_an_emoji_is_saved_without_it(self, write, edit):
        word = write()
        assert edit(word, explanation=rich("Glad \ud83d gubbe.")).status_code == 302
        assert "Glad  gubbe." in latest(word).explanation


def assert_nothing_runs(html):
    tags = re.findall(r"<[^>]*>", html)
    ours = [
        tag
        for tag in tags
        if not re.match(r'<script (src="/static/|type="application/ld\+json")|</script>', tag)
    ]
    for tag in ours:
        assert not re.search(r"<(script|iframe|embed|object|svg[^>]*\bonload)", tag, re.I), tag
        bare = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(r"\son\w+=", bare, re.I), tag
        assert not re.search(r"""(href|src|action)=["']?\s*(javascript|data:text|vbscript)""", tag, re.I), tag


def png(width, height):
    """A PNG of one colour, small to send and large to unpack."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * ((width + 7) // 8 + 1) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class TestPictures:
    RUNS = "Teckningen innehåller något mer än streck och former."

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("a.png", b"", "tom"),
            ("a.png", b"\x89PNG\r\n\x1a\n broken", "bild"),
            ("a.png", png(400, 400)[:50], "bild"),
            ("a.svg", png(40, 40), "svg"),
            ("a.png", SVG, "png"),
            ("a.exe", png(40, 40), "format"),
            ("a.svg", SVG.replace(b"<rect", b"<script>alert(1)</script><rect"), RUNS),
            ("a.svg", SVG.replace(b"<rect", b'<rect onload="alert(1)"'), RUNS),
            ("a.svg", SVG.replace(b"<rect", b'<image href="https://example.org/x.png"/><rect'), RUNS),
            ("A.SVG", SVG.replace(b"<rect", b"<foreignObject/><rect"), RUNS),
            ("a.svg", b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.replace(b"<rect", b"<text>&a;</text><rect"), "Teckningen|bild"),
            ("a.svg", b"<svg", "bild"),
            ("a.png", png(9000, 8000), "upplösning"),
            ("a.jpg", b"\xff\xd8\xff" + b"0" * (12 * 1024 * 1024), "bild|stor"),
        ],
        ids=["empty", "broken", "cut off", "png called svg", "svg called png", "strange ending", "script", "event", "from elsewhere",
             "foreign", "entity", "half svg", "huge", "heavy"],
    )  # fmt: skip
    def test_refused_with_a_swedish_word_and_kept_nowhere(self, site, client, name, content, says):
        self.refused(site, client, "add", name, content, says)

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.png", b"\x89PNG\r\n\x1a\n broken"), ("a.svg", SVG.replace(b"<rect", b"<script/><rect"))],
        ids=["broken", "script"],
    )
    def test_by_the_other_door_too(self, site, client, name, content):
        self.refused(site, client, "chooser", name, content, "Bilden är trasig|Teckningen innehåller")

    def refused(self, site, client, door, name, content, says):
        client.force_login(site.admin)
        Image.objects.create(title="Förut", file=ContentFile(SVG, "f.svg"), width=4, height=3)
        file = SimpleUploadedFile(name, content)
        if door == "add":
            answer = client.post(
                "/admin/images/multiple/add/",
                {"title": "Bild", "files[]": file},
                headers={"X-Requested-With": "XMLHttpRequest"},
            )
            told = answer.json().get("error_message", "")
        else:
            data = {"image-chooser-upload-title": "Bild", "image-chooser-upload-file": file}
            answer = client.post("/admin/images/chooser/create/", data)
            told = " ".join(errors(answer.json().get("htmlFragment", "")))
        assert answer.status_code == 200
        assert re.search(says, told, re.I), told
        assert not re.search(r"\b(the|is|file|not|invalid|valid|image)\b", told, re.I), told
        assert [image.title for image in Image.objects.all()] == ["Förut"]

    def test_good_ones_come_in(self, site, client):
        client.force_login(site.editor)
        for name, content in (("a.svg", SVG), ("b.png", png(40, 40))):
            answer = client.post(
                "/admin/images/multiple/add/",
                {"title": name, "files[]": SimpleUploadedFile(name, content)},
                headers={"X-Requested-With": "XMLHttpRequest"},
            )
            assert answer.json()["success"] is True
        assert Image.objects.count() == 2


class TestThingsThatAreInUse:
    """A drawing or a recording that a word has cannot be taken from it; nor does a draft break without it."""

    @pytest.fixture
    def drawing(self, site):
        return Image.objects.create(
            title="Kaka", file=ContentFile(SVG, "k.svg"), width=4, height=3, uploaded_by_user=site.admin
        )

    @pytest.fixture
    def recording(self, site):
        return Recording.objects.create(
            title="Kaka", file="recordings/x.mp3", digest="0" * 64, seconds=3, created_by=site.editor
        )

    @pytest.fixture(params=["drawing", "recording"])
    def thing(self, request):
        return request.getfixturevalue(request.param)

    def use(self, thing):
        return (
            {"drawing": thing, "drawing_alt": "En kaka."}
            if isinstance(thing, Image)
            else {"recording": thing}
        )

    def delete(self, client, thing, *, many):
        if isinstance(thing, Image):
            one, bulk = f"/admin/images/{thing.pk}/delete/", "/admin/bulk/wagtailimages/image/delete/"
        else:
            one, bulk = (
                f"/admin/snippets/formats/recording/delete/{thing.pk}/",
                "/admin/bulk/formats/recording/delete/",
            )
        address = f"{bulk}?id={thing.pk}" if many else one
        return client.get(address), client.post(address)

    @pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
    def test_in_a_published_word(self, site, write, publish, client, thing, many):
        word = write(**self.use(thing))
        publish(word)
        client.force_login(site.admin)
        asked, done = self.delete(client, thing, many=many)
        refused = isinstance(thing, Image) and not many  # nobody has the right: it is not even asked
        assert (asked.status_code, done.status_code) == (302 if refused else 200, 302)
        assert type(thing).objects.filter(pk=thing.pk).exists()
        if isinstance(thing, Recording):
            assert "förhindrar radering" in asked.content.decode()

    @pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
    def test_in_a_draft_of_a_published_word(self, site, write, publish, client, thing, many, now):
        word = write()
        publish(word)
        for name, value in self.use(thing).items():
            setattr(word, name, value)
        word.save_revision(user=site.editor)
        request = actions.request_approval(page=word, message="", by=site.editor, now=now)
        client.force_login(site.admin)
        asked, done = self.delete(client, thing, many=many)
        refused = isinstance(thing, Image) and not many
        assert (asked.status_code, done.status_code) == (302 if refused else 200, 302)
        # Whether it could be deleted or not, nothing breaks: the draft opens, the queue opens, the schedule runs.
        for address in (
            f"/admin/pages/{word.pk}/edit/",
            f"/admin/godkanna/{request.pk}/",
            f"/admin/godkanna/{request.pk}/sida/",
            "/admin/",
        ):
            assert client.get(address).status_code == 200, address
        assert (
            client.post(f"/admin/godkanna/{request.pk}/", {"decision": "approved"}).status_code == 422
        )  # the admin is no publisher
        actions.publish_due(now)
        actions.send_due_letters(now)

    def test_in_nothing(self, site, client, thing):
        client.force_login(site.admin)
        self.delete(client, thing, many=False)
        assert not type(thing).objects.exists()


class TestAddresses:
    def test_taken(self, write, edit):
        write("Kaka")
        word = write("Molnet")
        answer = edit(word, title="Molnet", slug="kaka")
        assert (answer.status_code, latest(word).slug) == (200, "molnet")
        assert "adress" in " ".join(errors(answer))

    @pytest.mark.parametrize("slug", ["a-o", "amne", "vecka"])
    def test_used_by_the_archive(self, write, edit, slug):
        word = write()
        answer = edit(word, slug=slug)
        assert errors(answer) == ["Den adressen används redan av något annat. Välj en annan."]

    @pytest.mark.parametrize("slug", ["med mellanslag", "å ä ö", "../admin", "a/b", "<script>"])
    def test_not_an_address(self, write, edit, slug):
        word = write()
        assert (edit(word, slug=slug).status_code, latest(word).slug) == (200, "testord")

    TITLES = {
        "Å, ä & ö": "a-a-o",
        "😀": "grinning",
        "سلام": "slm",
        "שָׁלוֹם (Schalom)": "sahlvom-schalom",
        "\u202ebakvänt": "bakvant",
        "A\u200dB": "ab",
        "A-Ö": "a-o-2",
        "Ämne": "amne-2",
        "?!": "sida",
        "</script><script>alert(1)</script>": "scriptscriptalert1script",
        "<b>fet</b>": "bfetb",
        "Klistrat\x0bur ett bildspel": "klistrat-ur-ett-bildspel",
        "x" * 255: "x" * 100,
    }

    def test_any_title_gets_one_of_its_own(self, edit, publish, client):
        """The editor leaves the address empty; the word goes out, and no page breaks on its title."""
        for title in self.TITLES:
            assert (
                edit(None, title=title, slug="", likeness=title, explanation=rich(title)).status_code == 302
            )
        made = dict(WordPage.objects.values_list("title", "slug"))
        assert made == self.TITLES
        for word in WordPage.objects.all():
            publish(word)
        client.logout()
        lists = ("/", "/ord/", "/ord/a-o/", "/floden/ord.xml", "/sitemap.xml", "/sok/?q=sida")
        for address in (*lists, *(f"/ord/{slug}/" for slug in made.values())):
            assert client.get(address).status_code == 200, address
        feed = feedparser.parse(client.get("/floden/ord.xml").content)
        assert (feed.bozo, len(feed.entries)) == (False, len(made))

    def test_the_same_title_twice(self, edit):
        for _again in range(2):
            assert edit(None, title="Kaka", slug="").status_code == 302
        assert sorted(WordPage.objects.values_list("slug", flat=True)) == ["kaka", "kaka-2"]


class TestDates:
    @pytest.mark.parametrize("value", ["2026-02-30", "i helgen", "99999-01-01", "0000-00-00"])
    def test_no_date(self, write, edit, value):
        word = write()
        answer = edit(word, checked_on=value, review_by=value)
        assert (answer.status_code, len(errors(answer)), word.revisions.count()) == (200, 2, 1)

    def test_a_review_before_the_check_is_said(self, write, edit):
        word = write()
        answer = edit(word, checked_on="2026-11-23", review_by="2026-11-22")
        assert errors(answer) == ["Välj en dag efter den då texten senast kontrollerades."]
        assert word.revisions.count() == 1


@pytest.mark.database
class TestTheYear:
    @pytest.fixture
    def post(self, client, site):
        client.force_login(site.editor)
        return lambda **data: client.post("/admin/aret/2026/", data)

    @pytest.fixture(autouse=True)
    def _clock(self, time_machine, now):
        time_machine.move_to(now, tick=False)

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ({"action": "plan", "week": "2026-99"}, "Vecka 99 finns inte 2026."),
            ({"action": "plan", "week": "2026-0"}, "Vecka 0 finns inte 2026."),
            ({"action": "plan", "week": "2027-53"}, "Vecka 53 finns inte 2027."),
            ({"action": "plan", "week": "2026-10"}, "Vecka 10 2026 är redan slut."),
            ({"action": "plan", "week": "vecka 50"}, "Skriv veckan som 2026-48."),
            ({"action": "plan", "week": "2026-" + "9" * 5000}, "Skriv veckan som 2026-48."),
            ({"action": "plan", "week": "9" * 5000 + "-1"}, "Skriv veckan som 2026-48."),
            ({"action": "plan", "week": "-5--1"}, "Skriv veckan som 2026-48."),
            ({"action": "plan", "week": "2026-²"}, "Skriv veckan som 2026-48."),
            (
                {"action": "plan", "week": "2026-50", "word": "999999"},
                "Ordet finns inte längre. Välj ett annat.",
            ),
            (
                {"action": "plan", "week": "2026-50", "word": "9" * 40},
                "Ordet finns inte längre. Välj ett annat.",
            ),
            (
                {"action": "plan", "week": "2026-50", "word": "kaka"},
                "Ordet finns inte längre. Välj ett annat.",
            ),
            ({"action": "plan", "week": "2026-50", "word": "\0"}, "Null-tecken är inte tillåtna."),
            ({"action": "plan", "week": "2026-50", "word": ""}, "Välj ett ord."),
            ({"action": "clear", "week": "2026-99"}, "Veckan är tom, eller så har ordet redan gått ut."),
            ({"action": "clear", "week": "2026-51"}, "Veckan är tom, eller så har ordet redan gått ut."),
            ({"action": "swap", "week": "2026-49"}, "Välj veckan som ordet ska byta med."),
            (
                {"action": "swap", "week": "2026-49", "other": "2026-49"},
                "Välj en annan vecka än ordets egen.",
            ),
            ({"action": "swap", "week": "2026-49", "other": "2026-99"}, "Vecka 99 finns inte 2026."),
            ({"action": "swap", "week": "2026-49", "other": "2026-10"}, "Vecka 10 2026 är redan slut."),
            ({"action": "swap", "week": "2026-51", "other": "2026-52"}, "Båda veckorna är tomma."),
            ({"action": "eat", "week": "2026-50"}, "eat"),
            ({"action": "", "week": ""}, "obligatoriskt"),
        ],
    )
    def test_nonsense_is_said_and_changes_nothing(self, site, write, post, now, data, says):
        learning.plan_week(word=write("Kaka"), year=2026, week=49, by=site.editor, now=now)
        data = {"word": str(write("Molnet").pk)} | data
        answer = post(**data)
        assert (answer.status_code, says in answer.content.decode()) == (422, True)
        assert list(PlannedWeek.objects.values_list("week", "word__title")) == [(49, "Kaka")]

    def test_what_was_chosen_is_kept(self, site, write, post, now):
        learning.plan_week(word=write("Kaka"), year=2026, week=50, by=site.editor, now=now)
        word = write("Molnet")
        html = post(action="plan", word=str(word.pk), week="2026-99").content.decode()
        assert f'<option value="{word.pk}" selected>' in html
        html = post(action="swap", week="2026-50", other="2026-50").content.decode()
        assert html.count('<option value="2026-50" selected>') == 2

    @pytest.mark.parametrize("year", [0, 1, 1999, 2201, 9999, 99999, 10**30])
    def test_years_that_nobody_plans(self, site, client, year):
        client.force_login(site.editor)
        assert client.get(f"/admin/aret/{year}/").status_code == 404

    @pytest.mark.parametrize("year", [2000, 2200])
    def test_the_first_and_the_last(self, site, client, year):
        client.force_login(site.editor)
        assert client.get(f"/admin/aret/{year}/").status_code == 200

    def test_an_approved_word_is_moved_but_not_left_without_a_week(self, site, write, post, now):
        word = write("Kaka")
        learning.plan_week(word=word, year=2026, week=49, by=site.editor, now=now)
        request = actions.request_approval(page=word, message="", by=site.editor, now=now)
        actions.approve(request=request, publisher=site.publisher, by=site.chief, now=now)
        answer = post(action="clear", week="2026-49")
        assert (answer.status_code, "skulle gå ut med en gång" in answer.content.decode()) == (422, True)
        assert actions.publish_due(now) == 0
        assert post(action="swap", week="2026-49", other="2026-52").status_code == 302
        assert ApprovalRequest.objects.ready().count() == 1

    def test_a_word_moved_while_its_files_are_made_does_not_go_out(self, site, write, now, monkeypatch):
        from utbud.publishing import files

        word = write("Kaka")
        learning.plan_week(word=word, year=2026, week=49, by=site.editor, now=now)
        request = actions.request_approval(page=word, message="", by=site.editor, now=now)
        actions.approve(request=request, publisher=site.publisher, by=site.chief, now=now)
        monday = dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC)
        monkeypatch.setattr(
            files, "make", lambda page: learning.plan_week(word=word, year=2026, week=50, by=None, now=now)
        )
        assert actions.publish_due(monday) == 0
        monkeypatch.setattr(files, "make", lambda page: None)
        assert actions.publish_due(monday + dt.timedelta(days=7)) == 1
