"""The staff side's own search."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from utbud.people.actions import note_look
from utbud.people.models import Look
from utbud.people.staff import StaffRequest, staff_page
from utbud.web import staff_search


@never_cache
@require_safe
def search_page(request: StaffRequest) -> HttpResponse:
    """What answers a question, of that which whoever asks may see. That they saw people is remembered.

    The question stands in the address, where the menu's search puts it; logs are silent about it (base.discreet).
    """
    now = timezone.now()
    question = request.GET.get("q", "")
    found = staff_search.find(question, user=request.user, now=now)
    for hits in found:
        if hits.subject:
            note_look(by=request.user, subject=hits.subject, how=Look.How.LIST, now=now)
    people = request.user.has_perm("courses.view_registration")
    context = {"question": question.strip(), "found": found, "people": people, "shown": staff_search.SHOWN}
    return staff_page(request, "web/staff/search.html", context, title=_("Sök"), icon="search")
