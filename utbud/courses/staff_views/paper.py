"""The day on paper: the list to tick, and slips of three questions."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from utbud.courses import files
from utbud.courses.models import Occasion
from utbud.courses.queries.day import one_occasion
from utbud.courses.staff_views.common import SEE_PEOPLE, may_see_runs
from utbud.people.models import Look
from utbud.people.staff import shows_people


def _occasion(pk: int) -> Occasion:
    occasion = one_occasion(pk)
    if occasion is None:
        raise Http404(_("Tillfället finns inte."))
    return occasion


def _pdf(made: bytes, name: str) -> HttpResponse:
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@shows_people(SEE_PEOPLE, "occasion:{pk}", Look.How.PAPER)
@require_safe
def list_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is expected, to tick with a pen. It has names."""
    now, occasion = timezone.now(), _occasion(pk)
    return _pdf(files.made(files.paper_list(occasion, now)), f"narvaro-{pk}")


@never_cache
@may_see_runs
@require_safe
def slips_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Slips of three questions, to copy and cut. They name nobody."""
    return _pdf(files.made(files.slip(_occasion(pk), timezone.now())), f"utvardering-{pk}")
