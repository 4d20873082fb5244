"""Care for what we know of people: what is given out, corrected, forgotten. Figures outlive the names."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Max

from utbud.courses.actions import seats
from utbud.courses.models import Evaluation, Participant, Registration, RegistrationChange, Run
from utbud.inbox.actions import months_before
from utbud.notices import actions as notices
from utbud.notices.models import Notice
from utbud.people.actions import note_look
from utbud.people.models import Look, User
from utbud.places import queries as places

NOBODY = {
    "name": "",
    "contact": "",
    "contact_kind": "",
    "contact_note": "",
    "needs": [],
    "needs_text": "",
    "interpreter_language": "",
    "code": "",
    "override_reason": "",
}


def purge(now: dt.datetime) -> int:
    """Forget the people of runs that ended longer ago than the library keeps them. Returns how many registrations.

    Where they stood, how many they were, how they came and whether they came stay for the figures. What people wished
    in their own words goes at the same time.
    """
    before = months_before(now, places.course_months())
    over = (
        Registration.objects.filter(purged_at=None)
        .annotate(over_at=Max("quota__occasions__ends_at"))
        .filter(over_at__lt=before)
    )
    done = forget(registrations=over, now=now)
    told = {f"run:{run}": run for run in Run.objects.exclude(host=None).values_list("pk", flat=True)}
    kept = Notice.objects.filter(about__in=told, purged_at=None).values_list("about", flat=True)
    hosts = Run.objects.filter(pk__in={told[about] for about in kept})
    for run in hosts.annotate(over_at=Max("occasions__ends_at")).filter(over_at__lt=before):
        notices.forget(about=run.about, now=now)
    Evaluation.objects.filter(occasion__ends_at__lt=before).exclude(wish="").update(wish="")
    return done


@transaction.atomic
def give_out(*, registrations: Iterable[Registration], by: User, now: dt.datetime) -> None:
    """Note that everything we hold of these registrations was given to the person it is about."""
    for registration in registrations:
        note_look(by=by, subject=registration.about, how=Look.How.EXPORT, now=now)
        seats.note_change(registration, RegistrationChange.What.SHOWN, now, by=by)


@transaction.atomic
def put_right(
    *,
    registration: Registration,
    name: str,
    contact: str,
    contact_kind: str,
    contact_note: str = "",
    needs: Iterable[str],
    needs_text: str,
    interpreter_language: str,
    names: Mapping[int, str],
    by: User,
    now: dt.datetime,
) -> bool:
    """Write right what we have of a party: who registered, how they are reached, what they need, the ``names`` of those in it.

    A name may be "". Nothing is written where nothing is new, or all is forgotten already. Returns whether anything was.
    """
    chosen = list(needs)
    new = {
        "name": name,
        "contact": contact,
        "contact_kind": contact_kind,
        "contact_note": contact_note,
        "needs": [need for need in Registration.NEEDS if need in chosen],
        "needs_text": needs_text,
        "interpreter_language": interpreter_language,
    }
    held = Registration.objects.select_for_update().get(pk=registration.pk)
    if held.purged_at:
        return False
    people = [
        person for person in held.participants.all() if person.pk in names and names[person.pk] != person.name
    ]
    if not people and all(getattr(held, field) == value for field, value in new.items()):
        return False
    Registration.objects.filter(pk=held.pk).update(**new)
    for person in people:
        Participant.objects.filter(pk=person.pk).update(name=names[person.pk])
    seats.note_change(registration, RegistrationChange.What.CORRECTED, now, by=by)
    return True


def forget(*, registrations: Iterable[Registration], now: dt.datetime, by: User | None = None) -> int:
    """Take away all that names somebody from these registrations; those that stand are cancelled first.

    Returns how many. Twice is once.
    """
    done = 0
    for registration in registrations:
        ended = max((one.ends_at for one in registration.quota.occasions.all()), default=now) <= now
        if not ended and registration.state in Registration.STANDING:
            with contextlib.suppress(seats.NoLonger):  # it ended by itself just now
                seats.cancel(registration=registration, way="", now=now, by=by)
        with transaction.atomic():
            if Registration.objects.filter(pk=registration.pk, purged_at=None).update(
                purged_at=now, **NOBODY
            ):
                Participant.objects.filter(registration=registration).update(name="")
                RegistrationChange.objects.filter(registration=registration).update(note="")
                seats.note_change(registration, RegistrationChange.What.PURGED, now, by=by)
                notices.forget(about=registration.about, now=now)
                done += 1
    return done
