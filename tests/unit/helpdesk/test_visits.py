"""A visit: what is kept of it, and what each press does, late, twice or at the wrong time."""

import datetime as dt
import uuid

import pytest
from django.db import models

from tests.conftest import MONDAY
from utbud.helpdesk.actions import visits
from utbud.helpdesk.actions.questions import load_questions
from utbud.helpdesk.models import Choice, Errand, FormerName, Given, Lack, Question, Visit
from utbud.places.models import Place

SECOND, MINUTE, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(days=1)
HARMLESS = (models.AutoField, models.IntegerField, models.DateField, models.UUIDField)  # and their kinds


def stands(visit):
    visit.refresh_from_db()
    return visit.state, visit.minutes


# --- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Visit, Errand, Given, Lack])
def test_there_is_no_room_for_a_person_a_number_or_a_word(model):
    """Times, whole numbers, keys, answers from a list, and rows that lead to no person: by the model, not by habit."""
    leads_to = {Place, Question, Choice, Visit, Errand, Given}
    wrong = []
    for field in model._meta.get_fields():
        if field.is_relation:
            fine = field.related_model in leads_to
        elif isinstance(field, models.CharField):
            fine = bool(field.choices)
        else:
            fine = isinstance(field, HARMLESS)
        wrong += [] if fine else [field.name]
    assert wrong == []


def test_a_visit_is_a_day_an_hour_a_place_and_its_errands(visit, place):
    made = visit("inloggning omrade-bank", "annat", minutes=25)
    assert (made.day, made.hour, made.minutes, made.place) == (MONDAY.date(), 10, 25, place)
    given = Given.objects.order_by("errand__number", "pk").values_list("errand__number", "choice__key")
    assert list(given) == [(1, "inloggning"), (1, "omrade-bank"), (2, "annat")]


def test_the_second_is_forgotten_after_a_day_and_what_was_undone_is_gone(visit):
    noted, undone = visit(), visit()
    visits.undo(key=undone.key, at=MONDAY)
    assert visits.forget_moments(MONDAY + DAY - MINUTE) == 0
    assert visits.forget_moments(MONDAY + DAY + MINUTE) == 2
    assert list(Visit.objects.values_list("key", "moment", "day", "hour")) == [
        (noted.key, None, MONDAY.date(), 10)
    ]


@pytest.mark.parametrize("errands", [[], [[]], ["omrade-bank"]])
def test_a_visit_without_an_errand_is_none(visit, errands, place):
    known = Choice.objects.in_bulk(field_name="key")
    given = [[known[name] for name in errand.split()] if errand else [] for errand in errands]
    with pytest.raises(visits.DeskError):
        visits.note(key=uuid.uuid4(), place=place, errands=given, minutes=5, at=MONDAY, now=MONDAY)


# --- odd numbers and odd clocks -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"), [(0, None), (1, 1), (600, 600), (601, None), (1000, None), (None, None)]
)
def test_a_length_that_no_visit_has_is_not_known(visit, given, kept):
    assert visit(minutes=given).minutes == kept


