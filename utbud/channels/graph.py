"""Meta's Graph API, which Facebook, Instagram and Threads share: one way to call it, and what its errors mean.

Codes are from Meta's pages «Handle errors» (Graph API) and «Error codes» (Instagram platform). They come with status
400 or 403 and a JSON object; ``http.call`` takes care of the rest.
"""

import datetime as dt
import ipaddress
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utbud.channels.channel import Channel, Receipt, Refused, Unavailable, Unread, Unsure
from utbud.channels.http import call
from utbud.channels.post import fit

REFUSALS = tuple(range(400, 500))
HOUR, DAY = 3600, 86400
ALT_LENGTH = 1000  # characters of alt text that Instagram and Threads take

# error_subcode of Instagram's own errors, which says more than the code: what to do, and how long to wait.
AGAIN = (
    2207001,
    2207003,
    2207006,
    2207008,
    2207020,
    2207027,
    2207032,
    2207053,
)  # «try again», «make a new container»
FULL_DAY = 2207042
BY_SUBCODE = {
    2207004: gettext_lazy("Bilden är för stor. Den får vara högst 8 MB."),
    2207005: gettext_lazy("Bildens format går inte. Det ska vara JPEG."),
    2207009: gettext_lazy("Bildens form går inte. Den får varken vara för smal eller för bred."),
    2207010: gettext_lazy("Texten är för lång, eller har fler än 30 taggar eller 20 omnämnda konton."),
    2207050: gettext_lazy("Kontot är begränsat. Logga in i appen och gör det som den ber om."),
    2207051: gettext_lazy("Inlägget togs för skräppost. Ändra texten, eller lägg ut den för hand."),
    2207052: gettext_lazy("Bilden gick inte att hämta. Se efter att webbplatsen går att nå utifrån."),
}
# error.code
TOO_MANY = {4, 17, 32, 341, 613, *range(80000, 80015)}
PASSING = {-2, -1, 1, 2, 24}
UNKNOWN = {-1, 1}  # «unknown error»: of these it is not said that nothing was done
TOKEN = {102, 190, 463, 467}
PERMISSION = {3, 10, *range(200, 300)}
BY_CODE = {
    **dict.fromkeys(TOKEN, gettext_lazy("Nyckeln gäller inte längre. Gör en ny och lägg in den i kanalens inställningar.")),
    **dict.fromkeys(PERMISSION, gettext_lazy("Nyckeln saknar rätt att göra det här. Gör en ny med de rättigheter som står i kanalens beskrivning.")),
    368: gettext_lazy("Kontot har spärrats för en tid. Logga in och se efter varför."),
    506: gettext_lazy("Samma text ligger redan ute."),
}  # fmt: skip


class Gone(Refused):
    """It is not there, or not ours to see: the Graph API does not say which (code 100, subcode 33)."""


