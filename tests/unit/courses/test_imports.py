"""Import: what a file is understood as, what is wrong with it, and that the same file twice makes nothing twice."""

import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.unit.courses.conftest import may_say
from utbud.base.dates import local
from utbud.courses import imports
from utbud.courses.actions import imports as actions
from utbud.courses.imports import UnreadableFile, read
from utbud.courses.models import CoursePage, Occasion, Run
from utbud.people.models import Organisation, User
from utbud.places.models import Place

pytestmark = pytest.mark.django_db
HEAD = "Kurs;Dag;Börjar;Slutar;Plats;Lokal;Värd;Platser;Anmälan;Omgång;Bra att veta\n"
CASES = Path(__file__).parents[2] / "cases"
ROW = "Ring med bild;2027-03-02;10:00;12:00;Huvudbiblioteket;;;8;;;"


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def course(course):
    may_say(course, note="Ta med mobilen")
    return course


def table(*rows, head=HEAD):
    return (head + "\n".join(rows)).encode()


def calendar(*events):
    made = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//prov//\n{made}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def event(
    start="DTSTART;TZID=Europe/Stockholm:20270302T100000",
    end="DTEND;TZID=Europe/Stockholm:20270302T120000",
    **more,
):
    lines = {"UID": "a@example.org", "SUMMARY": "Ring med bild"} | more
    return "\n".join(
        [start, end, *(f"{name.replace('__', '-')}:{value}" for name, value in lines.items() if value)]
    )


def times(rows):
    return [f"{local(row.starts_at):%Y-%m-%d %H:%M}" for row in rows if row.starts_at]


# --- a table --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "starts", "when"),
    [
        ("2027-03-02", "10:00", "2027-03-02 10:00"),
        ("2/3 2027", "10.00", "2027-03-02 10:00"),
        ("02.03.2027", "9", "2027-03-02 09:00"),
        ("2027-03-28", "03:00", "2027-03-28 03:00"),  # the night of the spring clock
        ("2027-10-31", "10:00", "2027-10-31 10:00"),
        (" 2027-03-02 ", "10:00:00", "2027-03-02 10:00"),
    ],
)
def test_days_and_hours_as_people_write_them(day, starts, when):
    (row,) = read("a.csv", table(f"Ring med bild;{day};{starts};12:00;;;;;;;"))
    assert (times([row]), row.problem) == ([when], "")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (";2027-03-02;10:00;12:00;;;;;;;", "Kursen har inget namn."),
        ("Ring;2027-02-30;10:00;12:00;;;;;;;", "Vi förstår inte dagen «2027-02-30»."),
        ("Ring;i morgon;10:00;12:00;;;;;;;", "Vi förstår inte dagen"),
        ("Ring;2027-03-02;25:00;26:00;;;;;;;", "Vi förstår inte klockslaget."),
        ("Ring;2027-03-02;;12:00;;;;;;;", "Vi förstår inte klockslaget."),
        ("Ring;2027-03-02;12:00;10:00;;;;;;;", "Det slutar innan det börjar."),
        (
            "Ring;2027-03-28;02:30;03:30;;;;;;;",
            "Det slutar innan det börjar.",
        ),  # an hour that the clock leaps over
        ("Ring;1027-03-02;10:00;12:00;;;;;;;", "Året verkar fel."),
        ("Ring;2027-03-02;10:00;12:00;;;;många;;;", "Platser ska vara ett antal"),
        ("Ring;2027-03-02;10:00;12:00;;;;-4;;;", "Platser ska vara ett antal"),
        (
            "Ring;2027-03-02;10:00;12:00;;;;;kanske;;",
            "Anmälan ska vara öppen, ingen, personal eller förening.",
        ),
    ],
)
def test_what_is_wrong_is_said_of_the_row_and_the_others_are_read(row, says):
    wrong, right = read("a.csv", table(row, ROW))
    assert wrong.problem.startswith(says)
    assert right.problem == ""


