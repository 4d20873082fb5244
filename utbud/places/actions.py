"""Say that a day differs, and take that back. It is public at once (docs/adr/0022)."""

import datetime as dt
import logging
from typing import Any

from django.db import transaction

from utbud.places.models import Place, SpecialDay, refuse_collision

logger = logging.getLogger(__name__)


@transaction.atomic
def set_day(
    *,
    place: Place | None,
    date: dt.date,
    kind: str,
    opens: dt.time | None,
    closes: dt.time | None,
    reason: str,
    by: Any,
) -> SpecialDay:
    """Let ``date`` differ at ``place`` (None: everywhere): closed where there are no times, else these for ``kind``.

    The same again is the same. Raises ValidationError where it cannot be, or where another row says something else.
    """
    said = {"date": date, "kind": kind, "closed": opens is None, "opens": opens, "closes": closes}
    if place is not None:
        Place.objects.select_for_update().get(pk=place.pk)
    if same := SpecialDay.objects.filter(place=place, reason=reason, **said).first():
        return same
    row = SpecialDay(place=place, reason=reason, **said)
    row.full_clean()
    refuse_collision(row, SpecialDay.objects.filter(place=place, date=date))
    row.save()
    logger.info("user %s let %s differ at %s", by.pk, date, place or "every place")
    return row


def remove_day(*, row: SpecialDay, by: Any) -> None:
    """Let the day be as every other again. Twice is once."""
    if row.pk:
        logger.info("user %s took back that %s differs", by.pk, row.date)
        row.delete()
