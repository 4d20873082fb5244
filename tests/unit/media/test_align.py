"""A script found in a recording by another voice: each sentence, what was left out, and what was said besides.

How far from the truth it falls on longer and worse sounds is measured by bench/align.py.
"""

import itertools

import numpy as np
import pytest

from bench.align import Case, Reader, record
from utbud.formats import sound, speech
from utbud.media import align
from utbud.media.align import Line

SENTENCES = [
    "Hej och välkommen.",
    "I dag visar jag hur du laddar ner en app till din telefon.",
    "Tryck på ikonen som heter Play Butik.",
    "Skriv appens namn i rutan högst upp, och tryck på förstoringsglaset.",
    "Vänta tills den är klar.",
    "Ring oss om du fastnar på vägen.",
]  # fmt: skip
SCRIPT = "\n\n".join(SENTENCES)
ADDED = {2: "Jo, jag måste berätta att jag själv letade länge efter den där ikonen."}

CASES = {
    "a woman's voice": Case("", "sv+f2"),
    "40 % slower": Case("", "sv+m3", 90),
    "40 % quicker": Case("", "sv+f4", 210),
    "a Norwegian, with noise": Case("", "nb+m3", noise=15),
    "music before and after": Case("", "sv+f2", around=(4, 3)),
    "long pauses": Case("", "da+f2", pauses=(1, 4)),
    "a sentence left out": Case("", "sv+f2", skipped=(3,)),
    "something said besides": Case("", "sv+f2", added=ADDED),
    "another pitch": Case("", "sv+m3", filters="asetrate=19000,aresample=16000,atempo=1.16053"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_sentence_is_found_where_it_is_said(case, tmp_path):
    truth, _length = record(case, SENTENCES, tmp_path / "a.wav")
    found = align.match(SCRIPT, tmp_path / "a.wav", speech.Espeak())
    assert [one.start is None for one in found.said] == [true is None for true in truth]
    errors = [abs(one.start - true) for one, true in zip(found.said, truth, strict=True) if true is not None]
    assert max(errors) < 0.5
    assert np.median(errors) < 0.05


def test_what_is_left_out_and_what_is_besides_is_said(tmp_path):
    case = Case("", "sv+f2", skipped=(4,), added=ADDED)
    record(case, SENTENCES, tmp_path / "a.wav")
    told = align.doubts(align.match(SCRIPT, tmp_path / "a.wav", speech.Espeak()))
    assert [doubt.says.split("«")[0] for doubt in told if "kan ligga fel" not in doubt.says] == [
        next(doubt.says for doubt in told if doubt.says.startswith("Mellan")),
        "Härefter står i manuset ",
    ]


def test_captions_come_with_the_words_and_do_not_overlap(tmp_path):
    truth, length = record(Case("", "sv+f2"), SENTENCES, tmp_path / "a.wav")
    cues = align.align(SCRIPT, tmp_path / "a.wav", speech.Espeak())
    assert " ".join(" ".join(cue.text.split()) for cue in cues) == " ".join(SENTENCES)
    assert all(one.end <= other.start for one, other in itertools.pairwise(cues))
    assert all(cue.end - cue.start >= 0.9 for cue in cues)
    assert cues[0].start == pytest.approx(truth[0], abs=0.1)
    assert cues[-1].end <= length + 2


def test_a_long_sentence_is_divided_where_its_words_are(tmp_path):
    long = "När du har tryckt på knappen kommer en ruta fram, och i den skriver du koden som du har fått i brevet."
    record(Case("", "sv+f2"), [long], tmp_path / "a.wav")
    first, second = align.align(long, tmp_path / "a.wav", speech.Espeak())
    # The engine itself says when «och» comes: by the share of the whole, whatever the tempo.
    told = speech.narrate([align.Sentence(0, long, False)], Reader("sv+f2"))
    letter = long.index("och i den")
    true = next(moment for at, moment in told.words[0] if at >= letter) - told.marks[0]
    assert second.start - first.start == pytest.approx(true, abs=0.12)


SCRIPTS = {
    "paragraphs and lines": ("Hej du.\nHur är det?\n\nBra.", [Line("Hej du."), Line("Hur är det?"), Line("Bra.")]),
    "a sentence over two lines": ("Det här är\nen mening.", [Line("Det här är en mening.")]),
    "names, until another": (
        "Anna: Hej. Välkommen.\n\nTill podden.\n\nBo Ek: Tack.",
        [Line("Hej.", "Anna"), Line("Välkommen.", "Anna"), Line("Till podden.", "Anna"), Line("Tack.", "Bo Ek")],
    ),
    "a name at a line": ("Anna: Hej.\nBo: Hej.", [Line("Hej.", "Anna"), Line("Hej.", "Bo")]),
    "words that are no names": (
        "Obs: tryck inte. Klockan är 13: nu börjar vi.",
        [Line("Obs: tryck inte."), Line("Klockan är 13: nu börjar vi.")],
    ),
    "directions are not said": ("[Visar\nskärmen] Tryck här. [paus]", [Line("Tryck här.")]),
    "signs alone are not said": ("***\n\nHej.\n\n…", [Line("Hej.")]),
    "nothing": (" \n\n[musik]", []),
}  # fmt: skip


@pytest.mark.parametrize(("script", "lines"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_is_read_as_what_is_said(script, lines):
    assert list(align.lines(script)) == lines


@pytest.mark.parametrize(("script", "seconds"), [("", 3), ("[musik]", 3), ("Hej.", 0.1), ("Hej.", 0)])
def test_nothing_to_compare_is_said(script, seconds, tmp_path):
    sound.write_wav(bytes(2 * int(16000 * seconds)), 16000, tmp_path / "a.wav")
    with pytest.raises(align.NothingToAlign):
        align.match(script, tmp_path / "a.wav", speech.Espeak())


def test_silence_is_nothing_to_compare_with(tmp_path):
    sound.write_wav(bytes(2 * 16000 * 5), 16000, tmp_path / "a.wav")
    with pytest.raises(align.NothingToAlign):
        align.match(SCRIPT, tmp_path / "a.wav", speech.Espeak())


def test_a_sound_that_nobody_speaks_in_is_not_trusted(tmp_path):
    samples = np.random.default_rng(1).normal(0, 3000, 16000 * 8).astype(np.int16)
    sound.write_wav(samples.tobytes(), 16000, tmp_path / "a.wav")
    found = align.match(SCRIPT, tmp_path / "a.wav", speech.Espeak())
    assert [one for one in found.said if one.sure >= align.DOUBT] == []
