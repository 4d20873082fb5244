"""Courses as readers meet them: the list, the ways into it, a course's page and its files."""

import datetime as dt
import json
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from utbud.channels.models import ChannelSetup
from utbud.courses.actions import runs
from utbud.courses.checks import problems_of, report
from utbud.courses.models import CourseIndexPage, CoursePage, Run
from utbud.learning.models import Topic
from utbud.people.models import Organisation
from utbud.places.models import Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files", "clock")]
HARD = (
    "Informationssäkerhetsorganisationen rekommenderar myndighetsövergripande autentiseringslösningar för "
    "verksamhetskritiska informationssystem inom kommunalförvaltningens digitaliseringsprogram."
)

NOTHING = {
    "title": "",
    "one_sentence": "",
    "about": "null",
    "can_after-count": "0",
    "beside_times-count": "0",
}  # as the editor sends it


@pytest.fixture
def clock(time_machine, now):
    cache.clear()
    time_machine.move_to(now, tick=False)
    return time_machine


@pytest.fixture
def read(client):
    """The words of a page's main part, each space one space."""

    def read(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, answer.content.decode()[:400]
        return words(answer.content.decode())

    return read


def words(html):
    main = re.search(r"<main.*?</main>", html, re.S)[0]
    main = re.sub(r'<span class="nb">(.*?)</span>', r"\1", main)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def jsonld(client, course):
    html = client.get(course.public_path).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1])[
        "@graph"
    ]


class TestTheList:
    def test_the_ways_into_the_list_stand_before_it_and_reach_every_week(self, plan, place, client):
        plan(days=tuple(7 * week for week in range(1, 12)), joins=Run.Joins.SINGLE)
        html = client.get("/kurser/").content.decode()
        assert html.index("Välj ämne, plats eller vecka") < html.index('id="kommande"')
        assert len(set(re.findall(r"/kurser/vecka/[0-9-]+/", html))) == 11

    def test_before_there_is_anything_it_says_so_and_whom_to_ring(self, site, place, read):
        said = read("/kurser/")
        assert "Här finns inga datum just nu" in said
        assert "08-465 004 00" in said
        assert "Hitta på ett annat sätt" not in said

    def test_soonest_first_with_date_place_seats_fee_and_level(self, plan, place, read):
        plan(days=(9,), fee=50)
        plan(days=(8, 15))
        said = read("/kurser/")
        first = (
            "2 tisdagar, första gången tisdag 1 december klockan 10 till 12 Huvudbiblioteket 3 platser kvar . Gratis. "
            "Du behöver inte kunna något innan."
        )
        assert first in said
        assert said.index("tisdag 1 december") < said.index("Onsdag 2 december klockan 10 till 12")
        assert "50 kronor" in said

    @pytest.mark.parametrize(
        ("facts", "taken", "says"),
        [
            ({"seats": 9}, 0, "Det finns platser kvar"),
            ({"seats": 9}, 5, "4 platser kvar"),
            ({"seats": 2}, 1, "1 plats kvar"),
            ({"seats": 2}, 2, "Fullt. Du kan ställa dig i kö"),
            ({"seats": 2}, 4, "Fullt, 2 anmälningar i kö"),
            ({"seats": None}, 4, "Det finns plats"),
            ({"seats": 2, "kept": 1}, 1, "Fullt på webben. Ring oss, det finns platser för dig som ringer"),
            ({"joining": Run.Joining.NONE, "seats": None}, 0, "Du behöver inte anmäla dig. Kom som du är."),
        ],
    )
    def test_seats_are_said_plainly(self, plan, join, read, facts, taken, says):
        run = plan(**facts)
        for _one in range(taken):
            join(run.quotas.get())
        assert says in read("/kurser/")
        assert says in read("/kurser/ring-med-bild/")

    def test_a_course_without_dates_stands_below(self, course, read):
        said = read("/kurser/")
        assert said.index("Kurser som väntar på datum") < said.index("Ring med bild")
        assert "Inga datum just nu. Ring 08-465 004 00" in said

    def test_what_is_called_off_is_said(self, plan, site, now, read):
        runs.cancel_run(run=plan(), why="Läraren är sjuk.", by=site.editor, now=now)
        assert "Inställt: måndag 30 november" in read("/kurser/")

    def test_what_has_begun_cannot_be_joined_but_rung_about(self, plan, read, clock, now, client):
        run = plan(days=(7, 14))
        clock.move_to(now + dt.timedelta(days=8), tick=False)
        assert "Har börjat. Ring oss om du vill vara med." in read("/kurser/")
        assert "Den här gruppen har börjat" in read("/kurser/ring-med-bild/")
        said = read(f"/kurser/ring-med-bild/anmalan/?grupp={run.quotas.get().pk}")
        assert "Här går det inte att anmäla sig just nu" in said

    def test_drop_in_stands_once_with_how_many_times_more(self, plan, read):
        plan(days=(7, 14, 21), joining=Run.Joining.NONE, joins=Run.Joins.SINGLE, seats=None)
        said = read("/kurser/")
        assert said.count("Ring med bild") == 1
        assert "Hit kan du bara komma" in said
        assert "Måndag 30 november klockan 10 till 12 och 2 gånger till" in said

    def test_past_thirty_there_are_more_pages(self, plan, read, client):
        plan(days=tuple(range(1, 33)), joins=Run.Joins.SINGLE)
        first, second = read("/kurser/"), read("/kurser/?sida=2")
        assert (first.count("Ring med bild"), second.count("Ring med bild")) == (30, 2)
        assert "Sida 2 av 2" in second
        assert "<title>Kurser, sida 2" in client.get("/kurser/?sida=2").content.decode()

    def test_the_same_queries_at_1_and_at_3(self, plan, client):
        def count(address):
            client.get(address)
            with CaptureQueriesContext(connection) as done:
                assert client.get(address).status_code == 200
            return len(done)

        addresses = "/kurser/", "/kurser/vecka/2026-49/", "/kurser/plats/huvudbiblioteket/", "/"
        plan(days=(7,), joins=Run.Joins.SINGLE)
        few = {address: count(address) for address in addresses}
        for day in (8, 9):
            plan(days=(day, day + 1, day + 2), joins=Run.Joins.SINGLE)
        assert {address: count(address) for address in addresses} == few


