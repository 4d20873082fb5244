"""Measures what is made of a film, against ffmpeg alone, and how it is watched over HTTP. ``make bench`` calls it.

The film is 1080p, drawn by ffmpeg, so that anyone can make the same. What ffmpeg needs alone is measured with the same
coder and the same settings, all sizes from one decoding and one size at a time.
"""

import datetime as dt
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bench

SECONDS = 20
LARGE = 1024**3  # bytes of the film that is watched; what is in it does not matter
ASKED, PAUSED = 100, 20


# --- inside Django ----------------------------------------------------------------------------


def make_film(path: Path) -> None:
    """SECONDS of 1080p with a sound that rises and falls like speech."""
    from utbud.formats import sound

    picture = f"testsrc2=s=1920x1080:r=30:d={SECONDS}"
    voice = f"aevalsrc=exprs=0.1*sin(2*PI*220*t)*(0.6+0.4*sin(2*PI*3*t)):d={SECONDS}:s=48000"
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-c:a", "aac")
    sound.run("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", voice, *coded, str(path))


def alone(folder: Path, source: Path, *, at_once: bool) -> float:
    """Seconds for ffmpeg alone: all sizes of one decoding, or one after another. No checks, no loudness, no posters."""
    from utbud.formats import sound
    from utbud.media import encode

    wanted = encode.sizes(1920, 1080)

    def coded(size: Any) -> list[str]:
        most, quality = encode.CODED[size.name]
        return [
            *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", str(quality), "-pix_fmt", "yuv420p"),
            *("-maxrate", f"{most}k", "-bufsize", f"{2 * most}k", "-g", "60", "-c:a", "aac", "-b:a", "128k"),
            *("-movflags", "+faststart", str(folder / f"{size.name}.mp4")),
        ]  # fmt: skip

    began = time.perf_counter()
    if at_once:
        outs = "".join(f"[s{at}]" for at in range(len(wanted)))
        graph = [f"[0:v]split={len(wanted)}{outs}"]
        graph += [f"[s{at}]scale={size.width}:{size.height}[v{at}]" for at, size in enumerate(wanted)]
        made = [
            part
            for at, size in enumerate(wanted)
            for part in ("-map", f"[v{at}]", "-map", "0:a", *coded(size))
        ]
        sound.run("-i", str(source), "-filter_complex", ";".join(graph), *made)
    else:
        for size in wanted:
            sound.run("-i", str(source), "-vf", f"scale={size.width}:{size.height}", *coded(size))
    return time.perf_counter() - began


def encoding() -> dict[str, Any]:
    """What a minute of film takes: here, and by ffmpeg alone."""
    from django.utils import timezone

    from utbud.media.actions import processing

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source.mp4"
        make_film(source)
        found: dict[str, Any] = {
            "at_once": alone(folder, source, at_once=True),
            "in_turn": alone(folder, source, at_once=False),
        }
        began = time.perf_counter()
        asset = processing.take_in_made(
            path=source, kind="film", name="film.mp4", by=None, now=timezone.now()
        )
        found["ours"] = time.perf_counter() - began
    if not asset.is_ready:
        raise SystemExit(asset.problem)
    found |= {"took": asset.about["took"], "loudness": asset.about["loudness"]}
    times = []
    for second in range(10):
        began = time.perf_counter()
        processing.poster(asset=asset, second=(second + 0.4) * SECONDS / 10)
        times.append(time.perf_counter() - began)
    return found | {"poster": statistics.median(times)}


def large() -> str:
    """The address of a large film."""
    from django.conf import settings

    path = Path(settings.MEDIA_ROOT, "versions/bench/1080p.mp4")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(LARGE)
    return "/media/versions/bench/1080p.mp4"


INSIDE = {"database": bench.database, "encoding": encoding, "large": large}


# --- watching ---------------------------------------------------------------------------------


def opened(port: int, path: str, first: int) -> tuple[socket.socket, float]:
    """Ask for a film from byte ``first`` on. The connection, and the milliseconds to the first byte of film."""
    began = time.perf_counter()
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nRange: bytes={first}-\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got or got.endswith(b"\r\n\r\n"):
        got += line.recv(4096)
    if b" 206 " not in got[:20]:
        raise SystemExit(got[:200].decode(errors="replace"))
    return line, (time.perf_counter() - began) * 1000


