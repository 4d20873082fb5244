"""The site as a whole: feed, sitemap, files, moved addresses, errors."""

import datetime as dt
from importlib import import_module

import feedparser
import pytest
from defusedxml.ElementTree import fromstring
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from wagtail.models import Page, Site

from utbud.base.dates import at_stockholm
from utbud.base.schedule import Round
from utbud.learning import actions as learning
from utbud.web import ready
from utbud.web.models import StartPage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def word(write, publish):
    word = write("BankID", forms="mobilt BankID", topics=[])
    publish(word)
    return word


class TestFeed:
    def test_it_says_the_words_with_absolute_addresses_and_stable_ids(self, word, client, settings):
        feed = feedparser.parse(client.get("/floden/ord.xml").content)
        assert feed.bozo is False
        [entry] = feed.entries
        assert (entry.title, entry.link, entry.id) == (
            "BankID",
            f"{settings.BASE_URL}/ord/bankid/",
            f"urn:uuid:{word.translation_key}",
        )
        assert entry.summary == word.one_sentence
        assert "kort text" in entry.content[0].value

    @pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
    def test_conditional_get(self, word, client, header):
        first = client.get("/floden/ord.xml")
        asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]
        assert client.get("/floden/ord.xml", headers={asked: first[header]}).status_code == 304

    def test_a_new_word_changes_it(self, word, write, publish, client):
        first = client.get("/floden/ord.xml")
        publish(write("Kakor"))
        again = client.get("/floden/ord.xml", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, len(feedparser.parse(again.content).entries)) == (200, 2)

    def test_a_withdrawn_word_leaves_it(self, word, client):
        word.unpublish()
        assert feedparser.parse(client.get("/floden/ord.xml").content).entries == []

    def test_no_drafts(self, word, write, client):
        write("Utkast")
        assert len(feedparser.parse(client.get("/floden/ord.xml").content).entries) == 1


def test_sitemap_lists_what_is_published(word, write, client, settings):
    write("Utkast")
    tree = fromstring(client.get("/sitemap.xml").content)
    places = [node.text for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    base = settings.BASE_URL
    assert {f"{base}/", f"{base}/ord/", f"{base}/ord/bankid/", f"{base}/ord/a-o/"} <= set(places)
    assert f"{base}/ord/utkast/" not in places
    for place in places:
        assert client.get(place.removeprefix(base)).status_code == 200, place


def test_a_new_address_redirects_from_the_old_with_its_files(word, publish, client):
    word.slug = "bank-id"
    word.save_revision()
    publish(word)
    answer = client.get("/ord/bankid/")
    assert (answer.status_code, answer["Location"]) == (301, "/ord/bank-id/")
    answer = client.get("/ord/bankid/utskrift.pdf")
    assert (answer.status_code, answer["Location"]) == (301, "/ord/bank-id/utskrift.pdf")
    assert client.get("/ord/BankID/", follow=True).redirect_chain[-1] == ("/ord/bank-id/", 301)


@pytest.mark.parametrize(
    "address", ["/ord/finns-inte/", "/ord/finns-inte/utskrift.pdf", "/finns-inte", "/ord/amne/finns-inte/"]
)
def test_unknown_addresses_help(site, client, address):
    answer = client.get(address, follow=True)
    html = answer.content.decode()
    assert answer.status_code == 404
    assert 'action="/sok/"' in html


def test_a_draft_has_no_files(site, write, client):
    write("BankID")
    assert client.get("/ord/bankid/lyssna.mp3").status_code == 404


def test_health(site, client):
    assert client.get("/halsa/").json()["ok"] is True


@pytest.mark.parametrize(
    "address", ["/", "/ord/", "/sok/?q=bank", "/kurser/", "/hjalp/", "/finns-inte/", "/sitemap.xml"]
)
def test_a_site_without_a_start_page_is_not_ready(site, client, monkeypatch, address):
    monkeypatch.setattr(ready, "_seen", [False])
    StartPage.objects.update(live=False)
    answer = client.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "600")
    assert "<h1>Webbplatsen är inte klar</h1>" in answer.content.decode()
    health = client.get("/halsa/")
    assert (health.status_code, health.json()["says"]) == (503, "webbplatsen är inte klar")
    assert client.get("/admin/login/").status_code == 200
    StartPage.objects.update(live=True)
    assert client.get(address).status_code in (200, 404)


