"""The whole way, by keyboard: a screen recording becomes a film that is watched and a guide that is printed; an
uploaded sound becomes an episode in a feed that independent readers accept (a third, in Node: tests/servers)."""

import io
import re
import subprocess

import feedparser
import pikepdf
import podcastparser
import pytest
from playwright.sync_api import expect

from bench.align import Case, record
from tests.browser.conftest import comes_true
from tests.browser.test_recording import SHARE, has_recorded, state
from tests.waiting import until
from utbud.formats import sound

pytestmark = pytest.mark.browser
SAID = ("Nu visar jag hur du söker en bok.", "Skriv bokens namn i rutan.", "Tryck på knappen bredvid.")
BEFORE = 6.0  # seconds from when the microphone is opened until somebody speaks: the count to three is over by then
VTT = "WEBVTT\n\n00:00.200 --> 00:03.000\n<v Anna>Hej och välkommen till podden.\n\n00:03.200 --> 00:06.500\n<v Bo>Hej. I dag talar vi om lösenord.\n"
TAB_LIMIT = 260


@pytest.fixture(scope="module")
def browser(browser_type, browser_type_launch_args, tmp_path_factory):
    """A browser in whose microphone somebody reads the script, with another voice than the one it is compared with."""
    folder = tmp_path_factory.mktemp("microphone")
    record(Case("", "sv+f2"), SAID, folder / "said.wav")
    wait = ("-af", f"adelay={int(BEFORE * 1000)}:all=1,apad=pad_dur=5", "-ar", "48000")
    subprocess.run(
        [sound.ffmpeg(), "-v", "error", "-i", folder / "said.wav", *wait, folder / "microphone.wav"],
        check=True,
    )
    flag = f"--use-file-for-fake-audio-capture={folder}/microphone.wav%noloop"
    launched = browser_type.launch(
        **browser_type_launch_args | {"args": [*browser_type_launch_args["args"], flag]}
    )
    yield launched
    launched.close()


def reach(page, control):
    """Press Tab until ``control`` has the focus, as somebody without a mouse does."""
    control.wait_for()
    for _step in range(TAB_LIMIT):
        if control.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{control} is not reached by the keyboard on {page.url}")


def press(page, role, name, *, key="Enter", within=None, at=0):
    """Go to a button or a link, and press it."""
    control = (within or page).get_by_role(role, name=name, exact=isinstance(name, str)).nth(at)
    reach(page, control)
    page.keyboard.press(key)


