"""What the phone line reads of guides, one step at a time."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.base.richtext import sentence_spans
from utbud.channels.models import Reach
from utbud.guides.models import GuidePage
from utbud.phone.offers import Reading
from utbud.publishing.models import item_key

MOST = 5  # the keys that choose among them
LOOKED_AT = 60  # guides, the latest, among which the most wanted are found
WEEKS = 8  # that are counted


def readings(now: dt.datetime) -> list[Reading]:
    """The five guides that most have looked at in the eight weeks before this one, else the latest, by title.

    Chosen anew each Monday, so that what callers hear can be read in beforehand. Two queries.
    """
    rows = GuidePage.objects.live().order_by("-first_published_at", "-pk")
    guides = list(rows.only("title", "needs", "minutes", "steps", "done", "first_published_at")[:LOOKED_AT])
    if not guides:
        return []
    today = dates.local(now).date()
    monday = today - dt.timedelta(days=today.weekday())
    counted: dict[str, int] = dict(
        Reach.objects.filter(
            item__in=[item_key(guide.pk) for guide in guides],
            day__lt=monday,
            day__gte=monday - dt.timedelta(weeks=WEEKS),
        )
        .values_list("item")
        .annotate(number=Sum("count"))
    )
    readable = [guide for guide in guides if _steps(guide)]
    wanted = sorted(readable, key=lambda guide: -counted.get(item_key(guide.pk), 0))[
        :MOST
    ]  # stable: the latest first
    return [_reading(guide) for guide in sorted(wanted, key=lambda guide: (guide.title, guide.pk))]


def _steps(guide: GuidePage) -> list[dict[str, Any]]:
    """The steps without their pictures, which nobody hears: no query."""
    return [
        row["value"] for row in guide.steps.raw_data if row["type"] == "step" and row["value"].get("action")
    ]


def _reading(guide: GuidePage) -> Reading:
    needs = [line.strip(" .") for line in guide.needs.splitlines() if line.strip(" .")]
    before = [_("Det här behöver du: %(needs)s.") % {"needs": "; ".join(needs)}] if needs else []
    if guide.takes:
        before.append(_("Det tar ungefär %(time)s.") % {"time": guide.takes})
    return Reading(
        key=item_key(guide.pk),
        title=guide.title.strip().rstrip("."),
        before=tuple(before),
        steps=tuple(tuple(_said(step)) for step in _steps(guide)),
        done=tuple(_sentences(guide.done)),
    )


def _said(step: dict[str, Any]) -> Iterable[str]:
    yield from _sentences(step["action"])
    if right := step.get("right"):
        yield from _sentences(_("Så ska det se ut: %(what)s") % {"what": right})
    if wrong := step.get("wrong"):
        yield from _sentences(_("Om det inte blir så här: %(what)s") % {"what": wrong})


def _sentences(text: str) -> list[str]:
    flat = " ".join(text.split())
    said = [flat[start:end] for start, end in sentence_spans(flat)]
    return [one if one[-1:] in ".?!…" else f"{one}." for one in said]
