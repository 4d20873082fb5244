"""What partners have said of a guide, and what that means for what is written now."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.guides.models import GuidePage, PartnerReview
from utbud.people.models import Organisation

LETTER_STUCK_AFTER = dt.timedelta(minutes=10)
TRIES = 5


@dataclass(frozen=True)
class Standing:
    """Where a partner stands: the latest question, if any, and whether it was about what is written now."""

    organisation: Organisation
    review: PartnerReview | None
    guide: GuidePage  # as it is written now
    now: dt.datetime

    @cached_property
    def is_about_this(self) -> bool:
        """The question was about what is written now, to the letter."""
        return self.review is not None and is_about(self.review, self.guide)

    @property
    def words(self) -> str:
        """Where it stands, in a sentence."""
        who, review = str(self.organisation), self.review
        if review is None:
            return _("%(who)s har inte fått frågan än.") % {"who": who}
        if review.answered_at is None:
            if review.expires_at <= self.now:
                return _("%(who)s svarade inte innan länken gick ut.") % {"who": who}
            return _("%(who)s har inte svarat än.") % {"who": who}
        if not review.agrees:
            if self.is_about_this:
                return _("%(who)s vill att något ändras.") % {"who": who}
            return _("%(who)s ville att något ändrades. Guiden är ändrad sedan dess. Fråga igen.") % {
                "who": who
            }
        if self.is_about_this:
            day = dates.date_words(dates.local(review.answered_at).date(), weekday=False)
            return _("%(who)s har sagt att det stämmer, %(day)s.") % {"who": who, "day": day}
        return _("%(who)s sa ja till en tidigare version. Guiden är ändrad sedan dess.") % {"who": who}

    @property
    def is_settled(self) -> bool:
        """The partner has said yes to what is written now."""
        return bool(self.review and self.review.agrees and self.is_about_this)


def is_about(review: PartnerReview, guide: GuidePage) -> bool:
    """Whether a partner was asked about what ``guide`` says to readers, to the letter."""
    return review.revision.as_object().content_hash() == guide.content_hash()


def standings(guide: GuidePage, now: dt.datetime) -> list[Standing]:
    """Each partner of ``guide`` as it is written now, and where they stand."""
    organisations = [row.organisation for row in guide.partners.all()]
    if not organisations:
        return []
    newest = {review.organisation_id: review for review in reversed(list(reviews_of(guide)))}
    return [Standing(one, newest.get(one.pk), guide, now) for one in organisations]


def reviews_of(guide: GuidePage) -> QuerySet[PartnerReview]:
    """What partners were asked about ``guide``, the latest first."""
    if not guide.pk:
        return PartnerReview.objects.none()
    return (
        PartnerReview.objects.filter(guide_id=guide.pk)
        .select_related("organisation", "revision", "asked_by")
        .order_by("-asked_at", "-pk")
    )


def advice(guide: GuidePage, now: dt.datetime) -> list[str]:
    """What the editor and the publisher should know of partners who have not said yes to this."""
    return [one.words for one in standings(guide, now) if not one.is_settled]


def unread() -> QuerySet[PartnerReview]:
    """Answers that nobody on staff has read."""
    rows = PartnerReview.objects.filter(answered_at__isnull=False, seen_at=None)
    return rows.select_related("organisation", "guide").order_by("answered_at")


def stuck_letters(now: dt.datetime) -> QuerySet[PartnerReview]:
    """Letters to partners that were begun but never marked as sent, or that failed for good: a person decides."""
    rows = PartnerReview.objects.filter(answered_at=None, sent_at=None, expires_at__gt=now).exclude(
        address=""
    )
    rows = rows.filter(Q(claimed_at__lt=now - LETTER_STUCK_AFTER) | Q(claimed_at=None, attempts__gte=TRIES))
    return rows.select_related("organisation", "guide").order_by("asked_at")
