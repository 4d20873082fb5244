"""What the voice is given to say, how it says it, and when each sentence begins."""

import ctypes
import sys
import threading
from array import array

import pytest
import yaml

from utbud.formats import speech
from utbud.formats.content import Sentence, reading
from utbud.formats.speech import NoVoice, narrate, spoken

SAID = {
    # short forms
    "Ring kl. 9, t.ex. på måndag.": "Ring klockan 9, till exempel på måndag.",
    "Mejl, sms m.m.": "Mejl, sms med mera",
    "Det kostar 50 kr.": "Det kostar 50 kronor.",
    # numbers
    "Ring 08-465 004 00.": "Ring noll åtta, fyra sex fem, noll noll fyra, noll noll.",
    "070-174 06 05": "noll sju noll, ett sju fyra, noll sex, noll fem",
    "+46 8 465 004 00": "plus fyra sex, åtta, fyra sex fem, noll noll fyra, noll noll",
    "Ring 112.": "Ring ett ett två.",
    "Ring 1177 eller 114 14.": "Ring elva sjuttiosju eller elva fyra, fjorton.",
    "Klockan 13.30–15": "Klockan 13 30 till 15",
    "Klockan 9.05": "Klockan 9 noll 5",
    "Klockan 10.00": "Klockan 10",
    "Åren 2021–2026": "Åren 2021 till 2026",
    "Den 2026-11-23": "Den 23 november 2026",
    "1 000 kr och 15 GB": "1 000 kronor och 15 gigabajt",
    "Spara 10 %": "Spara 10 procent",
    # addresses
    "Gå till www.1177.se.": "Gå till elva sjuttiosju punkt s e.",
    "https://internetkunskap.se/": "internetkunskap punkt s e",
    "bibliotek.example.org/ord/qr-kod/": "bibliotek punkt example punkt årj snedstreck ord snedstreck qr streck kod",
    "Skriv till info@example.org": "Skriv till info snabel-a example punkt årj",
    # words
    "Mobilt BankID": "Mobilt bankidé",
    "BankID:t": "bankidét",
    "Ditt wifi": "Ditt vajfaj",
    "Swisha med Swish-appen": "svischa med svisch-appen",
    "Routern och bredbandsroutern": "rautern och bredbandsrautern",
    "En QR-kod, en app, en podd": "En QR-kod, en app, en podd",
    "VPN och AI": "VPN och AI",
    "id-kort": "idé-kort",
    # words that only look alike
    "Kr är inte kr i krona": "kronor är inte kronor i krona",
    "En pinne och en simmare": "En pinne och en simmare",
    # what cannot be said
    "Bra 😀 → nu": "Bra nu",
    "[[skript]] <b>x</b>": "skript b x snedstreck b",
    "rad\x00ett": "rad ett",
    "": "",
}


@pytest.mark.parametrize(("written", "said"), SAID.items())
def test_what_the_voice_is_given(written, said):
    assert spoken(written) == said


def test_decomposed_letters_are_read_as_letters():
    assert spoken("a\u030ar") == "år"


def test_every_entry_of_the_lexicon_works_and_is_final():
    parts = yaml.safe_load(speech.LEXICON.read_text("utf-8"))
    assert set(parts) == {"whole", "begins", "inside"}
    entries = [(str(written), said) for part in parts.values() for written, said in part.items()]
    said = {written: spoken(written) for written, _said in entries}
    assert {written: said[written].replace("/", "") for written, _said in entries} == {
        written: " ".join(wanted.split()) for written, wanted in entries
    }


# espeak's phonemes: S is sj-sound, ' is stress, : is long.
HEARD = {
    "Swish": "sv'IS",
    "wifi": "v'ajfaj",
    "BankID": "b,aNki:d'e:",
    "streama": "stR'i:ma",
    "klockan 13 30": "kl'Ok:an tR'EtOn tR'EtI",
    "QR-kod": "k,u-'ERk'o:d",
    "mejl": "m'Ejl",
}


@pytest.mark.parametrize(("written", "phonemes"), HEARD.items())
def test_how_it_sounds(written, phonemes):
    library = speech.Espeak._load()
    speech.Espeak().say([""], words_a_minute=speech.CALM)  # in Swedish, whatever was said before
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    text = ctypes.c_char_p(spoken(written).encode())
    assert library.espeak_TextToPhonemes(ctypes.byref(text), 1, 0).decode() == phonemes


# --- the reading ------------------------------------------------------------------------------

SENTENCES = (
    Sentence(0, "Wifi.", True),
    Sentence(1, "Wifi är internet genom luften.", True),
    Sentence(2, "Du slipper sladd.", False),
    Sentence(3, "😀", False),
    Sentence(4, "Gör så här.", True),
)


@pytest.fixture(scope="module")
def calm():
    return narrate(SENTENCES, speech.voice())


