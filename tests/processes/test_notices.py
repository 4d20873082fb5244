"""Notices while the worker is killed: nobody gets the same word twice, and what may not have gone is put before a person."""

import datetime as dt
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from tests.waiting import until
from utbud.channels import vault
from utbud.channels.channel import Channel
from utbud.channels.models import ChannelSetup
from utbud.inbox.contact import Contact, ContactKind
from utbud.notices import actions
from utbud.notices.models import Notice

PEOPLE = 24
NUMBER = "+467017406{:02}"  # from the series reserved for fiction: 070-174 06 05 and up
LEASE = dt.timedelta(seconds=0.5)


class Service(ThreadingHTTPServer):
    """Takes texts as 46elks does, slowly, and tells too late: it knows no key."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.texts, self.under_way, self.lock = Counter(), Counter(), threading.Lock()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        with self.server.lock:
            self.server.under_way[self] = 1
        time.sleep(0.03)
        with self.server.lock:
            self.server.texts[form["to"][0], form["message"][0]] += 1
        time.sleep(0.02)  # taken, but the sender has not been told
        try:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"id": "s1"}')
        except OSError:
            pass
        finally:
            with self.server.lock:
                del self.server.under_way[self]

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def service(house, monkeypatch):
    server = Service()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    monkeypatch.setattr("utbud.channels.adapters.sms.SERVICE", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(Channel, "lease", LEASE)
    config = {"username": vault.lock("u1"), "password": vault.lock("p1"), "sender": "+46701740699"}
    ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config=config)
    yield server
    server.shutdown()
    server.server_close()


def tell_all():
    for number in range(PEOPLE):
        actions.tell(
            about=f"registration:{number}", kind="receipt", version="1", name=f"Person {number}", subject="Plats",
            contact=Contact(ContactKind.PHONE, NUMBER.format(5 + number)), text=f"Du har plats {number}.", now=timezone.now(),
        )  # fmt: skip


def worker(house):
    return house.fork(lambda: actions.send_due(timezone.now()) and None)


def was_taken(service, notice):
    return service.texts[notice.address, notice.text]


def test_killed_while_sending(house, service, dice):
    tell_all()
    kills = 0
    unfinished = Notice.objects.filter(state__in=[Notice.WAITING, Notice.SENDING])
    while unfinished.exists():
        process = worker(house)
        if kills < 8:
            time.sleep(dice.uniform(0.02, 0.25))
            process.kill()
            kills += 1
        process.join()
        until(lambda: actions.settle(timezone.now()) or not unfinished.filter(state=Notice.SENDING).exists())
    until(lambda: not service.under_way)  # what was on its way lands

    assert [text for text, times in service.texts.items() if times > 1] == []  # nobody twice
    states = Counter()
    for notice in Notice.objects.all():
        states[notice.state] += 1
        assert notice.state in ("sent", "unsure")
        assert was_taken(service, notice) or notice.state == "unsure"  # what is said to be sent is sent
    assert kills >= 3
    assert states["unsure"] <= kills
    print(f"killed {kills} times; {states['sent']} sent; {states['unsure']} put before a person")


def test_three_workers_at_once(house, service):
    tell_all()
    for process in [worker(house) for _each in range(3)]:
        process.join()
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
    assert set(service.texts.values()) == {1}
    assert len(service.texts) == PEOPLE


def test_told_by_many_processes_at_once_is_one_notice(house, service):
    for process in [house.fork(tell_all) for _each in range(4)]:
        process.join()
        assert process.exitcode == 0
    assert Notice.objects.count() == PEOPLE


def test_stopped_while_workers_send(house, service):
    """What is stopped in the middle is either sent once or never; afterwards nothing more goes."""
    tell_all()
    process = worker(house)
    until(lambda: len(service.texts) > 3)
    for number in range(PEOPLE):
        actions.stop(about=f"registration:{number}", why="Kursen är inställd.", now=timezone.now())
    process.join()
    taken = dict(service.texts)
    actions.send_due(timezone.now())
    assert dict(service.texts) == taken
    states = Counter(Notice.objects.values_list("state", flat=True))
    assert set(states) == {"sent", "stopped"}
    for notice in Notice.objects.all():
        assert was_taken(service, notice) == (1 if notice.state == "sent" else 0)
