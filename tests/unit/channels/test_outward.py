"""Nothing that staff, a feed or a service writes makes us call what only our own network can reach."""

import socket
import threading
from contextlib import closing

import pytest

from utbud.base import outward
from utbud.channels.channel import Refused, Unavailable
from utbud.channels.http import call
from utbud.podcast.actions import moving
from utbud.podcast.forms import FeedForm


class Listener:
    """Stands on loopback and counts who comes; answers what it is told to."""

    def __init__(self, answer=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"):
        self.came, self.answer = 0, answer
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                visitor, _address = self.socket.accept()
            except OSError:
                return
            self.came += 1
            with visitor:
                visitor.recv(4096)
                visitor.sendall(self.answer)


@pytest.fixture
def inside():
    with closing((listener := Listener()).socket):
        yield listener


@pytest.fixture
def _closed(settings):
    settings.INSIDE_HOSTS = []


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("1.1.1.1", True), ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("127.9.9.9", False),
        ("10.0.0.7", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("100.64.0.1", False), ("224.0.0.1", False), ("239.255.255.250", False), ("255.255.255.255", False), ("::1", False),
        ("::", False), ("fe80::1%eth0", False), ("fc00::1", False), ("fec0::1", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:1.1.1.1", True), ("64:ff9b::7f00:1", False), ("64:ff9b::101:101", True),
        ("2002:7f00:1::", False), ("2002:a00:7::1", False), ("::127.0.0.1", False), ("::ffff:0:127.0.0.1", False),
        ("64:ff9b:1::7f00:1", False), ("5f00::1", False), ("192.0.0.8", False),
    ],
)  # fmt: skip
def test_which_numbers_are_the_open_internet(number, public):
    assert outward.is_public(number) is public


HOSTILE = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://127.0.0.1:{port}\\@example.org/feed.xml",
    "http://example.org@127.0.0.1:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/", "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://0.0.0.0:{port}/", "http://[::]:{port}/",
    "http://localhost.:{port}/", "HTTP://LOCALHOST:{port}/", "http://127.0.0.1:{port}#@example.org/", " http://127.0.0.1:{port}/",
]  # fmt: skip


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_leads_inside_is_refused_however_it_is_written(address, inside):
    with pytest.raises((Refused, Unavailable)):  # unavailable: this machine's names do not know «localhost.»
        call("GET", address.format(port=inside.port), service="Värden")
    assert inside.came == 0


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize(
    "address",
    [
        "http://example.org:99999/feed.xml", "http://example.org:-1/", "http://example.org:x/", "http://[::1", "http://", "https:///rss",
        "http://a..b/", "http://" + "a" * 70 + ".example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://x", "data:,hej",
        "http://exa mple.org/", "http://\x00/", "rss", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_a_message(address, tmp_path):
    with pytest.raises((Refused, Unavailable)):
        call("GET", address, service="Värden")
    with pytest.raises((moving.CannotMove, Unavailable)):
        moving.fetch(address, tmp_path / "fetched", most=100)


@pytest.mark.parametrize("port", [99999, 65536])
def test_a_port_that_does_not_exist_is_told_beside_the_field(port):
    form = FeedForm({"feed": f"https://example.org:{port}/feed.xml"})
    assert form.errors == {
        "feed": ["Det här är ingen adress. Kopiera den från den förra värden: den börjar på https."]
    }


def test_a_redirect_does_not_lead_inside(settings, inside):
    to = f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{inside.port}/\r\nContent-Length: 0\r\n\r\n"
    with closing((outside := Listener(to.encode())).socket):
        settings.INSIDE_HOSTS = ["127.0.0.1"]  # stands for a host out there
        with pytest.raises(Refused, match="Värden: adressen leder till vårt eget nät"):
            call("GET", f"http://127.0.0.1:{outside.port}/", service="Värden")
    assert (outside.came, inside.came) == (1, 0)


@pytest.mark.usefixtures("_closed")
def test_a_name_that_resolves_anew_is_asked_once_and_connected_by_number(monkeypatch):
    """DNS rebinding: the second answer, were it asked for, would lead inside."""
    asked, connected = [], []

    def lookup(host, port, *_more, **_options):
        if host == "rebind.example.org":
            asked.append(host)
            number = "1.1.1.1" if len(asked) == 1 else "127.0.0.1"
        else:
            number = host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    class Socket(socket.socket):
        def connect(self, address):
            connected.append(address)
            raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "socket", Socket)
    with pytest.raises(Unavailable):
        call("GET", "http://rebind.example.org/feed.xml", service="Värden")
    assert (asked, connected) == (["rebind.example.org"], [("1.1.1.1", 80)])


@pytest.mark.usefixtures("_closed")
def test_of_a_name_with_numbers_outside_and_inside_only_those_outside_are_used(monkeypatch):
    found = [(2, 1, 6, "", (number, 80)) for number in ("10.0.0.1", "8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_all, **_options: found)
    assert outward.numbers("both.example.org", 80) == ["8.8.8.8"]


@pytest.mark.usefixtures("_closed")
def test_behind_a_proxy_numbers_are_checked_before_it_is_asked(monkeypatch, inside):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{inside.port}")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(Refused):
        call("GET", "http://169.254.169.254/latest/", service="Värden")
    assert inside.came == 0
    assert call("GET", "http://1.1.1.1/", service="Värden").text == "hi"  # the proxy's answer


def test_what_the_it_department_opens_is_reached(settings, inside):
    settings.INSIDE_HOSTS = ["127.0.0.1"]
    assert call("GET", f"http://127.0.0.1:{inside.port}/", service="Värden").text == "hi"
    with pytest.raises(Refused):
        call("GET", f"http://localhost:{inside.port}/", service="Värden")
    assert inside.came == 1


def test_requests_is_used_nowhere_else():
    """One adapter for all: who calls past it would reach inside."""
    from pathlib import Path

    package = Path(outward.__file__).parents[1]
    past = (
        "requests.get(",
        "requests.post(",
        "requests.request(",
        "requests.Session(",
        "urlopen(",
        "httpx",
        "http.client",
    )
    found = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if path.name not in ("outward.py", "counting.py") and any(word in path.read_text() for word in past)
    ]
    assert found == []
    assert isinstance(outward.session().get_adapter("https://example.org"), outward.Outward)