def test_each_mark_is_where_its_sentence_begins(calm):
    samples = array("h")
    samples.frombytes(calm.samples)
    for number in (0, 1, 2, 4):
        at = round(calm.marks[number] * calm.rate)
        before = samples[
            max(0, at - calm.rate // 5) : at - calm.rate // 1000
        ]  # marks are told to the millisecond
        assert (number, max(map(abs, before))) == (number, 0)
        assert max(map(abs, samples[at : at + calm.rate // 50])) > speech.QUIET


def test_the_first_sound_comes_soon_and_the_end_is_quiet(calm):
    assert calm.marks[0] == speech.LEAD_IN
    assert not any(calm.samples[-round(speech.TAIL * calm.rate) * 2 :])


def test_a_sentence_of_signs_has_a_mark_and_no_sound(calm):
    assert calm.marks[2] < calm.marks[3] < calm.marks[4]
    assert calm.marks[4] - calm.marks[3] == pytest.approx(speech.LONGER, abs=0.01)


def test_slow_is_slower(calm):
    slow = narrate(SENTENCES, speech.voice(), slow=True)
    assert 1.2 < slow.seconds / calm.seconds < 1.8
    assert len(slow.marks) == len(calm.marks) == 5


def test_the_calm_voice_reads_about_150_words_a_minute(item):
    sentences = reading(item)
    narration = narrate(sentences, speech.voice())
    words = sum(len(sentence.text.split()) for sentence in sentences)
    assert 90 < words / narration.seconds * 60 < 160  # pauses are counted, so somewhat fewer


@pytest.mark.parametrize("sentences", [(), (Sentence(0, "😀", True),)])
def test_nothing_to_say_is_silence(sentences):
    narration = narrate(sentences, speech.voice())
    assert (len(narration.marks), any(narration.samples), narration.seconds > 0) == (
        len(sentences),
        False,
        True,
    )


def test_two_at_once_say_what_one_would_alone(calm):
    heard = {}

    def speak(name):
        heard[name] = narrate(SENTENCES, speech.voice()).marks

    threads = [threading.Thread(target=speak, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The hiss of an s is drawn anew each time, so the ends are the same to some milliseconds.
    assert [list(marks) for marks in heard.values()] == [pytest.approx(list(calm.marks), abs=0.03)] * 4


# --- Piper, as its documents describe it ------------------------------------------------------

FAKE_PIPER = """#!{python}
import argparse, pathlib, sys, time, wave
parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--output_dir", required=True)
parser.add_argument("--length_scale", type=float, default=1)
given = parser.parse_args()
pathlib.Path(given.model + ".told").write_text(str(given.length_scale))
{trouble}
for line in sys.stdin:
    if line := line.strip():
        with wave.open(str(pathlib.Path(given.output_dir, f"{{time.monotonic_ns()}}.wav")), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(b"\\x00\\x30\\x00\\xd0" * int(400 * len(line) * given.length_scale))
"""


@pytest.fixture
def piper(tmp_path):
    def make(trouble=""):
        program = tmp_path / "piper"
        program.write_text(FAKE_PIPER.format(python=sys.executable, trouble=trouble))
        program.chmod(0o755)
        (tmp_path / "voice.onnx").write_bytes(b"voice")
        return speech.Piper(str(program), str(tmp_path / "voice.onnx"))

    return make


def test_piper_reads_a_sentence_at_a_time_in_order(piper):
    narration = narrate(SENTENCES, piper())
    starts = narration.marks
    lengths = [2 * 400 * len(spoken(SENTENCES[number].text)) * 170 / 150 / 16_000 for number in (0, 1)]
    assert narration.rate == 16_000
    assert starts[1] - starts[0] == pytest.approx(lengths[0] + speech.LONGER, abs=0.02)
    assert starts[2] - starts[1] == pytest.approx(lengths[1] + speech.BETWEEN, abs=0.02)


@pytest.mark.parametrize(("slow", "scale"), [(False, "1.13"), (True, "1.55")])
def test_piper_is_told_how_fast(piper, tmp_path, slow, scale):
    narrate(SENTENCES, piper(), slow=slow)
    assert (tmp_path / "voice.onnx.told").read_text() == scale


def test_piper_is_not_started_for_nothing(piper, tmp_path):
    narrate((Sentence(0, "😀", True),), piper())
    assert not (tmp_path / "voice.onnx.told").exists()


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("sys.exit('modellen är trasig')", "modellen är trasig"),
        ("sys.stdin.readline()", "Piper läste 3 av 4 meningar."),
    ],
)
def test_a_piper_that_fails_says_so(piper, trouble, says):
    with pytest.raises(NoVoice, match=says):
        narrate(SENTENCES, piper(trouble))


def test_a_piper_that_is_not_there_says_so(piper, tmp_path):
    voice = piper()
    (tmp_path / "piper").unlink()
    with pytest.raises(NoVoice, match="svarade inte"):
        narrate(SENTENCES, voice)


def test_another_voice_file_is_another_version(piper, tmp_path):
    first = piper().version
    (tmp_path / "voice.onnx").write_bytes(b"another")
    assert speech.Piper("piper", str(tmp_path / "voice.onnx")).version != first
    with pytest.raises(NoVoice):
        speech.Piper("piper", str(tmp_path / "none.onnx"))


def test_piper_goes_before_espeak_when_both_its_parts_are_given(piper, tmp_path):
    piper()
    assert type(speech.voice("piper", str(tmp_path / "voice.onnx"))) is speech.Piper
    assert type(speech.voice("piper", "")) is type(speech.voice()) is speech.Espeak
