"""Who gets a seat: the rules as tables."""

import pytest

from utbud.courses.seating import Party, Seats, may_enter, offers


def web(size, key=0):
    return Party(key, size, kept=False)


def phone(size, key=0):
    return Party(key, size, kept=True)


@pytest.mark.parametrize(
    ("seats", "left", "open_left", "kept_left"),
    [
        (Seats(12), 12, 12, 0),
        (Seats(12, kept=4), 12, 8, 4),
        (Seats(12, kept=4, taken_open=8), 4, 0, 4),
        (Seats(12, kept=4, taken_kept=3), 9, 8, 1),
        (Seats(12, kept=4, taken_kept=6), 6, 6, 0),
        (Seats(12, kept=4, taken_open=10), 2, 0, 2),
        (Seats(12, taken_open=12), 0, 0, 0),
        (Seats(12, taken_open=13), 0, 0, 0),
        (Seats(0), 0, 0, 0),
    ],
)
def test_what_is_left(seats, left, open_left, kept_left):
    assert (seats.left, seats.open_left, seats.kept_left) == (left, open_left, kept_left)


@pytest.mark.parametrize(
    ("seats", "line", "party", "enters"),
    [
        (Seats(3), [], web(3), True),
        (Seats(3), [], web(4), False),
        (Seats(3, taken_open=3), [], web(1), False),
        (Seats(None), [], web(30), True),
        # Kept seats are not for the web.
        (Seats(3, kept=2), [], web(1), True),
        (Seats(3, kept=2), [], web(2), False),
        (Seats(3, kept=2), [], phone(3), True),
        # Nobody passes the line, though there is room for one who comes alone.
        (Seats(3, taken_open=2), [web(2)], web(1), False),
        (Seats(3, taken_open=2), [web(2)], phone(1), False),
        (Seats(3, taken_open=2), [phone(2)], phone(1), False),
        (Seats(3, taken_open=2), [phone(2)], web(1), False),
        # What is kept was never for those who wait from the web.
        (Seats(3, kept=1, taken_open=2), [web(2)], phone(1), True),
        (Seats(3, kept=1, taken_open=2), [web(2)], phone(2), False),
        (Seats(3, kept=1, taken_open=2), [phone(2)], phone(1), False),
    ],
)
def test_who_enters_at_once(seats, line, party, enters):
    assert may_enter(seats, line, party) is enters


@pytest.mark.parametrize(
    ("seats", "line", "offered"),
    [
        (Seats(3), [], []),
        (Seats(3, taken_open=3), [web(1, 1)], []),
        (Seats(3, taken_open=2), [web(1, 1), web(1, 2)], [1]),
        (Seats(3, taken_open=1), [web(1, 1), web(1, 2), web(1, 3)], [1, 2]),
        # A party is offered seats only when all fit, and those behind it wait.
        (Seats(3, taken_open=2), [web(2, 1), web(1, 2)], []),
        (Seats(3, taken_open=1), [web(2, 1), web(1, 2)], [1]),
        (Seats(4, taken_open=1), [web(2, 1), web(1, 2), web(1, 3)], [1, 2]),
        # Kept seats go to the first who may have them, past those who may not.
        (Seats(3, kept=1, taken_open=2), [web(1, 1), phone(1, 2)], [2]),
        (Seats(3, kept=1, taken_open=2), [web(1, 1), phone(2, 2), phone(1, 3)], []),
        (Seats(3, kept=1, taken_open=1), [web(2, 1), phone(1, 2), phone(1, 3)], [2]),
        (Seats(3, kept=0, taken_open=2), [web(1, 1), phone(1, 2)], [1]),
        (Seats(None), [web(9, 1), phone(9, 2)], [1, 2]),
    ],
)
def test_who_is_offered_seats(seats, line, offered):
    assert [party.key for party in offers(seats, line)] == offered
