"""A waiting-room screen as it hangs on the wall: it follows what is published, and stands without network."""

import contextlib
import os
import re
import socket
import threading
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests import ready

pytestmark = pytest.mark.browser

WALL = "/skarm/huvudbiblioteket/?alltid"  # lit also when the tests run at night


class Cable:
    """The network between a screen and the server. Pulled out it is truly gone, for the worker as well."""

    def __init__(self, port):
        self.to, self.ends = port, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.plug_in(self.listener)

    def plug_in(self, listener=None):
        self.listener = listener or socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def pull_out(self):
        for end in [self.listener, *self.ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                far = socket.create_connection(("127.0.0.1", self.to))
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture
def cable(server):
    cable = Cable(urlsplit(server.url).port)
    yield cable
    cable.pull_out()


@pytest.fixture
def wall(context, cable):
    """A screen of its own, whose console may complain that the network is gone."""
    page = context.new_page()
    page.clock.install()
    page.goto(f"http://localhost:{cable.port}{WALL}")
    return page


def database():
    """The address of the session's own database on PostgreSQL, "" on SQLite (conftest.py)."""
    url = os.environ.get("DATABASE_URL", "")
    return urlsplit(url)._replace(path=f"/utbud_browser_{os.getpid()}").geturl() if url else ""


@pytest.fixture
def take_down(server):
    """Take the word with a title down; it is put back after the test."""
    gone = []

    def set_live(live, title):
        sql = "UPDATE wagtailcore_page SET live = %s WHERE title = %s"
        ready.change(sql, live, title, var=server.var, url=database())

    def take_down(title):
        gone.append(title)
        set_live(False, title)

    yield take_down
    for title in gone:
        set_live(True, title)


@pytest.mark.parametrize(
    ("size", "colours", "number"),
    [
        ((1920, 1080), "light", 1),
        ((1080, 1920), "dark", 1),
        ((1366, 768), "light", 2),
        ((1080, 1920), "light", 2),
    ],
)
def test_axe_says_nothing_and_all_has_room(page, browser, accessible, size, colours, number):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.clock.install()
    page.goto(WALL)
    title = page.locator("h1")
    first = title.inner_text()
    if number == 2:
        page.clock.run_for(22_000)
        expect(title).not_to_have_text(first)
    accessible()
    inside = page.evaluate(
        """() => [...document.querySelectorAll('.tv-stage *, .tv-foot *')].every(e => { const b = e.getBoundingClientRect();
           return b.left >= 0 && b.top >= 0 && b.right <= innerWidth + 1 && b.bottom <= innerHeight + 1; })"""
    )
    assert inside
    # What is read from five metres: the term at least 8 % of the shorter side, everything else at least 3 %.
    short = min(size)
    heights = page.evaluate(
        "() => [...document.querySelectorAll('.tv h1, .tv p')].filter(e => e.innerText.trim()).map(e => [e.tagName, parseFloat(getComputedStyle(e).fontSize)])"
    )
    assert all(height >= short * (0.08 if tag == "H1" else 0.03) for tag, height in heights), heights


def test_it_goes_round_calmly_and_shows_the_clock(wall):
    title = wall.locator("h1")
    first = title.inner_text()
    assert re.fullmatch(r"\d\d\.\d\d", wall.locator(".tv-clock").inner_text())
    expect(wall.locator(".tv-kind")).to_have_text("Veckans digitala ord")
    wall.clock.run_for(18_000)
    expect(title).to_have_text(first)
    wall.clock.run_for(4_500)
    expect(title).not_to_have_text(first)
    go_on_until(
        wall, lambda: wall.locator(".tv-row").count()
    )  # the courses have had their turns: the week's hours
    go_on_until(wall, lambda: title.count() and title.inner_text() == first)


def go_on_until(wall, seen):
    """Let the screen go round, at most once, until ``seen``."""
    for _moment in range(60):
        if seen():
            return
        wall.clock.run_for(4_500)
    pytest.fail("it did not come round")


def test_what_is_withdrawn_is_gone_within_a_minute(wall, take_down):
    title = wall.locator("h1").inner_text()
    take_down(title)
    wall.clock.run_for(31_000)
    expect(wall.locator("h1")).not_to_have_text(title)
    wall.clock.run_for(60_000)
    expect(wall.locator("h1")).not_to_have_text(title)


WORKER_IS_READY = "() => navigator.serviceWorker.ready.then(() => true)"
IS_KEPT = """async () => { const cache = await caches.open('skarm-1'); const urls = (await cache.keys()).map(one => one.url);
  return ['/skarm/huvudbiblioteket/', '.css', '.js', '.woff2', '/media/'].every(part => urls.some(url => url.includes(part))); }"""


def kept(wall, until):
    """Wait until the worker has the page and all that it is made of.

    The clock that we set hides from the page what it has loaded, so it is loaded once more, through the worker.
    It stops the page's own timers too, so we ask from outside.
    """
    wall.evaluate(WORKER_IS_READY)
    wall.reload()
    until(lambda: wall.evaluate(IS_KEPT), "the worker did not keep the page")


def test_without_network_it_starts_again_and_says_how_old_it_is(wall, cable, until):
    first = wall.locator("h1").inner_text()
    kept(wall, until)
    cable.pull_out()
    wall.clock.run_for(95_000)
    expect(wall.locator(".tv-age")).to_have_text(re.compile(r"^Uppdaterad \w+dag \d+ \w+ klockan \d+\.\d\d$"))
    wall.reload()
    expect(wall.locator("h1")).to_have_text(first)
    expect(wall.locator(".tv-age")).to_have_text(re.compile("^Uppdaterad "))
    assert wall.evaluate("() => document.querySelector('.tv-drawing').naturalWidth") > 0
    assert wall.evaluate("() => document.fonts.check('20px Atkinson')")
    cable.plug_in()
    wall.clock.run_for(31_000)
    expect(wall.locator(".tv-age")).to_have_text("")


def test_without_network_nothing_is_shown_longer_than_it_is_true(wall, cable, until):
    first = wall.locator("h1").inner_text()
    kept(wall, until)
    cable.pull_out()
    wall.clock.fast_forward(190 * 3600 * 1000)  # past Monday at eight, when there is another word
    wall.clock.run_for(2_000)
    expect(wall.locator("h1")).not_to_have_text(first)
    wall.reload()
    wall.clock.run_for(2_000)
    expect(wall.locator("h1")).not_to_have_text(first)
    wall.clock.fast_forward(100 * 24 * 3600 * 1000)  # past every course that it knew of
    wall.clock.run_for(2_000)
    expect(wall.locator("h1")).to_have_text("Välkommen. Fråga oss gärna om det digitala.")


def test_it_asks_for_no_cookie_and_nobody_else(page, context, server):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(WALL)
    page.evaluate(WORKER_IS_READY)
    assert len(asked) > 4
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []
    assert context.cookies() == []


class TestWithoutJavaScript:
    @pytest.fixture
    def browser_context_args(self, browser_context_args):
        return browser_context_args | {"java_script_enabled": False}

    def test_the_page_itself_goes_round(self, page):
        page.goto(WALL)
        expect(page.locator(".tv-kind")).to_have_text("Veckans digitala ord")
        for number in range(2, 12):
            page.goto(f"{WALL}&bild={number}")
            if page.locator(".tv-row").count():
                break
        expect(page.locator(".tv-row").first).to_be_visible()
