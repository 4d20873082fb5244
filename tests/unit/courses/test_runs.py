"""Runs: planned, moved, called off; who is told, once, and with which words."""

import datetime as dt

import pytest

from utbud.calendar.models import Booking, Resource
from utbud.courses.actions import care, runs, seats
from utbud.courses.models import Occasion, Registration, Run
from utbud.courses.queries import desk, planning
from utbud.notices.models import Notice
from utbud.people.models import Organisation
from utbud.places.models import Place

pytestmark = pytest.mark.database

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def teacher(db):
    return Resource.objects.create(kind=Resource.Kind.PERSON, name="Anna i teamet")


def told(registration, kind=""):
    rows = Notice.objects.filter(about=registration.about, kind__startswith=kind).order_by("pk")
    return [(row.kind, row.state) for row in rows]


class TestPlanning:
    @pytest.mark.parametrize(
        ("joins", "days", "quotas"),
        [("whole", (7, 14, 21), 1), ("single", (7, 14, 21), 3), ("whole", (7,), 1)],
    )
    def test_what_one_joins(self, plan, joins, days, quotas):
        run = plan(joins=joins, days=days, seats=5)
        assert (run.quotas.count(), run.occasions.count()) == (quotas, len(days))
        assert set(run.quotas.values_list("seats", flat=True)) == {5}

    def test_a_run_has_an_occasion(self, plan):
        with pytest.raises(seats.CourseError, match="minst ett"):
            plan(days=())

    def test_two_at_the_same_time_are_refused_and_nothing_is_made(self, plan):
        with pytest.raises(runs.SameTime):
            plan(days=(7, 7))
        assert not Run.objects.exists()

    def test_more_occasions_later(self, plan, site, now):
        run = plan(days=(7,))
        start = now + 14 * DAY
        runs.add_occasions(run=run, times=[(start, start + HOUR)], by=site.editor, now=now)
        assert (run.quotas.count(), run.occasions.count()) == (1, 2)

    def test_the_calendar_knows(self, plan, teacher, course):
        run = plan(days=(7, 14), resources=[teacher])
        rows = Booking.objects.filter(resource=teacher).order_by("starts_at")
        assert [row.source for row in rows] == [one.source for one in run.occasions.all()]
        assert {row.title for row in rows} == {course.title}


class TestMoving:
    def move(self, occasion, site, now, *, hours=1, place=None):
        return runs.change_occasion(
            occasion=occasion,
            starts_at=occasion.starts_at + hours * HOUR,
            ends_at=occasion.ends_at + hours * HOUR,
            place=place,
            resources=occasion.resources.all(),
            by=site.editor,
            now=now,
        )

    def test_everyone_who_is_expected_is_told_once(self, plan, join, site, now):
        run = plan(seats=1)
        quota, occasion = run.quotas.get(), run.occasions.get()
        seated, waiting, gone = join(quota), join(quota), join(quota)
        seats.cancel(registration=gone, way="web", now=now)
        assert self.move(occasion, site, now) == 2
        kind = f"moved-{occasion.pk}"
        assert [told(one, "moved") for one in (seated, waiting, gone)] == [
            [(kind, "waiting")],
            [(kind, "waiting")],
            [],
        ]
        text = Notice.objects.get(about=seated.about, kind=kind).text
        assert "Det var: måndag 30 november klockan 10 till 12, Huvudbiblioteket." in text
        assert "Nu gäller: måndag 30 november klockan 11 till 13, Huvudbiblioteket." in text

    def test_moved_twice_before_it_is_sent_only_the_last_goes(self, plan, join, site, now):
        run = plan()
        registration, occasion = join(run.quotas.get()), run.occasions.get()
        self.move(occasion, site, now)
        self.move(Occasion.objects.get(), site, now)
        assert [state for _kind, state in told(registration, "moved")] == ["stopped", "waiting"]

    def test_another_place_is_told_and_another_teacher_is_not(self, plan, join, site, now, teacher):
        run = plan()
        registration, occasion = join(run.quotas.get()), run.occasions.get()
        runs.change_occasion(
            occasion=occasion, starts_at=occasion.starts_at, ends_at=occasion.ends_at, place=None,
            resources=[teacher], by=site.editor, now=now,
        )  # fmt: skip
        assert told(registration, "moved") == []
        assert Booking.objects.get().resource == teacher
        ramvik = Place.objects.create(name="Ramviks bibliotek", slug="ramvik", kind=Place.Kind.BRANCH)
        assert self.move(occasion, site, now, hours=0, place=ramvik) == 1
        assert (
            "Nu gäller: måndag 30 november klockan 10 till 12, Ramviks bibliotek."
            in Notice.objects.latest("pk").text
        )

    def test_the_place_of_the_whole_run(self, plan, join, site, now):
        run = plan(days=(7, 14))
        registration = join(run.quotas.get())
        ramvik = Place.objects.create(name="Ramviks bibliotek", slug="ramvik", kind=Place.Kind.BRANCH)
        runs.change_run(run=run, place=ramvik, by=site.editor, now=now)
        assert len(told(registration, "moved")) == 2

    def test_onto_another_occasion_is_refused(self, plan, site, now):
        run = plan(days=(7, 8))
        with pytest.raises(runs.SameTime):
            self.move(run.occasions.first(), site, now, hours=24)

    def test_what_is_called_off_is_not_moved(self, plan, site, now):
        occasion = plan().occasions.get()
        runs.cancel_occasion(occasion=occasion, why="", by=site.editor, now=now)
        with pytest.raises(seats.Closed):
            self.move(occasion, site, now)


