"""Courses as readers meet them: the list and the ways into it, a course with its groups, somebody's own place."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from utbud.base import dates
from utbud.base.richtext import jsonld
from utbud.courses import seating, words
from utbud.courses.models import CoursePage, Occasion, Quota, Registration, Run
from utbud.courses.queries import seats
from utbud.courses.queries.soon import soon
from utbud.courses.queries.times import (
    Offered,
    absolute,
    all_times,
    join_words,
    lines_of,
    offered,
    programmes_once,
    where_words,
)
from utbud.inbox.contact import hinted
from utbud.learning.models import Topic
from utbud.learning.queries import material_context, week_words
from utbud.notices import queries as notices
from utbud.notices.models import Way
from utbud.places.models import Place
from utbud.places.phones import phone_words
from utbud.places.queries import library

PER_PAGE = 30
ONLINE = "pa-natet"  # the place that is no place
NEXT, LOOKED_AT = 3, 30  # courses on the start page, and the times among which they are found
MANY = 6  # times of a group that are all shown; more are behind something to open


# --- the list -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """Something in the list: what can be joined, or a programme that one just comes to."""

    offered: Offered
    more: int  # times after the next one, told where each is a row of its own otherwise
    picture: Image | None

    @property
    def when(self) -> str:
        """The next time, or how many and from when, with a capital."""
        return capital(self.offered.when)


@dataclass(frozen=True)
class Week:
    """A week that one can look at: «2026-48», and how it is said."""

    key: str
    words: str


def capital(text: str) -> str:
    """``text`` as a sentence begins."""
    return f"{text[:1].upper()}{text[1:]}"


def listing(
    now: dt.datetime,
    *,
    topic: Topic | None = None,
    place: str = "",
    monday: dt.date | None = None,
    number: str | None = None,
) -> dict[str, Any]:
    """A page of what can be joined, soonest first, with the ways into the list. The same queries however many they are.

    All of it, or what belongs to a ``topic``, is held at a ``place`` (its slug, or ONLINE), or in the week of ``monday``.
    """
    all_of_it = offered(now)
    courses = list(CoursePage.objects.live().order_by("title").prefetch_related("topics"))
    wanted = {course.pk for course in courses if topic is None or topic in course.topics.all()}
    chosen = [
        one
        for one in all_of_it
        if one.course.pk in wanted
        and (not place or place in _slugs(one))
        and (monday is None or monday in _mondays(one))
    ]
    page = Paginator([one for one in chosen if one.run.joining != Run.Joining.NONE], PER_PAGE).get_page(
        number
    )
    drop_in = _by_run([one for one in chosen if one.run.joining == Run.Joining.NONE])
    coming = {one.course.pk for one in all_of_it}
    waiting = [] if place or monday else [one for one in courses if one.pk in wanted - coming]
    shown = [*page, *(one for one, _more in drop_in)]
    pictures = Image.objects.in_bulk([one.course.drawing_id for one in shown if one.course.drawing_id])
    return {
        "rows": [Row(one, 0, pictures.get(one.course.drawing_id)) for one in page],
        "paginator_page": page,
        "drop_in": [Row(one, more, pictures.get(one.course.drawing_id)) for one, more in drop_in],
        "without_dates": waiting if page.number == 1 else [],
        "topics": sorted(
            {one for course in courses for one in course.topics.all()}, key=lambda one: (one.order, one.title)
        ),
        "places": _places(all_of_it),
        "weeks": weeks(all_of_it),
    }


def _by_run(found: Iterable[Offered]) -> list[tuple[Offered, int]]:
    """A programme once, at its next time, with how many times more there are."""
    runs: dict[int, list[Offered]] = {}
    for one in found:
        runs.setdefault(one.run.pk, []).append(one)
    return [(group[0], sum(not one.cancelled for one in group[1:])) for group in runs.values()]


def _slugs(one: Offered) -> set[str]:
    return {_slug(occasion) for occasion in one.held or one.occasions}


def _slug(occasion: Occasion) -> str:
    if occasion.where is not None:
        return occasion.where.slug
    return ONLINE if occasion.run.online_url and occasion.run.host is None else ""


def _places(found: Iterable[Offered]) -> list[tuple[str, str]]:
    """Slug and name of where something is held, the library's order, the net last."""
    places: dict[str, Place] = {}
    online = False
    for one in found:
        for occasion in one.held:
            if occasion.where is not None:
                places[occasion.where.slug] = occasion.where
            online = online or _slug(occasion) == ONLINE
    inside = sorted(places.values(), key=lambda place: (place.order, place.name))
    return [*((place.slug, place.name) for place in inside), *([(ONLINE, _("På nätet"))] if online else [])]


