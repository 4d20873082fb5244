"""What is unchanged is made once; what is kept is whole; what is not used goes."""

import dataclasses
import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone
from PIL import Image, ImageChops, ImageStat

from tests.unit.formats.conftest import SVG, a_word, steps
from utbud.base import schedule
from utbud.base.orphans import files_under
from utbud.base.richtext import blocks_from_text
from utbud.formats import actions, queries, speech, typeset
from utbud.formats.content import Section
from utbud.formats.models import Kind, Rendition

pytestmark = pytest.mark.django_db
CARDS = ["card", "square", "portrait", "story", "square_jpeg", "portrait_jpeg", "story_jpeg"]
SOCIAL = CARDS[1:]
KINDS = ["print", "poster", *CARDS, "speech", "speech_slow", "clip", "captions"]
OPENINGS = {
    "print": b"%PDF-1.7",
    "poster": b"%PDF-1.7",
    "card": b"\x89PNG",
    "speech": b"ID3",
    "speech_slow": b"ID3",
    "clip": b"film",
    "captions": b"WEBVTT\n\n00:00:00.100 --> 00:00:01.000\nHej\n",
} | {kind: b"\xff\xd8\xff" if "jpeg" in kind else b"\x89PNG" for kind in SOCIAL}


@pytest.fixture(autouse=True)
def films(monkeypatch):
    """How many films have been made. A real one takes seconds: see test_film."""
    made = []

    def film_of(item, sender):
        made.append(item.title)
        return b"film", {"cues": [[0.1, 1.0, ["Hej"]]], "seconds": 20.0}

    monkeypatch.setattr(actions, "_film_of", film_of)
    return made


def stored(folder="renditions"):
    """The names of all files in storage under ``folder``."""
    return sorted(files_under(folder))


def test_all_formats_are_made_and_are_what_they_say(short, sender, drawing):
    made = actions.make_all(item=short, sender=sender)
    assert list(made) == KINDS
    for kind, rendition in made.items():
        content = rendition.file.read()
        assert (
            rendition.file.name
            == f"renditions/{kind}/{rendition.key[:2]}/{rendition.key}.{actions.ENDINGS[kind]}"
        )
        assert content.startswith(OPENINGS[kind])
        assert (rendition.kind, rendition.bytes) == (kind, len(content))
        assert 0 <= rendition.seconds < 30
        rendition.file.close()
    assert made["print"].meta == {}
    marks = made["speech"].meta["marks"]
    assert (len(marks), sorted(marks) == marks, marks[-1] < made["speech"].meta["seconds"]) == (2, True, True)


@pytest.mark.database
def test_nothing_is_made_twice(short, sender, drawing, monkeypatch, films):
    first = actions.make_all(item=short, sender=sender)
    for name in ("print_sheet", "poster", "card", "social"):
        monkeypatch.setattr(typeset, name, None)
    monkeypatch.setattr(actions, "narrate", None)
    assert actions.make_all(item=short, sender=sender) == first
    assert len(stored()) == len(KINDS)
    assert films == ["Wifi"]


def test_the_captions_are_of_the_clip_which_is_made_for_them(item, sender, films):
    captions = actions.captions(item=item, sender=sender)
    assert captions.file.read() == OPENINGS["captions"]
    captions.file.close()
    assert set(queries.ready(item=item, sender=sender)) == {"clip", "captions"}
    assert films == ["Wifi"]


def test_a_jpeg_is_made_from_the_picture_that_there_is(item, sender, drawing, monkeypatch):
    png = actions.card(item=item, sender=sender, kind=Kind.STORY)
    monkeypatch.setattr(typeset, "social", None)
    jpeg = actions.card(item=item, sender=sender, kind=Kind.STORY_JPEG)
    with (
        png.file.open() as one,
        jpeg.file.open() as other,
        Image.open(one) as before,
        Image.open(other) as after,
    ):
        assert (after.format, after.mode, after.size) == ("JPEG", "RGB", (1080, 1920))
        difference = ImageChops.difference(before.convert("RGB"), after)
    assert max(ImageStat.Stat(difference).mean) < 1.5


PAPER = ["print", "poster"]
READ = ["speech", "speech_slow"]
FILM = ["clip", "captions"]


def change(field, value, changed):
    """(what is changed in the item, what is changed in the sender, the kinds that change)."""
    return {field: value}, {}, changed


def by_sender(field, value, changed):
    return {}, {field: value}, changed


