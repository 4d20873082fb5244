"""«Verkstaden»: what stands in it at each step, and what its buttons do to the draft."""

import subprocess

import pytest
from django.test import Client
from django.urls import reverse

from utbud.films.models import FilmIndexPage, FilmPage
from utbud.formats import sound
from utbud.media import recorded, workshop
from utbud.media.actions import processing, uploads
from utbud.media.models import Asset, Upload, Version
from utbud.media.words import length_words, size_words


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.fixture
def film(site):
    index = FilmIndexPage.objects.get()
    page = FilmPage(title="Ringa med bild", slug="ringa-med-bild", live=False, owner=site.editor)
    index.add_child(instance=page)
    page.save_revision(user=site.editor, clean=False)
    return page


@pytest.fixture
def client(site):
    client = Client()
    client.force_login(site.editor)
    return client


def asset(page, site, *, versions=("720p", "sound", "poster-1.000"), state="ready", seconds=60.0, **facts):
    """What the work on a file ends in, given to the draft."""
    facts = {"original": "private/originals/a.mp4", "about": {"original_seconds": 60.0}} | facts
    made = Asset.objects.create(
        kind="film", name="a.mp4", bytes=1_400_000, state=state, seconds=seconds, **facts
    )
    for name in versions:
        Version.objects.create(
            asset=made, name=name, file=f"{name}.mp4", content_type="video/mp4", bytes=1, digest="d" * 64
        )
    uploads.give(page=page, asset=made, by=site.editor)
    return made