@pytest.mark.parametrize(
    "content",
    [
        table(ROW),
        table(ROW).decode().encode("cp1252"),  # as Excel writes on a Swedish Windows
        b"\xef\xbb\xbf" + table(ROW),
        table(ROW).decode().encode("utf-16"),
        table(ROW).replace(b"\n", b"\r\n"),
        table(ROW).replace(b";", b","),
        table(ROW).replace(b";", b"\t"),
        b"sep=;\n" + table(ROW),
        table(ROW, "", ";;;;;;;;;;"),
    ],
)
def test_a_table_is_read_however_it_was_saved(content):
    (row,) = read("a.csv", content)
    assert (row.course, row.place, row.seats, row.problem) == ("Ring med bild", "Huvudbiblioteket", 8, "")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "Filen är tom."),
        ("a.csv", b"  \n", "Filen är tom."),
        ("a.csv", HEAD.encode(), "Det finns inga tillfällen i filen."),
        ("a.csv", b"Namn;Telefon\nGerd;070", "Filen saknar kolumnerna Kurs, Dag, Börjar, Slutar."),
        ("a.xlsx", b"PK\x03\x04", "Det är ett kalkylblad."),
        ("a.csv", b"\x00\x01\x02\xff" * 50, "Vi kan inte läsa filen."),
        ("a.csv", b"\xff\xfe\x00", "Vi kan inte läsa filen."),
        ("a.csv", table('Ring;"' + "x" * 200_000), "Vi kan inte läsa filen."),
        ("a.csv", b"x" * (imports.LARGEST + 1), "Filen är för stor."),
        ("a.csv", table(*[ROW] * 501), "Filen har fler än 500 tillfällen."),
        ("a.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsens", "Kalenderfilen är trasig."),
        ("a.ics", b"BEGIN:VEVENT\nEND:VEVENT\n" * 5001, "Kalendern har för många händelser."),
        (
            "a.ics",
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
            "Det finns inga tillfällen i filen.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(name, content, says):
    with pytest.raises(UnreadableFile, match=re.escape(says)):
        read(name, content)


def test_the_template_is_a_file_that_can_be_read(client, site):
    client.force_login(site.editor)
    made = client.get(reverse("courses_import_template")).content
    rows = read("mall.csv", made)
    assert len(rows) == 3
    assert not any(row.problem for row in rows)
    assert rows[0].run == rows[1].run != rows[2].run


# --- a calendar -----------------------------------------------------------------------------------

WEEKLY = "FREQ=WEEKLY;COUNT=3"
TUESDAYS = ["2027-03-16 10:00", "2027-03-23 10:00", "2027-03-30 10:00"]
MARCH_16 = {
    "start": "DTSTART;TZID=Europe/Stockholm:20270316T100000",
    "end": "DTEND;TZID=Europe/Stockholm:20270316T120000",
}


@pytest.mark.parametrize(
    ("more", "when"),
    [
        ({"RRULE": WEEKLY}, TUESDAYS),  # over the spring clock: still at ten
        ({"RRULE": "FREQ=WEEKLY;UNTIL=20270330T080000Z"}, TUESDAYS),
        ({"RRULE": "FREQ=WEEKLY;UNTIL=20270329"}, TUESDAYS[:2]),
        ({"RRULE": WEEKLY, "EXDATE;TZID=Europe/Stockholm": "20270323T100000"}, [TUESDAYS[0], TUESDAYS[2]]),
        ({"RRULE": WEEKLY, "EXDATE": "20270330T080000Z"}, TUESDAYS[:2]),
        ({"RRULE": WEEKLY, "EXDATE;VALUE=DATE": "20270316"}, TUESDAYS[1:]),
        ({"RRULE": "FREQ=WEEKLY;INTERVAL=2;COUNT=2"}, [TUESDAYS[0], TUESDAYS[2]]),
        ({"RRULE": "FREQ=MONTHLY;BYDAY=3TU;COUNT=2"}, ["2027-03-16 10:00", "2027-04-20 10:00"]),
        ({"STATUS": "CANCELLED"}, []),
        ({}, TUESDAYS[:1]),
    ],
)
def test_a_series_is_what_the_calendar_shows(more, when):
    content = calendar(event(**MARCH_16, **more), event(UID="b", SUMMARY="En annan"))
    rows = [row for row in read("a.ics", content) if row.course == "Ring med bild"]
    assert times(rows) == when
    assert all(row.ends_at - row.starts_at == dt.timedelta(hours=2) for row in rows)


def test_one_of_a_series_that_was_moved_and_one_that_was_called_off():
    moved = event(
        "DTSTART;TZID=Europe/Stockholm:20270324T140000", "DTEND;TZID=Europe/Stockholm:20270324T150000",
        **{"RECURRENCE-ID;TZID=Europe/Stockholm": "20270323T100000"},
    )  # fmt: skip
    off = event(**MARCH_16, STATUS="CANCELLED", **{"RECURRENCE-ID;TZID=Europe/Stockholm": "20270316T100000"})
    rows = read("a.ics", calendar(event(**MARCH_16, RRULE=WEEKLY), moved, off))
    assert times(rows) == ["2027-03-24 14:00", "2027-03-30 10:00"]


@pytest.mark.parametrize(
    ("start", "when"),
    [
        ("DTSTART:20270302T090000Z", "2027-03-02 10:00"),
        ("DTSTART:20270302T100000", "2027-03-02 10:00"),  # no zone: ours
        ("DTSTART;TZID=Europe/Helsinki:20270302T110000", "2027-03-02 10:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20270302T100000", "2027-03-02 10:00"),
    ],
)
def test_a_time_in_any_zone(start, when):
    (row,) = read("a.ics", calendar(event(start, "DURATION:PT2H")))
    assert (times([row]), row.problem) == ([when], "")
    assert row.ends_at - row.starts_at == dt.timedelta(hours=2)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            {"start": "DTSTART;VALUE=DATE:20270302", "end": "DTEND;VALUE=DATE:20270303"},
            "Händelsen gäller hela dagen.",
        ),
        ({"end": "X-NADA:1"}, "Händelsen har inget slut."),
        ({"start": "X-NADA:1"}, "Vi förstår inte tiden."),
        ({"start": "DTSTART;TZID=Europe:20270302T100000"}, "Vi förstår inte händelsen."),  # a folder of zones
        ({"SUMMARY": ""}, "Händelsen har inget namn."),
        ({"RRULE": "FREQ=WEEKLY"}, "Serien har inget slut."),
        ({"RRULE": "FREQ=SECONDLY;COUNT=9"}, "Vi förstår inte hur händelsen upprepas."),
        ({"RRULE": "FREQ=DAILY;COUNT=99999"}, "Serien är för lång."),
    ],
)
def test_an_event_that_cannot_be_used_says_why_and_the_others_are_read(asked, says):
    content = calendar(event(UID="b", SUMMARY="En annan"), event(**asked))
    if says == "Serien är för lång.":
        with pytest.raises(UnreadableFile):  # more than fits, whatever is wrong with it
            read("a.ics", content)
        return
    right, *_between, wrong = read("a.ics", content)
    assert wrong.problem.startswith(says)
    assert right.problem == ""


