"""How it went, in numbers. They are counted from what outlives the purge, so they are the same for ever.

Everything is added up from occasions. What belongs to those who registered (seats, registrations, who never got a seat) is
counted on the first occasion of what they registered for, so that a course that goes on for weeks is counted once.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses.models import (
    Attendance,
    CoursePage,
    Evaluation,
    Occasion,
    Participant,
    Registration,
    Run,
)
from utbud.courses.queries.seats import total
from utbud.courses.queries.times import where_words

TASKS, MOODS = Evaluation.Task.values, Evaluation.Mood.values


@dataclass(frozen=True)
class Numbers:
    """What is counted of one occasion, or of many added up."""

    held: int = 0
    cancelled: int = 0
    coming: int = 0
    minutes: int = 0  # of teaching, of those held; not times the teachers
    seats: int = 0  # where there is an end to them
    registrations: int = 0  # parties, however it ended
    people: int = 0  # in those parties, companions and interpreters not counted
    ways: Counter[str] = field(default_factory=Counter)  # registrations by way
    waiting: int = 0  # parties that never got a seat
    expired: int = 0
    left: int = 0  # cancelled by themselves
    came: int = 0  # participants
    with_them: int = 0  # companions and interpreters who came
    counted: int = 0  # of those who came: by head, not noted one by one
    no_shows: int = 0
    tasks: Counter[str] = field(default_factory=Counter)
    moods: Counter[str] = field(default_factory=Counter)
    answers: int = 0

    def __add__(self, other: "Numbers") -> "Numbers":
        return Numbers(**{name: getattr(self, name) + getattr(other, name) for name in self.__dict__})

    @property
    def hours(self) -> float:
        """Hours of 60 minutes."""
        return self.minutes / 60

    @property
    def hours_words(self) -> str:
        """«12» or «12,5»."""
        return f"{self.hours:.1f}".removesuffix(".0").replace(".", ",")

    def share(self, *answers: str) -> int | None:
        """How many in a hundred of those who answered about the task gave one of ``answers``; None when nobody did."""
        asked = self.tasks.total()
        return round(100 * sum(self.tasks[one] for one in answers) / asked) if asked else None

    @property
    def by_themselves(self) -> int | None:
        """How many in a hundred managed the task themselves."""
        return self.share(Evaluation.Task.SELF)

    @property
    def with_help(self) -> int | None:
        """How many in a hundred managed it with help."""
        return self.share(Evaluation.Task.HELPED)


@dataclass(frozen=True)
class Line:
    """One occasion with its numbers."""

    occasion: Occasion
    numbers: Numbers

    @property
    def course(self) -> str:
        """The title of the course."""
        return self.occasion.run.course.title

    @property
    def place(self) -> str:
        """The place, the host, or online: without the room."""
        run, place = self.occasion.run, self.occasion.where
        if place is not None:
            return place.name
        if run.host is not None:
            return run.host.name
        return where_words(self.occasion)


@dataclass(frozen=True)
class Figures:
    """All occasions in a period."""

    lines: list[Line]

    @property
    def all(self) -> Numbers:
        """Everything added up."""
        return add(line.numbers for line in self.lines)

    def by_course(self) -> list[tuple[str, Numbers]]:
        """Courses by title."""
        return _by((line.course, line.numbers) for line in self.lines)

    def by_place(self) -> list[tuple[str, Numbers]]:
        """Places by name."""
        return _by((line.place, line.numbers) for line in self.lines)


def add(numbers: Iterable[Numbers]) -> Numbers:
    """The sum."""
    return sum(numbers, Numbers())


def _by(rows: Iterable[tuple[str, Numbers]]) -> list[tuple[str, Numbers]]:
    found: dict[str, list[Numbers]] = defaultdict(list)
    for name, numbers in rows:
        found[name].append(numbers)
    return [
        (name, add(numbers)) for name, numbers in sorted(found.items(), key=lambda row: row[0].casefold())
    ]


def figures(*, first: dt.date, last: dt.date, now: dt.datetime, course: CoursePage | None = None) -> Figures:
    """The figures of all occasions that begin from ``first`` to ``last``. Six queries, however many they are."""
    begins, ends = _start(first), _start(last + dt.timedelta(days=1))
    rows = Occasion.objects.filter(starts_at__gte=begins, starts_at__lt=ends)
    if course is not None:
        rows = rows.filter(run__course=course)
    occasions = list(
        rows.select_related("run__course", "run__place", "run__host", "place", "quota").order_by(
            "starts_at", "pk"
        )
    )
    began = _first_of_quotas(rows)
    joined, people = _joined(rows), _people(rows)
    noted, said = _noted(rows), _said(rows)
    lines, counted = [], set()
    for occasion in occasions:
        numbers = _held(occasion, now) + said[occasion.pk] + _came(occasion, noted[occasion.pk])
        quota = occasion.quota_id
        if began[quota] == occasion.starts_at and quota not in counted:
            counted.add(quota)
            seats = total(occasion.quota) if occasion.run.joining != Run.Joining.NONE else None
            numbers += joined[quota] + Numbers(seats=seats or 0, people=people[quota])
        lines.append(Line(occasion, numbers))
    return Figures(lines)


def _start(day: dt.date) -> dt.datetime:
    return dates.at_stockholm(day, dt.time())


def _held(occasion: Occasion, now: dt.datetime) -> Numbers:
    if occasion.is_cancelled:
        return Numbers(cancelled=1)
    if occasion.starts_at > now:
        return Numbers(coming=1)
    return Numbers(held=1, minutes=round((occasion.ends_at - occasion.starts_at).total_seconds() / 60))


def _came(occasion: Occasion, noted: Numbers) -> Numbers:
    """Who came, as it is noted one by one; as they were counted where nobody is noted, or where nobody registers."""
    one_by_one = noted.came or noted.with_them or noted.no_shows
    if occasion.head_count is None or (one_by_one and occasion.run.joining != Run.Joining.NONE):
        return noted
    return Numbers(came=occasion.head_count, counted=occasion.head_count)


def _first_of_quotas(rows: "Occasion.objects.__class__") -> dict[int, dt.datetime]:  # type: ignore[name-defined]
    found = Occasion.objects.filter(quota__in=rows.values("quota")).order_by()
    return dict(found.values("quota").annotate(first=Min("starts_at")).values_list("quota", "first"))


def _joined(rows: "Occasion.objects.__class__") -> dict[int, Numbers]:  # type: ignore[name-defined]
    found: dict[int, Numbers] = defaultdict(Numbers)
    by_state = Registration.objects.filter(quota__in=rows.values("quota")).order_by()
    for quota, state, way, count in (
        by_state.values("quota", "state", "came_by")
        .annotate(n=Count("pk"))
        .values_list("quota", "state", "came_by", "n")
    ):
        found[quota] += Numbers(
            registrations=count,
            ways=Counter({way: count}),
            waiting=count * (state == Registration.WAITING),
            expired=count * (state == Registration.EXPIRED),
            left=count * (state == Registration.CANCELLED),
        )
    return found


def _people(rows: "Occasion.objects.__class__") -> Counter[int]:  # type: ignore[name-defined]
    in_them = Participant.objects.filter(
        registration__quota__in=rows.values("quota"), role=Participant.Role.PARTICIPANT
    )
    counted = in_them.order_by().values("registration__quota").annotate(n=Count("pk"))
    return Counter(dict(counted.values_list("registration__quota", "n")))


def _noted(rows: "Occasion.objects.__class__") -> dict[int, Numbers]:  # type: ignore[name-defined]
    found: dict[int, Numbers] = defaultdict(Numbers)
    participant = Q(participant__role=Participant.Role.PARTICIPANT)
    for row in (
        Attendance.objects.filter(occasion__in=rows.values("pk"))
        .order_by()
        .values("occasion")
        .annotate(
            come=Count("pk", filter=participant & Q(came=True)),
            others=Count("pk", filter=~participant & Q(came=True)),
            absent=Count("pk", filter=participant & Q(came=False)),
        )
    ):
        found[row["occasion"]] = Numbers(came=row["come"], with_them=row["others"], no_shows=row["absent"])
    return found


def _said(rows: "Occasion.objects.__class__") -> dict[int, Numbers]:  # type: ignore[name-defined]
    found: dict[int, Numbers] = defaultdict(Numbers)
    answers = Evaluation.objects.filter(occasion__in=rows.values("pk")).order_by()
    for occasion, task, mood, count in (
        answers.values("occasion", "task", "mood")
        .annotate(n=Count("pk"))
        .values_list("occasion", "task", "mood", "n")
    ):
        found[occasion] += Numbers(
            answers=count,
            tasks=Counter({task: count}) if task else Counter(),
            moods=Counter({mood: count}) if mood else Counter(),
        )
    return found


def figures_words(percent: int | None) -> str:
    """«67 %», or a dash where nobody was asked."""
    return _("%(percent)s %%") % {"percent": percent} if percent is not None else "–"
