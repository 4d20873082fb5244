"""Films and sounds that other programs refused or made silent, each reported in public (tests/cases)."""

from pathlib import Path

import pytest

from tests.unit.formats.test_sound import meter
from tests.unit.media.test_encode import worker
from utbud.formats import sound
from utbud.media import encode

CASES = Path(__file__).parents[2] / "cases"
OPPOSED = "Ljudets två kanaler tog ut varandra. Den ena används. Lyssna igenom det."


@pytest.mark.parametrize(
    ("name", "seconds", "opposed"),
    [("media01-subtitles-longer.mkv", 4.0, False), ("media06-inverted.mkv", 4.0, True)],
)
def test_films(name, seconds, opposed, tmp_path):
    result = encode.film(worker(tmp_path), CASES / name, start=None, end=None)
    assert result.seconds == pytest.approx(seconds, abs=0.1)
    assert (OPPOSED in result.remarks) is opposed
    lufs, peak = meter(result.made[0].path)
    assert abs(lufs - -16) <= 1
    assert peak <= -1


@pytest.mark.parametrize(
    ("name", "opposed"), [("media03-chapters-past-end.m4a", False), ("media04-inverted.flac", True)]
)
def test_sounds(name, opposed, tmp_path):
    result = encode.listen(worker(tmp_path), CASES / name, start=None, end=None)
    assert (OPPOSED in result.remarks) is opposed
    assert abs(meter(result.made[0].path)[0] - -16) <= 1


def test_a_film_that_is_cut_off_is_told_also_when_it_has_subtitles(tmp_path):
    whole = (CASES / "media01-subtitles-longer.mkv").read_bytes()
    source = tmp_path / "film.mkv"
    source.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(encode.Refused, match="slutet saknas"):
        encode.film(worker(tmp_path), source, start=None, end=None)


@pytest.mark.parametrize(
    ("told", "opposed"),
    [((-20.0, -20.0), False), ((-20.0, -23.0), False), ((-23.0, -26.0), False), ((-20.0, -91.0), True), ((-20.0, -35.0), True), ((-91.0, -91.0), False), ((-20.0,), False), ((), False)],
)  # fmt: skip
def test_when_channels_take_each_other_out(told, opposed):
    says = "\n".join(
        f"[Parsed_volumedetect_{at} @ 0x1] mean_volume: {level} dB" for at, level in enumerate(told)
    )
    assert sound.are_opposed(says) is opposed