def told(rows):
    """What rows become: course, place, day and hours, or why not."""
    return [
        (row.course, row.place, f"{local(row.starts_at):%d/%m %H.%M}–{local(row.ends_at):%H.%M}")
        if row.starts_at and row.ends_at and not row.problem
        else (row.course, row.problem)
        for row in rows
    ]


RING = "Ring med bild"


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("ics01-rdate", [(RING, "", f"{day:02}/03 10.00–12.00") for day in (2, 9, 23)]),
        (
            "ics03-override-place",
            [
                ("Skaffa BankID", "Studion", "02/03 10.00–12.00"),
                ("Skaffa BankID (obs annan sal)", "Medborgarhuset", "09/03 13.00–15.00"),
                ("Skaffa BankID", "Studion", "16/03 10.00–12.00"),
            ],
        ),
        ("ics04-orphan-override", [("Skaffa BankID", "", "09/03 13.00–15.00")]),
        ("ics06-two-calendars", [(RING, "", "02/03 10.00–12.00"), (RING, "", "09/03 10.00–12.00")]),
        (
            "ics07-fold-in-letter",
            [
                (
                    "Lär dig använda mobilen, surfplattan och datorn på ett säkert sätt för alla åldrar",
                    "Härnösand",
                    "02/03 10.00–12.00",
                )
            ],
        ),
        ("ics08-updated-sequence", [(RING, "", "04/03 10.00–12.00")]),
        (
            "ics23-bad-one-event",
            [
                ("Bra", "", "02/03 10.00–12.00"),
                ("Trasig", "Vi förstår inte tiden «20279902T090000Z»."),
                ("Också bra", "", "03/03 10.00–12.00"),
            ],
        ),
        ("ics30-byday-space", [("Drop-in", "Vi förstår inte hur händelsen upprepas.")]),
        ("ics31-bad-until", [("Drop-in", "Vi förstår inte hur händelsen upprepas.")]),
        ("ics34-two-summary", [("Drop-in", "", "08/03 10.00–12.00")]),
        ("ics39-empty-exdate", [("Drop-in", "", "08/03 10.00–12.00"), ("Drop-in", "", "15/03 10.00–12.00")]),
        ("ics42-bare-vevent", [("Drop-in", "", "08/03 10.00–12.00")]),
    ],
)
def test_what_other_programs_export_is_read_as_they_meant_it(name, becomes):
    assert told(read(f"{name}.ics", (CASES / f"{name}.ics").read_bytes())) == becomes


