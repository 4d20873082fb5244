"""Approval: nothing reaches a reader that the responsible publisher has not approved to the letter."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, ProtectedError, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.redirects.signal_handlers import create_redirects
from wagtail.images.models import Image
from wagtail.models import Page, PageManager, PagePermissionTester, Revision, Site

from utbud.base.hashing import content_hash
from utbud.base.locks import refuse_if_locked
from utbud.people.models import ResponsiblePublisher

if TYPE_CHECKING:
    from utbud.formats.content import Aloud, Item
    from utbud.formats.models import Recording


class NotApproved(Exception):
    """Someone tried to publish a revision that no responsible publisher has approved."""


@dataclass(frozen=True)
class Problem:
    """Something to look at before approval. ``stops`` breaks a promise to readers and stops approval.

    ``field`` is the model field it stands in ("" for the whole page); ``says`` is Swedish, with what to do.
    """

    field: str
    says: str
    stops: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """A file beside a page that is no format of its item: a film, its captions, a sound.

    Its bytes are in storage (``stored``), or it is the ``text`` itself.
    """

    key: str  # a hash (hex) of its content
    stored: str = ""
    bytes: int = 0
    text: str = ""


class Stage(StrEnum):
    """Where a page stands. The values are what people see."""

    DRAFT = "utkast"
    WAITING = "väntar på godkännande"
    RETURNED = "skickad tillbaka"
    APPROVED = "godkänd"
    CHANGED = "ändrad efter godkännande"
    PUBLISHED = "publicerad"
    WITHDRAWN = "tillbakadragen"


def stage_of(page: Page, request: "ApprovalRequest | None") -> Stage:
    """Where ``page`` stands, whose newest request is ``request``."""
    if request is not None and request.published_at is None:
        if request.decision == ApprovalRequest.RETURNED:
            return Stage.RETURNED
        if request.is_open:
            return Stage.WAITING
        if request.decision == ApprovalRequest.APPROVED:
            return Stage.CHANGED if request.voided_at else Stage.APPROVED
    if page.live and not page.has_unpublished_changes:
        return Stage.PUBLISHED
    if not page.live and page.first_published_at and not page.has_unpublished_changes:
        return Stage.WITHDRAWN
    return Stage.DRAFT


class ApprovedPagePermissions(PagePermissionTester):
    """Nobody publishes from the editor, superusers included; approval does (publishing.actions).

    Whoever may write may also take a page down: withdrawing something wrong must not wait. What has been public is not
    deleted but put in the archive, and what is public keeps its address (docs/adr/0022).
    """

    @cached_property
    def is_archived(self) -> bool:
        page = self.page
        was_out = page.first_published_at is not None and not page.live
        return was_out and Archived.objects.filter(page_id=page.pk).exists()

    def can_edit(self) -> bool:
        return bool(super().can_edit()) and not self.is_archived

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return not was_ever_out(self.page) and bool(super().can_delete(ignore_bulk))

    def can_move(self) -> bool:
        return bool(super().can_delete(ignore_bulk=True)) and not _is_out(self.page) and not self.is_archived

    def can_move_to(self, destination: Any) -> bool:
        return self.can_move() and bool(super().can_move_to(destination))

    def can_archive(self) -> bool:
        """Whether the page may be put in the archive, with all that stands under it."""
        if not was_ever_out(self.page) or not self.can_edit() or self.page.depth < 3:
            return False
        all_of_it = self.user.is_superuser or "bulk_delete" in self.permissions
        return bool(all_of_it or self.page.is_leaf())

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return bool(self.can_edit() and self.page.live and not self.page_locked() and self.page.depth > 2)

    def can_set_view_restrictions(self) -> bool:
        return False  # what a public library publishes is for all

    def can_reorder_children(self) -> bool:
        return bool(self.user.is_active and self.user.is_superuser)


def was_ever_out(page: Page) -> bool:
    """Whether readers have seen ``page``, or a page under it."""
    if page.live or page.first_published_at is not None:
        return True
    seen = Q(live=True) | Q(first_published_at__isnull=False)
    return not page.is_leaf() and page.get_descendants().filter(seen).exists()


def _is_out(page: Page) -> bool:
    return page.live or (not page.is_leaf() and page.get_descendants().live().exists())


class ApprovedPageManager(PageManager):
    """The pages of a kind, without those in the archive. ``Page.objects`` has them all."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(~Exists(Archived.objects.filter(page_id=OuterRef("pk"))))


