"""What speaks against a time that staff want, and whom a change reaches."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from utbud.base import dates
from utbud.base.letters import promise
from utbud.calendar import queries as calendar
from utbud.calendar.models import Resource
from utbud.courses import words
from utbud.courses.models import CoursePage, Occasion, Registration, Run
from utbud.inbox.contact import ContactKind
from utbud.notices import queries as notices
from utbud.notices.models import Way
from utbud.places import queries as places

Time = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class PlannedTime:
    """A time that staff want, with what speaks against it in words."""

    time: Time
    when: str
    warnings: tuple[str, ...]


def planned(
    times: Sequence[Time],
    resources: Iterable[Resource],
    now: dt.datetime,
    *,
    source: str = "",
    others: Iterable[Occasion] = (),
) -> list[PlannedTime]:
    """What speaks against each of ``times``: busy people and rooms, holidays, the past, other times of the same plan.

    ``source`` is the occasion that is moved, whose own bookings are nothing against it; ``others`` are the occasions that
    the run has already. One query whatever the number.
    """
    taken = list(resources)
    booked = []
    if taken and times:
        booked = list(
            calendar.overlapping(min(start for start, _end in times), max(end for _start, end in times))
            .filter(resource__in=[one.pk for one in taken])
            .exclude(source=source)
        )
    mine = [(one.starts_at, one.ends_at) for one in others if one.source != source and not one.is_cancelled]
    found = []
    for number, (start, end) in enumerate(times):
        warnings = [
            calendar.clash_words(calendar.Clash(one.resource, one))
            for one in booked
            if one.starts_at < end and one.ends_at > start
        ]
        for other_start, other_end in [*mine, *times[:number]]:
            if other_start < end and other_end > start:
                when = words.time_words(other_start, other_end, now)
                warnings.append(_("Omgången har själv en tid då: %(when)s.") % {"when": when})
        if holiday := places.holiday_name(dates.local(start).date()):
            warnings.append(_("Det är %(holiday)s då.") % {"holiday": holiday[:1].lower() + holiday[1:]})
        if start <= now:
            warnings.append(_("Tiden har redan varit."))
        found.append(PlannedTime((start, end), words.time_words(start, end, now), tuple(warnings)))
    return found


@dataclass(frozen=True)
class Told:
    """How many parties hear of a change by text or e-mail, and how many staff tell: by phone, by post or when they meet."""

    texts: int
    letters: int
    by_staff: int
    unmailed: bool = False  # somebody left e-mail alone, and there is no mail server
    host: str = ""  # the association that holds it, which is told too

    @property
    def words(self) -> str:
        """«12 anmälningar får besked av sig självt. 1 säger ni till själva, listan finns på omgångens sida.»"""
        host = [_("%(host)s får också besked.") % {"host": self.host}] if self.host else []
        by_itself = self.texts + self.letters
        if not by_itself and not self.by_staff:
            nobody = _("Ingen är anmäld, så bara %(host)s får besked.") % {"host": self.host}
            return nobody if self.host else _("Ingen är anmäld, så ingen får besked.")
        said = []
        if by_itself:
            kinds = [_("sms")] * bool(self.texts) + [_("e-post")] * bool(self.letters)
            said.append(
                ngettext("%(count)s anmälan får %(ways)s.", "%(count)s anmälningar får %(ways)s.", by_itself)
                % {"count": by_itself, "ways": _(" eller ").join(kinds)}
            )
        if self.unmailed:
            said.append(promise(""))
        if self.by_staff:
            said.append(
                ngettext(
                    "%(count)s anmälan säger ni till själva. Den står på omgångens sida tills den är avbockad.",
                    "%(count)s anmälningar säger ni till själva. De står på omgångens sida tills de är avbockade.",
                    self.by_staff,
                )
                % {"count": self.by_staff}
            )
        return " ".join([*said, *host])


def told(quotas: Iterable[int]) -> Told:
    """How a change to ``quotas`` of a run reaches its host and those with seats, offers and places in line, as it is today."""
    quotas = list(quotas)
    rows = Registration.objects.filter(quota__in=quotas).standing().only("contact", "contact_kind")
    host = (
        Run.objects.filter(quotas__in=quotas).exclude(host=None).values_list("host__name", flat=True).first()
    )
    means = notices.means()
    reached = [one.reached_by for one in rows]
    ways = Counter(means.way_for(contact) for contact in reached)
    unmailed = any(
        one and one.kind == ContactKind.EMAIL and means.way_for(one) == Way.HAND for one in reached
    )
    texts, mails = ways[Way.SMS], ways[Way.EMAIL]
    return Told(texts, mails, len(reached) - texts - mails, unmailed, host or "")


def not_approved(
    course: CoursePage, facts: Mapping[str, Any], *, before: Run | None = None
) -> dict[str, str]:
    """What of ``facts`` a run of ``course`` may not say, since the page that was approved does not have it: why, by field.

    What a run says already (``before``) may stay. A course that was never out is asked as it is written now; it will
    not be approved without what its runs say.
    """
    page = course if course.live else course.get_latest_revision_as_object()
    allowed = page.beside()
    found = {}
    for name, says in NOT_APPROVED.items():
        value = facts.get(name)
        same = before is not None and getattr(before, name) == value
        if name not in facts or same or value == "" or value in allowed.get(name, ()):
            continue
        known = ", ".join(f"«{one}»" for one in allowed.get(name, ()))
        found[name] = str(says) + (" " + _("Godkänt är: %(known)s.") % {"known": known} if known else "")
    return found


_WRITE = _lazy("Skriv den på kursens sida, under «Får stå vid tiderna», och skicka sidan för godkännande.")
NOT_APPROVED = {
    "fee": format_lazy("{} {}", _lazy("Avgiften är inte godkänd."), _WRITE),
    "note": format_lazy("{} {}", _lazy("Texten är inte godkänd."), _WRITE),
    "elsewhere": format_lazy("{} {}", _lazy("Texten är inte godkänd."), _WRITE),
}


def said_without_page(course: CoursePage, now: dt.datetime) -> list[str]:
    """What coming runs of ``course`` say that it, as it is in memory, does not have. One query."""
    if not course.pk:
        return []
    coming = Occasion.objects.coming(now).held().filter(run__course=course.pk)
    allowed = course.beside()
    found: dict[str, None] = {}
    for fee, *texts in coming.order_by().values_list("run__fee", "run__note", "run__elsewhere").distinct():
        if fee not in allowed["fee"]:
            found[words.fee_words(fee)] = None
        for name, text in zip(("note", "elsewhere"), texts, strict=True):
            if text and text not in allowed.get(name, ()):
                found[text] = None
    return sorted(found)
