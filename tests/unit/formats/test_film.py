"""A clip as phones and services get it. One is made for all these tests, since it takes seconds."""

import dataclasses
import io
import itertools
import json
import re
import shutil
import subprocess

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.unit.formats.conftest import a_library, a_word
from tests.unit.formats.test_clip import FULL
from utbud.base.orphans import files_under
from utbud.formats import actions, clip, film, queries, sound, speech
from utbud.formats.clip import CLOSING, TELLING


@pytest.fixture(scope="module")
def short():
    """A word that is quickly read, without a drawing in storage."""
    return dataclasses.replace(a_word(), sections=(), picture=None)


@pytest.fixture(scope="module")
def made(short, tmp_path_factory):
    """(the film in a folder, what is remembered about it)."""
    content, meta = actions._film_of(short, a_library())
    path = tmp_path_factory.mktemp("film") / "klipp.mp4"
    path.write_bytes(content)
    return path, meta


def test_it_is_what_social_media_take(made):
    path, meta = made
    told = sound.run("-i", str(path), "-map", "0:v:0", "-c", "copy", "-f", "null", "-")
    assert re.search(r"Video: h264 .*yuv420p\(tv, bt709.*\), 1080x1920", told)
    assert re.search(r"Video: .* 30 fps", told)
    assert re.search(r"Audio: aac \(LC\).*, 48000 Hz, stereo", told)
    assert int(re.findall(r"frame=\s*(\d+)", told)[-1]) == pytest.approx(meta["seconds"] * 30, abs=1)
    assert path.stat().st_size < 8_000_000


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")
def test_picture_and_sound_are_as_long_as_it_says(made):
    path, meta = made
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    streams = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"]
    assert [float(stream["duration"]) for stream in streams] == pytest.approx([meta["seconds"]] * 2, abs=0.1)
    assert [float(stream["start_time"]) for stream in streams] == [0, 0]


def test_a_short_word_is_held_until_20_seconds(made):
    assert made[1]["seconds"] == 20


def test_it_begins_to_play_before_it_is_whole(made):
    content = made[0].read_bytes()
    boxes, at = [], 0
    while at < len(content):
        boxes.append(content[at + 4 : at + 8])
        at += int.from_bytes(content[at : at + 4])
    assert boxes.index(b"moov") < boxes.index(b"mdat")
    assert b"elst" not in content[: content.index(b"mdat")]  # Instagram takes no edit lists


def test_it_is_as_loud_as_other_sound(made):
    level = sound.measure(made[0])
    assert level.lufs == pytest.approx(sound.LOUDNESS, abs=1)
    assert level.peak <= -1


def test_the_cues_are_of_the_voice(made, short):
    lines = clip.script(short, a_library())
    narration = speech.narrate(clip.sentences(lines), queries.voice())
    cues = clip.cues(lines, narration)
    assert [lines for _start, _end, lines in made[1]["cues"]] == [list(cue.lines) for cue in cues]
    # espeak-ng does not say the same thing in exactly the same time twice.
    assert [cue[0] for cue in made[1]["cues"]] == pytest.approx([cue.start for cue in cues], abs=0.1)


def frame(path, second):
    """The picture at ``second``."""
    command = [sound.ffmpeg(), "-v", "error", "-ss", str(second), "-i", str(path), "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]  # fmt: skip
    with Image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout)) as picture:
        return picture.convert("RGB")


def unlike(one, other):
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_each_caption_is_seen_while_it_is_said(made, short):
    """At the middle of each caption, the film shows the still that was drawn for it."""
    path, meta = made
    lines = clip.script(short, a_library())
    told = [
        cue
        for cue in clip.cues(lines, speech.narrate(clip.sentences(lines), queries.voice()))
        if cue.part == TELLING
    ]
    stills = actions.typeset.slides(short, a_library(), {}, [cue.lines for cue in told])
    closing = next(start for start, _end, text in meta["cues"] if text == ["Ring eller kom förbi."])
    moments = [1.0, *((cue.start + cue.end) / 2 for cue in told), closing + 1, meta["seconds"] - 0.1]
    drawn = [Image.open(io.BytesIO(still)).convert("RGB") for still in [*stills, stills[-1]]]
    seen = [frame(path, moment) for moment in moments]
    assert [min(range(len(drawn)), key=lambda at: unlike(one, drawn[at])) for one in seen[:-1]] == [
        *range(len(stills))
    ]
    assert all(unlike(one, still) < 3 for one, still in zip(seen, drawn, strict=True))


def test_scenes_change_softly_and_captions_at_once():
    stills = [
        film.Still(png("black"), 0.0),
        film.Still(png("white"), 1.0, scene=True),
        film.Still(png("red"), 2.0),
    ]
    frames = list(film._frames(stills, 90))
    assert sum(count for _picture, count in frames) == 90
    assert [count for _picture, count in frames] == [30, *[1] * film.FADE, 30 - film.FADE, 30]
    light = [
        Image.open(io.BytesIO(picture)).convert("L").getpixel((0, 0))
        for picture, _count in frames[: film.FADE + 2]
    ]
    steps = [after - before for before, after in itertools.pairwise(light)]
    assert (light[0], light[-1]) == (0, 255)
    assert max(steps) <= 30  # of 255: nothing flashes


def png(colour):
    file = io.BytesIO()
    Image.new("RGBA", (4, 4), colour).save(file, "PNG")
    return file.getvalue()


def test_a_slow_voice_makes_a_shorter_clip(monkeypatch, tmp_path):
    """A voice of a third of the speed: whole units go until it is within 60 s, and the closing stays."""
    narrated, written = [], {}
    narrate = speech.narrate

    def slowly(sentences, voice):
        narrated.append([sentence.text for sentence in sentences])
        said = narrate(sentences, voice)
        later = tuple(end * 2.2 for end in said.ends)
        return dataclasses.replace(said, marks=tuple(mark * 2.2 for mark in said.marks), ends=later, words=((),) * len(later))  # fmt: skip

    def write(stills, sound_file, mp4, *, seconds, tags):
        written.update(seconds=seconds, stills=len(stills))
        mp4.write_bytes(b"film")

    monkeypatch.setattr(actions, "narrate", slowly)
    monkeypatch.setattr(film, "write", write)
    monkeypatch.setattr(sound, "even_out", lambda *given, **named: None)
    monkeypatch.setattr(
        actions.typeset, "slides", lambda item, sender, files, captions: [b""] * (len(captions) + 2)
    )
    content, meta = actions._film_of(dataclasses.replace(a_word(), sections=FULL), a_library())
    assert content == b"film"
    assert len(narrated) > 1
    assert meta["seconds"] == pytest.approx(written["seconds"], abs=0.001)
    assert meta["seconds"] <= clip.LONGEST
    assert meta["cues"][-1][2][-1].endswith("08-465 004 00.")
    assert narrated[-1][-2:] == narrated[0][-2:]


def test_without_ffmpeg_nothing_is_left(db, item, sender, monkeypatch):
    def gone():
        raise sound.Failed("ffmpeg finns inte.")

    monkeypatch.setattr(sound, "ffmpeg", gone)
    with pytest.raises(sound.Failed, match="finns inte"):
        actions.clip(item=item, sender=sender)
    assert queries.ready(item=item, sender=sender) == {}
    assert list(files_under("renditions")) == []


def test_parts_have_names():
    assert {line.part for line in clip.script(a_word(), a_library())} == {clip.OPENING, TELLING, CLOSING}
