"""Put in the archive what has been public, restore it as a draft, and delete it when its time is over (docs/adr/0022)."""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from utbud.people.models import User
from utbud.publishing import queries_archive
from utbud.publishing.actions import ApprovalError
from utbud.publishing.models import ApprovalRequest, ApprovedPage, Archived

logger = logging.getLogger(__name__)
LONGEST_SLUG = 255


class NotInArchive(ApprovalError):
    """The page is not in the archive any more, or stands under one that is."""


def archive(*, page: ApprovedPage, by: User, now: dt.datetime) -> list[Archived]:
    """Take ``page`` down, with all that stands under it, and put it in the archive. Its address is free for others.

    Versions, approvals, pictures and sounds stay as they are. What is there already stays as it is.
    """
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        subtree = Page.objects.filter(path__startswith=page.path, archived=None).order_by("path")
        rows = []
        for one in [found.specific for found in subtree]:
            one.unpublish(user=by)
            ApprovalRequest.objects.standing().filter(page_id=one.pk).update(voided_at=now)
            rows.append(Archived.objects.create(page_id=one.pk, slug=one.slug, at=now, by=str(by)))
            one.archived_now()
            log(instance=one, action="utbud.archive", user=by, data={"who": str(by)})
        ending = f"-borttagen-{page.pk}"
        Page.objects.filter(pk=page.pk).update(slug=f"{page.slug[: LONGEST_SLUG - len(ending)]}{ending}")
    return rows


def restore(*, row: Archived, by: User, now: dt.datetime) -> Page:
    """Take a page out of the archive, as a draft, with what went there with it. Readers see it when it is approved anew.

    It gets its address back, unless another page has taken it. Raises NotInArchive.
    """
    with transaction.atomic():
        page = Page.objects.select_for_update().get(pk=row.page_id)
        if Archived.objects.filter(page__in=page.get_ancestors()).exists():
            raise NotInArchive(_("Sidan ligger under en annan borttagen sida. Ta tillbaka den först."))
        back = Archived.objects.filter(page__path__startswith=page.path, at=row.at)
        for one in Page.objects.filter(archived__in=back):
            log(instance=one.specific, action="utbud.restore", user=by, data={"who": str(by)})
        if not back.delete()[0]:
            raise NotInArchive(_("Sidan är redan tillbaka."))
        if Page._slug_is_available(row.slug, page.get_parent(), page):
            Page.objects.filter(pk=page.pk).update(slug=row.slug)
    page.refresh_from_db()
    return page


def purge(now: dt.datetime) -> int:
    """Delete what has been in the archive for its time; the log of who approved what stays. Returns how many pages.

    A page that something else holds on to (a course with figures) stays.
    """
    done = 0
    since = queries_archive.kept_since(now)
    # The deepest first, so that nothing goes with another before its own time.
    for row in Archived.objects.filter(at__lt=since).select_related("page").order_by("-page__depth"):
        if not row.page.is_leaf():
            continue
        try:
            with transaction.atomic():
                ApprovalRequest.objects.filter(page_id=row.page_id).delete()
                log(instance=row.page.specific, action="wagtail.delete", deleted=True)
                Page.objects.filter(pk=row.page_id).delete()
        except ProtectedError:
            logger.info("page %s stays in the archive: something needs it", row.page_id)
        else:
            done += 1
    return done