def place_name(slug: str) -> str | None:
    """How the place with ``slug`` is called; None when there is none."""
    if slug == ONLINE:
        return _("På nätet")
    return Place.objects.filter(slug=slug).values_list("name", flat=True).first()


def _mondays(one: Offered) -> set[dt.date]:
    return {monday_of(occasion.starts_at) for occasion in one.held or one.occasions}


def monday_of(moment: dt.datetime) -> dt.date:
    """The Monday of the week that ``moment`` is in, in Stockholm."""
    day = dates.local(moment).date()
    return day - dt.timedelta(days=day.weekday())


def week_of(monday: dt.date) -> Week:
    """The week that begins on ``monday``."""
    year, number, _day = monday.isocalendar()
    return Week(f"{year}-{number:02}", week_words(monday))


def weeks(found: Iterable[Offered]) -> list[Week]:
    """Weeks in which something is held, in order."""
    return [week_of(monday) for monday in sorted({day for one in found for day in _mondays(one)})]


def beside_week(monday: dt.date, weeks: Sequence[Week]) -> tuple[Week | None, Week | None]:
    """The weeks before and after in which something is held, None where there is none."""
    key = week_of(monday).key
    earlier = [week for week in weeks if week.key < key]
    later = [week for week in weeks if week.key > key]
    return (earlier[-1] if earlier else None), (later[0] if later else None)


def next_coming(now: dt.datetime) -> list[Offered]:
    """What comes first that is not called off or begun, a course once, for the start page."""
    found: dict[int, Offered] = {}
    for one in soon(now, limit=LOOKED_AT):
        if not one.begun:
            found.setdefault(one.course.pk, one)
    return list(found.values())[:NEXT]


# --- a course -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Time:
    """One time of a group, as the page tells it."""

    occasion: Occasion
    words: str
    where: str  # "" where it is the group's

    @property
    def why(self) -> str:
        """Why it is called off, "" if nobody said."""
        return self.occasion.cancelled_why or self.occasion.run.cancelled_why

    @property
    def calendar(self) -> str:
        """The address of its calendar file."""
        return f"/kurser/tillfalle/{self.occasion.pk}.ics"


def times_of(occasions: Iterable[Occasion], now: dt.datetime, where: str) -> list[Time]:
    """Each of ``occasions`` in words; where it is held only if it is not ``where``."""
    return [
        Time(
            one,
            words.time_words(one.starts_at, one.ends_at, now),
            "" if where_words(one) == where else where_words(one),
        )
        for one in occasions
    ]


@dataclass(frozen=True)
class Group:
    """Something one can join, with all that is told of it on a course's page."""

    offered: Offered
    times: list[Time]
    place_is_new: bool  # told of for the first time on the page: then how one comes in is told too

    @property
    def when(self) -> str:
        """The heading: when it is, with a capital."""
        return capital(self.offered.when)

    @property
    def shown(self) -> list[Time]:
        """The times that are told at once."""
        return self.times[:MANY]

    @property
    def hidden(self) -> list[Time]:
        """Those behind something to open."""
        return self.times[MANY:]

    @property
    def how(self) -> str:
        """How one joins where somebody else takes the names."""
        return join_words(self.offered.run)

    @property
    def place(self) -> Place | None:
        """Where it is held, for its address and how one comes in."""
        return self.offered.first.where

    @property
    def why(self) -> str:
        """Why it is called off, "" if nobody said."""
        return self.offered.first.cancelled_why or self.offered.run.cancelled_why


def groups_of(course: CoursePage, now: dt.datetime) -> list[Group]:
    """What is left of ``course``, soonest first. Two queries."""
    found = programmes_once(offered(now, course=course, public=False)) if course.pk else []
    places: list[Place | None] = [one.first.where for one in found]
    return [
        Group(one, times_of(one.occasions, now, one.where), places[number] not in places[:number])
        for number, one in enumerate(found)
    ]


def texts_to() -> str:
    """The number one can send «KURS 12» to, as people read it; "" where nobody would answer."""
    number = notices.texts_come_to()
    return phone_words(number) if number else ""


def course_context(course: CoursePage, file_base: str, now: dt.datetime) -> dict[str, Any]:
    """What the page of ``course`` shows beside its fields. ``file_base`` is the address its files stand under."""
    groups = groups_of(course, now)
    lines = lines_of(group.offered for group in groups)
    shared = material_context(course, course.dated(lines), file_base)
    return shared | {
        "groups": groups,
        "texts_to": texts_to(),
        # The dates are read first, and stand among the groups.
        "reading": shared["reading"][1:] if lines else shared["reading"],
        "jsonld": jsonld(schema(course, groups)),
    }


# --- schema.org ---------------------------------------------------------------------------------


