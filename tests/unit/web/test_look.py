"""The look: readable colours, little weight, nothing inline, the same help in the same place."""

import datetime as dt
import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import loader
from django.test import RequestFactory

import utbud
from utbud.places.colours import contrast
from utbud.places.models import Opening, OpeningHours, Place
from utbud.places.templatetags.utbud_places import unbroken
from utbud.web import context, copies, stylesheet

PACKAGE = Path(utbud.__file__).parent
PUBLIC = [
    path
    for path in PACKAGE.glob("*/templates/**/*.html")
    if not {"staff", "mail"} & set(path.parts)
    and 'extends "web/base.html"' in path.read_text(encoding="utf-8")
] + [
    path
    for folder in ("web/parts", "web")
    for path in (PACKAGE / "web" / "templates" / folder).glob("*.html")
]
LIBRARY = SimpleNamespace(
    name="Härnösands bibliotek",
    programme="Digitalt utbud",
    phone="08-465 004 00",
    phone_link="tel:+46846500400",
    address="Storgatan 1, 123 45 Staden",
    drop_in="Drop-in: måndag 13–15",
    logo_name="",
    logo_alt="",
)


def variable(block: str, name: str) -> str:
    """A colour in a block of site.css."""
    found = re.search(rf"--{name}:(#[0-9A-F]{{6}})", block)
    assert found is not None
    return found[1]


def blocks() -> dict[str, str]:
    """What site.css says of colours in light and in dark."""
    css = stylesheet.SOURCE.read_text(encoding="utf-8")
    light, dark = css.split("@media screen and (prefers-color-scheme:dark){", 1)
    return {"light": light, "dark": dark.split("}}", 1)[0]}


def weight(text: str) -> int:
    """Bytes over the wire, compressed."""
    return len(gzip.compress(text.encode(), 6))


class TestColours:
    @pytest.mark.parametrize(("scheme", "ground"), [("light", stylesheet.LIGHT), ("dark", stylesheet.DARK)])
    def test_the_two_files_agree_on_what_text_stands_on(self, scheme, ground):
        block = blocks()[scheme]
        assert (variable(block, "paper"), variable(block, "sand")) == ground

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("text", ["ink", "soft", "accent", "help"])
    @pytest.mark.parametrize("ground", ["paper", "sand"])
    def test_text_reaches_seven_to_one(self, scheme, text, ground):
        block = blocks()[scheme]
        assert contrast(variable(block, text), variable(block, ground)) >= 7

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_the_sentence_being_read_reaches_seven_to_one(self, scheme):
        block = blocks()[scheme]
        assert contrast(variable(block, "ink"), variable(block, "mark")) >= 7

    @pytest.mark.parametrize(
        "colour", ["#0B5A5E", "#8A2B16", "#000000", "#3B2A7A", "#005A9C", "#FFD400", "#FFFFFF"]
    )
    @pytest.mark.parametrize(("ground", "lighter"), [(stylesheet.LIGHT, False), (stylesheet.DARK, True)])
    def test_a_library_s_own_colour_is_made_readable(self, colour, ground, lighter):
        shade = stylesheet.readable(colour, ground, lighter=lighter)
        assert min(contrast(shade, behind) for behind in ground) >= 7

    def test_a_colour_that_can_be_read_is_left_alone(self):
        assert stylesheet.readable("#003C3F", stylesheet.LIGHT, lighter=False) == "#003C3F"


