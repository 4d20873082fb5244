"""The year of words: planned, published Monday 08:00 in Stockholm, once."""

import datetime as dt
import re

import pytest

from utbud.learning import actions, queries
from utbud.learning.models import PlannedWeek
from utbud.publishing import actions as publishing
from utbud.publishing.queries import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def approved(site, write, now):
    """A word planned for a week and approved."""

    def approved(title, year, week, at=now):
        word = write(title)
        actions.plan_week(word=word, year=year, week=week, by=site.editor, now=at)
        request = publishing.request_approval(page=word, message="", by=site.editor, now=at)
        publishing.approve(request=request, publisher=site.publisher, by=site.chief, now=at)
        word.refresh_from_db()
        return word

    return approved


def tick(moment):
    """What `utbud schedule` does at ``moment``."""
    return publishing.publish_due(moment) + actions.start_due_weeks(moment)


def week_word():
    planned = queries.week_of_word()
    return planned.word.title if planned else None


@pytest.mark.parametrize(
    ("year", "week", "last_moment_before"),
    [
        (2026, 49, dt.datetime(2026, 11, 30, 6, 59, 59, tzinfo=dt.UTC)),  # winter: 08:00 is 07:00 UTC
        (
            2027,
            13,
            dt.datetime(2027, 3, 29, 5, 59, 59, tzinfo=dt.UTC),
        ),  # the day after the clock went forward
        (2027, 44, dt.datetime(2027, 11, 1, 6, 59, 59, tzinfo=dt.UTC)),  # the day after it went back
        (2026, 53, dt.datetime(2026, 12, 28, 6, 59, 59, tzinfo=dt.UTC)),  # a year of 53 weeks
    ],
)
@pytest.mark.database
def test_the_word_goes_out_monday_at_eight_to_the_second(approved, year, week, last_moment_before):
    word = approved("Molnet", year, week)
    assert (word.live, tick(last_moment_before)) == (False, 0)
    assert (tick(last_moment_before + dt.timedelta(seconds=1)), week_word()) == (1, "Molnet")


def test_the_weeks_word_changes_by_itself(approved, now):
    approved("Molnet", 2026, 48)  # this week: it goes out when it is approved
    approved("Kakor", 2026, 49)
    assert week_word() == "Molnet"
    tick(dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC))
    assert week_word() == "Kakor"


@pytest.mark.database
def test_missed_while_the_machine_was_down_goes_out_once_when_it_is_up(approved):
    for week, title in ((49, "Kakor"), (50, "Podd"), (51, "Virus")):
        approved(title, 2026, week)
    late = dt.datetime(2026, 12, 16, 12, tzinfo=dt.UTC)
    assert [tick(late), tick(late), week_word()] == [3, 0, "Virus"]


def test_not_approved_in_time_goes_out_when_it_is_approved(site, write, now):
    word = write("Kakor")
    actions.plan_week(word=word, year=2026, week=49, by=site.editor, now=now)
    late = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
    assert tick(late) == 0
    request = publishing.request_approval(page=word, message="", by=site.editor, now=late)
    publishing.approve(request=request, publisher=site.publisher, by=site.chief, now=late)
    assert week_word() == "Kakor"
    assert PlannedWeek.objects.get().published_at == late


def test_a_word_that_is_out_can_be_the_weeks_word_again(site, approved, now):
    word = approved("Molnet", 2026, 48)
    approved("Kakor", 2026, 49)
    tick(dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC))
    actions.plan_week(word=word, year=2027, week=20, by=site.editor, now=now)
    spring = dt.datetime(2027, 5, 17, 6, tzinfo=dt.UTC)
    assert (tick(spring - dt.timedelta(seconds=1)), week_word()) == (0, "Kakor")
    assert (tick(spring), week_word()) == (1, "Molnet")


def test_a_withdrawn_word_is_nobodys_word_of_the_week(approved):
    approved("Molnet", 2026, 47, at=dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC))
    word = approved("Kakor", 2026, 48)
    assert week_word() == "Kakor"
    word.unpublish()
    assert week_word() == "Molnet"