def test_what_is_called_off_anywhere_in_an_event_is_called_off():
    with pytest.raises(UnreadableFile, match="Det finns inga tillfällen i filen"):
        read("a.ics", (CASES / "ics37-two-status.ics").read_bytes())


OVERRIDE = "RECURRENCE-ID;TZID=Europe/Stockholm"
IN_MARCH = {"start": "DTSTART;TZID=Europe/Stockholm:20270323T130000", "end": "DURATION:PT1H"}


@pytest.mark.parametrize(
    ("more", "when"),
    [
        ({"RDATE;VALUE=DATE": "20270318"}, ["16/03 10.00–12.00", "18/03 10.00–12.00"]),
        ({"RDATE;VALUE=PERIOD": "20270318T100000Z/PT1H"}, ["16/03 10.00–12.00", "18/03 11.00–12.00"]),
        (
            {"RDATE": "20270318T100000Z", "RRULE": "FREQ=WEEKLY;COUNT=2", "EXDATE": "20270316T090000Z"},
            ["18/03 11.00–13.00", "23/03 10.00–12.00"],
        ),
        ({"RDATE": ""}, ["16/03 10.00–12.00"]),
        ({"RDATE": "i morgon"}, ["Vi förstår inte vilka fler dagar händelsen har."]),
        ({"RRULE": WEEKLY, "EXDATE": "nej"}, ["Vi förstår inte vilka dagar serien hoppar över."]),
        ({"RRULE": "FREQ=DAILY;COUNT=2;INTERVAL=0"}, ["Vi förstår inte hur händelsen upprepas."]),
        ({"RRULE": "FREQ=YEARLY;COUNT=2;BYMONTH=2;BYMONTHDAY=30"}, []),  # a day that never comes
        ({"DURATION": "lång", "end": "X-NADA:1"}, ["Händelsen har inget slut."]),
    ],
)
def test_days_beside_a_rule(more, when):
    rows = read("a.ics", calendar(event(UID="b", SUMMARY="En annan"), event(**(MARCH_16 | more))))
    assert [one[-1].split(" Ge ")[0] for one in told(rows)[1:]] == when


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ({OVERRIDE: "20270323T100000", "SUMMARY": ""}, ["16/03 10.00–12.00", "23/03 13.00–14.00", "30/03 10.00–12.00"]),
        ({"RECURRENCE-ID;VALUE=DATE": "20270323"}, ["16/03 10.00–12.00", "23/03 13.00–14.00", "30/03 10.00–12.00"]),
        ({OVERRIDE + ";RANGE=THISANDFUTURE": "20270323T100000"}, ["16/03 10.00–12.00", "23/03 13.00–14.00", "30/03 13.00–14.00"]),
        ({OVERRIDE: "20270406T100000"}, ["16/03 10.00–12.00", "23/03 10.00–12.00", "30/03 10.00–12.00", "23/03 13.00–14.00"]),
        ({OVERRIDE: "20270323T100000", "STATUS": "CANCELLED"}, ["16/03 10.00–12.00", "30/03 10.00–12.00"]),
        ({OVERRIDE: "nej"}, ["16/03 10.00–12.00", "23/03 10.00–12.00", "30/03 10.00–12.00", "Vi förstår inte tiden «nej»."]),
    ],
)  # fmt: skip
def test_one_time_of_a_series_may_be_told_of_by_itself(change, becomes):
    rows = read("a.ics", calendar(event(**MARCH_16, RRULE=WEEKLY), event(**IN_MARCH, **change)))
    assert [one[-1] for one in told(rows)] == becomes
    assert {row.course for row in rows} == {RING}


