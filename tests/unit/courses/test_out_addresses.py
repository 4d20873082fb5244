"""Courses where others fetch them: calendar files, a list in a frame, oEmbed."""

import datetime as dt
import re

import pytest
import time_machine
from icalendar import Calendar

from utbud.courses.actions import runs
from utbud.courses.models import CoursePage, Occasion
from utbud.learning.models import Topic
from utbud.places.models import Place

pytestmark = pytest.mark.django_db
HOST = "localhost"


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def branch(place) -> Place:
    return Place.objects.create(
        name="Ramviks bibliotek", slug="ramvik", kind=Place.Kind.BRANCH, street="Ådalsvägen 1"
    )


@pytest.fixture
def topic(course) -> Topic:
    topic = Topic.objects.create(title="Prata med andra", slug="prata")
    course.topics.add(topic)
    course.save()
    return topic


def events(answer) -> list:
    return Calendar.from_ical(answer.content).walk("VEVENT")


# --- /kalender.ics --------------------------------------------------------------------------------


def test_everything_that_is_coming_for_400_days(client, plan, course, now) -> None:
    whole = plan(days=(-1, 7, 14))
    plan(days=(399,))
    plan(days=(401,))
    answer = client.get("/kalender.ics")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200, "text/calendar; charset=utf-8", "public, max-age=300",
    )  # fmt: skip
    found = events(answer)
    ours = list(whole.occasions.order_by("starts_at"))[1:]
    assert [str(one["UID"]).split("@")[0] for one in found][:2] == [f"occasion-{one.pk}" for one in ours]
    assert len(found) == 3
    first = found[0]
    assert {name: str(first[name]) for name in ("SUMMARY", "LOCATION", "STATUS", "URL")} == {
        "SUMMARY": "Ring med bild", "LOCATION": "Huvudbiblioteket", "STATUS": "CONFIRMED",
        "URL": "http://localhost:8000/kurser/ring-med-bild/",
    }  # fmt: skip
    assert str(first["DESCRIPTION"]) == (
        "Efter kursen kan du ringa och se den du pratar med.\n"
        f"Anmäl dig: ring 08-465 004 00 och säg kurs {whole.quotas.get().pk}."
    )
    assert first["DTSTART"].dt.astimezone(dt.UTC) == ours[0].starts_at


def test_what_is_called_off_says_so_with_a_higher_sequence_and_the_same_id(client, plan, site, now) -> None:
    run = plan(days=(7, 14))
    before = {str(one["UID"]): one["SEQUENCE"] for one in events(client.get("/kalender.ics"))}
    runs.cancel_occasion(occasion=run.occasions.first(), why="Ledaren är sjuk.", by=site.editor, now=now)
    after = events(client.get("/kalender.ics"))
    assert [(str(one["UID"]) in before, str(one["STATUS"])) for one in after] == [
        (True, "CANCELLED"),
        (True, "CONFIRMED"),
    ]
    assert (after[0]["SEQUENCE"] > before[str(after[0]["UID"])], str(after[0]["SUMMARY"])) == (
        True,
        "Inställt: Ring med bild",
    )
    assert "Ledaren är sjuk." in str(after[0]["DESCRIPTION"])
    runs.cancel_run(run=run, why="För få anmälda.", by=site.editor, now=now)
    assert [str(one["STATUS"]) for one in events(client.get("/kalender.ics"))] == ["CANCELLED"] * 2


