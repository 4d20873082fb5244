"""The telephone in the staff side: by mouse, by keyboard, by ear and by eye, with JavaScript and without."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LINE = "/admin/telefon/"


@pytest.fixture
def line(page, login):
    login("redaktor")
    page.goto(LINE)
    return page


def log(page):
    return page.get_by_role("log", name="Det som sägs")


class TestTheTelephone:
    def test_a_call_by_keyboard_with_captions(self, line, accessible):
        accessible()
        line.get_by_label("Spela ljudet").uncheck()
        line.get_by_role("button", name="Ring", exact=True).click()
        expect(log(line)).to_contain_text("Välkommen till Härnösands bibliotek")
        expect(line.locator("[data-state]")).to_contain_text("väntar på att du trycker")
        line.keyboard.press("2")
        expect(log(line)).to_contain_text("Huvudbiblioteket i Härnösand:")
        line.keyboard.press("9")
        expect(log(line).locator("p", has_text="Tre knappar")).to_have_count(2)
        expect(line.locator("[data-state]")).to_contain_text("väntar på att du trycker")
        line.keyboard.press("3")
        expect(log(line)).to_contain_text("Tryck 1 om vi ska ringa det numret.")
        line.keyboard.press("1")
        expect(log(line)).to_contain_text("Det här är ett prov, så ingen ringer upp.")
        accessible()
        line.get_by_role("button", name="Lägg på").click()
        expect(line.locator("[data-state]")).to_contain_text("Samtalet är slut")

    def test_a_key_by_mouse_and_a_withheld_number(self, line):
        line.get_by_label("Spela ljudet").uncheck()
        line.get_by_label("Ring med dolt nummer").check()
        line.get_by_role("button", name="Ring", exact=True).click()
        expect(line.locator("[data-state]")).to_contain_text("väntar på att du trycker")
        line.get_by_role("button", name="3", exact=True).click()
        expect(log(line)).to_contain_text("Vi kan inte se ditt nummer.")

    def test_it_plays_the_sound_that_the_line_names(self, line):
        with line.expect_response(lambda answer: "/telefon/ljud/" in answer.url) as heard:
            line.get_by_role("button", name="Ring", exact=True).click()
        assert heard.value.status in (200, 206)
        assert heard.value.headers["content-type"] == "audio/mpeg"
        expect(line.locator("[data-state]")).to_contain_text("väntar på att du trycker")

    def test_digits_typed_elsewhere_are_not_keys(self, line, login):
        login("admin")  # who alone is shown the address of the line
        line.reload()
        line.get_by_label("Spela ljudet").uncheck()
        line.get_by_role("button", name="Ring", exact=True).click()
        expect(line.locator("[data-state]")).to_contain_text("väntar på att du trycker")
        line.locator("#phone-address").focus()
        line.keyboard.press("2")
        expect(log(line)).not_to_contain_text("Du tryckte")

    def test_at_320_px(self, line):
        line.set_viewport_size({"width": 320, "height": 640})
        assert line.evaluate("document.documentElement.scrollWidth") <= 330
        small = line.evaluate(
            "[...document.querySelectorAll('.phone button')].filter(b => b.offsetParent && b.offsetHeight < 44).length"
        )
        assert small == 0


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"java_script_enabled": False}

    def test_each_key_is_a_form(self, line):
        line.get_by_role("button", name="Ring", exact=True).click()
        expect(log(line)).to_contain_text("Välkommen till Härnösands bibliotek")
        expect(log(line).locator("audio")).to_have_count(1)
        line.get_by_role("button", name="2", exact=True).click()
        expect(log(line)).to_contain_text("Huvudbiblioteket i Härnösand:")
        line.get_by_role("button", name="Lägg på").click()
        expect(line.locator("[data-state]")).to_contain_text("Inget samtal")
