"""Whether there is a site, and whether strangers can log in to it with what the demo tells everyone."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from utbud.base.health import Finding, probe
from utbud.people.models import User
from utbud.web import demo
from utbud.web.models import StartPage

MOST_TRIED = 50  # people whose password is tried against the demo's; each takes a moment


@probe("Webbplatsen")
def site() -> Finding:
    """Whether readers are shown a site."""
    if not StartPage.objects.live().exists():
        says = _("Webbplatsen är tom: besökare får läsa att den inte är klar.")
        todo = _("Gör en ny med utbud setup, eller lägg tillbaka databasen från säkerhetskopian.")
        return Finding(False, says, todo)
    return Finding(True, _("Webbplatsen har en startsida."))


@probe("Inloggningarna")
def logins() -> Finding:
    """Whether somebody can log in as an administrator, and nobody with the demo's password where all can reach it."""
    people = User.objects.filter(is_active=True)
    if not people.exists():
        says = _("Ingen kan logga in.")
        return Finding(False, says, _("Skapa en första inloggning: utbud createsuperuser."))
    if is_public():
        if settings.DEBUG:
            says = _("UTBUD_DEBUG är på, och visar hur programmet är inställt för alla.")
            return Finding(False, says, _("Ta bort UTBUD_DEBUG."))
        known = [
            row.username for row in people.order_by("pk")[:MOST_TRIED] if row.check_password(demo.PASSWORD)
        ]
        if known:
            says = _("Demons lösenord, som alla kan läsa, går att logga in med: %(names)s.") % {
                "names": ", ".join(known)
            }
            todo = _("Byt lösenord med utbud changepassword, eller ta bort inloggningarna.")
            return Finding(False, says, todo)
    return Finding(True, _("Ingen kan logga in med demons lösenord utifrån."))


def is_public() -> bool:
    """Whether the site's address is one that others than this machine and its network can reach."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if settings.SECURE:
        return True
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local"))
