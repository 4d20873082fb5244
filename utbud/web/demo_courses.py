"""Courses in the demo: a season with its runs, those who come, a line that waits, and what has been held."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

from django.db.models import F

from utbud.base import dates
from utbud.calendar.models import Resource
from utbud.courses import recurrence
from utbud.courses.actions import day, runs, seats
from utbud.courses.actions.seats import Person
from utbud.courses.models import CourseIndexPage, CoursePage, Evaluation, Occasion, Quota, Registration, Run
from utbud.courses.models.registrations import Way
from utbud.learning.models import DigitalService, Topic
from utbud.notices.models import BY_ITSELF, Notice
from utbud.people.models import Organisation, TargetGroup, User
from utbud.places import queries as places
from utbud.places.models import Place
from utbud.publishing.models import ApprovedPage
from utbud.web import demo_files as files

Publish = Callable[[ApprovedPage, dt.datetime], object]
DESCRIBED = dt.timedelta(weeks=10)  # so long ago were the courses written: before the first of them was held
OPENED = dt.timedelta(
    days=15
)  # so long before it begins, or before today, does one begin to register for a run
BY_THEMSELVES = (Way.WEB, Way.SMS)
TASKS = {"self": Evaluation.Task.SELF, "helped": Evaluation.Task.HELPED, "not_yet": Evaluation.Task.NOT_YET}


def load(*, editor: User, publish: Publish, now: dt.datetime) -> int:
    """Write, publish and plan the season of demo/courses, with those who come. Returns how many runs.

    Nothing is sent to anyone: what would go by itself counts as sent, as the letters to publishers do. What staff do by
    hand, two calls and a letter, is left for whoever tries.
    """
    resources = _resources()
    hosts = {row.pop("key"): _host(row) for row in files.read("organisations.yaml")}
    where = {place.slug: place for place in Place.objects.all()}
    made = 0
    for slug, row in files.read_all("courses").items():
        rounds = row.pop("runs")
        row["beside_times"] = _beside(rounds)
        course = _course(slug, row, editor, publish, now)
        for facts in rounds:
            _Round(course, facts, editor, now).load(hosts, where, resources)
            made += 1
    _send_nothing()
    return made


def _host(row: dict[str, Any]) -> Organisation:
    mark = row.pop("mark", "")
    logo = files.drawing(mark, title=row["name"], alt="") if mark else None
    return Organisation.objects.create(logo=logo, **row)


def _resources() -> dict[str, Resource]:
    """Who and what can be busy: two who lead courses, the rooms, and a bag of tablets."""
    found = {}
    for row in files.read("resources.yaml"):
        key, login, place = row.pop("key"), row.pop("login", ""), row.pop("place", "")
        found[key] = Resource.objects.create(
            user=User.objects.get(username=login) if login else None,
            place=Place.objects.get(slug=place) if place else None,
            **row,
        )
    return found


def _beside(rounds: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """What the runs of a course say beside their times, as its page has it."""
    said = [(name, facts.get(name, "")) for name in ("fee", "note", "elsewhere") for facts in rounds]
    found = [one for one in dict.fromkeys(said) if one[1] != ""]
    return [] if found == [("fee", 0)] else found


def _course(slug: str, row: dict[str, Any], editor: User, publish: Publish, now: dt.datetime) -> CoursePage:
    index = CourseIndexPage.objects.get()
    topics, groups = row.pop("topics"), row.pop("serves")
    moment = now - DESCRIBED
    written = dates.local(moment).date()
    course = CoursePage(
        slug=slug,
        locale=index.locale,
        live=False,
        owner=editor,
        responsible=editor,
        drawing=files.drawing(f"kurs-{slug}", title=row["title"], alt=row["drawing_alt"]),
        can_after=[("line", line) for line in row.pop("can_after")],
        beside_times=row.pop("beside_times"),
        checked_on=written,
        review_by=written + dt.timedelta(days=365),
        **{name: value.strip() for name, value in row.items()},
    )
    course.topics = list(Topic.objects.filter(slug__in=topics))
    course.serves = list(TargetGroup.objects.filter(code__in=groups))
    course.services = list(DigitalService.objects.filter(name__in=files.services_about("courses", slug)))
    index.add_child(instance=course)
    course.save_revision(user=editor)
    publish(course, moment)
    CoursePage.objects.filter(pk=course.pk).update(first_published_at=moment, last_published_at=moment)
    course.refresh_from_db()
    return course


def _send_nothing() -> None:
    """Count what would go by itself as sent: the demo writes to nobody."""
    going = Notice.objects.filter(state=Notice.WAITING, way__in=BY_ITSELF)
    going.update(state=Notice.SENT, sent_at=F("made_at"))


class _Round:
    """A run of the demo on its way in: planned, joined, changed, held."""

    def __init__(self, course: CoursePage, facts: dict[str, Any], editor: User, now: dt.datetime) -> None:
        self.course, self.facts, self.editor, self.now = course, facts, editor, now
        self.times = self._times()
        self.opened = min(now, self.times[0][0]) - OPENED

    def _times(self) -> list[tuple[dt.datetime, dt.datetime]]:
        """When it is held, counted in weeks from this one. Public holidays are passed over."""
        today = dates.local(self.now).date()
        monday = today - dt.timedelta(days=today.weekday())
        starts = dt.time.fromisoformat(self.facts["time"])
        ends = dt.datetime.combine(today, starts) + dt.timedelta(minutes=self.facts["minutes"])
        return recurrence.expand(
            first=monday + dt.timedelta(weeks=self.facts["weeks"], days=self.facts["weekday"]),
            starts=starts,
            ends=ends.time(),
            count=self.facts["occasions"],
            skip=places.holiday_name,
        )

    def load(
        self, hosts: dict[str, Organisation], where: dict[str, Place], resources: dict[str, Resource]
    ) -> None:
        run = self._plan(hosts, where, resources)
        come = self._join(run)
        _send_nothing()  # before somebody leaves: what they were told stays told
        self._change(run)
        self._hold(run, come)

    def _plan(
        self, hosts: dict[str, Organisation], where: dict[str, Place], resources: dict[str, Resource]
    ) -> Run:
        facts = self.facts
        first = dates.local(self.times[0][0]).date()
        return runs.plan_run(
            course=self.course,
            times=self.times,
            by=self.editor,
            now=self.opened - dt.timedelta(days=1),
            joining=facts["joining"],
            joins=facts["joins"],
            seats=facts["seats"],
            kept=facts["kept"],
            kept_until=first - dt.timedelta(days=facts["kept_days"]) if facts["kept"] else None,
            resources=[resources[key] for key in facts.get("resources", [])],
            place=where[facts["place"]] if facts["place"] else None,
            host=hosts[facts["host"]] if facts["host"] else None,
            venue=facts.get("venue", ""),
            online_url=facts.get("online_url", ""),
            elsewhere=facts.get("elsewhere", ""),
            fee=facts["fee"],
            note=facts["note"],
        )

    def _join(self, run: Run) -> list[tuple[dict[str, Any], Registration]]:
        """Those who come, in the order of the file, one a day from when one could."""
        quota = Quota.objects.filter(run=run)[0]
        return [
            (row, self._register(run, quota, row, number))
            for number, row in enumerate(self.facts["registrations"])
        ]

    def _register(self, run: Run, quota: Quota, row: dict[str, Any], number: int) -> Registration:
        came = dates.local(self.opened).date() + dt.timedelta(days=number)
        people = [Person(name or "") for name in row["participants"]]
        people += [Person(role=seats.Role.COMPANION)] * row["companions"]
        return seats.register(
            quota=quota,
            name=row["name"],
            contact=row["contact"] or "",
            people=people,
            came_by=row["came_by"],
            needs=row.get("needs", ()),
            organisation=run.host if row["came_by"] == Way.HOST else None,
            by=None if row["came_by"] in BY_THEMSELVES else self.editor,
            now=dates.at_stockholm(came, dt.time(9 + number % 8, 7 * number % 60)),
            submission_key=f"demo-{quota.pk}-{number}",
        )

    def _change(self, run: Run) -> None:
        """What has come in between: another time, an occasion that is called off. Those who come are told."""
        said = self.now - dt.timedelta(hours=2)
        occasions = list(run.occasions.order_by("starts_at"))
        if moved := self.facts.get("moved_to"):
            one = occasions[0]
            length = one.ends_at - one.starts_at
            start = dates.at_stockholm(dates.local(one.starts_at).date(), dt.time.fromisoformat(moved))
            runs.change_occasion(
                occasion=one,
                starts_at=start,
                ends_at=start + length,
                place=one.place,
                resources=one.resources.all(),
                by=self.editor,
                now=said,
            )
        if off := self.facts.get("called_off"):
            number, why = off["occasion"] - 1, off["why"]
            runs.cancel_occasion(occasion=occasions[number], why=why, by=self.editor, now=said)

    def _hold(self, run: Run, come: list[tuple[dict[str, Any], Registration]]) -> None:
        """Who left, who came, how many, and how it went."""
        held = [one for one in run.occasions.held().order_by("starts_at") if one.ends_at <= self.now]
        left = held[0].starts_at - dt.timedelta(days=1) if held else self.now - dt.timedelta(hours=1)
        for row, registration in come:
            if row.get("cancelled"):
                seats.cancel(registration=registration, way=Way.PHONE, now=left, by=self.editor)
        _send_nothing()
        for number, occasion in enumerate(held):
            self._note(occasion, number, come)
        if held:
            self._evaluate(held[-1])

    def _note(self, occasion: Occasion, number: int, come: list[tuple[dict[str, Any], Registration]]) -> None:
        came = {
            person.pk: row["attended"][number]
            for row, registration in come
            if number < len(row.get("attended", ()))
            for person in registration.participants.all()
        }
        if came:
            day.note_attendance(occasion=occasion, came=came, by=self.editor, now=occasion.ends_at)
        counts = self.facts.get("head_counts", ())
        if number < len(counts):
            day.count_heads(occasion=occasion, count=counts[number], by=self.editor, now=occasion.ends_at)

    def _evaluate(self, occasion: Occasion) -> None:
        ways = itertools.cycle((Way.PAPER, Way.PAPER, Way.WEB))
        rows = zip(self.facts.get("evaluations", ()), ways, strict=False)
        for number, (row, way) in enumerate(rows):
            day.evaluate(
                occasion=occasion,
                task=TASKS[row["task"]],
                mood=row["mood"],
                wish=row["wish"],
                came_by=way,
                now=occasion.ends_at + dt.timedelta(minutes=5),
                submission_key=f"demo-{occasion.pk}-{number}",
            )
