"""Browser tests run against the real thing: `utbud serve` with the demo, in a data folder of its own, one a worker.

To add a page: put its address in the table of the file that it belongs to (test_pages.py for most), or write
``visit("/ny-sida/")``, with ``by="redaktor"`` where one must be logged in. The page is opened once and looked at in every way
at once: axe in light and in the dark, 320 px, targets, the way to reach us, who was asked for something, what the
console says. All that is wrong is told in one message, by address and rule. What you get back is the page, still open,
for what only it has (paper, keyboard, a text).

To add a journey: take ``page``, a window of its own; ``login("redaktor")`` makes it that person's (no form is filled in: the
form is tried once, in test_journey.py), ``accessible()`` looks at it as it stands, and ``person()`` waits as long as
somebody who fills in a form must. ``page.goto`` after ``login``. Wait with ``expect``, ``until`` or ``comes_true``, never for so many seconds
(and not with ``page.wait_for_function``, which our policy stops).
A journey that writes or searches belongs in test_journey.py or test_course_journey.py: those run on PostgreSQL as well.
A journey that all browsers must stand, Firefox and Safari too, belongs in test_elsewhere.py.
"""

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests import ready
from tests.browser import elsewhere
from tests.waiting import PATIENCE
from tests.waiting import until as wait_until

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
SETTLED = """() => Promise.race([
  Promise.allSettled(document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity).map(one => one.finished)),
  new Promise(done => setTimeout(done, 2000)),
])"""  # all that moves and ends has ended, or two seconds have gone
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # what the dark can change
# All that the colours of a text can depend on: what it is, all that it stands in, how light it is and how wide.
KINDS_OF_TEXT = """() => {
  const known = new Map(), silent = /^(id|for|href|src|srcset|name|value|title|alt|content|aria-label(ledby)?|aria-describedby|action|datetime)$/;
  const kind = one => {
    if (!one || one === document) return `${matchMedia('(prefers-color-scheme: dark)').matches} ${innerWidth < 600} ${innerWidth < 1000}`;
    if (!known.has(one)) known.set(one, kind(one.parentElement) + '>' + one.tagName +
      [...one.attributes].filter(({ name }) => !silent.test(name)).map(({ name, value }) => ` ${name}=${value.slice(0, 60)}`).sort().join(''));
    return known.get(one);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), kinds = new Set();
  while (walker.nextNode()) {
    const { data, parentElement: box } = walker.currentNode;
    if (data.trim() && box.checkVisibility()) kinds.add(kind(box));
  }
  for (const field of document.querySelectorAll('input, textarea, select')) kinds.add(kind(field));
  return [...kinds];
}"""
FOUND_RIGHT = set()  # kinds of text whose colours axe has found right, in this process
WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 320, "height": 640}
PASSWORD = "digitalt-utbud-demo"
SINCE = "performance.now() - performance.getEntriesByType('navigation')[0].responseStart"
GUARD = 2.1  # seconds: nobody fills in a form faster (utbud/inbox/guards.py), but a robot does
expect.set_options(timeout=PATIENCE * 1000)


