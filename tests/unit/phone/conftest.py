"""A library with hours, words to listen to, and a phone service that does what 46elks' documents say."""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.unit.people.conftest import _no_collected_files
from utbud.base.dates import STOCKHOLM
from utbud.channels import sources
from utbud.channels.post import Media, Post
from utbud.phone import queries, sayings
from utbud.phone.models import PhonePrompt
from utbud.phone.sayings import Saying
from utbud.places.models import LibrarySettings, Opening, OpeningHours, Place

__all__ = ["_no_collected_files"]

PHONE, CALLER = "08-465 004 00", "+46701740605"


def at(text: str) -> dt.datetime:
    """«2026-11-23 10:30» on Stockholm's wall."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.fixture
def library(db) -> Place:
    """Monday to Friday 10–18 with staff, until 20 without; drop-in Monday 13–15."""
    place = Place.objects.create(name="Huvudbiblioteket", slug="huvudbiblioteket", kind=Place.Kind.MAIN)
    rows = [(day, Opening.OPEN, 10, 18) for day in range(5)] + [
        (day, Opening.UNSTAFFED, 18, 20) for day in range(5)
    ]
    for weekday, kind, opens, closes in [*rows, (0, Opening.DROP_IN, 13, 15)]:
        OpeningHours.objects.create(
            place=place, weekday=weekday, kind=kind, opens=dt.time(opens), closes=dt.time(closes)
        )
    chosen = LibrarySettings.load()
    chosen.library_name, chosen.phone, chosen.main_place = "Provbiblioteket", PHONE, place
    chosen.save()
    return place


def no_phone() -> None:
    """Take the library's number away, as staff do."""
    chosen = LibrarySettings.load()
    chosen.phone = ""
    chosen.save()


@pytest.fixture
def clock(monkeypatch):
    """Set the time: ``clock("2026-11-23 10:30")``. Monday 10:30 from the start."""

    def clock(text: str) -> dt.datetime:
        moment = at(text)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        return moment

    clock("2026-11-23 10:30")
    return clock


def word(name: str) -> Post:
    """A word with its two readings."""
    base = f"{django_settings.BASE_URL}/ord/{name}/"
    media = tuple(
        Media(name=file, url=base + file, content_type="audio/mpeg", stored=f"renditions/{name}-{file}")
        for file in ("lyssna.mp3", "lyssna-langsamt.mp3")
    )
    return Post(
        item=f"page:{name}", version=f"v-{name}", kind="Veckans digitala ord", title=name.title(),
        lead=f"{name.title()} är ett ord.", text="Mer om ordet.", url=base, sender="Provbiblioteket", phone=PHONE, media=media,
    )  # fmt: skip


class Words:
    """What is published: set ``current`` and ``older`` at will."""

    def __init__(self) -> None:
        self.current: Post | None = word("wifi")
        self.older = [word("bankid"), word("moln")]

    def published(self) -> list[Post]:
        return [*([self.current] if self.current else []), *self.older]


@pytest.fixture
def words(monkeypatch) -> Words:
    """This week's word is wifi; bankid and moln have been."""
    words = Words()
    monkeypatch.setattr(sources, "_sources", {})
    sources.register(
        sources.Source(
            slug="ord",
            label="Veckans digitala ord",
            recent=lambda now, limit, topic: [(now, post) for post in words.published()][:limit],
            current=lambda now: words.current,
            topics=list,
        )
    )
    return words


@pytest.fixture
def read_in(monkeypatch) -> list[Saying]:
    """Instead of sound a prompt's file holds its words: quick, and one can read what is heard. Gives what was read in."""
    made: list[Saying] = []

    def read_aloud(saying: Saying, voice: object) -> tuple[bytes, float]:
        made.append(saying)
        return (b"ID3" + saying.text.encode() + (b" ~" if saying.slow else b"")), 1.0

    monkeypatch.setattr(sayings, "read_aloud", read_aloud)
    return made


def body(answer) -> bytes:
    """A file that is answered with, whole. The test client closes it at the end; to close it twice would close the database too."""
    return b"".join(answer.streaming_content)


