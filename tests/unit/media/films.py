"""Small films and sounds, made by ffmpeg in a moment: what people send, and what goes wrong with it."""

import subprocess
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

from utbud.formats import sound

QUICK = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
WEBM = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")


def speech(seconds: float, level: float = 0.3) -> str:
    """A source of sound that rises and falls like speech."""
    return f"aevalsrc=exprs={level}*sin(2*PI*220*t)*(0.6+0.4*sin(2*PI*3*t)):d={seconds}:s=48000"


def picture(size: str = "160x90", rate: str = "30", seconds: float = 1.5) -> str:
    """A source of moving pictures."""
    return f"testsrc2=s={size}:r={rate}:d={seconds}"


def numbered(seconds: float, rate: int = 30) -> str:
    """A source of pictures that tell their number in white bars: bit n is bar n of eight, from the left."""
    bars = "if(mod(floor(N/pow(2\\,floor(X/20)))\\,2)\\,235\\,16)"
    return f"color=black:s=160x90:r={rate}:d={seconds},geq=lum={bars}:cb=128:cr=128"


def numbers(path: Path) -> list[int]:
    """The number of each frame of a film made of ``numbered``."""
    raw = ffmpeg(
        "-i", str(path), "-map", "0:v:0", "-vf", "scale=8:1:flags=area,format=gray", "-f", "rawvideo", "-"
    )
    frames = [raw[at : at + 8] for at in range(0, len(raw), 8)]
    return [sum(1 << bit for bit, grey in enumerate(frame) if grey > 128) for frame in frames]


