"""Recording and uploading in a real browser: its fake screen, camera and microphone; a line that breaks; a page that dies."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import comes_true
from utbud.formats import sound

pytestmark = pytest.mark.browser
SCRIPT = "\n\n".join(f"Mening {number}. Så här ringer du ett samtal med bild." for number in range(1, 30))
MAKE = """
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.podcast.models import EpisodePage, ShowPage
from utbud.people.models import User
by = User.objects.get(username="redaktor")
def add(under, kind, **fields):
    page = kind(live=False, owner=by, **fields)
    under.add_child(instance=page)
    page.save_revision(user=by, clean=False)
    return page
index = FilmIndexPage.objects.get()
films = [add(index, FilmPage, title=f"Provfilm {number}", slug=f"provfilm-{number}", script=SCRIPT) for number in range(3)]
show = ShowPage.objects.get(slug="ofiktion")
episode = add(show, EpisodePage, title="Provavsnitt", slug="provavsnitt")
print("MADE", *(one.pk for one in (*films, episode)))
"""
# A person points at what to share; here the page shares itself.
SHARE = """if (navigator.mediaDevices?.getDisplayMedia) {
  const ask = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getDisplayMedia = (what) => ask({
    ...what, audio: false, video: { ...what.video, displaySurface: "browser" }, selfBrowserSurface: "include", preferCurrentTab: true,
  });
}"""


@pytest.fixture(scope="session")
def pages(make):
    """The workshops of three films and an episode that nobody has recorded."""
    said = make(f"SCRIPT = {SCRIPT!r}\n{MAKE}")
    return [f"/admin/film-och-ljud/{pk}/" for pk in re.search(r"MADE (.+)", said)[1].split()]


def state(page):
    return page.locator("[data-state]")


def has_recorded(page, seconds):
    """Wait until so much is recorded."""
    clock = re.compile(rf"^0 min ({'|'.join(str(number) for number in range(seconds, 60))}) s")
    expect(page.locator("[data-clock]")).to_have_text(clock)


def begin(page, workshop, mode=""):
    """Get ready and record, until something of it is on the server."""
    page.goto(f"{workshop}spela-in/")
    if mode:
        page.get_by_label(mode, exact=True).check()
    page.get_by_role("button", name="Gör redo").click()
    start = page.get_by_role("button", name="Börja spela in")
    expect(start).to_be_focused()
    start.press("Enter")
    expect(page.locator("[data-count]")).to_have_text("3")
    expect(state(page)).to_have_text("Spelar in.")
    expect(page.locator("[data-safe]")).to_have_text(re.compile(r"Sparat på servern: [1-9]\d* kB\."))


def test_screen_with_the_camera_is_recorded_paused_trimmed_and_used(page, login, pages, accessible):
    page.add_init_script(SHARE)
    login("redaktor")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{pages[0]}spela-in/")
    accessible()
    begin(page, pages[0], "Skärmen, med kameran i ett hörn")
    expect(page.locator("[data-level]")).to_have_text(re.compile("Ljudet hörs.|För starkt."))
    accessible()
    page.get_by_role("button", name="Pausa").click()
    expect(state(page)).to_have_text("Pausad.")
    before = page.locator("[data-clock]").text_content()
    page.wait_for_timeout(1500)  # a second and more, in which nothing may happen
    assert page.locator("[data-clock]").text_content() == before
    page.get_by_role("button", name="Fortsätt").click()
    has_recorded(page, 4)
    page.get_by_role("button", name="Stoppa").click()
    expect(page.get_by_role("heading", name="Klipp och använd")).to_be_focused()
    accessible()
    comes_true(page, "Number.isFinite(document.querySelector('[data-result]').duration)")
    whole = float(page.get_by_label("Sluta vid sekund").input_value())
    page.get_by_label("Börja vid sekund").fill("1")
    page.get_by_label("Sluta vid sekund").fill("2.5")
    page.keyboard.press("Tab")
    expect(page.locator("[data-trim-says]")).to_have_text("Inspelningen blir 0 min 2 s lång.")
    assert whole > 2.5
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Använd inspelningen").click()
    expect(page.get_by_text("Filen är inne. Nu bearbetas den.")).to_be_visible()
    # The work on it is done by another process; the page shows it by itself.
    expect(page.get_by_text("Klar, 2 s lång.")).to_be_visible()
    expect(page.get_by_text("Den är klippt. Hela originalet är kvar.")).to_be_visible()
    comes_true(page, "document.querySelector('[data-player]').readyState >= 1")
    page.get_by_role("button", name="Den här rutan").click()
    expect(page.get_by_text("Stillbilden är vald.")).to_be_visible()
    accessible()


def test_a_browser_that_dies_keeps_what_was_recorded(page, login, pages, context):
    login("redaktor")
    begin(page, pages[1], "Kameran")
    has_recorded(page, 3)
    other = context.new_page()
    page.close(run_before_unload=False)
    other.goto(pages[1])
    expect(other.get_by_text("En inspelning som avbröts")).to_be_visible()
    expect(other.locator("#steg-1")).to_contain_text(re.compile(r"En inspelning som avbröts, \d+ s \(\d"))
    other.get_by_role("button", name=re.compile("^Använd den")).click()
    expect(other.get_by_text("Filen är inne. Nu bearbetas den.")).to_be_visible()
    expect(other.locator("#steg-1")).to_contain_text("Sidan har «Inspelning")


def test_sound_by_keyboard_alone_and_again(page, login, pages, accessible):
    login("redaktor")
    page.goto(f"{pages[3]}spela-in/")
    page.get_by_label("Mikrofon").focus()
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Börja spela in")).to_be_focused()
    page.keyboard.press("Enter")
    stop = page.get_by_role("button", name="Stoppa")
    expect(stop).to_be_focused()
    has_recorded(page, 2)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Klipp och använd")).to_be_focused()
    accessible()
    again = page.get_by_role("button", name="Gör om")
    again.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Börja spela in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(stop).to_be_focused()
    has_recorded(page, 2)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Använd inspelningen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Filen är inne. Nu bearbetas den.")).to_be_visible()
    expect(page.locator("#steg-1")).not_to_contain_text("avbröts")  # the first take is gone


def test_the_script_rolls_and_grows_by_keyboard(page, login, pages):
    login("redaktor")
    page.goto(f"{pages[2]}spela-in/")
    script = page.get_by_role("region", name="Manus")
    script.focus()
    size = script.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")
    for key in ("+", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(key)
    assert script.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)") > size
    expect(page.get_by_role("button", name="Stanna manuset")).to_be_visible()
    comes_true(page, "document.querySelector('[data-prompter]').scrollTop > 20")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Rulla manuset")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("NotAllowedError", "Du eller webbläsaren sa nej."),
        ("NotFoundError", "Ingen mikrofon eller kamera hittades."),
        ("NotReadableError", "Ett annat program använder kameran eller mikrofonen."),
    ],
)
def test_what_is_said_when_it_cannot_record(page, login, pages, name, says):
    page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}'); }};"
    )
    login("redaktor")
    page.goto(f"{pages[2]}spela-in/")
    page.get_by_label("Kameran", exact=True).check()
    page.get_by_role("button", name="Gör redo").click()
    expect(state(page)).to_contain_text(says)
    expect(page.get_by_role("button", name="Gör redo")).to_be_enabled()


def film_of(tmp_path: Path, mega: int) -> Path:
    """A real film of so many MB."""
    film = tmp_path / "Min film.mp4"
    noise = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=4", "-f", "lavfi", "-i", "sine=440:d=4")
    subprocess.run(
        [sound.ffmpeg(), "-v", "error", *noise, "-c:v", "libx264", "-preset", "ultrafast", film], check=True
    )
    with film.open("ab") as file:  # an MP4 may have anything in a free box at its end
        size = mega * 1024**2
        file.write(size.to_bytes(4, "big") + b"free" + os.urandom(size - 8))
    return film


def originals(server):
    folder = server.var / "media" / "private" / "originals"
    return (
        [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()]
        if folder.exists()
        else []
    )


def test_a_file_goes_on_where_the_line_broke_also_after_a_reload(
    page, login, pages, server, tmp_path, accessible
):
    film = film_of(tmp_path, 10)
    login("redaktor")
    page.goto(pages[2])
    accessible()
    pieces = []

    def broken(route):
        if route.request.method == "PATCH":
            pieces.append(route.request)
            if len(pieces) > 1:
                return route.abort()
        return route.continue_()

    page.line_was_broken = True
    page.route("**/uppladdningar/*/", broken)
    page.get_by_label("Ladda upp en fil").set_input_files(film)
    page.get_by_role("button", name="Ladda upp", exact=True).click()
    expect(page.locator("[data-bytes]")).to_have_text(
        re.compile(r"Laddar upp: 39 procent, 4,2 MB av 1\d,?\d? MB\.")
    )
    expect(page.get_by_text("Nätet svarar inte. Försöker igen om")).to_be_visible()
    accessible()
    page.on("dialog", lambda dialog: dialog.accept())  # it asks before one leaves
    page.goto(pages[2])
    expect(page.locator("#steg-1")).to_contain_text(
        "är inte helt uppladdad: 4 MB av 11 MB har kommit (39 procent)."
    )
    page.get_by_role("link", name=re.compile("^Fortsätt")).click()
    other = tmp_path / "annan.mp4"
    other.write_bytes(b"x")
    field = page.get_by_label("Välj «Min film.mp4» igen, så fortsätter uppladdningen")
    field.set_input_files(other)
    page.get_by_role("button", name="Ladda upp", exact=True).click()
    expect(page.get_by_text("Det är en annan fil än den du började med.")).to_be_visible()
    pieces.clear()
    field.set_input_files(film)
    page.get_by_role("button", name="Ladda upp", exact=True).click()
    expect(page.get_by_text("Nätet svarar inte. Försöker igen om")).to_be_visible()
    page.unroute("**/uppladdningar/*/")
    expect(page.get_by_text("Filen är inne. Nu bearbetas den.")).to_be_visible()
    assert hashlib.sha256(film.read_bytes()).hexdigest() in originals(server)


def test_a_file_without_javascript(browser, server, pages, tmp_path, login, page):
    login("redaktor")
    film = film_of(tmp_path, 3)
    plain = browser.new_context(
        base_url=server.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    try:
        plain_page = plain.new_page()
        plain_page.goto(pages[1])
        plain_page.get_by_label("Ladda upp en fil").set_input_files(film)
        plain_page.get_by_role("button", name="Ladda upp", exact=True).click()
        expect(plain_page.get_by_text("Filen är inne. Nu bearbetas den.")).to_be_visible()
        expect(plain_page.locator("#steg-1")).to_contain_text("Sidan har «Min film.mp4»")
        assert hashlib.sha256(film.read_bytes()).hexdigest() in originals(server)
    finally:
        plain.close()