def page(port: int) -> float:
    """Milliseconds of a page."""
    began = time.perf_counter()
    bench.seconds_to_first_page(f"http://127.0.0.1:{port}/halsa/")
    return (time.perf_counter() - began) * 1000


def watching(port: int, path: str) -> dict[str, float]:
    """First byte, seek, and what pages cost while others have paused a film."""
    chance = random.Random(1)  # noqa: S311, RUF100 - the same seeks every time
    first, seek = [], []
    for _each in range(ASKED):
        for times, at in ((first, 0), (seek, chance.randrange(LARGE - 1000))):
            line, took = opened(port, path, at)
            line.close()
            times.append(took)
    paused = [opened(port, path, 0)[0] for _each in range(PAUSED)]
    pages = [page(port) for _each in range(ASKED)]
    for line in paused:
        line.close()
    return {
        "first": statistics.median(first),
        "first_worst": max(first),
        "seek": statistics.median(seek),
        "seek_worst": max(seek),
        "paused": statistics.median(pages),
        "paused_worst": max(pages),
    }


# --- the report -------------------------------------------------------------------------------


def measure() -> dict[str, Any]:
    """Everything, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="utbud-bench-", ignore_cleanup_errors=True) as var:
        port = bench.free_port()
        env = bench.environment(UTBUD_VAR=var, PORT=str(port))
        found: dict[str, Any] = {"busy": os.getloadavg()[0]}
        bench.utbud(env, "prepare")
        for what in ("database", "encoding"):
            found[what] = bench.inside(env, what, __file__)
            print(f"== {what}: {found[what]}", flush=True)
        path = bench.inside(env, "large", __file__)
        web = subprocess.Popen(
            [sys.executable, "-m", "utbud", "web"], cwd=bench.ROOT, env=env, stdout=subprocess.DEVNULL
        )
        try:
            bench.seconds_to_first_page(f"http://127.0.0.1:{port}/halsa/")
            found["watching"] = watching(port, path)
        finally:
            web.terminate()
            web.wait()
        print(f"== watching: {found['watching']}", flush=True)
    return found


def report(found: dict[str, Any], day: dt.date) -> str:
    """The table, as Markdown."""
    made, seen = found["encoding"], found["watching"]
    took, minutes = made["took"], SECONDS / 60
    over = (took["picture"] / made["at_once"] - 1) * 100
    rows = [
        ("ffmpeg alone, all three sizes from one decoding, a minute of 1080p", f"{made['at_once'] / minutes:.1f} s"),
        ("ffmpeg alone, one size after another", f"{made['in_turn'] / minutes:.1f} s"),
        ("here, the picture: the same, with black looked for and even frames", f"{took['picture'] / minutes:.1f} s ({over:+.0f} %)"),
        ("here, loudness measured and evened out, mono version to listen to", f"{took['loudness'] / minutes:.1f} s"),
        ("here, everything: checks, three sizes, sound, five posters, into storage", f"{made['ours'] / minutes:.1f} s"),
        ("loudness that came out, wanted −16 ± 1 LUFS", f"{made['loudness']['after']:.1f} LUFS, {made['loudness']['peak']:.1f} dBTP"),
        ("a poster on demand, median", f"{made['poster']:.2f} s"),
        ("first byte of a film of 1 GB, median (worst)", f"{seen['first']:.0f} ms ({seen['first_worst']:.0f})"),
        ("first byte after a seek anywhere in it", f"{seen['seek']:.0f} ms ({seen['seek_worst']:.0f})"),
        (f"health check while {PAUSED} others have paused it", f"{seen['paused']:.0f} ms ({seen['paused_worst']:.0f})"),
    ]  # fmt: skip
    lines = [
        f"# Measured {day.isoformat()}: films",
        "",
        f"{bench.machine()}. {found['database']}. Load average before: {found['busy']:.1f} (what else the machine was doing).",
        "",
        "| what | |",
        "| --- | ---: |",
        *(f"| {what} | {figure} |" for what, figure in rows),
    ]
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure on SQLite and write the report."""
    today = dt.datetime.now(dt.UTC).date()
    bench.write(report(measure(), today), f"{today.isoformat()}-{os.cpu_count()}-cores-media.md")


if __name__ == "__main__":
    bench.run(INSIDE, main)
