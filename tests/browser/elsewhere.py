"""Firefox and WebKit as they come with Debian, driven as a person drives them. Chromium has Playwright, these have not:
Debian has no geckodriver, and Playwright's Firefox and WebKit are builds of its own that no phone has.

Both understand the commands of W3C WebDriver: WebKit's driver over HTTP, Firefox itself over a socket (Marionette, which is
what geckodriver passes on to). ``COMMANDS`` is the whole of the difference between them.

A ``Window`` finds things by the words that one reads, does what hands do, and waits until what should be seen is seen. What
is to be true is asked with a script in the page (``Window.ask``).
"""

import base64
import contextlib
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from tests import waiting

Found = TypeVar("Found")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the standard gives a reference to an element
# What we ask, as WebKit's driver (method, path) and as Firefox (name) call it.
COMMANDS = {
    "begin": ("POST", "/session", "WebDriver:NewSession"),
    "end": ("DELETE", "", "Marionette:Quit"),
    "go": ("POST", "/url", "WebDriver:Navigate"),
    "address": ("GET", "/url", "WebDriver:GetCurrentURL"),
    "back": ("POST", "/back", "WebDriver:Back"),
    "ask": ("POST", "/execute/async", "WebDriver:ExecuteAsyncScript"),
    "click": ("POST", "/element/{id}/click", "WebDriver:ElementClick"),
    "type": ("POST", "/element/{id}/value", "WebDriver:ElementSendKeys"),
    "act": ("POST", "/actions", "WebDriver:PerformActions"),
    "cookie": ("POST", "/cookie", "WebDriver:AddCookie"),
    "no cookies": ("DELETE", "/cookie", "WebDriver:DeleteAllCookies"),
    "picture": ("GET", "/screenshot", "WebDriver:TakeScreenshot"),
}
KEYS = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Shift": "\ue008", "Control": "\ue009", "Alt": "\ue00a",
    "End": "\ue010", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
    "ArrowDown": "\ue015", "Backspace": "\ue003",
}  # fmt: skip
# WebKitGTK's own small browser, which its driver drives: it is not on the path.
MINI = next((str(path) for path in Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")), "")
# Things that one sees, by the words that stand on them or beside them: those that begin with the words, the shortest first.
FIND = """
const [selector, words] = arguments;
const plain = (text) => (text || "").replace(/\\u00ad/g, "").replace(/\\s+/g, " ").trim();
const named = (one) => {
  const by = (one.getAttribute("aria-labelledby") || "").split(" ").map((id) => id && document.getElementById(id)).filter(Boolean);
  if (by.length) return by.map((it) => it.textContent).join(" ");
  return one.getAttribute("aria-label") || (one.labels && one.labels.length && one.labels[0].textContent)
    || (one.matches("input") ? one.value : one.textContent);
};
return [...document.querySelectorAll(selector)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled)
  .map((one) => [plain(named(one)), one])
  .filter(([name]) => name.toLowerCase().startsWith(words.toLowerCase()))
  .sort(([one], [other]) => one.length - other.length).map(([, one]) => one)[0] || null;
"""
# Bring a thing into view; whether it lies still there and nothing lies over it: a click goes to a place, not to a thing.
STILL = """
const [one] = arguments;
const seen = one.labels?.length && !one.checkVisibility({ opacityProperty: true }) ? one.labels[0] : one;
seen.scrollIntoView({ block: "center", behavior: "instant" });
const place = () => { const { x, y, width, height } = seen.getClientRects()[0]; return [x + width / 2, y + height / 2]; };
const before = String(place());
return new Promise((done) => setTimeout(done, 50)).then(() => {
  const over = document.elementFromPoint(...place());
  return String(place()) === before && seen.contains(over) ? seen : null;
});
"""
LINKS, BUTTONS = "a[href]", "button, input[type=submit], summary, [role=button], [role=tab]"
FIELDS = "input:not([type=hidden], [type=submit]), textarea, select, [contenteditable=true]"
REST = 0.1  # seconds between two looks: a page that is asked all the time has no time to come
# A page that is on its way to another answers so, and is asked again.
MOVING = (
    "stale element reference", "element not interactable", "element click intercepted", "javascript error",
    "no such element", "unknown error", "script timeout",
)  # fmt: skip


class Refused(Exception):
    """The browser could not do what it was told: ``error`` is the standard's name of why."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error


class Firefox:
    """A Firefox of its own, without a window, with a fake camera and microphone."""

    NAME, PACKAGES = "Firefox", "firefox-esr"
    NEEDS: tuple[str, ...] = ("bin/firefox-esr",)
    OPTIONS: dict[str, Any] = {}
    PREFERENCES = {
        "media.navigator.streams.fake": True,
        "media.navigator.permission.disabled": True,  # it answers yes when a page asks
        "media.autoplay.default": 0,
        "intl.accept_languages": "sv-SE, sv",
        "marionette.port": 0,  # any that is free
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "browser.safebrowsing.malware.enabled": False,
        "browser.safebrowsing.phishing.enabled": False,
        "app.normandy.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "services.settings.server": "data:,",
    }

    def __init__(self, folder: Path) -> None:
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self.PREFERENCES.items()
        )
        (folder / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            ["firefox-esr", "--marionette", "--headless", "--no-remote", "--profile", folder],
            env=os.environ
            | {"HOME": str(folder), "MOZ_HEADLESS_WIDTH": "1280", "MOZ_HEADLESS_HEIGHT": "900"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = folder / "MarionetteActivePort"
        until(
            lambda: (port.exists() and port.read_text()) or self.process.poll() is not None,
            "Firefox did not start",
        )
        self.line = socket.create_connection(("127.0.0.1", int(port.read_text())))
        self.reader = self.line.makefile("rb")
        self.number = 0
        self._read()  # it says who it is

    def _read(self) -> Any:
        length = b""
        while (one := self.reader.read(1)) != b":":
            assert one, "Firefox hung up"
            length += one
        return json.loads(self.reader.read(int(length)))

    def send(self, command: str, values: dict[str, Any]) -> Any:
        self.number += 1
        said = json.dumps([0, self.number, COMMANDS[command][2], values]).encode()
        self.line.sendall(b"%d:%s" % (len(said), said))
        _kind, _number, error, result = self._read()
        if error:
            raise Refused(error["error"], error["message"])
        return result.get("value", result) if isinstance(result, dict) else result

    def close(self) -> None:
        self.line.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class WebKit:
    """A WebKitGTK of its own on a screen that nobody sees, with a fake camera and microphone where it has such."""

    NAME, PACKAGES = "WebKit", "webkit2gtk-driver xvfb gstreamer1.0-libav gstreamer1.0-plugins-bad"
    NEEDS: tuple[str, ...] = (
        "bin/WebKitWebDriver", "bin/Xvfb",
        "lib/*/gstreamer-1.0/libgstlibav.so", "lib/*/gstreamer-1.0/libgsttranscode.so",  # it plays and records with these
    )  # fmt: skip
    ARGUMENTS = (
        "--automation", "--enable-media-stream=true", "--enable-mock-capture-devices=true", "--features=MediaRecorder",
    )  # fmt: skip
    OPTIONS: dict[str, Any] = {"webkitgtk:browserOptions": {"binary": MINI, "args": ARGUMENTS}}

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        self.screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as display:
            number = display.readline().strip()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={self.port}"],
            env=os.environ | {"DISPLAY": f":{number}", "HOME": str(folder), "LANG": "sv_SE.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, "WebKit's driver did not start")
        self.session = ""

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def send(self, command: str, values: dict[str, Any]) -> Any:
        method, path, _name = COMMANDS[command]
        where = (f"/session/{self.session}" if self.session else "") + path.format_map(values)
        line = http.client.HTTPConnection("127.0.0.1", self.port)
        line.request(method, where, json.dumps(values) if method == "POST" else None)
        result = json.loads(line.getresponse().read())["value"]
        line.close()
        if isinstance(result, dict) and "error" in result:
            raise Refused(result["error"], result.get("message", ""))
        if command == "begin":
            self.session = result["sessionId"]
        return result

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.screen.terminate()
        self.screen.wait()


class Window:
    """What a person has before her in a browser: the site at ``url``."""

    def __init__(self, browser: Firefox | WebKit, url: str) -> None:
        self.browser, self.url = browser, url
        self.name = browser.NAME

    # --- to get somewhere ----------------------------------------------------------------------------

    def open(self, path: str) -> None:
        self.browser.send("go", {"url": path if path.startswith("http") else self.url + path})

    def back(self) -> None:
        self.browser.send("back", {})

    @property
    def path(self) -> str:
        return str(self.browser.send("address", {})).removeprefix(self.url)

    def become(self, cookies: list[dict[str, Any]] = []) -> None:  # noqa: B006 - never changed
        """Have these cookies and no others."""
        self.open("/robots.txt")  # cookies are those of the page one is on
        self.browser.send("no cookies", {})
        for one in cookies:
            cookie = {name: one[name] for name in ("name", "value", "path", "httpOnly", "secure")}
            self.browser.send("cookie", {"cookie": cookie})

    # --- what is there -------------------------------------------------------------------------------

    def ask(self, script: str, *values: Any) -> Any:
        """What a script says in the page: what it returns, or what comes of a promise."""
        whole = f"""const given = [...arguments], done = given.pop();
            new Promise((good) => good((function () {{ {script} }}).apply(null, given))).then((said) => done([said, ""]), (error) => done([null, "" + error]));"""
        said, error = self.browser.send("ask", {"script": whole, "args": list(values)})
        if error:
            raise Refused("javascript error", error)
        return said

    def becomes(self, expression: str, *values: Any) -> Any:
        """Wait until a script's expression is true in the page; what it was."""
        return until(
            lambda: self._try(lambda: self.ask(f"return {expression}", *values)), f"{self.name}: {expression}"
        )

    def _try(self, act: Any) -> Any:
        """What an act gives, or None if the page was on its way."""
        try:
            return act()
        except Refused as refused:
            if refused.error not in MOVING:
                raise
            return None

    def see(self, text: str, within: str = "main") -> None:
        """Wait until a text is to be read."""
        read = "[...document.querySelectorAll(arguments[0])].map(one => one.innerText.replace(/[\\u00a0\\u202f]/g, ' ')).join(' ')"
        try:
            self.becomes(f"{read}.includes(arguments[1])", within, text)
        except AssertionError:
            raise AssertionError(
                f"«{text}» is not in {self.ask('return ' + read, within)!r} at {self.path}"
            ) from None

    def find(self, selector: str, words: str) -> dict[str, str]:
        """Wait until a thing is there, by its words."""
        return dict(
            until(
                lambda: self._try(lambda: self.ask(FIND, selector, words)),
                f"{self.name}: no «{words}» at {self.path}",
            )
        )

    # --- what hands do -------------------------------------------------------------------------------

    def _click(self, found: Any) -> None:
        def click() -> bool:
            if still := self.ask(STILL, found()):
                self.browser.send("click", {"id": still[ELEMENT]})
            return bool(still)

        until(lambda: self._try(click), "it cannot be clicked")

    def follow(self, words: str) -> None:
        """Press a link."""
        self._click(lambda: self.find(LINKS, words))

    def press(self, words: str) -> None:
        """Press a button, or what is folded."""
        self._click(lambda: self.find(BUTTONS, words))

    def choose(self, words: str) -> None:
        """Press one choice of several, or a box to tick."""
        self._click(lambda: self.find("input[type=radio], input[type=checkbox]", words))

    def click(self, selector: str) -> None:
        """Press what a selector finds."""
        self._click(lambda: self.becomes("document.querySelector(arguments[0])", selector))

    def write(self, label: str, text: str) -> None:
        """Write in a field instead of what stands there."""
        field = self.find(FIELDS, label)
        self.ask("const one = arguments[0]; one.focus(); if (one.select) one.select();", field)
        self.browser.send("type", {"id": field[ELEMENT], "text": text, "value": list(text)})

    def pick(self, label: str, value: str) -> None:
        """Choose in what folds out and is the system's own: a list by its words, a day or a time as the standard writes it."""
        self.ask(
            """const [field, value] = arguments;
            field.value = field.options ? [...field.options].find((one) => one.text.trim().startsWith(value)).value : value;
            for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));""",
            self.find("select, input", label),
            value,
        )

    def focus(self, selector: str) -> None:
        """Go with the keyboard to the last thing that a selector finds."""
        self.becomes(
            "(([one]) => (one.focus(), document.activeElement === one))([...document.querySelectorAll(arguments[0])].slice(-1))",
            selector,
        )

    def keys(self, *presses: str) -> None:
        """Press keys where the focus is: ``keys("Alt+d", "Enter")``. Others are typed letter by letter."""
        for press in presses:
            parts = [KEYS.get(one, one) for one in press.split("+")] if len(press) > 1 else [press]
            down = [{"type": "keyDown", "value": one} for one in parts]
            up = [{"type": "keyUp", "value": one} for one in reversed(parts)]
            self.browser.send("act", {"actions": [{"type": "key", "id": "keys", "actions": down + up}]})

    def picture(self, to: Path) -> None:
        """What is seen, as a file: for who mends a test."""
        to.write_bytes(base64.b64decode(self.browser.send("picture", {})))


@contextlib.contextmanager
def started(kind: type[Firefox] | type[WebKit]) -> Iterator[Firefox | WebKit]:
    """A browser of a kind, as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="utbud-browser-", ignore_cleanup_errors=True) as folder:
        browser = kind(Path(folder))
        try:
            browser.send("begin", {"capabilities": {"alwaysMatch": kind.OPTIONS}})
            yield browser
            with contextlib.suppress(AssertionError, OSError, Refused):
                browser.send("end", {})
        finally:
            browser.close()


def until(condition: Callable[[], Found], what: str = "") -> Found:
    """Look again and again, with rests, until ``condition`` gives something; what it gave."""
    return waiting.until(condition, what, rest=lambda _seconds: time.sleep(REST))


def is_here(kind: type[Firefox] | type[WebKit]) -> bool:
    """Whether this machine has the browser with all that it needs, as Debian's ``PACKAGES`` lay it."""
    return all(any(Path("/usr").glob(file)) for file in kind.NEEDS)
