"""A show that moves in: what another host's feed says of it and of its episodes. Pure: bytes in, plain values out."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import feedparser
from defusedxml import ElementTree
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from utbud.base import outward
from utbud.podcast import notes

# Namespaces in lower case, without the last slash. That of podcastindex.org, and the address it had at first:
PODCAST = (
    "https://podcastindex.org/namespace/1.0",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
)
ITUNES = ("http://www.itunes.com/dtds/podcast-1.0.dtd",)
CONTENT = ("http://purl.org/rss/1.0/modules/content",)
SOUND = re.compile(r"^audio/|\.(mp3|m4a|m4b|aac|ogg|oga|opus|wav|flac)(\?|#|$)", re.IGNORECASE)
NO_SOUND = re.compile(
    r"^(image|text)/|^application/(pdf|epub|json|xml|zip)|\.(jpe?g|png|gif|webp|svg|pdf|epub|zip|html?|txt)(\?|#|$)",
    re.IGNORECASE,
)
TRANSCRIPTS = (
    "text/vtt",
    "application/x-subrip",
    "application/srt",
    "text/srt",
)  # those that tell of times, the best first
# Zones that mail dates may name and that are not the USA's, as hours east of Greenwich (RFC 822 knows only America).
ZONES = {
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "IST": 1,
    "CET": 1,
    "MET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MEST": 2,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
}
LARGEST_FEED = 20_000_000  # bytes
LONGEST = 2000  # bytes of an address or an id
FIRST_YEAR = 1995  # before it no sound was put on the web to be fetched
YES = frozenset({"yes", "true", "explicit", "1"})


class NotAFeed(Exception):
    """What the address gave is no podcast. The message is Swedish, for whoever pasted the address."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """An episode in another host's feed."""

    guid: str
    title: str
    sound: str  # the address of its sound, "" when it has none that can be used
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
    more: str = ""  # the address of the next page of the feed, or of an older one (RFC 5005), "" for the last


def read(content: bytes, address: str = "") -> Show:
    """What a feed says. ``address`` is where it was found: what it gives relative stands beside that.

    Raises NotAFeed for what is no feed, or one without a single sound.
    """
    return usable(joined([page(content, address)]))


def joined(pages: Sequence[Show]) -> Show:
    """The pages of one feed as one show, each episode with an id of its own."""
    first, last = pages[0], pages[-1]
    every = [one for each in pages for one in each.episodes]
    episodes, shared = _told_apart(every)
    remarks = [says for each in pages for says in each.remarks]
    if without := sum(not one.guid for one in every):
        remarks.append(
            _("Avsnitt utan id: %(count)s. Då är ljudfilens adress dess id, så som poddapparna gör.")
            % {"count": without}
        )
    if shared:
        remarks.append(_("Några avsnitt har samma id. Av dem tar vi det som står först."))
    if last.more:
        remarks.append(_("Flödet har fler sidor än vi kunde läsa. Äldre avsnitt kan saknas."))
    return replace(first, episodes=tuple(episodes), remarks=tuple(dict.fromkeys(remarks)), more=last.more)


def _told_apart(every: Sequence[Incoming]) -> tuple[list[Incoming], bool]:
    """Each episode with an id that no other has, and whether any was left out for being there already.

    Where several share an id the oldest keeps it, so that it is the same when the feed grows; the others are known by
    the address of their sound.
    """
    keeps: dict[str, Incoming] = {}
    for one in every:
        had = keeps.get(one.guid)
        if had is None or (one.out and had.out and one.out < had.out):
            keeps[one.guid] = one
    made: dict[str, Incoming] = {}
    left = False
    for one in every:
        guid, sound, remarks = one.guid or one.sound or one.title, one.sound, one.remarks
        if one.guid and (first := keeps[one.guid]) is not one:
            guid = (
                "" if sound == first.sound else sound
            )  # the same once more, or another that has taken its id
            remarks = (*remarks, _("Avsnittet har samma id som ett annat. Här är ljudfilens adress dess id."))
        if not guid or guid in made:
            left = True
            continue
        if len(guid.encode()) > LONGEST:
            sound, remarks = "", (*remarks, _("Avsnittets id är för långt. Det kan inte hämtas."))
        made[guid] = replace(one, guid=guid, sound=sound, remarks=remarks)
    return list(made.values()), left


