"""Ask for approval, approve, return, publish, withdraw."""

import datetime as dt
import hashlib
import logging
import secrets

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from utbud.base import letters, sending
from utbud.base.discreet import discreet
from utbud.base.hashing import content_hash
from utbud.channels import actions as channels
from utbud.channels.models import ChannelSetup, Dispatch
from utbud.channels.queries import channels_on
from utbud.people.models import ResponsiblePublisher, User
from utbud.publishing import files, posts, queries
from utbud.publishing.models import (
    ApprovalLink,
    ApprovalRequest,
    ApprovedPage,
    ApprovedPicture,
    SharedPage,
    item_key,
)

logger = logging.getLogger(__name__)
LINK_LIVES = dt.timedelta(days=7)
MAKING = 300  # seconds between two orders of the same files
RETRY_AFTER = (1, 5, 15, 60)  # minutes between tries of a letter that the mail server did not take


class ApprovalError(Exception):
    """Why something cannot be done, in Swedish, to be shown as it is."""


class BreaksPromise(ApprovalError):
    """The page breaks a promise to readers (no one-sentence explanation, a picture without alt text)."""


class AlreadyWaiting(ApprovalError):
    """The page waits for a decision already."""


class NothingNew(ApprovalError):
    """What is written is what is out already."""


class AlreadyDecided(ApprovalError):
    """Someone decided, or the page was edited, before this decision came."""


class OwnWork(ApprovalError):
    """Nobody approves their own."""


class NotPublisher(ApprovalError):
    """The person is not an active responsible publisher."""


class LinkUnusable(ApprovalError):
    """The link is wrong, used or too old."""


def request_approval(*, page: ApprovedPage, message: str, by: User, now: dt.datetime) -> ApprovalRequest:
    """Put the latest revision of ``page`` before the responsible publishers, a letter to each.

    Raises BreaksPromise, AlreadyWaiting or NothingNew.
    """
    revision = page.latest_revision or page.save_revision(user=by)
    draft = revision.as_object()
    said = posts.preflights(draft) if isinstance(draft, SharedPage) else []
    if stopping := [*_promises(draft), *posts.stopping(said)]:
        raise BreaksPromise(" ".join(stopping))
    if nothing_new := why_not_asked(draft):
        raise NothingNew(nothing_new)
    try:
        with transaction.atomic():
            request = ApprovalRequest.objects.create(
                page_id=page.pk,
                revision=revision,
                content_hash=draft.content_hash(),
                outgoing=posts.outgoing(draft, said) if isinstance(draft, SharedPage) else {},
                message=message.strip(),
                requested_by=by,
                requested_at=now,
            )
            for publisher in ResponsiblePublisher.objects.filter(active=True):
                if not queries.is_own(request, publisher):
                    ApprovalLink.objects.create(
                        request=request, publisher=publisher, expires_at=now + LINK_LIVES, due_at=now
                    )
            ApprovedPicture.objects.bulk_create(
                ApprovedPicture(request=request, image_id=pk) for pk in sorted(queries.pictures_of(draft))
            )
            _log(request, "utbud.request_approval", user=by)
            files.make_soon(request)
    except IntegrityError:
        raise AlreadyWaiting(_("Sidan väntar redan på godkännande.")) from None
    return request


def why_not_asked(draft: ApprovedPage) -> str:
    """Why there is nothing to ask a publisher about ``draft``, the latest revision, in Swedish; "" where there is.

    What is approved and asked for anew would wait again, and not go out on its day.
    """
    if draft.live and draft.live_revision_id == draft.latest_revision_id:
        return _("Det finns inget nytt att godkänna. Texten är redan publicerad.")
    if queries.stages([draft])[draft.pk] == queries.Stage.APPROVED:
        return _("Texten är redan godkänd och går ut av sig själv. Du behöver inte skicka den igen.")
    return ""


def _promises(draft: ApprovedPage) -> list[str]:
    return [problem.says for problem in draft.problems() if problem.stops]


def what_channels_stop(draft: ApprovedPage) -> list[str]:
    """What a channel that is on would not take, each in Swedish."""
    return posts.stopping(posts.preflights(draft)) if isinstance(draft, SharedPage) else []


def approve(
    *,
    request: ApprovalRequest,
    publisher: ResponsiblePublisher,
    by: User | None,
    now: dt.datetime,
    comment: str = "",
    files_first: bool = True,
) -> ApprovalRequest:
    """Approve exactly the revision in ``request`` and publish it, or leave it to its planned week.

    ``by`` is the logged-in user, None for a publisher who follows the link. ``files_first`` as in ``publish``.
    Raises NotPublisher, OwnWork, BreaksPromise or AlreadyDecided.
    """
    _approve(request, publisher, by, comment, now)
    publish_if_due(request, now, files_first=files_first)
    return request