@pytest.mark.database
class TestPlanning:
    def plan(self, word, week, *, year=2026, now):
        return actions.plan_week(word=word, year=year, week=week, by=None, now=now)

    @pytest.mark.parametrize(
        ("year", "week", "says"),
        [
            (2026, 54, "finns inte"),
            (2027, 53, "finns inte"),
            (2026, 0, "finns inte"),
            (2026, 46, "redan slut"),
        ],
    )
    def test_weeks_that_cannot_be_planned(self, write, now, year, week, says):
        with pytest.raises(actions.PlanError, match=says):
            self.plan(write(), week, year=year, now=now)

    def test_a_week_taken_twice_says_by_what(self, write, now):
        self.plan(write("Molnet"), 50, now=now)
        with pytest.raises(actions.WeekTaken, match="upptagen av Molnet"):
            self.plan(write("Kakor"), 50, now=now)
        assert [row.word.title for row in PlannedWeek.objects.all()] == ["Molnet"]

    def test_a_word_planned_again_moves(self, write, now):
        word = write()
        self.plan(word, 50, now=now)
        self.plan(word, 51, now=now)
        assert list(PlannedWeek.objects.values_list("week", flat=True)) == [51]

    def test_a_move_to_a_taken_week_leaves_the_word_where_it_was(self, write, now):
        first, second = write("Molnet"), write("Kakor")
        self.plan(first, 50, now=now)
        self.plan(second, 51, now=now)
        with pytest.raises(actions.WeekTaken):
            self.plan(first, 51, now=now)
        assert dict(PlannedWeek.objects.values_list("week", "word__title")) == {50: "Molnet", 51: "Kakor"}

    @pytest.mark.parametrize(
        ("before", "after"),
        [({50: "A", 51: "B"}, {50: "B", 51: "A"}), ({50: "A"}, {51: "A"}), ({51: "B"}, {50: "B"})],
        ids=["two words", "to an empty week", "from an empty week"],
    )
    def test_swap(self, write, now, before, after):
        for week, title in before.items():
            self.plan(write(title), week, now=now)
        actions.swap_weeks(first=(2026, 50), second=(2026, 51), now=now)
        assert dict(PlannedWeek.objects.values_list("week", "word__title")) == after

    def test_two_empty_weeks_have_nothing_to_swap(self, write, now):
        with pytest.raises(actions.PlanError, match="tomma"):
            actions.swap_weeks(first=(2026, 50), second=(2026, 51), now=now)

    def test_a_word_that_has_gone_out_stays_in_its_week(self, approved, now):
        approved("Molnet", 2026, 48)
        with pytest.raises(actions.WeekGone):
            actions.swap_weeks(first=(2026, 48), second=(2026, 51), now=now)
        with pytest.raises(actions.WeekGone):
            actions.clear_week(year=2026, week=48)

    def test_cleared_and_put_back(self, write, now):
        word = write()
        self.plan(word, 50, now=now)
        assert actions.clear_week(year=2026, week=50) == word
        self.plan(word, 50, now=now)
        assert PlannedWeek.objects.count() == 1


@pytest.mark.parametrize(
    ("filled", "missing"),
    [([], [49, 50, 51]), ([49, 51], [50]), ([49, 50, 51], [])],
)
def test_a_warning_when_the_next_three_weeks_are_not_filled(write, now, filled, missing):
    for week in filled:
        actions.plan_week(word=write(f"Ord {week}"), year=2026, week=week, by=None, now=now)
    assert [day.isocalendar().week for day in queries.unfilled_weeks(now)] == missing


def test_the_warning_sees_past_new_year(write):
    december = dt.datetime(2026, 12, 22, 12, tzinfo=dt.UTC)
    actions.plan_week(word=write(), year=2026, week=53, by=None, now=december)
    assert queries.unfilled_weeks(december) == [dt.date(2027, 1, 4), dt.date(2027, 1, 11)]


@pytest.mark.database
def test_the_year_at_a_glance(site, write, approved, now):
    approved("Publicerat", 2026, 48)
    approved("Godkänt", 2026, 49)
    for week, title in ((50, "Väntar"), (51, "Utkast")):
        actions.plan_week(word=write(title), year=2026, week=week, by=site.editor, now=now)
    waiting = PlannedWeek.objects.get(week=50).word
    publishing.request_approval(page=waiting, message="", by=site.editor, now=now)
    rows = queries.year_plan(2026, now=now)
    assert len(rows) == 53
    assert [(row.week, str(row.word or ""), row.stage, row.is_gap) for row in rows[46:52]] == [
        (47, "", None, False),
        (48, "Publicerat", Stage.PUBLISHED, False),
        (49, "Godkänt", Stage.APPROVED, False),
        (50, "Väntar", Stage.WAITING, False),
        (51, "Utkast", Stage.DRAFT, False),
        (52, "", None, True),
    ]


@pytest.mark.database
def test_the_year_costs_the_same_number_of_queries(write, now, django_assert_num_queries):
    for count in (1, 3):
        actions.plan_week(word=write(f"Ord {count}"), year=2026, week=48 + count, by=None, now=now)
        with django_assert_num_queries(2):
            queries.year_plan(2026, now=now)


class TestTheYearsPage:
    def test_it_opens_at_this_week(self, client, site, time_machine, now):
        time_machine.move_to(now, tick=False)
        client.force_login(site.editor)
        answer = client.get("/admin/aret/")
        assert answer["Location"] == "/admin/aret/2026/#nu"
        html = client.get("/admin/aret/2026/").content.decode()
        assert re.findall(r'<tr[^>]*id="nu"[^>]*data-week="([^"]+)"', html) == ["2026-48"]

    def test_what_is_offered_to_be_taken_away_can_be(self, client, site, write, approved, time_machine, now):
        time_machine.move_to(now, tick=False)
        approved("Molnet", 2026, 48)  # out
        approved("Kakor", 2026, 49)
        actions.plan_week(word=write("Podd"), year=2026, week=50, by=site.editor, now=now)
        client.force_login(site.editor)
        html = client.get("/admin/aret/2026/").content.decode()
        assert re.findall(r'value="clear"><input type="hidden" name="week" value="([^"]+)"', html) == [
            "2026-50"
        ]
        with pytest.raises(actions.WouldGoOut):
            actions.clear_week(year=2026, week=49)
        assert actions.clear_week(year=2026, week=50).title == "Podd"


