"""The board: from idea to feed, who does what, by when."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from utbud.podcast import checks, production
from utbud.podcast.actions import board
from utbud.podcast.actions.board import Plan
from utbud.podcast.models import EpisodePage, Guest, ProductionStep, ShowPage, Step
from utbud.web import today

DAY = dt.date(2026, 11, 23)


@pytest.fixture
def idea(show, site, now):
    """``idea("Molnet")`` is an episode that somebody has thought of."""

    def idea(title="Molnet", sentence="Vi talar om molnet."):
        return board.new_episode(show=show, title=title, one_sentence=sentence, by=site.editor, now=now)

    return idea


def row_of(episode, day=DAY):
    return next(
        one for one in production.board(production.in_the_making(), today=day) if one.episode.pk == episode.pk
    )


def steps_of(episode, day=DAY):
    """The steps that are done, by name."""
    return [cell.name for cell in row_of(episode, day).cells if cell.done]


def save(episode, site, **fields):
    draft = EpisodePage.objects.get(pk=episode.pk).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save_revision(user=site.editor)


class TestTheWay:
    def test_an_idea_is_a_draft_with_its_first_step_done(self, idea):
        episode = idea()
        row = row_of(episode)
        assert (episode.live, episode.slug, episode.number, str(row.stage)) == (False, "molnet", 1, "utkast")
        assert steps_of(episode) == ["Idé"]
        assert row.next.name == "Manus"

    def test_the_next_has_the_next_number_and_an_address_of_its_own(self, idea):
        made = [idea(), idea(), idea("Rss")]
        assert [(one.slug, one.number) for one in made] == [("molnet", 1), ("molnet-2", 2), ("rss-2", 3)]

    @pytest.mark.parametrize(
        ("what", "done"),
        [
            ("nothing", ["Idé"]),
            ("captions", ["Idé", "Textversion"]),
            ("asset", ["Idé", "Inspelat"]),
            ("both", ["Idé", "Inspelat", "Textversion"]),
        ],
    )
    def test_what_the_draft_shows_is_done(self, idea, site, asset, what, done):
        episode, fields = idea(), {}
        if what in ("captions", "both"):
            fields["captions"] = [[0.0, 2.0, "Hej.", ""]]
        if what in ("asset", "both"):
            fields["asset"] = asset()
        save(episode, site, **fields)
        assert steps_of(episode) == done

    def test_who_and_by_when(self, idea, site, now):
        episode = idea()
        plans = [
            Plan(step=Step.IDEA, done=True),
            Plan(step=Step.SCRIPT, who=site.colleague, due_on=DAY + dt.timedelta(days=3), note="två frågor"),
            Plan(step=Step.EDITED, due_on=DAY - dt.timedelta(days=1)),
        ]
        board.plan(episode=episode, plans=plans, by=site.editor, now=now)
        told = {cell.name: (cell.says, cell.late, cell.note) for cell in row_of(episode).cells}
        assert told["Manus"] == (f"{site.colleague}, senast 26 november 2026", False, "två frågor")
        assert told["Klippt"] == ("senast 22 november 2026", True, "")
        assert told["Inspelat"] == ("Inte planerat", False, "")

    def test_who_marked_a_step_stays_until_it_is_unmarked(self, idea, site, now):
        episode, later = idea(), now + dt.timedelta(days=1)

        def marked():
            return [(row.done_at, row.done_by) for row in ProductionStep.objects.filter(step=Step.SCRIPT)]

        for done, by, at in (
            (True, site.editor, now),
            (True, site.colleague, later),
            (False, site.editor, later),
        ):
            board.plan(episode=episode, plans=[Plan(step=Step.SCRIPT, done=done)], by=by, now=at)
            if done:
                assert marked() == [(now, site.editor)]
        assert marked() == [(None, None)]

    def test_the_same_number_of_queries_for_one_and_for_many(self, idea, site, now):
        def asked():
            with CaptureQueriesContext(connection) as made:
                rows = production.board(production.in_the_making(), today=DAY)
                assert all(row.cells for row in rows)
            return len(made)

        def add(count):
            for number in range(count):
                plans = [Plan(step=step, who=site.editor, due_on=DAY) for step in Step]
                board.plan(episode=idea(f"Nummer {number}"), plans=plans, by=site.editor, now=now)

        add(1)
        few = asked()
        add(2)
        assert asked() == few


class TestToday:
    @pytest.mark.parametrize(
        ("days", "done", "told"),
        [
            (3, False, [("Du och podden", False, ["Manus: Molnet"])]),
            (-1, False, [("Du och podden", True, ["Manus: Molnet"])]),
            (8, False, []),
            (3, True, []),
        ],
    )
    def test_a_step_of_mine_within_a_week(self, idea, site, now, days, done, told):
        plan = Plan(step=Step.SCRIPT, who=site.colleague, due_on=DAY + dt.timedelta(days=days), done=done)
        board.plan(episode=idea(), plans=[plan], by=site.editor, now=now)
        groups = [one for one in today.today_for(site.colleague, now) if one.title == "Du och podden"]
        assert [(one.title, one.urgent, [task.title for task in one.tasks]) for one in groups] == told
        assert not [one for one in today.today_for(site.editor, now) if one.title == "Du och podden"]


class TestWhatStops:
    def stops(self, episode):
        return [problem.says for problem in checks.problems_of(episode) if problem.stops]

    def test_an_episode_lacks_sound_text_and_consent(self, idea, asset):
        episode = idea()
        episode.guests.add(Guest(name="Gäst", role="guest"), Guest(name="Värd", role="host"))
        no_sound = "Spela in eller ladda upp ljudet i Verkstaden."
        no_text = "Avsnittet har ingen textversion. Utan den får det inte publiceras: lagen säger att alla ska kunna ta del av det."
        no_yes = "Skriv vilken dag Gäst sa ja till att vara med."
        assert self.stops(episode) == [no_sound, no_yes]
        episode.asset = asset()
        assert self.stops(episode) == [no_text, no_yes]
        episode.captions = [[0.0, 2.0, "Hej och välkomna.", "Värd"]]
        episode.guests.first().consent_on = DAY
        assert self.stops(episode) == []

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({}, None),
            ({"description": " "}, "description"),
            ({"description": "å" * 2001}, "description"),
            ({"category": "Utbildning"}, "category"),
            ({"subcategory": "Books"}, "subcategory"),
        ],
    )
    def test_a_show_that_podcast_apps_would_refuse(self, db, fields, field):
        show = ShowPage(**{"title": "Podd", "description": "Om det som är på riktigt."} | fields)
        assert [problem.field for problem in show.problems() if problem.stops] == ([field] if field else [])


class TestPages:
    def test_an_idea_is_written_planned_and_seen(self, client, site, show):
        client.force_login(site.editor)
        answer = client.post(
            reverse("podcast_new"), {"title": "Lösenord", "one_sentence": "Tre ord räcker."}, follow=True
        )
        assert "«Lösenord» står på tavlan." in answer.content.decode()
        episode = EpisodePage.objects.get(slug="losenord")
        plan = {"script-who": site.colleague.pk, "script-due_on": "2026-12-03", "idea-done": "on"}
        answer = client.post(reverse("podcast_plan", args=[episode.pk]), plan, follow=True)
        text = " ".join(answer.content.decode().split())
        assert f"{site.colleague}, senast 3 december 2026" in text
        assert "Nästa: Manus" in text

    @pytest.mark.parametrize(
        ("data", "field"),
        [({"title": "", "one_sentence": "x"}, "title"), ({"title": "x", "one_sentence": ""}, "one_sentence")],
    )
    def test_an_idea_without_a_name_or_a_sentence_is_asked_for(self, client, site, show, data, field):
        client.force_login(site.editor)
        answer = client.post(reverse("podcast_new"), data)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert not EpisodePage.objects.exists()

    def test_a_date_that_is_none_is_told_beside_its_field(self, client, site, idea):
        client.force_login(site.editor)
        answer = client.post(reverse("podcast_plan", args=[idea().pk]), {"script-due_on": "snart"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["script-due_on"])

    def test_before_there_is_a_podcast_the_board_says_what_to_do(self, client, site):
        client.force_login(site.editor)
        assert "Det finns ingen podd än." in client.get(reverse("podcast_board")).content.decode()

    def test_the_editors_open_with_their_help(self, client, site, show, idea):
        client.force_login(site.editor)
        for page in (show, idea()):
            assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200

    def test_strangers_see_nothing(self, client, idea):
        for url in (
            reverse("podcast_board"),
            reverse("podcast_new"),
            reverse("podcast_plan", args=[idea().pk]),
        ):
            assert client.get(url).status_code == 302
