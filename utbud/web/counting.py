"""Counting readers without following anyone: no cookie, no address, nothing but a number a day.

What is asked for is kept in memory and added to ``channels.models.Reach`` every ten seconds, or every 200 hits,
by a thread of its own, so that a page costs no write. A process that is killed loses at most those ten seconds;
one that is told to stop writes first.
"""

import atexit
import datetime as dt
import logging
import os
import re
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from django.conf import settings
from django.db import close_old_connections, connections, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from wagtail.models import Page, Site

from utbud.base import dates
from utbud.channels import reach

logger = logging.getLogger(__name__)

SECONDS, HITS = 10.0, 200  # a batch is written after so long, or so many
MOST_KEYS = 5_000  # different things kept in memory, should the database be away for long
PAGE = ("web", "view")
FEED = ("feed", "fetch")
FILES = (  # (how the file's name begins, way, what)
    ("utskrift", "print", "download"),
    ("affisch", "poster", "download"),
    ("lyssna", "sound", "play"),
    ("klipp", "clip", "play"),
    ("film.mp4", "clip", "play"),
    ("film-720p.mp4", "clip", "play"),
    ("film-480p.mp4", "clip", "play"),
    ("film.m4a", "sound", "play"),
    ("kort", "card", "download"),
)
FILE = re.compile(
    r"^(/.*/)([a-z0-9-]+\.(?:pdf|mp3|m4a|mp4|png|jpg|webm))$"
)  # captions come with what they are for
FEEDS = re.compile(r"^/floden/([-\w]+)(?:/[-\w]+)?\.(?:xml|json)$")
NOT_OURS = ("/admin/", "/godkann/", "/skarm/", "/media/", "/static/")
# Programs that say what they are. Those that lie look like people, here as everywhere.
ROBOTS = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|archiver|preview|facebookexternalhit|whatsapp|mastodon|bluesky|pinterest|"
    r"headless|lighthouse|pagespeed|monitor|uptime|pingdom|curl|wget|python|java/|go-http|okhttp|axios|node-fetch|"
    r"libwww|httpx|scrapy|feedfetcher|validator|scanner",
    re.IGNORECASE,
)
FIRST_PART = re.compile(r"^bytes=0-")

Hit = tuple[dt.date, str, str, str]  # day in Stockholm, way, what, path (or «feed:ord»)


def hit_of(request: HttpRequest, response: HttpResponseBase, now: dt.datetime) -> Hit | None:
    """What an answer counts as, None when it does not count."""
    if request.method != "GET" or response.status_code not in (200, 206) or not by_a_person(request):
        return None
    if not FIRST_PART.match(request.headers.get("Range", "bytes=0-")):
        return None  # the rest of a film or sound whose beginning was counted
    day, path = dates.local(now).date(), request.path
    if path.startswith(NOT_OURS):
        return None
    if feed := FEEDS.match(path):
        return day, *FEED, f"feed:{feed[1]}"
    if file := FILE.match(path):
        for begins, way, what in FILES:
            if file[2].startswith(begins):
                return day, way, what, file[1]
        return None
    is_page = path.endswith("/") and response.headers.get("Content-Type", "").startswith("text/html")
    return (day, *PAGE, path) if is_page and response.status_code == 200 else None


def by_a_person(request: HttpRequest) -> bool:
    """Whether a reader asked: not a program that says so, not a browser on its own behalf, not logged-in staff."""
    agent = request.headers.get("User-Agent", "")
    if not agent or ROBOTS.search(agent):
        return False
    ahead = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    if any("prefetch" in why or "preview" in why or "prerender" in why for why in ahead):
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


class Counter:
    """The hits of this process that are not yet in the database."""

    def __init__(self) -> None:
        self.by_itself = False  # set by utbud.wsgi: write without being asked
        self._hits: dict[Hit, int] = {}
        self._number = 0
        self._lock = threading.Lock()
        self._full = threading.Event()
        self._writer = 0  # the process that has a writing thread; a fork has none

    def add(self, hit: Hit) -> None:
        """Keep one more. Costs no query."""
        with self._lock:
            if hit in self._hits or len(self._hits) < MOST_KEYS:
                self._hits[hit] = self._hits.get(hit, 0) + 1
                self._number += 1
            if self.by_itself and self._writer != os.getpid():
                self._start()
            if self._number >= HITS:
                self._full.set()

    def flush(self) -> int:
        """Add what is kept to the database. Returns how many hits that was; what cannot be written is kept."""
        with self._lock:
            hits, self._hits, self._number = self._hits, {}, 0
        if not hits:
            return 0
        try:
            return write(hits)
        except Exception:
            with self._lock:
                for hit, times in hits.items():
                    self._hits[hit] = self._hits.get(hit, 0) + times
            raise

    def _start(self) -> None:
        self._writer = os.getpid()
        self._full = threading.Event()
        threading.Thread(target=self._write_on, name="reach", daemon=True).start()
        # A web worker is a child of multiprocessing, which ends without atexit.
        atexit.register(self._last)
        Finalize(self, self._last, exitpriority=100)

    def _write_on(self) -> None:
        while True:
            self._full.wait(SECONDS)
            self._full.clear()
            close_old_connections()
            try:
                self.flush()
            except Exception:
                logger.exception(
                    "counts of readers could not be written; they are tried again in %s s", SECONDS
                )
            finally:
                connections.close_all()

    def _last(self) -> None:
        if self._writer != os.getpid():
            return  # a fork that has counted nothing of its own
        try:
            self.flush()
        except Exception:
            logger.exception("the last counts of readers could not be written")


def write(hits: dict[Hit, int]) -> int:
    """Add ``hits`` to the database, with one query for what pages their paths are. Returns how many were added."""
    items = items_of({path for _day, _way, _what, path in hits})
    added = 0
    with transaction.atomic():
        for (day, way, what, path), times in sorted(hits.items()):
            if item := items.get(path):
                noon = dates.at_stockholm(day, dt.time(12))
                reach.count(way=way, what=what, item=item, times=times, now=noon)
                added += times
    return added


def items_of(paths: set[str]) -> dict[str, str]:
    """The item («page:12») of each path that is a published page's; feeds are their own."""
    found = {path: path for path in paths if path.startswith("feed:")}
    roots = Site.get_site_root_paths()
    if not roots:
        return found
    root = roots[0].root_path  # «/start/»; a page's url_path begins with it
    by_url = {root + path[1:]: path for path in paths - found.keys()}
    for pk, url in Page.objects.live().filter(url_path__in=by_url).values_list("pk", "url_path"):
        found[by_url[url]] = f"page:{pk}"
    return found


counter = Counter()


class CountReach:
    """Middleware, outside the ready-made pages: they are read too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (hit := hit_of(request, response, timezone.now())) is not None:
            counter.add(hit)
        return response
