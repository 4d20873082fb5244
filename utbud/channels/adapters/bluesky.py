"""Bluesky, and any server (PDS) of the AT protocol. Source: atproto.com/specs and docs.bsky.app, lexicon app.bsky.feed.post."""

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import regex
import requests
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, UnidentifiedImageError

from utbud.channels.addresses import secure
from utbud.channels.channel import ALWAYS, Channel, Receipt, Refused, Setting, Unavailable, Unsure
from utbud.channels.hashtags import hashtags
from utbud.channels.http import answer, call, made
from utbud.channels.links import links
from utbud.channels.post import Media, Post, graphemes

HOME = "https://bsky.social"
POSTS = "app.bsky.feed.post"
TRIAL = "org.example.utbud.trial"  # a kind of record that no app shows
GRAPHEMES, BYTES = 300, 3000
MAX_PICTURE = 1_000_000  # bytes; Bluesky itself takes twice that, servers that have not been updated do not
BEGINNING, SPAN = 1_704_067_200_000_000, 31_536_000_000_000  # microseconds: the year 2024, and its length
DIGITS = "234567abcdefghijklmnopqrstuvwxyz"

TAG = regex.compile(r"(?<![\p{L}\p{N}_&/#])#(\p{L}[\p{L}\p{N}_]*)")


@dataclass(frozen=True)
class Session:
    """A login. The first key lives for hours, the second for weeks."""

    did: str
    handle: str
    access: str
    refresh: str


# Logins are few (30 in five minutes, 300 a day), so each process keeps its own, by server, handle and password.
_sessions: dict[tuple[str, str, str], Session] = {}


class NotTaken(Refused):
    """A refusal, with the protocol's own word for it: «ExpiredToken»."""

    def __init__(self, says: str, word: str) -> None:
        super().__init__(says)
        self.word = word