def write(page, label, text):
    """Go to a field and write in it."""
    field = page.get_by_label(label)
    reach(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def approve(page, login, title):
    """The publisher sees it as it will look, and says yes."""
    login("utgivare")
    page.goto("/admin/godkanna/")
    press(page, "link", title)
    page.wait_for_url(re.compile(r"/godkanna/\d+/$"))
    reach(page, page.get_by_label(re.compile("^Godkänn")))
    page.keyboard.press("Space")
    press(page, "button", "Svara")
    expect(page.locator("body")).to_contain_text(re.compile("godkänd"))


def send(page):
    """From the workshop: what stops it is gone; ask for approval."""
    expect(page.get_by_text("Allt som måste finnas finns.")).to_be_visible()
    press(page, "link", "Skicka för godkännande")
    page.wait_for_url("**/godkanna/sida/*/")
    press(page, "button", "Skicka för godkännande")
    expect(page.locator("body")).to_contain_text("väntar nu på godkännande")


def until_out(page, path):
    """Ask for the page until the worker has made what it cannot be without."""

    def is_out():
        return page.request.get(path).status == 200

    until(is_out, f"{path} did not come out", rest=lambda _moment: page.wait_for_timeout(200))


def test_a_recording_becomes_a_film_and_a_guide(page, login, accessible):
    page.add_init_script(SHARE)
    login("redaktor")
    page.goto("/admin/filmer/ny/")
    write(page, "Vad ska man kunna efteråt?", "Söka en bok på nätet")
    write(page, "En mening som alla förstår", "Filmen visar hur du söker en bok.")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/film-och-ljud/\d+/"))
    workshop = page.url.partition("#")[0].partition("?")[0]
    accessible()

    # What will be said is written first, and stands beside while one records.
    press(page, "link", "Skriv manus")
    write(page, "Det som sägs, ord för ord", "\n\n".join(SAID))
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Sparat")

    # The screen is recorded …
    page.goto(workshop)
    press(page, "link", "Spela in skärm eller kamera")
    expect(page.get_by_role("region", name="Manus")).to_contain_text("Skriv bokens namn i rutan.")
    accessible()
    press(page, "button", "Gör redo")
    expect(page.get_by_role("button", name="Börja spela in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Spelar in.")
    has_recorded(page, 13)
    press(page, "button", "Stoppa")
    expect(page.get_by_role("heading", name="Klipp och använd")).to_be_focused()
    press(page, "button", "Använd inspelningen")
    expect(page.get_by_text("Filen är inne. Nu bearbetas den.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Klar, \d+ s lång."))).to_be_visible()
    expect(page.locator("#steg-7")).to_contain_text("DOS-lagen")  # why it cannot go out yet
    accessible()

    # … gets its captions from the script, and chapters …
    press(page, "link", "Skriv och rätta undertexter")
    press(page, "button", "Gör av manuset")
    expect(page.locator("#text-2")).to_have_value(SAID[2])
    starts = [field.input_value() for field in page.locator("[data-row] input[id^=start-]").all()]
    assert len(starts) == len(SAID)
    assert starts == sorted(starts)
    for row, title in ((0, "Börja"), (1, "Skriv namnet")):
        reach(page, page.locator(f"#text-{row}"))
        stood = page.evaluate("document.querySelector('video').currentTime")
        page.keyboard.press("Alt+p")  # the chapter begins where this is said
        comes_true(page, f"document.querySelector('video').currentTime !== {stood}")
        comes_true(page, "document.querySelector('video').paused")
        page.keyboard.press("Alt+k")
        page.keyboard.insert_text(title)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Sparat")
    accessible()

    # … is approved …
    page.goto(workshop)
    send(page)
    approve(page, login, "Söka en bok på nätet")

    # … and watched, with captions and a text that can be followed.
    page.context.clear_cookies()
    film = "/filmer/soka-en-bok-pa-natet/"
    until_out(page, film)
    page.goto(film)
    accessible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Söka en bok på nätet")
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"
    reach(page, page.locator("nav.parts [data-to]").nth(1))
    page.keyboard.press("Enter")
    comes_true(page, "document.querySelector('video').currentTime > 1.5")

    # It becomes a guide, that is printed.
    login("redaktor")
    page.goto(workshop)
    press(page, "link", "Gör en guide av filmen")
    page.wait_for_url("**/guider/**")
    accessible()
    press(page, "button", "Gör guiden")
    expect(page.locator("[data-plain-language]")).to_be_visible()
    needs = page.get_by_role("textbox", name=re.compile("Det här behöver du", re.I))
    reach(page, needs)
    page.keyboard.insert_text("En dator eller mobil")
    for field in page.get_by_role("textbox", name=re.compile("Bilden i ord", re.I)).all():
        if "steps-" in (field.get_attribute("name") or "") and not field.input_value():
            reach(page, field)
            page.keyboard.insert_text("Skärmen med sökrutan.")
    press(page, "button", re.compile("Skicka för godkännande"))
    page.wait_for_url("**/godkanna/sida/*/")
    title = page.locator("h1").inner_text().partition(": ")[2].strip()
    press(page, "button", "Skicka för godkännande")
    expect(page.locator("body")).to_contain_text("väntar nu på godkännande")
    approve(page, login, title)
    page.context.clear_cookies()
    until_out(page, "/guider/soka-en-bok-pa-natet/")
    page.goto("/guider/soka-en-bok-pa-natet/")
    expect(page.locator(".taking > li").first).to_be_visible()
    accessible()
    for name in ("utskrift.pdf", "utskrift-a4.pdf", "utskrift-a5.pdf", "utskrift-a5-stor.pdf"):
        answer = page.request.get(f"{page.url.partition('#')[0]}{name}")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        with pikepdf.open(io.BytesIO(answer.body())) as document:
            assert len(document.pages) >= 2


def test_a_sound_becomes_an_episode_that_readers_of_podcasts_accept(page, login, accessible, tmp_path):
    talk = tmp_path / "samtal.wav"
    speech = "sine=frequency=180:duration=8,tremolo=f=5:d=0.9"
    subprocess.run([sound.ffmpeg(), "-v", "error", "-f", "lavfi", "-i", speech, talk], check=True)
    login("redaktor")
    page.goto("/admin/podd/")
    accessible()
    press(page, "link", "Ny idé")
    write(page, "Avsnittets namn", "Tre ord räcker")
    write(page, "Vad handlar det om, i en mening?", "Vi talar om lösenord.")
    for choice in page.get_by_label("Podd", exact=True).all():  # asked where other tests have made shows
        choice.select_option("Ofiktion")
        page.get_by_label("Avsnittets namn").focus()
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("står på tavlan")
    accessible()
    press(page, "link", "Verkstaden")
    page.get_by_label("Ladda upp en fil").set_input_files(talk)
    press(page, "button", "Ladda upp")
    expect(page.get_by_text("Klar, 8 s lång.")).to_be_visible()
    workshop = page.url.partition("#")[0].partition("?")[0]
    press(page, "link", "Skriv och rätta undertexter")
    page.get_by_label("Undertexter som VTT eller SRT").set_input_files(
        {"name": "text.vtt", "mimeType": "text/vtt", "buffer": VTT.encode()}
    )
    press(page, "button", "Se vad filen innehåller")
    expect(page.get_by_role("button", name="Använd undertexterna")).to_be_visible()
    accessible()
    press(page, "button", "Använd undertexterna")
    expect(page.locator("#text-1")).to_have_value("Hej. I dag talar vi om lösenord.")
    reach(page, page.locator("#text-0"))
    page.keyboard.press("Alt+k")
    page.keyboard.insert_text("Början")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Sparat")
    page.goto(workshop)
    send(page)
    approve(page, login, "Tre ord räcker")
    page.context.clear_cookies()
    until_out(page, "/podd/ofiktion/tre-ord-racker/")
    page.goto("/podd/ofiktion/tre-ord-racker/")
    accessible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tre ord räcker")

    content = page.request.get("/podd/ofiktion/rss.xml").body()
    address = page.request.get("/podd/ofiktion/rss.xml").url
    first = next(one for one in feedparser.parse(content).entries if one.title == "Tre ord räcker")
    read = podcastparser.parse(address, io.BytesIO(content))
    second = next(one for one in read["episodes"] if one["title"] == "Tre ord räcker")
    enclosure = first.enclosures[0]
    assert second["enclosures"][0]["url"] == enclosure.href
    sent = page.request.get(enclosure.href, headers={"Range": "bytes=0-99"})
    assert (sent.status, len(sent.body())) == (206, 100)
    assert sent.headers["content-range"] == f"bytes 0-99/{enclosure.length}"
