"""An episode's sound as podcast apps get it: the tags, the address that is never reused, the covers, when it is made."""

import datetime as dt
import hashlib
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from mutagen.id3 import ID3
from PIL import Image

from utbud.formats import covers
from utbud.podcast import files
from utbud.podcast.models import Enclosure
from utbud.publishing import actions

TAGS = {
    "title": "Om lösenord 🔑", "show": "Podden Ofiktion", "author": "Biblioteket", "date": "2026-11-23", "track": 2,
    "season": 1, "chapters": [[0, "Inledning"], [60_000, "Slut"]], "cover": "0" * 12, "sound": "1" * 64,
}  # fmt: skip


def frames(mp3):
    start, end = files._frames(io.BytesIO(mp3))
    return mp3[start:end]


def stored(made):
    with default_storage.open(made.file.name) as file:
        return file.read()


# --- the tags, without a database ----------------------------------------------------------------


def test_the_tags_say_what_players_show():
    id3 = ID3(fileobj=io.BytesIO(files.header_of(TAGS, 90.0, b"jpeg")), translate=False)
    told = {name: str(id3[name]) for name in ("TIT2", "TPE1", "TALB", "TRCK", "TPOS", "TCON", "TLAN", "TYER")}
    assert id3.version == (2, 3, 0)
    assert told == {
        "TIT2": "Om lösenord 🔑", "TPE1": "Biblioteket", "TALB": "Podden Ofiktion", "TRCK": "2", "TPOS": "1",
        "TCON": "Podcast", "TLAN": "swe", "TYER": "2026",
    }  # fmt: skip
    assert [(one.mime, one.type, one.data) for one in id3.getall("APIC")] == [("image/jpeg", 3, b"jpeg")]


def test_chapters_follow_each_other_to_the_end_and_stand_in_a_table_of_contents():
    id3 = ID3(fileobj=io.BytesIO(files.header_of(TAGS, 90.0, b"")), translate=False)
    chapters = sorted(id3.getall("CHAP"), key=lambda one: one.start_time)
    assert [(one.start_time, one.end_time, str(one.sub_frames["TIT2"])) for one in chapters] == [
        (0, 60_000, "Inledning"),
        (60_000, 90_000, "Slut"),
    ]
    (contents,) = id3.getall("CTOC")
    assert contents.child_element_ids == [one.element_id for one in chapters]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"ID3\x03\x00\x00\x00\x00\x00\x05" + bytes(5), b""),
        (b"ID3\x03\x00\x00\x00\x00\x00\x02xx" + b"ID3\x04\x00\x00\x00\x00\x00\x01y", b"TAG" + bytes(125)),
        (b"ID3\x04\x00\x10\x00\x00\x00\x02xx" + b"3DI" + bytes(7), b""),
        (b"", b"x" * 8 + b"APETAGEX" + b"\xd0\x07\x00\x00" + (40).to_bytes(4, "little") + bytes(16)),
    ],
    ids=["none", "ID3v2", "two ID3v2 and ID3v1", "with a footer", "APE"],
)
def test_whatever_tags_a_sound_came_with_are_gone_and_its_frames_are_untouched(before, after):
    sound = b"\xff\xfb\x90\x00" + bytes(range(256)) * 4
    assert frames(before + sound + after) == sound


# --- making it -------------------------------------------------------------------------------------


def test_a_sound_has_the_same_frames_measured_and_its_figures_right(draft, mp3):
    one = draft().make_own() or Enclosure.objects.get()
    made = stored(one)
    assert frames(made) == frames(mp3)
    assert (one.bytes, one.digest) == (len(made), hashlib.sha256(made).hexdigest())
    assert made[: one.header_bytes] + frames(mp3) == made
    assert (round(one.seconds), -17 <= one.lufs <= -15, one.peak <= -1) == (90, True, True)


def test_the_same_episode_gives_the_same_bytes(draft):
    page = draft()
    first = files.make_sound(page)
    digest = first.digest
    first.delete()
    default_storage.delete(first.file.name)
    assert files.make_sound(page).digest == digest


