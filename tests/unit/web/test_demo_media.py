"""Guides, films and the podcast of the demo: true to what we ask of others, out at once or not at all."""

import datetime as dt
import re
import wave
from types import SimpleNamespace

import pytest

from utbud.base import dates
from utbud.base.plain_language import EASY_AT_MOST, WARN_OVER, readability
from utbud.films.models import FilmPage
from utbud.formats import actions as formats
from utbud.formats import guide_film, typeset
from utbud.formats.speech import LONGER, Espeak, narrate
from utbud.guides.checks import is_more_than_one
from utbud.guides.models import GuidePage
from utbud.learning.models import Recheck
from utbud.media import captions
from utbud.podcast.models import EpisodePage, ShowPage
from utbud.publishing.files import sender
from utbud.web import demo, demo_courses, demo_media, demo_sound
from utbud.web import demo_files as files

GUIDES = files.read_all("guides")
EPISODES = {slug: row for slug, row in files.read_all("podcast").items() if slug != "show"}
DRAWINGS = files.FOLDER / "drawings"


def lix(text):
    return readability(text).lix


# --- the data files -----------------------------------------------------------------------------


def test_there_are_twelve_guides_six_films_and_three_episodes():
    assert (len(GUIDES), sum(row["film"] for row in GUIDES.values()), len(EPISODES)) == (12, 6, 3)


@pytest.mark.parametrize("slug", GUIDES)
def test_a_guide_says_what_one_needs_and_one_thing_at_a_time(slug):
    row = GUIDES[slug]
    assert 5 <= len(row["steps"]) <= 9
    assert row["needs"]
    assert row["done"]
    assert [step["action"] for step in row["steps"] if is_more_than_one(step["action"])] == []
    assert all(step["right"] and step["wrong"] for step in row["steps"])


@pytest.mark.parametrize("slug", GUIDES)
def test_a_guide_is_easy_to_read(slug):
    row = GUIDES[slug]
    texts = [row["one_sentence"], row["done"], *row["needs"]]
    texts += [step[name] for step in row["steps"] for name in ("action", "right", "wrong")]
    # Of a few words LIX says little (learning.checks).
    assert [text for text in texts if readability(text).words >= 8 and lix(text) > WARN_OVER] == []
    assert lix("\n".join(texts)) <= EASY_AT_MOST
    assert lix(row["easy"]) <= EASY_AT_MOST
    assert len(row["one_sentence"]) <= 160


@pytest.mark.parametrize("slug", GUIDES)
def test_every_step_has_a_drawing_that_is_told_in_words(slug, tmp_path):
    steps = GUIDES[slug]["steps"]
    assert all(20 <= len(step["alt"]) <= 200 for step in steps)
    for number in range(1, len(steps) + 1):
        content = (DRAWINGS / f"guider/{slug}-{number}.svg").read_text()
        assert 'viewBox="0 0 400 300"' in content
        assert not re.search(
            r"<(text|script|image|style)\b|href=", content
        )  # no font, nothing from elsewhere
    drawn = typeset.picture_in(content.encode(), tmp_path, "one")
    assert drawn == {"file": "one.svg", "ratio": pytest.approx(4 / 3, abs=0.01)}


def test_no_drawing_is_unused():
    used = {
        f"{slug}-{number}" for slug, row in GUIDES.items() for number, _step in enumerate(row["steps"], 1)
    }
    assert {path.stem for path in (DRAWINGS / "guider").glob("*")} == used


def test_what_guides_and_services_name_is_there():
    topics = {row["slug"] for row in files.read("topics.yaml")}
    partners = {row["key"] for row in files.read("organisations.yaml")}
    named = files.read("services.yaml")
    for row in [*GUIDES.values(), *EPISODES.values()]:
        assert set(row["topics"]) <= topics
        assert (DRAWINGS / f"{row['drawing']}.svg").is_file()
        assert set(row.get("partners", ())) <= partners
        assert set(row.get("services", ())) <= {one["name"] for one in named}
    for one in named:
        for folder in ("words", "courses"):
            assert all((files.FOLDER / folder / f"{slug}.yaml").is_file() for slug in one.get(folder, ()))


@pytest.mark.parametrize("slug", EPISODES)
def test_an_episode_is_two_people_who_talk_plainly_for_two_or_three_minutes(slug):
    row = EPISODES[slug]
    lines = [line for chapter in row["chapters"] for line in chapter["lines"]]
    assert {who for who, _said in lines} == {guest["name"] for guest in row["guests"]}
    assert len(row["guests"]) == 2 == len({demo_sound.VOICES[guest["name"]] for guest in row["guests"]})
    assert 300 <= sum(readability(said).words for _who, said in lines) <= 480
    assert lix("\n".join(said for _who, said in lines)) <= EASY_AT_MOST
    assert lix(row["easy"]) <= EASY_AT_MOST
    assert "gjorda av en dator" in row["notes"]


