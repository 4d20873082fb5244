"""What every public page knows: the library, the next drop-in, where the stylesheet is, which pages there are."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from utbud.places import models as places
from utbud.places import queries
from utbud.places.queries import Library
from utbud.web import copies, stylesheet

# Pages that menus and footers link to when they are published: a new library begins with some as drafts.
LINKED = ("filmer", "guider", "kurser", "podd", "om", "hjalp-nagon-annan", "sprak", "tillganglighet")

_said: dict[tuple[int, dt.datetime], str] = {}  # the next drop-in in words, asked once a minute


def site(request: HttpRequest) -> dict[str, Any]:
    """``base_url``, ``lib``, ``logo`` (address or ""), ``next_drop_in`` (words or ""), ``published`` (those of ``LINKED``
    that there are) and ``stylesheet`` (address).

    Each is asked for only when a template shows it, since the staff side's pages pass here as well.
    """
    lib = SimpleLazyObject(_library)
    return {
        "base_url": settings.BASE_URL,
        "lib": lib,
        "logo": SimpleLazyObject(lambda: default_storage.url(lib.logo_name) if lib.logo_name else ""),
        "next_drop_in": SimpleLazyObject(_next_drop_in),
        "published": SimpleLazyObject(_published),
        "stylesheet": SimpleLazyObject(lambda: stylesheet.address(_library())),
    }


def _library() -> Library:
    found = queries.library()
    copies.keep_library(found)
    return found


def _published() -> frozenset[str]:
    under_start = Page.objects.live().filter(depth=3, slug__in=LINKED)
    return frozenset(under_start.values_list("slug", flat=True))


def _next_drop_in() -> str:
    now = timezone.now()
    if connection.in_atomic_block:  # as places.queries.library: nobody sees what is not committed
        return _drop_in_words(now)
    key = (places.edition, now.replace(second=0, microsecond=0))
    words = _said.get(key)  # another thread may forget it between two looks
    if words is None:
        words = _drop_in_words(now)
        _said.clear()
        _said[key] = words
    return words


def _drop_in_words(now: dt.datetime) -> str:
    found = queries.next_drop_in(now)
    return found.words if found else ""
