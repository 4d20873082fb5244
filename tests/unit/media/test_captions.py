"""What is wrong with captions, what can be mended, and how they are divided and read."""

import pytest

from utbud.media import captions
from utbud.media.captions import Chapter, Cue

GOOD = [Cue(0.5, 3.0, "Tryck på den gröna knappen."), Cue(3.0, 6.0, "Vänta tills det blir klart.", "Anna")]


def only(*cues, seconds=60.0):
    return [(fault.row, fault.says, fault.stops) for fault in captions.faults(cues, seconds)]


def test_good_captions_have_no_faults():
    assert only(*GOOD, seconds=6.0) == []


STOPS = {
    "empty": ([Cue(1, 3, " \n")], (0, "Texten är tom. Skriv vad som sägs, eller ta bort raden.")),
    "before nought": ([Cue(-1, 3, "Hej hej.")], (0, "Den börjar före noll. Ändra tiden.")),
    "backwards": ([Cue(3, 3, "Hej hej.")], (0, "Den slutar innan den börjar. Ändra en av tiderna.")),
    "not in order": (
        [Cue(5, 7, "Hej hej."), Cue(1, 3, "Hej hej.")],
        (1, "Den börjar före raden ovanför. Ändra tiden, eller spara så sorteras raderna."),
    ),
    "overlaps": (
        [Cue(1, 3, "Hej hej."), Cue(2.5, 5, "Hej hej.")],
        (1, "Den börjar 0,5 sekunder innan den förra har slutat."),
    ),
    "overlaps by a thousandth": (
        [Cue(1, 3, "Hej hej."), Cue(2.999, 5, "Hej hej.")],
        (1, "Den börjar 0,001 sekunder innan den förra har slutat."),
    ),
    "overlaps one further up": (
        [Cue(1, 9, "Hej hej."), Cue(9, 9.5, "Hej."), Cue(9.4, 11, "Hej hej.")],
        (2, "Den börjar 0,1 sekunder innan den förra har slutat."),
    ),
    "past the end": (
        [Cue(58, 60.2, "Hej hej.")],
        (0, "Den slutar vid 1:00, men filmen eller ljudet slutar vid 1:00."),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cues", "fault"), STOPS.values(), ids=STOPS)
def test_what_hinders_publishing(cues, fault):
    row, says = fault
    assert [one[:2] for one in only(*cues) if one[2]] == [(row, says)]


ADVICE = {
    "too fast": (
        Cue(1, 2, "Det här hinner nästan ingen läsa klart."),
        "Den är svår att hinna läsa: 39 bokstäver i sekunden. 20 är mest.",
    ),
    "three lines": (Cue(1, 5, "En.\nTvå.\nTre."), "Den har 3 rader. Dela den, två är mest."),
    "a long line": (Cue(1, 5, "Den här raden är alldeles för lång för en ruta."), "En rad har 47 tecken. 42 är mest."),
    "gone at once": (Cue(1, 1.4, "Hej."), "Den syns bara 0,4 sekunder. Minst en sekund behövs."),
    "long silence first": (Cue(30, 32, "Hej hej."), "Före den första är det 30 sekunder utan undertext. Sägs något där?"),
}  # fmt: skip


@pytest.mark.parametrize(("cue", "says"), ADVICE.values(), ids=ADVICE)
def test_what_is_advice(cue, says):
    assert only(cue, seconds=None) == [(0, says, False)]


def test_long_gaps_are_pointed_out_between_and_after():
    assert only(Cue(0, 2, "Hej hej."), Cue(20, 22, "Hej hej."), seconds=40) == [
        (1, "Före den är det 18 sekunder utan undertext. Sägs något där?", False),
        (1, "Efter den är det 18 sekunder utan undertext. Sägs något där?", False),
    ]


def test_problems_say_the_row_and_the_time_and_leave_advice_out():
    cues = [Cue(0, 2, "Hej hej."), Cue(64, 64.5, "")]
    assert captions.problems(cues, 65) == [
        "Rad 2 (1:04): Texten är tom. Skriv vad som sägs, eller ta bort raden."
    ]
    assert captions.advice(cues, 65) == [
        "Rad 2 (1:04): Den syns bara 0,5 sekunder. Minst en sekund behövs.",
        "Rad 2 (1:04): Före den är det 62 sekunder utan undertext. Sägs något där?",
    ]
    assert captions.problems([], 65) == []


MENDED = {
    "good ones are left": (GOOD, GOOD),
    "a small overlap": ([Cue(1, 3.2, "Ett."), Cue(3, 5, "Två.")], [Cue(1, 3, "Ett."), Cue(3, 5, "Två.")]),
    "a large overlap is left to tell": ([Cue(1, 9, "Ett."), Cue(3, 5, "Två.")], [Cue(1, 9, "Ett."), Cue(3, 5, "Två.")]),
    "the same start is left to tell": ([Cue(1, 1.4, "Ett."), Cue(1, 5, "Två.")], [Cue(1, 1.4, "Ett."), Cue(1, 5, "Två.")]),
    "order": ([Cue(3, 5, "Två."), Cue(1, 3, "Ett.")], [Cue(1, 3, "Ett."), Cue(3, 5, "Två.")]),
    "empty ones": ([Cue(1, 3, "Ett."), Cue(3, 5, " ")], [Cue(1, 3, "Ett.")]),
    "past the end": ([Cue(57, 61, "Ett.")], [Cue(57, 60, "Ett.")]),
    "after the end is left to tell": ([Cue(61, 63, "Ett.")], [Cue(61, 63, "Ett.")]),
    "thousandths": ([Cue(1.00049, 2.9999, "Ett.")], [Cue(1.0, 3.0, "Ett.")]),
    "a line that fits on two": (
        [Cue(1, 5, "Den här raden är alldeles för lång för en ruta.")],
        [Cue(1, 5, "Den här raden är alldeles\nför lång för en ruta.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("cues", "mended"), MENDED.values(), ids=MENDED)
def test_what_is_safe_is_mended(cues, mended):
    assert captions.mend(cues, 60.0) == tuple(mended)
    assert captions.mend(mended, 60.0) == tuple(mended)  # once is enough


def test_text_is_divided_where_it_draws_breath():
    said = "När du har tryckt på knappen kommer en ruta fram, och i den skriver du koden som du har fått i brevet."
    assert captions.pieces(said) == (
        (0, "När du har tryckt på\nknappen kommer en ruta fram,"),
        (50, "och i den skriver du koden\nsom du har fått i brevet."),
    )


def test_a_transcript_as_plain_text():
    cues = [
        Cue(0, 2, "Hej och\nvälkommen.", "Anna"),
        Cue(2, 4, "Tack.", "Bo"),
        Cue(62, 64, "Nu börjar vi.", "Anna"),
    ]
    parts = captions.transcript(cues, [Chapter(60, "Steg ett")])
    assert (
        captions.text(parts)
        == "Anna: Hej och välkommen.\n\nBo: Tack.\n\n1:00 Steg ett\n\nAnna: Nu börjar vi.\n"
    )
    assert captions.text(()) == ""
