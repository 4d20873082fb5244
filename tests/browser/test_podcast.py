"""Listening to an episode: the text and the chapters that follow, speed, keyboard, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SHOW, EPISODE = "/podd/lyssna-har/", "/podd/lyssna-har/prova-ett-avsnitt/"

MAKE = """
import subprocess, tempfile
from pathlib import Path
from types import SimpleNamespace
from django.utils import timezone
from utbud.formats.sound import ffmpeg
from utbud.media.actions import processing
from utbud.people.models import ResponsiblePublisher, User
from utbud.podcast.models import EpisodePage, Guest, PodcastIndexPage, ShowPage
from utbud.publishing import actions, files
for name in ("make_films", "make_files", "make_own"):
    setattr(files, name, SimpleNamespace(enqueue=lambda *_a, **_k: None))
now, editor, publisher = timezone.now(), User.objects.get(username="redaktor"), ResponsiblePublisher.objects.first()
made = Path(tempfile.mkdtemp()) / "avsnitt.wav"
subprocess.run([ffmpeg(), "-y", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=330:duration=40", str(made)], check=True)
asset = processing.take_in_made(path=made, kind="sound", name="avsnitt.wav", by=editor, now=now)
assert asset.is_ready, asset.problem
def send(page):
    page.save_revision(user=editor)
    request = actions.request_approval(page=page, message="", by=editor, now=now)
    actions.approve(request=request, publisher=publisher, by=publisher.user, now=now, files_first=False)
index = PodcastIndexPage.objects.get()
show = ShowPage(title="Lyssna här", slug="lyssna-har", description="En podd att prova.", owner_email="podd@example.org", live=False, owner=editor)
index.add_child(instance=show)
send(show)
cues = [[2.0 * at, 2.0 * at + 1.8, f"Rad nummer {at}. Det är så det är.", "Anna" if at % 4 < 2 else "Bo"] for at in range(20)]
page = EpisodePage(title="Prova ett avsnitt", live=False, owner=editor, one_sentence="Ett avsnitt att prova.", asset=asset,
    captions=cues, captions_from="hand", chapters=[[0.0, "Först"], [20.0, "Sedan"]], number=1, notes="<p>Om det hela.</p>")
show.add_child(instance=page)
page.guests = [Guest(name="Anna Ek", role="host", consent_on=now.date(), consent_how="Muntligt")]
page.save()
send(page)
"""


@pytest.fixture(scope="session", autouse=True)
def made(make):
    """An episode that is out, made as staff make them."""
    make(MAKE)


@pytest.mark.parametrize("address", ["/podd/", SHOW, EPISODE, EPISODE + "text/"])
def test_a_page(visit, address):
    visit(address, narrow_too=True)


def test_one_goes_by_chapter_and_by_line_with_the_keyboard(page):
    page.goto(EPISODE)
    chapter = page.locator(".parts").get_by_role("link", name="Sedan")
    chapter.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("Avsnittet spelas från 0:20.")
    expect(chapter).to_have_attribute("aria-current", "true")
    expect(page.locator(".line[aria-current]")).to_contain_text("Rad nummer 10.")
    line = page.locator(".said .at").first
    line.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("Avsnittet spelas från 0:00.")
    expect(page.locator(".line[aria-current]")).to_contain_text(re.compile("Rad nummer [01]\\."))
    slower = page.get_by_role("button", name="Långsammare")
    slower.focus()
    page.keyboard.press("Space")
    expect(slower).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 0.8


def test_a_line_that_is_pressed_is_played(page):
    page.goto(EPISODE)
    page.locator(".line", has_text="Rad nummer 5.").click()
    expect(page.locator(".line[aria-current]")).to_contain_text(re.compile("Rad nummer [56]\\."))


def test_without_javascript_there_is_a_player_the_text_and_the_file(browser, server):
    context = browser.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()
    page.goto(EPISODE)
    sound = page.locator("audio").get_attribute("src")
    assert page.locator("audio").is_visible()
    assert not page.locator(".speed").is_visible()
    assert page.get_by_role("link", name="Hämta ljudet").get_attribute("href") == sound
    assert page.locator(".parts a").last.get_attribute("href") == f"{sound}#t=20"
    assert page.locator(".line").count() == 20
    answer = context.request.get(server.url + sound, headers={"Range": "bytes=10-19"})
    assert (answer.status, len(answer.body())) == (206, 10)
    context.close()