@pytest.mark.parametrize(
    ("versions", "kept"),
    [
        ([{"SEQUENCE": "2"}, {"SEQUENCE": "1"}], ["16/03"]),
        ([{"SEQUENCE": "1", "LAST-MODIFIED": "20270101T000000Z"}, {"SEQUENCE": "1", "LAST-MODIFIED": "20270102T000000Z"}], ["23/03"]),
        ([{"DTSTAMP": "20270102T000000Z"}, {"DTSTAMP": "20270101T000000Z"}], ["16/03"]),
        ([{"SEQUENCE": "x"}, {"SEQUENCE": "1"}], ["23/03"]),
        ([{}, {}], ["16/03", "23/03"]),  # neither says that it is later
    ],
)  # fmt: skip
def test_the_latest_version_of_an_event_is_the_one(versions, kept):
    first, second = versions
    rows = read("a.ics", calendar(event(**MARCH_16, **first), event(**IN_MARCH, **second)))
    assert [f"{local(row.starts_at):%d/%m}" for row in rows] == kept


@pytest.mark.parametrize("end", ["", "END:VCALENDAR\r\n"])
def test_an_event_that_is_cut_off_is_told_and_the_others_are_read(end):
    whole = calendar(event()).decode().replace("END:VCALENDAR\r\n", "")
    rows = read(
        "a.ics", f"{whole}BEGIN:VEVENT\r\nSUMMARY:Drop-in\r\nDTSTART:2027{end and chr(10)}{end}".encode()
    )
    assert told(rows)[1:] == [("Drop-in", "Händelsen är inte hel. Exportera kalendern en gång till.")]


# --- a table, as other programs write it ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "becomes", "remarks"),
    [
        (
            "csv03-macroman",
            [(RING, "Huvudbiblioteket", "02/03 10.00–12.00")],
            ("Filen är sparad på ett äldre sätt (Mac). Se efter att bokstäverna stämmer.",),
        ),
        (
            "csv05-unclosed-quote",
            [
                (
                    "Surfplatta för alla",
                    'Ett citattecken (") på raden stängs aldrig. Ta bort det i filen och välj filen igen.',
                ),
                *[(RING, "Huvudbiblioteket", f"{day:02}/03 10.00–12.00") for day in (3, 4, 5)],
            ],
            (),
        ),
        ("csv12-midnight", [(RING, "Huvudbiblioteket", "02/03 22.00–01.00")], ()),
        ("csv26-names-nfd", [("Lär dig åka buss", "Huvudbiblioteket", "02/03 10.00–12.00")], ()),
    ],
)
def test_a_table_from_another_program(name, becomes, remarks):
    rows = read(f"{name}.csv", (CASES / f"{name}.csv").read_bytes())
    assert (told(rows), rows.remarks) == (becomes, remarks)


@pytest.mark.parametrize(
    ("quoted", "wrong", "right"),
    [
        ([f'{RING};2027-03-02;10:00;12:00;;"Studion;;;;;', ROW, ROW], [2], [3, 4]),
        ([f'{RING};2027-03-02;10:00;12:00;;"Studion;;;;;', ROW.replace("8;", 'Studion";')], [2, 3], []),
        ([f'"{RING};2027-03-02;10:00;12:00;;;;;;;', f'"{RING}";2027-03-03;10:00;12:00;;;;;;;'], [2], [3]),
        ([ROW, f'{RING};2027-03-02;10:00;12:00;;;;;;;"Ta med'], [3], [2]),
        ([f'{RING};2027-03-02;10:00;12:00;;;;;;;"Ta med\nladdaren; och 12 kr"', ROW], [], [2, 4]),
        ([f'"{RING} ""i sal""";2027-03-02;10:00;12:00;;;;;;;', f'Mobil 6" skärm{ROW[13:]}'], [], [2, 3]),
    ],
)
def test_a_quotation_that_is_never_closed_swallows_no_other_row(quoted, wrong, right):
    rows = read("a.csv", table(*quoted))
    assert ([row.line for row in rows if row.problem], [row.line for row in rows if not row.problem]) == (
        wrong,
        right,
    )


