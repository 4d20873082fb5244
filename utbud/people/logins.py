"""Logging in: who tries, how long strangers wait, and what is remembered of it (docs/adr/0023-logins.md).

Wrong tries are rows, and the rows are what is counted. Nobody is locked out: a wait belongs to where the tries come from, so that a
stranger's tries never make the owner wait, and a device that has logged in before is not counted with strangers.
"""

import datetime as dt
import hashlib
import logging
import secrets
from dataclasses import dataclass, field

from django.conf import settings
from django.core import signing
from django.db.models import Count, F, Max, Q
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import (  # type: ignore[attr-defined] # the only ones who know how a token is masked
    InvalidTokenFormat,
    _check_token_format,
    _unmask_cipher_token,
)
from django.utils.crypto import salted_hmac

from utbud.base.networks import client_address, network, wide
from utbud.people.models import LoginTry, User

logger = logging.getLogger("utbud.login")
SALT = "utbud.people.logins"
HOUR = dt.timedelta(hours=1)
STEP, LONGEST = dt.timedelta(minutes=1), dt.timedelta(minutes=15)  # the first wait; each wrong try doubles it
FREE = {"device": 5, "pair": 5, "network": 20, "wide": 60}  # wrong tries in an hour before one waits
STORM = {
    "account": 50,
    "all": 300,
}  # wrong tries in an hour after which a stranger's network has one try before it waits
LETTERS = {"account": 3, "network": 10, "wide": 30, "all": 60}  # letters about a new password in an hour
ALARM, ALARM_OVER = 50, dt.timedelta(hours=24)
KNOWN_FOR, ADDRESS_KEPT, KEPT = dt.timedelta(days=90), dt.timedelta(days=7), dt.timedelta(days=90)
COOKIE, COOKIE_AGE, USERS_A_DEVICE = "utbud_device", 365 * 24 * 3600, 12
LOGINS_A_DEVICE = 12  # whose forms are known