def draft(page):
    return FilmPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def shown(client, page):
    response = client.get(reverse("media_workshop", args=[page.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


class TestWhatStandsThere:
    @pytest.mark.parametrize(
        ("facts", "says"),
        [
            ({"state": "waiting"}, "Väntar på sin tur."),
            ({"state": "working", "progress": 40, "versions": ("sound",)}, "Bearbetas: 40 procent.</span> <span data-done>Gjort hittills: ljud."),
            ({"state": "failed", "problem": "Filen är ingen film."}, "<strong>Gick inte att använda.</strong> Filen är ingen film."),
            ({"remarks": ["Bilden är svart i 12 sekunder."]}, "Bilden är svart i 12 sekunder."),
            ({}, "Klar, 1 min 0 s lång."),
            ({"trim_start": 5.0}, "Den är klippt. Hela originalet är kvar."),
        ],
    )  # fmt: skip
    def test_how_far_it_has_come(self, client, film, site, facts, says):
        asset(film, site, **facts)
        assert says in shown(client, film)

    def test_the_script_that_asks_gets_the_same(self, client, film, site):
        asset(film, site, state="working", progress=40)
        answer = client.get(reverse("media_state", args=[film.pk])).json()
        assert (answer["says"], answer["progress"], answer["over"]) == ("Bearbetas: 40 procent.", 40, False)

    def test_what_stops_the_approval_and_where_it_is_mended(self, client, film, site):
        from utbud.publishing.models import Problem

        FilmPage.problems_of, kept = staticmethod(lambda page: [
            Problem("captions", "Skriv undertexter.", stops=True), Problem("title", "Ett råd."),
        ]), FilmPage.__dict__.get("problems_of")  # fmt: skip
        try:
            text = shown(client, film)
        finally:
            if kept is None:
                del FilmPage.problems_of
            else:
                FilmPage.problems_of = kept
        assert "<strong>Undertexter:</strong> Skriv undertexter." in text
        assert "Ett råd." not in text
        assert reverse("publishing_request", args=[film.pk]) in text

    def test_an_upload_of_ones_own_and_of_others(self, client, film, site, now):
        for who, name in ((site.editor, "min.mp4"), (site.colleague, "annans.mp4")):
            uploads.begin(
                kind="film", name=name, size=2_000_000, recorded=False, page_id=film.pk, by=who, now=now
            )
        text = shown(client, film)
        assert "<strong>min.mp4</strong> är inte helt uppladdad: 0 kB av 2 MB har kommit (0 procent)." in text
        assert "kollega håller på med «annans.mp4». 0 kB har kommit." in text
        assert text.count("Ta bort") == 1

    @pytest.mark.parametrize(
        ("video", "says"), [("", "Filmen finns redan på YouTube"), ("dQw4w9WgXcQ", "Ändra filmen på YouTube")]
    )
    def test_a_film_may_be_on_youtube_already(self, client, film, site, video, says):
        film.youtube_id = video
        film.save_revision(user=site.editor, clean=False)
        edit = reverse("wagtailadmin_pages:edit", args=[film.pk])
        assert f'href="{edit}#tab-youtube">{says}</a>' in shown(client, film)

    def test_other_apps_have_links_there(self, client, film, monkeypatch):
        monkeypatch.setattr(workshop, "_makers", {})
        workshop.register(lambda page: [("Gör en guide av filmen", f"/admin/guide/{page.pk}/")])
        assert f'href="/admin/guide/{film.pk}/">Gör en guide av filmen</a>' in shown(client, film)


class TestTrim:
    def trim(self, client, film, **fields):
        return client.post(reverse("media_trim", args=[film.pk]), fields)

    @pytest.fixture(autouse=True)
    def _no_work(self, monkeypatch):
        monkeypatch.setattr(processing, "_ask", lambda asset: None)

    @pytest.mark.parametrize(
        ("was", "asked", "becomes"),
        [
            ((None, None, 60), {"start": "5", "end": "60"}, (5.0, None)),
            ((None, None, 60), {"start": "0", "end": "50,5"}, (None, 50.5)),
            ((None, None, 60), {"start": "5", "end": "50"}, (5.0, 50.0)),
            ((10.0, 50.0, 40), {"start": "5", "end": "40"}, (15.0, 50.0)),
            ((10.0, 50.0, 40), {"start": "5", "end": "30"}, (15.0, 40.0)),
            ((10.0, 50.0, 40), {"start": "5", "end": "30", "whole": "1"}, (0.0, 60.0)),
        ],
    )
    def test_times_are_of_what_is_shown(self, client, film, site, was, asked, becomes):
        start, end, seconds = was
        asset(film, site, trim_start=start, trim_end=end, seconds=seconds)
        self.trim(client, film, **asked)
        now = draft(film).asset
        assert (now.trim_start, now.trim_end, now.state) == (*becomes, "waiting")

    @pytest.mark.parametrize(
        "asked", [{"start": "0", "end": "60"}, {"start": "9", "end": "3"}, {"start": "9", "end": "9.2"}]
    )
    def test_what_changes_nothing_or_leaves_nothing(self, client, film, site, asked):
        first = asset(film, site)
        self.trim(client, film, **asked)
        assert draft(film).asset == first

    def test_captions_and_chapters_move_with_it_and_back_again(self, client, film, site):
        asset(film, site)
        page = draft(film)
        page.captions = [[0, 4, "Bort", ""], [4, 8, "Halv", ""], [20, 24, "Hel", "Ann"], [58, 60, "Slut", ""]]
        page.chapters = [[0, "Början"], [20, "Mitten"], [55, "Slutet"]]
        page.save_revision(user=site.editor, clean=False)
        self.trim(client, film, start="5", end="50")
        page = draft(film)
        assert page.captions == [[0.0, 3.0, "Halv", ""], [15.0, 19.0, "Hel", "Ann"]]
        assert page.chapters == [[0.0, "Början"], [15.0, "Mitten"]]
        Asset.objects.filter(pk=page.asset_id).update(state="ready", seconds=45.0)
        self.trim(client, film, whole="1")
        assert draft(film).captions == [[5.0, 8.0, "Halv", ""], [20.0, 24.0, "Hel", "Ann"]]
        assert draft(film).chapters == [[5.0, "Början"], [20.0, "Mitten"]]


class TestChoose:
    def test_an_earlier_one_is_taken_back(self, client, film, site):
        first, second = asset(film, site), asset(film, site)
        assert "Tidigare filer" in shown(client, film)
        client.post(reverse("media_choose", args=[film.pk]), {"asset": first.token})
        assert draft(film).asset == first
        assert second.token.hex in shown(client, film).replace("-", "")

    def test_another_pages_is_not(self, client, film, site):
        other = Asset.objects.create(kind="film", name="b.mp4", original="private/b", bytes=1)
        response = client.post(reverse("media_choose", args=[film.pk]), {"asset": other.token})
        assert (response.status_code, draft(film).asset) == (404, None)

    def test_the_still(self, client, film, site, monkeypatch):
        made = asset(film, site, versions=("720p", "poster-1.000", "poster-9.500"))
        monkeypatch.setattr(processing, "poster", lambda *, asset, second: made.version("poster-9.500"))
        client.post(reverse("media_poster", args=[film.pk]), {"second": "9,49"})
        assert draft(film).poster_at == 9.5
        assert "Rutan vid 10 s" in shown(client, film)

    @pytest.mark.parametrize("second", ["", "61"])
    def test_a_still_that_is_not_in_the_film(self, client, film, site, second):
        asset(film, site)
        response = client.post(reverse("media_poster", args=[film.pk]), {"second": second}, follow=True)
        assert "Skriv en tid som finns i filmen." in response.content.decode()


class TestWho:
    ADDRESSES = ("media_workshop", "media_record", "media_state", "media_draft_captions")

    @pytest.mark.parametrize("name", ADDRESSES)
    def test_nobody_who_has_not_logged_in(self, film, name):
        assert Client().get(reverse(name, args=[film.pk])).url.startswith("/admin/login/")

    @pytest.mark.parametrize("name", ADDRESSES)
    def test_a_page_without_film_has_no_workshop(self, client, site, name):
        assert client.get(reverse(name, args=[site.start.pk])).status_code == 302

    @pytest.mark.parametrize(
        "name", ["media_trim", "media_poster", "media_choose", "media_again", "media_form_upload"]
    )
    def test_reading_changes_nothing(self, client, film, name):
        assert client.get(reverse(name, args=[film.pk])).status_code == 405


def test_the_list_asks_as_much_for_one_as_for_three(client, film, site, now, django_assert_num_queries):
    def fill(count):
        for number in range(count):
            asset(film, site, versions=())
            uploads.begin(
                kind="film", name=f"{number}.mp4", size=9, recorded=False, page_id=film.pk, by=site.editor, now=now
            )  # fmt: skip

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    fill(1)
    client.get(reverse("media_assets"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("media_assets"))
    fill(2)
    with django_assert_num_queries(len(few)):
        text = client.get(reverse("media_assets")).content.decode()
    assert text.count("till «Ringa med bild»") == Upload.objects.count() == 3


def test_how_long_a_recording_is_that_was_cut_off(tmp_path):
    whole, part = tmp_path / "whole.webm", tmp_path / "part.webm"
    making = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=8", "-c:v", "libvpx", "-live", "1"]
    subprocess.run([sound.ffmpeg(), "-v", "error", *making, whole], check=True)
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert recorded.seconds(whole) == pytest.approx(8, abs=0.3)
    assert 2 < recorded.seconds(part) < 7.9
    (tmp_path / "nothing").write_bytes(b"hello")
    assert recorded.seconds(tmp_path / "nothing") is None


@pytest.mark.parametrize(
    ("count", "says"),
    [(0, "0 kB"), (1, "1 kB"), (850_000, "850 kB"), (1_400_000, "1 MB"), (12_000_000, "12 MB"), (1_400_000_000, "1,4 GB")],
)  # fmt: skip
def test_sizes(count, says):
    assert size_words(count) == says


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0.4, "0 s"), (45, "45 s"), (59.6, "1 min 0 s"), (192, "3 min 12 s"), (3720, "1 tim 2 min")],
)
def test_lengths(seconds, says):
    assert length_words(seconds) == says