class ApprovedPage(Page):
    """A page that goes out only as approved. Subclasses say what an approval covers and what formats show."""

    FILES: tuple[str, ...] = ()  # the files beside the page, by the name in their address
    RESERVED_SLUGS: frozenset[str] = frozenset()  # addresses beside the page that are taken by something else

    with_archived = PageManager()  # the first is what Wagtail finds pages with
    objects = ApprovedPageManager()

    class Meta:
        abstract = True

    @property
    def status_string(self) -> str:
        """What Wagtail's lists say of the page: «godkänd», «publicerad, väntar på godkännande»."""
        requests = self.approval_requests.all()  # which the lists have fetched
        newest = max(requests, key=lambda one: (one.requested_at, one.pk), default=None)
        stage = stage_of(self, newest)
        return f"{Stage.PUBLISHED}, {stage}" if self.live and stage != Stage.PUBLISHED else str(stage)

    def approval_content(self) -> dict[str, Any]:
        """All that reaches a reader, JSON-able: an approval is for exactly this."""
        raise NotImplementedError

    def content_hash(self) -> str:
        """SHA-256 (hex) of what an approval covers."""
        return content_hash(self.approval_content())

    def also_approved(self) -> list[tuple[str, str]]:
        """What an approval covers that the page does not show: (what it is, what it says), for the publisher to see."""
        return []

    def problems(self) -> list[Problem]:
        """What the editor should look at, in the order of the page."""
        return []

    def goes_out_at(self) -> dt.datetime | None:
        """The planned moment, or None for "as soon as it is approved"."""
        return None

    def published(self, *, now: dt.datetime) -> None:
        """Called in the transaction that publishes, for what a subclass keeps beside the page."""

    def archived_now(self) -> None:
        """Called in the transaction that puts it in the archive, for what a subclass keeps beside the page."""

    def as_item(self) -> "Item":
        """The page as formats want it. Only for pages with FILES."""
        raise NotImplementedError

    def own_files(self) -> dict[str, OwnFile]:
        """The files beside the page that formats do not make, by the name in their address; those that there are."""
        return {}

    def read_aloud(self) -> "dict[str, Aloud]":
        """What is read aloud by itself under the page's address, by the path under it («steg/1»). See also FILES."""
        return {}

    def own_recording(self) -> "Recording | None":
        """The staff's own reading of the page, where there is one."""
        return None

    def is_made(self) -> bool:
        """Whether what the page cannot go out without is there: an episode's sound, which takes long to make."""
        return True

    def make_own(self) -> None:
        """Make that. Doing it twice makes nothing twice."""

    @classmethod
    def from_serializable_data(cls, data: Any, *args: Any, **kwargs: Any) -> Any:
        """The page as a revision has it. What was deleted from the library since (a picture) is left out."""
        gone = {
            field.name: None
            for field in cls._meta.concrete_fields
            if field.null
            and getattr(field.remote_field, "on_delete", None) is models.PROTECT
            and data.get(field.name) is not None
            and not field.remote_field.model._default_manager.filter(pk=data[field.name]).exists()
        }
        return super().from_serializable_data(data | gone, *args, **kwargs)

    def permissions_for_user(self, user: Any) -> ApprovedPagePermissions:
        return ApprovedPagePermissions(user, self)

    def publish(self, revision: Revision, *args: Any, **kwargs: Any) -> None:
        """Publish ``revision``. Raises NotApproved unless a valid approval is for exactly its content."""
        approved = ApprovalRequest.objects.ready().filter(page_id=self.pk, revision=revision).first()
        if approved is None or approved.content_hash != revision.as_object().content_hash():
            raise NotApproved(_("Sidan är inte godkänd av en ansvarig utgivare."))
        before = Page.objects.get(pk=self.pk)
        super().publish(revision, *args, **kwargs)
        after = Page.objects.get(pk=self.pk)
        if before.live and before.url_path != after.url_path:
            # Wagtail does this too, but after the commit: a process killed between would lose the old address.
            create_redirects(page=after.specific, page_old=before, sites=Site.objects.all())

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        """Save a revision. An edit that changes what readers get ends a waiting or unused approval, and one that brings
        back the same to the letter brings the approval back.

        Autosave writes over the editor's latest revision. One that was put before a publisher is left as it was.
        Raises PageLocked when somebody else has locked the page.
        """
        refuse_if_locked(self, kwargs.get("user"))
        over = kwargs.get("overwrite_revision")
        if over and over.is_latest_revision() and ApprovalRequest.objects.filter(revision=over).exists():
            kwargs["overwrite_revision"] = None
        revision = super().save_revision(*args, **kwargs)
        standing = ApprovalRequest.objects.standing().filter(page_id=self.pk)
        if standing:
            digest = revision.as_object().content_hash()
            for request in standing:
                stands = ApprovalRequest.objects.standing().filter(pk=request.pk)
                if request.content_hash == digest:  # saved again without a change that reaches anyone
                    stands.update(revision=revision)
                else:
                    stands.update(voided_at=revision.created_at)
        else:
            self._stands_again(revision)
        return revision

    def _stands_again(self, revision: Revision) -> None:
        """What was put before a publisher is there again to the letter: so is what came of it."""
        newest = ApprovalRequest.objects.filter(page_id=self.pk).order_by("-requested_at", "-pk").first()
        if (
            newest is None
            or newest.voided_at is None
            or newest.published_at
            or newest.decision == newest.RETURNED
        ):
            return
        if newest.content_hash == revision.as_object().content_hash():
            ended = ApprovalRequest.objects.filter(
                pk=newest.pk, voided_at=newest.voided_at, published_at=None
            )
            ended.update(voided_at=None, revision=revision)


