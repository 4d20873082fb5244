"""What a clip says, and its captions: whole sentences, all that is said, in time with the voice."""

import dataclasses
import itertools
import re

import pytest

from tests.unit.formats.conftest import a_library, a_word, steps
from utbud.base.richtext import blocks_from_text
from utbud.formats import clip, queries, speech
from utbud.formats.clip import CLOSING, LONGEST, OPENING, SHORTEST, TELLING, WIDTH, Cue
from utbud.formats.content import Section, reading
from utbud.formats.speech import Narration

ENDLESS = "Den här meningen tar aldrig slut, " * 60
LIKENESS = "Det är som radio. Du ser den inte. Men den finns i luften."
FULL = (
    Section("Vad är det?", blocks_from_text("Hemma kommer wifi från en låda. På biblioteket är det gratis.")),
    Section("Det är som …", blocks_from_text(LIKENESS)),
    Section("Så här märker du det", blocks_from_text("En solfjäder syns högst upp.")),
    Section("Det här kan du göra nu", steps("Fråga efter nätet. Skriv av namnet.", "Skriv lösenordet.")),
    Section("Ett vanligt missförstånd", blocks_from_text("Många tror att det kostar.")),
)
LONG_STEP = "Gå till inställningarna och leta upp det trådlösa nätet i listan. " * 12
ITEMS = {
    "short": {"sections": ()},
    "usual": {"sections": FULL},
    "nothing but a title": {"kind": "", "lead": "", "sections": ()},
    "a lead that never ends": {"lead": ENDLESS},
    "a long title": {"title": "Så här gör du när du vill prata med barnbarnen på skärm hemma i lugn och ro " * 3},
    "long sections": {"sections": (*FULL[:1], Section("Det är som …", blocks_from_text(LIKENESS * 20)), *FULL[3:])},
    "a long step": {"sections": (Section("Gör", steps(LONG_STEP, "Skriv lösenordet.")),)},
    "only signs": {"title": "😀", "lead": "→ 😀", "sections": ()},
}  # fmt: skip


@pytest.fixture(scope="module")
def voice():
    return queries.voice()


def word(name):
    return dataclasses.replace(a_word(), **ITEMS[name])


def said(lines, part=TELLING):
    return [line.text for line in lines if line.part == part]


def test_the_script_of_a_usual_word():
    lines = clip.script(word("usual"), a_library())
    assert [(line.part, line.text) for line in lines] == [
        (OPENING, "Veckans digitala ord: Wifi."),
        (TELLING, "Wifi är internet genom luften."),
        (TELLING, "Det är som radio."),
        (TELLING, "Du ser den inte."),
        (TELLING, "Men den finns i luften."),
        (TELLING, "Så här märker du det."),
        (TELLING, "En solfjäder syns högst upp."),
        (TELLING, "Det här kan du göra nu."),
        (TELLING, "Fråga efter nätet."),
        (TELLING, "Skriv av namnet."),
        (TELLING, "Skriv lösenordet."),
        (CLOSING, "Ring eller kom förbi."),
        (CLOSING, "Biblioteket, 08-465 004 00."),
    ]


TOLD = {
    # What takes its place when room is short: the first step before what it is like, a step whole or not at all.
    "short": ["Wifi är internet genom luften."],
    "nothing but a title": [],
    "a lead that never ends": ["Hemma kommer wifi från en låda.", "På biblioteket är det gratis.", "Det här kan du göra.", "Fråga efter namnet på nätet.", "Skriv lösenordet."],
    "a long step": ["Wifi är internet genom luften.", "Skriv lösenordet."],
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_has_no_room_is_left_out_whole(name):
    assert said(clip.script(word(name), a_library())) == TOLD[name]


@pytest.mark.parametrize("name", ITEMS)
def test_every_line_is_a_whole_sentence_of_the_item_in_its_order(name):
    item = word(name)
    whole = iter([sentence.text for sentence in reading(item)])
    assert all(line in whole for line in said(clip.script(item, a_library())))  # each after the one before


@pytest.mark.parametrize(
    ("sender", "closing"),
    [
        ({}, ["Ring eller kom förbi.", "Biblioteket, 08-465 004 00."]),
        ({"phone": ""}, ["Kom förbi.", "Biblioteket."]),
        ({"phone": "", "name": ""}, ["Kom förbi."]),
    ],
)
def test_the_closing(sender, closing):
    lines = clip.script(a_word(), dataclasses.replace(a_library(), **sender))
    assert said(lines, CLOSING) == closing


@pytest.mark.parametrize("name", ITEMS)
def test_a_clip_is_20_to_60_seconds(voice, name):
    lines = clip.script(word(name), a_library())
    narration = speech.narrate(clip.sentences(lines), voice)
    assert SHORTEST <= clip.length(narration) <= LONGEST
    assert clip.length(narration) >= narration.ends[-1] + clip.HOLD
    assert clip.seconds([line.text for line in lines]) <= LONGEST


def test_a_slower_voice_makes_it_shorter_from_the_end():
    lines = clip.script(word("usual"), a_library())
    units = []
    while lines:
        units.append(len({line.unit for line in lines if line.part == TELLING}))
        assert said(lines, CLOSING) == ["Ring eller kom förbi.", "Biblioteket, 08-465 004 00."]
        lines = clip.shorter(lines)
    assert units == [5, 4, 3, 2, 1, 0]


# --- captions ---------------------------------------------------------------------------------

CAPTIONS = {
    "Kort.": [("Kort.",)],
    "Det här kan du göra nu.": [("Det här kan du göra nu.",)],
    "Veckans digitala ord: BankID.": [("Veckans digitala ord:", "BankID.")],
    "Du visar vem du är, och du skriver ditt namn.": [("Du visar vem du är,", "och du skriver ditt namn.")],
    "Stämmer den inte med det du själv ville göra, så trycker du på Avbryt.": [
        ("Stämmer den inte med", "det du själv ville göra,"),
        ("så trycker du på Avbryt.",),
    ],
    "Ring biblioteket på 08-465 004 00 kl. 13 och fråga.": [
        ("Ring biblioteket",),
        ("på 08-465 004 00", "kl. 13 och fråga."),
    ],
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk": [
        ("Donaudampfschifffahrtselek",),
        ("trizitätenhauptbetriebswer", "k"),
    ],
    "": [],
}


