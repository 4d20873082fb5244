"""A sheet of marks: on paper, and typed in at once for the day it was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from utbud.base import dates
from utbud.helpdesk import files
from utbud.helpdesk.actions import visits
from utbud.helpdesk.forms import TallyForm
from utbud.helpdesk.queries import visits as queries
from utbud.helpdesk.staff_views.visits import ICON, may_note, place_of
from utbud.people.staff import staff_page
from utbud.places.queries import active_places


@never_cache
@may_note
@require_http_methods(["GET", "HEAD", "POST"])
def tally_page(request: HttpRequest) -> HttpResponse:
    """Type in a sheet: a grid of what and how long."""
    now = timezone.now()
    form = TallyForm(
        request.POST if request.method == "POST" else None,
        now=now,
        today=dates.local(now).date(),
        asked=queries.asked(),
        place=place_of(request, active_places()),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        count = visits.tally(
            key=form.submission_key(), place=data["place"], day=data["day"], counts=form.counts()
        )
        if count is None:
            messages.warning(request, _("Listan är redan inlagd. Inget är dubbelt."))
        else:
            said = ngettext("%(n)s ärende är inlagt, %(day)s.", "%(n)s ärenden är inlagda, %(day)s.", count)
            messages.success(request, said % {"n": count, "day": dates.date_words(data["day"], year=False)})
        return redirect("helpdesk_tally")
    status = 422 if form.errors else 200
    return staff_page(
        request,
        "helpdesk/staff/tally.html",
        {"form": form},
        title=_("Streckad lista"),
        icon=ICON,
        status=status,
    )


@never_cache
@may_note
@require_safe
def sheet_file(request: HttpRequest) -> HttpResponse:
    """The sheet to put marks on, made from the same questions."""
    made = files.sheet(queries.asked(), place_of(request, active_places()), timezone.now())
    headers = {"Content-Disposition": 'inline; filename="streck.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)