CHANGES = {
    "nothing": change("title", "Wifi", []),
    "kind": change("kind", "Veckans guide", KINDS),
    "title": change("title", "Trådlöst nät", KINDS),
    "lead": change("lead", "Wifi är bra.", KINDS),
    "a step": change("sections", (Section("Gör så här", steps("Tryck.")),), [*PAPER, *READ, *FILM]),
    "what the clip has no room for": change(
        "sections", (*a_word().sections, Section("Ett vanligt missförstånd", blocks_from_text("Nej."))), [*PAPER, *READ]
    ),
    "sources": change("sources", (("A", "b"),), PAPER),
    "version": change("version", "ffffff", PAPER),
    "pronunciation": change("pronunciation", "wåj-fåj", PAPER),
    "address of the page": change("path", "/ord/tradlost/", [*PAPER, "clip"]),
    "easy": change("easy", (1,), []),
    "picture": change("picture", dataclasses.replace(a_word().picture, digest="d2"), [*PAPER, *CARDS, "clip"]),
    "what the picture shows": change("picture", dataclasses.replace(a_word().picture, alt="En låda"), PAPER),
    "phone": by_sender("phone", "1", [*PAPER, *CARDS, *FILM]),
    "name": by_sender("name", "Stadsbiblioteket", [*PAPER, *CARDS, *FILM]),
    "accent": by_sender("accent", "#333333", [*PAPER, *CARDS, "clip"]),
    "logotype": by_sender("logo_digest", "x", [*PAPER, *SOCIAL, "clip"]),
    "address": by_sender("address", "Nygatan 2", [*PAPER, "clip"]),
    "drop-in": by_sender("drop_in", "Nej", PAPER),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_shows_is_what_decides(item, sender, name):
    in_item, in_sender, changed = CHANGES[name]
    before = {kind: queries.key_of(kind, item=item, sender=sender) for kind in KINDS}
    item, sender = dataclasses.replace(item, **in_item), dataclasses.replace(sender, **in_sender)
    assert [
        kind for kind in KINDS if queries.key_of(kind, item=item, sender=sender) != before[kind]
    ] == changed


def test_another_look_and_another_voice_are_made_anew(item, sender, monkeypatch):
    before = {kind: queries.key_of(kind, item=item, sender=sender) for kind in KINDS}
    monkeypatch.setattr(typeset, "look", lambda: "new")
    monkeypatch.setattr(queries.voice(), "version", "new")
    assert {kind for kind in KINDS if queries.key_of(kind, item=item, sender=sender) == before[kind]} == set()


def test_a_sheet_without_a_sender_is_a_mistake(item):
    with pytest.raises(ValueError, match="sender"):
        queries.key_of("print", item=item)


def test_ready_says_what_exists_and_makes_nothing(item, sender, django_assert_num_queries):
    card = actions.card(item=item, sender=sender)
    with django_assert_num_queries(1):
        assert queries.ready(item=item, sender=sender) == {"card": card}
    with django_assert_num_queries(1):
        assert queries.ready(item=item, sender=sender, kinds=["print"]) == {}
    assert len(stored()) == 1


def test_one_that_fails_does_not_stop_the_others(short, sender, monkeypatch):
    def broken(*_given, **_named):
        raise speech.NoVoice("tyst")

    monkeypatch.setattr(actions, "narrate", broken)
    with pytest.raises(speech.NoVoice, match="tyst"):
        actions.make_all(item=short, sender=sender)
    assert sorted(Rendition.objects.values_list("kind", flat=True)) == sorted({*KINDS} - {*READ})


def test_progress_is_what_is_ready_and_how_long_things_usually_take(item, sender, django_assert_num_queries):
    card = actions.card(item=item, sender=sender)
    for at, seconds in enumerate((9.0, 4.0, 5.0)):
        Rendition.objects.create(kind="clip", key=f"{at:064}", file="x", bytes=1, seconds=seconds)
    with django_assert_num_queries(2):
        found = queries.progress(item=item, sender=sender, kinds=["card", "clip", "print"])
    assert [(one.kind, one.rendition, one.is_ready, one.usual_seconds) for one in found] == [
        ("card", card, True, round(card.seconds, 2)),
        ("clip", None, False, 5.0),
        ("print", None, False, None),
    ]


# --- storage ----------------------------------------------------------------------------------


def test_a_row_whose_file_is_gone_is_made_again(item, sender):
    first = actions.card(item=item, sender=sender)
    default_storage.delete(first.file.name)
    again = actions.card(item=item, sender=sender)
    assert (again.key, again.file.name, Rendition.objects.count()) == (first.key, first.file.name, 1)
    assert stored() == [again.file.name]


def test_a_drawing_that_comes_back_is_put_in(item, sender):
    without = actions.print_sheet(item=item, sender=sender)
    assert without.meta == {"missing": ["drawings/wifi.svg"]}
    assert actions.print_sheet(item=item, sender=sender) == without
    default_storage.save("drawings/wifi.svg", ContentFile(SVG))
    with_it = actions.print_sheet(item=item, sender=sender)
    assert (with_it.meta, with_it.key, len(stored())) == ({}, without.key, 1)
    assert actions.print_sheet(item=item, sender=sender) == with_it


@pytest.mark.database
def test_what_another_process_made_meanwhile_is_taken(item, sender, monkeypatch):
    def make_while_another_does(*given):
        monkeypatch.undo()
        actions.card(item=item, sender=sender)
        return b"mine"

    monkeypatch.setattr(typeset, "card", make_while_another_does)
    made = actions.card(item=item, sender=sender)
    assert made.file.read().startswith(b"\x89PNG")
    made.file.close()
    assert stored() == [made.file.name]


@pytest.mark.database
def test_a_storage_that_fails_leaves_no_row(item, sender, monkeypatch):
    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(OSError, match="No space left"):
        actions.card(item=item, sender=sender)
    assert Rendition.objects.count() == 0


def test_a_storage_without_paths_will_do(short, sender, settings):
    """As S3: no paths, and no folders to make."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    made = actions.make_all(item=short, sender=sender)
    assert actions.make_all(item=short, sender=sender) == made
    assert stored() == sorted(rendition.file.name for rendition in made.values())
    assert actions.prune(timezone.now() + dt.timedelta(days=100)) == len(KINDS)
    assert stored() == []


# --- what is not used -------------------------------------------------------------------------


@pytest.mark.database
def test_use_is_noted_once_a_day(item, sender, django_assert_num_queries):
    card = actions.card(item=item, sender=sender)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Rendition.objects.update(used_at=yesterday)
    with django_assert_num_queries(2):
        actions.card(item=item, sender=sender)
    assert Rendition.objects.get() == card
    assert Rendition.objects.get().used_at == timezone.localdate()
    with django_assert_num_queries(1):
        actions.card(item=item, sender=sender)


@pytest.mark.database
@pytest.mark.parametrize(("days", "kept"), [(0, True), (60, True), (61, False)])
def test_what_nobody_has_asked_for_in_60_days_is_deleted(item, sender, now, days, kept):
    actions.card(item=item, sender=sender)
    Rendition.objects.update(used_at=timezone.localdate(now) - dt.timedelta(days=days))
    assert actions.prune(now) == (0 if kept else 1)
    assert (Rendition.objects.count(), len(stored())) == ((1, 1) if kept else (0, 0))
    assert actions.prune(now) == 0


@pytest.mark.database
@pytest.mark.parametrize("folder", ["renditions/card/ab", "recordings/2026"])
@pytest.mark.parametrize(("hours", "kept"), [(1, True), (25, False)])
def test_a_file_that_no_row_names_is_deleted_after_a_day(folder, hours, kept):
    name = default_storage.save(f"{folder}/left.png", ContentFile(b"half"))
    default_storage.save("original_images/mine.png", ContentFile(b"not ours"))
    assert actions.prune(timezone.now() + dt.timedelta(hours=hours)) == (0 if kept else 1)
    assert default_storage.exists(name) is kept
    assert default_storage.exists("original_images/mine.png")


def test_pruning_is_on_the_schedule_every_day():
    entry = {entry.name: entry for entry in schedule.entries()}["utbud.formats.actions.prune"]
    assert (entry.run, entry.seconds) == (actions.prune, 86_400)


def test_the_preview_is_pictures_and_keeps_nothing(item, sender, drawing):
    sheets = actions.preview_pages(item=item, sender=sender)
    (poster,) = actions.preview_pages(item=item, sender=sender, poster=True)
    assert {sheet[:4] for sheet in [*sheets, poster]} == {b"\x89PNG"}
    assert (Rendition.objects.count(), stored()) == (0, [])


def test_kinds_have_endings():
    assert set(actions.ENDINGS) == set(Kind)
