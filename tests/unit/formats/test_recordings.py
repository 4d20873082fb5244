"""A reading by staff: taken in, evened out and measured, or refused in plain words with nothing left behind."""

import hashlib
import tempfile
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.unit.formats.conftest import hiss, save_wav, tone
from tests.unit.formats.test_made_once import stored
from tests.unit.formats.test_sound import meter
from utbud.formats import actions, sound
from utbud.formats.actions import NotASound, add_recording
from utbud.formats.models import Recording
from utbud.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return User.objects.create_user("lasare")


@pytest.fixture
def take_in(by, now):
    def take_in(content, *, name="inspelning.webm", title="Wifi"):
        return add_recording(upload=SimpleUploadedFile(name, content), title=title, by=by, now=now)

    return take_in


@pytest.mark.parametrize("name", ["a.wav", "a.webm", "a.m4a", "a.mp3", "a.ogg"])
def test_what_people_send_becomes_an_even_mp3(sounds, take_in, by, now, name):
    content = (sounds / name).read_bytes()
    recording = take_in(content, name=name)
    lufs, peak = meter(default_storage.path(recording.file.name))
    assert abs(lufs - -16) <= 1
    assert peak <= -1.5
    with recording.file.open() as file:
        assert hashlib.sha256(file.read()).hexdigest() == recording.digest
    assert recording.seconds == pytest.approx(3, abs=0.1)
    assert (recording.title, recording.original_name, recording.created_by, recording.created_at) == (
        "Wifi",
        name,
        by,
        now,
    )
    assert recording.file.name.startswith("recordings/2026/")
    assert stored("recordings") == [recording.file.name]


def wav(tmp_path, samples):
    return save_wav(tmp_path / "made.wav", samples).read_bytes()


REFUSED = {
    "empty": (lambda _folder: b"", "Filen är tom"),
    "text": (lambda _folder: b"Hej", "inget ljud i filen"),
    "a picture": (lambda _folder: b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, "inget ljud i filen"),
    "cut off": (lambda folder: wav(folder, tone(2))[:90_000], "avbruten"),
    "silent": (lambda folder: wav(folder, tone(2, lambda _time: 0)), "tyst"),
    "nearly silent": (lambda folder: wav(folder, hiss(2, 0.0005)), "tyst"),
    "a click": (lambda folder: wav(folder, tone(0.2)), "kortare än en halv sekund"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_and_nothing_is_left(take_in, tmp_path, monkeypatch, name):
    make, says = REFUSED[name]
    content = make(tmp_path)
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "work"))
    with pytest.raises(NotASound, match=says):
        take_in(content)
    assert (Recording.objects.count(), stored("recordings"), list((tmp_path / "work").iterdir())) == (
        0,
        [],
        [],
    )


def test_too_long_and_too_large_are_refused(take_in, sounds, monkeypatch):
    content = (sounds / "a.mp3").read_bytes()
    monkeypatch.setattr(actions, "LONGEST", 2)
    with pytest.raises(NotASound, match="längre än 15 minuter"):
        take_in(content)
    monkeypatch.setattr(actions, "LARGEST", len(content) - 1)
    with pytest.raises(NotASound, match="större än 100 MB"):
        take_in(content)
    assert stored("recordings") == []


def test_a_failure_in_the_work_is_told_in_plain_words(take_in, sounds, monkeypatch, caplog):
    def fail(*_given, **_named):
        raise sound.Failed("ffmpeg dog")

    monkeypatch.setattr(sound, "even_out", fail)
    with pytest.raises(NotASound, match="gick inte att bearbeta"):
        take_in((sounds / "a.mp3").read_bytes())
    assert "could not be worked on" in caplog.text
    assert stored("recordings") == []


def test_a_failure_in_the_database_leaves_no_file(take_in, sounds, monkeypatch):
    def fail(**_named):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Recording.objects, "create", fail)
    with pytest.raises(RuntimeError):
        take_in((sounds / "a.mp3").read_bytes())
    assert stored("recordings") == []


@pytest.mark.parametrize(
    ("title", "name", "kept"),
    [
        ("  Wifi ", "a.mp3", ("Wifi", "a.mp3")),
        ("", "../../etc/passwd", ("Inläsning måndag 23 november 2026", "passwd")),
        ("x" * 200, "å" * 190 + ".mp3", ("x" * 150, "å" * 190 + ".mp3")),
    ],
)
def test_titles_and_names(take_in, sounds, title, name, kept):
    recording = take_in((sounds / "a.mp3").read_bytes(), title=title, name=name)
    assert (recording.title, recording.original_name) == kept


@pytest.mark.parametrize(("seconds", "length"), [(5.4, "5 s"), (60, "1 min 0 s"), (125, "2 min 5 s")])
def test_length_in_words(seconds, length):
    assert Recording(seconds=seconds).length == length


# --- read aloud by a person -------------------------------------------------------------------


def test_a_recording_goes_before_the_voice(short, take_in, sounds):
    recording = take_in((sounds / "a.mp3").read_bytes())
    voice = actions.speech(item=short)
    own = actions.speech(item=short, recording=recording)
    assert own.key != voice.key
    stretch = own.meta["seconds"] / voice.meta["seconds"]
    assert own.meta["seconds"] == recording.seconds
    assert own.meta["marks"] == [pytest.approx(mark * stretch, abs=0.05) for mark in voice.meta["marks"]]
    assert actions.speech(item=short, recording=recording) == own


def test_a_recording_read_slowly(short, take_in, sounds):
    recording = take_in((sounds / "a.mp3").read_bytes())
    own = actions.speech(item=short, recording=recording)
    slow = actions.speech(item=short, slow=True, recording=recording)
    assert slow.meta["seconds"] == pytest.approx(recording.seconds / 0.8, abs=0.01)
    assert slow.meta["marks"] == [pytest.approx(mark / 0.8, abs=0.05) for mark in own.meta["marks"]]
    for rendition in (own, slow):
        path = Path(default_storage.path(rendition.file.name))
        lufs, peak = meter(path)
        assert abs(lufs - -16) <= 1
        assert peak <= -1
        heard = sound.read(path, path.with_suffix(".wav"), longest=60)
        assert heard.seconds == pytest.approx(rendition.meta["seconds"], abs=0.15)


def test_the_voice_is_even_too(item):
    for slow in (False, True):
        rendition = actions.speech(item=item, slow=slow)
        lufs, peak = meter(default_storage.path(rendition.file.name))
        assert abs(lufs - -16) <= 1
        assert peak <= -1