@pytest.mark.parametrize(
    "first", ["sep=;", '"sep=;"', "\ufeffsep=;", "SEP=;", '"sep=;";;;;', "sep=;\r", "sep=,", "sep=;\n\ufeff"]
)
def test_excels_own_first_line_is_no_row(first):
    (row,) = read("a.csv", f"{first}\n".encode() + table(ROW))
    assert (row.course, row.problem, row.line) == (RING, "", 3 + first.count("\n"))


@pytest.mark.parametrize(
    ("cells", "when"),
    [
        ("2027-03-02 00:00:00;10:00;12:00", "02/03 10.00–12.00"),
        ("2027-03-02T00:00:00.000;10:00:00;12.00.00", "02/03 10.00–12.00"),
        ("2/3 2027 00:00;1899-12-30 10:00:00;12:00", "02/03 10.00–12.00"),
        ("2027-03-02;22:00;01:00", "02/03 22.00–01.00"),
        ("2027-03-02;20:00;24:00", "02/03 20.00–00.00"),
        ("2027-03-02;20;00", "02/03 20.00–00.00"),
        ("2027-03-27;22:00;03:30", "27/03 22.00–03.30"),  # the night of the spring clock
    ],
)
def test_days_with_an_hour_and_evenings_past_midnight(cells, when):
    (row,) = read("a.csv", table(f"{RING};{cells};;;;;;;"))
    assert told([row]) == [(RING, "", when)]


# --- beside what there is -----------------------------------------------------------------------------


def checked(rows, now, *, drafts=False):
    return actions.check(read("a.csv", table(*rows)), drafts=drafts, now=now)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Okänd kurs;2027-03-02;10:00;12:00;;;;;;;", "Kursen finns inte."),
        (
            "Ring med bild;2027-03-02;10:00;12:00;Månen;;;;;;",
            "Platsen «Månen» finns inte. Skriv: Huvudbiblioteket.",
        ),
        ("Ring med bild;2027-03-02;10:00;12:00;;;Okänd;;;;", "Föreningen «Okänd» finns inte."),
        (
            "Ring med bild;2027-03-02;10:00;12:00;;;;;förening;;",
            "Skriv vilken förening som tar emot anmälan.",
        ),
    ],
)
def test_what_we_do_not_have_is_said(course, now, row, says):
    (one,) = checked([row], now)
    assert one.problem.startswith(says)
    assert not one.made


def test_course_place_and_host_are_known_however_they_are_written(course, place, now):
    silver = Organisation.objects.create(name="Silverbjörken")
    (one,) = checked(["RING MED BILD;2027-03-02;10:00;12:00;huvudbiblioteket;;silverbjörken;;;;"], now)
    assert (one.course, one.place, one.host, one.made) == (course, place, silver, True)


def test_what_meets_something_is_warned_of_and_can_be_made(course, plan, now):
    plan(days=(7,))  # 30 November at 10
    rows = [
        "Ring med bild;2026-11-30;11:00;13:00;Huvudbiblioteket;;;;;;",
        "Ring med bild;2026-11-30;12:30;14:00;Huvudbiblioteket;;;;;;",
        "Ring med bild;2026-11-01;10:00;12:00;Huvudbiblioteket;;;;;;",
    ]
    first, second, past = checked(rows, now)
    assert first.warnings == ["Krockar med Ring med bild, på samma plats."]
    assert second.warnings == ["Krockar med rad 2, på samma plats."]
    assert past.warnings == ["Det har redan varit."]
    assert [one.made for one in (first, second, past)] == [True, True, True]


def test_the_same_row_twice_in_a_file_is_one(course, now):
    first, second = checked([ROW, ROW], now)
    assert first.made
    assert second.problem == "Tillfället står två gånger i filen."