class SharedPage(ApprovedPage):
    """A page that also goes out on the library's channels. It has an Item and FILES."""

    # Staff's own text for a channel, by the channel's id; a channel without one says what it makes of the item.
    channel_texts = models.JSONField(_("egna texter till kanaler"), default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def item_key(self) -> str:
        """What the channels call the page."""
        return item_key(self.pk)

    def post_tags(self) -> tuple[str, ...]:
        """Tags for channels that have them, without «#»."""
        return ()

    def post_chapters(self) -> tuple[tuple[float, str], ...]:
        """The parts of its film or sound, (second, title) each."""
        return ()


def item_key(page_id: int) -> str:
    """What the channels call a page, for as long as it lives."""
    return f"page:{page_id}"


class ApprovalRequestQuerySet(models.QuerySet["ApprovalRequest"]):
    """Requests by where they stand."""

    def open(self) -> "ApprovalRequestQuerySet":
        """Waiting for a decision."""
        return self.filter(decision="", voided_at=None)

    def ready(self) -> "ApprovalRequestQuerySet":
        """Approved, not edited since, not yet published."""
        return self.filter(decision=ApprovalRequest.APPROVED, voided_at=None, published_at=None)

    def standing(self) -> "ApprovalRequestQuerySet":
        """Open or ready: what an edit would end."""
        return self.filter(voided_at=None, published_at=None).exclude(decision=ApprovalRequest.RETURNED)


def with_its_page(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
    """on_delete: a version that was put before the publishers goes with its page, and never by itself."""
    origin = collector.origin
    if getattr(origin, "model", type(origin)) is Revision:
        raise ProtectedError(
            "A version that was put before a publisher is kept with its page.", set(sub_objs)
        )
    models.CASCADE(collector, field, sub_objs, using)


class ApprovalRequest(models.Model):
    """One revision put before the responsible publishers, and what came of it."""

    APPROVED, RETURNED = "approved", "returned"
    DECISIONS = {APPROVED: _("godkänd"), RETURNED: _("skickad tillbaka")}
    LOGIN, LINK, EMERGENCY = "login", "link", "emergency"
    WAYS = {LOGIN: _("inloggad"), LINK: _("länk i brev"), EMERGENCY: _("nödläge")}

    page = models.ForeignKey(Page, models.CASCADE, related_name="approval_requests", verbose_name=_("sida"))
    revision = models.ForeignKey(Revision, with_its_page, related_name="+", verbose_name=_("version"))
    content_hash = models.CharField(_("innehållets fingeravtryck"), max_length=64)
    # What is approved beside the page: {"texts": what each channel says, by its id, "files": what each file is made from}.
    outgoing = models.JSONField(_("det som går ut"), default=dict, blank=True)
    message = models.TextField(_("hälsning till utgivaren"), blank=True, max_length=1000)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("skickad av")
    )
    requested_at = models.DateTimeField(_("skickad"))
    decision = models.CharField(_("beslut"), max_length=10, blank=True, choices=DECISIONS)
    way = models.CharField(_("hur"), max_length=10, blank=True, choices=WAYS)
    decided_at = models.DateTimeField(_("beslutad"), null=True, blank=True)
    decided_by = models.CharField(_("beslutad av"), max_length=120, blank=True)
    comment = models.TextField(_("kommentar"), blank=True, max_length=2000)
    voided_at = models.DateTimeField(_("ändrad efteråt"), null=True, blank=True)
    published_at = models.DateTimeField(_("publicerad"), null=True, blank=True)

    objects = ApprovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("begäran om godkännande")
        verbose_name_plural = _("begäranden om godkännande")
        ordering = ["-requested_at"]
        permissions = [("emergency_approve", "Kan godkänna eget i nödläge")]
        constraints = [
            models.UniqueConstraint(
                fields=["page"], condition=Q(decision="", voided_at=None), name="one_open_request_a_page"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by="", way="")
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(decided_by="") & ~Q(way="")),
                name="a_decision_has_who_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(decision="approved"), name="only_approved_is_published"
            ),
            models.CheckConstraint(
                condition=~Q(way="emergency") | ~Q(comment=""), name="an_emergency_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page.title} ({self.requested_at:%Y-%m-%d})"

    @property
    def texts(self) -> dict[str, str]:
        """What each channel was to say when it was put before the publishers, by the channel's id."""
        return dict(self.outgoing.get("texts", {}))

    @property
    def is_open(self) -> bool:
        """Waiting for a decision."""
        return not self.decision and self.voided_at is None


class ApprovalLink(models.Model):
    """A letter to one publisher with a link that works once. Only a hash of the link's secret is kept.

    A letter is claimed before it is sent (``claimed_at``) and marked after (``sent_at``): one that was claimed
    but never marked may or may not have gone, and is put before a person, never sent twice by itself.
    """

    request = models.ForeignKey(ApprovalRequest, models.CASCADE, related_name="links")
    publisher = models.ForeignKey(ResponsiblePublisher, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - null until it is sent
    expires_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "publisher"], name="one_letter_a_publisher_and_request"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publisher} – {self.request}"


class ApprovedPicture(models.Model):
    """A picture of a version that was put before the publishers: it is neither replaced nor deleted (docs/adr/0022)."""

    request = models.ForeignKey(ApprovalRequest, models.CASCADE, related_name="pictures")
    image = models.ForeignKey(Image, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "image"], name="a_picture_once_a_request"),
        ]

    def __str__(self) -> str:
        return f"{self.image} – {self.request}"


class Archived(models.Model):
    """A page that has been public and that staff have deleted. It stands where it stood, seen by nobody but in the archive.

    Its address is free for others; ``slug`` is what it was.
    """

    page = models.OneToOneField(Page, models.CASCADE, related_name="archived", verbose_name=_("sida"))
    slug = models.CharField(_("adress"), max_length=255)
    at = models.DateTimeField(_("borttagen"), db_index=True)
    by = models.CharField(_("borttagen av"), max_length=200)  # a name, which outlives the login

    class Meta:
        verbose_name = _("borttagen sida")
        verbose_name_plural = _("borttagna sidor")
        ordering = ["-at", "page_id"]

    def __str__(self) -> str:
        return str(self.page)
