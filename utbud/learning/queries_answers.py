"""«Gick det bra?» in numbers."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page as Shown
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from wagtail.models import Page

from utbud.learning.models import DailyAnswers

PER_PAGE = 50
Answer = DailyAnswers.Answer


@dataclass(frozen=True)
class AnswerRow:
    """What was said of a page in a period."""

    page_id: int
    title: str
    kind: str
    by_self: int
    helped: int
    not_yet: int

    @property
    def total(self) -> int:
        """All answers."""
        return self.by_self + self.helped + self.not_yet

    @property
    def share(self) -> int | None:
        """How many of a hundred managed by themselves, None where nobody answered."""
        return round(100 * self.by_self / self.total) if self.total else None


def answers(
    first: dt.date, last: dt.date, number: str | None = None
) -> tuple[Shown[Any], list[AnswerRow], AnswerRow]:
    """A page of the pages that had answers from ``first`` to ``last``, those that most failed first, and all together.

    Three queries and one for the pages' kinds, however many they are.
    """
    rows = DailyAnswers.objects.filter(day__range=(first, last))
    by_page = _summed(rows.values("page_id", "page__draft_title", "page__content_type_id")).order_by(
        "-not_yet", "-by_self", "page_id"
    )
    shown: Shown[Any] = Paginator(by_page, PER_PAGE).get_page(number)
    pages = Page.objects.filter(pk__in=[row["page_id"] for row in shown]).in_bulk()
    found = [
        AnswerRow(
            page_id=row["page_id"],
            title=row["page__draft_title"],
            kind=str(pages[row["page_id"]].specific_class._meta.verbose_name),
            **{name: row[name] for name in ("by_self", "helped", "not_yet")},
        )
        for row in shown
    ]
    everything = rows.aggregate(**_sums())
    return shown, found, AnswerRow(page_id=0, title="", kind="", **everything)


def _sums() -> dict[str, Any]:
    names = {"by_self": Answer.SELF, "helped": Answer.HELPED, "not_yet": Answer.NOT_YET}
    return {name: Coalesce(Sum("count", filter=Q(answer=answer)), 0) for name, answer in names.items()}


def _summed(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    return rows.annotate(**_sums())
