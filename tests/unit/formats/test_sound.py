"""Sound that comes in is read or refused; sound that goes out is even, and a second meter agrees."""

import re
import subprocess

import pytest

from tests.unit.formats.conftest import hiss, save_wav, tone
from utbud.formats import sound
from utbud.formats.sound import RECORDED, SPOKEN, CutOff, NoSound


def meter(path):
    """Loudness and true peak as ffmpeg's ebur128 prints them."""
    command = [
        sound.ffmpeg(),
        "-nostdin",
        "-hide_banner",
        "-i",
        str(path),
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ]
    told = subprocess.run(command, capture_output=True, check=True).stderr.decode()
    summary = told[told.rfind("Summary:") :]
    return float(re.search(r"I:\s+(\S+) LUFS", summary)[1]), float(
        re.search(r"Peak:\s+(\S+) dBFS", summary)[1]
    )


MADE = {
    "a voice": tone(2, lambda time: 0.25),
    "very short": tone(0.6),
    "very quiet": hiss(2, 0.004),
    "too loud": hiss(2, 1.0),
    "loud and quiet": tone(5, lambda time: 0.9 if time % 3 < 0.7 else 0.01),
    "knocks": tone(3, lambda time: 0.95 if time % 2 < 0.005 else 0.002),
}
CASES = [(name, RECORDED, True) for name in MADE] + [
    (name, SPOKEN, False) for name in ("a voice", "very short")
]


@pytest.mark.parametrize(("name", "target", "people"), CASES)
def test_what_goes_out_is_even(tmp_path, name, target, people):
    save_wav(tmp_path / "in.wav", MADE[name])
    said = sound.even_out(tmp_path / "in.wav", tmp_path / "out.mp3", target, people=people, tags={})
    lufs, peak = meter(tmp_path / "out.mp3")
    assert abs(lufs - -16) <= 1
    assert peak <= target.peak
    assert (said.lufs, said.peak) == (lufs, peak)


def test_what_cannot_be_so_loud_comes_as_near_as_it_can_under_the_peak(tmp_path):
    save_wav(tmp_path / "in.wav", tone(2, lambda time: 0.9 if time % 0.5 < 0.012 else 0))
    level = sound.even_out(tmp_path / "in.wav", tmp_path / "out.mp3", RECORDED, people=True, tags={})
    assert (level.lufs, level.peak) == meter(tmp_path / "out.mp3")
    assert -26 < level.lufs < -17
    assert level.peak <= RECORDED.peak


def test_mp3_is_mono_with_rate_and_bitrate_as_wanted(tmp_path):
    save_wav(tmp_path / "in.wav", tone(2))
    sound.even_out(tmp_path / "in.wav", tmp_path / "out.mp3", RECORDED, people=True, tags={})
    told = sound.run("-i", str(tmp_path / "out.mp3"), "-f", "null", "-")
    assert re.search(r"Audio: mp3.*44100 Hz, mono.* 96 kb/s", told)


def test_tags_are_text_whatever_they_hold(tmp_path):
    save_wav(tmp_path / "in.wav", tone(1))
    tags = {"title": "Nät\x00fiske\nåäö", "artist": "-i /etc/passwd"}
    sound.encode(tmp_path / "in.wav", tmp_path / "out.mp3", SPOKEN, tags=tags)
    told = sound.run("-i", str(tmp_path / "out.mp3"), "-f", "null", "-")
    assert re.findall(r"^\s+(title|artist)\s+: (.+)$", told, re.M)[:2] == [
        ("title", "Nät fiske åäö"),
        ("artist", "-i /etc/passwd"),
    ]


@pytest.mark.parametrize("name", ["a.wav", "a.webm", "a.m4a", "a.mp3", "a.ogg"])
def test_what_people_send_is_read(sounds, tmp_path, name):
    heard = sound.read(sounds / name, tmp_path / "out.wav", longest=60)
    assert heard.seconds == pytest.approx(3, abs=0.1)
    assert heard.mean == pytest.approx(-20, abs=3)


@pytest.mark.parametrize("name", ["a.wav", "a.webm", "a.m4a", "a.mp3", "a.ogg"])
@pytest.mark.parametrize("part", [0.35, 0.8])
def test_what_is_cut_off_is_refused(sounds, tmp_path, name, part):
    whole = (sounds / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(CutOff):
        sound.read(tmp_path / name, tmp_path / "out.wav", longest=60)


def test_what_is_longer_than_the_longest_is_read_only_a_little_past_it(sounds, tmp_path):
    assert sound.read(sounds / "a.wav", tmp_path / "out.wav", longest=-4).seconds == 1


NOT_SOUND = {
    "text": b"Hej hej",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
    "a page": b"<html><script>alert(1)</script></html>",
    "rubbish": bytes(range(256)) * 40,
    "Ogg in name only": b"OggX" + b"\x00" * 100,
}


@pytest.mark.parametrize("name", NOT_SOUND)
def test_what_is_not_sound_is_refused(tmp_path, name):
    (tmp_path / "file").write_bytes(NOT_SOUND[name])
    with pytest.raises(NoSound):
        sound.read(tmp_path / "file", tmp_path / "out.wav", longest=60)


def test_a_film_without_sound_is_refused(tmp_path):
    command = [
        sound.ffmpeg(),
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "color=s=32x32:d=1",
        "-c:v",
        "mpeg4",
        str(tmp_path / "film.mp4"),
    ]
    subprocess.run(command, check=True)
    with pytest.raises(NoSound):
        sound.read(tmp_path / "film.mp4", tmp_path / "out.wav", longest=60)


def test_a_list_that_names_other_files_is_refused(sounds, tmp_path):
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://{sounds / 'a.mp3'}\n#EXT-X-ENDLIST\n"
    for content in (playlist, f"ffconcat version 1.0\nfile '{sounds / 'a.mp3'}'\n"):
        (tmp_path / "list.m3u8").write_text(content)
        with pytest.raises(NoSound):
            sound.read(tmp_path / "list.m3u8", tmp_path / "out.wav", longest=60)


def test_without_ffmpeg_it_says_so(monkeypatch, tmp_path, sounds):
    def gone():
        raise sound.Failed("ffmpeg finns inte.")

    monkeypatch.setattr(sound, "ffmpeg", gone)
    with pytest.raises(sound.Failed, match="finns inte"):
        sound.read(sounds / "a.wav", tmp_path / "out.wav", longest=60)