def test_looking_costs_the_same_for_one_row_and_for_many(course, plan, now):
    plan()
    counts = []
    for number in (1, 60):
        rows = [
            f"Ring med bild;2027-03-{1 + n % 28:02};{8 + n // 28}:00;12:00;Huvudbiblioteket;;;;;;"
            for n in range(number)
        ]
        with CaptureQueriesContext(connection) as asked:
            checked(rows, now)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


# --- made, once -----------------------------------------------------------------------------------

SEASON = [
    "Ring med bild;2027-03-02;10:00;12:00;Huvudbiblioteket;Studion;;8;;Våren;Ta med mobilen",
    "Ring med bild;2027-03-09;10:00;12:00;Huvudbiblioteket;Studion;;8;;Våren;",
    "Drop-in;2027-03-04;13:00;15:00;Huvudbiblioteket;;;;ingen;;",
]


def make(rows, site, now, *, drafts=True):
    return actions.make(read("a.csv", table(*rows)), drafts=drafts, by=site.editor, now=now)


def test_a_season_becomes_runs_with_a_draft_for_what_is_new(course, place, site, now):
    assert make(SEASON, site, now) == (3, 1)
    spring, drop_in = Run.objects.order_by("pk")
    assert (spring.course_id, spring.place, spring.venue, spring.note) == (
        course.pk,
        place,
        "Studion",
        "Ta med mobilen",
    )
    assert (spring.occasions.count(), spring.quotas.get().seats) == (2, 8)
    assert (drop_in.joining, drop_in.course.live, drop_in.course.title) == ("none", False, "Drop-in")
    assert drop_in.course.get_parent().specific == course.get_parent().specific


def test_the_same_file_twice_makes_nothing_twice(course, site, now):
    make(SEASON, site, now)
    assert make(SEASON, site, now) == (0, 0)
    assert (Run.objects.count(), Occasion.objects.count(), CoursePage.objects.count()) == (2, 3, 2)


def test_a_row_more_in_the_file_is_added_to_the_same_run(course, site, now):
    make(SEASON, site, now)
    assert make([*SEASON, SEASON[1].replace("03-09", "03-16")], site, now) == (1, 0)
    assert Run.objects.get(note="Ta med mobilen").occasions.count() == 3
    assert Run.objects.count() == 2


def test_one_time_of_a_run_may_be_somewhere_else_but_the_rest_is_the_runs(course, place, site, now):
    ramvik = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    rows = [SEASON[0], "Ring med bild;2027-03-09;10:00;12:00;Ramvik;Studion;;4;;Våren;"]
    _first, second = checked(rows, now)
    assert second.warnings == ["Lokal, värd, platser och anmälan gäller hela omgången. De tas från rad 2."]
    make(rows, site, now)
    first, moved = Occasion.objects.order_by("starts_at")
    assert (first.where, moved.where, moved.quota.seats) == (place, ramvik, 8)


def test_a_new_course_has_an_address_that_nothing_else_has(course, site, now):
    for title in ("Vecka", "Ring!  med bild"):
        make([f"{title};2027-03-04;13:00;15:00;;;;;;;"], site, now)
    assert set(CoursePage.objects.values_list("slug", flat=True)) == {
        "ring-med-bild",
        "vecka-2",
        "ring-med-bild-2",
    }


def test_an_event_is_known_by_its_name_in_the_calendar(course, site, now):
    rows = read("a.ics", calendar(event(**MARCH_16, RRULE=WEEKLY, LOCATION="Rum 3")))
    assert actions.make(rows, drafts=False, by=site.editor, now=now) == (3, 0)
    assert Run.objects.get().venue == "Rum 3"
    moved = read("a.ics", calendar(event(RRULE=WEEKLY)))  # the same UID at other times
    found = actions.check(moved, drafts=False, now=now)
    assert {one.exists for one in found} == {True}
    assert "Händelsen finns redan, med en annan tid." in found[0].warnings[0]
    assert actions.make(moved, drafts=False, by=site.editor, now=now) == (0, 0)


