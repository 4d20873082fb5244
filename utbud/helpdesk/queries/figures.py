"""Visits in numbers: by errand, place, hour of the week, length and how it ended. So many queries, however many visits.

Everything is for staff. Nothing of it is shown to the public, so that no small number can be worked out there (docs/adr/0031).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.helpdesk.models import (
    Choice,
    DeskSettings,
    FormerName,
    Given,
    Lack,
    Question,
    Visit,
    VisitQuerySet,
)
from utbud.places.models import Place

SPANS = ((1, 5), (6, 10), (11, 15), (16, 30), (31, 60), (61, 600))  # minutes, as people read lengths


@dataclass(frozen=True)
class Row:
    """A number with its name, and what stands beside it."""

    name: str
    count: int
    note: str = ""


@dataclass(frozen=True)
class Topic:
    """The answers to a question, counted."""

    title: str
    rows: list[Row]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(row.count for row in self.rows)


@dataclass(frozen=True)
class Figures:
    """A period in numbers."""

    visits: int
    errands: int
    minutes: int  # of those whose length is known
    timed: int  # how many they are
    noted: int  # one by one in the desk; the rest comes from sheets
    places: Topic
    topics: list[Topic]
    lengths: Topic
    months: Topic
    week: dict[tuple[int, int], int]  # (weekday, hour): visits whose hour is known
    lacks: Topic

    @property
    def mean(self) -> int | None:
        """Minutes of a visit, on the average of those whose length is known."""
        return round(self.minutes / self.timed) if self.timed else None

    @property
    def hours(self) -> list[int]:
        """The hours of the day in which anyone came, without gaps."""
        found = [hour for _weekday, hour in self.week]
        return list(range(min(found), max(found) + 1)) if found else []

    @property
    def of_week(self) -> list[tuple[str, list[int]]]:
        """A row a weekday that anyone came on, a number an hour."""
        days = sorted({weekday for weekday, _hour in self.week})
        return [
            (dates.WEEKDAYS[day].capitalize(), [self.week.get((day, hour), 0) for hour in self.hours])
            for day in days
        ]


def chosen(first: dt.date, last: dt.date, place: Place | None) -> VisitQuerySet:
    """The visits of a period, at one place or all."""
    rows = Visit.objects.counted().filter(day__gte=first, day__lte=last)
    return rows.filter(place=place) if place else rows


def figures(*, first: dt.date, last: dt.date, place: Place | None = None) -> Figures:
    """The figures from ``first`` to ``last``. Nine queries, however many visits."""
    rows = chosen(first, last, place)
    all_of = rows.aggregate(
        visits=Count("pk"),
        lasted=Sum("minutes"),
        timed=Count("minutes"),
        noted=Count("pk", filter=Q(how=Visit.How.DESK)),
    )
    week: Counter[tuple[int, int]] = Counter()
    months: Counter[tuple[int, int]] = Counter()
    for day, hour, count in rows.order_by().values_list("day", "hour").annotate(n=Count("pk")):
        months[day.year, day.month] += count
        if hour is not None:
            week[day.weekday(), hour] += count
    of = Q(errand__visit__day__gte=first, errand__visit__day__lte=last) & ~Q(
        errand__visit__state=Visit.State.UNDONE
    )
    if place:
        of &= Q(errand__visit__place=place)
    given = Counter(dict(Given.objects.filter(of).order_by().values_list("choice").annotate(n=Count("pk"))))
    topics, what = _topics(given, first, last)
    lacks = Lack.objects.filter(day__gte=first, day__lte=last)
    if place:
        lacks = lacks.filter(place=place)
    return Figures(
        visits=all_of["visits"],
        errands=what,
        minutes=all_of["lasted"] or 0,
        timed=all_of["timed"],
        noted=all_of["noted"],
        places=Topic(_("Plats"), _places(rows)),
        topics=topics,
        lengths=Topic(_("Hur länge"), _lengths(rows)),
        months=Topic(_("Månad"), _months(months)),
        week=dict(week),
        lacks=Topic(
            _("Det vi saknade"),
            [
                Row(text, count)
                for text, count in lacks.order_by()
                .values_list("choice__text")
                .annotate(n=Sum("count"))
                .order_by("-n", "choice__text")
            ],
        ),
    )


def _topics(given: Counter[int], first: dt.date, last: dt.date) -> tuple[list[Topic], int]:
    """Each question with its answers as they are called now, and the number of errands.

    An answer that is hidden stands there as long as it was given; one that was called something else says so.
    """
    called: dict[int, list[str]] = defaultdict(list)
    for choice, text, until in FormerName.objects.filter(until__gte=first).values_list(
        "choice", "text", "until"
    ):
        day = dates.date_words(until, weekday=False)
        called[choice].append(_("hette «%(name)s» till %(day)s") % {"name": text, "day": day})
    found, errands = [], 0
    for question in Question.objects.prefetch_related("choices"):
        choices = sorted(question.choices.all(), key=lambda one: (one.sort_order or 0, one.pk))
        rows = [
            Row(one.text, given[one.pk], "; ".join(called[one.pk]) if one.pk in called else _hidden(one))
            for one in choices
            if given[one.pk] or (one.active and question.active)
        ]
        topic = Topic(question.text, rows)
        if question.part == Question.Part.WHAT:
            errands += topic.total
        if rows:
            found.append(topic)
    return found, errands


def _hidden(choice: Choice) -> str:
    return "" if choice.active else _("trycks inte längre")


def _places(rows: VisitQuerySet) -> list[Row]:
    counted = rows.order_by().values_list("place__name").annotate(n=Count("pk")).order_by("-n", "place__name")
    return [Row(name or _("Okänd plats"), count) for name, count in counted]


def _lengths(rows: VisitQuerySet) -> list[Row]:
    counted = dict(rows.order_by().values_list("minutes").annotate(n=Count("pk")))
    spans = [
        Row(
            _("%(least)s–%(most)s min") % {"least": least, "most": most}
            if least <= 60  # noqa: PLR2004, RUF100 - the last span is all that is longer
            else _("mer än en timme"),
            sum(count for minutes, count in counted.items() if minutes and least <= minutes <= most),
        )
        for least, most in SPANS
    ]
    return [*spans, *([Row(_("vet inte"), counted[None])] if counted.get(None) else [])]


def _months(months: Counter[tuple[int, int]]) -> list[Row]:
    years = {year for year, _month in months}
    return [
        Row(dates.MONTHS[month - 1] + (f" {year}" if len(years) > 1 else ""), months[year, month])
        for year, month in sorted(months)
    ]


# --- the national file --------------------------------------------------------------------------

DIGIDEL = ("id", "tid_min", "region", "fraga", "svar")
DigidelRow = tuple[str, int | str, str, str, str]


def region() -> str:
    """The survey's name of our county; "" until somebody has chosen it."""
    row = DeskSettings.objects.first()
    return row.region if row else ""


