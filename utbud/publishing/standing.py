"""Where a page stands on its way out, as its editor is told above the text."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from utbud.base import dates
from utbud.publishing import queries
from utbud.publishing.models import ApprovalRequest, ApprovedPage
from utbud.publishing.queries import Stage


@dataclass(frozen=True)
class Standing:
    """``says`` where a page stands and when it goes out. ``asks`` is the question before an edit that would end an
    approval, "" where none would.
    """

    says: str
    asks: str = ""
    warns: bool = False


def standing(page: ApprovedPage, *, now: dt.datetime) -> Standing:
    """Where the draft of ``page`` stands at ``now``."""
    stage = queries.stages([page])[page.pk]
    when = _when(page.goes_out_at(), now)
    if stage == Stage.APPROVED:
        return Standing(
            _("Godkänd, går ut %(when)s.") % {"when": when},
            _(
                "Texten är godkänd och går ut %(when)s. Ändrar du i den måste den godkännas igen. Vill du ändra?"
            )
            % {"when": when},
        )
    if stage == Stage.WAITING:
        return Standing(
            _("Väntar på godkännande. Går ut %(when)s.") % {"when": when},
            _("Texten väntar på godkännande. Ändrar du i den måste den skickas igen. Vill du ändra?"),
        )
    if stage == Stage.RETURNED:
        returned = ApprovalRequest.objects.filter(page_id=page.pk).first()  # the newest comes first
        told = {"who": returned.decided_by, "what": returned.comment} if returned else {"who": "", "what": ""}
        return Standing(_("Skickad tillbaka av %(who)s: %(what)s") % told, warns=True)
    if stage == Stage.CHANGED:
        says = _("Ändrad efter godkännandet, så den går inte ut. Skicka den för godkännande igen.")
        again = _("Står det åter precis som det var, gäller godkännandet igen.")
        return Standing(f"{says} {again}", warns=True)
    if stage == Stage.PUBLISHED:
        return Standing(_("Publicerad."))
    if stage == Stage.WITHDRAWN:
        return Standing(_("Tillbakadragen. Läsare ser den inte."))
    if page.goes_out_at():
        return Standing(_("Utkast. Går ut %(when)s, om den är godkänd då.") % {"when": when})
    return Standing(_("Utkast. Inte godkänd än."))


def _when(moment: dt.datetime | None, now: dt.datetime) -> str:
    """«4 januari (vecka 1)»"""
    if moment is None or moment <= now:
        return str(_("så fort den är godkänd och klar"))
    day = dates.local(moment).date()
    words = dates.date_words(day, weekday=False, year=day.year != dates.local(now).year)
    return _("%(day)s (vecka %(week)s)") % {"day": words, "week": day.isocalendar().week}
