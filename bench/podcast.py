"""Measures a podcast's feed with 3 and 500 episodes, and the making of an hour's sound. ``make bench`` calls it.

In a data folder of its own, on SQLite. In the feed sounds are rows alone: it never opens them.
"""

import gzip
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import bench

MANY = (3, 500)
TURNS = 5
HOUR = 3600  # seconds of the sound
NOTES = "<p>Vi talar om <b>lösenord</b> och <a href='https://example.org/'>säkra koder</a>.</p>" * 12
SAID = [
    [at * 4.0, at * 4.0 + 3.5, "Det här sägs i avsnittet, och det är en hel rad text.", "Anna"]
    for at in range(400)
]


def fill(show: Any, wanted: int) -> None:
    """Put episodes of half an hour in ``show`` until there are ``wanted``."""
    from django.utils import timezone

    from utbud.podcast.models import Enclosure, EpisodePage, Guest

    now = timezone.now()
    for number in range(EpisodePage.objects.count(), wanted):
        page = EpisodePage(
            title=f"Avsnitt {number}", slug=f"avsnitt-{number}", one_sentence="En mening.", notes=NOTES, number=number + 1,
            captions=SAID, chapters=[[0.0, "Början"], [600.0, "Slutet"]], live=True, first_published_at=now,
            last_published_at=now,
        )  # fmt: skip
        page.guests = [Guest(name="Anna Ek", role="host"), Guest(name="Bo Alm", role="guest")]
        show.add_child(instance=page)
        Enclosure.objects.create(
            episode=page, key="k", digest=f"{number:064x}", file="x", bytes=28_000_000, seconds=1800, header_bytes=90_000,
            lufs=-16, peak=-1.5, out_at=now,
        )  # fmt: skip


def feeds() -> list[str]:
    """A row of the table for each number of episodes."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from utbud.podcast import feed, queries
    from utbud.podcast.models import PodcastIndexPage, ShowPage
    from utbud.web.actions import setup

    start, now, rows = setup(), timezone.now(), []
    index = PodcastIndexPage.objects.first() or start.add_child(
        instance=PodcastIndexPage(title="Podd", slug="podd", live=True)
    )
    show = index.add_child(
        instance=ShowPage(
            title="Podden",
            slug="matt",
            description="Om allt.",
            live=True,
            first_published_at=now,
            last_published_at=now,
        )
    )
    client = Client(HTTP_HOST="localhost")
    for many in MANY:
        fill(show, many)
        page = queries.live_shows().get(slug="matt")
        feed.feed_of(page)  # the library is known from now on
        built, kept, unchanged = [], [], []
        for _turn in range(TURNS):
            cache.clear()
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as asked:
                found = feed.feed_of(page)
            built.append(time.perf_counter() - began)
            first = len(asked)
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as again:
                feed.feed_of(page)
            kept.append(time.perf_counter() - began)
            second = len(again)
            began = time.perf_counter()
            answer = client.get("/podd/matt/rss.xml", HTTP_IF_NONE_MATCH=f'"{found.digest}"')
            unchanged.append(time.perf_counter() - began)
            if answer.status_code != 304 or found.body.count(b"<item>") != many:
                raise SystemExit(f"{answer.status_code}, {found.body.count(b'<item>')} items")
        times = " | ".join(f"{statistics.median(one) * 1000:.0f}" for one in (built, kept, unchanged))
        rows.append(
            f"| {many} | {times} | {first} / {second} | {len(found.body) // 1000} | "
            f"{len(gzip.compress(found.body, 6)) // 1000} |"
        )
    return rows


def sound_of_an_hour() -> str:
    """How long the tags, the copy and the measuring of an hour's MP3 take."""
    from utbud.formats import covers, sound
    from utbud.podcast import files

    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "source.mp3"), Path(folder, "made.mp3")
        tone = f"anoisesrc=color=pink:duration={HOUR}:amplitude=0.3"
        command = [
            sound.ffmpeg(),
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            tone,
            "-ac",
            "1",
            "-b:a",
            "96k",
            str(source),
        ]
        subprocess.run(command, check=True)
        tags = {
            "title": "Ett avsnitt", "show": "Podden", "author": "Biblioteket", "date": "2026-11-26", "track": 1, "season": None,
            "chapters": [[at * 600_000, f"Del {at}"] for at in range(6)],
        }  # fmt: skip
        began = time.perf_counter()
        cover = covers.made(title="Podden", sender="Biblioteket", accent="#0B585C")
        drawn = time.perf_counter() - began
        began = time.perf_counter()
        files.write(source, made, files.header_of(tags, HOUR, covers.smaller(cover, 1400, 500_000)))
        written = time.perf_counter() - began
        began = time.perf_counter()
        sound.measure(made)
        measured = time.perf_counter() - began
        size = made.stat().st_size / 1e6
    return f"An hour of MP3 ({size:.0f} MB): cover {drawn:.1f} s, tags and copy {written:.1f} s, loudness and peak {measured:.1f} s."


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="utbud-bench-", ignore_cleanup_errors=True) as var:
        os.environ |= {"UTBUD_VAR": var, "DJANGO_SETTINGS_MODULE": "utbud.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        busy, rows, hour = os.getloadavg()[0], feeds(), sound_of_an_hour()
    day, cores = time.strftime("%Y-%m-%d"), os.cpu_count()
    table = [
        "# A podcast's feed",
        "",
        f"{day}, {bench.machine()}, load {busy:.1f} before. SQLite, median of {TURNS}.",
        "",
        "| episodes | built, ms | kept, ms | 304, ms | queries built / kept | kB | kB compressed |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        hour,
        "",
    ]
    bench.write("\n".join(table), f"{day}-{cores}-cores-podcast.md")


if __name__ == "__main__":
    main()
