"""A show with episodes whose sound is real: an MP3 of 90 seconds that ffmpeg made once."""

import datetime as dt
import hashlib
import subprocess

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests import made_once
from utbud.formats import sound

CAPTIONS = [
    [0.0, 4.0, "Välkommen till Podden Ofiktion. I dag talar vi om lösenord.", "Anna"],
    [4.5, 8.0, "Tack. Jag har med mig tre frågor & ett <svar>.", "Bo"],
    [61.0, 66.0, "Det var allt. Hej då.", "Anna"],
]
CHAPTERS = [[0.0, "Inledning"], [60.0, "Avslutning"]]
SECONDS = 90


@pytest.fixture(scope="session")
def mp3(tmp_path_factory):
    """A minute and a half of a soft tone, as MP3 with tags of its own."""
    return tone(tmp_path_factory.mktemp("sound") / "sound.mp3", SECONDS)


def tone(path, seconds):
    command = [
        sound.ffmpeg(), "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", f"sine=frequency=220:duration={seconds},volume=0.5",
        "-af", "loudnorm=I=-16:TP=-1.5", "-ac", "1", "-ar", "44100", "-b:a", "64k", "-metadata", "title=Gammalt namn", "-id3v2_version", "3",
    ]  # fmt: skip

    def ffmpegs():
        subprocess.run([*command, str(path)], check=True)
        return path.read_bytes()

    return made_once.once(ffmpegs, command)


@pytest.fixture
def asset(site, mp3, now):
    """A sound that is ready, as processing leaves it: ``asset()`` makes one."""
    from utbud.media.models import PRIVATE, SOUND, Asset, State, Version

    def asset(content=mp3):
        row = Asset.objects.create(
            kind="sound", name="avsnitt.wav", original=f"{PRIVATE}media/original", bytes=len(content),
            state=State.READY, progress=100, seconds=float(SECONDS), by=site.editor, created_at=now,
        )  # fmt: skip
        name = default_storage.save(f"{PRIVATE}media/{row.token}.mp3", ContentFile(content))
        Version.objects.create(
            asset=row, name=SOUND, file=name, content_type="audio/mpeg", bytes=len(content),
            digest=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        return row

    return asset


@pytest.fixture
def send(site, no_files, now):
    """Send a draft the whole way, with the sound but without paper and cards."""
    from utbud.publishing import actions

    def send(page, *, at=None):
        moment = at or now
        request = actions.request_approval(page=page, message="", by=site.editor, now=moment)
        actions.approve(request=request, publisher=site.publisher, by=site.chief, now=moment)
        page.refresh_from_db()
        return page

    return send


@pytest.fixture
def show(site, send):
    """The show, out: /podd/ofiktion/."""
    from utbud.podcast.models import PodcastIndexPage, ShowPage

    index = PodcastIndexPage.objects.first()
    if index is None:
        index = PodcastIndexPage(title="Podd", slug="podd", live=False, owner=site.editor)
        site.start.add_child(instance=index)
        index.save_revision(user=site.editor)
    if not index.live:
        send(index)
    page = ShowPage(
        title="Podden Ofiktion", slug="ofiktion", live=False, owner=site.editor,
        description="En podd om det som är på riktigt. Vi talar om böcker & nät.", owner_email="podd@example.org",
    )  # fmt: skip
    index.add_child(instance=page)
    page.save_revision(user=site.editor)
    return send(page)


@pytest.fixture
def draft(site, show, asset):
    """Write an episode: ``draft("Lösenord", number=2)`` gives a draft with sound, text and chapters."""
    from utbud.podcast.models import EpisodePage, Guest

    def draft(title="Om lösenord", *, guests=(("Anna Ek", "host"), ("Bo Alm", "guest")), **fields):
        made = asset()
        page = EpisodePage(
            **{
                "title": title, "live": False, "owner": site.editor, "one_sentence": "Så gör du ett bra lösenord.",
                "asset": made, "captions": CAPTIONS, "chapters": CHAPTERS, "captions_from": "hand",
                "notes": "<p>Vi talar om <b>lösenord</b>.</p><ul><li>Långa är bäst.</li></ul>", "number": 1,
                "checked_on": dt.date(2026, 11, 20), "review_by": dt.date(2027, 11, 20),
            } | fields
        )  # fmt: skip
        show.add_child(instance=page)
        page.guests = [
            Guest(name=name, role=role, consent_on=dt.date(2026, 11, 1), consent_how="Muntligt")
            for name, role in guests
        ]
        page.save()
        page.save_revision(user=site.editor)
        return page

    return draft


@pytest.fixture
def episode(draft, send):
    """An episode that is out: ``episode("Lösenord")``."""
    return lambda title="Om lösenord", *, at=None, **fields: send(draft(title, **fields), at=at)
