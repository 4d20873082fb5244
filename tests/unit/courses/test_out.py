"""What others are told of courses: the phone line, the screens, the feeds and the press page."""

import datetime as dt
import json
import re

import pytest
import time_machine

from utbud.channels import sources as channel_sources
from utbud.courses import offers, slides
from utbud.courses.actions import runs
from utbud.courses.models import CoursePage, Run
from utbud.courses.queries.soon import calendar, soon
from utbud.courses.sources import COURSES
from utbud.learning.models import Topic
from utbud.people.models import Organisation
from utbud.phone import offers as phone_line
from utbud.places import queries as places
from utbud.places.models import Place
from utbud.screens import queries as screens

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def branch(place) -> Place:
    return Place.objects.create(name="Ramviks bibliotek", slug="ramvik", kind=Place.Kind.BRANCH)


@pytest.fixture
def more_courses(course, site, now):
    """Make ``count`` more courses that are out."""

    def more_courses(count: int) -> list[CoursePage]:
        made = []
        for number in range(count):
            one = CoursePage(
                title=f"Kurs {number}", slug=f"kurs-{number}", one_sentence="En kurs.", about="<p>Text.</p>"
            )
            course.get_parent().add_child(instance=one)
            one.save_revision(user=site.editor)
            CoursePage.objects.filter(pk=one.pk).update(
                live=True, first_published_at=now, last_published_at=now
            )
            made.append(CoursePage.objects.get(pk=one.pk))
        return made

    return more_courses


# --- what is soon -------------------------------------------------------------------------------


def test_soon_is_what_has_not_begun_and_drop_in_that_is_not_over(plan, site, branch, now) -> None:
    later = plan(days=(14,))
    whole = plan(days=(3, 10))
    plan(days=(-7, 7))  # has begun
    plan(days=(-7,))  # is over
    drop_in = plan(days=(-7, 1), joining=Run.Joining.NONE, seats=None)
    called_off = plan(days=(2,))
    runs.cancel_run(run=called_off, why="", by=site.editor, now=now)
    elsewhere = plan(days=(5,), place=branch)
    assert [one.run for one in soon(now)] == [drop_in, whole, elsewhere, later]
    assert [one.run for one in soon(now, limit=2)] == [drop_in, whole]
    assert [one.run for one in soon(now, place=branch)] == [elsewhere]
    assert [one.run for one in soon(now, but=branch)] == [drop_in, whole, later]
    runs.cancel_occasion(occasion=whole.occasions.first(), why="", by=site.editor, now=now)
    assert [one.run for one in soon(now)][1] == elsewhere  # what is left of it comes later
    CoursePage.objects.update(live=False)
    assert soon(now) == []


def test_soon_by_topic(plan, course, more_courses, now) -> None:
    topic = Topic.objects.create(title="Prata", slug="prata")
    [other] = more_courses(1)
    course.topics.add(topic)
    course.save()
    run = plan()
    Run.objects.filter(pk=plan().pk).update(course=other)
    assert [one.run for one in soon(now, topic="prata")] == [run]
    assert [one.run for one in calendar(now, topic="prata")] == [run]


# --- the phone line -----------------------------------------------------------------------------