@dataclass(frozen=True)
class Graph:
    """The Graph API at ``address`` (with its version), for whoever has ``token``. ``service`` is its name for people."""

    address: str
    token: str
    service: str

    def get(self, path: str, **fields: str) -> dict[str, Any]:
        """What stands at ``path``. Raises Gone, Refused or Unavailable, as all of these do."""
        return self._call("GET", path, params=fields | {"access_token": self.token})

    def post(
        self, path: str, fields: Mapping[str, str], *, files: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Change or make something."""
        return self._call("POST", path, data={**fields, "access_token": self.token}, files=files)

    def create(self, path: str, fields: Mapping[str, str], *, files: Mapping[str, Any] | None = None) -> str:
        """Make something, and give its id (of the post, where a photo has one too)."""
        answer = self.post(path, fields, files=files)
        made = answer.get("post_id") or answer.get("id")
        if not made:
            raise Unread(
                _("%(service)s tog emot det, men svarade något som vi inte förstår.")
                % {"service": self.service}
            )
        return str(made)

    def delete(self, path: str) -> None:
        """Take something away. Gone already is no error, once we have seen that it cannot be read either."""
        try:
            self._call("DELETE", path, params={"access_token": self.token})
        except Gone:
            try:
                self.get(path, fields="id")
            except Gone:
                return
            raise

    def permalink(self, reference: str, field: str, otherwise: str = "") -> str:
        """Where it can be seen. It is out by now, so nothing that goes wrong here is an error."""
        try:
            return str(self.get(reference, fields=field).get(field) or otherwise)
        except (Refused, Unavailable):
            return otherwise

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = call(method, f"{self.address}/{path}", service=self.service, fine=REFUSALS, **options)
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        answer = answer if isinstance(answer, dict) else {}
        error = answer.get("error")
        if response.ok and not error and answer.get("success", True):
            return answer
        error = error if isinstance(error, dict) else {}
        says = str(error.get("error_user_msg") or error.get("message") or "")
        code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
        transient = bool(error.get("is_transient")) or response.status_code == 429
        meaning = self.meaning(code, subcode, says, transient=transient, wait=_wait(response))
        if code in UNKNOWN and isinstance(meaning, Unavailable) and method == "POST":
            raise Unsure(
                str(meaning), retry_after=meaning.retry_after
            )  # it has been seen to be done all the same
        raise meaning

    def meaning(
        self, code: int, subcode: int, says: str, *, transient: bool = False, wait: float = 0
    ) -> Refused | Unavailable:
        """The exception for an error. ``wait`` is what the service asks for, in seconds, 0 for nothing."""
        name = {"service": self.service}
        if subcode == FULL_DAY or (code == 9 and not subcode):
            return Unavailable(
                _("%(service)s tar inte emot fler inlägg i dag.") % name, retry_after=wait or DAY
            )
        if code in TOO_MANY and subcode not in BY_SUBCODE:
            return Unavailable(_("%(service)s ber oss vänta.") % name, retry_after=wait or HOUR)
        if subcode in AGAIN or transient or (code in PASSING and subcode not in BY_SUBCODE):
            return Unavailable(_("%(service)s har problem just nu.") % name, retry_after=wait)
        advice = (
            BY_SUBCODE.get(subcode)
            or BY_CODE.get(code)
            or _("Det togs inte emot (fel %(code)s).") % {"code": code}
        )
        said = (
            says.replace(self.token, "…")[:160] if self.token else says[:160]
        )  # some messages repeat the token
        quote = _("Svaret var: «%(said)s»") % {"said": said} if said else ""
        kind = Gone if (code, subcode) == (100, 33) or code == 803 else Refused
        return kind(f"{self.service}: {advice} {quote}".strip())


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _wait(response: requests.Response) -> float:
    """Seconds until we may call again, as Meta counts them: minutes in a header of its own, for each account."""
    try:
        usage = json.loads(response.headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [one["estimated_time_to_regain_access"] for kinds in usage.values() for one in kinds]
        return max(map(float, minutes), default=0) * 60
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0


def fetchable(url: str) -> bool:
    """Whether a service out there could fetch ``url``: https, and not an address that only we can reach."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal", ".lan"))


def alt_text(alt: str) -> str:
    """A picture's description in as many characters as is taken."""
    return fit(alt.strip(), "", ALT_LENGTH, len).text


class ContainerChannel(Channel):
    """Instagram's and Threads' way: make a container, wait until the service has filled it, publish it.

    A container that is never published is seen by nobody and expires in a day. There is no idempotency key: what
    becomes of a publishing whose answer is lost, a person has to see.
    """

    address: ClassVar[str]
    containers: ClassVar[str]  # paths under the account
    publishing: ClassVar[str]
    quota: ClassVar[str]
    state: ClassVar[str]  # fields of a container
    reason: ClassVar[str]
    pauses: ClassVar[tuple[float, ...]] = (
        1,
        2,
        3,
        5,
        8,
        13,
        21,
        34,
    )  # seconds; the documents say: five minutes at most
    lease = dt.timedelta(minutes=15)

    @property
    def graph(self) -> Graph:
        """The service, with our key."""
        return Graph(self.address, self.config.get("token", "").strip(), str(self.label))

    def publish(self, account: str, fields: Mapping[str, str]) -> Receipt:
        """Make a container with ``fields`` in ``account`` and publish it."""
        graph = self.graph
        self._ask_for_room(account)
        try:
            container = graph.create(f"{account}/{self.containers}", fields)
        except Unsure as error:  # nothing is out yet, so another try is harmless
            raise Unavailable(str(error), retry_after=error.retry_after) from error
        self._wait_for(container)
        media = graph.create(f"{account}/{self.publishing}", {"creation_id": container})
        return Receipt(media, graph.permalink(media, "permalink"))

    def _ask_for_room(self, account: str) -> None:
        rows = self.graph.get(f"{account}/{self.quota}", fields="quota_usage,config").get("data") or [{}]
        used, most = rows[0].get("quota_usage", 0), rows[0].get("config", {}).get("quota_total", 0)
        if most and used >= most:
            says = _("%(service)s tar emot högst %(most)s inlägg om dagen, och så många har ni lagt ut.")
            raise Unavailable(says % {"service": self.label, "most": most}, retry_after=HOUR)

    def _wait_for(self, container: str) -> None:
        for pause in (0, *self.pauses):
            time.sleep(pause)
            answer = self.graph.get(container, fields=f"{self.state},{self.reason}")
            if answer.get(self.state) == "FINISHED":
                return
            if answer.get(self.state) in ("ERROR", "EXPIRED"):
                says = str(answer.get(self.reason) or "")
                subcode = re.search(r"\b2207\d{3}\b", says)
                raise self.graph.meaning(0, int(subcode[0]) if subcode else 0, says)
        raise Unavailable(_("%(service)s blev inte klar med bilden i tid.") % {"service": self.label})
