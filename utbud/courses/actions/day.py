"""On the day and after: who came, how many, and how it went. Reminders before."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.courses.actions import telling
from utbud.courses.actions.seats import (
    Closed,
    CourseError,
    Full,
    Person,
    free_no_show,
    lock,
    note_change,
    register,
)
from utbud.courses.models import (
    Attendance,
    Evaluation,
    Occasion,
    Participant,
    Quota,
    Registration,
    RegistrationChange,
)
from utbud.courses.models.registrations import Way
from utbud.courses.queries.times import with_all
from utbud.notices import actions as notices
from utbud.notices.models import Way as By
from utbud.people.models import User

# How long before an occasion one is reminded: a text the morning before, a call or a letter earlier, once for a whole run.
AHEAD: dict[str, dt.timedelta] = {
    By.SMS: dt.timedelta(days=1),
    By.EMAIL: dt.timedelta(days=1),
    By.CALL: dt.timedelta(days=2),
    By.LETTER: dt.timedelta(days=6),
    By.HAND: dt.timedelta(days=2),
}
MORNING = dt.time(10)


@transaction.atomic
def note_attendance(
    *, occasion: Occasion, came: Mapping[int, bool | None], by: User | None, now: dt.datetime
) -> int:
    """Write down who came, by the participant's id; None takes a note away. Ids that are not expected are passed over.

    Returns how many notes there are. Twice is once.
    """
    expected = set(
        Participant.objects.filter(
            registration__quota=occasion.quota_id, registration__state=Registration.REGISTERED, pk__in=came
        ).values_list("pk", flat=True)
    )
    for pk in expected:
        told = came[pk]
        if told is None:
            Attendance.objects.filter(occasion=occasion, participant=pk).delete()
        else:
            Attendance.objects.update_or_create(
                occasion=occasion,
                participant_id=pk,
                defaults={"came": told, "noted_at": now, "noted_by": by},
            )
    return Attendance.objects.filter(occasion=occasion).count()


@transaction.atomic
def walk_in(
    *,
    occasion: Occasion,
    name: str,
    by: User | None,
    now: dt.datetime,
    submission_key: str,
    override_reason: str = "",
) -> Registration:
    """Somebody came who was not expected: they get a seat where there is one, and are noted as here.

    The name may be "". It may be written down afterwards, from paper. Raises Closed, or Full where there is no seat and
    staff give no reason: then nothing is kept, so that nobody who is here stands in line before those who wait.
    """
    lock(Quota(pk=occasion.quota_id))
    if Occasion.objects.select_related("run").get(pk=occasion.pk).is_cancelled:
        raise Closed(_("Tillfället är inställt."))
    registration = register(
        quota=occasion.quota,
        name=name,
        contact="",
        people=[Person(name)],
        came_by=Way.WALK_IN,
        now=now,
        submission_key=submission_key,
        by=by,
        override_reason=override_reason,
    )
    if registration.state == Registration.WAITING:
        raise Full(_("Det är fullt. Släpp in personen ändå genom att skriva varför."))
    if registration.state == Registration.REGISTERED:
        came = dict.fromkeys(registration.participants.values_list("pk", flat=True), True)
        note_attendance(occasion=occasion, came=came, by=by, now=now)
    return registration


@transaction.atomic
def note_day(
    *,
    occasion: Occasion,
    came: Mapping[int, bool | None],
    heads: Sequence[int | None],
    by: User | None,
    now: dt.datetime,
) -> None:
    """Write down what was changed on a list: who came, and how many where ``heads`` holds a new number."""
    note_attendance(occasion=occasion, came=came, by=by, now=now)
    for count in heads:
        count_heads(occasion=occasion, count=count, by=by, now=now)


def let_go(*, occasion: Occasion, registration: Registration, by: User, now: dt.datetime) -> None:
    """Note that none of a party came, and give its seats to others. Raises CourseError, and NoLonger."""
    if occasion.starts_at > now:
        raise CourseError(_("Det har inte börjat än. Vänta med att lämna platsen."))
    noted = dict(
        Attendance.objects.filter(
            occasion=occasion, participant__registration=registration
        ).values_list("participant", "came")
    )  # fmt: skip
    if any(noted.values()):
        raise CourseError(_("Någon i sällskapet är här. Platsen lämnas inte."))
    unknown = registration.participants.exclude(pk__in=noted).values_list("pk", flat=True)
    note_attendance(occasion=occasion, came=dict.fromkeys(unknown, False), by=by, now=now)
    free_no_show(registration=registration, now=now, by=by)


@transaction.atomic
def count_heads(*, occasion: Occasion, count: int | None, by: User | None, now: dt.datetime) -> None:
    """How many came, counted rather than named; None takes the number away."""
    Occasion.objects.filter(pk=occasion.pk).update(head_count=count)


def evaluate(
    *,
    occasion: Occasion,
    task: str,
    mood: str,
    wish: str,
    came_by: str,
    now: dt.datetime,
    submission_key: str,
) -> Evaluation:
    """Take in one person's answers, once for every ``submission_key``. Unanswered is ""."""
    row, _made = Evaluation.objects.get_or_create(
        submission_key=submission_key,
        defaults={
            "occasion": occasion,
            "task": task,
            "mood": mood,
            "wish": wish,
            "came_by": came_by,
            "given_on": dates.local(now).date(),
        },
    )
    return row


