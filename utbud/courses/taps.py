"""One tap on a list of who came, sent by itself: what its script asks and what it is answered."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from utbud.courses.models import Occasion
from utbud.courses.queries import day as queries


def is_tap(request: HttpRequest) -> bool:
    """Whether a script sends what was tapped, and not a person the whole form."""
    return request.method == "POST" and "application/json" in request.headers.get("Accept", "")


def tap_answer(occasion: Occasion, *, noted: bool) -> JsonResponse:
    """«Sparat», with the numbers as they are now; or that nothing is noted here."""
    if not noted:
        says = _("Här går det inte att notera vem som kom.")
        return JsonResponse({"kept": False, "says": says}, status=422)
    return JsonResponse({"kept": True, "says": noted_words(queries.day(occasion))})


def noted_words(listed: queries.Day) -> str:
    """«7 kom, 1 kom inte, 2 är inte noterade.»"""
    counts = listed.counts
    said = _("%(came)s kom, %(absent)s kom inte.") % {"came": counts["came"], "absent": counts["not"]}
    if counts["unknown"]:
        unknown = ngettext("%(n)s är inte noterad.", "%(n)s är inte noterade.", counts["unknown"])
        said = f"{said} {unknown % {'n': counts['unknown']}}"
    return said
