"""Calendar files, read back: wall time across the clock changes, and whatever people write."""

import datetime as dt
import time

import pytest
from icalendar import Calendar, vText

from utbud.base.dates import STOCKHOLM
from utbud.calendar.ics import Event, calendar_file, fingerprint

NOW = dt.datetime(2027, 3, 1, 8, 0, tzinfo=dt.UTC)
START = dt.datetime(2027, 3, 3, 9, 0, tzinfo=dt.UTC)


def event(**fields):
    start = fields.pop("starts_at", START)
    given = {
        "uid": "occasion-1@example.org",
        "starts_at": start,
        "ends_at": start + dt.timedelta(hours=2),
        "title": "Ring med bild",
        "changed_at": NOW - dt.timedelta(days=9),
    }
    return Event(**(given | fields))


def read(*events, name="Kurser"):
    return Calendar.from_ical(calendar_file(events, name=name, now=NOW))


def test_all_that_is_said_is_read_back():
    calendar = read(
        event(place="Huvudbiblioteket, Storgatan 1", text="Ta med mobilen.", url="https://example.org/kurser/",
              sequence=3)
    )  # fmt: skip
    (entry,) = calendar.events
    assert {name: str(calendar[name]) for name in ("VERSION", "METHOD", "NAME", "X-WR-CALNAME")} == {
        "VERSION": "2.0",
        "METHOD": "PUBLISH",
        "NAME": "Kurser",
        "X-WR-CALNAME": "Kurser",
    }
    assert {name: str(entry[name]) for name in entry if name not in ("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED")} == {
        "UID": "occasion-1@example.org",
        "SUMMARY": "Ring med bild",
        "LOCATION": "Huvudbiblioteket, Storgatan 1",
        "DESCRIPTION": "Ta med mobilen.",
        "URL": "https://example.org/kurser/",
        "SEQUENCE": "3",
        "STATUS": "CONFIRMED",
    }  # fmt: skip
    assert entry.decoded("DTSTAMP") == NOW
    assert entry.decoded("LAST-MODIFIED") == NOW - dt.timedelta(days=9)


def test_what_is_not_said_has_no_line():
    (entry,) = read(event()).events
    assert sorted(entry) == [
        "DTEND", "DTSTAMP", "DTSTART", "LAST-MODIFIED", "SEQUENCE", "STATUS", "SUMMARY", "UID",
    ]  # fmt: skip


@pytest.mark.parametrize(("cancelled", "status"), [(True, "CANCELLED"), (False, "CONFIRMED")])
def test_what_is_cancelled_says_so(cancelled, status):
    assert read(event(cancelled=cancelled)).events[0]["STATUS"] == status


