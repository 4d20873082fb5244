"""What every public page knows: the library, the next drop-in, where the stylesheet is, which pages there are."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from utbud.courses.queries.public import texts_to
from utbud.places import models as places
from utbud.places import queries
from utbud.places.queries import Library
from utbud.web import copies, stylesheet

# Pages that menus and footers link to when they are published: a new library begins with some as drafts.
PRIVACY = "/om/personuppgifter/"
LINKED = ("ord", "filmer", "guider", "kurser", "podd", "om", "hjalp-nagon-annan", "sprak", "tillganglighet")
LISTS = ("ord", "filmer", "guider", "kurser", "podd")  # and to these when there is something in them


@dataclass(frozen=True)
class Now:
    """How it is right now, in words."""

    drop_in: str  # the next one, "" for none
    phone: str  # when a person answers


_said: dict[tuple[int, dt.datetime], Now] = {}  # asked once a minute


def site(request: HttpRequest) -> dict[str, Any]:
    """``base_url``, ``lib``, ``logo`` (address or ""), ``next_drop_in`` (words or ""), ``phone_hours`` (words),
    ``texts_to`` (a number or ""), ``privacy`` (address or ""), ``published`` (those of ``LINKED`` that there are) and ``stylesheet`` (address).

    Each is asked for only when a template shows it, since the staff side's pages pass here as well.
    """
    lib: Any = SimpleLazyObject(_library)
    how_it_is: Any = SimpleLazyObject(_how_it_is)
    return {
        "base_url": settings.BASE_URL,
        "lib": lib,
        "logo": SimpleLazyObject(lambda: default_storage.url(lib.logo_name) if lib.logo_name else ""),
        "next_drop_in": SimpleLazyObject(lambda: how_it_is.drop_in),
        "phone_hours": SimpleLazyObject(lambda: how_it_is.phone),
        "published": SimpleLazyObject(_published),
        "privacy": SimpleLazyObject(_privacy),
        "texts_to": SimpleLazyObject(texts_to),
        "stylesheet": SimpleLazyObject(lambda: stylesheet.address(lib)),
    }


def _library() -> Library:
    found = queries.library()
    copies.keep_library(found)
    return found


def _privacy() -> str:
    """Where it stands how we care for what we know of somebody, "" as long as it does not."""
    page = Page.objects.live().filter(url_path__endswith=PRIVACY).first()
    return PRIVACY if page else ""


def _published() -> frozenset[str]:
    inside = Page.objects.live().filter(path__startswith=OuterRef("path"), depth=4)
    under_start = Page.objects.live().filter(depth=3, slug__in=LINKED)
    under_start = under_start.filter(~Q(slug__in=LISTS) | Exists(inside))
    return frozenset(under_start.values_list("slug", flat=True))


def _how_it_is() -> Now:
    now = timezone.now()
    if connection.in_atomic_block:  # as places.queries.library: nobody sees what is not committed
        return _asked(now)
    key = (places.edition, now.replace(second=0, microsecond=0))
    told = _said.get(key)  # another thread may forget it between two looks
    if told is None:
        told = _asked(now)
        _said.clear()
        _said[key] = told
    return told


def _asked(now: dt.datetime) -> Now:
    table = queries.timetable(queries.active_places(), now)
    drop_in = table.next_drop_in(now)
    return Now(drop_in.words if drop_in else "", table.phone_words(now))
