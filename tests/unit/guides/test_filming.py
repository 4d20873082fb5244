"""A guide becomes a film by itself: once, with exact words and times, as a draft like any other."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django_tasks import TaskResultStatus

from tests.unit.guides.conftest import screenshot, step
from utbud.films import actions as films
from utbud.films.checks import problems_of
from utbud.films.models import FilmPage
from utbud.formats import guide_film
from utbud.formats.content import Item, Sender, Step
from utbud.formats.speech import Espeak, narrate
from utbud.guides import tasks
from utbud.guides.actions import filming
from utbud.guides.models import GuidePage
from utbud.media import captions, encode
from utbud.media.models import Asset
from utbud.publishing import actions as publishing

SENDER = Sender(
    name="Biblioteket",
    phone="08-465 004 00",
    address="Storgatan 1",
    drop_in="",
    base_url="https://example.org",
    accent="#0B5A5E",
)
DATE = dt.date(2026, 11, 23)
TOLD = {"needs": ["en mobil"], "takes": "5 minuter", "done": "Du är klar."}


def an_item(*steps):
    return Item(
        kind="Guide",
        title="Swisha",
        lead="Så gör du.",
        path="/guider/swisha/",
        version="",
        date=DATE,
        steps=steps,
    )


# --- what is said -------------------------------------------------------------------------------


def test_it_says_what_one_needs_then_each_step_then_whom_to_call():
    scenes = guide_film.scenes(
        an_item(Step(action="Öppna appen", right="Den är blå."), Step(action="Ring.")), SENDER, **TOLD
    )
    assert [(scene.title, scene.sentences, scene.step) for scene in scenes] == [
        ("Det här behöver du", ("Swisha.", "Det här behöver du: en mobil.", "Det tar ungefär 5 minuter."), 0),
        ("1. Öppna appen", ("Steg 1: Öppna appen.", "Den är blå."), 1),
        ("2. Ring", ("Steg 2: Ring.",), 2),
        ("När det är klart", ("Du är klar.", "Ring eller kom förbi.", "Biblioteket, 08-465 004 00."), 0),
    ]


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ([], "Swisha."),
        (["en mobil"], "Det här behöver du: en mobil."),
        (["en mobil", "wifi"], "Det här behöver du: en mobil och wifi."),
        (["en mobil", "ett kort", "wifi"], "Det här behöver du: en mobil, ett kort och wifi."),
        (["en mobil, laddad", "wifi"], "Det här behöver du: en mobil, laddad; och wifi."),
    ],
)
def test_what_one_needs_is_said_as_people_say_it(needs, said):
    opening = guide_film.scenes(an_item(Step(action="Ring.")), SENDER, needs=needs, takes="", done="")[0]
    assert opening.sentences[-1] == said


def test_what_a_step_looks_like_is_told_while_there_is_time():
    steps = [Step(action=f"Tryck på knapp {n}.", right="Då ser du en bild av något. " * 4) for n in range(9)]
    scenes = guide_film.scenes(an_item(*steps), SENDER, **TOLD)
    told = [bool(scene.right) for scene in scenes]
    assert told[1:-1] == sorted(told[1:-1], reverse=True)  # the first of them, and no other
    assert 0 < sum(told) < 9
    assert guide_film.length(scenes) <= guide_film.SAFE


def test_each_still_comes_when_its_words_do():
    scenes = guide_film.scenes(
        an_item(Step(action="Öppna appen", right="Den är blå."), Step(action="Ring.")), SENDER, **TOLD
    )
    narration = narrate(guide_film.sentences(scenes), Espeak())
    stills = guide_film.shown(scenes, narration)
    assert [(one.scene.step, one.right, one.soft) for one in stills] == [
        (0, False, False), (1, False, True), (1, True, False), (2, False, True), (0, False, True),
    ]  # fmt: skip
    assert stills[0].start == 0.0
    assert [round(narration.marks[at] - one.start, 2) for at, one in zip((3, 4, 5, 6), stills[1:], strict=True)] == [
        0.24, 0.12, 0.24, 0.24,
    ]  # fmt: skip


# --- the film -----------------------------------------------------------------------------------


@pytest.fixture
def guide(write_guide):
    return write_guide(
        "Ring",
        needs="En mobil",
        done="Klart.",
        steps=[
            step("Öppna appen.", "Den är blå.", picture=screenshot(), alt="En app är markerad."),
            step("Ring oss."),
        ],
    )


@pytest.mark.django_db
def test_it_is_made_once_and_again_when_the_guide_has_changed(guide, site, now, monkeypatch):
    monkeypatch.setattr(
        encode, "SIZES", {"480p": 240}
    )  # what readers get is tried in media, and quicker made small
    film = filming.film_of(guide=guide, by=site.editor, now=now)
    draft = film.get_latest_revision_as_object()
    assert (film.live, draft.asset.state, draft.captions_from) == (False, "ready", "script")
    assert [chapter.title for chapter in draft.chapter_list] == [
        "Det här behöver du", "1. Öppna appen", "2. Ring oss", "När det är klart",
    ]  # fmt: skip
    assert " ".join(" ".join(cue.text.split()) for cue in draft.cues) == " ".join(draft.script.split())
    assert captions.problems(draft.cues, draft.seconds) == []
    assert [one.says for one in problems_of(draft) if one.stops] == []
    assert draft.seen == "Steg 1: En app är markerad."
    assert GuidePage.objects.get().get_latest_revision_as_object().film == film
    assert draft.asset.about["width"] == 1280
    assert abs(draft.asset.about["loudness"]["before"] + 16) <= 1

    guide.refresh_from_db()
    assert filming.is_as_the_guide(guide, film)
    assert filming.film_of(guide=guide, by=site.editor, now=now) == film
    assert (FilmPage.objects.count(), Asset.objects.count()) == (1, 1)

    changed = guide.get_latest_revision_as_object()
    changed.steps = [step("Ring oss.")]
    changed.save_revision(user=site.editor)
    guide.refresh_from_db()
    assert not filming.is_as_the_guide(guide, film)
    assert filming.film_of(guide=guide, by=site.editor, now=now) == film
    assert (FilmPage.objects.count(), Asset.objects.count()) == (1, 2)
    again = FilmPage.objects.get().get_latest_revision_as_object()
    assert [chapter.title for chapter in again.chapter_list][1:-1] == ["1. Ring oss"]


@pytest.mark.django_db
def test_what_cannot_be_a_film_is_told(write_guide, site, now):
    with pytest.raises(filming.NothingToFilm):
        filming.film_of(guide=write_guide(steps=[]), by=site.editor, now=now)
    long = write_guide(
        title="Lång", steps=[step("Läs hela den långa texten på skärmen i lugn och ro.") for _n in range(30)]
    )
    with pytest.raises(filming.TooLong, match="90 sekunder"):
        filming.film_of(guide=long, by=site.editor, now=now)
    assert (FilmPage.objects.count(), Asset.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_guide_that_waits_for_approval_is_left_as_it_is(write_guide, site, now, no_files):
    guide, film = write_guide(), films.start(title="Film", sentence="En film.", by=site.editor)
    request = publishing.request_approval(page=guide, message="", by=site.editor, now=now)
    filming._link(guide, film, site.editor)
    request.refresh_from_db()
    assert request.voided_at is None
    assert GuidePage.objects.get(pk=guide.pk).get_latest_revision_as_object().film is None


# --- the staff's page ---------------------------------------------------------------------------


@pytest.fixture
def jobs(monkeypatch):
    """The jobs there are, and those that are asked for."""
    found, asked = [], []
    rows = SimpleNamespace(filter=lambda **_what: SimpleNamespace(order_by=lambda _by: found))
    monkeypatch.setattr(tasks, "DBTaskResult", SimpleNamespace(objects=rows))
    monkeypatch.setattr(
        tasks, "make_film", SimpleNamespace(module_path="x", enqueue=lambda **what: asked.append(what))
    )
    return SimpleNamespace(found=found, asked=asked)


def a_job(guide, status, now, error=""):
    return SimpleNamespace(
        args_kwargs={"kwargs": {"guide_id": guide.pk}},
        status=status,
        started_at=now,
        exception_class_path=error,
        traceback=f"Traceback\n  …\n{error}: Dela den i två." if error else "",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "minutes", "error", "making", "why"),
    [
        (None, 0, "", tasks.Making.OVER, ""),
        (TaskResultStatus.READY, 0, "", tasks.Making.WAITS, ""),
        (TaskResultStatus.RUNNING, 1, "", tasks.Making.GOES_ON, ""),
        (TaskResultStatus.RUNNING, 20, "", tasks.Making.FAILED, ""),  # its worker was killed
        (TaskResultStatus.SUCCESSFUL, 1, "", tasks.Making.OVER, ""),
        (
            TaskResultStatus.FAILED,
            1,
            "utbud.guides.actions.filming.TooLong",
            tasks.Making.FAILED,
            "Dela den i två.",
        ),
        (TaskResultStatus.FAILED, 1, "builtins.OSError", tasks.Making.FAILED, ""),
    ],
)
def test_the_page_says_how_it_goes(guide, jobs, now, status, minutes, error, making, why):
    if status:
        jobs.found.append(a_job(guide, status, now - dt.timedelta(minutes=minutes), error))
    assert tasks.making_of(guide, now) == (making, why)


@pytest.mark.django_db
def test_it_is_asked_for_once(guide, jobs, site, client, now):
    client.force_login(site.editor)
    address = reverse("guides_film", args=[guide.pk])
    assert "Gör en film av guiden" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert jobs.asked == [{"guide_id": guide.pk, "by_id": site.editor.pk}]
    jobs.found.append(a_job(guide, TaskResultStatus.READY, now))
    client.post(address)
    assert len(jobs.asked) == 1
    page = client.get(address).content.decode()
    assert "väntar på sin tur" in page
    assert client.get(reverse("guides_film_state", args=[guide.pk])).json() == {"over": False}


@pytest.mark.django_db
def test_one_who_may_not_write_guides_may_not_film_them(guide, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ingen", password="x"))
    for name in ("guides_film", "guides_film_state"):
        assert client.get(reverse(name, args=[guide.pk])).status_code in (302, 403)
