"""A film from stills and sound with ffmpeg: H.264 and AAC in an MP4 that begins to play before it is whole.

Pure: pictures and a sound file in, a file out. Every still is encoded by itself and nothing moves but the
soft change between scenes, so a clip of 40 s takes some seconds to make.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from utbud.formats import sound

RATE = 30  # frames a second
FADE = 10  # frames between two scenes: a third of a second, far from any flashing
# The quickest of the coder's ways: nearly all frames repeat the one before. A key frame every five seconds.
CODER = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "20", "-g", "150", "-bf", "0")
# Colours as in all film of this size (ITU-R BT.709), and a whole number of frames a second.
SHAPE = f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,fps={RATE}"
COLOURS = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
NEEDED = ("libx264", "aac")


@cache
def look() -> str:
    """A digest of all that decides how a film comes out."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


@dataclass(frozen=True)
class Still:
    """A picture (PNG), and the second at which it comes. ``scene``: it comes softly."""

    picture: bytes
    start: float
    scene: bool = False


def write(
    stills: Sequence[Still], sound_file: Path, mp4: Path, *, seconds: float, tags: dict[str, str]
) -> None:
    """Write a film of ``seconds`` with the sound as it is (AAC), in the folder where ``mp4`` is. Raises sound.Failed."""
    folder = mp4.parent
    shown = list(_frames(stills, round(seconds * RATE)))
    lines = ["ffconcat version 1.0"]
    for at, (picture, frames) in enumerate(shown):
        (folder / f"{at:04}.png").write_bytes(picture)
        lines += [f"file {at:04}.png", f"option framerate {RATE}", f"duration {frames / RATE:.6f}"]
    # The duration of the last counts only when something follows it.
    lines += [f"file {len(shown) - 1:04}.png", f"option framerate {RATE}"]
    (folder / "stills.ffconcat").write_text("\n".join(lines))
    named = [
        part for name, value in tags.items() for part in ("-metadata", f"{name}={sound.one_line(value)}")
    ]
    # «safe 0» lets the list hold options; every name in it is ours.
    pictures = ("-f", "concat", "-safe", "0", "-i", str(folder / "stills.ffconcat"), "-i", str(sound_file))
    # Instagram takes no edit lists, and wants what describes the film first in the file.
    parts = ("-map", "0:v:0", "-map", "1:a:0", "-c:a", "copy", "-map_metadata", "-1", *named)
    box = ("-movflags", "+faststart", "-use_editlist", "0", "-t", f"{seconds:.3f}", "-f", "mp4")
    sound.run(*pictures, "-vf", SHAPE, *CODER, *COLOURS, *parts, *box, str(mp4))


def _frames(stills: Sequence[Still], frames: int) -> Iterator[tuple[bytes, int]]:
    """Each picture and how many frames it stands; between scenes the one dissolves into the other."""
    starts = [round(still.start * RATE) for still in stills]
    starts[0] = 0
    for at, still in enumerate(stills):
        end = starts[at + 1] if at + 1 < len(stills) else frames
        stands = end - starts[at]
        if at and still.scene and stands > FADE:
            yield from ((mixed, 1) for mixed in _dissolve(stills[at - 1].picture, still.picture))
            stands -= FADE
        if stands > 0:
            yield still.picture, stands


def _dissolve(one: bytes, other: bytes) -> Iterator[bytes]:
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        # As Typst writes them: ffmpeg begins anew, and forgets the time, when the kind of picture changes.
        before, after = first.convert("RGBA"), second.convert("RGBA")
    for step in range(1, FADE + 1):
        file = io.BytesIO()
        Image.blend(before, after, step / (FADE + 1)).save(file, "PNG", compress_level=1)
        yield file.getvalue()