def schema(course: CoursePage, groups: Sequence[Group]) -> dict[str, Any]:
    """The course as ``Course`` with its ``CourseInstance``, and an ``Event`` for each time (schema.org)."""
    address = absolute(course.public_path)
    data: dict[str, Any] = {
        "@type": "Course",
        "@id": address,
        "name": course.title,
        "description": course.one_sentence,
        "url": address,
        "inLanguage": "sv",
        "provider": _library(),
    }
    if course.drawing:
        data["image"] = absolute(f"{settings.MEDIA_URL}{course.drawing.file.name}")
    if groups:
        data["hasCourseInstance"] = [_instance(group) for group in groups]
    events = [_event(course, group, time) for group in groups for time in group.times]
    return {"@context": "https://schema.org", "@graph": [data, *events]}


def _library() -> dict[str, Any]:
    return {"@type": "Library", "name": library().name, "url": settings.BASE_URL}


def _instance(group: Group) -> dict[str, Any]:
    times = [time.occasion for time in group.times]
    held = group.offered.held or times
    return {
        "@type": "CourseInstance",
        "@id": _group_address(group),
        "courseMode": "online" if _online(held[0]) else "onsite",
        "startDate": dates.local(held[0].starts_at).isoformat(),
        "endDate": dates.local(held[-1].ends_at).isoformat(),
        "location": _location(held[0]),
        "offers": _offer(group),
        "eventStatus": _status(cancelled=group.offered.cancelled),
    }


def _event(course: CoursePage, group: Group, time: Time) -> dict[str, Any]:
    occasion, run = time.occasion, group.offered.run
    seats_left = group.offered.standing.seats
    event = {
        "@type": "Event",
        "name": course.title,
        "description": course.one_sentence,
        "url": _group_address(group),
        "startDate": dates.local(occasion.starts_at).isoformat(),
        "endDate": dates.local(occasion.ends_at).isoformat(),
        "eventStatus": _status(cancelled=occasion.is_cancelled),
        "eventAttendanceMode": "https://schema.org/"
        + ("OnlineEventAttendanceMode" if _online(occasion) else "OfflineEventAttendanceMode"),
        "location": _location(occasion),
        "organizer": {"@type": "Organization", "name": run.host.name} if run.host else _library(),
        "offers": _offer(group),
        "isAccessibleForFree": run.fee == 0,
        "inLanguage": "sv",
    }
    if run.open_to_all and seats_left.total is not None and not occasion.is_cancelled:
        event["maximumAttendeeCapacity"] = seats_left.total
        event["remainingAttendeeCapacity"] = 0 if group.offered.standing.full else seats_left.open_left
    return event


def _group_address(group: Group) -> str:
    return absolute(f"{group.offered.course.public_path}#grupp-{group.offered.quota.pk}")


def _status(*, cancelled: bool) -> str:
    return "https://schema.org/" + ("EventCancelled" if cancelled else "EventScheduled")


def _online(occasion: Occasion) -> bool:
    return occasion.where is None and bool(occasion.run.online_url) and occasion.run.host is None


def _location(occasion: Occasion) -> dict[str, Any]:
    if _online(occasion):  # the address itself is for those who have a seat
        return {"@type": "VirtualLocation", "url": absolute(occasion.run.course.public_path)}
    place = occasion.where
    address = place.address if place and place.address else where_words(occasion)
    return {"@type": "Place", "name": where_words(occasion), "address": address}


def _offer(group: Group) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "price": group.offered.run.fee,
        "priceCurrency": "SEK",
        "url": _group_address(group),
        "category": "Free" if group.offered.run.fee == 0 else "Paid",
    }
    if group.offered.run.open_to_all:
        full = group.offered.standing.full
        offer["availability"] = "https://schema.org/" + ("SoldOut" if full else "InStock")
    return offer


# --- joining ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outlook:
    """What a party that has not joined yet would get."""

    seated: bool
    place: int  # in line, when it would wait
    seats: int  # how many it takes
    left: int = 0  # seats that a smaller party would get


def outlook(one: Offered, *, participants: int, companions: int) -> Outlook:
    """Whether a party that joins on the web now would get seats, and else which place in line."""
    size = seats.seats_needed(one.run, participants=participants, companions=companions)
    line = seats.line(one.quota)
    seated = seating.may_enter(one.standing.seats, line, seating.Party(0, size, kept=False))
    left = 0 if line else one.standing.seats.open_left
    return Outlook(seated, 0 if seated else len(line) + 1, size, left)


def room_for(registration: Registration, now: dt.datetime) -> int:
    """How many more a party that has seats could be: the free seats that it may take without passing the line."""
    stand = seats.standings([registration.quota], dates.local(now).date())[registration.quota_id]
    kept = registration.came_by in seats.KEPT
    one = seating.Party(0, 1, kept)
    if not seating.may_enter(stand.seats, stand.line, one):
        return 0
    return stand.seats.kept_left if kept and stand.line else stand.seats.free(kept=kept)


