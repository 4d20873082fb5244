"""Our feed as podcast-partytime reads it (Node), which knows the whole Podcast Namespace."""

import json
import shutil
import subprocess

import pytest

from tests.servers import run
from tests.unit.podcast.conftest import asset, draft, episode, mp3, send, show  # noqa: F401 - fixtures

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def partytime():
    """Read a feed: ``partytime(bytes)``."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("Node och npm behövs.")
    here, home = run.HERE / "partytime", run.HOME / "partytime"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("package.json", "read.cjs"):
        shutil.copy(here / name, home)
    if not (home / "node_modules").exists():
        run.install(
            "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error", cwd=home
        )

    def read(feed):
        told = subprocess.run(["node", "read.cjs"], input=feed, cwd=home, capture_output=True, check=True)
        return json.loads(told.stdout)

    return read


def test_partytime_takes_all_of_it(client, show, episode, partytime):  # noqa: F811
    one = episode(season=2, number=3)
    show.refresh_from_db()
    read = partytime(client.get("/podd/ofiktion/rss.xml").content)
    item, url, sound = read["items"][0], f"http://localhost:8000{one.public_path}", one.out_sound()
    assert (read["title"], read["guid"], read["medium"], read["locked"], read["explicit"]) == (
        "Podden Ofiktion", str(show.guid), "podcast", True, False,
    )  # fmt: skip
    assert read["license"] == {
        "identifier": "cc-by-4.0", "url": "https://creativecommons.org/licenses/by/4.0/",
    }  # fmt: skip
    assert (item["guid"], item["enclosure"]["url"], item["enclosure"]["length"], item["duration"]) == (
        one.guid, url + sound.name, sound.bytes, 90,
    )  # fmt: skip
    assert [(one["type"], one["url"]) for one in item["podcastTranscripts"]] == [
        ("text/vtt", url + "text.vtt"), ("text/html", url + "text/"),
    ]  # fmt: skip
    assert item["podcastChapters"] == {"url": url + "kapitel.json", "type": "application/json+chapters"}
    assert [(one["name"], one["role"]) for one in item["podcastPeople"]] == [
        ("Anna Ek", "Host"), ("Bo Alm", "Guest"),  # it writes roles with a capital
    ]  # fmt: skip
    assert (item["podcastSeason"]["number"], item["podcastEpisode"]["number"]) == (2, 3)
