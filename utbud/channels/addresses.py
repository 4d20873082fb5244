"""Addresses of services that staff write themselves."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from utbud.channels.channel import Refused

AT_HOME = ("localhost", "127.0.0.1", "::1")


def secure(given: str) -> str:
    """«mastodon.example.org» as «https://mastodon.example.org».

    Raises Refused for anything but https, since keys could be read on their way, unless it is on this machine.
    """
    address = given.strip()
    address = address if "://" in address else f"https://{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in AT_HOME)):
        return address
    raise Refused(_("Adressen ska börja med https://. Ändra den i kanalens inställningar."))
