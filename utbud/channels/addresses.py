"""Addresses of services that staff write themselves."""

from django.utils.translation import gettext as _

from utbud.base import outward
from utbud.channels.channel import Refused


def secure(given: str) -> str:
    """«mastodon.example.org» as «https://mastodon.example.org».

    Raises Refused for anything but https, since keys could be read on their way, and for a single word, which is nowhere
    on the open internet, unless the IT department has opened the host.
    """
    address = given.strip()
    address = address if "://" in address else f"https://{address}"
    url = outward.parsed(address)
    if url and url.host and outward.may_be_inside(url.host):
        return address
    if url and url.host and not set(url.host) & set(".:"):
        raise Refused(_("Adressen är inte hel. Så här kan den se ut: https://exempel.se/"))
    if url and url.host and url.scheme == "https":
        return address
    raise Refused(_("Adressen ska börja med https://. Ändra den i kanalens inställningar."))
