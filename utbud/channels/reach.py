"""Counting without following: a number a day, a way, and an item."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from utbud.base import dates
from utbud.channels.models import Reach


def count(*, way: str, what: str, now: dt.datetime, item: str = "", times: int = 1) -> None:
    """Add ``times`` to the day's number. Safe from many processes at once."""
    row = {"day": dates.local(now).date(), "way": way, "what": what, "item": item}
    if Reach.objects.filter(**row).update(count=F("count") + times):
        return
    try:
        with transaction.atomic():
            Reach.objects.create(**row, count=times)
    except IntegrityError:  # another process was first
        Reach.objects.filter(**row).update(count=F("count") + times)


def taken(item: str) -> dict[str, int]:
    """What people have taken with them of ``item`` and keep, by way («print», «poster», «sound» …): downloads in all."""
    rows = Reach.objects.filter(item=item, what="download").values_list("way").annotate(n=Sum("count"))
    return {way: number for way, number in rows.order_by("way") if number > 0}
