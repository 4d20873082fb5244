"""Seats: register, cancel, change, wait, offer, accept. Never one too many, and nobody out of order.

Whoever takes seats, or gives them back, locks the quota, counts, and writes, in one transaction; the database has the
same rule as a constraint. Locks are taken in one order: quotas (by key), run, occasion, registration (``hold``). Where a
registration stands is changed by ``move`` alone: only from where it was seen to stand, and the counter with it.
"""

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Subquery
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses import seating, words
from utbud.courses.actions import telling
from utbud.courses.models import Occasion, Participant, Quota, Registration, RegistrationChange, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries import seats as queries
from utbud.courses.queries.times import AT_A_DISTANCE, joining_ends
from utbud.inbox.contact import ContactKind, read_written
from utbud.people.models import Organisation, User

What = RegistrationChange.What
Role = Participant.Role
# How long an offer holds the seats. Whoever has only a phone, or gets a letter, may not see it the same day.
OFFER_LIVES = {
    ContactKind.EMAIL: dt.timedelta(hours=24),
    ContactKind.PHONE: dt.timedelta(hours=48),
    ContactKind.POST: dt.timedelta(hours=120),
}
LARGEST_PARTY = 30
OURS = (Run.Joining.OPEN, Run.Joining.STAFF)  # where we give the seats


class CourseError(Exception):
    """Why something cannot be done with a course, in Swedish, to be shown as it is."""


class Closed(CourseError):
    """It cannot be joined (any more), or not in this way."""


class Full(CourseError):
    """There are not seats enough for what is asked."""


class NoLonger(CourseError):
    """The registration does not stand as whoever asked believed."""


class Changed(NoLonger):
    """The registration has been changed since whoever asked looked at it."""


class NoOffer(CourseError):
    """There is no offer to say yes to: it has ended, or there never was one."""


@dataclass(frozen=True)
class Person:
    """Somebody in a party. ``name`` may be "": it comes later, or never."""

    name: str = ""
    role: str = Role.PARTICIPANT


def lock(quota: Quota) -> Quota:
    """The quota, held until the transaction ends: nobody else counts its seats meanwhile."""
    return Quota.objects.select_for_update().get(pk=quota.pk)


def hold(registration: Registration) -> tuple[Quota, Registration]:
    """The registration as it stands now and its quota, both held until the transaction ends, always in this order."""
    held = lock(Quota(pk=registration.quota_id))
    row = Registration.objects.select_for_update(of=("self",)).select_related("quota__run__course")
    return held, row.get(pk=registration.pk)


def move(registration: Registration, *, from_: Sequence[str], to: str, **fields: object) -> bool:
    """Let a registration stand at ``to``, if it stands in one of ``from_``; seats that it takes or gives back are counted.

    Under the quota's lock. Whether it was so: False means that nothing is changed.
    """
    for seen in from_:
        if not Registration.objects.filter(pk=registration.pk, state=seen).update(state=to, **fields):
            continue
        step = (to in Registration.TAKING) - (seen in Registration.TAKING)
        if step:
            size = Registration.objects.filter(pk=registration.pk).values("seat_count")
            Quota.objects.filter(pk=registration.quota_id).update(taken=F("taken") + step * Subquery(size))
        return True
    return False