def pytest_collection_modifyitems(config, items):
    """What is about a browser that is not on the machine is left out; tests/run.py says so."""
    kinds = {
        item: item.callspec.params.get("browser_elsewhere") for item in items if hasattr(item, "callspec")
    }
    gone = [item for item, kind in kinds.items() if kind and not elsewhere.is_here(kind)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


def chromium() -> str | None:
    """A Chromium on this machine, if there is one."""
    return next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = chromium()
    if path is None and not Path(browser_type_launch_args.get("executable_path", "")).is_file():
        return browser_type_launch_args | {"args": FLAGS}  # Playwright's own, where it could be installed
    return browser_type_launch_args | {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, server):
    return browser_context_args | {
        "base_url": server.url,
        "locale": "sv-SE",
        "timezone_id": "Europe/Stockholm",
    }


@pytest.fixture(autouse=True)
def _patience(request):
    """Everything in a window may take as long as anything else may."""
    if "context" in request.fixturenames:
        request.getfixturevalue("context").set_default_timeout(PATIENCE * 1000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address):
    """Whether the site is up."""
    try:
        urllib.request.urlopen(address + "/halsa/", timeout=5).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running site with the demo: ``url``, ``var``, ``process``, and ``database`` where that is PostgreSQL."""
    var, port, url = tmp_path_factory.mktemp("site"), free_port(), os.environ.get("DATABASE_URL", "")
    demo = Path(ready.READY, "demo-postgresql" if url else "demo")
    is_made = bool(ready.READY) and demo.exists()
    if url:
        template = f"{ready.TEMPLATE}_demo" if is_made else ready.TEMPLATE
        url = ready.new_database(url, f"utbud_browser_{os.getpid()}", template)
    if is_made:
        shutil.copytree(demo, var, dirs_exist_ok=True)
    else:
        ready.migrate(var, url)
        ready.demo(var, url)
    ready.change("UPDATE wagtailcore_site SET port = %s", port, var=var, url=url)  # it was made for another
    environment = ready.clean_environment() | {"UTBUD_VAR": str(var), "PORT": str(port), "DATABASE_URL": url}
    log = (var / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "utbud", "serve"], env=environment, stdout=log, stderr=log
    )
    address = f"http://localhost:{port}"
    try:
        wait_until(lambda: answers(address) or process.poll() is not None, "the site did not start")
        assert process.poll() is None, (var / "log").read_text()
        yield SimpleNamespace(url=address, var=var, process=process, database=url)
    finally:
        process.terminate()
        process.wait(15)
        log.close()
        if url:
            ready.on_server(url, f"DROP DATABASE utbud_browser_{os.getpid()} WITH (FORCE)")


@pytest.fixture(scope="session")
def make(server):
    """Run lines in the program with the site's own data, where making it by hand would take long; what they said.

    What a file makes in this way it makes in a fixture of the session: workers take tests from each other.
    """

    def make(lines):
        environment = {"PORT": server.url.rpartition(":")[2]}
        return ready.utbud(
            "shell", "--no-imports", "-c", lines, var=server.var, url=server.database, **environment
        )

    return make


# --- who is at the screen ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def keys(playwright, server):
    """What a browser keeps of somebody who is logged in: ``keys("redaktor")``. Each logs in once."""
    kept = {}

    def keys(name):
        if name not in kept:
            asking = playwright.request.new_context(base_url=server.url)
            asking.get("/admin/login/")
            [token] = [
                one["value"] for one in asking.storage_state()["cookies"] if one["name"] == "csrftoken"
            ]
            form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token}
            answer = asking.post("/admin/login/", form=form, max_redirects=0)
            assert answer.status == 302, answer.text()
            kept[name] = asking.storage_state()
            asking.dispose()
        return kept[name]

    return keys


@pytest.fixture
def login(page, keys):
    """Make the window that of one of the demo's people."""

    def login(name):
        page.context.clear_cookies()
        page.context.add_cookies(keys(name)["cookies"])

    return login


@pytest.fixture
def until(page):
    """``tests.waiting.until`` for what the page itself may be part of."""
    return lambda condition, what="": wait_until(
        condition, what, rest=lambda s: page.wait_for_timeout(s * 1000)
    )


def comes_true(page, script):
    """Wait until a script in the page says so. Asked from outside: our policy lets a page make no script of text."""
    wait_until(lambda: page.evaluate(script), script, rest=lambda s: page.wait_for_timeout(s * 1000))


@pytest.fixture
def person(page):
    """Has had the page before her as long as a person must who fills in a form."""
    return lambda: page.wait_for_timeout(max(0, GUARD * 1000 - page.evaluate(SINCE)))


# --- what must be true of a page --------------------------------------------------------------------


def violations(page, rules=RULES, but=()):
    """What axe finds wrong with the page as it stands, a line for each rule.

    Colours are half of axe's work. Where a page has no kind of text but those whose colours have been found right, in
    the same light and about the same width, they are not looked at again.
    """
    # What lies half under the staff side's fixed header would be called too small to touch.
    page.evaluate("document.querySelector('main')?.scrollTo(0, 0)")
    page.evaluate(SETTLED)  # a message that is still fading in has not its colours yet
    page.axe_was_here = True
    new = set(page.evaluate(KINDS_OF_TEXT)) - FOUND_RIGHT
    if not new and rules is COLOURS:
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    off = [*but, *([] if new else COLOURS["values"])]
    options = {
        "runOnly": rules,
        "resultTypes": ["violations"],  # all that is right is not written out
        "rules": {rule: {"enabled": False} for rule in off},
    }
    found = page.evaluate("options => axe.run(options).then(said => said.violations)", options)
    if not set(COLOURS["values"]) & {*but, *(violation["id"] for violation in found)}:
        FOUND_RIGHT.update(new)
    return [
        f"{violation['id']}: {violation['help']}\n    "
        + "\n    ".join(node["html"][:160] for node in violation["nodes"][:4])
        for violation in found
    ]


def in_the_dark(page):
    """What axe finds wrong with the colours in the dark."""
    page.emulate_media(color_scheme="dark")
    found = violations(page, COLOURS)
    page.emulate_media(color_scheme="light")
    return found


def sideways(page, most=NARROW["width"]):
    """Whether one must scroll sideways on a narrow phone."""
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"{width} pixels wide"] if width > most else []


