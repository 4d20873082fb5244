"""Watching a film: captions, the text that follows, parts, keyboard, without JavaScript, and YouTube only after a click."""

import re

import pytest
from playwright.sync_api import expect

from tests.waiting import until

pytestmark = pytest.mark.browser
OURS, THEIRS, LIST = "/filmer/prova-en-film/", "/filmer/prova-youtube/", "/filmer/"

MAKE = """
import subprocess, tempfile
from pathlib import Path
from types import SimpleNamespace
from django.utils import timezone
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.formats.sound import ffmpeg
from utbud.media.actions import processing
from utbud.people.models import ResponsiblePublisher, User
from utbud.publishing import actions, files
for name in ("make_films", "make_files"):
    setattr(files, name, SimpleNamespace(enqueue=lambda *_a, **_k: None))
now, editor, publisher = timezone.now(), User.objects.get(username="redaktor"), ResponsiblePublisher.objects.first()
index = FilmIndexPage.objects.get()
made = Path(tempfile.mkdtemp()) / "film.mp4"
subprocess.run([ffmpeg(), "-y", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=10:duration=30",
    "-f", "lavfi", "-i", "sine=frequency=330:duration=30", "-c:v", "libx264", "-preset", "ultrafast",
    "-pix_fmt", "yuv420p", "-c:a", "aac", str(made)], check=True)
asset = processing.take_in_made(path=made, kind="film", name="film.mp4", by=editor, now=now)
assert asset.is_ready, asset.problem
def send(page):
    page.save_revision(user=editor)
    request = actions.request_approval(page=page, message="", by=editor, now=now)
    actions.approve(request=request, publisher=publisher, by=publisher.user, now=now, files_first=False)
if not index.live:
    send(index)
cues = [[2.0 * at, 2.0 * at + 1.8, f"Rad nummer {at}. Gör så här.", ""] for at in range(15)]
usual = dict(live=False, owner=editor, one_sentence="Filmen visar hur man gör.", captions=cues, needs="Din mobil",
    chapters=[[0.0, "Först"], [10.0, "Sedan"], [20.0, "Till sist"]], seen="En hand.")
for title, more in (("Prova en film", {"asset": asset}), ("Prova Youtube", {"youtube_id": "dQw4w9WgXcQ", "youtube_seconds": 30.0})):
    page = FilmPage(title=title, **usual, **more)
    index.add_child(instance=page)
    send(page)
"""

# A stand-in for YouTube's player: it answers «listening» with where it is, and does as it is told.
PLAYER = """<!doctype html><title>Spelaren</title><p>Spelaren</p><script>
let at = 0;
const tell = () => parent.postMessage(JSON.stringify({ event: "infoDelivery", info: { currentTime: at } }), "*");
addEventListener("message", ({ data }) => {
  const said = JSON.parse(data);
  if (said.event === "listening") tell();
  if (said.func === "seekTo") { at = said.args[0]; tell(); }
  document.querySelector("p").textContent += " " + (said.func || said.event);
});
</script>"""


@pytest.fixture(scope="session", autouse=True)
def films(make):
    make(MAKE)


@pytest.mark.parametrize("address", [LIST, OURS, THEIRS])
def test_a_page(visit, address):
    asked = []
    page = visit(address, narrow_too=True, asked=asked)
    assert [url for url in asked if url.endswith((".mp4", ".m4a"))] == []  # before one plays it

    page.emulate_media(media="print")  # on paper stands the text, and no player
    assert page.locator("video:visible, .speed:visible, .went:visible, .films img:visible").count() == 0
    if address != LIST:
        expect(page.locator(".said")).to_contain_text("Rad nummer 14.")
        assert page.locator(".said").evaluate("box => box.scrollHeight - box.clientHeight") <= 1


def second(page) -> float:
    return float(page.locator("video").evaluate("video => video.currentTime"))


