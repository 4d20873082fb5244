"""Where pages stand on their way out, and what waits for whom."""

import datetime as dt
from collections.abc import Iterable
from itertools import count

from django.contrib.auth.models import Permission
from django.db.models import CASCADE, Max, Q
from django.utils.text import slugify
from wagtail.coreutils import string_to_ascii
from wagtail.images.models import Image
from wagtail.models import Page, ReferenceIndex, Revision

from utbud.people.models import ResponsiblePublisher, User
from utbud.publishing.models import (
    ApprovalLink,
    ApprovalRequest,
    ApprovedPage,
    ApprovedPicture,
    Stage,
    stage_of,
)

LONGEST_SLUG = 100  # letters made from a title; what is typed may be longer
LETTER_STUCK_AFTER = dt.timedelta(minutes=10)


def stages(pages: Iterable[Page]) -> dict[int, Stage]:
    """The stage of each page by its id, in one query however many the pages are."""
    pages = list(pages)
    newest: dict[int, ApprovalRequest] = {}
    for request in ApprovalRequest.objects.filter(page_id__in=[page.pk for page in pages]).order_by(
        "requested_at", "pk"
    ):
        newest[request.page_id] = request
    return {page.pk: stage_of(page, newest.get(page.pk)) for page in pages}


def contributors(page: Page) -> set[int]:
    """Ids of the users who wrote what is new in ``page``: since its latest published approval, or ever."""
    since = ApprovalRequest.objects.filter(page=page, published_at__isnull=False).aggregate(
        last=Max("revision_id")
    )["last"]
    revisions = Revision.page_revisions.filter(object_id=str(page.pk))
    if since:
        revisions = revisions.filter(pk__gt=since)
    return set(revisions.exclude(user=None).values_list("user_id", flat=True))


def authors(request: ApprovalRequest) -> set[int]:
    """Ids of the users for whom ``request`` is their own: who wrote it, and who asked."""
    return contributors(request.page) | ({request.requested_by_id} if request.requested_by_id else set())


def is_own(request: ApprovalRequest, publisher: ResponsiblePublisher) -> bool:
    """Whether approving ``request`` would be approving one's own, by login or by e-mail address."""
    own = authors(request)
    if publisher.user_id in own:
        return True
    return User.objects.filter(pk__in=own, email__iexact=publisher.email).exclude(email="").exists()


def publisher_of(user: User) -> ResponsiblePublisher | None:
    """The active responsible publisher that ``user`` is, if any."""
    return ResponsiblePublisher.objects.filter(user=user, active=True).first()


def may_approve_in_emergency(user: User) -> bool:
    """Whether ``user`` was given the right by name or group. Being a superuser is not enough."""
    right = Permission.objects.filter(content_type__app_label="publishing", codename="emergency_approve")
    return bool(user.is_active) and right.filter(Q(user=user) | Q(group__user=user)).exists()


def waiting() -> list[ApprovalRequest]:
    """Requests that wait for a decision, oldest first."""
    return list(
        ApprovalRequest.objects.open().select_related("page", "requested_by").order_by("requested_at")
    )


def stuck_letters(now: dt.datetime) -> list[ApprovalLink]:
    """Letters that were begun but never marked as sent, or that failed for good: a person decides."""
    return list(
        ApprovalLink.objects.filter(request__decision="", request__voided_at=None, sent_at=None)
        .filter(Q(claimed_at__lt=now - LETTER_STUCK_AFTER) | Q(claimed_at=None, attempts__gte=5))
        .select_related("request__page", "publisher")
    )


def pictures_of(page: ApprovedPage) -> set[int]:
    """The ids of the pictures that ``page``, as it is in memory, shows: in fields, in steps, in rows beside it."""
    # What Wagtail's index of references keeps of saved pages; it has no public way to ask about a draft.
    found = list(ReferenceIndex._extract_references_from_object(page))
    images = ReferenceIndex._get_base_content_type(Image).pk
    ids = {int(pk) for content_type, pk, *_paths in found if content_type == images}
    return set(Image.objects.filter(pk__in=ids).values_list("pk", flat=True))


def is_kept(image: Image) -> bool:
    """Whether a picture was put before a publisher, or stands in something that readers see or have seen."""
    if ApprovedPicture.objects.filter(image=image).exists():
        return True
    # Asked of the tables themselves: Wagtail's index of references knows nothing of what a setting holds.
    for there in Image._meta.get_fields(include_hidden=True):
        if not there.one_to_many or getattr(there, "on_delete", CASCADE) is CASCADE:
            continue  # what goes with the picture is nobody's reason to keep it
        rows = there.related_model._base_manager.filter(**{there.field.name: image})
        if issubclass(there.related_model, Page):
            rows = rows.exclude(first_published_at=None)
        if rows.exists():
            return True
    return False


def free_slug(page: ApprovedPage, title: str, parent: Page) -> str:
    """An address for ``page`` below ``parent`` made from ``title``, whatever that is written in, that nothing has."""
    base = slugify(string_to_ascii(title))[:LONGEST_SLUG] or "sida"
    for number in count(1):
        slug = f"{base}-{number}" if number > 1 else base
        if Page._slug_is_available(slug, parent, page) and slug not in page.RESERVED_SLUGS:
            return slug
    raise AssertionError("unreachable")