def digidel(*, first: dt.date, last: dt.date, place: Place | None = None) -> Iterator[DigidelRow]:
    """The rows of the Digidel survey: one an errand and answer. Two queries.

    The survey counts errands, so that each has an ``id`` of its own. The minutes of a visit are shared out among its errands,
    the odd ones to the first, so that their sum is the visit's; not known is left empty. The words are the survey's own: what
    staff call an answer on its button may change in the middle of the period.
    """
    of = Q(errand__visit__place=place) if place else Q()
    where = region()
    given = (
        Given.objects.filter(of, errand__visit__day__gte=first, errand__visit__day__lte=last)
        .exclude(errand__visit__state=Visit.State.UNDONE)
        .exclude(choice__question__survey="")
        .order_by("errand__visit__day", "errand__visit", "errand__number", "choice__question__order", "pk")
    )
    rows = given.values_list(
        "errand__visit__key", "errand__visit__minutes", "errand__number", "choice__question__survey", "choice__survey",
        "choice__text",
    )  # fmt: skip
    waiting: list[tuple[int, str, str]] = []
    key, minutes = None, None
    for visit, lasted, number, question, answer, text in rows.iterator(2000):
        if visit != key and key is not None:
            yield from _of_visit(str(key), minutes, waiting, where)
            waiting = []
        key, minutes = visit, lasted
        waiting.append((number, question, answer or text))
    if key is not None:
        yield from _of_visit(str(key), minutes, waiting, where)


def _of_visit(
    key: str, minutes: int | None, given: list[tuple[int, str, str]], where: str
) -> Iterator[DigidelRow]:
    numbers = sorted({number for number, _question, _answer in given})
    shares = dict(zip(numbers, shared(minutes, len(numbers)), strict=True))
    for number, question, answer in given:
        yield f"{key}-{number}", shares[number], where, question, answer


def shared(minutes: int | None, among: int) -> list[int | str]:
    """``minutes`` as whole numbers whose sum it is: ``shared(10, 3)`` → 4, 3, 3. Not known: "" for each."""
    if minutes is None:
        return [""] * among
    each, over = divmod(minutes, among)
    return [each + (n < over) for n in range(among)]
