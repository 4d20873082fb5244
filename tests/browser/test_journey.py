"""The whole way: a word from the editor's pen to every reader, as people do it, in a real browser."""

import contextlib
import itertools
import re
import time

import feedparser
import pikepdf
import pytest
from playwright.sync_api import TimeoutError, expect

from tests.browser.conftest import PASSWORD, comes_true

pytestmark = pytest.mark.browser

DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300">
<rect width="400" height="300" rx="28" fill="#F6EEE3"/><circle cx="200" cy="150" r="70" fill="none" stroke="#1E2B33" stroke-width="6"/></svg>"""


def write_in(page, name, text):
    """Type into a rich text field."""
    field = page.locator(f'[data-contentpath="{name}"] [contenteditable="true"]').first
    field.click()
    field.press_sequentially(text)
    # The editor hands its text to the form a moment after the last key; the help beside it tells when.
    expect(page.locator("[data-plain-language]")).not_to_contain_text("Skriv en förklaring")


def send(page):
    """Press the button in the editor, and the one on the page that it leads to."""
    page.get_by_role("button", name="Skicka för godkännande").click()
    page.wait_for_url("**/godkanna/sida/*/")
    if (when := page.get_by_label("När ska det gå ut?")).count():
        when.select_option("nu")
    page.get_by_role("button", name="Skicka för godkännande").click()
    expect(page.locator("body")).to_contain_text("väntar nu på godkännande")


def test_from_pen_to_reader(page, server, login, accessible):
    # An editor logs in …
    page.goto("/admin/login/")
    page.locator("#id_username").fill("redaktor")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    expect(page.locator("body")).to_contain_text("Idag")

    # … writes a word with a picture …
    page.get_by_role("link", name="Året").first.click()
    accessible()
    page.get_by_role("link", name="Skriv ett nytt ord").click()
    page.get_by_role("textbox", name="Ordet").fill("Surfzon")
    page.get_by_role("textbox", name=re.compile("En mening som alla förstår", re.I)).fill(
        "En surfzon är en plats där du kan nå internet gratis."
    )
    panel = page.locator("[data-plain-language]")
    expect(panel).to_contain_text("Skriv en förklaring")  # the editor is told while writing
    write_in(page, "explanation", "Du hittar surfzoner på biblioteket. Du behöver inget konto.")
    expect(panel).to_contain_text("LIX")
    page.get_by_role("button", name=re.compile("välj en bild", re.I)).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name=re.compile("ladda upp", re.I)).click()
    dialog.locator('input[type="file"]').set_input_files(
        {"name": "surfzon.svg", "mimeType": "image/svg+xml", "buffer": DRAWING}
    )
    expect(dialog.get_by_role("textbox", name=re.compile("titel", re.I))).to_have_value("surfzon")
    dialog.get_by_role("button", name=re.compile("ladda upp", re.I)).click()
    expect(dialog).to_be_hidden()
    accessible(but=("region",))

    # … is told what stops it …
    page.get_by_role("button", name="Skicka för godkännande").click()
    page.wait_for_url("**/godkanna/sida/*/")  # the editor says the same beside its field
    expect(page.locator("main")).to_contain_text("Beskriv teckningen i ord")
    accessible()
    page.get_by_role("link", name="Tillbaka till texten").click()
    page.get_by_role("textbox", name=re.compile("Bilden i ord", re.I)).fill("En stor ring.")
    page.get_by_role("button", name="Skicka för godkännande").click()
    page.get_by_label("När ska det gå ut?").select_option(label="Så fort det är godkänt")
    page.get_by_role("button", name="Skicka för godkännande").click()
    expect(page.locator("body")).to_contain_text("väntar nu på godkännande")

    # … the publisher sees it as it will look, and approves …
    login("utgivare")
    page.goto("/admin/godkanna/")
    page.get_by_role("link", name="Surfzon").click()
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_contain_text("Surfzon")
    accessible()
    page.get_by_label(re.compile("^Godkänn")).check()
    page.get_by_role("button", name="Svara").click()
    expect(page.locator("body")).to_contain_text("godkänd och publicerad")

    # … and a resident finds it, hears it, prints it, and knows whom to call.
    page.context.clear_cookies()
    page.goto("/sok/?q=surfsån")
    page.goto("/ord/surfzon/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Surfzon")
    expect(page.get_by_role("img", name="En stor ring.")).to_be_visible()
    expect(page.locator("body")).to_contain_text(re.compile(r"08-465 004 \d\d"))
    accessible()
    entries = feedparser.parse(page.request.get("/floden/ord.xml").body()).entries
    assert entries[0].title == "Surfzon"
    pdf = page.request.get("/ord/surfzon/utskrift.pdf")
    (server.var / "utskrift.pdf").write_bytes(pdf.body())
    with pikepdf.open(server.var / "utskrift.pdf") as document:
        assert document.docinfo["/Title"] == "Surfzon"
    assert page.request.get("/ord/surfzon/affisch.pdf").body()[:5] == b"%PDF-"
    sound = page.request.get("/ord/surfzon/lyssna.mp3", headers={"Range": "bytes=0-99"})
    assert (sound.status, len(sound.body())) == (206, 100)


def test_a_press_while_the_draft_is_being_saved_sends_that_draft(page, login, until):
    def slowly(route):
        time.sleep(3)
        route.continue_()

    def autosaves(request):
        return request.method == "POST" and request.headers.get("accept") == "application/json"

    login("redaktor")
    page.goto("/admin/aret/")
    page.get_by_role("link", name="Skriv ett nytt ord").click()
    page.route(
        re.compile("/pages/add/"),
        lambda route: slowly(route) if autosaves(route.request) else route.continue_(),
    )
    saving = []
    page.on("request", lambda request: saving.append(request) if autosaves(request) else None)
    written = itertools.count()

    def saved():  # Wagtail looks for changes a while after the page has come
        page.get_by_role("textbox", name="Ordet").fill(f"Solcell {next(written)}")
        with contextlib.suppress(TimeoutError):
            page.wait_for_event("request", autosaves, timeout=2000)
        return saving

    until(saved)
    page.get_by_role("button", name="Skicka för godkännande").click()
    page.wait_for_url("**/godkanna/sida/*/")
    page.goto("/admin/aret/")
    expect(page.locator("[data-pool] li").filter(has_text="Solcell")).to_have_count(1)


def test_the_publisher_answers_by_letter_without_logging_in(page, server, login, accessible, until):
    login("redaktor")
    page.goto("/admin/aret/")
    page.get_by_role("link", name="Skriv ett nytt ord").click()
    page.get_by_role("textbox", name="Ordet").fill("Laddstolpe")
    page.get_by_role("textbox", name=re.compile("En mening som alla förstår", re.I)).fill(
        "En laddstolpe är ett eluttag för bilar."
    )
    write_in(page, "explanation", "Du kan ladda bilen vid stolpen.")
    send(page)
    page.context.clear_cookies()

    def letter():
        for path in sorted((server.var / "mail").glob("*.log"), reverse=True):
            text = path.read_text()
            if "Laddstolpe" in text:
                return re.search(r"http://\S+/godkann/\S+", text)
        return None

    found = until(letter, "no letter came")
    page.goto(found.group().removeprefix(server.url))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Laddstolpe")
    accessible()
    page.get_by_role("button", name="Svara").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj om du godkänner")
    accessible()
    page.get_by_label(re.compile("^Godkänn")).check()
    page.get_by_role("button", name="Svara").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tack")
    accessible()
    page.goto(found.group().removeprefix(server.url))
    expect(page.locator("main")).to_contain_text("redan använd")
    accessible()
    assert page.request.get("/ord/laddstolpe/").status == 200


def test_the_year_is_planned_by_mouse_and_by_keyboard(page, server, login):
    login("redaktor")
    page.goto("/admin/aret/")
    gap = page.locator("tr[data-week]:not([data-closed])").filter(has_text="Lucka").first
    week = gap.get_attribute("data-week")
    chip = page.locator("[data-pool] li").first
    word = chip.inner_text().strip()
    gap.scroll_into_view_if_needed()  # both are seen before one drags: the words stand beside the weeks
    chip.hover()
    page.mouse.down()
    page.mouse.move(900, 400)
    gap.hover()
    gap.hover()  # a browser says where a thing is dragged from the second movement on
    page.mouse.up()
    expect(page.locator(f'tr[data-week="{week}"]')).to_contain_text(word)
    page.locator(f'tr[data-week="{week}"]').get_by_role("button", name=re.compile("Ta bort")).press("Enter")
    expect(page.locator("body")).to_contain_text("är borttaget ur vecka")
    page.get_by_label("Ord", exact=True).select_option(label=word)
    page.locator("#plan-week").select_option(value=week)
    page.get_by_role("button", name="Lägg i veckan").press("Enter")
    expect(page.locator(f'tr[data-week="{week}"]')).to_contain_text(word)


def test_a_message_reaches_staff_and_is_answered(page, login, accessible, person):
    page.goto("/samarbeta/")
    page.get_by_role("button", name=re.compile("skicka", re.I)).click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible()
    page.get_by_label(re.compile("^(ditt )?namn|vad heter du", re.I)).fill("Föreningen Testbjörken")
    page.get_by_label(re.compile("telefon|nå dig", re.I)).first.fill("070-174 06 05")
    page.get_by_label("Jag vill samarbeta med er").check()
    page.locator("textarea").fill("Vi vill gärna hålla en kurs tillsammans.")
    person()
    page.get_by_role("button", name=re.compile("skicka", re.I)).click()
    expect(page.locator("main")).to_contain_text(re.compile("senast (mån|tis|ons|tors|fre)dag"))
    accessible()
    login("disk")
    page.goto("/admin/")
    expect(page.locator("main")).to_contain_text("Föreningen Testbjörken")


def test_a_voice_recorded_in_the_browser_goes_before_the_computers(page, server, login, accessible):
    login("redaktor")
    page.goto("/admin/aret/")
    page.get_by_role("link", name="Skriv ett nytt ord").click()
    page.get_by_role("textbox", name="Ordet").fill("Röstprov")
    page.get_by_role("textbox", name=re.compile("En mening som alla förstår", re.I)).fill(
        "Ett röstprov är en kort inspelning."
    )
    write_in(page, "explanation", "Vi läser in ordet själva.")
    page.get_by_role("tab", name="Ljud").click()
    accessible(but=("region",))
    page.get_by_role("button", name=re.compile("^Spela in|^Starta", re.I)).first.click()
    page.wait_for_timeout(4000)  # the fake microphone beeps once a second
    page.get_by_role("button", name=re.compile("^Stopp|^Stanna|^Sluta", re.I)).first.click()
    page.get_by_role("button", name=re.compile("^Använd", re.I)).first.click()
    expect(page.locator('input[name="recording"]')).not_to_have_value("")
    send(page)
    login("utgivare")
    page.goto("/admin/godkanna/")
    page.get_by_role("link", name="Röstprov").click()
    page.get_by_label(re.compile("^Godkänn")).check()
    page.get_by_role("button", name="Svara").click()
    expect(page.locator("body")).to_contain_text("godkänd och publicerad")
    sound = page.request.get("/ord/rostprov/lyssna.mp3")
    assert (sound.status, sound.headers["content-type"]) == (200, "audio/mpeg")
    page.goto("/ord/rostprov/")
    page.evaluate("document.querySelector('audio').load()")
    comes_true(page, "() => document.querySelector('audio').duration > 2.5")
