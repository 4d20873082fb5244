"""Sounds, films, sheets and covers that are made once, for all tests, workers and runs to copy.

To even out a sound, to film stills, to set a sheet in type and to draw a cover take a second, and give the same for the
same; most tests give the same. The first makes it for real, and the others get what it made.
"""

import hashlib
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst

from tests import ready

FOLDER = Path(ready.READY or os.environ["UTBUD_VAR"], "made-once")


def once(make: Callable[[], Any], *decided_by: object) -> Any:
    """What ``make`` gives, made the first time that anybody asks for what is ``decided_by`` the same.

    Of a file it is what is in it that counts, of anything else what it looks like.
    """
    digest = hashlib.sha256()
    for part in decided_by:
        content = part.read_bytes() if isinstance(part, Path) else part
        digest.update(content if isinstance(content, bytes) else repr(content).encode())
        digest.update(b"\0")
    kept = FOLDER / digest.hexdigest()
    if kept.exists():
        return pickle.loads(kept.read_bytes())  # noqa: S301 - written below
    made = make()
    FOLDER.mkdir(exist_ok=True)
    being_written = kept.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    being_written.write_bytes(pickle.dumps(made))
    being_written.rename(kept)
    return made


def encode_once(patch: pytest.MonkeyPatch) -> None:
    """Encode a film once for all tests that are about something else than encoding; no progress is told the next time."""
    from utbud.formats import sound  # when Django is ready
    from utbud.media import encode

    film = encode.film

    def film_once(
        worker: encode.Worker, source: Path, *, start: float | None, end: float | None
    ) -> encode.Result:
        def make() -> tuple[encode.Result, list[bytes]]:
            result = film(worker, source, start=start, end=end)
            return result, [one.path.read_bytes() for one in result.made]

        programs = [Path(str(module.__file__)) for module in (encode, sound)]
        result, files = once(make, *programs, sound.ffmpeg(), source, start, end)
        made = tuple(replace(one, path=worker.folder / one.path.name) for one in result.made)
        for one, content in zip(made, files, strict=True):
            one.path.write_bytes(content)
        return replace(result, made=made)

    patch.setattr(encode, "film", film_once)


@contextmanager
def sharing() -> Iterator[None]:
    """Have sounds, films, sheets and covers made once."""
    from utbud.formats import covers, film, sound, typeset  # when Django is ready

    programs = [Path(str(module.__file__)) for module in (covers, film, sound, typeset)]
    even_out, measure, write, compile_ = sound.even_out, sound.measure, film.write, typst.compile

    def even_out_once(wav: Path, made: Path, target: sound.Target, **how: Any) -> sound.Loudness:
        def make() -> tuple[sound.Loudness, bytes]:
            return even_out(wav, made, target, **how), made.read_bytes()

        if sound._runner.get():  # a run that is watched, and may be stopped
            return even_out(wav, made, target, **how)
        level, content = once(make, *programs, sound.ffmpeg(), wav, target, sorted(how.items()))
        made.write_bytes(content)
        return level

    def measure_once(path: Path, *, filters: str = "") -> sound.Loudness:
        if sound._runner.get():
            return measure(path, filters=filters)
        return once(lambda: measure(path, filters=filters), *programs, sound.ffmpeg(), path, filters)

    def write_once(stills: Sequence[film.Still], sound_file: Path, mp4: Path, **how: Any) -> None:
        def make() -> bytes:
            write(stills, sound_file, mp4, **how)
            return mp4.read_bytes()

        shown = [part for still in stills for part in (still.picture, still.start, still.scene)]
        mp4.write_bytes(once(make, *programs, sound.ffmpeg(), sound_file, sorted(how.items()), *shown))

    def compile_once(sheet: Path | str, *, root: Path | str, font_paths: Any, **how: Any) -> Any:
        files = [part for file in sorted(Path(root).iterdir()) for part in (file.name, file)]
        fonts = [(file.name, file.stat().st_size) for file in sorted(typeset.FONTS.glob("*.ttf"))]
        return once(
            lambda: compile_(sheet, root=root, font_paths=font_paths, **how),
            typst.__file__, Path(sheet).name, sorted(how.items()), fonts, *files,
        )  # fmt: skip

    def pure(function: Callable[..., bytes]) -> Callable[..., bytes]:
        def made_once(*given: object, **how: object) -> bytes:
            decided_by = (
                function.__name__,
                *given,
                sorted(how.items()),
                typeset.SHEETS / "cover.typ",
                *programs,
            )
            return once(lambda: function(*given, **how), *decided_by)

        return made_once

    with pytest.MonkeyPatch.context() as patch:
        for name in ("made", "given", "smaller"):
            patch.setattr(covers, name, pure(getattr(covers, name)))
        patch.setattr(sound, "measure", measure_once)
        patch.setattr(sound, "even_out", even_out_once)
        patch.setattr(film, "write", write_once)
        patch.setattr(typst, "compile", compile_once)
        yield
