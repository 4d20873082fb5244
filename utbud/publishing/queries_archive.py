"""The archive: pages that have been public and that staff have deleted, with all that was approved of them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page, PageLogEntry, Revision

from utbud.inbox.actions import months_before
from utbud.people.models import User
from utbud.places import queries as places
from utbud.publishing.models import ApprovalRequest, Archived
from utbud.publishing.queries import publisher_of


def kept_since(now: dt.datetime) -> dt.datetime:
    """What was deleted before this has been in the archive for its time."""
    return months_before(now, places.archive_months())


def is_over(page_id: int, now: dt.datetime) -> bool:
    """Whether a page has been in the archive for its time."""
    return Archived.objects.filter(page_id=page_id, at__lt=kept_since(now)).exists()


def may_look(user: User) -> bool:
    """Whether ``user`` may look in the archive, and restore: responsible publishers and administrators."""
    return publisher_of(user) is not None or user.has_perm("publishing.change_archived")


def archived() -> QuerySet[Archived]:
    """What is in the archive, the latest first."""
    return Archived.objects.select_related("page").order_by("-at", "page_id")


@dataclass(frozen=True)
class Held:
    """An archived page with what was decided about it."""

    row: Archived
    page: Page  # of its own kind
    shown: Revision | None  # the version that was public last
    approvals: tuple[ApprovalRequest, ...]
    log: tuple[Any, ...]
    under: tuple[Archived, ...]  # what went with it


def held(row: Archived) -> Held:
    """All that is kept of an archived page."""
    approvals = tuple(
        ApprovalRequest.objects.filter(page_id=row.page_id)
        .select_related("revision", "requested_by")
        .order_by("-requested_at", "-pk")
    )
    out = [one for one in approvals if one.published_at is not None]
    log = PageLogEntry.objects.filter(page=row.page_id).select_related("user").order_by("-timestamp", "-pk")
    under = archived().filter(page__path__startswith=row.page.path).exclude(pk=row.pk)
    return Held(
        row=row,
        page=row.page.specific,
        shown=max(out, key=lambda one: (one.published_at, one.pk)).revision if out else None,
        approvals=approvals,
        log=tuple(log),
        under=tuple(under),
    )
