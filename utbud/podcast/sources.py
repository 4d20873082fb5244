"""What podcasts have for the channels to tell: an episode, when it comes out."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from utbud.channels.post import Post
from utbud.channels.sources import Mark, Source
from utbud.learning.models import Topic
from utbud.podcast.models import EpisodePage, ShowPage
from utbud.publishing.models import item_key
from utbud.publishing.posts import drawing_alone, posts_of


def recent(now: dt.datetime, limit: int, topic: str) -> list[tuple[dt.datetime, Post]]:
    """The latest episodes, newest first, with when each came out. Constant queries, however many they are."""
    rows = EpisodePage.objects.live().filter(first_published_at__isnull=False)
    if topic:
        rows = rows.filter(topics__slug=topic)
    rows = rows.annotate(out=Coalesce("first_out", "first_published_at")).order_by("-out", "-pk")
    rows = rows.select_related("drawing", "recording", "asset")
    episodes = list(
        rows.prefetch_related("topics", "serves", "enclosures", "guests", "asset__versions")[:limit]
    )
    shows = {show.path: show for show in ShowPage.objects.all()}
    for episode in episodes:
        episode.show = shows[episode.path[: -EpisodePage.steplen]]
    return [
        (
            episode.out,
            dataclasses.replace(
                post, media=(*post.media, *drawing_alone(episode.drawing, episode.drawing_alt))
            ),
        )
        for episode, post in zip(episodes, posts_of(episodes), strict=True)
    ]


def current(now: dt.datetime) -> Post | None:
    """No episode is the one to tell today: screens do not show them."""
    return None


def topics() -> list[tuple[str, str]]:
    """Slug and name of the topics that have an episode out."""
    return list(Topic.objects.filter(episodepages__live=True).distinct().values_list("slug", "title"))


def marks(items: Iterable[str]) -> dict[str, Mark]:
    """The ids of episodes, which stay when one moves, and when each last was published. One query."""
    pks = [int(item.partition(":")[2]) for item in items]
    rows = EpisodePage.objects.filter(pk__in=pks, last_published_at__isnull=False)
    return {
        item_key(pk): Mark(f"urn:uuid:{key}", last)
        for pk, key, last in rows.values_list("pk", "translation_key", "last_published_at")
        if last is not None
    }


EPISODES = Source(
    slug="podd",
    label=_("Podd"),
    recent=recent,
    current=current,
    topics=topics,
    about=_("Nya avsnitt av bibliotekets podd, med textversion."),
    marks=marks,
)
