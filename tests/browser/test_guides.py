"""A guide as its readers meet it: by keyboard, without JavaScript, in a narrow window, on paper, as a folder."""

import io
import re

import pikepdf
import pytest
from playwright.sync_api import expect

LIST = "/guider/"


@pytest.fixture
def guide(page):
    """The address of a guide with what to do when it does not go well."""
    page.goto(LIST)
    for address in page.eval_on_selector_all(
        ".row h3 a", "links => links.map(one => one.getAttribute('href'))"
    ):
        page.goto(address)
        if page.locator("details.wrong").count():
            return address
    raise AssertionError("no guide in the demo tells what to do otherwise")


def test_every_page_of_guides_is_accessible(page, guide, accessible):
    for address in (LIST, guide, f"{guide}steg/1/", "/guider/mapp/", "/guider/mapp/?gor=1"):
        page.goto(address)
        accessible()


def test_the_whole_way_by_keyboard(page, guide):
    page.goto(guide)
    fold = page.locator("details.wrong").first
    expect(fold).not_to_have_attribute("open", "")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("open", "")
    page.get_by_role("link", name="Visa ett steg i taget").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile(r"Steg 1 av \d+"))
    steps = int(page.locator("h1").inner_text().split()[-1])
    for number in range(2, steps + 1):
        page.get_by_role("link", name="Nästa steg").focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(f"Steg {number} av {steps}")
    page.get_by_role("link", name="Förra steget").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"Steg {steps - 1} av {steps}")
    page.goto(f"{guide}steg/{steps}/")
    page.get_by_role("link", name="Klart").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#klart$"))


def test_reading_aloud_opens_what_is_folded_and_marks_it(page, guide):
    for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
        assert page.request.get(f"{guide}{name}").ok  # read now, where the worker has not come to it
    page.goto(guide)
    fold = page.locator("details.wrong").first
    number = int(fold.locator(":scope > div .s").first.get_attribute("data-n"))
    audio = page.locator("audio")
    audio.evaluate("(audio) => { audio.muted = true; }")
    marks = (page.locator("[data-marks]").get_attribute("data-marks") or "").split()
    page.locator(".listen .button").first.click()
    audio.evaluate("(audio, at) => { audio.currentTime = at; }", float(marks[number]) + 0.2)
    expect(page.locator(f'[data-n="{number}"]')).to_have_class(re.compile(r"\bnow\b"))
    expect(fold).to_have_attribute("open", "")


@pytest.mark.parametrize("path", ["", "steg/1/"])
def test_nothing_is_wider_than_a_narrow_phone_and_all_is_large_enough_to_touch(page, guide, path):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{guide}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    small = page.eval_on_selector_all(
        "main a.button, main button, main summary, main .onward a",
        "all => all.filter(one => one.offsetParent && !one.closest('.ordet') && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)",
    )
    assert small == []


def test_on_paper_what_is_folded_is_told(page, guide):
    page.goto(guide)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for fold in page.locator("details.wrong").all():
        expect(fold.locator(":scope > div")).to_be_visible()
    expect(page.locator(".listen")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("details.wrong").first).not_to_have_attribute("open", "")


def test_a_folder_is_chosen_and_printed(page):
    page.goto("/guider/mapp/")
    boxes = page.get_by_role("checkbox")
    for number in range(2):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
    page.get_by_role("radio", name="A5, små kort", exact=True).check()
    address = page.evaluate(
        "() => '/guider/mapp/mapp.pdf?' + new URLSearchParams(new FormData(document.querySelector('main form'))).toString()"
    )
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    with pikepdf.open(io.BytesIO(answer.body())) as document:
        assert len(document.pages) > 6
        assert float(document.pages[0].mediabox[2]) == pytest.approx(419.5, abs=0.5)


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"java_script_enabled": False}

    def test_it_all_works(self, page):
        page.goto(LIST)
        page.locator(".row h3 a").first.click()
        expect(page.locator(".taking > li").first).to_be_visible()
        page.locator("details.wrong summary").first.click()
        expect(page.locator("details.wrong > div").first).to_be_visible()
        page.get_by_role("link", name="Visa ett steg i taget").click()
        page.get_by_role("link", name="Nästa steg").click()
        expect(page.locator("h1")).to_have_text(re.compile(r"^Steg 2 av"))
        page.goto("/guider/mapp/?gor=1")
        expect(page.get_by_role("alert")).to_contain_text("Välj minst en guide.")
