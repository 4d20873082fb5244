"""Captions and chapters written beside the film: made of the script, put right by keyboard alone, nothing lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import comes_true

pytestmark = pytest.mark.browser
SAID = (
    "Hej och välkommen.",
    "I dag visar jag hur du laddar ner en app.",
    "Tryck på ikonen som heter Play Butik.",
)
MAKE = """
import subprocess, tempfile
from pathlib import Path
from django.utils import timezone
from bench.align import Case, record
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.formats.sound import ffmpeg
from utbud.media.actions import processing
from utbud.people.models import User
by = User.objects.get(username="redaktor")
folder = Path(tempfile.mkdtemp())
record(Case("", "sv+f2"), SAID, folder / "a.wav")
picture = ("-f", "lavfi", "-i", "testsrc=size=320x180:rate=10")
subprocess.run([ffmpeg(), "-v", "error", *picture, "-i", str(folder / "a.wav"), "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(folder / "a.mp4")], check=True)
asset = processing.take_in_made(path=folder / "a.mp4", kind="film", name="a.mp4", by=by, now=timezone.now())
def add(title, **fields):
    page = FilmPage(title=title, one_sentence="Så gör du.", live=False, owner=by, **fields)
    FilmIndexPage.objects.get().add_child(instance=page)
    page.save_revision(user=by, clean=False)
    return page.pk
many = [[at, at + 1, "Hej på dig.", ""] for at in range(300)]
print("MADE", add("Textprov", asset=asset, script="\\n\\n".join(SAID)), add("Lång text", captions=many, youtube_id="abcdefghijk", youtube_seconds=301))
"""


@pytest.fixture(scope="session")
def films(make):
    """A film with a script and no captions; and one on YouTube with three hundred."""
    said = make(f"SAID = {SAID!r}\n{MAKE}")
    return [f"/admin/film-och-ljud/{pk}/text/" for pk in re.search(r"MADE (.+)", said)[1].split()]


def focused(page):
    return page.evaluate("document.activeElement.id")


def no_wider_than_the_screen(page):
    return page.evaluate(
        "document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
    )


def test_captions_from_the_script_are_put_right_by_keyboard(page, films, login, accessible):
    login("redaktor")
    page.goto(films[0])
    expect(page.get_by_text("Inga undertexter än.")).to_be_visible()
    accessible()
    page.get_by_role("button", name="Gör av manuset").press("Enter")
    expect(page.locator("#text-2")).to_have_value(SAID[2])  # the slow worker, and the page by itself
    rows, status = page.locator("[data-row]"), page.locator("[data-status]")
    assert rows.count() == 3
    accessible()

    page.locator("#text-1").focus()
    page.keyboard.press("Control+Home")
    for _letter in range(11):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+d")
    expect(status).to_have_text("Raden är delad i två.")
    assert (rows.count(), focused(page)) == (4, "text-2")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+j")
    assert (rows.count(), focused(page)) == (3, "text-1")
    page.keyboard.press("Alt+t")
    expect(status).to_have_text("Rad 2 är borttagen. Ångra tar tillbaka den.")
    assert (rows.count(), focused(page)) == (2, "text-1")
    page.keyboard.press("Alt+u")
    assert (rows.count(), focused(page)) == (3, "text-1")

    page.keyboard.press("Alt+p")
    comes_true(page, "document.querySelector('video').currentTime > 2")
    comes_true(page, "document.querySelector('video').paused")  # it stops where the row ends
    assert page.evaluate("document.querySelector('video').textTracks[0].activeCues.length") <= 1
    page.keyboard.press("Alt+k")
    page.keyboard.type("Ladda ner")
    assert focused(page) == "chapter-text-0"

    page.locator("#start-1").fill("strax")
    page.keyboard.press("Control+s")
    expect(status).to_have_text("«strax» är ingen tid. Skriv minuter och sekunder, till exempel 1:02,5.")
    assert focused(page) == "start-1"
    page.keyboard.press("Control+a")
    page.keyboard.type("0:01")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_contain_text("Sparat")
    page.keyboard.press("Alt+r")
    assert focused(page).startswith("text-")
    accessible()
    page.reload()
    expect(page.locator("#chapter-text-0")).to_have_value("Ladda ner")
    expect(rows).to_have_count(3)


def test_what_another_wrote_is_not_written_over(page, films, login):
    login("redaktor")
    page.goto(films[0])
    other = page.context.new_page()
    other.goto(films[0])
    for one, text in ((other, "Den andras."), (page, "Min egen.")):
        one.locator("#text-0").fill(text)
        one.keyboard.press("Control+s")
        if one is other:
            expect(one.locator("[data-saved]")).to_contain_text("Sparat")
    expect(page.locator("[data-alert]")).to_contain_text("Inget är överskrivet.")
    expect(page.locator("#text-0")).to_have_value("Min egen.")
    page.locator("[data-anyway]").press("Enter")
    expect(page.locator("[data-saved]")).to_contain_text("Sparat")
    other.close()


def test_three_hundred_captions_on_a_narrow_screen(page, films, login):
    """axe is asked of the same page above: it takes half a minute for so many rows."""
    login("redaktor")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(films[1])
    expect(page.locator("[data-row]")).to_have_count(300)
    assert no_wider_than_the_screen(page)
    page.locator("#text-5").focus()
    took = page.evaluate(
        """() => {
          const began = performance.now();
          for (let time = 0; time < 5; time++)
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyN", altKey: true, bubbles: true }));
          return (performance.now() - began) / 5;
        }"""
    )
    assert took < 250  # milliseconds; a tenth of it when nothing else runs
    expect(page.locator("[data-row]")).to_have_count(305)