def _approve(
    request: ApprovalRequest, publisher: ResponsiblePublisher, by: User | None, comment: str, now: dt.datetime
) -> None:
    if not publisher.active:
        raise NotPublisher(_("Bara den som är ansvarig utgivare i tjänst kan godkänna."))
    if queries.is_own(request, publisher):
        raise OwnWork(_("Du har själv skrivit i den här texten. Den måste godkännas av någon annan."))
    way = ApprovalRequest.LOGIN if by else ApprovalRequest.LINK
    _decide(request, ApprovalRequest.APPROVED, way, publisher.name, comment, by, now)


def approve_in_emergency(
    *, request: ApprovalRequest, by: User, reason: str, now: dt.datetime
) -> ApprovalRequest:
    """Approve, also one's own, by a person with that right and with a written reason in the log.

    Raises NotPublisher without the right, ApprovalError without a reason, BreaksPromise, AlreadyDecided.
    """
    if not queries.may_approve_in_emergency(by):
        raise NotPublisher(_("Du har inte rätt att godkänna i nödläge."))
    if len(reason.strip()) < 10:
        raise ApprovalError(_("Skriv varför det inte kan vänta, med minst tio tecken."))
    _decide(request, ApprovalRequest.APPROVED, ApprovalRequest.EMERGENCY, str(by), reason, by, now)
    publish_if_due(request, now)
    return request


def send_back(
    *,
    request: ApprovalRequest,
    publisher: ResponsiblePublisher,
    by: User | None,
    comment: str,
    now: dt.datetime,
) -> ApprovalRequest:
    """Return the page to the editors with what to change. Raises ApprovalError, NotPublisher or AlreadyDecided."""
    if not publisher.active:
        raise NotPublisher(_("Bara den som är ansvarig utgivare i tjänst kan svara."))
    if not comment.strip():
        raise ApprovalError(_("Skriv vad som behöver ändras, så att redaktören vet vad som ska göras."))
    way = ApprovalRequest.LOGIN if by else ApprovalRequest.LINK
    _decide(request, ApprovalRequest.RETURNED, way, publisher.name, comment, by, now)
    return request


def _decide(
    request: ApprovalRequest,
    decision: str,
    way: str,
    who: str,
    comment: str,
    by: User | None,
    now: dt.datetime,
) -> None:
    draft = request.revision.as_object()
    if decision == ApprovalRequest.APPROVED:
        if stopping := _promises(draft):
            raise BreaksPromise(" ".join(stopping))
        _must_be_as_sent(request, draft, now)
    with transaction.atomic():
        taken = ApprovalRequest.objects.open().filter(pk=request.pk)
        if not taken.update(
            decision=decision, way=way, decided_at=now, decided_by=who, comment=comment.strip()
        ):
            raise AlreadyDecided(
                _("Någon har redan svarat, eller så har texten ändrats sedan den skickades.")
            )
        request.refresh_from_db()
        event = {ApprovalRequest.RETURNED: "utbud.send_back"}.get(decision, "utbud.approve")
        _log(request, "utbud.approve_in_emergency" if way == ApprovalRequest.EMERGENCY else event, user=by)


def _must_be_as_sent(request: ApprovalRequest, draft: ApprovedPage, now: dt.datetime) -> None:
    if draft.content_hash() != request.content_hash:
        # The words are the same, but a picture or recording was replaced in the library.
        ApprovalRequest.objects.open().filter(pk=request.pk).update(voided_at=now)
        raise AlreadyDecided(
            _("Bilden eller ljudet har bytts sedan texten skickades. Skicka den för godkännande igen.")
        )


def publish_if_due(request: ApprovalRequest, now: dt.datetime, *, files_first: bool = True) -> None:
    """Publish at once what was approved with no later week. What fails here, the schedule tries again.

    A page whose own files are not made is left to the schedule, which lets the worker make them first: the
    publisher who has answered does not wait for it.
    """
    try:
        draft = request.revision.as_object()
        if is_due(draft, now) and (draft.is_made() or not files_first):
            publish(request=request, now=now, files_first=files_first)
    except Exception:
        logger.exception("could not publish page %s at once", request.page_id)


def is_due(page: ApprovedPage, now: dt.datetime) -> bool:
    """Whether an approved ``page`` should be out by ``now``."""
    planned = page.goes_out_at()
    return planned is None or planned <= now