def test_it_is_made_once_and_again_only_when_its_file_was_lost(draft):
    page = draft()
    first = files.make_sound(page)
    assert files.make_sound(page).pk == first.pk
    default_storage.delete(first.file.name)
    again = files.make_sound(page)
    assert (again.pk, default_storage.exists(again.file.name)) == (first.pk, True)


@pytest.mark.parametrize(
    ("change", "another"),
    [
        ({"title": "Ett annat namn"}, True),
        ({"number": 7}, True),
        ({"chapters": [[0.0, "Bara en"]]}, True),
        ({"notes": "<p>Nya anteckningar.</p>"}, False),
        ({"one_sentence": "En annan mening."}, False),
        ({"easy": "Lätt."}, False),
    ],
    ids=["title", "number", "chapters", "notes", "sentence", "easy"],
)
def test_what_stands_in_the_file_makes_a_new_one_and_nothing_else_does(draft, change, another):
    page = draft()
    before = files.sound_key(page)
    for name, value in change.items():
        setattr(page, name, value)
    assert (files.sound_key(page) != before) == another


def test_without_a_sound_nothing_is_made(draft):
    page = draft()
    page.asset = None
    assert (files.sound_key(page), files.make_sound(page), page.is_made()) == ("", None, True)


def test_a_sound_that_is_not_mp3_becomes_one(draft, asset):
    page = draft()
    version = page.asset.version("sound")
    version.content_type = "audio/mp4"
    version.save()
    made = files.make_sound(page)
    assert (made.name.endswith(".mp3"), round(made.seconds), -17 <= made.lufs <= -15) == (True, 90, True)


# --- when it comes out -------------------------------------------------------------------------------


def test_an_episode_does_not_go_out_before_its_sound_is_made(draft, site, no_files, now, monkeypatch):
    from types import SimpleNamespace

    from utbud.publishing import files as publishing

    page, orders = draft(), []
    monkeypatch.setattr(publishing, "make_own", SimpleNamespace(enqueue=lambda **what: orders.append(what)))
    request = actions.request_approval(page=page, message="", by=site.editor, now=now)
    actions.approve(request=request, publisher=site.publisher, by=site.chief, now=now)
    page.refresh_from_db()
    assert (page.live, len(orders)) == (False, 1)
    assert (actions.publish_due(now), len(orders)) == (0, 2)  # the worker was killed: it is told again
    request.revision.as_object().make_own()  # as the worker does
    assert actions.publish_due(now) == 1
    page.refresh_from_db()
    assert (page.live, page.out_sound().out_at) == (True, now)


def test_a_corrected_title_gives_a_new_address_and_the_old_goes_on_answering(
    episode, send, site, client, now
):
    page = episode()
    old = page.out_sound()
    draft = page.get_latest_revision_as_object()
    draft.title = "Om säkra lösenord"
    draft.save_revision(user=site.editor)
    send(page, at=now + dt.timedelta(hours=1))
    new = type(page).objects.get(pk=page.pk).out_sound()
    answers = [client.get(f"{page.public_path}{one.name}") for one in (old, new)]
    bodies = [b"".join(answer.streaming_content) for answer in answers]
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [old.digest, new.digest]
    assert new.name != old.name
    assert f"{page.public_path}{new.name}" in client.get("/podd/ofiktion/rss.xml").content.decode()


def test_new_notes_keep_the_address(episode, send, site, now):
    page = episode()
    before = page.out_sound().name
    draft = page.get_latest_revision_as_object()
    draft.notes = "<p>Mer att läsa.</p>"
    draft.save_revision(user=site.editor)
    send(page, at=now + dt.timedelta(hours=1))
    page = type(page).objects.get(pk=page.pk)
    assert (page.notes, page.out_sound().name, page.enclosures.count()) == ("<p>Mer att läsa.</p>", before, 1)


def test_back_to_an_earlier_title_is_the_earlier_address(episode, send, site, now):
    page = episode()
    first = page.out_sound().name
    for hour, title in enumerate(("Annat", "Om lösenord"), 1):
        draft = page.get_latest_revision_as_object()
        draft.title = title
        draft.save_revision(user=site.editor)
        send(page, at=now + dt.timedelta(hours=hour))
    page = type(page).objects.get(pk=page.pk)
    assert (page.out_sound().name, page.enclosures.count()) == (first, 2)


