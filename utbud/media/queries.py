"""Films and sounds, by what staff look for."""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from wagtail.models import Page, Revision

from utbud.media.models import Asset, TimedPage


def timed_kinds() -> list[type[Page]]:
    """The kinds of pages that have a film or a sound."""
    return [kind for kind in apps.get_models() if issubclass(kind, TimedPage) and issubclass(kind, Page)]


def named_assets() -> set[int]:
    """Ids of the assets that a page, or any kept version of one, names."""
    found: set[int] = set()
    for kind in timed_kinds():
        found |= set(kind._default_manager.exclude(asset=None).values_list("asset_id", flat=True))
        revisions = Revision.objects.filter(content_type=ContentType.objects.get_for_model(kind))
        found |= _named(revisions)
    return found


def assets_of(page: Page) -> QuerySet[Asset]:
    """The assets that ``page`` has had, newest first, as its versions tell."""
    return Asset.objects.filter(pk__in=_named(page.revisions)).order_by("-created_at", "-pk")


def _named(revisions: QuerySet[Revision]) -> set[int]:
    kept = revisions.order_by().values_list("content__asset", flat=True).distinct()
    return {pk for pk in kept if pk is not None}


def pages_with(assets: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Of some assets: the pages whose latest version names them, as (id, title), in one query a kind of page."""
    found: dict[int, list[tuple[int, str]]] = {}
    for kind in timed_kinds():
        rows = kind._default_manager.filter(latest_revision__content__asset__in=assets)
        for pk, title, asset in rows.values_list("pk", "draft_title", "latest_revision__content__asset"):
            found.setdefault(asset, []).append((pk, title))
    return found