def ffmpeg(*arguments: str) -> bytes:
    command = [sound.ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def make(path: Path, *inputs: str, coded: tuple[str, ...] = QUICK, more: tuple[str, ...] = ()) -> Path:
    """A film of lavfi ``inputs``."""
    opened = [part for source in inputs for part in ("-f", "lavfi", "-i", source)]
    ffmpeg(*opened, *more, *coded, str(path))
    return path


def ordinary(path: Path, *, size: str = "160x90", seconds: float = 1.5, more: tuple[str, ...] = ()) -> Path:
    return make(path, picture(size, seconds=seconds), speech(seconds), more=more)


def written(content: bytes, path: Path) -> Path:
    path.write_bytes(content)
    return path


def part_of(made: Callable[[Path], Path], path: Path, share: float) -> Path:
    """The first ``share`` of a file: what a broken connection leaves."""
    whole = made(path).read_bytes()
    return written(whole[: int(len(whole) * share)], path)


def streamed(path: Path, **kept: float) -> Path:
    """WebM as a browser records it: written as it goes, without length or index; ``keep``: only the first part of it."""
    opened = ("-f", "lavfi", "-i", picture(), "-f", "lavfi", "-i", speech(1.5))
    whole = ffmpeg(*opened, *WEBM, "-f", "webm", "-live", "1", "pipe:1")
    return written(whole[: int(len(whole) * kept.get("keep", 1))], path)


def turned(path: Path) -> Path:
    """A telephone's film: the picture lies down, and a note says that it is to be turned."""
    flat = ordinary(path.with_name("flat.mp4"))
    content = bytearray(ffmpeg("-i", str(flat), "-c", "copy", "-f", "mov", "-movflags", "frag_keyframe+empty_moov", "pipe:1"))  # fmt: skip
    unit, one = (0x40000000).to_bytes(4, "big"), (0x10000).to_bytes(4, "big")
    none, minus = bytes(4), (0x100000000 - 0x10000).to_bytes(4, "big")
    straight = one + none * 3 + one + none * 3 + unit
    # The matrix of the picture's track (ISO 14496-12, 8.3.2), after that of the whole film.
    at = content.index(straight, content.index(straight) + 1)
    content[at : at + 36] = none + one + none + minus + none * 4 + unit
    return written(bytes(content), path)


def grey(path: Path) -> list[int]:
    """The mean grey of each frame of a film."""
    raw = ffmpeg(
        "-i", str(path), "-map", "0:v:0", "-vf", "scale=1:1:flags=area,format=gray", "-f", "rawvideo", "-"
    )
    return list(raw)


def told(path: Path) -> str:
    """What ffmpeg tells of a file."""
    command = [sound.ffmpeg(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, check=False).stderr.decode(errors="replace")


# What cannot be used: how it is made.
BAD: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "0 bytes": ("tom.mp4", partial(written, b"")),
    "text that says it is a film": ("brev.mp4", partial(written, b"Hej! Det har ar ett brev.\n" * 50)),
    "a playlist": ("film.mp4", partial(written, b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n")),
    "a list of other files": ("film.mp4", partial(written, b"ffconcat version 1.0\nfile /etc/hostname\n")),
    "a picture that says it is a film": (
        "film.mp4",
        lambda path: written(ffmpeg("-f", "lavfi", "-i", picture(), "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"), path),
    ),
    "a sound": ("film.m4a", lambda path: make(path, speech(1), coded=("-c:a", "aac"))),
    "a sound that says it is a film": (
        "film.mp4",
        lambda path: make(path, speech(1), coded=("-c:a", "libmp3lame", "-f", "mp3")),
    ),
    "no sound": ("film.mp4", lambda path: make(path, picture(), coded=QUICK[:4])),
    "silence": ("film.mp4", lambda path: make(path, picture(), "anullsrc=d=1.5")),
    "black": ("film.mp4", lambda path: make(path, "color=black:s=160x90:d=1.5", speech(1.5))),
    "cut off, the index last": ("film.mp4", partial(part_of, ordinary, share=0.6)),
    "cut off, the index first": (
        "film.mp4",
        partial(part_of, partial(ordinary, more=("-movflags", "+faststart")), share=0.6),
    ),
    "0.2 seconds": ("film.mp4", partial(ordinary, seconds=0.2)),
    "3 hours": (
        "film.mkv",
        lambda path: make(path, "color=red:s=16x16:r=1/60:d=10800", "anullsrc=r=1000:d=10800", coded=("-c:v", "mpeg4", "-c:a", "flac")),
    ),
}  # fmt: skip
CUT = "Filen är avbruten: slutet saknas. Spela in igen, eller hämta filen på nytt."
NO_FILM = "Det här är ingen film. Välj en film, till exempel MP4, MOV, WebM eller MKV."
SAID = {
    "0 bytes": "Filen är tom (0 byte). Spela in igen, eller välj en annan fil.",
    "text that says it is a film": NO_FILM,
    "a playlist": NO_FILM,
    "a list of other files": NO_FILM,
    "a picture that says it is a film": NO_FILM,
    "a sound": "Det här är ett ljud, ingen film. Välj en film, eller lägg upp det i podden.",
    "a sound that says it is a film": NO_FILM,
    "no sound": (
        "Filmen har inget ljud. En film behöver tal, som också blir undertexter. Spela in igen med mikrofonen på, "
        "eller lägg till ljud i filmen och ladda upp den på nytt."
    ),
    "silence": "Filmens ljud är tyst: ingenting hörs. Se efter att mikrofonen är på och spela in igen.",
    "black": "Bilden är svart hela filmen. Se efter vad som spelades in, och spela in igen.",
    "cut off, the index last": CUT,
    "cut off, the index first": CUT,
    "0.2 seconds": "Filmen är kortare än en halv sekund. Spela in igen.",
    "3 hours": "Filmen är 3 timmar. Den får vara högst en timme. Dela den i flera filmer.",
}

# What people send that is odd and can be used: how it is made, and (width, height, frames a second) of what comes out.
ODD: dict[str, tuple[str, Callable[[Path], Path], tuple[int, int, Fraction]]] = {
    "WebM from a browser": ("film.webm", streamed, (160, 90, Fraction(30))),
    "WebM from a browser that was killed": ("film.webm", partial(streamed, keep=0.6), (160, 90, Fraction(30))),
    "a name that lies": ("film.txt", lambda path: ordinary(path.with_suffix(".mp4")).rename(path), (160, 90, Fraction(30))),
    "a telephone held upright": ("film.mov", turned, (90, 160, Fraction(30))),
    "vertical": ("film.mp4", partial(ordinary, size="90x160"), (90, 160, Fraction(30))),
    "odd measures": (
        "film.webm",
        lambda path: make(path, picture("161x91"), speech(1.5), coded=WEBM),
        (160, 90, Fraction(30)),
    ),
    "frames now and then": (
        "film.mkv",
        lambda path: make(path, picture(), speech(1.5), more=("-vf", "select=not(between(n\\,6\\,27))", "-fps_mode", "vfr")),
        (160, 90, Fraction(30)),
    ),
    "50 frames a second": ("film.ts", lambda path: make(path, picture(rate="50"), speech(1.5)), (160, 90, Fraction(25))),
    "60 frames a second": ("film.mp4", lambda path: make(path, picture(rate="60"), speech(1.5)), (160, 90, Fraction(30))),
    "as in a cinema": (
        "film.mp4",
        lambda path: make(path, picture(rate="24000/1001"), speech(1.5)),
        (160, 90, Fraction(24000, 1001)),
    ),
    "an old camera": (
        "film.avi",
        lambda path: make(path, picture("160x120", rate="15"), speech(1.5), coded=("-c:v", "mpeg4", "-c:a", "libmp3lame")),
        (160, 120, Fraction(15)),
    ),
    "pixels that are not square": (
        "film.mp4",
        lambda path: make(path, picture("180x144", rate="25") + ",setsar=16/11", speech(1.5)),
        (262, 144, Fraction(25)),
    ),
    "brighter than a screen (HDR, 10 bits)": (
        "film.mp4",
        lambda path: make(path, picture() + ",format=yuv420p10le", speech(1.5), more=(
            "-color_trc", "arib-std-b67", "-color_primaries", "bt2020", "-colorspace", "bt2020nc")),
        (160, 90, Fraction(30)),
    ),
    "every other line": (
        "film.ts",
        lambda path: make(path, picture("720x576", rate="25") + ",setfield=tff", speech(1.5), coded=("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-c:a", "mp2")),
        (600, 480, Fraction(25)),
    ),
    "the picture ends before the sound": (
        "film.mkv",
        lambda path: make(path, picture(seconds=0.8), speech(1.5)),
        (160, 90, Fraction(30)),
    ),
}  # fmt: skip
