"""Browser tests run against the real thing: `utbud serve` with the demo, in a data folder of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests import ready

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
SETTLED = """() => Promise.race([
  Promise.allSettled(document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity).map(one => one.finished)),
  new Promise(done => setTimeout(done, 2000)),
])"""  # all that moves and ends has ended, or two seconds have gone
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD = "digitalt-utbud-demo"
expect.set_options(timeout=15_000)


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running site with the demo: ``url``, ``var``, ``process``, and ``database`` where that is PostgreSQL."""
    var, port, url = tmp_path_factory.mktemp("site"), free_port(), os.environ.get("DATABASE_URL", "")
    if url:
        url = ready.new_database(url, f"utbud_browser_{os.getpid()}")
    if ready.READY and not url:
        shutil.copytree(f"{ready.READY}/demo", var, dirs_exist_ok=True)
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
        for _attempt in range(600):
            try:
                urllib.request.urlopen(address + "/halsa/", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the site did not start:\n" + (var / "log").read_text())
        yield SimpleNamespace(url=address, var=var, process=process, database=url)
    finally:
        process.terminate()
        process.wait(15)
        log.close()
        if url:
            ready.on_server(url, f"DROP DATABASE utbud_browser_{os.getpid()} WITH (FORCE)")


@pytest.fixture
def login(page):
    """Log in to the staff side as one of the demo's people."""

    def login(name):
        page.context.clear_cookies()
        page.goto("/admin/login/")
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(PASSWORD)
        page.get_by_role("button", name="Logga in").click()
        expect(page.locator("body")).to_contain_text("Idag")

    return login


@pytest.fixture
def accessible(page):
    """The page as it stands has no violation that axe can find (WCAG 2.2 A and AA, best practice)."""

    def accessible(*, but=()):
        # What lies half under the staff side's fixed header would be called too small to touch.
        page.evaluate("document.querySelector('main')?.scrollTo(0, 0)")
        # A message that is still fading in has not its colours yet.
        page.evaluate(SETTLED)
        found = Axe().run(
            page,
            options={
                "runOnly": {"type": "tag", "values": RULES},
                "rules": {rule: {"enabled": False} for rule in but},
            },
        )
        told = [
            f"{violation['id']}: {violation['help']}\n    "
            + "\n    ".join(node["html"][:160] for node in violation["nodes"][:4])
            for violation in found.response["violations"]
        ]
        page.axe_was_here = True
        assert told == [], page.url + "\n" + "\n".join(told)

    return accessible


@pytest.fixture(autouse=True)
def no_errors_in_the_console(page):
    """A page that complains in the console is a page with a fault."""
    heard = []
    page.on("pageerror", lambda error: heard.append(str(error)))

    def told(line):
        ours = "status of 4" not in line.text and not (
            ("inline style" in line.text and hasattr(page, "axe_was_here"))
            or ("net::ERR_FAILED" in line.text and hasattr(page, "line_was_broken"))  # by the test
        )
        if line.type == "error" and ours:  # axe sets styles of its own while it looks
            heard.append(line.text)

    page.on("console", told)
    yield
    assert heard == []