class TestWaysIn:
    @pytest.fixture
    def elsewhere(self):
        return Place.objects.create(name="Ramviks bibliotek", slug="ramvik", kind=Place.Kind.BRANCH)

    def test_by_life_goal(self, plan, course, read):
        topic, other = (
            Topic.objects.create(title=title, slug=title.lower()) for title in ("Prata", "Betala")
        )
        course.topics.add(topic)
        course.save()
        plan()
        assert "Prata" in read("/kurser/")
        assert "Måndag 30 november" in read("/kurser/amne/prata/")
        assert "Måndag 30 november" not in read("/kurser/amne/betala/")
        read("/kurser/amne/finns-inte/", 404)
        assert other.slug not in [row for row in read("/kurser/").split() if row == "betala"]

    def test_by_place_and_on_the_net(self, plan, elsewhere, read):
        plan()
        plan(days=(8,), place=elsewhere)
        plan(days=(9,), place=None, online_url="https://example.org/mote")
        assert (
            [
                "30 november" in (said := read(f"/kurser/plats/{slug}/").split("Hitta på")[0]),
                "1 december" in said,
                "2 december" in said,
            ]
            == [True, False, False]
            if (slug := "huvudbiblioteket")
            else False
        )
        assert "1 december" in read("/kurser/plats/ramvik/").split("Hitta på")[0]
        net = read("/kurser/plats/pa-natet/").split("Hitta på")[0]
        assert ("2 december" in net, "1 december" in net) == (True, False)
        read("/kurser/plats/finns-inte/", 404)

    def test_by_week_with_the_weeks_beside_it(self, plan, client, read):
        plan(days=(7,))
        plan(days=(21,))
        html = client.get("/kurser/vecka/2026-49/").content.decode()
        assert "vecka 49, 30 november – 6 december 2026" in words(html)
        assert "30 november klockan" in words(html)
        assert "14 december klockan" not in words(html)
        assert re.findall(r'rel="(prev|next)" href="([^"]+)"', html) == [("next", "/kurser/vecka/2026-51/")]
        assert re.findall(
            r'rel="(prev|next)" href="([^"]+)"', client.get("/kurser/vecka/2026-50/").content.decode()
        ) == [("prev", "/kurser/vecka/2026-49/"), ("next", "/kurser/vecka/2026-51/")]
        assert "Den här veckan har varit" in read("/kurser/vecka/2026-40/")

    @pytest.mark.parametrize("week", ["2026-54", "2026-00", "0000-01", "2027-53"])
    def test_a_week_that_is_none(self, site, client, week):
        assert client.get(f"/kurser/vecka/{week}/").status_code == 404


