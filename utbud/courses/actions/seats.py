"""Seats: register, cancel, change, wait, offer, accept. Never one too many, and nobody out of order.

Whoever takes seats locks the quota, counts, and writes, in one transaction; the database has the same rule as a
constraint. Whoever gives seats back needs no lock: the counter goes down in the transaction that lets them go, and
the line is served in the next.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses import seating, words
from utbud.courses.actions import telling
from utbud.courses.models import Occasion, Participant, Quota, Registration, RegistrationChange, Run
from utbud.courses.models.registrations import Way
from utbud.courses.queries import seats as queries
from utbud.courses.queries.times import joining_ends
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


def _has_begun(quota: Quota, now: dt.datetime) -> bool:
    return Occasion.objects.filter(quota=quota, cancelled_at=None, starts_at__lte=now).exists()


def _standing(quota: Quota, now: dt.datetime) -> queries.Standing:
    """Counted under the lock."""
    return queries.standings([quota], dates.local(now).date())[quota.pk]


def _same(quota: Quota, name: str, contact: str) -> Registration | None:
    rows = Registration.objects.filter(quota=quota, contact=contact).standing()
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)


def _take(quota: Quota, size: int, seats: seating.Seats) -> None:
    """Count ``size`` seats as taken, under the lock. What staff give past the end is added to the seats."""
    over = 0 if seats.total is None else max(0, size - seats.left)
    Quota.objects.filter(pk=quota.pk).update(taken=F("taken") + size, extra=F("extra") + over)


def _give_back(registration: Registration) -> None:
    Quota.objects.filter(pk=registration.quota_id).update(taken=F("taken") - registration.seat_count)


def free_code() -> str:
    """A code of five figures that no registration has."""
    while True:
        code = str(secrets.randbelow(90_000) + 10_000)
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
        _leave(
            registration,
            Registration.CANCELLED,
            What.CANCELLED,
            now,
            by=by,
            way=way,
            note=note,
            cancelled_at=now,
        )
        telling.cancelled_by_party(registration, now, way=way)
    serve_line(quota=registration.quota, now=now)
    registration.refresh_from_db()
    return registration


def free_no_show(*, registration: Registration, now: dt.datetime, by: User) -> None:
    """Let go of the seats of a party that did not come, so that others may have them. Raises NoLonger."""
    with transaction.atomic():
        if not _end(registration, [Registration.REGISTERED], state=Registration.NO_SHOW):
            raise NoLonger(_("Anmälan har ändrats. Läs in sidan igen."))
        _give_back(registration)
        note_change(registration, What.NO_SHOW, now, by=by)
    serve_line(quota=registration.quota, now=now)


def _leave(
    registration: Registration,
    state: str,
    what: str,
    now: dt.datetime,
    *,
    by: User | None = None,
    way: str = "",
    note: str = "",
    **fields: object,
) -> None:
    """End a standing registration; the conditional updates decide who was first, so its seats go back once."""
    if _end(registration, Registration.TAKING, state=state, **fields):
        _give_back(registration)
    elif not _end(registration, [Registration.WAITING], state=state, **fields):
        registration.refresh_from_db()
        if registration.state == state:
            return
        raise NoLonger(_("Anmälan har redan avslutats."))
    note_change(registration, what, now, by=by, way=way, note=note)


def _end(registration: Registration, states: Sequence[str], **fields: object) -> bool:
    return bool(Registration.objects.filter(pk=registration.pk, state__in=states).update(**fields))


# --- the line ---------------------------------------------------------------------------------


@transaction.atomic
def serve_line(*, quota: Quota, now: dt.datetime) -> int:
    """Offer free seats to those first in line, each told in the same transaction. Returns how many parties.

    No offer is made once it has begun, or been called off.
    """
    if not Registration.objects.filter(quota=quota).in_line().exists():
        return 0
    held = lock(quota)
    begins = joining_ends(Occasion.objects.filter(quota=held).select_related("run"), Way.WEB)
    if begins <= now:
        return 0
    offered = 0
    for party in seating.offers(queries.seats_of(held, dates.local(now).date()), queries.line(held)):
        registration = Registration.objects.get(pk=party.key)
        lives = OFFER_LIVES[ContactKind(registration.contact_kind or ContactKind.PHONE)]
        registration.state = Registration.OFFERED
        until = words.by_day(words.by_day(now) + lives)  # nobody is told, or has to answer, at night
        registration.offered_at, registration.offer_expires_at = now, min(until, begins)
        registration.save(update_fields=["state", "offered_at", "offer_expires_at"])
        Quota.objects.filter(pk=held.pk).update(taken=F("taken") + party.size)
        note_change(registration, What.OFFERED, now)
        telling.offer(registration, now)
        offered += 1
    return offered


@transaction.atomic
def accept(*, registration: Registration, way: str, now: dt.datetime, by: User | None = None) -> Registration:
    """Say yes to an offer. Twice is once. Raises NoOffer when it has ended or there was none."""
    mine = Registration.objects.filter(
        pk=registration.pk, state=Registration.OFFERED, offer_expires_at__gt=now
    )
    if mine.update(state=Registration.REGISTERED):
        registration.refresh_from_db()
        note_change(registration, What.ACCEPTED, now, by=by, way=way)
        telling.accepted(registration, now, way=way)
        return registration
    registration.refresh_from_db()
    if registration.state == Registration.REGISTERED:
        return registration
    raise NoOffer(_("Erbjudandet gäller inte längre. Ring oss, så ser vi vad vi kan göra."))


def expire_offers(now: dt.datetime) -> int:
    """End offers that nobody said yes to in time, and let the next in line have the seats. Returns how many ended."""
    done = 0
    late = Registration.objects.filter(state=Registration.OFFERED, offer_expires_at__lte=now)
    for registration in late.select_related("quota"):
        with transaction.atomic():
            ended = Registration.objects.filter(
                pk=registration.pk, state=Registration.OFFERED, offer_expires_at__lte=now
            ).update(state=Registration.EXPIRED)
            if ended:
                _give_back(registration)
                note_change(registration, What.EXPIRED, now)
                telling.expired(registration, now)
                done += 1
        if ended:
            serve_line(quota=registration.quota, now=now)
    return done


def serve_lines(now: dt.datetime) -> int:
    """Serve every line that has seats to give: what a killed process left, and kept seats whose day has passed."""
    waiting = Quota.objects.filter(
        registrations__state=Registration.WAITING, occasions__starts_at__gt=now, run__cancelled_at=None
    ).distinct()
    return sum(serve_line(quota=quota, now=now) for quota in waiting)


@transaction.atomic
def give_seat(*, registration: Registration, reason: str, by: User, now: dt.datetime) -> Registration:
    """Staff seat a waiting party past the line or the last seat. ``reason`` is kept. Raises NoLonger."""
    held = lock(registration.quota)
    seats = queries.seats_of(held, dates.local(now).date())
    mine = Registration.objects.filter(pk=registration.pk, state=Registration.WAITING)
    if not mine.update(state=Registration.REGISTERED, override_reason=reason):
        raise NoLonger(_("Anmälan står inte längre i kö."))
    _take(held, registration.seat_count, seats)
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
    """Let a party be other people, or more or fewer. Raises Full when those who are more do not fit, or NoLonger.

    A party that waits keeps its place in line. ``seen`` is the id of the last change that whoever asks had seen: when
    there is a later one nothing is changed and Changed is raised, so that what is sent twice is done once.
    """
    if not 1 <= len(people) <= LARGEST_PARTY:
        raise Closed(_("Anmäl mellan 1 och %(most)s personer åt gången.") % {"most": LARGEST_PARTY})
    with transaction.atomic():
        held = lock(registration.quota)
        registration = Registration.objects.select_related("quota__run").get(pk=registration.pk)
        if registration.state not in Registration.STANDING:
            raise NoLonger(_("Anmälan har redan avslutats."))
        if seen is not None and registration.changes.filter(pk__gt=seen).exists():
            raise Changed(_("Anmälan har ändrats sedan du öppnade sidan. Läs igenom och spara igen."))
        size = queries.seats_needed(
            registration.quota.run,
            participants=sum(person.role == Role.PARTICIPANT for person in people),
            companions=sum(person.role == Role.COMPANION for person in people),
        )
        more = size - registration.seat_count
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
