"""Keep material fresh: a service has changed, a page has been gone through."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from utbud.base import dates
from utbud.learning.models import DigitalService, MaterialPage, Recheck, ServiceChange
from utbud.people.models import User
from utbud.publishing import actions as publishing
from utbud.publishing.models import ApprovalRequest


class CheckError(Exception):
    """Why a check cannot be noted so, in Swedish, to be shown as it is."""


class NotOut(CheckError):
    """The page is not published, so no reader is told when it was checked."""


class DraftWaits(CheckError):
    """There is a newer version that is not published: it says when it was checked itself."""


@transaction.atomic
def note_change(*, service: DigitalService, what: str, by: User | None, now: dt.datetime) -> ServiceChange:
    """A service has changed: every page that is out and depends on it is marked, whatever kind it is."""
    change = ServiceChange.objects.create(service=service, what=what.strip(), at=now, by=by)
    for kind in MaterialPage.kinds():
        depending = kind.objects.live().filter(services=service)
        Recheck.objects.bulk_create(
            Recheck(page_id=pk, change=change) for pk in depending.values_list("pk", flat=True)
        )
    return change


def undo_change(*, change: ServiceChange) -> None:
    """It had not changed: the change is gone, and with it every mark that it made. Can be done twice."""
    ServiceChange.objects.filter(pk=change.pk).delete()


@transaction.atomic
def note_checked(*, page: MaterialPage, review_by: dt.date, by: User, now: dt.datetime) -> ApprovalRequest:
    """Somebody has gone through ``page`` and all of it is right: today's date is sent for approval.

    What was marked is done when that version is published (MaterialPage.published), since only then are readers told.
    Raises NotOut, DraftWaits, or what publishing.actions.request_approval raises.
    """
    locked = Page.objects.select_for_update().get(pk=page.pk)
    if not locked.live:
        raise NotOut(_("Sidan är inte publicerad. Datumet står i texten, och följer med när den publiceras."))
    if locked.has_unpublished_changes:
        raise DraftWaits(
            _(
                "Det finns en nyare version som inte är publicerad. Sätt datumet «senast kontrollerad» där, under Skötsel."
            )
        )
    draft = locked.get_latest_revision_as_object()
    draft.checked_on, draft.review_by = dates.local(now).date(), review_by
    draft.save_revision(user=by, log_action=True)
    locked.refresh_from_db()
    return publishing.request_approval(
        page=locked.specific,
        message=_("Kontrollerad utan ändringar. Bara datumet är nytt."),
        by=by,
        now=now,
    )
