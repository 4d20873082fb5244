"""Readers are counted, and nobody is followed: what counts, when it is written, and the table staff see."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from utbud.base.dates import at_stockholm
from utbud.channels import queries_reach, reach
from utbud.channels.models import Reach
from utbud.web import counting
from utbud.web.counting import Counter, hit_of

pytestmark = pytest.mark.database

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DAY = dt.date(2026, 11, 23)
HTML = {"content_type": "text/html; charset=utf-8"}


def asked(now, path="/ord/kaka/", *, method="get", status=200, cookies=None, answer=None, **headers):
    headers = {"User-Agent": PERSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = getattr(RequestFactory(headers=headers), method)(path)
    request.COOKIES.update(cookies or {})
    return hit_of(request, HttpResponse(status=status, **(answer or HTML)), now)


@pytest.mark.parametrize(
    ("path", "answer", "hit"),
    [
        ("/ord/kaka/", HTML, ("web", "view", "/ord/kaka/")),
        ("/", HTML, ("web", "view", "/")),
        ("/ord/?sida=2", HTML, ("web", "view", "/ord/")),
        ("/ord/kaka/utskrift.pdf", {"content_type": "application/pdf"}, ("print", "download", "/ord/kaka/")),
        ("/ord/kaka/affisch.pdf", {"content_type": "application/pdf"}, ("poster", "download", "/ord/kaka/")),
        ("/ord/kaka/lyssna.mp3", {"content_type": "audio/mpeg"}, ("sound", "play", "/ord/kaka/")),
        ("/ord/kaka/lyssna-langsamt.mp3", {"content_type": "audio/mpeg"}, ("sound", "play", "/ord/kaka/")),
        ("/filmer/kaka/film-480p.mp4", {"content_type": "video/mp4"}, ("clip", "play", "/filmer/kaka/")),
        ("/filmer/kaka/film.m4a", {"content_type": "audio/mp4"}, ("sound", "play", "/filmer/kaka/")),
        ("/filmer/kaka/film.jpg", {"content_type": "image/jpeg"}, None),
        ("/filmer/kaka/film.vtt", {"content_type": "text/vtt"}, None),
        ("/ord/kaka/klipp.mp4", {"content_type": "video/mp4"}, ("clip", "play", "/ord/kaka/")),
        ("/ord/kaka/kort-kvadrat.png", {"content_type": "image/png"}, ("card", "download", "/ord/kaka/")),
        ("/floden/ord.xml", {"content_type": "application/atom+xml"}, ("feed", "fetch", "feed:ord")),
        ("/floden/ord/trygg.json", {"content_type": "application/feed+json"}, ("feed", "fetch", "feed:ord")),
        ("/admin/aret/", HTML, None),
        ("/godkann/hemlig/", HTML, None),
        ("/skarm/biblioteket/", HTML, None),
        ("/skarm/biblioteket/nu.json", {"content_type": "application/json"}, None),
        ("/halsa/", {"content_type": "application/json"}, None),
        ("/media/images/kort.png", {"content_type": "image/png"}, None),
        ("/static/x.css", {"content_type": "text/css"}, None),
    ],
)  # fmt: skip
def test_what_counts_and_as_what(now, path, answer, hit):
    assert asked(now, path, answer=answer) == (hit and (DAY, *hit))


@pytest.mark.parametrize(
    ("counts", "how"),
    [
        (True, {}),
        (True, {"Range": "bytes=0-", "status": 206, "path": "/ord/kaka/lyssna.mp3"}),
        (True, {"Range": "bytes=0-1023", "status": 206, "path": "/ord/kaka/lyssna.mp3"}),
        (False, {"Range": "bytes=1024-", "status": 206, "path": "/ord/kaka/lyssna.mp3"}),
        (False, {"Range": "bytes=-500", "status": 206, "path": "/ord/kaka/lyssna.mp3"}),
        (False, {"method": "head"}),
        (False, {"method": "post"}),
        (False, {"status": 404}),
        (False, {"status": 304, "path": "/ord/kaka/utskrift.pdf"}),
        (False, {"status": 301}),
        (False, {"Sec_Purpose": "prefetch"}),
        (False, {"Sec_Purpose": "prefetch;prerender"}),
        (False, {"X_Moz": "prefetch"}),
        (False, {"cookies": {"sessionid": "x"}}),
        (True, {"cookies": {"csrftoken": "x"}}),
        (False, {"User_Agent": ""}),
        (False, {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}),
        (False, {"User_Agent": "facebookexternalhit/1.1"}),
        (False, {"User_Agent": "curl/8.5.0"}),
        (False, {"User_Agent": "python-requests/2.32"}),
        (False, {"User_Agent": "Mozilla/5.0 (X11) HeadlessChrome/120.0"}),
        (True, {"User_Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"}),
        (True, {"User_Agent": "Mozilla/5.0 (Linux; Android 4.4; Cubot Note) Chrome/50 Mobile Safari/537.36"}),
    ],
)  # fmt: skip
def test_who_counts(now, counts, how):
    assert (asked(now, **how) is not None) is counts


def test_midnight_is_stockholms():
    late = at_stockholm(DAY, dt.time(23, 59, 59))
    assert [asked(late)[0], asked(late + dt.timedelta(seconds=1))[0]] == [DAY, DAY + dt.timedelta(days=1)]


@pytest.mark.django_db
@pytest.mark.usefixtures("no_files")
class TestWriting:
    @pytest.fixture
    def word(self, write, publish):
        word = write("Kaka")
        publish(word)
        return word

    def counted(self):
        return {(row.day, row.way, row.what, row.item): row.count for row in Reach.objects.all()}

    def test_paths_become_pages_and_what_is_no_page_is_left_out(self, word, write):
        write("Utkast")
        counter = Counter()
        for path in ("/ord/kaka/", "/ord/kaka/", "/ord/utkast/", "/sok/", "/finns/inte/"):
            counter.add((DAY, "web", "view", path))
        counter.add((DAY, "print", "download", "/ord/kaka/"))
        counter.add((DAY, "feed", "fetch", "feed:ord"))
        assert counter.flush() == 4
        assert self.counted() == {
            (DAY, "web", "view", f"page:{word.pk}"): 2,
            (DAY, "print", "download", f"page:{word.pk}"): 1,
            (DAY, "feed", "fetch", "feed:ord"): 1,
        }

    def test_the_next_batch_adds_to_the_day(self, word):
        counter = Counter()
        for _batch in range(2):
            counter.add((DAY, "web", "view", "/ord/kaka/"))
            counter.flush()
        assert self.counted() == {(DAY, "web", "view", f"page:{word.pk}"): 2}
        assert counter.flush() == 0

    def test_one_query_finds_the_pages_however_many(self, word, write, publish):
        for title in ("Moln", "Surfzon"):
            publish(write(title))
        counting.items_of({"/"})  # the site's root is remembered
        for paths in ({"/ord/kaka/"}, {"/ord/kaka/", "/ord/moln/", "/ord/surfzon/", "/", "/ord/"}):
            with CaptureQueriesContext(connection) as queries:
                assert set(counting.items_of(paths)) == paths
            assert len(queries) == 1

    def test_what_cannot_be_written_is_tried_again(self, word, monkeypatch):
        counter, whole = Counter(), reach.count
        counter.add((DAY, "web", "view", "/ord/kaka/"))

        def fails(**_row):
            raise OperationalError("database is locked")

        monkeypatch.setattr(reach, "count", fails)
        with pytest.raises(OperationalError):
            counter.flush()
        monkeypatch.setattr(reach, "count", whole)
        assert counter.flush() == 1
        assert list(self.counted().values()) == [1]

    def test_memory_has_a_bound(self, monkeypatch):
        monkeypatch.setattr(counting, "MOST_KEYS", 3)
        counter = Counter()
        for number in range(9):
            counter.add((DAY, "web", "view", f"/{number % 5}/"))
        assert sum(counter._hits.values()) == 6  # /0/ /1/ /2/ twice, the rest not kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_files")
def test_a_reader_is_counted_also_when_the_page_is_ready_made_and_it_costs_no_query(
    site, client, monkeypatch
):
    cache.clear()
    counter = Counter()
    monkeypatch.setattr(counting, "counter", counter)
    client.get("/ord/", headers={"User-Agent": PERSON})
    with CaptureQueriesContext(connection) as queries:
        client.get("/ord/", headers={"User-Agent": PERSON})
        client.get("/ord/", headers={"User-Agent": "Googlebot/2.1"})
    assert len(queries) == 10  # what BakedPages asks, twice five
    assert counter.flush() == 2
    assert list(Reach.objects.values_list("item", "count")) == [(f"page:{site.index.pk}", 2)]


@pytest.mark.django_db
@pytest.mark.usefixtures("no_files")
class TestTable:
    @pytest.fixture
    def counted(self, write, publish, now):
        words = [write(title) for title in ("Kaka", "Moln")]
        for word in words:
            publish(word)
        kaka, moln = (f"page:{word.pk}" for word in words)
        for way, what, item, times, day in (
            ("web", "view", kaka, 3, 0), ("web", "view", kaka, 2, -1), ("web", "view", moln, 9, 0), ("print", "download", kaka, 1, 0),
            ("phone", "call", "", 4, -2), ("mastodon", "sent", moln, 1, 0), ("feed", "fetch", "feed:ord", 5, 0),
            ("web", "view", "page:999999", 1, 0), ("web", "view", kaka, 100, -40),
        ):  # fmt: skip
            reach.count(way=way, what=what, item=item, times=times, now=now + dt.timedelta(days=day))

    def test_rows_columns_and_sums(self, counted):
        table = queries_reach.table(DAY - dt.timedelta(days=27), DAY)
        assert table.columns == (
            "Sidan läst", "Utskrift hämtad", "Flöde hämtat", "Samtal till telefonlinjen", "mastodon: skickat",
        )  # fmt: skip
        assert [(row.title, row.counts, row.total) for row in table.rows] == [
            ("Moln", (9, 0, 0, 0, 1), 10),
            ("Kaka", (5, 1, 0, 0, 0), 6),
            ("Flödet «Veckans digitala ord»", (0, 0, 5, 0, 0), 5),
            ("Utan särskild sak", (0, 0, 0, 4, 0), 4),
            ("En sida som är borttagen", (1, 0, 0, 0, 0), 1),
        ]
        assert (table.sums, table.total) == ((15, 1, 5, 4, 1), 26)

    def test_by_day_for_other_parts(self, counted, write):
        found = queries_reach.by_day(DAY - dt.timedelta(days=1), DAY)
        assert found[DAY, "web", "view"] == 13
        assert found[DAY - dt.timedelta(days=1), "web", "view"] == 2
        assert queries_reach.by_day(DAY, DAY, item="feed:ord") == {(DAY, "feed", "fetch"): 5}

    def test_the_same_number_of_queries_however_much(self, counted, now):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                queries_reach.table(DAY - dt.timedelta(days=27), DAY)
            return len(queries)

        few = asked()
        for number in range(3):
            reach.count(way="web", what="view", item=f"page:{number}", now=now)
        assert (asked(), few) == (3, 3)

    @pytest.mark.parametrize(
        ("month", "first", "total"),
        [("", dt.date(2026, 10, 27), 26), ("2026-11", dt.date(2026, 11, 1), 26), ("2026-10", dt.date(2026, 10, 1), 100), ("2026-13", dt.date(2026, 10, 27), 26), ("'; drop", dt.date(2026, 10, 27), 26)],
    )  # fmt: skip
    def test_the_page(self, counted, site, client, time_machine, now, month, first, total):
        time_machine.move_to(now, tick=False)
        client.force_login(site.editor)
        page = client.get("/admin/rackvidd/", {"manad": month})
        assert (page.status_code, page.context["table"].first, page.context["table"].total) == (
            200,
            first,
            total,
        )
        assert [month["words"] for month in page.context["months"]] == ["november 2026", "oktober 2026"]
        assert "Vi räknar gånger, inte människor" in page.content.decode()

    def test_the_file(self, counted, site, client, time_machine, now, write, publish):
        word = write("=SUM(A1)", slug="summa")
        publish(word)
        reach.count(way="web", what="view", item=f"page:{word.pk}", times=50, now=now)
        time_machine.move_to(now, tick=False)
        client.force_login(site.editor)
        answer = client.get("/admin/rackvidd/rackvidd.csv")
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert "rackvidd-2026-10-27-2026-11-23.csv" in answer["Content-Disposition"]
        assert lines[0].startswith("Sak;Sidan läst;Utskrift hämtad;")
        assert lines[1].startswith("'=SUM(A1);50;0;")
        assert lines[-1].startswith("Summa;65;1;5;4;1;76;")

    def test_not_for_strangers(self, site, client):
        assert client.get("/admin/rackvidd/").status_code == 302
        assert client.get("/admin/rackvidd/rackvidd.csv").status_code == 302


def test_all_that_is_counted_has_words_for_staff():
    from utbud.phone import queries as phone

    said = (phone.CALL, phone.LISTENED, phone.HOURS, phone.CALL_BACK, phone.STAFF)
    assert {(phone.WAY, what) for what in said} <= set(queries_reach.COUNTED)
    assert {(way, what) for _begins, way, what in counting.FILES} <= set(queries_reach.COUNTED)
    assert {counting.PAGE, counting.FEED} <= set(queries_reach.COUNTED)
    assert {"sent", "joined", "stopped"} <= set(queries_reach.WHATS)


@pytest.mark.django_db
def test_who_stopped_is_not_added_to_how_many_were_reached(now):
    for what, times in (("sent", 10), ("joined", 3), ("stopped", 2)):
        reach.count(way="newsletter", what=what, now=now, times=times)
    table = queries_reach.table(DAY, DAY)
    assert (sorted(table.sums), table.total) == ([2, 3, 10], 10)