@transaction.atomic
def register(
    *,
    quota: Quota,
    name: str,
    contact: str,
    people: Sequence[Person],
    came_by: str,
    now: dt.datetime,
    submission_key: str,
    by: User | None = None,
    came_on: dt.date | None = None,
    needs: Sequence[str] = (),
    needs_text: str = "",
    interpreter_language: str = "",
    organisation: Organisation | None = None,
    override_reason: str = "",
    may_wait: bool = True,
) -> Registration:
    """Take a party in: it gets seats, or (``state`` WAITING) a place in line. Once for every ``submission_key``.

    ``contact`` may be "" for a party that staff or a host take in. ``override_reason`` lets staff seat a party that does
    not fit, or past the line; it is kept. A party that has not been asked if it wants to wait (``may_wait``) is not put in
    line: Full is raised. The same name and contact again is the registration that is there already.
    Raises Closed, Full, or contact.UnclearContact.
    """
    written = read_written(contact, by_post=came_by not in (Way.WEB, Way.SMS)) if contact else None
    reach = written.contact if written else None
    if not 1 <= len(people) <= LARGEST_PARTY:
        raise Closed(_("Anmäl mellan 1 och %(most)s personer åt gången.") % {"most": LARGEST_PARTY})
    held = lock(quota)
    if same := Registration.objects.filter(submission_key=submission_key).first():
        return same
    run = Run.objects.select_related("course").get(pk=held.run_id)
    _must_be_open(run, held, came_by, now)
    if reach and (same := _same(held, name, reach.value)):
        return same
    size = queries.seats_needed(
        run,
        participants=sum(person.role == Role.PARTICIPANT for person in people),
        companions=sum(person.role == Role.COMPANION for person in people),
    )
    standing = _standing(held, now)
    party = seating.Party(0, size, came_by in queries.KEPT)
    # Once it has begun nobody in line is offered a seat: whoever stands at the door passes nobody.
    line = [] if came_by == Way.WALK_IN and _has_begun(held, now) else standing.line
    seated = bool(override_reason) or seating.may_enter(standing.seats, line, party)
    if not (seated or may_wait):
        raise Full(_("Platserna tog slut."))
    registration = Registration.objects.create(
        quota=held,
        state=Registration.REGISTERED if seated else Registration.WAITING,
        seat_count=size,
        name=name,
        contact=reach.value if reach else "",
        contact_kind=reach.kind if reach else "",
        contact_note=written.note if written else "",
        organisation=organisation,
        needs=[need for need in Registration.NEEDS if need in needs],
        needs_text=needs_text,
        interpreter_language=interpreter_language,
        came_by=came_by,
        came_on=came_on or dates.local(now).date(),
        code=free_code(),
        submission_key=submission_key,
        override_reason=override_reason,
        created_at=now,
        created_by=by,
    )
    Participant.objects.bulk_create(
        Participant(registration=registration, name=person.name, role=person.role) for person in people
    )
    if seated:
        _take(held, size, standing.seats)
    note_change(
        registration,
        What.REGISTERED if seated else What.WAITING,
        now,
        by=by,
        way=came_by,
        note=override_reason,
    )
    telling.receipt(registration, now)
    return registration


def _must_be_open(run: Run, quota: Quota, way: str, now: dt.datetime) -> None:
    if run.cancelled_at:
        raise Closed(_("Kursen är inställd."))
    staff = way not in (Way.WEB, Way.SMS)
    if not staff and (run.joining != Run.Joining.OPEN or not run.course.live):
        raise Closed(_("Här går det inte att anmäla sig själv. Ring oss, så hjälper vi dig."))
    if run.joining == Run.Joining.NONE and way != Way.WALK_IN:
        raise Closed(_("Hit behöver man inte anmäla sig. Det är bara att komma."))
    occasions = Occasion.objects.filter(quota=quota).select_related("run")
    if way == Way.WALK_IN and any(not one.is_cancelled for one in occasions):
        return  # they were here, whenever it is written down
    if joining_ends(occasions, way) <= now:
        raise Closed(
            _("Det har redan börjat. Ring oss, så hittar vi en annan tid.")
            if not staff
            else _("Det är redan över.")
        )


def _must_go_on(quota: Quota, way: str, now: dt.datetime) -> None:
    """Raises Closed for what is called off, over, or (at a distance) has begun: nobody gets a seat there."""
    occasions = Occasion.objects.filter(quota=quota).select_related("run")
    if all(one.is_cancelled for one in occasions):
        raise Closed(_("Kursen är inställd."))
    if joining_ends(occasions, way) <= now:
        raise Closed(_("Det har redan börjat.") if way in AT_A_DISTANCE else _("Det är redan över."))


