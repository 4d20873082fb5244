"""Text messages to those who have asked for them, through 46elks. No link, unless the library turns it on."""

import re
from math import ceil
from typing import Any

import requests
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from utbud.channels import sms
from utbud.channels.channel import SMS, Channel, Receipt, Refused, Remark, Setting, Unavailable
from utbud.channels.http import answer, call, made
from utbud.channels.post import Fitted, Post, fit
from utbud.places.phones import parse_phone

SERVICE = "https://api.46elks.com/a1"
NAME = "46elks"
LINK = re.compile(r"https?://|\bwww\.", re.I)
# What 46elks takes as a sender: a number, or 3 to 11 of A-Z and 0-9 that begin with a letter.
SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[A-Za-z][A-Za-z0-9]{2,10}")
NO_MONEY = (402, 403)
WAIT_FOR_MONEY = 3600  # seconds
GUESSED_PRICE, ABROAD = 0.60, 3  # kronor for one message; how many times that to another country
MOST = 6  # messages a text may be sent as


class Sms(Channel):
    """One short text to each subscriber. Longer than one message it is several, and each is paid for."""

    slug = "sms"
    label = _("Sms")
    about = _(
        "Ett sms till var och en som har bett om det. Ni behöver ett konto hos 46elks. "
        "Användarnamn och lösenord står där under Account. "
        "Hyr också ett nummer där, så att den som får sms kan svara STOPP."
    )
    requires = (
        Setting(name="username", label=_("API-användarnamn"), secret=True),
        Setting(name="password", label=_("API-lösenord"), secret=True),
        Setting(
            name="sender",
            label=_("Avsändare"),
            help=_(
                "Numret ni hyr, till exempel +46701740605. Det går också med ett namn, 3 till 11 bokstäver och siffror. "
                "Då kan ingen svara, och ingen kan anmäla sig på webben."
            ),
        ),
        Setting(
            name="most",
            label=_("Högst så många sms för en text"),
            help=_("Ett sms har plats för 160 tecken, två för 306."),
            default="2",
        ),
        Setting(
            name="price",
            label=_("Pris för ett sms, i kronor"),
            help=_("Så som det står i er prislista, till exempel 0,55. Tomt: bara antalet visas."),
            required=False,
        ),
        Setting(
            name="link",
            label=_("Länk i sms"),
            help=_("Polisen råder oss alla att inte trycka på länkar i sms."),
            required=False,
            default="nej",
            choices=(("nej", _("Nej, ingen länk")), ("ja", _("Ja, ta med länk"))),
        ),
    )
    subscribers = SMS

    @property
    def two_way(self) -> bool:
        """Whether people can answer: the sender is a number."""
        return self.config.get("sender", "").startswith("+")

    @property
    def with_link(self) -> bool:
        """Whether the library has turned links on."""
        return self.config.get("link", "").strip().lower() == "ja"

    # --- what it would say ----------------------------------------------------------------------

    def limit(self) -> int:
        most = self.config.get("most", "")
        return sms.room(min(max(int(most), 1), MOST) if most.isdecimal() else 2)

    def count(self, text: str) -> int:
        return sms.length(text)

    def body(self, post: Post) -> str:
        return _now("%(kind)s: %(title)s. %(lead)s") % {
            "kind": post.kind,
            "title": post.title,
            "lead": post.lead,
        }

    def tail(self, post: Post) -> str:
        said = [_now("Ring %(phone)s om du vill veta mer.") % {"phone": post.phone}] if post.phone else []
        if self.two_way:
            said.append(_now("Svara STOPP för att sluta."))
        elif post.phone:
            said.append(_now("Ring också om du vill sluta."))
        if self.with_link:
            said.append(post.url)
        return sms.normalise(" ".join(said))

    def compose(self, post: Post) -> Fitted:
        fitted = fit(
            sms.normalise(self.body(post)),
            self.tail(post),
            self.limit(),
            lambda text: self.count(sms.normalise(text)),
        )
        return Fitted(sms.normalise(fitted.text), fitted.cut)  # what was cut ends in an ellipsis

    def remarks(self, post: Post, text: str) -> list[Remark]:
        found = super().remarks(post, text)
        found += [Remark(says=says) for says in _about_signs(text)]
        if LINK.search(text) and not self.with_link:
            found.append(
                Remark(
                    says=_now("Det står en länk i texten. Ta bort den, eller slå på länkar för kanalen."),
                    stops=True,
                )
            )
        asks_for_answer = re.search(r"\bsvara\b", text, re.I)
        if asks_for_answer and not self.two_way:
            found.append(
                Remark(
                    says=_now("Det går inte att svara på ett sms från ett namn. Be läsaren ringa i stället."),
                    stops=True,
                )
            )
        if self.two_way and not re.search(r"\bstopp\b", text, re.I):
            found.append(
                Remark(says=_now("Det står inte hur man slutar. Lägg till: Svara STOPP för att sluta."))
            )
        return found

    def price(self, text: str, recipients: int = 0) -> str:
        count = sms.segments(text)
        each = _kronor(self.config.get("price", ""))
        said = _now("%(count)s sms till var och en") % {"count": count}
        if each is not None:
            said = _now("%(said)s, ungefär %(price)s kronor") % {"said": said, "price": _money(count * each)}
        if recipients <= 1:
            return said
        if each is None:
            return _now("%(said)s. Tillsammans %(all)s sms") % {"said": said, "all": count * recipients}
        return _now("%(said)s. Tillsammans %(all)s kronor") % {
            "said": said,
            "all": _money(count * each * recipients),
        }

    def ore(self, text: str, to: str) -> int:
        """What ``text`` to ``to`` costs, in öre, never too little: a price nobody has given is guessed, and abroad is dearer."""
        each = _kronor(self.config.get("price", ""))
        each = GUESSED_PRICE if each is None or each <= 0 else each
        return ceil(sms.segments(text) * each * 100) * (1 if to.startswith("+46") else ABROAD)

    # --- what it does ---------------------------------------------------------------------------

    def send(self, post: Post, text: str, *, key: str, to: str = "") -> Receipt:
        """46elks knows no key: sending again is a message again."""
        return Receipt(made(self._send(text, to), service=NAME))

    def test(self, *, to: str = "") -> str:
        """Ask for the account and, with ``to``, whether a text could be sent there. Nothing is sent."""
        account = answer(self._call("GET", "/me"))
        said = [_now("46elks släpper in oss.")]
        balance = account.get("balance")
        if isinstance(balance, int):
            left = f"{balance / 10_000:.2f}".replace(".", ",")
            said.append(
                _now("På kontot finns %(left)s %(currency)s.")
                % {"left": left, "currency": account.get("currency", "")}
            )
        if to:
            self._send(_now("Ett prov."), parse_phone(to) or to, dryrun="yes")
            said.append(_now("De godkänner avsändaren och numret. Inget sms skickades."))
        return " ".join(said)

    def _send(self, text: str, to: str, **more: str) -> requests.Response:
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", to):
            raise Refused(_now("Det är inget telefonnummer att skicka till."))
        if not SENDER.fullmatch(self.config.get("sender", "")):
            raise Refused(
                _now(
                    "Avsändaren går inte att använda. Skriv ett nummer som +46701740605 eller 3 till 11 bokstäver."
                )
            )
        given = {"from": self.config["sender"], "to": to, "message": text}
        return self._call("POST", "/sms", data=given | more)

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        given = call(
            method,
            SERVICE + path,
            service=NAME,
            why=lambda response: response.text.strip(),
            fine=NO_MONEY,
            auth=(self.config.get("username", ""), self.config.get("password", "")),
            **options,
        )
        if given.status_code in NO_MONEY:
            if "credit" in given.text.lower() or given.status_code == 402:
                raise Unavailable(
                    _now("Pengarna är slut på kontot hos 46elks. Fyll på, så skickas resten av sig själv."),
                    retry_after=WAIT_FOR_MONEY,
                )
            raise Refused(_now("46elks säger nej: %(why)s") % {"why": given.text.strip()[:300]})
        return given


def _kronor(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _money(kronor: float) -> str:
    return f"{kronor:.2f}".replace(".", ",")


def _about_signs(text: str) -> list[str]:
    """What staff are told about signs that make the message dearer."""
    signs = sms.outside(text)
    plain = {sign: sms.normalise(sign) for sign in signs}
    better = [f"{sign} → {to}" for sign, to in plain.items() if to != sign and to.strip()]
    unseen = [sign for sign, to in plain.items() if to != sign and not to.strip()]
    rest = [sign for sign, to in plain.items() if to == sign]
    said = []
    if better:
        said.append(
            _now("Skriv enklare tecken, annars kostar sms:et mer: %(signs)s") % {"signs": ", ".join(better)}
        )
    if unseen:
        said.append(
            _now(
                "Det finns mellanslag eller dolda tecken av en ovanlig sort. Skriv om dem, annars kostar sms:et mer."
            )
        )
    if rest:
        said.append(
            _now("De här tecknen gör att sms:et kostar mer. Ta bort dem om du kan: %(signs)s")
            % {"signs": " ".join(rest)}
        )
    return said
