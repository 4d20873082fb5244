"""Counting downloads as the IAB counts them (Podcast Measurement Technical Guidelines 2.1), and remembering nobody.

A download is one listener who within 24 hours is sent at least a minute of an episode: what comes before the sound,
and sixty seconds of it, in one piece or in many. A listener is an address (of IPv6 its /64) and a User-Agent; both are
kept only as a hash with the day's salt, which is deleted when the next day is over. Programs that say that they are no
listeners, browsers that fetch ahead, HEAD and 304 do not count.
"""

import datetime as dt
import hashlib
import hmac
import logging
import secrets
from functools import cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

import yaml
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop

from utbud.base import dates
from utbud.base.files import RANGE
from utbud.base.networks import client_address, network
from utbud.podcast.models import DailyDownloads, DailySalt, Enclosure, Listener

logger = logging.getLogger(__name__)
WINDOW = dt.timedelta(hours=24)
LEAST_SECONDS = 60
AGENTS = Path(__file__).parent / "agents.yaml"
OUR_PAGE, BROWSER, OTHER = gettext_noop("Vår egen sida"), gettext_noop("Webbläsare"), gettext_noop("Annat")


# --- who asks -----------------------------------------------------------------------------------


class Agents(NamedTuple):
    """What agents.yaml says, in small letters."""

    bots_start: tuple[str, ...]
    bots_hold: tuple[str, ...]
    apps: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]  # name, how it begins, what it holds


@cache
def agents() -> Agents:
    """The programs that we know."""
    data = yaml.safe_load(AGENTS.read_text(encoding="utf-8"))
    low = lambda words: tuple(str(word).lower() for word in words or ())  # noqa: E731
    return Agents(
        low(data["bots"]["starts"]),
        low(data["bots"]["holds"]),
        tuple((app["name"], low(app.get("starts")), low(app.get("holds"))) for app in data["apps"]),
    )


def is_bot(agent: str) -> bool:
    """Whether a User-Agent says that nobody listens. One that says nothing is taken at its word."""
    said, known = agent.strip().lower(), agents()
    if len(said) < 4 or said in ("mozilla/5.0", "mozilla"):
        return True
    return (
        said.startswith(known.bots_start)
        or said.endswith("bot")
        or any(word in said for word in known.bots_hold)
    )


def app_of(agent: str, referer: str = "") -> str:
    """What somebody listens with: the app's name, OUR_PAGE, BROWSER or OTHER."""
    said = agent.strip().lower()
    is_browser = said.startswith("mozilla/")
    if is_browser and referer.startswith(f"{settings.BASE_URL}/"):
        return OUR_PAGE
    for name, starts, holds in agents().apps:
        if said.startswith(starts) or any(word in said for word in holds):
            return str(name)
    return BROWSER if is_browser else OTHER


def listens(request: HttpRequest) -> bool:
    """Whether a request may be a listener's: not a bot's, not a browser's that fetches ahead, not our own staff's."""
    if request.method != "GET" or is_bot(request.headers.get("User-Agent", "")):
        return False
    ahead = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    if any(word in why for why in ahead for word in ("prefetch", "preview", "prerender")):
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


# --- what was sent ------------------------------------------------------------------------------


class Counted:
    """An open file that counts what is read of it, and notes it when it is closed. Errors of counting stay here."""

    def __init__(self, file: BinaryIO | File, request: HttpRequest, sound: Enclosure) -> None:
        self.file, self.sound, self.sent, self.closed = file, sound, 0, False
        self.address = client_address(request)
        self.agent = request.headers.get("User-Agent", "")
        self.referer = request.headers.get("Referer", "")

    @property
    def name(self) -> str:
        return str(self.file.name)

    def seek(self, place: int) -> int:
        return self.file.seek(place)

    def read(self, size: int = -1) -> bytes:
        part = self.file.read(size)
        self.sent += len(part)
        return part

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self.file.close()
        self.tell(self.sent)

    def tell(self, sent: int) -> None:
        """Note ``sent`` bytes, at once: where another program sends the file (nginx), what was asked for."""
        try:
            note(
                sound=self.sound,
                address=self.address,
                agent=self.agent,
                referer=self.referer,
                sent=sent,
                now=timezone.now(),
            )
        except Exception:  # whoever listens has their sound, whatever becomes of our figures
            logger.exception("a download of %s was not counted", self.sound.digest[:12])


def asked_for(request: HttpRequest, size: int) -> int:
    """How many bytes of a file of ``size`` a request asks for."""
    match = RANGE.match(request.headers.get("Range", ""))
    if not match or not any(match.groups()):
        return size
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return max(0, end - start + 1)


def enough(sound: Enclosure) -> int:
    """How many bytes a download is: what comes before the sound and a minute of it, or the whole of a short one."""
    a_second = (sound.bytes - sound.header_bytes) / max(sound.seconds, 1.0)
    return min(sound.bytes, sound.header_bytes + round(a_second * LEAST_SECONDS))


def note(
    *, sound: Enclosure, address: str, agent: str, sent: int, now: dt.datetime, referer: str = ""
) -> bool:
    """Add ``sent`` bytes to what a listener has been sent of an episode. True when they become a download by it."""
    if sent <= 0:
        return False
    with transaction.atomic():
        today, *earlier = _salts(
            now
        )  # the row is the lock: two parts of the same sound come one after the other
        hashes = [_hashed(salt, address, agent, sound.episode_id) for salt in (today, *earlier)]
        same = Listener.objects.filter(episode_id=sound.episode_id, hashed__in=hashes, since__gt=now - WINDOW)
        row = same.order_by("since").first() or Listener.objects.create(
            episode_id=sound.episode_id, hashed=hashes[0], since=now
        )
        Listener.objects.filter(pk=row.pk).update(bytes=F("bytes") + sent)
        became = Listener.objects.filter(pk=row.pk, counted=False, bytes__gte=enough(sound)).update(
            counted=True
        )
        if became:
            day = {
                "episode_id": sound.episode_id,
                "day": dates.local(now).date(),
                "app": app_of(agent, referer),
            }
            DailyDownloads.objects.get_or_create(**day)
            DailyDownloads.objects.filter(**day).update(count=F("count") + 1)
    return bool(became)


def _salts(now: dt.datetime) -> list[bytes]:
    """Today's salt, locked, and yesterday's while it is needed. Older ones are deleted here and now."""
    day = now.astimezone(dt.UTC).date()
    _row, made = DailySalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_bytes(32)})
    if made:
        DailySalt.objects.filter(day__lt=day - dt.timedelta(days=1)).delete()
    today = DailySalt.objects.select_for_update().get(day=day)
    yesterday = DailySalt.objects.filter(day=day - dt.timedelta(days=1)).values_list("salt", flat=True)
    return [bytes(today.salt), *map(bytes, yesterday)]


def _hashed(salt: bytes, address: str, agent: str, episode_id: int) -> str:
    # The episode is in it too: what else the same person listens to cannot be seen.
    said = f"{episode_id} {network(address)} {agent}".encode(errors="replace")
    return hmac.new(salt, said, hashlib.sha256).hexdigest()


def purge(now: dt.datetime) -> int:
    """Forget the listeners and the salts of the days before yesterday. The figures have nobody in them, and stay."""
    day = now.astimezone(dt.UTC).date() - dt.timedelta(days=1)
    listeners, _of_each = Listener.objects.filter(since__lt=now - WINDOW).delete()
    salts, _of_each = DailySalt.objects.filter(day__lt=day).delete()
    return listeners + salts