class TestACourse:
    def test_a_group_says_when_where_how_one_comes_in_and_what_it_costs(self, plan, place, read):
        place.street, place.city, place.accessibility = "Storgatan 1", "Härnösand", "Ramp och dörröppnare."
        place.save()
        run = plan(fee=20, note="Vi bjuder på kaffe.")
        said = read("/kurser/ring-med-bild/")
        for part in (
            "Måndag 30 november klockan 10 till 12",
            "Huvudbiblioteket Storgatan 1, Härnösand Ramp och dörröppnare.",
            "20 kronor",
            "Vi bjuder på kaffe.",
            "3 platser kvar",
            f"Du kan också ringa 08-465 004 00 och säga kurs {run.quotas.get().pk} .",
        ):
            assert part in said
        assert "sms:a" not in said

    def test_a_programme_one_just_comes_to_is_one_group_with_all_its_times(self, plan, read, site, now):
        run = plan(days=(7, 14, 21), joining=Run.Joining.NONE, joins=Run.Joins.SINGLE, seats=None)
        off = run.occasions.order_by("starts_at")[1]
        runs.cancel_occasion(occasion=off, why="Stängt.", by=site.editor, now=now)
        said = read("/kurser/ring-med-bild/")
        assert "2 måndagar, första gången måndag 30 november klockan 10 till 12" in said
        assert said.count("Kom som du är.") == 1
        assert "Måndag 7 december klockan 10 till 12 Inställt. Stängt." in said

    def test_how_one_comes_in_is_told_once_for_each_place(self, plan, place, read):
        place.accessibility = "Ramp och dörröppnare."
        place.save()
        plan(days=(7, 8, 9), joins=Run.Joins.SINGLE)
        assert read("/kurser/ring-med-bild/").count("Ramp och dörröppnare.") == 1

    def test_how_to_join_by_text_where_somebody_answers(self, plan, read, monkeypatch):
        monkeypatch.setenv("ELKS_USER", "u1234")
        monkeypatch.setenv("ELKS_PASSWORD", "right")
        config = {"username": "env:ELKS_USER", "password": "env:ELKS_PASSWORD", "sender": "+46701740605"}
        ChannelSetup.objects.create(kind="sms", name="Sms", on=True, config=config)
        run = plan()
        assert f"Eller sms:a KURS {run.quotas.get().pk} och ditt namn till 070-174 06 05" in read(
            "/kurser/ring-med-bild/"
        )
        ChannelSetup.objects.update(config=config | {"sender": "Biblioteket"})
        assert "sms:a" not in read("/kurser/ring-med-bild/")

    @pytest.mark.parametrize(
        ("facts", "says", "link"),
        [
            ({}, "Anmäl dig", True),
            ({"joining": Run.Joining.STAFF}, "Du anmäler dig hos oss. Ring 08-465 004 00", False),
            (
                {"joining": Run.Joining.ELSEWHERE, "elsewhere": "Ring studieförbundet."},
                "Ring studieförbundet.",
                False,
            ),
            (
                {"joining": Run.Joining.NONE, "seats": None},
                "Du behöver inte anmäla dig. Kom som du är.",
                False,
            ),
        ],
    )
    def test_how_one_joins(self, plan, client, facts, says, link):
        run = plan(host=Organisation.objects.create(name="Solrosen"), **facts)
        html = client.get("/kurser/ring-med-bild/").content.decode()
        assert says in words(html)
        assert (f"/kurser/ring-med-bild/anmalan/?grupp={run.quotas.get().pk}" in html) == link

    @pytest.mark.parametrize("joining", Run.Joining.values)
    @pytest.mark.parametrize("contact", ["", "ordf@example.org", "070-174 06 05", "Eva"])
    @pytest.mark.parametrize("elsewhere", ["Skriv till oss", "Ring Eva, 070-174 06 11."])
    def test_every_offer_can_be_taken_up_with_a_phone_alone(self, plan, client, joining, contact, elsewhere):
        host = Organisation.objects.create(name="Solrosen", contact=contact)
        plan(host=host, joining=joining, elsewhere=elsewhere, seats=None)
        html = client.get("/kurser/ring-med-bild/").content.decode()
        [group] = re.findall(r'<section class="group.*?</section>', html, re.S)
        assert 'href="tel:+46' in group or "Kom som du är" in group

    @pytest.mark.parametrize(
        ("facts", "contact", "says"),
        [
            ({"joining": "host"}, "0701740605", "Du anmäler dig hos Solrosen. Ring dem på 070-174 06 05."),
            (
                {"joining": "host"},
                "ordf@example.org",
                "Du anmäler dig hos Solrosen. Skriv till dem på ordf@example.org. "
                "Eller ring oss på 08-465 004 00, så hjälper vi dig.",
            ),
            (
                {"joining": "host"},
                "fråga Eva",
                "Du anmäler dig hos Solrosen. Eller ring oss på 08-465 004 00, så hjälper vi dig.",
            ),
            (
                {"joining": "host", "elsewhere": "Ring Eva, 070-174 06 11"},
                "0701740605",
                "Du anmäler dig hos Solrosen. Ring Eva, 070-174 06 11.",
            ),
            (
                {"joining": "elsewhere", "elsewhere": "Skriv till studieförbundet"},
                "0701740605",
                "Skriv till studieförbundet. Eller ring oss på 08-465 004 00, så hjälper vi dig.",
            ),
        ],
    )
    def test_how_one_joins_with_somebody_else_on_the_page_and_in_the_calendar(
        self, plan, client, facts, contact, says
    ):
        run = plan(host=Organisation.objects.create(name="Solrosen", contact=contact), **facts)
        said = words(client.get("/kurser/ring-med-bild/").content.decode())
        assert says in said.replace(" .", ".").replace(" ,", ",")
        calendar = client.get(f"/kurser/tillfalle/{run.occasions.get().pk}.ics").content.decode()
        assert says in calendar.replace("\r\n ", "").replace("\\,", ",")

    def test_what_is_called_off_is_not_counted_among_the_times_to_come(self, plan, site, now, read):
        run = plan(days=(7, 8, 9, 10), joins=Run.Joins.SINGLE, joining=Run.Joining.NONE, seats=None)
        runs.cancel_occasion(occasion=run.occasions.order_by("starts_at")[2], why="", by=site.editor, now=now)
        assert "och 2 gånger till" in read("/kurser/")

    def test_a_time_that_is_called_off_is_said_and_the_others_can_be_kept(self, plan, site, now, client):
        run = plan(days=(7, 14))
        off, on = run.occasions.order_by("starts_at")
        runs.cancel_occasion(occasion=off, why="Stängt för städning.", by=site.editor, now=now)
        html = client.get("/kurser/ring-med-bild/").content.decode()
        assert "Måndag 30 november klockan 10 till 12 Inställt. Stängt för städning." in words(html)
        assert f"/kurser/tillfalle/{on.pk}.ics" in html
        assert f"/kurser/tillfalle/{off.pk}.ics" not in html

    def test_schema_org(self, plan, site, now, client, course, join):
        run = plan(days=(7, 14), fee=50)
        join(run.quotas.get(), size=2)
        whole, *events = jsonld(client, course)
        assert (whole["@type"], whole["name"], whole["hasCourseInstance"][0]["courseMode"]) == (
            "Course",
            "Ring med bild",
            "onsite",
        )
        assert [(one["@type"], one["startDate"], one["eventStatus"].rsplit("/")[-1]) for one in events] == [
            ("Event", "2026-11-30T10:00:00+01:00", "EventScheduled"),
            ("Event", "2026-12-07T10:00:00+01:00", "EventScheduled"),
        ]
        assert (events[0]["offers"]["price"], events[0]["remainingAttendeeCapacity"]) == (50, 1)
        assert events[0]["location"]["name"] == "Huvudbiblioteket"
        join(run.quotas.get(), size=2)  # waits: the seat that is left is not for anybody new
        runs.cancel_occasion(occasion=run.occasions.first(), why="", by=site.editor, now=now)
        _whole, off, on = jsonld(client, course)
        assert (off["eventStatus"].rsplit("/")[-1], "remainingAttendeeCapacity" in off) == (
            "EventCancelled",
            False,
        )
        assert (on["remainingAttendeeCapacity"], on["offers"]["availability"].rsplit("/")[-1]) == (
            0,
            "SoldOut",
        )

    def test_the_address_on_the_net_is_for_those_who_have_a_seat(self, plan, client):
        plan(place=None, online_url="https://example.org/hemligt-mote")
        assert "hemligt-mote" not in client.get("/kurser/ring-med-bild/").content.decode()

    def test_scripts_are_text(self, plan, course, client):
        CoursePage.objects.filter(pk=course.pk).update(
            bring="</script><script>alert(1)</script>", one_sentence="<b>Hej</b></script>"
        )
        plan(note="<img src=x onerror=alert(1)>")
        html = client.get("/kurser/ring-med-bild/").content.decode()
        assert not re.search(r"<script>alert|<img src=x|<b>Hej", html)

    def test_hard_words_are_explained(self, course, write, publish, client):
        publish(write("Molnet"))
        CoursePage.objects.filter(pk=course.pk).update(about="<p>Vi sparar i molnet.</p>")
        assert (
            '<details class="ordet"><summary>molnet</summary>'
            in client.get(course.public_path).content.decode()
        )

    def test_a_draft_is_nobodys(self, course, plan, read, client):
        plan()
        CoursePage.objects.update(live=False)
        read("/kurser/ring-med-bild/", 404)
        read("/kurser/ring-med-bild/anmalan/", 404)
        assert "Ring med bild" not in read("/kurser/")
        assert client.get("/kurser/ring-med-bild/utskrift.pdf").status_code == 404

    @pytest.mark.parametrize("slug", sorted(CoursePage.RESERVED_SLUGS))
    def test_no_course_takes_an_address_that_is_taken(self, course, slug):
        course.slug = slug
        with pytest.raises(Exception, match="används redan av något annat"):
            course.clean()

    def test_files_beside_it_tell_the_dates(self, course, plan, client):
        plan()
        answer = client.head("/kurser/ring-med-bild/utskrift.pdf")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        before = answer["ETag"]
        plan(days=(9,))
        after = client.head("/kurser/ring-med-bild/utskrift.pdf")
        assert before != after["ETag"]

    def test_its_sound_and_its_marks_follow_the_dates(self, course, plan, client):
        def marks():
            return re.search(r'data-marks="([^"]*)"', client.get(course.public_path).content.decode())[1]

        plan()
        for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
            assert client.head(course.public_path + name).status_code == 200
        first = len(marks().split())
        plan(days=(9,))
        assert marks() == ""  # what is made tells of other dates
        for name in ("lyssna.mp3", "lyssna-langsamt.mp3"):
            client.head(course.public_path + name)
        assert len(marks().split()) > first

    def test_a_course_that_moved_takes_its_files_and_its_joining_along(self, course, plan, client):
        from wagtail.contrib.redirects.models import Redirect

        plan()
        Redirect.objects.create(old_path="/kurser/videosamtal", redirect_page=course)
        assert (
            client.get("/kurser/videosamtal/utskrift.pdf")["Location"] == "/kurser/ring-med-bild/utskrift.pdf"
        )
        assert client.get("/kurser/videosamtal/anmalan/")["Location"] == "/kurser/ring-med-bild/anmalan/"


