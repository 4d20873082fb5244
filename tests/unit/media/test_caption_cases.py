"""Caption files that made other programs lose text or show row numbers, each reported in public (tests/cases)."""

from pathlib import Path

import pytest

from utbud.base import decoding
from utbud.media import caption_files

CASES = Path(__file__).parents[2] / "cases"
THREE = [
    (1.0, 3.0, "Välkommen till biblioteket."),
    (3.5, 6.0, "Idag lär vi oss\nbyta lösenord."),
    (6.5, 8.0, "Då börjar vi."),
]
OLD = "Filen är sparad på ett äldre sätt ({}). Se efter att bokstäverna stämmer."


def rows(found):
    return [(cue.start, cue.end, cue.text) for cue in found.cues]


FILES = {
    "cap03-crcrlf.srt": (THREE, ()),
    "cap04-crcrlf.vtt": (THREE[:2], ()),
    "cap05-doublespaced.srt": (THREE, ()),
    "cap06-first-number-missing.srt": (THREE, ()),
    "cap10-one-bad-byte.srt": (
        [THREE[0], (3.5, 6.0, "Idag lär vi oss\n– byta lösenord."), THREE[2]],
        ("Rad 8: ett tecken var trasigt. Se efter att texten stämmer där.",),
    ),
    "cap12-arrow-in-text.srt": (
        [(1, 3, "Gå från steg 1 -> steg 2."), (3.5, 6, "Välj Arkiv --> Spara."), (6.5, 9, "Version 4 --> version 5\ntar en stund.")],
        (),
    ),
    "cap13-windows-path.srt": ([(1, 3, "Filen ligger i C:\\Nedladdat\\nytt.")], ()),
    "cap14-entity.srt": ([(1, 3, "exempel.se/?sok=1&section=2&copy=3")], ()),
    "cap17-cp1251.srt": ([(1, 3, "Добро пожаловать в библиотеку")], (OLD.format("Windows, kyrilliska"),)),
    "cap19-macroman.srt": (THREE, (OLD.format("Mac"),)),
    "cap20-cp850.srt": (THREE, (OLD.format("DOS"),)),
    "cap39-clock-in-text.srt": ([(1, 3, "Vi har öppet\n10:00 - 18:00 på vardagar\n10:00 -> 18:00 på lördag")], ()),
    "cap44-trailing-number.srt": ([(1, 3, "Hej")], ()),
    "cap50-python-timedelta.vtt": ([(1.25, 3.5, "Välkommen hit."), (3.5, 5, "Nu börjar vi.")], ()),
}  # fmt: skip


@pytest.mark.parametrize(("name", "found"), FILES.items(), ids=FILES)
def test_files_as_they_were_sent(name, found):
    read = caption_files.read((CASES / name).read_bytes())
    assert (rows(read), read.remarks) == found