def _has_begun(quota: Quota, now: dt.datetime) -> bool:
    return Occasion.objects.filter(quota=quota, cancelled_at=None, starts_at__lte=now).exists()


def _standing(quota: Quota, now: dt.datetime) -> queries.Standing:
    """Counted under the lock."""
    return queries.standings([quota], dates.local(now).date())[quota.pk]


def _same(quota: Quota, name: str, contact: str) -> Registration | None:
    rows = Registration.objects.filter(quota=quota, contact=contact).standing()
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)


def _make_room(quota: Quota, size: int, seats: seating.Seats) -> None:
    """Let there be room for ``size``, under the lock: what staff give past the end is added to the seats."""
    if seats.total is not None and size > seats.left:
        Quota.objects.filter(pk=quota.pk).update(extra=F("extra") + size - seats.left)


def _take(quota: Quota, size: int, seats: seating.Seats) -> None:
    """Count ``size`` seats as taken, under the lock."""
    _make_room(quota, size, seats)
    Quota.objects.filter(pk=quota.pk).update(taken=F("taken") + size)


def free_code() -> str:
    """A code of seven figures that no registration has."""
    while True:
        code = str(secrets.randbelow(9_000_000) + 1_000_000)
        if not Registration.objects.filter(code=code).exists():
            return code


def note_change(
    registration: Registration,
    what: str,
    now: dt.datetime,
    *,
    by: User | None = None,
    way: str = "",
    note: str = "",
) -> None:
    """Write down what was done to a registration."""
    RegistrationChange.objects.create(
        registration=registration, what=what, at=now, by=by, way=way, note=note[:200]
    )


# --- leaving ----------------------------------------------------------------------------------


def cancel(
    *, registration: Registration, way: str, now: dt.datetime, by: User | None = None, note: str = ""
) -> Registration:
    """Let a party go: its seats, its offer or its place in line. Twice is once. The line is served at once.

    Raises NoLonger for one that has ended in another way.
    """
    with transaction.atomic():
        held, row = hold(registration)
        if row.state != Registration.CANCELLED:
            if not move(row, from_=Registration.STANDING, to=Registration.CANCELLED, cancelled_at=now):
                raise NoLonger(_("Anmälan har redan avslutats."))
            row.refresh_from_db(fields=["state", "cancelled_at"])
            note_change(row, What.CANCELLED, now, by=by, way=way, note=note)
            telling.cancelled_by_party(row, now, way=way)
    serve_line(quota=held, now=now)
    registration.refresh_from_db()
    return registration


def free_no_show(*, registration: Registration, now: dt.datetime, by: User) -> None:
    """Let go of the seats of a party that did not come, so that others may have them. Raises NoLonger."""
    with transaction.atomic():
        held, row = hold(registration)
        if not move(row, from_=[Registration.REGISTERED], to=Registration.NO_SHOW):
            raise NoLonger(_("Anmälan har ändrats. Läs in sidan igen."))
        note_change(row, What.NO_SHOW, now, by=by)
    serve_line(quota=held, now=now)


# --- the line ---------------------------------------------------------------------------------


