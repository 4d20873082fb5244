"""Guides as readers look them up: the list, a guide with its pictures, one step, a folder, what a partner hands out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.utils.text import slugify
from wagtail.images.models import Image

from utbud.base.richtext import jsonld
from utbud.formats.content import Aloud, Item
from utbud.formats.html import StepHTML, item_html
from utbud.guides.models import GuidePage, GuidePartner
from utbud.learning.models import Topic
from utbud.learning.queries import lexicon, material_context
from utbud.people.models import Organisation, User
from utbud.publishing import files

PER_PAGE = 12
NEWEST = 3  # on the start page
MOST_IN_FOLDER = 20
SHOWN, MARK = (
    "max-900x1600",
    "max-360x140",
)  # what a picture of a step, and a partner's mark, is at most on the page


# --- the list -----------------------------------------------------------------------------------


def live_guides() -> QuerySet[GuidePage]:
    """Guides that readers may see, with what a list shows, by title."""
    return (
        GuidePage.objects.live()
        .select_related("drawing")
        .prefetch_related(_partners())
        .order_by("title", "pk")
    )


def _partners() -> Prefetch[str]:
    return Prefetch("partners", GuidePartner.objects.select_related("organisation__logo"))


def by_goal(rows: QuerySet[GuidePage]) -> QuerySet[GuidePage]:
    """``rows`` in the order of the life goals; ``goal`` of each is the title of its first one, None for none."""
    first = Topic.objects.filter(guidepages=OuterRef("pk")).order_by("order", "title")
    return rows.annotate(
        goal=Subquery(first.values("title")[:1]), goal_order=Subquery(first.values("order")[:1])
    ).order_by(F("goal_order").asc(nulls_last=True), "goal", "title", "pk")


def listing(number: str | None, *, topic: Topic | None = None) -> dict[str, Any]:
    """A page of the list, by life goal, or what belongs to a ``topic``. The same queries however many they are."""
    rows = live_guides().filter(topics=topic) if topic else by_goal(live_guides())
    page = Paginator(rows, PER_PAGE).get_page(number)
    return {"guides": page.object_list, "paginator_page": page, "topics": guide_topics()}


def guide_topics() -> QuerySet[Topic]:
    """Topics that have a guide out."""
    return Topic.objects.filter(guidepages__live=True).distinct()


def latest_guides() -> list[GuidePage]:
    """Those that went out last, for the start page. One query."""
    return list(GuidePage.objects.live().order_by("-first_published_at", "-pk")[:NEWEST])


def with_pictures(rows: Iterable[GuidePage]) -> list[GuidePage]:
    """``rows`` as a list whose steps have their pictures: one query for all, where each would ask for its own."""
    guides = list(rows)
    block = GuidePage.steps.field.stream_block.child_blocks["step"]
    raw = [[row["value"] for row in guide.steps.raw_data] for guide in guides]
    values = iter(block.bulk_to_python([value for steps in raw for value in steps]))
    for guide, steps in zip(guides, raw, strict=True):
        guide.steps = [("step", next(values)) for _step in steps]
    return guides


# --- a guide ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shot:
    """A picture as a page shows it, and where it is whole."""

    url: str
    width: int
    height: int
    whole_url: str
    alt: str
    drawn: bool = False  # lines, as sharp in any size (SVG), and with no size of its own in a browser


@dataclass(frozen=True)
class ShownStep:
    """A step as a page shows it."""

    html: StepHTML
    shot: Shot | None

    @property
    def number(self) -> int:
        """From 1."""
        return self.html.number


@dataclass(frozen=True)
class ShownPartner:
    """A partner with its mark and the page that it hands out."""

    name: str
    mark: Shot | None
    url: str


def guide_context(guide: GuidePage, file_base: str) -> dict[str, Any]:
    """What the page of ``guide`` shows beside its fields. As many queries however many steps there are."""
    item = guide.content()
    context = material_context(guide, item, file_base)
    reading = context["reading"]
    at = next((at for at, section in enumerate(reading) if section.steps), len(reading))
    shots = step_shots(guide)
    steps = [
        ShownStep(html, shot)
        for html, shot in zip(reading[at].steps if at < len(reading) else (), shots, strict=True)
    ]
    partners = shown_partners(guide)
    return context | {
        "before": reading[:at],
        "steps_heading": reading[at].heading_html if steps else "",
        "steps": steps,
        "after": reading[at + 1 :],
        "partners": partners,
        "film": guide.film if guide.film and guide.film.live else None,
        "checked_by": role_of(guide.responsible),
        # A draft has no pages of its own for its steps, and nothing to put in a folder.
        "step_url": f"{guide.public_path}steg/1/" if guide.live and steps else "",
        "jsonld": jsonld(how_to(guide, item, shots, partners)),
    }


def step_context(guide: GuidePage, number: int) -> dict[str, Any] | None:
    """One step by itself, and the way to the others; None when there is no such step."""
    item = guide.content()
    if not 1 <= number <= len(item.steps):
        return None
    alone = guide.step_alone(number, item)
    [html] = item_html(alone, lexicon=lexicon()).sections[0].steps
    return {
        "page": guide,
        "item": item,
        "title": alone.title,
        "heard": files.player(Aloud(item=alone), alone.path),
        "step": ShownStep(replace(html, number=number), step_shots(guide)[number - 1]),
        "all": len(item.steps),
        "earlier": number - 1,
        "later": number + 1 if number < len(item.steps) else 0,
    }


def step_shots(guide: GuidePage) -> list[Shot | None]:
    """The picture of each step, None where there is none. Two queries."""
    pictures = [block.value["picture"] for block in guide.steps]
    prefetch_related_objects(list({one.pk: one for one in pictures if one}.values()), "renditions")
    found = {one.pk: one for one in pictures if one}
    return [
        shot_of(found[picture.pk], str(block.value["alt"] or ""), SHOWN) if picture else None
        for picture, block in zip(pictures, guide.steps, strict=True)
    ]


def shot_of(picture: Image, alt: str, most: str) -> Shot | None:
    """``picture`` not larger than ``most`` (a Wagtail filter); None when its file is not there."""
    whole = f"{settings.MEDIA_URL}{picture.file.name}"
    wide, high = map(int, most.removeprefix("max-").split("x"))
    if picture.is_svg() or (picture.width <= wide and picture.height <= high):
        return Shot(whole, picture.width, picture.height, whole, alt, picture.is_svg())
    try:
        small = picture.get_rendition(most)
    except OSError:
        return None
    return Shot(f"{settings.MEDIA_URL}{small.file.name}", small.width, small.height, whole, alt)


def shown_partners(guide: GuidePage) -> list[ShownPartner]:
    """Whom ``guide`` is made together with."""
    return [
        ShownPartner(one.name, mark_of(one), partner_path(guide, one))
        for one in (row.organisation for row in guide.partners.all())
    ]


def mark_of(organisation: Organisation) -> Shot | None:
    """The mark of a partner. Its name stands beside it, so it is not told twice."""
    return shot_of(organisation.logo, "", MARK) if organisation.logo else None


def role_of(user: User | None) -> str:
    """What a member of staff is, never who: «redaktör», "" when it is not known."""
    if user is None:
        return ""
    names = list(user.groups.order_by("name").values_list("name", flat=True)[:1])
    return names[0].lower() if names else ""


def how_to(
    guide: GuidePage, item: Item, shots: Sequence[Shot | None], partners: Iterable[ShownPartner]
) -> dict[str, Any]:
    """A guide as a ``HowTo`` (schema.org)."""
    address = settings.BASE_URL + item.path
    steps = [
        {
            "@type": "HowToStep",
            "position": number,
            "text": step.action,
            "url": f"{address}#steg-{number}",
        }
        | ({"image": settings.BASE_URL + shot.whole_url} if shot else {})
        for number, (step, shot) in enumerate(zip(item.steps, shots, strict=True), 1)
    ]
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "HowTo",
        "@id": address,
        "name": item.title,
        "description": item.lead,
        "inLanguage": "sv",
        "url": address,
        "dateModified": item.date.isoformat(),
        "tool": [{"@type": "HowToTool", "name": line} for line in guide.needs.splitlines() if line.strip()],
        "step": steps,
    }
    if guide.minutes:
        told["totalTime"] = f"PT{guide.minutes}M"
    if made_with := [{"@type": "Organization", "name": one.name} for one in partners]:
        told["contributor"] = made_with
    return told


# --- partners and folders -------------------------------------------------------------------------


def partner_path(guide: GuidePage, organisation: Organisation) -> str:
    """The page that a partner hands out."""
    return f"{guide.public_path}partner/{slugify(organisation.name)}/"


def partner_by(guide: GuidePage, slug: str) -> Organisation | None:
    """The partner of ``guide`` whose page has ``slug``."""
    rows = GuidePartner.objects.filter(page=guide).select_related("organisation__logo").order_by("sort_order")
    return next((row.organisation for row in rows if slugify(row.organisation.name) == slug), None)


def for_folder() -> QuerySet[GuidePage]:
    """All that may be put in a folder, by life goal."""
    return by_goal(GuidePage.objects.live())


def chosen(slugs: Iterable[str]) -> list[GuidePage]:
    """The published guides among ``slugs``, each once, in that order, with all that paper shows. Constant queries."""
    order = list(dict.fromkeys(slugs))
    rows = (
        GuidePage.objects.live()
        .filter(slug__in=order[: 10 * MOST_IN_FOLDER])
        .select_related("drawing", "recording")
        .prefetch_related(_partners(), "topics", "serves")
    )
    found = {guide.slug: guide for guide in with_pictures(rows)}
    return [found[slug] for slug in order if slug in found]


def url_of_topic(topic: Topic) -> str:
    """Where the guides of ``topic`` are, "" when there are none. One query."""
    there = GuidePage.objects.live().filter(topics=topic).exists()
    return f"/guider/amne/{topic.slug}/" if there else ""