def test_a_moved_occasion_keeps_its_id(client, plan, site, now) -> None:
    occasion = plan().occasions.get()
    [before] = events(client.get("/kalender.ics"))
    runs.change_occasion(occasion=occasion, starts_at=occasion.starts_at + dt.timedelta(days=1), place=None, by=site.editor,
                         ends_at=occasion.ends_at + dt.timedelta(days=1), resources=[], now=now)  # fmt: skip
    [after] = events(client.get("/kalender.ics"))
    assert (after["UID"], after["SEQUENCE"] - before["SEQUENCE"]) == (before["UID"], 1)
    assert after["DTSTART"].dt - before["DTSTART"].dt == dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("query", "places"),
    [("", ["Huvudbiblioteket", "Ramviks bibliotek, Ådalsvägen 1"]), ("?plats=ramvik", ["Ramviks bibliotek, Ådalsvägen 1"]),
     ("?amne=prata", ["Huvudbiblioteket", "Ramviks bibliotek, Ådalsvägen 1"]), ("?plats=huvudbiblioteket&amne=prata", ["Huvudbiblioteket"]),
     ("?plats=&amne=", ["Huvudbiblioteket", "Ramviks bibliotek, Ådalsvägen 1"])],
)  # fmt: skip
def test_chosen_by_place_and_topic(client, plan, branch, topic, query: str, places: list[str]) -> None:
    plan(days=(7,))
    plan(days=(8,), place=branch)
    assert [str(one["LOCATION"]) for one in events(client.get(f"/kalender.ics{query}"))] == places


@pytest.mark.parametrize("query", ["?plats=annan", "?amne=annat", "?plats=%00"])
def test_a_place_or_topic_that_is_not_there(client, course, query: str) -> None:
    for path in ("/kalender.ics", "/kurser/lista/"):
        assert client.get(f"{path}{query}").status_code == 404


def test_asked_again_it_is_only_sent_when_something_is_new(client, plan, site, now) -> None:
    run = plan()
    first = client.get("/kalender.ics")
    again = {"If-None-Match": first.headers["ETag"]}
    with time_machine.travel(now + dt.timedelta(minutes=7), tick=False):
        second = client.get("/kalender.ics", headers=again)
    assert (second.status_code, second.content, second.headers["ETag"]) == (304, b"", first.headers["ETag"])
    runs.cancel_run(run=run, why="", by=site.editor, now=now)
    assert client.get("/kalender.ics", headers=again).status_code == 200


def test_drafts_are_nobodys(client, plan) -> None:
    plan()
    CoursePage.objects.update(live=False)
    assert events(client.get("/kalender.ics")) == []
    assert client.get(f"/kurser/tillfalle/{Occasion.objects.get().pk}.ics").status_code == 404


def test_the_same_questions_however_many(client, plan, django_assert_num_queries) -> None:
    plan(days=(7,))
    with django_assert_num_queries(6, exact=False) as one:
        client.get("/kalender.ics")
    for day in (8, 9):
        plan(days=(day, day + 14))
    with django_assert_num_queries(len(one), exact=False):
        assert len(events(client.get("/kalender.ics"))) == 5


def test_one_occasion(client, plan, site, now) -> None:
    run = plan(days=(-7, 7))
    for occasion in run.occasions.all():
        [event] = events(client.get(f"/kurser/tillfalle/{occasion.pk}.ics"))
        assert str(event["UID"]).startswith(f"occasion-{occasion.pk}@")
    assert client.get("/kurser/tillfalle/999.ics").status_code == 404


# --- the list in a frame --------------------------------------------------------------------------


def test_the_list_may_stand_in_a_frame_anywhere_and_nothing_else_of_ours_may(client, plan) -> None:
    plan()
    answer = client.get("/kurser/lista/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert ("X-Frame-Options" in answer.headers, policy["frame-ancestors"], policy["script-src"]) == (
        False,
        "*",
        "'none'",
    )
    assert (answer.cookies, "<script" in answer.text, "style=" in answer.text) == ({}, False, False)
    other = client.get("/press/")
    assert other.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in other.headers["Content-Security-Policy"]


def test_links_lead_out_of_the_frame_by_whole_addresses(client, plan) -> None:
    plan()
    links = re.findall(r"<a ([^>]+)>", client.get("/kurser/lista/").text)
    assert [link for link in links if "tel:" not in link] == [
        'href="http://localhost:8000/kurser/ring-med-bild/" target="_top"', 'href="http://localhost:8000/kurser/" target="_top"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "titles"),
    [("", 5), ("?antal=2", 2), ("?antal=0", 1), ("?antal=99", 9), ("?antal=x", 5), ("?antal=-1", 5), ("?plats=ramvik", 1), ("?amne=prata", 5),
     ("?plats=ramvik&amne=prata&antal=3", 1)],
)  # fmt: skip
def test_how_many_and_which(client, plan, branch, topic, query: str, titles: int) -> None:
    for day in range(1, 9):
        plan(days=(day,))
    plan(days=(30,), place=branch)
    assert client.get(f"/kurser/lista/{query}").text.count("<li>") == titles