A, B = "00:00:01,000 --> 00:00:02,000", "00:00:03,000 --> 00:00:04,000"
KINDS = {
    "a number in a text stays where captions have none": (f"{A}\nRum\n12\n\n{B}\nHej", ["Rum\n12", "Hej"]),
    "a number that is next, without an empty line": (f"1\n{A}\nEtt\n2\n{B}\nTvå", ["Ett", "Två"]),
    "numbers that skip": (f"7\n{A}\nEtt\n\n12\n{B}\nTvå", ["Ett", "Två"]),
    "numbers with spaces": (f" 1 \n{A}\nEtt\n\n 2 \n{B}\nTvå", ["Ett", "Två"]),
    "the last text is a number": (f"1\n{A}\nEtt\n\n2\n{B}\n3", ["Ett", "3"]),
    "the last text ends with the next number": (f"1\n{A}\nEtt\n\n2\n{B}\nRum\n3", ["Ett", "Rum\n3"]),
    "a number that never got its text": (f"1\n{A}\nEtt\n\n2\n{B}\nTvå\n\n3\n\n", ["Ett", "Två"]),
    "CR alone": (f"1\r{A}\rEtt\r\r2\r{B}\rTvå", ["Ett", "Två"]),
    "every line doubled, WebVTT": ("WEBVTT\n\n\n\n00:01.000 --> 00:02.000\n\nEtt\n\nrad\n\n\n\n00:03.000 --> 00:04.000\n\nTvå", ["Ett\nrad", "Två"]),
    "a clock alone on a line": (f"1\n{A}\nÖppet\n10:00 --> 18:00", ["Öppet\n10:00 --> 18:00"]),
    "a clock after an empty line": (f"1\n{A}\nÖppet\n\n10:00 -> 18:00\n\n2\n{B}\nHej", ["Öppet\n10:00 -> 18:00", "Hej"]),
    "a score": (f"1\n{A}\n3 --> 2", ["3 --> 2"]),
    "whole seconds all through": ("1\n00:00:01 --> 00:00:02\nEtt\n\n2\n00:00:03 --> 00:00:04\nTvå", ["Ett", "Två"]),
    "minutes and seconds all through": ("0:01 --> 0:02\nEtt\n\n0:03 --> 0:04\nTvå", ["Ett", "Två"]),
    "no empty line and no number": (f"{A}\nEtt\n{B}\nTvå", ["Ett", "Två"]),
    "text on the line of its time": (f"1\n{A} align:start\nEtt", ["Ett"]),
    "SubStation's new line": (f"1\n{A}\n{{\\an8}}Ett\\Nrad", ["Ett\nrad"]),
    "a folder": (f"1\n{A}\n\\\\server\\Nytt\\new", ["\\\\server\\Nytt\\new"]),
    "named signs": (f"1\n{A}\nKaffe &amp; te &lt;3 &#229; &copy 2026", ["Kaffe & te <3 å &copy 2026"]),
    "an address with &": (f"1\n{A}\nhttps://x.example.org/?a=1&amp;b=2&lt=3&copy;=4", ["https://x.example.org/?a=1&b=2&lt=3&copy;=4"]),
    "one digit of a second, and nine": (f"1\n00:00:01.5 --> 00:00:02.123456789\nEtt\n\n2\n{B}\nTvå", ["Ett", "Två"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), KINDS.values(), ids=KINDS)
def test_what_is_a_time_a_number_and_a_text(text, said):
    read = caption_files.read(text.encode())
    assert ([cue.text for cue in read.cues], read.remarks) == (said, ())


def test_parts_of_a_second_have_any_number_of_digits():
    read = caption_files.read(b"1\n00:00:01.5 --> 00:00:02.123456789\nEtt")
    assert rows(read) == [(1.5, 2.123, "Ett")]


SENTENCE = "Välkommen! Idag lär vi oss byta lösenord – så är det. ÅÄÖ: Åsa, Örjan."


@pytest.mark.parametrize(
    ("coding", "text", "remark"),
    [
        ("utf-8", SENTENCE, ""), ("utf-8-sig", SENTENCE, ""), ("utf-16", SENTENCE, ""), ("utf-16-le", SENTENCE, ""), ("utf-16-be", SENTENCE, ""),
        ("cp1252", SENTENCE, ""), ("latin-1", SENTENCE.replace("–", "-"), ""), ("mac_roman", SENTENCE, OLD.format("Mac")),
        ("cp850", SENTENCE.replace("–", "-"), OLD.format("DOS")), ("cp850", "ÅSA ÖBERG", OLD.format("DOS")), ("mac_roman", "ÅSA ÖBERG", OLD.format("Mac")),
        ("cp1251", "Добро пожаловать", OLD.format("Windows, kyrilliska")), ("koi8-r", "Добро пожаловать", OLD.format("KOI8, kyrilliska")), ("cp1256", "مرحبا بكم", OLD.format("Windows, arabiska")),
    ],
)  # fmt: skip
def test_letters_come_whole_whatever_wrote_them(coding, text, remark):
    found = decoding.decode(text.encode(coding))
    assert (found.text, found.remarks) == (text, (remark,) if remark else ())


def test_decomposed_letters_are_put_together():
    assert decoding.decode("Bo\u0308rjar a\u030a".encode()).text == "Börjar å"


def test_what_somebody_has_chosen_is_used():
    assert decoding.decode("ČŠŽ".encode("cp1250"), "cp1250").text == "ČŠŽ"


@pytest.mark.parametrize("data", [b"\0\0\0\x20ftypisom", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(300)])
def test_what_is_no_text(data):
    with pytest.raises(decoding.NotText):
        decoding.decode(data)
