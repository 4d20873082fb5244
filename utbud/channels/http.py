"""One way to call a service: with a time limit, with what went wrong said as Refused or Unavailable, and never inside."""

from collections.abc import Callable
from typing import Any

import requests
import urllib3
from django.utils.translation import gettext as _

from utbud.base import outward
from utbud.channels.channel import Refused, Unavailable, Unread, Unsure

TIMEOUT = (10, 60)  # seconds: to be let in, and between bytes
READING = ("GET", "HEAD")
# The settings are wrong: nothing was sent.
ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
)
AGENT = "Digitalt-utbud/0.1"


def call(
    method: str,
    url: str,
    *,
    service: str,
    why: Callable[[requests.Response], str] | None = None,
    fine: tuple[int, ...] = (),
    timeout: tuple[float, float] = TIMEOUT,
    **options: Any,
) -> requests.Response:
    """An HTTP call. ``fine`` are statuses of 400 and above that are answers and not errors.

    ``why`` reads a refusal's reason out of the answer. Raises Unavailable for 429, 5xx and no connection (with
    the seconds of Retry-After), Unsure where what we sent may have been taken before the answer was lost, Refused for
    other 4xx and for an address that cannot be used or leads inside. ``service`` is its name, for the message.
    """
    headers = {"User-Agent": AGENT} | dict(options.pop("headers", {}))
    try:
        with outward.session() as session:
            response = session.request(method, url, headers=headers, timeout=timeout, **options)
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        kind = Unavailable if method in READING or never_arrived(error) else Unsure
        raise kind(_("%(service)s svarar inte just nu.") % {"service": service}) from error
    except requests.TooManyRedirects as error:
        raise Refused(_("%(service)s skickar vidare för många gånger.") % {"service": service}) from error
    except ADDRESS as error:
        if isinstance(error.__cause__, outward.Inside):
            raise Refused(
                _("%(service)s: adressen leder till vårt eget nät. Dit får bara IT-avdelningen öppna.")
                % {"service": service}
            ) from error
        raise Refused(
            _("%(service)s: adressen går inte att använda. Se över den.") % {"service": service}
        ) from error
    except requests.RequestException as error:  # it answered what cannot be read
        kind = Unavailable if method in READING else Unread
        raise kind(_("%(service)s svarade något som vi inte förstår.") % {"service": service}) from error
    if response.ok or response.status_code in fine:
        return response
    if response.status_code in (408, 425, 429) or response.status_code >= 500:
        after = response.headers.get("Retry-After", "")
        lost = response.status_code in (500, 502, 504) and method not in READING
        raise (Unsure if lost else Unavailable)(
            _("%(service)s tar inte emot just nu (svar %(status)s).")
            % {"service": service, "status": response.status_code},
            retry_after=float(after) if after.isdecimal() else 0,
        )
    if response.status_code in (401, 403):
        raise Refused(
            _("%(service)s släpper inte in oss. Nyckeln är fel, för gammal eller saknar rättigheter. %(why)s")
            % {"service": service, "why": _reason(response, why)}
        )
    raise Refused(
        _("%(service)s tog inte emot det (svar %(status)s). %(why)s")
        % {"service": service, "status": response.status_code, "why": _reason(response, why)}
    )


def answer(response: requests.Response) -> dict[str, Any]:
    """The JSON object that a service answered; {} for anything else."""
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def made(response: requests.Response, *, service: str, name: str = "id") -> str:
    """What the service calls that which it has just made. Raises Unread where its answer does not say: it may be out."""
    said = answer(response).get(name)
    if not said or not isinstance(said, str | int):
        raise Unread(
            _("%(service)s tog emot det, men svarade något som vi inte förstår.") % {"service": service}
        )
    return str(said)


def never_arrived(error: Exception) -> bool:
    """Whether the connection failed before anything was sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.NameResolutionError)


def _reason(response: requests.Response, why: Callable[[requests.Response], str] | None) -> str:
    try:
        return (why(response) if why else "")[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