@pytest.mark.parametrize(
    ("ago", "moment"),
    [
        (0, MONDAY),
        (26 * 3600, MONDAY - dt.timedelta(hours=26)),  # a day without network
        (14 * 86400 + 1, None),  # a clock that was a year wrong, and put right before it was sent
        (365 * 86400, None),
        (-60, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_when_something_was_pressed(ago, moment):
    assert visits.moment_of(ago, MONDAY) == moment


def test_with_too_odd_a_clock_it_counts_today_at_no_hour(visit):
    made = visit(at=None, now=MONDAY)
    assert (made.day, made.hour) == (MONDAY.date(), None)


# --- twice ----------------------------------------------------------------------------------------


@pytest.mark.database
def test_the_same_key_again_changes_nothing(visit):
    key = uuid.uuid4()
    visit("inloggning", key=key, minutes=5)
    again = visit("annat", "utskrift", key=key, minutes=60)
    assert (Visit.objects.count(), Errand.objects.count(), again.minutes) == (1, 1, 5)


def test_what_was_undone_is_not_taken_in_again(visit):
    made = visit()
    assert visits.undo(key=made.key, at=MONDAY + 5 * SECOND)
    visit(key=made.key)
    assert (Visit.objects.counted().count(), Errand.objects.count()) == (0, 0)


# --- a visit that goes on -------------------------------------------------------------------------


def test_the_clock_of_a_visit_stands_still_while_it_is_paused(visit):
    made = visit(running=True)
    assert visits.pause(key=made.key, at=MONDAY + 5 * MINUTE)
    assert visits.go_on(key=made.key, at=MONDAY + 65 * MINUTE)
    assert visits.finish(key=made.key, at=MONDAY + 72 * MINUTE)
    assert stands(made) == ("done", 12)


@pytest.mark.parametrize(
    ("after", "given", "minutes"),
    [
        (20 * SECOND, None, 1),
        (7 * MINUTE, 30, 30),  # what staff say goes before the clock
        (601 * MINUTE, None, None),
        (-5 * MINUTE, None, 1),  # pressed before it began, by another tablet's clock
    ],
)
def test_how_long_it_took(visit, after, given, minutes):
    made = visit(running=True)
    visits.finish(key=made.key, at=MONDAY + after, minutes=given)
    assert stands(made) == ("done", minutes)


def test_a_press_changes_only_what_it_saw(visit):
    made = visit(running=True)
    assert not visits.go_on(key=made.key, at=MONDAY)
    assert visits.pause(key=made.key, at=MONDAY + MINUTE)
    assert not visits.pause(key=made.key, at=MONDAY + 3 * MINUTE)
    assert visits.finish(key=made.key, at=MONDAY + 9 * MINUTE)
    assert not visits.finish(key=made.key, at=MONDAY + 20 * MINUTE)
    assert not visits.pause(key=uuid.uuid4(), at=MONDAY)
    assert stands(made) == ("done", 1)


def test_left_over_night_it_counts_and_nobody_knows_how_long(visit):
    made = visit(running=True)
    assert not made.is_left(MONDAY + 13 * 60 * MINUTE)
    assert made.is_left(MONDAY + DAY)
    visits.finish(key=made.key, at=MONDAY + DAY)
    assert stands(made) == ("done", None)
    assert Visit.objects.counted().count() == 1


def test_an_errand_is_added_once(visit):
    made, kinds = visit(running=True), list(Choice.objects.filter(key="annat"))
    assert visits.add_errand(key=made.key, number=2, answers=kinds)
    assert not visits.add_errand(key=made.key, number=2, answers=kinds)
    visits.finish(key=made.key, at=MONDAY)
    assert not visits.add_errand(key=made.key, number=3, answers=kinds)
    assert made.errands.count() == 2


@pytest.mark.parametrize(
    ("running", "first", "after", "fine", "state"),
    [
        (False, None, 50 * SECOND, True, "undone"),
        (False, None, 70 * SECOND, False, "done"),
        (True, None, 50 * SECOND, True, "undone"),
        (True, "done", 50 * SECOND, True, "paused"),  # it goes on where it was
        (True, "pause", 50 * SECOND, False, "paused"),  # «Fortsätt» does that
    ],
)
def test_a_press_can_be_undone_for_a_minute(visit, running, first, after, fine, state):
    made = visit(running=running)
    if first == "done":
        visits.finish(key=made.key, at=MONDAY + MINUTE)
    elif first:
        visits.pause(key=made.key, at=MONDAY + MINUTE)
    start = MONDAY + MINUTE if first else MONDAY
    assert visits.undo(key=made.key, at=start + after) is fine
    assert stands(made)[0] == state


# --- answers that change --------------------------------------------------------------------------


def test_a_renamed_answer_is_the_same_and_remembers_its_name(visit):
    visit("inloggning")
    choice = Choice.objects.get(key="inloggning")
    choice.text = "Lösenord"
    choice.save()
    choice.save()
    assert list(FormerName.objects.values_list("choice__key", "text")) == [
        ("inloggning", "Inloggning och lösenord")
    ]
    assert Given.objects.get().choice.text == "Lösenord"


def test_an_answer_that_is_taken_away_is_hidden_and_can_still_be_sent(visit):
    Choice.objects.get(key="annat").delete()
    assert Choice.objects.get(key="annat").active is False
    assert visit("annat").errands.count() == 1


def test_what_staff_wrote_stays_when_the_first_questions_are_laid_down_again(site):
    Choice.objects.filter(key="annat").update(text="Annat ärende")
    assert load_questions() == 0
    assert Choice.objects.get(key="annat").text == "Annat ärende"


def test_a_new_answer_has_a_key_of_its_own(site):
    question = Question.objects.get(key="arende")
    made = [Choice.objects.create(question=question, text=text) for text in ("Ny mobil", "Ny mobil", "???")]
    assert [one.key for one in made] == ["ny-mobil", "ny-mobil-2", "svar"]


@pytest.mark.database
def test_what_nothing_was_right_for_is_a_number_a_day(place):
    choice = Choice.objects.get(key="annat")
    for now, where in ((MONDAY, place), (MONDAY, place), (MONDAY, None), (MONDAY + DAY, place)):
        visits.lacked(choice=choice, place=where, now=now)
    assert sorted(Lack.objects.values_list("day", "count")) == [
        (MONDAY.date(), 1), (MONDAY.date(), 2), ((MONDAY + DAY).date(), 1),
    ]  # fmt: skip


# --- a sheet --------------------------------------------------------------------------------------


@pytest.mark.database
def test_a_sheet_of_three_hundred_is_entered_once(place, django_assert_max_num_queries):
    known = Choice.objects.in_bulk(field_name="key")
    counts = {(known["inloggning"], 5): 200, (known["annat"], None): 99, (known["utskrift"], 1000): 1}
    with django_assert_max_num_queries(20):
        assert visits.tally(key="a", place=place, day=MONDAY.date(), counts=counts) == 300
    assert visits.tally(key="a", place=place, day=MONDAY.date(), counts=counts) is None
    assert visits.tally(key="b", place=place, day=MONDAY.date(), counts={}) == 0
    rows = (
        Visit.objects.values_list("minutes", "hour", "how").annotate(n=models.Count("pk")).order_by("minutes")
    )
    assert sorted(rows, key=str) == sorted([(5, None, "tally", 200), (None, None, "tally", 100)], key=str)
    assert Given.objects.filter(choice__key="annat").count() == 99