def publish(*, request: ApprovalRequest, now: dt.datetime, files_first: bool = True) -> bool:
    """Publish an approved request once. Its files are made first, so that they exist when readers come.

    With ``files_first`` False they are left to the worker, for loading many pages at once. What the page cannot go
    out without (``make_own``) is always made first.

    False when another process did it, when its week was moved meanwhile, or when a picture or sound was replaced since the approval (the
    approval is then void, and the page comes up on "Idag").
    """
    draft = request.revision.as_object()
    if draft.content_hash() != request.content_hash:
        ApprovalRequest.objects.ready().filter(pk=request.pk).update(voided_at=now)
        logger.warning("not published, changed since approval: page %s", request.page_id)
        return False
    if files_first:
        files.make(draft)
    draft.make_own()
    post, planned = None, []
    if isinstance(draft, SharedPage) and channels_on():
        post = posts.post_of(draft)
        # To the letter what was approved, also where a channel's settings have changed since.
        planned = channels.plan(post=post, texts=request.texts | draft.channel_texts)
    with transaction.atomic():
        # The page's row is the lock: an edit and a publishing of the same page come one after the other.
        was_out = Page.objects.select_for_update().get(pk=request.page_id).live
        current = ApprovalRequest.objects.ready().filter(pk=request.pk).first()
        if current is None or not is_due(current.revision.as_object(), now):
            return False
        current.revision.publish(log_action=False)
        ApprovalRequest.objects.filter(pk=request.pk).update(published_at=now)
        current.revision.as_object().published(now=now)
        if post is not None:
            (channels.amend if was_out else channels.announce)(post=post, planned=planned, now=now)
        _log(current, "utbud.publish", user=None)
    request.refresh_from_db()
    return True


def publish_due(now: dt.datetime) -> int:
    """Publish all that is approved and whose time has come. Returns how many."""
    done = 0
    for request in ApprovalRequest.objects.ready().select_related("revision"):
        try:
            draft = request.revision.as_object()
            if not is_due(draft, now):
                continue
            if draft.is_made():
                done += publish(request=request, now=now)
            elif cache.add(f"own:{request.revision_id}", True, MAKING):
                # The worker was told when approval was asked for, and may have been killed.
                files.make_own_soon(request)
        except Exception:  # one page's trouble must not stop the others
            logger.exception("could not publish page %s", request.page_id)
    return done


# --- on the channels --------------------------------------------------------------------------


def write_for_channels(*, page: SharedPage, texts: dict[str, str], by: User) -> bool:
    """Keep staff's own texts for channels (by the channel's id, "" for the channel's own) in a new revision.

    An approval that stands is ended by it, as by any edit. False when nothing is changed.
    """
    draft = page.get_latest_revision_as_object()
    kept = {key: text.strip() for key, text in (draft.channel_texts | texts).items() if text.strip()}
    if kept == draft.channel_texts:
        return False
    draft.channel_texts = kept
    draft.save_revision(user=by, log_action=True)
    return True


def share(*, page: SharedPage, setup: ChannelSetup, by: User, now: dt.datetime) -> None:
    """Say a page that is out on one more channel. Raises ApprovalError when it is not out, or is there already."""
    if not page.live or page.live_revision is None:
        raise ApprovalError(_("Sidan är inte publicerad än."))
    out = page.live_revision.as_object()
    files.make(out)
    post = posts.post_of(out)
    text = next(
        (one.text for one in channels.plan(post=post, texts=out.channel_texts) if one.setup == setup), None
    )
    if text is None:
        raise ApprovalError(_("Kanalen är inte på, eller så har den inget att säga om sidan."))
    try:
        channels.share(post=post, text=text, setup=setup, now=now)
    except channels.NotNow as error:
        raise ApprovalError(str(error)) from None
    log(instance=page, action="utbud.share", user=by, data={"channel": setup.name})


def withdraw(*, page: SharedPage, by: User) -> None:
    """Take a page down, and what was said of it on every channel that can take back."""
    with transaction.atomic():
        page.unpublish(user=by)  # whatever way a page is taken down, ``recall`` follows


def recall(*, page_id: int, now: dt.datetime) -> int:
    """Take back on the channels what was said of a page that is no longer out. Returns how many deliveries."""
    with transaction.atomic():
        Page.objects.select_for_update().filter(pk=page_id).first()
        if Page.objects.filter(pk=page_id, live=True).exists():
            return 0
        return channels.withdraw(item=item_key(page_id), now=now)


def recall_withdrawn(now: dt.datetime) -> int:
    """Find pages that were taken down or deleted while we were killed, and take them back. Returns how many."""
    said = set(Dispatch.objects.filter(withdrawn_at=None).values_list("item", flat=True))
    out = {item_key(pk) for pk in Page.objects.filter(live=True).values_list("pk", flat=True)}
    return sum(recall(page_id=int(item.partition(":")[2]), now=now) > 0 for item in said - out)


# --- letters ----------------------------------------------------------------------------------


