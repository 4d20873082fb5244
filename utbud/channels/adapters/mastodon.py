"""Mastodon, and servers that speak its interface. Source: docs.joinmastodon.org, methods statuses, media and instance."""

import datetime as dt
import io
import time
from typing import Any

import regex
import requests
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from utbud.channels.addresses import secure
from utbud.channels.channel import Channel, Receipt, Refused, Setting, Unavailable, Unsure
from utbud.channels.hashtags import hashtags
from utbud.channels.http import answer, call, made
from utbud.channels.links import links
from utbud.channels.post import Media, Post, fit, graphemes

DESCRIPTION = 1500  # characters in a picture's description
USUAL = (500, 23)  # characters in a post, and what an address counts as, where the server does not say
KEEP, KEEP_FAILURE = 600.0, 60.0  # seconds to remember what the server said of its limits
LOOKS, PAUSE = 20, 1.0  # how often, and with how many seconds between, we ask whether a picture is ready
VISIBILITIES = ("public", "unlisted")

_limits: dict[str, tuple[float, tuple[int, int]]] = {}  # by server: good until, limits

MENTION = regex.compile(r"(?<![=/\w])@(\w+)@[\w.-]*\w")


class Mastodon(Channel):
    """Posts on the library's own account, with the square card."""

    slug = "mastodon"
    label = "Mastodon"
    about = gettext_lazy(
        "Lägger ut texten och bilden på bibliotekets konto på Mastodon. Inlägget kan rättas och tas tillbaka härifrån."
    )
    requires = (
        Setting(
            name="server",
            label=gettext_lazy("Serverns adress"),
            help=gettext_lazy("Där ni har kontot. Till exempel https://mastodon.example.org"),
            check=secure,
        ),
        Setting(
            name="token",
            label=gettext_lazy("Åtkomstnyckel"),
            help=gettext_lazy(
                "Logga in på Mastodon. Gå till Inställningar, Utveckling och Ny applikation. Döp den till Digitalt utbud. "
                "Kryssa för profile, write:media och write:statuses, och inget mer. Spara. Öppna den igen och "
                "kopiera åtkomstnyckeln (access token)."
            ),
            secret=True,
        ),
        Setting(
            name="visibility",
            label=gettext_lazy("Synlighet"),
            required=False,
            default="public",
            choices=(
                ("public", gettext_lazy("Offentligt: syns överallt")),
                ("unlisted", gettext_lazy("Olistat: syns, men inte i allmänna flöden")),
            ),
        ),
    )
    media = ("kort-kvadrat.png", "kort.png")
    can_recall = True
    can_correct = True
    repeat_within = dt.timedelta(minutes=50)  # the key is kept for an hour
    lease = dt.timedelta(minutes=5)  # a picture may take its time

    # --- what it would say ----------------------------------------------------------------------

    @property
    def _server(self) -> str:
        return secure(self.config["server"]).rstrip("/")

    def _said(self) -> tuple[int, int]:
        """What the server says of its limits: characters in a post, and what an address counts as."""
        server = self.config["server"]
        good_until, limits = _limits.get(server, (0.0, USUAL))
        if time.monotonic() < good_until or not server:
            return limits
        keep, limits = KEEP, USUAL
        try:
            url = f"{self._server}/api/v2/instance"
            statuses = call("GET", url, service="Mastodon", timeout=(3, 5)).json()["configuration"][
                "statuses"
            ]
            limits = (int(statuses["max_characters"]), int(statuses["characters_reserved_per_url"]))
        except (Refused, Unavailable, ValueError, KeyError, TypeError):
            keep = KEEP_FAILURE  # it may be down just now, or too old to say
        _limits[server] = (time.monotonic() + keep, limits)
        return limits

    def limit(self) -> int:
        return self._said()[0]

    def count(self, text: str) -> int:
        """Every address counts the same, however long, and the server in «@namn@server» is not counted."""
        _characters, address = self._said()
        short, at = "", 0  # every address counts the same
        for link in links(text):
            short, at = f"{short}{text[at : link.start]}{'x' * address}", link.end
        return graphemes(MENTION.sub(r"@\1", short + text[at:]))

    def tail(self, post: Post) -> str:
        """The link, and tags where they do not push anything out."""
        tags = hashtags(post.tags)
        with_tags = f"{post.url}\n\n{tags}" if tags else post.url
        whole = f"{self.body(post)}\n\n{with_tags}"
        return with_tags if self.count(whole) <= self.limit() else post.url

    # --- what it does ---------------------------------------------------------------------------

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        fields = self._fields(post, text) | {"visibility": self._visibility()}
        return _receipt(self._ask("POST", "/api/v1/statuses", data=fields, headers={"Idempotency-Key": key}))

    def correct(self, receipt: Receipt, post: Post, text: str) -> Receipt:
        """Mastodon shows that it was edited. The picture is given anew: what was wrong may stand in it too."""
        edited = self._ask("PUT", f"/api/v1/statuses/{receipt.reference}", data=self._fields(post, text))
        return _receipt(edited)

    def recall(self, receipt: Receipt) -> None:
        self._ask("DELETE", f"/api/v1/statuses/{receipt.reference}", fine=(404, 410))

    def test(self, *, to: str = "") -> str:
        """A post with a picture that only the account itself can see, taken away at once."""
        account = _json(self._ask("GET", "/api/v1/accounts/verify_credentials"))
        file = io.BytesIO()
        Image.new("RGB", (64, 64), "white").save(file, "PNG")
        picture = self._upload("prov.png", file.getvalue(), "image/png", _("En vit ruta, för ett prov"))
        fields = {
            "status": _("Ett prov från Digitalt utbud."),
            "visibility": "direct",
            "media_ids[]": [picture],
        }
        posted = _receipt(self._ask("POST", "/api/v1/statuses", data=fields))
        self.recall(posted)
        return _(
            "Det fungerar. Vi kom in som @%(account)s och la ut ett inlägg med bild som bara ni själva kunde se. "
            "Det är borttaget igen."
        ) % {"account": account.get("acct", "")}

    def _visibility(self) -> str:
        visibility = self.config["visibility"].strip().lower()
        if visibility not in VISIBILITIES:
            raise Refused(_("Synlighet ska vara public eller unlisted. Ändra det i kanalens inställningar."))
        return visibility

    def _fields(self, post: Post, text: str) -> dict[str, Any]:
        fields: dict[str, Any] = {"status": text, "language": post.language}
        if picture := self.picture(post):
            fields["media_ids[]"] = [
                self._upload(picture.name, _read(picture), picture.content_type, picture.alt)
            ]
        return fields

    def _upload(self, name: str, content: bytes, content_type: str, alt: str) -> str:
        """Hand a picture over, and wait until the server has made its own sizes. Returns the server's id for it."""
        description = {"description": fit(alt.strip(), "", DESCRIPTION).text}
        try:
            taken = self._ask(
                "POST", "/api/v2/media", data=description, files={"file": (name, content, content_type)}
            )
            media = made(taken, service="Mastodon")
        except Unsure as error:  # nobody sees a picture without a post: it is safe to begin again
            raise Unavailable(str(error), retry_after=error.retry_after) from error
        if taken.status_code != 202:
            return media
        for _look in range(LOOKS):
            if self._ask("GET", f"/api/v1/media/{media}").status_code != 206:
                return media
            time.sleep(PAUSE)
        raise Unavailable(_("Mastodon arbetar fortfarande med bilden."))

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.config['token']}"} | options.pop("headers", {})
        response = call(
            method,
            f"{self._server}{path}",
            service="Mastodon",
            why=lambda answer: str(answer.json()["error"]),
            headers=headers,
            allow_redirects=False,
            **options,
        )
        if response.is_redirect:
            raise _stranger()
        return response


def _json(response: requests.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _stranger()
    return answer


def _receipt(response: requests.Response) -> Receipt:
    url = answer(response).get("url")
    return Receipt(made(response, service="Mastodon"), url if isinstance(url, str) else "")


def _read(picture: Media) -> bytes:
    try:
        return picture.read()
    except OSError as error:
        raise Refused(
            _("Bilden finns inte kvar hos oss. Öppna sidan, gör om bilden och försök igen.")
        ) from error


def _stranger() -> Refused:
    return Refused(
        _("Adressen svarar inte som en Mastodon-server. Se över serverns adress i kanalens inställningar.")
    )