@transaction.atomic
def serve_line(*, quota: Quota, now: dt.datetime) -> int:
    """Offer free seats to those first in line, each told in the same transaction. Returns how many parties.

    No offer is made once it has begun, or been called off; nor while the course is not published, or where one joins
    with somebody else or just comes.
    """
    if not Registration.objects.filter(quota=quota).in_line().exists():
        return 0
    held = lock(quota)
    occasions = Occasion.objects.filter(quota=held).select_related("run__course")
    begins = joining_ends(occasions, Way.WEB)
    if begins <= now or not all(one.run.joining in OURS and one.run.course.live for one in occasions):
        return 0
    offered = 0
    for party in seating.offers(queries.seats_of(held, dates.local(now).date()), queries.line(held)):
        registration = Registration.objects.select_related("quota__run__course").get(pk=party.key)
        lives = OFFER_LIVES[ContactKind(registration.contact_kind or ContactKind.PHONE)]
        until = words.by_day(words.by_day(now) + lives)  # nobody is told, or has to answer, at night
        ends = {"offered_at": now, "offer_expires_at": min(until, begins)}
        if move(registration, from_=[Registration.WAITING], to=Registration.OFFERED, **ends):
            registration.refresh_from_db(fields=["state", *ends])
            note_change(registration, What.OFFERED, now)
            telling.offer(registration, now)
            offered += 1
    return offered


@transaction.atomic
def accept(*, registration: Registration, way: str, now: dt.datetime, by: User | None = None) -> Registration:
    """Say yes to an offer. Twice is once. Raises NoOffer when it has ended or there was none, Closed for what is called off."""
    held, row = hold(registration)
    if row.state != Registration.REGISTERED:
        until = row.offer_expires_at
        if row.state != Registration.OFFERED or until is None or until <= now:
            raise NoOffer(_("Erbjudandet gäller inte längre. Ring oss, så ser vi vad vi kan göra."))
        _must_go_on(held, Way.WEB, now)  # an offer ends when it begins, whoever takes the yes
        move(row, from_=[Registration.OFFERED], to=Registration.REGISTERED)
        row.refresh_from_db(fields=["state"])
        note_change(row, What.ACCEPTED, now, by=by, way=way)
        telling.accepted(row, now, way=way)
    registration.refresh_from_db()
    return registration


def expire_offers(now: dt.datetime) -> int:
    """End offers that nobody said yes to in time, and let the next in line have the seats. Returns how many ended."""
    late = Registration.objects.filter(state=Registration.OFFERED, offer_expires_at__lte=now)
    done = 0
    for registration in late.select_related("quota").order_by("quota", "pk"):
        if _expire(registration, now):
            serve_line(quota=registration.quota, now=now)
            done += 1
    return done


@transaction.atomic
def _expire(registration: Registration, now: dt.datetime) -> bool:
    held, row = hold(registration)
    if row.offer_expires_at is None or row.offer_expires_at > now:
        return False
    if not move(row, from_=[Registration.OFFERED], to=Registration.EXPIRED):
        return False  # they have answered
    note_change(row, What.EXPIRED, now)
    if Occasion.objects.held().filter(quota=held).exists():  # else they know that it is called off
        telling.expired(row, now)
    return True


def end_offers(*, quotas: Iterable[int], now: dt.datetime) -> None:
    """End the offers of what is called off, under the locks of the quotas. Who had them is told of that, not of this."""
    offers = list(Registration.objects.filter(quota__in=list(quotas), state=Registration.OFFERED))
    telling.offers_ended(offers, now)
    for registration in offers:
        if move(registration, from_=[Registration.OFFERED], to=Registration.EXPIRED):
            note_change(registration, What.EXPIRED, now, note=_("Inställt"))


def serve_lines(now: dt.datetime) -> int:
    """Serve every line that has seats to give: what a killed process left, and kept seats whose day has passed."""
    waiting = Quota.objects.filter(
        registrations__state=Registration.WAITING,
        occasions__starts_at__gt=now,
        run__cancelled_at=None,
        run__joining__in=OURS,
        run__course__live=True,
    ).distinct()
    moves = queries.lines_that_move(list(waiting), dates.local(now).date())
    return sum(serve_line(quota=quota, now=now) for quota in moves)