@pytest.mark.database
def test_two_words_trade_weeks_across_new_year(site, approved, now, client, time_machine):
    """The year 2026 has 53 weeks: the Monday after the last is 4 January, week 1 of 2027."""
    time_machine.move_to(now, tick=False)
    last, first = approved("Sista", 2026, 53), approved("Första", 2027, 1)
    client.force_login(site.editor)
    plan = client.get("/admin/aret/2026/").content.decode()
    assert '<option value="2027-1">1 år 2027: Första</option>' in plan
    client.post("/admin/aret/2026/", {"action": "swap", "week": "2026-53", "other": "2027-1"})
    weeks = {row.word.title: (row.year, row.week, str(row.monday)) for row in PlannedWeek.objects.all()}
    assert weeks == {last.title: (2027, 1, "2027-01-04"), first.title: (2026, 53, "2026-12-28")}
    assert tick(dt.datetime(2026, 12, 28, 7, 0, tzinfo=dt.UTC)) == 1
    assert week_word() == "Första"


class TestAGapIsFilled:
    def test_the_week_is_kept_with_the_draft(self, site, client, now, time_machine):
        time_machine.move_to(now, tick=False)
        client.force_login(site.editor)
        url = "/admin/aret/2026/50/skriv/"
        assert url in client.get("/admin/").content.decode()
        assert url in client.get("/admin/aret/2026/").content.decode()
        assert "Skriv ord för vecka 50" in client.get(url).content.decode()
        assert not PlannedWeek.objects.exists()  # a look changes nothing
        answer = client.post(url, {"title": "Nätkaka"})
        planned = PlannedWeek.objects.get()
        assert (planned.year, planned.week, planned.word.title, planned.word.live) == (
            2026,
            50,
            "Nätkaka",
            False,
        )
        assert answer.url == f"/admin/pages/{planned.word_id}/edit/"
        assert "Utkast. Går ut 7 december (vecka 50)" in client.get(answer.url).content.decode()

    def test_a_week_that_was_taken_meanwhile_keeps_what_was_typed(
        self, site, approved, client, now, time_machine
    ):
        time_machine.move_to(now, tick=False)
        approved("Annat", 2026, 50)
        client.force_login(site.editor)
        answer = client.post("/admin/aret/2026/50/skriv/", {"title": "Nätkaka"})
        shown = answer.content.decode()
        assert (answer.status_code, "redan upptagen av Annat" in shown, 'value="Nätkaka"' in shown) == (
            422,
            True,
            True,
        )
        assert not site.index.get_children().filter(title="Nätkaka").exists()

    @pytest.mark.parametrize(
        ("key", "goes"), [("2026-50", "2026-12-07"), ("2027-1", "2027-01-04"), ("nu", None)]
    )
    def test_the_week_is_chosen_where_a_word_is_sent(self, site, write, client, now, time_machine, key, goes):
        time_machine.move_to(now, tick=False)
        word = write()
        client.force_login(site.editor)
        url = f"/admin/godkanna/sida/{word.pk}/"
        assert "Vecka 50, måndag 7 december 2026" in client.get(url).content.decode()
        unsaid = client.post(url, {"message": "Hej där", "when": ""}).content.decode()
        assert ("Välj när det ska gå ut" in unsaid, "Hej där" in unsaid) == (True, True)
        assert not word.approval_requests.exists()  # nothing goes out at once because nobody chose
        client.post(url, {"message": "", "when": key})
        publishing.approve(
            request=word.approval_requests.get(), publisher=site.publisher, by=site.chief, now=now
        )
        word.refresh_from_db()
        at = word.goes_out_at()
        assert (word.live, str(at.date()) if at else None) == (goes is None, goes)

    def test_a_week_that_is_not_free_sends_nothing(self, site, write, approved, client, now, time_machine):
        time_machine.move_to(now, tick=False)
        approved("Annat", 2026, 50)
        word = write()
        client.force_login(site.editor)
        answer = client.post(f"/admin/godkanna/sida/{word.pk}/", {"message": "Hej där", "when": "2026-50"})
        assert (answer.status_code, "Hej där" in answer.content.decode()) == (422, True)
        assert not word.approval_requests.exists()

    def test_a_word_that_has_its_week_or_has_been_out_is_not_asked(
        self, site, write, client, now, time_machine
    ):
        time_machine.move_to(now, tick=False)
        word = write()
        actions.plan_week(word=word, year=2026, week=51, by=site.editor, now=now)
        client.force_login(site.editor)
        shown = client.get(f"/admin/godkanna/sida/{word.pk}/").content.decode()
        assert ("När ska det gå ut?" in shown, "14 december" in shown) == (False, True)