class TooSoon(Exception):
    """Somebody must wait ``wait`` before the next try."""

    def __init__(self, wait: dt.timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class Device:
    """A browser that has logged in before: who it has been let in as, and whose the forms are that it was given."""

    key: str
    users: tuple[int, ...] = field(default=())
    forms: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Caller:
    """Who tries: as whom, from where, and whether that has been let in before."""

    account: str
    user: User | None
    address: str
    network: str
    wide: str
    device: str  # "" for a stranger
    known: bool  # the device or the network has been let in as this account


def caller(request: HttpRequest, name: str, now: dt.datetime) -> Caller:
    """Who tries to be ``name`` (a user name, or the address of a letter)."""
    user = (
        User.objects.filter(Q(username=name) | Q(email__iexact=name), is_active=True).order_by("pk").first()
    )
    address = client_address(request)
    device = device_of(request)
    mine = device is not None and user is not None and user.pk in device.users
    near = _digest("network", network(address))
    been = (
        user is not None
        and LoginTry.objects.filter(
            user=user, network=near, outcome=LoginTry.IN, at__gt=now - KNOWN_FOR
        ).exists()
    )
    return Caller(
        account=_digest("account", str(user.pk) if user else name.casefold()[:254]),
        user=user,
        address=address,
        network=near,
        wide=_digest("wide", wide(address)),
        device=_digest("device", device.key) if device and mine else "",
        known=mine or been,
    )


def begin(*, who: Caller, now: dt.datetime) -> LoginTry:
    """Note a try as wrong until it is right. Raises TooSoon, and then only counts that somebody came too soon."""
    if (wait := _wait(who, now)) > dt.timedelta(0):
        same = LoginTry.objects.filter(wide=who.wide, at__gt=now - HOUR).order_by("-pk").values("pk")[:1]
        LoginTry.objects.filter(pk__in=list(same.values_list("pk", flat=True))).update(slowed=F("slowed") + 1)
        raise TooSoon(wait)
    return _note(who, LoginTry.WRONG, now)


def let_in(*, attempt: LoginTry, user: User) -> None:
    """The password was right."""
    LoginTry.objects.filter(pk=attempt.pk).update(outcome=LoginTry.IN, user=user)
    logger.info("%s logged in", user.username)


def refused(*, attempt: LoginTry) -> None:
    """The password was wrong, as the try already says."""
    logger.warning("a wrong try as %s", attempt.user.username if attempt.user else "somebody who is not here")


def ask_for_letter(*, who: Caller, now: dt.datetime) -> None:
    """Count a letter about a new password, the same whether there is such an account. Raises TooSoon."""
    asked = LoginTry.objects.filter(outcome=LoginTry.LETTER, at__gt=now - HOUR)
    limits = {"account": LETTERS["account"]} if who.known else LETTERS
    for what, most in limits.items():
        if (asked if what == "all" else asked.filter(**{what: getattr(who, what)})).count() >= most:
            raise TooSoon(HOUR)
    _note(who, LoginTry.LETTER, now)


def _note(who: Caller, outcome: str, now: dt.datetime) -> LoginTry:
    return LoginTry.objects.create(
        at=now, user=who.user, account=who.account, network=who.network, wide=who.wide, device=who.device,
        address=who.address[:45], outcome=outcome,
    )  # fmt: skip


def _wait(who: Caller, now: dt.datetime) -> dt.timedelta:
    """How long until ``who`` may try again, in one question."""
    here = Q(account=who.account, network=who.network, device="")
    counted = {
        "device": Q(account=who.account, device=who.device),
        "pair": here,
        "network": Q(network=who.network, device=""),
        "wide": Q(wide=who.wide, device=""),
        "account": Q(account=who.account, device=""),
        "all": Q(device=""),
    }
    asks: dict[str, Count | Max] = {f"{name}_n": Count("pk", filter=q) for name, q in counted.items()}
    asks |= {f"{name}_at": Max("at", filter=counted[name]) for name in FREE}
    found = LoginTry.objects.filter(outcome=LoginTry.WRONG, at__gt=now - HOUR).aggregate(**asks)
    if who.device:
        rules = {"device": FREE["device"]}
    elif who.known:
        rules = {"pair": FREE["pair"]}
    else:
        rules = {name: FREE[name] for name in ("pair", "network", "wide")}
        if any(found[f"{name}_n"] >= most for name, most in STORM.items()):
            rules["pair"] = rules["network"] = 1
    waits = [dt.timedelta(0)]
    for name, free in rules.items():
        if (over := found[f"{name}_n"] - free) >= 0:
            waits.append(found[f"{name}_at"] + min(STEP * 2 ** min(over, 8), LONGEST) - now)
    return max(waits)


# --- what a browser carries ---------------------------------------------------------------------


def device_of(request: HttpRequest) -> Device | None:
    """The device that a request comes from, None for one that has never logged in."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
        return Device(held["key"], tuple(held["users"]), dict(held.get("forms", {})))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def form_mark(token: str) -> str:
    """What all forms of one login have in common, without telling what it is; "" for no token."""
    try:
        _check_token_format(token)
    except InvalidTokenFormat:
        return ""
    secret = _unmask_cipher_token(token) if len(token) == 64 else token
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let the browser that gets ``response`` be known as one of ``user``'s."""
    device = device_of(request) or Device(secrets.token_urlsafe(12))
    users = [user.pk, *(pk for pk in device.users if pk != user.pk)][:USERS_A_DEVICE]
    given = form_mark(request.META.get("CSRF_COOKIE", ""))  # anew at each login
    forms = dict([*device.forms.items(), (given, user.pk)][-LOGINS_A_DEVICE:]) if given else device.forms
    response.set_cookie(
        COOKIE, signing.dumps({"key": device.key, "users": users, "forms": forms}, salt=SALT), max_age=COOKIE_AGE, path="/admin/",
        secure=settings.SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


# --- afterwards ---------------------------------------------------------------------------------


def failures(now: dt.datetime) -> int:
    """How many wrong tries there were in the last day; those that came too soon are counted too."""
    rows = LoginTry.objects.filter(outcome=LoginTry.WRONG, at__gt=now - ALARM_OVER)
    found = rows.aggregate(n=Count("pk"))
    return int(found["n"])


def purge(now: dt.datetime) -> int:
    """Forget addresses after a week, and the tries after three months."""
    addresses = LoginTry.objects.filter(at__lt=now - ADDRESS_KEPT).exclude(address="").update(address="")
    old, _of_each = LoginTry.objects.filter(at__lt=now - KEPT).delete()
    return addresses + old


def _digest(purpose: str, text: str) -> str:
    return salted_hmac(SALT, f"{purpose} {text}", algorithm="sha256").hexdigest()[:32]