class Bluesky(Channel):
    """Posts on the library's own account: text with a link, and the square card."""

    slug = "bluesky"
    label = "Bluesky"
    about = gettext_lazy(
        "Lägger ut texten och bilden på bibliotekets konto på Bluesky. Inlägget kan tas tillbaka härifrån. "
        "Bluesky kan inte visa ändringar. En rättelse blir därför ett nytt inlägg på det gamlas plats, "
        "och gillanden och delningar följer inte med."
    )
    requires = (
        Setting(
            name="handle",
            label=gettext_lazy("Kontots namn"),
            help=gettext_lazy("Utan @. Till exempel biblioteket.bsky.social"),
        ),
        Setting(
            name="password",
            label=gettext_lazy("Applösenord"),
            help=gettext_lazy(
                "Inte ert vanliga lösenord. Logga in på Bluesky. Gå till Inställningar, Integritet och säkerhet, "
                "Applösenord. Gör ett nytt och kopiera det hit. Det går att ta bort när som helst."
            ),
            secret=True,
        ),
        Setting(
            name="service",
            label=gettext_lazy("Serverns adress"),
            help=gettext_lazy("Ändra bara om ni har kontot på en egen server."),
            required=False,
            default=HOME,
        ),
    )
    max_length = GRAPHEMES
    media = ("kort-kvadrat.png", "kort.png")
    can_recall = True
    can_correct = True
    when_corrected = gettext_lazy("Gillanden och delningar följer inte med.")
    repeat_within = ALWAYS  # our key names the record
    lease = dt.timedelta(minutes=5)

    # --- what it would say ----------------------------------------------------------------------

    def count(self, text: str) -> int:
        """Characters as people see them, or a tenth of the bytes where that is more: 300 and 3,000 are the limits."""
        return max(graphemes(text), -(-len(text.encode()) * GRAPHEMES // BYTES))

    def tail(self, post: Post) -> str:
        """The link, and tags where they do not push anything out."""
        tags = hashtags(post.tags)
        with_tags = f"{post.url}\n\n{tags}" if tags else post.url
        return with_tags if self.count(f"{self.body(post)}\n\n{with_tags}") <= GRAPHEMES else post.url

    # --- what it does ---------------------------------------------------------------------------

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        """The record has a name made of ``key`` and is only written where there is none: a repeat changes nothing."""
        name = record_key(key)
        self._create(name, self._record(post, text))
        return self._receipt(name)

    def correct(self, receipt: Receipt, post: Post, text: str) -> Receipt:
        """Bluesky's app shows the first version of a record for good, so a new one takes the old one's time and place.

        The new is written before the old is taken away, so that a repeat makes whole what was cut off, and so that
        the server does not throw away a picture that both have. Its name is decided by what it replaces and says.
        """
        old = receipt.reference.rpartition("/")[2]
        name = record_key(f"{old} {post.version} {text}")
        record = self._record(post, text)
        if before := self._read(old):
            record["createdAt"] = before["createdAt"]
        self._create(name, record)
        self.recall(receipt)
        return self._receipt(name)

    def recall(self, receipt: Receipt) -> None:
        name = receipt.reference.rpartition("/")[2]
        self._write("deleteRecord", collection=POSTS, rkey=name)

    def test(self, *, to: str = "") -> str:
        """A record of a kind that no app shows, written and taken away."""
        name = record_key("trial")
        self._write("putRecord", collection=TRIAL, rkey=name, record={"$type": TRIAL}, validate=False)
        self._write("deleteRecord", collection=TRIAL, rkey=name)
        return _(
            "Det fungerar. Vi kom in som @%(handle)s. Vi skrev en post som ingen app visar, och tog bort den igen."
        ) % {"handle": self._session().handle}

    def _record(self, post: Post, text: str) -> dict[str, Any]:
        return {
            "$type": POSTS,
            "text": text,
            "facets": facets(text),
            "langs": [post.language],
            "embed": self._embed(post),
            "createdAt": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }

    def _embed(self, post: Post) -> dict[str, Any]:
        """The picture, or where there is none a box for the link."""
        picture = self.picture(post)
        if picture is None:
            about = {"uri": post.url, "title": post.title, "description": post.lead}
            return {"$type": "app.bsky.embed.external", "external": about}
        content, content_type, (width, height) = prepared(picture)
        try:
            taken = self._ask("POST", "uploadBlob", data=content, headers={"Content-Type": content_type})
            blob = answer(taken).get("blob")
            if not isinstance(blob, dict):
                raise Unsure(_("Bluesky svarade något som vi inte förstår."))
        except Unsure as error:  # nobody sees a picture without a post: it is safe to begin again
            raise Unavailable(str(error), retry_after=error.retry_after) from error
        image = {
            "image": blob,
            "alt": picture.alt,
            "aspectRatio": {"width": width, "height": height},
        }
        return {"$type": "app.bsky.embed.images", "images": [image]}

    def _create(self, name: str, record: dict[str, Any]) -> None:
        """Write a post, unless there is one with that name already."""
        try:
            taken = self._write("putRecord", collection=POSTS, rkey=name, record=record, swapRecord=None)
            made(taken, service="Bluesky", name="uri")
        except NotTaken as error:
            if error.word != "InvalidSwap":
                raise

    def _read(self, name: str) -> dict[str, Any] | None:
        """The record as it stands, None when it is gone."""
        where = {"repo": self._session().did, "collection": POSTS, "rkey": name}
        try:
            said = answer(self._ask("GET", "getRecord", params=where)).get("value")
            if not isinstance(said, dict):
                raise Unavailable(_("Bluesky svarade något som vi inte förstår."))
            return said
        except NotTaken as error:
            if error.word != "RecordNotFound":
                raise
            return None

    def _write(self, method: str, **what: Any) -> requests.Response:
        return self._ask("POST", method, json={"repo": self._session().did, **what})

    def _receipt(self, name: str) -> Receipt:
        session = self._session()
        if self._service == HOME:
            url = f"https://bsky.app/profile/{session.handle}/post/{name}"
        else:
            where = urlencode({"repo": session.did, "collection": POSTS, "rkey": name})
            url = f"{self._service}/xrpc/com.atproto.repo.getRecord?{where}"
        return Receipt(f"at://{session.did}/{POSTS}/{name}", url)

    # --- the protocol ---------------------------------------------------------------------------

    @property
    def _service(self) -> str:
        return secure(self.config["service"]).rstrip("/")

    @property
    def _login(self) -> tuple[str, str]:
        return self.config["handle"].strip().lstrip("@"), self.config["password"].strip()

    @property
    def _place(self) -> tuple[str, str, str]:
        handle, password = self._login
        return self._service, handle, hashlib.sha256(password.encode()).hexdigest()

    def _session(self) -> Session:
        """The login of this process, made where there is none."""
        if self._place not in _sessions:
            handle, password = self._login
            self._begin("createSession", json={"identifier": handle, "password": password})
        return _sessions[self._place]

    def _begin(self, method: str, **options: Any) -> None:
        said = answer(self._xrpc("POST", f"server.{method}", **options))
        names = ("did", "handle", "accessJwt", "refreshJwt")
        if not all(isinstance(said.get(name), str) for name in names):
            raise _stranger()
        _sessions[self._place] = Session(*(said[name] for name in names))

    def _renew(self, old: Session) -> None:
        """A fresh login: by the key for that, or with the password when that key too is no longer good."""
        try:
            self._begin("refreshSession", headers={"Authorization": f"Bearer {old.refresh}"})
        except Refused:
            _sessions.pop(self._place, None)
            self._session()

    def _ask(self, http: str, method: str, **options: Any) -> requests.Response:
        """A call as the account, once more when the login has run out."""
        headers = options.pop("headers", {})

        def ask(session: Session) -> requests.Response:
            ours = {"Authorization": f"Bearer {session.access}"}
            return self._xrpc(http, f"repo.{method}", headers=headers | ours, **options)

        session = self._session()
        try:
            return ask(session)
        except NotTaken as error:
            if error.word not in ("ExpiredToken", "InvalidToken"):
                raise
        self._renew(session)
        return ask(self._session())

    def _xrpc(self, http: str, method: str, **options: Any) -> requests.Response:
        words = [""]

        def why(response: requests.Response) -> str:
            said = response.json()
            words.append(said.get("error", ""))
            return str(said.get("message", ""))

        url = f"{self._service}/xrpc/com.atproto.{method}"
        try:
            response = call(http, url, service="Bluesky", why=why, allow_redirects=False, **options)
        except Refused as error:
            raise NotTaken(str(error), words[-1]) from error
        if response.is_redirect:
            raise _stranger()
        return response


def record_key(key: str) -> str:
    """A name for the record that ``key`` decides: 13 characters, as a TID (atproto.com/specs/tid).

    A TID is a moment and a clock's number. The moment is somewhere in 2024: it must not lie ahead, and nothing
    is sorted by it, since a post says itself when it was written.
    """
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    value = (BEGINNING + (number >> 10) % SPAN) << 10 | number & 0x3FF
    return "".join(DIGITS[value >> 5 * place & 31] for place in reversed(range(13)))


def facets(text: str) -> list[dict[str, Any]]:
    """The addresses and tags of ``text``, with where they stand in its UTF-8 bytes (lexicon app.bsky.richtext.facet)."""
    found: list[tuple[int, int, dict[str, str]]] = []
    for link in links(text):
        found.append((link.start, link.end, {"$type": "app.bsky.richtext.facet#link", "uri": link.url}))
    for match in TAG.finditer(text):
        if not any(start <= match.start() < end for start, end, _what in found):
            found.append((*match.span(), {"$type": "app.bsky.richtext.facet#tag", "tag": match.group(1)}))

    def at(position: int) -> int:
        return len(text[:position].encode())

    return [
        {"index": {"byteStart": at(start), "byteEnd": at(end)}, "features": [feature]}
        for start, end, feature in sorted(found, key=lambda one: one[0])
    ]


def prepared(picture: Media) -> tuple[bytes, str, tuple[int, int]]:
    """The picture's content, type and size in pixels. What is heavier than the servers take is packed as JPEG."""
    try:
        content = picture.read()
        with Image.open(io.BytesIO(content)) as image:
            size = image.size
            if len(content) <= MAX_PICTURE:
                return content, picture.content_type, size
            for quality in (88, 75, 60, 40):
                file = io.BytesIO()
                image.convert("RGB").save(file, "JPEG", quality=quality, optimize=True)
                if file.tell() <= MAX_PICTURE:
                    return file.getvalue(), "image/jpeg", size
    except (OSError, UnidentifiedImageError) as error:
        raise Refused(_("Bilden går inte att läsa. Öppna sidan, gör om bilden och försök igen.")) from error
    raise Refused(_("Bilden är för stor för Bluesky. Välj en mindre bild."))


def _stranger() -> Refused:
    return Refused(
        _("Adressen svarar inte som en Bluesky-server. Se över serverns adress i kanalens inställningar.")
    )
