"""A real film of twelve seconds, and a page about it that may be published."""

import subprocess
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from tests import made_once
from utbud.base.hashing import content_hash
from utbud.formats.sound import ffmpeg

CUES = [
    [0.5, 3.0, "Hej. I dag betalar vi en räkning.", ""],
    [3.5, 6.0, "Öppna appen.", ""],
    [6.5, 9.0, "Tryck på Betala.", ""],
    [9.5, 11.5, "Nu är det klart.", ""],
]
CHAPTERS = [[0.0, "Innan du börjar"], [6.2, "Betala"]]
SENTENCE = "Filmen visar hur du betalar en räkning."
SIZES = {"720p": (1280, 720), "480p": (854, 480)}


@pytest.fixture(scope="session")
def film_files(tmp_path_factory) -> dict[str, bytes]:
    """Versions of a film by their name: real files, made once."""
    folder = tmp_path_factory.mktemp("film")

    def make(name: str, *arguments: str) -> bytes:
        def ffmpegs() -> bytes:
            subprocess.run([ffmpeg(), "-y", "-v", "error", *arguments, str(folder / name)], check=True)
            return Path(folder / name).read_bytes()

        return made_once.once(ffmpegs, ffmpeg(), name, arguments)

    sound = ("-f", "lavfi", "-i", "sine=frequency=440:duration=12")
    found = {"sound": make("s.m4a", *sound, "-c:a", "aac", "-b:a", "32k")}
    for name, (width, height) in SIZES.items():
        picture = ("-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=5:duration=12")
        found[name] = make(
            f"{name}.mp4", *picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "45",
            "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k", "-movflags", "+faststart",
        )  # fmt: skip
    found["poster-1.000"] = make("p.jpg", "-f", "lavfi", "-i", "color=teal:size=1280x720", "-frames:v", "1")
    return found


TYPES = {"sound": "audio/mp4", "poster-1.000": "image/jpeg"}


def keep_asset(files: dict[str, bytes], **fields):
    """An asset with these versions, as processing leaves one."""
    from utbud.media.models import Asset, State, Version

    usual = {"kind": "film", "name": "film.mp4", "original": "private/originals/film.mp4", "bytes": 1}
    usual |= {"state": State.READY, "progress": 100, "seconds": 12.0}
    asset = Asset.objects.create(**usual | fields)
    for name, content in files.items():
        width, height = SIZES.get(name, (1280, 720) if name.startswith("poster") else (None, None))
        version = Version(
            asset=asset, name=name, content_type=TYPES.get(name, "video/mp4"), bytes=len(content),
            digest=content_hash([name, len(content), asset.pk]), width=width, height=height,
        )  # fmt: skip
        version.file.save(f"versions/{asset.token}-{name}", ContentFile(content), save=False)
        version.save()
    return asset


@pytest.fixture
def asset(db, film_files):
    return keep_asset(film_files)


@pytest.fixture
def film(site, asset):
    """A draft that is ready to be sent: ``film(title="…")`` makes one more of another title."""
    from utbud.films.models import FilmIndexPage, FilmPage

    def make(title="Betala en räkning med mobilen", *, by=None, **fields):
        usual = {
            "one_sentence": SENTENCE, "asset": asset, "captions": CUES, "captions_from": "hand", "chapters": CHAPTERS,
            "needs": "Din mobil\nEn räkning", "about": "<p>Filmen är kort.</p>", "seen": "En hand håller en mobil.",
        }  # fmt: skip
        page = FilmPage(title=title, live=False, owner=by or site.editor, **usual | fields)
        FilmIndexPage.objects.get().add_child(instance=page)
        page.save_revision(user=by or site.editor, clean=False)
        return page

    return make


@pytest.fixture
def publish_lists(site, publish):
    """The list page is out too."""
    from utbud.films.models import FilmIndexPage

    index = FilmIndexPage.objects.get()
    if not index.live:
        index.save_revision(user=site.editor)
        publish(index)
    return index


def many(film, number: int) -> None:
    """``number`` published films, without the way through approval."""
    from utbud.films.models import FilmPage

    for count in range(number):
        page = film(f"Film {count}")
        FilmPage.objects.filter(pk=page.pk).update(
            live=True,
            has_unpublished_changes=False,
            first_published_at=timezone.now(),
            last_published_at=timezone.now(),
        )
