"""`utbud check` tells whether print and sound can be made."""

import pytest

from utbud.base.health import ask_all
from utbud.formats import probes, queries, sound, speech, typeset


def test_all_is_well_here():
    found = ask_all()
    assert {name: found[name].ok for name in ("Teckensnitten", "Rösten", "ffmpeg")} == {
        "Teckensnitten": True,
        "Rösten": True,
        "ffmpeg": True,
    }


def fail(error):
    def failing(*_given, **_named):
        raise error

    return failing


TROUBLE = [
    (
        probes.voice,
        queries,
        "voice",
        fail(speech.NoVoice("Röstfilen x finns inte.")),
        "Röstfilen x finns inte.",
    ),
    (probes.ffmpeg, sound, "ffmpeg", fail(sound.Failed("ffmpeg finns inte.")), "ffmpeg finns inte."),
    (probes.ffmpeg, sound, "lacks", lambda coders: ["libx264"], "ffmpeg kan inte göra ljud och klipp."),
    (
        probes.fonts,
        typeset,
        "fonts",
        lambda: typeset.typst.Fonts(False, False),
        "Atkinson Hyperlegible Next saknas i utskrifterna.",
    ),
]


@pytest.mark.parametrize(("ask", "module", "name", "trouble", "says"), TROUBLE)
def test_what_does_not_work_is_said_with_what_to_do(monkeypatch, ask, module, name, trouble, says):
    monkeypatch.setattr(sound, "ffmpeg", lambda: "/usr/bin/ffmpeg")
    monkeypatch.setattr(module, name, trouble)
    finding = ask()
    assert (finding.ok, finding.says, finding.todo != "") == (False, says, True)


def test_it_says_which_coders_are_wanted(monkeypatch):
    monkeypatch.setattr(sound, "lacks", lambda coders: [coder for coder in coders if coder != "aac"])
    assert probes.ffmpeg().todo == "Installera ett ffmpeg som har libmp3lame, libx264."


def test_ffmpeg_is_asked_for_its_coders():
    assert sound.lacks(["libmp3lame", "aac", "libx264", "no-such-coder"]) == ["no-such-coder"]