def usable(show: Show) -> Show:
    if not any(one.sound for one in show.episodes):
        raise NotAFeed(_("Flödet har inget avsnitt med ljud. Är det verkligen en podd?"))
    return show


def page(content: bytes, address: str = "") -> Show:
    """One page of a feed, its episodes with the ids that stand there ("" for none). Raises NotAFeed for what is no feed."""
    found = feedparser.parse(BytesIO(content))  # bytes alone it may take for the name of a file
    if not found.get("version") or (found.bozo and not found.entries):
        raise NotAFeed(_("Det här är inget podd-flöde. Adressen brukar sluta på rss eller xml."))
    feed, root = found.feed, _root(content)
    base = address or str(feed.get("link") or "")
    nodes: list[Element | None] = (
        [one for one in root.iter() if _local(one) in ("item", "entry")] if root is not None else []
    )
    if len(nodes) != len(found.entries):
        nodes = [None] * len(found.entries)
    channel = root.find("channel") if root is not None else None
    language = str(feed.get("language") or "sv").lower()
    more = next(
        (
            one["href"]
            for rel in ("next", "prev-archive")
            for one in feed.get("links", ())
            if one.get("rel") == rel and one.get("href")
        ),
        "",
    )
    return Show(
        title=_plain(feed.get("title", "")) or _("Podd utan namn"),
        description=_plain(feed.get("summary") or feed.get("subtitle") or ""),
        author=_plain(feed.get("author", "")),
        guid=_text(channel, PODCAST, "guid"),
        explicit=_says_yes(_text(channel, ITUNES, "explicit"), feed.get("itunes_explicit")),
        episodes=tuple(
            _episode(entry, node, base, language) for entry, node in zip(found.entries, nodes, strict=True)
        ),
        more=usable_address(more, base),
    )


def _episode(entry: Mapping[str, Any], node: Element | None, base: str, language: str) -> Incoming:
    remarks = []
    given = _sound(entry)
    sound = usable_address(given, base)
    if given and not sound:
        remarks.append(
            _("Ljudets adress går inte att använda: %(address)s") % {"address": given.strip()[:80]}
        )
    elif not sound:
        remarks.append(_("Avsnittet har inget ljud i flödet."))
    out = _moment(entry)
    if not out:
        remarks.append(_("Dagen då det kom ut saknas."))
    summary = _summary(entry, node)
    written = notes.blocks(summary)
    if not written:
        remarks.append(_("Beskrivningen saknas. Skriv en mening om avsnittet."))
    elif not notes.notes(written)[1]:
        remarks.append(_("Texten om avsnittet är längre än det finns rum för. Slutet kommer inte med."))
    transcript, other = _transcript(node, base, language)
    if other and not transcript:
        remarks.append(_("Textversionen är på ett annat språk och kommer inte med."))
    return Incoming(
        guid=str(entry.get("id") or "").strip(),
        title=_plain(entry.get("title", "")) or _("Avsnitt utan namn"),
        sound=sound,
        out=out,
        summary=summary,
        season=_number(entry.get("itunes_season")),
        number=_number(entry.get("itunes_episode")),
        kind=kind
        if (kind := str(entry.get("itunes_episodetype", "")).strip().lower()) in ("trailer", "bonus")
        else "full",
        explicit=_says_yes(_text(node, ITUNES, "explicit"), entry.get("itunes_explicit")),
        transcript=transcript,
        chapters=next(
            (usable_address(one.get("url", ""), base) for one in _all(node, PODCAST, "chapters")), ""
        ),
        remarks=tuple(remarks),
    )


# --- addresses ----------------------------------------------------------------------------------


def usable_address(given: object, base: str = "") -> str:
    """An address as it can be fetched: made whole beside ``base``, without stray spaces, letters and spaces in it encoded.

    "" for what cannot be used: no http or https, a name without a dot, one that is too long.
    """
    text = re.sub(r"[\t\r\n]", "", str(given or "").strip())
    if not text:
        return ""
    try:
        whole = urljoin(base, text)
    except ValueError:
        return ""
    url = outward.parsed(whole)
    host = (url.host or "") if url else ""
    whole = whole if url is None or (whole.isascii() and " " not in whole) else url.url
    fits = ("." in host.strip(".") or ":" in host) or outward.may_be_inside(host)
    return whole if url and fits and len(whole.encode()) <= LONGEST else ""


