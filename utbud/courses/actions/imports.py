"""Make runs of what a file asks for: first looked at row by row, then made, once, whoever presses how many times."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from utbud.base.hashing import content_hash
from utbud.courses.actions import runs
from utbud.courses.imports import Wanted
from utbud.courses.models import CourseIndexPage, CoursePage, Occasion, Run
from utbud.courses.queries.planning import not_approved
from utbud.people.models import Organisation, User
from utbud.places.models import Place


@dataclass
class Checked:
    """A row of a file beside what there is: what it becomes, or why not."""

    row: Wanted
    course: CoursePage | None = None
    new_course: bool = False  # is made as a draft
    place: Place | None = None
    host: Organisation | None = None
    exists: bool = False
    run: Run | None = None  # that it is added to
    problem: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def made(self) -> bool:
        """Whether it becomes an occasion."""
        return not self.problem and not self.exists

    @property
    def name(self) -> str:
        """The course's: what one time of a series is called there is no course of its own."""
        return self.course.title if self.course else self.row.series or self.row.course

    @property
    def group(self) -> tuple[str, object]:
        """What makes rows one run: the course and the word for the run; alone without one."""
        return (self.name.casefold(), self.row.run or self.row.line)


def check(rows: Sequence[Wanted], *, drafts: bool, now: dt.datetime) -> list[Checked]:
    """Each row with what it becomes. ``drafts``: a course that is not there is made, as a draft. Six queries at most."""
    courses = {page.title.casefold(): page for page in CoursePage.objects.order_by("-live", "-pk")[::-1]}
    places = {place.name.casefold(): place for place in Place.objects.all()}
    hosts = {one.name.casefold(): one for one in Organisation.objects.all()}
    times = [row.starts_at for row in rows if row.starts_at]
    known = _known(times)
    by_uid = {
        run.submission_key: run
        for run in Run.objects.filter(submission_key__in=[_uid_key(row.uid) for row in rows if row.uid])
    }
    index = CourseIndexPage.objects.exists()
    found = []
    for row in rows:
        course = courses.get((row.series or row.course).casefold())
        one = Checked(row, problem=row.problem, course=course)
        if one.name.casefold() != row.course.casefold() and not row.problem:
            one.warnings.append(
                _("Läggs in i %(course)s. Namnet gäller bara den dagen.") % {"course": one.name}
            )
        _look_up(one, places, hosts)
        if not one.problem and one.course is None:
            one.new_course = drafts
            if not drafts:
                one.problem = _(
                    "Kursen finns inte. Skriv namnet som på kursens sida, eller gör nya kurser som utkast."
                )
            elif not index:
                one.problem = _("Det finns ingen lista över kurser att lägga den nya kursen i.")
        if not one.problem:
            _already(one, known, by_uid)
        if one.made and one.course is not None:
            one.problem = next(iter(not_approved(one.course, {"note": row.note}).values()), "")
        found.append(one)
    _among_themselves(found, known)
    for one in found:
        if one.made and one.row.ends_at and one.row.ends_at <= now:
            one.warnings.append(_("Det har redan varit."))
    return found


def _known(times: Sequence[dt.datetime]) -> list[Occasion]:
    """The occasions that may be the same as, or meet, those at ``times``."""
    if not times:
        return []
    day = dt.timedelta(days=1)
    rows = Occasion.objects.filter(starts_at__gte=min(times) - day, starts_at__lte=max(times) + day)
    return list(rows.select_related("run__course", "run__place", "place"))


def _look_up(one: Checked, places: dict[str, Place], hosts: dict[str, Organisation]) -> None:
    row = one.row
    if one.problem:
        return
    if row.place:
        one.place = places.get(row.place.casefold())
        if one.place is None and row.uid:  # a calendar has one field for both
            one.warnings.append(
                _("Platsen «%(place)s» finns inte. Den skrivs som lokal.") % {"place": row.place}
            )
        elif one.place is None:
            one.problem = _("Platsen «%(place)s» finns inte. Skriv: %(names)s.") % {
                "place": row.place,
                "names": ", ".join(sorted(place.name for place in places.values())),
            }
    if row.host:
        one.host = hosts.get(row.host.casefold())
        if one.host is None:
            one.problem = _("Föreningen «%(host)s» finns inte. Lägg först in den under Inställningar.") % {
                "host": row.host
            }
    if row.joining == Run.Joining.HOST and one.host is None and not one.problem:
        one.problem = _("Skriv vilken förening som tar emot anmälan.")


def _uid_key(uid: str) -> str:
    return content_hash(["import", uid])


def _already(one: Checked, known: Sequence[Occasion], by_uid: dict[str | None, Run]) -> None:
    """Whether it is there: the same course at the same time, or the same event of a calendar."""
    row = one.row
    same = [
        occasion
        for occasion in known
        if one.course and occasion.run.course_id == one.course.pk and occasion.starts_at == row.starts_at
    ]
    if same:
        one.exists, one.run = True, same[0].run
    elif row.uid and (run := by_uid.get(_uid_key(row.uid))):
        one.exists, one.run = True, run
        one.warnings.append(_("Händelsen finns redan, med en annan tid. Ändra tiden under omgången."))


