"""When places are open, as a table of an ordinary week, holidays, special days and nights when the clock changes."""

import datetime as dt

import pytest

from utbud.base.dates import STOCKHOLM
from utbud.places import queries
from utbud.places.models import Opening, OpeningHours, Place, SpecialDay

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
OPEN, UNSTAFFED, DROP_IN = Opening


def at(text: str) -> dt.datetime:
    """«2026-11-23 10:30» on Stockholm's wall."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def clock(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


@pytest.fixture
def library() -> Place:
    """Monday to Friday 10–18, Saturday 10–14; unstaffed 8–10 on weekdays; drop-in Monday 13–15 and Thursday 10–12."""
    place = Place.objects.create(name="Huvudbiblioteket", slug="huvudbiblioteket", kind=Place.Kind.MAIN)
    rows = [(day, OPEN, "10:00", "18:00") for day in range(5)] + [(5, OPEN, "10:00", "14:00")]
    rows += [(day, UNSTAFFED, "08:00", "10:00") for day in range(5)]
    rows += [(0, DROP_IN, "13:00", "15:00"), (3, DROP_IN, "10:00", "12:00")]
    for weekday, kind, opens, closes in rows:
        OpeningHours.objects.create(
            place=place, weekday=weekday, kind=kind, opens=clock(opens), closes=clock(closes)
        )
    return place


def special(
    date: str, place: Place | None = None, kind: str = "", times: str = "", reason: str = ""
) -> SpecialDay:
    opens, closes = times.split("–") if times else (None, None)
    day = SpecialDay(
        date=dt.date.fromisoformat(date),
        place=place,
        kind=kind,
        closed=not times,
        opens=clock(opens) if opens else None,
        closes=clock(closes) if closes else None,
        reason=reason,
    )
    day.full_clean()
    day.save()
    return day


def said(place: Place, day: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for span in queries.opening(place, dt.date.fromisoformat(day)):
        found[span.kind] = " ".join([found[span.kind], span.words] if span.kind in found else [span.words])
    return found


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-11-23", {"open": "10–18", "unstaffed": "8–10", "dropin": "13–15"}),
        ("2026-11-24", {"open": "10–18", "unstaffed": "8–10"}),
        ("2026-11-28", {"open": "10–14"}),
        ("2026-11-29", {}),
        ("2026-12-24", {}),  # Christmas Eve: no public holiday, yet everyone is closed
        ("2026-12-25", {}),
        ("2027-01-01", {}),
        ("2027-06-25", {}),  # Midsummer Eve
        ("2027-05-06", {}),  # Ascension Day
        ("2027-05-07", {"open": "10–18", "unstaffed": "8–10"}),  # the day after it is an ordinary Friday
    ],
)
def test_an_ordinary_week_and_holidays(library: Place, day: str, hours: dict[str, str]) -> None:
    assert said(library, day) == hours


def test_a_special_day_closes_everything(library: Place) -> None:
    special("2026-11-23", reason="Planeringsdag")
    assert said(library, "2026-11-23") == {}


def test_a_special_day_closes_one_place_only(library: Place) -> None:
    other = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    OpeningHours.objects.create(place=other, weekday=0, opens=clock("12:00"), closes=clock("16:00"))
    special("2026-11-23", place=library)
    assert (said(library, "2026-11-23"), said(other, "2026-11-23")) == ({}, {"open": "12–16"})


def test_a_special_day_opens_a_holiday(library: Place) -> None:
    special("2027-01-06", kind=OPEN, times="12:00–16:00", reason="Trettondagsöppet")
    assert said(library, "2027-01-06") == {"open": "12–16"}


def test_another_time_for_one_kind_leaves_the_others(library: Place) -> None:
    special("2026-11-24", kind=OPEN, times="12:00–16:00")
    assert said(library, "2026-11-24") == {"open": "12–16", "unstaffed": "8–10"}


def test_an_extra_drop_in_leaves_the_library_open(library: Place) -> None:
    special("2026-11-28", kind=DROP_IN, times="11:00–12:00")
    assert said(library, "2026-11-28") == {"open": "10–14", "dropin": "11–12"}


def test_a_drop_in_called_off_leaves_the_library_open(library: Place) -> None:
    special("2026-11-23", kind=DROP_IN, reason="Kurs för personalen")
    assert said(library, "2026-11-23") == {"open": "10–18", "unstaffed": "8–10"}


@pytest.mark.parametrize(
    ("times", "drop_in"),
    [("10:00–14:00", "13–14"), ("10:00–13:00", None), ("14:00–18:00", "14–15"), ("", None)],
)
def test_drop_in_is_promised_only_while_staff_are_there(
    library: Place, times: str, drop_in: str | None
) -> None:
    special("2026-11-23", kind=OPEN, times=times)
    assert said(library, "2026-11-23").get("dropin") == drop_in


def test_a_places_own_special_day_goes_before_the_common_one(library: Place) -> None:
    special("2026-11-24")
    special("2026-11-24", place=library, kind=OPEN, times="12:00–13:00")
    assert said(library, "2026-11-24") == {"open": "12–13"}


def test_closed_but_for_one_thing(library: Place) -> None:
    special("2026-11-23", place=library)
    special("2026-11-23", place=library, kind=DROP_IN, times="13:00–14:00")
    assert said(library, "2026-11-23") == {"dropin": "13–14"}


def test_times_that_meet_are_one(library: Place) -> None:
    OpeningHours.objects.create(place=library, weekday=1, opens=clock("18:00"), closes=clock("20:00"))
    assert said(library, "2026-11-24")["open"] == "10–20"


def test_hours_hold_from_and_to_their_dates(library: Place) -> None:
    OpeningHours.objects.filter(kind=OPEN).update(valid_to=dt.date(2026, 11, 23))
    OpeningHours.objects.create(
        place=library,
        weekday=1,
        opens=clock("11:00"),
        closes=clock("15:00"),
        valid_from=dt.date(2026, 11, 24),
    )
    assert [said(library, day).get("open") for day in ("2026-11-17", "2026-11-23", "2026-11-24")] == [
        "10–18",
        "10–18",
        "11–15",
    ]


@pytest.mark.parametrize(
    ("now", "is_open", "staffed", "words"),
    [
        ("2026-11-23 10:00", True, True, "Öppet nu, stänger klockan 18"),
        ("2026-11-23 17:59", True, True, "Öppet nu, stänger klockan 18"),
        ("2026-11-23 18:00", False, False, "Stängt nu. Öppnar i morgon klockan 10"),
        ("2026-11-23 08:30", True, False, "Meröppet nu till klockan 10. Personal finns i dag klockan 10"),
        ("2026-11-23 07:59", False, False, "Stängt nu. Öppnar i dag klockan 10"),
        ("2026-11-23 00:00", False, False, "Stängt nu. Öppnar i dag klockan 10"),
        ("2026-11-22 23:59", False, False, "Stängt nu. Öppnar i morgon klockan 10"),
        ("2026-11-28 14:00", False, False, "Stängt nu. Öppnar på måndag klockan 10"),
        ("2026-12-24 12:00", False, False, "Stängt i dag: julafton. Öppnar på måndag klockan 10"),
        ("2026-12-31 23:59", False, False, "Stängt i dag: nyårsafton. Öppnar på lördag klockan 10"),
        # the clock goes forward in the night to 28 March 2027 and back in the night to 31 October
        ("2027-03-28 01:30", False, False, "Stängt i dag: påskdagen. Öppnar på tisdag klockan 10"),
        ("2027-03-28 03:30", False, False, "Stängt i dag: påskdagen. Öppnar på tisdag klockan 10"),
        ("2027-03-27 10:00", True, True, "Öppet nu, stänger klockan 14"),
        ("2027-03-30 10:00", True, True, "Öppet nu, stänger klockan 18"),
        ("2027-03-30 09:59", True, False, "Meröppet nu till klockan 10. Personal finns i dag klockan 10"),
        ("2027-10-30 13:59", True, True, "Öppet nu, stänger klockan 14"),
        ("2027-10-31 02:30", False, False, "Stängt nu. Öppnar i morgon klockan 10"),
        ("2027-11-01 10:00", True, True, "Öppet nu, stänger klockan 18"),
        ("2027-11-01 17:59", True, True, "Öppet nu, stänger klockan 18"),
    ],
)
def test_open_now(library: Place, now: str, is_open: bool, staffed: bool, words: str) -> None:
    for moment in (at(now), at(now).astimezone(dt.UTC)):  # the server's own zone means nothing
        assert queries.status(library, moment) == queries.Status(is_open, staffed, words)


def test_the_second_hour_of_the_autumn_night_counts_too(library: Place) -> None:
    OpeningHours.objects.create(place=library, weekday=6, opens=clock("01:00"), closes=clock("03:00"))
    twice = [
        dt.datetime(2027, 10, 31, 2, 30, fold=fold, tzinfo=STOCKHOLM).astimezone(dt.UTC) for fold in (0, 1)
    ]
    assert twice[1] - twice[0] == dt.timedelta(hours=1)
    assert {queries.status(library, moment).words for moment in twice} == {"Öppet nu, stänger klockan 3"}


FRIDAY, SATURDAY = "2026-11-27", "2026-11-28"


def ways_to_write_a_night(place: Place, way: str) -> None:
    """Friday evening to one at night: in one row, of the day or of every Friday, or in two, as was once advised."""
    OpeningHours.objects.filter(place=place, weekday=4).delete()
    if way == "one day":
        special(FRIDAY, place, OPEN, "18:00–01:00")
    elif way == "every Friday":
        OpeningHours.objects.create(place=place, weekday=4, opens=clock("18:00"), closes=clock("01:00"))
    else:
        special(FRIDAY, place, OPEN, "18:00–23:59")
        special(SATURDAY, place, OPEN, "00:00–01:00")
        special(SATURDAY, place, OPEN, "10:00–14:00")


@pytest.mark.parametrize("way", ["one day", "every Friday", "two rows"])
def test_a_night_is_one_time_of_the_day_it_begins(library: Place, way: str) -> None:
    ways_to_write_a_night(library, way)
    said_now = [
        queries.status(library, at(f"{day} {moment}")).words
        for day, moment in [
            (FRIDAY, "17:59"), (FRIDAY, "23:30"), (FRIDAY, "23:59:30"), (SATURDAY, "00:00"), (SATURDAY, "00:59"),
            (SATURDAY, "01:00"), (SATURDAY, "10:00"),
        ]
    ]  # fmt: skip
    night = "Öppet nu, stänger klockan 1"
    assert said_now == [
        "Stängt nu. Öppnar i dag klockan 18",
        *[night] * 4,
        "Stängt nu. Öppnar i dag klockan 10",
        "Öppet nu, stänger klockan 14",
    ]
    week = queries.week(library, MONDAY)
    assert [row.open for row in week[4:6]] == ["18–1", "10–14"]


def test_midnight_is_24_however_it_is_written(library: Place) -> None:
    for closes in ("00:00", "23:59"):
        OpeningHours.objects.filter(place=library, weekday=4).delete()
        OpeningHours.objects.create(place=library, weekday=4, opens=clock("18:00"), closes=clock(closes))
        assert said(library, FRIDAY) == {"open": "18–24"}
        assert queries.status(library, at(f"{FRIDAY} 23:59:30")).words == "Öppet nu, stänger klockan 24"
        assert not queries.status(library, at(f"{SATURDAY} 00:00")).open


def test_a_closed_day_ends_no_night_before_it_and_has_none_itself(library: Place) -> None:
    ways_to_write_a_night(library, "every Friday")
    special(SATURDAY, library, reason="Städdag")
    assert queries.status(library, at(f"{SATURDAY} 00:30")).open
    special(FRIDAY, library, reason="Lov")
    assert not queries.status(library, at(f"{SATURDAY} 00:30")).open


def test_help_past_midnight_is_on_until_it_ends(library: Place) -> None:
    OpeningHours.objects.create(
        place=library, weekday=4, kind=DROP_IN, opens=clock("22:00"), closes=clock("00:30")
    )
    found = queries.next_drop_in(at(f"{SATURDAY} 00:10"))
    assert found is not None
    assert (found.words, found.start, found.end) == (
        "Just nu, till klockan 0.30, på Huvudbiblioteket",
        at(f"{FRIDAY} 22:00"),
        at(f"{SATURDAY} 00:30"),
    )
    assert "fredag 22–0.30" in queries.drop_in_summary(MONDAY)


def test_what_changes_by_itself_on_a_day_holds_the_night_before(library: Place) -> None:
    ways_to_write_a_night(library, "every Friday")
    table = queries.timetable([library], at(f"{FRIDAY} 12:00"))
    changes = {day: sorted(table.changes(library, dt.date.fromisoformat(day))) for day in (FRIDAY, SATURDAY)}
    assert changes[FRIDAY][-1] == at(f"{FRIDAY} 18:00")
    assert changes[SATURDAY][0] == at(f"{SATURDAY} 01:00")


def test_closed_for_a_reason(library: Place) -> None:
    special("2026-11-23", reason="Planeringsdag")
    assert (
        queries.status(library, at("2026-11-23 12:00")).words
        == "Stängt i dag: planeringsdag. Öppnar i morgon klockan 10"
    )


def test_a_name_in_a_reason_keeps_its_capitals(library: Place) -> None:
    special("2026-11-23", reason="SFI-dag")
    assert queries.status(library, at("2026-11-23 12:00")).words.startswith("Stängt i dag: SFI-dag.")


def test_closed_for_the_summer(library: Place) -> None:
    OpeningHours.objects.update(valid_to=dt.date(2026, 11, 1))
    words = "Stängt nu. Ring oss, så berättar vi när det öppnar med personal"
    assert queries.status(library, at("2026-11-23 12:00")).words == words


@pytest.fixture
def branch() -> Place:
    """Ramvik: staff on Tuesday 14–18, otherwise open every day 7–21 for those with a card."""
    place = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    rows = [(day, UNSTAFFED, "07:00", "21:00") for day in range(7) if day != 1]
    for weekday, kind, opens, closes in [*rows, (1, OPEN, "14:00", "18:00")]:
        OpeningHours.objects.create(
            place=place, weekday=weekday, kind=kind, opens=clock(opens), closes=clock(closes)
        )
    return place


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23 12:00", "Meröppet nu till klockan 21. Personal finns i morgon klockan 14"),
        ("2026-11-25 22:00", "Stängt nu. Meröppet i morgon klockan 7. Personal finns på tisdag klockan 14"),
        ("2026-11-24 09:00", "Stängt nu. Öppnar i dag klockan 14"),
        (
            "2026-12-25 12:00",
            "Stängt i dag: juldagen. Meröppet på söndag klockan 7. Personal finns på tisdag klockan 14",
        ),
    ],
)
def test_a_branch_that_is_mostly_unstaffed(branch: Place, now: str, words: str) -> None:
    assert queries.status(branch, at(now)).words == words


def test_a_branch_without_any_staff(branch: Place) -> None:
    OpeningHours.objects.filter(kind=OPEN).delete()
    assert (
        queries.status(branch, at("2026-11-23 12:00")).words == "Meröppet nu till klockan 21, utan personal"
    )
    assert queries.status(branch, at("2026-11-23 22:00")).words == (
        "Stängt nu. Meröppet på onsdag klockan 7. Ring oss, så berättar vi när det öppnar med personal"
    )


def test_a_day_without_staff_is_not_a_closed_day(branch: Place) -> None:
    special("2026-11-24", kind=OPEN, reason="Ingen personal")
    special("2026-11-24", kind=UNSTAFFED, times="07:00–21:00", reason="Ingen personal")
    assert queries.status(branch, at("2026-11-24 06:00")).words == (
        "Stängt nu. Meröppet i dag klockan 7. Personal finns tisdag 1 december klockan 14"
    )


def test_a_bus_without_hours() -> None:
    bus = Place.objects.create(name="Bokbussen", slug="bokbussen", kind=Place.Kind.BUS)
    words = "Här finns inga fasta tider. Ring oss, så berättar vi mer"
    assert queries.status(bus, at("2026-11-23 12:00")) == queries.Status(False, False, words)
    assert [row.closed for row in queries.week(bus, MONDAY)] == [True] * 7


def test_a_place_with_drop_in_only_is_open_then() -> None:
    centre = Place.objects.create(name="DigidelCenter", slug="digidelcenter", kind=Place.Kind.CENTRE)
    OpeningHours.objects.create(
        place=centre, weekday=0, kind=DROP_IN, opens=clock("13:00"), closes=clock("15:00")
    )
    assert queries.status(centre, at("2026-11-23 14:00")).words == "Öppet nu, stänger klockan 15"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23 09:00", "I dag klockan 13–15 på Huvudbiblioteket"),
        ("2026-11-23 13:00", "Just nu, till klockan 15, på Huvudbiblioteket"),
        ("2026-11-23 15:00", "På torsdag klockan 10–12 på Huvudbiblioteket"),
        ("2026-11-25 23:59", "I morgon klockan 10–12 på Huvudbiblioteket"),
        ("2026-11-26 12:00", "På måndag klockan 13–15 på Huvudbiblioteket"),
        (
            "2026-12-21 15:00",
            "Måndag 28 december klockan 13–15 på Huvudbiblioteket",
        ),  # Thursday is Christmas Eve
        ("2026-12-28 15:00", "Måndag 4 januari 2027 klockan 13–15 på Huvudbiblioteket"),
    ],
)
def test_next_drop_in(library: Place, now: str, words: str) -> None:
    found = queries.next_drop_in(at(now))
    assert found is not None
    assert found.words == words


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2027-03-25 12:00", "2027-04-01T08:00:00+00:00"),  # summer time: 10 in Stockholm is 8 UTC
        ("2027-10-28 12:00", "2027-11-01T12:00:00+00:00"),  # winter time: 13 is 12 UTC
        ("2027-10-25 15:00", "2027-10-28T08:00:00+00:00"),
    ],
)
def test_the_moment_of_a_drop_in_follows_the_clock(library: Place, now: str, start: str) -> None:
    found = queries.next_drop_in(at(now))
    assert found is not None
    assert found.start.astimezone(dt.UTC).isoformat() == start


def test_the_soonest_drop_in_of_all_places(library: Place) -> None:
    other = Place.objects.create(name="Ramviks bibliotek", slug="ramvik", kind=Place.Kind.BRANCH, order=1)
    OpeningHours.objects.create(
        place=other, weekday=0, kind=DROP_IN, opens=clock("12:00"), closes=clock("13:00")
    )
    hidden = Place.objects.create(name="Viksjö", slug="viksjo", kind=Place.Kind.BRANCH, active=False)
    OpeningHours.objects.create(
        place=hidden, weekday=0, kind=DROP_IN, opens=clock("11:00"), closes=clock("12:00")
    )
    found = queries.next_drop_in(at("2026-11-23 10:00"))
    assert found is not None
    assert (found.place, found.words) == (other, "I dag klockan 12–13 på Ramviks bibliotek")


def test_no_drop_in_at_all() -> None:
    assert queries.next_drop_in(at("2026-11-23 10:00")) is None
    assert queries.drop_in_summary(MONDAY) == ""


def test_a_week_as_rows(library: Place) -> None:
    OpeningHours.objects.create(
        place=library, weekday=1, kind=DROP_IN, opens=clock("10:00"), closes=clock("11:30")
    )
    OpeningHours.objects.create(
        place=library, weekday=1, kind=DROP_IN, opens=clock("13:00"), closes=clock("14:00")
    )
    special("2026-12-23", kind=OPEN, times="10:00–15:00", reason="Kortare dag")
    rows = queries.week(library, dt.date(2026, 12, 21))
    assert [(row.name, row.open, row.unstaffed, row.drop_in, row.reason, row.closed) for row in rows] == [
        ("måndag 21 december", "10–18", "8–10", "13–15", "", False),
        ("tisdag 22 december", "10–18", "8–10", "10–11.30 och 13–14", "", False),
        ("onsdag 23 december", "10–15", "8–10", "", "Kortare dag", False),
        ("torsdag 24 december", "", "", "", "Julafton", True),
        ("fredag 25 december", "", "", "", "Juldagen", True),
        ("lördag 26 december", "", "", "", "Annandag jul", True),
        ("söndag 27 december", "", "", "", "", True),
    ]


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-11-27", 5, "2026-12-04"),  # from a Friday
        ("2026-11-28", 5, "2026-12-04"),  # from a Saturday
        ("2026-12-22", 5, "2027-01-04"),  # over Christmas and New Year
        ("2026-12-30", 5, "2027-01-11"),  # and over Epiphany
        ("2027-06-21", 5, "2027-06-29"),  # over Midsummer
        ("2027-03-24", 5, "2027-04-02"),  # over Easter
        ("2026-11-23", 0, "2026-11-23"),
    ],
)
def test_working_days(day: str, count: int, due: str) -> None:
    assert queries.working_days_after(dt.date.fromisoformat(day), count).isoformat() == due


@pytest.mark.parametrize(
    ("words", "told"), [([], ""), (["a"], "a"), (["a", "b"], "a och b"), (["a", "b", "c"], "a, b och c")]
)
def test_a_list_in_words(words: list[str], told: str) -> None:
    assert queries.joined(words) == told


@pytest.mark.parametrize("places", [1, 3])
def test_the_same_questions_for_1_and_3_places(places: int, django_assert_num_queries) -> None:
    for number in range(places):
        place = Place.objects.create(name=f"Plats {number}", slug=f"plats-{number}", kind=Place.Kind.BRANCH)
        OpeningHours.objects.create(
            place=place, weekday=0, kind=DROP_IN, opens=clock("10:00"), closes=clock("12:00")
        )
    with django_assert_num_queries(3):
        table = queries.timetable(queries.active_places(), at("2026-11-23 09:00"))
        for place in table.places:
            table.status(place, at("2026-11-23 09:00"))
            table.week(place, MONDAY)
        assert table.next_drop_in(at("2026-11-23 09:00")) is not None