JOIN = "Vill du anmäla dig till en kurs? Tryck noll."
SAID = {
    "a few seats": ({}, 0, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Tre platser kvar.", True),
    "one seat": ({}, 2, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. En plats kvar.", True),
    "full": ({"seats": 2}, 2, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Fullt. Du kan ställa dig i kö.", True),
    "many": ({"seats": 20}, 0, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Det finns platser kvar.", True),
    "kept for those who ring": ({"kept": 3}, 0, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Tre platser kvar.", True),
    "a whole run": ({"days": (7, 14, 21)}, 0, "Tre måndagar, första gången måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Tre platser kvar.", True),
    "other days": ({"days": (7, 9)}, 0, "Två gånger, första gången måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Tre platser kvar.", True),
    "drop-in": ({"joining": "none", "seats": None, "days": (1, 8)}, 0, "Tisdag den tjugofjärde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Du behöver inte anmäla dig.", False),
    "online": ({"place": None, "online_url": "https://mote.example.org"}, 0, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på nätet. Tre platser kvar.", True),
    "staff only": ({"joining": "staff"}, 0, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Tre platser kvar.", False),
    "elsewhere": ({"joining": "elsewhere", "elsewhere": "https://x.example.org"}, 0, "Måndag den trettionde november klockan tio till tolv: Ring med bild, på Huvudbiblioteket. Fråga oss hur du anmäler dig.", False),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAID)
def test_what_a_caller_hears(plan, join, now, kind: str) -> None:
    facts, taken, said, join_by_phone = SAID[kind]
    quota = plan(**facts).quotas.first()
    if taken:
        join(quota, size=taken)
    assert offers.coming(now) == [said, *([JOIN] if join_by_phone else [])]


def test_an_association_is_named(plan, now) -> None:
    plan(joining="host", host=Organisation.objects.create(name="Solrosen"), place=None)
    assert offers.coming(now) == [
        "Måndag den trettionde november klockan tio till tolv: Ring med bild, hos Solrosen. Anmäl dig hos Solrosen, eller fråga oss."
    ]


def test_nothing_to_join_is_nothing_to_say(course, now) -> None:
    assert offers.coming(now) == []


def test_five_are_told_with_two_questions_to_the_database(plan, now, django_assert_num_queries) -> None:
    for day in range(1, 7):
        plan(days=(day,))
    assert phone_line._sources["kurser"] is offers.coming
    with django_assert_num_queries(2):
        said = offers.coming(now)
    assert [one.split(":")[0][-41:] for one in said[:2]] == [
        "den tjugofjärde november klockan tio till tolv"[-41:],
        "den tjugofemte november klockan tio till tolv"[-41:],
    ]
    assert (len(said), said[-1]) == (6, JOIN)


@pytest.mark.parametrize(
    ("clock", "said"),
    [("10:00", "tio"), ("13:00", "tretton"), ("10:30", "tio och trettio"), ("14:15", "fjorton och femton"), ("00:05", "noll och fem"),
     ("18:45", "arton och fyrtiofem")],
)  # fmt: skip
def test_the_clock_in_words(clock: str, said: str) -> None:
    assert offers.clock(dt.datetime.fromisoformat(f"2026-11-23T{clock}")) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "noll"),
        (1, "ett"),
        (19, "nitton"),
        (20, "tjugo"),
        (21, "tjugoett"),
        (99, "nittionio"),
        (100, "100"),
    ],
)
def test_numbers_in_words(count: int, said: str) -> None:
    assert offers.number(count) == said


# --- screens --------------------------------------------------------------------------------------


def words(slide) -> str:
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", re.sub("</?b>(?=[\\d,])", "", slide.html)).split())


def told(place: Place, now: dt.datetime, at: dt.datetime | None = None) -> list[str]:
    """What the screen at ``place`` shows of courses, fetched at ``now`` and shown at ``at`` (without network)."""
    shown = screens.content(place, now).showing(at or now)
    return [words(slide) for slide in shown if slide.key.startswith("kurs")]


def test_a_screen_tells_of_courses_here_one_by_one_and_elsewhere_in_a_list(plan, place, branch, now) -> None:
    for day in (2, 4, 6):
        plan(days=(day,))
    plan(days=(3,), place=branch, seats=None)
    plan(days=(40,), place=branch)  # too far ahead
    here = told(place, now)
    ring = "Vill du vara med? Ring 08-465 004 00, fråga personalen eller rikta mobilens kamera hit."
    assert here == [
        f"Kurs på Huvudbiblioteket Ring med bild Onsdag 25 november klockan 10 till 12. 3 platser kvar. {ring}",
        f"Kurs på Huvudbiblioteket Ring med bild Fredag 27 november klockan 10 till 12. 3 platser kvar. {ring}",
        "Kurser på andra platser Ring med bild Torsdag 26 november 10–12 Ramviks bibliotek",
    ]
    assert [text[:24] for text in told(branch, now)] == [
        "Kurs på Ramviks bibliotek"[:24],
        "Kurser på andra platser ",
    ]


def test_without_network_a_screen_never_tells_of_what_has_begun(plan, place, branch, now) -> None:
    for day in (1, 2, 3):
        plan(days=(day,))
        plan(days=(day,), place=branch)
    days = re.compile(r"(\d+) november")
    for hours, here, elsewhere in (
        (0, ["24", "25"], ["24", "25", "26"]), (24, ["25", "26"], ["25", "26"]), (48, ["26"], ["26"]), (72, [], []),
    ):  # fmt: skip
        texts = told(place, now, now + dt.timedelta(hours=hours))
        assert [days.search(one)[1] for one in texts if one.startswith("Kurs på")] == here
        assert [day for one in texts if one.startswith("Kurser") for day in days.findall(one)] == elsewhere


def test_what_is_called_off_is_gone_from_the_screen_the_next_time_it_asks(
    plan, place, site, now, client
) -> None:
    run = plan(days=(2,))
    address = f"/skarm/{place.slug}/nu.json"
    first = client.get(address)
    assert "Ring med bild" in first.content.decode()
    runs.cancel_run(run=run, why="", by=site.editor, now=now)
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, "Ring med bild" in second.content.decode()) == (200, False)


def test_a_screen_asks_the_same_however_many_there_are(
    plan, place, branch, now, django_assert_num_queries
) -> None:
    for _round in range(2):
        for day in (1, 2, 3):
            plan(days=(day,))
            plan(days=(day,), place=branch)
        places.library()  # is kept between requests
        with django_assert_num_queries(4):
            slides.slides(place, now)


# --- feeds and press --------------------------------------------------------------------------------


def test_a_course_is_in_the_feeds_with_its_dates(plan, course, client, no_files) -> None:
    plan(days=(7,))
    assert channel_sources.by_slug("kurser") is COURSES
    feed = json.loads(client.get("/floden/kurser.json").content)
    [item] = feed["items"]
    assert (feed["home_page_url"][-8:], item["title"], item["url"][-22:]) == (
        "/kurser/", "Ring med bild", "/kurser/ring-med-bild/",
    )  # fmt: skip
    assert "Måndag 30 november klockan 10 till 12. Huvudbiblioteket. Gratis." in item["content_html"]
    atom = client.get("/floden/kurser.xml")
    assert (atom.status_code, atom["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert b"Ring med bild" in client.get("/press/").content


def test_a_new_date_is_news_to_a_feed_reader(plan, course, client, now) -> None:
    first = client.get("/floden/kurser.json")
    with time_machine.travel(now + dt.timedelta(hours=1), tick=False):
        run = plan(days=(7,))
        Run.objects.filter(pk=run.pk).update(changed_at=now + dt.timedelta(hours=1))
        second = client.get("/floden/kurser.json", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    dates = [json.loads(answer.content)["items"][0]["date_modified"] for answer in (first, second)]
    assert dates == ["2026-11-23T09:00:00+00:00", "2026-11-23T10:00:00+00:00"]


def test_feeds_by_topic(course, more_courses, client) -> None:
    topic = Topic.objects.create(title="Prata", slug="prata")
    more_courses(1)
    course.topics.add(topic)
    course.save()
    assert [
        item["title"] for item in json.loads(client.get("/floden/kurser/prata.json").content)["items"]
    ] == ["Ring med bild"]
    assert client.get("/floden/kurser/annat.json").status_code == 404


def test_many_courses_cost_no_more_questions_than_one(
    plan, more_courses, now, django_assert_num_queries
) -> None:
    plan()
    places.library()  # is kept between requests
    with django_assert_num_queries(20, exact=False) as one:
        assert len(COURSES.recent(now, 30, "")) == 1
    for other in more_courses(4):
        Run.objects.filter(pk=plan().pk).update(course=other)
    with django_assert_num_queries(len(one)):
        found = COURSES.recent(now, 30, "")
    assert [("När och var" in post.text) for _moment, post in found] == [True] * 5
