"""Joining a course in a real browser: axe, 320 px, keyboard, back, without JavaScript, from the list to the receipt.

The pages themselves are looked at in test_pages.py.
"""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

COURSE = "/kurser/ta-fina-bilder-och-hitta-dem-igen/"
FULL = "/kurser/skot-dina-arenden-med-bankid/"


def choose_first_group(page):
    radio = page.get_by_role("radio").first
    radio.check()
    page.get_by_role("button", name="Fortsätt").click()


def test_from_the_list_to_the_receipt_and_out_again(page, looked_at):
    page.goto("/kurser/")
    page.get_by_role("link", name="Ta fina bilder och hitta dem igen").first.click()
    page.goto(f"{COURSE}anmalan/")
    looked_at()
    choose_first_group(page)

    page.get_by_role("button", name="Fortsätt").click()  # nothing written
    expect(page.locator(".error-summary")).to_be_focused()
    looked_at()
    page.get_by_role("link", name="Skriv ditt namn, så att vi vet vem som kommer.").click()
    expect(page.get_by_label("Ditt namn")).to_be_focused()
    page.get_by_label("Ditt namn").fill("Gerd Åberg")
    page.get_by_label("Telefon eller e-post").fill("070 - 174 06 21")
    page.get_by_role("button", name="Fortsätt").click()

    looked_at()
    page.get_by_label("Hörslinga").check()
    page.get_by_label("Ja, någon som hjälper mig").check()
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator("main")).to_contain_text("070-174 06 21")
    expect(page.locator("main")).to_contain_text("Så tar vi hand om det du skriver")
    looked_at()

    page.go_back()
    expect(page.get_by_label("Hörslinga")).to_be_checked()
    page.go_back()
    expect(page.get_by_label("Ditt namn")).to_have_value("Gerd Åberg")
    page.go_forward()
    page.go_forward()

    page.get_by_role("button", name="Anmäl mig").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har en plats")
    looked_at()
    assert "Gerd" not in page.title()
    receipt, code = page.url, page.locator(".number").inner_text()
    page.emulate_media(media="print")
    for gone in (page.locator(".buttons"), page.locator(".menu"), page.locator("form")):
        assert all(not one.is_visible() for one in gone.all())
    expect(page.locator(".number")).to_be_visible()
    page.emulate_media(media="screen")

    page.get_by_role("link", name="Ändra vilka som kommer").click()
    looked_at()
    page.get_by_label("Namn").nth(1).fill("Bo")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("main")).to_contain_text("Ändringen är sparad.")

    page.goto("/kurser/min-anmalan/")
    page.get_by_label("Din kod").fill(code)
    page.get_by_label("Telefon eller e-post").fill("070-174 06 99")
    page.get_by_role("button", name="Visa min anmälan").click()
    expect(page.locator("main")).to_contain_text("Vi hittar ingen anmälan med den koden och den kontakten.")
    looked_at()
    page.get_by_label("Telefon eller e-post").fill("0701740621")
    page.get_by_role("button", name="Visa min anmälan").click()
    expect(page).to_have_url(receipt)

    page.get_by_role("link", name="Avboka").click()
    looked_at()
    page.get_by_role("button", name="Ja, avboka").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är avbokad")
    expect(page.get_by_role("link", name="Anmäl dig igen")).to_be_visible()
    looked_at()


class TestByKeyboardWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"java_script_enabled": False}

    def test_into_the_line_of_a_full_course(self, page, person):
        page.goto(FULL)
        queue = page.get_by_role("link", name=re.compile("^Ställ dig i kö")).first
        queue.focus()
        page.keyboard.press("Enter")
        page.get_by_label("Ditt namn").focus()
        page.keyboard.type("Elsa Lind")
        page.keyboard.press("Tab")
        page.keyboard.type("070-174 06 22")
        page.keyboard.press("Enter")  # Enter in a field goes on
        expect(page.get_by_role("heading", level=1)).to_have_text("Behöver du något av oss?")
        page.get_by_label("Hörslinga").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Fortsätt").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("Det är fullt just nu.")
        expect(page.locator("main")).to_contain_text("Hörslinga")
        person()
        page.get_by_role("button", name="Ställ mig i kö").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Du står i kö")
        expect(page.locator("main")).to_contain_text(re.compile(r"Du har plats \d+ i kön"))
        page.get_by_role("link", name="Lämna kön").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Ja, lämna kön").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Du står inte längre i kön")
