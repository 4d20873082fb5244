"""A show that moves in: what another host's feed says of it and of its episodes. Pure: bytes in, plain values out."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any

import feedparser
from defusedxml import ElementTree
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

PODCAST = "{https://podcastindex.org/namespace/1.0}"
SOUND = re.compile(r"^audio/|\.(mp3|m4a|aac|ogg|opus|wav|flac)(\?|$)", re.IGNORECASE)
LARGEST_FEED = 20_000_000  # bytes


class NotAFeed(Exception):
    """What the address gave is no podcast. The message is Swedish, for whoever pasted the address."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An episode in another host's feed."""

    guid: str
    title: str
    sound: str  # the address of its sound, "" when it has none
    out: dt.datetime | None
    summary: str = ""  # HTML as it came
    season: int | None = None
    number: int | None = None
    kind: str = "full"
    explicit: bool = False
    transcript: str = ""  # the address of a VTT or SRT
    chapters: str = ""  # the address of JSON chapters
    remarks: tuple[str, ...] = ()  # what was odd, in Swedish


@dataclass(frozen=True, kw_only=True)
class Show:
    """What another host's feed says of the whole."""

    title: str
    description: str
    author: str
    guid: str  # podcast:guid, "" when there is none
    explicit: bool
    episodes: tuple[Incoming, ...] = ()
    remarks: tuple[str, ...] = field(default=())


def read(content: bytes) -> Show:
    """What a feed says. Raises NotAFeed for what is no feed, or one without a single sound."""
    found = feedparser.parse(BytesIO(content))  # bytes alone it may take for the name of a file
    if not found.get("version") or (found.bozo and not found.entries):
        raise NotAFeed(_("Det här är inget podd-flöde. Adressen brukar sluta på rss eller xml."))
    extras = _extras(content)
    episodes, seen, without = [], set(), 0
    for entry in found.entries:
        one = _episode(entry, extras)
        without += not entry.get("id")
        if one.guid in seen:
            continue
        seen.add(one.guid)
        episodes.append(one)
    if not any(one.sound for one in episodes):
        raise NotAFeed(_("Flödet har inget avsnitt med ljud. Är det verkligen en podd?"))
    remarks = []
    if without:
        remarks.append(
            _("Avsnitt utan id: %(count)s. Då är ljudfilens adress dess id, så som poddapparna gör.")
            % {"count": without}
        )
    if len(seen) < len(found.entries):
        remarks.append(_("Några avsnitt har samma id. Av dem tar vi det som står först."))
    feed = found.feed
    return Show(
        title=_plain(feed.get("title", "")) or _("Podd utan namn"),
        description=_plain(feed.get("summary") or feed.get("subtitle") or ""),
        author=_plain(feed.get("author", "")),
        guid=extras["guid"],
        explicit=bool(feed.get("itunes_explicit")),
        episodes=tuple(episodes),
        remarks=tuple(remarks),
    )


def _episode(entry: Mapping[str, Any], extras: Mapping[str, Any]) -> Incoming:
    sound = next((str(one["href"]) for one in entry.get("enclosures", ()) if _is_sound(one)), "")
    guid = str(entry.get("id") or sound or entry.get("link") or entry.get("title", "")).strip()
    more = extras["items"].get(guid) or extras["items"].get(sound) or {}
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    remarks = []
    if not sound:
        remarks.append(_("Avsnittet har inget ljud i flödet."))
    if not moment:
        remarks.append(_("Dagen då det kom ut saknas."))
    return Incoming(
        guid=guid[:300],
        title=_plain(entry.get("title", "")) or _("Avsnitt utan namn"),
        sound=sound,
        out=dt.datetime.fromtimestamp(calendar.timegm(moment), dt.UTC) if moment else None,
        summary=str((entry.get("content") or [{}])[0].get("value") or entry.get("summary") or ""),
        season=_number(entry.get("itunes_season")),
        number=_number(entry.get("itunes_episode")),
        kind=kind
        if (kind := str(entry.get("itunes_episodetype", "")).lower()) in ("trailer", "bonus")
        else "full",
        explicit=bool(entry.get("itunes_explicit")),
        transcript=more.get("transcript", ""),
        chapters=more.get("chapters", ""),
        remarks=tuple(remarks),
    )


def _is_sound(enclosure: Mapping[str, Any]) -> bool:
    address, kind = str(enclosure.get("href", "")), str(enclosure.get("type", ""))
    return address.startswith(("http://", "https://")) and bool(SOUND.search(kind) or SOUND.search(address))


def _number(text: object) -> int | None:
    return int(str(text)) if str(text or "").isdecimal() and int(str(text)) < 32_000 else None


def _plain(text: object) -> str:
    return " ".join(unescape(strip_tags(str(text or ""))).split())


def _extras(content: bytes) -> dict[str, Any]:
    """What feedparser does not read: the tags of the podcast namespace, by guid and by the sound's address."""
    found: dict[str, Any] = {"guid": "", "items": {}}
    try:
        root = ElementTree.fromstring(content)
    except Exception:  # noqa: BLE001, RUF100 - feedparser reads what is broken; then there is nothing more to have
        return found
    found["guid"] = (root.findtext(f"channel/{PODCAST}guid") or "").strip()
    for item in root.iter("item"):
        more = {
            "transcript": _best(item.iter(f"{PODCAST}transcript")),
            "chapters": next((one.get("url", "") for one in item.iter(f"{PODCAST}chapters")), ""),
        }
        enclosure = item.find("enclosure")
        names = [
            (item.findtext("guid") or "").strip(),
            enclosure.get("url", "") if enclosure is not None else "",
        ]
        found["items"] |= {name: more for name in names if name}
    return found


def _best(transcripts: Iterable[Any]) -> str:
    """The transcript that tells of times: WebVTT before SRT, "" for neither."""
    by_kind = {str(one.get("type", "")).lower(): str(one.get("url", "")) for one in transcripts}
    for kind in ("text/vtt", "application/x-subrip", "application/srt", "text/srt"):
        if by_kind.get(kind, "").startswith(("http://", "https://")):
            return by_kind[kind]
    return ""