def playing(page, at: float) -> None:
    """Wait until the film has come further than ``at``: our policy lets no script be made of text, so it is asked."""
    until(lambda: second(page) > at, rest=lambda moment: page.wait_for_timeout(moment * 1000))


class TestOurOwn:
    def test_it_plays_with_captions_on_and_the_text_follows(self, page):
        page.goto(OURS)
        page.locator("video").evaluate("video => { video.muted = true; video.play() }")
        playing(page, 2.2)
        assert page.locator("video").evaluate("video => video.textTracks[0].mode") == "showing"
        assert page.locator("video").evaluate("video => video.textTracks[0].activeCues.length") == 1
        expect(page.locator(".line[aria-current]")).to_have_count(1)
        expect(page.locator(".line[aria-current]")).to_contain_text("Rad nummer 1.")
        expect(page.locator(".parts [aria-current]")).to_contain_text("Först")

    def test_a_line_is_gone_to_by_keyboard_and_focus_stays(self, page):
        page.goto(OURS)
        link = page.locator(".said .at").last
        link.focus()
        page.keyboard.press("Enter")
        playing(page, 20)
        expect(link).to_be_focused()
        expect(page.locator(".state")).to_have_text(re.compile(r"^Filmen går från 0:2\d\.$"))
        assert page.url.endswith(OURS)

    def test_a_line_is_gone_to_by_pointer(self, page):
        page.goto(OURS)
        page.locator(".line", has_text="Rad nummer 8.").click()
        playing(page, 15.9)
        assert second(page) < 19

    def test_a_part_is_gone_to_by_keyboard(self, page):
        page.goto(OURS)
        page.get_by_role("link", name=re.compile("^Till sist")).press("Enter")
        playing(page, 19.9)
        expect(page.locator(".parts [aria-current]")).to_contain_text("Till sist")

    def test_the_text_moves_in_its_own_box_and_never_the_page(self, page):
        page.set_viewport_size({"width": 1280, "height": 700})
        page.emulate_media(reduced_motion="reduce")
        page.goto(OURS)
        page.locator("#film").scroll_into_view_if_needed()
        page.locator("video").evaluate(
            "video => { video.muted = true; video.currentTime = 28; video.play() }"
        )
        playing(page, 28.2)
        at = page.evaluate("scrollY")
        expect(page.locator(".line[aria-current]")).to_contain_text("Rad nummer 14.")
        box, line = page.locator(".said").bounding_box(), page.locator(".line[aria-current]").bounding_box()
        assert box["y"] <= line["y"]
        assert line["y"] + line["height"] <= box["y"] + box["height"] + 1
        assert page.evaluate("scrollY") == at

    def test_the_speed_is_told_in_words(self, page):
        page.goto(OURS)
        for name, rate, says in (
            ("Långsammare", 0.75, "Filmen går långsammare."), ("Fortare", 1.25, "Filmen går fortare."),
            ("Vanlig fart", 1, "Filmen går i vanlig fart."),
        ):  # fmt: skip
            button = page.get_by_role("button", name=name)
            button.press("Enter")
            expect(button).to_have_attribute("aria-pressed", "true")
            assert page.locator(".speed [aria-pressed=true]").count() == 1
            assert page.locator("video").evaluate("video => video.playbackRate") == rate
            expect(page.get_by_role("status")).to_have_text(says)

    def test_it_went_well(self, page, accessible):
        page.goto(OURS)
        page.get_by_role("button", name="Nej, inte än").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tack. Vi hjälper dig gärna vidare")
        expect(page.locator("main")).to_contain_text("Vi ringer upp dig")
        accessible()
        assert page.context.cookies() == []

    def test_a_film_that_cannot_be_had_says_what_to_do(self, page):
        page.route("**/*.mp4", lambda route: route.fulfill(status=404, body=""))
        page.goto(OURS)
        page.locator("video").evaluate("video => { video.play().catch(() => {}) }")
        expect(page.get_by_role("status")).to_contain_text("Filmen gick inte att spela upp just nu.")


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"java_script_enabled": False}

    def test_a_part_is_an_address_where_the_film_begins_there(self, page):
        page.goto(OURS)
        expect(page.locator("video[controls] track[default]")).to_have_count(1)
        expect(page.get_by_text("Hur fort ska filmen gå?")).to_be_hidden()
        page.get_by_role("link", name=re.compile("^Sedan")).click()
        assert page.url.endswith("?t=10#film")
        assert page.locator("source").last.get_attribute("src").endswith(".mp4#t=10")
        expect(page.locator(".said")).to_contain_text("Rad nummer 14.")

    def test_youtube_is_a_link_and_the_text_is_here(self, page):
        page.goto(THEIRS)
        link = page.get_by_role("link", name="Visa filmen från YouTube")
        expect(link).to_have_attribute("href", "https://www.youtube.com/watch?v=dQw4w9WgXcQ")
        expect(page.locator(".said")).to_contain_text("Rad nummer 14.")
        assert page.locator("iframe").count() == 0


