"""Every page a reader or a member of staff reaches: axe, 320 px, without JavaScript, by keyboard, in print."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import comes_true

pytestmark = pytest.mark.browser

PUBLIC = [
    "/", "/ord/", "/ord/?sida=2", "/ord/a-o/", "/ord/amne/trygg-pa-natet/", "/ord/bankid/", "/sok/", "/sok/?q=bank+id",
    "/sok/?q=xyzzyq", "/hjalp/", "/hjalp-nagon-annan/", "/om/", "/samarbeta/", "/samarbeta/?vill=uppringd", "/samarbeta/?vill=skriva", "/tillganglighet/", "/tillganglighet/rapportera/",
    "/om/personuppgifter/", "/om/latt-svenska/", "/sprak/", "/finns-inte/", "/press/", "/prenumerera/", "/skarm/",
    "/kurser/", "/kurser/amne/trygg-pa-natet/", "/kurser/plats/pa-natet/", "/kurser/vecka/2020-10/",
    "/kurser/ta-fina-bilder-och-hitta-dem-igen/", "/kurser/ta-fina-bilder-och-hitta-dem-igen/anmalan/",
    "/kurser/skot-dina-arenden-med-bankid/", "/kurser/ring-och-skriv-med-din-mobil/", "/kurser/min-anmalan/",
]  # fmt: skip
# To press Tab through every page takes long; these have every kind of thing that one can press.
BY_KEYBOARD = {
    "/", "/ord/bankid/", "/samarbeta/", "/kurser/", "/kurser/ta-fina-bilder-och-hitta-dem-igen/",
    "/kurser/ta-fina-bilder-och-hitta-dem-igen/anmalan/",
}  # fmt: skip
STAFF = [
    "/admin/", "/admin/aret/", "/admin/godkanna/", "/admin/pages/", "/admin/images/", "/admin/inkorg/", "/admin/reports/site-history/",
    "/admin/kanaler/", "/admin/kanaler/ny/", "/admin/kanaler/ny/sms/", "/admin/kanaler/utkorg/", "/admin/prenumeranter/",
    "/admin/rackvidd/", "/admin/telefon/", "/admin/skarmar/", "/admin/skarmar/?plats=ramvik",
    "/admin/kurser/", "/admin/kurser/ny/", "/admin/kurser/anmal/", "/admin/kurser/sok/",
    "/admin/filmer/", "/admin/filmer/ny/", "/admin/filmer/youtube/", "/admin/filmer/kanal/", "/admin/svar/?tid=allt",
]  # fmt: skip
TABLES = {"/admin/kanaler/", "/admin/rackvidd/", "/admin/telefon/", "/admin/skarmar/"}
CUT = """() => [...document.querySelectorAll("main table")]
    .filter(table => table.getBoundingClientRect().right > innerWidth && !table.closest("[tabindex='0']")).length"""
MEETING = {"/admin/inkorg/", "/admin/prenumeranter/", "/admin/kurser/anmal/", "/admin/kurser/sok/"}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_for_readers(visit, address):
    page = visit(address, status=404 if address == "/finns-inte/" else 200, keyboard=address in BY_KEYBOARD)
    text = page.locator("body").inner_text()
    assert re.search(r"08-465 004 \d\d", text)
    assert "Härnösand" in text
    assert re.search(r"drop-in", text, re.I)


def test_what_is_told_to_whoever_says_how_it_went(visit):
    form = visit("/guider/lana-en-e-bok/").locator("form[action^='/svar/']").get_attribute("action")
    for given in ("self", "helped", "not_yet"):
        visit(f"{form}{given}/")


@pytest.mark.parametrize("address", STAFF)
def test_a_page_for_staff(visit, address):
    page = visit(address, by="disk" if address in MEETING else "admin", narrow_too=address in TABLES)
    text = page.locator("main").inner_text()
    assert not re.search(r"\b(Edit|Delete|Publish|Search|Welcome|Save|Draft|No results)\b", text), text
    if address in TABLES:  # a table that goes off a narrow screen can be scrolled by keyboard
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate(CUT) == 0


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/aret/", "/admin/rackvidd/", "/admin/skarmar/?plats=ramvik"]
)
def test_a_page_for_an_editor(visit, address):
    page = visit(address, by="redaktor")
    if "skarmar" in address:
        expect(page.frame_locator("iframe").locator("h1")).to_be_visible()
        expect(page.locator("main")).to_contain_text("/skarm/ramvik/")


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"java_script_enabled": False}

    def test_a_word_can_be_read_heard_and_printed(self, page, server):
        page.goto("/ord/bankid/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("BankID")
        for name in ("utskrift.pdf", "affisch.pdf", "lyssna-langsamt.mp3"):
            assert page.locator(f'[href$="/ord/bankid/{name}"], [href="{name}"]').count() >= 1
        assert page.request.get("/ord/bankid/lyssna.mp3").headers["content-type"] == "audio/mpeg"

    def test_a_hard_word_opens_where_it_stands(self, page):
        page.goto("/ord/bankid/")
        word = page.locator("details.ordet").first
        expect(word.locator(".forklaring")).not_to_be_visible()
        word.locator("summary").click()
        expect(word.locator(".forklaring")).to_be_visible()

    def test_search_works(self, page):
        page.goto("/")
        page.get_by_role("searchbox").first.fill("fejsbok")
        page.get_by_role("button", name=re.compile("^sök", re.I)).first.click()
        expect(page.locator("main")).to_contain_text("Sociala medier")


class TestKeyboard:
    def test_the_first_stop_skips_to_the_content(self, page):
        page.goto("/ord/bankid/")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_contain_text("Hoppa till innehållet")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#innehall"

    def test_a_hard_word_opens_and_closes(self, page):
        page.goto("/ord/bankid/")
        word = page.locator("details.ordet").first
        word.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(word.locator(".forklaring")).to_be_visible()
        page.keyboard.press("Space")
        expect(word.locator(".forklaring")).not_to_be_visible()


def test_the_sentence_that_is_read_is_marked(page, server):
    for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
        page.request.get(f"/ord/bankid/{name}")  # made now
    page.goto("/ord/bankid/")
    assert page.locator("[data-marks]").get_attribute("data-marks")
    assert page.locator("[data-n]").count() > 5
    page.evaluate("() => { const a = document.querySelector('audio'); a.muted = true; return a.play(); }")
    comes_true(page, "() => document.querySelector('audio').currentTime > 0.2")
    page.evaluate("() => { document.querySelector('audio').currentTime = 6; }")
    comes_true(
        page,
        "() => document.querySelectorAll('.s.now, .s[aria-current], .reads, .s.is-read, .s.reading').length === 1",
    )
