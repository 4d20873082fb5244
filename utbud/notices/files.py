"""The letters as one file to print."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.core.files.storage import default_storage

from utbud.base import dates
from utbud.formats import letters
from utbud.formats.content import Sender
from utbud.notices.models import Notice
from utbud.places import queries as places


def letters_pdf(notices: Sequence[Notice], now: dt.datetime) -> bytes:
    """A PDF of the letters, ready to fold, in the order given. Raises ValueError when there is none."""
    library = places.library(now)
    known = [one.name for one in dataclasses.fields(Sender) if hasattr(library, one.name)]
    sender = Sender(**{name: getattr(library, name) for name in known})
    written = [
        letters.Letter(name=one.name, address=one.address, subject=one.subject, text=one.text)
        for one in notices
    ]
    return letters.letters(written, sender, _logo(library.logo_name), date=dates.local(now).date())


def _logo(name: str) -> dict[str, bytes]:
    """The logotype by its name, nothing when there is none or storage does not have it: the letter goes all the same."""
    if not name:
        return {}
    try:
        with default_storage.open(name) as file:
            return {name: file.read()}
    except OSError:
        return {}
