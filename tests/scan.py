"""Walks about in the demo as one who wishes it ill. ``make scan`` calls it.

It starts the web with the demo in a data folder of its own, on loopback and a free port, and asks three things:
- *Doors.* Every address that the program has, as nobody and as each role: only those named in ROOMS come in, and a form that
  is sent without its token is turned away. Every answer carries the headers that it must.
- *Words.* Hostile values in every field of every public form, in every query word and in every place of an address, and
  some requests that are no requests. Nothing answers 500, repeats a script, or tells what is secret.
- *The log.* What was secret is not in it, and no error.

No worker runs, so nothing is sent to anybody. It stops by itself, after so many requests or so many seconds. What it
finds it says, and ends with 1.
"""

import http.client
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests import ready  # noqa: E402 - found from wherever this is started
from tests.waiting import PATIENCE, until  # noqa: E402

MOST, LONGEST = 12_000, 900.0  # requests, and seconds
PASSWORD = "digitalt-utbud-demo"
ROLES = ("redaktor", "utgivare", "disk", "admin")
STAFF, CHIEF = frozenset(ROLES), frozenset({"admin"})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# --- what must be true of an answer ---------------------------------------------------------------

MARK = "q7x"  # in every value that would do something if it were not escaped
HEADERS = ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
RAW = re.compile(
    rf"<(?:script|img|svg|b)\b[^<&]{{0,20}}{MARK}|[\"']\s?on\w+={MARK}|href=[\"']?javascript:{MARK}", re.I
)
TALK = (
    "Traceback (most recent",
    "django.core.exceptions",
    "OperationalError",
    "root:x:0:0",
    "pbkdf2_sha256$",
    "argon2$",
)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def is_page(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/html")


def faults(answer: Answer, hidden: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with an answer, whoever asked and whatever was said."""
    told = [f"svarar {answer.status}"] if answer.status >= 500 else []
    if answer.is_page and (found := RAW.search(answer.body)):
        told.append(f"upprepar {found[0][:60]!r} som det står")
    told += [f"berättar {what!r}" for what in TALK if what in answer.body]
    told += ["berättar en hemlighet" for what in hidden if what in answer.body]
    told += [f"saknar {name}" for name in HEADERS if name.lower() not in answer.headers]
    if (
        answer.is_page and answer.status != 400 and not 300 <= answer.status < 400
    ):  # 400: one line, of Django's own
        policy = answer.headers.get("content-security-policy", "")
        told += [] if policy else ["saknar Content-Security-Policy"]
        if "x-frame-options" not in answer.headers and "frame-ancestors" not in policy:
            told.append("säger inte vem som får rama in den")
    if "\n" in "".join(answer.headers.values()):
        told.append("låter sig läggas till i huvudet")
    return told


# --- who comes in where -----------------------------------------------------------------------------

# Not asked for: the way out; Wagtail's way to try what a 500 looks like; and a 500 of its own, for the root.
LEFT_OUT = ("/admin/logout/", "/admin/failwhale/", "/admin/pages/1/set_position/")
OPEN = frozenset({"", *ROLES})
# Our own rooms are in the table of tests/unit/house/test_doors.py, by name. For all else: the beginning of an address, and whom it
# may be shown to; the longest that fits decides.
ROOMS: dict[str, frozenset[str]] = {
    "/": OPEN,
    "/admin/": STAFF,
    "/admin/login/": OPEN,
    "/admin/password_reset/": OPEN,
    "/admin/jsi18n/": OPEN,  # words of Wagtail's own scripts
    "/admin/sprite/": OPEN,  # its icons
    "/admin/users/": CHIEF,
    "/admin/groups/": CHIEF,
    "/admin/locales/": CHIEF,
    "/admin/collections/": CHIEF,
    "/admin/redirects/": CHIEF,
    "/admin/settings/": CHIEF,
}


def may_come(address: str) -> frozenset[str]:
    """Who may be shown ``address``."""
    return ROOMS[max((room for room in ROOMS if address.startswith(room)), key=len)]


class Enough(Exception):
    """So many questions, or so long a time, that it stops."""


# --- asking -----------------------------------------------------------------------------------------


@dataclass
class Visitor:
    """Asks from an address of its own on the loopback net, with its own cookies; counts, and stops in time."""

    port: int
    name: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    asked: count = field(default_factory=count)
    until: float = 0.0
    source: int = 1

    def ask(
        self, address: str, data: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """GET, or POST where there is ``data``."""
        if next(self.asked) >= MOST or time.monotonic() > self.until:
            raise Enough
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, PATIENCE, source_address=(f"127.0.0.{self.source}", 0)
        )
        sent = {
            "Host": f"localhost:{self.port}",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        body = None if data is None else urlencode(data, errors="surrogateescape")
        try:
            method = "GET" if data is None else "POST"
            line.request(method, address, body, sent | (FORM if data is not None else {}) | (headers or {}))
            got = line.getresponse()
            text = got.read(2_000_000).decode("utf-8", "replace")
            said = {key.lower(): value for key, value in got.getheaders() if key.lower() != "set-cookie"}
            for value in got.headers.get_all("Set-Cookie", []):
                self.cookies |= {key: one.value for key, one in SimpleCookie(value).items()}
            return Answer(got.status, said, text)
        finally:
            line.close()

    def log_in(self) -> None:
        self.ask("/admin/login/")
        form = {"username": self.name, "password": PASSWORD, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        assert self.ask("/admin/login/", form).status == 302, f"{self.name} kommer inte in"


class Forms(HTMLParser):
    """The forms of a page, and the addresses that it leads to."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address, self.links = address, set[str]()
        self.forms: list[tuple[str, str, dict[str, str]]] = []  # method, address, fields
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attributes}
        if tag == "a" and (to := urlsplit(urljoin(self.address, has.get("href", "")))).scheme == "":
            self.links.add(to.path + (f"?{to.query}" if to.query else ""))
        if tag == "form":
            to = urljoin(self.address, has.get("action") or self.address)
            self.forms.append((has.get("method", "get").lower(), to, {}))
        if tag in ("input", "select", "textarea", "button") and has.get("name") and self.forms:
            self.forms[-1][2].setdefault(has["name"], has.get("value", ""))


HOSTILE = (
    f"<script>{MARK}</script>", f'"><img src=x onerror={MARK}>', f"'onfocus={MARK} autofocus='", f'" onfocus={MARK} x="', f"</textarea><svg onload={MARK}>",
    f"</title><script>{MARK}()</script>", f"javascript:{MARK}", f"<<b {MARK}>", f"{{{{{MARK}}}}}", f"{{% {MARK} %}}", f"${{{MARK}}}",
    "' OR 1=1 --", "'; DROP TABLE wagtailcore_page; --", '" OR ""="', "1) UNION SELECT password FROM people_user --", "%' AND '%'='",
    "../../../../../../etc/passwd", "..%2f..%2f..%2fetc/passwd", "....//....//etc/passwd", "/etc/passwd", "file:///etc/passwd",
    "\x00", "a\x00b", "\r\nX-Injected: 1", "a\nb\x0bc\x0c", "\x7f\x1b[31m", "\u202e\u200b\ufeff", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"),
    b"\xff\xfe\xc0\xaf".decode("utf-8", "surrogateescape"), "x" * 5_000, "å" * 3_000, "9" * 400, "-1", "0", "1e309", "NaN", "2147483648", "9223372036854775808",
    "99999999999999999999", "0001-01-01", "9999-99-99", "2026-02-30", "25:61", "=1+1", "+4670" + "0" * 60, "a@b" + ".c" * 200,
    "http://127.0.0.1:9/", "http://[::1", "//evil.example.org/", "\\\\evil.example.org\\x", "http://a:99999/", "[]", "{}", "null", "true", "()", "*", "%", "%zz", "\\",
)  # fmt: skip
QUERIES = (
    "q", "sida", "grupp", "bild", "tid", "plats", "amne", "vecka", "gor", "guide", "t", "alltid", "fran", "next", "format", "storlek",
)  # fmt: skip
NO_REQUESTS = (
    b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: evil.example.org\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost:6666\r\n\r\n",
    b"GET /%FF%FE/%C0%AF HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /samarbeta/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    b"POST /samarbeta/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=\xff\xfe; csrftoken="
    + b"x" * 3000
    + b"\r\n\r\n",
    b"GET /media/x HTTP/1.1\r\nHost: localhost\r\nRange: bytes=99999999999999999999-\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: " + b"a," * 3000 + b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)


# --- the addresses of the program -------------------------------------------------------------------


def addresses() -> dict[str, tuple[list[str], str]]:
    """Every address in the resolver; the places in it where a value can stand, and its name."""
    from django.urls import URLPattern, get_resolver
    from django.utils.regex_helper import normalize

    found: dict[str, tuple[list[str], str]] = {}

    def walk(patterns: list, before: str) -> None:
        for one in patterns:
            whole = before + one.pattern.regex.pattern.removeprefix("^")
            if isinstance(one, URLPattern):
                for form, names in normalize(whole.replace(r"\Z", "$"))[:1]:
                    found["/" + form] = names, str(one.name or "")
            else:
                walk(one.url_patterns, whole.removesuffix("$").removesuffix(r"\Z"))

    walk(get_resolver().url_patterns, "")
    return found


def fill(form: str, names: list[str], value: str) -> str:
    """An address with ``value`` in each of its places."""
    return form % dict.fromkeys(names, value) if names else form.replace("%%", "%")


# --- the walk ---------------------------------------------------------------------------------------


@dataclass
class Scan:
    """What was asked and found."""

    port: int
    hidden: tuple[str, ...]
    rooms: dict[str, frozenset[str]]  # by the name of the address
    began: float = field(default_factory=time.monotonic)
    asked: count = field(default_factory=count)
    found: dict[str, set[str]] = field(default_factory=dict)
    rest: int = 0

    def visitor(self, name: str = "", source: int = 1) -> Visitor:
        return Visitor(self.port, name, asked=self.asked, until=self.began + LONGEST, source=source)

    def say(self, where: str, faults: list[str]) -> None:
        """Keep each kind of fault once, with where it was seen."""
        for fault in faults:
            self.found.setdefault(fault, set()).add(where)

    def doors(self, forms: dict[str, tuple[list[str], str]]) -> None:
        """Every address as everybody."""
        for name in ("", *ROLES):
            visitor = self.visitor(name)
            if name:
                visitor.log_in()
            for form, (names, called) in forms.items():
                for value in (
                    ("1", "5") if form.startswith("/admin/pages/") else ("1",)
                ):  # 5 is a page, 1 the root
                    address = fill(form, names, value)
                    if address.startswith(LEFT_OUT):
                        continue
                    answer = visitor.ask(address)
                    self.say(f"GET {address} ({name or 'ingen'})", faults(answer, self.hidden))
                    if answer.status == 200 and name not in self.rooms.get(called, may_come(address)):
                        self.say(f"GET {address}", [f"släpper in {name or 'ingen'}"])
        self.unsigned(visitor, forms)

    def unsigned(self, chief: Visitor, forms: dict[str, tuple[list[str], str]]) -> None:
        """What the administrator's browser is made to send from another site is turned away."""
        for form, (names, _called) in forms.items():
            address = fill(form, names, "1")
            if address.startswith("/admin/") and not address.startswith(LEFT_OUT):
                answer = chief.ask(address, {"x": "1"}, {"Origin": "http://evil.example.org"})
                if answer.status not in (301, 302, 403, 404, 405, 412):
                    self.say(f"POST {address}", [f"tar emot utan formulärets kod ({answer.status})"])

    def pages(self) -> dict[str, Forms]:
        """The public pages that can be reached by links."""
        visitor, seen, ahead = self.visitor(), dict[str, Forms](), ["/"]
        kinds = dict[str, int]()
        while ahead and len(seen) < 120:
            address = ahead.pop(0)
            kind = re.sub(r"[^/?=&]+(?=/?$|&|$)", "x", address)
            is_file = (
                "." in address.partition("?")[0].rpartition("/")[2]
            )  # has no forms, and may take long to make
            if address in seen or is_file or address.startswith("/admin/") or kinds.get(kind, 0) >= 4:
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            answer = visitor.ask(address)
            if answer.status == 200 and answer.is_page:
                seen[address] = Forms(address, answer.body)
                ahead += sorted(seen[address].links - seen.keys())
        return seen

    def words(self, forms: dict[str, tuple[list[str], str]]) -> None:
        """Hostile values everywhere that a stranger can say something."""
        tries = [*self.in_paths(forms), *self.in_forms()]
        for number, (address, data) in enumerate(tries):
            visitor = self.visitor(
                source=2 + number // 4 % 250
            )  # a door that counts by address is not the one tried
            where = f"{'GET' if data is None else 'POST'} {address[:90]}"
            if data is not None:
                visitor.cookies["csrftoken"] = data["csrfmiddlewaretoken"] = "a" * 32
            try:
                self.say(where, faults(visitor.ask(address, data), self.hidden))
            except Enough:
                self.rest = len(tries) - number
                return
            except (http.client.HTTPException, OSError) as error:
                self.say(where, [f"svarar inte ({type(error).__name__})"])
        for raw in NO_REQUESTS:
            # It may hang up before all is said.
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line, suppress(OSError):
                line.sendall(raw)
                line.shutdown(socket.SHUT_WR)
                status = line.recv(12)
                if status[9:10] == b"5" and status[9:12] not in (b"501", b"505"):
                    self.say(repr(raw[:60]), [f"svarar {status[9:12].decode()}"])

    def in_paths(self, forms: dict[str, tuple[list[str], str]]) -> Iterator[tuple[str, None]]:
        for form, (names, _called) in forms.items():
            if names and not form.startswith("/admin/"):
                for value in HOSTILE:
                    yield fill(form, names, quote(value[:2000], safe="", errors="surrogateescape")), None

    def in_forms(self) -> Iterator[tuple[str, dict[str, str] | None]]:
        queries = set[tuple[str, str]]()
        posts = dict[tuple[str, frozenset[str]], dict[str, str]]()
        for address, page in self.pages().items():
            path, _mark, query = address.partition("?")
            queries |= {(path, name) for name, _value in parse_qsl(query)}
            for method, to, fields in page.forms:
                if method == "get":
                    queries |= {(to.partition("?")[0], name) for name in fields}
                else:
                    posts.setdefault((to, frozenset(fields)), fields)
        queries |= {("/", name) for name in QUERIES} | {("/sok/", name) for name in QUERIES}
        for path, name in sorted(queries):
            for value in HOSTILE:
                yield f"{path}?{urlencode({name: value[:2000]}, errors='surrogateescape')}", None
        time.sleep(2.1)  # the forms have been open as long as a person needs
        for (to, _names), fields in posts.items():
            for name in fields:
                for value in HOSTILE:
                    yield to, fields | {name: value}

    def log(self, text: str) -> None:
        """What is in the log that should not be."""
        self.say("loggen", ["en hemlighet står i loggen" for what in self.hidden if what in text][:1])
        for trace in re.findall(r"Traceback \(most recent call last\):\n(?:  .*\n)+(\S.*)", text):
            if "exceptions.Disallowed" not in trace:  # told of, and answered with 400
                self.say("loggen", [f"ett fel: {trace[:160]}"])

    def end(self) -> int:
        print(
            f"== {next(self.asked)} frågor på {time.monotonic() - self.began:.0f} s, {len(self.found)} slags fel"
        )
        if self.rest:
            print(f"   {self.rest} försök hanns inte med.")
        for fault, places in sorted(self.found.items()):
            print(f"   {fault}: {len(places)} ställen, till exempel {min(places)}")
        return int(bool(self.found))


@contextmanager
def demo(folder: Path) -> Iterator[int]:
    """The demo's web in ``folder``, and its port."""
    if ready.READY:
        shutil.copytree(f"{ready.READY}/demo", folder, dirs_exist_ok=True)
    else:
        ready.migrate(folder)
        ready.utbud("collectstatic", "--noinput", "--verbosity", "0", var=folder)
        ready.utbud("demo", var=folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ready.change("UPDATE wagtailcore_site SET port = %s", port, var=folder)
    environment = ready.clean_environment() | {"UTBUD_VAR": str(folder), "PORT": str(port)}
    with (folder / "log").open("w") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "utbud", "web"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    visitor = Visitor(port, until=time.monotonic() + LONGEST)

    def answers() -> bool:
        with suppress(OSError):
            return web.poll() is not None or visitor.ask("/halsa/").status == 200
        return False

    try:
        until(answers, "webben startade inte")
        yield port
    finally:
        web.terminate()
        web.wait()


def main() -> int:
    """The whole walk. The exit code."""
    with tempfile.TemporaryDirectory(prefix="utbud-scan-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with demo(folder) as port:
            os.environ["UTBUD_VAR"], os.environ["DJANGO_SETTINGS_MODULE"] = str(folder), "utbud.settings"
            import django

            django.setup()
            wrong = secrets.token_urlsafe(24)
            from tests.unit.house.test_doors import COMES_IN, TABLE

            rooms = {name: frozenset(COMES_IN[kind]) for name, kind in TABLE.items() if kind in COMES_IN}
            scan = Scan(port, ((folder / "secret-key").read_text().strip(), wrong), rooms)
            stranger = scan.visitor()
            stranger.ask("/admin/login/")
            said = {
                "username": "admin",
                "password": wrong,
                "csrfmiddlewaretoken": stranger.cookies["csrftoken"],
            }
            scan.say("POST /admin/login/", faults(stranger.ask("/admin/login/", said), scan.hidden))
            scan.say("GET /godkann/…/", faults(stranger.ask(f"/godkann/{wrong}/")))
            forms = addresses()
            print(
                f"== {len(forms)} adresser, {len(ROLES) + 1} slags besökare, {len(HOSTILE)} elaka värden",
                flush=True,
            )
            try:
                scan.doors(forms)
                scan.words(forms)
            except Enough:
                scan.say("klockan", ["hann inte till varje dörr"])
        scan.log((folder / "log").read_text(errors="replace"))
    return scan.end()


if __name__ == "__main__":
    sys.exit(main())