class TestCallingOff:
    def test_an_occasion(self, plan, join, site, now, teacher):
        run = plan(days=(7, 14), resources=[teacher])
        registration, first = join(run.quotas.get()), run.occasions.first()
        assert [
            runs.cancel_occasion(occasion=first, why="Ledaren är sjuk", by=site.editor, now=now)
            for _time in range(2)
        ] == [1, 0]
        text = Notice.objects.get(about=registration.about, kind=f"off-{first.pk}").text
        assert (
            "Ring med bild, måndag 30 november klockan 10 till 12, är tyvärr inställt.\n\nLedaren är sjuk."
            in text
        )
        assert Booking.objects.get().source == run.occasions.last().source
        registration.refresh_from_db()
        assert registration.state == Registration.REGISTERED

    def test_a_run_tells_each_party_once_however_many_occasions_are_left(
        self, plan, join, site, now, teacher
    ):
        run = plan(days=(7, 14, 21), resources=[teacher])
        registration = join(run.quotas.get())
        assert [runs.cancel_run(run=run, why="", by=site.editor, now=now) for _time in range(2)] == [1, 0]
        assert told(registration) == [("receipt", "stopped"), ("run-off", "waiting")]
        assert not Booking.objects.exists()
        with pytest.raises(seats.Closed):
            join(run.quotas.get(), way="phone")

    def test_a_run_of_single_occasions_tells_those_of_each(self, plan, join, site, now):
        run = plan(days=(7, 14), joins="single")
        one, other = [join(quota) for quota in run.quotas.all()]
        assert runs.cancel_run(run=run, why="", by=site.editor, now=now) == 2
        assert [told(party, "run-off") for party in (one, other)] == [[("run-off", "waiting")]] * 2

    @pytest.mark.parametrize(
        ("contact", "way"), [("info@solrosen.se", "email"), ("08-465 004 10", "call"), ("", "hand")]
    )
    @pytest.mark.parametrize("what", ["occasion", "run", "moved"])
    def test_the_association_that_holds_it_is_told(self, plan, site, now, what, contact, way):
        solrosen = Organisation.objects.create(name="Solrosen", contact_name="Ordföranden", contact=contact)
        run = plan(host=solrosen, days=(7, 14))
        first = run.occasions.first()
        facts = {"by": site.editor, "now": now}
        done = {
            "occasion": lambda: runs.cancel_occasion(occasion=first, why="Halka", **facts),
            "run": lambda: runs.cancel_run(run=run, why="Halka", **facts),
            "moved": lambda: runs.change_occasion(
                occasion=first, starts_at=first.starts_at + HOUR, ends_at=first.ends_at + HOUR, place=None, resources=[], **facts
            ),
        }  # fmt: skip
        says = {
            "occasion": "Ring med bild, måndag 30 november klockan 10 till 12, är tyvärr inställt.",
            "run": "Hela kursen Ring med bild är tyvärr inställd.",
            "moved": "Nu gäller: måndag 30 november klockan 11 till 13",
        }
        assert "Solrosen får" in planning.told([first.quota_id]).words
        assert done[what]() == 1
        [notice] = Notice.objects.filter(about=run.about)
        assert (notice.way, notice.name, says[what] in notice.text) == (way, "Solrosen, Ordföranden", True)
        assert [one.notice for one in desk.to_tell(run, now)] == ([] if way == "email" else [notice])
        care.purge(now + 400 * DAY)
        notice.refresh_from_db()
        assert (notice.name, notice.text) == ("", "")

    def test_nobody_is_told_of_what_has_been(self, plan, join, site, now):
        run = plan()
        registration = join(run.quotas.get())
        assert runs.cancel_run(run=run, why="", by=site.editor, now=now + 30 * DAY) == 0
        assert told(registration, "run-off") == []

    def test_deleted_only_while_nobody_knows(self, plan, join):
        run, empty = plan(days=(7,)), plan(days=(8,))
        join(run.quotas.get())
        with pytest.raises(seats.CourseError, match="Ställ in"):
            runs.delete_run(run=run)
        runs.delete_run(run=empty)
        assert list(Run.objects.all()) == [run]


class TestSeats:
    @pytest.mark.parametrize(
        ("had", "parties", "wants", "allowed"),
        [(3, 2, 2, True), (3, 2, 1, False), (3, 0, 0, True), (3, 2, None, True)],
    )
    def test_never_fewer_than_are_taken(self, plan, join, site, now, had, parties, wants, allowed):
        quota = plan(seats=had).quotas.get()
        for _party in range(parties):
            join(quota)
        change = {
            "quota": quota,
            "seats": wants,
            "kept": 0,
            "kept_until": None,
            "by": site.editor,
            "now": now,
        }
        if allowed:
            runs.set_seats(**change)
        else:
            with pytest.raises(runs.BelowTaken, match="2 platser är tagna"):
                runs.set_seats(**change)
        quota.refresh_from_db()
        assert quota.seats == (wants if allowed else had)

    def test_more_are_offered_to_the_line_at_once(self, plan, join, site, now):
        quota = plan(seats=1).quotas.get()
        parties = [join(quota) for _party in range(4)]
        runs.set_seats(quota=quota, seats=3, kept=0, kept_until=None, by=site.editor, now=now)
        assert [Registration.objects.get(pk=party.pk).state for party in parties] == [
            "registered", "offered", "offered", "waiting",
        ]  # fmt: skip