class FakeElks:
    """46elks as its documents say: does what an answer says, fetches each sound, asks each address, and asks again.

    Held to all the time: an answer is 200-204 and JSON of a known action; sending a webhook again gives
    the same answer; a sound is MP3 by GET and HEAD, of the length it says, and the same for good.
    """

    KNOWN = ("play", "ivr", "connect", "hangup")
    ALLOWED = {"next", "skippable", "digits", "timeout", "repeat"}
    SENT = 2  # times; five more at the most, which one test tries

    def __init__(
        self,
        client: Client,
        *,
        caller: str = CALLER,
        called: str = "+46846500450",
        callid: str = "c0ffee",
        again: int = SENT,
    ) -> None:
        self.again = again
        self.client, self.sent = (
            client,
            {"callid": callid, "direction": "incoming", "from": caller, "to": called},
        )
        self.heard: list[str] = []
        self.connected: list[str] = []
        self.files: dict[str, bytes] = {}  # kept by address, for good
        self.asked: list[str] = []
        self.over = False

    def ring(
        self,
        keys: Iterable[str] = (),
        *,
        answers: str = "success",
        between: Callable[[int], None] | None = None,
    ) -> "FakeElks":
        """Ring, press ``keys`` one at each menu, then say nothing. ``between`` is told how many keys were pressed."""
        self.keys, self.answers, self.between, self.pressed = list(keys), answers, between, 0
        action = self.ask(queries.start_address(queries.SERVICES[0]))
        while action is not None:
            action = self.do(action)
        return self

    def ask(self, address: str, **more: str) -> dict:
        assert address.startswith(django_settings.BASE_URL + "/api/telefon/")
        self.asked.append(urlsplit(address).path)
        answers = [self.client.post(urlsplit(address).path, self.sent | more) for _time in range(self.again)]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert "no-store" in answers[0].headers["Cache-Control"]
        return json.loads(answers[0].content)

    def do(self, action: dict) -> dict | None:
        """Do one action. Gives the next, None when the call is over."""
        (kind,) = [name for name in self.KNOWN if name in action]
        assert set(action) - {kind} <= self.ALLOWED
        if kind == "hangup":
            assert action == {"hangup": "reject"}  # nothing else is allowed after the first action
            return None
        if kind == "connect":
            self.connected.append(action["connect"])
            return self.onward(action, result=self.answers)
        self.fetch(action[kind])
        if kind == "play":
            return self.onward(action, result="success")
        assert (action["digits"], action["timeout"], action["repeat"]) == (1, 10, 3)
        if not self.keys:
            return self.onward(action, result="failed", why="noinput")
        self.pressed += 1
        if self.between:
            self.between(self.pressed)
        return self.onward(action, result=self.keys.pop(0))

    def onward(self, action: dict, **told: str) -> dict | None:
        following = action.get("next")
        if following is None or isinstance(following, dict):
            return following
        return self.ask(following, **told)

    def fetch(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.path.startswith("/ord/"):  # the word's own sound, which another app answers with
            assert parts.query.startswith("v=")
            self.heard.append(f"[{parts.path}]")
            return
        got, head = self.client.get(parts.path), self.client.head(parts.path)
        content = body(got)
        assert (got.status_code, got.headers["Content-Type"]) == (200, "audio/mpeg")
        assert got.headers["Content-Length"] == head.headers["Content-Length"] == str(len(content))
        assert "immutable" in got.headers["Cache-Control"]
        assert self.files.setdefault(address, content) == content
        self.heard.append(content[3:].decode())


@pytest.fixture
def elks(client, library, words, read_in, clock) -> Callable[..., FakeElks]:
    """Make a phone service whose caller rings the line."""
    return lambda **more: FakeElks(client, **more)


def prompt(text: str) -> PhonePrompt:
    """The prompt that says ``text``."""
    return PhonePrompt.objects.get(text=text, slow=False)


def with_media(post: Post, *names: str) -> Post:
    """The word with only some of its files."""
    return dataclasses.replace(post, media=tuple(media for media in post.media if media.name in names))
