"""What is asked about people."""

import datetime as dt

from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.people.models import ResponsiblePublisher

WARN_DAYS = 90


def certificate_words(publisher: ResponsiblePublisher, today: dt.date) -> str:
    """How long the certificate holds, in words that warn within ``WARN_DAYS``; "" where there is none."""
    expires = publisher.certificate_expires
    if expires is None:
        return ""
    day = dates.date_words(expires, weekday=False)
    left = (expires - today).days
    if left < 0:
        return _("Varning: gick ut %(day)s") % {"day": day}
    if left == 0:
        return _("Varning: går ut i dag")
    if left == 1:
        return _("Varning: går ut i morgon")
    if left <= WARN_DAYS:
        return _("Varning: går ut om %(left)s dagar, %(day)s") % {"left": left, "day": day}
    return _("Gäller till %(day)s") % {"day": day}