def test_a_drafts_sound_is_nobodys_and_is_forgotten_when_it_never_came_out(draft, client, now):
    page = draft()
    made = files.make_sound(page)
    assert client.get(f"{page.public_path}{made.name}").status_code == 404
    assert client.get(f"/media/{made.file.name}").status_code == 404
    assert files.prune(made.made_at + dt.timedelta(days=29)) == 0
    assert files.prune(made.made_at + dt.timedelta(days=31)) == 2  # the row and its file
    assert not default_storage.exists(made.file.name)


def test_what_was_out_is_never_pruned(episode, now):
    page = episode()
    page.unpublish()
    assert files.prune(now + dt.timedelta(days=5000)) == 0
    assert default_storage.exists(page.out_sound().file.name)


# --- covers --------------------------------------------------------------------------------------------


def opened(content):
    return Image.open(io.BytesIO(content))


def test_our_own_cover_is_what_apple_asks_for():
    made = covers.made(title="Podden Ofiktion", sender="Härnösands bibliotek", accent="#0B585C")
    picture = opened(made)
    assert (picture.size, picture.mode, picture.format) == ((3000, 3000), "RGB", "JPEG")
    assert len(made) < covers.MOST_BYTES


@pytest.mark.parametrize("title", ["A", "Ord " * 30, "Donaudampfschifffahrtsgesellschaftskapitän", "\x00🎧"])
def test_any_title_makes_a_cover(title):
    made = covers.made(title=title, sender="", accent="#0B585C", kicker="Podd", picture=b"no picture")
    assert opened(made).size == (3000, 3000)


def test_the_same_words_are_the_same_cover_and_others_another():
    one, same, other = (
        covers.made(title=title, sender="B", accent="#0B585C") for title in ("Podden", "Podden", "Boden")
    )
    assert (one == same, one == other) == (True, False)


@pytest.mark.parametrize(
    ("mode", "size", "side"),
    [("RGB", (2000, 2000), 2000), ("RGBA", (3500, 3200), 3000), ("P", (900, 1500), 1400), ("CMYK", (1600, 1400), 1400)],
)  # fmt: skip
def test_a_cover_that_is_given_becomes_square_opaque_and_large_enough(mode, size, side):
    file = io.BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert("RGB").convert(mode)
    picture.save(
        file, "TIFF" if mode == "CMYK" else "PNG", **({} if mode == "CMYK" else {"compress_level": 1})
    )
    made = covers.given(file.getvalue())
    picture = opened(made)
    assert (picture.size, picture.mode) == ((side, side), "RGB")


def test_what_is_no_picture_is_said_so():
    with pytest.raises(covers.NoPicture):
        covers.given(b"<svg/>")


def test_the_cover_in_the_file_is_small_enough(draft):
    made = files.make_sound(draft())
    picture = ID3(fileobj=io.BytesIO(stored(made))).getall("APIC")[0].data
    assert (opened(picture).size, len(picture) <= 500_000) == ((1400, 1400), True)


def test_a_cover_has_what_it_holds_in_its_address(client, show, site):
    now = client.get("/podd/ofiktion/omslag.jpg")
    address = files.cover_url(show).split("8000", 1)[1]
    kept = client.get(address)
    assert b"".join(now.streaming_content) == b"".join(kept.streaming_content)
    assert (now["Cache-Control"], kept["Cache-Control"]) == (
        "public, max-age=300",
        "public, max-age=31536000",
    )
    show.title = "Podden Något annat"
    assert files.cover_url(show).split("8000", 1)[1] != address
    assert client.get("/podd/ofiktion/omslag-000000000000.jpg")["Location"] == "/podd/ofiktion/omslag.jpg"


def test_a_librarys_own_cover_is_used(client, show, site, send):
    from wagtail.images.models import Image as Picture

    file = io.BytesIO()
    Image.new("RGB", (1500, 1500), (200, 0, 0)).save(file, "PNG")
    show.cover = Picture.objects.create(title="Omslag", file=ContentFile(file.getvalue(), "omslag.png"))
    show.save()
    answer = client.get("/podd/ofiktion/omslag.jpg")
    red, green, _blue = opened(b"".join(answer.streaming_content)).getpixel((700, 700))
    assert (red > 150, green < 60) == (True, True)
