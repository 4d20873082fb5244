"""Ask a partner about a guide by a link, take their answer, forget it in time.

Every link's secret is known to whoever has it and to nobody else: of it only a hash is kept. The letter's is made when the letter is
sent, so it has one of its own beside the one that is shown for copying.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from utbud.base import letters, sending
from utbud.base.discreet import discreet
from utbud.guides.models import GuidePage, PartnerReview
from utbud.guides.reviews import TRIES
from utbud.people.models import Organisation, User
from utbud.places.queries import library
from utbud.publishing.actions import RETRY_AFTER, token_hash

logger = logging.getLogger(__name__)
LINK_LIVES = dt.timedelta(days=30)
KEPT = dt.timedelta(days=365)
LONGEST = 4000  # letters of a comment


class AskError(Exception):
    """Why something cannot be done, in Swedish, to be shown as it is."""


class NotPartner(AskError):
    """The guide is not made together with the organisation."""


class LinkUnusable(AskError):
    """The link is wrong, answered, closed or too old."""


def address_of(organisation: Organisation) -> str:
    """The organisation's e-mail address, "" when its contact is something else."""
    contact = organisation.contact.strip()
    try:
        validate_email(contact)
    except ValidationError:
        return ""
    return contact


@transaction.atomic
def ask(
    *, guide: GuidePage, organisation: Organisation, letter: bool, by: User, now: dt.datetime
) -> tuple[PartnerReview, str]:
    """Put what is written now before a partner. Returns the question and the secret of its link, which is not kept.

    With ``letter`` a letter is sent too, where the organisation has an address. A former question that was not answered is closed:
    its links stop working. Raises NotPartner.
    """
    Page.objects.select_for_update().get(pk=guide.pk)
    guide = GuidePage.objects.get(pk=guide.pk)
    revision = guide.latest_revision or guide.save_revision(user=by, clean=False)
    draft = revision.as_object()
    if organisation.pk not in {row.organisation_id for row in draft.partners.all()}:
        raise NotPartner(
            _("%(who)s står inte som partner i guiden. Lägg till dem först.") % {"who": organisation}
        )
    PartnerReview.objects.filter(guide=guide, organisation=organisation, answered_at=None).delete()
    secret = secrets.token_urlsafe(32)
    review = PartnerReview.objects.create(
        guide=guide,
        organisation=organisation,
        revision=revision,
        token_hash=token_hash(secret),
        address=address_of(organisation) if letter else "",
        due_at=now if letter else None,
        asked_by=by,
        asked_at=now,
        expires_at=now + LINK_LIVES,
    )
    log(instance=guide, action="utbud.ask_partner", user=by, data={"who": str(organisation)})
    return review, secret


def link(secret: str) -> str:
    """The address that a partner follows."""
    return f"{settings.BASE_URL}{reverse('guides_review', args=[secret])}"


def open_link(*, secret: str, now: dt.datetime) -> PartnerReview:
    """The question that a link's ``secret`` belongs to. Raises LinkUnusable, with why."""
    digest = token_hash(secret)
    review = (
        PartnerReview.objects.filter(Q(token_hash=digest) | Q(letter_hash=digest))
        .select_related("guide", "organisation", "revision", "asked_by")
        .first()
    )
    if review is None:
        raise LinkUnusable(
            _("Länken stämmer inte, eller så har ni fått en nyare. Kontrollera att hela länken kom med.")
        )
    if review.answered_at:
        raise LinkUnusable(_("Ni har redan svarat. Tack. Vill ni ändra er? Hör av er till oss."))
    if review.expires_at <= now:
        raise LinkUnusable(_("Länken är för gammal. Be oss om en ny."))
    return review


def answer(
    *,
    secret: str,
    agrees: bool,
    comment: str,
    steps: Sequence[tuple[int, str]],
    who: str,
    now: dt.datetime,
) -> PartnerReview:
    """Take a partner's answer, once. ``steps`` are comments on steps, by number. Raises LinkUnusable."""
    review = open_link(secret=secret, now=now)
    said = [
        _("Steg %(number)s: %(says)s") % {"number": number, "says": says.strip()}
        for number, says in steps
        if says.strip()
    ]
    whole = "\n\n".join(filter(None, [comment.strip(), *said]))[:LONGEST]
    taken = PartnerReview.objects.filter(pk=review.pk, answered_at=None).update(
        agrees=agrees, comment=whole, who=who.strip(), answered_at=now
    )
    if not taken:
        raise LinkUnusable(_("Ni har redan svarat. Tack. Vill ni ändra er? Hör av er till oss."))
    review.refresh_from_db()
    return review


def note_seen(*, review: PartnerReview, now: dt.datetime) -> None:
    """Somebody on staff has read the answer. Can be done twice."""
    PartnerReview.objects.filter(pk=review.pk, seen_at=None, answered_at__isnull=False).update(seen_at=now)


def close(*, review: PartnerReview) -> bool:
    """Take a question back before it is answered: its links stop working. False when there is an answer."""
    done, _kinds = PartnerReview.objects.filter(pk=review.pk, answered_at=None).delete()
    return bool(done)


# --- letters --------------------------------------------------------------------------------------


def letters_due(now: dt.datetime) -> QuerySet[PartnerReview]:
    """The letters that wait to be sent by ``now``."""
    return PartnerReview.objects.filter(
        answered_at=None, claimed_at=None, due_at__lte=now, expires_at__gt=now, attempts__lt=TRIES
    ).exclude(address="")


def send_due_letters(now: dt.datetime) -> int:
    """Send the letters that wait, each claimed first so that it goes once. Returns how many were sent."""
    due = letters_due(now).select_related("organisation", "revision", "asked_by")
    return sum(_send(review, now) for review in due if not sending.over.is_set())


def _send(review: PartnerReview, now: dt.datetime) -> bool:
    secret = secrets.token_urlsafe(32)
    claimed = PartnerReview.objects.filter(pk=review.pk, claimed_at=None).update(
        claimed_at=now, letter_hash=token_hash(secret), attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    draft = review.revision.as_object()
    context = {"review": review, "guide": draft, "link": link(secret), "lib": library()}
    message = EmailMessage(
        subject=_("Stämmer guiden «%(title)s»?") % {"title": draft.title},
        body=render_to_string("guides/mail/review.txt", context),
        to=[review.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mine = PartnerReview.objects.filter(pk=review.pk, claimed_at=now, sent_at=None)
    try:
        letters.hand_over(message)
    except letters.Perhaps as error:  # it stays claimed: a person says whether it goes again, with a new link
        mine.update(error=discreet(str(error))[:300])
        return False
    except Exception as error:
        logger.exception("the letter of review %s was not sent", review.pk)
        wait = RETRY_AFTER[min(review.attempts, len(RETRY_AFTER) - 1)]
        mine.update(
            claimed_at=None, due_at=now + dt.timedelta(minutes=wait), error=discreet(str(error))[:300]
        )
        return False
    mine.update(sent_at=now, error="")
    return True


def send_again(*, review: PartnerReview, now: dt.datetime) -> None:
    """Let a letter that got stuck go again, by a person's word. The link in the first one stops working."""
    PartnerReview.objects.filter(pk=review.pk, sent_at=None, answered_at=None).update(
        claimed_at=None, due_at=now, attempts=0, letter_hash=None, error=""
    )


def purge(now: dt.datetime) -> int:
    """Forget questions and answers that are more than a year old. Returns how many."""
    done, _kinds = PartnerReview.objects.filter(asked_at__lt=now - KEPT).delete()
    return done
