"""The web in trouble: clients that are slow, a database that is locked, one that is gone. Readers read on."""

import contextlib
import datetime as dt
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.core import signing
from django.db import connection, connections, transaction
from django.utils import timezone

from tests.processes.conftest import free_port
from tests.waiting import until
from utbud import cli, gateway
from utbud.inbox import guards
from utbud.inbox.models import Message

SOON = 2.0  # seconds: a reader of a calm site waits some hundredths
CSRF = "a" * 32
READ = ("/", "/ord/", "/hjalp/", "/kurser/", "/floden/ord.xml")


@pytest.fixture
def web(house, monkeypatch):
    """The web with one worker, which gives up sooner than it would; pages have been read once."""
    for name, value in {"IDLE": 1.0, "WRITER_WAITS": 1.0, "READER_WAITS": 0.5}.items():
        monkeypatch.setattr(gateway, name, value)
    process = house.web()
    for address in READ:
        assert requests.get(house.address + address, timeout=60).status_code == 200
    return process


def readers_read_on(house):
    for address in READ:
        began = time.monotonic()
        assert requests.get(house.address + address, timeout=60).status_code == 200
        assert time.monotonic() - began < SOON, address


@contextlib.contextmanager
def slow(house, head, count=10):
    """Clients that begin and do not go on."""
    clients = [
        socket.create_connection(("127.0.0.1", int(house.address.rpartition(":")[2]))) for _ in range(count)
    ]
    try:
        for client in clients:
            client.settimeout(30)
            client.sendall(head.encode())
        yield clients
    finally:
        for client in clients:
            client.close()


@pytest.mark.parametrize(
    "head",
    [
        "POST /samarbeta/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nname=",
        "POST /samarbeta/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nname=\r\n",
        "GET / HTTP/1.1\r\nHost: loc",
    ],
    ids=["a body", "a body in chunks", "a head"],
)
def test_slow_senders_stop_nobody(house, web, head):
    with slow(house, head) as clients:
        readers_read_on(house)
        if head.startswith("POST"):
            assert clients[0].recv(100).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    ("address", "status"), [("/samarbeta/", 413), ("/finns-inte/", 413), ("/admin/", 403)]
)
def test_only_staff_send_what_is_large(house, web, address, status):
    large = b"x" * (gateway.LARGEST_FORM + 1)
    answer = requests.post(house.address + address, large, timeout=60, allow_redirects=False)
    assert answer.status_code == status


def test_slow_takers_stop_nobody(house, web):
    (house.var / "media").mkdir(exist_ok=True)
    (house.var / "media" / "stor.bin").write_bytes(b"0" * 40_000_000)
    with slow(house, "GET /media/stor.bin HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        readers_read_on(house)
    answer = requests.get(f"{house.address}/media/stor.bin", timeout=60)
    assert len(answer.content) == 40_000_000


# --- locks ------------------------------------------------------------------------------------


def message():
    stamp = {"at": (timezone.now() - dt.timedelta(minutes=1)).timestamp(), "key": "nyckel"}
    return {
        "kind": "question",
        "text": "När är det drop-in?",
        "name": "Åsa",
        "contact": "070-174 06 05",
        "stamp": signing.dumps(stamp, salt=guards.SALT),
        "csrfmiddlewaretoken": CSRF,
    }


def send(house, data):
    return requests.post(
        f"{house.address}/samarbeta/", data, cookies={"csrftoken": CSRF}, timeout=60, allow_redirects=False
    )


@contextlib.contextmanager
def locked():
    """Somebody else writes, and does not end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("LOCK TABLE inbox_message, inbox_attempt IN EXCLUSIVE MODE")
            else:
                cursor.execute("UPDATE inbox_message SET name = name")
        yield
    connection.close()


def test_a_held_lock_stops_no_reader_and_a_writer_is_told_kindly(house, web):
    data = message()
    with locked(), ThreadPoolExecutor(3) as writers:
        began = time.monotonic()
        sent = [writers.submit(send, house, data) for _each in range(3)]
        time.sleep(0.2)
        readers_read_on(house)
        answers = [each.result() for each in sent]
        assert time.monotonic() - began < 3 * gateway.WRITER_WAITS + 10
    assert {answer.status_code for answer in answers} == {503}
    page = answers[0].text
    assert "<h1>Försök igen om en stund</h1>" in page
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert again == data
    assert send(house, again).status_code == 302  # the same words, once the lock is gone
    assert Message.objects.count() == 1
    connection.close()


# --- the database is gone ---------------------------------------------------------------------


@contextlib.contextmanager
def gone(house):
    """The database does not answer: nobody listens at its port, or the file is not a database."""
    kept = connections.settings["default"], connections["default"]
    connection.close()
    changed = kept[0] | (
        {"PORT": str(free_port()), "HOST": "127.0.0.1"}
        if connection.vendor == "postgresql"
        else {"NAME": house.var / "broken.sqlite3"}
    )
    (house.var / "broken.sqlite3").write_bytes(b"this is no database" * 1000)
    connections.settings["default"] = changed
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = kept


def test_after_a_restart_without_its_database_the_web_answers_what_it_last_answered(house, web):
    style = re.search(r'href="(/utseende/[^"]+)"', requests.get(house.address, timeout=60).text)[1]
    read = {address: requests.get(house.address + address, timeout=60).text for address in (*READ, style)}
    web.terminate()
    web.join()
    with gone(house):
        web = house.fork(cli.web)
        until(lambda: answers_something(house))
        health = requests.get(f"{house.address}/halsa/", timeout=60)
        assert (health.status_code, health.json()["says"]) == (503, "databasen svarar inte")
        for address, before in read.items():
            answer = requests.get(house.address + address, timeout=60)
            assert answer.status_code == 200, address
            assert re.sub(r'<p class="sand copy-notice".*?</p>', "", answer.text) == before
        data = message()
        answer = send(house, data)
        assert answer.status_code == 503
        assert data["text"] in answer.text
        assert (
            requests.get(f"{house.address}/admin/", cookies={"sessionid": CSRF}, timeout=60).status_code
            == 503
        )
        web.terminate()
        web.join()


def answers_something(house):
    with contextlib.suppress(OSError):
        return requests.get(f"{house.address}/halsa/", timeout=5).status_code == 503
    return False