def test_what_stands_in_the_list(client, plan, join) -> None:
    join(plan().quotas.get(), size=2)
    text = " ".join(re.sub(r"<[^>]+>", " ", client.get("/kurser/lista/").text.partition("<ol")[2]).split())
    assert (
        "Ring med bild Måndag 30 november klockan 10 till 12 Huvudbiblioteket 1 plats kvar. Gratis." in text
    )
    assert "08-465 004 00" in text


def test_an_empty_list_says_so(client, course) -> None:
    assert "Just nu finns inga kurser med datum här." in client.get("/kurser/lista/").text
    assert client.get("/kurser/lista/?plats=annan").status_code == 404


# --- oEmbed -----------------------------------------------------------------------------------------

OURS = "http://localhost:8000"


@pytest.mark.parametrize(
    ("url", "source", "height"),
    [
        (f"{OURS}/kurser/", f"{OURS}/kurser/lista/", 1290),
        (
            f"{OURS}/kurser/lista/?plats=ramvik&antal=2&x=1",
            f"{OURS}/kurser/lista/?plats=ramvik&amp;antal=2",
            720,
        ),
        (f"{OURS}/kurser/plats/ramvik/", f"{OURS}/kurser/lista/?plats=ramvik", 1290),
        (f"{OURS}/kurser/amne/prata/", f"{OURS}/kurser/lista/?amne=prata", 1290),
    ],
)
def test_oembed_gives_the_frame(client, branch, topic, url: str, source: str, height: int) -> None:
    answer = client.get("/api/oembed/", {"url": url})
    said = answer.json()
    assert (said["version"], said["type"], said["width"], said["height"], said["provider_name"]) == (
        "1.0", "rich", 600, height, "Provbiblioteket",
    )  # fmt: skip
    assert said["html"] == (
        f'<iframe src="{source}" title="Kurser på Provbiblioteket" width="600" height="{height}" loading="lazy"></iframe>'
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://annan.example.org/kurser/",
        f"{OURS}/ord/",
        f"{OURS}/kurser/plats/annan/",
        "ftp://localhost:8000/kurser/",
        "http://[::1",
        f'{OURS}/kurser/lista/?plats="><script>',
        f"{OURS}/kurser/?amne=annat",
        "x",
    ],
)
def test_oembed_knows_only_our_lists(client, course, url: str) -> None:
    assert client.get("/api/oembed/", {"url": url}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "size"),
    [({"maxwidth": "300"}, (300, 1290)), ({"maxwidth": "9999", "maxheight": "400"}, (600, 400)), ({"maxwidth": "1"}, (220, 1290)),
     ({"maxheight": "x"}, (600, 1290))],
)  # fmt: skip
def test_oembed_keeps_to_the_room_there_is(
    client, course, asked: dict[str, str], size: tuple[int, int]
) -> None:
    said = client.get("/api/oembed/", {"url": f"{OURS}/kurser/"} | asked).json()
    assert (said["width"], said["height"]) == size


def test_oembed_has_no_xml(client, course) -> None:
    assert client.get("/api/oembed/", {"url": f"{OURS}/kurser/", "format": "xml"}).status_code == 501


def test_the_list_of_courses_tells_of_all_this(client, plan) -> None:
    plan()
    page = client.get("/kurser/").text
    [address] = re.findall(r'type="application/json\+oembed" href="([^"]+)"', page)
    assert client.get(address.removeprefix(OURS)).json()["type"] == "rich"
    for path in ("/kalender.ics", "/kurser/program.pdf", "/floden/kurser.xml"):
        assert f'href="{path}"' in page
        assert client.get(path).status_code == 200