@pytest.mark.parametrize("name", ["guide_index", "film_index", "podcast_index"])
def test_the_lists_begin_in_plain_words(name):
    assert lix(files.read(f"{name}.yaml")["intro"]) <= WARN_OVER


# --- the sound ----------------------------------------------------------------------------------


def test_a_conversation_is_exact_in_text_and_time(tmp_path):
    chapters = [
        {"title": "Hej", "lines": [["Maja", "Hej Rune."], ["Rune", "Hej hej."]]},
        {"title": "Hej då", "lines": [["Maja", "Nu går vi hem."]]},
    ]
    made = demo_sound.write(chapters, tmp_path / "made.wav")
    with wave.open(str(tmp_path / "made.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(made.seconds)
    assert [(cue.speaker, cue.text) for cue in made.cues] == [
        ("", "[Poddens melodi]"),
        ("Maja", "Hej Rune."),
        ("Rune", "Hej hej."),
        ("Maja", "Nu går vi hem."),
        ("", "[Poddens melodi]"),
    ]
    assert captions.problems(made.cues, made.seconds) == []
    first, second = made.chapters
    assert (first.start, first.title, second.title) == (0.0, "Hej", "Hej då")
    assert made.cues[2].end < second.start <= made.cues[3].start
    assert made.script == "Maja: Hej Rune.\n\nRune: Hej hej.\n\nMaja: Nu går vi hem."


def test_a_note_begins_and_ends_without_a_click():
    notes = demo_sound.notes(demo_sound.TUNE, 22_050, LONGER)
    assert abs(notes[0]) < 50 > abs(notes[-1])
    assert 3000 < max(map(abs, notes)) < 16_000


# --- loaded -------------------------------------------------------------------------------------

THURSDAY = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def loaded(site, no_files, monkeypatch):
    """The guides and the podcast in a site; what was asked of the slow worker is counted, not done."""
    asked = []
    for name in ("make_film", "make_episode"):
        monkeypatch.setattr(demo_media, name, SimpleNamespace(enqueue=lambda slug: asked.append(slug)))

    def publish(page, moment):
        demo.approve_and_publish(page, site.editor, site.publisher, moment)

    demo._topics()
    demo_media.services()
    for row in files.read("organisations.yaml"):
        row.pop("key")
        demo_courses._host(row)
    told = demo_media.load(editor=site.editor, publish=publish, now=THURSDAY)
    return SimpleNamespace(told=told, asked=asked)


@pytest.mark.django_db
def test_guides_are_out_at_once_and_nothing_half_made_is(loaded):
    """And it shows what must be looked at; the film with most to say keeps to its time. All of one load, which takes time."""
    assert loaded.told == (12, 9)
    assert len(set(loaded.asked)) == 9
    assert GuidePage.objects.live().count() == 12
    assert FilmPage.objects.count() == 0
    assert not EpisodePage.objects.live().exists()
    assert ShowPage.objects.live().get().public_path == "/podd/ofiktion/"
    for guide in GuidePage.objects.all():
        # Before the words are there, names that they explain are thought to be rare.
        told = [
            one.says
            for one in guide.problems()
            if one.stops or not one.says.startswith(("Ovanliga", "Långa"))
        ]
        # One waits for its partner, and is about a service that has changed.
        assert len(told) == (2 if guide.slug == "las-post-i-kivra" else 0), told
    today = dates.local(THURSDAY).date()
    assert [guide.slug for guide in GuidePage.objects.filter(review_by__lt=today)] == ["boka-tid-pa-1177"]
    assert [one.page.slug for one in Recheck.objects.all()] == ["las-post-i-kivra"]
    guide = GuidePage.objects.get(slug="stoppa-en-bluff")
    assert [str(one) for one in guide.services.all()] == ["BankID"]
    assert [one.organisation.logo is not None for one in guide.partners.all()] == [True]
    assert guide.first_published_at == THURSDAY - dt.timedelta(weeks=3)
    coming = EpisodePage.objects.filter(captions=[]).exclude(slug__in=EPISODES)
    assert sorted(len(one.production.exclude(done_at=None)) for one in coming) == [1, 1, 3]
    guide = GuidePage.objects.get(slug="stoppa-en-bluff")  # the one with most to say
    item, who = guide.as_item(), sender()
    told = {"needs": guide.needs.splitlines(), "takes": guide.takes, "done": guide.done}
    scenes = guide_film.scenes(item, who, **told)
    narration = narrate(guide_film.sentences(scenes), Espeak())
    assert guide_film.seconds(narration) <= guide_film.LONGEST
    stills = guide_film.shown(scenes, narration)
    made = guide_film.pictures(stills, item, who, kind="Film", files=formats.pictures_of(item, who), **told)
    assert len(made) == len(stills) == 2 + len(guide.steps) + sum(bool(scene.right) for scene in scenes)
