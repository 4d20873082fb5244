"""A feed with 500 episodes: seconds to build it, to answer from what is kept, bytes, and queries.

    .venv/bin/python bench/podcast.py [episodes]

In a data folder of its own, on SQLite. Sounds are rows alone: the feed never opens them.
"""

import os  # ruff: noqa: E402 - Django is set up before what needs it
import sys
import tempfile
import time

os.environ["UTBUD_VAR"] = tempfile.mkdtemp(prefix="utbud-bench-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "utbud.settings")

import django

django.setup()

import gzip

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from utbud.podcast import feed, queries
from utbud.podcast.models import Enclosure, EpisodePage, Guest, PodcastIndexPage, ShowPage
from utbud.web.actions import setup

MANY = int(sys.argv[1]) if len(sys.argv) > 1 else 500
NOTES = "<p>Vi talar om <b>lösenord</b> och <a href='https://example.org/'>säkra koder</a>.</p>" * 12
SAID = [
    [at * 4.0, at * 4.0 + 3.5, "Det här sägs i avsnittet, och det är en hel rad text.", "Anna"]
    for at in range(400)
]


def fill() -> ShowPage:
    """A show with ``MANY`` episodes of half an hour."""
    call_command("migrate", verbosity=0)
    start, now = setup(), timezone.now()
    index = start.add_child(instance=PodcastIndexPage(title="Podd", slug="podd", live=True))
    show = index.add_child(
        instance=ShowPage(
            title="Podden", slug="podden", description="Om allt.", live=True, last_published_at=now
        )
    )
    for number in range(MANY):
        page = EpisodePage(
            title=f"Avsnitt {number}", slug=f"avsnitt-{number}", one_sentence="En mening.", notes=NOTES, number=number + 1,
            captions=SAID, chapters=[[0.0, "Början"], [600.0, "Slutet"]], live=True, first_published_at=now, last_published_at=now,
        )  # fmt: skip
        page.guests = [Guest(name="Anna Ek", role="host"), Guest(name="Bo Alm", role="guest")]
        show.add_child(instance=page)
        Enclosure.objects.create(
            episode=page, key="k", digest=f"{number:064x}", file="x", bytes=28_000_000, seconds=1800, header_bytes=90_000,
            lufs=-16, peak=-1.5, out_at=now,
        )  # fmt: skip
    return show


def main() -> None:
    fill()
    show = queries.live_shows()[0]
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        found = feed.feed_of(show)
    first = time.perf_counter() - started
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as again:
        feed.feed_of(show)
    second = time.perf_counter() - started
    client, address = Client(), "/podd/podden/rss.xml"
    started = time.perf_counter()
    answer = client.get(address, HTTP_HOST="localhost", HTTP_IF_NONE_MATCH=f'"{found.digest}"')
    third = time.perf_counter() - started
    print(f"{MANY} episodes, {found.body.count(b'<item>')} in the feed")
    print(f"built      {first:7.3f} s  {len(asked)} queries")
    print(f"kept       {second:7.3f} s  {len(again)} queries")
    print(f"304        {third:7.3f} s  status {answer.status_code}")
    print(f"bytes      {len(found.body):>9}  compressed {len(gzip.compress(found.body, 6))}")


if __name__ == "__main__":
    main()