def by_submission(key: str) -> Registration | None:
    """The registration that a submission became, if it did."""
    return Registration.objects.filter(submission_key=key).first()


# --- somebody's own place -----------------------------------------------------------------------


def by_key(key: str) -> Registration | None:
    """The registration with a secret address, with all that its page tells. None for what is forgotten."""
    rows = Registration.objects.filter(key=key, purged_at=None)
    return rows.select_related(
        "quota__run__course", "quota__run__place", "quota__run__host", "organisation"
    ).first()


def by_code(code: str, contact: str) -> Registration | None:
    """The registration with ``code`` whose contact is ``contact`` (as it is kept); None if either is wrong."""
    row = Registration.objects.filter(code=code, purged_at=None).exclude(code="").first()
    same = row is not None and bool(row.contact) and row.contact.casefold() == contact.casefold()
    return row if same else None


@dataclass(frozen=True)
class Own:
    """A registration as whoever made it sees it."""

    registration: Registration
    times: list[Time]  # that are left
    now: dt.datetime

    @property
    def run(self) -> Run:
        """What was joined."""
        return self.registration.quota.run

    @property
    def called_off(self) -> bool:
        """Whether all that is left of it, or the whole run, is called off."""
        off = bool(self.times) and all(time.occasion.is_cancelled for time in self.times)
        return off or self.run.cancelled_at is not None

    @property
    def over(self) -> bool:
        """Whether it has been."""
        return not self.times

    @property
    def standing(self) -> bool:
        """Whether they have a seat, an offer that still holds, or a place in line."""
        state = self.registration.state
        return state in (Registration.REGISTERED, Registration.WAITING) or self.offer_holds

    @property
    def offer_holds(self) -> bool:
        """Whether there is an offer that one can still say yes to."""
        until = self.registration.offer_expires_at
        return self.registration.state == Registration.OFFERED and until is not None and until > self.now

    @property
    def may_change(self) -> bool:
        """Whether they can still cancel or change."""
        return self.standing and not self.over and not self.called_off

    @property
    def people(self) -> int:
        """How many come, those who take no seat too."""
        return self.registration.participants.count()

    @property
    def reached_by(self) -> str:
        """How they are reached, so that only they know which; "" when nobody said."""
        return hinted(self.registration.reached_by)

    @property
    def only_rung(self) -> bool:
        """Whether they asked us to write, to something that we can only ring."""
        contact = self.registration.reached_by
        asked = "in_writing" in self.registration.needs
        return asked and contact is not None and notices.way_for(contact) == Way.CALL

    @property
    def place_in_line(self) -> int:
        """1 for first in line, 0 for one that does not wait."""
        return seats.place_in_line(self.registration)

    @property
    def first(self) -> Occasion | None:
        """The next time that is held; a called off one if there is no other."""
        held = [time.occasion for time in self.times if not time.occasion.is_cancelled]
        return next(iter(held or [time.occasion for time in self.times]), None)

    @property
    def where(self) -> str:
        """Where it is held."""
        return where_words(self.first) if self.first else ""

    @property
    def code(self) -> str:
        """The code as it is said."""
        return words.spoken_code(self.registration.code)

    @property
    def answer_by(self) -> str:
        """Until when an offer holds, in words."""
        until = self.registration.offer_expires_at
        return f"{words.day_words(until, self.now)} {_('klockan')} {words.clock(until)}" if until else ""

    @property
    def online_url(self) -> str:
        """Where one comes in on the net, for those who have a seat."""
        return self.run.online_url if self.registration.state == Registration.REGISTERED else ""


def own(registration: Registration, now: dt.datetime) -> Own:
    """A registration as whoever made it sees it."""
    left = [one for one in all_times(registration.quota) if one.ends_at > now]
    where = where_words(left[0]) if left else ""
    return Own(registration, times_of(left, now, where), now)


def joins_on_web(quota: Quota, now: dt.datetime) -> bool:
    """Whether one can join ``quota`` on the web (again)."""
    one = next(iter(offered(now, quota_ids=[quota.pk])), None)
    return one is not None and one.joinable


def url_of_topic(topic: Topic) -> str:
    """Where the courses of ``topic`` are, "" when there are none. One query."""
    there = CoursePage.objects.live().filter(topics=topic).exists()
    return f"/kurser/amne/{topic.slug}/" if there else ""


def course_topics() -> list[str]:
    """The slugs of life goals that some published course serves."""
    return list(Topic.objects.filter(coursepages__live=True).distinct().values_list("slug", flat=True))
