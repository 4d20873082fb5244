"""How often episodes were downloaded (podcast.downloads), added up."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from utbud.podcast.models import DailyDownloads, EpisodePage, ShowPage


@dataclass(frozen=True)
class Line:
    """An episode, a day or an app, and how often."""

    name: str
    count: int
    all_time: int = 0
    address: str = ""


@dataclass(frozen=True)
class Figures:
    """Downloads between two days, both counted in."""

    first: dt.date
    last: dt.date
    episodes: tuple[Line, ...]
    days: tuple[tuple[dt.date, int], ...]
    apps: tuple[Line, ...]
    total: int


def figures(first: dt.date, last: dt.date) -> Figures:
    """All that was downloaded from ``first`` to ``last``. Four queries, however much it is."""
    by_episode: Counter[int] = Counter()
    by_day: dict[dt.date, int] = defaultdict(int)
    by_app: Counter[str] = Counter()
    rows = DailyDownloads.objects.filter(day__range=(first, last)).values_list(
        "episode", "day", "app", "count"
    )
    for episode, day, app, count in rows:
        by_episode[episode] += count
        by_day[day] += count
        by_app[app] += count
    ever = dict(DailyDownloads.objects.values_list("episode").annotate(n=Sum("count")).order_by())
    titles = _titles()
    return Figures(
        first=first,
        last=last,
        episodes=tuple(
            Line(" – ".join(reversed(titles.get(pk, ("", "")))), by_episode[pk], all_time=ever[pk])
            for pk in sorted(ever, key=lambda pk: (-by_episode[pk], -ever[pk], pk))
        ),
        days=tuple(sorted(by_day.items())),
        apps=tuple(Line(_(app), count) for app, count in by_app.most_common()),
        total=by_episode.total(),
    )


def lines(first: dt.date, last: dt.date) -> list[tuple[str, str, dt.date, str, int]]:
    """Show, episode, day, app and how often, by day. Three queries."""
    titles = _titles()
    rows = DailyDownloads.objects.filter(day__range=(first, last)).order_by("day", "episode", "app")
    return [
        (*titles.get(episode, ("", "")), day, _(app), count)
        for episode, day, app, count in rows.values_list("episode", "day", "app", "count")
    ]


def _titles() -> dict[int, tuple[str, str]]:
    """The show and the title of every episode."""
    shows = dict(ShowPage.objects.values_list("path", "title"))
    return {
        pk: (shows.get(path[:-4], ""), title)
        for pk, path, title in EpisodePage.objects.values_list("pk", "path", "title")
    }


def first_day() -> dt.date | None:
    """The first day that anything was counted."""
    return DailyDownloads.objects.order_by("day").values_list("day", flat=True).first()
