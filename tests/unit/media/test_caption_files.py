"""Caption files as people have them: each oddity is one that a real program makes."""

import pytest

from utbud.media import caption_files, captions
from utbud.media.captions import Cue

HELLO = Cue(1.0, 2.5, "Hej på dig.")


def srt(*blocks):
    return "\r\n\r\n".join(blocks) + "\r\n"


ODD = {
    "WebVTT": ("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHej på dig.\n", [HELLO]),
    "a byte order mark": ("\ufeffWEBVTT\n\n00:01.000 --> 00:02.500\nHej på dig.", [HELLO]),
    "a heading, settings and names": (
        "WEBVTT - Film\nKind: captions\nLanguage: sv\n\nforsta\n00:01.000 --> 00:02.500 line:85% align:start\nHej på dig.\n",
        [HELLO],
    ),
    "notes, style sheets and regions": (
        "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\nhär 00:00:09.000 --> 00:00:10.000 är en tid\n\n"
        "00:01.000 --> 00:02.500\nHej på dig.\n\nNOTE slut\n",
        [HELLO],
    ),
    "SubRip with Windows' line ends": (srt("1\r\n00:00:01,000 --> 00:00:02,500\r\nHej på dig."), [HELLO]),
    "old Mac's line ends": ("1\r00:00:01,000 --> 00:00:02,500\rHej på dig.\r", [HELLO]),
    "a full stop in SubRip and a short fraction": ("1\n0:0:1.0 --> 0:0:2.5\nHej på dig.", [HELLO]),
    "no empty line between": (
        "1\n00:00:01,000 --> 00:00:02,500\nHej på dig.\n2\n00:00:03,000 --> 00:00:04,000\nHej då.",
        [HELLO, Cue(3, 4, "Hej då.")],
    ),
    "no numbers, and a text that is one": (
        "00:00:01,000 --> 00:00:02,500\n1984\n\n00:00:03,000 --> 00:00:04,000\n2026",
        [Cue(1, 2.5, "1984"), Cue(3, 4, "2026")],
    ),
    "numbers, and a text that is one": (
        "1\n00:00:01,000 --> 00:00:02,500\n1984\n\n2\n00:00:03,000 --> 00:00:04,000\n2026",
        [Cue(1, 2.5, "1984"), Cue(3, 4, "2026")],
    ),
    "an empty line inside a SubRip text": (
        "1\n00:00:01,000 --> 00:00:02,500\nHej\n\npå dig.\n\n2\n00:00:03,000 --> 00:00:04,000\nHej då.",
        [Cue(1, 2.5, "Hej\npå dig."), Cue(3, 4, "Hej då.")],
    ),
    "styles, fonts and places": (
        "1\n00:00:01,000 --> 00:00:02,500 X1:10 X2:20 Y1:5 Y2:9\n{\\an8}<i><font color=\"#fff\">Hej</font></i> <b>på</b> dig.",
        [HELLO],
    ),
    "voices": ("WEBVTT\n\n00:01.000 --> 00:02.500\n<v.loud Anna Ek>Hej på dig.</v>", [Cue(1, 2.5, "Hej på dig.", "Anna Ek")]),
    "two voices in one": (
        "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Anna>Hej hej.\n<v Bo>Hej hej.",
        [Cue(0, 2, "Hej hej.", "Anna"), Cue(2, 4, "Hej hej.", "Bo")],
    ),
    "signs as names": ("WEBVTT\n\n00:01.000 --> 00:02.500\nKaffe &amp; te&nbsp;&lt;gratis&gt;", [Cue(1, 2.5, "Kaffe & te <gratis>")]),
    "a less-than that is no tag": ("1\n00:00:01,000 --> 00:00:02,500\n3 < 5 och 7 > 2", [Cue(1, 2.5, "3 < 5 och 7 > 2")]),
    "signs that cannot be seen": ("1\n00:00:01,000 --> 00:00:02,500\n\u200eHej\u00a0på\u200b dig.", [HELLO]),
    "captions that roll": (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000 align:start\n \nhej<00:00:01.000><c> på</c>\n\n"
        "00:00:02.000 --> 00:00:02.010\nhej på\n \n\n00:00:02.010 --> 00:00:04.000\nhej på\ndig<00:00:03.000><c> du</c>",
        [Cue(0, 2, "hej på"), Cue(2.01, 4, "dig du")],
    ),
    "more than an hour, more than ninety-nine": (
        "WEBVTT\n\n101:00:01.000 --> 101:00:02.000\nHej.",
        [Cue(363601, 363602, "Hej.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "cues"), ODD.values(), ids=ODD)
def test_odd_files_are_read(text, cues):
    assert caption_files.read(text.encode()) == caption_files.Found(tuple(cues), ())


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_swedish_letters_come_whole_in_every_coding(coding):
    text = "1\n00:00:01,000 --> 00:00:02,500\nÅ, ä och ö – så!"
    assert [cue.text for cue in caption_files.read(text.encode(coding)).cues] == ["Å, ä och ö – så!"]


REMARKED = {
    "not in order": (
        "1\n00:00:03,000 --> 00:00:04,000\nSist.\n\n2\n00:00:01,000 --> 00:00:02,500\nHej på dig.",
        [HELLO, Cue(3, 4, "Sist.")],
        ["Undertexterna stod inte i ordning. De är sorterade efter tid."],
    ),
    "a time that is none": (
        "1\n00:00:01,000 --> 00:00:02,500\nHej på dig.\n\n2\n00:00:0x,000 --> 00:00:04,000\nBort.",
        [HELLO],
        ["Rad 6 i filen har en tid som inte går att läsa: «00:00:0x,000 --> 00:00:04,000». Den är utelämnad."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "cues", "remarks"), REMARKED.values(), ids=REMARKED)
def test_what_was_odd_is_said(text, cues, remarks):
    assert caption_files.read(text.encode()) == caption_files.Found(tuple(cues), tuple(remarks))


NONE = {
    "nothing": (b"", "tom"),
    "white space": (b" \n\r\n", "tom"),
    "text that is no captions": ("Kära dagbok --> i dag".encode(), "inga undertexter"),
    "a heading alone": (b"WEBVTT\n\n", "inga undertexter"),
    "times without text": (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "inga undertexter"),
    "a film": (b"\0\0\0\x20ftypisom" + bytes(200), "inte text"),
    "far too much": (b"a" * 3_000_001, "för stor"),
}


@pytest.mark.parametrize(("data", "says"), NONE.values(), ids=NONE)
def test_what_is_no_captions_is_refused(data, says):
    with pytest.raises(caption_files.NotCaptions, match=says):
        caption_files.read(data)


def test_what_is_written_is_read_back():
    cues = (
        Cue(0, 1.25, "Kaffe & te <gratis>", "Anna <3"),
        Cue(1.25, 3661.007, "Två rader\när bäst"),
    )
    assert caption_files.read(captions.vtt(cues).encode()).cues == cues


def test_a_long_file_is_read_quickly():
    text = "\n\n".join(
        f"{n}\n00:{n // 60:02}:{n % 60:02},000 --> 00:{n // 60:02}:{n % 60:02},900\nHej {n}"
        for n in range(3000)
    )
    assert len(caption_files.read(text.encode()).cues) == 3000
