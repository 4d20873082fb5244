"""The desk on paper: the sheet to put marks on. Made when it is asked for: it takes some 50 ms."""

import datetime as dt

from django.urls import reverse

from utbud.base import dates
from utbud.formats import tally
from utbud.helpdesk.queries.visits import LENGTHS, Asked
from utbud.places.models import Place
from utbud.publishing.files import sender


def sheet(asked: Asked, place: Place | None, now: dt.datetime) -> bytes:
    """The sheet for ``place`` as a PDF, with the answers that are pressed now."""
    content = tally.Sheet(
        question=asked.what.text if asked.what else "",
        rows=[choice.text for choice in asked.kinds],
        minutes=LENGTHS,
        place=place.name if place else "",
        path=reverse("helpdesk_tally"),
        date=dates.local(now).date(),
    )
    return tally.sheet(content, sender(), {})
