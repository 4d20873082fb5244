"""Every page a reader or a member of staff reaches: axe, 320 px, without JavaScript, by keyboard, in print."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PUBLIC = [
    "/", "/ord/", "/ord/?sida=2", "/ord/a-o/", "/ord/amne/trygg-pa-natet/", "/ord/bankid/", "/sok/", "/sok/?q=bank+id",
    "/sok/?q=xyzzyq", "/hjalp/", "/hjalp-nagon-annan/", "/om/", "/samarbeta/", "/tillganglighet/", "/tillganglighet/rapportera/",
    "/om/personuppgifter/", "/om/latt-svenska/", "/sprak/", "/finns-inte/", "/press/", "/prenumerera/", "/skarm/",
]  # fmt: skip
STAFF = [
    "/admin/", "/admin/aret/", "/admin/godkanna/", "/admin/pages/", "/admin/images/", "/admin/inkorg/", "/admin/reports/site-history/",
    "/admin/kanaler/", "/admin/kanaler/ny/", "/admin/kanaler/ny/sms/", "/admin/kanaler/utkorg/", "/admin/prenumeranter/",
    "/admin/rackvidd/", "/admin/telefon/", "/admin/skarmar/",
    "/admin/kurser/", "/admin/kurser/ny/", "/admin/kurser/anmal/", "/admin/kurser/sok/",
]  # fmt: skip

MEETING = {"/admin/inkorg/", "/admin/prenumeranter/", "/admin/kurser/anmal/", "/admin/kurser/sok/"}


@pytest.mark.parametrize("address", PUBLIC)
class TestPublicPages:
    def test_axe_says_nothing(self, page, address, accessible):
        page.goto(address)
        accessible()

    def test_in_the_dark_axe_says_nothing(self, page, address, accessible):
        page.emulate_media(color_scheme="dark")
        page.goto(address)
        accessible()

    def test_320_px_needs_no_sideways_scroll(self, page, address):
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_phone_address_and_drop_in_stand_on_it(self, page, address):
        page.goto(address)
        text = page.locator("body").inner_text()
        assert re.search(r"08-465 004 \d\d", text)
        assert "Härnösand" in text
        assert re.search(r"drop-in", text, re.I)

    def test_nothing_comes_from_elsewhere(self, page, address, server):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


@pytest.mark.parametrize("address", STAFF)
def test_staff_pages_pass_axe_and_are_swedish(page, address, login, accessible):
    login("disk" if address in MEETING else "admin")
    answer = page.goto(address)
    assert answer.status == 200
    accessible()
    text = page.locator("main").inner_text()
    assert not re.search(r"\b(Edit|Delete|Publish|Search|Welcome|Save|Draft|No results)\b", text), text


@pytest.mark.parametrize(
    "address", ["/admin/kanaler/", "/admin/rackvidd/", "/admin/telefon/", "/admin/skarmar/"]
)
def test_staff_tables_can_be_scrolled_by_keyboard_on_a_narrow_screen(page, address, login, accessible):
    page.set_viewport_size({"width": 320, "height": 640})
    login("admin")
    page.goto(address)
    accessible()
    cut = """() => [...document.querySelectorAll("main table")]
        .filter(table => table.getBoundingClientRect().right > innerWidth && !table.closest("[tabindex='0']")).length"""
    assert page.evaluate(cut) == 0


@pytest.mark.parametrize("address", ["/admin/", "/admin/aret/", "/admin/godkanna/"])
def test_staff_pages_at_320_px(page, address, login):
    login("redaktor")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 330


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

    @pytest.mark.parametrize("address", ["/", "/ord/bankid/", "/samarbeta/"])
    def test_everything_that_can_be_clicked_is_reached_and_seen(self, page, address):
        page.goto(address)
        wanted = page.locator(
            "a[href]:visible, button:visible, input:visible, select:visible, textarea:visible, summary:visible"
        ).count()
        names = page.locator("input[type=radio]:visible").evaluate_all(
            "radios => radios.map(radio => radio.name)"
        )
        wanted -= len(names) - len(set(names))  # Tab stops once in a group of choices, the arrows move in it
        reached, seen = 0, set()
        for _step in range(wanted + 40):
            page.keyboard.press("Tab")
            spot = page.evaluate(
                """() => { const e = document.activeElement; if (!e || e === document.body) return null;
                   const s = getComputedStyle(e); const all = [...document.querySelectorAll('*')];
                   return [all.indexOf(e), s.outlineStyle !== 'none' || s.boxShadow !== 'none']; }"""
            )
            if spot is None:
                break
            if spot[0] not in seen:
                seen.add(spot[0])
                reached += 1
                assert spot[1], page.evaluate("document.activeElement.outerHTML").split(">")[0]
        assert reached >= wanted - 1  # the skip link is off screen until it has focus


def test_the_sentence_that_is_read_is_marked(page, server):
    for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
        page.request.get(f"/ord/bankid/{name}")  # made now
    page.goto("/ord/bankid/")
    assert page.locator("[data-marks]").get_attribute("data-marks")
    assert page.locator("[data-n]").count() > 5
    page.evaluate("() => { const a = document.querySelector('audio'); a.muted = true; return a.play(); }")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=15_000)
    page.evaluate("() => { document.querySelector('audio').currentTime = 6; }")
    page.wait_for_function(
        "() => document.querySelectorAll('.s.now, .s[aria-current], .reads, .s.is-read, .s.reading').length === 1",
        timeout=10_000,
    )


def test_targets_are_large_enough(page):
    page.goto("/")
    small = page.evaluate(
        """() => [...document.querySelectorAll('header a, nav a, button, .button, input, footer a')]
             .filter(e => e.offsetParent && !e.classList.contains('skip'))
             .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height]).filter(([, h]) => h < 44)"""
    )
    assert small == []
