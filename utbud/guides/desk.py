"""Guides as staff look them up: where each stands, and what it needs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from utbud.guides.models import GuidePage, PartnerReview
from utbud.learning.models import Recheck
from utbud.learning.models.answers import DailyAnswers
from utbud.publishing.queries import Stage, stages

OUT, DRAFT, LATE, CHANGED = "ute", "utkast", "sen", "andrad"


@dataclass(frozen=True)
class Row:
    """A guide in the list."""

    guide: GuidePage
    stage: Stage
    late: bool  # its review date has passed
    answers: dict[str, int] = field(default_factory=dict)  # how many gave each answer to «Gick det bra?»

    @property
    def managed(self) -> int:
        """How many managed, alone or with help."""
        return self.answers.get("self", 0) + self.answers.get("helped", 0)

    @property
    def not_yet(self) -> int:
        """How many did not."""
        return self.answers.get("not_yet", 0)


def guides(
    today: dt.date, *, show: str = "", partner: int | None = None, asked: str = ""
) -> QuerySet[GuidePage]:
    """The guides that are chosen, by title. ``show`` is one of the constants above, "" for all."""
    rows = GuidePage.objects.all()
    if show == OUT:
        rows = rows.live()
    elif show == DRAFT:
        rows = rows.filter(Q(live=False) | Q(has_unpublished_changes=True))
    elif show == LATE:
        rows = rows.live().filter(review_by__lt=today)
    elif show == CHANGED:
        rows = rows.live().filter(Exists(Recheck.objects.filter(page=OuterRef("pk"), done_at=None)))
    if partner:
        rows = rows.filter(partners__organisation=partner)
    if asked:
        rows = rows.filter(draft_title__icontains=asked)
    return (
        rows.annotate(to_check=Count("rechecks", filter=Q(rechecks__done_at=None), distinct=True))
        .select_related("responsible")
        .prefetch_related("partners__organisation")
        .order_by("draft_title", "pk")
    )


def rows(shown: Iterable[GuidePage], today: dt.date) -> list[Row]:
    """``shown`` with all that the list tells of them, in the same order. As many queries however many guides."""
    shown = list(shown)
    standing = stages(shown)
    answers: dict[int, dict[str, int]] = defaultdict(dict)
    counted = (
        DailyAnswers.objects.filter(page_id__in=[guide.pk for guide in shown])
        .values_list("page_id", "answer")
        .annotate(number=Sum("count"))
    )
    for page_id, answer, number in counted:
        answers[page_id][answer] = number
    return [
        Row(guide, standing[guide.pk], guide.live and guide.review_by < today, answers[guide.pk])
        for guide in shown
    ]


def asked_partners() -> QuerySet[PartnerReview]:
    """Questions that partners have not answered, the oldest first."""
    rows = PartnerReview.objects.filter(answered_at=None)
    return rows.select_related("organisation", "guide").order_by("asked_at")
