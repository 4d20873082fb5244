"""Addresses of services that staff write themselves."""

from django.utils.translation import gettext as _

from utbud.base import outward
from utbud.channels.channel import Refused


def secure(given: str) -> str:
    """«mastodon.example.org» as «https://mastodon.example.org».

    Raises Refused for anything but https, since keys could be read on their way, unless the IT department has opened the host.
    """
    address = given.strip()
    address = address if "://" in address else f"https://{address}"
    url = outward.parsed(address)
    if url and url.host and (url.scheme == "https" or outward.may_be_inside(url.host)):
        return address
    raise Refused(_("Adressen ska börja med https://. Ändra den i kanalens inställningar."))
