"""What people send, looked into, refused or made into what readers get; measured with ffmpeg itself."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from tests.unit.formats.test_sound import meter
from tests.unit.media import films
from utbud.formats import sound
from utbud.media import encode
from utbud.media.encode import Size


def worker(folder: Path) -> encode.Worker:
    work = folder / "work"
    work.mkdir()
    return encode.Worker(work, lambda _done: None)


@pytest.mark.parametrize("what", films.BAD)
def test_what_cannot_be_used_is_refused_in_plain_words(what: str, tmp_path: Path) -> None:
    name, made = films.BAD[what]
    source = made(tmp_path / name)
    with pytest.raises(encode.Refused) as refused:
        encode.film(worker(tmp_path), source, start=None, end=None)
    assert str(refused.value) == films.SAID[what]


@pytest.mark.parametrize("what", films.ODD)
def test_what_is_odd_becomes_an_ordinary_film(what: str, tmp_path: Path) -> None:
    name, made, (width, height, rate) = films.ODD[what]
    result = encode.film(worker(tmp_path), made(tmp_path / name), start=None, end=None)
    film = result.made[0]
    assert (film.name, film.width, film.height) == ("480p", width, height)
    told = films.told(film.path)
    assert re.search(rf"Video: h264 \(High\).*yuv420p\(tv, bt709.*, {width}x{height} \[SAR 1:1", told), told
    assert f" {float(rate):.4g} fps" in told
    assert re.search(r"Audio: aac \(LC\)", told)
    seconds = 0.9 if "killed" in what else 1.5
    assert result.seconds == pytest.approx(seconds, abs=0.12)
    assert len(films.grey(film.path)) == pytest.approx(result.seconds * float(rate), abs=1.01)
    lufs, peak = meter(film.path)
    assert abs(lufs - -16) <= 1
    assert peak <= -1


@pytest.mark.parametrize(
    ("width", "height", "made"),
    [
        (1920, 1080, [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480)]),
        (3840, 2160, [("1080p", 1920, 1080), ("720p", 1280, 720), ("480p", 854, 480)]),
        (1920, 1200, [("1080p", 1728, 1080), ("720p", 1152, 720), ("480p", 768, 480)]),
        (1080, 1920, [("1080p", 1080, 1920), ("720p", 720, 1280), ("480p", 480, 854)]),
        (1366, 768, [("720p", 1366, 768), ("480p", 854, 480)]),  # a recorded screen keeps its pixels
        (1440, 900, [("720p", 1152, 720), ("480p", 768, 480)]),
        (1279, 719, [("720p", 1280, 720), ("480p", 854, 480)]),
        (640, 480, [("480p", 640, 480)]),
        (640, 361, [("480p", 640, 360)]),
        (5, 3, [("480p", 16, 16)]),
    ],
)
def test_a_film_gets_the_sizes_it_has_pixels_for(
    width: int, height: int, made: list[tuple[str, int, int]]
) -> None:
    assert encode.sizes(width, height) == tuple(Size(*one) for one in made)


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ("25 fps, 25 tbr, 12800 tbn", Fraction(25)),
        ("30 fps, 30 tbr", Fraction(30)),
        ("29.97 fps, 29.97 tbr", Fraction(30000, 1001)),
        ("23.98 fps, 23.98 tbr", Fraction(24000, 1001)),
        ("50 fps, 50 tbr", Fraction(25)),
        ("59.94 fps, 59.94 tbr", Fraction(30)),
        ("120 fps, 120 tbr", Fraction(30)),
        ("1k fps, 1k tbr, 1k tbn", Fraction(30)),  # a browser's recording
        ("7.31 fps, 30 tbr", Fraction(30)),
        ("24.9 fps, 50 tbr", Fraction(25)),
        ("12 fps, 12 tbr", Fraction(12)),
        ("90k tbr, 90k tbn", Fraction(30)),
        ("0.02 fps, 0.02 tbr", Fraction(30)),
    ],
)
def test_a_film_has_an_even_number_of_frames_a_second(told: str, rate: Fraction) -> None:
    assert encode._rate(told) == rate


@pytest.mark.parametrize(
    ("name", "coded"),
    [
        (
            "film.mp4",
            (*films.QUICK, "-preset", "veryfast", "-bf", "3", "-g", "300"),
        ),  # one key frame, at its start
        ("film.webm", (*films.WEBM, "-b:v", "2M", "-f", "webm", "-live", "1")),  # no index
    ],
)
@pytest.mark.parametrize(("start", "end"), [(0.5, 1.2), (0.7, None)])
def test_a_trim_is_exact_to_the_frame(
    name: str, coded: tuple[str, ...], start: float | None, end: float | None, tmp_path: Path
) -> None:
    source = films.make(tmp_path / name, films.numbered(1.6), films.speech(1.6), coded=coded)
    result = encode.film(worker(tmp_path), source, start=start, end=end)
    first, last = round((start or 0) * 30), round((end or 1.6) * 30) - 1
    assert films.numbers(result.made[0].path) == list(range(first, last + 1))
    assert result.seconds == pytest.approx((last - first + 1) / 30, abs=0.011)


def test_sound_and_picture_stay_together_after_a_trim(tmp_path: Path) -> None:
    """White and a tone come at the same moment, 1.5 s into the file."""
    white = "color=black:s=160x90:r=30:d=3,geq=lum='if(between(T,1.499,1.79),235,60)':cb=128:cr=128"
    beep = "aevalsrc=exprs='(0.01+0.5*between(t,1.5,1.8))*sin(2*PI*440*t)':d=3:s=48000"
    source = films.make(tmp_path / "film.mp4", white, beep)
    film = encode.film(worker(tmp_path), source, start=0.5, end=2.5).made[0].path
    seen = next(at for at, grey in enumerate(films.grey(film)) if grey > 150) / 30
    told = films.ffmpeg("-i", str(film), "-map", "0:a", "-ac", "1", "-ar", "8000", "-f", "s16le", "-")
    samples = memoryview(told).cast("h")
    peak = max(map(abs, samples))
    heard = next(at for at, sample in enumerate(samples) if abs(sample) > peak / 2) / 8000
    assert seen == pytest.approx(1.0, abs=0.001)
    assert heard == pytest.approx(1.0, abs=0.02)


def test_what_to_look_at_is_remarked_on(tmp_path: Path) -> None:
    picture = "color=gray:s=90x160:r=10:d=100,geq=lum='if(between(T,20,32),16,128)':cb=128:cr=128"
    voice = "aevalsrc=exprs='between(t,0,60)*0.004*sin(2*PI*220*t)':d=100:s=16000"
    source = films.make(tmp_path / "film.mp4", picture, voice, "anullsrc=d=100:r=16000", more=("-map", "0", "-map", "1", "-map", "2"))  # fmt: skip
    result = encode.film(worker(tmp_path), source, start=None, end=None)
    assert result.remarks == (
        "Filen har 2 ljudspår. Spår 1 används.",
        "Det är tyst i 40 sekunder från 1:00.",
        "Ljudet var mycket svagt. Det är höjt, men då hörs brus. Tala närmare mikrofonen nästa gång.",
        "Bilden är svart i 12 sekunder från 0:20.",
        "Filmen är stående. På en dator blir den smal: spela helst in liggande.",
        "Bilden är liten: 90 × 160. Text i den kan bli svår att läsa.",
        "Filmen är 1 och en halv minut. En del bör vara högst 90 sekunder. Dela den om det går.",
    )
    posters = [made.name for made in result.made if made.name.startswith("poster-")]
    assert posters == ["poster-10.000", "poster-36.000", "poster-50.000", "poster-70.000", "poster-90.000"]


def test_all_that_is_made_of_a_film(tmp_path: Path) -> None:
    source = films.ordinary(
        tmp_path / "film.mp4", size="1280x720", more=("-metadata", "location=+62.63+17.94/")
    )
    result = encode.film(worker(tmp_path), source, start=None, end=None)
    assert [made.name for made in result.made] == [
        "720p", "480p", "sound", "poster-0.133", "poster-0.433", "poster-0.733", "poster-1.033", "poster-1.333",
    ]  # fmt: skip
    for made in result.made[:2]:
        content = made.path.read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")  # it begins to play before it is whole
        assert b"62.63" not in content  # where somebody lives is nobody's business
    assert abs(meter(result.made[2].path)[0] - -16) <= 1
    assert re.search(r"Audio: aac \(LC\).*48000 Hz, mono", films.told(result.made[2].path))
    assert result.made[3].path.read_bytes()[:3] == b"\xff\xd8\xff"
    assert {name: result.about[name] for name in ("width", "height", "rate", "video", "audio", "turned")} == {
        "width": 1280, "height": 720, "rate": 30.0, "video": "h264", "audio": "aac", "turned": 0,
    }  # fmt: skip
    assert set(result.about["took"]) == {"read", "listen", "loudness", "picture", "posters"}


def test_one_can_seek_to_every_other_second(tmp_path: Path) -> None:
    source = films.make(tmp_path / "film.mp4", films.picture(seconds=5), films.speech(5))
    film = encode.film(worker(tmp_path), source, start=None, end=None).made[0].path
    told = films.ffmpeg("-skip_frame", "nokey", "-i", str(film), "-map", "0:v", "-vf", "scale=1:1,format=gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-")  # fmt: skip
    assert len(told) >= 3


# --- sounds -----------------------------------------------------------------------------------


def test_a_sound_becomes_an_even_mp3_without_tags(tmp_path: Path) -> None:
    source = films.make(
        tmp_path / "a.wav", films.speech(2, 0.02), coded=("-metadata", "title=Hemligt", "-ac", "2")
    )
    result = encode.listen(worker(tmp_path), source, start=0.5, end=1.75)
    (made,) = result.made
    assert (made.name, made.content_type, result.seconds) == ("sound", "audio/mpeg", 1.25)
    lufs, peak = meter(made.path)
    assert abs(lufs - -16) <= 1
    assert peak <= -1
    content = made.path.read_bytes()
    assert content[:1] == b"\xff"  # sound from the first byte
    assert b"Hemligt" not in content
    assert re.search(r"mp3.*44100 Hz, mono, \w+, 1\d\d kb/s", films.told(made.path))
    seconds = sound.clock(sound.DURATION.search(films.told(made.path)))
    assert seconds == pytest.approx(1.25, abs=0.06)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda path: films.written(b"", path), "Filen är tom (0 byte). Spela in igen, eller välj en annan fil."),
        (
            lambda path: films.written(b"Hej\n" * 500, path),
            "Det finns inget ljud i filen. Välj en ljudfil, till exempel MP3, M4A eller WAV.",
        ),
        (lambda path: films.part_of(lambda p: films.make(p, films.speech(2), coded=("-c:a", "pcm_s16le", "-f", "wav")), path, 0.5), films.CUT),
        (
            lambda path: films.make(path, "anullsrc=d=2", coded=("-c:a", "pcm_s16le", "-f", "wav")),
            "Ljudet är tyst. Se efter att mikrofonen är på och spela in igen.",
        ),
        (
            lambda path: films.make(path, films.speech(0.3), coded=("-c:a", "pcm_s16le", "-f", "wav")),
            "Ljudet är kortare än en halv sekund. Spela in igen.",
        ),
        (
            lambda path: films.make(path, "anullsrc=r=1000:d=11000", coded=("-c:a", "flac", "-f", "flac")),
            "Ljudet är 3 timmar och 3 minuter. Det får vara högst 3 timmar. Dela det i flera.",
        ),
    ],
)  # fmt: skip
def test_a_sound_that_cannot_be_used(made: object, says: str, tmp_path: Path) -> None:
    source = made(tmp_path / "a.wav")  # type: ignore[operator]
    with pytest.raises(encode.Refused) as refused:
        encode.listen(worker(tmp_path), source, start=None, end=None)
    assert str(refused.value) == says


# --- the work itself --------------------------------------------------------------------------


def test_the_disk_is_full(tmp_path: Path) -> None:
    work = worker(tmp_path)
    with pytest.raises(encode.DiskFull):
        work.run("-f", "lavfi", "-i", films.picture(), "-f", "rawvideo", "/dev/full")
    with pytest.raises(encode.DiskFull):
        work.room(10**15)


def test_a_stop_ends_ffmpeg_at_once(tmp_path: Path) -> None:
    def tell(_done: float) -> None:
        if (tmp_path / "work/long.mkv").exists():
            raise encode.Stopped

    (tmp_path / "work").mkdir()
    work = encode.Worker(tmp_path / "work", tell)
    with pytest.raises(encode.Stopped):
        work.run("-re", "-f", "lavfi", "-i", films.picture(seconds=600), str(tmp_path / "work/long.mkv"))


def test_progress_goes_from_none_to_all_and_never_back(tmp_path: Path) -> None:
    told: list[float] = []
    (tmp_path / "work").mkdir()
    source = films.ordinary(tmp_path / "film.mp4")
    encode.film(encode.Worker(tmp_path / "work", told.append), source, start=None, end=None)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 0.99)
