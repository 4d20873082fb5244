"""What the pages of podcasts show: what queries find, with the covers, which files make."""

from typing import Any

from django.http import HttpRequest

from utbud.base.richtext import jsonld
from utbud.podcast import files, queries
from utbud.podcast.models import EpisodePage, ShowPage


def index(_request: HttpRequest) -> dict[str, Any]:
    """The podcasts, each with its cover and its latest episode."""
    shows = queries.shows_context()
    return {"shows": [one | {"cover": _path(files.cover_url(one["show"], small=True))} for one in shows]}


def show(page: ShowPage, request: HttpRequest) -> dict[str, Any]:
    """A show: what it is, how one listens, its episodes."""
    cover = files.cover_url(page)
    return queries.rows_of(page, request.GET.get("sida")) | {
        "cover": _path(files.cover_url(page, small=True)),
        "paragraphs": [part.strip() for part in page.description.split("\n\n") if part.strip()],
        "jsonld": jsonld(queries.show_jsonld(page, cover)),
    }


def episode(page: EpisodePage, file_base: str) -> dict[str, Any]:
    """An episode: its player, chapters, notes and text."""
    found = queries.episode_context(page, file_base, files.cover_url(page.show, page))
    # Looked at before it is published, it has no address of its own yet.
    return found | {"cover": _path(files.cover_url(page.show, page if page.live else None, small=True))}


def _path(url: str) -> str:
    """An address of ours without the server: a page that is looked at elsewhere finds it too."""
    return "/" + url.split("/", 3)[3]