def letters_due(now: dt.datetime) -> QuerySet[ApprovalLink]:
    """The letters that wait to be sent by ``now``."""
    return ApprovalLink.objects.filter(
        claimed_at=None, due_at__lte=now, attempts__lt=5, request__decision="", request__voided_at=None
    )


def send_due_letters(now: dt.datetime) -> int:
    """Send the letters that wait, each claimed first so that it goes once. Returns how many were sent."""
    due = letters_due(now).select_related("request__page", "request__requested_by", "publisher")
    return sum(_send_letter(link, now) for link in due if not sending.over.is_set())


def _send_letter(link: ApprovalLink, now: dt.datetime) -> bool:
    token = secrets.token_urlsafe(32)
    claimed = ApprovalLink.objects.filter(pk=link.pk, claimed_at=None).update(
        claimed_at=now, token_hash=token_hash(token), attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    draft = link.request.revision.as_object()
    context = {
        "link": settings.BASE_URL + reverse("publishing_link", args=[token]),
        "letter": link,
        "page": draft,
        "goes_out_at": draft.goes_out_at(),
    }
    message = EmailMessage(
        subject=_("Att godkänna: %(title)s") % {"title": draft.title},
        body=render_to_string("publishing/mail/approval.txt", context),
        to=[link.publisher.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mine = ApprovalLink.objects.filter(pk=link.pk, claimed_at=now, sent_at=None)
    try:
        letters.hand_over(message)
    except letters.Perhaps as error:  # it stays claimed: a person says whether it goes again, with a new link
        mine.update(error=discreet(str(error))[:300])
        return False
    except Exception as error:
        logger.exception("the letter of link %s was not sent", link.pk)
        wait = RETRY_AFTER[min(link.attempts, len(RETRY_AFTER) - 1)]
        mine.update(
            claimed_at=None, due_at=now + dt.timedelta(minutes=wait), error=discreet(str(error))[:300]
        )
        return False
    mine.update(sent_at=now, error="")
    return True


def send_letter_again(*, link: ApprovalLink, by: User, now: dt.datetime) -> None:
    """Let a letter that got stuck go again, by a person's word. The link in the first one stops working."""
    ApprovalLink.objects.filter(pk=link.pk, sent_at=None).update(
        claimed_at=None, due_at=now, attempts=0, expires_at=now + LINK_LIVES, token_hash=None, error=""
    )
    _log(link.request, "utbud.send_letter_again", user=by)


def token_hash(token: str) -> str:
    """What is kept of a link's secret: SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_link(*, token: str, now: dt.datetime) -> ApprovalLink:
    """The letter that ``token`` belongs to. Raises LinkUnusable, with why, when it cannot be used."""
    link = (
        ApprovalLink.objects.filter(token_hash=token_hash(token))
        .select_related("request__page", "request__revision", "publisher")
        .first()
    )
    if link is None:
        raise LinkUnusable(_("Länken stämmer inte. Kontrollera att hela länken i brevet kom med."))
    if link.used_at:
        raise LinkUnusable(_("Länken är redan använd. Den fungerar en gång."))
    if not link.request.is_open:
        raise LinkUnusable(
            _("Länken gäller inte längre. Någon annan har svarat, eller så har texten ändrats.")
        )
    if link.expires_at <= now:
        raise LinkUnusable(_("Länken är för gammal. Be redaktören skicka en ny."))
    return link


def answer_by_link(*, token: str, decision: str, comment: str, now: dt.datetime) -> ApprovalRequest:
    """Approve or return by the link in a letter; the link is used up in the same transaction.

    Raises what ``open_link``, ``approve`` and ``send_back`` raise; the link then stays unused.
    """
    request = open_link(token=token, now=now).request
    _must_be_as_sent(request, request.revision.as_object(), now)  # must outlive the transaction below
    with transaction.atomic():
        link = open_link(token=token, now=now)
        if not ApprovalLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
            raise LinkUnusable(_("Länken är redan använd. Den fungerar en gång."))
        if decision != ApprovalRequest.APPROVED:
            return send_back(
                request=link.request, publisher=link.publisher, by=None, comment=comment, now=now
            )
        _approve(link.request, link.publisher, None, comment, now)
    publish_if_due(link.request, now)
    return link.request


def _log(request: ApprovalRequest, action: str, *, user: User | None) -> None:
    """Who, what (content hash) and when, in Wagtail's own log, which outlives the page."""
    log(
        instance=request.page.specific,
        action=action,
        user=user,
        revision=request.revision,
        content_changed=False,
        data={
            "content_hash": request.content_hash,
            "outgoing_hash": content_hash(request.outgoing),
            "who": request.decided_by or str(user or ""),
            "way": request.way,
            "comment": request.comment or request.message,
        },
    )
