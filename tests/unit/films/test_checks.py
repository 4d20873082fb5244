"""What stops a film from being published, and what is only said."""

import pytest

from utbud.films import checks
from utbud.media.models import Asset, State
from utbud.publishing import actions

from .conftest import keep_asset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


def stops(page):
    return [(one.field, one.says) for one in checks.problems_of(page) if one.stops]


def advice(page):
    return {one.field for one in checks.problems_of(page) if not one.stops}


def test_a_film_with_all_that_it_must_have(film):
    assert stops(film()) == []


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"asset": None}, "asset", "Det finns ingen film än."),
        ({"captions": []}, "captions", "DOS-lagen"),
        ({"captions": [[0, 5, "Hej.", ""], [3, 6, "På dig.", ""]]}, "captions", ""),
        ({"captions": [[0, 50, "Hej.", ""]]}, "captions", ""),
        ({"one_sentence": " "}, "one_sentence", "Skriv i en mening"),
        ({"youtube_id": "dQw4w9WgXcQ"}, "youtube_id", "både en egen film och en på YouTube"),
        ({"asset": None, "youtube_id": "dQw4w9WgXcQ", "captions": []}, "captions", "DOS-lagen"),
    ],
)  # fmt: skip
def test_what_stops(film, changes, field, says):
    found = stops(film(**changes))
    assert [one for one, _says in found] == [field]
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.WAITING, "görs fortfarande i ordning"), (State.WORKING, "görs fortfarande i ordning"),
        (State.FAILED, "Filmen är trasig. Spela in den igen."),
    ],
)  # fmt: skip
def test_a_film_that_is_not_ready_stops(film, film_files, state, says):
    waiting = keep_asset({}, state=state, problem="Filmen är trasig. Spela in den igen.")
    [(field, told)] = stops(film(asset=waiting))
    assert (field, says in told) == ("asset", True)


def test_a_film_of_nothing_but_sound_stops(film, film_files):
    assert [field for field, _says in stops(film(asset=keep_asset({"sound": film_files["sound"]})))] == [
        "asset"
    ]


def test_it_is_said_where_one_asks_for_approval(film, client, site, now):
    page = film(captions=[])
    with pytest.raises(actions.BreaksPromise, match="DOS-lagen"):
        actions.request_approval(page=page, message="", by=site.editor, now=now)
    client.force_login(site.editor)
    assert "DOS-lagen" in client.get(f"/admin/godkanna/sida/{page.pk}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"needs": ""}, "needs"),
        ({"seen": ""}, "seen"),
        ({"asset": None, "youtube_id": "dQw4w9WgXcQ"}, "youtube_seconds"),
        ({"asset": None, "youtube_id": "dQw4w9WgXcQ"}, "drawing"),
        ({"one_sentence": "Det här är en mening. Det här är en till."}, "one_sentence"),
        ({}, "topics"),
        ({}, "easy"),
    ],
)
def test_what_is_only_said(film, changes, field):
    assert field in advice(film(**changes))


@pytest.mark.parametrize(
    ("seconds", "chapters", "told"),
    [
        (90, [], []),
        (91, [], ["Filmen är 1 och en halv minut lång och har inga delar."]),
        (
            200,
            [[0, "A"], [100, "B"]],
            ["Delen «A» är 1 och en halv minut.", "Delen «B» är 1 och en halv minut."],
        ),
        (170, [[0, "A"], [80, "B"]], []),
        (200, [[120, "B"]], ["Delen «Början» är 2 minuter."]),
    ],
)
def test_a_part_that_is_longer_than_one_follows(film, film_files, seconds, chapters, told):
    page = film(asset=keep_asset(film_files, seconds=seconds), chapters=chapters)
    found = [one.says for one in checks.problems_of(page) if one.field == "chapters"]
    assert [says.split(". ")[0].removesuffix(".") + "." for says in found] == told


def test_what_was_noticed_when_it_was_made_is_told(film, asset):
    Asset.objects.filter(pk=asset.pk).update(remarks=["Bilden är svart i 12 sekunder."])
    asset.refresh_from_db()
    assert [one.says for one in checks.problems_of(film()) if one.field == "asset"] == [
        "Bilden är svart i 12 sekunder."
    ]
