"""Visits in numbers, and in the national file."""

import csv
import datetime as dt
import io
from collections import Counter

import pytest
from django.core.management import call_command

from tests.conftest import MONDAY
from utbud.base import tables
from utbud.helpdesk.actions import visits
from utbud.helpdesk.models import Choice, DeskSettings, Question
from utbud.helpdesk.queries import figures as queries
from utbud.places.models import Place

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)


def shown(topic):
    return {row.name: row.count for row in topic.rows if row.count}


@pytest.fixture
def month(visit):
    """Six visits in November, one of them undone, and one in December."""
    other = Place.objects.create(name="Filialen", slug="filialen", kind=Place.Kind.BRANCH)
    visit("inloggning omrade-bank sjalv", "annat", minutes=10)
    visit("inloggning", minutes=45, at=MONDAY + dt.timedelta(hours=4))
    visit("utskrift inte-an", minutes=None, where=other)
    visit("utskrift", at=None, now=MONDAY, where=other, minutes=5)
    visit("annat", running=True, at=MONDAY - 7 * DAY)
    visits.undo(key=visit("annat").key, at=MONDAY)
    visit("annat", at=MONDAY + 14 * DAY)
    return other


def test_a_month_in_numbers(month, django_assert_num_queries):
    with django_assert_num_queries(9):
        found = queries.figures(first=FIRST, last=LAST)
    assert (found.visits, found.errands, found.minutes, found.timed, found.mean) == (5, 6, 60, 3, 20)
    what, area, went, _how = found.topics
    assert shown(what) == {
        "Inloggning och lösenord": 2, "Skriva ut, kopiera, skanna": 2, "Något annat": 2,
    }  # fmt: skip
    assert shown(area) == {"Bank, köp och Swish": 1}
    assert shown(went) == {"Klarade det själv": 1, "Inte än": 1}
    assert shown(found.lengths) == {"1–5 min": 1, "6–10 min": 1, "31–60 min": 1, "vet inte": 2}
    assert shown(found.places) == {"Provbiblioteket": 3, "Filialen": 2}
    assert found.of_week == [("Måndag", [3, 0, 0, 0, 1])]  # at 10 and 14; the one at no hour is not there
    assert shown(found.months) == {"november": 5}


def test_at_one_place(month):
    found = queries.figures(first=FIRST, last=LAST, place=month)
    assert (found.visits, found.errands, shown(found.topics[0])) == (2, 2, {"Skriva ut, kopiera, skanna": 2})


@pytest.mark.parametrize("number", [1, 3])
def test_as_many_queries_for_many_as_for_one(visit, number, django_assert_num_queries):
    for _one in range(number):
        visit("inloggning", "annat")
    with django_assert_num_queries(9):
        queries.figures(first=FIRST, last=LAST)
    with django_assert_num_queries(2):
        list(queries.digidel(first=FIRST, last=LAST))


def test_a_renamed_answer_says_what_it_was_called_and_a_hidden_one_that_it_is(visit):
    visit("inloggning", "annat")
    for key, change in (
        ("inloggning", {"text": "Lösenord"}),
        ("annat", {"active": False}),
        ("utskrift", {"active": False}),
    ):
        choice = Choice.objects.get(key=key)
        for name, value in change.items():
            setattr(choice, name, value)
        choice.save()
    noted = {row.name: row.note for row in queries.figures(first=FIRST, last=LAST).topics[0].rows}
    assert noted["Lösenord"].startswith("hette «Inloggning och lösenord» till ")
    assert noted["Något annat"] == "trycks inte längre"
    assert "Skriva ut, kopiera, skanna" not in noted  # hidden, and nobody pressed it


# --- the national file ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "among", "shares"),
    [
        (10, 3, [4, 3, 3]),
        (10, 1, [10]),
        (2, 3, [1, 1, 0]),
        (None, 2, ["", ""]),
        (600, 7, [86] * 5 + [85] * 2),
    ],
)
def test_minutes_are_shared_so_that_their_sum_is_the_visits(minutes, among, shares):
    assert queries.shared(minutes, among) == shares
    assert minutes is None or sum(queries.shared(minutes, among)) == minutes


def read_back(made):
    """Totals of the file, by somebody who knows only its format."""
    rows = list(csv.DictReader(io.StringIO(made.decode("utf-8"))))
    lasted = {row["id"]: int(row["tid_min"] or 0) for row in rows}
    return SimpleTotals(len(lasted), sum(lasted.values()), Counter(row["svar"] for row in rows), rows)


class SimpleTotals:
    def __init__(self, errands, minutes, answers, rows):
        self.errands, self.minutes, self.answers, self.rows = errands, minutes, answers, rows


def test_the_file_read_back_gives_the_totals_of_the_page(month):
    DeskSettings.objects.create(region="Västernorrland")
    made = tables.csv_file(queries.DIGIDEL, queries.digidel(first=FIRST, last=LAST), plain=True)
    assert made.startswith(b"id,tid_min,region,fraga,svar\r\n")
    read, page = read_back(made), queries.figures(first=FIRST, last=LAST)
    assert (read.errands, read.minutes) == (page.errands, page.minutes)
    assert read.answers == {
        "Inloggning och lösenord": 2, "Utskrift, kopiering och/eller skanning": 2, "Annat": 2,
        "Bankärenden, ekonomiska transaktioner, Swish": 1,
    }  # fmt: skip
    assert {row["region"] for row in read.rows} == {"Västernorrland"}
    assert {row["fraga"] for row in read.rows} == set(
        Question.objects.exclude(survey="").values_list("survey", flat=True)
    )  # how it went and how they found us is our own


def test_a_name_on_a_button_does_not_change_the_file(month):
    before = list(queries.digidel(first=FIRST, last=LAST))
    for choice in Choice.objects.filter(question__key="arende"):
        choice.text = f"Ny {choice.pk}"
        choice.save()
    Choice.objects.get(key="annat").delete()
    assert list(queries.digidel(first=FIRST, last=LAST)) == before


def test_an_answer_of_ones_own_is_no_formula(visit):
    visit("annat")
    Choice.objects.filter(key="annat").update(survey="=1+1")
    made = tables.csv_file(queries.DIGIDEL, queries.digidel(first=FIRST, last=LAST), plain=True)
    assert b",'=1+1\r\n" in made


def test_the_file_from_the_command_line_is_that_of_the_page(month, client, tmp_path, capsys):
    out = tmp_path / "digidel.csv"
    call_command("figures", "digidel", "--from", "2026-11-01", "--to", "2026-11-30", "--out", str(out))
    answer = client.get("/admin/disken/siffror/digidel.csv?fran=2026-11-01&till=2026-11-30")
    assert answer.content == out.read_bytes()
    assert read_back(out.read_bytes()).errands == 6