@pytest.fixture(params=["UTC", "Europe/Stockholm", "America/New_York"])
def _machine(request, monkeypatch):
    """A machine whose own clock is somewhere else."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_machine")
@pytest.mark.parametrize(
    ("utc", "written"),
    [
        ("2027-03-27 09:00", "20270327T100000"),
        ("2027-03-28 00:30", "20270328T013000"),  # the last hour of winter time
        ("2027-03-28 01:00", "20270328T030000"),  # two o'clock never comes
        ("2027-03-28 08:00", "20270328T100000"),
        ("2027-10-30 08:00", "20271030T100000"),
        ("2027-10-31 00:30", "20271031T023000"),  # half past two, the first time
        ("2027-10-31 01:30", "20271031T013000Z"),  # the second time: only UTC can say it
        ("2027-10-31 02:00", "20271031T030000"),
        ("2027-10-31 09:00", "20271031T100000"),
    ],
)
def test_wall_time_across_the_clock_changes(utc, written):
    start = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    body = calendar_file([event(starts_at=start)], name="x", now=NOW).decode()
    zone = "" if written.endswith("Z") else ";TZID=Europe/Stockholm"
    assert f"\r\nDTSTART{zone}:{written}\r\n" in body
    (entry,) = Calendar.from_ical(body).events
    read_back = entry.start.astimezone(dt.UTC), entry.end.astimezone(dt.UTC)
    assert read_back == (start, start + dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("day", "offset"),
    [("2027-03-27", 1), ("2027-03-29", 2), ("2027-10-30", 2), ("2027-11-01", 1), ("2035-07-01", 2)],
)
def test_the_file_itself_describes_stockholms_time(day, offset):
    """A reader that knows no time zones must come to the same offset from the VTIMEZONE alone."""
    (zone,) = read(event()).timezones
    assert zone.tz_name == "Europe/Stockholm"
    noon = dt.datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=zone.to_tz(lookup_tzid=False))
    assert noon.utcoffset() == dt.timedelta(hours=offset)


WRITTEN = [
    'Å, ä; ö: "citat" \\ snedstreck',
    "Två\nrader",
    "BEGIN:VEVENT\r\nSUMMARY:Insmugglad\r\nEND:VEVENT",
    "långt " * 60 + "slut",
    "👵🏽 " * 40,
    "شكرا للجميع",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_whatever_is_written_is_one_entry_and_reads_the_same(text):
    body = calendar_file([event(title=text, place=text, text=text)], name=text, now=NOW)
    calendar = Calendar.from_ical(body)
    (entry,) = calendar.events
    same = text.replace("\r\n", "\n")
    assert [str(entry[name]) for name in ("SUMMARY", "LOCATION", "DESCRIPTION")] == [same] * 3
    assert str(calendar["NAME"]) == vText(same).to_ical().decode()  # the library reads it as it stands


@pytest.mark.parametrize("text", WRITTEN)
def test_no_line_is_longer_than_75_bytes(text):
    body = calendar_file([event(title=text, url="https://example.org/" + "a" * 200)], name="x", now=NOW)
    lines = body.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in body.replace(b"\r\n", b"")


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x0b", "\x1b", "\ud83d"])
def test_signs_that_a_file_cannot_hold_become_space(sign):
    body = calendar_file([event(title=f"Ring{sign}oss")], name="x", now=NOW)
    assert str(Calendar.from_ical(body).events[0]["SUMMARY"]) == "Ring oss"


def test_nothing_to_say_is_a_calendar_all_the_same():
    calendar = read()
    assert (calendar.events, calendar.timezones, str(calendar["NAME"])) == ([], [], "Kurser")


def test_the_file_is_what_the_library_would_have_written():
    """Entries are written one by one and joined; that must not show."""
    body = calendar_file([event(), event(uid="occasion-2@example.org")], name="Kurser", now=NOW)
    again = Calendar.from_ical(body)
    assert sorted(again.to_ical().split(b"\r\n")) == sorted(body.split(b"\r\n"))
    assert body.count(b"DTSTAMP:20270301T080000Z\r\n") == 2


def test_an_entry_that_changes_is_written_anew():
    first = calendar_file([event()], name="x", now=NOW)
    second = calendar_file([event(title="Annat")], name="x", now=NOW + dt.timedelta(hours=1))
    assert (b"SUMMARY:Ring med bild" in first, b"SUMMARY:Annat" in second) == (True, True)
    assert b"DTSTAMP:20270301T090000Z" in second


def test_the_fingerprint_follows_what_is_said_and_not_the_clock():
    said = [event()]
    assert fingerprint(said, name="x") == fingerprint([event()], name="x")
    others = [
        fingerprint(said, name="y"),
        fingerprint([], name="x"),
        *(fingerprint([event(**changed)], name="x") for changed in (
            {"title": "y"}, {"cancelled": True}, {"sequence": 1}, {"starts_at": START + dt.timedelta(minutes=1)}
        )),
    ]  # fmt: skip
    assert len({fingerprint(said, name="x"), *others}) == 7


def test_stockholm_is_meant():
    assert read(event()).events[0].start.astimezone(STOCKHOLM).hour == 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "å" * 300,
        "\\" * 301,
        ",;" * 150,
        "En rad\nen till\r\nen tredje",
        "😀" * 90,
        "x" * 74,
        "x" * 61 + "\\\\,",
        "a\\,b;c\\" * 40,
        "C:\\Ny mapp",
    ],
)
def test_lines_are_folded_at_75_octets_and_read_back_whole(text):
    made = calendar_file(
        [event(text=text, title=text, url="https://example.org/\r\nX:y")], name="Kurser", now=NOW
    )
    for line in made.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    (entry,) = Calendar.from_ical(made).events
    assert str(entry["SUMMARY"]) == text.replace("\r\n", "\n")
    assert str(entry["URL"]) == "https://example.org/X:y"