@pytest.mark.parametrize(("title", "kept"), [("Welcome to your new Wagtail site!", 0), ("Vår egen sida", 1)])
def test_the_migrations_leave_no_page_of_welcome(site, title, kept):
    """Wagtail's first migration publishes one in English."""
    site.start.delete()
    root = Page.objects.get(depth=1)
    Site.objects.create(
        hostname="localhost", root_page=root.add_child(instance=Page(title=title, slug="home"))
    )
    import_module("utbud.web.migrations.0002_no_welcome").take_away(apps, None)
    root.refresh_from_db()
    assert (Page.objects.filter(depth=2).count(), Site.objects.count(), root.numchild) == (kept, kept, kept)


class TestMedia:
    @pytest.fixture
    def name(self):
        return default_storage.save(
            "x.svg", ContentFile(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
        )

    def test_a_script_in_a_picture_does_not_run_as_ours(self, name, client):
        answer = client.get(f"/media/{name}")
        answer.close()
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "asked", ["../utbud.sqlite3", "..%2fsecret-key", "/etc/passwd", "finns-inte.png", "."]
    )
    def test_nothing_outside_the_folder(self, db, client, asked):
        assert client.get(f"/media/{asked}").status_code in (400, 404)

    @pytest.mark.parametrize(
        ("header", "status", "body"),
        [
            ("bytes=0-3", 206, b"<svg"),
            ("bytes=-6", 206, b"</svg>"),
            ("bytes=1000-", 416, b""),
            ("bytes=5-2", 416, b""),
            ("apples=1-2", 200, None),
            ("bytes=0-1,3-4", 200, None),
        ],
    )
    def test_ranges(self, name, client, header, status, body):
        answer = client.get(f"/media/{name}", headers={"Range": header})
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.close()
        assert (answer.status_code, content if body is not None else None) == (status, body)

    def test_head_and_etag(self, name, client):
        answer = client.head(f"/media/{name}")
        assert (answer.status_code, answer["Accept-Ranges"], answer.content) == (200, "bytes", b"")
        assert client.get(f"/media/{name}", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("address", "rows"),
    [("/", 1), ("/ord/", 1), ("/ord/a-o/", 1), ("/sok/?q=ord", 1), ("/ord/bankid/", 1)],
)
def test_pages_cost_the_same_number_of_queries(word, write, publish, client, address, rows):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count():
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(address)
        return len(seen)

    before = count()
    for title in ("Kakor", "Molnet"):
        publish(write(title))
    assert count() == before


def test_start_page_before_anything_is_published(site, client):
    assert client.get("/").status_code == 200


def test_jsonld_cannot_end_its_script(write, publish, client):
    publish(write("BankID", one_sentence="BankID är </script><script>alert(1)</script> bra."))
    html = client.get("/ord/bankid/").content.decode()
    assert "<script>alert" not in html


def test_dates_are_in_swedish_words():
    from utbud.base.dates import date_words, near_date_words, time_words

    day = dt.date(2026, 3, 3)
    assert (date_words(day), time_words(dt.time(9, 30))) == ("tisdag 3 mars 2026", "9.30")
    assert [near_date_words(day + dt.timedelta(days=n), today=day) for n in (0, 1, 3, 9)] == [
        "i dag", "i morgon", "på fredag", "torsdag 12 mars",
    ]  # fmt: skip