def _among_themselves(found: Sequence[Checked], known: Sequence[Occasion]) -> None:
    """What stands twice in the file, what meets something else, and which run a row is added to."""
    seen: set[tuple[object, ...]] = set()
    runs_of: dict[tuple[str, object], Run] = {}
    for one in found:
        if one.exists and one.run and not one.run.cancelled_at and one.row.run and not one.row.uid:
            runs_of.setdefault(one.group, one.run)
    before: list[Checked] = []
    firsts: dict[tuple[str, object], Wanted] = {}
    for one in found:
        if not one.made:
            continue
        first = firsts.setdefault(one.group, one.row)
        if one.row.uid and one.place is None and one.row.place != first.place and one.row.place:
            one.warnings = [
                _("Platsen «%(place)s» finns inte. Lägg in den först, annars blir det omgångens plats.")
                % {"place": one.row.place}
            ]
        if _of_the_run(one.row) != _of_the_run(first):
            one.warnings.append(
                _("Lokal, värd, platser och anmälan gäller hela omgången. De tas från rad %(line)s.")
                % {"line": first.line}
            )
        row = one.row
        same = (row.course.casefold(), row.starts_at, row.place.casefold(), row.venue.casefold())
        if same in seen or (one.group, row.starts_at) in seen:
            one.problem = _("Tillfället står två gånger i filen.")
            continue
        seen |= {same, (one.group, row.starts_at)}
        one.run = runs_of.get(one.group)
        _meets(one, before, known)
        before.append(one)


def _of_the_run(row: Wanted) -> tuple[object, ...]:
    """What a row says that is the same for every time of a run."""
    return (row.venue, row.host, row.seats, row.joining)


def _meets(one: Checked, before: Sequence[Checked], known: Sequence[Occasion]) -> None:
    starts, ends = one.row.starts_at, one.row.ends_at
    if one.place is None or starts is None or ends is None:
        return
    for other in before:
        theirs = other.row
        if theirs.starts_at is None or theirs.ends_at is None:
            continue
        here = other.place == one.place and theirs.venue == one.row.venue
        if here and theirs.starts_at < ends and theirs.ends_at > starts:
            one.warnings.append(_("Krockar med rad %(line)s, på samma plats.") % {"line": theirs.line})
    for occasion in known:
        meets = occasion.starts_at < ends and occasion.ends_at > starts and not occasion.cancelled_at
        if meets and occasion.where == one.place and occasion.run.venue == one.row.venue:
            one.warnings.append(
                _("Krockar med %(course)s, på samma plats.") % {"course": occasion.run.course.title}
            )


@transaction.atomic
def make(rows: Sequence[Wanted], *, drafts: bool, by: User, now: dt.datetime) -> tuple[int, int]:
    """Make what can be made of ``rows``, looked at anew. Returns how many occasions, and how many courses as drafts.

    What is there already is not made again, so it can be asked for twice.
    """
    CourseIndexPage.objects.select_for_update().first()  # two presses at once come one after the other
    groups: dict[tuple[str, object], list[Checked]] = defaultdict(list)
    for one in check(rows, drafts=drafts, now=now):
        if one.made:
            groups[one.group].append(one)
    courses: dict[str, CoursePage] = {}
    for group in groups.values():
        first = group[0]
        course = first.course or courses.get(first.name.casefold())
        if course is None:
            course = courses[first.name.casefold()] = _draft(first.name, by)
            _may_say(course, [one[0].row.note for one in groups.values() if one[0].name == course.title])
        _make_run(course, group, by, now)
    return sum(map(len, groups.values())), len(courses)


def _make_run(course: CoursePage, group: Sequence[Checked], by: User, now: dt.datetime) -> None:
    first = group[0]
    times = [(one.row.starts_at, one.row.ends_at) for one in group if one.row.starts_at and one.row.ends_at]
    run = first.run
    if run is not None:
        runs.add_occasions(run=run, times=times, seats=first.row.seats, by=by, now=now)
    else:
        venue = first.row.venue or ("" if first.place else first.row.place)
        run = runs.plan_run(
            course=course, times=times, by=by, now=now, joining=first.row.joining, seats=first.row.seats,
            place=first.place, venue=venue, host=first.host, note=first.row.note, fee=fee_of(course),
            submission_key=_uid_key(first.row.uid) if first.row.uid else None,
        )  # fmt: skip
    for one in group:
        elsewhere = one.place is not None and one.place.pk != run.place_id
        if elsewhere and one.row.starts_at:
            Occasion.objects.filter(run=run, starts_at=one.row.starts_at).update(place=one.place)


def fee_of(course: CoursePage) -> int:
    """What a run costs when nothing is said of it: nothing, where the course may be free, else the first of its fees."""
    fees = (course if course.live else course.get_latest_revision_as_object()).beside()["fee"]
    return 0 if 0 in fees else int(fees[0])


def _may_say(course: CoursePage, notes: Sequence[str]) -> None:
    """Write in a new draft what its runs say, to be approved with it."""
    course.beside_times = [("note", note) for note in dict.fromkeys(notes) if note]
    if course.beside_times:
        course.save_revision(user=course.owner, clean=False)


def _draft(title: str, by: User) -> CoursePage:
    """A course with a name and nothing more, for an editor to write."""
    index = CourseIndexPage.objects.get()
    taken = set(index.get_children().values_list("slug", flat=True)) | CoursePage.RESERVED_SLUGS
    base = slugify(title)[:80] or "kurs"
    slug = next(name for name in (base, *(f"{base}-{n}" for n in range(2, 1000))) if name not in taken)
    course = CoursePage(title=title, slug=slug, live=False, owner=by)
    index.add_child(instance=course)
    course.save_revision(user=by, clean=False)
    return course