class TestAround:
    def test_setup_makes_the_list_also_where_the_site_is_older(self, site):
        from utbud.web.actions import setup

        Page.objects.update(first_published_at=None)  # what has been public is not deleted
        CourseIndexPage.objects.get().delete()
        setup()
        setup()
        assert [(page.slug, page.live) for page in CourseIndexPage.objects.all()] == [("kurser", True)]

    def test_the_start_page_tells_the_next_three(self, plan, read):
        assert "Kurser som börjar snart" not in read("/")
        plan()
        said = read("/")
        assert (
            "Kurser som börjar snart Ring med bild Måndag 30 november klockan 10 till 12 Huvudbiblioteket. 3 platser kvar"
            in said
        )
        assert "Alla kurser" in said

    def test_the_menu_leads_there(self, site, client):
        assert '<a href="/kurser/">Kurser</a>' in client.get("/").content.decode()

    def test_search_finds_a_course_also_misspelled(self, course, read):
        assert "Ring med bild" in read("/sok/?q=ringa+med+bilden")

    def test_the_sitemap_has_it(self, course, client):
        course.topics.add(Topic.objects.create(title="Prata", slug="prata"))
        course.save()
        body = client.get("/sitemap.xml").content.decode()
        for path in ("/kurser/", "/kurser/ring-med-bild/", "/kurser/amne/prata/"):
            assert f"{path}</loc>" in body


