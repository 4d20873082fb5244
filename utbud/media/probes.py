"""Whether films and sounds can be made here."""

import datetime as dt
import shutil

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from utbud.base.health import Finding, probe
from utbud.media.models import Asset, State

ROOM = 5 * 1024**3  # bytes: a long film as it came, and what is made of it
PATIENCE = dt.timedelta(minutes=30)


@probe("Filmerna")
def films() -> Finding:
    """Whether somebody makes the films that wait, and whether there is room for more."""
    before = timezone.now() - PATIENCE
    waits = Asset.objects.filter(state=State.WAITING, created_at__lt=before).count()
    if waits and not Asset.objects.filter(state=State.WORKING).exists():
        says = _("Filmer eller ljud har väntat i mer än en halvtimme: %(count)s.") % {"count": waits}
        return Finding(False, says, _("Se efter att utbud worker --slow är i gång."))
    free = shutil.disk_usage(settings.VAR).free
    says = _("%(room)s GB är lediga.") % {"room": round(free / 1024**3)}
    if free < ROOM:
        return Finding(False, says, _("Ge disken mer plats. En lång film behöver 5 GB."), needed=False)
    return Finding(True, says)
