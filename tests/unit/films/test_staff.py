"""Films in the staff side: the list and what each waits for, a new one, YouTube, the editor."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from utbud.films import staff_queries
from utbud.films.models import FilmPage
from utbud.films.staff_queries import Waits
from utbud.media.models import State
from utbud.publishing import actions as publishing

from .conftest import keep_asset, many
from .test_youtube import CHANNEL, KEY, tube  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]


@pytest.fixture
def staff(client, site):
    client.force_login(site.editor)
    return client


def waits():
    return {row.film.draft_title: row.waits for row in staff_queries.films().rows}


def test_what_each_film_waits_for(film, publish, publish_lists, site, now, film_files):
    film("Utan film", asset=None, captions=[])
    film("Görs i ordning", asset=keep_asset({}, state=State.WORKING))
    film("Utan undertexter", captions=[])
    film("På YouTube utan undertexter", asset=None, youtube_id=KEY, captions=[])
    film("Klar")
    publishing.request_approval(page=film("Hos utgivaren"), message="", by=site.editor, now=now)
    publish(film("Ute"))
    changed = film("Ute och ändrad")
    publish(changed)
    draft = FilmPage.objects.get(pk=changed.pk)
    draft.captions = []
    draft.save_revision(user=site.editor)
    assert waits() == {
        "Utan film": Waits.FILM, "Görs i ordning": Waits.FILM, "Utan undertexter": Waits.CAPTIONS,
        "På YouTube utan undertexter": Waits.CAPTIONS, "Klar": Waits.READY, "Hos utgivaren": Waits.PUBLISHER,
        "Ute": Waits.OUT, "Ute och ändrad": Waits.CAPTIONS,
    }  # fmt: skip
    assert [number for _waits, number in staff_queries.films().counts] == [2, 3, 1, 1, 1]


def test_a_draft_counts_as_it_is_written_and_not_as_the_row_was(film, site):
    page = film("Ny", asset=None, captions=[])
    draft = page.get_latest_revision_as_object()
    draft.asset, draft.captions = keep_asset({}), [[0, 1, "Hej.", ""]]
    draft.save_revision(user=site.editor)
    assert (FilmPage.objects.get(pk=page.pk).asset, waits()) == (None, {"Ny": Waits.READY})


def test_a_film_without_a_revision_counts_as_its_row(site):
    from utbud.films.models import FilmIndexPage

    page = FilmPage(
        title="Bara rad", one_sentence="x", live=False, asset=keep_asset({}), captions=[[0, 1, "Hej.", ""]]
    )
    FilmIndexPage.objects.get().add_child(instance=page)
    assert waits() == {"Bara rad": Waits.READY}


def test_the_list_its_filter_and_its_search(staff, film):
    film("Betala", captions=[])
    film("Ring")
    html = staff.get("/admin/filmer/").content.decode()
    assert ("Undertexter saknas: 1" in html, ">Betala<" in html, ">Ring<" in html) == (True, True, True)
    html = staff.get("/admin/filmer/?vantar=text").content.decode()
    assert (">Betala<" in html, ">Ring<" in html) == (True, False)
    html = staff.get("/admin/filmer/?q=rin").content.decode()
    assert (">Betala<" in html, ">Ring<" in html) == (False, True)
    assert "Ingen film stämmer" in staff.get("/admin/filmer/?q=finnsinte").content.decode()
    assert staff.get("/admin/filmer/?vantar=nonsens&sida=99").status_code == 200


def test_the_same_number_of_queries_at_1_and_3(staff, film):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            assert staff.get("/admin/filmer/").status_code == 200
        return len(seen)

    many(film, 1)
    asked()
    few = asked()
    many(lambda title: film("Mer " + title), 2)
    assert asked() == few


def test_a_new_film_is_a_draft_and_leads_to_the_workshop(staff, site):
    answer = staff.post("/admin/filmer/ny/", {"title": "Betala en räkning", "sentence": "Filmen visar hur."})
    page = FilmPage.objects.get()
    assert (page.live, page.slug, page.one_sentence, page.responsible, page.owner) == (
        False, "betala-en-rakning", "Filmen visar hur.", site.editor, site.editor,
    )  # fmt: skip
    assert page.latest_revision is not None
    assert answer["Location"] == f"/admin/film-och-ljud/{page.pk}/"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"title": "", "sentence": "x"}, "Skriv vad man ska kunna efteråt."),
        ({"title": "x", "sentence": ""}, "Skriv en mening om vad filmen visar."),
        ({"title": "Ämne", "sentence": "x"}, "Titeln går inte att använda."),
    ],
)
def test_what_a_new_film_lacks_is_said_at_the_field(staff, data, says):
    answer = staff.post("/admin/filmer/ny/", data)
    assert (answer.status_code, says in answer.content.decode(), FilmPage.objects.count()) == (422, True, 0)


def test_two_films_of_the_same_title(staff):
    for _turn in range(2):
        staff.post("/admin/filmer/ny/", {"title": "Betala", "sentence": "Hur."})
    assert sorted(FilmPage.objects.values_list("slug", flat=True)) == ["betala", "betala-2"]


def test_a_film_that_is_on_youtube(staff):
    data = {
        "address": f"https://youtu.be/{KEY}?t=3",
        "title": "Ring",
        "sentence": "Hur du ringer.",
        "length": "1:30",
    }
    answer = staff.post("/admin/filmer/youtube/", data)
    page = FilmPage.objects.get()
    assert (page.youtube_id, page.youtube_seconds, page.live) == (KEY, 90.0, False)
    assert answer["Location"] == f"/admin/film-och-ljud/{page.pk}/text/"
    again = staff.post("/admin/filmer/youtube/", data)
    assert (again.status_code, "Filmen finns redan här: «Ring»." in again.content.decode()) == (422, True)
    assert FilmPage.objects.count() == 1


def test_a_channel_s_films_are_chosen_and_become_drafts(staff, tube):  # noqa: F811
    assert staff.get("/admin/filmer/kanal/").status_code == 200
    html = staff.post("/admin/filmer/kanal/", {"channel": CHANNEL}).content.decode()
    assert ("Betala en räkning" in html, "Ring med bild" in html, "2 mars 2026" in html) == (True, True, True)
    none = staff.post("/admin/filmer/kanal/", {"channel": CHANNEL, "bring": "1"}).content.decode()
    assert "Kryssa för minst en film." in none
    done = staff.post("/admin/filmer/kanal/", {"channel": CHANNEL, "bring": "1", "film": [KEY]}, follow=True)
    assert "«Betala en räkning» är ett utkast nu." in done.content.decode()
    html = staff.post("/admin/filmer/kanal/", {"channel": CHANNEL}).content.decode()
    assert ("Betala en räkning</label>" in html, "En film till i flödet finns redan här." in html) == (
        False,
        True,
    )


def test_what_is_wrong_with_a_channel_is_said_at_the_field(staff, tube):  # noqa: F811
    answer = staff.post("/admin/filmer/kanal/", {"channel": "UC" + "b" * 22})
    assert (answer.status_code, "YouTube har ingen sådan kanal." in answer.content.decode()) == (422, True)
    answer = staff.post("/admin/filmer/kanal/", {"channel": "@biblioteket"})
    assert (answer.status_code, "Kopiera kanal-id" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("address", ["", "ny/", "youtube/", "kanal/"])
def test_only_for_those_who_may_write(client, site, address, django_user_model):
    from django.contrib.auth.models import Permission

    assert client.get(f"/admin/filmer/{address}").status_code == 302
    other = django_user_model.objects.create_user("annan", password="demo-demo-demo")
    other.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(other)
    refused = client.get(f"/admin/filmer/{address}")
    assert (refused.status_code, b"<h1" in refused.content) == (
        302,
        False,
    )  # Wagtail leads back to the first page


def test_the_editor_takes_an_address_and_keeps_the_id(staff, film, site):
    page = film(asset=None, youtube_id=KEY, youtube_seconds=90.0)
    html = staff.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert (f'value="{KEY}"' in html, 'value="1:30"' in html, "Texten till filmen" in html) == (
        True,
        True,
        True,
    )
    assert f'href="/admin/film-och-ljud/{page.pk}/"' in html