class TestWriting:
    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({}, set()),
            ({"one_sentence": " "}, {("one_sentence", True)}),
            ({"one_sentence": "Det här är bra. Det är roligt."}, {("one_sentence", False)}),
            ({"about": "<p> </p>"}, {("about", True)}),
            ({"task": ""}, {("task", False)}),
            ({"easy": ""}, {("easy", False)}),
            ({"easy": HARD}, {("easy", False)}),
            ({"bring": HARD}, {("bring", False)}),
            ({"about": f"<p>{HARD}</p>"}, {("about", False)}),
        ],
    )
    def test_what_stops_and_what_is_advice(self, course, fields, told):
        for name, value in ({"easy": "Du ringer. Du ser den du ringer."} | fields).items():
            setattr(course, name, value)
        found = {(problem.field, problem.stops) for problem in problems_of(course)}
        assert found == told | {("drawing", False)}

    def test_the_report_names_the_fields_of_a_course(self, course):
        course.task = ""
        assert "Det här ska man klara själv" in [name for name, _problem in report(course).named_problems]

    def test_the_editor_opens_with_its_tabs_and_answers_while_one_writes(self, course, site, client):
        client.force_login(site.editor)
        html = client.get(f"/admin/pages/{course.pk}/edit/").content.decode()
        for tab in ("Texten", "Ljud", "Hitta och knyta ihop", "Skötsel"):
            assert tab in html
        address = re.search(r'data-plain-language data-url="([^"]+)"', html)[1]
        answer = client.post(address, NOTHING | {"title": "Ring"})
        assert "Skriv i en mening vad man får ut av kursen" in answer.content.decode()
        assert client.post("/admin/kurser/sprak/0/", NOTHING).status_code == 200
        client.logout()
        assert client.post(address, {}).status_code in (302, 403)

    @pytest.mark.parametrize("mode", ["print", "poster", "speech"])
    def test_previews(self, course, plan, rf, mode):
        plan()
        answer = course.serve_preview(rf.get("/"), mode)
        assert answer.status_code == 200
        assert (("<audio" in answer.content.decode()), ("data:image/png" in answer.content.decode())) == (
            mode == "speech",
            mode != "speech",
        )

    def test_a_course_that_is_not_saved_yet_can_be_looked_at(self, site):
        new = CoursePage(title="Ny kurs", slug="ny", one_sentence="Bra.", about="<p>Hej.</p>")
        assert new.as_item().sections[0].heading == "Så går det till"
        assert CoursePage.context_of(new, "/x/")["groups"] == []
