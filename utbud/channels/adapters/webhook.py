"""A webhook: tells another system what is published, corrected and withdrawn. Signed as standardwebhooks.com says."""

import base64
import hashlib
import hmac
import json
from typing import Any

import requests
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.addresses import secure
from utbud.channels.channel import ALWAYS, Channel, Receipt, Refused, Setting
from utbud.channels.http import call
from utbud.channels.post import Post

PREFIX = "whsec_"
OURS = {"key", "stored"}  # of a file: what it is made from and where it lies in our storage


class Webhook(Channel):
    """Sends the post as JSON to an address, which does with it what it wants."""

    slug = "webhook"
    label = "Webhook"
    about = gettext_lazy(
        "För den som kan programmera. Skickar inlägget som JSON till en adress som ni väljer, när något publiceras, "
        "rättas eller dras tillbaka. Varje anrop är signerat. Hur det kontrolleras står i docs/operations.md."
    )
    requires = (
        Setting(
            name="address",
            label=gettext_lazy("Adress"),
            help=gettext_lazy("Dit vi skickar. Ska börja med https://"),
            check=secure,
        ),
        Setting(
            name="secret",
            label=gettext_lazy("Hemlig nyckel"),
            help=gettext_lazy(
                "Minst 24 slumpade tecken som bara ni och mottagaren känner till. Med den signerar vi."
            ),
            secret=True,
        ),
    )
    can_recall = True
    can_correct = True
    repeat_within = ALWAYS  # the receiver is told to know an id that it has seen

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        return self._tell("published", key, key, post=_of(post), text=text)

    def correct(self, receipt: Receipt, post: Post, text: str) -> Receipt:
        what: dict[str, Any] = {"post": _of(post), "text": text}
        version = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
        told = self._tell("corrected", f"{receipt.reference}.{version}", receipt.reference, **what)
        return told if told.url else receipt

    def recall(self, receipt: Receipt) -> None:
        name = receipt.reference
        self._tell("withdrawn", f"{name}.withdrawn", name, fine=(404, 410))

    def test(self, *, to: str = "") -> str:
        now = timezone.now()
        self._tell("test", f"test.{now.timestamp()}", "test")
        return _("Det fungerar. Mottagaren tog emot ett prov (event: test) och svarade att allt är väl.")

    def _tell(
        self, event: str, call_id: str, reference: str, fine: tuple[int, ...] = (), **what: Any
    ) -> Receipt:
        """One signed call. What the receiver answers as ``url`` becomes the receipt's address."""
        body = json.dumps({"event": event, "reference": reference, **what}, ensure_ascii=False).encode()
        moment = str(int(timezone.now().timestamp()))
        response = call(
            "POST",
            secure(self.config["address"]),
            service=_("Webhooken"),
            why=lambda answer: str(answer.json()["error"]),
            fine=fine,
            timeout=(10, 20),
            allow_redirects=False,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Webhook-Id": call_id,
                "Webhook-Timestamp": moment,
                "Webhook-Signature": signature(self.config["secret"], call_id, moment, body),
                "Idempotency-Key": call_id,
            },
        )
        if response.is_redirect:
            raise Refused(
                _("Webhooken har flyttat till en annan adress. Skriv in den nya i kanalens inställningar.")
            )
        return Receipt(reference, _url(response))


def signature(secret: str, call_id: str, moment: str, body: bytes) -> str:
    """What stands in ``Webhook-Signature``: HMAC-SHA256 of «id.timestamp.body», as «v1,» and base64.

    ``secret`` is used as it is (UTF-8), or decoded from base64 where it begins with «whsec_».
    """
    key = secret.encode()
    if secret.startswith(PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError as error:
            raise Refused(_("Den hemliga nyckeln börjar med whsec_ men resten är inte base64.")) from error
    digest = hmac.new(key, f"{call_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _of(post: Post) -> dict[str, Any]:
    """The post without what only we have use for."""
    media = [
        {name: value for name, value in one.items() if name not in OURS} for one in post.as_json()["media"]
    ]
    return post.as_json() | {"media": media}


def _url(response: requests.Response) -> str:
    try:
        url = response.json()["url"]
    except (ValueError, KeyError, TypeError):
        return ""
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""