class TestSignsThatNoDatabaseTakes:
    """PostgreSQL refuses NUL in a text. A stranger who sends one gets an ordinary answer, on either database."""

    @pytest.mark.parametrize(
        "address",
        [
            "/%00", "/%00/", "/ord/%00/", "/ord/bank%00id/", "/ord/%00/lyssna.mp3", "/ord/amne/%00/", "/media/%00", "/media/a%00b.svg",
            "/dokument/1/%00", "/utseende/%00.css", "/godkann/%00/", "/godkann/a%00b/sida/", "/godkann/%00/utskrift.pdf",
            "/admin/%00/", "/om/%00/", "/ord/?sida=%00", "/sok/?q=%00", "/sok/?q=bank%00id&sida=%00", "/sok/?%00=%00",
            "/?%00", "/ord/a-o/?%00", "/samarbeta/?%00=1", "/floden/ord.xml?%00",
            "/admin/login/?next=%00", "/ord/%ff%fe/", "/sok/?q=%ff%fe%ed%a0%80", "/ord/" + "x" * 3000 + "/", "/sok/?sida=" + "9" * 400,
        ],
    )  # fmt: skip
    def test_in_an_address(self, word, client, address):
        assert client.get(address).status_code in (200, 302, 400, 404, 410)

    @pytest.mark.parametrize(
        "address", ["/samarbeta/", "/tillganglighet/rapportera/", "/admin/login/", "/godkann/\0/"]
    )
    def test_in_a_form(self, site, client, address):
        names = (
            "name",
            "contact",
            "message",
            "page",
            "what",
            "email",
            "phone",
            "username",
            "password",
            "decision",
            "comment",
            "next",
        )
        answer = client.post(address, dict.fromkeys(names, "a\0b"))
        assert answer.status_code in (200, 404, 410, 422)

    @pytest.mark.parametrize(
        "header",
        ["If-None-Match", "If-Modified-Since", "Range", "Accept-Language", "Accept-Encoding", "User-Agent"],
    )
    def test_in_a_header(self, word, client, header):
        assert client.get("/floden/ord.xml", headers={header: "a\0b"}).status_code == 200

    @pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages"])
    def test_in_a_cookie(self, word, client, cookie):
        client.cookies[cookie] = "a\0b"
        assert client.get("/samarbeta/").status_code == 200
        assert client.get("/admin/").status_code == 302

    @pytest.mark.parametrize(
        "address",
        ["/admin/pages/?q=%00", "/admin/pages/search/?q=%00", "/admin/images/?q=%00", "/admin/snippets/formats/recording/?q=%00",
         "/admin/images/chooser/?q=%00", "/admin/choose-page/search/?q=%00", "/admin/aret/2026/?%00"],
    )  # fmt: skip
    def test_on_the_staff_side(self, site, client, address):
        client.force_login(site.admin)
        assert client.get(address).status_code in (200, 302, 400, 404)

    def test_in_the_editor(self, site, write, client, word_form):
        client.force_login(site.editor)
        page, names = write(), ("title", "one_sentence", "likeness", "forms", "easy", "slug", "checked_on")
        text = '{"blocks":[{"key":"a","text":"a\\u0000b","type":"unstyled","depth":0,"inlineStyleRanges":[],"entityRanges":[],"data":{}}],"entityMap":{}}'
        step = {
            "steps-count": "1",
            "steps-0-deleted": "",
            "steps-0-order": "0",
            "steps-0-type": "step",
            "steps-0-value": "a\0b",
        }
        for fields in (*({name: "a\0b"} for name in names), {"explanation": text}, step):
            assert client.post(f"/admin/ord/granska/{page.pk}/", word_form(**fields)).status_code == 200, (
                fields
            )
            assert client.post(f"/admin/pages/{page.pk}/edit/", word_form(**fields)).status_code == 200, (
                fields
            )
        assert page.revisions.count() == 1
        assert client.post(f"/admin/godkanna/sida/{page.pk}/", {"message": "a\0b"}).status_code == 422


@pytest.mark.django_db(transaction=True)  # as for a reader: pages that are kept ready-made are in play
@pytest.mark.database
@pytest.mark.parametrize(
    "monday",
    [dt.date(2026, 11, 30), dt.date(2027, 1, 4), dt.date(2027, 3, 29), dt.date(2027, 11, 1)],
    ids=["in winter", "after new year", "after the clock went forward", "after the clock went back"],
)
def test_the_weeks_word_changes_by_itself_on_monday_at_eight(
    site, write, publish, client, time_machine, monday
):
    """The whole schedule runs, round after round; the start page is what a reader sees."""
    rounds, seen = Round(), []
    for title, weeks in (("Gammalt", -1), ("Nytt", 0)):
        word, day = write(title), monday + dt.timedelta(weeks=weeks)
        friday = at_stockholm(day - dt.timedelta(days=3), dt.time(12))
        learning.plan_week(
            word=word, year=day.isocalendar().year, week=day.isocalendar().week, by=site.editor, now=friday
        )
        publish(word, at=friday)
    cache.clear()
    for day, *clock in (
        (-7, 8, 0, 0), (-7, 8, 0, 40), (-1, 23, 59, 59), (0, 0, 0, 0), (0, 7, 0, 0), (0, 7, 59, 50), (0, 7, 59, 59),
        (0, 8, 0, 0), (0, 8, 0, 1), (0, 8, 0, 5), (0, 9, 0, 0), (1, 8, 0, 0),
    ):  # fmt: skip
        moment = at_stockholm(monday + dt.timedelta(days=day), dt.time(*clock))
        time_machine.move_to(moment, tick=False)
        rounds.run_due(timezone.now())
        html = client.get("/").content.decode()
        seen.append("Nytt" if "Nytt" in html else "Gammalt" if "Gammalt" in html else "")
    assert (
        seen == ["Gammalt"] * 9 + ["Nytt"] * 3
    )  # the schedule looks every five seconds: it had looked at 7.59.59
    assert [entry.title for entry in feedparser.parse(client.get("/floden/ord.xml").content).entries] == [
        "Nytt",
        "Gammalt",
    ]
