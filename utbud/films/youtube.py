"""YouTube's addresses, and the feed of a channel, read as plain values. No network here."""

import datetime as dt
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

FEED = "https://www.youtube.com/feeds/videos.xml"
VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
HOSTS = ("youtube.com", "youtube-nocookie.com", "youtu.be")
PLACES = ("shorts", "live", "embed", "v", "e")  # «/shorts/<id>»
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "media": "http://search.yahoo.com/mrss/",
}


class Unclear(Exception):
    """What was pasted is no address that we understand, in Swedish, with what to do."""


def video_id(text: str) -> str:
    """The id of a film (11 characters) from any address that YouTube gives to it, or from the id itself. Raises Unclear."""
    text = text.strip()
    if VIDEO.fullmatch(text):
        return text
    host, path, query = _parts(text)
    found = ""
    if host == "youtu.be":
        found = path[0] if path else ""
    elif host in HOSTS and path == ["watch"]:
        found = query.get("v", [""])[0]
    elif host in HOSTS and len(path) > 1 and path[0] in PLACES:
        found = path[1]
    if VIDEO.fullmatch(found):
        return found
    raise Unclear(
        _("Det är ingen adress till en film på YouTube. Öppna filmen, tryck Dela och kopiera länken.")
    )


def channel_query(text: str) -> dict[str, str]:
    """What to ask the feed for: «{"channel_id": "UC…"}» or «{"user": …}», from a channel's address or id. Raises Unclear."""
    text = text.strip()
    if CHANNEL.fullmatch(text):
        return {"channel_id": text}
    host, path, query = _parts(text)
    if host in HOSTS:
        asked = query.get("channel_id", [""])[0]
        if path == ["feeds", "videos.xml"] and CHANNEL.fullmatch(asked):
            return {"channel_id": asked}
        if len(path) > 1 and path[0] == "channel" and CHANNEL.fullmatch(path[1]):
            return {"channel_id": path[1]}
        if len(path) > 1 and path[0] == "user" and re.fullmatch(r"\w{1,60}", path[1], re.ASCII):
            return {"user": path[1]}
    if text.startswith("@") or (host in HOSTS and path and (path[0].startswith("@") or path[0] == "c")):
        raise Unclear(
            _(
                "Kanalens namn räcker inte, vi behöver dess id. Öppna kanalen på YouTube, tryck på texten om kanalen, "
                "sedan Dela kanal och Kopiera kanal-id. Det börjar på UC."
            )
        )
    raise Unclear(
        _("Det är ingen kanal på YouTube. Klistra in kanalens adress eller dess id, som börjar på UC.")
    )


def _parts(text: str) -> tuple[str, list[str], dict[str, list[str]]]:
    """Host without «www.» and «m.», the parts of the path, and the query; a host of "" for what is no address."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return "", [], {}
    host = re.sub(r"^(www|m|music)\.", "", (parts.hostname or "").lower())
    return host, [part for part in parts.path.split("/") if part], parse_qs(parts.query)


@dataclass(frozen=True)
class Found:
    """A film in a channel's feed."""

    id: str
    title: str
    description: str
    published: dt.datetime | None
    thumbnail: str  # absolute address, "" for none
    seconds: float | None  # where the feed tells it


def read_feed(content: bytes) -> tuple[str, list[Found]]:
    """The channel's name and its films, the latest first. What in it cannot be read is left out. Raises Unclear."""
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unclear(_("YouTubes flöde gick inte att läsa. Försök igen om en stund.")) from error
    if root.tag != f"{{{NAMES['atom']}}}feed":
        raise Unclear(_("YouTube svarade med något annat än ett flöde. Se efter att det är rätt kanal."))
    films = [_entry(entry) for entry in root.findall("atom:entry", NAMES)]
    seen: dict[str, Found] = {}
    for film in films:
        if film is not None:
            seen.setdefault(film.id, film)
    return _text(root, "atom:title"), list(seen.values())


def _entry(entry: Element) -> Found | None:
    key, title = _text(entry, "yt:videoId"), _text(entry, "atom:title")
    if not VIDEO.fullmatch(key):
        return None
    group = entry.find("media:group", NAMES)
    picture = group.find("media:thumbnail", NAMES) if group is not None else None
    content = group.find("media:content", NAMES) if group is not None else None
    length = content.get("duration", "") if content is not None else ""
    try:
        published = dt.datetime.fromisoformat(_text(entry, "atom:published"))
    except ValueError:
        published = None
    return Found(
        id=key,
        title=title or key,
        description=_text(group, "media:description") if group is not None else "",
        published=published if published and published.tzinfo else None,
        thumbnail=picture.get("url", "") if picture is not None else "",
        seconds=float(length) if re.fullmatch(r"[1-9]\d{0,4}", length) else None,
    )


def _text(element: Element, name: str) -> str:
    return (element.findtext(name, "", NAMES) or "").strip()