@pytest.mark.parametrize("text", CAPTIONS)
def test_captions_break_where_one_draws_breath(text):
    assert [lines for _place, lines in clip.caption(text)] == CAPTIONS[text]


@pytest.mark.parametrize("name", ITEMS)
def test_captions_hold_all_that_is_said_in_at_most_two_lines(name):
    for line in clip.script(word(name), a_library()):
        pieces = clip.caption(line.text)
        shown = "".join("".join(lines) for _place, lines in pieces)
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", line.text)
        assert all(len(lines) <= 2 for _place, lines in pieces)
        assert all(
            len(one) <= 42 and (len(one) <= WIDTH or " " not in one) for _, lines in pieces for one in lines
        )
        assert all(line.text[place:].startswith(lines[0][:3].split(" ")[0]) for place, lines in pieces)


@pytest.mark.parametrize("name", ITEMS)
def test_cues_come_in_order_and_are_gone_before_the_next(voice, name):
    lines = clip.script(word(name), a_library())
    narration = speech.narrate(clip.sentences(lines), voice)
    cues = clip.cues(lines, narration)
    assert all(cue.start < cue.end for cue in cues)
    assert all(one.end <= other.start for one, other in itertools.pairwise(cues))
    assert all(cue.end <= clip.length(narration) for cue in cues)


SENTENCE = "Du visar vem du är med en kod som bara du har, och sedan skriver du under på nätet med den."


def test_each_caption_comes_when_its_first_word_is_said(voice):
    """Within 0.3 s: what comes before a caption, said by itself, takes as long as the caption waits."""
    line = clip.Line(SENTENCE, TELLING, 1)
    narration = speech.narrate(clip.sentences([line]), voice)
    cues = clip.cues([line], narration)
    assert len(cues) == 2
    for cue, (place, _lines) in zip(cues, clip.caption(SENTENCE), strict=True):
        if place == 0:
            starts = narration.marks[0]
        else:
            # A sentence that stops there stops a little later than one that goes on.
            alone = speech.narrate(
                clip.sentences([clip.Line(SENTENCE[:place].strip(" ,"), TELLING, 1)]), voice
            )
            starts = alone.ends[0]
        assert cue.start == pytest.approx(starts, abs=0.3)


def test_a_voice_that_does_not_tell_of_its_words_is_followed_by_letters():
    line = clip.Line(SENTENCE, TELLING, 1)
    narration = Narration(b"", 22_050, marks=(1.0,), ends=(10.0,), words=((),))
    starts = [cue.start for cue in clip.cues([line], narration)]
    places = [place for place, _lines in clip.caption(SENTENCE)]
    expected = [1.0 + 9.0 * (place / len(SENTENCE)) - clip.AHEAD for place in places]
    assert starts == pytest.approx(expected, abs=0.15)


def test_what_cannot_be_said_has_no_caption():
    lines = [clip.Line("😀", TELLING, 1), clip.Line("Hej.", TELLING, 2)]
    narration = Narration(b"", 22_050, marks=(0.25, 0.25), ends=(0.25, 1.0), words=((), ()))
    assert clip.cues(lines, narration) == (Cue(0.13, 1.12, ("Hej.",), TELLING),)


def test_webvtt():
    cues = [Cue(0.13, 2.5, ("A & B", "<c>"), TELLING), Cue(59.9996, 3723.05, ("Hej.",), CLOSING)]
    assert clip.vtt(cues) == (
        "WEBVTT\n\n"
        "00:00:00.130 --> 00:00:02.500\nA &amp; B\n&lt;c&gt;\n\n"
        "00:01:00.000 --> 01:02:03.050\nHej.\n"
    )
