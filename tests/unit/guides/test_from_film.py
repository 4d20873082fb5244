"""A film becomes a guide: moments, frames, and nothing twice without asking."""

import subprocess

import pytest
from django.urls import reverse

from tests import made_once
from utbud.films.models import FilmIndexPage, FilmPage
from utbud.formats.sound import ffmpeg
from utbud.guides.actions import from_film
from utbud.guides.actions.from_film import Moment
from utbud.guides.models import GuidePage, MarkedPicture
from utbud.media import workshop
from utbud.media.actions.processing import take_in_made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_files")]
ACCENT = "#0b5a5e"
CAPTIONS = [
    [0.0, 1.0, "Öppna appen", ""],
    [1.0, 2.0, "som heter BankID.", ""],
    [2.0, 3.0, "Tryck på Skaffa.", ""],
    [8.0, 9.0, "Nu är det klart.", ""],
]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Three seconds that can be seen and heard, each of its own colour."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    pictures = "color=red:s=320x180:d=1[a];color=green:s=320x180:d=1[b];color=blue:s=320x180:d=1[c];[a][b][c]concat=n=3,format=yuv420p[v]"
    command = [
        ffmpeg(), "-y", "-filter_complex", f"{pictures};sine=frequency=440:duration=3[s]", "-map", "[v]", "-map", "[s]",
        "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return path


@pytest.fixture
def film(site, clip, tmp_path, now, monkeypatch):
    """A draft of a film, ready to be shown, with captions and chapters."""
    made_once.encode_once(monkeypatch)
    own = tmp_path / "film.mp4"
    own.write_bytes(clip.read_bytes())
    asset = take_in_made(path=own, kind="film", name="film.mp4", by=site.editor, now=now)
    index = FilmIndexPage.objects.first() or site.start.add_child(
        instance=FilmIndexPage(title="Filmer", slug="filmer")
    )
    film = FilmPage(
        title="Skaffa BankID", live=False, one_sentence="Så skaffar du BankID.", needs="En telefon", asset=asset,
        captions=CAPTIONS, chapters=[[0.0, "Början"], [2.0, "Skaffa"]],
    )  # fmt: skip
    index.add_child(instance=film)
    film.save_revision(user=site.editor, clean=False)
    return film


def make(film, site, now, *moments, again=False):
    chosen = moments or (Moment(2.5, "Tryck på Skaffa."), Moment(0.5, "Öppna appen."))
    return from_film.make_guide(
        film=film, moments=chosen, again=again, accent=ACCENT, by=site.editor, now=now
    )


@pytest.mark.parametrize(
    ("chapters", "found"),
    [
        (
            [[0.0, "Början"], [2.0, "Skaffa"]],
            [
                (0.0, "Öppna appen som heter BankID.", True), (1.0, "som heter BankID.", False),
                (2.0, "Tryck på Skaffa.", True), (8.0, "Nu är det klart.", False),
            ],
        ),
        (
            [],
            [
                (0.0, "Öppna appen", True), (1.0, "som heter BankID.", False),
                (2.0, "Tryck på Skaffa.", False), (8.0, "Nu är det klart.", True),
            ],
        ),
        ([[20.0, "Efteråt"]], [
            (0.0, "Öppna appen", False), (1.0, "som heter BankID.", False), (2.0, "Tryck på Skaffa.", False),
            (8.0, "Nu är det klart.", False), (20.0, "Efteråt", True),
        ]),
    ],
    ids=["chapters", "captions", "a chapter where nobody speaks"],
)  # fmt: skip
def test_suggestions(chapters, found):
    film = FilmPage(title="x", captions=CAPTIONS, chapters=chapters)
    assert [(one.second, one.text, one.chosen) for one in from_film.suggestions(film)] == found


def test_a_guide_is_made_of_moments_in_the_order_of_the_film(film, site, now):
    guide = GuidePage.objects.get(pk=make(film, site, now).pk)
    draft = guide.get_latest_revision_as_object()
    assert (guide.live, draft.title, draft.needs, draft.film_id, draft.one_sentence) == (
        False, "Skaffa BankID", "En telefon", film.pk, "Så skaffar du BankID.",
    )  # fmt: skip
    assert [block.value["action"] for block in draft.steps] == ["Öppna appen.", "Tryck på Skaffa."]
    colours = []
    for block in draft.steps:
        with block.value["picture"].get_willow_image() as willow:
            pixel = willow.get_pillow_image() if hasattr(willow, "get_pillow_image") else willow.image
            colours.append(max(range(3), key=pixel.convert("RGB").getpixel((50, 50)).__getitem__))
    assert colours == [0, 2]  # red in the first second, blue in the third
    assert [one.marks for one in MarkedPicture.objects.all()] == [[], []]  # to be marked, and hidden in
    stops = [one.says for one in draft.problems() if one.stops]
    assert stops == [f"Steg {number}: beskriv bilden i ord, för den som inte ser den." for number in (1, 2)]


def test_nothing_is_made_twice_without_asking(film, site, now):
    make(film, site, now)
    with pytest.raises(from_film.AlreadyMade):
        make(film, site, now)
    assert GuidePage.objects.count() == 1
    make(film, site, now, again=True)
    assert GuidePage.objects.count() == 2


def test_no_moments_make_no_guide(film, site, now):
    with pytest.raises(from_film.FilmError, match="Välj minst en ruta"):
        from_film.make_guide(film=film, moments=[], again=False, accent=ACCENT, by=site.editor, now=now)
    assert (GuidePage.objects.count(), MarkedPicture.objects.count()) == (0, 0)


def test_staff_choose_moments_and_land_in_the_editor(film, client, site):
    client.force_login(site.editor)
    assert ("Gör en guide av filmen", reverse("guides_from_film", args=[film.pk])) in workshop.links(film)
    assert "Skaffa BankID" in client.get(reverse("guides_choose_film")).content.decode()
    page = reverse("guides_from_film", args=[film.pk])
    shown = client.get(page).content.decode()
    assert "Öppna appen som heter BankID." in shown
    rows = {"m-TOTAL_FORMS": "3", "m-INITIAL_FORMS": "0", "m-MIN_NUM_FORMS": "0", "m-MAX_NUM_FORMS": "1000"}
    rows |= {
        "m-0-use": "on",
        "m-0-second": "0,5",
        "m-0-text": "Öppna appen.",
        "m-1-second": "1,0",
        "m-1-text": "Nej.",
    }
    wrong = client.post(page, rows | {"m-0-text": ""})
    assert (wrong.status_code, "Skriv vad man gör i steget." in wrong.content.decode()) == (422, True)
    answer = client.post(page, rows)
    guide = GuidePage.objects.get()
    assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[guide.pk])
    again = client.post(page, rows)
    assert (again.status_code, GuidePage.objects.count()) == (422, 1)
    client.post(page, rows | {"again": "on"})
    assert GuidePage.objects.count() == 2
    assert client.get(reverse("wagtailadmin_pages:edit", args=[guide.pk])).status_code == 200