class TestStylesheet:
    def test_other_colours_are_another_address(self):
        assert stylesheet.sheet("#0B5A5E", "#8A2B16").digest != stylesheet.sheet("#3B2A7A", "#8A2B16").digest

    def test_it_asks_nobody_else(self):
        css = stylesheet.sheet("#0B5A5E", "#8A2B16").css
        addresses = re.findall(r"url\(\"?([^\")]+)", css)
        assert [
            address
            for address in addresses
            if not address.startswith(("/static/fonts/", "data:image/svg+xml,"))
        ] == []
        assert "@import" not in css

    def test_it_weighs_little_more_than_a_third_of_what_a_word_page_may(self):
        assert (
            weight(stylesheet.sheet("#0B5A5E", "#8A2B16").css) <= 5.5 * 1024
        )  # of the 15 KB that a word page may weigh (rule 13)

    def test_the_reading_script_weighs_at_most_two_kilobytes(self):
        script = PACKAGE / "learning" / "static" / "learning" / "read.js"
        assert weight(script.read_text(encoding="utf-8")) <= 2 * 1024

    @pytest.mark.django_db
    def test_it_may_be_kept_for_ever(self, client):
        address = stylesheet.address(context.queries.library())
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/css; charset=utf-8")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.django_db
    def test_an_old_address_gives_the_new_look_for_a_little_while(self, client):
        answer = client.get("/utseende/0123456789abcdef.css")
        assert (answer.status_code, answer["Cache-Control"]) == (200, "public, max-age=60")


class TestTemplates:
    @pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.name)
    def test_nothing_inline(self, path):
        html = path.read_text(encoding="utf-8")
        scripts = [tag for tag in re.findall(r"<script[^>]*>", html) if " src=" not in tag]
        assert [tag for tag in scripts if tag != '<script type="application/ld+json">'] == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", html) == []

    @pytest.mark.parametrize("path", PUBLIC, ids=lambda path: path.name)
    def test_no_shouting(self, path):
        said = re.findall(
            r"{% translate \"(.*?)\"|{% blocktranslate.*?%}(.*?){%",
            path.read_text(encoding="utf-8"),
            re.DOTALL,
        )
        assert [text for texts in said for text in texts if "!" in text] == []

    @pytest.mark.parametrize("name", ["404.html", "search/search.html", "learning/words_a_z.html"])
    def test_phone_address_and_drop_in_stand_last_on_every_page(self, name):
        request = RequestFactory().get("/")
        known = {
            "lib": LIBRARY,
            "next_drop_in": "I dag klockan 13–15 på Huvudbiblioteket",
            "stylesheet": "/x.css",
            "logo": "",
        }
        html = loader.get_template(name).template.render(_context(known | {"request": request, "groups": []}))
        after = html.split("</main>", 1)[1]
        expected = (
            'href="tel:+46846500400"',
            LIBRARY.phone,
            unbroken(LIBRARY.address),
            known["next_drop_in"],
            'href="/hjalp/"',
        )
        assert [part for part in expected if part not in after] == []
        assert after.index('class="reach"') < after.index('class="foot"')


def _context(values):
    from django.template import Context

    return Context(values)


class TestErrorPage:
    def test_it_asks_no_database_and_says_the_number_that_was_known(self, client, monkeypatch):
        # No ``django_db`` here: a query would fail the test.
        monkeypatch.setattr(copies, "_library", [LIBRARY])
        html = _server_error()
        assert LIBRARY.phone_link in html

    def test_it_also_works_before_anything_is_known(self, monkeypatch):
        monkeypatch.setattr(copies, "_library", [])
        assert "tel:" not in _server_error()


def _server_error() -> str:
    from utbud.web.views import server_error

    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    return answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
class TestNextDropIn:
    def test_it_is_asked_once_a_minute(self, django_assert_num_queries, monkeypatch, now):
        monkeypatch.setattr(context.timezone, "now", lambda: now)
        monkeypatch.setattr(context, "_said", {})
        context._how_it_is()
        with django_assert_num_queries(0):
            context._how_it_is()

    def test_a_changed_opening_hour_is_seen_at_once(self, monkeypatch, now):
        monkeypatch.setattr(context.timezone, "now", lambda: now)
        monkeypatch.setattr(context, "_said", {})
        assert context._how_it_is().drop_in == ""
        place = Place.objects.create(name="Ramvik", kind=Place.Kind.BRANCH)
        OpeningHours.objects.create(
            place=place, weekday=0, opens=dt.time(13), closes=dt.time(15), kind=Opening.DROP_IN
        )
        assert context._how_it_is().drop_in == "I dag klockan 13–15 på Ramvik"