# Links and controls lower or narrower than 44 px that stand alone: inside running text they are as high as a line. A box
# to tick is pressed on its label too, and a line of nothing but links and commas is no running text.
SMALL = """() => {
  const alone = one => {
    const box = one.parentElement.closest('p, li, td, dd, figcaption, caption, .p');
    if (!box) return true;
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      if (!text.parentElement.closest('a, button, summary, .unseen, li li') && /[\\p{L}\\p{N}]/u.test(text.data)) return false;
    }
    return true;
  };
  const pressed = one => {
    const boxes = [one, ...(one.matches('[type=radio], [type=checkbox]') ? one.labels : [])].map(each => each.getBoundingClientRect());
    const span = (from, to) => Math.max(...boxes.map(box => box[to])) - Math.min(...boxes.map(box => box[from]));
    return [span('left', 'right'), span('top', 'bottom')];
  };
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(one => one.checkVisibility() && !one.matches('.skip, [type=hidden]') && !one.closest('.ordet, .unseen') && alone(one))
    .map(one => [one, pressed(one)]).filter(([, size]) => Math.min(...size) < 43.9)
    .map(([one, size]) => `${size.map(Math.round).join(' x ')} px is too small to touch: ${one.outerHTML.slice(0, 120)}`);
}"""

# Notes what gets the focus, and whether one sees that it has: in the page, since to ask after each key is slow.
WALK = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(one =>
    one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width && !one.disabled && one.tabIndex >= 0);
  const group = one => one.type === 'radio' && one.name;  // Tab stops once in a group of choices, the arrows move in it
  window.walk = { left: new Set(all.map(one => group(one) || one)), unseen: [] };
  document.addEventListener('focusin', ({ target: one }) => {
    walk.left.delete(group(one) || one);
    const style = getComputedStyle(one);  // inside a player the browser shows where it is
    if (style.outlineStyle === 'none' && style.boxShadow === 'none' && !one.matches('audio, video, iframe'))
      walk.unseen.push(one.outerHTML.split('>')[0]);
  });
  return walk.left.size;
}"""
WALKED = """() => [...[...walk.left].map(one => `not reached by Tab: ${one.outerHTML || one}`.slice(0, 160)),
  ...walk.unseen.map(one => `has the focus unseen: ${one}`)]"""


def unreachable(page):
    """What can be clicked but not reached by Tab, and what does not show that it is reached."""
    wanted = page.evaluate(WALK)
    for step in range(wanted + 60):
        page.keyboard.press("Tab")
        if step % 10 == 9 and not page.evaluate("walk.left.size"):
            break
    return page.evaluate(WALKED)


@pytest.fixture
def accessible(page):
    """The page as it stands has no violation that axe can find (WCAG 2.2 A and AA, best practice)."""

    def accessible(*, but=()):
        assert violations(page, but=but) == [], page.url

    return accessible


@pytest.fixture
def looked_at(page):
    """The page as it stands passes axe, light and dark, and fits on 320 px with large targets."""

    def looked_at():
        told = {"light": violations(page), "dark": in_the_dark(page)}
        page.set_viewport_size(NARROW)
        told["320 px"] = [*sideways(page), *page.evaluate(SMALL)]
        page.set_viewport_size(WIDE)
        assert {what: faults for what, faults in told.items() if faults} == {}, page.url

    return looked_at


def listen(page):
    """What the console complains of and who is asked, from now on, in two lists."""
    heard, asked = [], []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    def told(line):
        ours = "status of 4" not in line.text and not (
            ("inline style" in line.text and hasattr(page, "axe_was_here"))
            or ("net::ERR_" in line.text and hasattr(page, "line_was_broken"))  # by the test
        )
        if line.type == "error" and ours:  # axe sets styles of its own while it looks
            heard.append(line.text)

    page.on("console", told)
    return heard, asked


@pytest.fixture(autouse=True)
def no_errors_in_the_console(request):
    """A page that complains in the console is a page with a fault."""
    if "page" not in request.fixturenames:
        yield  # ``visit`` listens for itself
        return
    heard, _asked = listen(request.getfixturevalue("page"))
    yield
    assert heard == []


@pytest.fixture(scope="session")
def windows(browser, browser_context_args, keys):
    """A window for each who looks, kept open: what a browser has fetched for one page it has for the next."""
    kept = {}

    def windows(by):
        if by not in kept:
            state = {"storage_state": keys(by)} if by else {}
            context = browser.new_context(**browser_context_args, **state)
            context.set_default_timeout(PATIENCE * 1000)
            page = context.new_page()
            kept[by] = page, *listen(page)
        return kept[by]

    yield windows
    for page, *_lists in kept.values():
        page.context.close()


@pytest.fixture
def visit(windows, server):
    """Open a page once, as somebody or nobody, and look at it in every way. The page, still open, light and wide.

    Staff pages are not looked at in the dark, and may be a scroll bar wider. ``narrow_too``: axe on the narrow screen as well.
    ``asked`` is a list to which every address is added that was asked for.
    """

    def visit(address, *, by="", status=200, narrow_too=False, keyboard=False, asked=None):
        page, heard, requests = windows(by)
        page.emulate_media(color_scheme="light", media="screen")
        page.set_viewport_size(WIDE)
        page.goto("about:blank")  # what the last page still had under way is not this one's
        heard.clear()
        requests.clear()
        told = {"status": [] if (said := page.goto(address).status) == status else [said]}
        told["light"] = violations(page)
        if keyboard:
            told["keyboard"] = unreachable(page)
        if not by:
            told["dark"] = in_the_dark(page)
        page.set_viewport_size(NARROW)
        told["320 px"] = sideways(page, NARROW["width"] + (10 if by else 0))
        if not by:
            told["320 px"] += page.evaluate(SMALL)
        if narrow_too:
            told["320 px"] += violations(page)
        page.set_viewport_size(WIDE)
        told["asked elsewhere"] = [
            url for url in requests if not url.startswith((server.url, "data:", "blob:"))
        ]
        told["console"] = list(heard)
        if asked is not None:
            asked.extend(requests)
        assert {what: faults for what, faults in told.items() if faults} == {}, address
        return page

    return visit
