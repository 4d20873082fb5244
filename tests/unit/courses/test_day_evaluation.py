"""How it went: three questions on a tablet passed round, on paper and as a tally; and nothing that leads to anyone."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from utbud.courses import day_views
from utbud.courses.actions import runs
from utbud.courses.models import CoursePage, Evaluation
from utbud.courses.queries import day as queries

pytestmark = pytest.mark.django_db
AFTER = dt.timedelta(days=7, hours=2)


@pytest.fixture
def clock(now):
    with time_machine.travel(now + AFTER, tick=False) as traveller:
        yield traveller


@pytest.fixture
def occasion(plan):
    return plan().occasions.get()


@pytest.fixture
def staff(client, site, clock):
    client.force_login(site.desk)
    return client


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def stamp(client, address, form=0):
    return re.findall(r'name="stamp" value="([^"]+)"', client.get(address).content.decode())[form]


def answer(client, clock, address, *, held=None, seconds=10, **said):
    held = held or stamp(client, address)
    clock.shift(dt.timedelta(seconds=seconds))
    return client.post(address, {"stamp": held, "website": ""} | said)


def rows():
    return list(Evaluation.objects.values_list("task", "mood", "wish"))


# --- the address ----------------------------------------------------------------------------------


def test_the_address_is_short_and_cannot_be_guessed(occasion):
    token = queries.evaluation_token(occasion)
    assert len(token) <= 20
    assert queries.occasion_of_token(token) == occasion
    for wrong in (
        f"{occasion.pk}-0000000000",
        f"{occasion.pk + 1}{token[1:]}",
        str(occasion.pk),
        "",
        "-",
        "å-b",
        "9" * 40,
    ):
        assert queries.occasion_of_token(wrong) is None


@pytest.mark.parametrize("suffix", ["", "tack/"])
def test_a_wrong_address_is_not_found(client, occasion, suffix):
    assert client.get(f"/kurser/utvardering/{occasion.pk}-feldfeldfe/{suffix}").status_code == 404


# --- answering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"task": "self", "mood": "good", "wish": "Mer kaffe."}, ("self", "good", "Mer kaffe.")),
        ({"task": "notyet"}, ("notyet", "", "")),
        ({"mood": "bad"}, ("", "bad", "")),
        ({"wish": "  Mer   tid "}, ("", "", "Mer   tid")),
        ({"wish": "<script>alert(1)</script>"}, ("", "", "<script>alert(1)</script>")),
    ],
)
def test_any_question_may_be_left_out(client, clock, occasion, said, kept):
    address = queries.evaluation_path(occasion)
    done = answer(client, clock, address, **said)
    assert done.url == f"{address}tack/"
    assert rows() == [kept]
    assert Evaluation.objects.get().came_by == "web"
    assert "Tack för ditt svar" in text(client.get(done.url))


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({}, "Svara på minst en av frågorna."),
        ({"task": "kanske", "mood": "good"}, "Välj ett av svaren."),
        ({"wish": "x" * 501}, "Korta den till 500 tecken."),
        ({"mood": "good", "website": "http://x"}, "Vi kunde inte ta emot det du skrev."),
    ],
)
def test_what_cannot_be_taken_in_says_why_and_is_kept_on_the_page(client, clock, occasion, said, says):
    done = answer(client, clock, queries.evaluation_path(occasion), **said)
    assert done.status_code == 422
    assert says in text(done)
    assert rows() == []


def test_a_machine_that_answers_at_once_is_stopped(client, clock, occasion):
    assert answer(client, clock, queries.evaluation_path(occasion), seconds=1, mood="good").status_code == 422


def test_pressed_twice_is_one_answer(client, clock, occasion):
    address = queries.evaluation_path(occasion)
    held = stamp(client, address)
    for _press in range(2):
        assert answer(client, clock, address, held=held, mood="good").status_code == 302
    assert len(rows()) == 1


def test_a_tablet_passed_round_counts_everyone_also_those_who_say_the_same(client, clock, occasion):
    address = queries.evaluation_path(occasion)
    for _person in range(3):
        assert answer(client, clock, address, task="self", mood="good").status_code == 302
    assert len(rows()) == 3


def test_there_is_an_end_to_it(client, clock, occasion, monkeypatch):
    assert day_views.ANSWERS_AN_HOUR == 150  # four full groups on one tablet
    monkeypatch.setattr(day_views, "ANSWERS_AN_HOUR", 2)
    address = queries.evaluation_path(occasion)
    assert [answer(client, clock, address, mood="good").status_code for _person in range(3)] == [
        302,
        302,
        429,
    ]
    assert len(rows()) == 2


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (6, "Kursen har inte börjat än."),
        (7, "Klarade du att ringa ett samtal med bild?"),
        (38, "Det går inte att svara längre."),
    ],
)
def test_one_answers_from_when_it_begins_and_for_a_month(client, clock, occasion, now, days, says):
    clock.move_to(now + dt.timedelta(days=days, minutes=1))
    assert says in text(client.get(queries.evaluation_path(occasion)))


def test_nothing_is_asked_about_what_was_called_off(client, clock, occasion, site, now):
    runs.cancel_occasion(occasion=occasion, why="", by=site.desk, now=now)
    address = queries.evaluation_path(occasion)
    assert "blev inställt" in text(client.get(address))
    client.post(address, {"mood": "good"})
    assert rows() == []


def test_a_course_without_a_task_asks_two_questions(client, clock, occasion, course):
    CoursePage.objects.filter(pk=course.pk).update(task="")
    address = queries.evaluation_path(occasion)
    assert "Klarade du" not in text(client.get(address))
    answer(client, clock, address, task="self", mood="ok")
    assert rows() == [("", "ok", "")]


def test_the_page_names_nobody_shows_no_answers_and_is_not_kept(client, clock, occasion, join, now):
    join(occasion.quota, "Gerd Ek", at=now)
    address = queries.evaluation_path(occasion)
    answer(client, clock, address, wish="Hemligt önskemål")
    for page in (address, f"{address}tack/"):
        shown = client.get(page)
        assert "no-store" in shown["Cache-Control"]
        assert "noindex" in shown["X-Robots-Tag"]
        assert not re.search(r"Gerd|Hemligt", text(shown))


def test_three_smileys_are_drawn_and_have_words(client, clock, occasion):
    html = client.get(queries.evaluation_path(occasion)).content.decode()
    assert html.count('<svg class="smiley"') == 3
    assert all(f" {word}</label>" in html for word in ("Bra", "Sådär", "Inte bra"))


# --- staff ----------------------------------------------------------------------------------------


def type_in(client, occasion, which, form, **said):
    address = reverse("courses_evaluation", args=[occasion.pk])
    return client.post(address, {"which": which, "stamp": stamp(client, address, form)} | said, follow=True)


def test_answers_on_paper_are_typed_in_one_after_the_other(staff, occasion):
    for _paper in range(2):
        done = type_in(staff, occasion, "paper", 0, task="helped", mood="good", wish="")
    assert "Svaret är inlagt. Ta nästa." in text(done)
    assert "Jag klarade det med hjälp: 2" in text(done)
    assert "autofocus" in done.content.decode()  # the next can be typed at once
    assert set(Evaluation.objects.values_list("came_by", flat=True)) == {"paper"}


def test_a_paper_typed_in_wrong_can_be_taken_away_but_not_what_people_said_themselves(staff, clock, occasion):
    answer(staff, clock, queries.evaluation_path(occasion), mood="bad")
    type_in(staff, occasion, "paper", 0, mood="good")
    web, paper = Evaluation.objects.order_by("pk")
    for row in (paper, web):
        staff.post(reverse("courses_remove_answer", args=[occasion.pk, row.pk]))
    assert list(Evaluation.objects.all()) == [web]


def test_a_tally_is_as_many_answers_as_there_are_marks(staff, occasion):
    done = type_in(staff, occasion, "tally", 1, task_self="3", task_helped="2", mood_good="4", mood_bad="")
    assert "5 svar är inlagda." in text(done)
    assert sorted(rows()) == sorted([("self", "good", "")] * 3 + [("helped", "good", ""), ("helped", "", "")])


def test_a_tally_sent_twice_is_once(staff, occasion):
    address = reverse("courses_evaluation", args=[occasion.pk])
    sent = {"which": "tally", "stamp": stamp(staff, address, 1), "mood_good": "4"}
    for _press in range(2):
        staff.post(address, sent)
    assert len(rows()) == 4


@pytest.mark.parametrize("said", [{}, {"mood_good": "-1"}, {"mood_good": "många"}, {"mood_good": "100000"}])
def test_a_tally_that_is_none_says_why(staff, occasion, said):
    assert type_in(staff, occasion, "tally", 1, **said).status_code == 422
    assert rows() == []


def test_nothing_is_typed_in_before_it_has_been(staff, clock, occasion, now):
    clock.move_to(now)
    html = staff.get(reverse("courses_evaluation", args=[occasion.pk])).content.decode()
    assert 'name="stamp"' not in html
    staff.post(reverse("courses_evaluation", args=[occasion.pk]), {"which": "paper", "mood": "good"})
    assert rows() == []