@transaction.atomic
def tally(
    *,
    occasion: Occasion,
    tasks: Mapping[str, int],
    moods: Mapping[str, int],
    now: dt.datetime,
    submission_key: str,
) -> int:
    """Take in a tally of marks on a sheet: how many of each answer. Which answers belong together is not known.

    Returns how many rows there are. Once for every ``submission_key``.
    """
    said_tasks = [task for task, count in tasks.items() for _number in range(count)]
    said_moods = [mood for mood, count in moods.items() for _number in range(count)]
    most = max(len(said_tasks), len(said_moods), 0)
    rows = [
        Evaluation(
            occasion=occasion,
            task=said_tasks[number] if number < len(said_tasks) else "",
            mood=said_moods[number] if number < len(said_moods) else "",
            came_by=Way.PAPER,
            given_on=dates.local(now).date(),
            submission_key=f"{submission_key[:58]}.{number}",
        )
        for number in range(most)
    ]
    Evaluation.objects.bulk_create(rows, ignore_conflicts=True)
    return most


def remove_paper_answer(*, occasion: Occasion, pk: int) -> None:
    """Take away an answer that staff typed in. What people answered themselves stays. Twice is once."""
    Evaluation.objects.filter(occasion=occasion, pk=pk, came_by=Way.PAPER).delete()


# --- reminders ----------------------------------------------------------------------------------


def remind_due(now: dt.datetime) -> int:
    """Remind those who come within days, by what they have. Each once for each time; can run twice. Returns how many.

    Texts and letters that go by themselves go for each occasion. Staff ring and post once for a whole run, before it begins.
    A few queries, however many come.
    """
    earlier = Occasion.objects.filter(quota=OuterRef("quota"), starts_at__lt=OuterRef("starts_at"))
    last = now + max(AHEAD.values()) + dt.timedelta(days=1)
    soon = list(
        with_all(Occasion.objects.coming(now).held().filter(starts_at__gt=now, starts_at__lte=last))
        .annotate(later=Exists(earlier))
    )  # fmt: skip
    if not soon:
        return 0
    means = telling.Means.now()
    with transaction.atomic():
        # Held: whoever leaves while we look is not reminded afterwards.
        rows = (
            Registration.objects.filter(
                quota__in={one.quota_id for one in soon}, state=Registration.REGISTERED
            )
            .exclude(contact_kind="")
            .select_related("quota__run__course")
        )
        coming = defaultdict(list)
        for registration in rows.select_for_update(of=("self",)).order_by("pk"):
            coming[registration.quota_id].append(registration)
        words = [
            telling.reminder(occasion, registration, now, means)
            for occasion in soon
            for registration in coming[occasion.quota_id]
            if _is_reminded(occasion, registration, means.way_of(registration), now)
        ]
        return notices.tell_all(words=[word for word in words if word], now=now)


def _is_reminded(occasion: Any, registration: Registration, way: str, now: dt.datetime) -> bool:
    """Whether it is time, where it was not joined after that. ``occasion.later``: it is not the first of its run."""
    if way not in AHEAD or (way in (By.CALL, By.LETTER, By.HAND) and occasion.later):
        return False
    moment = remind_at(occasion, way)
    return registration.created_at < moment <= now


def remind_at(occasion: Occasion, way: str) -> dt.datetime:
    """When those who are told by ``way`` are reminded: at ten in the morning, so many days before (aware)."""
    day = dates.local(occasion.starts_at).date() - AHEAD[way]
    return dates.at_stockholm(day, MORNING)


# --- persons --------------------------------------------------------------------------------------


@transaction.atomic
def correct(
    *,
    registration: Registration,
    name: str,
    contact: str,
    contact_kind: str,
    contact_note: str = "",
    by: User | None,
    now: dt.datetime,
    way: str = "",
) -> None:
    """Write a name or a contact right, ``by`` staff or by themselves (None). Whoever in the party has the same name is
    written right too. What is so already is not written again.
    """
    new = {"name": name, "contact": contact, "contact_kind": contact_kind, "contact_note": contact_note}
    rows = Registration.objects.filter(pk=registration.pk, purged_at=None)
    if not rows.exclude(**new).update(**new):
        return  # nothing is new, or all is forgotten already
    if name and registration.name:
        Participant.objects.filter(registration=registration, name=registration.name).update(name=name)
    note_change(registration, RegistrationChange.What.CORRECTED, now, by=by, way=way)
    if by is None and registration.contact != contact:  # who has the link may be another than who came
        telling.contact_changed(registration, now)


@transaction.atomic
def set_needs(
    *,
    registration: Registration,
    needs: Sequence[str],
    needs_text: str,
    interpreter_language: str,
    by: User | None,
    now: dt.datetime,
    way: str = "",
) -> None:
    """Put right what a party needs. The seats are not touched: who comes along is in the party."""
    new = {
        "needs": [need for need in Registration.NEEDS if need in needs],
        "needs_text": needs_text,
        "interpreter_language": interpreter_language,
    }
    row = Registration.objects.select_for_update().filter(pk=registration.pk, purged_at=None).first()
    if row is None or all(getattr(row, name) == value for name, value in new.items()):
        return
    Registration.objects.filter(pk=row.pk).update(**new)
    note_change(registration, RegistrationChange.What.CHANGED, now, by=by, way=way, note=_("Behov"))