def test_one_time_of_a_series_with_a_name_and_place_of_its_own_stays_in_its_run(place, course, site, now):
    ramvik = Place.objects.create(name="Ramvik", slug="ramvik", kind=Place.Kind.BRANCH)
    names = {"LOCATION": "Ramvik", "SUMMARY": "Ring med bild (annan sal)", OVERRIDE: "20270323T100000"}
    away = {"LOCATION": "Månen", OVERRIDE: "20270330T100000"}
    series = event(**MARCH_16, RRULE=WEEKLY, LOCATION="Huvudbiblioteket")
    later = IN_MARCH | {"start": "DTSTART;TZID=Europe/Stockholm:20270330T130000"}
    rows = read("a.ics", calendar(series, event(**IN_MARCH, **names), event(**later, **away)))
    first, moved, unknown = actions.check(rows, drafts=False, now=now)
    assert (first.warnings, moved.warnings) == (
        [],
        ["Läggs in i Ring med bild. Namnet gäller bara den dagen."],
    )
    assert unknown.warnings == [
        "Platsen «Månen» finns inte. Lägg in den först, annars blir det omgångens plats."
    ]
    assert actions.make(rows, drafts=False, by=site.editor, now=now) == (3, 0)
    assert [one.where for one in Run.objects.get().occasions.all()] == [place, ramvik, place]


# --- the pages --------------------------------------------------------------------------------------


@pytest.fixture
def staff(client, site):
    client.force_login(site.editor)
    return client


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def upload(client, content, name="a.csv", **more):
    return client.post(reverse("courses_import"), {"file": SimpleUploadedFile(name, content)} | more)


def packed(answer):
    return re.search(r'name="rows" value="([^"]+)"', answer.content.decode())[1]


def test_only_those_who_plan_may(client, site):
    assert client.get(reverse("courses_import")).status_code == 302
    user = User.objects.create_user("annan", password="x")
    user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", "view_registration"]))
    client.force_login(user)
    for address in (reverse("courses_import"), reverse("courses_import_template")):
        assert client.get(address).url == reverse("wagtailadmin_home")


def test_one_sees_what_it_becomes_and_nothing_is_made_before_one_says_yes(staff, course):
    answer = upload(staff, table(*SEASON, "Ring med bild;i går;10:00;12:00;;;;;;;"), drafts="on")
    said = text(answer)
    assert "3 tillfällen läggs in." in said
    assert "En rad går inte att använda." in said
    assert "Nya kurser som blir utkast: Drop-in." in said
    assert not Run.objects.exists()
    rows = packed(answer)
    for says in ("3 tillfällen är inlagda. En ny kurs är ett utkast.", "Allt i filen fanns redan."):
        assert says in text(staff.post(reverse("courses_import"), {"rows": rows}, follow=True))
    assert Occasion.objects.count() == 3


@pytest.mark.parametrize("path", sorted(CASES.glob("[ic][cs][sv]??-*")), ids=lambda path: path.stem)
def test_no_file_from_another_program_is_a_fault_of_ours(staff, course, path):
    answer = upload(staff, path.read_bytes(), path.name, drafts="on")
    assert answer.status_code == (422 if path.stem == "ics37-two-status" else 200)
    if path.stem == "csv03-macroman":
        assert "Filen är sparad på ett äldre sätt (Mac)." in text(answer)


def test_scripts_in_a_file_are_shown_as_text(staff, course):
    answer = upload(staff, table("<script>alert(1)</script>;2027-03-02;10:00;12:00;;;;;;;"))
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "Välj en fil."), (b"", "Filen är tom."), (b"PK\x03\x04", "Det är ett kalkylblad.")],
)
def test_a_file_that_is_none_says_so_beside_the_field(staff, content, says):
    answer = staff.post(reverse("courses_import"), {}) if content is None else upload(staff, content)
    assert answer.status_code == 422
    assert says in text(answer)


@pytest.mark.parametrize("how", ["forged", "late"])
def test_rows_that_we_did_not_show_are_not_made(staff, course, now, how):
    rows = packed(upload(staff, table(ROW)))
    with time_machine.travel(now + dt.timedelta(hours=25 if how == "late" else 0), tick=False):
        sent = rows if how == "late" else rows[:-3] + "abc"
        said = text(staff.post(reverse("courses_import"), {"rows": sent}, follow=True))
    assert "Välj filen en gång till." in said
    assert not Run.objects.exists()
