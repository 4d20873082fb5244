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
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
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


def fresh_database(url: str) -> str:
    """An empty PostgreSQL database of the session's own beside the one in ``url``."""
    import psycopg

    name = f"utbud_browser_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running site with the demo: ``url``, ``var`` and ``run(command…)``."""
    var, port = tmp_path_factory.mktemp("site"), free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("UTBUD_", "DJANGO_"))
    }
    environment |= {"UTBUD_VAR": str(var), "PORT": str(port)}
    if url := os.environ.get("DATABASE_URL"):
        environment["DATABASE_URL"] = fresh_database(url)

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "utbud", *command], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("migrate", "--verbosity", "0")
    run("collectstatic", "--noinput", "--verbosity", "0")
    run("demo")
    log = (var / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "utbud", "serve"], env=environment, stdout=log, stderr=log
    )
    address = f"http://localhost:{port}"
    try:
        for _attempt in range(150):
            try:
                urllib.request.urlopen(address + "/halsa/", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the site did not start:\n" + (var / "log").read_text())
        yield SimpleNamespace(url=address, var=var, run=run, process=process)
    finally:
        process.terminate()
        process.wait(15)
        log.close()


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
            "inline style" in line.text and hasattr(page, "axe_was_here")
        )
        if line.type == "error" and ours:  # axe sets styles of its own while it looks
            heard.append(line.text)

    page.on("console", told)
    yield
    assert heard == []
