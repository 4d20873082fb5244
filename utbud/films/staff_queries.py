"""Films as staff see them: what each waits for, also those that are only drafts."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page as Shown
from django.core.paginator import Paginator
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from utbud.films.models import FilmIndexPage, FilmPage
from utbud.media.models import Asset, State
from utbud.publishing.models import ApprovalRequest

PER_PAGE = 30


class Waits(TextChoices):
    """What a film waits for, in the order of the work."""

    FILM = "film", _("väntar på film")
    CAPTIONS = "text", _("undertexter saknas")
    READY = "klar", _("att läsa igenom och skicka")
    PUBLISHER = "utgivare", _("väntar på utgivaren")
    OUT = "ute", _("publicerad")


def film_index() -> FilmIndexPage | None:
    """The list page, where new films are made."""
    return FilmIndexPage.objects.first()


def with_waits(films: QuerySet[FilmPage]) -> QuerySet[Any]:
    """``films`` with ``waits`` (a value of Waits), ``draft_asset`` and ``draft_youtube``, of the latest draft of each.

    A draft is kept in its revision alone until it is published, so that is where it is asked for.
    """

    def kept(name: str, own: Any) -> Case:
        return Case(
            When(latest_revision=None, then=own),
            default=KeyTextTransform(name, "latest_revision__content"),
            output_field=CharField(),
        )

    films = films.annotate(
        draft_asset=Cast(kept("asset", Cast("asset_id", CharField())), BigIntegerField()),
        draft_youtube=Coalesce(kept("youtube_id", F("youtube_id")), Value("")),
        draft_captions=Coalesce(kept("captions", Cast("captions", CharField())), Value("[]")),
    ).annotate(
        asset_state=Coalesce(
            Subquery(Asset.objects.filter(pk=OuterRef("draft_asset")).values("state")[:1]), Value("")
        )
    )
    has_film = Q(asset_state=State.READY) | ~Q(draft_youtube="")
    waiting = Exists(ApprovalRequest.objects.open().filter(page_id=OuterRef("pk")))
    return films.annotate(
        waits=Case(
            When(live=True, has_unpublished_changes=False, then=Value(Waits.OUT)),
            When(waiting, then=Value(Waits.PUBLISHER)),
            When(~has_film, then=Value(Waits.FILM)),
            When(draft_captions="[]", then=Value(Waits.CAPTIONS)),
            default=Value(Waits.READY),
            output_field=CharField(),
        )
    )


@dataclass(frozen=True)
class FilmRow:
    """A film in the staff's list."""

    film: FilmPage
    waits: Waits
    asset: Asset | None
    on_youtube: bool


@dataclass(frozen=True)
class FilmsShown:
    """A page of the list, with how many films wait for what."""

    page: Shown[Any]
    rows: list[FilmRow]
    counts: list[tuple[Waits, int]]


def films(*, waits: str = "", text: str = "", number: str | None = None) -> FilmsShown:
    """A page of all films, those that changed last first. Four queries, however many they are."""
    found = with_waits(FilmPage.objects.all())
    numbers = dict(found.order_by().values("waits").annotate(n=Count("pk")).values_list("waits", "n"))
    if waits in Waits.values:
        found = found.filter(waits=waits)
    if text:
        found = found.filter(draft_title__icontains=text)
    page: Shown[Any] = Paginator(found.order_by("-latest_revision_created_at", "-pk"), PER_PAGE).get_page(
        number
    )
    rows = list(page)
    assets = Asset.objects.in_bulk([row.draft_asset for row in rows if row.draft_asset])
    return FilmsShown(
        page=page,
        rows=[
            FilmRow(row, Waits(row.waits), assets.get(row.draft_asset), bool(row.draft_youtube))
            for row in rows
        ],
        counts=[(one, numbers.get(one.value, 0)) for one in Waits],
    )


def known_ids() -> dict[str, FilmPage]:
    """Every film here that is on YouTube, drafts too, by its id there. One query."""
    rows = with_waits(FilmPage.objects.all()).exclude(draft_youtube="")
    known = {row.draft_youtube: row for row in rows}
    known.update({row.youtube_id: row for row in FilmPage.objects.exclude(youtube_id="")})
    return known