@transaction.atomic
def give_seat(*, registration: Registration, reason: str, by: User, now: dt.datetime) -> Registration:
    """Staff seat a waiting party past the line or the last seat. ``reason`` is kept. Raises NoLonger, Closed."""
    held, row = hold(registration)
    if row.state != Registration.WAITING:
        raise NoLonger(_("Anmälan står inte längre i kö."))
    _must_go_on(held, Way.DESK, now)
    _make_room(held, row.seat_count, queries.seats_of(held, dates.local(now).date()))
    move(row, from_=[Registration.WAITING], to=Registration.REGISTERED, override_reason=reason)
    registration.refresh_from_db()
    note_change(registration, What.GIVEN, now, by=by, note=reason)
    telling.accepted(registration, now)
    return registration


# --- changing ---------------------------------------------------------------------------------


def change_party(
    *,
    registration: Registration,
    people: Sequence[Person],
    way: str,
    now: dt.datetime,
    by: User | None = None,
    override_reason: str = "",
    seen: int | None = None,
) -> Registration:
    """Let a party be other people, or more or fewer. Raises Full when those who are more do not fit, NoLonger, or Closed.

    A party that waits keeps its place in line. ``seen`` is the id of the last change that whoever asks had seen: when
    there is a later one nothing is changed and Changed is raised, so that what is sent twice is done once.
    """
    if not 1 <= len(people) <= LARGEST_PARTY:
        raise Closed(_("Anmäl mellan 1 och %(most)s personer åt gången.") % {"most": LARGEST_PARTY})
    with transaction.atomic():
        held, registration = hold(registration)
        if registration.state not in Registration.STANDING:
            raise NoLonger(_("Anmälan har redan avslutats."))
        _must_go_on(held, Way.DESK, now)
        if seen is not None and registration.changes.filter(pk__gt=seen).exists():
            raise Changed(_("Anmälan har ändrats sedan du öppnade sidan. Läs igenom och spara igen."))
        size = queries.seats_needed(
            registration.quota.run,
            participants=sum(person.role == Role.PARTICIPANT for person in people),
            companions=sum(person.role == Role.COMPANION for person in people),
        )
        more = size - registration.seat_count
        if more > 0:
            _must_go_on(held, way, now)
        if registration.state != Registration.WAITING and more:
            standing = _standing(held, now)
            if (
                more > 0
                and not override_reason
                and not seating.may_enter(
                    standing.seats,
                    standing.line,
                    seating.Party(0, more, registration.came_by in queries.KEPT),
                )
            ):
                raise Full(_("Det finns inte plats för fler. Ring oss, så ser vi vad vi kan göra."))
            if more > 0:
                _take(held, more, standing.seats)
            else:
                Quota.objects.filter(pk=held.pk).update(taken=F("taken") + more)
        Registration.objects.filter(pk=registration.pk).update(seat_count=size)
        _replace_people(registration, people)
        note_change(registration, What.CHANGED, now, by=by, way=way, note=override_reason)
    if more < 0:
        serve_line(quota=held, now=now)
    registration.refresh_from_db()
    return registration


def _replace_people(registration: Registration, people: Sequence[Person]) -> None:
    """Write the party anew; whoever is still in it keeps their row, and so what is noted of them."""
    left = list(registration.participants.all())
    rows: list[Participant | None] = []
    for person in people:  # those who have a name are known by it
        found = next(
            (row for row in left if person.name and (row.name, row.role) == (person.name, person.role)), None
        )
        rows.append(found)
        if found:
            left.remove(found)
    for number, person in enumerate(people):  # the others by what they come as, and then by their order
        if rows[number] is None and left:
            row = next((row for row in left if row.role == person.role), left[0])
            left.remove(row)
            rows[number] = row
            if (row.name, row.role) != (person.name, person.role):
                Participant.objects.filter(pk=row.pk).update(name=person.name, role=person.role)
    Participant.objects.filter(pk__in=[row.pk for row in left]).delete()
    Participant.objects.bulk_create(
        Participant(registration=registration, name=person.name, role=person.role)
        for number, person in enumerate(people)
        if rows[number] is None
    )