class TestYouTube:
    @pytest.fixture
    def asked(self, page, server):
        """What was asked of anyone but us; YouTube's player is a stand-in."""
        found = []

        def answer(route):
            found.append(route.request.url)
            route.fulfill(status=200, content_type="text/html", body=PLAYER)

        page.route(lambda url: not url.startswith((server.url, "data:")), answer)
        return found

    def test_nothing_is_asked_for_before_the_click_and_the_button_says_what_it_does(self, page, asked):
        page.goto(THEIRS)
        page.wait_for_load_state("networkidle")
        button = page.get_by_role("button", name="Visa filmen från YouTube")
        expect(button).to_have_accessible_description(
            "Filmen ligger på YouTube. När du trycker hämtas den därifrån, och Google får veta att du tittar."
        )
        assert asked == []
        button.press("Enter")
        expect(page.frame_locator("iframe").locator("p")).to_contain_text("listening")
        assert len(asked) == 1
        assert asked[0].startswith(
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&cc_load_policy=1"
        )

    def test_the_text_follows_and_goes_to_a_line_there_too(self, page, asked, accessible):
        page.goto(THEIRS)
        page.get_by_role("button", name="Visa filmen från YouTube").click()
        expect(page.frame_locator("iframe").locator("p")).to_contain_text("listening")
        expect(page.locator("iframe")).to_be_focused()
        page.get_by_role("link", name=re.compile("^Sedan")).press("Enter")
        expect(page.frame_locator("iframe").locator("p")).to_contain_text("seekTo playVideo")
        expect(page.locator(".line[aria-current]")).to_contain_text("Rad nummer 5.")
        page.get_by_role("button", name="Långsammare").click()
        expect(page.frame_locator("iframe").locator("p")).to_contain_text("setPlaybackRate")

    def test_what_another_window_says_is_not_believed(self, page, asked):
        page.goto(THEIRS)
        page.get_by_role("button", name="Visa filmen från YouTube").click()
        expect(page.frame_locator("iframe").locator("p")).to_contain_text("listening")
        page.evaluate("postMessage(JSON.stringify({ info: { currentTime: 25 } }), '*')")
        page.evaluate("new Promise(done => setTimeout(done, 50))")
        assert page.locator(".line[aria-current]", has_text="Rad nummer 12").count() == 0


def test_a_film_is_begun_by_keyboard(page, login):
    login("redaktor")
    page.goto("/admin/filmer/")
    page.get_by_role("link", name="Ny film").last.press("Enter")
    page.get_by_label("Vad ska man kunna efteråt?").fill("Spara en bild")
    page.get_by_label("En mening som alla förstår").fill("Filmen visar hur du sparar en bild.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("är ett utkast")
    page.goto("/admin/filmer/?vantar=film")
    expect(page.locator("main")).to_contain_text("Spara en bild")