def _sound(entry: Mapping[str, Any]) -> str:
    """The address of the sound: what is said to be one, else the only thing that may be."""
    files = [
        (str(one.get("href") or one.get("url") or ""), str(one.get("type") or ""))
        for key in ("enclosures", "media_content")
        for one in entry.get(key, ())
    ]
    files = [(address, kind) for address, kind in files if address.strip()]
    for address, kind in files:
        if SOUND.search(kind.strip()) or (
            SOUND.search(address.strip()) and not NO_SOUND.search(kind.strip())
        ):
            return address
    perhaps = [
        address
        for address, kind in files
        if not NO_SOUND.search(kind.strip()) and not NO_SOUND.search(address.strip())
    ]
    return perhaps[0] if len(set(perhaps)) == 1 else ""


def _transcript(node: Element | None, base: str, language: str) -> tuple[str, bool]:
    """The transcript that tells of times, in the show's language or in none that is said; and whether there is one in another."""
    best, other = ("", len(TRANSCRIPTS), 2), False
    for one in _all(node, PODCAST, "transcript"):
        kind = str(one.get("type") or "").split(";")[0].strip().lower()
        said = str(one.get("language") or "").strip().lower()
        address = usable_address(one.get("url", ""), base)
        if kind not in TRANSCRIPTS or not address:
            continue
        if said and said.split("-")[0] != language.split("-")[0]:
            other = True
            continue
        rank = (address, TRANSCRIPTS.index(kind), 0 if said else 1)
        if (rank[2], rank[1]) < (best[2], best[1]):
            best = rank
    return best[0], other


# --- texts and values ---------------------------------------------------------------------------


def _summary(entry: Mapping[str, Any], node: Element | None) -> str:
    """content:encoded, else the longest of the descriptions that stand there, in whatever order."""
    whole = _text(node, CONTENT, "encoded")
    if _plain(whole):
        return whole
    given = [str(one.get("value") or "") for one in entry.get("content") or ()]
    given += [str(entry.get("summary") or ""), str(entry.get("subtitle") or "")]
    return max(given, key=lambda text: (len(_plain(text)), len(text)))


def _moment(entry: Mapping[str, Any]) -> dt.datetime | None:
    """When it came out. None for what cannot be read or is no likely year."""
    key = "published" if "published" in entry else "updated"
    text = str(dict(entry).get(key, "")).strip()  # feedparser's own get falls back, and warns
    body, _space, zone = text.rpartition(" ")
    found: dt.datetime | None = None
    if zone.upper() in ZONES:
        try:
            found = parsedate_to_datetime(f"{body} +0000").astimezone(dt.UTC) - dt.timedelta(
                hours=ZONES[zone.upper()]
            )
        except (ValueError, TypeError, IndexError, OverflowError):
            found = None
    elif moment := dict(entry).get(f"{key}_parsed"):
        try:
            found = dt.datetime.fromtimestamp(calendar.timegm(moment), dt.UTC)
        except (ValueError, OverflowError, OSError):
            found = None
    likely = found and FIRST_YEAR <= found.year <= dt.datetime.now(dt.UTC).year + 1
    return found if likely else None


def _says_yes(text: str, read: object) -> bool:
    """Whether a feed says yes, as it is written; ``read`` is feedparser's word, where the file itself could not be read."""
    return text.strip().lower() in YES if text else bool(read)


def _number(text: object) -> int | None:
    digits = str(text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) < 6 and int(digits) < 32_000 else None


def _plain(text: object) -> str:
    return " ".join(unescape(strip_tags(str(text or ""))).split())


# --- the file itself ----------------------------------------------------------------------------


def _root(content: bytes) -> Element | None:
    """The feed as XML, for what feedparser does not read. None where it is too broken, or not safe."""
    try:
        return ElementTree.fromstring(content)
    except Exception:  # noqa: BLE001, RUF100 - feedparser reads what is broken; then there is nothing more to have
        return None


def _local(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _all(node: Element | None, spaces: Sequence[str], name: str) -> Iterable[Element]:
    for one in node if node is not None else ():
        space, _brace, local = str(one.tag).strip("{").rpartition("}")
        if local == name and space.lower().rstrip("/") in spaces:
            yield one


def _text(node: Element | None, spaces: Sequence[str], name: str) -> str:
    return next(((one.text or "").strip() for one in _all(node, spaces, name)), "")
