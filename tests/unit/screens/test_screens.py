"""Screens: what they show now and later, when they sleep, and that they learn of a change at once."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.base.dates import at_stockholm
from utbud.learning import actions as learning
from utbud.places.models import Opening, OpeningHours, Place, SpecialDay
from utbud.screens import queries, slides
from utbud.screens.slides import Slide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
MONDAY = dt.date(2026, 11, 23)


def at(hour, minute=0, *, day=0):
    return at_stockholm(MONDAY + dt.timedelta(days=day), dt.time(hour, minute))


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(at(11), tick=False)


@pytest.fixture
def place(site):
    place = Place.objects.create(name="Biblioteket", slug="biblioteket", kind=Place.Kind.MAIN)
    for weekday in range(5):
        OpeningHours.objects.create(place=place, weekday=weekday, opens=dt.time(10), closes=dt.time(18))
    OpeningHours.objects.create(
        place=place, weekday=0, kind=Opening.DROP_IN, opens=dt.time(13), closes=dt.time(15)
    )
    return place


@pytest.fixture
def word(site, write, publish):
    word = write("Surfzon")
    learning.plan_week(word=word, year=2026, week=48, by=site.editor, now=at(7))
    publish(word, at=at(9))
    return word


def told(content, moment):
    """The headings of what is shown at ``moment``."""
    return [re.search(r"<h1[^>]*>([^<]*)<", slide.html)[1] for slide in content.showing(moment)]


class TestWhatIsShown:
    def test_the_word_and_the_hours(self, place, word, settings):
        content = queries.content(place, at(11))
        assert told(content, at(11)) == ["Surfzon", "Öppet nu, stänger klockan 18."]
        html = content.slides[0].html
        assert word.one_sentence in html
        assert f'aria-label="QR-kod till {settings.BASE_URL.partition("://")[2]}/ord/surfzon"' in html
        assert "<svg" in html
        assert "style=" not in html  # the page allows no inline style

    @pytest.mark.parametrize(
        ("moment", "headings"),
        [
            (at(9, 59), ["Surfzon", "Stängt nu. Öppnar i dag klockan 10."]),
            (at(10), ["Surfzon", "Öppet nu, stänger klockan 18."]),
            (at(17, 59), ["Surfzon", "Öppet nu, stänger klockan 18."]),
            (at(18), ["Surfzon", "Stängt nu. Öppnar i morgon klockan 10."]),
            (at(11, day=4), ["Surfzon", "Öppet nu, stänger klockan 18."]),
            (at(11, day=5), ["Surfzon", "Stängt nu. Öppnar på måndag klockan 10."]),
            (at(7, 59, day=7), ["Surfzon"]),  # the hours are known for a week
            (at(8, day=7), []),  # there may be another word now
        ],
    )
    def test_what_was_fetched_once_is_shown_as_long_as_it_is_true(self, place, word, moment, headings):
        assert told(queries.content(place, at(11)), moment) == headings

    @pytest.mark.parametrize(
        ("clock", "words"),
        [(at(11), "13–15"), (at(16), "på måndag 13–15"), (at(11, day=1), "på måndag 13–15")],
    )
    def test_help_without_booking(self, place, clock, words):
        [slide] = queries.content(place, clock).showing(clock)
        said = re.search(r"Digital hjälp utan bokning</b> <span>([^<]*)<", slide.html)[1]
        assert said == (words if clock != at(16) else "13–15")

    def test_help_at_another_place_is_named(self, place):
        branch = Place.objects.create(name="Filialen", slug="filialen", kind=Place.Kind.BRANCH)
        [slide] = queries.content(branch, at(11)).showing(at(11))
        assert "i dag 13–15 på Biblioteket" in slide.html

    def test_nothing_about_courses_while_there_are_none_and_what_is_registered_is_shown(
        self, place, word, monkeypatch
    ):
        monkeypatch.setattr(slides, "_makers", {})
        assert "kurs" not in "".join(slide.html for slide in queries.content(place, at(11)).slides).lower()
        course = Slide(key="kurser", html="<h1>Mejl för nybörjare</h1>", starts=at(10), ends=at(13))
        slides.register("kurser", lambda where, now: [course] if where == place else [])
        content = queries.content(place, at(11))
        assert told(content, at(11))[1] == "Mejl för nybörjare"
        assert "Mejl för nybörjare" not in told(content, at(13))

    @pytest.mark.parametrize(("title", "size"), [("Moln", "tv-title"), ("Autentisering", "tv-title long"), ("Tvåfaktorsautentisering", "tv-title longest")])  # fmt: skip
    def test_long_words_have_room(self, site, write, publish, place, title, size):
        word = write(title)
        learning.plan_week(word=word, year=2026, week=48, by=site.editor, now=at(7))
        publish(word, at=at(9))
        assert f'class="{size}"' in queries.content(place, at(11)).slides[0].html


class TestSleep:
    @pytest.mark.parametrize(
        ("moment", "dark"),
        [
            (at(9, 44), True), (at(9, 45), False), (at(12), False), (at(18, 14), False), (at(18, 15), True), (at(12, day=5), True),
            (at(12, day=30), False),  # nothing is known of that day: better lit
        ],
    )  # fmt: skip
    def test_dark_when_the_place_is_closed(self, place, moment, dark):
        assert queries.content(place, at(11)).is_dark(moment) is dark

    def test_a_place_without_hours_never_sleeps(self, site):
        bus = Place.objects.create(name="Bussen", slug="bussen", kind=Place.Kind.BUS)
        assert queries.content(bus, at(3)).is_dark(at(3)) is False

    def test_a_place_that_is_closed_for_weeks_sleeps(self, place):
        for day in range(12):
            SpecialDay.objects.create(place=place, date=MONDAY + dt.timedelta(days=day), closed=True)
        content = queries.content(place, at(11))
        assert (content.is_dark(at(11)), content.is_dark(at(11, day=9))) == (True, True)
        assert content.is_dark(at(11, day=14)) is False


@pytest.mark.parametrize(
    ("now", "offsets"),
    [
        (at(11), [(0, 60), (dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC), 120)]),
        (dt.datetime(2027, 3, 28, 0, 59, tzinfo=dt.UTC), [(0, 60), (dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC), 120)]),
        (dt.datetime(2027, 7, 1, 12, tzinfo=dt.UTC), [(0, 120), (dt.datetime(2027, 10, 31, 1, tzinfo=dt.UTC), 60)]),
    ],
)  # fmt: skip
def test_the_clock_is_stockholms_whatever_the_television_thinks(now, offsets):
    wanted = [[moment if moment == 0 else int(moment.timestamp() * 1000), ahead] for moment, ahead in offsets]
    assert queries.offsets(now) == wanted


class TestPages:
    def test_without_javascript_the_page_goes_round_by_itself(self, place, word, client):
        seen = []
        address = "/skarm/biblioteket/"
        for _slide in range(3):
            html = client.get(address).content.decode()
            seen.append(re.search(r"<h1[^>]*>([^<]*)<", html)[1])
            seconds, query = re.search(r'http-equiv="refresh" content="(\d+); url=([^"]*)"', html).groups()
            assert 10 <= int(seconds) <= 30
            address = "/skarm/biblioteket/" + query
        assert seen == ["Surfzon", "Öppet nu, stänger klockan 18.", "Surfzon"]

    @pytest.mark.parametrize("asked", ["?bild=99", "?bild=0", "?bild=-1", "?bild=x", "?bild=%00", "?bild="])
    def test_a_slide_that_is_not_there_is_the_first(self, place, word, client, asked):
        assert "Surfzon" in client.get(f"/skarm/biblioteket/{asked}").content.decode().split("<script id")[0]

    @pytest.mark.parametrize(("query", "dark"), [("", True), ("?alltid", False)])
    def test_at_night(self, place, client, time_machine, query, dark):
        time_machine.move_to(at(22), tick=False)
        html = client.get(f"/skarm/biblioteket/{query}").content.decode()
        assert ('<html lang="sv" class="dark">' in html) is dark
        assert "Just nu har vi stängt. Välkommen när vi öppnar igen." in html  # what a dark screen shows

    def test_no_cookie_nothing_inline_and_the_usual_rules(self, place, word, client):
        answer = client.get("/skarm/biblioteket/")
        assert not answer.cookies
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        html = answer.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=", html)
        assert [kind for kind in re.findall(r"<script([^>]*)>", html) if "src=" not in kind] == [
            ' id="skarm-nu" type="application/json"'
        ]

    @pytest.mark.parametrize(
        "address", ["/skarm/nej/", "/skarm/nej/nu.json", "/skarm/stangd/", "/skarm/stangd/nu.json"]
    )
    def test_what_is_not_there(self, site, client, address):
        Place.objects.create(name="Stängd", slug="stangd", kind=Place.Kind.BRANCH, active=False)
        assert client.get(address).status_code == 404

    def test_the_list(self, place, client):
        assert 'href="/skarm/biblioteket/"' in client.get("/skarm/").content.decode()

    def test_the_worker_may_only_touch_screens(self, site, client):
        answer = client.get("/skarm/natlos.js")
        assert answer["Content-Type"].startswith("text/javascript")
        assert "Service-Worker-Allowed" not in answer.headers

    def test_staff_see_addresses_and_how(self, place, site, client):
        client.force_login(site.editor)
        html = client.get("/admin/skarmar/?plats=nej").content.decode()
        assert 'src="/skarm/biblioteket/?alltid"' in html
        assert "kioskläge" in html
        client.logout()
        assert client.get("/admin/skarmar/").status_code == 302


class TestNow:
    def ask(self, client, etag=""):
        return client.get("/skarm/biblioteket/nu.json", headers={"If-None-Match": etag} if etag else {})

    def test_the_same_until_something_is_another(self, place, word, client, time_machine):
        first = self.ask(client)
        time_machine.move_to(at(11, 1), tick=False)
        again = self.ask(client, first["ETag"])
        assert (again.status_code, again["X-Now"]) == (304, "Mon, 23 Nov 2026 10:01:00 GMT")
        assert first["Cache-Control"] == "no-cache"

    def test_withdrawn_at_once_and_shown_at_once(self, place, word, client):
        first = self.ask(client)
        word.unpublish()
        second = self.ask(client, first["ETag"])
        assert (second.status_code, "Surfzon" in second.content.decode()) == (200, False)

    def test_it_says_the_same_as_the_page(self, place, word, client):
        html = client.get("/skarm/biblioteket/").content.decode()
        inside = json.loads(re.search(r'<script id="skarm-nu"[^>]*>(.*?)</script>', html, re.DOTALL)[1])
        assert inside == json.loads(self.ask(client).content) | {"at": int(at(11).timestamp() * 1000)}

    def test_another_look_has_another_edition(self, place, client):
        from utbud.places.models import LibrarySettings

        first = json.loads(self.ask(client).content)["edition"]
        library = LibrarySettings.load()
        library.accent = "#5A0B3E"
        library.save()
        assert json.loads(self.ask(client).content)["edition"] != first

    def test_the_same_number_of_queries_however_many_places_and_words(
        self, place, word, client, write, publish
    ):
        def asked():
            with CaptureQueriesContext(connection) as captured:
                assert self.ask(client).status_code == 200
            return len(captured)

        few = asked()
        for number in range(3):
            branch = Place.objects.create(name=f"Filial {number}", slug=f"f{number}", kind=Place.Kind.BRANCH)
            OpeningHours.objects.create(place=branch, weekday=0, opens=dt.time(9), closes=dt.time(12))
            publish(write(f"Ord {number}"))
        assert asked() == few
