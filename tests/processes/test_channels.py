"""The outbox while its worker is killed: said once where the service knows our key, never twice where it does not."""

import datetime as dt
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from tests.waiting import until
from utbud.channels import actions
from utbud.channels.channel import ALWAYS, Channel, Receipt, adapters
from utbud.channels.http import call
from utbud.channels.models import ChannelSetup, Delivery
from utbud.channels.post import Post

WORDS = 12


class Service(ThreadingHTTPServer):
    """Takes what it is sent, slowly; knows a key that it has seen, as the services with such keys do."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls, self.posts, self.lock = Counter(), set(), threading.Lock()
        self.under_way = Counter()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        key = self.headers["Idempotency-Key"]
        with self.server.lock:
            self.server.under_way[self] = 1
        time.sleep(0.03)
        with self.server.lock:
            self.server.calls[self.path, key] += 1
            self.server.posts.add((self.path, key))
        time.sleep(0.03)  # taken, but the sender has not been told
        try:
            self.send_response(200)
            self.end_headers()
        except OSError:
            pass
        finally:
            with self.server.lock:
                del self.server.under_way[self]

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def service():
    server = Service()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def kinds(service, monkeypatch):
    """Two kinds of channels that talk to the service: one whose key it knows, one without."""

    class Keyed(Channel):
        slug, label, repeat_within, lease = "keyed", "Med nyckel", ALWAYS, dt.timedelta(seconds=0.5)

        def send(self, post, text, *, key, to=""):
            call(
                "POST",
                f"http://127.0.0.1:{service.server_port}/{self.slug}",
                service="Fejken",
                headers={"Idempotency-Key": key},
            )
            return Receipt(key)

    class Unkeyed(Keyed):
        slug, repeat_within = "unkeyed", dt.timedelta(0)

    for kind in (Keyed, Unkeyed):
        monkeypatch.setitem(adapters(), kind.slug, kind)
        ChannelSetup.objects.create(kind=kind.slug, name=kind.slug, on=True)


def announce(number):
    post = Post(
        item=f"page:{number}", version="a" * 64, kind="Veckans digitala ord", title=f"Ord {number}", lead="Ett ord.",
        text="", url=f"https://b.example.org/ord/{number}/", sender="Biblioteket", phone="08-465 004 00",
    )  # fmt: skip
    actions.announce(post=post, planned=actions.plan(post=post, texts={}), now=timezone.now())


def test_killed_while_delivering(house, service, kinds, dice):
    for number in range(WORDS):
        announce(number)
    kills = 0
    unfinished = Delivery.objects.filter(state__in=[Delivery.WAITING, Delivery.SENDING])
    while unfinished.exists():
        process = house.fork(lambda: actions.deliver_due(timezone.now()) and None)
        if kills < 8:
            time.sleep(dice.uniform(0.02, 0.25))
            process.kill()
            kills += 1
        process.join()
        until(
            lambda: actions.settle(timezone.now()) or not unfinished.filter(state=Delivery.SENDING).exists()
        )
    until(lambda: not service.under_way)  # what was on its way lands

    sent = dict(Delivery.objects.values_list("key", "state"))
    keyed = {key for (path, key) in service.posts if path == "/keyed"}
    assert len(keyed) == WORDS  # every word is there, once each, however often it was tried
    assert set(Delivery.objects.filter(dispatch__channel__kind="keyed").values_list("state", flat=True)) == {
        "sent"
    }
    twice = [key for (path, key), times in service.calls.items() if path == "/unkeyed" and times > 1]
    assert twice == []  # never twice by itself
    for delivery in Delivery.objects.filter(dispatch__channel__kind="unkeyed"):
        came = ("/unkeyed", str(delivery.key)) in service.posts
        assert delivery.state in ("sent", "unsure")
        assert came or delivery.state == "unsure"  # what is said to be out is out
    assert kills >= 3
    print(
        f"killed {kills} times; {len(sent)} deliveries; {Delivery.objects.filter(state='unsure').count()} put before a person"
    )


def test_two_workers_at_once(house, service, kinds):
    for number in range(WORDS):
        announce(number)
    workers = [house.fork(lambda: actions.deliver_due(timezone.now()) and None) for _each in range(3)]
    for worker in workers:
        worker.join()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert set(service.calls.values()) == {1}
